//! The events of a history, in the order in which they happened.

use broker::{
    Extension, InterveneError, Intervention, LeaseTerms, Leased, MoveVerdicts, QueueInfo, QueueStats, RedriveId,
    RedriveInfo, RouterInfo, SettleError, Settlement, StartRedrive, Transfer,
};
use std::sync::Arc;
use vocab::{Binding, LeaseToken, MessageId, Origin, QueueId, QueueSettings, RouterId, RouterKind, Seq, SessionId};

/// Number of one call, from 0 in the order of the calls.
pub type OpId = usize;

/// The number that a message carries in its body, unique in its history.
pub type Uid = u64;

/// Everything that happened, as clients saw it.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// The events, in order.
    pub events: Vec<Event>,
    calls: OpId,
}

/// One event.
#[derive(Clone, Debug)]
pub struct Event {
    /// Time since the history began, in microseconds; no restart disturbs it.
    pub at_us: u64,
    /// What the broker said its log's time was, in milliseconds; 0 while there is no broker.
    pub log_ms: u64,
    /// What happened.
    pub what: What,
}

/// What happened.
#[derive(Clone, Debug)]
pub enum What {
    /// A client called.
    Called(OpId, Call),
    /// A client was answered.
    Answered(OpId, Reply),
    /// The broker is gone. What was not answered never will be.
    Ended(Ending),
    /// The broker serves again.
    Started {
        /// It found its log ended as it should be.
        clean: bool,
    },
    /// From here to the next [`What::CensusEnds`] one client looks at everything, and nobody else calls.
    CensusBegins {
        /// Everybody had time to take what there is before.
        drained: bool,
    },
    /// Everything was looked at.
    CensusEnds,
    /// Something for people who read the story.
    Note(String),
}

/// How the broker ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ending {
    /// As it was asked to.
    Stopped,
    /// Its process was killed.
    Killed,
    /// The power went.
    PowerLost,
}

impl Ending {
    /// Whether what was told before it was durable may be gone.
    #[must_use]
    pub fn is_crash(self) -> bool {
        self != Self::Stopped
    }
}

/// A message as its producer sent it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sent {
    /// What it is.
    pub uid: Uid,
    /// Not before this time (log time, milliseconds), where the producer said so.
    pub due_ms: Option<u64>,
    /// Gone at this time (log time, milliseconds), where the producer said so.
    pub expires_ms: Option<u64>,
    /// What it says on it.
    pub labels: Labels,
}

impl Sent {
    /// Its priority, which follows from its number.
    #[must_use]
    pub fn priority(&self) -> u8 {
        priority_of(self.uid)
    }
}

/// The priority of the message of this number.
#[must_use]
pub fn priority_of(uid: Uid) -> u8 {
    (uid % 4) as u8
}

/// What a producer writes on a message, as numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Labels {
    /// Its lane.
    pub lane: Option<u64>,
    /// Its dedup id: a message that is sent again has that of the first one, and a number of its own in its body.
    pub dedup: Option<u64>,
}

/// A call to the broker.
#[derive(Clone, Debug)]
pub enum Call {
    /// Make a queue.
    CreateQueue {
        /// Its name.
        name: String,
        /// How it shall behave.
        settings: Box<QueueSettings>,
    },
    /// Change a queue's settings.
    UpdateQueue {
        /// Which one.
        queue: QueueId,
        /// How it shall behave.
        settings: Box<QueueSettings>,
    },
    /// Remove a queue.
    DeleteQueue(QueueId),
    /// Empty a queue.
    Purge(QueueId),
    /// Publish a batch, all or none.
    Publish {
        /// Where to.
        queue: QueueId,
        /// What.
        sent: Vec<Sent>,
    },
    /// Publish to several queues and end leases, in one.
    Transact {
        /// Where to, and what.
        publishes: Vec<(QueueId, Vec<Sent>)>,
        /// Which leases end, and how.
        settlements: Vec<Settlement>,
        /// All publishes or none.
        atomic: bool,
    },
    /// Make a router.
    CreateRouter {
        /// Its name.
        name: String,
        /// Which of its bindings it follows.
        kind: RouterKind,
    },
    /// Remove a router.
    DeleteRouter(RouterId),
    /// Bind a router to a target.
    Bind(Box<Binding>),
    /// Take a binding away.
    Unbind(Box<Binding>),
    /// Name all routers and bindings.
    ListRouters,
    /// Ask for messages.
    Receive {
        /// Where from.
        queue: QueueId,
        /// At most so many.
        max: u32,
        /// How long to wait for the first, in milliseconds.
        wait_ms: u64,
        /// What ends the leases.
        terms: LeaseTerms,
    },
    /// End leases.
    Settle(Vec<Settlement>),
    /// Move deadlines.
    Extend(Vec<Extension>),
    /// Hand leases on.
    Transfer(Vec<Transfer>),
    /// End a session's leases.
    EndSession(SessionId),
    /// Count a queue's messages.
    Stats(QueueId),
    /// Look at a queue's messages.
    Peek(QueueId),
    /// Name all queues.
    ListQueues,
    /// Move a queue's messages elsewhere.
    StartRedrive(StartRedrive),
    /// Stop doing so.
    CancelRedrive(RedriveId),
    /// Name a queue's redrives.
    Redrives(QueueId),
    /// Delete, release or bury messages, whoever holds them.
    Intervene {
        /// Where they are.
        queue: QueueId,
        /// Which ones.
        chosen: Vec<Chosen>,
        /// What is done with them.
        how: Intervention,
    },
    /// Move chosen messages elsewhere.
    Carry {
        /// Where they are.
        source: QueueId,
        /// Which ones.
        chosen: Vec<Chosen>,
        /// Where all of them go; `None` for where each was buried from.
        target: Option<QueueId>,
    },
}

/// A message that an operator chose, as it was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// What it is.
    pub uid: Uid,
    /// Its place in its queue.
    pub seq: Seq,
}

/// An answer of the broker.
#[derive(Clone, Debug)]
pub enum Reply {
    /// The queue was made.
    Created(QueueId),
    /// It was done.
    Done,
    /// The messages have these ids.
    Published(Vec<MessageId>),
    /// The messages have these ids, where their queue took them; and how each lease ended.
    Transacted {
        /// For each publish.
        published: Vec<Option<Vec<MessageId>>>,
        /// For each settlement.
        settled: Vec<Result<(), SettleError>>,
    },
    /// The router was made.
    RouterCreated(RouterId),
    /// All routers, with the bindings out of them.
    Routers(Vec<(Arc<RouterInfo>, Vec<Arc<Binding>>)>),
    /// These messages are leased; none when the wait was over.
    Received(Vec<Handed>),
    /// How each lease ended.
    Settled(Vec<Result<(), SettleError>>),
    /// Where each deadline is.
    Extended(Vec<Result<u64, SettleError>>),
    /// The new leases.
    Transferred(Vec<Result<Leased, SettleError>>),
    /// The counts.
    Counted(QueueStats),
    /// The messages of the queue, all of them.
    Peeked(Vec<Seen>),
    /// All queues.
    Listed(Vec<Arc<QueueInfo>>),
    /// The redrive as it is.
    Redrive(Box<RedriveInfo>),
    /// The queue's redrives, newest first.
    Redrives(Vec<RedriveInfo>),
    /// What became of each message of an intervention.
    Intervened(Vec<Result<(), InterveneError>>),
    /// Where each chosen message is then.
    Carried(MoveVerdicts),
    /// It was refused, and nothing happened.
    Refused(String),
    /// It may have happened or not.
    Unknown(String),
    /// The client gave up waiting.
    GivenUp,
}

/// A message in a client's hands.
#[derive(Clone, Debug, PartialEq)]
pub struct Handed {
    /// What its body says it is; `None` where the body is not what any producer sends.
    pub uid: Option<Uid>,
    /// The id it was handed out under.
    pub id: MessageId,
    /// What it says on it.
    pub labels: Labels,
    /// The lease.
    pub lease: Leased,
    /// Where it was buried from.
    pub origin: Option<Box<Origin>>,
}

/// A message that a client looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    /// What its body says it is; `None` where the body is not what any producer sends.
    pub uid: Option<Uid>,
    /// Its place.
    pub seq: Seq,
    /// What it waits for.
    pub state: broker::MessageState,
    /// Where it was buried from.
    pub origin: Option<Box<Origin>>,
}

impl History {
    /// Writes an event down.
    pub fn push(&mut self, at_us: u64, log_ms: u64, what: What) {
        self.events.push(Event { at_us, log_ms, what });
    }

    /// Writes a call down and numbers it.
    pub fn call(&mut self, at_us: u64, log_ms: u64, call: Call) -> OpId {
        let op = self.calls;
        self.calls += 1;
        self.push(at_us, log_ms, What::Called(op, call));
        op
    }

    /// Every message that somebody tried to publish, and where to.
    pub fn sent(&self) -> impl Iterator<Item = (QueueId, Sent)> + '_ {
        let calls = self.events.iter().filter_map(|event| match &event.what {
            What::Called(_, call) => Some(call.publishes()),
            _ => None,
        });
        calls.flatten().flat_map(|(queue, sent)| sent.iter().map(move |sent| (queue, *sent)))
    }

    /// How many calls were made.
    #[must_use]
    pub fn calls(&self) -> usize {
        self.calls
    }
}

impl Call {
    /// The messages that the call publishes, by queue.
    #[must_use]
    pub fn publishes(&self) -> Vec<(QueueId, &[Sent])> {
        match self {
            Self::Publish { queue, sent } => vec![(*queue, sent)],
            Self::Transact { publishes, .. } => publishes.iter().map(|(queue, sent)| (*queue, &sent[..])).collect(),
            _ => Vec::new(),
        }
    }

    /// The messages that an operator chose, and the queue that they are in.
    #[must_use]
    pub fn chosen(&self) -> (Option<QueueId>, &[Chosen]) {
        match self {
            Self::Intervene { queue, chosen, .. } | Self::Carry { source: queue, chosen, .. } => (Some(*queue), chosen),
            _ => (None, &[]),
        }
    }

    /// The leases that the call ends.
    #[must_use]
    pub fn settlements(&self) -> &[Settlement] {
        match self {
            Self::Settle(settlements) | Self::Transact { settlements, .. } => settlements,
            _ => &[],
        }
    }

    /// The messages that were published, with the ids that the answer tells.
    #[must_use]
    pub fn placed<'a>(&'a self, reply: &'a Reply) -> Vec<(&'a Sent, MessageId)> {
        let ids: Vec<&[MessageId]> = match reply {
            Reply::Published(ids) => vec![ids],
            Reply::Transacted { published, .. } => published.iter().map(|ids| ids.as_deref().unwrap_or(&[])).collect(),
            _ => Vec::new(),
        };
        let told = self.publishes().into_iter().zip(ids);
        told.flat_map(|((_, sent), ids)| sent.iter().zip(ids.iter().copied())).collect()
    }

    /// The tokens that the call shows, in order.
    #[must_use]
    pub fn tokens(&self) -> Vec<LeaseToken> {
        match self {
            Self::Settle(_) | Self::Transact { .. } => {
                self.settlements().iter().map(|settlement| settlement.token).collect()
            }
            Self::Extend(extensions) => extensions.iter().map(|extension| extension.token).collect(),
            Self::Transfer(transfers) => transfers.iter().map(|transfer| transfer.token).collect(),
            Self::CreateQueue { .. }
            | Self::UpdateQueue { .. }
            | Self::DeleteQueue(_)
            | Self::Purge(_)
            | Self::Publish { .. }
            | Self::CreateRouter { .. }
            | Self::DeleteRouter(_)
            | Self::Bind(_)
            | Self::Unbind(_)
            | Self::ListRouters
            | Self::Receive { .. }
            | Self::EndSession(_)
            | Self::Stats(_)
            | Self::Peek(_)
            | Self::ListQueues
            | Self::StartRedrive(_)
            | Self::CancelRedrive(_)
            | Self::Redrives(_)
            | Self::Intervene { .. }
            | Self::Carry { .. } => Vec::new(),
        }
    }
}
