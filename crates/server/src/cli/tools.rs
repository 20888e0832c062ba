//! The command lines of the operator's tools: what looks at, copies and mends a store.

use super::server::AskArgs;
use clap::Args;
use std::path::PathBuf;

/// The arguments of `longshore verify`.
#[derive(Clone, Debug, PartialEq, Args)]
pub(crate) struct VerifyArgs {
    /// Data folder of a server that is stopped, or a copy of one
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,

    /// Print the findings as one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

pub(crate) const VERIFY_EXAMPLES: &str = "\
Examples:
  longshore verify /var/lib/longshore
      after a crash or a disk's complaint, before the server is started again
  longshore verify --json copy | jq .lost
      a copy, for a script: which messages are lost

What it reads:
  every frame, record and message of the log, every block and message of the runs, every page of the checkpoint, both
  manifests; then whether each message that lives is held exactly once and the counters agree. Nothing is changed.
  A running server's folder is refused: its files change together, so reading them one by one would prove nothing.

Exit codes:
  0  healthy; what a crash left unfinished at the log's end is no damage, and is told
  1  damaged: the findings name files, places and messages
  2  cannot be read at all: in use, no store, no readable manifest, or of a later version

What next:
  longshore inspect DIR        what the files hold";

/// The arguments of `longshore inspect`.
#[derive(Clone, Debug, PartialEq, Args)]
pub(crate) struct InspectArgs {
    /// Data folder of a server that is stopped, or a copy of one
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,

    /// Show this segment of the log, frame by frame
    #[arg(long, value_name = "N", group = "part")]
    pub(crate) segment: Option<u32>,

    /// Show this run, block by block
    #[arg(long, value_name = "N", group = "part")]
    pub(crate) run: Option<u32>,

    /// Show both manifests
    #[arg(long, group = "part")]
    pub(crate) manifest: bool,

    /// Show the pages of the checkpoint
    #[arg(long, group = "part")]
    pub(crate) checkpoint: bool,

    /// Lines to show at most
    #[arg(long, value_name = "LINES", default_value_t = 100)]
    pub(crate) limit: usize,

    /// Print one JSON object per line
    #[arg(long)]
    pub(crate) json: bool,
}

pub(crate) const INSPECT_EXAMPLES: &str = "\
Examples:
  longshore inspect /var/lib/longshore
      what the folder holds, file by file
  longshore inspect /var/lib/longshore --segment 42 --limit 20
      the first frames of wal-00000042.seg with their records
  longshore inspect copy --run 7 --json | jq .seqs
      the seqs in each block of a run

A running server's folder is refused, as by verify. docs/formats says what every field means.";

/// The arguments of `longshore backup`.
#[derive(Clone, Debug, PartialEq, Args)]
pub(crate) struct BackupArgs {
    /// Data folder of a server that is stopped; without it, the running server is asked
    #[arg(value_name = "DIR")]
    pub(crate) folder: Option<PathBuf>,

    /// Where the backup goes, which must not exist yet: an archive if the name ends in .tar, else a folder
    #[arg(long, value_name = "FILE|DIR")]
    pub(crate) to: PathBuf,

    /// Which running server is asked, and whether a program reads the answer
    #[command(flatten)]
    pub(crate) ask: AskArgs,
}

pub(crate) const BACKUP_EXAMPLES: &str = "\
Examples:
  longshore backup --to orders-2026-11-22.tar
      the server of this machine goes on serving; what it had acknowledged when it was asked is in the archive
  longshore backup --server 127.0.0.1:9400 --to /mnt/backup/monday
      another port, and a folder instead of an archive
  longshore backup /var/lib/longshore --to /mnt/backup/monday.tar
      a server that is stopped
  curl --fail -X POST -H 'longshore-change: yes' http://127.0.0.1:9325/backup > monday.tar
      the same without this program

What is in it:
  every queue, its settings and its messages. Not in it: longshore.toml, with the users, and certificates.

What next:
  longshore restore monday.tar NEWDIR      makes a data folder of it";

/// The arguments of `longshore restore`.
#[derive(Clone, Debug, PartialEq, Args)]
pub(crate) struct RestoreArgs {
    /// What `longshore backup` made: an archive or a folder
    #[arg(value_name = "BACKUP")]
    pub(crate) backup: PathBuf,

    /// Data folder to make; it must not exist yet, or be empty
    #[arg(value_name = "NEWDIR")]
    pub(crate) folder: PathBuf,

    /// Print what was restored as one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

pub(crate) const RESTORE_EXAMPLES: &str = "\
Examples:
  longshore restore monday.tar /var/lib/longshore
      then: longshore verify /var/lib/longshore && longshore serve --data /var/lib/longshore

What to expect:
  The store is as old as its backup. Messages acknowledged since then come again, and messages sent since then are missing.
  It is a store of its own: no receipt handle of the original works on it, and the ids of new messages begin beyond those
  that the original gave out.";

/// The arguments of `longshore prove`.
#[derive(Clone, Debug, PartialEq, Args)]
pub(crate) struct ProveArgs {
    /// Folder on the disk that is to be tried; a scratch folder is made in it and removed
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,

    /// Seconds of load and kills; the drain at the end comes on top
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(2..=86_400))]
    pub(crate) seconds: u64,

    /// Print the verdict as one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

pub(crate) const PROVE_EXAMPLES: &str = "\
Examples:
  longshore prove /var/lib
      half a minute on the disk that the data will be on
  longshore prove /mnt/data --seconds 600 --json
      ten minutes, for a record

What it does:
  measures what a sync of this disk costs, and says what that means; then starts this very program over a scratch folder, sends to
  ordered groups, receives and deletes, ends it with SIGKILL every second or two, starts it again, and audits at the end:
    lost        acknowledged, and never received: must be 0
    returned    received again after its delete was acknowledged: must be 0
    reordered   received before an earlier message of its group: must be 0
    stored twice  one send, two messages: must be 0
    doubled     received more than once before its delete was acknowledged: allowed after a kill, and told

What it cannot see:
  SIGKILL leaves the system's caches alone, so whether the disk keeps what it confirmed through a power failure follows only from
  how long its syncs take.

Exit codes:
  0  every promise was kept     1  one was broken; the scratch folder stays     2  it could not be tried";

/// The arguments of `longshore salvage`.
#[derive(Clone, Debug, PartialEq, Args)]
pub(crate) struct SalvageArgs {
    /// Data folder that a server refuses, or that verify calls damaged; it is only read
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,

    /// Data folder to make; it must not exist yet, or be empty
    #[arg(value_name = "NEWDIR")]
    pub(crate) to: PathBuf,

    /// Print what was salvaged and what is lost as one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

pub(crate) const SALVAGE_EXAMPLES: &str = "\
Examples:
  longshore salvage /var/lib/longshore /var/lib/longshore-salvaged
      then: longshore serve --data /var/lib/longshore-salvaged
  longshore salvage --json damaged whole | jq .lost
      which messages are gone for good

What to expect:
  Every queue with its settings, and every message that can be read and is not known to be done with, in the order of its
  queue, with its counts. Where damage hides whether a message was acknowledged, it comes again. Messages get new ids, and
  receipt handles of the old store do not work. A queue whose name was lost is called salvaged-ID.
  A backup is better, if there is one that is young enough: longshore restore.

Exit codes:
  0  nothing was lost     1  something was, and is listed     2  cannot be read at all, or NEWDIR exists";
