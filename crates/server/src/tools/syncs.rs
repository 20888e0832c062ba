//! What a sync costs on this disk, and what that says about where the bytes are afterwards.
//!
//! What it is not: proof. A disk that lies as slowly as an honest one works cannot be told from it.

use super::ToolError;
use super::folders;
use serde_json::{Value, json};
use std::os::unix::fs::FileExt;
use std::path::Path;
use vocab::clock::{Clock, SystemClock};

/// Syncs that are measured, unless they take too long.
const SYNCS: usize = 400;

/// Time for all of them, microseconds.
const TIME_US_MAX: u64 = 5_000_000;

const BLOCK: usize = 4096;

/// No medium is reached so fast: the fastest drives take longer to answer at all.
const NO_MEDIUM_US: u64 = 10;

/// Flash takes at least so long to be written: a faster sync ended in a cache.
const FLASH_US: u64 = 200;

/// Where the bytes probably are when a sync has returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// Nowhere else than in memory.
    Memory,
    /// Nowhere: the sync is not honoured.
    NoMedium,
    /// In a cache that outlives a power failure, or nowhere.
    ProtectedCache,
    /// Where they should be.
    Medium,
}

/// Latencies, microseconds, ascending; at least one.
#[derive(Debug)]
pub(crate) struct Syncs {
    us: Vec<u64>,
    in_memory: bool,
}

impl Syncs {
    /// Writes and syncs blocks of a file that is there already, as the log does.
    pub(crate) fn measure(folder: &Path) -> Result<Self, ToolError> {
        let path = folder.join("syncs");
        let failed = |error| ToolError::io(path.display().to_string())(error);
        let file = folders::create(&path).map_err(failed)?;
        file.write_all_at(&vec![0; SYNCS * BLOCK], 0).and_then(|()| file.sync_all()).map_err(failed)?;
        let clock = SystemClock::new();
        let mut us = Vec::with_capacity(SYNCS);
        for index in 0..SYNCS {
            file.write_all_at(&[1; BLOCK], (index * BLOCK) as u64).map_err(failed)?;
            let before_us = clock.mono_us();
            file.sync_data().map_err(failed)?;
            us.push(clock.mono_us() - before_us);
            if clock.mono_us() > TIME_US_MAX {
                break;
            }
        }
        us.sort_unstable();
        Ok(Self { us, in_memory: folders::is_in_memory(&file) })
    }

    fn percentile(&self, percent: usize) -> u64 {
        self.us[(self.us.len() - 1) * percent / 100]
    }

    /// Where the bytes probably are.
    pub(crate) fn meaning(&self) -> Meaning {
        match self.percentile(50) {
            _ if self.in_memory => Meaning::Memory,
            us if us < NO_MEDIUM_US => Meaning::NoMedium,
            us if us < FLASH_US => Meaning::ProtectedCache,
            _ => Meaning::Medium,
        }
    }

    pub(crate) fn to_text(&self) -> String {
        let meaning = match self.meaning() {
            Meaning::Memory => "this folder is in memory: nothing in it outlives a power failure",
            Meaning::NoMedium => {
                "too fast for any medium: this disk, or what is below it, does not honour a sync; a power failure will lose \
                 what was acknowledged"
            }
            Meaning::ProtectedCache => {
                "too fast for a disk that empties a volatile cache: it has a cache that outlives a power failure, or does not \
                 honour a sync; ask who sold it, or who runs the machine below"
            }
            Meaning::Medium => "plausible for a disk with a volatile cache that empties it at a sync, as it should",
        };
        let (p50, p99, max) = (self.percentile(50), self.percentile(99), self.percentile(100));
        format!("half within {p50} µs, 99 % within {p99} µs, {max} µs at most, of {}; {meaning}", self.us.len())
    }

    pub(crate) fn to_json(&self) -> Value {
        let meaning = match self.meaning() {
            Meaning::Memory => "memory",
            Meaning::NoMedium => "not_honoured",
            Meaning::ProtectedCache => "protected_cache_or_not_honoured",
            Meaning::Medium => "plausible",
        };
        json!({
            "count": self.us.len(),
            "p50_us": self.percentile(50),
            "p99_us": self.percentile(99),
            "max_us": self.percentile(100),
            "meaning": meaning,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_tells_where_the_bytes_are() {
        let check = |us: u64, in_memory: bool, expected: Meaning| {
            assert_eq!(Syncs { us: vec![us; 3], in_memory }.meaning(), expected, "{us} µs");
        };
        check(3, false, Meaning::NoMedium);
        check(3, true, Meaning::Memory);
        check(50, false, Meaning::ProtectedCache);
        check(900, false, Meaning::Medium);
        check(9000, false, Meaning::Medium);
    }
}
