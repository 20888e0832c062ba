//! Explains messages that live no more under the id that was asked about, by their history.

use super::{Details, Explanation, Scene, Verdict};
use crate::dead_letters::failure::in_words;
use crate::messages::life::Place;
use crate::messages::when::moment;
use broker::{Moment, What};

/// What became of it.
pub(super) fn explain(scene: &Scene<'_>) -> Explanation {
    let own = scene.life.moments.iter().filter(|moment| moment.id == scene.id);
    let ended = own.rev().find(|moment| moment.what.is_end());
    match ended.and_then(|end| by_its_end(scene, end)) {
        Some(explanation) => explanation,
        None if scene.moved.is_some() => moved_by_itself(scene),
        None if scene.queue.is_none() => no_such_queue(),
        None => not_known(scene),
    }
}

fn by_its_end(scene: &Scene<'_>, end: &Moment) -> Option<Explanation> {
    let at = moment(end.at_ms, scene.now_ms);
    let queue = scene.queue.map(str::to_owned);
    let details = Details { queue, ..Details::default() };
    let reason = end.reason.as_ref().map_or_else(String::new, |reason| format!(": {reason}"));
    let explanation = match end.what {
        What::Acked => {
            let by = end.consumer.as_ref().map_or_else(String::new, |consumer| format!(" by `{}`", consumer.name));
            Explanation::new(Verdict::Acknowledged, format!("acknowledged at {at}{by}"), "nothing: it is done")
        }
        What::Buried | What::Redriven => return Some(moved(scene, end, &at, &reason)),
        What::Expired => Explanation::new(
            Verdict::Expired,
            format!("expired at {at} before anybody was done with it"),
            "give messages a longer expiry or the queue a longer retention, or add consumers",
        ),
        What::Dropped => Explanation::new(
            Verdict::Removed,
            format!("dropped at {at}{reason}: there was no place for it"),
            "give the queue a dead-letter queue, or a higher limit on its length",
        ),
        What::Removed => {
            Explanation::new(Verdict::Removed, format!("removed at {at}{reason}"), "GET /v1/audit says who did it")
        }
        What::Published | What::Delivered | What::Released | What::Failed | What::LeaseExpired | What::Rejected => {
            return None;
        }
    };
    Some(explanation.with(details))
}

fn moved(scene: &Scene<'_>, end: &Moment, at: &str, reason: &str) -> Explanation {
    let to = end.to.map(|id| (scene.place)(id));
    let whither = match &to {
        Some(Place { queue: Some(queue), id }) => format!(" to `{queue}` as {id}"),
        Some(Place { queue: None, id }) => format!(" as {id} to a queue that was deleted since"),
        None => String::new(),
    };
    let why = match (end.what, reason) {
        (What::Redriven, _) => ", redriven".to_owned(),
        (_, "") => ", because it could not be processed".to_owned(),
        (_, reason) => reason.to_owned(),
    };
    let next = match &to {
        Some(Place { id, .. }) => format!("ask about {id}"),
        None => "look for it in the dead-letter queue".to_owned(),
    };
    let details = Details { moved_to: to, queue: scene.queue.map(str::to_owned), ..Details::default() };
    Explanation::new(Verdict::Moved, format!("moved{whither} at {at}{why}"), next).with(details)
}

/// No history tells of the move, but the message lies in a dead-letter queue and says itself where it was.
fn moved_by_itself(scene: &Scene<'_>) -> Explanation {
    let Some((place, message)) = scene.moved else { return not_known(scene) };
    let queue = place.queue.as_deref().unwrap_or_default();
    let why = message.facts.origin.as_deref().map_or_else(String::new, |origin| {
        format!(" at {} because {}", moment(origin.buried_ms, scene.now_ms), in_words(origin))
    });
    let text = format!("moved to `{queue}` as {}{why}", place.id);
    let details =
        Details { moved_to: Some(place.clone()), queue: scene.queue.map(str::to_owned), ..Details::default() };
    Explanation::new(Verdict::Moved, text, format!("ask about {}", place.id)).with(details)
}

fn no_such_queue() -> Explanation {
    Explanation::new(
        Verdict::NoSuchQueue,
        "the queue of this message does not exist (any more), and its history says nothing of the message",
        "a queue that is deleted takes its messages with it; one made again under its name is another queue",
    )
}

fn not_known(scene: &Scene<'_>) -> Explanation {
    let text = match scene.life.known_from_ms {
        Some(from_ms) => {
            let from = moment(from_ms, scene.now_ms);
            format!("it is not in its queue; what happened before {from} is not known, and since then nothing did")
        }
        None => "it is not in its queue; no history is kept, so what became of it is not known".to_owned(),
    };
    let next = "check the id; a longer history (`history = SIZE` in the configuration) reaches further back";
    let details = Details {
        queue: scene.queue.map(str::to_owned),
        known_from_ms: scene.life.known_from_ms,
        ..Details::default()
    };
    Explanation::new(Verdict::NotKnown, text, next).with(details)
}
