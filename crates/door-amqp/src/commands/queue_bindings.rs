//! `queue.bind` and `queue.unbind`: an exchange feeds a queue.

use super::exchange::named;
use crate::errors::{self, AmqpError};
use crate::message::neutral_value;
use crate::session::Session;
use crate::wire::ReplyCode;
use crate::wire::methods::queue;
use crate::wire::table::{Table, Value};
use bytes::Bytes;
use door::access::Permission;
use vocab::{Binding, HeaderMatch, RouterId, Target};

/// `queue.bind`
pub(super) async fn bind(session: &mut Session, channel: u16, said: &queue::Bind<'_>) -> Result<(), AmqpError> {
    let name = session.queue_name(said.queue)?.to_owned();
    let (source, target) = ends(session, said.exchange, &name)?;
    let key = key(said.queue, said.routing_key, &name);
    let binding = binding(source, target, key, said.arguments)?;
    let bound = session.door.broker.bind(binding).await;
    bound.map_err(|error| errors::bind(error, said.exchange, session.vhost.name()))?;
    session.looked_up = None;
    if !said.no_wait {
        session.say(channel, &queue::BindOk {});
    }
    Ok(())
}

/// `queue.unbind`: a binding that is not there is as good as gone, and so is one whose ends are not there.
pub(super) async fn unbind(session: &mut Session, channel: u16, said: &queue::Unbind<'_>) -> Result<(), AmqpError> {
    let name = session.queue_name(said.queue)?.to_owned();
    if let Some((source, target)) = if_there(ends(session, said.exchange, &name))? {
        let key = key(said.queue, said.routing_key, &name);
        let binding = binding(source, target, key, said.arguments)?;
        let unbound = session.door.broker.unbind(binding).await;
        unbound.map_err(|unavailable| errors::unavailable(&unavailable))?;
        session.looked_up = None;
    }
    session.say(channel, &queue::UnbindOk {});
    Ok(())
}

/// Neither a queue nor a key said means the last queue, under its own name.
fn key<'k>(queue: &str, key: &'k str, name: &'k str) -> &'k str {
    if queue.is_empty() && key.is_empty() { name } else { key }
}

fn ends(session: &Session, exchange: &str, queue: &str) -> Result<(RouterId, Target), AmqpError> {
    session.check(Permission::Send, "queue", queue)?;
    session.check(Permission::Receive, "exchange", named(exchange)?)?;
    let router = session.router(exchange).ok_or_else(|| AmqpError::no_exchange(exchange, session.vhost.name()))?;
    let found = session.usable_queue(queue)?;
    Ok((router.id, Target::Queue(found.id)))
}

/// Nothing where either end of a binding is missing.
pub(super) fn if_there<T>(ends: Result<T, AmqpError>) -> Result<Option<T>, AmqpError> {
    match ends {
        Ok(ends) => Ok(Some(ends)),
        Err(error) if error.code == ReplyCode::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// A binding as the broker has it. Its arguments tell it from others, and are its criteria where the exchange goes by headers.
pub(super) fn binding(source: RouterId, target: Target, key: &str, arguments: Table<'_>) -> Result<Binding, AmqpError> {
    let criteria = Some(criteria(arguments)?);
    let annotations = Bytes::copy_from_slice(arguments.bytes());
    Ok(Binding { criteria, annotations, ..Binding::new(source, target, key) })
}

/// What headers must match: all of the arguments, or any; those that begin with `x-` only where `x-match` says so.
fn criteria(arguments: Table<'_>) -> Result<HeaderMatch, AmqpError> {
    let (any, with_x) = match arguments.get("x-match") {
        None => (false, false),
        Some(Value::Text(b"all")) => (false, false),
        Some(Value::Text(b"any")) => (true, false),
        Some(Value::Text(b"all-with-x")) => (false, true),
        Some(Value::Text(b"any-with-x")) => (true, true),
        Some(_) => {
            let text = "Invalid x-match field value; expected all, any, all-with-x, or any-with-x";
            return Err(AmqpError::precondition(text));
        }
    };
    let counts = |name: &str| name != "x-match" && (with_x || !name.starts_with("x-"));
    let wanted = arguments.iter().filter_map(|(name, value)| {
        let name = std::str::from_utf8(name).ok().filter(|name| counts(name))?;
        Some((name.to_owned(), neutral_value(&value)))
    });
    Ok(HeaderMatch { any, wanted: wanted.collect() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::table::TableBuilder;
    use vocab::HeaderValue;

    #[test]
    fn arguments_are_criteria_by_the_rule_of_x_match() {
        let check = |rule: Option<&str>, expected: Option<(bool, &[&str])>| {
            let mut table = TableBuilder::new().with("kind", Value::Text(b"a")).with("x-kind", Value::Void);
            if let Some(rule) = rule {
                table.put(b"x-match", Value::Text(rule.as_bytes()));
            }
            let found = criteria(table.table()).ok();
            let found = found
                .as_ref()
                .map(|found| (found.any, found.wanted.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>()));
            assert_eq!(found, expected.map(|(any, names)| (any, names.to_vec())), "{rule:?}");
        };
        check(None, Some((false, &["kind"])));
        check(Some("all"), Some((false, &["kind"])));
        check(Some("any"), Some((true, &["kind"])));
        check(Some("any-with-x"), Some((true, &["kind", "x-kind"])));
        check(Some("some"), None);
    }

    #[test]
    fn nothing_as_a_value_asks_only_that_the_header_is_there() {
        let table = TableBuilder::new().with("a", Value::Void).with("b", Value::I8(1));
        let wanted = criteria(table.table()).expect("valid").wanted;
        assert_eq!(wanted, [("a".to_owned(), None), ("b".to_owned(), Some(HeaderValue::Number("1".to_owned())))]);
    }
}
