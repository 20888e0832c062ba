//! What the compactor does next: which segment is sorted into a run, which runs are rewritten.
//!
//! What it is not: the work ([`crate::compactor`]). Invariants: the compactor has one job at a time; a rewrite rests on the
//! engine's word about what lives, and is not begun before everything that word rests on is durable: what a crash could
//! bring back to life is never left out.

use crate::compactor::{RewriteJob, Source};
use crate::config::Config;
use crate::runs::{Run, Runs};
use journal::{Inquiry, SeqSet};
use vocab::Position;
use vocab::mutant::{self, Mutant};

/// So many small neighbours are worth joining.
const SMALL_NEIGHBOURS: usize = 4;

/// Where the plan stands.
#[derive(Debug, Default)]
pub(crate) struct Planner {
    /// The compactor has a job.
    busy: bool,
    /// That job sorts a segment.
    flushing: bool,
    /// Runs of which the engine was asked what lives.
    asked: Vec<u32>,
    /// What it said.
    told: Option<Told>,
}

/// The engine's word.
#[derive(Debug)]
struct Told {
    /// The newest record that it rests on.
    rests_on: Position,
    /// Of each run, what lives of each section.
    live: Vec<(u32, Vec<SeqSet>)>,
}

impl Planner {
    /// Whether the compactor can be given a job.
    pub(crate) fn is_free(&self) -> bool {
        !self.busy
    }

    /// Whether the compactor is sorting a segment.
    pub(crate) fn is_flushing(&self) -> bool {
        self.busy && self.flushing
    }

    /// The compactor was given a job.
    pub(crate) fn begin(&mut self, flushing: bool) {
        self.busy = true;
        self.flushing = flushing;
    }

    /// The compactor's job is done.
    pub(crate) fn end(&mut self) {
        self.busy = false;
    }

    /// What the engine has to be asked, if runs are worth rewriting.
    pub(crate) fn inquiry(&mut self, runs: &mut Runs, config: &Config) -> Option<Inquiry> {
        if self.busy || !self.asked.is_empty() || self.told.is_some() || !runs.take_changed() {
            return None;
        }
        let group = worth_rewriting(runs, config);
        let sections = group.iter().flat_map(|run| run.sections.iter());
        let ranges: Vec<_> = sections.map(|section| (section.key, section.first..=section.last)).collect();
        self.asked = group.iter().map(|run| run.file.number).collect();
        (!ranges.is_empty()).then_some(Inquiry { ranges })
    }

    /// The engine's answer, resting on the record at `position`.
    pub(crate) fn told(&mut self, runs: &mut Runs, live: Vec<SeqSet>, position: Position) {
        let mut live = live.into_iter();
        let mut told = Vec::new();
        for number in std::mem::take(&mut self.asked) {
            let Some(run) = runs.get(number) else { continue };
            let of_run: Vec<SeqSet> = live.by_ref().take(run.sections.len()).collect();
            let counts: Vec<u64> = of_run.iter().map(SeqSet::len).collect();
            debug_assert!(
                run.sections.iter().zip(&counts).all(|(section, live)| *live <= section.count),
                "what lives between a section's ends lies in it"
            );
            runs.correct(number, &counts);
            told.push((number, of_run));
        }
        self.told = Some(Told { rests_on: position, live: told });
    }

    /// The rewrite that may begin, given how far the log is durable.
    pub(crate) fn rewrite(&mut self, runs: &mut Runs, config: &Config, durable: Position) -> Option<RewriteJob> {
        if self.busy || self.told.as_ref().is_none_or(|told| told.is_premature(durable)) {
            return None;
        }
        let told = self.told.take()?.live;
        let group: Vec<&Run> = told.iter().filter_map(|(number, _)| runs.get(*number)).collect();
        if !is_worth(runs, &group, config) || group.iter().any(|run| run.unreadable && run.live > 0) {
            return None;
        }
        let source = |(number, live): (u32, Vec<SeqSet>)| {
            let run = runs.get(number)?;
            Some(Source { file: run.file.clone(), sections: run.sections.clone(), live })
        };
        Some(RewriteJob { sources: told.into_iter().filter_map(source).collect() })
    }
}

impl Told {
    /// Whether a crash could still undo what it rests on.
    fn is_premature(&self, durable: Position) -> bool {
        self.rests_on > durable && !mutant::active(Mutant::RewriteUndurable)
    }
}

/// The first neighbours that are worth it.
fn worth_rewriting<'a>(runs: &'a Runs, config: &Config) -> Vec<&'a Run> {
    let mut group: Vec<&Run> = Vec::new();
    let mut bytes = 0;
    for run in runs.iter() {
        let fits = bytes + living_bytes(run) <= config.run_bytes_max;
        if !(is_candidate(runs, run, config) && fits) {
            if is_worth(runs, &group, config) {
                return group;
            }
            group.clear();
            bytes = 0;
        }
        if is_candidate(runs, run, config) {
            bytes += living_bytes(run);
            group.push(run);
        }
    }
    if is_worth(runs, &group, config) { group } else { Vec::new() }
}

fn is_candidate(runs: &Runs, run: &Run, config: &Config) -> bool {
    (runs.is_sparse(run) || run.file.bytes < config.run_bytes_min) && (!run.unreadable || run.live == 0)
}

fn is_worth(runs: &Runs, group: &[&Run], config: &Config) -> bool {
    let small = group.iter().filter(|run| run.file.bytes < config.run_bytes_min).count();
    group.iter().any(|run| runs.is_sparse(run)) || small >= SMALL_NEIGHBOURS
}

fn living_bytes(run: &Run) -> u64 {
    let part = u128::from(run.file.bytes) * u128::from(run.live) / u128::from(run.count.max(1));
    u64::try_from(part).expect("a part of a size")
}
