//! A broker whose every step the test decides.

use broker::traces::Sampling;
use broker::{Broker, Delivery, Error, LeaseTerms, Parts, Receive, ReceiveError, Recovering, Runner, Signal, Step};
use history::History;
use history::memory::MemoryFolder;
use journal::memory::{MemoryJournal, MemoryStore};
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use vocab::clock::ManualClock;
use vocab::{ConsumerId, Message, QueueId, QueueSettings, SubscriptionId};

pub(crate) struct Bench {
    pub(crate) store: MemoryStore,
    past: MemoryFolder,
    pub(crate) clock: ManualClock,
    pub(crate) broker: Broker,
    pub(crate) runner: Runner<MemoryJournal>,
    traces: Option<Sampling>,
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self::open(MemoryStore::new(), MemoryFolder::default(), ManualClock::at(1_000_000), None)
    }

    /// One that traces this share of its messages.
    pub(crate) fn traced(ratio: f64) -> Self {
        let traces = Some(Sampling { ratio });
        Self::open(MemoryStore::new(), MemoryFolder::default(), ManualClock::at(1_000_000), traces)
    }

    fn open(store: MemoryStore, past: MemoryFolder, clock: ManualClock, traces: Option<Sampling>) -> Self {
        let mut recovering = Recovering::default();
        let (journal, opened) = store.open(&mut recovering).expect("what was written can be read");
        let history = History::open(Arc::new(past.clone()), opened.store_id, 1 << 20).expect("memory refuses nothing");
        let parts = Parts {
            journal,
            recovering,
            opened,
            clock: Arc::new(clock.clone()),
            signal: Arc::new(Signal::default()),
            offload: Arc::new(|job| job()),
            history: Some(history),
            traces,
        };
        let (broker, runner) = broker::start(parts).expect("journal and state agree");
        Self { store, past, clock, broker, runner, traces }
    }

    /// What a crash leaves, opened again.
    pub(crate) fn crash(self) -> Self {
        let Self { store, past, clock, traces, .. } = self;
        Self::open(store, past, clock, traces)
    }

    /// Steps until there is nothing to do, also after the journal has made durable what the last step submitted.
    pub(crate) fn settle(&mut self) {
        let mut idle = 0;
        while idle < 2 {
            idle = if matches!(self.runner.step(), Ok(Step::Worked)) { 0 } else { idle + 1 };
        }
    }

    pub(crate) fn pass_ms(&mut self, ms: u64) {
        self.clock.advance_ms(ms);
        self.settle();
    }

    /// Steps until the future is there.
    pub(crate) fn run<F: Future>(&mut self, future: F) -> F::Output {
        let mut future = pin!(future);
        for _ in 0..100 {
            if let Poll::Ready(output) = poll(future.as_mut()) {
                return output;
            }
            self.settle();
        }
        panic!("it waits for something that does not come");
    }

    /// Starts a future and lets the shard work; it must not be ready.
    pub(crate) fn start<F: Future>(&mut self, future: Pin<&mut F>) {
        assert!(self.peek_at(future).is_none(), "it was told at once");
    }

    /// Lets the shard work, and says whether the future is ready.
    pub(crate) fn peek_at<F: Future>(&mut self, mut future: Pin<&mut F>) -> Option<F::Output> {
        if let Poll::Ready(output) = poll(future.as_mut()) {
            return Some(output);
        }
        self.settle();
        match poll(future) {
            Poll::Ready(output) => Some(output),
            Poll::Pending => None,
        }
    }

    pub(crate) fn create(&mut self, name: &str, settings: QueueSettings) -> QueueId {
        let broker = self.broker.clone();
        self.run(broker.create_queue(name, settings, Default::default())).expect("a fresh name").id
    }

    pub(crate) fn publish(&mut self, queue: QueueId, body: &'static str) {
        let broker = self.broker.clone();
        self.run(broker.publish(queue, vec![Message::with_body(body)])).expect("the queue takes it");
    }

    pub(crate) fn receive(&mut self, queue: QueueId) -> Result<Vec<Delivery>, Error<ReceiveError>> {
        let broker = self.broker.clone();
        self.run(broker.receive(wish(queue, 0)))
    }

    pub(crate) fn bodies(&mut self, queue: QueueId) -> Vec<String> {
        let deliveries = self.receive(queue).expect("the queue exists");
        deliveries.iter().map(|d| String::from_utf8_lossy(&d.message.body).into_owned()).collect()
    }
}

pub(crate) fn wish(queue: QueueId, wait_ms: u64) -> Receive {
    let terms = LeaseTerms::Deadline(None);
    Receive {
        queue,
        subscription: SubscriptionId(0),
        max: 10,
        wait_ms: Some(wait_ms),
        terms,
        rank: 0,
        consumer: ConsumerId::UNKNOWN,
    }
}

pub(crate) fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}
