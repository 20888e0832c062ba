//! The table of routers and bindings, to be read by everyone: which queues a message goes into.
//!
//! What it is not: what a checkpoint has to store of it, which is [`super::Routers`]'s.
//!
//! Invariants: a copy never changes, and costs a few counters; what copies have in common they share. Every binding's source
//! and target exist, as far as the table knows of targets: its routers do.

use crate::core::info::Annotations;
use crate::core::routers::matcher::Matcher;
use crate::core::routers::shared_map::SharedMap;
use std::collections::BTreeSet;
use std::sync::Arc;
use vocab::{Binding, Header, QueueId, RouterId, RouterKind, RouterSettings, Target};

/// A router as the catalog shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouterInfo {
    /// This incarnation's id.
    pub id: RouterId,
    /// Its name.
    pub name: String,
    /// Which of its bindings it follows.
    pub kind: RouterKind,
    /// How it behaves.
    pub settings: RouterSettings,
    /// The doors' notes.
    pub annotations: Annotations,
    /// When it was made, milliseconds of log time since the Unix epoch.
    pub created_ms: u64,
}

/// All routers and bindings at one moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Routing {
    revision: u64,
    routers: SharedMap<Arc<str>, Arc<Router>>,
    names: SharedMap<RouterId, Arc<str>>,
    /// Every binding, by where it leads.
    by_target: SharedMap<Target, SharedMap<Arc<Binding>, ()>>,
    bindings: usize,
}

/// One router.
#[derive(Clone, Debug, PartialEq)]
struct Router {
    info: Arc<RouterInfo>,
    /// Every binding, with its number: they count up in the order in which they were made.
    bindings: SharedMap<Arc<Binding>, u64>,
    matcher: Matcher,
}

impl Routing {
    /// Grows with every change. Counted from the process's start.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// How many routers there are.
    #[must_use]
    pub fn router_count(&self) -> usize {
        self.routers.len()
    }

    /// How many bindings there are.
    #[must_use]
    pub fn binding_count(&self) -> usize {
        self.bindings
    }

    /// The router of this name.
    #[must_use]
    pub fn router(&self, name: &str) -> Option<&Arc<RouterInfo>> {
        self.routers.get(name).map(|router| &router.info)
    }

    /// The router with this id.
    #[must_use]
    pub fn router_by_id(&self, id: RouterId) -> Option<&Arc<RouterInfo>> {
        self.with_id(id).map(|router| &router.info)
    }

    /// Routers in order of name: those that start with `prefix`, after the name `after`, at most `limit`.
    #[must_use]
    pub fn list(&self, prefix: &str, after: Option<&str>, limit: usize) -> Vec<Arc<RouterInfo>> {
        let wanted = |info: &&Arc<RouterInfo>| {
            info.name.starts_with(prefix) && after.is_none_or(|after| info.name.as_str() > after)
        };
        let mut listed: Vec<_> = self.routers.iter().map(|(_, router)| &router.info).filter(wanted).cloned().collect();
        listed.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        listed.truncate(limit);
        listed
    }

    /// The bindings out of a router, in the order in which they were made.
    #[must_use]
    pub fn bindings_from(&self, source: RouterId) -> Vec<Arc<Binding>> {
        let mut numbered: Vec<_> = self.with_id(source).into_iter().flat_map(|router| router.bindings.iter()).collect();
        numbered.sort_unstable_by_key(|(_, number)| **number);
        numbered.into_iter().map(|(binding, _)| binding.clone()).collect()
    }

    /// The bindings that lead to a target: by router, and of each in the order in which they were made.
    #[must_use]
    pub fn bindings_to(&self, target: Target) -> Vec<Arc<Binding>> {
        let mut bindings: Vec<_> = self
            .by_target
            .get(&target)
            .into_iter()
            .flat_map(SharedMap::iter)
            .map(|(binding, ())| binding.clone())
            .collect();
        bindings.sort_by_cached_key(|binding| (binding.source, self.number(binding)));
        bindings
    }

    /// Whether there is this very binding.
    #[must_use]
    pub fn is_bound(&self, binding: &Binding) -> bool {
        self.number(binding).is_some()
    }

    /// The queues that a message goes into, in order of id, each once. `None` if no router has this name; without queues it
    /// goes nowhere. An internal router is like any other here.
    ///
    /// A router that follows none of its bindings leads to its alternate. Whatever leads where, each router is asked once.
    #[must_use]
    pub fn route(&self, router: &str, keys: &[&str], headers: &[Header]) -> Option<Vec<QueueId>> {
        let start = self.routers.get(router)?;
        let (mut queues, mut to_ask, mut asked) = (Vec::new(), Vec::new(), BTreeSet::new());
        let mut is_new = |id: RouterId| id != start.info.id && asked.insert(id);
        let mut next = Some(start);
        while let Some(router) = next.take().or_else(|| to_ask.pop()) {
            let mut matched = false;
            router.matcher.tell(keys, headers, &mut |target| {
                matched = true;
                match target {
                    Target::Queue(queue) => queues.push(queue),
                    Target::Router(id) => to_ask.extend(self.with_id(id).filter(|_| is_new(id))),
                }
            });
            let alternate = router.info.settings.alternate.as_deref().filter(|_| !matched);
            if let Some(alternate) = alternate.and_then(|name| self.routers.get(name)) {
                to_ask.extend(Some(alternate).filter(|alternate| is_new(alternate.info.id)));
            }
        }
        queues.sort_unstable();
        queues.dedup();
        Some(queues)
    }

    fn with_id(&self, id: RouterId) -> Option<&Arc<Router>> {
        self.routers.get(self.names.get(&id)?)
    }

    fn number(&self, binding: &Binding) -> Option<u64> {
        self.with_id(binding.source)?.bindings.get(binding).copied()
    }

    /// Adds a router, without bindings.
    pub(super) fn insert(&mut self, info: Arc<RouterInfo>) {
        self.revision += 1;
        let name: Arc<str> = info.name.as_str().into();
        self.names.insert(&info.id, name.clone());
        let matcher = Matcher::new(info.kind);
        let router = Arc::new(Router { info, bindings: SharedMap::default(), matcher });
        self.routers.insert(&name, router);
    }

    /// Takes a router out. None of its bindings may be left.
    pub(super) fn remove(&mut self, id: RouterId) {
        self.revision += 1;
        if let Some(name) = self.names.remove(&id) {
            self.routers.remove(&name);
        }
    }

    /// Adds a binding that there is not, out of a router that there is.
    pub(super) fn bind(&mut self, binding: &Arc<Binding>, number: u64) {
        let Some(router) = self.names.get(&binding.source).and_then(|name| self.routers.get_mut(name)) else { return };
        let router = Arc::make_mut(router);
        router.bindings.insert(binding, number);
        router.matcher.add(binding);
        self.by_target.entry(&binding.target, SharedMap::default).insert(binding, ());
        self.bindings += 1;
        self.revision += 1;
    }

    /// Takes a binding out; says which number it had, if there was one.
    pub(super) fn unbind(&mut self, binding: &Binding) -> Option<u64> {
        let router = self.names.get(&binding.source).and_then(|name| self.routers.get_mut(name))?;
        // Nothing is copied for a binding that there is not.
        router.bindings.get(binding)?;
        let router = Arc::make_mut(router);
        let number = router.bindings.remove(binding)?;
        router.matcher.remove(binding);
        if let Some(others) = self.by_target.get_mut(&binding.target) {
            others.remove(binding);
            if others.is_empty() {
                self.by_target.remove(&binding.target);
            }
        }
        self.bindings -= 1;
        self.revision += 1;
        Some(number)
    }
}
