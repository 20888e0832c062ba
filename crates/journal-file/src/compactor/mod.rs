//! The compactor: sorts what lives in an old segment into a run, and rewrites runs that are mostly dead.
//!
//! ```text
//!  segment --flush--> run --rewrite, with its neighbours--> run of the next generation --> .. --> gone
//! ```
//!
//! Thread-free like writer and preparer: [`Compactor::step`] does one piece. What it is not: the decision what to do, which is
//! the front's ([`crate::planner`]).
//!
//! Invariants: a run is whole, named and durable before one manifest both names it and drops what it stands for, so that
//! every message is in exactly one place that counts; a source's file goes only after that; a full disk starts the job
//! again later; a run that cannot be read is left as it is; any other failure poisons.

mod flush;
mod rewrite;

pub(crate) use flush::FlushJob;
pub(crate) use rewrite::{RewriteJob, Source};

use crate::atomic_file::PublishError;
use crate::error::is_full;
use crate::manifest::{Manifest, RunEntry};
use crate::names;
use crate::run::{RunFile, RunHeader, RunWriter, Section};
use crate::shared::{Shared, Step};
use flush::Flush;
use rewrite::Rewrite;
use std::io;
use std::sync::Arc;
use vocab::clock::Clock;

/// Rewriting rests so many times as long as it worked: it may take a third of the disk.
const RESTS_PER_WORK: u64 = 2;

/// What the front asks for. One at a time.
#[derive(Debug)]
pub(crate) enum Job {
    Flush(FlushJob),
    Rewrite(RewriteJob),
}

/// What came of a job. The manifest says so already.
#[derive(Debug)]
pub(crate) enum Outcome {
    Flushed {
        segment: u32,
        run: NewRun,
    },
    Rewritten {
        replaced: Vec<u32>,
        run: Option<NewRun>,
    },
    /// A run among those to be rewritten cannot be read. Nothing has changed.
    Abandoned {
        unreadable: u32,
    },
}

/// A run that was just made.
pub(crate) type NewRun = (Arc<RunFile>, Vec<Section>);

/// Works on one job at a time.
pub struct Compactor {
    shared: Arc<Shared>,
    clock: Arc<dyn Clock>,
    work: Option<Work>,
    /// Nothing is done before.
    rest_until_us: Option<u64>,
}

enum Work {
    Flush(Flush),
    Rewrite(Rewrite),
    /// The run is there and does not count yet.
    Publish(Finished),
}

/// A job but for its manifest.
struct Finished {
    entry: Option<RunEntry>,
    outcome: Outcome,
}

/// Why a piece of work could not be done.
pub(crate) enum Failure {
    /// Not yet.
    Full,
    /// A run cannot be read. What is readable in it stays so, and dying for it would help nobody.
    Unreadable {
        run: u32,
        reason: String,
    },
    Failed(String),
}

impl Compactor {
    pub(crate) fn new(shared: Arc<Shared>, clock: Arc<dyn Clock>) -> Self {
        Self { shared, clock, work: None, rest_until_us: None }
    }

    /// Does the next thing that is due at `now_us` (the clock's monotonic time).
    pub fn step(&mut self, now_us: u64) -> Step {
        if self.shared.poisoned().is_some() {
            return Step::Idle { wake_at_us: None };
        }
        if let Some(until_us) = self.rest_until_us.filter(|until_us| *until_us > now_us) {
            return Step::Idle { wake_at_us: Some(until_us) };
        }
        self.rest_until_us = None;
        match self.work.take() {
            None => self.begin(),
            Some(Work::Flush(flush)) => self.flush(flush, now_us),
            Some(Work::Rewrite(rewrite)) => self.rewrite(rewrite, now_us),
            Some(Work::Publish(finished)) => self.publish(finished, now_us),
        }
    }

    fn begin(&mut self) -> Step {
        let Some(job) = self.shared.state().job.take() else { return Step::Idle { wake_at_us: None } };
        self.work = Some(match job {
            Job::Flush(job) => Work::Flush(Flush::new(job)),
            Job::Rewrite(job) => Work::Rewrite(Rewrite::new(job)),
        });
        Step::Worked
    }

    fn flush(&mut self, mut flush: Flush, now_us: u64) -> Step {
        let header = self.next_run(0);
        match flush.step(&self.shared, &header) {
            Ok(Some((segment, run))) => self.finished(Outcome::Flushed { segment, run }),
            Ok(None) => {
                self.work = Some(Work::Flush(flush));
                Step::Worked
            }
            Err(failure) => {
                let again = Work::Flush(flush.again());
                self.put_off(again, failure, now_us)
            }
        }
    }

    fn rewrite(&mut self, mut rewrite: Rewrite, now_us: u64) -> Step {
        let header = self.next_run(rewrite.generation());
        match rewrite.step(&self.shared, &header) {
            Ok(Some((replaced, run))) => self.finished(Outcome::Rewritten { replaced, run }),
            Ok(None) => {
                self.work = Some(Work::Rewrite(rewrite));
                let worked_us = self.clock.mono_us().saturating_sub(now_us);
                self.rest_until_us = Some(now_us + worked_us * (1 + RESTS_PER_WORK));
                Step::Worked
            }
            Err(failure) => {
                let again = Work::Rewrite(rewrite.again());
                self.put_off(again, failure, now_us)
            }
        }
    }

    fn next_run(&self, generation: u8) -> RunHeader {
        self.shared.manifest(|manifest| RunHeader {
            store_id: manifest.store_id,
            number: manifest.next_run,
            generation,
        })
    }

    fn finished(&mut self, outcome: Outcome) -> Step {
        let run = match &outcome {
            Outcome::Flushed { run, .. } => Some(run),
            Outcome::Rewritten { run, .. } => run.as_ref(),
            Outcome::Abandoned { .. } => None,
        };
        let entry =
            run.map(|(file, _)| RunEntry { number: file.number, generation: file.generation, bytes: file.bytes });
        self.work = Some(Work::Publish(Finished { entry, outcome }));
        Step::Worked
    }

    /// The run counts from here on, and what it stands for no more.
    fn publish(&mut self, finished: Finished, now_us: u64) -> Step {
        let published = self.shared.publish(|manifest| change(manifest, &finished));
        match published {
            Ok(()) => {}
            Err(PublishError::Full { .. }) => return self.put_off(Work::Publish(finished), Failure::Full, now_us),
            Err(error @ PublishError::Io { .. }) => {
                return self.put_off(Work::Publish(finished), Failure::Failed(error.to_string()), now_us);
            }
        }
        if let Outcome::Rewritten { replaced, .. } = &finished.outcome
            && let Err(error) = self.remove(replaced)
        {
            self.shared.poison(&error);
            return Step::Worked;
        }
        self.set_failing(false);
        self.tell(finished.outcome);
        Step::Worked
    }

    fn tell(&self, outcome: Outcome) {
        self.shared.state().outcomes.push_back(outcome);
        self.shared.progress();
    }

    fn remove(&self, runs: &[u32]) -> Result<(), String> {
        let io = &*self.shared.io;
        for number in runs {
            let name = names::run(*number);
            io.remove(&name).map_err(|error| format!("{name}: {error}"))?;
        }
        names::sync(io).map_err(|error| format!("the data folder: {error}"))
    }

    fn set_failing(&self, failing: bool) {
        let changed = std::mem::replace(&mut self.shared.state().runs_fail, failing) != failing;
        if changed {
            self.shared.progress();
        }
    }

    fn put_off(&mut self, work: Work, failure: Failure, now_us: u64) -> Step {
        match failure {
            Failure::Full => {
                self.work = Some(work);
                self.set_failing(true);
                let until_us = now_us + self.shared.config.retry_ms * 1000;
                self.rest_until_us = Some(until_us);
                Step::Idle { wake_at_us: Some(until_us) }
            }
            Failure::Unreadable { run, reason } => {
                tracing::error!(reason, "a run cannot be read and is left as it is");
                self.tell(Outcome::Abandoned { unreadable: run });
                Step::Worked
            }
            Failure::Failed(reason) => {
                self.shared.poison(&reason);
                Step::Worked
            }
        }
    }
}

fn change(manifest: &mut Manifest, finished: &Finished) {
    let at = match &finished.outcome {
        Outcome::Flushed { segment, .. } => {
            manifest.segments.retain(|entry| entry.id != *segment);
            manifest.runs.len()
        }
        Outcome::Rewritten { replaced, .. } => {
            let at = manifest.runs.iter().position(|entry| replaced.contains(&entry.number));
            manifest.runs.retain(|entry| !replaced.contains(&entry.number));
            at.expect("a run that is rewritten is in the manifest")
        }
        Outcome::Abandoned { .. } => unreachable!("what was abandoned is told without a manifest"),
    };
    if let Some(entry) = finished.entry {
        manifest.runs.insert(at, entry);
        manifest.next_run = entry.number + 1;
    }
}

impl Failure {
    /// Of an operation on the file called `name`.
    fn io(name: &str) -> impl FnOnce(io::Error) -> Self {
        let name = name.to_owned();
        move |error| if is_full(&error) { Self::Full } else { Self::Failed(format!("{name}: {error}")) }
    }
}

/// Ends a run's file and opens it for reading.
fn finish(shared: &Shared, header: &RunHeader, writer: RunWriter) -> Result<NewRun, Failure> {
    let name = names::run(header.number);
    let io = &*shared.io;
    let (sections, bytes) = writer.finish(io).map_err(Failure::io(&name))?;
    let file = io.open(&name, crate::io::Mode::Read).map_err(Failure::io(&name))?;
    let file = RunFile { number: header.number, generation: header.generation, bytes, file };
    Ok((Arc::new(file), sections))
}

/// Removes what a job that a full disk cut short has written.
fn abandon(shared: &Shared, header: &RunHeader) {
    // Best effort: a leftover is replaced by the next attempt or removed at the next start.
    let _ = shared.io.remove(&names::temporary(&names::run(header.number)));
}
