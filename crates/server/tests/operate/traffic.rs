//! Messages sent in every way, received, acknowledged, held back by a pause: against the real server.

use super::typed::Shore;
use crate::stores::set_bytes;
use serde_json::Value;

/// The bodies of what was printed.
fn bodies(messages: &[Value]) -> Vec<&str> {
    messages.iter().map(|message| message["body"].as_str().expect("text")).collect()
}

#[test]
fn what_is_sent_in_each_way_is_received_once_and_gone_when_acknowledged() {
    let shore = Shore::open();
    shore.says(&["queue", "create", "orders"]);
    let id = shore.says(&["send", "orders", "hello", "--header", "kind=lemons", "--lane", "k"]);
    let file = shore.folder.path().join("manifest");
    set_bytes(&file, b"two\nlines\n");
    shore.says(&["send", "orders", "--file", file.to_str().expect("text")]);
    let lines: String = (0..250).map(|n| format!("line {n}\n")).collect();
    let (code, out, err) = shore.types(&["send", "orders", "-"], &lines);
    assert_eq!((code, out.trim()), (Some(0), "250 messages sent"), "{err}");
    assert_eq!(shore.counts("orders"), [252, 0, 0]);

    let first = shore.values(&["receive", "orders"]);
    assert_eq!((bodies(&first), first[0]["id"].as_str()), (vec!["hello"], Some(id.trim())));
    assert_eq!((&first[0]["headers"]["kind"], &first[0]["lane"]), (&"lemons".into(), &"k".into()));
    assert_eq!(shore.counts("orders"), [251, 0, 1], "not acknowledged, it is leased");
    let rest = shore.values(&["receive", "orders", "--max", "300", "--ack"]);
    let mut expected = vec!["two\nlines\n".to_owned()];
    expected.extend((0..250).map(|n| format!("line {n}")));
    assert_eq!(bodies(&rest), expected);
    assert_eq!(shore.counts("orders"), [0, 0, 1], "acknowledged, they are gone");
    assert_eq!(shore.says(&["receive", "orders"]).trim(), "nothing is ready");
    shore.close();
}

#[test]
fn a_paused_queue_takes_messages_and_hands_out_none() {
    let shore = Shore::open();
    shore.says(&["queue", "create", "orders"]);
    assert!(shore.says(&["queue", "pause", "orders"]).contains("nothing is handed out"));
    shore.says(&["send", "orders", "hello"]);
    assert_eq!(shore.says(&["receive", "orders", "--wait", "1ms"]).trim(), "nothing is ready");
    assert!(shore.says(&["queue", "list"]).contains("paused"));
    assert!(!shore.says(&["queue", "resume", "orders"]).contains("nothing is handed out"));
    assert!(shore.says(&["receive", "orders", "--ack"]).contains("hello"));
    shore.close();
}

#[test]
fn settings_are_changed_and_wrong_ones_refused() {
    let shore = Shore::open();
    shore.says(&["queue", "create", "orders"]);
    assert!(shore.says(&["queue", "set", "orders", "lease_ms=45000"]).contains("lease_ms=45000"));
    let (code, _, err) = shore.types(&["queue", "set", "orders", "lese_ms=1"], "");
    assert_eq!(code, Some(2));
    assert!(err.contains("lese_ms") && err.contains("did you mean `lease_ms`?"), "{err}");
    assert!(shore.says(&["queue", "show", "orders"]).contains("lease_ms=45000"));
    assert_eq!(shore.types(&["queue", "create", "orders"], "").0, Some(2), "it exists");
    shore.close();
}

#[test]
fn top_shows_what_is_there() {
    let shore = Shore::open();
    shore.says(&["queue", "create", "orders"]);
    shore.says(&["send", "orders", "hello"]);
    let shown = shore.says(&["top", "--times", "1"]);
    assert!(shown.contains("1 queue: 1 ready, 0 delayed, 0 leased") && shown.contains("\norders"), "{shown}");
    let looks = shore.values(&["top", "--times", "2", "--every", "1ms"]);
    assert_eq!((looks.len(), &looks[1]["queues"][0]["name"]), (2, &"orders".into()));
    shore.close();
}

#[test]
fn who_receives_is_told_with_what_they_hold() {
    let shore = Shore::open();
    shore.says(&["queue", "create", "orders"]);
    assert_eq!(shore.says(&["consumers"]).trim(), "nobody receives");
    shore.says(&["send", "orders", "hello"]);
    shore.says(&["receive", "orders"]);
    let consumers = &shore.values(&["consumers", "orders"])[0]["consumers"];
    assert_eq!((&consumers[0]["queue"], &consumers[0]["leases"]), (&"orders".into(), &1.into()), "{consumers}");
    assert!(shore.says(&["consumers"]).contains("orders"));
    assert!(shore.says(&["connections", "admin"]).contains("127.0.0.1"), "this very question comes over one");
    shore.close();
}
