//! Failed messages in groups, one for each kind of failure.
//!
//! Invariant: memory is bounded. There are at most [`GROUPS_MAX`] groups; what is of a further kind is counted in one group,
//! `others`, which has no fingerprint, so that nobody moves or drops it as if it were a kind.

use crate::dead_letters::failure::Failure;
use crate::dead_letters::fingerprint::{Fingerprint, TEXT_BYTES_MAX, normalised, start_of};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use vocab::MessageId;

/// Most kinds of failures that are told apart.
pub(crate) const GROUPS_MAX: usize = 1_000;

/// The reason of the group of all that is left.
const OTHERS: &str = "others";

/// Failures of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Group {
    /// What to name in a filter; `None` for all that is left.
    pub(crate) fingerprint: Option<String>,
    /// Why these messages left their queue.
    pub(crate) reason: &'static str,
    /// What their consumer said, without what differs each time.
    pub(crate) error: Option<String>,
    /// What it said of one of them.
    pub(crate) error_sample: Option<String>,
    /// The queue that they left.
    pub(crate) origin: Option<String>,
    /// How many there are.
    pub(crate) count: u64,
    /// When the first of them came.
    pub(crate) oldest_ms: u64,
    /// When the last of them came.
    pub(crate) newest_ms: u64,
    /// How often one of them was handed out at most.
    pub(crate) deliveries_max: u32,
    /// One of them: the newest by its place.
    pub(crate) sample_id: String,
}

/// Groups, while messages are looked at.
#[derive(Debug, Default)]
pub(crate) struct Groups {
    kinds: HashMap<Fingerprint, Tally>,
    others: Option<Tally>,
}

#[derive(Debug)]
struct Tally {
    reason: &'static str,
    error: Option<String>,
    error_sample: Option<String>,
    origin: Option<String>,
    count: u64,
    oldest_ms: u64,
    newest_ms: u64,
    deliveries_max: u32,
    sample: MessageId,
}

impl Groups {
    /// Adds a message.
    pub(crate) fn add(&mut self, id: MessageId, failure: &Failure<'_>) {
        let error = failure.error.map(normalised);
        let fingerprint = Fingerprint::of(failure, error.as_deref());
        let is_full = self.kinds.len() >= GROUPS_MAX;
        match self.kinds.entry(fingerprint) {
            Entry::Occupied(mut tally) => tally.get_mut().add(id, failure),
            Entry::Vacant(place) if !is_full => {
                place.insert(Tally::of(id, failure, error));
            }
            Entry::Vacant(_) => match &mut self.others {
                Some(others) => others.add(id, failure),
                None => self.others = Some(Tally::of_many(id, failure)),
            },
        }
    }

    /// The groups, the largest first, what is left last.
    pub(crate) fn told(self) -> Vec<Group> {
        let mut groups: Vec<_> =
            self.kinds.into_iter().map(|(kind, tally)| tally.told(Some(kind.to_string()))).collect();
        groups.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.fingerprint.cmp(&b.fingerprint)));
        groups.extend(self.others.map(|others| others.told(None)));
        groups
    }
}

impl Tally {
    fn of(id: MessageId, failure: &Failure<'_>, error: Option<String>) -> Self {
        let sample = failure.error.map(|text| start_of(text, TEXT_BYTES_MAX).to_owned());
        Self {
            reason: failure.reason,
            error,
            error_sample: sample,
            origin: failure.origin.map(str::to_owned),
            count: 1,
            oldest_ms: failure.at_ms,
            newest_ms: failure.at_ms,
            deliveries_max: failure.deliveries,
            sample: id,
        }
    }

    /// One for messages of many kinds.
    fn of_many(id: MessageId, first: &Failure<'_>) -> Self {
        Self { reason: OTHERS, error_sample: None, origin: None, ..Self::of(id, first, None) }
    }

    fn add(&mut self, id: MessageId, failure: &Failure<'_>) {
        self.count += 1;
        self.oldest_ms = self.oldest_ms.min(failure.at_ms);
        self.newest_ms = self.newest_ms.max(failure.at_ms);
        self.deliveries_max = self.deliveries_max.max(failure.deliveries);
        self.sample = id;
    }

    fn told(self, fingerprint: Option<String>) -> Group {
        Group {
            fingerprint,
            reason: self.reason,
            error: self.error,
            error_sample: self.error_sample,
            origin: self.origin,
            count: self.count,
            oldest_ms: self.oldest_ms,
            newest_ms: self.newest_ms,
            deliveries_max: self.deliveries_max,
            sample_id: self.sample.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dead_letters::specimen::{buried, id};
    use vocab::BuryReason;

    fn groups(texts: impl Iterator<Item = String>) -> Vec<Group> {
        let mut groups = Groups::default();
        for (seq, text) in (1..).zip(texts) {
            let message = buried("orders", BuryReason::Rejected(Some(text)), seq * 10, "body");
            groups.add(id(9, seq), &Failure::of(&message));
        }
        groups.told()
    }

    #[test]
    fn ten_thousand_numbered_errors_are_few_groups_the_largest_first() {
        let text = |number: u64| match number % 10 {
            0 => format!("timeout after {number} ms"),
            1..4 => format!("customer {number} is locked"),
            _ => format!("no stock of item-{number} in store {}", number % 7),
        };
        let told = groups((0..10_000).map(text));
        let shown: Vec<_> = told.iter().map(|group| (group.error.as_deref().unwrap_or(""), group.count)).collect();
        let expected =
            [("no stock of item-… in store …", 6_000), ("customer … is locked", 3_000), ("timeout after … ms", 1_000)];
        assert_eq!(shown, expected);
        let first = &told[2];
        assert_eq!(first.error_sample.as_deref(), Some("timeout after 0 ms"));
        assert_eq!((first.oldest_ms, first.newest_ms, first.deliveries_max), (10, 99_910, 3));
        assert_eq!(first.sample_id, id(9, 9_991).to_string());
    }

    #[test]
    fn beyond_the_bound_kinds_are_counted_together_and_cannot_be_named() {
        let letter = |digit: usize| char::from(b"ghijklmnop"[digit % 10]);
        let letters = |number: usize| -> String {
            [number / 1000, number / 100, number / 10, number].into_iter().map(letter).collect()
        };
        let told = groups((0..GROUPS_MAX + 25).map(|number| format!("kind {}", letters(number))));
        assert_eq!(told.len(), GROUPS_MAX + 1);
        let last = &told[GROUPS_MAX];
        assert_eq!((last.reason, last.count, &last.fingerprint, &last.error), ("others", 25, &None, &None));
        assert_eq!((last.oldest_ms, last.newest_ms), (10_010, 10_250));
    }

    #[test]
    fn hostile_text_is_data() {
        let told = groups([String::from("<script>alert(1)</script>\u{0}\u{202e}\r\nx: y")].into_iter());
        let written = serde_json::to_string(&told).expect("it is plain data");
        assert!(written.contains(r"\u0000") && written.contains(r"\r\nx: y"), "{written}");
    }
}
