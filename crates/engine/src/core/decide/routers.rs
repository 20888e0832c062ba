//! Decides on routers and bindings.

use crate::core::decide::Decision;
use crate::core::error::{BindError, CreateRouterError, DeleteRouterError, NoSuchQueue, NoSuchRouter};
use crate::core::event::Event;
use crate::core::info::Annotations;
use crate::core::state::State;
use std::sync::Arc;
use vocab::limits::{BINDING_BYTES_MAX, BINDINGS_MAX, ROUTE_KEY_BYTES_MAX, ROUTERS_MAX};
use vocab::{Binding, RouterId, RouterKind, RouterSettings, Target};

impl State {
    /// A new router, or the one that has this name.
    #[must_use]
    pub fn decide_create_router(
        &self,
        name: String,
        kind: RouterKind,
        settings: Box<RouterSettings>,
        annotations: Annotations,
        now_ms: u64,
    ) -> Decision<Result<RouterId, CreateRouterError>> {
        let refused = |error: CreateRouterError| Decision::unchanged(Err(error));
        if name.is_empty() || name.len() > ROUTE_KEY_BYTES_MAX {
            return refused(CreateRouterError::Name { max: ROUTE_KEY_BYTES_MAX, got: name.len() });
        }
        if let Some(info) = self.routers.routing.router(&name) {
            return refused(CreateRouterError::Exists(info.clone()));
        }
        if self.routers.routing.router_count() >= ROUTERS_MAX {
            return refused(CreateRouterError::TooMany);
        }
        if self.routers.next == u32::MAX {
            return refused(CreateRouterError::IdsExhausted);
        }
        let router = RouterId(self.routers.next.max(1));
        let event = Event::RouterCreated { router, name, kind, settings, annotations, at_ms: now_ms };
        Decision { events: vec![event], answer: Ok(router) }
    }

    /// The end of a router.
    #[must_use]
    pub fn decide_delete_router(&self, router: RouterId, if_unused: bool) -> Decision<Result<(), DeleteRouterError>> {
        let Some(kept) = self.routers.kept.get(&router) else {
            return Decision::unchanged(Err(NoSuchRouter(router).into()));
        };
        if if_unused && !kept.bindings.is_empty() {
            return Decision::unchanged(Err(DeleteRouterError::InUse(router)));
        }
        Decision { events: vec![Event::RouterDeleted { router }], answer: Ok(()) }
    }

    /// A way from a router to a target, if it is not there already.
    #[must_use]
    pub fn decide_bind(&self, binding: Binding) -> Decision<Result<(), BindError>> {
        let refused = |error: BindError| Decision::unchanged(Err(error));
        let missing = match binding.target {
            _ if !self.routers.kept.contains_key(&binding.source) => Some(NoSuchRouter(binding.source).into()),
            Target::Router(id) if !self.routers.kept.contains_key(&id) => Some(NoSuchRouter(id).into()),
            Target::Queue(id) if !self.queues.contains_key(&id) => Some(NoSuchQueue(id).into()),
            Target::Router(_) | Target::Queue(_) => None,
        };
        if let Some(error) = missing {
            return refused(error);
        }
        if binding.key.len() > ROUTE_KEY_BYTES_MAX {
            return refused(BindError::Key { max: ROUTE_KEY_BYTES_MAX, got: binding.key.len() });
        }
        if binding.content_bytes() > BINDING_BYTES_MAX {
            return refused(BindError::TooLarge { bytes: binding.content_bytes() });
        }
        if self.routers.routing.is_bound(&binding) {
            return Decision::unchanged(Ok(()));
        }
        if self.routers.routing.binding_count() >= BINDINGS_MAX {
            return refused(BindError::TooMany);
        }
        Decision { events: vec![Event::Bound(Arc::new(binding))], answer: Ok(()) }
    }

    /// The end of a binding, if it is there.
    #[must_use]
    pub fn decide_unbind(&self, binding: Binding) -> Decision<()> {
        let bound = self.routers.routing.is_bound(&binding);
        Decision { events: bound.then(|| Event::Unbound(Arc::new(binding))).into_iter().collect(), answer: () }
    }
}
