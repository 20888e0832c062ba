//! The front's side of compaction: when the log is over its window, what moves, and where it is found from then on.
//!
//! What it is not: the choice of runs to rewrite ([`crate::planner`]) and the work ([`crate::compactor`]).
//! Invariant: a message is in the index or in a run, never in both and never in neither.

use super::FileJournal;
use crate::compactor::{FlushJob, Job, Outcome};
use crate::config::Config;
use crate::retirement::Segments;
use crate::run::{RunFile, Section};
use std::collections::BTreeMap;
use std::sync::Arc;

/// So many windows of messages may wait in the log before new ones are held back.
const WINDOWS_MAX: u64 = 4;

impl FileJournal {
    /// Takes in what the compactor did, and gives it the next thing to do.
    pub(super) fn compact(&mut self, outcomes: Vec<Outcome>) {
        for outcome in outcomes {
            self.planner.end();
            match outcome {
                Outcome::Flushed { segment, run: (file, sections) } => self.move_segment(segment, file, sections),
                Outcome::Rewritten { replaced, run } => self.runs.replace(&replaced, run),
                Outcome::Abandoned { unreadable } => self.runs.set_unreadable(unreadable),
            }
        }
        let pressed = self.shared.state().space_low;
        self.runs.set_pressed(pressed);
        if !self.planner.is_free() {
            return;
        }
        let Self { index, segments, runs, planner, shared, .. } = self;
        let flush = segments.oldest_movable(self.covered).filter(|_| is_over_window(segments, &shared.config));
        let flush = flush.map(|segment| {
            let messages = index.of_segment(segment.id);
            Job::Flush(FlushJob { segment: Arc::clone(segment), messages })
        });
        let job = flush.or_else(|| planner.rewrite(runs, &shared.config, self.durable).map(Job::Rewrite));
        if let Some(job) = job {
            planner.begin(matches!(job, Job::Flush(_)));
            shared.state().job = Some(job);
            shared.wake_compactor();
        }
    }

    /// The living messages of a segment are in a run: they are found there from here on, and the segment goes.
    fn move_segment(&mut self, segment: u32, file: Arc<RunFile>, sections: Vec<Section>) {
        let mut living = BTreeMap::new();
        self.index.leave_segment(segment, |key, live| {
            living.insert(key, live);
        });
        let live: Vec<u64> = sections.iter().map(|section| living.get(&section.key).copied().unwrap_or(0)).collect();
        self.runs.push(file, sections, &live);
        self.shared.state().retired.extend(self.segments.take(segment));
        self.shared.wake_preparer();
    }

    /// More waits to be covered or sorted than a restart, or memory, should have to bear, and somebody is at it: new
    /// commits have to wait. Not on a full disk: there, what frees space must go on.
    pub(super) fn is_overburdened(&self) -> bool {
        let config = &self.shared.config;
        let uncovered = self.uncovered_bytes > config.uncovered_bytes_max;
        let unsorted = self.segments.live() > WINDOWS_MAX * config.window_messages_max && self.planner.is_flushing();
        if !uncovered && !unsorted {
            return false;
        }
        let state = self.shared.state();
        let covering = state.checkpoint_busy && !state.checkpoints_fail;
        (uncovered && covering) || (unsorted && !state.runs_fail)
    }
}

/// Whether the log holds more than it should.
fn is_over_window(segments: &Segments, config: &Config) -> bool {
    segments.live() > config.window_messages_max || segments.bytes_behind() > config.window_bytes_max
}
