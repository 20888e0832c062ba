//! Routers: named fan-out points, and the bindings that lead out of them.
//!
//! ```text
//!   message, keys, headers → router ──binding──→ queue
//!                              │ ╰────binding──→ router → …
//!                              ╰ no binding fits: its alternate → …
//! ```
//!
//! [`Routing`] is the table that messages are routed by. It is shared with whoever wants to read it without asking the
//! shard: an answer that changes it carries it as it is then. [`Routers`] adds what a checkpoint has to store.
//!
//! What it is not: publishing. A message is routed first and published into the queues found, in one command.
//!
//! Invariants: router ids and the numbers of a router's bindings are never given twice. A binding goes with its source and
//! with its target; a router that is to go with its last binding does so in the same change.

mod criteria;
mod matcher;
mod patterns;
mod routing;
mod shared_map;
mod targets;

pub use routing::{RouterInfo, Routing};

use crate::core::pages::{PageId, Pages};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use vocab::{Binding, RouterId, Target};

/// Bindings in one stored page.
const BINDINGS_PER_PAGE: u64 = 256;

/// The page of a router itself; its bindings' pages follow.
pub const ROUTER_PAGE: u64 = 0;

/// The routers, and what a checkpoint has to store of them.
#[derive(Debug, Default)]
pub struct Routers {
    /// The table.
    pub routing: Arc<Routing>,
    /// The id of the next router.
    pub next: u32,
    /// What is stored by itself, by router.
    pub kept: BTreeMap<RouterId, Kept>,
    /// Routers of which a page changed since the last checkpoint.
    pub changed: BTreeSet<RouterId>,
    /// Whether a router was made since then.
    pub unsaved: bool,
}

/// One router, as its pages have it.
#[derive(Debug, Default)]
pub struct Kept {
    /// The number of its next binding.
    pub next: u64,
    /// Its bindings by number.
    pub bindings: BTreeMap<u64, Arc<Binding>>,
    /// Which pages changed.
    pub pages: Pages,
}

/// The page that a binding is in.
#[must_use]
pub fn page_of_binding(number: u64) -> u64 {
    ROUTER_PAGE + 1 + number / BINDINGS_PER_PAGE
}

/// The numbers of the bindings in a page.
#[must_use]
pub fn bindings_of_page(page: u64) -> std::ops::Range<u64> {
    let first = page.saturating_sub(ROUTER_PAGE + 1) * BINDINGS_PER_PAGE;
    first..first + BINDINGS_PER_PAGE
}

impl Routers {
    /// Adds a router, without bindings.
    pub(crate) fn create(&mut self, info: RouterInfo) {
        let id = info.id;
        self.next = self.next.max(id.0 + 1);
        self.unsaved = true;
        Arc::make_mut(&mut self.routing).insert(Arc::new(info));
        self.kept.insert(id, Kept::default());
        self.mark(id, ROUTER_PAGE);
    }

    /// Adds a binding, if it is not there and its source is.
    pub(crate) fn bind(&mut self, binding: &Arc<Binding>) {
        if self.routing.is_bound(binding) {
            return;
        }
        let Some(kept) = self.kept.get_mut(&binding.source) else { return };
        let number = kept.next;
        kept.next += 1;
        kept.bindings.insert(number, binding.clone());
        Arc::make_mut(&mut self.routing).bind(binding, number);
        self.mark(binding.source, ROUTER_PAGE);
        self.mark(binding.source, page_of_binding(number));
    }

    /// Takes a binding out, with its router if that is to go with its last one. What was stored of routers goes to `gone`.
    pub(crate) fn unbind(&mut self, binding: &Binding, gone: &mut Vec<PageId>) {
        let doomed = self.take_out(binding);
        self.delete_all(doomed.into_iter().collect(), gone);
    }

    /// Takes routers out, and every binding to and from them.
    pub(crate) fn delete_all(&mut self, mut doomed: Vec<RouterId>, gone: &mut Vec<PageId>) {
        while let Some(id) = doomed.pop() {
            let Some(kept) = self.kept.remove(&id) else { continue };
            self.changed.remove(&id);
            gone.extend(kept.pages.stored().map(|page| PageId::Router(id, page)));
            let routing = Arc::make_mut(&mut self.routing);
            for binding in kept.bindings.values() {
                routing.unbind(binding);
            }
            routing.remove(id);
            doomed.extend(self.take_out_all(Target::Router(id)));
        }
    }

    /// A target is gone: its bindings go with it.
    pub(crate) fn forget(&mut self, target: Target, gone: &mut Vec<PageId>) {
        let doomed = self.take_out_all(target);
        self.delete_all(doomed, gone);
    }

    /// Takes out every binding to a target; says which routers have to go with them.
    fn take_out_all(&mut self, target: Target) -> Vec<RouterId> {
        let bindings = self.routing.bindings_to(target);
        bindings.iter().filter_map(|binding| self.take_out(binding)).collect()
    }

    /// Takes one binding out; says whether its router has to go with it.
    fn take_out(&mut self, binding: &Binding) -> Option<RouterId> {
        let number = self.routing.is_bound(binding).then(|| Arc::make_mut(&mut self.routing).unbind(binding))??;
        let source = binding.source;
        let kept = self.kept.get_mut(&source)?;
        kept.bindings.remove(&number);
        let bare = kept.bindings.is_empty();
        self.mark(source, page_of_binding(number));
        let auto_delete = self.routing.router_by_id(source).is_some_and(|info| info.settings.auto_delete);
        (bare && auto_delete).then_some(source)
    }

    fn mark(&mut self, id: RouterId, page: u64) {
        if let Some(kept) = self.kept.get_mut(&id) {
            kept.pages.mark_page(page);
            self.changed.insert(id);
        }
    }

    /// Puts a binding where a stored page has it; says whether it could be.
    pub(crate) fn restore(&mut self, number: u64, binding: Binding) -> bool {
        let Some(kept) = self.kept.get_mut(&binding.source).filter(|kept| number < kept.next) else { return false };
        if self.routing.is_bound(&binding) || kept.bindings.contains_key(&number) {
            return false;
        }
        let binding = Arc::new(binding);
        Arc::make_mut(&mut self.routing).bind(&binding, number);
        kept.bindings.insert(number, binding);
        true
    }

    /// Puts a router where a stored page has it; says whether it could be.
    pub(crate) fn restore_router(&mut self, info: RouterInfo, next_binding: u64) -> bool {
        let known = self.kept.contains_key(&info.id) || self.routing.router(&info.name).is_some();
        if known || info.id.0 >= self.next {
            return false;
        }
        let id = info.id;
        Arc::make_mut(&mut self.routing).insert(Arc::new(info));
        self.kept.insert(id, Kept { next: next_binding, ..Kept::default() });
        true
    }

    /// Every binding there is.
    pub(crate) fn bindings(&self) -> impl Iterator<Item = &Arc<Binding>> {
        self.kept.values().flat_map(|kept| kept.bindings.values())
    }
}

#[cfg(test)]
mod tests;
