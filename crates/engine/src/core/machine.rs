//! The state machine as a whole: decide, apply at once, answer.
//!
//! What it is not: durable. It never writes; the driver writes the events and holds the answers back until what they rest
//! on is on disk.
//!
//! Invariant: when `execute`, `tick` or `pump` returns, the state holds every event in the output, in order.

mod bury;
mod lanes;
mod redrive;
mod routers;
mod transact;

use crate::core::answer::{Answer, Executed, Grounds, Hurry, Told, Whom};
use crate::core::command::{Command, Extension, Holder, LeaseTerms, Receive, Settlement, Transfer, WaiterId};
use crate::core::decide::Decision;
use crate::core::effect::Effect;
use crate::core::error::{PublishError, ReceiveError};
use crate::core::event::{Event, LeaseEnd, LeasedEvent};
use crate::core::info::Leased;
use crate::core::passage::Passage;
use crate::core::state::State;
use crate::core::subscription::Progress;
use crate::core::sweep::Aside;
use crate::core::timers::Timer;
use crate::core::waiters::Waiter;
use std::sync::Arc;
use vocab::limits::WAIT_MS_MAX;
use vocab::mutant::{self, Mutant};
use vocab::{BootEpoch, Durability, Message, PartitionKey, QueueId, SubscriptionId};

/// What a step of the machine leads to.
#[derive(Debug, Default)]
pub struct Output {
    /// Events, already applied, to be written in this order, each with its hurry.
    pub events: Vec<(Event, Hurry)>,
    /// Answers, to be told when their grounds are durable.
    pub told: Vec<Told>,
    /// What else is to be done.
    pub effects: Vec<Effect>,
    /// Which messages became which in the events.
    pub passages: Vec<Passage>,
}

/// The state, and every way to change it.
#[derive(Debug, Default)]
pub struct Machine {
    /// The state.
    pub state: State,
    /// Publishes are refused while the disk has no room.
    pub disk_full: bool,
    /// Redrives wait while the log has more to write than it should.
    pub crowded: bool,
    /// Receives do not wait any more, and redrives go on after the next start.
    pub stopping: bool,
}

impl Machine {
    /// The store was opened: what no start outlives ends.
    pub fn boot(&mut self, epoch: BootEpoch, clean: bool, at_ms: u64, out: &mut Output) {
        self.apply(Event::Booted { epoch, clean, at_ms }, out);
        for event in self.state.decide_end_of_transients() {
            self.apply(event, out);
        }
    }

    /// Carries one command out.
    pub fn execute(&mut self, command: Command, now_ms: u64, out: &mut Output) -> Executed {
        self.state.volatile.now_ms = now_ms;
        let answer = match command {
            Command::CreateQueue { name, settings, annotations } => {
                let decision = self.state.decide_create_queue(name, settings, annotations, now_ms);
                let created = self.take(decision, out);
                Answer::Created(created.map(|queue| self.state.queues[&queue].info.clone()))
            }
            Command::UpdateQueue { queue, revision, settings, annotations } => {
                let decision = self.state.decide_update_queue(queue, revision, settings, annotations, now_ms);
                let updated = self.take(decision, out);
                Answer::Updated(updated.map(|()| self.state.queues[&queue].info.clone()))
            }
            Command::DeleteQueue { queue } => self.delete_queue(queue, out),
            Command::Purge { queue, what } => {
                let decision = self.state.decide_purge(queue, what);
                Answer::Purged(self.take(decision, out))
            }
            Command::CreateRouter { name, kind, settings, annotations } => {
                self.create_router(name, kind, settings, annotations, now_ms, out)
            }
            Command::DeleteRouter { router, if_unused } => self.delete_router(router, if_unused, out),
            Command::Bind(binding) => self.bind(*binding, out),
            Command::Unbind(binding) => self.unbind(*binding, out),
            Command::Transact(transaction) => return self.transact(*transaction, now_ms, out),
            Command::Publish { key, messages } => return self.publish(key, messages, now_ms, out),
            Command::Receive { receive, waiter } => return self.receive(&receive, waiter, now_ms, out),
            Command::Undeliver(tokens) => {
                let decision = self.state.decide_undeliver(&tokens, now_ms);
                self.take_returned(decision, now_ms, out);
                return Executed::Answered;
            }
            Command::Settle(settlements) => return self.settle(settlements, now_ms, out),
            Command::Extend(extensions) => return self.extend(&extensions, now_ms, out),
            Command::Transfer(transfers) => self.transfer(&transfers, now_ms, out),
            Command::EndSession { session } => {
                let decision = self.state.decide_end_session(session, now_ms);
                self.take_returned(decision, now_ms, out);
                Answer::Done
            }
            Command::CancelReceive { waiter } => {
                self.stop_waiting(waiter);
                return Executed::Answered;
            }
            Command::Bury(fetched) => {
                self.bury(&fetched, now_ms, out);
                return Executed::Answered;
            }
            Command::TakeLanes(read) => {
                self.take_lanes(&read);
                return Executed::Answered;
            }
            Command::StartRedrive(start) => self.start_redrive(start, now_ms, out),
            Command::CancelRedrive { id } => self.cancel_redrive(id, now_ms, out),
            Command::Move(fetched) => {
                self.move_fetched(&fetched, now_ms, out);
                return Executed::Answered;
            }
            Command::Intervene { queue, seqs, how } => {
                let decision = self.state.decide_intervene(queue, &seqs, &how, now_ms);
                Answer::Intervened(self.take_returned(decision, now_ms, out))
            }
            Command::Carry(wish) => self.carry(&wish, now_ms, out),
            Command::Ask(question) => self.state.answer(question),
        };
        out.told.push(told_asker(answer));
        Executed::Answered
    }

    /// Lets time pass: what is due at `now_ms` happens. Says whether more is due already.
    pub fn tick(&mut self, now_ms: u64, out: &mut Output) -> bool {
        self.state.advance(now_ms);
        let ticked = self.state.decide_tick(now_ms);
        for (at_ms, timer) in ticked.moot {
            self.state.timers.discard(at_ms, timer);
        }
        let before = out.events.len();
        for event in ticked.events {
            self.apply(event, out);
        }
        self.bury_returned(now_ms, out, before);
        self.begin_sweeps(&ticked.overdue, &ticked.over_line, now_ms);
        for queue in ticked.redrives {
            self.move_on(queue, now_ms, out);
        }
        for key in ticked.sweeps {
            self.sweep_on(key, now_ms, out);
        }
        for waiter in ticked.timed_out {
            self.stop_waiting(waiter);
            out.told.push(received(Whom::Waiter(waiter), Ok(Vec::new()), Grounds::NewestEvent));
        }
        self.state.timers.next_ms().is_some_and(|next_ms| next_ms <= now_ms)
    }

    /// Hands messages to those who wait for them, first come first served.
    pub fn pump(&mut self, now_ms: u64, out: &mut Output) {
        for (queue, subscription) in std::mem::take(&mut self.state.volatile.touched) {
            while let Some(waiter) = self.state.volatile.waiters.first(queue, subscription).copied() {
                let whom = Whom::Waiter(waiter.id);
                let max = self.share(queue, subscription, &waiter);
                match self.deliver(queue, subscription, max, waiter.holder, now_ms, out) {
                    Ok(leased) if leased.is_empty() => {
                        self.dismiss_impatient(queue, subscription, out);
                        break;
                    }
                    Ok(leased) => self.tell_leased(whom, queue, leased, out),
                    // The queue is as full of leases as it may be: whoever waits goes on waiting for an end of one.
                    Err(ReceiveError::TooManyLeases { .. }) => break,
                    Err(error) => out.told.push(received(whom, Err(error), Grounds::NewestEvent)),
                }
                self.stop_waiting(waiter.id);
            }
        }
    }

    /// How many messages a waiter is given. Those that hold what they get for as long as their session lasts share what is ready, so
    /// that none of them sits on all of it while others of its rank go without.
    fn share(&self, queue: QueueId, subscription: SubscriptionId, waiter: &Waiter) -> u32 {
        let alike = match waiter.holder.terms {
            LeaseTerms::Session(_) => self.state.volatile.waiters.alike(queue, subscription),
            LeaseTerms::Deadline(_) | LeaseTerms::Claim => 1,
        };
        if alike < 2 {
            return waiter.max;
        }
        let progress = self.state.queues.get(&queue).and_then(|queue| queue.subscriptions.get(&subscription));
        let ready: u64 = progress.into_iter().flatten().map(Progress::ready).sum();
        waiter.max.min(u32::try_from(ready.div_ceil(alike)).unwrap_or(u32::MAX)).max(1)
    }

    /// Ends all waiting, with nothing received, and lets nobody wait from here on.
    pub fn stop(&mut self, out: &mut Output) {
        self.stopping = true;
        for waiter in self.state.volatile.waiters.all() {
            self.stop_waiting(waiter);
            out.told.push(received(Whom::Waiter(waiter), Ok(Vec::new()), Grounds::NewestEvent));
        }
    }

    fn publish(&mut self, key: PartitionKey, messages: Vec<Message>, now_ms: u64, out: &mut Output) -> Executed {
        let (answer, grounds) = if self.disk_full {
            (Err(PublishError::DiskFull), Grounds::Nothing)
        } else {
            let messages: Vec<_> = messages.into_iter().map(Arc::new).collect();
            self.use_shares(key, &messages);
            let decision = self.state.decide_publish(key, messages, now_ms);
            let before = out.events.len();
            let answer = self.take(decision, out);
            if answer.is_ok() {
                self.trim(key, now_ms, out);
            } else {
                self.trim_entered(before, now_ms, out);
            }
            let grounds = if answer.is_ok() { self.own_grounds(key) } else { Grounds::NewestEvent };
            (answer, grounds)
        };
        out.told.push(Told { whom: Whom::Asker, answer: Answer::Published(answer), grounds });
        Executed::Answered
    }

    /// Makes the queues as short as they may be that something entered since event number `from` of the output.
    fn trim_entered(&mut self, from: usize, now_ms: u64, out: &mut Output) {
        let entered = |(event, _): &(Event, Hurry)| match event {
            Event::Published { key, .. } => Some(*key),
            _ => None,
        };
        let keys: Vec<_> = out.events[from..].iter().filter_map(entered).collect();
        keys.into_iter().for_each(|key| self.trim(key, now_ms, out));
    }

    /// Makes a queue as short as it may be. Whoever waits for a message gets it before it is dropped.
    fn trim(&mut self, key: PartitionKey, now_ms: u64, out: &mut Output) {
        if self.state.queues.get(&key.queue).is_none_or(|queue| queue.info.settings.length.is_none()) {
            return;
        }
        self.pump(now_ms, out);
        let Some(seqs) = self.state.too_long(key) else { return };
        if self.state.queues.get(&key.queue).is_some_and(|queue| self.state.takes(queue, Aside::TooLong)) {
            let sweep = self.state.sweep(key, now_ms);
            seqs.iter().for_each(|seq| sweep.ask(seq, Aside::TooLong));
        } else if let Some(event) = self.state.decide_trim(key, seqs) {
            self.apply(event, out);
        }
    }

    fn receive(&mut self, receive: &Receive, waiter: WaiterId, now_ms: u64, out: &mut Output) -> Executed {
        let Receive { queue, subscription, max, wait_ms, terms, rank, consumer } = *receive;
        let holder = Holder { terms, consumer };
        let answer = self.deliver(queue, subscription, max, holder, now_ms, out);
        match answer {
            Ok(leased) if leased.is_empty() => {
                let default_ms = self.state.queues.get(&queue).map_or(0, |queue| queue.info.settings.wait_ms);
                let wait_ms = wait_ms.unwrap_or(default_ms).min(WAIT_MS_MAX);
                let impatient = wait_ms == 0 && self.is_reading_lanes(queue, subscription);
                if (wait_ms > 0 || impatient) && !self.stopping {
                    let until_ms = now_ms + if impatient { READ_WAIT_MS_MAX } else { wait_ms };
                    let waiting = Waiter { id: waiter, max, holder, until_ms, impatient, rank };
                    self.state.volatile.waiters.join(queue, subscription, waiting);
                    self.state.timers.set(until_ms, Timer::Waiter(queue, subscription, waiter));
                    return Executed::Waits(waiter);
                }
                out.told.push(received(Whom::Asker, Ok(leased), Grounds::NewestEvent));
            }
            Ok(leased) => self.tell_leased(Whom::Asker, queue, leased, out),
            Err(error) => out.told.push(received(Whom::Asker, Err(error), Grounds::NewestEvent)),
        }
        Executed::Answered
    }

    /// Leases what is ready, and sends off to be buried what must not be delivered any more.
    fn deliver(
        &mut self,
        queue: QueueId,
        subscription: SubscriptionId,
        max: u32,
        holder: Holder,
        now_ms: u64,
        out: &mut Output,
    ) -> Result<Vec<Leased>, ReceiveError> {
        self.use_lanes(queue, subscription, now_ms);
        let picked = self.state.decide_receive(queue, subscription, max, holder, now_ms)?;
        for (key, seq) in picked.doomed {
            self.send_to_bury(key, seq, out);
        }
        if let Some(event) = picked.event {
            self.apply(Event::Leased(event), out);
        }
        self.read_lanes(queue, subscription, out);
        Ok(picked.leased)
    }

    fn tell_leased(&mut self, whom: Whom, queue: QueueId, leased: Vec<Leased>, out: &mut Output) {
        let newest =
            leased.iter().max_by_key(|leased| leased.token.seq).expect("only deliveries of something are told");
        let settings = &self.state.queues[&queue].info.settings;
        let grounds = match settings.answers_wait_for() {
            Durability::Always if settings.tells_durable_leases() => Grounds::OwnEvents,
            Durability::Always => Grounds::Publish(newest.token.key, newest.token.seq),
            Durability::Interval(_) | Durability::Never => Grounds::Reservation(newest.token.key),
        };
        out.told.push(received(whom, Ok(leased), grounds));
    }

    fn settle(&mut self, settlements: Vec<Settlement>, now_ms: u64, out: &mut Output) -> Executed {
        let keys: Vec<_> = settlements.iter().map(|settlement| settlement.token.key).collect();
        let decision = self.state.decide_settle(settlements, now_ms);
        let answer = Answer::Settled(self.take_returned(decision, now_ms, out));
        let grounds = self.weakest_grounds(&keys);
        out.told.push(Told { whom: Whom::Asker, answer, grounds });
        Executed::Answered
    }

    fn extend(&mut self, extensions: &[Extension], now_ms: u64, out: &mut Output) -> Executed {
        let keys: Vec<_> = extensions.iter().map(|extension| extension.token.key).collect();
        let decision = self.state.decide_extend(extensions, now_ms);
        let answer = Answer::Extended(self.take(decision, out));
        let grounds = self.weakest_grounds(&keys);
        out.told.push(Told { whom: Whom::Asker, answer, grounds });
        Executed::Answered
    }

    fn transfer(&mut self, transfers: &[Transfer], now_ms: u64, out: &mut Output) -> Answer {
        let one = |transfer| {
            let decision = self.state.decide_transfer(transfer, now_ms);
            self.take(decision, out)
        };
        Answer::Transferred(transfers.iter().map(one).collect())
    }

    fn delete_queue(&mut self, queue: QueueId, out: &mut Output) -> Answer {
        let decision = self.state.decide_delete_queue(queue);
        let waiters = self.state.volatile.waiters.of_queue(queue);
        let answer = self.take(decision, out);
        if answer.is_ok() {
            for waiter in waiters {
                self.stop_waiting(waiter);
                let gone = Err(crate::core::error::NoSuchQueue(queue).into());
                out.told.push(received(Whom::Waiter(waiter), gone, Grounds::NewestEvent));
            }
        }
        Answer::Deleted(answer.map(|()| self.state.routers.routing.clone()))
    }

    fn stop_waiting(&mut self, waiter: WaiterId) {
        if let Some((queue, subscription, left)) = self.state.volatile.waiters.leave(waiter) {
            self.state.timers.clear(left.until_ms, Timer::Waiter(queue, subscription, waiter));
        }
    }

    /// Applies a decision's events and hands its answer on.
    fn take<A>(&mut self, decision: Decision<A>, out: &mut Output) -> A {
        for event in decision.events {
            self.apply(event, out);
        }
        decision.answer
    }

    /// The same of a decision by which leases may end: what came back and must be buried is sent off.
    fn take_returned<A>(&mut self, decision: Decision<A>, now_ms: u64, out: &mut Output) -> A {
        let before = out.events.len();
        let answer = self.take(decision, out);
        self.bury_returned(now_ms, out, before);
        answer
    }

    fn apply(&mut self, event: Event, out: &mut Output) {
        self.state.apply(&event);
        let hurry = self.hurry(&event);
        out.events.push((event, hurry));
    }

    /// How soon an event must be on disk: as its queue wishes; leases ride along with what comes next.
    fn hurry(&self, event: &Event) -> Hurry {
        let durability = |queue: &QueueId| {
            self.state.queues.get(queue).map_or(Durability::Always, |queue| queue.info.settings.answers_wait_for())
        };
        match event {
            Event::Leased(LeasedEvent { key, end, .. }) => match end {
                LeaseEnd::Session(_) => Hurry::Whenever,
                LeaseEnd::Deadline(_) | LeaseEnd::Claim => {
                    let queue = self.state.queues.get(&key.queue);
                    let strict = queue.is_some_and(|queue| queue.info.settings.tells_durable_leases());
                    if strict { Hurry::Now } else { Hurry::WithinMs(LEASE_WRITE_MS) }
                }
            },
            Event::Published { key, .. }
            | Event::Acked { key, .. }
            | Event::Returned { key, .. }
            | Event::Extended { key, .. }
            | Event::Transferred { key, .. }
            | Event::Removed { key, .. }
            | Event::Hastened { key, .. }
            | Event::Dropped { key, .. } => match durability(&key.queue) {
                Durability::Always => Hurry::Now,
                Durability::Interval(ms) => Hurry::WithinMs(ms),
                Durability::Never => Hurry::Whenever,
            },
            Event::Booted { .. }
            | Event::QueueCreated { .. }
            | Event::QueueUpdated { .. }
            | Event::QueueDeleted { .. }
            | Event::Reserved { .. }
            | Event::Buried { .. }
            | Event::RouterCreated { .. }
            | Event::RouterDeleted { .. }
            | Event::Bound(_)
            | Event::Unbound(_)
            | Event::RedriveStarted(_)
            | Event::Moved(_)
            | Event::Carried { .. }
            | Event::RedriveEnded { .. } => Hurry::Now,
        }
    }

    /// What an answer about this partition's messages rests on.
    fn own_grounds(&self, key: PartitionKey) -> Grounds {
        if mutant::active(Mutant::AnswerBeforeSync) {
            return Grounds::Nothing;
        }
        match self.state.queues.get(&key.queue).map(|queue| queue.info.settings.answers_wait_for()) {
            Some(Durability::Interval(_) | Durability::Never) => Grounds::Reservation(key),
            Some(Durability::Always) | None => Grounds::OwnEvents,
        }
    }

    /// What an answer about several partitions rests on: the strictest of them decides.
    fn weakest_grounds(&self, keys: &[PartitionKey]) -> Grounds {
        let mut grounds = Grounds::Nothing;
        for key in keys {
            match self.own_grounds(*key) {
                // A refusal may rest on somebody else's event that is not durable yet.
                Grounds::OwnEvents => return Grounds::NewestEvent,
                own => grounds = own,
            }
        }
        grounds
    }
}

/// A receive that does not wait is held this long at most while lanes are read, milliseconds: a slow disk makes it empty.
const READ_WAIT_MS_MAX: u64 = 1_000;

/// A lease that rides along is on disk after at most this long, even when nothing else comes (storage.md 5.6).
const LEASE_WRITE_MS: u64 = 20;

/// The answer to a command that is told whoever asked, when everything that it saw is durable.
fn told_asker(answer: Answer) -> Told {
    let counted =
        matches!(answer, Answer::Stats(_) | Answer::AllStats(_)) && mutant::active(Mutant::CountBeforeDurable);
    let grounds = if counted { Grounds::Nothing } else { Grounds::NewestEvent };
    Told { whom: Whom::Asker, answer, grounds }
}

fn received(whom: Whom, answer: Result<Vec<Leased>, ReceiveError>, grounds: Grounds) -> Told {
    Told { whom, answer: Answer::Received(answer), grounds }
}
