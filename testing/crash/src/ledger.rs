//! A client's ledger: what it was about to do and what came of it, on disk, outside the server's data folder.
//!
//! ```text
//!   intent  STAMP  NAME  HASH              a send is about to go out
//!   stored  STAMP  NAME  MESSAGE_ID        it was acknowledged
//!   seen    STAMP  NAME  HASH  MESSAGE_ID  a receive that began at STAMP brought it
//!   delete  STAMP  NAME                    a delete is about to go out
//!   deleted STAMP  NAME                    it was acknowledged, and by the newest handle
//! ```
//!
//! An intent without its acknowledgement has an unknown outcome. Stamps are drawn from one counter of the whole run, so
//! they order events across ledgers: what has the lower stamp happened first.
//!
//! Invariant: [`Ledger::write`] returns once its lines are synced. Threads that write at the same time share one sync.

use crate::message::Name;
use anyhow::{Context, Result, bail};
use std::fmt;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// A moment of the run. Only the order means anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stamp(pub u64);

/// Gives out stamps.
#[derive(Debug, Default)]
pub struct Stamps(AtomicU64);

impl Stamps {
    /// The next one, later than all before it.
    pub fn next(&self) -> Stamp {
        Stamp(self.0.fetch_add(1, Ordering::SeqCst) + 1)
    }
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// When; for `seen`, when the receive began.
    pub at: Stamp,
    /// Which message.
    pub name: Name,
    /// What.
    pub what: What,
}

/// What a line says of its message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// It is about to be sent, with a body of this hash.
    Intent(u64),
    /// The send was acknowledged with this id.
    Stored(String),
    /// It was received, with a body of this hash and this id.
    Seen(u64, String),
    /// It is about to be deleted.
    Delete,
    /// The delete was acknowledged while the lease was running.
    Deleted,
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (at, name) = (self.at.0, self.name);
        match &self.what {
            What::Intent(hash) => write!(f, "intent {at} {name} {hash:x}"),
            What::Stored(id) => write!(f, "stored {at} {name} {id}"),
            What::Seen(hash, id) => write!(f, "seen {at} {name} {hash:x} {id}"),
            What::Delete => write!(f, "delete {at} {name}"),
            What::Deleted => write!(f, "deleted {at} {name}"),
        }
    }
}

impl FromStr for Line {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        let words: Vec<&str> = text.split(' ').collect();
        let (word, at, name, rest) = match words.as_slice() {
            [word, at, name, rest @ ..] => (*word, Stamp(at.parse()?), name.parse()?, rest),
            _ => bail!("a line has at least three words: {text:?}"),
        };
        let what = match (word, rest) {
            ("intent", [hash]) => What::Intent(u64::from_str_radix(hash, 16)?),
            ("stored", [id]) => What::Stored((*id).to_owned()),
            ("seen", [hash, id]) => What::Seen(u64::from_str_radix(hash, 16)?, (*id).to_owned()),
            ("delete", []) => What::Delete,
            ("deleted", []) => What::Deleted,
            _ => bail!("no such line: {text:?}"),
        };
        Ok(Self { at, name, what })
    }
}

/// The file of one producer or worker.
pub struct Ledger {
    file: File,
    state: Mutex<State>,
    synced: Condvar,
}

#[derive(Default)]
struct State {
    waiting: String,
    groups_begun: u64,
    groups_synced: u64,
    someone_syncs: bool,
    failed: bool,
}

impl Ledger {
    /// Makes the file.
    pub fn create(path: &Path) -> Result<Self> {
        let file = File::create_new(path).with_context(|| format!("making {}", path.display()))?;
        Ok(Self { file, state: Mutex::default(), synced: Condvar::new() })
    }

    /// Writes lines, and returns once they are on the disk.
    pub fn write(&self, lines: &[Line]) -> Result<()> {
        let mut state = self.lock();
        for line in lines {
            state.waiting += &format!("{line}\n");
        }
        let mine = state.groups_begun + 1;
        while state.groups_synced < mine {
            if state.failed {
                bail!("the ledger cannot be written any more");
            }
            state = if state.someone_syncs {
                self.synced.wait(state).unwrap_or_else(PoisonError::into_inner)
            } else {
                self.sync_group(state)?
            };
        }
        Ok(())
    }

    /// Writes and syncs what has gathered; meanwhile the next group gathers.
    fn sync_group<'a>(&'a self, mut state: MutexGuard<'a, State>) -> Result<MutexGuard<'a, State>> {
        state.someone_syncs = true;
        state.groups_begun += 1;
        let group = std::mem::take(&mut state.waiting);
        drop(state);
        let kept = (&self.file).write_all(group.as_bytes()).and_then(|()| self.file.sync_data());
        let mut state = self.lock();
        state.someone_syncs = false;
        state.groups_synced = state.groups_begun;
        state.failed |= kept.is_err();
        self.synced.notify_all();
        kept.context("syncing a ledger")?;
        Ok(state)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads a ledger back.
pub fn read(path: &Path) -> Result<Vec<Line>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    text.lines().map(str::parse).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(number: u32, what: What) -> Line {
        Line { at: Stamp(u64::from(number)), name: Name { producer: 7, number }, what }
    }

    #[test]
    fn every_line_reads_back() {
        let whats = [
            What::Intent(0xABC),
            What::Stored("id".to_owned()),
            What::Seen(1, "id".to_owned()),
            What::Delete,
            What::Deleted,
        ];
        for what in whats {
            let written = line(3, what);
            assert_eq!(written.to_string().parse::<Line>().expect("we wrote it"), written);
        }
    }

    #[test]
    fn threads_that_write_at_the_same_time_all_find_their_lines_in_the_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("ledger");
        let ledger = Ledger::create(&path).expect("a ledger");
        std::thread::scope(|scope| {
            for thread in 0..8 {
                let ledger = &ledger;
                scope.spawn(move || {
                    for number in 0..20 {
                        ledger.write(&[line(thread * 100 + number, What::Delete)]).expect("the disk takes it");
                    }
                });
            }
        });
        let mut numbers: Vec<_> = read(&path).expect("it reads back").iter().map(|line| line.name.number).collect();
        numbers.sort_unstable();
        let expected: Vec<_> = (0..8).flat_map(|thread| (0..20).map(move |number| thread * 100 + number)).collect();
        assert_eq!(numbers, expected);
    }
}
