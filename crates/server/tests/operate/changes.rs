//! What is asked where something is changed, and what is not done without a yes.

use super::canned::{Ran, ask, ask_with_input};
use serde_json::{Value, json};

fn check_asks(answers: &[(&str, Value)], arguments: &[&str], asked: &[&str], shows: &str) {
    let Ran { code, out, err, asked: questions } = ask(answers, arguments);
    assert_eq!(code, Some(0), "{err}");
    assert_eq!(questions, asked);
    assert!(out.contains(shows), "{shows:?} is not in {out}");
}

#[test]
fn queues_are_made_set_and_switched() {
    let queue = json!({ "name": "orders", "ready": 0 });
    check_asks(
        &[("POST /v1/queues", queue.clone())],
        &["queue", "create", "orders", "lease_ms=60000", "--dead-letter", "dead"],
        &[
            r#"POST /v1/queues {"name":"orders","settings":{"bury":{"counted_by":"failures","dead_letter":"dead","max":5},"lease_ms":60000}}"#,
        ],
        "orders",
    );
    check_asks(
        &[("PATCH /v1/queues/orders", queue.clone())],
        &["queue", "set", "orders", "order=laned"],
        &[r#"PATCH /v1/queues/orders {"settings":{"order":"laned"}}"#],
        "orders",
    );
    for switch in ["pause", "resume"] {
        let question = format!("POST /v1/queues/orders/{switch}");
        check_asks(
            &[(&question, queue.clone())],
            &["queue", switch, "orders"],
            &[&format!("{question} {{}}")],
            "orders",
        );
    }
    let purged = json!({ "purged": 1204 });
    check_asks(
        &[("POST /v1/queues/orders/purge", purged)],
        &["queue", "purge", "orders", "--ready", "--yes"],
        &[r#"POST /v1/queues/orders/purge {"what":"ready"}"#],
        "1,204 messages removed",
    );
    check_asks(
        &[("DELETE /v1/queues/orders", json!({}))],
        &["queue", "delete", "orders", "--yes"],
        &["DELETE /v1/queues/orders"],
        "is gone",
    );
}

#[test]
fn messages_are_sent_with_their_facts_and_received_and_acknowledged() {
    check_asks(
        &[("POST /v1/queues/orders/messages", json!({ "ids": ["m1"] }))],
        &["send", "orders", "hello", "--header", "kind=lemons", "--lane", "k", "--delay", "5m", "--priority", "3"],
        &[
            r#"POST /v1/queues/orders/messages {"body":"hello","delay_ms":300000,"headers":{"kind":"lemons"},"lane":"k","priority":3}"#,
        ],
        "m1",
    );
    let deliveries = json!({ "deliveries": [{ "token": "t1", "id": "m1", "body": "hello", "published_ms": 0 }] });
    let answers =
        [("POST /v1/queues/orders/receive", deliveries), ("POST /v1/settle", json!({ "results": [{ "ok": true }] }))];
    let asked = [
        r#"POST /v1/queues/orders/receive {"max":1,"wait_ms":20000}"#,
        r#"POST /v1/settle {"settlements":[{"how":"ack","token":"t1"}]}"#,
    ];
    check_asks(&answers, &["receive", "orders", "--wait", "20s", "--ack"], &asked, "hello");
    check_asks(&answers, &["receive", "orders", "--wait", "20s"], &asked[..1], "token  t1");
}

#[test]
fn each_line_of_the_input_is_a_message() {
    let input: String = (0..250).map(|n| format!("line {n}\n")).collect();
    let ran =
        ask_with_input(&[("POST /v1/queues/orders/messages", json!({ "ids": [] }))], &["send", "orders", "-"], &input);
    assert_eq!((ran.code, ran.asked.len(), ran.out.trim()), (Some(0), 3, "250 messages sent"), "{}", ran.err);
    assert!(ran.asked[2].contains(r#"{"body":"line 249"}"#) && !ran.asked[2].contains("line 199"), "{}", ran.asked[2]);
    let ran = ask_with_input(&[], &["send", "orders", "-"], "a\n");
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("with 0 messages sent"), "{}", ran.err);
}

#[test]
fn one_message_is_mended() {
    let done = json!({});
    check_asks(
        &[("DELETE /v1/messages/m1", done.clone())],
        &["message", "delete", "m1"],
        &["DELETE /v1/messages/m1"],
        "is gone",
    );
    check_asks(
        &[("POST /v1/messages/m1/release", done.clone())],
        &["message", "release", "m1"],
        &["POST /v1/messages/m1/release {}"],
        "can be delivered",
    );
    check_asks(
        &[("POST /v1/messages/m1/bury", done)],
        &["message", "bury", "m1", "--reason", "no crate"],
        &[r#"POST /v1/messages/m1/bury {"reason":"no crate"}"#],
        "is set aside",
    );
}

#[test]
fn dead_letters_go_back_or_for_good() {
    let path = "POST /v1/queues/dead/redrives";
    let trial = json!({ "matched": 3, "by_target": { "orders": 3 }, "sample": [] });
    let wanted =
        r#"{"canary":true,"canary_wait_ms":3600000,"filter":{"fingerprint":"3fa9"},"per_second":50,"target":"repair"}"#;
    check_asks(
        &[(path, trial.clone())],
        &["dlq", "redrive", "dead", "--dry-run"],
        &[r#"POST /v1/queues/dead/redrives {"dry_run":true,"filter":{}}"#],
        "3 messages would be moved: 3 to orders",
    );
    let redrive = |state: &str| json!({ "id": "r1", "queue": "dead", "state": state, "to_move": 3, "moved": 3 });
    let which = ["dlq", "redrive", "dead", "--fingerprint", "3fa9", "--to", "repair"];
    let arguments = [&which[..], &["--rate", "50", "--canary", "--canary-wait", "1h", "--yes"]].concat();
    let asked = [format!("{path} {wanted}"), "GET /v1/redrives/r1".to_owned()];
    let ran = ask(&[(path, redrive("running")), ("GET /v1/redrives/r1", redrive("done"))], &arguments);
    assert_eq!((ran.code, &ran.asked[..]), (Some(0), &asked[..]), "{}", ran.err);
    assert!(ran.out.contains("redrive r1 is done: 3 of 3 moved"), "{}", ran.out);
    let ran = ask(&[(path, redrive("running")), ("GET /v1/redrives/r1", redrive("stopped"))], &arguments);
    assert_eq!(ran.code, Some(1), "a canary that stopped is told by the exit code too");
    check_asks(
        &[(path, trial), ("POST /v1/queues/dead/drop", json!({ "dropped": 3 }))],
        &["dlq", "drop", "dead", "--older-than", "30d", "--yes"],
        &[
            r#"POST /v1/queues/dead/redrives {"dry_run":true,"filter":{"older_than_ms":2592000000}}"#,
            r#"POST /v1/queues/dead/drop {"confirm":3,"filter":{"older_than_ms":2592000000}}"#,
        ],
        "3 messages removed",
    );
}

#[test]
fn nothing_is_destroyed_where_nobody_can_be_asked() {
    let queue = json!({ "name": "orders", "ready": 1204, "delayed": 0, "leased": 0 });
    let trial = json!({ "matched": 3 });
    for arguments in [
        &["queue", "purge", "orders"][..],
        &["queue", "delete", "orders"],
        &["dlq", "drop", "orders"],
        &["dlq", "redrive", "orders"],
    ] {
        let answers = [("GET /v1/queues/orders", queue.clone()), ("POST /v1/queues/orders/redrives", trial.clone())];
        let ran = ask(&answers, arguments);
        assert_eq!((ran.code, ran.asked.len()), (Some(2), 1), "{arguments:?} {:?}", ran.asked);
        assert!(ran.err.contains("--yes"), "{}", ran.err);
    }
}
