//! Finds a message by an id that it has, or had.
//!
//! ```text
//!   where the id says ── not there ─→ what its history says it became ── nothing known ─→ the dead-letter queue of the queue
//!                                                                                         that the id names, within a bound
//! ```
//!
//! What it is not: a search by content.

use crate::messages::walk::{Budget, Walk, walk};
use broker::{Broker, Browse, BrowsedMessage, Error, Life, States, Unavailable};
use std::ops::ControlFlow;
use vocab::{BuryPolicy, MessageId};

/// What is known of a message.
#[derive(Debug)]
pub(crate) struct Found {
    /// The message, where it lives.
    pub(crate) browsed: Option<BrowsedMessage>,
    /// What happened to it.
    pub(crate) life: Life,
}

/// Looks for the message that has, or had, the id `id`.
///
/// # Errors
/// The broker is not available.
pub(crate) async fn find(broker: &Broker, id: MessageId) -> Result<Found, Unavailable> {
    let here = live(broker, id).await?;
    let life = broker.life(id).await?;
    if here.is_some() {
        return Ok(Found { browsed: here, life });
    }
    for became in life.moments.iter().rev().filter_map(|moment| moment.to) {
        if let Some(there) = live(broker, became).await? {
            return Ok(Found { browsed: Some(there), life });
        }
    }
    let is_known_to_be_gone = life.moments.iter().any(|moment| moment.what.is_end() && moment.to.is_none());
    let browsed = if is_known_to_be_gone { None } else { buried(broker, id).await? };
    Ok(Found { browsed, life })
}

/// The message that is `id`, if it lives.
///
/// # Errors
/// The broker is not available.
pub(crate) async fn live(broker: &Broker, id: MessageId) -> Result<Option<BrowsedMessage>, Unavailable> {
    let here = Browse { queue: id.key.queue, from: id.seq, count: 1, states: States::ALL };
    match broker.browse(here).await {
        Ok(page) => Ok(page.messages.into_iter().find(|browsed| browsed.seen.id == id)),
        Err(Error::Refused(_)) => Ok(None),
        Err(Error::Unavailable(unavailable)) => Err(unavailable),
    }
}

/// The message that was `id` before it was buried, if it lies near the beginning of its queue's dead-letter queue.
async fn buried(broker: &Broker, id: MessageId) -> Result<Option<BrowsedMessage>, Unavailable> {
    let home = broker.queue_by_id(id.key.queue);
    let policy = home.as_ref().and_then(|home| home.settings.bury.as_ref());
    let grave = policy.and_then(BuryPolicy::queue).and_then(|name| broker.queue(name));
    let Some(grave) = grave else { return Ok(None) };
    let mut found = None;
    let look = |browsed: &BrowsedMessage| {
        if browsed.message.facts.origin.as_ref().is_some_and(|origin| origin.id == id) {
            found = Some(browsed.clone());
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    };
    match walk(broker, Walk::through(grave.id, Budget::OF_A_SEARCH), look).await {
        Ok(_) | Err(Error::Refused(_)) => Ok(found),
        Err(Error::Unavailable(unavailable)) => Err(unavailable),
    }
}
