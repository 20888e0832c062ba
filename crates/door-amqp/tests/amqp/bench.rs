//! A broker over a store in memory, the door, and a client that speaks frames. Nothing here waits for real time: the test's clock moves
//! when the test says so, and the broker takes its steps between the client's.

use broker::{Broker, Parts, Recovering, Runner, Signal};
use bytes::{Buf, BytesMut};
use door::shutdown::{Trigger, pair};
use door_amqp::wire::content::put_content;
use door_amqp::wire::frame::{self, Frame, FrameKind};
use door_amqp::wire::methods::{self, Decode, Method, ServerMethod, basic, channel, connection};
use door_amqp::wire::protocol::HEADER;
use door_amqp::wire::table::{TableBuilder, Value};
use door_amqp::{AmqpConfig, AmqpDoor};
use journal::memory::{MemoryJournal, MemoryStore};
use std::pin::Pin;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use vocab::clock::ManualClock;

/// What both sides agree on in these tests.
pub(crate) const FRAME_MAX: u32 = 4096;

/// Steps of the broker and polls of the door after which nothing more is to be expected.
const STEPS: usize = 200;

pub(crate) struct Bench {
    pub(crate) store: MemoryStore,
    pub(crate) clock: ManualClock,
    pub(crate) broker: Broker,
    pub(crate) door: Arc<AmqpDoor>,
    pub(crate) trigger: Trigger,
    shutdown: door::Shutdown,
    runner: Runner<MemoryJournal>,
}

/// A connection: the client's end, and the door's future.
pub(crate) struct Client {
    pub(crate) stream: DuplexStream,
    door: Pin<Box<dyn Future<Output = ()> + Send>>,
    pub(crate) ended: bool,
    input: BytesMut,
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self::with(AmqpConfig::default())
    }

    pub(crate) fn with(config: AmqpConfig) -> Self {
        let (store, clock) = (MemoryStore::new(), ManualClock::at(1_700_000_000_000));
        let mut recovering = Recovering::default();
        let (journal, opened) = store.open(&mut recovering).expect("an empty store opens");
        let shared_clock: Arc<ManualClock> = Arc::new(clock.clone());
        let signal = Arc::new(Signal::default());
        let offload: broker::Offload = Arc::new(|job| job());
        let parts = Parts {
            journal,
            recovering,
            opened,
            clock: shared_clock.clone(),
            signal,
            offload,
            history: None,
            traces: None,
        };
        let (broker, runner) = broker::start(parts).expect("an empty store is consistent");
        let door = Arc::new(AmqpDoor::new(broker.clone(), config, shared_clock));
        let (trigger, shutdown) = pair();
        Self { store, clock, broker, door, trigger, shutdown, runner }
    }

    /// A connection of which nothing was said yet, over a pipe that holds so many bytes.
    pub(crate) fn connect_through(&self, pipe_bytes: usize) -> Client {
        let (stream, server) = duplex(pipe_bytes);
        let door = Box::pin(self.door.clone().serve_stream(server, self.shutdown.clone()));
        Client { stream, door, ended: false, input: BytesMut::new() }
    }

    /// A connection that is open, with channel 1.
    pub(crate) async fn open(&mut self) -> Client {
        self.open_through(1024 * 1024).await
    }

    pub(crate) async fn open_through(&mut self, pipe_bytes: usize) -> Client {
        let mut client = self.connect_through(pipe_bytes);
        client.write(&HEADER).await;
        self.shake(&mut client, 0).await;
        client.say(1, &channel::Open {}).await;
        self.expect::<channel::OpenOk>(&mut client, 1).await;
        client
    }

    /// Everything of the handshake after the header.
    pub(crate) async fn shake(&mut self, client: &mut Client, heartbeat: u16) {
        self.next(client).await.expect("the server begins");
        let can = ["connection.blocked", "consumer_cancel_notify", "authentication_failure_close"];
        let can = can.iter().fold(TableBuilder::new(), |can, name| can.with(name, Value::Bool(true)));
        let properties = TableBuilder::new().with("capabilities", Value::Table(can.table()));
        let (mechanism, response, locale) = ("PLAIN", &b"\0guest\0guest"[..], "en_US");
        let client_properties = properties.table();
        client.say(0, &connection::StartOk { client_properties, mechanism, response, locale }).await;
        self.expect::<connection::Tune>(client, 0).await;
        client.say(0, &connection::TuneOk { channel_max: 10, frame_max: FRAME_MAX, heartbeat }).await;
        client.say(0, &connection::Open { virtual_host: "/" }).await;
        self.expect::<connection::OpenOk>(client, 0).await;
    }

    /// The next frame from the server; nothing if none comes, or the connection is over.
    pub(crate) async fn next(&mut self, client: &mut Client) -> Option<Frame<bytes::Bytes>> {
        for _ in 0..STEPS {
            if let Some(frame) = frame::take(&mut client.input, FRAME_MAX).expect("the server speaks frames") {
                return Some(frame);
            }
            self.step(client).await;
        }
        None
    }

    /// The next frame, which must be this method.
    pub(crate) async fn expect<M: for<'m> Decode<'m>>(&mut self, client: &mut Client, channel: u16) -> M {
        let payload = self.method(client, channel).await;
        methods::decode(&payload).unwrap_or_else(|error| panic!("{}: {error}", M::NAME))
    }

    /// The payload of the next frame, which must be a method.
    pub(crate) async fn method(&mut self, client: &mut Client, channel: u16) -> bytes::Bytes {
        let frame = self.next(client).await.expect("an answer");
        assert_eq!(
            (frame.kind, frame.channel),
            (FrameKind::Method, channel),
            "{:?}",
            ServerMethod::decode(&frame.payload)
        );
        frame.payload
    }

    /// The code, the method and the text with which a channel, or the connection on channel 0, is closed next.
    pub(crate) async fn closed(&mut self, client: &mut Client, channel: u16) -> (u16, (u16, u16), String) {
        let payload = self.method(client, channel).await;
        match ServerMethod::decode(&payload).expect("a method") {
            ServerMethod::ChannelClose(close) => {
                (close.reply_code, (close.class_id, close.method_id), close.reply_text.to_owned())
            }
            ServerMethod::ConnectionClose(close) => {
                (close.reply_code, (close.class_id, close.method_id), close.reply_text.to_owned())
            }
            other => panic!("{other:?} instead of a close"),
        }
    }

    /// Lets the broker and the door do what there is to do.
    pub(crate) async fn settle(&mut self, client: &mut Client) {
        for _ in 0..STEPS {
            self.step(client).await;
        }
    }

    /// Lets time pass for the broker, the door's clock and its timers.
    pub(crate) async fn pass_ms(&mut self, client: &mut Client, ms: u64) {
        self.clock.advance_ms(ms);
        tokio::time::advance(std::time::Duration::from_millis(ms)).await;
        self.settle(client).await;
    }

    /// The same for a client that reads nothing.
    pub(crate) async fn settle_unread(&mut self, client: &mut Client) {
        for _ in 0..STEPS {
            self.work(client).await;
        }
    }

    async fn step(&mut self, client: &mut Client) {
        self.work(client).await;
        client.read().await;
    }

    async fn work(&mut self, client: &mut Client) {
        drop(self.runner.step());
        tokio::select! {
            biased;
            () = &mut client.door, if !client.ended => client.ended = true,
            () = tokio::task::yield_now() => {}
        }
    }
}

impl Client {
    /// Takes what has come.
    async fn read(&mut self) {
        let mut chunk = [0; 4096];
        tokio::select! {
            biased;
            read = self.stream.read(&mut chunk) => self.input.extend_from_slice(&chunk[..read.unwrap_or(0)]),
            () = std::future::ready(()) => {}
        }
    }

    pub(crate) async fn write(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.expect("the pipe takes it");
    }

    pub(crate) async fn say<M: Method>(&mut self, channel: u16, method: &M) {
        let mut out = BytesMut::new();
        methods::put(&mut out, channel, method);
        self.write(&out).await;
    }

    pub(crate) async fn frame(&mut self, kind: FrameKind, channel: u16, payload: &[u8]) {
        let mut out = BytesMut::new();
        frame::put_head(&mut out, kind, channel, payload.len());
        out.extend_from_slice(payload);
        out.extend_from_slice(&[frame::END]);
        self.write(&out).await;
    }

    /// A publish to a queue by its name.
    pub(crate) async fn publish(&mut self, channel: u16, queue: &str, body: &[u8]) {
        let publish = basic::Publish { exchange: "", routing_key: queue, mandatory: false, immediate: false };
        let mut out = BytesMut::new();
        put_content(&mut out, channel, &publish, &[0, 0], body, FRAME_MAX);
        self.write(&out).await;
    }

    /// Bytes that came and are no frame yet.
    pub(crate) fn unframed(&mut self) -> Vec<u8> {
        let bytes = self.input.to_vec();
        self.input.advance(bytes.len());
        bytes
    }
}
