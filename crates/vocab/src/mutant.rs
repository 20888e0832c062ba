//! Rules that tests may break on purpose, to prove that they would notice.
//!
//! Without the `mutants` feature [`active`] is a constant `false` and costs nothing. With it, a rule
//! is broken for the calling thread only, so that tests side by side do not disturb each other; the
//! simulator runs a whole server on one thread.

/// One rule, broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mutant {
    /// A publish or settle is answered before its commit is durable.
    AnswerBeforeSync,
    /// A count is answered before the newest record it saw is durable.
    CountBeforeDurable,
    /// Creating a file does not sync its directory.
    SkipDirectorySync,
    /// Frames are accepted whatever salt they carry.
    ForgetSalt,
    /// After an unclean stop, seqs go on from the last one seen instead of from the reservation.
    ReuseSeq,
    /// A lease's end does not make its message ready again.
    DropRedeliveryTimer,
    /// Segments go, with the acknowledgements in them, before a checkpoint covers them.
    RetireUncovered,
    /// Runs are rewritten without what died lately, although a crash may bring it back to life.
    RewriteUndurable,
    /// Messages of a lane are handed out while others of it are leased.
    IgnoreHeldLanes,
    /// A checkpoint brings back no dedup ids.
    ForgetDedupIds,
    /// A buried message enters its dead-letter queues in one commit and leaves its source in the next.
    BuryInTwoCommits,
    /// A redriven message enters its target in one commit and leaves its source in the next.
    MoveInTwoCommits,
    /// Of a command that publishes into several queues, each queue's messages are a commit of their own.
    PublishInTwoCommits,
    /// Messages are handed out by place, whatever their priority.
    IgnorePriorities,
    /// A paused queue hands out messages.
    IgnorePauses,
    /// A message that an operator deleted stays.
    KeepDeleted,
    /// A lease that an operator ended takes its message's counts along.
    ForgetReleasedCounts,
}

impl Mutant {
    /// Every mutant, for loops in tests.
    pub const ALL: [Self; 17] = [
        Self::AnswerBeforeSync,
        Self::CountBeforeDurable,
        Self::SkipDirectorySync,
        Self::ForgetSalt,
        Self::ReuseSeq,
        Self::DropRedeliveryTimer,
        Self::RetireUncovered,
        Self::RewriteUndurable,
        Self::IgnoreHeldLanes,
        Self::ForgetDedupIds,
        Self::BuryInTwoCommits,
        Self::MoveInTwoCommits,
        Self::PublishInTwoCommits,
        Self::IgnorePriorities,
        Self::IgnorePauses,
        Self::KeepDeleted,
        Self::ForgetReleasedCounts,
    ];
}

/// Whether `mutant` is broken on this thread.
#[cfg(not(feature = "mutants"))]
#[inline]
#[must_use]
pub const fn active(_mutant: Mutant) -> bool {
    false
}

#[cfg(feature = "mutants")]
pub use switched::{active, with};

#[cfg(feature = "mutants")]
mod switched {
    use super::Mutant;
    use std::cell::Cell;

    thread_local! {
        static BROKEN: Cell<Option<Mutant>> = const { Cell::new(None) };
    }

    /// Whether `mutant` is broken on this thread.
    #[must_use]
    pub fn active(mutant: Mutant) -> bool {
        BROKEN.with(Cell::get) == Some(mutant)
    }

    /// Runs `body` with `mutant` broken on this thread, and mends it afterwards, also on a panic.
    pub fn with<T>(mutant: Mutant, body: impl FnOnce() -> T) -> T {
        struct Mend(Option<Mutant>);
        impl Drop for Mend {
            fn drop(&mut self) {
                BROKEN.with(|broken| broken.set(self.0));
            }
        }
        let _mend = Mend(BROKEN.with(|broken| broken.replace(Some(mutant))));
        body()
    }
}
