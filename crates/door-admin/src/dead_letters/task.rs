//! Moves the messages that a filter means out of a queue, in this process.
//!
//! ```text
//!   count: walk the queue, find what is meant and where it ends today
//!   canary_1:  move 1,  wait until it was acknowledged ── failed, or too late ──→ stopped
//!   canary_10: move 10, wait until they were           ── failed, or too late ──→ stopped
//!   rest: move the others, a batch at a time
//! ```
//!
//! What it is not: durable. After a restart the task is gone, and what it had not moved is still in its queue. Each batch is one
//! commit of the broker's: nothing is lost, nothing is doubled, whenever it ends.
//!
//! Invariants: batches go one after the other, in order of place, so that a lane keeps its order; a message is looked at once; what
//! came to the queue after the task began is not its business.

use crate::dead_letters::canary::{Fate, Verdict, judge};
use crate::dead_letters::fate::fate_of;
use crate::dead_letters::filter::Filter;
use crate::dead_letters::progress::{End, Progress};
use crate::dead_letters::redrive::Stage;
use crate::messages::walk::{Budget, walk};
use broker::{Broker, BrowsedMessage, MoveMessages};
use door::Shutdown;
use door::timeout::pause;
use std::collections::VecDeque;
use std::num::NonZeroU32;
use std::ops::ControlFlow;
use std::time::Duration;
use vocab::limits::{MOVE_BATCH_BYTES, MOVE_BATCH_COUNT};
use vocab::{MessageId, QueueId, Seq};

/// A rate is kept by batches of a tenth of a second's messages.
const BATCHES_PER_SECOND: u32 = 10;

/// How often a canary is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// What is to be moved.
#[derive(Clone)]
pub(crate) struct Work {
    pub(crate) broker: Broker,
    pub(crate) source: QueueId,
    /// One queue for all; `None` for the queue that each was buried from.
    pub(crate) target: Option<QueueId>,
    pub(crate) filter: Filter,
    pub(crate) per_second: Option<NonZeroU32>,
    /// How long each stage of a canary may take, in milliseconds; `None` for no canary.
    pub(crate) canary_wait_ms: Option<u64>,
}

/// One task at work.
struct Mover<'a> {
    work: &'a Work,
    progress: &'a Progress,
    shutdown: &'a Shutdown,
    /// Everything below was looked at.
    at: Seq,
    /// Of that, what is to be moved next.
    ahead: VecDeque<Seq>,
    /// The first place that is not its business.
    end: Seq,
}

/// Does the work, and says in `progress` how far it is and how it ended.
pub(crate) async fn run(work: &Work, progress: &Progress, shutdown: &Shutdown) {
    let mut mover = Mover { work, progress, shutdown, at: Seq(0), ahead: VecDeque::new(), end: Seq(0) };
    let end = mover.move_all().await.err().unwrap_or(End::Done);
    progress.end(end, work.broker.log_ms());
}

impl Mover<'_> {
    async fn move_all(&mut self) -> Result<(), End> {
        self.count().await?;
        if let Some(wait_ms_max) = self.work.canary_wait_ms {
            for (stage, tries) in [(Stage::Canary1, 1), (Stage::Canary10, 10)] {
                self.progress.change(|redrive| redrive.stage = Some(stage));
                let tried = self.try_some(tries).await?;
                self.await_fates(tried, wait_ms_max).await?;
            }
            self.progress.change(|redrive| redrive.stage = Some(Stage::Rest));
        }
        while self.has_more() {
            self.move_batch(self.batch_count()).await?;
        }
        Ok(())
    }

    /// Finds how many messages are meant, and where they end.
    async fn count(&mut self) -> Result<(), End> {
        let Work { broker, source, filter, .. } = self.work;
        let (progress, mut end, mut found) = (self.progress, Seq(0), 0);
        let look = |browsed: &BrowsedMessage| {
            if filter.holds(browsed) {
                (end, found) = (browsed.seen.seq.next(), found + 1);
            }
            if progress.is_cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        walk(broker, filter.walk(*source, Seq(0), Budget::UNBOUNDED), look).await.map_err(failed)?;
        self.end = end;
        progress.change(|redrive| redrive.to_move = found);
        self.go_on()
    }

    /// Moves so many messages, fewer where no more are left; their ids where they are then.
    async fn try_some(&mut self, tries: usize) -> Result<Vec<MessageId>, End> {
        let mut tried = Vec::new();
        while tried.len() < tries && self.has_more() {
            tried.extend(self.move_batch(tries - tried.len()).await?);
        }
        Ok(tried)
    }

    /// Moves the next messages that are meant, at most so many, and waits as long as the rate asks for.
    async fn move_batch(&mut self, count: usize) -> Result<Vec<MessageId>, End> {
        self.go_on()?;
        let seqs = self.pick(count).await?;
        if seqs.is_empty() {
            return Ok(Vec::new());
        }
        let messages = seqs.into_iter().map(|seq| (seq, None)).collect();
        let wish = MoveMessages { source: self.work.source, messages, target: self.work.target };
        let verdicts = self.work.broker.move_messages(wish).await.map_err(failed)?;
        let (mut moved, mut kept, mut why) = (Vec::new(), 0, None);
        for verdict in verdicts {
            match verdict {
                Ok(id) => moved.push(id),
                Err(error) => (kept, why) = (kept + 1, Some(error.to_string())),
            }
        }
        self.progress.change(|redrive| {
            redrive.moved += moved.len() as u64;
            redrive.kept += kept;
            redrive.why = why.or(redrive.why.take());
        });
        self.pace(moved.len()).await?;
        Ok(moved)
    }

    /// The next messages that are meant, at most so many.
    async fn pick(&mut self, count: usize) -> Result<Vec<Seq>, End> {
        if self.ahead.is_empty() {
            self.look_ahead().await?;
        }
        Ok(self.ahead.drain(..count.min(self.ahead.len())).collect())
    }

    /// Finds the next messages that are meant: as many as a batch takes, so that a slow rate reads none twice.
    async fn look_ahead(&mut self) -> Result<(), End> {
        let Work { broker, source, filter, .. } = self.work;
        let (end, ahead, mut bytes) = (self.end, &mut self.ahead, 0);
        let look = |browsed: &BrowsedMessage| {
            let is_ours = browsed.seen.seq < end;
            if is_ours && filter.holds(browsed) {
                bytes += browsed.message.content_bytes();
                ahead.push_back(browsed.seen.seq);
            }
            let has_room = ahead.len() < MOVE_BATCH_COUNT && bytes < MOVE_BATCH_BYTES;
            if is_ours && has_room { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        };
        let walked = walk(broker, filter.walk(*source, self.at, Budget::UNBOUNDED), look).await.map_err(failed)?;
        self.at = walked.next.unwrap_or(end);
        Ok(())
    }

    /// Whether something may be left to move.
    fn has_more(&self) -> bool {
        !self.ahead.is_empty() || self.at < self.end
    }

    /// Waits until every one of these was acknowledged.
    async fn await_fates(&self, tried: Vec<MessageId>, wait_ms_max: u64) -> Result<(), End> {
        let broker = &self.work.broker;
        let began_ms = broker.log_ms();
        let mut fates: Vec<_> = tried.iter().map(|id| (id.to_string(), Fate::Open)).collect();
        loop {
            for (id, (_, fate)) in tried.iter().zip(&mut fates).filter(|(_, (_, fate))| *fate == Fate::Open) {
                *fate = fate_of(broker, *id).await.map_err(failed)?;
            }
            match judge(&fates, broker.log_ms().saturating_sub(began_ms), wait_ms_max) {
                Verdict::GoOn => return Ok(()),
                Verdict::Wait => self.wait(LOOK_EVERY).await?,
                Verdict::Stop { failed_again, why } => {
                    self.progress.change(|redrive| redrive.failed_again = failed_again);
                    return Err(End::Stopped(why));
                }
            }
        }
    }

    fn batch_count(&self) -> usize {
        let by_rate = self.work.per_second.map(|rate| (rate.get() / BATCHES_PER_SECOND).max(1) as usize);
        by_rate.map_or(MOVE_BATCH_COUNT, |count| count.min(MOVE_BATCH_COUNT))
    }

    /// Lets as much time pass as so many messages take.
    async fn pace(&self, moved: usize) -> Result<(), End> {
        let Some(rate) = self.work.per_second else { return Ok(()) };
        let ms = moved as u64 * 1000 / u64::from(rate.get());
        self.wait(Duration::from_millis(ms)).await
    }

    async fn wait(&self, duration: Duration) -> Result<(), End> {
        tokio::select! {
            () = pause(duration) => {}
            () = self.progress.cancelled() => {}
            () = self.shutdown.stopping() => {}
        }
        self.go_on()
    }

    /// Whether nobody asked to stop.
    fn go_on(&self) -> Result<(), End> {
        if self.progress.is_cancelled() {
            return Err(End::Cancelled);
        }
        if self.shutdown.is_stopping() {
            return Err(End::Stopped("the server stopped; what was not moved is still in its queue".to_owned()));
        }
        Ok(())
    }
}

fn failed(error: impl std::fmt::Display) -> End {
    End::Failed(error.to_string())
}
