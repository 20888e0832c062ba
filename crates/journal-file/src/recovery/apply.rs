//! Applying a recovered commit: records to the engine, places of messages to the index.
//!
//! What it is not: the checking of frames. Invariants: a commit is applied whole or not at all; of a commit that the
//! checkpoint covers, only the places of live messages are taken.

use super::frames::Frame;
use crate::error::{Lost, OpenError};
use crate::index::{Index, Slot};
use crate::recovery::Verdict;
use bytes::Bytes;
use journal::message_codec::{self, DecodeError, ENTRY_HEADER_BYTES, Entry, MessageBatch};
use journal::record::{ENGINE_KIND_MIN, KIND_MESSAGES, Record, Records};
use journal::{Replay, ReplayRecord};
use std::sync::Arc;
use vocab::{Message, Seq};

/// What replay has gathered so far.
pub(super) struct Applied<'a> {
    pub(super) replay: &'a mut dyn Replay,
    pub(super) index: Index,
    /// Greatest publishing time seen, ms.
    pub(super) log_ms: u64,
    /// Bytes of records that the checkpoint does not cover.
    pub(super) uncovered_bytes: u64,
    /// Messages seen.
    pub(super) messages: u64,
}

/// Where a commit lies.
pub(super) struct Source<'a> {
    pub(super) segment: u32,
    pub(super) file: &'a str,
    pub(super) covered: bool,
}

/// Why a record could not be applied.
enum Refused {
    Unknown(String),
    Malformed(String),
    Replay(journal::ReplayError),
}

impl Applied<'_> {
    /// Applies all of a commit's frames.
    pub(super) fn commit(&mut self, frames: &[Frame], source: &Source<'_>) -> Result<(), OpenError> {
        for frame in frames {
            if !source.covered {
                self.uncovered_bytes += frame.body.len() as u64;
            }
            for record in Records::new(&frame.body) {
                let applied = match record {
                    Ok(record) => self.record(&record, frame, source),
                    Err(error) => Err(Refused::Malformed(error.to_string())),
                };
                applied.map_err(|refused| refused.in_file(source.file))?;
            }
        }
        Ok(())
    }

    fn record(&mut self, record: &Record<'_>, frame: &Frame, source: &Source<'_>) -> Result<(), Refused> {
        let Record { kind, critical, queue, payload, .. } = *record;
        match kind {
            KIND_MESSAGES => self.messages(record, frame, source),
            ENGINE_KIND_MIN.. if source.covered => Ok(()),
            ENGINE_KIND_MIN.. => {
                let record = ReplayRecord::Engine { kind, critical, queue, payload };
                self.replay.record(record).map_err(Refused::Replay)
            }
            unknown if critical => Err(Refused::Unknown(format!("a critical record of kind {unknown}"))),
            _skipped => Ok(()),
        }
    }

    fn messages(&mut self, record: &Record<'_>, frame: &Frame, source: &Source<'_>) -> Result<(), Refused> {
        let malformed = |error: journal::wire::Malformed| Refused::Malformed(error.to_string());
        let batch = MessageBatch::parse(record.queue, record.payload).map_err(malformed)?;
        let payload_at = frame.body_at + record.payload_at as u64;
        self.messages += batch.count;
        let mut messages = Vec::new();
        for entry in batch.entries() {
            let entry = entry.map_err(malformed)?;
            if source.covered {
                if !self.replay.is_live(batch.key, entry.seq) {
                    continue;
                }
            } else {
                messages.push(self.decode(record, frame, entry)?);
            }
            self.index.insert(batch.key, slot(entry, payload_at, source.segment));
        }
        if messages.is_empty() {
            return Ok(());
        }
        let (key, first): (_, Seq) = (batch.key, batch.first);
        self.replay.record(ReplayRecord::Messages { key, first, messages }).map_err(Refused::Replay)
    }

    fn decode(&mut self, record: &Record<'_>, frame: &Frame, entry: Entry) -> Result<Arc<Message>, Refused> {
        let start = record.payload_at + entry.at;
        let content: Bytes = frame.body.slice(start + ENTRY_HEADER_BYTES..start + entry.len);
        match message_codec::decode_content(&content) {
            Ok(message) => {
                self.log_ms = self.log_ms.max(message.facts.published_ms);
                Ok(Arc::new(message))
            }
            Err(DecodeError::Unknown(field)) => Err(Refused::Unknown(field.to_string())),
            Err(error @ (DecodeError::Malformed(_) | DecodeError::Checksum { .. })) => {
                Err(Refused::Malformed(error.to_string()))
            }
        }
    }
}

fn slot(entry: Entry, payload_at: u64, segment: u32) -> Slot {
    let offset = u32::try_from(payload_at + entry.at as u64).expect("a segment is far smaller than 4 GiB");
    let len = u32::try_from(entry.len).expect("an entry fits its frame, whose length is a u32");
    Slot { seq: entry.seq, segment, offset, len }
}

impl Refused {
    fn in_file(self, file: &str) -> OpenError {
        let file = file.to_owned();
        match self {
            Self::Replay(error) => OpenError::Replay(error),
            Self::Unknown(found) => OpenError::UnknownVersion {
                file,
                found,
                knows: format!("records of log format {}", journal::frame::VERSION),
            },
            Self::Malformed(what) => OpenError::Damaged {
                file,
                what: format!("a record in an undamaged frame is malformed ({what})"),
                lost: Lost::default(),
                verdict: Verdict::Rot,
            },
        }
    }
}
