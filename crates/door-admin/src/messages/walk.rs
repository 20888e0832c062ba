//! Going through a queue's live messages, without leasing them.
//!
//! Invariants: in order of place; one page of content is in memory at a time, and between two pages every other command has its turn;
//! a walk with a budget ends within it and says where to go on.

use broker::{Broker, Browse, Browsed, BrowsedMessage, Error, NoSuchQueue, States};
use std::ops::ControlFlow;
use vocab::{QueueId, Seq};

/// Messages asked for at a time: enough that the way to the shard costs each little, few enough that nobody waits for them.
const PAGE_COUNT: u32 = 500;

/// What a walk goes through.
#[derive(Clone, Debug)]
pub(crate) struct Walk {
    /// Which queue.
    pub(crate) queue: QueueId,
    /// From this place on.
    pub(crate) from: Seq,
    /// Messages in these states.
    pub(crate) states: States,
    /// The only places to look at, in order; `None` for all.
    pub(crate) places: Option<Vec<Seq>>,
    /// How far at most.
    pub(crate) budget: Budget,
}

/// How much work a walk may be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Budget {
    /// Messages looked at; the last page may go beyond.
    pub(crate) messages_max: u64,
    /// Milliseconds of log time.
    pub(crate) ms_max: u64,
}

/// How far a walk came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Walked {
    /// Messages looked at.
    pub(crate) scanned: u64,
    /// Messages that could not be read.
    pub(crate) unreadable: u64,
    /// Where to go on; `None` at the end of the queue.
    pub(crate) next: Option<Seq>,
}

impl Budget {
    /// To the end, however long it takes.
    pub(crate) const UNBOUNDED: Self = Self { messages_max: u64::MAX, ms_max: u64::MAX };

    /// What one request may cost that looks for something.
    pub(crate) const OF_A_SEARCH: Self = Self { messages_max: 20_000, ms_max: 1_000 };
}

impl Walk {
    /// Through every message of a queue.
    pub(crate) fn through(queue: QueueId, budget: Budget) -> Self {
        Self { queue, from: Seq(0), states: States::ALL, places: None, budget }
    }
}

/// Shows each message to `look` until it has seen enough.
///
/// # Errors
/// The queue does not exist.
pub(crate) async fn walk(
    broker: &Broker,
    walk: Walk,
    mut look: impl FnMut(&BrowsedMessage) -> ControlFlow<()>,
) -> Result<Walked, Error<NoSuchQueue>> {
    let mut walked = Walked::default();
    match &walk.places {
        Some(places) => {
            for place in places.iter().filter(|place| **place >= walk.from) {
                let mut page = broker.browse(walk.look_at(*place, 1)).await?;
                page.messages.retain(|browsed| browsed.seen.seq == *place);
                if walked.show(&page, &mut look).is_break() {
                    return Ok(walked);
                }
            }
            walked.next = None;
        }
        None => walk_along(broker, &walk, &mut walked, &mut look).await?,
    }
    Ok(walked)
}

async fn walk_along(
    broker: &Broker,
    walk: &Walk,
    walked: &mut Walked,
    look: &mut impl FnMut(&BrowsedMessage) -> ControlFlow<()>,
) -> Result<(), Error<NoSuchQueue>> {
    let (mut from, mut began_ms) = (walk.from, None);
    loop {
        let page = broker.browse(walk.look_at(from, PAGE_COUNT)).await?;
        if walked.show(&page, look).is_break() {
            return Ok(());
        }
        walked.next = page.next;
        let Some(next) = page.next else { return Ok(()) };
        // The log's time stands still in a shard that has nothing to do, so it counts from the first answer.
        let now_ms = broker.log_ms();
        let spent_ms = now_ms.saturating_sub(*began_ms.get_or_insert(now_ms));
        if walked.scanned >= walk.budget.messages_max || spent_ms >= walk.budget.ms_max {
            return Ok(());
        }
        from = next;
    }
}

impl Walk {
    fn look_at(&self, from: Seq, count: u32) -> Browse {
        Browse { queue: self.queue, from, count, states: self.states }
    }
}

impl Walked {
    fn show(&mut self, page: &Browsed, look: &mut impl FnMut(&BrowsedMessage) -> ControlFlow<()>) -> ControlFlow<()> {
        self.unreadable += u64::from(page.unreadable);
        for browsed in &page.messages {
            self.scanned += 1;
            self.next = Some(browsed.seen.seq.next());
            look(browsed)?;
        }
        ControlFlow::Continue(())
    }
}
