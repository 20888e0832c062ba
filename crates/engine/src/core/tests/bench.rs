//! A machine with one hand on the clock: commands in, answers out, every event kept, every invariant checked.

use crate::core::answer::{Answer, Whom};
use crate::core::command::{BuryFetched, Command, LeaseTerms, MoveFetched, Receive, Settle, Settlement, WaiterId};
use crate::core::effect::Effect;
use crate::core::error::SettleError;
use crate::core::event::Event;
use crate::core::info::{Leased, QueueStats};
use crate::core::lanes::{LaneKey, LanesRead};
use crate::core::machine::{Machine, Output};
use crate::core::subscription::Progress;
use crate::core::timers::Timer;
use roaring::RoaringTreemap;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use vocab::{
    BootEpoch, BuryPolicy, ConsumerId, CountedBy, LeaseToken, Message, PartitionId, PartitionKey, QueueId,
    QueueSettings, Seq, SubscriptionId,
};

pub(crate) struct Bench {
    pub(crate) machine: Machine,
    pub(crate) now_ms: u64,
    pub(crate) events: Vec<Event>,
    pub(crate) served: BTreeMap<WaiterId, Answer>,
    /// So many reads of lanes are refused.
    pub(crate) refused_reads: u32,
    contents: BTreeMap<(PartitionKey, Seq), Arc<Message>>,
    next_waiter: u64,
}

impl Bench {
    pub(crate) fn new() -> Self {
        let mut bench = Self {
            machine: Machine::default(),
            now_ms: 1_000_000,
            events: Vec::new(),
            served: BTreeMap::new(),
            refused_reads: 0,
            contents: BTreeMap::new(),
            next_waiter: 1,
        };
        bench.boot(BootEpoch(1), true);
        bench
    }

    /// Executes a command; `None` while it waits.
    pub(crate) fn ask(&mut self, command: Command) -> Option<Answer> {
        let mut out = Output::default();
        self.machine.execute(command, self.now_ms, &mut out);
        let answer = self.settle_down(out);
        let mut out = Output::default();
        self.machine.pump(self.now_ms, &mut out);
        self.settle_down(out);
        self.check();
        answer
    }

    /// Lets time pass, and everything that is due happen.
    pub(crate) fn pass_ms(&mut self, ms: u64) {
        self.now_ms += ms;
        loop {
            let mut out = Output::default();
            let more = self.machine.tick(self.now_ms, &mut out);
            self.settle_down(out);
            let mut out = Output::default();
            self.machine.pump(self.now_ms, &mut out);
            self.settle_down(out);
            self.check();
            // What was read meanwhile may have led to more.
            if !more && self.machine.state.timers.next_ms().is_none_or(|next_ms| next_ms > self.now_ms) {
                return;
            }
        }
    }

    /// The process ends without warning and starts again.
    pub(crate) fn crash(&mut self) {
        let epoch = BootEpoch(self.machine.state.boot.0 + 1);
        self.boot(epoch, false);
        // A process that starts sets the timer of every expiry.
        let state = &mut self.machine.state;
        for (id, queue) in &state.queues {
            for (seq, at_ms) in &queue.logs[0].expiries {
                state.timers.set(*at_ms, Timer::Expiry(key(*id), Seq(*seq)));
            }
        }
        self.check();
    }

    fn boot(&mut self, epoch: BootEpoch, clean: bool) {
        let mut out = Output::default();
        self.machine.boot(epoch, clean, self.now_ms, &mut out);
        self.settle_down(out);
    }

    fn settle_down(&mut self, mut out: Output) -> Option<Answer> {
        let mut answer = None;
        loop {
            for (event, _) in out.events.drain(..) {
                if let Event::Published { key, first, messages } = &event {
                    for (seq, message) in (first.0..).zip(messages) {
                        self.contents.insert((*key, Seq(seq)), message.clone());
                    }
                }
                self.events.push(event);
            }
            for told in out.told.drain(..) {
                match told.whom {
                    Whom::Asker => answer = Some(told.answer),
                    Whom::Waiter(waiter) => assert!(self.served.insert(waiter, told.answer).is_none(), "served twice"),
                    Whom::Nobody => {}
                }
            }
            let effects = std::mem::take(&mut out.effects);
            if effects.is_empty() {
                return answer;
            }
            for effect in effects {
                let command = match effect {
                    Effect::FetchToBury { key, seqs, swept } => {
                        let content = |seq: Seq| (seq, self.contents.get(&(key, seq)).cloned());
                        let messages = seqs.into_iter().map(content).collect();
                        Command::Bury(Box::new(BuryFetched { key, messages, swept }))
                    }
                    Effect::ReadLanes(asked) => {
                        let lane = |seq: &Seq| LaneKey::of(&self.contents[&(asked.key, *seq)], *seq);
                        let readable = if self.refused_reads > 0 { 0 } else { asked.seqs.len() };
                        self.refused_reads = self.refused_reads.saturating_sub(1);
                        let lanes = asked.seqs.iter().take(readable).map(lane).collect();
                        Command::TakeLanes(Box::new(LanesRead { asked, lanes }))
                    }
                    Effect::FetchToMove { id, key, seqs } => {
                        let content = |seq: Seq| (seq, self.contents.get(&(key, seq)).cloned());
                        let messages = seqs.into_iter().map(content).collect();
                        Command::Move(Box::new(MoveFetched { id, messages }))
                    }
                };
                self.machine.execute(command, self.now_ms, &mut out);
                self.machine.pump(self.now_ms, &mut out);
            }
        }
    }

    pub(crate) fn create(&mut self, name: &str, settings: QueueSettings) -> QueueId {
        let settings = Box::new(settings);
        let command = Command::CreateQueue { name: name.to_owned(), settings, annotations: BTreeMap::new() };
        match self.ask(command) {
            Some(Answer::Created(Ok(info))) => info.id,
            other => panic!("queue {name} was not made: {other:?}"),
        }
    }

    pub(crate) fn publish(&mut self, queue: QueueId, messages: Vec<Message>) -> Seq {
        match self.ask(Command::Publish { key: key(queue), messages }) {
            Some(Answer::Published(Ok(placed))) => placed.first,
            other => panic!("not published: {other:?}"),
        }
    }

    /// Publishes without looking at every seq afterwards, so that many can be published.
    pub(crate) fn publish_unchecked(&mut self, queue: QueueId, messages: Vec<Message>) {
        let mut out = Output::default();
        self.machine.execute(Command::Publish { key: key(queue), messages }, self.now_ms, &mut out);
        self.settle_down(out);
    }

    pub(crate) fn publish_plain(&mut self, queue: QueueId, count: usize) -> Seq {
        self.publish(queue, vec![Message::with_body("x"); count])
    }

    pub(crate) fn receive_with(&mut self, queue: QueueId, max: u32, terms: LeaseTerms) -> Vec<Leased> {
        let receive = Receive {
            queue,
            subscription: SubscriptionId(0),
            max,
            wait_ms: Some(0),
            terms,
            rank: 0,
            consumer: ConsumerId::UNKNOWN,
        };
        let waiter = WaiterId(0);
        let answer = self.ask(Command::Receive { receive, waiter });
        match answer.or_else(|| self.served.remove(&waiter)) {
            Some(Answer::Received(Ok(leased))) => leased,
            other => panic!("not received: {other:?}"),
        }
    }

    pub(crate) fn receive(&mut self, queue: QueueId, max: u32) -> Vec<Leased> {
        self.receive_with(queue, max, LeaseTerms::Deadline(None))
    }

    /// Stops or lets go on all deliveries.
    pub(crate) fn set_paused(&mut self, queue: QueueId, paused: bool) {
        let info = self.machine.state.queues[&queue].info.clone();
        let settings = Box::new(QueueSettings { paused, ..info.settings.clone() });
        let (revision, annotations) = (info.revision, info.annotations.clone());
        let updated = self.ask(Command::UpdateQueue { queue, revision, settings, annotations });
        assert!(matches!(updated, Some(Answer::Updated(Ok(_)))), "not updated: {updated:?}");
    }

    pub(crate) fn seqs(&mut self, queue: QueueId, max: u32) -> Vec<u64> {
        self.receive(queue, max).iter().map(|leased| leased.token.seq.0).collect()
    }

    pub(crate) fn wait(&mut self, queue: QueueId, max: u32, wait_ms: u64) -> WaiterId {
        let waiter = WaiterId(self.next_waiter);
        self.next_waiter += 1;
        let terms = LeaseTerms::Deadline(None);
        let receive = Receive {
            queue,
            subscription: SubscriptionId(0),
            max,
            wait_ms: Some(wait_ms),
            terms,
            rank: 0,
            consumer: ConsumerId::UNKNOWN,
        };
        if let Some(answer) = self.ask(Command::Receive { receive, waiter }) {
            self.served.insert(waiter, answer);
        }
        waiter
    }

    pub(crate) fn settle(&mut self, token: LeaseToken, how: Settle) -> Result<(), SettleError> {
        match self.ask(Command::Settle(vec![Settlement { token, how }])) {
            Some(Answer::Settled(verdicts)) => verdicts[0],
            other => panic!("no verdict: {other:?}"),
        }
    }

    pub(crate) fn stats(&self, queue: QueueId) -> QueueStats {
        self.machine.state.queue_stats(queue).expect("the queue exists")
    }

    pub(crate) fn counts(&self, queue: QueueId) -> (u64, u64, u64) {
        let stats = self.stats(queue);
        (stats.ready, stats.delayed, stats.leased)
    }

    pub(crate) fn content(&self, queue: QueueId, seq: Seq) -> Arc<Message> {
        self.contents[&(key(queue), seq)].clone()
    }

    /// From here on this message cannot be read.
    pub(crate) fn forget_content(&mut self, queue: QueueId, seq: Seq) {
        self.contents.remove(&(key(queue), seq));
    }

    /// The subscription's invariants, by looking at every seq.
    fn check(&self) {
        for (id, queue) in &self.machine.state.queues {
            let (log, progress) = (&queue.logs[0], &queue.subscriptions[&SubscriptionId(0)][0]);
            let ready: BTreeSet<_> =
                progress.ready_seqs(Seq(0), log.next, |seq| log.holds(seq)).map(|seq| seq.0).collect();
            let mut open = 0;
            let live_seqs = queue.live_seqs(PartitionId(0), Seq(0)..=Seq(u64::MAX));
            let mut next = log.skip_removed(log.floor);
            while next < log.next {
                let seq = next.0;
                next = log.skip_removed(next.next());
                let live = queue.is_live(PartitionId(0), Seq(seq));
                open += u64::from(live);
                assert_eq!(live_seqs.contains(seq), live, "queue {id} seq {seq}, looked at with all others");
                let places = [
                    ready.contains(&seq),
                    progress.waiting.contains_key(&seq),
                    progress.leases.contains_key(&seq),
                    progress.burying.contains(&seq),
                ];
                let count = places.iter().filter(|place| **place).count();
                assert_eq!(count, usize::from(live), "queue {id} seq {seq} is in {places:?}, live: {live}");
            }
            assert_eq!(progress.open, open, "queue {id} counts its open messages");
            assert_eq!(live_seqs.len(), open, "queue {id} finds its live messages and no others");
            let known =
                ready.iter().chain(progress.waiting.keys()).chain(progress.leases.keys()).chain(&progress.burying);
            assert!(known.into_iter().all(|seq| live_seqs.contains(*seq)), "queue {id} knows only of live messages");
            assert_eq!(progress.ready(), ready.len() as u64, "queue {id} counts its ready messages");
            assert!(!queue.is_live(PartitionId(0), Seq(log.floor.0.wrapping_sub(1))), "nothing lives below the floor");
            self.check_levels(*id, progress, &live_seqs);
            self.check_lanes(*id, progress, &live_seqs);
            self.check_turns(*id, progress, &ready);
        }
    }

    /// What is filed lives and is in one place; higher levels go first; bytes are those of what is ready.
    fn check_levels(&self, id: QueueId, progress: &Progress, live: &RoaringTreemap) {
        let levels = &progress.levels;
        let mut filed = BTreeSet::new();
        for (level, ready) in &levels.ready {
            assert!(*level > 0 && !ready.is_empty(), "queue {id} has no level {level}");
            assert!(ready.iter().all(|seq| filed.insert(seq)), "queue {id}: ready in one level");
        }
        let is_away = |seq: &u64| progress.leases.contains_key(seq) || progress.waiting.contains_key(seq);
        assert!(levels.away.keys().all(|seq| filed.insert(*seq) && is_away(seq)), "queue {id}: {levels:?}");
        assert!(filed.iter().all(|seq| live.contains(*seq)), "queue {id}: only what lives is filed");
        let mut highest_first: Vec<_> = levels.highest_first().collect();
        highest_first.reverse();
        let of_level =
            |seq: &Seq| levels.ready.iter().find(|(_, ready)| ready.contains(seq.0)).map(|(level, _)| *level);
        assert!(highest_first.iter().map(of_level).is_sorted(), "queue {id}: higher levels go first");
        assert!(progress.sizes.of.keys().all(|seq| live.contains(*seq)), "queue {id} knows sizes of what lives");
        assert_eq!(
            progress.sizes.ready_bytes,
            progress.sum_ready_bytes(),
            "queue {id} counts the bytes that are ready"
        );
    }

    /// Whatever can be handed out is the beginning of a lane of which nothing is leased, and the oldest lanes come first;
    /// once all is known, every such lane is there.
    fn check_lanes(&self, id: QueueId, progress: &Progress, live: &RoaringTreemap) {
        let Some(lanes) = self.machine.state.volatile.lanes.get(&(key(id), SubscriptionId(0))) else { return };
        let mut by_lane = BTreeMap::<LaneKey, Vec<u64>>::new();
        for seq in live {
            by_lane.entry(self.lane(id, Seq(seq))).or_default().push(seq);
        }
        let held = |seqs: &Vec<u64>| seqs.iter().any(|seq| progress.leases.contains_key(seq));
        by_lane.retain(|_, seqs| !held(seqs) && !progress.is_blocked(Seq(seqs[0])));
        let mut expected: Vec<_> = by_lane.into_values().collect();
        expected.sort_unstable();
        let lots: Vec<Vec<u64>> = lanes.lots().map(|lot| lot.map(|seq| seq.0).collect()).collect();
        assert!(lots.is_sorted(), "queue {id}: the oldest lanes come first: {lots:?}");
        for lot in &lots {
            let begins = |all: &Vec<u64>| all.starts_with(lot);
            assert!(expected.iter().any(begins), "queue {id}: {lot:?} is the beginning of a lane in {expected:?}");
        }
        if lanes.is_complete(self.machine.state.queues[&id].logs[0].next) {
            assert_eq!(lots, expected, "queue {id}: everything that can be handed out");
        }
    }

    /// The next turn is a ready message of the lane with the fewest leased among those known.
    fn check_turns(&self, id: QueueId, progress: &Progress, ready: &BTreeSet<u64>) {
        let Some(shares) = self.machine.state.volatile.shares.get(&(key(id), SubscriptionId(0))) else { return };
        let known = |seq: &&u64| shares.knows(Seq(**seq));
        let mut leased = BTreeMap::<LaneKey, u64>::new();
        for seq in progress.leases.keys().filter(known) {
            *leased.entry(self.lane(id, Seq(*seq))).or_default() += 1;
        }
        let of_lane = |seq: u64| leased.get(&self.lane(id, Seq(seq))).copied().unwrap_or(0);
        let expected = ready.iter().filter(known).map(|seq| (of_lane(*seq), Seq(*seq))).min();
        assert_eq!(shares.turns().peek(), expected, "queue {id}: whose turn it is");
        let counts = (ready.iter().filter(known).count() as u64, leased.values().sum());
        assert_eq!(shares.counts(), counts, "queue {id}: known messages ready and leased");
    }

    fn lane(&self, queue: QueueId, seq: Seq) -> LaneKey {
        LaneKey::of(&self.contents[&(key(queue), seq)], seq)
    }
}

pub(crate) fn key(queue: QueueId) -> PartitionKey {
    PartitionKey::new(queue, PartitionId(0))
}

pub(crate) fn burying(counted_by: CountedBy, max: u32, dead_letter: &str) -> QueueSettings {
    let bury = Some(BuryPolicy::into_queue(counted_by, max, dead_letter));
    QueueSettings { bury, ..QueueSettings::default() }
}
