//! What goes wrong while the power is on: the plan, and the tally of what really did.

use std::collections::BTreeMap;
use std::fmt;

/// One way for a disk to fail its user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// The power went.
    PowerLoss,
    /// A power loss took a write that was not synced.
    WriteLost,
    /// A power loss kept some sectors of a write.
    WriteTorn,
    /// A power loss kept a later write without an earlier one, or they overtook each other.
    WritesReordered,
    /// A power loss took a change of the folder that was not synced.
    NameLost,
    /// A sync failed; the pages count as clean all the same.
    SyncError,
    /// There was no room.
    DiskFull,
    /// A write stopped half-way with an error.
    ShortWrite,
    /// A read failed.
    ReadError,
    /// A bit turned on the platter.
    BitFlip,
    /// An operation took a long time.
    Slow,
}

impl Fault {
    /// Every fault, for loops and totals.
    pub const ALL: [Self; 11] = [
        Self::PowerLoss,
        Self::WriteLost,
        Self::WriteTorn,
        Self::WritesReordered,
        Self::NameLost,
        Self::SyncError,
        Self::DiskFull,
        Self::ShortWrite,
        Self::ReadError,
        Self::BitFlip,
        Self::Slow,
    ];
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PowerLoss => "power loss",
            Self::WriteLost => "unsynced write lost",
            Self::WriteTorn => "unsynced write torn",
            Self::WritesReordered => "unsynced writes reordered",
            Self::NameLost => "unsynced name lost",
            Self::SyncError => "sync error",
            Self::DiskFull => "disk full",
            Self::ShortWrite => "short write",
            Self::ReadError => "read error",
            Self::BitFlip => "bit flip",
            Self::Slow => "slow operation",
        })
    }
}

/// What shall go wrong. Odds are "once in so many"; 0 is never.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FaultPlan {
    /// The power goes in the middle of this operation, counted from the last start, from 1.
    pub power_off_at: Option<u64>,
    /// The power goes in the middle of this sync of a file, counted from the last start, from 1: when most is at stake.
    pub power_off_at_sync: Option<u64>,
    /// Odds that a sync fails.
    pub sync_error: u64,
    /// Odds that a write stops half-way.
    pub short_write: u64,
    /// Odds that a read fails.
    pub read_error: u64,
    /// Odds that an operation is slow.
    pub slow: u64,
    /// How long a slow operation takes, in milliseconds.
    pub slow_ms: u64,
}

/// What happened on a disk since it was made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How often each fault fired.
    pub faults: BTreeMap<Fault, u64>,
    /// Writes that were taken.
    pub writes: u64,
    /// Bytes of those writes.
    pub bytes_written: u64,
    /// Reads that were answered.
    pub reads: u64,
    /// Syncs of files that succeeded.
    pub syncs: u64,
    /// Syncs of the folder that succeeded.
    pub dir_syncs: u64,
    /// Files made.
    pub created: u64,
    /// Names changed.
    pub renamed: u64,
    /// Names taken away.
    pub removed: u64,
    /// Names that were taken away or changed, by their letters before the first dash; those of temporary files not.
    pub gone: BTreeMap<String, u64>,
    /// Names given to files that were written under temporary ones, likewise.
    pub made: BTreeMap<String, u64>,
}

impl Tally {
    /// Counts a fault that fired.
    pub fn fired(&mut self, fault: Fault, times: u64) {
        if times > 0 {
            *self.faults.entry(fault).or_default() += times;
        }
    }

    /// Counts a name that went.
    pub fn went(&mut self, name: &str) {
        if !is_temporary(name) {
            *self.gone.entry(kind(name)).or_default() += 1;
        }
    }

    /// Counts a file that got the name it was made for.
    pub fn made(&mut self, from: &str, to: &str) {
        if is_temporary(from) && !is_temporary(to) {
            *self.made.entry(kind(to)).or_default() += 1;
        }
    }

    /// Errors told to the program, a full disk not counted: it is expected to live with that.
    #[must_use]
    pub fn errors(&self) -> u64 {
        self.count(Fault::SyncError) + self.count(Fault::ShortWrite) + self.count(Fault::ReadError)
    }

    /// How often a fault fired.
    #[must_use]
    pub fn count(&self, fault: Fault) -> u64 {
        self.faults.get(&fault).copied().unwrap_or_default()
    }
}

fn kind(name: &str) -> String {
    name.split('-').next().unwrap_or_default().to_owned()
}

fn is_temporary(name: &str) -> bool {
    name.ends_with(".tmp")
}
