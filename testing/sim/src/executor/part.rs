//! The product's parts that have a thread each in production and a turn each here.

/// Something that does one thing at a time.
pub trait Part {
    /// Its name, for stories.
    fn name(&self) -> &'static str;

    /// Does the next thing.
    fn step(&mut self) -> Progress;
}

/// What a step led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Something was done; there may be more.
    Worked,
    /// There is nothing to do until somebody else does something, or until this monotonic time in microseconds.
    Idle(Option<u64>),
    /// It has come to its end, as it was asked to.
    Closed,
    /// It failed, for this reason, and does nothing any more.
    Failed(String),
}
