//! What the engine can be asked: one command is one atomic commit.
//!
//! What it is not: a protocol's request. Names of queues, permissions and waiting on disk are the broker's.

use crate::core::browse::Browse;
use crate::core::info::Annotations;
use crate::core::lanes::LanesRead;
use crate::core::redrive::RedriveId;
use std::num::NonZeroU32;
use std::sync::Arc;
use vocab::{
    Binding, ConsumerId, LeaseToken, Message, MessageId, PartitionKey, QueueId, QueueSettings, RouterId, RouterKind,
    RouterSettings, Seq, SessionId, SubscriptionId,
};

/// One request to the engine.
#[derive(Debug)]
pub enum Command {
    /// Makes a queue, or says that one of this name exists.
    CreateQueue {
        /// Its name, unique among the queues that exist.
        name: String,
        /// How it behaves.
        settings: Box<QueueSettings>,
        /// The doors' own notes about it.
        annotations: Annotations,
    },
    /// Changes settings and annotations together.
    UpdateQueue {
        /// Which queue.
        queue: QueueId,
        /// The revision the change was made from; a later one refuses it.
        revision: u64,
        /// How it behaves from here on.
        settings: Box<QueueSettings>,
        /// All annotations from here on.
        annotations: Annotations,
    },
    /// Removes a queue with everything in it.
    DeleteQueue {
        /// Which queue.
        queue: QueueId,
    },
    /// Removes messages of a queue.
    Purge {
        /// Which queue.
        queue: QueueId,
        /// Which of its messages.
        what: Purge,
    },
    /// Makes a router, or says that one of this name exists.
    CreateRouter {
        /// Its name, unique among the routers that exist.
        name: String,
        /// Which of its bindings it follows.
        kind: RouterKind,
        /// How it behaves.
        settings: Box<RouterSettings>,
        /// The doors' own notes about it.
        annotations: Annotations,
    },
    /// Removes a router with every binding to and from it.
    DeleteRouter {
        /// Which router.
        router: RouterId,
        /// Not while a binding leads out of it.
        if_unused: bool,
    },
    /// Leads messages from a router to a target; nothing changes if this very binding exists.
    Bind(Box<Binding>),
    /// Takes a binding away; nothing changes if there is no such one.
    Unbind(Box<Binding>),
    /// Publishes and settles in one.
    Transact(Box<Transaction>),
    /// Adds messages, all or none.
    Publish {
        /// To which partition.
        key: PartitionKey,
        /// The messages; their published time is set by the engine.
        messages: Vec<Message>,
    },
    /// Leases up to `max` messages, waiting for the first one if asked to.
    Receive {
        /// What is wished for.
        receive: Receive,
        /// What it is called while it waits; the asker chooses, and never twice the same.
        waiter: WaiterId,
    },
    /// Gives up waiting; nothing happens if it does not wait (any more).
    CancelReceive {
        /// What the receive is called.
        waiter: WaiterId,
    },
    /// Takes back deliveries that reached nobody: their messages return as if they had never been handed out.
    Undeliver(Vec<LeaseToken>),
    /// Ends leases.
    Settle(Vec<Settlement>),
    /// Moves the deadlines of leases.
    Extend(Vec<Extension>),
    /// Hands leases to another owner.
    Transfer(Vec<Transfer>),
    /// Ends every lease of a session: its messages come back without a fault.
    EndSession {
        /// Which session.
        session: SessionId,
    },
    /// Messages that are to be buried were read; see [`crate::core::effect::Effect::FetchToBury`].
    Bury(Box<BuryFetched>),
    /// Lanes of messages were read; see [`crate::core::effect::Effect::ReadLanes`].
    TakeLanes(Box<LanesRead>),
    /// Begins to move a queue's messages elsewhere.
    StartRedrive(StartRedrive),
    /// Ends a redrive where it is.
    CancelRedrive {
        /// Which one.
        id: RedriveId,
    },
    /// Messages of a redrive were read; see [`crate::core::effect::Effect::FetchToMove`].
    Move(Box<MoveFetched>),
    /// Deletes, gives back or sets aside messages, whoever holds them.
    Intervene {
        /// Of which queue.
        queue: QueueId,
        /// Which of its messages.
        seqs: Vec<Seq>,
        /// What is done with each.
        how: Intervention,
    },
    /// Moves chosen messages to other queues.
    Carry(Box<Carry>),
    /// Asks what is, and changes nothing.
    Ask(Question),
}

/// What can be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// How many messages of a queue are in which state?
    Stats(QueueId),
    /// The same of every queue.
    AllStats,
    /// Which messages are there?
    Browse(Browse),
    /// Which of these messages of a queue are there?
    Find(QueueId, Vec<Seq>),
    /// Why is a message not delivered?
    Explain(MessageId),
    /// Who holds leases of this queue, or of any?
    Holders(Option<QueueId>),
    /// How long are messages of this queue, or of any, worked on?
    ServiceTimes(Option<QueueId>),
    /// Which redrives does a queue have? Newest first.
    Redrives(QueueId),
}

/// Publishes and settlements that are one commit: after a crash all of it happened, or nothing.
#[derive(Debug)]
pub struct Transaction {
    /// What is published. Messages for one partition keep this order.
    pub publishes: Vec<FanOut>,
    /// Leases that end.
    pub settlements: Vec<Settlement>,
    /// A publish that is refused refuses everything, unless its queue is gone. Otherwise each target of each publish stands
    /// alone. A settlement always does.
    pub atomic: bool,
}

/// Messages for several partitions: all of them, or none, into each.
#[derive(Debug)]
pub struct FanOut {
    /// To which partitions, each once.
    pub to: Vec<PartitionKey>,
    /// The messages; their published time is set by the engine.
    pub messages: Vec<Message>,
}

/// Which messages a purge removes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purge {
    /// Every one, leased and delayed ones too.
    All,
    /// Those that could be received at once.
    Ready,
}

/// Names a receive that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WaiterId(pub u64);

/// A wish for messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receive {
    /// From which queue.
    pub queue: QueueId,
    /// By which subscription; a work queue has just number 0.
    pub subscription: SubscriptionId,
    /// At most so many, at least 1.
    pub max: u32,
    /// How long to wait for the first one, in milliseconds; `None` takes the queue's default, 0 does not wait.
    pub wait_ms: Option<u64>,
    /// What ends the lease.
    pub terms: LeaseTerms,
    /// Of receives that wait, those of a higher rank are served first; 0 where nobody cares.
    pub rank: i32,
    /// Who asks; 0 if that is not known.
    pub consumer: ConsumerId,
}

/// Who is to hold leases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holder {
    /// What ends them.
    pub terms: LeaseTerms,
    /// Who it is; 0 if that is not known.
    pub consumer: ConsumerId,
}

/// What ends a lease that nobody settles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeaseTerms {
    /// So many milliseconds from the delivery; `None` takes the queue's default. Survives restarts.
    Deadline(Option<u64>),
    /// The end of the session that holds it, or a restart.
    Session(SessionId),
    /// Nothing: only ack, release, fail, bury or transfer end it. Survives restarts.
    Claim,
}

/// The end of one lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// Which lease.
    pub token: LeaseToken,
    /// How it ends.
    pub how: Settle,
}

/// How a lease ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settle {
    /// Done: the message goes.
    Ack,
    /// Back to its place, nobody's fault; not before `delay_ms` from here.
    Release {
        /// Milliseconds until it is ready; 0 for at once.
        delay_ms: u64,
    },
    /// Back to its place, and counted as a failure.
    Fail {
        /// Milliseconds until it is ready; 0 for at once.
        delay_ms: u64,
        /// The consumer's words; they travel to the dead-letter queue.
        reason: Option<String>,
    },
    /// Set aside at once, whatever the counters say.
    Bury {
        /// The consumer's words; they travel to the dead-letter queue.
        reason: Option<String>,
    },
}

/// A lease's deadline, moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extension {
    /// Which lease.
    pub token: LeaseToken,
    /// It ends so many milliseconds from here.
    pub lease_ms: u64,
    /// Refused if the lease would then last longer than this, counted from its delivery.
    pub total_ms_max: Option<u64>,
}

/// A lease, handed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transfer {
    /// Which lease.
    pub token: LeaseToken,
    /// What ends it from here on.
    pub terms: LeaseTerms,
    /// The count of deliveries from here on; `None` adds one.
    pub deliveries: Option<u32>,
}

/// Messages on their way to dead-letter queues, with their content.
#[derive(Debug)]
pub struct BuryFetched {
    /// Where they live.
    pub key: PartitionKey,
    /// The messages, in order, at least one; the content is `None` where it cannot be read, so that the message stays.
    pub messages: Vec<(Seq, Option<Arc<Message>>)>,
    /// Whether a sweep sets them aside.
    pub swept: bool,
}

/// A redrive, wished for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StartRedrive {
    /// The queue to empty.
    pub source: QueueId,
    /// Where all messages go; `None` for the queue that each was buried from, by name.
    pub target: Option<QueueId>,
    /// At most so many messages a second; `None` for as many as the store takes.
    pub per_second: Option<NonZeroU32>,
}

/// What an operator does with a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Intervention {
    /// It goes, in whatever state it is, and counts as purged.
    Delete,
    /// Its lease ends without a fault, or the time that it waits for comes.
    Release,
    /// It is set aside as if its consumer had rejected it. On a queue that keeps lanes in order, after those before it in its lane.
    Bury {
        /// The operator's words; they travel to the dead-letter queue.
        reason: Option<String>,
    },
}

/// Chosen messages, on their way out of a queue.
#[derive(Clone, Debug, PartialEq)]
pub struct Carry {
    /// The queue that they leave.
    pub source: QueueId,
    /// The messages and what enters their target: their content as it was read, or as it was edited.
    pub messages: Vec<(Seq, Arc<Message>)>,
    /// Where all of them go; `None` for the queue that each was buried from, by name.
    pub target: Option<QueueId>,
}

/// Messages on their way out of a queue, with their content.
#[derive(Debug)]
pub struct MoveFetched {
    /// For which redrive.
    pub id: RedriveId,
    /// The messages, in order, at least one; the content is `None` where it cannot be read, so that the message stays.
    pub messages: Vec<(Seq, Option<Arc<Message>>)>,
}
