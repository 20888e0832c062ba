//! `longshore verify`: is everything in this folder as it was written, and is every living message there?
//!
//! What it is not: a repair. Invariant: nothing in the folder is changed.

use super::output::{print, ranges_json, shown};
use super::progress::Progress;
use super::{CANNOT, ToolError};
use crate::cli::VerifyArgs;
use crate::operate::counted;
use engine::driver::{Audit, AuditedPartition, Recovering};
use journal_file::{OpenError, ReadOnlyDisk, Verified};
use serde_json::{Value, json};
use std::fmt::Write;

const HEALTHY: u8 = 0;
const DAMAGED: u8 = 1;

/// Verifies a folder and says what is wrong with it.
pub(crate) fn run(arguments: &VerifyArgs) -> Result<u8, ToolError> {
    let shown = arguments.folder.display().to_string();
    let disk = ReadOnlyDisk::open(&arguments.folder)?;
    let (mut strict, mut lenient) = (Recovering::default(), Recovering::over_holes());
    let bar = Progress::of_bytes("verifying");
    let verified = journal_file::verify(&*disk, &shown, &mut strict, &mut lenient, &mut |progress| {
        bar.show(progress.bytes_done, progress.bytes);
    })?;
    drop(bar);
    let told = if verified.recovery.is_ok() { strict } else { lenient };
    let verdict = Verdict { audit: told.audit(&verified.log, &verified.runs), verified };
    print(&if arguments.json { verdict.to_json().to_string() } else { verdict.to_text() })?;
    Ok(verdict.exit_code())
}

/// Everything that is known of a store.
struct Verdict {
    verified: Verified,
    audit: Audit,
}

impl Verdict {
    fn exit_code(&self) -> u8 {
        match &self.verified.recovery {
            Err(OpenError::UnknownVersion { .. }) => CANNOT,
            _ if self.is_healthy() => HEALTHY,
            _ => DAMAGED,
        }
    }

    fn is_healthy(&self) -> bool {
        let Verified { findings, recovery, .. } = &self.verified;
        let complete = self.lost().next().is_none() && self.audit.contradictions.is_empty();
        findings.is_empty() && recovery.is_ok() && complete
    }

    fn lost(&self) -> impl Iterator<Item = &AuditedPartition> {
        self.audit.partitions.iter().filter(|partition| !partition.lost.is_empty())
    }

    fn to_text(&self) -> String {
        let mut text = String::new();
        let Verified { findings, recovery, torn, left_over, .. } = &self.verified;
        let mut line = |line: String| {
            let _never_fails = writeln!(text, "{line}");
        };
        for finding in findings {
            let place = finding.at.map_or(String::new(), |at| format!(" at byte {at}"));
            line(format!("damaged: {}{place}: {}", finding.file, finding.what));
        }
        for contradiction in &self.audit.contradictions {
            line(format!("damaged: {contradiction}"));
        }
        for AuditedPartition { name, key, lost, .. } in self.lost() {
            let count = counted(lost.len(), "message");
            line(format!("lost: queue {name:?} (id {}), {count} at most: seqs {}", key.queue, shown(lost)));
        }
        if let Err(error) = recovery {
            line(format!("a start would say: {error}"));
        }
        if let Some(torn) = torn {
            let place = torn.at.map_or(String::new(), |at| format!(" at byte {at}"));
            let what = "a start cuts it there, and nobody had been told that it was stored";
            line(format!("unfinished: {}{place}: {}; {what}", torn.file, torn.what));
        }
        for name in left_over {
            line(format!("left over: {name}; the next start removes it"));
        }
        text + &self.summary()
    }

    fn summary(&self) -> String {
        let figures = &self.verified.figures;
        let live: u64 = self.audit.partitions.iter().map(|partition| partition.live).sum();
        let verdict = if self.is_healthy() { "healthy" } else { "damaged" };
        format!(
            "{verdict}: {} with {}; {} with {}, {} and {}; {} with {} and {}; {} with {}",
            counted(self.audit.partitions.len() as u64, "queue"),
            counted(live, "live message"),
            counted(figures.segments, "segment"),
            counted(figures.frames, "frame"),
            counted(figures.records, "record"),
            counted(figures.log_messages, "message"),
            counted(figures.runs, "run"),
            counted(figures.blocks, "block"),
            counted(figures.run_messages, "message"),
            counted(figures.checkpoints, "checkpoint file"),
            counted(figures.pages, "page"),
        )
    }

    fn to_json(&self) -> Value {
        let Verified { findings, recovery, torn, left_over, figures, .. } = &self.verified;
        let finding = |finding: &journal_file::examine::Finding| json!({ "file": finding.file, "at": finding.at, "what": finding.what });
        let lost = |partition: &AuditedPartition| {
            json!({
                "queue": partition.name,
                "queue_id": partition.key.queue.0,
                "partition": partition.key.partition.0,
                "count_max": partition.lost.len(),
                "ranges": ranges_json(partition.key, &partition.lost),
            })
        };
        json!({
            "verdict": if self.is_healthy() { "healthy" } else { "damaged" },
            "findings": findings.iter().map(finding).collect::<Vec<_>>(),
            "contradictions": self.audit.contradictions,
            "lost": self.lost().map(lost).collect::<Vec<_>>(),
            "start_refused": recovery.as_ref().err().map(ToString::to_string),
            "unfinished": torn.as_ref().map(finding),
            "left_over": left_over,
            "queues": self.audit.partitions.len(),
            "live_messages": self.audit.partitions.iter().map(|partition| partition.live).sum::<u64>(),
            "segments": figures.segments,
            "frames": figures.frames,
            "records": figures.records,
            "log_messages": figures.log_messages,
            "runs": figures.runs,
            "blocks": figures.blocks,
            "run_messages": figures.run_messages,
            "checkpoint_files": figures.checkpoints,
            "checkpoint_pages": figures.pages,
        })
    }
}
