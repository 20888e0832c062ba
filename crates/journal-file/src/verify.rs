//! Verifying a store that is not open: every checksum, every file that the manifest names, and which messages can be read.
//!
//! What it is not: the judgement which messages live, which is the engine's: it is shown what can be read through
//! [`journal::Replay`], twice. `strict` sees what a start would show it, and says no where a start would; `lenient` sees
//! everything that can be read, over every hole. Invariant: nothing is changed.

use crate::config::Config;
use crate::error::OpenError;
use crate::examine::{self, Finding, Folder, Log};
use crate::io::Io;
use crate::manifest::{Manifest, SegmentEntry};
use crate::names;
use crate::recovery::{self, Frame, RecoveryReport};
use journal::message_codec::{self, MessageBatch};
use journal::record::{ENGINE_KIND_MIN, KIND_MESSAGES, Record, Records};
use journal::{Replay, ReplayRecord, SeqSet};
use std::collections::BTreeMap;
use std::sync::Arc;
use vocab::{Message, PartitionKey, Position, Seq};

/// Messages by partition.
pub type Held = BTreeMap<PartitionKey, SeqSet>;

/// How far it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct VerifyProgress {
    /// Bytes read.
    pub bytes_done: u64,
    /// Bytes in all.
    pub bytes: u64,
}

/// What was counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct VerifyFigures {
    /// Segments that could be opened.
    pub segments: u64,
    /// Frames of the log that count.
    pub frames: u64,
    /// Records in them.
    pub records: u64,
    /// Messages in them, living or not.
    pub log_messages: u64,
    /// Checkpoint files that the manifest names.
    pub checkpoints: u64,
    /// Pages of the checkpoint.
    pub pages: u64,
    /// Runs that the manifest names.
    pub runs: u64,
    /// Blocks in them that can be read.
    pub blocks: u64,
    /// Messages in them, living or not.
    pub run_messages: u64,
}

/// What a store is like.
#[derive(Debug)]
pub struct Verified {
    /// Everything that is not as it was written.
    pub findings: Vec<Finding>,
    /// What a start would say.
    pub recovery: Result<RecoveryReport, OpenError>,
    /// The log's end, where a start would cut what was never synced.
    pub torn: Option<Finding>,
    /// Names that the next start removes.
    pub left_over: Vec<String>,
    /// Messages in the log that can be read.
    pub log: Held,
    /// Messages in runs that can be read.
    pub runs: Held,
    /// What was counted.
    pub figures: VerifyFigures,
}

/// Verifies the store in `io`, called `shown` in errors.
///
/// # Errors
/// There is no store, none that this version can read, or no readable manifest.
pub fn verify(
    io: &dyn Io,
    shown: &str,
    strict: &mut dyn Replay,
    lenient: &mut dyn Replay,
    progress: &mut dyn FnMut(VerifyProgress),
) -> Result<Verified, OpenError> {
    let config = Config::default();
    let folder = Folder::read(io, shown)?;
    let manifest = &folder.manifest;
    let log_bytes: u64 = manifest.segments.iter().map(|entry| entry.bytes).sum();
    let run_bytes: u64 = manifest.runs.iter().map(|entry| entry.bytes).sum();
    let mut shown = VerifyProgress { bytes_done: 0, bytes: 2 * log_bytes + run_bytes };
    let mut told = |done: u64| {
        shown.bytes_done = done;
        progress(shown);
    };

    let recovery = recovery::recover(io, &config, manifest, strict, &mut |progress| told(progress.bytes_done));
    let mut reading = Reading::new(&folder, lenient);
    reading.checkpoints(io, manifest)?;
    let mut take = |entry: &SegmentEntry, frame: &Frame| reading.frame(entry.id, frame);
    let log = examine::walk_log(io, &config, manifest, &mut take, &mut |done| told(log_bytes + done))?;
    reading.runs(io, manifest, &mut |done| told(2 * log_bytes + done))?;
    Ok(reading.finish(&folder, log, recovery.map(|recovered| recovered.report)))
}

/// What was read so far.
struct Reading<'a> {
    lenient: &'a mut dyn Replay,
    covers: Position,
    findings: Vec<Finding>,
    log: Held,
    runs: Held,
    figures: VerifyFigures,
}

impl<'a> Reading<'a> {
    fn new(folder: &Folder, lenient: &'a mut dyn Replay) -> Self {
        let manifest = &folder.manifest;
        let figures = VerifyFigures {
            checkpoints: manifest.checkpoints.len() as u64,
            runs: manifest.runs.len() as u64,
            ..VerifyFigures::default()
        };
        let (log, runs) = (Held::new(), Held::new());
        Self { lenient, covers: Position::ZERO, findings: folder.findings(), log, runs, figures }
    }

    fn checkpoints(&mut self, io: &dyn Io, manifest: &Manifest) -> Result<(), OpenError> {
        let read = examine::read_checkpoints(io, manifest)?;
        self.findings.extend(read.findings);
        let Some(pages) = read.pages else { return Ok(()) };
        self.figures.pages = pages.len() as u64;
        match self.lenient.checkpoint(&mut pages.iter().map(|(key, content)| (*key, &content[..]))) {
            Ok(()) => self.covers = read.covers,
            Err(error) => self.findings.push(Finding::new("the checkpoint", None, error.to_string())),
        }
        Ok(())
    }

    fn frame(&mut self, segment: u32, frame: &Frame) {
        let mut records = 0;
        for record in Records::new(&frame.body) {
            let read = match record {
                Ok(record) => {
                    records += 1;
                    self.record(&record, frame)
                }
                Err(error) => Err(format!("a record is malformed ({error})")),
            };
            if let Err(what) = read {
                let at = frame.body_at - journal::frame::HEADER_BYTES as u64;
                self.findings.push(Finding::new(&names::segment(segment), at, what));
            }
        }
        self.figures.records += records;
        if records != u64::from(frame.header.records) {
            let at = frame.body_at - journal::frame::HEADER_BYTES as u64;
            let what = format!("the frame has {records} records and says {}", frame.header.records);
            self.findings.push(Finding::new(&names::segment(segment), at, what));
        }
    }

    fn record(&mut self, record: &Record<'_>, frame: &Frame) -> Result<(), String> {
        let covered = frame.header.position <= self.covers;
        let Record { kind, critical, queue, payload, .. } = *record;
        match kind {
            KIND_MESSAGES => self.messages(record, frame, covered),
            ENGINE_KIND_MIN.. if covered => Ok(()),
            ENGINE_KIND_MIN.. => {
                let shown = ReplayRecord::Engine { kind, critical, queue, payload };
                self.lenient.record(shown).map_err(|error| error.to_string())
            }
            unknown if critical => {
                Err(format!("a critical record of kind {unknown}, which this program does not know"))
            }
            _skipped => Ok(()),
        }
    }

    /// Shows every message whose checksum matches; neighbours are shown together.
    fn messages(&mut self, record: &Record<'_>, frame: &Frame, covered: bool) -> Result<(), String> {
        let batch = MessageBatch::parse(record.queue, record.payload).map_err(|error| error.to_string())?;
        let mut wrong = None;
        let mut together: Vec<Arc<Message>> = Vec::new();
        let mut next = batch.first;
        for entry in batch.entries() {
            let entry = entry.map_err(|error| error.to_string())?;
            let start = record.payload_at + entry.at;
            let bytes = frame.body.slice(start..start + entry.len);
            match message_codec::decode_entry(&bytes, batch.key, entry.seq) {
                Ok(message) => {
                    self.figures.log_messages += 1;
                    self.log.entry(batch.key).or_default().insert(entry.seq.0);
                    together.push(Arc::new(message));
                }
                Err(error) => {
                    self.show(batch.key, next, &mut together, covered)?;
                    wrong = Some(format!("message {} of queue {}: {error}", entry.seq, batch.key.queue));
                }
            }
            if together.is_empty() {
                next = entry.seq.next();
            }
        }
        self.show(batch.key, next, &mut together, covered)?;
        wrong.map_or(Ok(()), Err)
    }

    fn show(
        &mut self,
        key: PartitionKey,
        first: Seq,
        together: &mut Vec<Arc<Message>>,
        covered: bool,
    ) -> Result<(), String> {
        let messages = std::mem::take(together);
        if covered || messages.is_empty() {
            return Ok(());
        }
        self.lenient.record(ReplayRecord::Messages { key, first, messages }).map_err(|error| error.to_string())
    }

    fn runs(&mut self, io: &dyn Io, manifest: &Manifest, told: &mut dyn FnMut(u64)) -> Result<(), OpenError> {
        let mut done = 0;
        for entry in &manifest.runs {
            let mut of_run = Held::new();
            let examined = examine::examine_run(io, manifest.store_id, entry, &mut |block| {
                of_run.entry(block.key).or_default().extend(block.entries.iter().map(|(seq, _)| seq.0));
            })?;
            self.figures.blocks += examined.blocks;
            self.figures.run_messages += examined.messages;
            self.findings.extend(examined.findings);
            for (key, seqs) in of_run {
                let known = self.runs.entry(key).or_default();
                if known.max() >= seqs.min() && !known.is_empty() {
                    let what = format!("its messages of queue {} do not follow those of the run before", key.queue);
                    self.findings.push(Finding::new(&names::run(entry.number), None, what));
                }
                *known |= seqs;
            }
            done += entry.bytes;
            told(done);
        }
        Ok(())
    }

    fn finish(self, folder: &Folder, log: Log, recovery: Result<RecoveryReport, OpenError>) -> Verified {
        let mut findings = self.findings;
        findings.extend(log.findings);
        Verified {
            findings,
            recovery,
            torn: log.torn,
            left_over: folder.left_over().into_iter().map(str::to_owned).collect(),
            log: self.log,
            runs: self.runs,
            figures: VerifyFigures { segments: log.segments, frames: log.frames, ..self.figures },
        }
    }
}
