//! `exchange.declare` and `exchange.delete`: exchanges are the broker's routers.

use super::queue_declare::RESERVED;
use crate::errors::{self, AmqpError};
use crate::queue_arguments::{difference, type_name};
use crate::session::Session;
use crate::wire::ReplyCode;
use crate::wire::methods::exchange;
use crate::wire::table::{Table, Value};
use broker::{Annotations, CreateRouterError, DeleteRouterError, Error, RouterInfo};
use door::access::Permission;
use std::sync::Arc;
use vocab::{RouterKind, RouterSettings};

const ALTERNATE: &str = "alternate-exchange";

/// `exchange.declare`
pub(super) async fn declare(
    session: &mut Session,
    channel: u16,
    said: &exchange::Declare<'_>,
) -> Result<(), AmqpError> {
    let name = named(said.exchange)?;
    let existing = session.router(name);
    if said.passive {
        existing.ok_or_else(|| AmqpError::no_exchange(name, session.vhost.name()))?;
    } else {
        session.check(Permission::Manage, "exchange", name)?;
        match existing {
            Some(existing) => compare(session, said, &existing)?,
            None => make(session, said).await?,
        }
    }
    session.looked_up = None;
    if !said.no_wait {
        session.say(channel, &exchange::DeclareOk {});
    }
    Ok(())
}

async fn make(session: &mut Session, said: &exchange::Declare<'_>) -> Result<(), AmqpError> {
    let name = said.exchange;
    let kind = kind(said.kind)?;
    if name.starts_with(RESERVED) {
        let text = format!("exchange name '{name}' contains reserved prefix 'amq.*'");
        return Err(AmqpError::new(ReplyCode::AccessRefused, text));
    }
    let settings = RouterSettings {
        alternate: alternate(session, name, said.arguments)?,
        internal: said.internal,
        transient: !said.durable,
        auto_delete: said.auto_delete,
    };
    let stored = session.vhost.stored(name).into_owned();
    let made = session.door.broker.create_router(&stored, kind, settings, Annotations::new()).await;
    match made {
        Ok(_) => Ok(()),
        Err(Error::Refused(CreateRouterError::Exists(existing))) => compare(session, said, &existing),
        Err(error) => Err(errors::create_router(error, name)),
    }
}

fn compare(session: &Session, said: &exchange::Declare<'_>, existing: &RouterInfo) -> Result<(), AmqpError> {
    let settings = &existing.settings;
    let (name, vhost) = (said.exchange, session.vhost.name());
    let differs = |what: &str, said: &str| {
        AmqpError::precondition(format!("inequivalent arg '{what}' for exchange '{name}' in vhost '{vhost}': {said}"))
    };
    let kind = kind(said.kind)?;
    if kind != existing.kind {
        let current = kind_name(existing.kind);
        return Err(differs("type", &format!("received '{}' but current is '{current}'", said.kind)));
    }
    let flags = [
        ("durable", said.durable, !settings.transient),
        ("auto_delete", said.auto_delete, settings.auto_delete),
        ("internal", said.internal, settings.internal),
    ];
    if let Some((what, received, current)) = flags.into_iter().find(|(_, received, current)| received != current) {
        return Err(differs(what, &format!("received '{received}' but current is '{current}'")));
    }
    let alternate = alternate(session, name, said.arguments)?;
    if alternate != settings.alternate {
        let shown =
            |name: &Option<String>| name.as_ref().map(|name| session.vhost.shown(name).unwrap_or(name).to_owned());
        let (received, current) = (shown(&alternate), shown(&settings.alternate));
        let received = received.as_ref().map(|name| Value::Text(name.as_bytes()));
        let current = current.as_ref().map(|name| Value::Text(name.as_bytes()));
        return Err(differs(ALTERNATE, &difference(received, current)));
    }
    Ok(())
}

fn alternate(session: &Session, exchange: &str, arguments: Table<'_>) -> Result<Option<String>, AmqpError> {
    let Some(value) = arguments.get(ALTERNATE) else { return Ok(None) };
    let name = value.text().ok_or_else(|| {
        let (found, vhost) = (type_name(value), session.vhost.name());
        let text = format!("invalid type '{found}' for arg '{ALTERNATE}' in exchange '{exchange}' in vhost '{vhost}'");
        AmqpError::precondition(text)
    })?;
    Ok(Some(session.vhost.stored(name).into_owned()))
}

/// `exchange.delete`: one that is not there is as good as deleted.
pub(super) async fn delete(session: &mut Session, channel: u16, said: &exchange::Delete<'_>) -> Result<(), AmqpError> {
    let name = named(said.exchange)?;
    session.check(Permission::Manage, "exchange", name)?;
    if name.starts_with(RESERVED) {
        let text = format!("deletion of system exchange '{name}' in vhost '{}' not allowed", session.vhost.name());
        return Err(AmqpError::new(ReplyCode::AccessRefused, text));
    }
    if let Some(router) = session.router(name) {
        let deleted = session.door.broker.delete_router(router.id, said.if_unused).await;
        match deleted {
            Ok(()) | Err(Error::Refused(DeleteRouterError::NoSuchRouter(_))) => {}
            Err(Error::Refused(DeleteRouterError::InUse(_))) => {
                let text = format!("exchange '{name}' in vhost '{}' in use", session.vhost.name());
                return Err(AmqpError::precondition(text));
            }
            Err(Error::Unavailable(unavailable)) => return Err(errors::unavailable(&unavailable)),
        }
    }
    session.looked_up = None;
    if !said.no_wait {
        session.say(channel, &exchange::DeleteOk {});
    }
    Ok(())
}

/// The exchange without a name is nobody's to change.
pub(super) fn named(name: &str) -> Result<&str, AmqpError> {
    if name.is_empty() {
        return Err(AmqpError::new(ReplyCode::AccessRefused, "operation not permitted on the default exchange"));
    }
    Ok(name)
}

fn kind(name: &str) -> Result<RouterKind, AmqpError> {
    match name {
        "direct" => Ok(RouterKind::Direct),
        "fanout" => Ok(RouterKind::Fanout),
        "topic" => Ok(RouterKind::Pattern),
        "headers" => Ok(RouterKind::Headers),
        other => Err(AmqpError::new(ReplyCode::CommandInvalid, format!("unknown exchange type '{other}'"))),
    }
}

fn kind_name(kind: RouterKind) -> &'static str {
    match kind {
        RouterKind::Direct => "direct",
        RouterKind::Fanout => "fanout",
        RouterKind::Pattern => "topic",
        RouterKind::Headers => "headers",
    }
}

impl Session {
    /// The exchange of this name.
    pub(super) fn router(&self, name: &str) -> Option<Arc<RouterInfo>> {
        self.door.broker.router(&self.vhost.stored(name))
    }
}
