//! The same worker before the real server and a real backlog: each of a thousand messages ends as its command says.

use crate::operate::typed::Shore;
use crate::program::Program;
use std::collections::BTreeMap;

/// Notes the body, then does as the number's last digit says.
const COMMAND: &str = r#"
    read n
    echo "$n" >> seen
    case $((n % 10)) in
        1) echo "no crate for $n" >&2; exit 1 ;;
        2) exit 65 ;;
        3) [ "$LONGSHORE_FAILURES" -ge 1 ] || exit 75 ;;
        4) [ "$LONGSHORE_FAILURES" -ge 1 ] || kill -9 $$ ;;
        5) sleep 0.1 ;;
    esac
"#;

/// A tenth of them each: fine, failing for good, bad, failing once, crashing once, slow, and fine again.
const MESSAGES: u32 = 1_000;

#[test]
fn the_real_server_loses_nothing_and_sets_the_right_ones_aside() {
    let shore = Shore::open();
    shore.says(&["queue", "create", "dead"]);
    shore.says(&["queue", "create", "orders", "--dead-letter", "dead"]);
    let numbers: String = (0..MESSAGES).map(|n| format!("{n}\n")).collect();
    shore.types(&["send", "orders", "-"], &numbers);
    let arguments = ["work", "orders", "--server", &shore.address, "--backoff", "10ms..40ms", "--retries", "2"];
    let ending = ["--max", "8", "--until-empty", "--", "sh", "-c", COMMAND];
    let worker = Program::start(shore.folder.path(), &[&arguments[..], &ending].concat());
    let ended = worker.ended();
    ended.check(0, &["800 done, 400 failed, 200 set aside, 0 given back", "workers 1 -> 2"]);

    #[expect(clippy::disallowed_methods, reason = "what the test's own commands wrote")]
    let seen = std::fs::read_to_string(shore.folder.path().join("seen")).expect("commands ran");
    let mut runs = BTreeMap::<u32, u32>::new();
    for n in seen.lines() {
        *runs.entry(n.parse().expect("a number a line")).or_default() += 1;
    }
    let expected = (0..MESSAGES).map(|n| (n, [1, 3, 1, 2, 2, 1, 1, 1, 1, 1][n as usize % 10])).collect();
    assert_eq!(runs, expected);
    assert_eq!((shore.counts("orders"), shore.counts("dead")), ([0, 0, 0], [200, 0, 0]));

    let dead = shore.values(&["receive", "dead", "--max", "300", "--ack"]);
    let mut bodies: Vec<u32> = dead.iter().map(|message| number(&message["body"])).collect();
    bodies.sort_unstable();
    assert_eq!(bodies, (0..MESSAGES).filter(|n| [1, 2].contains(&(n % 10))).collect::<Vec<_>>());
    for message in &dead {
        let (failures, error) = match number(&message["body"]) % 10 {
            1 => (3, format!("exit code 1: no crate for {}", number(&message["body"]))),
            _ => (1, "exit code 65".to_owned()),
        };
        let origin = &message["origin"];
        assert_eq!((&origin["queue"], &origin["failures"]), (&"orders".into(), &failures.into()), "{message}");
        assert_eq!(origin["error"], error.as_str(), "{message}");
    }
    shore.close();
}

fn number(body: &serde_json::Value) -> u32 {
    body.as_str().and_then(|text| text.trim().parse().ok()).expect("a number")
}
