//! Applies what happens to routers and bindings. What goes along with a deletion is part of it.

use crate::core::info::Annotations;
use crate::core::routers::RouterInfo;
use crate::core::state::State;
use std::sync::Arc;
use vocab::{Binding, RouterId, RouterKind, RouterSettings, Target};

impl State {
    pub(super) fn apply_router_created(
        &mut self,
        id: RouterId,
        name: &str,
        kind: RouterKind,
        settings: &RouterSettings,
        annotations: &Annotations,
        at_ms: u64,
    ) {
        self.log_ms = self.log_ms.max(at_ms);
        let (name, settings, annotations) = (name.to_owned(), settings.clone(), annotations.clone());
        self.routers.create(RouterInfo { id, name, kind, settings, annotations, created_ms: at_ms });
    }

    pub(super) fn apply_router_deleted(&mut self, id: RouterId) {
        self.routers.delete_all(vec![id], &mut self.gone);
    }

    pub(super) fn apply_bound(&mut self, binding: &Arc<Binding>) {
        let exists = match binding.target {
            Target::Queue(id) => self.queues.contains_key(&id),
            Target::Router(id) => self.routers.kept.contains_key(&id),
        };
        if exists {
            self.routers.bind(binding);
        }
    }

    pub(super) fn apply_unbound(&mut self, binding: &Binding) {
        self.routers.unbind(binding, &mut self.gone);
    }

    /// Routers that were not to outlive the process are gone, with their bindings.
    pub(super) fn drop_transient_routers(&mut self) {
        let transient = |id: &RouterId| self.routers.routing.router_by_id(*id).is_some_and(|r| r.settings.transient);
        let ids = self.routers.kept.keys().copied().filter(transient).collect();
        self.routers.delete_all(ids, &mut self.gone);
    }
}
