//! The machine's part in routers: an answer that changes the routing carries it as it is then.

use super::{Machine, Output};
use crate::core::answer::Answer;
use crate::core::info::Annotations;
use vocab::{Binding, RouterId, RouterKind, RouterSettings};

impl Machine {
    pub(super) fn create_router(
        &mut self,
        name: String,
        kind: RouterKind,
        settings: Box<RouterSettings>,
        annotations: Annotations,
        now_ms: u64,
        out: &mut Output,
    ) -> Answer {
        let decision = self.state.decide_create_router(name, kind, settings, annotations, now_ms);
        let created = self.take(decision, out);
        let routing = &self.state.routers.routing;
        Answer::RouterCreated(created.map(|id| {
            let info = routing.router_by_id(id).expect("it was just made");
            (info.clone(), routing.clone())
        }))
    }

    pub(super) fn delete_router(&mut self, router: RouterId, if_unused: bool, out: &mut Output) -> Answer {
        let decision = self.state.decide_delete_router(router, if_unused);
        let deleted = self.take(decision, out);
        Answer::RouterDeleted(deleted.map(|()| self.state.routers.routing.clone()))
    }

    pub(super) fn bind(&mut self, binding: Binding, out: &mut Output) -> Answer {
        let decision = self.state.decide_bind(binding);
        let bound = self.take(decision, out);
        Answer::Bound(bound.map(|()| self.state.routers.routing.clone()))
    }

    pub(super) fn unbind(&mut self, binding: Binding, out: &mut Output) -> Answer {
        let decision = self.state.decide_unbind(binding);
        self.take(decision, out);
        Answer::Unbound(self.state.routers.routing.clone())
    }
}
