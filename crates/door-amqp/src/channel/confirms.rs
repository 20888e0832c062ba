//! Which publishes of a channel are still to be confirmed.
//!
//! Confirms go out in the order of the publishes, as few frames as possible: what is durable out of order waits for what was
//! published before it, which the store makes durable first anyway.
//!
//! Invariant: every number is given once and confirmed once.

use std::collections::VecDeque;

/// How a publish ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is durable in every queue that it was routed to, or there was none.
    Taken,
    /// A queue refused it.
    Refused,
}

/// One frame to the publisher: every publish up to `tag` that was not confirmed before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Confirm {
    pub(crate) tag: u64,
    /// It stands for several.
    pub(crate) multiple: bool,
    pub(crate) verdict: Verdict,
}

/// Publishes that wait for their confirm, oldest first.
#[derive(Debug)]
pub(crate) struct Confirms {
    /// The number of the oldest one.
    first: u64,
    verdicts: VecDeque<Option<Verdict>>,
}

impl Confirms {
    /// None yet; the first publish is number 1.
    pub(crate) fn new() -> Self {
        Self { first: 1, verdicts: VecDeque::new() }
    }

    /// The number of another publish.
    pub(crate) fn next(&mut self) -> u64 {
        self.verdicts.push_back(None);
        self.first + self.verdicts.len() as u64 - 1
    }

    /// How publish number `tag` ended.
    pub(crate) fn end(&mut self, tag: u64, verdict: Verdict) {
        let index = usize::try_from(tag - self.first).expect("so many publishes do not fit into memory");
        self.verdicts[index] = Some(verdict);
    }

    /// The next frame, if the oldest publish has ended.
    pub(crate) fn take(&mut self) -> Option<Confirm> {
        let verdict = (*self.verdicts.front()?)?;
        let count = self.verdicts.iter().take_while(|other| **other == Some(verdict)).count();
        self.verdicts.drain(..count);
        self.first += count as u64;
        Some(Confirm { tag: self.first - 1, multiple: count > 1, verdict })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn publishes_are_confirmed_in_order_and_together_where_they_ended_alike() {
        let mut confirms = Confirms::new();
        assert_eq!((1..=5).map(|_| confirms.next()).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
        confirms.end(2, Verdict::Taken);
        assert_eq!(confirms.take(), None, "number 1 is not durable yet");
        confirms.end(1, Verdict::Taken);
        confirms.end(3, Verdict::Refused);
        confirms.end(5, Verdict::Taken);
        assert_eq!(confirms.take(), Some(Confirm { tag: 2, multiple: true, verdict: Verdict::Taken }));
        assert_eq!(confirms.take(), Some(Confirm { tag: 3, multiple: false, verdict: Verdict::Refused }));
        assert_eq!(confirms.take(), None);
        assert_eq!(confirms.next(), 6);
        confirms.end(4, Verdict::Taken);
        assert_eq!(confirms.take(), Some(Confirm { tag: 5, multiple: true, verdict: Verdict::Taken }));
    }
}
