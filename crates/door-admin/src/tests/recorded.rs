//! Every change is recorded, with who made it, and nothing that is secret.

use super::bench::{Bench, guarded, secret, user};
use door::access::Permission;
use serde_json::Value;

async fn entries(bench: &Bench, headers: &[(&str, &str)]) -> Vec<Value> {
    let answer = bench.call_with("GET", "/v1/audit?limit=50", "", headers).await;
    answer.json["entries"].as_array().unwrap_or_else(|| panic!("{answer:?}")).clone()
}

#[tokio::test]
async fn changes_are_recorded_with_their_outcome_and_looks_are_not() {
    let access =
        guarded([user("operator", &[("*", &Permission::ALL)]), user("sender", &[("orders", &[Permission::Send])])]);
    let bench = Bench::with(access);
    let (operator, sender) = (format!("Bearer {}", secret("operator")), format!("Bearer {}", secret("sender")));
    let headers = [("authorization", operator.as_str()), ("longshore-change", "replay after the fix")];
    bench.call_with("POST", "/v1/queues", r#"{"name":"orders","settings":{"lease_ms":9}}"#, &headers).await;
    bench.call_with("GET", "/v1/queues/orders", "", &headers).await;
    let headers = [("authorization", sender.as_str()), ("longshore-change", "yes")];
    bench.call_with("POST", "/v1/queues/orders/messages", r#"{"body":"a private matter"}"#, &headers).await;
    bench.call_with("POST", "/v1/queues/orders/purge", r#"{"what":"all"}"#, &headers).await;

    let entries = entries(&bench, &[("authorization", &operator)]).await;
    let told = |at: usize, field: &str| entries[at][field].as_str().unwrap_or_default().to_owned();
    assert_eq!(entries.len(), 3, "{entries:?}");
    assert_eq!(
        (told(2, "action"), told(2, "user"), told(2, "queue")),
        ("create_queue".into(), "operator".into(), "orders".into())
    );
    assert_eq!((told(2, "remark"), told(2, "outcome")), ("replay after the fix".into(), "done".into()));
    assert_eq!(entries[2]["details"]["settings"]["lease_ms"], 9);
    assert_eq!((told(1, "action"), entries[1]["details"]["messages"].clone()), ("send_messages".into(), 1.into()));
    assert_eq!((told(0, "action"), told(0, "outcome")), ("purge_queue".into(), "forbidden".into()));
    #[expect(clippy::disallowed_methods, reason = "the test plays the operator")]
    let text = std::fs::read_to_string(bench.folder.path().join("audit.jsonl")).expect("the log");
    for kept_out in [secret("operator"), secret("sender"), "private".to_owned()] {
        assert!(!text.contains(&kept_out), "{kept_out} is in {text}");
    }
}

#[tokio::test]
async fn a_change_whose_caller_hung_up_is_recorded_too() {
    let bench = Bench::new();
    {
        let call = bench.call("POST", "/v1/queues", r#"{"name":"orders"}"#);
        tokio::pin!(call);
        assert!(futures_util::poll!(call.as_mut()).is_pending());
    }
    let mut found = entries(&bench, &[]).await;
    while found.is_empty() {
        tokio::task::yield_now().await;
        found = entries(&bench, &[]).await;
    }
    assert_eq!(found[0]["action"], "create_queue");
    // The broker may have been quicker than the caller.
    assert!(["unknown", "done"].contains(&found[0]["outcome"].as_str().expect("a text")), "{}", found[0]);
}
