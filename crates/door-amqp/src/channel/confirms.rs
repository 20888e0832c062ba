//! Which publishes of a channel are still to be confirmed.
//!
//! Confirms go out in the order of the publishes, as few frames as possible: what is durable out of order waits for what was
//! published before it, which the store makes durable first anyway. Only what is returned to its publisher is confirmed at once, by
//! itself: clients take the next confirm after a return to be that message's.
//!
//! Invariant: every number is given once and confirmed, though a frame for several may name one again that was confirmed by itself.

use std::collections::VecDeque;

/// How a publish ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is durable in every queue that it was routed to, or there was none.
    Taken,
    /// A queue refused it.
    Refused,
}

/// Where a publish stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// It is under way.
    Open,
    /// It has ended, and its publisher has not been told.
    Ended(Verdict),
    /// Its publisher has been told.
    Told,
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
    standings: VecDeque<Standing>,
}

impl Confirms {
    /// None yet; the first publish is number 1.
    pub(crate) fn new() -> Self {
        Self { first: 1, standings: VecDeque::new() }
    }

    /// The number of another publish.
    pub(crate) fn next(&mut self) -> u64 {
        self.standings.push_back(Standing::Open);
        self.first + self.standings.len() as u64 - 1
    }

    /// How publish number `tag` ended.
    pub(crate) fn end(&mut self, tag: u64, verdict: Verdict) {
        *self.standing(tag) = Standing::Ended(verdict);
    }

    /// The frame for publish number `tag` alone, which has ended well, whatever was published before it.
    pub(crate) fn take_alone(&mut self, tag: u64) -> Confirm {
        *self.standing(tag) = Standing::Told;
        Confirm { tag, multiple: false, verdict: Verdict::Taken }
    }

    /// The next frame, if the oldest publish that is not confirmed has ended.
    pub(crate) fn take(&mut self) -> Option<Confirm> {
        let told = self.standings.iter().take_while(|standing| **standing == Standing::Told).count();
        self.forget(told);
        let Some(Standing::Ended(verdict)) = self.standings.front().copied() else { return None };
        let (mut count, mut end) = (0, 0);
        for (index, standing) in self.standings.iter().enumerate() {
            match standing {
                Standing::Ended(other) if *other == verdict => (count, end) = (count + 1, index + 1),
                Standing::Told if verdict == Verdict::Taken => {}
                Standing::Ended(_) | Standing::Told | Standing::Open => break,
            }
        }
        self.forget(end);
        Some(Confirm { tag: self.first - 1, multiple: count > 1, verdict })
    }

    fn standing(&mut self, tag: u64) -> &mut Standing {
        let index = usize::try_from(tag - self.first).expect("so many publishes do not fit into memory");
        &mut self.standings[index]
    }

    fn forget(&mut self, count: usize) {
        self.standings.drain(..count);
        self.first += count as u64;
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

    #[test]
    fn one_that_was_confirmed_alone_is_no_frames_reason() {
        let mut confirms = Confirms::new();
        assert_eq!((1..=6).map(|_| confirms.next()).last(), Some(6));
        assert_eq!(confirms.take_alone(2), Confirm { tag: 2, multiple: false, verdict: Verdict::Taken });
        assert_eq!(confirms.take(), None, "number 1 is not durable yet");
        confirms.end(1, Verdict::Taken);
        assert_eq!(confirms.take(), Some(Confirm { tag: 1, multiple: false, verdict: Verdict::Taken }));
        confirms.take_alone(4);
        confirms.end(3, Verdict::Taken);
        confirms.end(5, Verdict::Taken);
        assert_eq!(confirms.take(), Some(Confirm { tag: 5, multiple: true, verdict: Verdict::Taken }));
        confirms.take_alone(6);
        assert_eq!((confirms.take(), confirms.next()), (None, 7));
    }

    #[test]
    fn a_refusal_names_nothing_that_was_confirmed() {
        let mut confirms = Confirms::new();
        assert_eq!((1..=3).map(|_| confirms.next()).last(), Some(3));
        confirms.take_alone(2);
        confirms.end(1, Verdict::Refused);
        confirms.end(3, Verdict::Refused);
        for tag in [1, 3] {
            assert_eq!(confirms.take(), Some(Confirm { tag, multiple: false, verdict: Verdict::Refused }));
        }
    }
}
