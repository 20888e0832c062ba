//! What clients send is data wherever it comes back, whatever it looks like.

use super::bench::Bench;
use serde_json::{Value, json};

const NASTY: &str = "<img src=x onerror=alert(1)>\u{0}\u{1b}[2J\u{202e}\"'</script>\r\nlocation: http://evil.example";

/// The characters that a path cannot hold as they are.
fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[tokio::test]
async fn names_headers_and_bodies_come_back_as_they_were_given() {
    let bench = Bench::new();
    let made = bench.done("POST", "/v1/queues", &json!({ "name": NASTY }).to_string()).await;
    assert_eq!(made["name"], NASTY);
    let path = format!("/v1/queues/{}", encoded(NASTY));
    let answer = bench.call("GET", &path, "").await;
    assert_eq!(answer.json["name"], NASTY);
    assert_eq!(answer.headers["content-type"], "application/json");
    assert_eq!(answer.headers["x-content-type-options"], "nosniff");
    assert!(answer.headers["content-security-policy"].to_str().expect("text").starts_with("default-src 'none'"));
    let message = json!({ "body": NASTY, "headers": { NASTY: NASTY } }).to_string();
    bench.done("POST", &format!("{path}/messages"), &message).await;
    let received = bench.done("POST", &format!("{path}/receive"), "").await;
    assert_eq!(
        (&received["deliveries"][0]["body"], &received["deliveries"][0]["headers"][NASTY]),
        (&json!(NASTY), &json!(NASTY))
    );
    let listed = bench.done("GET", "/v1/queues?search=onerror", "").await;
    assert_eq!(listed["queues"][0]["name"], NASTY);
    bench.done("DELETE", &path, "").await;
}

#[tokio::test]
async fn errors_are_data_too() {
    let bench = Bench::new();
    let unknown = format!("/v1/queues/{}", encoded(NASTY));
    let answer = bench.call("GET", &unknown, "").await;
    assert_eq!(answer.headers["content-type"], "application/json");
    assert_eq!(answer.json["error"]["code"], "no_such_queue");
    for body in [
        "[]",
        "null",
        "\"\"",
        "{\"a\":{\"a\":{\"a\":{}}}}",
        "\u{feff}{}",
        &"[".repeat(10_000),
        "{\"name\":\"\\ud800\"}",
    ] {
        bench.refused("POST", "/v1/queues", body, "bad_request").await;
    }
    bench.refused("GET", "/v1/queues/%FF", "", "bad_request").await;
    let long: Value = json!({ "name": "x".repeat(300) });
    bench.refused("POST", "/v1/queues", &long.to_string(), "bad_request").await;
}

#[tokio::test]
async fn a_web_page_of_another_site_reaches_nothing() {
    let bench = Bench::new();
    for headers in [[("host", "evil.example")], [("origin", "http://evil.example")], [("sec-fetch-site", "cross-site")]]
    {
        let answer = bench.call_with("GET", "/v1/overview", "", &headers).await;
        assert_eq!(answer.json["error"]["code"], "forbidden", "{headers:?}");
    }
}
