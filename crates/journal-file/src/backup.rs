//! Backups: all files of a store as they were at one moment, while it goes on.
//!
//! ```text
//!  under the manifest's lock: the manifest, the durable position, every file that it names, opened
//!  afterwards:                what is read is what was there then:
//!    checkpoints, runs        never change once they are named; their names may go, their content stays with the open file
//!    closed segments          likewise; one that retires meanwhile is removed instead of reused, as long as a backup lasts
//!    the open segment         only grows; it is taken up to the last commit that was durable at that moment
//! ```
//!
//! What it is not: an archive's format or a place to put it. Links to the files would not do: a segment's file is written
//! again after it was retired. Invariants: a backup opens as a store that stopped at that position; nothing that was
//! acknowledged before it was begun is missing in it.

use crate::config::Config;
use crate::error::{Lost, OpenError};
use crate::examine::{Folder, SegmentScan, Stretch, open_segment};
use crate::io::{File, Io, Mode};
use crate::manifest::{Manifest, SegmentEntry};
use crate::names;
use crate::recovery::{self, Verdict};
use crate::segment::FRAMES_AT;
use crate::shared::Shared;
use journal::{PageKey, Replay, ReplayError, ReplayRecord, SeqSet};
use std::fmt;
use std::io;
use std::ops::RangeInclusive;
use std::sync::Arc;
use vocab::{PartitionKey, Position, Seq};

/// Takes backups of one store that is open. Clones share it.
#[derive(Clone, Debug)]
pub struct Backups {
    shared: Arc<Shared>,
}

/// A store at one moment. As long as it exists, the store reuses no segment.
pub struct Backup {
    /// Its files, the manifests last: what has no manifest is no store.
    pub files: Vec<BackupFile>,
    /// The last commit in it.
    pub position: Position,
    _hold: Option<Hold>,
}

/// One file of a backup.
pub struct BackupFile {
    /// Its name in the data folder.
    pub name: String,
    /// How long it is.
    pub bytes: u64,
    content: Content,
}

enum Content {
    File(Arc<dyn File>),
    Memory(Vec<u8>),
}

impl Backups {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// Takes one.
    ///
    /// # Errors
    /// A file cannot be opened, or the log cannot be read up to its durable position.
    pub fn take(&self) -> Result<Backup, OpenError> {
        let hold = Hold::new(Arc::clone(&self.shared));
        let (io, config) = (&*self.shared.io, &self.shared.config);
        let (manifest, position, opened) = self.shared.manifest(|manifest| {
            let position = self.shared.state().durable;
            (manifest.clone(), position, OpenFiles::open(io, manifest))
        });
        opened?.assemble(config, manifest, position, Some(hold))
    }
}

impl Backup {
    /// Of a store that nobody has open, called `shown` in errors.
    ///
    /// # Errors
    /// There is no store, or it is damaged.
    pub fn of_folder(io: &dyn Io, shown: &str) -> Result<Self, OpenError> {
        let config = Config::default();
        let manifest = Folder::read(io, shown)?.manifest;
        let end = recovery::recover(io, &config, &manifest, &mut TakeAll, &mut |_| {})?.end;
        OpenFiles::open(io, &manifest)?.assemble(&config, manifest, end.position, None)
    }

    /// Bytes of all files.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }
}

impl BackupFile {
    /// Reads what lies at `at`; fewer bytes than `buffer` has only at the end.
    ///
    /// # Errors
    /// The disk refuses, or the file is shorter than it was.
    pub fn read_at(&self, at: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let wanted = usize::try_from(self.bytes.saturating_sub(at)).unwrap_or(usize::MAX).min(buffer.len());
        let buffer = &mut buffer[..wanted];
        match &self.content {
            Content::Memory(bytes) => {
                let start = usize::try_from(at).unwrap_or(usize::MAX).min(bytes.len());
                buffer.copy_from_slice(&bytes[start..start + wanted]);
            }
            Content::File(file) => {
                if file.read_at(at, buffer)? < wanted {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
            }
        }
        Ok(wanted)
    }
}

/// The files that a manifest names, open.
struct OpenFiles {
    checkpoints: Vec<Arc<dyn File>>,
    segments: Vec<Arc<dyn File>>,
    runs: Vec<Arc<dyn File>>,
}

impl OpenFiles {
    fn open(io: &dyn Io, manifest: &Manifest) -> Result<Self, OpenError> {
        let open = |name: String| match io.open(&name, Mode::Read) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(OpenError::Missing { file: name }),
            opened => opened.map_err(OpenError::io(&name)),
        };
        let checkpoints = manifest.checkpoints.iter().map(|entry| open(names::checkpoint(entry.number)));
        let runs = manifest.runs.iter().map(|entry| open(names::run(entry.number)));
        let segments = manifest.segments.iter().map(|entry| open_segment(io, entry.id));
        Ok(Self {
            checkpoints: checkpoints.collect::<Result<_, _>>()?,
            segments: segments.collect::<Result<_, _>>()?,
            runs: runs.collect::<Result<_, _>>()?,
        })
    }

    fn assemble(
        self,
        config: &Config,
        mut manifest: Manifest,
        position: Position,
        hold: Option<Hold>,
    ) -> Result<Backup, OpenError> {
        let mut files = Vec::new();
        let mut reached = Reached { position: manifest.covered(), frame: manifest.synced_upto };
        for (entry, file) in manifest.segments.iter_mut().zip(self.segments) {
            entry.bytes = reached.through(entry, &file, config.read_bytes, position)?;
            files.push(BackupFile { name: names::segment(entry.id), bytes: entry.bytes, content: Content::File(file) });
        }
        if reached.position < position {
            let last = manifest.segments.last().map_or_else(String::new, |entry| names::segment(entry.id));
            return Err(cut_short(last, &format!("it ends at commit {} before {position}", reached.position)));
        }
        manifest.synced_upto = reached.frame;
        let bytes_of = manifest.checkpoints.iter().map(|entry| (names::checkpoint(entry.number), entry.bytes));
        let bytes_of = bytes_of.chain(manifest.runs.iter().map(|entry| (names::run(entry.number), entry.bytes)));
        for ((name, bytes), file) in bytes_of.zip(self.checkpoints.into_iter().chain(self.runs)) {
            files.push(BackupFile { name, bytes, content: Content::File(file) });
        }
        for _both in names::MANIFESTS {
            manifest.id += 1;
            let name = names::MANIFESTS[usize::from(manifest.id.is_multiple_of(2))].to_owned();
            let encoded = manifest.encode();
            files.push(BackupFile { name, bytes: encoded.len() as u64, content: Content::Memory(encoded) });
        }
        Ok(Backup { files, position, _hold: hold })
    }
}

/// How far the segments looked at reach.
struct Reached {
    position: Position,
    frame: u64,
}

impl Reached {
    /// Takes in the frames of a segment that belong to the backup. Says where the last of them ends.
    fn through(
        &mut self,
        entry: &SegmentEntry,
        file: &Arc<dyn File>,
        read_bytes: usize,
        until: Position,
    ) -> Result<u64, OpenError> {
        let name = names::segment(entry.id);
        let is_closed = entry.end_frame > 0;
        let mut scan =
            SegmentScan::new(Arc::clone(file), read_bytes, Some(entry.salt)).map_err(OpenError::io(&name))?;
        let mut next_frame = entry.first_frame;
        let mut end_at = FRAMES_AT;
        while let Some(Stretch::Frame(frame)) = scan.next_stretch().map_err(OpenError::io(&name))? {
            let header = frame.header;
            let belongs = if is_closed { header.frame_seq < entry.end_frame } else { header.position <= until };
            if !belongs || header.frame_seq != next_frame {
                break;
            }
            next_frame += 1;
            end_at = scan.at();
            self.position = self.position.max(header.position);
            self.frame = self.frame.max(header.frame_seq);
        }
        if is_closed && next_frame < entry.end_frame {
            return Err(cut_short(name, &format!("frame {next_frame} cannot be read")));
        }
        Ok(end_at)
    }
}

/// Keeps segments from being reused.
struct Hold {
    shared: Arc<Shared>,
}

impl Hold {
    fn new(shared: Arc<Shared>) -> Self {
        shared.state().backups += 1;
        Self { shared }
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.shared.state().backups -= 1;
    }
}

/// Takes whatever is stored, and keeps nothing: recovery is run for the log's end alone.
struct TakeAll;

impl Replay for TakeAll {
    fn checkpoint(&mut self, _pages: &mut dyn Iterator<Item = (PageKey, &[u8])>) -> Result<(), ReplayError> {
        Ok(())
    }

    fn record(&mut self, _record: ReplayRecord<'_>) -> Result<(), ReplayError> {
        Ok(())
    }

    fn is_live(&self, _key: PartitionKey, _seq: Seq) -> bool {
        false
    }

    fn live(&self, _key: PartitionKey, _seqs: RangeInclusive<Seq>) -> SeqSet {
        SeqSet::new()
    }
}

impl fmt::Debug for Backup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Backup").field("files", &self.files).field("position", &self.position).finish_non_exhaustive()
    }
}

impl fmt::Debug for BackupFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BackupFile").field("name", &self.name).field("bytes", &self.bytes).finish_non_exhaustive()
    }
}

fn cut_short(file: String, what: &str) -> OpenError {
    OpenError::Damaged { file, what: what.to_owned(), lost: Lost::default(), verdict: Verdict::Rot }
}
