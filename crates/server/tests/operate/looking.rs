//! Messages looked at, explained, set aside and sent back: against the real server.

use super::typed::Shore;
use serde_json::Value;

fn ids(messages: &[Value]) -> Vec<&str> {
    messages.iter().map(|message| message["id"].as_str().expect("an id")).collect()
}

#[test]
fn peeking_finds_messages_and_leaves_them() {
    let shore = Shore::open();
    shore.says(&["queue", "create", "orders"]);
    let lemons = shore.says(&["send", "orders", "forty lemons", "--header", "kind=fruit"]);
    let later = shore.says(&["send", "orders", "nails", "--delay", "1h"]);
    assert_eq!(ids(&shore.values(&["peek", "orders", "--text", "lemons"])), [lemons.trim()]);
    assert_eq!(ids(&shore.values(&["peek", "orders", "--header", "kind=fruit"])), [lemons.trim()]);
    assert_eq!(ids(&shore.values(&["peek", "orders", "--state", "delayed"])), [later.trim()]);
    assert_eq!(shore.values(&["peek", "orders"]).len(), 2);
    assert!(shore.says(&["peek", "orders"]).contains("forty lemons"));
    assert!(shore.says(&["peek", "orders", "--text", "plums"]).contains("no such message among"));
    assert_eq!(shore.counts("orders"), [1, 1, 0]);
    let input: String = (0..250).map(|n| format!("line {n}\n")).collect();
    shore.says(&["queue", "create", "long"]);
    shore.types(&["send", "long", "-"], &input);
    let last = shore.values(&["tail", "long", "-n", "2"]);
    assert_eq!((&last[0]["body"], &last[1]["body"], last.len()), (&"line 248".into(), &"line 249".into(), 2));
    assert_eq!(shore.values(&["peek", "long", "--limit", "230"]).len(), 230, "more than one page");
    shore.close();
}

#[test]
fn a_message_is_explained_wherever_it_is() {
    let shore = Shore::open();
    shore.says(&["queue", "create", "orders"]);
    let id = shore.says(&["send", "orders", "nails", "--delay", "1h"]);
    let id = id.trim();
    assert!(shore.says(&["explain", id]).starts_with("delayed: "));
    assert!(shore.says(&["message", "show", id]).contains("nails"));
    let ready = shore.says(&["send", "orders", "hello"]);
    let ready = ready.trim();
    shore.says(&["receive", "orders"]);
    assert!(shore.says(&["explain", ready]).starts_with("leased: "));
    let done = shore.says(&["send", "orders", "done"]);
    shore.says(&["receive", "orders", "--ack"]);
    assert_eq!(shore.values(&["explain", done.trim()])[0]["verdict"], "acknowledged");
    let life = shore.says(&["message", "show", done.trim()]);
    assert!(life.contains("in no queue any more") && life.contains("published"), "{life}");
    let (code, _, err) = shore.types(&["message", "show", "nonsense"], "");
    assert_eq!(code, Some(2));
    assert!(err.starts_with("error: "), "{err}");
    shore.close();
}

#[test]
fn what_failed_is_grouped_and_goes_back() {
    let shore = Shore::open();
    shore.says(&["queue", "create", "dead"]);
    shore.says(&["queue", "create", "orders", "--dead-letter", "dead"]);
    shore.types(&["send", "orders", "-"], "1\n2\n3\n");
    shore.says(&["work", "orders", "--until-empty", "--", "sh", "-c", "read n; echo no crate $n >&2; exit 65"]);
    assert_eq!((shore.counts("orders"), shore.counts("dead")), ([0, 0, 0], [3, 0, 0]));
    assert!(shore.says(&["dlq", "list"]).lines().any(|row| row.starts_with("dead") && row.contains("orders")));
    let groups = &shore.values(&["dlq", "show", "dead"])[0]["groups"];
    assert_eq!((groups.as_array().map(Vec::len), &groups[0]["count"]), (Some(1), &3.into()), "{groups}");
    let fingerprint = groups[0]["fingerprint"].as_str().expect("a group of its own");
    assert!(shore.says(&["dlq", "show", "dead"]).contains(fingerprint));
    let trial = shore.says(&["dlq", "redrive", "dead", "--dry-run"]);
    assert_eq!(trial.trim(), "3 messages would be moved: 3 to orders");
    let shown = shore.says(&["receive", "dead"]);
    assert!(shown.contains(": rejected") && shown.contains("no crate 1"), "{shown}");
    let told = shore.says(&["dlq", "redrive", "dead", "--fingerprint", fingerprint, "--yes"]);
    assert!(told.contains("is done: 2 of 3 moved, 1 stayed"), "{told}");
    assert_eq!((shore.counts("orders"), shore.counts("dead")), ([2, 0, 0], [0, 0, 1]), "who holds one keeps it");
    assert!(shore.says(&["dlq", "redrives"]).contains("done"));
    let shown = shore.says(&["dlq", "show", "orders"]);
    assert!(shown.contains("not_buried"), "what never failed has no origin: {shown}");
    shore.close();
}

#[test]
fn an_operators_hand_on_one_message() {
    let shore = Shore::open();
    shore.says(&["queue", "create", "dead"]);
    shore.says(&["queue", "create", "orders", "--dead-letter", "dead"]);
    let send = |body: &str, more: &[&str]| shore.says(&[&["send", "orders", body], more].concat()).trim().to_owned();
    let (bad, late, held) = (send("bad", &[]), send("late", &["--delay", "1h"]), send("held", &[]));
    assert!(shore.says(&["message", "bury", &bad, "--reason", "no such sku"]).contains("is set aside"));
    assert_eq!((shore.counts("orders"), shore.counts("dead")), ([1, 1, 0], [1, 0, 0]));
    assert!(shore.says(&["message", "show", &bad]).contains("no such sku"));
    assert!(shore.says(&["message", "explain", &bad]).contains("dead"));
    shore.says(&["receive", "orders"]);
    assert!(shore.says(&["message", "release", &late]).contains("can be delivered"));
    assert!(shore.says(&["message", "release", &held]).contains("can be delivered"));
    assert_eq!(shore.counts("orders"), [2, 0, 0], "neither a delay nor a lease holds them");
    assert!(shore.says(&["message", "delete", &held]).contains("is gone"));
    assert_eq!(shore.counts("orders"), [1, 0, 0]);
    let (code, _, err) = shore.types(&["message", "delete", &held], "");
    assert_eq!(code, Some(2), "{err}");
    assert!(err.contains("the message is gone"), "{err}");
    assert!(shore.says(&["dlq", "show", "dead"]).contains("no such sku"));
    assert_eq!(shore.says(&["dlq", "drop", "dead", "--text", "plums", "--yes"]).trim(), "0 messages removed");
    assert_eq!(shore.says(&["dlq", "drop", "dead", "--reason", "rejected", "--yes"]).trim(), "1 message removed");
    assert_eq!(shore.counts("dead"), [0, 0, 0]);
    let audit = shore.says(&["audit"]);
    for change in ["bury", "release", "delete", "drop"] {
        assert!(audit.contains(change), "{change} is not in {audit}");
    }
    shore.close();
}

#[test]
fn what_comes_is_followed_until_the_queue_is_gone() {
    let shore = Shore::open();
    shore.says(&["queue", "create", "orders"]);
    shore.says(&["send", "orders", "before"]);
    let mut tail = shore.begins(&["tail", "orders", "-n", "5", "--follow"], &[]);
    assert!(tail.line().ends_with("before"));
    shore.says(&["send", "orders", "40 crates\nof lemons", "--header", "tenant=7"]);
    assert!(tail.line().ends_with("tenant=7  40 crates␊of lemons"));
    assert_eq!(shore.counts("orders"), [2, 0, 0], "nothing is leased");
    shore.says(&["queue", "delete", "orders", "--yes"]);
    assert_eq!(tail.line(), "(the queue orders was removed)");
    assert_eq!(tail.code(), Some(0));
    shore.close();
}
