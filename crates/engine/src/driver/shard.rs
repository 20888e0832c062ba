//! One shard's loop body: take commands, decide, write, answer what may be answered.
//!
//! What it is not: a thread. The broker runs [`Shard::step`] on one; the simulator calls it when it likes.
//!
//! Invariants: nothing is told before its grounds are durable; messages are forgotten only when what ended them is; after
//! the journal failed nothing is told at all.

use crate::core::answer::{Answer, Executed, Grounds, Hurry, Told, Whom};
use crate::core::command::{Command, WaiterId};
use crate::core::effect::Effect;
use crate::core::event::Event;
use crate::core::info::Leased;
use crate::core::machine::{Machine, Output};
use crate::driver::batch::{Batch, Leaving};
use crate::driver::inbox::{Envelope, Inbox};
use crate::driver::lanes::LaneReading;
use crate::driver::log_time::LogTime;
use crate::driver::observer::{Happened, Observer};
use crate::driver::outbox::{Content, Letter, Outbox, Reply};
use crate::record;
use crate::snapshot;
use journal::{Inquiry, Journal, JournalStats, Opened, Poisoned, Room, Urgency};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use vocab::limits::COMMIT_BYTES_SOFT;
use vocab::mutant::{self, Mutant};
use vocab::{DoorCode, PartitionKey, Position, Seq};

/// Where blocking reads are run: a thread in production, at once in the simulator.
pub type Offload = Arc<dyn Fn(Box<dyn FnOnce() + Send>) + Send + Sync>;

/// Most ticks in one step, so that commands get their turn while very many timers are due.
const TICKS_PER_STEP: usize = 16;

/// What a step did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Something; there may be more to do at once.
    Worked,
    /// Nothing: until a command comes, the journal moves, or this log time (milliseconds) is reached.
    Idle {
        /// When the next timer is.
        until_ms: Option<u64>,
    },
    /// The inbox is closed, everything is answered, and the log is sealed.
    Closed,
}

/// A shard: its state, its journal, and what is between them.
pub struct Shard<J, R> {
    machine: Machine,
    journal: J,
    time: LogTime,
    inbox: Arc<Inbox<R>>,
    backlog: VecDeque<Envelope<R>>,
    outbox: Outbox<R>,
    waiting: BTreeMap<WaiterId, R>,
    offload: Offload,
    durable: Position,
    /// Up to here everything is being synced without waiting for anything.
    hastened: Position,
    publishes: BTreeMap<PartitionKey, VecDeque<(Seq, Position)>>,
    reservations: BTreeMap<PartitionKey, Position>,
    forgotten: VecDeque<(Position, PartitionKey, u64, u64)>,
    hurry: Hurry,
    open_since_ms: u64,
    scratch: Vec<u8>,
    observer: Option<Box<dyn Observer>>,
    /// The door of the command that is being executed, and since when it was in the inbox.
    door: DoorCode,
    since_us: u64,
    closing: bool,
    /// The journal was asked for its seal: nothing may be written any more, whatever becomes due.
    sealing: bool,
}

impl<J: Journal, R: Reply + 'static> Shard<J, R> {
    /// A shard over a recovered machine. The boot is its first commit.
    #[must_use]
    pub fn new(
        machine: Machine,
        journal: J,
        opened: &Opened,
        time: LogTime,
        inbox: Arc<Inbox<R>>,
        offload: Offload,
        observer: Option<Box<dyn Observer>>,
    ) -> Self {
        let durable = Position(journal.open_position().0 - 1);
        let mut shard = Self {
            machine,
            journal,
            time,
            inbox,
            backlog: VecDeque::new(),
            outbox: Outbox::new(),
            waiting: BTreeMap::new(),
            offload,
            durable,
            hastened: durable,
            publishes: BTreeMap::new(),
            reservations: BTreeMap::new(),
            forgotten: VecDeque::new(),
            hurry: Hurry::Whenever,
            open_since_ms: 0,
            scratch: Vec::with_capacity(4096),
            observer,
            door: DoorCode::default(),
            since_us: 0,
            closing: false,
            sealing: false,
        };
        let at_ms = shard.time.now_ms();
        let mut out = Output::default();
        shard.machine.boot(opened.boot, opened.clean, at_ms, &mut out);
        shard.write(&out, at_ms);
        shard
    }

    /// Does what there is to do, without blocking.
    ///
    /// # Errors
    /// The journal failed. Everyone who waits learns it by their reply being dropped.
    pub fn step(&mut self) -> Result<Step, Poisoned> {
        let ready = self.take_progress()?;
        self.resolve_inquiry();
        if self.sealing {
            return Ok(if self.journal.closed() { Step::Closed } else { Step::Idle { until_ms: None } });
        }
        let stop_waiting = self.inbox.take(&mut self.backlog);
        let now_ms = self.time.now_ms();
        self.machine.disk_full = self.journal.room() == Room::Full;
        self.machine.crowded = self.journal.open_bytes() >= COMMIT_BYTES_SOFT;
        let mut out = Output::default();
        let more_due = self.tick(now_ms, &mut out);
        if stop_waiting && !self.machine.stopping {
            self.machine.stop(&mut out);
            self.flush(&mut out, None, now_ms);
        }
        let taken = self.run_backlog(now_ms, &mut out);
        self.submit(now_ms);
        // The writer is at work again before those who waited for its last commit are told.
        let moved = ready.is_some();
        for Letter { reply, answer, content } in ready.into_iter().flatten() {
            self.tell(reply, answer, content);
        }
        self.checkpoint();
        if moved || taken > 0 || more_due {
            return Ok(Step::Worked);
        }
        Ok(self.rest())
    }

    /// Figures of the journal.
    #[must_use]
    pub fn journal_stats(&self) -> JournalStats {
        self.journal.stats()
    }

    /// The state, to look at.
    #[must_use]
    pub fn machine(&self) -> &Machine {
        &self.machine
    }

    /// Whether the journal can take no commit before a sync under way is done. What comes in meanwhile and has to be written
    /// may as well be taken together then: the journal rings.
    #[must_use]
    pub fn awaits_sync(&self) -> bool {
        self.journal.has_waiting()
    }

    fn tick(&mut self, now_ms: u64, out: &mut Output) -> bool {
        for _ in 0..TICKS_PER_STEP {
            let more = self.machine.tick(now_ms, out);
            self.flush(out, None, now_ms);
            if !more {
                self.machine.pump(now_ms, out);
                self.flush(out, None, now_ms);
                return false;
            }
        }
        true
    }

    /// Executes what came in, as long as the open commit has room. Says how many commands.
    fn run_backlog(&mut self, now_ms: u64, out: &mut Output) -> usize {
        let mut taken = 0;
        loop {
            while self.journal.open_bytes() < COMMIT_BYTES_SOFT
                && let Some(Envelope { command, reply, door, since_us }) = self.backlog.pop_front()
            {
                taken += 1;
                (self.door, self.since_us) = (door, since_us);
                if let Command::CancelReceive { waiter } = &command {
                    self.waiting.remove(waiter);
                }
                let executed = self.machine.execute(command, now_ms, out);
                match (executed, reply) {
                    (Executed::Waits(waiter), Some(reply)) => {
                        self.waiting.insert(waiter, reply);
                        self.flush(out, None, now_ms);
                    }
                    (_, reply) => self.flush(out, reply, now_ms),
                }
            }
            (self.door, self.since_us) = (DoorCode::default(), 0);
            self.machine.pump(now_ms, out);
            self.flush(out, None, now_ms);
            if self.backlog.is_empty() || !self.journal.can_submit() {
                return taken;
            }
            self.submit(now_ms);
        }
    }

    /// Writes the output's events, routes its answers, and does its effects, which may lead to more of each.
    fn flush(&mut self, out: &mut Output, mut asker: Option<R>, now_ms: u64) {
        loop {
            self.write(out, now_ms);
            out.events.clear();
            out.passages.clear();
            for told in out.told.drain(..) {
                let reply = match told.whom {
                    Whom::Asker => asker.take(),
                    Whom::Waiter(waiter) => self.waiting.remove(&waiter),
                    Whom::Nobody => None,
                };
                if let Some(reply) = reply {
                    self.answer(reply, told);
                }
            }
            let effects = std::mem::take(&mut out.effects);
            if effects.is_empty() {
                return;
            }
            for effect in effects {
                match effect {
                    Effect::FetchToBury { key, seqs, swept } => {
                        let batch = Batch::of(&self.journal, Leaving::Buried { key, swept }, key, &seqs);
                        self.read_batch(batch, now_ms, out);
                    }
                    Effect::ReadLanes(asked) => self.read_lanes(LaneReading::of(&self.journal, asked)),
                    Effect::FetchToMove { id, key, seqs } => {
                        let batch = Batch::of(&self.journal, Leaving::Moved(id), key, &seqs);
                        self.read_batch(batch, now_ms, out);
                    }
                }
            }
        }
    }

    fn write(&mut self, out: &Output, now_ms: u64) {
        let mut published = false;
        for (event, hurry) in &out.events {
            if self.journal.open_bytes() == 0 {
                self.hurry = Hurry::Whenever;
                self.open_since_ms = now_ms;
            }
            match event {
                Event::Published { key, first, messages } => {
                    let split = mutant::active(Mutant::PublishInTwoCommits) && published;
                    if split && self.journal.can_submit() {
                        self.journal.submit(Urgency::Now);
                    }
                    published = true;
                    self.journal.append_messages(*key, *first, messages);
                    let position = self.journal.open_position();
                    self.publishes.entry(*key).or_default().push_back((*first, position));
                }
                other => {
                    let split = match other {
                        Event::Moved(_) | Event::Carried { .. } => mutant::active(Mutant::MoveInTwoCommits),
                        Event::Buried { .. } => mutant::active(Mutant::BuryInTwoCommits),
                        _ => false,
                    };
                    if split && self.journal.can_submit() {
                        self.journal.submit(Urgency::Now);
                    }
                    self.scratch.clear();
                    let Some((kind, queue)) = record::encode(other, &mut self.scratch) else { continue };
                    self.journal.append(kind, true, queue, &self.scratch);
                    if let Event::Reserved { key, .. } = other {
                        self.reservations.insert(*key, self.journal.open_position());
                    }
                }
            }
            self.hurry = self.hurry.min(*hurry);
        }
        let position = self.newest();
        if let Some(observer) = self.observer.as_mut().filter(|_| !out.events.is_empty()) {
            let Output { events, passages, .. } = out;
            let (door, since_us) = (self.door, self.since_us);
            observer.observe(&Happened { events, passages, door, since_us, position, at_ms: now_ms });
        }
        for (key, first, last) in self.machine.state.forgotten.drain(..) {
            self.forgotten.push_back((position, key, first, last));
        }
    }

    /// Tells an answer, or holds it back until its grounds are durable.
    fn answer(&mut self, reply: R, told: Told) {
        let position = match told.grounds {
            Grounds::Nothing => Position::ZERO,
            Grounds::OwnEvents | Grounds::NewestEvent => self.newest(),
            Grounds::Publish(key, seq) => self.publish_position(key, seq),
            Grounds::Reservations => self.reservations.values().copied().max().unwrap_or(Position::ZERO),
            Grounds::Reservation(key) => self.reservations.get(&key).copied().unwrap_or(Position::ZERO),
        };
        let content = self.content(&told.answer);
        if position <= self.durable {
            self.tell(reply, told.answer, content);
        } else {
            self.outbox.hold(position, Letter { reply, answer: told.answer, content });
        }
    }

    fn tell(&mut self, reply: R, answer: Answer, content: Content) {
        if let Err(leased) = reply.tell(answer, content) {
            self.take_back(&leased);
        }
    }

    /// Deliveries that nobody was there to take go back, without a fault.
    fn take_back(&mut self, leased: &[Leased]) {
        if leased.is_empty() {
            return;
        }
        let command = Command::Undeliver(leased.iter().map(|leased| leased.token).collect());
        self.backlog.push_back(Envelope::unanswered(command));
    }

    /// The contents of what an answer hands out.
    fn content(&self, answer: &Answer) -> Content {
        match answer {
            Answer::Received(Ok(leased)) => {
                leased.iter().map(|leased| self.journal.fetch(leased.token.key, leased.token.seq)).collect()
            }
            Answer::Browsed(Ok(page)) => {
                page.seen.iter().map(|seen| self.journal.fetch(seen.id.key, seen.seq)).collect()
            }
            _ => Content::new(),
        }
    }

    /// Finds out lanes, at once where memory has the messages.
    fn read_lanes(&mut self, reading: LaneReading) {
        let command = |reading: LaneReading| Command::TakeLanes(Box::new(reading.read()));
        if reading.is_in_memory() {
            self.backlog.push_front(Envelope::unanswered(command(reading)));
            return;
        }
        let inbox = self.inbox.clone();
        (self.offload)(Box::new(move || {
            // A closed inbox means that the broker stops: nobody waits for lanes any more.
            let _ = inbox.put(Envelope::unanswered(command(reading)));
        }));
    }

    /// Reads messages that leave their queue, at once where memory has them.
    fn read_batch(&mut self, batch: Batch, now_ms: u64, out: &mut Output) {
        if batch.is_in_memory() {
            self.machine.execute(batch.read(), now_ms, out);
            return;
        }
        let inbox = self.inbox.clone();
        (self.offload)(Box::new(move || {
            // A closed inbox means that the broker stops: the messages are found again at the next start.
            let _ = inbox.put(Envelope::unanswered(batch.read()));
        }));
    }

    /// The position of the newest event.
    fn newest(&self) -> Position {
        let open = self.journal.open_position();
        if self.journal.open_bytes() > 0 { open } else { Position(open.0 - 1) }
    }

    fn publish_position(&self, key: PartitionKey, seq: Seq) -> Position {
        let Some(publishes) = self.publishes.get(&key) else { return Position::ZERO };
        let after = publishes.partition_point(|(first, _)| *first <= seq);
        publishes.get(after.wrapping_sub(1)).map_or(Position::ZERO, |(_, position)| *position)
    }

    /// Takes in what the journal has done: opens the outbox, forgets what is durably gone. If anything moved, gives the
    /// answers that may be told.
    fn take_progress(&mut self) -> Result<Option<Vec<Letter<R>>>, Poisoned> {
        let durable = match self.journal.poll() {
            Ok(durable) => durable,
            Err(poisoned) => {
                self.inbox.close();
                // What came in since the last step is answered by being dropped, too.
                self.inbox.take(&mut self.backlog);
                self.outbox.clear();
                self.waiting.clear();
                self.backlog.clear();
                return Err(poisoned);
            }
        };
        if durable == self.durable {
            return Ok(None);
        }
        self.durable = durable;
        if let Some(observer) = &mut self.observer {
            observer.advance(durable);
        }
        let mut ready = Vec::new();
        while let Some(letters) = self.outbox.open(durable) {
            ready.extend(letters);
        }
        while let Some((_, key, first, last)) = self.forgotten.pop_front_if(|(position, ..)| *position <= durable) {
            self.journal.forget(key, Seq(first)..=Seq(last));
        }
        self.publishes.retain(|_, publishes| {
            while publishes.pop_front_if(|(_, position)| *position <= durable).is_some() {}
            !publishes.is_empty()
        });
        self.reservations.retain(|_, position| *position > durable);
        Ok(Some(ready))
    }

    /// Answers the journal's question, if it has one. Every event that the state has seen was appended: the answer rests on
    /// nothing newer.
    fn resolve_inquiry(&mut self) {
        if let Some(Inquiry { ranges }) = self.journal.inquiry() {
            let live = ranges.into_iter().map(|(key, seqs)| self.machine.state.live_seqs(key, seqs)).collect();
            self.journal.resolve(live);
        }
    }

    /// Hands the open commit to the writer when it is time.
    fn submit(&mut self, now_ms: u64) {
        // An empty commit asks for no place: asking would have the writer ring for nothing when it has one.
        if self.journal.open_bytes() == 0 {
            self.hasten();
            return;
        }
        if !self.journal.can_submit() {
            return;
        }
        let waited_for = self.outbox.waits_for(self.journal.open_position());
        let urgency = match self.hurry {
            Hurry::Now => Urgency::Now,
            _ if waited_for || self.closing => Urgency::Now,
            Hurry::WithinMs(ms) => Urgency::WithinMs(ms),
            Hurry::Whenever => Urgency::Whenever,
        };
        let ripe = urgency == Urgency::Now
            || self.journal.open_bytes() >= COMMIT_BYTES_SOFT
            || now_ms >= self.open_since_ms + RIDE_MS;
        if ripe {
            if urgency == Urgency::Now {
                self.hastened = self.journal.open_position();
            }
            self.journal.submit(urgency);
        }
    }

    /// Commits that were submitted without hurry are synced as soon as an answer, or the end, waits for them.
    fn hasten(&mut self) {
        let newest = self.newest();
        let waited_for = self.closing || self.outbox.waits_for(self.hastened.max(self.durable).next());
        if newest > self.hastened.max(self.durable) && waited_for {
            self.hastened = newest;
            self.journal.submit(Urgency::Now);
        }
    }

    fn checkpoint(&mut self) {
        if self.journal.open_bytes() == 0 && !self.closing && self.journal.checkpoint_due() {
            self.journal.checkpoint(snapshot::take_changed(&mut self.machine.state));
        }
    }

    /// Nothing is left to do at once: says until when, and closes when that was asked for.
    fn rest(&mut self) -> Step {
        let quiet = self.backlog.is_empty() && self.journal.open_bytes() == 0;
        if self.inbox.is_closed() && self.backlog.is_empty() && self.waiting.is_empty() {
            if !self.closing {
                self.closing = true;
                return Step::Worked;
            }
            if quiet && self.durable.0 + 1 == self.journal.open_position().0 {
                self.journal.close();
                self.sealing = true;
                return Step::Worked;
            }
            return Step::Idle { until_ms: None };
        }
        let ride_ms = (self.journal.open_bytes() > 0).then_some(self.open_since_ms + RIDE_MS);
        let timer_ms = self.machine.state.timers.next_ms();
        Step::Idle { until_ms: [ride_ms, timer_ms].into_iter().flatten().min() }
    }
}

/// Events that nobody waits for ride along with the next urgent commit, or are written after this long.
const RIDE_MS: u64 = 20;
