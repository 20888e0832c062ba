//! The decision table of recovery: what may be cut, and what must stop the start.
//!
//! Let F be the first frame that is not there (for a commit of which only a beginning is there: its first frame), and S the
//! greatest `synced_upto` stated anywhere: by a frame, by a header of a frame whose records are damaged, or by the manifest.
//!
//! | seen | verdict |
//! |---|---|
//! | a valid chain to a seal | [`Verdict::Sealed`]: go on |
//! | F ≤ S | [`Verdict::Rot`]: stop, acknowledged data is damaged |
//! | F > S, no later frame of this segment's salt, nothing begun | [`Verdict::EndOfLog`]: go on |
//! | the same, but F's header is there and its records are not | [`Verdict::TornFrame`]: cut at F |
//! | the same, but a commit was begun and not finished | [`Verdict::TornCommit`]: cut at F |
//! | F > S, later frames exist, all > S | [`Verdict::OutOfOrder`]: cut at F; none of them was acknowledged |
//! | F > S, later frames exist, one ≤ S | [`Verdict::Rot`]: stop |
//! | a file that the manifest names is missing | [`Verdict::Missing`]: stop |
//! | a later format, or an unknown critical record | [`Verdict::UnknownVersion`]: stop |
//!
//! What it is not: the reading. Rot of the very last synced frame within the idle time before a crash cannot be told from a
//! torn end: nothing on disk states yet that it was synced.

/// One row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// The log ends with a seal.
    Sealed,
    /// The log ends without a seal, and nothing was being written.
    EndOfLog,
    /// The last frame was torn.
    TornFrame,
    /// The last commit has only some of its frames.
    TornCommit,
    /// Frames that were not synced reached the disk out of order.
    OutOfOrder,
    /// Acknowledged data is damaged.
    Rot,
    /// A file is missing.
    Missing,
    /// Written by a later version.
    UnknownVersion,
}

impl Verdict {
    /// Every row, for counters.
    pub const ALL: [Self; 8] = [
        Self::Sealed,
        Self::EndOfLog,
        Self::TornFrame,
        Self::TornCommit,
        Self::OutOfOrder,
        Self::Rot,
        Self::Missing,
        Self::UnknownVersion,
    ];

    /// Whether the store does not open.
    #[must_use]
    pub fn stops(self) -> bool {
        match self {
            Self::Rot | Self::Missing | Self::UnknownVersion => true,
            Self::Sealed | Self::EndOfLog | Self::TornFrame | Self::TornCommit | Self::OutOfOrder => false,
        }
    }
}

/// What was seen where the valid frames end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    /// F.
    pub(crate) frame: u64,
    /// S.
    pub(crate) synced_upto: u64,
    /// The last valid frame is a seal.
    pub(crate) sealed: bool,
    /// F's header is valid, its records are not.
    pub(crate) torn_here: bool,
    /// A commit was begun and not finished.
    pub(crate) open_commit: bool,
    /// The least number of a later frame that carries this segment's salt.
    pub(crate) later: Option<u64>,
}

/// Reads the table.
pub(crate) fn judge(seen: &Seen) -> Verdict {
    if seen.sealed {
        return Verdict::Sealed;
    }
    if seen.frame <= seen.synced_upto {
        return Verdict::Rot;
    }
    match seen.later {
        Some(later) if later <= seen.synced_upto => Verdict::Rot,
        Some(_unsynced) => Verdict::OutOfOrder,
        None if seen.open_commit => Verdict::TornCommit,
        None if seen.torn_here => Verdict::TornFrame,
        None => Verdict::EndOfLog,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const END: Seen =
        Seen { frame: 10, synced_upto: 9, sealed: false, torn_here: false, open_commit: false, later: None };

    fn check(seen: Seen, expected: Verdict) {
        assert_eq!(judge(&seen), expected, "{seen:?}");
    }

    #[test]
    fn every_row_of_the_table() {
        check(Seen { sealed: true, ..END }, Verdict::Sealed);
        check(END, Verdict::EndOfLog);
        check(Seen { torn_here: true, ..END }, Verdict::TornFrame);
        check(Seen { open_commit: true, ..END }, Verdict::TornCommit);
        check(Seen { later: Some(11), ..END }, Verdict::OutOfOrder);
        check(Seen { later: Some(11), torn_here: true, ..END }, Verdict::OutOfOrder);
        check(Seen { later: Some(3), ..END }, Verdict::Rot);
        check(Seen { synced_upto: 10, ..END }, Verdict::Rot);
        check(Seen { synced_upto: 11, later: Some(12), ..END }, Verdict::Rot);
    }

    #[test]
    fn the_rows_that_stop_are_those_about_acknowledged_data() {
        let stopping: Vec<_> = Verdict::ALL.into_iter().filter(|verdict| verdict.stops()).collect();
        assert_eq!(stopping, [Verdict::Rot, Verdict::Missing, Verdict::UnknownVersion]);
    }
}
