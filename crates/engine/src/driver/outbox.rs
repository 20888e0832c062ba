//! Answers that wait for their grounds to be durable.
//!
//! Invariant: an answer leaves only when the position it rests on is durable, and answers that rest on the same position
//! leave in the order in which they came.

use crate::core::answer::Answer;
use crate::core::info::Leased;
use journal::Fetch;
use std::collections::VecDeque;
use vocab::Position;

/// The contents that belong to an answer's leases or peeked messages, in their order.
pub type Content = Vec<Fetch>;

/// Where an answer goes.
pub trait Reply: Send {
    /// Tells the answer.
    ///
    /// # Errors
    /// Nobody is there any more: the leases that the answer would have handed out come back.
    fn tell(self, answer: Answer, content: Content) -> Result<(), Vec<Leased>>;
}

/// An answer on its way.
pub(crate) struct Letter<R> {
    pub(crate) reply: R,
    pub(crate) answer: Answer,
    pub(crate) content: Content,
}

/// The answers held back.
#[derive(Default)]
pub(crate) struct Outbox<R> {
    /// Ascending positions; only a few are ever not durable.
    held: VecDeque<(Position, Vec<Letter<R>>)>,
}

impl<R> Outbox<R> {
    pub(crate) fn new() -> Self {
        Self { held: VecDeque::new() }
    }

    /// Holds an answer back until `position` is durable.
    pub(crate) fn hold(&mut self, position: Position, letter: Letter<R>) {
        let at = self.held.partition_point(|(held, _)| *held < position);
        match self.held.get_mut(at) {
            Some((held, letters)) if *held == position => letters.push(letter),
            _ => self.held.insert(at, (position, vec![letter])),
        }
    }

    /// Whether an answer waits for `position`.
    pub(crate) fn waits_for(&self, position: Position) -> bool {
        self.held.back().is_some_and(|(held, _)| *held >= position)
    }

    /// Takes the next answers whose position is at or below `durable`.
    pub(crate) fn open(&mut self, durable: Position) -> Option<Vec<Letter<R>>> {
        let (position, _) = self.held.front()?;
        if *position > durable { None } else { self.held.pop_front().map(|(_, letters)| letters) }
    }

    /// Drops everything: each reply learns that its answer will not come.
    pub(crate) fn clear(&mut self) {
        self.held.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_leave_when_their_position_is_durable_and_not_before() {
        let mut outbox = Outbox::new();
        for (position, reply) in [(2, "b"), (1, "a"), (2, "c")] {
            outbox.hold(Position(position), Letter { reply, answer: Answer::Done, content: Content::new() });
        }
        assert!(outbox.open(Position(0)).is_none());
        let mut open = |durable| -> Option<Vec<&'static str>> {
            outbox.open(Position(durable)).map(|letters| letters.into_iter().map(|letter| letter.reply).collect())
        };
        assert_eq!(open(1), Some(vec!["a"]));
        assert_eq!(open(1), None);
        assert_eq!(open(2), Some(vec!["b", "c"]));
    }
}
