//! What the API shows of things, in its own words: one type for each kind of thing, used by every call that shows it.

mod consumer;
mod queue;
mod spread;

pub(crate) use consumer::ConsumerView;
pub(crate) use queue::{Queue, QueueDetail, Rates};
pub(crate) use spread::SpreadView;
