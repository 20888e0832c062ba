//! Targets, each with the number of bindings that lead to it.
//!
//! Invariant: a target is there exactly while a binding leads to it.

use crate::core::routers::shared_map::SharedMap;
use vocab::Target;

/// Where some bindings lead.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Targets {
    counts: SharedMap<Target, u32>,
}

impl Targets {
    /// One binding more leads there.
    pub(super) fn add(&mut self, target: Target) {
        *self.counts.entry(&target, || 0) += 1;
    }

    /// One binding less leads there.
    pub(super) fn remove(&mut self, target: Target) {
        let Some(count) = self.counts.get_mut(&target) else { return };
        *count -= 1;
        if *count == 0 {
            self.counts.remove(&target);
        }
    }

    /// Whether nothing leads anywhere.
    pub(super) fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// Tells all of them.
    pub(super) fn tell(&self, tell: &mut impl FnMut(Target)) {
        self.counts.iter().for_each(|(target, _)| tell(*target));
    }
}
