//! The door behind the kit's TLS: which HTTP is spoken, what URLs say, how a connection ends.

use crate::bench::{Bench, json_request};
use crate::http2;
use door::listener::loopback;
use door::tls::test_support::{Authority, Client};
use door::{Connections, Limits, Listener, Tls, accept};
use std::sync::Arc;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

struct Secured {
    bench: Bench,
    authority: Authority,
    port: u16,
    _folder: TempDir,
}

fn start() -> Secured {
    let (bench, authority) = (Bench::new(), Authority::new("authority"));
    let folder = tempfile::tempdir().expect("a folder");
    let tls = Tls::load(authority.server().files(folder.path())).expect("good files");
    let listener = Listener::open(loopback(0)[0]).expect("a free port").secured(tls);
    let port = listener.local().port();
    bench.tasks.spawn(accept::run(
        listener,
        Arc::clone(&bench.door),
        Limits::new(10),
        Connections::default(),
        bench.tasks.clone(),
    ));
    Secured { bench, authority, port, _folder: folder }
}

const CREATE: &str = r#"{"QueueName":"jobs"}"#;
const URL: &str = r#"{"QueueUrl":"https://localhost:9324/000000000000/jobs"}"#;

#[tokio::test]
async fn over_tls_http_1_is_spoken_unless_both_want_http_2_and_urls_say_https() {
    let Secured { mut bench, authority, port, _folder } = start();
    for protocols in [&[][..], &["http/1.1"]] {
        let client = Client::trusting(&authority).naming(protocols);
        let conversation = async {
            let mut stream = client.connect(port).await.expect("a handshake");
            stream.write_all(&json_request("CreateQueue", CREATE)).await.expect("it reads");
            let mut answer = Vec::new();
            while !answer.ends_with(URL.as_bytes()) {
                answer.push(stream.read_u8().await.expect("the URL comes before the end"));
            }
            answer
        };
        let answer = bench.drive(conversation).await;
        assert!(answer.starts_with(b"HTTP/1.1 200 OK\r\n"));
    }
}

#[tokio::test]
async fn over_tls_http_2_is_spoken_where_the_client_offers_it_and_a_stop_ends_it_cleanly() {
    let Secured { mut bench, authority, port, _folder } = start();
    let client = Client::trusting(&authority).naming(&["h2", "http/1.1"]);
    let stream = bench.drive(client.connect(port)).await.expect("a handshake");
    let mut client = http2::Client::over(&mut bench, stream).await;
    let made = client.ask("CreateQueue", CREATE);
    assert_eq!(bench.drive(made).await.expect("it ran").expect("an answer").1, URL);
    let mut poll = client.ask("ReceiveMessage", r#"{"QueueUrl":"jobs","WaitTimeSeconds":20}"#);
    assert!(bench.settle(&mut poll).await.is_none(), "there is nothing yet");
    bench.trigger.stop();
    bench.broker.stop_waiting();
    assert_eq!(bench.drive(poll).await.expect("it ran").expect("an answer").1, "{}");
    bench.drive(client.connection).await.expect("it ran").expect("a good-bye");
    let tasks = bench.tasks.clone();
    bench.drive(tasks.drained()).await;
}
