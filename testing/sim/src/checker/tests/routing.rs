//! Transactions and routers: what may look odd about them, and what must not happen to them.

use super::tale::{Tale, WORK, id, sent};
use crate::history::{Call, Ending, Reply, Uid};
use broker::{RouterInfo, Settle, Settlement};
use std::sync::Arc;
use vocab::{Binding, LeaseToken, RouterId, RouterKind, RouterSettings, Target};

const ROUTER: RouterId = RouterId(1);

fn transacting(uids: &[Uid], acks: &[LeaseToken]) -> Call {
    let publishes = uids.iter().map(|uid| (WORK, vec![sent(*uid)])).collect();
    let settlements = acks.iter().map(|token| Settlement { token: *token, how: Settle::Ack }).collect();
    Call::Transact { publishes, settlements, atomic: true }
}

/// Messages 2 and 3 are published, and message 1 is acknowledged, in one that nobody heard of again.
fn cut_off() -> Tale {
    let mut tale = Tale::new();
    tale.publish(&[1]);
    let token = tale.lease(1, 1);
    tale.call(transacting(&[2, 3], &[token]));
    tale.restart(Ending::PowerLost);
    tale
}

#[test]
fn a_transaction_that_was_cut_off_happened_or_did_not() {
    for there in [&[1][..], &[2, 3]] {
        let mut tale = cut_off();
        tale.census(there);
        tale.is_accepted();
    }
}

#[test]
fn a_transaction_of_which_half_the_messages_are_there() {
    let mut tale = cut_off();
    tale.census(&[1, 2]);
    tale.is_rejected_by("transactions", "m3 is missing");
}

#[test]
fn a_transaction_that_only_acknowledged() {
    let mut tale = cut_off();
    tale.census(&[]);
    tale.is_rejected_by("transactions", "m2 is missing");
}

#[test]
fn a_message_that_its_queue_refused_is_not_there() {
    let mut tale = Tale::new();
    let published = vec![Some(vec![id(1)]), None];
    tale.ask(transacting(&[1, 2], &[]), Reply::Transacted { published, settled: Vec::new() });
    tale.census(&[1]);
    tale.is_accepted();
    tale.census(&[1, 2]);
    tale.is_rejected_by("ghosts", "m2 was refused");
}

#[test]
fn a_message_of_a_transaction_that_was_told_is_lost() {
    let mut tale = Tale::new();
    let published = vec![Some(vec![id(1)])];
    tale.ask(transacting(&[1], &[]), Reply::Transacted { published, settled: Vec::new() });
    tale.restart(Ending::PowerLost);
    tale.census(&[]);
    tale.is_rejected_by("loss", "m1 is lost");
}

#[test]
fn an_acknowledgement_in_a_transaction_that_is_undone() {
    let mut tale = Tale::new();
    tale.publish(&[1]);
    let token = tale.lease(1, 1);
    tale.ask(transacting(&[], &[token]), Reply::Transacted { published: Vec::new(), settled: vec![Ok(())] });
    tale.census(&[1]);
    tale.is_rejected_by("ghosts", "came back");
}

fn binding() -> Binding {
    Binding::new(ROUTER, Target::Queue(WORK), "key")
}

fn routed() -> Tale {
    let mut tale = Tale::new();
    let call = Call::CreateRouter { name: "router".to_owned(), kind: RouterKind::Direct };
    tale.ask(call, Reply::RouterCreated(ROUTER));
    tale.ask(Call::Bind(Box::new(binding())), Reply::Done);
    tale
}

fn list(tale: &mut Tale, bindings: &[Binding]) {
    let info = RouterInfo {
        id: ROUTER,
        name: "router".to_owned(),
        kind: RouterKind::Direct,
        settings: RouterSettings::default(),
        annotations: Default::default(),
        created_ms: 0,
    };
    let bindings = bindings.iter().cloned().map(Arc::new).collect();
    tale.ask(Call::ListRouters, Reply::Routers(vec![(Arc::new(info), bindings)]));
}

#[test]
fn bindings_come_and_go() {
    let mut tale = routed();
    list(&mut tale, &[binding()]);
    tale.ask(Call::Unbind(Box::new(binding())), Reply::Done);
    list(&mut tale, &[]);
    tale.call(Call::Bind(Box::new(binding())));
    tale.restart(Ending::PowerLost);
    list(&mut tale, &[binding()]);
    tale.ask(Call::DeleteRouter(ROUTER), Reply::Done);
    tale.ask(Call::ListRouters, Reply::Routers(Vec::new()));
    tale.is_accepted();
}

#[test]
fn a_binding_is_lost() {
    let mut tale = routed();
    list(&mut tale, &[]);
    tale.is_rejected_by("routers", "is lost");
}

#[test]
fn a_router_is_lost() {
    let mut tale = routed();
    tale.ask(Call::ListRouters, Reply::Routers(Vec::new()));
    tale.is_rejected_by("routers", "router \"router\" is lost");
}

#[test]
fn a_binding_that_was_taken_away_is_there() {
    let mut tale = routed();
    tale.ask(Call::Unbind(Box::new(binding())), Reply::Done);
    list(&mut tale, &[binding()]);
    tale.is_rejected_by("routers", "taken away");
}

#[test]
fn a_binding_that_nobody_made() {
    let mut tale = routed();
    list(&mut tale, &[binding(), Binding { key: "other".to_owned(), ..binding() }]);
    tale.is_rejected_by("routers", "nobody made");
}

#[test]
fn a_router_and_bindings_outlive_what_they_lead_to() {
    let mut tale = routed();
    tale.ask(Call::DeleteRouter(ROUTER), Reply::Done);
    list(&mut tale, &[]);
    tale.is_rejected_by("routers", "router 1 is there");
    let mut tale = routed();
    tale.ask(Call::DeleteQueue(WORK), Reply::Done);
    list(&mut tale, &[binding()]);
    tale.is_rejected_by("routers", "bindings to queue 1");
}
