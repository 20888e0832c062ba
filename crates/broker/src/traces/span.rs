//! A span: one step of one message, with its times.
//!
//! What it is not: anybody's encoding of it.

use super::sampling::Strand;
use engine::QueueInfo;
use std::sync::Arc;
use vocab::{ConsumerId, DeathReason, DoorCode, MessageId, SpanId, TraceId};

/// One step of one message.
#[derive(Clone, Debug, PartialEq)]
pub struct Span {
    /// The trace.
    pub trace: TraceId,
    /// The span's own id.
    pub id: SpanId,
    /// The span that it belongs to; `None` for the first of a trace.
    pub parent: Option<SpanId>,
    /// What tracing systems added to the message's context.
    pub state: Option<Box<str>>,
    /// When it began, wall time in microseconds since the Unix epoch.
    pub start_us: u64,
    /// When it ended; never before it began.
    pub end_us: u64,
    /// The queue; `None` where it was gone already.
    pub queue: Option<Arc<QueueInfo>>,
    /// The message, by the id that its producer was told.
    pub message: MessageId,
    /// What happened.
    pub step: Step,
}

/// What a span tells of.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// It came in, and was durable at the end.
    Publish {
        /// Through which door; 0 where that is not known.
        door: DoorCode,
        /// Bytes of its body.
        body_bytes: u64,
    },
    /// It waited to be handed out.
    Wait {
        /// Which delivery ended that, counted from 1.
        deliveries: u32,
    },
    /// A consumer had it.
    Work {
        /// Through which door.
        door: DoorCode,
        /// Who; 0 where that is not known.
        consumer: ConsumerId,
        /// Which delivery it was, counted from 1.
        deliveries: u32,
        /// How often it had failed before.
        failures: u32,
        /// How it ended.
        outcome: Outcome,
    },
    /// It went to a dead-letter queue.
    Bury {
        /// What it died of.
        reason: DeathReason,
        /// The dead-letter queue; `None` where it was gone already.
        to: Option<Arc<QueueInfo>>,
    },
    /// It went to another queue, by a redrive or by hand.
    Move {
        /// The other queue; `None` where it was gone already.
        to: Option<Arc<QueueInfo>>,
    },
}

/// How a lease ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The work is done.
    Acked,
    /// Given back, or its session ended, or it reached nobody.
    Released,
    /// It failed, with these words.
    Failed(Option<Box<str>>),
    /// Its time was over.
    LeaseExpired,
    /// The consumer asked for it to be buried, with these words.
    Rejected(Option<Box<str>>),
    /// The message was taken away meanwhile: its queue was purged, it expired, an operator deleted or moved it.
    Removed,
}

impl Span {
    /// A span of this strand over this time.
    pub(super) fn new(
        strand: &Strand,
        (id, parent): (SpanId, Option<SpanId>),
        (start_us, end_us): (u64, u64),
        queue: Option<Arc<QueueInfo>>,
        step: Step,
    ) -> Self {
        let Strand { trace, state, id: message, .. } = strand.clone();
        Self { trace, id, parent, state, start_us, end_us: end_us.max(start_us), queue, message, step }
    }
}
