//! Rewriting: what still lives in neighbouring runs becomes one run; nothing at all if nothing lives.
//!
//! Sources and target are sorted alike, so this is a merge: partition by partition, and within one, source by source.
//!
//! Invariant: what counts as living was said by the engine, and is durable: a message that died since is copied, one that
//! lives is never left out.

use super::{Failure, NewRun, abandon, finish};
use crate::names;
use crate::run::{self, BlockError, RunFile, RunHeader, RunWriter, Section};
use crate::shared::Shared;
use journal::SeqSet;
use std::sync::Arc;
use vocab::PartitionKey;

/// Neighbouring runs, the one with the oldest messages first.
#[derive(Debug)]
pub(crate) struct RewriteJob {
    pub(crate) sources: Vec<Source>,
}

/// A run to be rewritten.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) file: Arc<RunFile>,
    pub(crate) sections: Arc<Vec<Section>>,
    /// What lives, of each section.
    pub(crate) live: Vec<SeqSet>,
}

/// The runs that are replaced, and the new one if anything lives.
pub(super) type Rewritten = (Vec<u32>, Option<NewRun>);

/// A rewrite under way.
pub(super) struct Rewrite {
    job: RewriteJob,
    /// Every section with something living: partition, source, section; in the target's order.
    order: Vec<(PartitionKey, usize, usize)>,
    /// The next block: of which section in `order`, which of its own.
    next: (usize, usize),
    writer: Option<RunWriter>,
}

impl Rewrite {
    pub(super) fn new(job: RewriteJob) -> Self {
        let mut order = Vec::new();
        for (at, source) in job.sources.iter().enumerate() {
            let living = source.sections.iter().zip(&source.live).enumerate().filter(|(_, (_, live))| !live.is_empty());
            order.extend(living.map(|(number, (section, _))| (section.key, at, number)));
        }
        order.sort_unstable();
        Self { job, order, next: (0, 0), writer: None }
    }

    /// The same from the beginning.
    pub(super) fn again(self) -> Self {
        Self::new(self.job)
    }

    /// Of the run that is being made.
    pub(super) fn generation(&self) -> u8 {
        self.job.sources.iter().map(|source| source.file.generation).max().unwrap_or(0).saturating_add(1)
    }

    /// Copies what lives in the next blocks; at the end says what came of it.
    pub(super) fn step(&mut self, shared: &Shared, header: &RunHeader) -> Result<Option<Rewritten>, Failure> {
        let stepped = self.try_step(shared, header);
        if matches!(stepped, Err(Failure::Full | Failure::Unreadable { .. })) {
            self.writer = None;
            abandon(shared, header);
        }
        stepped
    }

    fn try_step(&mut self, shared: &Shared, header: &RunHeader) -> Result<Option<Rewritten>, Failure> {
        let Some((_, at, number)) = self.order.get(self.next.0).copied() else {
            let run = self.writer.take().map(|writer| finish(shared, header, writer)).transpose()?;
            let replaced = self.job.sources.iter().map(|source| source.file.number).collect();
            return Ok(Some((replaced, run)));
        };
        let source = &self.job.sources[at];
        let (section, live) = (&source.sections[number], &source.live[number]);
        let Some((from, count)) = next_blocks(section, live, self.next.1, shared.config.read_ahead_bytes as u64) else {
            self.next = (self.next.0 + 1, 0);
            return Ok(None);
        };
        let name = names::run(header.number);
        let mut writer = match self.writer.take() {
            Some(writer) => writer,
            None => RunWriter::create(&*shared.io, header, &shared.config).map_err(Failure::io(&name))?,
        };
        let blocks = source.file.read_blocks(section, from, count).map_err(|error| unreadable(&source.file, &error))?;
        for block in &blocks {
            for entry in run::entries(block) {
                let (seq, entry) = entry.map_err(|error| unreadable(&source.file, &error))?;
                if live.contains(seq.0) {
                    writer.push(section.key, seq, &entry).map_err(Failure::io(&name))?;
                }
            }
        }
        self.writer = Some(writer);
        self.next.1 = from + count;
        Ok(None)
    }
}

/// The next blocks that hold anything living, from the `from`th on: the first of them, and how many to read at once.
fn next_blocks(section: &Section, live: &SeqSet, from: usize, bytes_max: u64) -> Option<(usize, usize)> {
    let lives = |at: usize| {
        let first = section.blocks[at].first.0;
        let last = section.blocks.get(at + 1).map_or(section.last.0, |next| next.first.0 - 1);
        live.range_cardinality(first..=last) > 0
    };
    let first = (from..section.blocks.len()).find(|at| lives(*at))?;
    let start = section.blocks[first].at;
    let wanted = |at: &usize| section.blocks[*at].at - start < bytes_max && lives(*at);
    Some((first, (first..section.blocks.len()).take_while(wanted).count().max(1)))
}

fn unreadable(file: &RunFile, error: &BlockError) -> Failure {
    Failure::Unreadable { run: file.number, reason: format!("{}: {error}", names::run(file.number)) }
}
