//! No queue is longer than it may be, and what it drops is the oldest of the lowest priority, and no more than it must.
//!
//! What comes back or becomes due may make a queue longer than its limit until the next publish, so length and order are judged
//! only where nobody received and nothing was delayed before. That no more was dropped than had to be is judged everywhere.

use super::burial::constant_policy;
use super::ledger::{Census, Ledger, Message};
use super::violation::Violation;
use crate::history::{Call, Uid};
use broker::MessageState;
use vocab::{Overflow, QueueId};

/// Length and order, in every census of every queue with a limit on messages.
pub fn check(ledger: &Ledger<'_>) -> Result<(), Violation> {
    for census in &ledger.censuses {
        for (id, queue) in &ledger.queues {
            // What is set aside has to be read first: until then it is there.
            let limit = queue.length().filter(|length| length.overflow != Overflow::DropOldest || !queue.buries());
            let limit = limit.and_then(|length| length.messages_max);
            if let Some(max) = limit.filter(|_| !queue.delays() && is_untouched(ledger, *id, census)) {
                not_too_long(*id, max, census)?;
                drops_the_first(ledger, *id, census)?;
            }
        }
    }
    Ok(())
}

/// Whether its limit may have taken the message: enough came that stay longer. What is missing without this is lost. A queue that
/// sets aside what is too much loses none.
#[must_use]
pub fn may_be_dropped(ledger: &Ledger<'_>, uid: Uid, message: &Message, census: &Census) -> bool {
    let home = ledger.queues.get(&message.queue);
    if home.and_then(|queue| constant_policy(ledger, message, queue)).is_some_and(|policy| policy.queue().is_some()) {
        return false;
    }
    let length = home.and_then(super::ledger::Queue::length);
    let dropping = length.filter(|length| length.overflow == Overflow::DropOldest);
    let Some(max) = dropping.and_then(|length| length.messages_max) else { return false };
    let others = ledger.messages.iter().filter(|(other, later)| {
        let publish = &ledger.ops[later.op];
        **other != uid
            && later.queue == message.queue
            && publish.may_have_happened()
            && publish.called < census.begins
            && may_stay_longer(ledger, message, later)
    });
    others.count() as u64 >= max
}

fn level(ledger: &Ledger<'_>, message: &Message) -> Option<u8> {
    ledger.queues.get(&message.queue)?.level_of(message.sent.priority())
}

/// Whether `later` may go only after `message`.
fn may_stay_longer(ledger: &Ledger<'_>, message: &Message, later: &Message) -> bool {
    let (level, other) = (level(ledger, message), level(ledger, later));
    if level != other {
        return level < other;
    }
    match (message.id, later.id) {
        (Some(id), Some(other)) => id.seq < other.seq,
        _ => ledger.ops[later.op].over > ledger.ops[message.op].called,
    }
}

/// Whether nothing but publishes ever happened to the queue, as far as one can tell.
fn is_untouched(ledger: &Ledger<'_>, id: QueueId, census: &Census) -> bool {
    let mut earlier = ledger.ops.iter().take_while(|op| op.called < census.begins);
    let length = ledger.queues.get(&id).and_then(|queue| queue.length());
    let sets_aside = length.is_some_and(|length| length.overflow == Overflow::RefuseAndBury);
    let touched = earlier.any(|op| match op.call {
        Call::Receive { queue, .. } => *queue == id,
        // What it refused and set aside may come back that way, and is not refused then.
        Call::StartRedrive(_) | Call::Carry { .. } => sets_aside,
        call => {
            let mut here = call.publishes().into_iter().filter(|(queue, _)| *queue == id);
            here.any(|(_, sent)| sent.iter().any(|sent| sent.due_ms.is_some()))
        }
    });
    !touched
}

fn not_too_long(id: QueueId, max: u64, census: &Census) -> Result<(), Violation> {
    let ready = census.seen.values().flatten().filter(|place| **place == (id, MessageState::Ready)).count();
    if ready as u64 > max {
        let what = format!("queue {id} has {ready} messages ready and may have {max}");
        return Err(Violation::new(what, [census.begins, census.ends]));
    }
    Ok(())
}

/// Whatever was dropped would have gone before everything that is there.
fn drops_the_first(ledger: &Ledger<'_>, id: QueueId, census: &Census) -> Result<(), Violation> {
    if ledger.is_weak(id) {
        return Ok(());
    }
    let here = || ledger.messages.iter().filter(|(_, message)| message.queue == id);
    let place = |message: &Message| Some((level(ledger, message)?, message.id?.seq));
    let there = here().filter(|(uid, _)| census.seen.contains_key(uid));
    let Some((first_uid, first)) =
        there.filter_map(|(uid, message)| Some((*uid, place(message)?))).min_by_key(|(_, at)| *at)
    else {
        return Ok(());
    };
    for (uid, message) in here().filter(|(uid, _)| !census.seen.contains_key(uid)) {
        let told = ledger.told_to_exist(message).filter(|told| *told < census.begins);
        let (Some(told), Some(at)) = (told, place(message)) else { continue };
        if at > first && !super::loss::left_otherwise(ledger, message, census) {
            let what = format!("m{uid} was dropped, and m{first_uid}, which goes before it, is there");
            return Err(Violation::new(what, [told, census.begins]));
        }
    }
    Ok(())
}
