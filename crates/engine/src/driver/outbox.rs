//! Answers that wait for their grounds to be durable.
//!
//! Invariant: an answer leaves only when the position it rests on is durable, and answers that rest on the same position
//! leave in the order in which they came.

use crate::core::answer::Answer;
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
    /// Nobody is there any more: the answer comes back.
    fn tell(self, answer: Answer, content: Content) -> Result<(), Answer>;
}

/// The answers held back.
#[derive(Default)]
pub(crate) struct Outbox<R> {
    /// Ascending positions; only a few are ever not durable.
    held: VecDeque<(Position, Vec<(R, Answer, Content)>)>,
}

impl<R> Outbox<R> {
    pub(crate) fn new() -> Self {
        Self { held: VecDeque::new() }
    }

    /// Holds an answer back until `position` is durable.
    pub(crate) fn hold(&mut self, position: Position, reply: R, answer: Answer, content: Content) {
        let at = self.held.partition_point(|(held, _)| *held < position);
        match self.held.get_mut(at) {
            Some((held, answers)) if *held == position => answers.push((reply, answer, content)),
            _ => self.held.insert(at, (position, vec![(reply, answer, content)])),
        }
    }

    /// Whether an answer waits for `position`.
    pub(crate) fn waits_for(&self, position: Position) -> bool {
        self.held.back().is_some_and(|(held, _)| *held >= position)
    }

    /// Takes the next answers whose position is at or below `durable`.
    pub(crate) fn open(&mut self, durable: Position) -> Option<Vec<(R, Answer, Content)>> {
        let (position, _) = self.held.front()?;
        if *position > durable { None } else { self.held.pop_front().map(|(_, answers)| answers) }
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
        outbox.hold(Position(2), "b", Answer::Done, Vec::new());
        outbox.hold(Position(1), "a", Answer::Done, Vec::new());
        outbox.hold(Position(2), "c", Answer::Done, Vec::new());
        assert!(outbox.open(Position(0)).is_none());
        let names = |answers: Option<Vec<(&'static str, Answer, Content)>>| {
            answers.map(|answers| answers.into_iter().map(|(name, ..)| name).collect::<Vec<_>>())
        };
        assert_eq!(names(outbox.open(Position(1))), Some(vec!["a"]));
        assert!(outbox.open(Position(1)).is_none());
        assert_eq!(names(outbox.open(Position(2))), Some(vec!["b", "c"]));
    }
}
