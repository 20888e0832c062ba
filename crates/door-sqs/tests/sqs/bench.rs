//! A broker over a store in memory, a door, and a client that speaks bytes. Nothing here waits for real time: the test's clock
//! moves when the test says so, and the broker takes its steps between the client's.

use broker::{Broker, Parts, Recovering, Runner, Signal};
use door::Tasks;
use door::shutdown::{Trigger, pair};
use door_sqs::{Origin, SqsConfig, SqsDoor};
use journal::memory::{MemoryJournal, MemoryStore};
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use vocab::clock::ManualClock;

/// Larger than anything a test sends at once, so that a write never waits for the reader.
const PIPE_BYTES: usize = 8 * 1024 * 1024;

pub(crate) struct Bench {
    pub(crate) store: MemoryStore,
    pub(crate) clock: ManualClock,
    pub(crate) broker: Broker,
    pub(crate) door: Arc<SqsDoor>,
    pub(crate) trigger: Trigger,
    pub(crate) tasks: Tasks,
    runner: Runner<MemoryJournal>,
}

/// One HTTP response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Response {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).filter_map(|line| line.split_once(": ")).find(|(n, _)| *n == name).map(|(_, v)| v)
    }
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self::with(SqsConfig::default())
    }

    pub(crate) fn with(config: SqsConfig) -> Self {
        let (store, clock) = (MemoryStore::new(), ManualClock::at(1_700_000_000_000));
        let mut recovering = Recovering::default();
        let (journal, opened) = store.open(&mut recovering).expect("an empty store opens");
        let shared_clock: Arc<ManualClock> = Arc::new(clock.clone());
        let (broker, runner) = broker::start(Parts {
            journal,
            recovering,
            opened,
            clock: shared_clock.clone(),
            signal: Arc::new(Signal::default()),
            offload: Arc::new(|job| job()),
            history: None,
            traces: None,
        })
        .expect("an empty store is consistent");
        let door = Arc::new(SqsDoor::new(broker.clone(), config, shared_clock));
        let (trigger, shutdown) = pair();
        Self { store, clock, broker, door, trigger, tasks: Tasks::new(shutdown), runner }
    }

    /// A new connection: the client's end, and the door's future.
    pub(crate) fn connect(&self) -> (DuplexStream, impl Future<Output = ()> + Send + use<>) {
        let (client, server) = duplex(PIPE_BYTES);
        (client, self.door.clone().serve_stream(server, self.tasks.clone(), Origin::default()))
    }

    /// Runs `future` while the broker takes its steps.
    pub(crate) async fn drive<F: Future>(&mut self, future: F) -> F::Output {
        let mut future = pin!(future);
        loop {
            tokio::select! {
                biased;
                output = &mut future => return output,
                () = tokio::task::yield_now() => drop(self.runner.step()),
            }
        }
    }

    /// Runs `future` so far that it waits for the broker, which has nothing more to do.
    pub(crate) async fn settle<F: Future + Unpin>(&mut self, future: &mut F) -> Option<F::Output> {
        for _ in 0..50 {
            tokio::select! {
                biased;
                output = &mut *future => return Some(output),
                () = tokio::task::yield_now() => drop(self.runner.step()),
            }
        }
        None
    }

    /// Sends one request on a connection of its own and gives the answer.
    pub(crate) async fn call(&mut self, request: &[u8]) -> Response {
        let (client, door) = self.connect();
        let conversation = talk(client, door, async |client| {
            client.write_all(request).await.expect("the pipe takes it");
            read_response(client).await.expect("an answer")
        });
        self.drive(conversation).await
    }

    pub(crate) async fn json(&mut self, action: &str, body: &str) -> Response {
        self.call(&json_request(action, body)).await
    }

    /// Lets time pass.
    pub(crate) async fn pass_ms(&mut self, ms: u64) {
        self.clock.advance_ms(ms);
        self.settle(&mut std::future::pending::<()>()).await;
    }
}

pub(crate) fn json_request(action: &str, body: &str) -> Vec<u8> {
    format!(
        "POST / HTTP/1.1\r\nhost: localhost:9324\r\nx-amz-target: AmazonSQS.{action}\r\n\
         content-type: application/x-amz-json-1.0\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// Reads one response; `None` where the other end hung up first.
pub(crate) async fn read_response(stream: &mut DuplexStream) -> Option<Response> {
    let mut bytes = Vec::new();
    let head_end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        let mut byte = [0];
        if stream.read(&mut byte).await.ok()? == 0 {
            return None;
        }
        bytes.push(byte[0]);
    };
    let head = String::from_utf8(bytes[..head_end].to_vec()).expect("a head is ASCII");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status line");
    let mut response = Response { status, head, body: String::new() };
    let length = response.header("content-length").map_or(0, |length| length.parse().expect("a length"));
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    response.body = String::from_utf8(body).expect("bodies are UTF-8");
    Some(response)
}

/// Runs `conversation` and the door together, until the conversation is over; the door may hang up before.
pub(crate) async fn talk<T>(
    mut client: DuplexStream,
    door: impl Future<Output = ()>,
    conversation: impl AsyncFnOnce(&mut DuplexStream) -> T,
) -> T {
    let mut door = pin!(door);
    let mut hung_up = false;
    let mut conversation = pin!(conversation(&mut client));
    loop {
        tokio::select! {
            biased;
            output = &mut conversation => return output,
            () = &mut door, if !hung_up => hung_up = true,
        }
    }
}
