//! Policies taken apart once per revision of their queue.
//!
//! Invariants: asking takes no lock; memory is bounded by the number of places, whatever the number of queues. Two queues that share a
//! place take turns, which costs time and changes no answer.

use super::document::Document;
use crate::queue_attributes::POLICY_KEY;
use arc_swap::ArcSwapOption;
use broker::QueueInfo;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use vocab::QueueId;

/// Places: more than the queues with policies that most servers have.
const PLACES: usize = 1_024;

/// How many strange policies are remembered as told; beyond, they may be told again.
const TOLD_MAX: usize = 4_096;

/// The policies of a door's queues.
pub(crate) struct Policies {
    places: Box<[ArcSwapOption<Compiled>]>,
    told: Mutex<BTreeSet<(QueueId, u64)>>,
}

struct Compiled {
    queue: QueueId,
    revision: u64,
    document: Arc<Document>,
}

impl Policies {
    /// None asked for yet.
    pub(crate) fn new() -> Self {
        Self { places: (0..PLACES).map(|_| ArcSwapOption::empty()).collect(), told: Mutex::default() }
    }

    /// The policy of a queue, if it has one.
    pub(crate) fn of(&self, queue: &QueueInfo) -> Option<Arc<Document>> {
        let text = queue.annotations.get(POLICY_KEY)?;
        let place = &self.places[queue.id.0 as usize % PLACES];
        let known = place.load();
        let known = known.as_ref().filter(|known| (known.queue, known.revision) == (queue.id, queue.revision));
        if let Some(known) = known {
            return Some(Arc::clone(&known.document));
        }
        let document = Arc::new(Document::read(text));
        self.tell(queue, &document);
        let compiled = Compiled { queue: queue.id, revision: queue.revision, document: Arc::clone(&document) };
        place.store(Some(Arc::new(compiled)));
        Some(document)
    }

    /// Says once what of a policy is not understood.
    fn tell(&self, queue: &QueueInfo, document: &Document) {
        if document.strange.is_empty() {
            return;
        }
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.len() >= TOLD_MAX {
            told.clear();
        }
        if told.insert((queue.id, queue.revision)) {
            tracing::warn!(
                queue = queue.name,
                not_understood = document.strange.join("; "),
                "a part of the queue's policy is not understood: its statement applies where it denies, and does not where it allows"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use broker::Annotations;
    use vocab::QueueSettings;

    fn queue(id: u32, revision: u64, policy: Option<&str>) -> QueueInfo {
        let annotations: Annotations =
            policy.into_iter().map(|policy| (POLICY_KEY.to_owned(), policy.to_owned())).collect();
        QueueInfo {
            id: QueueId(id),
            name: format!("queue-{id}"),
            settings: QueueSettings::default(),
            annotations,
            created_ms: 0,
            modified_ms: 0,
            revision,
        }
    }

    const EVERYBODY: &str = r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}}"#;

    #[test]
    fn a_policy_is_taken_apart_once_per_revision() {
        let policies = Policies::new();
        assert!(policies.of(&queue(1, 1, None)).is_none());
        let first = policies.of(&queue(1, 1, Some(EVERYBODY))).expect("there is one");
        let again = policies.of(&queue(1, 1, Some(EVERYBODY))).expect("there is one");
        assert!(Arc::ptr_eq(&first, &again));
        let changed = policies.of(&queue(1, 2, Some("{}"))).expect("there is one");
        assert_ne!(first, changed);
        assert!(policies.of(&queue(1, 3, None)).is_none(), "a policy that was taken away is gone");
    }

    #[test]
    fn queues_that_share_a_place_keep_their_own_policies() {
        let policies = Policies::new();
        let one = queue(1, 1, Some(EVERYBODY));
        let other = queue(1 + u32::try_from(PLACES).expect("a small number"), 1, Some("{}"));
        for _ in 0..2 {
            assert_eq!(policies.of(&one).as_deref(), Some(&Document::read(EVERYBODY)));
            assert_eq!(policies.of(&other).as_deref(), Some(&Document::default()));
        }
    }

    #[test]
    fn what_is_strange_is_told_once_per_revision() {
        let policies = Policies::new();
        let strange = r#"{"Statement":{"Effect":"Allow"}}"#;
        for revision in [1, 1, 2] {
            policies.places.iter().for_each(|place| place.store(None));
            policies.of(&queue(1, revision, Some(strange)));
        }
        assert_eq!(policies.told.lock().expect("no test panicked").len(), 2);
    }
}
