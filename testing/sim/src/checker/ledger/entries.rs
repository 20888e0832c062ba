//! The ledger's entries and the questions that several rules ask of them.

use super::repeats::{DedupName, Standing};
use crate::checker::burial::constant_policy;
use crate::history::{Call, Ending, Handed, History, OpId, Reply, Sent, Uid};
use broker::{LeaseTerms, Leased, MessageState, QueueInfo, QueueStats, RedriveInfo, Settle, StartRedrive};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use vocab::{
    DeadLetter, Durability, LeaseToken, LengthLimit, MessageId, Order, Origin, Overflow, QueueId, QueueSettings, Seq,
};

/// What the refusal of a full queue says.
const QUEUE_FULL: &str = "that wait to be received";

/// A sorted history.
#[derive(Debug)]
pub struct Ledger<'h> {
    /// What it was made from.
    pub history: &'h History,
    /// The latest time that the log had told by each event, in milliseconds.
    pub latest_ms: Vec<u64>,
    /// From when on, in clients' time and microseconds, the log may have had the time that each event tells: the broker tells
    /// that of its last step, and may have rested since.
    pub told_since_us: Vec<u64>,
    /// Every call, by its number.
    pub ops: Vec<Op<'h>>,
    /// Every queue that a client was told of.
    pub queues: BTreeMap<QueueId, Queue>,
    /// Every message that a client tried to publish.
    pub messages: BTreeMap<Uid, Message>,
    /// The messages that have one name, where their queue knows repeats, in the order of the calls.
    pub named: BTreeMap<DedupName, Vec<Uid>>,
    /// Every lease that a client was told of, in the order of telling.
    pub leases: Vec<Lease<'h>>,
    /// Where to find the lease of a token.
    pub by_token: BTreeMap<LeaseToken, usize>,
    /// When the broker ended, and how.
    pub endings: Vec<(usize, Ending)>,
    /// The times when one client looked at everything.
    pub censuses: Vec<Census>,
    /// Redrives that may have begun, and the calls that began them.
    pub redrives: Vec<(OpId, StartRedrive)>,
    /// For the queues whose messages a redrive may have moved: when its last start was over.
    pub moved_until: BTreeMap<QueueId, usize>,
    /// For the queues that bury through a router: the queues that it may ever have led to, and when the binding was told.
    pub graves: BTreeMap<QueueId, BTreeMap<QueueId, usize>>,
    /// Messages whose body no producer sends: the events that show them.
    pub garbage: Vec<usize>,
}

/// A call and what came of it.
#[derive(Clone, Copy, Debug)]
pub struct Op<'h> {
    /// The call.
    pub call: &'h Call,
    /// When it was made.
    pub called: usize,
    /// When it was answered; `None` if it never was.
    pub answered: Option<usize>,
    /// The answer.
    pub reply: Option<&'h Reply>,
    /// From here on it cannot have any further effect: its answer, or where it has none, the broker's end.
    pub over: usize,
}

/// A queue.
#[derive(Clone, Debug)]
pub struct Queue {
    /// Its name.
    pub name: String,
    /// When a client was first told that it exists.
    pub told: usize,
    /// Every settings that it had or may have had, with the calls that set them; `None` for those it was found with.
    pub settings: Vec<(Option<OpId>, QueueSettings)>,
}

/// A message that somebody tried to publish.
#[derive(Clone, Debug)]
pub struct Message {
    /// By which call.
    pub op: OpId,
    /// To which queue.
    pub queue: QueueId,
    /// What its producer asked for.
    pub sent: Sent,
    /// The id that its producer was told; another's, if it is a repeat.
    pub id: Option<MessageId>,
    /// What it is called, where its queue knows repeats.
    pub name: Option<DedupName>,
    /// Whether it is a repeat.
    pub standing: Standing,
    /// Its leases, as places in [`Ledger::leases`], in the order of telling.
    pub leases: Vec<usize>,
    /// When it was seen without a lease.
    pub sightings: Vec<Sighting>,
    /// What operators did with it, or tried to.
    pub deeds: Vec<Deed>,
}

/// What an operator did with a message, whoever held it.
#[derive(Clone, Copy, Debug)]
pub struct Deed {
    /// By which call.
    pub op: OpId,
    /// In which queue.
    pub queue: QueueId,
    /// At which place.
    pub seq: Seq,
    /// What.
    pub kind: DeedKind,
    /// What came of it.
    pub verdict: Verdict,
    /// Where a message that was moved is then.
    pub became: Option<MessageId>,
}

/// The kinds of deeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeedKind {
    /// It goes.
    Delete,
    /// Its lease or its rest ends.
    Release,
    /// It is set aside.
    Bury,
    /// It is moved to another queue.
    Carry,
}

/// A lease.
#[derive(Clone, Debug)]
pub struct Lease<'h> {
    /// The message.
    pub uid: Uid,
    /// The call that took it.
    pub op: OpId,
    /// When its owner was told.
    pub told: usize,
    /// What its owner was told.
    pub leased: Leased,
    /// The id that its owner was shown; `None` for a lease that was handed on.
    pub id: Option<MessageId>,
    /// The receive that handed the message out, before it was handed on.
    pub lot: OpId,
    /// Where the message was buried from.
    pub origin: Option<&'h Origin>,
    /// What ends it.
    pub terms: LeaseTerms,
    /// What was asked about it later: the call, the place in the call, the verdict.
    pub asked: Vec<(OpId, usize, Verdict)>,
}

/// What came of one settlement, extension or transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It was done.
    Done,
    /// It was refused.
    Refused,
    /// Nobody was told.
    Unknown,
}

/// A message seen without a lease.
#[derive(Clone, Debug)]
pub struct Sighting {
    /// By which call.
    pub op: OpId,
    /// When that was told.
    pub told: usize,
    /// In which queue.
    pub queue: QueueId,
    /// At which place.
    pub seq: Seq,
    /// Where it was buried from.
    pub origin: Option<Box<Origin>>,
}

/// Everything there was at one moment.
#[derive(Clone, Debug, Default)]
pub struct Census {
    /// Its first event.
    pub begins: usize,
    /// Its last event.
    pub ends: usize,
    /// Whether everybody had time to take what there was.
    pub drained: bool,
    /// Where each message was.
    pub seen: BTreeMap<Uid, Vec<(QueueId, MessageState)>>,
    /// The counts of each queue.
    pub stats: BTreeMap<QueueId, QueueStats>,
    /// The queues.
    pub queues: Vec<Arc<QueueInfo>>,
    /// Each queue's redrives, newest first.
    pub redrives: BTreeMap<QueueId, Vec<RedriveInfo>>,
}

impl Message {
    /// What operators may have done with it by calls before `until`.
    pub fn deeds_before<'l>(&'l self, ledger: &'l Ledger<'_>, until: usize) -> impl Iterator<Item = &'l Deed> + 'l {
        self.deeds.iter().filter(move |deed| deed.verdict != Verdict::Refused && ledger.ops[deed.op].called < until)
    }

    /// Whether an operator may have made it ready, or set it aside, before its time.
    #[must_use]
    pub fn was_hastened(&self, ledger: &Ledger<'_>, until: usize) -> bool {
        self.deeds_before(ledger, until).any(|deed| matches!(deed.kind, DeedKind::Release | DeedKind::Bury))
    }
}

impl Op<'_> {
    /// Whether it was answered, and not with a refusal.
    #[must_use]
    pub fn done(&self) -> bool {
        !matches!(self.reply, None | Some(Reply::Refused(_) | Reply::Unknown(_) | Reply::GivenUp))
    }

    /// Whether it may have had an effect.
    #[must_use]
    pub fn may_have_happened(&self) -> bool {
        !matches!(self.reply, Some(Reply::Refused(_)))
    }
}

impl Ledger<'_> {
    /// Log time at an event, in milliseconds.
    #[must_use]
    pub fn log_ms(&self, event: usize) -> u64 {
        self.history.events[event].log_ms
    }

    /// The latest that log time may have been by the event `at`, given what it was at `from`, in milliseconds. It runs up
    /// to a twentieth faster than clients' time, and a restart may set it back to the last moment that was written down,
    /// but what a later time did stays done.
    #[must_use]
    pub fn reached_ms(&self, from: usize, at: usize) -> u64 {
        let events = &self.history.events;
        let elapsed_ms = events[at].at_us.saturating_sub(self.told_since_us[from]) / 1000;
        self.latest_ms[at].max(events[from].log_ms + elapsed_ms + elapsed_ms / 20 + 5)
    }

    /// Whether answers about this queue do not wait for the disk.
    #[must_use]
    pub fn is_weak(&self, queue: QueueId) -> bool {
        self.queues.get(&queue).is_some_and(Queue::is_weak)
    }

    /// Whether a redrive may have moved the message: it may have been where one took messages from, at a time when it did.
    #[must_use]
    pub fn may_be_moved(&self, message: &Message) -> bool {
        // A redrive takes no message that came after its start.
        self.moved_until.get(&message.queue).is_some_and(|until| *until > self.ops[message.op].called)
    }

    /// Whether a redrive may have moved messages to this queue.
    #[must_use]
    pub fn is_target(&self, queue: QueueId) -> bool {
        self.redrives.iter().any(|(_, start)| match start.target {
            Some(target) => target == queue,
            None => self
                .queues
                .get(&start.source)
                .is_some_and(|source| self.queues.get(&queue).is_some_and(|queue| queue.buries_to(&source.name))),
        })
    }

    /// Whether messages come to this queue by other ways than a publish.
    #[must_use]
    pub fn takes_from_others(&self, queue: QueueId) -> bool {
        let buried_in = |name: &str| self.queues.values().any(|other| other.buries_to(name));
        self.graves.values().any(|graves| graves.contains_key(&queue))
            || self.is_target(queue)
            || self.queues.get(&queue).is_some_and(|queue| buried_in(&queue.name))
    }

    /// The queue and every queue that its messages may have been buried in or moved to.
    #[must_use]
    pub fn reach(&self, queue: QueueId) -> BTreeSet<QueueId> {
        let mut reached = BTreeSet::from([queue]);
        let mut todo = vec![queue];
        while let Some(source) = todo.pop() {
            let Some(from) = self.queues.get(&source) else { continue };
            for (id, candidate) in &self.queues {
                if from.buries_to(&candidate.name) && reached.insert(*id) {
                    todo.push(*id);
                }
            }
            todo.extend(self.graves_of(source).filter(|grave| reached.insert(*grave)));
            for (_, start) in self.redrives.iter().filter(|(_, start)| start.source == source) {
                todo.extend(start.target.filter(|target| reached.insert(*target)));
            }
        }
        reached
    }

    /// The queues that a queue may have buried in through a router: a message may have a copy in each.
    pub fn graves_of(&self, queue: QueueId) -> impl Iterator<Item = QueueId> + '_ {
        self.graves.get(&queue).into_iter().flat_map(|graves| graves.keys().copied())
    }

    /// The first crash after `event` and before `until`.
    #[must_use]
    pub fn crash_between(&self, event: usize, until: usize) -> Option<usize> {
        let after = self.endings.partition_point(|(at, _)| *at <= event);
        let mut later = self.endings[after..].iter().take_while(|(at, _)| *at < until);
        later.find(|(_, ending)| ending.is_crash()).map(|(at, _)| *at)
    }

    /// The first end of the broker after `event` and before `until`.
    #[must_use]
    pub fn end_between(&self, event: usize, until: usize) -> Option<usize> {
        let after = self.endings.partition_point(|(at, _)| *at <= event);
        self.endings[after..].first().map(|(at, _)| *at).filter(|at| *at < until)
    }

    /// Whether its queue may have refused the message, and set it aside.
    #[must_use]
    pub fn may_be_set_aside(&self, message: &Message) -> bool {
        let publish = &self.ops[message.op];
        let refused = !publish.may_have_happened() || (publish.done() && message.id.is_none());
        let home = self.queues.get(&message.queue);
        let mut limits = home.into_iter().flat_map(|queue| &queue.settings).filter_map(|(_, settings)| settings.length);
        refused && limits.any(|limit| limit.overflow == Overflow::RefuseAndBury)
    }

    /// Whether its producer was told that its queue is full, when that certainly set aside what it refused.
    #[must_use]
    pub fn was_set_aside(&self, message: &Message) -> bool {
        let publish = &self.ops[message.op];
        let told_why = matches!((publish.call, publish.reply), (Call::Publish { .. }, Some(Reply::Refused(why))) if why.contains(QUEUE_FULL));
        let home = self.queues.get(&message.queue).filter(|_| told_why);
        home.is_some_and(|queue| {
            let buries = queue.length().is_some_and(|limit| limit.overflow == Overflow::RefuseAndBury);
            buries && constant_policy(self, message, queue).is_some()
        })
    }

    /// When somebody was first told that the message exists: its producer, an owner or a looker.
    #[must_use]
    pub fn told_to_exist(&self, message: &Message) -> Option<usize> {
        let publish = &self.ops[message.op];
        let published =
            publish.answered.filter(|_| publish.done() && message.id.is_some() && message.standing != Standing::Repeat);
        let published = published.or_else(|| publish.answered.filter(|_| self.was_set_aside(message)));
        let leased = message.leases.first().map(|lease| self.leases[*lease].told);
        let seen = message.sightings.first().map(|sighting| sighting.told);
        [published, leased, seen].into_iter().flatten().min()
    }
}

impl Queue {
    /// Whether answers do not wait for the disk.
    #[must_use]
    pub fn is_weak(&self) -> bool {
        self.settings.iter().any(|(_, settings)| settings.answers_wait_for() != Durability::Always)
    }

    /// Whether a lease is told only once it is durable, at all times.
    #[must_use]
    pub fn is_strict(&self) -> bool {
        self.settings.iter().all(|(_, settings)| settings.tells_durable_leases())
    }

    /// Whether each lane is handed out in order, at all times.
    #[must_use]
    pub fn is_laned(&self) -> bool {
        self.settings.iter().all(|(_, settings)| settings.order == Order::Laned)
    }

    /// The routers that it buries through, or ever may have.
    pub fn routers(&self) -> impl Iterator<Item = &str> + '_ {
        let places = self.settings.iter().filter_map(|(_, settings)| Some(&settings.bury.as_ref()?.dead_letter));
        places.filter_map(|place| match place {
            DeadLetter::Router { router, .. } => Some(&**router),
            DeadLetter::Queue(_) | DeadLetter::Nowhere => None,
        })
    }

    /// Whether it sets anything aside, or ever may have.
    #[must_use]
    pub fn buries(&self) -> bool {
        self.settings.iter().any(|(_, settings)| settings.bury.is_some())
    }

    /// Whether it is gone with the broker's next end.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        self.settings.iter().any(|(_, settings)| settings.transient)
    }

    /// The level of a message of this priority; `None` where its settings do not always say the same.
    #[must_use]
    pub fn level_of(&self, priority: u8) -> Option<u8> {
        let mut levels = self.settings.iter().map(|(_, settings)| settings.level_of(priority));
        let level = levels.next()?;
        levels.all(|other| other == level).then_some(level)
    }

    /// The limit on its length, if it always had the same.
    #[must_use]
    pub fn length(&self) -> Option<LengthLimit> {
        let length = self.settings.first()?.1.length?;
        self.settings.iter().all(|(_, settings)| settings.length == Some(length)).then_some(length)
    }

    /// Whether a message may have to wait before it can be received for the first time.
    #[must_use]
    pub fn delays(&self) -> bool {
        self.settings.iter().any(|(_, settings)| settings.delay_ms > 0)
    }

    /// Whether it buries, or ever may have buried, to the queue of this name.
    #[must_use]
    pub fn buries_to(&self, name: &str) -> bool {
        self.settings.iter().any(|(_, settings)| settings.bury.as_ref().is_some_and(|bury| bury.queue() == Some(name)))
    }
}

impl<'h> Lease<'h> {
    /// The lease that a client was handed with its message.
    #[must_use]
    pub fn handed(uid: Uid, op: OpId, told: usize, handed: &'h Handed, terms: LeaseTerms) -> Self {
        let origin = handed.origin.as_deref();
        Self { uid, op, told, leased: handed.lease, id: Some(handed.id), lot: op, origin, terms, asked: Vec::new() }
    }

    /// The queue it was taken from.
    #[must_use]
    pub fn queue(&self) -> QueueId {
        self.leased.token.key.queue
    }

    /// The settlements asked for, with their verdicts.
    pub fn settlements<'l>(
        &'l self,
        ledger: &'l Ledger<'h>,
    ) -> impl Iterator<Item = (&'l Op<'h>, &'h Settle, Verdict)> + 'l {
        self.asked.iter().filter_map(|(op, place, verdict)| {
            let op = &ledger.ops[*op];
            Some((op, &op.call.settlements().get(*place)?.how, *verdict))
        })
    }
}
