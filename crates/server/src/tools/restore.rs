//! `longshore restore`: a data folder from a backup, as a store of its own.
//!
//! ```text
//!  1  the backup's files go to NEWDIR.part
//!  2  every file there gets a new store id, and the boot epoch rises: receipt handles of the original do not fit
//!  3  the log gets one more commit, which reserves seqs: new messages get ids that the original did not give out
//!  4  NEWDIR.part becomes NEWDIR
//! ```
//!
//! What it is not: a start. The log is left without a seal, so that the first start takes the reserved seqs into use.

use super::folders::{self, NewFolder};
use super::open_store::OpenStore;
use super::output::print;
use super::progress::Progress;
use super::{ToolError, archive};
use crate::cli::RestoreArgs;
use crate::operate::counted;
use engine::driver::Recovering;
use journal_file::{Backup, Disk, ReadOnlyDisk};
use serde_json::json;
use std::path::Path;
use vocab::random::SystemRandom;

/// Restores a backup.
pub(crate) fn run(arguments: &RestoreArgs) -> Result<u8, ToolError> {
    let mut folder = NewFolder::create(&arguments.folder)?;
    let bar = Progress::of_bytes("restoring");
    let bytes = copy(&arguments.backup, &mut folder, &bar)?;
    drop(bar);
    let (queues, live) = make_its_own(&folder.part())?;
    folder.keep()?;
    let shown = arguments.folder.display();
    print(&if arguments.json {
        json!({ "folder": shown.to_string(), "bytes": bytes, "queues": queues, "live_messages": live }).to_string()
    } else {
        format!(
            "{shown} holds {} with {}, as they were when the backup was taken: messages that were \
             acknowledged since then come again, messages that were sent since then are missing; receipt handles of the \
             original do not work here\nlongshore serve --data {shown} serves it",
            counted(queues as u64, "queue"),
            counted(live, "message")
        )
    })?;
    Ok(0)
}

/// Copies the backup's files. Says how many bytes.
fn copy(backup: &Path, folder: &mut NewFolder, bar: &Progress) -> Result<u64, ToolError> {
    let shown = backup.display().to_string();
    let mut copied = 0;
    if backup.is_dir() {
        let disk = ReadOnlyDisk::open(backup)?;
        let backup = Backup::of_folder(&*disk, &shown)?;
        let all = backup.bytes();
        for file in &backup.files {
            copied += folder.add(&file.name, &mut archive::FileReader { file, at: 0 })?;
            bar.show(copied, all);
        }
        return Ok(copied);
    }
    let file = folders::open(backup)?;
    let all = file.metadata().map_err(ToolError::io(&shown))?.len();
    archive::unpack(file, &shown, folder, &mut |done| {
        copied = done;
        bar.show(done, all);
    })?;
    Ok(copied)
}

/// Gives the copy its own identity. Says how many queues and live messages it holds.
fn make_its_own(folder: &Path) -> Result<(usize, u64), ToolError> {
    let disk = Disk::open(folder)?;
    journal_file::renew_identity(&*disk, &SystemRandom::new())?;
    let mut recovering = Recovering::default();
    let mut copy = OpenStore::open(folder, disk, &mut recovering)?;
    recovering.reserve_ahead(&mut copy.journal);
    copy.commit()?;
    let machine = recovering.finish(&copy.leave()).map_err(journal_file::OpenError::from)?;
    let live = |queue: &engine::core::state::Queue| queue.live_count(vocab::PartitionId(0));
    Ok((machine.state.queues.len(), machine.state.queues.values().map(live).sum()))
}
