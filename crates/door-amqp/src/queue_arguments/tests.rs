//! Declarations and the settings that they lead to; declarations that are refused or differ.

use super::*;
use crate::wire::ReplyCode;
use crate::wire::table::{TableBuilder, Value};

fn declared(arguments: &TableBuilder) -> Declared<'_> {
    let arguments = arguments.table();
    Declared { name: "q", durable: true, exclusive: false, auto_delete: false, arguments }
}

fn settings(arguments: &TableBuilder) -> Result<QueueSettings, AmqpError> {
    declared(arguments).settings(&Vhost::new("/"), Durability::Always)
}

#[test]
fn arguments_become_neutral_settings() {
    let arguments = TableBuilder::new()
        .with("x-message-ttl", Value::I32(1500))
        .with("x-max-length", Value::I64(10))
        .with("x-overflow", Value::Text(b"reject-publish"))
        .with("x-max-priority", Value::U8(9))
        .with("x-dead-letter-exchange", Value::Text(b"dlx"))
        .with("x-dead-letter-routing-key", Value::Text(b"dead"))
        .with("x-delivery-limit", Value::I32(3));
    let settings = settings(&arguments).expect("they are valid");
    assert_eq!((settings.retention_ms, settings.priority_max), (Some(1500), 9));
    let overflow = Overflow::Refuse;
    assert_eq!(settings.length, Some(LengthLimit { messages_max: Some(10), bytes_max: None, overflow }));
    let dead_letter = DeadLetter::Router { router: "dlx".to_owned(), key: Some("dead".to_owned()) };
    let bury = BuryPolicy { counted_by: CountedBy::Deliveries, max: Some(4), dead_letter, expired: true };
    assert_eq!(settings.bury, Some(bury));
}

#[test]
fn without_arguments_a_queue_is_plain_and_transient_only_if_it_is_to_be() {
    let none = TableBuilder::new();
    let plain = settings(&none).expect("valid");
    assert_eq!(plain, QueueSettings::default());
    let transient = Declared { durable: false, ..declared(&none) };
    assert!(transient.settings(&Vhost::new("/"), Durability::Always).expect("valid").transient);
}

#[test]
fn what_cannot_be_is_refused_by_name() {
    let check = |name: &str, value: Value<'_>| {
        let refused = settings(&TableBuilder::new().with(name, value)).expect_err("it cannot be");
        assert_eq!(refused.code, ReplyCode::PreconditionFailed);
        assert!(refused.text.starts_with(&format!("invalid arg '{name}' for queue 'q' in vhost '/': ")), "{refused:?}");
    };
    check("x-message-ttl", Value::I32(-1));
    check("x-message-ttl", Value::Text(b"soon"));
    check("x-max-length", Value::Bool(true));
    check("x-max-priority", Value::I32(256));
    check("x-overflow", Value::Text(b"explode"));
    check("x-queue-type", Value::Text(b"stream"));
    check("x-dead-letter-routing-key", Value::Text(b"k"));
    let notes = |name: &str, value| {
        Notes::annotations(&declared(&TableBuilder::new().with(name, value)), &Vhost::new("/")).is_err()
    };
    assert!(notes("x-expires", Value::I32(0)) && notes("x-single-active-consumer", Value::I32(1)));
}

#[test]
fn a_second_declaration_must_say_the_same() {
    let vhost = Vhost::new("/");
    let first = TableBuilder::new().with("x-message-ttl", Value::I32(1000)).with("x-custom", Value::Void);
    let notes = Notes::of(&Notes::annotations(&declared(&first), &vhost).expect("valid"));
    let differs = |second: &Declared<'_>| inequivalent(second, &notes, &vhost).map(|error| error.text);
    assert_eq!(differs(&declared(&TableBuilder::new().with("x-message-ttl", Value::I64(1000)))), None);
    let other = TableBuilder::new().with("x-message-ttl", Value::I32(2000));
    let said = "inequivalent arg 'x-message-ttl' for queue 'q' in vhost '/': received '2000' but current is '1000'";
    assert_eq!(differs(&declared(&other)).as_deref(), Some(said));
    let none = "inequivalent arg 'x-message-ttl' for queue 'q' in vhost '/': received none but current is the value '1000' of type \
                'signedint'";
    assert_eq!(differs(&declared(&TableBuilder::new())).as_deref(), Some(none));
    let transient = Declared { durable: false, ..declared(&first) };
    let said = "inequivalent arg 'durable' for queue 'q' in vhost '/': received 'false' but current is 'true'";
    assert_eq!(differs(&transient).as_deref(), Some(said));
}

#[test]
fn a_queue_of_another_door_is_durable_shared_and_lasting() {
    let notes = Notes::of(&broker::Annotations::new());
    assert!(notes.durable && !notes.exclusive && !notes.auto_delete && !notes.declared);
    assert_eq!((notes.expires_ms(), notes.one_active()), (None, false));
    assert_eq!(inequivalent(&declared(&TableBuilder::new()), &notes, &Vhost::new("/")), None);
}
