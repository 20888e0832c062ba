//! A server in this process: a broker on its thread, the admin door on a port of its own, and a client that asks it.

use broker::{Broker, LeaseTerms, Parts, Receive, Recovering, Settle, Settlement, Signal};
use door::listener::loopback;
use door::{Connections, Limits, Listener, Shutdown, Tasks, Trigger, accept, shutdown};
use door_admin::{Admin, AdminConfig, Running, Status};
use history::History;
use history::memory::MemoryFolder;
use journal::memory::MemoryStore;
use serde_json::Value;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use vocab::clock::SystemClock;
use vocab::{BuryPolicy, ConsumerId, CountedBy, Message, QueueId, QueueSettings, SubscriptionId};

pub(crate) struct Server {
    pub(crate) broker: Broker,
    store: MemoryStore,
    address: SocketAddr,
    trigger: Trigger,
}

impl Server {
    /// A server with an empty store.
    pub(crate) async fn start() -> Self {
        Self::open(MemoryStore::new(), true)
    }

    /// One that keeps no history.
    pub(crate) async fn start_without_history() -> Self {
        Self::open(MemoryStore::new(), false)
    }

    fn open(store: MemoryStore, keeps_history: bool) -> Self {
        let (trigger, shutdown) = shutdown::pair();
        let broker = broker(&store, keeps_history);
        let address = listen(&broker, shutdown);
        Self { broker, store, address, trigger }
    }

    /// Stops the server, and starts another one on its store.
    pub(crate) async fn restart(self) -> Self {
        self.trigger.stop();
        self.broker.shut_down().await.expect("the journal works");
        Self::open(self.store, true)
    }

    /// Makes a queue.
    pub(crate) async fn create(&self, name: &str, settings: QueueSettings) -> QueueId {
        self.broker.create_queue(name, settings, Default::default()).await.expect("a fresh name").id
    }

    /// Makes `orders`, which sets aside into `orders-dead` what is rejected or failed once.
    pub(crate) async fn create_with_grave(&self) -> (QueueId, QueueId) {
        let grave = self.create("orders-dead", QueueSettings::default()).await;
        let bury = Some(BuryPolicy::into_queue(CountedBy::Failures, 1, "orders-dead"));
        (self.create("orders", QueueSettings { bury, ..QueueSettings::default() }).await, grave)
    }

    /// Publishes messages with these bodies.
    pub(crate) async fn publish(&self, queue: QueueId, bodies: &[&str]) -> Vec<String> {
        let messages = bodies.iter().map(|body| Message::with_body((*body).to_owned())).collect();
        let ids = self.broker.publish(queue, messages).await.expect("the queue takes them");
        ids.iter().map(ToString::to_string).collect()
    }

    /// Receives up to `max` messages and ends each lease as `how` says of its body; how many there were.
    pub(crate) async fn work(&self, queue: QueueId, max: u32, how: impl Fn(&str) -> Settle) -> usize {
        let terms = LeaseTerms::Deadline(None);
        let consumer = ConsumerId(0);
        let subscription = SubscriptionId(0);
        let wish = Receive { queue, subscription, max, wait_ms: Some(0), terms, rank: 0, consumer };
        let deliveries = self.broker.receive(wish).await.expect("the queue exists");
        let settle = |delivery: &broker::Delivery| Settlement {
            token: delivery.lease.token,
            how: how(&String::from_utf8_lossy(&delivery.message.body)),
        };
        let verdicts = self.broker.settle(deliveries.iter().map(settle).collect()).await.expect("it works");
        assert!(verdicts.iter().all(Result::is_ok), "{verdicts:?}");
        deliveries.len()
    }

    /// Waits until so many messages of a queue are ready.
    pub(crate) async fn until_ready(&self, queue: QueueId, count: u64) {
        while self.broker.stats(queue).await.expect("it exists").ready != count {
            tokio::task::yield_now().await;
        }
    }

    /// Asks, and gives status and body.
    pub(crate) async fn get(&self, path: &str) -> (u16, Value) {
        self.ask("GET", path, None).await
    }

    /// Asks and expects to be answered.
    pub(crate) async fn good(&self, path: &str) -> Value {
        let (status, body) = self.get(path).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    /// Changes something, and gives status and body.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        self.ask("POST", path, Some(body)).await
    }

    /// Removes something, and gives the status.
    pub(crate) async fn delete(&self, path: &str) -> u16 {
        self.ask("DELETE", path, None).await.0
    }

    async fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
        let body = body.map(Value::to_string).unwrap_or_default();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\nlongshore-change: yes\r\nconnection: close\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        );
        let mut stream = TcpStream::connect(self.address).await.expect("it listens");
        stream.write_all(request.as_bytes()).await.expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("text, then the end");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        let body = if body.is_empty() { Value::Null } else { serde_json::from_str(body).expect("JSON") };
        (status, body)
    }
}

fn broker(store: &MemoryStore, keeps_history: bool) -> Broker {
    let mut recovering = Recovering::default();
    let (journal, opened) = store.open(&mut recovering).expect("what was written can be read");
    let past = Arc::new(MemoryFolder::default());
    let history = keeps_history.then(|| History::open(past, opened.store_id, 1 << 20).expect("memory refuses nothing"));
    let parts = Parts {
        journal,
        recovering,
        opened,
        clock: Arc::new(SystemClock::new()),
        signal: Arc::new(Signal::default()),
        offload: Arc::new(|job| job()),
        history,
        traces: None,
    };
    let (broker, runner) = broker::start(parts).expect("an empty store is consistent");
    broker::threads::run(runner).expect("another thread");
    broker
}

fn listen(broker: &Broker, shutdown: Shutdown) -> SocketAddr {
    let tasks = Tasks::new(shutdown.clone());
    let status = Arc::new(Status::new(shutdown));
    status.ready(Running {
        broker: broker.clone(),
        doors: Vec::new(),
        connections: Connections::default(),
        queues_listed_max: 10,
        data: std::env::temp_dir(),
        backup: Arc::new(|_| Ok(())),
    });
    let admin = Arc::new(Admin::new(status, AdminConfig::default()));
    let listener = Listener::open(loopback(0)[0]).expect("a free port");
    let address = listener.local();
    tasks.spawn(accept::run(listener, admin, Limits::new(100), Connections::default(), tasks.clone()));
    address
}
