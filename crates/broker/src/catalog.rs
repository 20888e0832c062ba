//! The durable catalog, readable by everyone without asking the shard.
//!
//! Invariant: it holds exactly what was told or may be told: an entry changes when the answer that says so leaves the
//! outbox, before its receiver sees it.

use arc_swap::{ArcSwap, Guard};
use engine::{QueueInfo, Routing};
use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use vocab::{Meter, QueueId};

/// Queues by name and by id, and the routing.
#[derive(Debug, Default)]
pub(crate) struct Catalog {
    entries: RwLock<Entries>,
    routing: ArcSwap<Routing>,
}

#[derive(Debug, Default)]
struct Entries {
    by_name: BTreeMap<String, Arc<QueueInfo>>,
    by_id: BTreeMap<QueueId, Known>,
}

/// What is known of a queue for as long as it exists, whatever its settings.
#[derive(Debug)]
struct Known {
    name: String,
    /// How long its messages waited for their first delivery; nothing before the first.
    wait: OnceLock<Arc<Meter>>,
}

impl Catalog {
    /// Enters what a store holds when it is opened.
    pub(crate) fn fill(&self, queues: impl Iterator<Item = Arc<QueueInfo>>, routing: Arc<Routing>) {
        self.routing.store(routing);
        queues.for_each(|info| self.put(info));
    }

    pub(crate) fn named(&self, name: &str) -> Option<Arc<QueueInfo>> {
        self.read().by_name.get(name).cloned()
    }

    pub(crate) fn by_id(&self, queue: QueueId) -> Option<Arc<QueueInfo>> {
        let entries = self.read();
        entries.by_name.get(&entries.by_id.get(&queue)?.name).cloned()
    }

    /// The queue of this id, and where to count how long its messages waited.
    pub(crate) fn delivering(&self, queue: QueueId) -> Option<(Arc<QueueInfo>, Arc<Meter>)> {
        let entries = self.read();
        let known = entries.by_id.get(&queue)?;
        Some((entries.by_name.get(&known.name)?.clone(), known.wait.get_or_init(Arc::default).clone()))
    }

    /// How long the messages of a queue waited, if any was delivered.
    pub(crate) fn wait(&self, queue: QueueId) -> Option<Arc<Meter>> {
        self.read().by_id.get(&queue)?.wait.get().cloned()
    }

    /// In order of name: those that start with `prefix`, after the name `after`, at most `limit`.
    pub(crate) fn list(&self, prefix: &str, after: Option<&str>, limit: usize) -> Vec<Arc<QueueInfo>> {
        let from = match after {
            Some(after) if after >= prefix => Bound::Excluded(after),
            Some(_) | None => Bound::Included(prefix),
        };
        let entries = self.read();
        let listed = entries.by_name.range::<str, _>((from, Bound::Unbounded));
        listed.take_while(|(name, _)| name.starts_with(prefix)).take(limit).map(|(_, info)| info.clone()).collect()
    }

    /// Enters a queue, or its newest revision. A queue that was made again under a name has a greater id, and a late
    /// answer about the older one changes nothing.
    pub(crate) fn put(&self, info: Arc<QueueInfo>) {
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        let known = entries.by_name.get(&info.name).map(|known| (known.id, known.revision));
        if known.is_some_and(|known| known > (info.id, info.revision)) {
            return;
        }
        if let Some((id, _)) = known.filter(|(id, _)| *id != info.id) {
            entries.by_id.remove(&id);
        }
        let named = || Known { name: info.name.clone(), wait: OnceLock::new() };
        entries.by_id.entry(info.id).or_insert_with(named);
        entries.by_name.insert(info.name.clone(), info);
    }

    pub(crate) fn remove(&self, queue: QueueId) {
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = entries.by_id.remove(&queue) {
            entries.by_name.remove(&known.name);
        }
    }

    /// The routing as it is durable.
    pub(crate) fn routing(&self) -> Guard<Arc<Routing>> {
        self.routing.load()
    }

    /// Enters a newer routing. Answers are told by one thread, but an answer that changed nothing may be told before those
    /// that rest on the same commit.
    pub(crate) fn put_routing(&self, routing: &Arc<Routing>) {
        if routing.revision() > self.routing.load().revision() {
            self.routing.store(routing.clone());
        }
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, Entries> {
        self.entries.read().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vocab::QueueSettings;

    fn info(id: u32, name: &str) -> Arc<QueueInfo> {
        Arc::new(QueueInfo {
            id: QueueId(id),
            name: name.to_owned(),
            settings: QueueSettings::default(),
            annotations: BTreeMap::new(),
            created_ms: 0,
            modified_ms: 0,
            revision: 1,
        })
    }

    #[test]
    fn listing_goes_by_prefix_and_goes_on_after_a_name() {
        let names = ["a", "orders", "orders-dead", "orders-eu", "z"];
        let queues = (1..).zip(names).map(|(id, name)| info(id, name));
        let catalog = Catalog::default();
        catalog.fill(queues, Arc::default());
        let list = |prefix, after, limit| -> Vec<_> {
            catalog.list(prefix, after, limit).iter().map(|info| info.name.clone()).collect()
        };
        assert_eq!(list("orders", None, 2), ["orders", "orders-dead"]);
        assert_eq!(list("orders", Some("orders-dead"), 2), ["orders-eu"]);
        assert_eq!(list("orders", Some("a"), 1), ["orders"]);
        assert_eq!(list("", Some("z"), 9), Vec::<String>::new());
    }

    #[test]
    fn what_was_counted_of_a_queue_outlives_its_changes_and_not_its_end() {
        let catalog = Catalog::default();
        catalog.fill([info(1, "a")].into_iter(), Arc::default());
        assert_eq!(catalog.wait(QueueId(1)), None);
        catalog.delivering(QueueId(1)).expect("it is there").1.count(5, 5);
        let counted = |queue| catalog.wait(QueueId(queue)).map(|wait| wait.since_start().count());
        catalog.put(Arc::new(QueueInfo { revision: 2, ..(*info(1, "a")).clone() }));
        assert_eq!(counted(1), Some(1));
        catalog.put(info(2, "a"));
        assert_eq!((counted(1), counted(2)), (None, None));
    }

    #[test]
    fn a_removal_of_an_older_incarnation_leaves_the_newer_one() {
        let catalog = Catalog::default();
        catalog.fill([info(1, "a"), info(2, "a")].into_iter(), Arc::default());
        catalog.remove(QueueId(1));
        assert_eq!(catalog.named("a").map(|info| info.id), Some(QueueId(2)));
    }
}
