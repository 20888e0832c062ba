//! What a client does with leases: takes them, ends them, moves them, hands them on, and tries those that have ended.

use super::customer::any_queue;
use super::port::Port;
use super::world::Hand;
use broker::{Extension, LeaseTerms, Settle, Settlement, Transfer};
use vocab::{LeaseToken, Order, SessionId};

/// Sessions that clients use, from 1.
pub const SESSIONS: u64 = 4;

/// Receives, with one of the terms; some workers die with a message in their hands.
pub(super) async fn receive(port: &Port, wait_ms: u64, patience_ms: Option<u64>) {
    let Some(queue) = any_queue(port) else { return };
    let (max, terms) = {
        let session = any_session(port);
        let dice = &mut port.world().get().dice;
        let terms = match dice.below(20) {
            0..6 => LeaseTerms::Deadline(None),
            6..16 => LeaseTerms::Deadline(Some(dice.within(20..2500))),
            16..19 => LeaseTerms::Session(session),
            // A claim that its owner lost would hold its lane for ever.
            _ if queue.settings.order == Order::Laned => LeaseTerms::Deadline(None),
            _ => LeaseTerms::Claim,
        };
        (dice.within(1..6) as u32, terms)
    };
    port.receive(queue.id, max, wait_ms, terms, patience_ms).await;
    let mut world = port.world().get();
    // Some workers die with a message in their hands.
    if world.dice.percent(15) {
        let dropped = world.take_hands(2);
        world.retire(dropped.iter().map(|hand| hand.token));
    }
}

/// Ends some leases in some way; receives if nobody holds any.
pub(super) async fn settle(port: &Port) {
    let settlements: Vec<Settlement> = {
        let mut world = port.world().get();
        let count = world.dice.within(1..4) as usize;
        let hands = world.take_hands(count);
        hands.iter().map(|hand| Settlement { token: hand.token, how: verdict(&mut world.dice) }).collect()
    };
    if settlements.is_empty() {
        return receive(port, 0, None).await;
    }
    let tokens: Vec<LeaseToken> = settlements.iter().map(|settlement| settlement.token).collect();
    port.settle(settlements).await;
    port.world().get().retire(tokens);
}

fn verdict(dice: &mut crate::dice::Dice) -> Settle {
    let delay_ms = if dice.percent(50) { 0 } else { dice.below(1200) };
    let reason = dice.percent(50).then(|| format!("reason {}", dice.below(3)));
    match dice.below(100) {
        0..60 => Settle::Ack,
        60..75 => Settle::Release { delay_ms },
        75..92 => Settle::Fail { delay_ms, reason },
        _ => Settle::Bury { reason },
    }
}

/// Moves the deadlines of some leases.
pub(super) async fn extend(port: &Port) {
    let extensions: Vec<Extension> = {
        let mut world = port.world().get();
        let hands = world.take_hands(2);
        world.hands.extend(&hands);
        let dice = &mut world.dice;
        let one = |hand: &Hand| Extension {
            token: hand.token,
            lease_ms: dice.within(10..3000),
            total_ms_max: dice.percent(20).then_some(2000),
        };
        hands.iter().map(one).collect()
    };
    if !extensions.is_empty() {
        port.extend(extensions).await;
    }
}

/// Hands some leases on.
pub(super) async fn transfer(port: &Port) {
    let session = any_session(port);
    let transfers: Vec<Transfer> = {
        let mut world = port.world().get();
        let hands = world.take_hands(2);
        let one = |hand: &Hand| {
            let may_be_claimed = !world.is_laned(hand.token.key.queue);
            let dice = &mut world.dice;
            let terms = match dice.below(4) {
                0 => LeaseTerms::Session(session),
                1 if may_be_claimed => LeaseTerms::Claim,
                _ => LeaseTerms::Deadline(Some(dice.within(20..2500))),
            };
            Transfer { token: hand.token, terms, deliveries: dice.percent(40).then(|| dice.within(1..4) as u32) }
        };
        hands.iter().map(one).collect()
    };
    if transfers.is_empty() {
        return;
    }
    let verdicts = port.transfer(transfers.clone()).await;
    let mut world = port.world().get();
    for (transfer, verdict) in transfers.iter().zip(verdicts) {
        world.retire([transfer.token]);
        if let Ok(leased) = verdict {
            world.hands.push(Hand { token: leased.token, terms: transfer.terms });
        }
    }
}

/// Tries a lease that has ended, or may have.
pub(super) async fn use_stale_token(port: &Port) {
    let settlement = {
        let mut world = port.world().get();
        let count = world.stale.len();
        if count == 0 {
            return;
        }
        let index = world.dice.index(count);
        Settlement { token: world.stale[index], how: verdict(&mut world.dice) }
    };
    port.settle(vec![settlement]).await;
}

/// The session of one of the clients.
pub(super) fn any_session(port: &Port) -> SessionId {
    SessionId(port.world().get().dice.within(1..SESSIONS + 1))
}
