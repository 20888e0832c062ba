//! The words every other crate speaks: ids, messages, settings, limits, the clock, error kinds.
//!
//! What it is not: no I/O, no async, no behaviour beyond arithmetic on its own types. It knows no
//! protocol and depends on no other crate of ours.

pub mod bury;
pub mod clock;
pub mod ids;
pub mod kind;
pub mod limits;
pub mod message;
pub mod message_id;
pub mod meter;
pub mod mutant;
pub mod names;
pub mod origin;
pub mod random;
pub mod router;
pub mod settings;
pub mod token;
pub mod trace;

pub use bury::{BuryPolicy, CountedBy, DeadLetter};
pub use ids::{
    BootEpoch, ConsumerId, DoorCode, LeaseEpoch, PartitionId, PartitionKey, Position, QueueId, RouterId, Seq,
    SessionId, ShardId, SubscriptionId,
};
pub use kind::Kind;
pub use message::{Facts, Header, HeaderValue, Message, Native, Route};
pub use message_id::MessageId;
pub use meter::{Meter, Spread};
pub use names::NameSpace;
pub use origin::{BuryReason, Death, DeathReason, Origin};
pub use router::{Binding, HeaderMatch, RouterKind, RouterSettings, Target};
pub use settings::{DedupPolicy, DedupScope, Durability, LengthLimit, Order, Overflow, QueueSettings};
pub use token::LeaseToken;
pub use trace::{SpanId, TraceContext, TraceId};
