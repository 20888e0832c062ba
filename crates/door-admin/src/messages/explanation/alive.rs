//! Explains messages that live, by where they stand.

use super::{Details, Explanation, Holder, Scene, Verdict};
use crate::messages::signature::Signature;
use crate::messages::standing::{Crowd, Held, Standing};
use crate::messages::when::{moment, span};

/// Why it is not delivered at this moment.
pub(super) fn explain(scene: &Scene<'_>, queue: &str, standing: &Standing) -> Explanation {
    let about = Details { queue: Some(queue.to_owned()), ..Details::default() };
    let until = |until_ms: u64| moment(until_ms, scene.now_ms);
    match standing {
        Standing::Ready { ahead, waiters } => Explanation::new(
            Verdict::Ready,
            format!("it is ready, and {waiters} receives wait: it is delivered {}", when_after(*ahead)),
            "ask again in a moment",
        )
        .with(Details { ahead: Some(*ahead), waiters: Some(*waiters), ..about }),
        Standing::Unasked { ahead, crowd } => unasked(queue, *ahead, *crowd, about),
        Standing::Delayed { until_ms } => Explanation::new(
            Verdict::Delayed,
            format!("it is delayed until {}", until(*until_ms)),
            "wait, or release it, which makes it ready at once",
        )
        .with(Details { until_ms: Some(*until_ms), ..about }),
        Standing::Leased(held) => leased(scene, held, about),
        Standing::LaneLeased(held) => lane_leased(scene, held, about),
        Standing::LaneWaits { by, until_ms } => {
            let waits = until_ms.map_or_else(
                || "is being moved to a dead-letter queue".to_owned(),
                |until_ms| format!("is delayed until {}", until(until_ms)),
            );
            let text = format!("its lane is held by message {by}, which comes before it and {waits}");
            Explanation::new(Verdict::LaneHeld, text, format!("see to message {by}: release it, or wait"))
                .with(Details { until_ms: *until_ms, ..about })
        }
        Standing::LaneUnknown => Explanation::new(
            Verdict::LaneUnknown,
            "so many messages are being worked on, or wait for their time, that what holds its lane was not found",
            "look through the leased messages of its lane",
        )
        .with(about),
        Standing::Paused => Explanation::new(
            Verdict::Paused,
            format!("`{queue}` is paused: nothing is delivered from it"),
            format!("resume `{queue}`"),
        )
        .with(about),
        Standing::BeingBuried => Explanation::new(
            Verdict::BeingBuried,
            "it is being moved to a dead-letter queue at this moment",
            "ask again in a moment",
        )
        .with(about),
        Standing::NoPlaceToBury { queue: named } => {
            let lack = named.as_ref().map_or_else(
                || "its router leads to no queue".to_owned(),
                |named| format!("its dead-letter queue `{named}` does not exist"),
            );
            let text = format!("it has reached its limit and is to be set aside, but {lack}: it is delivered again");
            let next = format!("make that queue, or change where `{queue}` sets messages aside");
            Explanation::new(Verdict::NoPlaceToBury, text, next).with(about)
        }
        Standing::TooManyLeases { max } => Explanation::new(
            Verdict::TooManyLeases,
            format!("it is ready, but {max} messages of `{queue}` are being worked on, which is as many as it allows"),
            "settle some, or raise the queue's `leases_max`",
        )
        .with(about),
    }
}

/// It is ready, and nobody asks: nobody is there, or whoever is has enough.
fn unasked(queue: &str, ahead: u64, crowd: Crowd, about: Details) -> Explanation {
    let Crowd { full, leases, others } = crowd;
    let about = Details { ahead: Some(ahead), waiters: Some(0), consumers: Some(full + others), ..about };
    if full > 0 {
        let text = format!(
            "it is ready, with {} before it; {full} consumers of `{queue}` hold {leases} messages, as many as they may",
            counted(ahead)
        );
        let next = "wait until they acknowledge some; raise their prefetch, or add consumers";
        return Explanation::new(Verdict::ConsumerPrefetchFull, text, next).with(about);
    }
    let who = match others {
        0 => format!("nobody waits for messages of `{queue}` at this moment"),
        others => format!("none of the {others} consumers of `{queue}` that are connected asks at this moment"),
    };
    let text = format!("it is ready, with {} before it, and {who}", counted(ahead));
    let next = "start a consumer, or see why yours does not ask";
    Explanation::new(Verdict::WaitingForConsumer, text, next).with(about)
}

fn counted(ahead: u64) -> String {
    match ahead {
        0 => "nothing".to_owned(),
        1 => "one message".to_owned(),
        more => format!("{more} messages"),
    }
}

/// In which turn it goes out.
fn when_after(ahead: u64) -> String {
    match ahead {
        0 => "at once".to_owned(),
        ahead => format!("after the {ahead} before it"),
    }
}

fn leased(scene: &Scene<'_>, held: &Held, about: Details) -> Explanation {
    let text = format!("it is being worked on{}", in_words(scene, held));
    let next = "wait; when its lease ends without an acknowledgement, it comes back";
    let holder = Some(Holder::of(scene, held));
    Explanation::new(Verdict::Leased, text, next).with(Details { until_ms: held.deadline_ms, holder, ..about })
}

fn lane_leased(scene: &Scene<'_>, held: &Held, about: Details) -> Explanation {
    let text = format!("its lane is held by message {}, which is being worked on{}", held.id, in_words(scene, held));
    let next = format!("wait until message {} was acknowledged, or its lease ended", held.id);
    let holder = Some(Holder::of(scene, held));
    Explanation::new(Verdict::LaneHeld, text, next).with(Details { until_ms: held.deadline_ms, holder, ..about })
}

/// By whom, since when, until when.
fn in_words(scene: &Scene<'_>, held: &Held) -> String {
    let by = scene.holder.and_then(Signature::in_words).map_or_else(String::new, |holder| format!(" by {holder}"));
    let since = span(scene.now_ms.saturating_sub(held.since_ms));
    match held.deadline_ms {
        Some(deadline_ms) => format!("{by} for {since}; its lease ends at {}", moment(deadline_ms, scene.now_ms)),
        None => format!("{by} for {since}; its lease lasts as long as the consumer's connection"),
    }
}

impl Holder {
    fn of(scene: &Scene<'_>, held: &Held) -> Self {
        Self {
            id: held.id.to_string(),
            consumer: scene.holder.cloned().and_then(Signature::in_short),
            peer: scene.holder.map(|holder| holder.peer.clone()).filter(|peer| !peer.is_empty()),
            since_ms: held.since_ms,
            deadline_ms: held.deadline_ms,
        }
    }
}
