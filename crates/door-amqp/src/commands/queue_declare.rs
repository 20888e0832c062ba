//! `queue.declare`: makes a queue, or finds that it is as it should be.

use super::queue::counted;
use crate::errors::{self, AmqpError};
use crate::queue_arguments::{Declared, Notes, inequivalent};
use crate::session::{REPLY_ADDRESS, Session};
use crate::wire::ReplyCode;
use crate::wire::methods::queue;
use broker::{CreateQueueError, Error, QueueInfo};
use door::access::Permission;
use std::sync::Arc;

/// Names that begin so are the server's.
pub(super) const RESERVED: &str = "amq.";

pub(super) async fn run(session: &mut Session, channel: u16, said: &queue::Declare<'_>) -> Result<(), AmqpError> {
    let made;
    let name = match said.queue {
        "" if said.passive => session.queue_name("")?.to_owned(),
        "" => {
            made = session.server_name("amq.gen");
            made
        }
        name => name.to_owned(),
    };
    if name == REPLY_ADDRESS || (said.passive && session.door.replies.knows(&name)) {
        tell(session, channel, said, &name, 0, 1);
        return Ok(());
    }
    if !said.passive {
        session.check(Permission::Manage, "queue", &name)?;
    }
    let found = if said.passive { session.usable_queue(&name)? } else { declare(session, said, &name).await? };
    session.last_queue = Some(name.clone().into());
    session.looked_up = None;
    let now_ms = session.door.now_ms();
    session.door.uses.touch(found.id, now_ms);
    if let Some(expires_ms) = Notes::of(&found.annotations).expires_ms() {
        session.door.uses.expire_after(found.id, expires_ms, now_ms);
    }
    let stats = session.door.broker.stats(found.id).await;
    let stats = stats.map_err(|error| errors::gone(error, &name, session.vhost.name()))?;
    let consumers = session.door.uses.consumers(found.id);
    tell(session, channel, said, &name, counted(stats.ready), counted(consumers as u64));
    Ok(())
}

fn tell(session: &mut Session, channel: u16, said: &queue::Declare<'_>, name: &str, messages: u32, consumers: u32) {
    if !said.no_wait {
        let ok = queue::DeclareOk { queue: name, message_count: messages, consumer_count: consumers };
        session.say(channel, &ok);
    }
}

async fn declare(session: &mut Session, said: &queue::Declare<'_>, name: &str) -> Result<Arc<QueueInfo>, AmqpError> {
    let queue::Declare { durable, exclusive, auto_delete, arguments, .. } = *said;
    let declared = Declared { name, durable, exclusive, auto_delete, arguments };
    if session.door.broker.queue(&session.vhost.stored(name)).is_some() {
        return compare(session, &declared);
    }
    if said.queue.starts_with(RESERVED) {
        let text = format!("queue name '{name}' contains reserved prefix 'amq.*'");
        return Err(AmqpError::new(ReplyCode::AccessRefused, text));
    }
    let settings = declared.settings(&session.vhost, session.door.config.durability)?;
    let annotations = Notes::annotations(&declared, &session.vhost)?;
    let stored = session.vhost.stored(name).into_owned();
    let made = session.door.broker.create_queue(&stored, settings, annotations).await;
    match made {
        Ok(queue) => {
            if exclusive {
                session.door.uses.own(queue.id, session.id);
            }
            Ok(queue)
        }
        // Somebody else made it at the same moment.
        Err(Error::Refused(CreateQueueError::Exists(_))) => compare(session, &declared),
        Err(error) => Err(errors::create_queue(error, name)),
    }
}

fn compare(session: &Session, declared: &Declared<'_>) -> Result<Arc<QueueInfo>, AmqpError> {
    let found = session.usable_queue(declared.name)?;
    match inequivalent(declared, &Notes::of(&found.annotations), &session.vhost) {
        Some(error) => Err(error),
        None => Ok(found),
    }
}
