//! Routers and transactions: shown when durable, the same after a restart, published through in one commit.

use crate::bench::Bench;
use broker::{CreateRouterError, Error, FanOut, PublishError, Settle, Settlement, TransactError, Transaction};
use std::pin::pin;
use vocab::{
    Binding, Durability, Message, PartitionId, PartitionKey, QueueId, QueueSettings, RouterId, RouterKind,
    RouterSettings, Target,
};

impl Bench {
    fn router(&mut self, name: &str, settings: RouterSettings) -> RouterId {
        let broker = self.broker.clone();
        self.run(broker.create_router(name, RouterKind::Pattern, settings, Default::default()))
            .expect("a fresh name")
            .id
    }

    fn bind(&mut self, source: RouterId, target: Target, key: &str) {
        let broker = self.broker.clone();
        self.run(broker.bind(Binding::new(source, target, key))).expect("both exist");
    }

    fn queues(&self, key: &str) -> Option<Vec<QueueId>> {
        self.broker.route("events", &[key], &[])
    }
}

fn with_router() -> (Bench, QueueId, QueueId, RouterId) {
    let mut bench = Bench::new();
    let (one, two) = (bench.create("one", QueueSettings::default()), bench.create("two", QueueSettings::default()));
    let router = bench.router("events", RouterSettings::default());
    bench.bind(router, Target::Queue(one), "order.*");
    bench.bind(router, Target::Queue(two), "#");
    (bench, one, two, router)
}

fn to(queues: &[QueueId], body: &'static str) -> FanOut {
    let key = |queue: &QueueId| PartitionKey::new(*queue, PartitionId(0));
    FanOut { to: queues.iter().map(key).collect(), messages: vec![Message::with_body(body)] }
}

#[test]
fn a_binding_is_followed_once_it_is_durable() {
    let (mut bench, one, two, router) = with_router();
    let broker = bench.broker.clone();
    let kept = bench.broker.routing();
    bench.store.hold();
    let mut unbinding = pin!(broker.unbind(Binding::new(router, Target::Queue(two), "#")));
    bench.start(unbinding.as_mut());
    assert_eq!(bench.queues("order.paid"), Some(vec![one, two]));
    bench.store.release();
    assert!(bench.run(unbinding).is_ok());
    assert_eq!(bench.queues("order.paid"), Some(vec![one]));
    assert_eq!(
        kept.route("events", &["order.paid"], &[]),
        Some(vec![one, two]),
        "who keeps the table keeps it as it was"
    );
    assert_eq!(bench.broker.bindings_from(router).len(), 1);
    assert_eq!(bench.broker.bindings_to(Target::Queue(two)), []);
}

#[test]
fn what_is_not_transient_is_there_after_a_crash() {
    let (mut bench, one, two, router) = with_router();
    let short = bench.router("short", RouterSettings { transient: true, ..RouterSettings::default() });
    bench.bind(router, Target::Router(short), "#");
    let broker = bench.broker.clone();
    let taken =
        bench.run(broker.create_router("events", RouterKind::Fanout, RouterSettings::default(), Default::default()));
    assert!(matches!(taken, Err(Error::Refused(CreateRouterError::Exists(info))) if info.id == router));
    bench.run(broker.delete_queue(one)).expect("it exists");
    assert_eq!(bench.queues("order.paid"), Some(vec![two]));
    let bench = bench.crash();
    assert_eq!(bench.queues("order.paid"), Some(vec![two]));
    let names: Vec<_> = bench.broker.list_routers("", None, 9).iter().map(|info| info.name.clone()).collect();
    assert_eq!((names, bench.broker.router_by_id(short)), (vec!["events".to_owned()], None));
}

#[test]
fn a_fan_out_is_told_when_the_strictest_queue_lets_it() {
    let (mut bench, one, _, _) = with_router();
    let weak = QueueSettings { durability: Durability::Never, ..QueueSettings::default() };
    let (three, four) = (bench.create("three", weak.clone()), bench.create("four", weak));
    let broker = bench.broker.clone();
    let publish = |queues: Vec<QueueId>| {
        let broker = broker.clone();
        async move { broker.publish_to(&queues, vec![Message::with_body("x")]).await }
    };
    bench.run(publish(vec![one, three, four])).expect("the broker runs");
    bench.store.hold();
    let told = bench.run(publish(vec![three, four])).expect("the broker runs");
    assert!(told.iter().all(Result::is_ok), "nobody waits for these: {told:?}");
    let mut strict = pin!(publish(vec![three, one]));
    bench.start(strict.as_mut());
    bench.store.release();
    let told = bench.run(strict).expect("the broker runs");
    assert!(told.iter().all(Result::is_ok));
    assert_eq!(bench.run(publish(Vec::new())), Ok(Vec::new()));
    assert_eq!((bench.bodies(one).len(), bench.bodies(three).len(), bench.bodies(four).len()), (2, 3, 2));
}

#[test]
fn what_no_commit_can_hold_is_fanned_out_in_several() {
    let mut bench = Bench::new();
    let queues: Vec<_> = ["a", "b", "c"].map(|name| bench.create(name, QueueSettings::default())).into();
    let broker = bench.broker.clone();
    let large = || vec![Message::with_body(vec![7; 15 << 20]); 2];
    let told = bench.run(broker.publish_to(&queues, large())).expect("the broker runs");
    assert!(told.iter().all(Result::is_ok), "two fit into one commit, the third has its own: {told:?}");
    let told = bench.run(broker.publish_to(&queues, vec![Message::with_body(vec![7; 15 << 20]); 5]));
    let refused =
        |verdict: &Result<_, PublishError>| matches!(verdict, Err(PublishError::BatchTooLarge { messages: 5, .. }));
    assert!(told.expect("the broker runs").iter().all(refused), "none of it fits anywhere");
}

#[test]
fn a_transaction_happens_as_a_whole_or_not_at_all() {
    let (mut bench, one, two, _) = with_router();
    bench.publish(one, "work");
    let token = bench.receive(one).expect("it exists")[0].lease.token;
    let broker = bench.broker.clone();
    let transaction = |publishes: Vec<FanOut>| Transaction {
        publishes,
        settlements: vec![Settlement { token, how: Settle::Ack }],
        atomic: true,
    };
    let too_large = FanOut { messages: vec![Message::with_body(vec![0; 17 << 20])], ..to(&[two], "") };
    let refused = bench.run(broker.transact(transaction(vec![to(&[one], "result"), too_large])));
    let expected = |error: &TransactError| {
        matches!(error, TransactError::Refused { publish: 1, error: PublishError::TooLarge { .. } })
    };
    assert!(matches!(&refused, Err(Error::Refused(error)) if expected(error)), "{refused:?}");
    bench.store.hold();
    let mut done = pin!(broker.transact(transaction(vec![to(&[two, one], "result")])));
    bench.start(done.as_mut());
    bench.store.release();
    let done = bench.run(done).expect("everything fits");
    assert_eq!((done.published[0].len(), done.settled), (2, vec![Ok(())]));
    let mut bench = bench.crash();
    assert_eq!((bench.bodies(one), bench.bodies(two)), (vec!["result".to_owned()], vec!["result".to_owned()]));
}
