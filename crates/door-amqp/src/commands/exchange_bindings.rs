//! `exchange.bind` and `exchange.unbind`: one exchange feeds another.

use super::exchange::named;
use super::queue_bindings::{binding, if_there};
use crate::errors::{self, AmqpError};
use crate::session::Session;
use crate::wire::methods::exchange;
use door::access::Permission;
use vocab::Target;

/// `exchange.bind`
pub(super) async fn bind(session: &mut Session, channel: u16, said: &exchange::Bind<'_>) -> Result<(), AmqpError> {
    let (source, target) = ends(session, said.source, said.destination)?;
    let binding = binding(source, target, said.routing_key, said.arguments)?;
    let bound = session.door.broker.bind(binding).await;
    bound.map_err(|error| errors::bind(error, said.source, session.vhost.name()))?;
    session.looked_up = None;
    if !said.no_wait {
        session.say(channel, &exchange::BindOk {});
    }
    Ok(())
}

/// `exchange.unbind`: a binding that is not there is as good as gone, and so is one whose ends are not there.
pub(super) async fn unbind(session: &mut Session, channel: u16, said: &exchange::Unbind<'_>) -> Result<(), AmqpError> {
    if let Some((source, target)) = if_there(ends(session, said.source, said.destination))? {
        let binding = binding(source, target, said.routing_key, said.arguments)?;
        let unbound = session.door.broker.unbind(binding).await;
        unbound.map_err(|unavailable| errors::unavailable(&unavailable))?;
        session.looked_up = None;
    }
    if !said.no_wait {
        session.say(channel, &exchange::UnbindOk {});
    }
    Ok(())
}

fn ends(session: &Session, source: &str, destination: &str) -> Result<(vocab::RouterId, Target), AmqpError> {
    let found = |name| {
        let router = session.router(named(name)?);
        router.map(|router| router.id).ok_or_else(|| AmqpError::no_exchange(name, session.vhost.name()))
    };
    session.check(Permission::Send, "exchange", destination)?;
    session.check(Permission::Receive, "exchange", source)?;
    Ok((found(source)?, Target::Router(found(destination)?)))
}
