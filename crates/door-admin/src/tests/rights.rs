//! The authorization matrix: every call of the table, made by every kind of caller.

use super::bench::{Bench, guarded, secret, user};
use crate::authorization::Need;
use crate::commands::calls;
use crate::frame::Call;
use axum::http::StatusCode;
use broker::Broker;
use door::access::Permission;
use vocab::{MessageId, PartitionId, PartitionKey, QueueSettings, Seq};

/// The kinds of callers, and what they are granted on `orders`; the last one runs the server.
const CALLERS: [(&str, &[Permission]); 6] = [
    ("nobody", &[]),
    ("stranger", &[]),
    ("sender", &[Permission::Send]),
    ("receiver", &[Permission::Receive]),
    ("manager", &[Permission::Manage]),
    ("operator", &Permission::ALL),
];

fn bench() -> Bench {
    let users = CALLERS.into_iter().skip(1).map(|(name, may)| match name {
        "operator" => user(name, &[("*", may)]),
        "stranger" => user(name, &[("invoices", &Permission::ALL)]),
        name => user(name, &[("orders", may)]),
    });
    Bench::with(guarded(users))
}

/// Makes sure that there is a queue `orders`, whatever the last call did to it; the id of a message of it.
async fn orders(broker: &Broker) -> String {
    let queue = match broker.queue("orders") {
        Some(queue) => queue,
        None => broker.create_queue("orders", QueueSettings::default(), Default::default()).await.expect("it is made"),
    };
    MessageId::new(PartitionKey::new(queue.id, PartitionId(0)), Seq(1)).to_string()
}

/// What the caller is told before anything is done; `None` where they get through.
fn expected(need: Need, caller: &str, granted: &[Permission]) -> Option<StatusCode> {
    let or_forbidden = |may: bool| (!may).then_some(StatusCode::FORBIDDEN);
    match need {
        Need::Nothing => None,
        _ if caller == "nobody" => Some(StatusCode::UNAUTHORIZED),
        Need::User | Need::Handler => None,
        Need::See => or_forbidden(!granted.is_empty()),
        Need::May(permission) => or_forbidden(granted.contains(&permission)),
        Need::Operate => or_forbidden(caller == "operator"),
    }
}

#[tokio::test]
async fn every_call_lets_through_whom_it_should_and_nobody_else() {
    let bench = bench();
    for call in calls() {
        for (caller, granted) in CALLERS {
            let id = orders(&bench.broker).await;
            let path = call.path.replace("{queue}", "orders").replace("{id}", &id);
            let bearer = format!("Bearer {}", secret(caller));
            let mut headers = vec![("longshore-change", "yes")];
            if caller != "nobody" {
                headers.push(("authorization", &bearer));
            }
            let response = bench.begin(call.method.as_str(), &path, "{}", &headers).await;
            let kept_out = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN];
            let told = Some(response.status()).filter(|status| kept_out.contains(status));
            if call.need == Need::Handler && told == Some(StatusCode::FORBIDDEN) {
                continue;
            }
            assert_eq!(told, expected(call.need, caller, granted), "{} {path} by {caller}", call.method);
        }
    }
}

#[tokio::test]
async fn every_change_needs_the_header_that_no_web_page_can_send() {
    let bench = Bench::new();
    for call in calls().into_iter().filter(Call::is_change) {
        let id = orders(&bench.broker).await;
        let path = call.path.replace("{queue}", "orders").replace("{id}", &id);
        let answer = bench.call_with(call.method.as_str(), &path, "{}", &[]).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{} {path}", call.method);
    }
}

#[tokio::test]
async fn queues_that_a_body_or_a_token_names_are_asked_about_too() {
    let bench = bench();
    let as_user = |name: &str| format!("Bearer {}", secret(name));
    let call = async |name: &str, path: &str, body: &str| {
        let bearer = as_user(name);
        bench.call_with("POST", path, body, &[("longshore-change", "yes"), ("authorization", &bearer)]).await
    };
    let make = r#"{"name":"orders"}"#;
    assert_eq!(call("sender", "/v1/queues", make).await.status, StatusCode::FORBIDDEN);
    assert_eq!(call("manager", "/v1/queues", r#"{"name":"invoices"}"#).await.status, StatusCode::FORBIDDEN);
    assert_eq!(call("manager", "/v1/queues", make).await.status, StatusCode::CREATED);
    assert_eq!(call("sender", "/v1/queues/orders/messages", r#"{"body":"a"}"#).await.status, StatusCode::CREATED);
    let received = call("receiver", "/v1/queues/orders/receive", "").await.json;
    let token = received["deliveries"][0]["token"].as_str().expect("a token");
    let settle = format!(r#"{{"settlements":[{{"token":"{token}","how":"ack"}}]}}"#);
    let result = async |name: &str| call(name, "/v1/settle", &settle).await.json["results"][0].clone();
    assert_eq!(result("manager").await["error"]["code"], "forbidden");
    assert_eq!(result("receiver").await["ok"], true);
}

#[tokio::test]
async fn what_is_listed_is_what_the_caller_may_know_of() {
    let bench = bench();
    for name in ["orders", "invoices"] {
        bench.broker.create_queue(name, QueueSettings::default(), Default::default()).await.expect("it is made");
    }
    let listed = async |name: &str| {
        let bearer = format!("Bearer {}", secret(name));
        let answer = bench.call_with("GET", "/v1/queues", "", &[("authorization", &bearer)]).await.json;
        answer["queues"].as_array().expect("a list").iter().map(|queue| queue["name"].to_string()).collect::<String>()
    };
    assert_eq!(listed("sender").await, "\"orders\"");
    assert_eq!(listed("stranger").await, "\"invoices\"");
    assert_eq!(listed("operator").await, "\"invoices\"\"orders\"");
}

#[tokio::test]
async fn a_script_is_challenged_so_that_no_browser_shows_its_own_box() {
    let bench = bench();
    let challenge = async |headers: &[(&str, &str)]| {
        let answer = bench.call_with("GET", "/v1/overview", "", headers).await;
        assert_eq!(answer.json["error"]["code"], "unauthenticated");
        answer.headers["www-authenticate"].to_str().expect("text").to_owned()
    };
    assert!(challenge(&[]).await.starts_with("Basic realm=\"longshore\""));
    assert!(challenge(&[("sec-fetch-dest", "empty")]).await.starts_with("Bearer "));
}
