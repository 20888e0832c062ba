//! A state against the messages that its store can still show: what is lost, what is kept twice, what is counted wrong.
//!
//! What it is not: the reading of the store. Invariant: a message is called lost only if the state says that it lives.

use crate::driver::Recovering;
use journal::SeqSet;
use std::collections::BTreeMap;
use vocab::PartitionKey;

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Audit {
    /// Every partition of every queue, in order.
    pub partitions: Vec<AuditedPartition>,
    /// Counters and places that contradict each other.
    pub contradictions: Vec<String>,
}

/// One partition.
#[derive(Clone, Debug)]
pub struct AuditedPartition {
    /// Its queue's name.
    pub name: String,
    /// Which one.
    pub key: PartitionKey,
    /// How many messages live, as far as the state knows.
    pub live: u64,
    /// Those of them that nothing can show.
    pub lost: SeqSet,
}

impl Recovering {
    /// Compares the state with the messages that the log and that runs hold.
    #[must_use]
    pub fn audit(&self, log: &BTreeMap<PartitionKey, SeqSet>, runs: &BTreeMap<PartitionKey, SeqSet>) -> Audit {
        let mut audit = Audit::default();
        let none = SeqSet::new();
        for key in self.state.partitions() {
            let queue = &self.state.queues[&key.queue];
            let name = queue.info.name.clone();
            let live = self.state.live_seqs(key, vocab::Seq(0)..=vocab::Seq(u64::MAX - 1));
            let (in_log, in_runs) = (log.get(&key).unwrap_or(&none), runs.get(&key).unwrap_or(&none));
            let counted = queue.live_count(key.partition);
            if counted != live.len() {
                let what = format!("queue {name:?} counts {counted} live messages, {} live", live.len());
                audit.contradictions.push(what);
            }
            let twice = (&live & in_log) & in_runs;
            if !twice.is_empty() {
                let what = format!("{} messages of queue {name:?} are in the log and in a run", twice.len());
                audit.contradictions.push(what);
            }
            let lost = (&live - in_log) - in_runs;
            audit.partitions.push(AuditedPartition { name, key, live: live.len(), lost });
        }
        audit
    }
}
