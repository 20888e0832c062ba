//! How far a connection's requests are, for finding the connections on which nothing happens.

use std::sync::atomic::{AtomicU32, Ordering};

/// Counts the requests of one connection that were begun and ended; there may be several at a time.
#[derive(Debug, Default)]
pub(super) struct Progress {
    begun: AtomicU32,
    ended: AtomicU32,
}

impl Progress {
    /// A request is worked on until the guard is dropped: it was answered, or given up.
    pub(super) fn work(&self) -> Work<'_> {
        self.begun.fetch_add(1, Ordering::Relaxed);
        Work(self)
    }

    /// Something was answered without work.
    pub(super) fn touch(&self) {
        drop(self.work());
    }

    /// Whether nothing was worked on since the count was `seen`, which is brought up to date.
    pub(super) fn is_silent_since(&self, seen: &mut u32) -> bool {
        // In this order: a request that begins between the two looks changes the second.
        let ended = self.ended.load(Ordering::Relaxed);
        let begun = self.begun.load(Ordering::Relaxed);
        let silent = begun == *seen && begun == ended;
        *seen = begun;
        silent
    }
}

/// A request that is being worked on.
#[derive(Debug)]
#[must_use = "the work ends when it is dropped"]
pub(super) struct Work<'a>(&'a Progress);

impl Drop for Work<'_> {
    fn drop(&mut self) {
        self.0.ended.fetch_add(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_count_that_stands_still_between_requests_is_silence() {
        let progress = Progress::default();
        let mut seen = 0;
        assert!(progress.is_silent_since(&mut seen));
        let work = progress.work();
        assert!(!progress.is_silent_since(&mut seen) && !progress.is_silent_since(&mut seen), "it works on a request");
        drop(work);
        assert!(progress.is_silent_since(&mut seen));
        progress.touch();
        assert!(!progress.is_silent_since(&mut seen), "it answered one in the meantime");
        assert!(progress.is_silent_since(&mut seen));
    }

    #[test]
    fn of_several_requests_the_last_one_ends_the_work() {
        let progress = Progress::default();
        let mut seen = 0;
        let (first, second) = (progress.work(), progress.work());
        drop(first);
        assert!(!progress.is_silent_since(&mut seen) && !progress.is_silent_since(&mut seen));
        drop(second);
        assert!(progress.is_silent_since(&mut seen));
    }
}
