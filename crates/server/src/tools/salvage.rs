//! `longshore salvage`: a fresh store with everything that a damaged one still holds.
//!
//! ```text
//!  1  the damaged folder is verified: what lives, what can be read, what is lost
//!  2  its messages are read once more, and those that live go to a fresh store in NEWDIR.part
//!  3  NEWDIR.part becomes NEWDIR
//! ```
//!
//! Invariant: the damaged folder is only read.

use super::ToolError;
use super::folders::NewFolder;
use super::open_store::OpenStore;
use super::output::{print, ranges_json, shown};
use super::progress::Progress;
use crate::cli::SalvageArgs;
use crate::operate::counted;
use engine::driver::{Audit, Recovering};
use journal::Journal;
use journal_file::{Disk, ReadOnlyDisk};
use serde_json::json;
use std::fmt::Write;
use std::path::Path;

const WHOLE: u8 = 0;
const LOST: u8 = 1;

/// A commit is written when it has so many bytes.
const COMMIT_BYTES: usize = 1024 * 1024;

/// Salvages a folder.
pub(crate) fn run(arguments: &SalvageArgs) -> Result<u8, ToolError> {
    let shown = arguments.folder.display().to_string();
    let disk = ReadOnlyDisk::open(&arguments.folder)?;
    let bar = Progress::of_bytes("reading");
    let (mut strict, mut lenient) = (Recovering::default(), Recovering::over_holes());
    let verified = journal_file::verify(&*disk, &shown, &mut strict, &mut lenient, &mut |progress| {
        bar.show(progress.bytes_done, progress.bytes);
    })?;
    drop(bar);
    let state = if verified.recovery.is_ok() { strict } else { lenient };
    let audit = state.audit(&verified.log, &verified.runs);
    let folder = NewFolder::create(&arguments.to)?;
    let taken = write(&disk, &shown, &state, &folder.part())?;
    folder.keep()?;
    let lost: u64 = audit.partitions.iter().map(|partition| partition.lost.len()).sum();
    print(&if arguments.json { to_json(&audit, taken) } else { to_text(&audit, taken, lost, &arguments.to) })?;
    Ok(if lost == 0 { WHOLE } else { LOST })
}

/// Writes the fresh store. Says how many messages it holds.
fn write(disk: &ReadOnlyDisk, shown: &str, state: &Recovering, folder: &Path) -> Result<u64, ToolError> {
    let bar = Progress::of_bytes("salvaging");
    let mut fresh = OpenStore::open(folder, Disk::open(folder)?, &mut Recovering::default())?;
    let mut salvage = state.salvage();
    salvage.begin(&fresh.opened.clone(), &mut fresh.journal);
    let (mut taken, mut failed) = (0, None);
    let mut take = |key, seq, message| {
        if failed.is_none() && salvage.take(&mut fresh.journal, key, seq, message) {
            taken += 1;
            if fresh.journal.open_bytes() >= COMMIT_BYTES {
                failed = fresh.commit().err();
            }
        }
    };
    journal_file::readable_messages(disk, shown, &mut take, &mut |progress| {
        bar.show(progress.bytes_done, progress.bytes);
    })?;
    if let Some(error) = failed {
        return Err(error);
    }
    salvage.finish(&mut fresh.journal);
    fresh.seal()?;
    Ok(taken)
}

fn to_text(audit: &Audit, taken: u64, lost: u64, to: &Path) -> String {
    let mut text = String::new();
    for partition in audit.partitions.iter().filter(|partition| !partition.lost.is_empty()) {
        let (name, count, seqs) = (&partition.name, counted(partition.lost.len(), "message"), shown(&partition.lost));
        let _never_fails = writeln!(text, "lost: queue {name:?}, {count} at most: seqs {seqs}");
    }
    let to = to.display();
    let all = if lost == 0 {
        "nothing that lived is lost".to_owned()
    } else {
        format!("at most {} lost", counted(lost, "message"))
    };
    text + &format!("{to} holds {}, {all}; longshore serve --data {to} serves them", counted(taken, "message"))
}

fn to_json(audit: &Audit, taken: u64) -> String {
    let lost = |partition: &engine::driver::AuditedPartition| {
        json!({
            "queue": partition.name,
            "queue_id": partition.key.queue.0,
            "count_max": partition.lost.len(),
            "ranges": ranges_json(partition.key, &partition.lost),
        })
    };
    let lost: Vec<_> = audit.partitions.iter().filter(|partition| !partition.lost.is_empty()).map(lost).collect();
    json!({ "queues": audit.partitions.len(), "messages": taken, "lost": lost }).to_string()
}
