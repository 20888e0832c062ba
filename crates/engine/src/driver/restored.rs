//! What a restored copy of a store needs before it is served: seqs that its original cannot have given out.
//!
//! What it is not: the copying. Invariant: what is appended are records as any other; the seqs take effect with the next
//! boot, because the log is left without a seal.

use crate::core::event::Event;
use crate::driver::Recovering;
use crate::record;
use journal::Journal;
use vocab::Seq;

/// Seqs that a restored queue leaves out: the original may have given them out after the backup was taken.
pub const SEQS_AHEAD: u64 = 1 << 20;

impl Recovering {
    /// Reserves [`SEQS_AHEAD`] seqs in every partition, in the open commit of the journal that this state was recovered from.
    pub fn reserve_ahead(&self, journal: &mut impl Journal) {
        let mut payload = Vec::new();
        for key in self.state.partitions() {
            let queue = &self.state.queues[&key.queue];
            let Some(log) = queue.log(key.partition) else { continue };
            let below = log.reserved.max(Seq(log.next.0 + SEQS_AHEAD));
            payload.clear();
            let encoded = record::encode(&Event::Reserved { key, below }, &mut payload);
            let (kind, queue) = encoded.expect("a reservation is a record of the engine's");
            journal.append(kind, true, queue, &payload);
        }
    }
}
