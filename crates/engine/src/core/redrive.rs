//! Redrives: messages on their way out of a queue, each back to the queue that it was buried from, or all to one queue.
//!
//! ```text
//!   running ── walked to its end ──→ done
//!      ├────── somebody asked ─────→ cancelled
//!      └────── its one target went → failed
//! ```
//!
//! A redrive walks through its queue by seq, up to the seq that came next when it began, and looks at every message once: so
//! it ends, and messages enter their target in the order in which they were. What is leased or delayed when the walk comes
//! by stays, and so does what cannot be moved; the second is counted.
//!
//! What it is not: the moving itself. [`crate::core::decide`] picks and decides, the driver reads contents in between, and
//! nothing is held back from consumers meanwhile: who leases a message first has it.
//!
//! Invariants: of a queue's redrives only the newest can be running; `position` is durable, with what was moved below it in
//! the same commit; the timer is set exactly while a redrive runs, no content is being read for it, and the store is not
//! stopping.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use vocab::limits::REDRIVES_KEPT;
use vocab::{QueueId, Seq};

/// Names one redrive for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RedriveId {
    /// The queue that it empties.
    pub source: QueueId,
    /// Counts up from 1 in that queue.
    pub number: u32,
}

/// The one queue that all messages go to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedriveTarget {
    /// The queue's incarnation: another one of the same name is another queue.
    pub queue: QueueId,
    /// Its name, to be told also when it is gone.
    pub name: String,
}

/// One redrive, running or ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redrive {
    /// Where messages go; `None` for the queue that each was buried from, by name.
    pub target: Option<RedriveTarget>,
    /// At most so many messages a second; `None` for as many as the store takes.
    pub per_second: Option<NonZeroU32>,
    /// When it began (log time, milliseconds).
    pub started_ms: u64,
    /// Messages that could be moved when it began.
    pub to_move: u64,
    /// The first seq that is not its business.
    pub end: Seq,
    /// Everything below was looked at.
    pub position: Seq,
    /// The next batch is not moved before this (log time, milliseconds).
    pub next_ms: u64,
    /// Messages moved.
    pub moved: u64,
    /// Messages that could not be moved and stay.
    pub failed: u64,
    /// Why the last of these stays.
    pub trouble: Option<Trouble>,
    /// How and when (log time, milliseconds) it ended; `None` while it runs.
    pub ended: Option<(Outcome, u64)>,
}

/// Why a message cannot be moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// It was never buried, so there is nowhere to send it back to.
    NoOrigin,
    /// The queue that it was buried from does not exist any more, or is the very queue it is in.
    OriginGone,
    /// It is larger than its target allows.
    TooLarge,
    /// Its content cannot be read.
    Unreadable,
}

/// How a redrive ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It looked at every message.
    Done,
    /// Somebody stopped it.
    Cancelled,
    /// The queue that it moved messages to was deleted.
    TargetGone,
}

/// A redrive as its queue's owners are told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedriveInfo {
    /// Which one.
    pub id: RedriveId,
    /// The redrive.
    pub redrive: Redrive,
}

/// The redrives of one queue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Redrives {
    /// The newest one's number; 0 before the first.
    pub last: u32,
    /// By number: the running one and the newest that ended.
    pub tasks: BTreeMap<u32, Redrive>,
    /// When the timer is set for. Derived.
    pub timer_ms: Option<u64>,
    /// Whether a checkpoint has to store them.
    pub unsaved: bool,
    /// Whether a checkpoint has them.
    pub stored: bool,
}

impl Redrives {
    /// The one that runs.
    #[must_use]
    pub fn running(&self) -> Option<(u32, &Redrive)> {
        self.tasks.last_key_value().filter(|(_, redrive)| redrive.ended.is_none()).map(|(number, task)| (*number, task))
    }

    /// The one of this number, if it runs.
    #[must_use]
    pub fn running_as(&self, number: u32) -> Option<&Redrive> {
        self.tasks.get(&number).filter(|redrive| redrive.ended.is_none())
    }

    /// All that are kept, newest first.
    #[must_use]
    pub fn told(&self, source: QueueId) -> Vec<RedriveInfo> {
        let info = |(number, redrive): (&u32, &Redrive)| RedriveInfo {
            id: RedriveId { source, number: *number },
            redrive: redrive.clone(),
        };
        self.tasks.iter().rev().map(info).collect()
    }

    /// Begins one.
    pub(crate) fn begin(&mut self, number: u32, redrive: Redrive) {
        self.last = self.last.max(number);
        self.tasks.insert(number, redrive);
        self.unsaved = true;
    }

    /// Changes one.
    pub(crate) fn change(&mut self, number: u32) -> Option<&mut Redrive> {
        let redrive = self.tasks.get_mut(&number)?;
        self.unsaved = true;
        Some(redrive)
    }

    /// Forgets the oldest that ended, beyond those that are kept.
    pub(crate) fn forget_oldest(&mut self) {
        while self.tasks.values().filter(|redrive| redrive.ended.is_some()).count() > REDRIVES_KEPT {
            self.tasks.pop_first();
        }
    }
}

impl Trouble {
    /// Its number on disk.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::NoOrigin => 1,
            Self::OriginGone => 2,
            Self::TooLarge => 3,
            Self::Unreadable => 4,
        }
    }

    /// The one with this number.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        [Self::NoOrigin, Self::OriginGone, Self::TooLarge, Self::Unreadable]
            .into_iter()
            .find(|trouble| trouble.code() == code)
    }
}

impl Outcome {
    /// Its number on disk.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 1,
            Self::Cancelled => 2,
            Self::TargetGone => 3,
        }
    }

    /// The one with this number.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        [Self::Done, Self::Cancelled, Self::TargetGone].into_iter().find(|outcome| outcome.code() == code)
    }
}
