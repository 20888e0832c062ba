//! A buried message is in one queue only, for the reason that it tells, and was set aside in time.

use super::ledger::{Census, Deed, DeedKind, Lease, Ledger, Message, Queue, Verdict};
use super::violation::Violation;
use crate::history::{Call, Uid};
use broker::{Intervention, Settle};
use vocab::{BuryPolicy, BuryReason, CountedBy, DeadLetter, Origin, QueueId};

/// Exactly one of {queue, dead-letter queue}; the reason is true; the limit is kept.
pub fn check(ledger: &Ledger<'_>) -> Result<(), Violation> {
    ledger.censuses.iter().try_for_each(|census| in_its_places(ledger, census))?;
    for (uid, message) in &ledger.messages {
        for lease in message.leases.iter().map(|lease| &ledger.leases[*lease]) {
            match lease.origin {
                Some(origin) => true_reason(ledger, *uid, message, lease.queue(), origin, lease.told)?,
                None if lease.queue() == message.queue => in_time(ledger, *uid, message, lease)?,
                None => {}
            }
        }
        for sighting in &message.sightings {
            if let Some(origin) = &sighting.origin {
                true_reason(ledger, *uid, message, sighting.queue, origin, sighting.told)?;
            }
        }
    }
    Ok(())
}

/// A message is in one place; or, once it was set aside through a router, in every queue that this led to.
fn in_its_places(ledger: &Ledger<'_>, census: &Census) -> Result<(), Violation> {
    for (uid, places) in &census.seen {
        let message = ledger.messages.get(uid);
        let copied = message.filter(|message| places.iter().all(|(queue, _)| *queue != message.queue));
        let graves = copied.and_then(|message| Some((message, ledger.graves.get(&message.queue)?)));
        let in_order = match graves {
            None => places.len() == 1,
            Some((message, graves)) => graves.iter().all(|(grave, bound)| {
                let copies = places.iter().filter(|(queue, _)| queue == grave).count();
                copies == 1 || (copies == 0 && may_lack(ledger, message, *grave, *bound, census))
            }),
        };
        if !in_order {
            return Err(Violation::new(format!("m{uid} is in {} places: {places:?}", places.len()), [census.begins]));
        }
    }
    Ok(())
}

/// Whether a queue may rightly have no copy of a message that another one has: it was not bound then, or the copy was taken.
fn may_lack(ledger: &Ledger<'_>, message: &Message, grave: QueueId, bound: usize, census: &Census) -> bool {
    let published = ledger.ops[message.op].called;
    let acked = |lease: &Lease<'_>| {
        lease.queue() == grave
            && lease.settlements(ledger).any(|(_, how, verdict)| *how == Settle::Ack && verdict != Verdict::Refused)
    };
    let emptied = ledger.ops.iter().take_while(|op| op.called < census.begins).any(|op| {
        matches!(op.call, Call::Purge(queue) | Call::DeleteQueue(queue) if *queue == grave)
            && op.may_have_happened()
            && op.over > published
    });
    let by_hand = |deed: &Deed| deed.kind == DeedKind::Delete && deed.queue == grave;
    bound > published
        || emptied
        || message.deeds_before(ledger, census.begins).any(by_hand)
        || ledger.is_weak(grave)
        || ledger.is_weak(message.queue)
        || message.leases.iter().any(|lease| acked(&ledger.leases[*lease]))
}

fn policies(queue: &Queue) -> impl Iterator<Item = &BuryPolicy> {
    queue.settings.iter().filter_map(|(_, settings)| settings.bury.as_ref())
}

fn true_reason(
    ledger: &Ledger<'_>,
    uid: Uid,
    message: &Message,
    found_in: QueueId,
    origin: &Origin,
    told: usize,
) -> Result<(), Violation> {
    let (Some((home_id, home)), Some(grave)) = (home_of(ledger, message, origin), ledger.queues.get(&found_in)) else {
        return Ok(());
    };
    let led_here = || ledger.graves_of(home_id).any(|grave| grave == found_in);
    let to_here = || {
        policies(home).filter(|policy| match &policy.dead_letter {
            DeadLetter::Queue(name) => *name == grave.name,
            DeadLetter::Router { .. } => led_here(),
            DeadLetter::Nowhere => false,
        })
    };
    let by_policy = |counted_by, count| {
        to_here().any(|policy| policy.counted_by == counted_by && policy.max.is_some_and(|max| count >= max))
    };
    let holds = match &origin.reason {
        BuryReason::TooManyDeliveries => by_policy(CountedBy::Deliveries, origin.deliveries),
        BuryReason::TooManyFailures(_) => by_policy(CountedBy::Failures, origin.failures),
        BuryReason::Rejected(reason) => rejected(ledger, message, reason.as_ref(), told),
        BuryReason::Expired => {
            to_here().any(|policy| policy.expired)
                && (ledger.may_be_moved(message) || was_over(ledger, message, home, origin))
        }
        BuryReason::TooLong => {
            home.settings.iter().any(|(_, settings)| settings.length.is_some()) && to_here().next().is_some()
        }
    };
    let newest = origin.deaths.first();
    let newest_is_true =
        newest.is_some_and(|death| death.queue == origin.queue && death.reason == origin.reason.death());
    let one_is_first = origin.deaths.iter().filter(|death| death.is_first).count() == 1;
    // A message that was redriven and buried again was another one for its queue.
    let moved = ledger.may_be_moved(message) && origin.id.key.queue == home_id;
    let own_id = moved || message.id.is_none_or(|id| id == origin.id);
    if !holds || !own_id || origin.queue != home.name || !newest_is_true || !one_is_first {
        let what = format!("m{uid} tells an origin that is not true: {origin:?}");
        return Err(Violation::new(what, [ledger.ops[message.op].called, told]));
    }
    Ok(())
}

/// The queue that it was buried from: the one it was sent to, or one that a redrive may have brought it to.
fn home_of<'l>(ledger: &'l Ledger<'_>, message: &Message, origin: &Origin) -> Option<(QueueId, &'l Queue)> {
    let sent_to = ledger.queues.get(&message.queue).map(|queue| (message.queue, queue));
    if !ledger.may_be_moved(message) || sent_to.is_some_and(|(_, queue)| queue.name == origin.queue) {
        return sent_to;
    }
    let reached = ledger.reach(message.queue).into_iter().filter_map(|id| Some((id, ledger.queues.get(&id)?)));
    reached.into_iter().find(|(_, queue)| queue.name == origin.queue).or(sent_to)
}

/// Whether the message's own expiry, or the shortest retention that its queue ever had, had passed when it was set aside.
fn was_over(ledger: &Ledger<'_>, message: &Message, home: &Queue, origin: &Origin) -> bool {
    let published_ms = ledger.log_ms(ledger.ops[message.op].called);
    let retention_ms = home.settings.iter().filter_map(|(_, settings)| settings.retention_ms).min();
    let ends = [message.sent.expires_ms, retention_ms.map(|ms| published_ms + ms)];
    ends.into_iter().flatten().any(|end_ms| end_ms <= origin.buried_ms)
}

fn rejected(ledger: &Ledger<'_>, message: &Message, reason: Option<&String>, told: usize) -> bool {
    let by_hand = |deed: &Deed| matches!(ledger.ops[deed.op].call, Call::Intervene { how: Intervention::Bury { reason: given }, .. } if given.as_ref() == reason);
    if message.deeds_before(ledger, told).any(by_hand) {
        return true;
    }
    message.leases.iter().map(|lease| &ledger.leases[*lease]).any(|lease| {
        lease.settlements(ledger).any(|(op, how, verdict)| {
            let Settle::Bury { reason: given } = how else { return false };
            given.as_ref() == reason && verdict != Verdict::Refused && op.called < told
        })
    })
}

/// A message that reached its limit is not handed out again, where the policy and its target were always there.
fn in_time(ledger: &Ledger<'_>, uid: Uid, message: &Message, lease: &Lease<'_>) -> Result<(), Violation> {
    let Some(policy) = ledger.queues.get(&message.queue).and_then(|queue| constant_policy(ledger, message, queue))
    else {
        return Ok(());
    };
    let handed_on = |lease: &Lease<'_>| {
        matches!(ledger.ops[lease.op].call, Call::Transfer(_))
            || lease.asked.iter().any(|(op, ..)| matches!(ledger.ops[*op].call, Call::Transfer(_)))
    };
    if message.leases.iter().any(|lease| handed_on(&ledger.leases[*lease])) {
        return Ok(());
    }
    let beyond = |max| match policy.counted_by {
        CountedBy::Deliveries => lease.leased.deliveries > max,
        CountedBy::Failures => lease.leased.failures >= max,
    };
    if policy.max.is_some_and(beyond) {
        let what = format!("m{uid} was handed out beyond its limit: {:?}, {policy:?}", lease.leased);
        return Err(Violation::new(what, [ledger.ops[message.op].called, lease.told]));
    }
    Ok(())
}

/// The policy of a queue that always had it, and from before the message was sent a place for what it sets aside.
pub(in crate::checker) fn constant_policy<'l>(
    ledger: &'l Ledger<'_>,
    message: &Message,
    queue: &'l Queue,
) -> Option<&'l BuryPolicy> {
    let policy = queue.settings.first()?.1.bury.as_ref()?;
    let constant = queue.settings.iter().all(|(_, settings)| settings.bury.as_ref() == Some(policy));
    let Some(name) = policy.queue() else { return Some(policy).filter(|_| constant) };
    let published = ledger.ops[message.op].called;
    let target = ledger.queues.iter().find(|(_, target)| target.name == name && target.told < published);
    let deleted = |target: QueueId| {
        ledger
            .ops
            .iter()
            .any(|op| matches!(op.call, Call::DeleteQueue(gone) if *gone == target) && op.may_have_happened())
    };
    target.filter(|(id, _)| constant && !deleted(**id)).map(|_| policy)
}
