//! The end of a queue's log, followed: messages that came since the last look, and how many came that are not shown.
//!
//! What it is not: a delivery, nor a record of everything that came: what is done before a look is not there to be seen.
//!
//! Invariants: places are shown in order and never twice. One look shows at most [`SHOWN_PER_LOOK`]; what else came until then is passed
//! over and counted, so that following costs the same however much comes.

use broker::{Broker, Browse, BrowsedMessage, Error, NoSuchQueue, States};
use vocab::{QueueId, Seq};

/// Messages that one look shows at most.
pub(crate) const SHOWN_PER_LOOK: u32 = 200;

/// Where the next look begins.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tail {
    queue: QueueId,
    from: Seq,
    /// The place after the last one that was accounted for; `None` until there was one.
    accounted: Option<Seq>,
}

/// What one look found.
#[derive(Debug, Default)]
pub(crate) struct Came {
    /// In order of place.
    pub(crate) messages: Vec<BrowsedMessage>,
    /// Messages that came and are not shown: they were gone again, or too many.
    pub(crate) skipped: u64,
}

impl Tail {
    /// From the newest message that lives on.
    ///
    /// # Errors
    /// The queue does not exist.
    pub(crate) async fn begin(broker: &Broker, queue: QueueId) -> Result<Self, Error<NoSuchQueue>> {
        Ok(Self { queue, from: end(broker, queue, Seq(0)).await?, accounted: None })
    }

    /// What came since the last look.
    ///
    /// # Errors
    /// The queue does not exist any more.
    pub(crate) async fn look(&mut self, broker: &Broker) -> Result<Came, Error<NoSuchQueue>> {
        let wish = Browse { queue: self.queue, from: self.from, count: SHOWN_PER_LOOK, states: States::ALL };
        let page = broker.browse(wish).await?;
        let mut came = Came::default();
        for browsed in &page.messages {
            came.skipped += self.account_to(browsed.seen.seq);
            self.from = browsed.seen.seq.next();
            self.accounted = Some(self.from);
        }
        if let Some(rest) = page.next {
            self.from = end(broker, self.queue, rest).await?;
            came.skipped += self.account_to(self.from);
        }
        came.messages = page.messages;
        Ok(came)
    }

    /// How many places lie between the last one that was accounted for and `to`.
    fn account_to(&mut self, to: Seq) -> u64 {
        let passed = self.accounted.map_or(0, |accounted| to.0.saturating_sub(accounted.0));
        self.accounted = self.accounted.map(|accounted| accounted.max(to));
        passed
    }
}

/// The first place from `from` on after which no message lives. It is found by halving, without reading any content: the
/// log's end is beyond it by a look's reach at most.
async fn end(broker: &Broker, queue: QueueId, from: Seq) -> Result<Seq, Error<NoSuchQueue>> {
    let (mut low, mut step) = (from.0, 1_u64);
    while has_more(broker, queue, low.saturating_add(step)).await? {
        low = low.saturating_add(step);
        step = step.saturating_mul(2);
    }
    let mut high = low.saturating_add(step);
    // Beyond `high` there is nothing; whether there is something from `low` on is open where no step was made.
    while low < high {
        let middle = low + (high - low) / 2;
        if has_more(broker, queue, middle).await? { low = middle + 1 } else { high = middle }
    }
    Ok(Seq(high))
}

/// Whether a message lives at `from` or after it, or may.
async fn has_more(broker: &Broker, queue: QueueId, from: u64) -> Result<bool, Error<NoSuchQueue>> {
    let nothing_read = Browse { queue, from: Seq(from), count: 0, states: States::ALL };
    Ok(broker.browse(nothing_read).await?.next.is_some())
}
