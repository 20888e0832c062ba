//! A client's way to routers and transactions.

use super::{Port, told, told_plainly};
use crate::clients::letter;
use crate::history::{Call, Reply, Sent};
use broker::{Annotations, FanOut, Placed, PublishError, Settlement, Transacted, Transaction};
use std::sync::Arc;
use vocab::{Binding, MessageId, PartitionId, PartitionKey, QueueId, RouterId, RouterKind, RouterSettings};

impl Port {
    /// The router of this name.
    #[must_use]
    pub fn router(&self, name: &str) -> Option<RouterId> {
        self.broker.router(name).map(|info| info.id)
    }

    /// Where a message with this key goes.
    #[must_use]
    pub fn route(&self, router: &str, key: &str) -> Option<Vec<QueueId>> {
        self.broker.route(router, &[key], &[])
    }

    /// Makes a router.
    pub async fn create_router(&self, name: &str, kind: RouterKind) -> Option<RouterId> {
        let op = self.call(Call::CreateRouter { name: name.to_owned(), kind });
        let created = self.broker.create_router(name, kind, RouterSettings::default(), Annotations::new()).await;
        self.answer(op, told(&created, |info| Reply::RouterCreated(info.id)));
        created.ok().map(|info| info.id)
    }

    /// Removes a router.
    pub async fn delete_router(&self, router: RouterId) {
        let op = self.call(Call::DeleteRouter(router));
        let deleted = self.broker.delete_router(router, false).await;
        self.answer(op, told(&deleted, |()| Reply::Done));
    }

    /// Binds a router to a target.
    pub async fn bind(&self, binding: Binding) {
        let op = self.call(Call::Bind(Box::new(binding.clone())));
        let bound = self.broker.bind(binding).await;
        self.answer(op, told(&bound, |()| Reply::Done));
    }

    /// Takes a binding away.
    pub async fn unbind(&self, binding: Binding) {
        let op = self.call(Call::Unbind(Box::new(binding.clone())));
        let unbound = self.broker.unbind(binding).await;
        self.answer(op, told_plainly(&unbound, |()| Reply::Done));
    }

    /// Lists all routers with the bindings out of them.
    pub fn list_routers(&self) {
        let op = self.call(Call::ListRouters);
        let routing = self.broker.routing();
        let with_bindings = |info: Arc<broker::RouterInfo>| {
            let bindings = routing.bindings_from(info.id);
            (info, bindings)
        };
        let routers = routing.list("", None, usize::MAX).into_iter().map(with_bindings).collect();
        self.answer(op, Reply::Routers(routers));
    }

    /// Publishes and settles in one.
    pub async fn transact(&self, publishes: Vec<(QueueId, Vec<Sent>)>, settlements: Vec<Settlement>, atomic: bool) {
        let fan_out = |(queue, sent): &(QueueId, Vec<Sent>)| FanOut {
            to: vec![key(*queue)],
            messages: sent.iter().map(letter::write).collect(),
        };
        let transaction = Transaction {
            publishes: publishes.iter().map(fan_out).collect(),
            settlements: settlements.clone(),
            atomic,
        };
        let queues: Vec<_> = publishes.iter().map(|(queue, _)| *queue).collect();
        let op = self.call(Call::Transact { publishes, settlements, atomic });
        let transacted = self.broker.transact(transaction).await;
        self.answer(op, told(&transacted, |transacted| reply(&queues, transacted)));
    }
}

fn key(queue: QueueId) -> PartitionKey {
    PartitionKey::new(queue, PartitionId(0))
}

fn reply(queues: &[QueueId], transacted: &Transacted) -> Reply {
    let ids = |(queue, verdicts): (&QueueId, &Vec<Result<Placed, PublishError>>)| {
        let placed = verdicts.first()?.as_ref().ok()?;
        Some(placed.seqs().map(|seq| MessageId::new(key(*queue), seq)).collect())
    };
    let published = queues.iter().zip(&transacted.published).map(ids).collect();
    Reply::Transacted { published, settled: transacted.settled.clone() }
}
