//! Purging and deleting queues, and finding the one that is meant.

use crate::errors::{self, AmqpError};
use crate::session::Session;
use crate::wire::ReplyCode;
use crate::wire::methods::queue;
use broker::{Purge, QueueInfo};
use door::access::Permission;
use std::sync::Arc;

/// `queue.purge`: what is ready goes; what is being worked on stays with who works on it.
pub(super) async fn purge(session: &mut Session, channel: u16, said: &queue::Purge<'_>) -> Result<(), AmqpError> {
    let name = session.queue_name(said.queue)?.to_owned();
    session.check(Permission::Receive, "queue", &name)?;
    let found = session.usable_queue(&name)?;
    let purged = session.door.broker.purge(found.id, Purge::Ready).await;
    let purged = purged.map_err(|error| errors::gone(error, &name, session.vhost.name()))?;
    if !said.no_wait {
        session.say(channel, &queue::PurgeOk { message_count: counted(purged) });
    }
    Ok(())
}

/// `queue.delete`: one that is not there is as good as deleted.
pub(super) async fn delete(session: &mut Session, channel: u16, said: &queue::Delete<'_>) -> Result<(), AmqpError> {
    let name = session.queue_name(said.queue)?.to_owned();
    session.check(Permission::Manage, "queue", &name)?;
    let mut ready = 0;
    if session.door.broker.queue(&session.vhost.stored(&name)).is_some() {
        let found = session.usable_queue(&name)?;
        let stats = session.door.broker.stats(found.id).await;
        ready = stats.map_or(0, |stats| stats.ready);
        let vhost = session.vhost.name();
        if said.if_unused && session.door.uses.consumers(found.id) > 0 {
            return Err(AmqpError::precondition(format!("queue '{name}' in vhost '{vhost}' in use")));
        }
        if said.if_empty && ready > 0 {
            return Err(AmqpError::precondition(format!("queue '{name}' in vhost '{vhost}' not empty")));
        }
        session.looked_up = None;
        session.door.delete_queue(found.id).await;
    }
    if !said.no_wait {
        session.say(channel, &queue::DeleteOk { message_count: counted(ready) });
    }
    Ok(())
}

/// A count as the protocol can say it.
pub(super) fn counted(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

impl Session {
    /// The queue that a name means: none is the one that was declared last on this connection.
    pub(crate) fn queue_name<'n>(&'n self, name: &'n str) -> Result<&'n str, AmqpError> {
        if !name.is_empty() {
            return Ok(name);
        }
        let text = "no previously declared queue";
        self.last_queue.as_deref().ok_or_else(|| AmqpError::new(ReplyCode::NotFound, text))
    }

    /// The queue of this name, unless another connection has it for itself.
    pub(crate) fn usable_queue(&self, name: &str) -> Result<Arc<QueueInfo>, AmqpError> {
        let found = self.door.broker.queue(&self.vhost.stored(name));
        let found = found.ok_or_else(|| AmqpError::no_queue(name, self.vhost.name()))?;
        match self.door.uses.owner(found.id) {
            Some(owner) if owner != self.id => {
                let vhost = self.vhost.name();
                let text = format!(
                    "cannot obtain exclusive access to locked queue '{name}' in vhost '{vhost}'. It could be originally \
                     declared on another connection or the exclusive property value does not match that of the original \
                     declaration."
                );
                Err(AmqpError::new(ReplyCode::ResourceLocked, text))
            }
            _ => Ok(found),
        }
    }

    /// A name of the server's making, which nobody else has.
    pub(crate) fn server_name(&self, prefix: &str) -> String {
        format!("{prefix}-{:032x}", self.door.secret())
    }
}
