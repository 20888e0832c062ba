//! The coarse kind of an error: what the caller should do about it.
//!
//! Every error that crosses the broker's edge has one; every door maps its cases to its protocol
//! without a wildcard arm.

/// What to do about an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The request can never succeed as it is; correct it.
    Invalid,
    /// What it names does not exist (any more).
    NotFound,
    /// It contradicts what exists.
    Conflict,
    /// A stated limit is reached; try again when something was settled.
    Busy,
    /// The disk has no room for it; receiving and settling go on.
    Full,
    /// The outcome is unknown: the journal failed or the server stopped in the middle. Ask again after a restart.
    Unknown,
    /// Stored data is damaged; nothing was invented in its place.
    Corrupt,
}
