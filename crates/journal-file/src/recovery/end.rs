//! Deciding about the end of the valid frames: looks for what lies behind it and asks the table.
//!
//! What it is not: the table ([`super::table`]). Invariant: when this says to go on, no frame behind the cut can have been
//! acknowledged.

use super::frames::FrameReader;
use super::scan::{Scan, has_salt};
use super::table::{self, Seen, Verdict};
use crate::error::{Lost, LostSeqs, OpenError};
use crate::io::BLOCK;
use crate::manifest::SegmentEntry;
use crate::names;
use journal::frame::{FrameError, FrameHeader};
use journal::message_codec::MessageBatch;
use journal::record::{KIND_MESSAGES, Records};
use std::collections::BTreeMap;
use std::io;
use vocab::{PartitionKey, Seq};

/// What lies behind the first frame that is not there.
#[derive(Default)]
struct Behind {
    /// The least number of a frame.
    least: Option<u64>,
    /// The greatest `synced_upto`.
    synced_upto: u64,
    /// Where the last of them ends.
    end_at: u64,
    /// The first seq of every partition.
    firsts: BTreeMap<PartitionKey, Seq>,
}

impl Scan<'_> {
    /// The valid frames of a segment end at `at` because of `why`, and that is not where the next segment begins.
    pub(super) fn decide_end(
        &mut self,
        reader: &mut FrameReader,
        entry: &SegmentEntry,
        at: u64,
        why: FrameError,
        is_last: bool,
    ) -> Result<(), OpenError> {
        let file = names::segment(entry.id);
        if let FrameError::Unknown { .. } = why {
            return Err(OpenError::UnknownVersion {
                file,
                found: why.to_string(),
                knows: format!("log format {}", journal::frame::VERSION),
            });
        }
        let sealed = self.sealed && is_last;
        let torn_here = self.torn_header(reader, entry, at).map_err(OpenError::io(&file))?;
        let behind = if sealed {
            Behind::default()
        } else {
            look_behind(reader, entry, at, self.reached.frame + 1).map_err(OpenError::io(&file))?
        };
        let seen = Seen {
            frame: self.cursor.frame + 1,
            synced_upto: self.synced_upto.max(behind.synced_upto).max(torn_here.map_or(0, |header| header.synced_upto)),
            sealed,
            torn_here: torn_here.is_some(),
            open_commit: !self.begun.is_empty(),
            later: behind.least,
        };
        let verdict = table::judge(&seen);
        self.report.verdict = Some(verdict);
        *self.report.verdicts.entry(verdict).or_default() += 1;
        if verdict.stops() {
            let what = format!(
                "frame {} cannot be read ({why}), though frames up to {} were synced",
                seen.frame, seen.synced_upto
            );
            return Err(OpenError::Damaged { file, what, lost: self.lost(&seen, &behind), verdict });
        }
        let torn_end = if verdict == Verdict::TornFrame { at + BLOCK as u64 } else { at };
        self.report.cut_bytes = torn_end.max(behind.end_at).saturating_sub(self.cursor_at);
        self.begun.clear();
        self.reached = self.cursor;
        Ok(())
    }

    /// The header at `at`, if it is the next frame's: then only the records are damaged.
    fn torn_header(&self, reader: &mut FrameReader, entry: &SegmentEntry, at: u64) -> io::Result<Option<FrameHeader>> {
        let header = reader.header(at)?.ok().map(|(header, _)| header);
        Ok(header.filter(|header| header.salt == entry.salt && header.frame_seq == self.reached.frame + 1))
    }

    fn lost(&self, seen: &Seen, behind: &Behind) -> Lost {
        let gap = |(key, before): (&PartitionKey, &Seq)| {
            let after = self.applied.index.last(*key);
            (before.0 > after.0 + 1).then_some(LostSeqs { key: *key, after, before: *before })
        };
        Lost {
            frames: Some((seen.frame, seen.synced_upto.max(seen.frame))),
            from: Some(self.cursor.position.next()),
            seqs: behind.firsts.iter().filter_map(gap).collect(),
        }
    }
}

/// Looks at every block from `at` on for frames of this use of the file, other than the one `expected` there.
fn look_behind(reader: &mut FrameReader, entry: &SegmentEntry, at: u64, expected: u64) -> io::Result<Behind> {
    let mut behind = Behind { end_at: at, ..Behind::default() };
    let mut block_at = at;
    while block_at < reader.len() {
        let mut step = BLOCK as u64;
        if let Ok((header, _)) = reader.header(block_at)?
            && has_salt(&header, entry)
            && (block_at, header.frame_seq) != (at, expected)
        {
            behind.least = Some(behind.least.map_or(header.frame_seq, |least| least.min(header.frame_seq)));
            behind.synced_upto = behind.synced_upto.max(header.synced_upto);
            if let Ok(frame) = reader.frame(block_at)? {
                behind.note_messages(&frame.body);
                step = header.framed_bytes();
            }
            behind.end_at = block_at + step;
        }
        block_at += step;
    }
    Ok(behind)
}

impl Behind {
    fn note_messages(&mut self, body: &[u8]) {
        for record in Records::new(body).map_while(Result::ok).filter(|record| record.kind == KIND_MESSAGES) {
            if let Ok(batch) = MessageBatch::parse(record.queue, record.payload) {
                self.firsts.entry(batch.key).or_insert(batch.first);
            }
        }
    }
}
