//! What the server kept, beside what it promised.

use super::Figures;
use super::promises::Kept;
use std::collections::BTreeMap;

/// What was found in the end: how often each number is in each queue.
pub(super) type Found = BTreeMap<&'static str, BTreeMap<u64, usize>>;

/// Promises, and what became of them.
pub(super) struct Audit<'a> {
    pub(super) promises: &'a Kept,
    pub(super) found: Found,
}

impl Audit<'_> {
    /// Promises that were broken, in words.
    pub(super) fn violations(&self) -> Vec<String> {
        let mut violations = self.promises.violations.clone();
        violations.extend(self.confirmed_and_missing());
        violations.extend(self.acked_and_there());
        violations.extend(self.moved_by_halves());
        violations.extend(self.never_sent());
        violations
    }

    /// How much happened.
    pub(super) fn figures(&self) -> Figures {
        let kept = self.promises;
        let nowhere = kept.sent.iter().filter(|(queue, _)| !self.found.contains_key(queue)).count();
        Figures {
            confirmed: kept.confirmed.len(),
            cut_off: kept.sent.len() - nowhere - kept.confirmed.len(),
            acked: kept.acked.len(),
            committed: kept.committed.len(),
            commits_cut_off: kept.begun.len() - kept.committed.len(),
            returned: kept.returned,
        }
    }

    fn count(&self, queue: &str, number: u64) -> usize {
        self.found.get(queue).and_then(|numbers| numbers.get(&number)).copied().unwrap_or(0)
    }

    fn confirmed_and_missing(&self) -> impl Iterator<Item = String> {
        let lost = self.promises.confirmed.iter().filter(|(queue, number)| match *queue {
            "busy" => self.count(queue, *number) == 0 && !self.promises.delivered.contains(number),
            "tasks" => self.count(queue, *number) == 0 && !self.promises.begun.contains(number),
            queue => self.count(queue, *number) == 0,
        });
        lost.map(|(queue, number)| format!("{number} for {queue} was confirmed and is lost"))
    }

    fn acked_and_there(&self) -> impl Iterator<Item = String> {
        let back = self.promises.acked.iter().filter(|number| self.count("busy", **number) > 0);
        back.map(|number| format!("{number} is there after its ack"))
    }

    /// A task is where it was, or its results are where they belong, and nothing is anywhere twice.
    fn moved_by_halves(&self) -> impl Iterator<Item = String> {
        let wrong = self.promises.begun.iter().filter_map(|number| {
            let places = ["tasks", "left", "right"].map(|queue| self.count(queue, *number));
            let whole = places == [0, 1, 1] || (places == [1, 0, 0] && !self.promises.committed.contains(number));
            (!whole).then_some((number, places))
        });
        wrong.map(|(number, places)| format!("task {number} is {places:?} times in tasks, left and right"))
    }

    fn never_sent(&self) -> impl Iterator<Item = String> {
        let numbers =
            self.found.iter().flat_map(|(queue, numbers)| numbers.keys().map(move |number| (*queue, *number)));
        let strange = numbers.filter(|(queue, number)| match *queue {
            "left" | "right" => !self.promises.begun.contains(number),
            queue => !self.promises.sent.contains(&(queue, *number)),
        });
        strange.map(|(queue, number)| format!("{number} is in {queue}, and nobody sent it there"))
    }
}
