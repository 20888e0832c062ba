//! Routers and bindings exist from their making to their end, and nobody's hand makes none.

use super::ledger::{Ledger, Op};
use super::violation::Violation;
use crate::history::{Call, Reply};
use broker::RouterInfo;
use std::sync::Arc;
use vocab::{Binding, Target};

type Listed = [(Arc<RouterInfo>, Vec<Arc<Binding>>)];

/// Every list has the routers and bindings that there must be and none that cannot be.
pub fn check(ledger: &Ledger<'_>) -> Result<(), Violation> {
    for list in &ledger.ops {
        let (Some(Reply::Routers(routers)), Some(at)) = (list.reply, list.answered) else { continue };
        for op in ledger.ops.iter().filter(|op| op.done() && op.over < list.called) {
            if let Some(what) = contradiction(ledger, op, list, routers) {
                return Err(Violation::new(what, [op.called, list.called, at]));
            }
        }
        for binding in routers.iter().flat_map(|(_, bindings)| bindings) {
            let made = |op: &Op<'_>| op.called < at && op.may_have_happened() && is_bind(op, binding);
            if !ledger.ops.iter().any(made) {
                return Err(Violation::new(format!("nobody made {binding:?}"), [list.called, at]));
            }
        }
    }
    Ok(())
}

/// What of a list cannot be after this call was done.
fn contradiction(ledger: &Ledger<'_>, op: &Op<'_>, list: &Op<'_>, routers: &Listed) -> Option<String> {
    match (op.call, op.reply) {
        (Call::CreateRouter { name, .. }, Some(Reply::RouterCreated(id))) => {
            let lost = !mentions(routers, Target::Router(*id)) && !is_over(ledger, list, Target::Router(*id));
            lost.then(|| format!("router {name:?} is lost"))
        }
        (Call::Bind(binding), _) => {
            let lost = !is_listed(routers, binding) && !may_be_gone(ledger, op, list, binding);
            lost.then(|| format!("{binding:?} is lost"))
        }
        (Call::Unbind(binding), _) => {
            let back = is_listed(routers, binding) && !bound_since(ledger, op, list, binding);
            back.then(|| format!("{binding:?} is there after it was taken away"))
        }
        (Call::DeleteRouter(id), _) => {
            mentions(routers, Target::Router(*id)).then(|| format!("router {id} is there after it was deleted"))
        }
        (Call::DeleteQueue(id), _) => {
            let led_to = mentions(routers, Target::Queue(*id));
            led_to.then(|| format!("bindings to queue {id} are there after it was deleted"))
        }
        _ => None,
    }
}

fn is_listed(routers: &Listed, binding: &Binding) -> bool {
    routers.iter().any(|(_, bindings)| bindings.iter().any(|listed| **listed == *binding))
}

fn mentions(routers: &Listed, gone: Target) -> bool {
    routers.iter().any(|(info, bindings)| {
        Target::Router(info.id) == gone || bindings.iter().any(|binding| binding.target == gone)
    })
}

fn is_bind(op: &Op<'_>, binding: &Binding) -> bool {
    matches!(op.call, Call::Bind(made) if **made == *binding)
}

/// Whether somebody may have deleted it before the list was made, or it ended with the broker.
fn is_over(ledger: &Ledger<'_>, list: &Op<'_>, target: Target) -> bool {
    if let Target::Queue(id) = target
        && let Some(queue) = ledger.queues.get(&id).filter(|queue| queue.is_transient())
        && ledger.end_between(queue.told, list.answered.unwrap_or(list.over)).is_some()
    {
        return true;
    }
    ledger.ops.iter().filter(|op| op.may_have_happened() && list.answered.is_some_and(|at| op.called < at)).any(|op| {
        match (op.call, target) {
            (Call::DeleteRouter(id), Target::Router(gone)) => *id == gone,
            (Call::DeleteQueue(id), Target::Queue(gone)) => *id == gone,
            _ => false,
        }
    })
}

fn may_be_gone(ledger: &Ledger<'_>, made: &Op<'_>, list: &Op<'_>, binding: &Binding) -> bool {
    let taken = |op: &Op<'_>| {
        matches!(op.call, Call::Unbind(gone) if **gone == *binding)
            && op.may_have_happened()
            && op.over > made.called
            && list.answered.is_some_and(|at| op.called < at)
    };
    is_over(ledger, list, Target::Router(binding.source))
        || is_over(ledger, list, binding.target)
        || ledger.ops.iter().any(taken)
}

fn bound_since(ledger: &Ledger<'_>, taken: &Op<'_>, list: &Op<'_>, binding: &Binding) -> bool {
    ledger.ops.iter().any(|op| {
        is_bind(op, binding)
            && op.may_have_happened()
            && op.over > taken.called
            && list.answered.is_some_and(|at| op.called < at)
    })
}
