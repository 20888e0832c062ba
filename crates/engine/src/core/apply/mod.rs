//! Events to state: the one road through it, live and on replay.
//!
//! Invariant: apply never refuses and never decides. An event that names what does not exist changes nothing: it can only
//! come from a log whose queue was deleted later in the same replay, or from a checkpoint that already holds it.

mod catalog;
mod leases;
mod messages;
mod redrive;
mod routers;

use crate::core::event::Event;
use crate::core::state::State;

impl State {
    /// Makes `event` part of the state.
    pub fn apply(&mut self, event: &Event) {
        match event {
            Event::Booted { epoch, clean, at_ms } => self.apply_booted(*epoch, *clean, *at_ms),
            Event::QueueCreated { queue, name, settings, annotations, at_ms } => {
                self.apply_queue_created(*queue, name, settings, annotations, *at_ms);
            }
            Event::QueueUpdated { queue, settings, annotations, at_ms } => {
                self.apply_queue_updated(*queue, settings, annotations, *at_ms);
            }
            Event::QueueDeleted { queue } => self.apply_queue_deleted(*queue),
            Event::Reserved { key, below } => self.apply_reserved(*key, *below),
            Event::Published { key, first, messages } => self.apply_published(*key, *first, messages),
            Event::Leased(leased) => self.apply_leased(leased),
            Event::Acked { key, subscription, seqs } => self.apply_acked(*key, *subscription, seqs),
            Event::Returned { key, subscription, why, items } => self.apply_returned(*key, *subscription, *why, items),
            Event::Extended { key, subscription, items } => self.apply_extended(*key, *subscription, items),
            Event::Transferred { key, subscription, seq, epoch, end, deliveries } => {
                self.apply_transferred((*key, *subscription, *seq), *epoch, *end, *deliveries);
            }
            Event::Removed { key, seqs, why, over_below } => self.apply_removed(*key, seqs, *why, *over_below),
            Event::RouterCreated { router, name, kind, settings, annotations, at_ms } => {
                self.apply_router_created(*router, name, *kind, settings, annotations, *at_ms);
            }
            Event::RouterDeleted { router } => self.apply_router_deleted(*router),
            Event::Bound(binding) => self.apply_bound(binding),
            Event::Unbound(binding) => self.apply_unbound(binding),
            Event::Buried { key, seqs } => self.apply_buried(*key, seqs),
            Event::Dropped { key, seqs } => self.apply_dropped(*key, seqs),
            Event::Hastened { key, subscription, seqs } => self.apply_hastened(*key, *subscription, seqs),
            Event::Carried { key, seqs } => self.apply_carried(*key, seqs),
            Event::RedriveStarted(started) => self.apply_redrive_started(started),
            Event::Moved(moved) => self.apply_moved(moved),
            Event::RedriveEnded { id, outcome, at_ms } => self.apply_redrive_ended(*id, *outcome, *at_ms),
        }
    }
}
