//! The door as a client sees it: over a socket, without a broker (the store is still being opened).

use crate::config::AdminConfig;
use crate::session::Admin;
use crate::status::Status;
use door::listener::loopback;
use door::{Connections, Door, HostRule, Limits, Listener, Outcome, Tasks, Trigger, accept, shutdown};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

struct Running {
    address: SocketAddr,
    admin: Arc<Admin>,
    trigger: Trigger,
    tasks: Tasks,
}

fn start() -> Running {
    let (trigger, shutdown) = shutdown::pair();
    let tasks = Tasks::new(shutdown.clone());
    let rule = HostRule { allowed: vec!["mq.example".to_owned()], anonymous: true };
    let config = AdminConfig { host_rule: rule, ..AdminConfig::default() };
    let admin = Arc::new(Admin::new(Arc::new(Status::new(shutdown)), config));
    let listener = Listener::open(loopback(0)[0]).expect("a free port");
    let address = listener.local();
    tasks.spawn(accept::run(listener, Arc::clone(&admin), Limits::new(10), Connections::default(), tasks.clone()));
    Running { address, admin, trigger, tasks }
}

async fn ask(running: &Running, path: &str, headers: &str) -> String {
    let mut stream = TcpStream::connect(running.address).await.expect("it listens");
    let request = format!("GET {path} HTTP/1.1\r\n{headers}connection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("text, then the end");
    answer
}

#[tokio::test]
async fn a_recovering_server_is_alive_but_not_ready() {
    let running = start();
    assert!(ask(&running, "/healthz", "host: localhost\r\n").await.starts_with("HTTP/1.1 200 "));
    let answer = ask(&running, "/readyz", "host: localhost\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 503 ") && answer.ends_with("recovering\n"), "{answer}");
    let answer = ask(&running, "/metrics", "host: localhost\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.contains("longshore_ready 0\n"), "{answer}");
}

#[tokio::test]
async fn an_unknown_path_names_the_known_ones() {
    let answer = ask(&start(), "/health", "host: localhost\r\n").await;
    assert!(
        answer.starts_with("HTTP/1.1 404 ") && answer.contains("\"not_found\"") && answer.contains("/healthz"),
        "{answer}"
    );
}

#[tokio::test]
async fn web_pages_and_foreign_names_are_refused_and_counted() {
    let running = start();
    let refused = [
        "host: evil.example\r\n",
        "host: localhost\r\norigin: http://evil.example\r\n",
        "host: localhost\r\nsec-fetch-site: cross-site\r\n",
    ];
    for headers in refused {
        assert!(ask(&running, "/metrics", headers).await.starts_with("HTTP/1.1 403 "), "{headers:?}");
    }
    assert!(ask(&running, "/metrics", "host: mq.example:9325\r\n").await.starts_with("HTTP/1.1 200 "));
    let count = |outcome| {
        let mut rows = running.admin.tally().rows();
        rows.find(|row| row.operation == "metrics" && row.outcome == outcome).map(|row| row.count)
    };
    assert_eq!((count(Outcome::Refused), count(Outcome::Done)), (Some(3), Some(1)));
}

#[tokio::test]
async fn a_stop_ends_an_idle_connection() {
    let running = start();
    let mut stream = TcpStream::connect(running.address).await.expect("it listens");
    stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n").await.expect("it reads");
    let mut start_of_answer = [0; 12];
    stream.read_exact(&mut start_of_answer).await.expect("an answer");
    running.trigger.stop();
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).await.expect("the rest, then the end");
    running.tasks.drained().await;
}
