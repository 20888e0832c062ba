//! A thousand messages whose commands fail, crash, refuse and take their time: nothing is lost, and each ends as it should.

use super::desk::{Desk, Place};
use super::start;
use std::collections::BTreeMap;
use tempfile::tempdir;

const MESSAGES: usize = 1000;

/// Notes the body, then does as the number says.
const COMMAND: &str = r#"
    read n
    echo "$n" >> seen
    case $((n % 20)) in
        1) [ "$LONGSHORE_FAILURES" -ge 2 ] || { echo "no crate for $n" >&2; exit 1; } ;;
        2) [ "$LONGSHORE_FAILURES" -ge 1 ] || kill -9 $$ ;;
        3) exit 65 ;;
        4) exec sleep 0.2 ;;
        5) echo "never mind $n" >&2; exit 3 ;;
    esac
"#;

#[test]
fn nothing_is_lost_and_each_message_ends_as_its_command_says() {
    let folder = tempdir().expect("a folder");
    let desk = Desk::open((0..MESSAGES).map(|n| format!("{n}\n")));
    let arguments = ["--min", "4", "--max", "6", "--retries", "3", "--until-empty", "--", "sh", "-c", COMMAND];
    let worker = start(folder.path(), &desk, &arguments);
    worker.ended().check(0, &["900 done, 300 failed, 100 set aside, 0 given back"]);

    #[expect(clippy::disallowed_methods, reason = "what the test's own commands wrote")]
    let seen = std::fs::read_to_string(folder.path().join("seen")).expect("commands ran");
    let mut runs = BTreeMap::<usize, u32>::new();
    for n in seen.lines() {
        *runs.entry(n.parse().expect("a number a line")).or_default() += 1;
    }
    for (n, message) in desk.ledger().messages.iter().enumerate() {
        let (times, place) = match n % 20 {
            1 => (3, Place::Acked),
            2 => (2, Place::Acked),
            3 => (1, Place::Buried { reason: "exit code 65".to_owned() }),
            5 => (4, Place::Buried { reason: format!("exit code 3: never mind {n}") }),
            _ => (1, Place::Acked),
        };
        assert_eq!((runs.get(&n), &message.place), (Some(&times), &place), "{n}: {message:?}");
        assert_eq!(message.deliveries, times, "{n}: {message:?}");
    }
}

#[test]
fn workers_come_for_a_backlog_and_go_when_it_is_done() {
    let folder = tempdir().expect("a folder");
    let desk = Desk::open((0..60).map(|n| n.to_string()));
    let mut worker = start(folder.path(), &desk, &["--max", "4", "--", "sh", "-c", "exec sleep 0.5"]);
    for line in ["workers 1 -> 2", "workers 2 -> 4", "workers busy", "workers 4 -> 2", "workers 2 -> 1"] {
        worker.wait_for_line(line);
    }
    worker.stopped().check(0, &["60 done, 0 failed"]);
}
