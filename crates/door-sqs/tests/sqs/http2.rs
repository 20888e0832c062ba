//! HTTP/2 on plain connections, by prior knowledge: what is its own, from many requests at a time to the good-bye.

use crate::bench::Bench;
use bytes::Bytes;
use door_sqs::SqsConfig;
use http_body_util::{BodyExt, Full};
use hyper::body::Frame;
use hyper::client::conn::http2::{SendRequest, handshake};
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::{TokioExecutor, TokioIo};
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream};
use tokio::task::JoinHandle;

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const EMPTY_SETTINGS: &[u8] = &[0, 0, 0, 4, 0, 0, 0, 0, 0];
const POLL: &str = r#"{"QueueUrl":"jobs","WaitTimeSeconds":20}"#;

type Body = http_body_util::combinators::BoxBody<Bytes, Infallible>;
type Answer = Result<(StatusCode, String), hyper::Error>;

/// The client's end of one connection, which runs beside the test.
pub(crate) struct Client {
    requests: SendRequest<Body>,
    pub(crate) connection: JoinHandle<hyper::Result<()>>,
}

fn spawn<T: Send + 'static>(future: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
    #[expect(clippy::disallowed_methods, reason = "a client beside the door")]
    tokio::spawn(future)
}

fn full(body: impl Into<Bytes>) -> Body {
    Full::new(body.into()).boxed()
}

impl Client {
    /// Begins to speak HTTP/2 over `stream`.
    pub(crate) async fn over<S>(bench: &mut Bench, stream: S) -> Self
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let shaken = bench.drive(handshake(TokioExecutor::new(), TokioIo::new(stream))).await;
        let (requests, connection) = shaken.expect("the preface is understood");
        Self { requests, connection: spawn(connection) }
    }

    /// Sends a request that runs beside the test until it is awaited.
    fn ask_with(&mut self, action: &str, header: &str, body: Body) -> JoinHandle<Answer> {
        let request = Request::builder().method(Method::POST).uri("http://localhost:9324/");
        let request = request.header("x-amz-target", format!("AmazonSQS.{action}")).header("x-long", header);
        let answer = self.requests.send_request(request.body(body).expect("a request"));
        spawn(async move {
            let (head, body) = answer.await?.into_parts();
            let body = body.collect().await?.to_bytes();
            Ok((head.status, String::from_utf8(body.to_vec()).expect("UTF-8")))
        })
    }

    pub(crate) fn ask(&mut self, action: &str, body: &'static str) -> JoinHandle<Answer> {
        self.ask_with(action, "", full(body))
    }
}

/// A body of which the beginning comes and nothing else.
struct Stuck(bool);

impl hyper::body::Body for Stuck {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match std::mem::replace(&mut self.0, true) {
            false => Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"{"))))),
            true => Poll::Pending,
        }
    }
}

/// A broker with a queue, a connection to it, and the door's end of that.
async fn with_jobs(config: SqsConfig) -> (Bench, Client, JoinHandle<()>) {
    let mut bench = Bench::with(config);
    let (stream, door) = bench.connect();
    let door = spawn(door);
    let mut client = Client::over(&mut bench, stream).await;
    let made = client.ask("CreateQueue", r#"{"QueueName":"jobs"}"#);
    let (status, body) = bench.drive(made).await.expect("it ran").expect("an answer");
    assert_eq!((status, body.as_str()), (StatusCode::OK, r#"{"QueueUrl":"http://localhost:9324/000000000000/jobs"}"#));
    (bench, client, door)
}

#[tokio::test]
async fn a_long_poll_holds_up_no_other_request_of_its_connection() {
    let (mut bench, mut client, _door) = with_jobs(SqsConfig::default()).await;
    let mut poll = client.ask("ReceiveMessage", POLL);
    assert!(bench.settle(&mut poll).await.is_none(), "there is nothing yet");
    let sent = client.ask("SendMessage", r#"{"QueueUrl":"jobs","MessageBody":"at last"}"#);
    assert_eq!(bench.drive(sent).await.expect("it ran").expect("an answer").0, StatusCode::OK);
    let (status, body) = bench.drive(poll).await.expect("it ran").expect("an answer");
    assert!(status == StatusCode::OK && body.contains(r#""Body":"at last""#), "{body}");
}

#[tokio::test]
async fn many_large_bodies_pass_side_by_side() {
    let config = SqsConfig { request_bytes_in_flight: 1024 * 1024, ..SqsConfig::default() };
    let (mut bench, mut client, _door) = with_jobs(config).await;
    let send = format!(r#"{{"QueueUrl":"jobs","MessageBody":"{}"}}"#, "x".repeat(300_000));
    let sends: Vec<_> = (0..100).map(|_| client.ask_with("SendMessage", "", full(send.clone()))).collect();
    for sent in sends {
        assert_eq!(bench.drive(sent).await.expect("it ran").expect("an answer").0, StatusCode::OK);
    }
}

#[tokio::test]
async fn a_stop_answers_long_polls_and_takes_no_more() {
    let (mut bench, mut client, door) = with_jobs(SqsConfig::default()).await;
    let mut poll = client.ask("ReceiveMessage", POLL);
    assert!(bench.settle(&mut poll).await.is_none());
    bench.trigger.stop();
    bench.broker.stop_waiting();
    let (status, body) = bench.drive(poll).await.expect("it ran").expect("an answer");
    assert_eq!((status, body.as_str()), (StatusCode::OK, "{}"));
    bench.drive(door).await.expect("the door hangs up");
    bench.drive(client.connection).await.expect("it ran").expect("the end is a clean one");
    let tasks = bench.tasks.clone();
    bench.drive(tasks.drained()).await;
}

#[tokio::test]
async fn a_client_that_goes_away_takes_no_message_with_it() {
    let (mut bench, mut client, door) = with_jobs(SqsConfig::default()).await;
    let mut poll = client.ask("ReceiveMessage", POLL);
    assert!(bench.settle(&mut poll).await.is_none());
    poll.abort();
    client.connection.abort();
    drop(client.requests);
    bench.drive(door).await.expect("the door hangs up");
    let tasks = bench.tasks.clone();
    bench.drive(tasks.drained()).await;
    bench.json("SendMessage", r#"{"QueueUrl":"jobs","MessageBody":"still here"}"#).await;
    let count =
        bench.json("GetQueueAttributes", r#"{"QueueUrl":"jobs","AttributeNames":["ApproximateNumberOfMessages"]}"#);
    assert!(count.await.body.contains(r#":"1""#));
}

#[tokio::test]
async fn a_request_that_is_given_up_takes_no_message_with_it_either() {
    let (mut bench, mut client, _door) = with_jobs(SqsConfig::default()).await;
    let mut poll = client.ask("ReceiveMessage", POLL);
    assert!(bench.settle(&mut poll).await.is_none());
    poll.abort();
    assert!(bench.settle(&mut poll).await.is_some_and(|ended| ended.is_err()), "it was given up");
    let sent = client.ask("SendMessage", r#"{"QueueUrl":"jobs","MessageBody":"still here"}"#);
    bench.drive(sent).await.expect("it ran").expect("an answer");
    let received = client.ask("ReceiveMessage", POLL);
    assert!(bench.drive(received).await.expect("it ran").expect("an answer").1.contains("still here"));
}

#[tokio::test]
async fn a_head_over_the_limit_is_refused() {
    let (mut bench, mut client, _door) = with_jobs(SqsConfig::default()).await;
    let refused = client.ask_with("ListQueues", &"x".repeat(100_000), full("{}"));
    let refused = bench.drive(refused).await.expect("it ran");
    assert!(refused.is_err() || refused.is_ok_and(|(status, _)| status == StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE));
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_arrive_is_reset_while_others_go_on() {
    let (mut bench, mut client, _door) = with_jobs(SqsConfig::default()).await;
    let mut stuck = client.ask_with("SendMessage", "", BodyExt::boxed(Stuck(false)));
    assert!(bench.settle(&mut stuck).await.is_none());
    for _ in 0..3 {
        tokio::time::advance(Duration::from_secs(25)).await;
        let busy = client.ask("ListQueues", "{}");
        assert_eq!(bench.drive(busy).await.expect("it ran").expect("an answer").0, StatusCode::OK);
    }
    bench.drive(stuck).await.expect("it ran").expect_err("nobody waits for ever");
}

#[tokio::test(start_paused = true)]
async fn a_silent_connection_is_told_to_go() {
    let (_bench, client, door) = with_jobs(SqsConfig::default()).await;
    let begun = tokio::time::Instant::now();
    client.connection.await.expect("it ran").expect("a good-bye, no broken connection");
    door.await.expect("the door hangs up");
    let patience = begun.elapsed().as_secs_f64() / 60.0;
    assert!((1.0..=2.1).contains(&patience), "{patience} times its patience");
}

#[tokio::test(start_paused = true)]
async fn a_silent_client_that_does_not_go_is_cut() {
    let bench = Bench::new();
    let (mut client, door) = bench.connect();
    // The preface and an empty SETTINGS frame, then nothing: not even the answer to the good-bye.
    client.write_all(&[PREFACE, EMPTY_SETTINGS].concat()).await.expect("the pipe takes it");
    let begun = tokio::time::Instant::now();
    door.await;
    let patience = begun.elapsed().as_secs_f64() / 60.0;
    assert!((1.0..=2.4).contains(&patience), "{patience} times its patience");
}

#[tokio::test(start_paused = true)]
async fn a_stop_does_not_wait_long_for_a_client_that_does_not_go() {
    let bench = Bench::new();
    let (mut client, door) = bench.connect();
    client.write_all(&[PREFACE, EMPTY_SETTINGS].concat()).await.expect("the pipe takes it");
    let door = spawn(door);
    let _settings = frame(&mut client, 4).await;
    let begun = tokio::time::Instant::now();
    bench.trigger.stop();
    door.await.expect("the door hangs up");
    assert!(begun.elapsed() <= Duration::from_secs(11), "{:?}", begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_connection_whose_request_was_given_up_can_be_silent_again() {
    let (mut bench, mut client, door) = with_jobs(SqsConfig::default()).await;
    let mut poll = client.ask("ReceiveMessage", POLL);
    assert!(bench.settle(&mut poll).await.is_none());
    poll.abort();
    client.connection.await.expect("it ran").expect("a good-bye");
    door.await.expect("the door hangs up");
}

#[tokio::test]
async fn a_preface_may_arrive_in_pieces() {
    let hello = [PREFACE, EMPTY_SETTINGS].concat();
    for cut in 1..PREFACE.len() {
        let mut bench = Bench::new();
        let (mut client, door) = bench.connect();
        let mut door = Box::pin(door);
        client.write_all(&hello[..cut]).await.expect("the pipe takes it");
        assert!(bench.settle(&mut door).await.is_none(), "cut at {cut}: the door waits for the rest");
        client.write_all(&hello[cut..]).await.expect("the pipe takes it");
        let _door = spawn(door);
        frame(&mut client, 4).await;
    }
}

/// The payload of the next frame of this kind.
async fn frame(client: &mut DuplexStream, kind: u8) -> Vec<u8> {
    loop {
        let mut head = [0; 9];
        client.read_exact(&mut head).await.expect("a frame");
        let mut payload = vec![0; usize::from(head[1]) << 8 | usize::from(head[2])];
        client.read_exact(&mut payload).await.expect("its payload");
        if head[3] == kind {
            return payload;
        }
    }
}

#[tokio::test]
async fn what_a_client_may_have_on_its_way_is_told_at_once() {
    let bench = Bench::new();
    let (mut client, door) = bench.connect();
    let door = spawn(door);
    client.write_all(&[PREFACE, EMPTY_SETTINGS].concat()).await.expect("the pipe takes it");
    let settings = frame(&mut client, 4).await;
    let setting = |wanted: u8| {
        let entry = settings.chunks_exact(6).find(|entry| entry[..2] == [0, wanted])?;
        Some(u32::from_be_bytes([entry[2], entry[3], entry[4], entry[5]]))
    };
    let (streams, window, head_bytes) = (setting(3), setting(4).unwrap_or(65_535), setting(6));
    assert_eq!((streams, window, head_bytes), (Some(100), 65_535, Some(65_536)));
    let more = frame(&mut client, 8).await;
    let more = u32::from_be_bytes([more[0], more[1], more[2], more[3]]);
    assert_eq!(more + 65_535, 100 * 65_535, "the connection's window is the sum of its requests'");
    drop(client);
    door.await.expect("the door hangs up");
}
