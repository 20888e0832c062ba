//! Replay equals live operation: the events, through their bytes, lead to the same state; so do checkpoints on the way,
//! each of which holds only what changed. Random commands against the machine, with every invariant checked after each.

use super::Bench;
use super::bench::{burying, key};
use super::operating::operate;
use crate::core::command::{
    Command, Extension, FanOut, LeaseTerms, Purge, Settle, Settlement, StartRedrive, Transaction, Transfer,
};
use crate::core::event::Event;
use crate::core::redrive::RedriveId;
use crate::core::state::State;
use crate::{record, snapshot};
use journal::PageKey;
use proptest::prelude::*;
use proptest::sample::Index;
use roaring::RoaringTreemap;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use vocab::{
    Binding, BootEpoch, BuryPolicy, CountedBy, DeadLetter, DedupPolicy, DedupScope, Facts, Header, HeaderMatch,
    HeaderValue, LeaseToken, LengthLimit, Message, Order, Overflow, QueueId, QueueSettings, RouterId, RouterKind,
    RouterSettings, SessionId, Target,
};

#[derive(Clone, Debug)]
pub(super) enum Act {
    Publish { queue: usize, count: usize, due_in_ms: Option<u64>, expires_in_ms: Option<u64> },
    Receive { queue: usize, max: u32, lease_ms: Option<u64> },
    Wait { queue: usize, wait_ms: u64 },
    Settle { which: usize, how: u8 },
    Extend { which: usize, lease_ms: u64 },
    Transfer { which: usize },
    Pass { ms: u64 },
    Purge { queue: usize, what: Purge },
    Update { queue: usize, delay_ms: u64 },
    Redrive { queue: usize, target: Option<usize>, per_second: u32 },
    Cancel { queue: usize },
    Intervene { queue: usize, which: usize, how: u8 },
    Carry { queue: usize, which: usize, target: Option<usize> },
    CreateRouter { which: u8, settings: u8 },
    DeleteRouter { which: u8, if_unused: bool },
    Bind { from: u8, to_queue: Option<usize>, to: u8, key: u8 },
    Unbind { which: usize },
    Transact { router: u8, count: usize, settle: Option<usize>, atomic: bool },
    Crash,
}

/// Crashes leap over whole pages of seqs; with a `crash_weight` of 0 there are none.
pub(super) fn acts(crash_weight: u32) -> impl Strategy<Value = Vec<Act>> {
    let queue = || 0_usize..9;
    let act = prop_oneof![
        4 => (queue(), 1_usize..5, proptest::option::weighted(0.3, 0_u64..3_000), proptest::option::weighted(0.2, 1_u64..9_000))
            .prop_map(|(queue, count, due_in_ms, expires_in_ms)| Act::Publish { queue, count, due_in_ms, expires_in_ms }),
        5 => (queue(), 1_u32..6, proptest::option::of(0_u64..3_000))
            .prop_map(|(queue, max, lease_ms)| Act::Receive { queue, max, lease_ms }),
        1 => (queue(), 1_u64..2_000).prop_map(|(queue, wait_ms)| Act::Wait { queue, wait_ms }),
        5 => (any::<usize>(), 0_u8..6).prop_map(|(which, how)| Act::Settle { which, how }),
        1 => (any::<usize>(), 0_u64..5_000).prop_map(|(which, lease_ms)| Act::Extend { which, lease_ms }),
        1 => any::<usize>().prop_map(|which| Act::Transfer { which }),
        3 => (0_u64..5_000).prop_map(|ms| Act::Pass { ms }),
        5 => prop_oneof![
            2 => (queue(), proptest::option::of(queue()), 0_u32..4)
                .prop_map(|(queue, target, per_second)| Act::Redrive { queue, target, per_second }),
            1 => queue().prop_map(|queue| Act::Cancel { queue }),
            2 => (queue(), any::<usize>(), 0_u8..3).prop_map(|(queue, which, how)| Act::Intervene { queue, which, how }),
            1 => (queue(), any::<usize>(), proptest::option::of(queue()))
                .prop_map(|(queue, which, target)| Act::Carry { queue, which, target }),
            1 => (queue(), prop_oneof![Just(Purge::All), Just(Purge::Ready)]).prop_map(|(queue, what)| Act::Purge { queue, what }),
            1 => (queue(), 0_u64..500).prop_map(|(queue, delay_ms)| Act::Update { queue, delay_ms }),
        ],
        8 => router_acts(),
        crash_weight => Just(Act::Crash),
    ];
    proptest::collection::vec(act, 1..80)
}

fn router() -> impl Strategy<Value = u8> {
    0_u8..4
}

fn router_acts() -> impl Strategy<Value = Act> {
    prop_oneof![
        2 => (router(), 0_u8..8).prop_map(|(which, settings)| Act::CreateRouter { which, settings }),
        1 => (router(), any::<bool>()).prop_map(|(which, if_unused)| Act::DeleteRouter { which, if_unused }),
        5 => (router(), proptest::option::weighted(0.7, 0_usize..7), router(), 0_u8..4)
            .prop_map(|(from, to_queue, to, key)| Act::Bind { from, to_queue, to, key }),
        2 => any::<usize>().prop_map(|which| Act::Unbind { which }),
        3 => (router(), 0_usize..3, proptest::option::of(any::<usize>()), any::<bool>())
            .prop_map(|(router, count, settle, atomic)| Act::Transact { router, count, settle, atomic }),
    ]
}

fn settle_of(how: u8) -> Settle {
    match how {
        0 | 1 => Settle::Ack,
        2 => Settle::Release { delay_ms: 0 },
        3 => Settle::Release { delay_ms: 700 },
        4 => Settle::Fail { delay_ms: 300, reason: Some("broken".to_owned()) },
        _ => Settle::Bury { reason: None },
    }
}

fn pick(tokens: &[LeaseToken], which: usize) -> Option<LeaseToken> {
    (!tokens.is_empty()).then(|| tokens[which % tokens.len()])
}

pub(super) fn run(bench: &mut Bench, queues: &[QueueId], acts: &[Act], tokens: &mut Vec<LeaseToken>) {
    for act in acts {
        match *act {
            Act::Publish { queue, count, due_in_ms, expires_in_ms } => {
                let due_ms = due_in_ms.map(|ms| bench.now_ms + ms);
                let expires_ms = expires_in_ms.map(|ms| bench.now_ms + ms);
                let name = |index: usize| Some(((bench.now_ms / 7 + (index * index) as u64) % 4).to_string());
                let message = |index| {
                    let (lane, dedup) = (name(index), name(index + count).filter(|_| index % 2 == 0));
                    let priority = ((bench.now_ms / 5 + index as u64) % 6) as u8;
                    let facts = Facts { due_ms, expires_ms, lane, dedup, priority, ..Facts::default() };
                    Message { facts, ..Message::with_body(vec![b'x'; index * usize::from(priority)]) }
                };
                let messages = (0..count).map(message).collect();
                bench.ask(Command::Publish { key: key(queues[queue]), messages });
            }
            Act::Receive { queue, max, lease_ms } => {
                let leased = bench.receive_with(queues[queue], max, LeaseTerms::Deadline(lease_ms));
                tokens.extend(leased.iter().map(|leased| leased.token));
            }
            Act::Wait { queue, wait_ms } => {
                bench.wait(queues[queue], 2, wait_ms);
            }
            Act::Settle { which, how } => {
                if let Some(token) = pick(tokens, which) {
                    bench.ask(Command::Settle(vec![Settlement { token, how: settle_of(how) }]));
                }
            }
            Act::Extend { which, lease_ms } => {
                if let Some(token) = pick(tokens, which) {
                    bench.ask(Command::Extend(vec![Extension { token, lease_ms, total_ms_max: None }]));
                }
            }
            Act::Transfer { which } => {
                if let Some(token) = pick(tokens, which) {
                    bench.ask(Command::Transfer(vec![Transfer { token, terms: LeaseTerms::Claim, deliveries: None }]));
                }
            }
            Act::Pass { ms } => bench.pass_ms(ms),
            Act::Purge { queue, what } => {
                bench.ask(Command::Purge { queue: queues[queue], what });
            }
            Act::Update { queue, delay_ms } => {
                let info = &bench.machine.state.queues[&queues[queue]].info;
                let (settings, annotations, revision) =
                    (info.settings.clone(), info.annotations.clone(), info.revision);
                let settings = match settings.priority_max {
                    0 => QueueSettings { delay_ms, paused: delay_ms % 5 == 0, ..settings },
                    // Levels and limits change under the messages that are there.
                    _ => leveled(1 + (delay_ms % 4) as u8, delay_ms % 20),
                };
                let settings = Box::new(settings);
                bench.ask(Command::UpdateQueue { queue: queues[queue], revision, settings, annotations });
            }
            Act::Redrive { queue, target, per_second } => {
                let (source, target) = (queues[queue], target.map(|target| queues[target]));
                let per_second = std::num::NonZeroU32::new(per_second);
                bench.ask(Command::StartRedrive(StartRedrive { source, target, per_second }));
            }
            Act::Intervene { .. } | Act::Carry { .. } => operate(bench, queues, act),
            Act::Cancel { queue } => {
                let source = queues[queue];
                let number = bench.machine.state.queues[&source].redrives.last;
                bench.ask(Command::CancelRedrive { id: RedriveId { source, number } });
            }
            Act::Crash => bench.crash(),
            ref act => run_router_act(bench, queues, act, tokens),
        }
    }
}

fn run_router_act(bench: &mut Bench, queues: &[QueueId], act: &Act, tokens: &[LeaseToken]) {
    match *act {
        Act::CreateRouter { which, settings } => {
            let kind = RouterKind::from_code(which + 1).expect("there are four kinds");
            let settings = RouterSettings {
                alternate: (settings & 1 != 0).then(|| format!("router {}", (which + 1) % 4)),
                transient: settings & 2 != 0,
                auto_delete: settings & 4 != 0,
                internal: false,
            };
            let _taken = bench.create_router(&format!("router {which}"), kind, settings);
        }
        Act::DeleteRouter { which, if_unused } => {
            let _in_use = bench.delete_router(router_id(bench, which), if_unused);
        }
        Act::Bind { from, to_queue, to, key } => {
            let to_router = Target::Router(router_id(bench, to));
            let target = to_queue.map_or(to_router, |queue| Target::Queue(queues[queue]));
            let wanted = vec![("kind".to_owned(), (key > 1).then(|| HeaderValue::Number(key.to_string())))];
            let criteria = (key > 0).then_some(HeaderMatch { any: key == 3, wanted });
            let key = ["a", "a.*", "#", "b"][usize::from(key)];
            let binding = Binding { criteria, ..Binding::new(router_id(bench, from), target, key) };
            bench.ask(Command::Bind(Box::new(binding)));
        }
        Act::Unbind { which } => {
            let bindings: Vec<_> = bench.machine.state.routers.bindings().cloned().collect();
            if !bindings.is_empty() {
                bench.ask(Command::Unbind(Box::new(Binding::clone(&bindings[which % bindings.len()]))));
            }
        }
        Act::Transact { router, count, settle, atomic } => {
            let headers = vec![Header { name: "kind".to_owned(), value: HeaderValue::Number("2".to_owned()) }];
            let found = bench.machine.state.route(&format!("router {router}"), &["a.b", "b"], &headers);
            let to: Vec<_> = found.unwrap_or_default().into_iter().map(key).collect();
            let settlements = settle.and_then(|which| pick(tokens, which));
            let settlements = settlements.map(|token| Settlement { token, how: Settle::Ack }).into_iter().collect();
            let message = Message { headers, ..Message::with_body("routed") };
            let publishes = vec![FanOut { to, messages: vec![message; count] }];
            bench.ask(Command::Transact(Box::new(Transaction { publishes, settlements, atomic })));
        }
        ref other => unreachable!("{other:?} does not concern routers"),
    }
}

/// The router of this number; one that never was, if there is none.
fn router_id(bench: &Bench, which: u8) -> RouterId {
    let named = bench.machine.state.routers.routing.router(&format!("router {which}"));
    named.map_or(RouterId(u32::MAX), |info| info.id)
}

pub(super) fn bench_with_queues() -> (Bench, Vec<QueueId>) {
    let mut bench = Bench::new();
    let dead = bench.create("dead", QueueSettings { retention_ms: Some(20_000), ..QueueSettings::default() });
    let counted = bench.create(
        "counted",
        QueueSettings { lease_ms: 1_000, order: Order::Fair, ..burying(CountedBy::Deliveries, 2, "dead") },
    );
    let failing = bench.create(
        "failing",
        QueueSettings { delay_ms: 400, retention_ms: Some(60_000), ..burying(CountedBy::Failures, 2, "dead") },
    );
    let laned = bench.create(
        "laned",
        QueueSettings {
            order: Order::Laned,
            dedup: Some(DedupPolicy { window_ms: 3_000, scope: DedupScope::Lane }),
            lease_ms: 1_500,
            ..burying(CountedBy::Deliveries, 3, "dead")
        },
    );
    let timely = bench.create("timely", timed(DeadLetter::Queue("failing".to_owned())));
    let strict = bench.create("strict", timed(DeadLetter::Nowhere));
    let dead_letter = DeadLetter::Router { router: "router 1".to_owned(), key: Some("a.b".to_owned()) };
    let routed = bench.create("routed", timed(dead_letter));
    let leveled = bench.create("leveled", leveled(4, 9));
    let length = LengthLimit { messages_max: Some(6), bytes_max: None, overflow: Overflow::RefuseAndBury };
    let full = QueueSettings { length: Some(length), ..burying(CountedBy::Failures, 3, "leveled") };
    let full = bench.create("full", full);
    (bench, vec![dead, counted, failing, laned, timely, strict, routed, leveled, full])
}

/// What is over its time is set aside; a consumer's word, too.
fn timed(dead_letter: DeadLetter) -> QueueSettings {
    let bury = BuryPolicy { counted_by: CountedBy::Failures, max: None, dead_letter, expired: true };
    QueueSettings { bury: Some(bury), retention_ms: Some(8_000), lease_ms: 700, ..QueueSettings::default() }
}

/// Of a queue with priorities and with a limit on its length, which is on bytes only where it is small.
fn leveled(priority_max: u8, messages_max: u64) -> QueueSettings {
    let bytes_max = (messages_max < 10).then_some(25);
    let length = Some(LengthLimit { messages_max: Some(messages_max + 2), bytes_max, overflow: Overflow::DropOldest });
    QueueSettings { priority_max, length, lease_ms: 1_200, ..burying(CountedBy::Deliveries, 3, "dead") }
}

/// Applies events as recovery would: through their bytes where they have some.
fn replay(state: &mut State, events: &[Event]) {
    for event in events {
        let mut payload = Vec::new();
        match record::encode(event, &mut payload) {
            Some((kind, _)) => state.apply(&record::decode(kind, &payload).expect("it was just written")),
            None => state.apply(event),
        }
    }
}

/// Everything that is stored, in words; waiting messages whose time has come are ready.
fn at_rest(state: &mut State, now_ms: u64) -> String {
    state.advance(now_ms);
    for queue in state.queues.values_mut() {
        let policy = queue.info.settings.dedup;
        queue.logs.iter_mut().for_each(|log| log.dedup.drop_before(policy.map_or(0, |policy| policy.since_ms(now_ms))));
    }
    let mut words = format!("{:?}\n", (state.boot, state.next_queue, state.log_ms, &state.names));
    let routing = &state.routers.routing;
    let bindings: Vec<_> = state.routers.kept.iter().map(|(id, kept)| (id, kept.next, &kept.bindings)).collect();
    writeln!(words, "routers {:?}", (state.routers.next, routing.list("", None, 99), bindings))
        .expect("memory takes it");
    for router in routing.list("", None, 99) {
        let headers = [Header { name: "kind".to_owned(), value: HeaderValue::Number("2".to_owned()) }];
        let routes = ["a", "a.b", "b", ""].map(|key| routing.route(&router.name, &[key], &headers));
        writeln!(words, "{} leads to {routes:?}", router.name).expect("memory takes it");
    }
    let list = |set: &RoaringTreemap| set.iter().collect::<Vec<_>>();
    for queue in state.queues.values() {
        write!(words, "{:?}\n{:?}\n", queue.info, queue.totals).expect("memory takes it");
        writeln!(words, "redrives {:?}", (queue.redrives.last, &queue.redrives.tasks)).expect("memory takes it");
        for log in &queue.logs {
            let numbers = (log.next, log.reserved, log.floor, log.over_below, log.newest_ms);
            let lists = (list(&log.removed), &log.anchors, &log.expiries, &log.boots);
            let ids: Vec<_> = log.dedup.range(0, u64::MAX).collect();
            writeln!(words, "log {numbers:?} {lists:?} {ids:?}").expect("memory takes it");
        }
        for (id, partitions) in &queue.subscriptions {
            for p in partitions {
                let numbers = (p.cursor, p.open, p.next_epoch);
                let lists = (list(&p.ahead), list(&p.acked), &p.back, &p.waiting);
                let records = (&p.leases, &p.returned);
                writeln!(words, "{id:?} {numbers:?} {lists:?} {records:?}").expect("memory takes it");
                let levels: Vec<_> = p.levels.ready.iter().map(|(level, ready)| (level, list(ready))).collect();
                let kept = (levels, &p.levels.away, &p.sizes.of, p.sizes.ready_bytes);
                writeln!(words, "levels and sizes {kept:?}").expect("memory takes it");
            }
        }
    }
    words
}

/// What a journal keeps of checkpoints: the merged pages.
#[derive(Clone, Default)]
struct Saved(BTreeMap<PageKey, Vec<u8>>);

impl Saved {
    fn save(&mut self, state: &mut State) {
        let mut keys = BTreeSet::new();
        for (key, content) in snapshot::take_changed(state) {
            assert!(keys.insert(key), "a page is given once");
            let known = match content {
                Some(content) => self.0.insert(key, content).is_some(),
                None => self.0.remove(&key).is_some(),
            };
            assert!(known || self.0.contains_key(&key), "only what was stored can be gone");
        }
    }

    fn read(&self) -> State {
        if self.0.is_empty() {
            return State::default();
        }
        let mut pages = self.0.iter().map(|(key, content)| (*key, &content[..]));
        snapshot::decode(&mut pages).expect("what was written reads back")
    }
}

/// Four ways to the live state: all events; checkpoints by the live state; checkpoints by ever new states that are read
/// from the last one; the last of these checkpoints with everything written once more.
fn check_replay(acts: &[Act], cuts: &[Index]) {
    let (mut bench, queues) = bench_with_queues();
    let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(acts.len() + 1)).collect();
    cuts.sort_unstable();
    let (mut by_live, mut by_resumed) = (Saved::default(), Saved::default());
    let (mut done, mut saved) = (0, 0);
    let mut tokens = Vec::new();
    for cut in cuts {
        run(&mut bench, &queues, &acts[done..cut], &mut tokens);
        by_live.save(&mut bench.machine.state);
        let mut resumed = by_resumed.read();
        replay(&mut resumed, &bench.events[saved..]);
        by_resumed.save(&mut resumed);
        (done, saved) = (cut, bench.events.len());
    }
    run(&mut bench, &queues, &acts[done..], &mut tokens);
    let now_ms = bench.now_ms;
    let live = at_rest(&mut bench.machine.state, now_ms);

    let check = |mut state: State, from: usize, way: &str| {
        replay(&mut state, &bench.events[from..]);
        assert_eq!(at_rest(&mut state, now_ms), live, "{way}");
    };
    check(State::default(), 0, "all events");
    check(by_live.read(), saved, "checkpoints by the live state");
    check(by_resumed.read(), saved, "checkpoints by states that were read");
    let mut whole = Saved::default();
    for (key, content) in snapshot::take_everything(&mut by_resumed.read()) {
        whole.0.extend(content.map(|content| (key, content)));
    }
    check(if saved == 0 { State::default() } else { whole.read() }, saved, "everything written once more");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn replayed_events_and_checkpoints_lead_to_the_live_state(
        acts in acts(0),
        cuts in proptest::collection::vec(any::<Index>(), 0..6),
    ) {
        check_replay(&acts, &cuts);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn so_they_do_over_crashes_that_leap_over_pages(
        acts in acts(1),
        cuts in proptest::collection::vec(any::<Index>(), 1..8),
    ) {
        check_replay(&acts, &cuts);
    }
}

#[test]
fn a_deleted_queue_leaves_no_page_behind() {
    let (mut bench, queues) = bench_with_queues();
    let mut saved = Saved::default();
    saved.save(&mut bench.machine.state);
    let before = saved.0.len();
    bench.create("never stored", QueueSettings::default());
    let stored = bench.create("stored", QueueSettings { delay_ms: 1000, ..QueueSettings::default() });
    bench.publish_plain(stored, 3);
    bench.crash();
    bench.publish_plain(stored, 3);
    bench.ask(Command::DeleteQueue { queue: QueueId(stored.0 - 1) });
    saved.save(&mut bench.machine.state);
    assert!(saved.0.len() >= before + 4, "info, counts and pages of two kinds");
    bench.ask(Command::DeleteQueue { queue: stored });
    bench.publish_plain(queues[0], 1);
    saved.save(&mut bench.machine.state);
    let now_ms = bench.now_ms;
    assert_eq!(at_rest(&mut saved.read(), now_ms), at_rest(&mut bench.machine.state, now_ms));
    assert!(saved.0.keys().all(|PageKey(key)| key >> 96 < u128::from(stored.0)), "{:?}", saved.0.keys());
}

#[test]
fn leases_that_a_crash_ends_are_stored_as_ended() {
    let (mut bench, queues) = bench_with_queues();
    bench.publish_plain(queues[0], 3);
    bench.receive_with(queues[0], 2, LeaseTerms::Session(SessionId(7)));
    let mut saved = Saved::default();
    saved.save(&mut bench.machine.state);
    bench.crash();
    saved.save(&mut bench.machine.state);
    let now_ms = bench.now_ms;
    assert_eq!(at_rest(&mut saved.read(), now_ms), at_rest(&mut bench.machine.state, now_ms));
}

#[test]
fn a_checkpoint_costs_what_changed_and_not_what_exists() {
    let (mut bench, queues) = bench_with_queues();
    let queue = queues[0];
    for _ in 0..3 {
        bench.publish_plain(queue, 200);
        let leased = bench.receive(queue, 200);
        for leased in leased.iter().filter(|leased| leased.token.seq.0 % 2 == 0) {
            bench.settle(leased.token, Settle::Ack).expect("the lease is held");
        }
        bench.crash();
    }
    bench.publish_plain(queue, 1);
    let mut saved = Saved::default();
    saved.save(&mut bench.machine.state);
    assert_eq!(saved.0.keys().filter(|PageKey(key)| key >> 88 == u128::from(queue.0) << 8 | 4).count(), 3);
    let last = bench.receive(queue, 1)[0];
    bench.settle(last.token, Settle::Ack).expect("the lease is held");
    let changed: Vec<_> = snapshot::take_changed(&mut bench.machine.state);
    assert_eq!(changed.len(), 3, "globals, the queue's counts, one page: {changed:?}");
    assert_eq!(snapshot::take_changed(&mut bench.machine.state).len(), 1, "only the globals are always given");
}

#[test]
fn after_an_unclean_stop_no_seq_and_no_epoch_is_given_again() {
    let (mut bench, queues) = bench_with_queues();
    bench.publish_plain(queues[1], 3);
    let before = bench.receive(queues[1], 1)[0];
    let reserved = bench.machine.state.queues[&queues[1]].logs[0].reserved;
    let now_ms = bench.now_ms;
    bench.machine.state.apply(&Event::Booted { epoch: BootEpoch(2), clean: false, at_ms: now_ms });
    let first = bench.publish_plain(queues[1], 1);
    assert!(first >= reserved, "{first} was reserved before the stop");
    let after = bench.receive(queues[1], 10);
    assert_eq!(after.iter().map(|l| l.token.seq.0).collect::<Vec<_>>(), [2, 3, first.0], "the gap is passed by");
    assert!(after.iter().all(|leased| leased.token.epoch > before.token.epoch));
}
