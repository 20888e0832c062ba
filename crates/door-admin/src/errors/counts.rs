//! Errors told to clients, counted by code for the metrics.

use super::Code;
use std::sync::atomic::{AtomicU64, Ordering};

/// A count for each code.
#[derive(Debug, Default)]
pub(crate) struct ErrorCounts {
    counts: [AtomicU64; Code::ALL.len()],
}

impl ErrorCounts {
    /// Adds one.
    pub(crate) fn count(&self, code: Code) {
        self.counts[code as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// All of them.
    pub(crate) fn all(&self) -> Vec<(&'static str, u64)> {
        Code::ALL.into_iter().map(|code| (code.name(), self.counts[code as usize].load(Ordering::Relaxed))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_its_own_count() {
        let counts = ErrorCounts::default();
        counts.count(Code::Internal);
        counts.count(Code::BadRequest);
        counts.count(Code::BadRequest);
        let told: Vec<_> = counts.all().into_iter().filter(|(_, count)| *count > 0).collect();
        assert_eq!(told, [("bad_request", 2), ("internal", 1)]);
    }
}
