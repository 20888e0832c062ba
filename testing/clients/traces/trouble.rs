//! Collectors that are not there, or take nothing: messages go through all the same, and what is lost is counted.

use crate::collector::{Collector, attribute};
use clients::http::request;
use clients::wait::until;
use clients::{Response, Server};
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use std::net::TcpListener;
use std::time::{Duration, Instant};

/// A batch that is given up has been tried for seven seconds.
const GIVEN_UP: Duration = Duration::from_secs(60);

fn serve(collector: &str, further: &[&str]) -> Server {
    let server = Server::start_with(&[&["--admin", "127.0.0.1:0", "--otlp-endpoint", collector], further].concat());
    assert_eq!(change(&server, "POST", "/v1/queues", r#"{"name": "orders"}"#).status, 201);
    server
}

fn change(server: &Server, method: &str, target: &str, body: &str) -> Response {
    let headers = [("content-type", "application/json"), ("longshore-change", "yes")];
    request(server.admin(), method, target, &headers, body.as_bytes())
}

fn send(server: &Server) {
    let sent = change(server, "POST", "/v1/queues/orders/messages", r#"{"body": "coffee"}"#);
    assert_eq!(sent.status, 201, "{sent:?}");
}

/// A figure of the server's metrics; 0 where it is not told yet.
fn figure(server: &Server, name: &str) -> u64 {
    let metrics = request(server.admin(), "GET", "/metrics", &[], b"");
    let line = metrics.body.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.map_or(0, |number| number.parse().expect("a number"))
}

#[test]
fn a_collector_that_is_not_there_costs_nothing_but_its_spans_which_are_counted() {
    let nobody = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}", nobody.local_addr().expect("it listens"));
    drop(nobody);
    let mut server = serve(&url, &[]);
    let begin = Instant::now();
    (0..50).for_each(|_| send(&server));
    assert!(begin.elapsed() < GIVEN_UP, "sends do not wait for it");
    until("dropped spans", GIVEN_UP, || (figure(&server, "longshore_trace_spans_dropped_total") > 0).then_some(()));
    send(&server);
    assert!(figure(&server, "longshore_trace_spans_total") >= 50);
    assert_eq!(server.log().matches("spans do not reach the collector").count(), 1, "{}", server.log());
    assert!(!server.log().contains(&url), "{}", server.log());
    server.terminate();
    assert!(server.ended_within(GIVEN_UP).success());
}

#[test]
fn a_collector_that_refuses_is_not_asked_again_with_the_same() {
    let collector = Collector::start(400);
    let server = serve(collector.url(), &[]);
    send(&server);
    let dropped = || (figure(&server, "longshore_trace_spans_dropped_total") > 0).then_some(());
    until("dropped spans", GIVEN_UP, dropped);
    assert_eq!(collector.look(|taken| taken.requests), 1);
}

#[test]
fn work_that_fails_is_an_error_with_its_words_and_the_last_spans_come_with_the_stop() {
    let collector = Collector::start(200);
    let mut server = serve(collector.url(), &["--otlp-service-name", "shop"]);
    send(&server);
    let receive = change(&server, "POST", "/v1/queues/orders/receive", "{}").json();
    let token = receive["deliveries"][0]["token"].as_str().expect("a token").to_owned();
    let settle = serde_json::json!({"settlements": [{"token": token, "how": "fail", "reason": "no beans"}]});
    assert_eq!(change(&server, "POST", "/v1/settle", &settle.to_string()).status, 200);
    server.terminate();
    assert!(server.ended_within(GIVEN_UP).success());
    let spans = collector.spans(3);
    let work = spans.iter().find(|span| span.name == "process orders").expect("there was work");
    let status = work.status.as_ref().expect("it failed");
    assert_eq!((status.code, status.message.as_str()), (StatusCode::Error as i32, "no beans"));
    assert_eq!(attribute(work, "longshore.outcome").as_deref(), Some("failed"));
    assert_eq!(attribute(work, "error.type").as_deref(), Some("failed"));
    assert_eq!(attribute(work, "longshore.door").as_deref(), Some("admin"));
    assert!(spans.iter().all(|span| span.trace_id == work.trace_id), "one trace, of its own");
    assert_eq!(collector.look(|taken| taken.resource["service.name"].clone()), "shop");
}
