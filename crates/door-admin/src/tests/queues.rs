//! Queues as such.

use super::bench::Bench;
use serde_json::json;
use vocab::QueueSettings;

#[tokio::test]
async fn a_queue_is_made_changed_and_removed() {
    let bench = Bench::new();
    let made = bench.done("POST", "/v1/queues", r#"{"name":"orders","settings":{"lease_ms":5000}}"#).await;
    assert_eq!(
        (&made["settings"]["lease_ms"], &made["paused"], &made["ready"]),
        (&json!(5000), &json!(false), &json!(0))
    );
    bench.refused("POST", "/v1/queues", r#"{"name":"orders"}"#, "exists").await;
    let changed = bench.done("PATCH", "/v1/queues/orders", r#"{"settings":{"delay_ms":7}}"#).await;
    assert_eq!((&changed["settings"]["lease_ms"], &changed["settings"]["delay_ms"]), (&json!(5000), &json!(7)));
    let revision = made["revision"].as_u64().expect("a number");
    let stale = format!(r#"{{"settings":{{"delay_ms":8}},"revision":{revision}}}"#);
    bench.refused("PATCH", "/v1/queues/orders", &stale, "changed").await;
    bench.done("DELETE", "/v1/queues/orders", "").await;
    bench.refused("GET", "/v1/queues/orders", "", "no_such_queue").await;
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_in_words() {
    let bench = Bench::new();
    bench.done("POST", "/v1/queues", r#"{"name":"orders"}"#).await;
    let check = async |body: &str, part: &str| {
        let error = bench.refused("PATCH", "/v1/queues/orders", body, "bad_request").await;
        assert!(error.to_string().contains(part), "{body}: {error}");
    };
    check(r#"{"settings":{"leas_ms":1}}"#, "did you mean `lease_ms`?").await;
    check(r#"{"setings":{}}"#, "did you mean `settings`?").await;
    let bury =
        |to: &str| format!(r#"{{"settings":{{"bury":{{"counted_by":"failures","max":3,"dead_letter":"{to}"}}}}}}"#);
    check(&bury("nowhere"), "there is no queue `nowhere`").await;
    check(&bury("orders"), "in itself").await;
    bench.done("POST", "/v1/queues", r#"{"name":"dead"}"#).await;
    let changed = bench.done("PATCH", "/v1/queues/orders", &bury("dead")).await;
    assert_eq!(changed["dead_letter"], "dead");
    assert_eq!(bench.done("GET", "/v1/queues/dead", "").await["sources"], json!(["orders"]));
    bench.refused("GET", "/v1/queues?limit=0", "", "bad_request").await;
    bench.refused("GET", "/v1/queues?limt=1", "", "bad_request").await;
    bench.refused("GET", "/v1/queue", "", "not_found").await;
    let answer = bench.call("PUT", "/v1/queues", "").await;
    assert_eq!(
        (answer.json["error"]["code"].as_str(), answer.headers.contains_key("allow")),
        (Some("method_not_allowed"), true)
    );
}

#[tokio::test]
async fn ten_thousand_queues_are_listed_a_page_at_a_time() {
    let bench = Bench::new();
    for number in 0..10_000 {
        let name = format!("queue-{number:05}");
        bench.broker.create_queue(&name, QueueSettings::default(), Default::default()).await.expect("it is made");
    }
    bench.done("POST", "/v1/queues/queue-07777/messages", r#"{"body":"a"}"#).await;
    let page = bench.done("GET", "/v1/queues?offset=5000&limit=3", "").await;
    assert_eq!((&page["total"], &page["matched"]), (&json!(10_000), &json!(10_000)));
    let names = |page: &serde_json::Value| -> Vec<String> {
        page["queues"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|queue| queue["name"].as_str().unwrap_or_default().into())
            .collect()
    };
    assert_eq!(names(&page), ["queue-05000", "queue-05001", "queue-05002"]);
    let found = bench.done("GET", "/v1/queues?search=QUEUE-0999&order=desc", "").await;
    assert_eq!((&found["matched"], names(&found)[0].as_str()), (&json!(10), "queue-09999"));
    let longest = bench.done("GET", "/v1/queues?sort=ready&limit=1", "").await;
    assert_eq!(names(&longest), ["queue-07777"]);
    assert_eq!(bench.done("GET", "/v1/overview", "").await["queues"], 10_000);
    assert_eq!(bench.done("GET", "/v1/queues?kind=dead_letter", "").await["matched"], 0);
}

#[tokio::test]
async fn nothing_is_delivered_from_a_paused_queue() {
    let bench = Bench::new();
    bench.done("POST", "/v1/queues", r#"{"name":"orders"}"#).await;
    bench.done("POST", "/v1/queues/orders/messages", r#"{"messages":[{"body":"a"},{"body":"b"}]}"#).await;
    assert_eq!(bench.done("POST", "/v1/queues/orders/pause", "").await["paused"], true);
    assert_eq!(bench.done("POST", "/v1/queues/orders/receive", "").await["deliveries"], json!([]));
    assert_eq!(bench.done("POST", "/v1/queues/orders/resume", "").await["paused"], false);
    let received = bench.done("POST", "/v1/queues/orders/receive", "").await;
    assert_eq!(received["deliveries"][0]["body"], "a");
    assert_eq!(bench.done("POST", "/v1/queues/orders/purge", r#"{"what":"ready"}"#).await["purged"], 1);
    assert_eq!(bench.done("POST", "/v1/queues/orders/purge", r#"{"what":"all"}"#).await["purged"], 1);
}
