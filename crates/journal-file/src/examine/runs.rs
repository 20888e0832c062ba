//! One run: every block of it, and every message in it.
//!
//! Invariant: a message is given only if its block's and its own checksum match.

use super::Finding;
use crate::error::OpenError;
use crate::io::{Io, Mode};
use crate::manifest::RunEntry;
use crate::names;
use crate::run::{self, RunFile};
use bytes::Bytes;
use journal::SeqSet;
use journal::message_codec;
use vocab::{PartitionKey, Seq};

/// What was found in a run.
#[derive(Clone, Debug, Default)]
pub struct ExaminedRun {
    /// Blocks that were read.
    pub blocks: u64,
    /// Messages that were read.
    pub messages: u64,
    /// What is damaged.
    pub findings: Vec<Finding>,
}

/// A block that can be read.
#[derive(Clone, Debug)]
pub struct RunBlock {
    /// Whose messages it holds.
    pub key: PartitionKey,
    /// Where it lies in the file.
    pub at: u64,
    /// Its bytes, header included.
    pub bytes: u64,
    /// Its messages: seq and entry.
    pub entries: Vec<(Seq, Bytes)>,
}

/// Reads all of the run that `entry` names, and gives each block that can be read to `take`.
///
/// # Errors
/// Never for what is in the file, only for what keeps the folder from being read.
pub fn examine_run(
    io: &dyn Io,
    store_id: u128,
    entry: &RunEntry,
    take: &mut dyn FnMut(&RunBlock),
) -> Result<ExaminedRun, OpenError> {
    let name = names::run(entry.number);
    let mut examined = ExaminedRun::default();
    let (file, sections) = match RunFile::open(io, store_id, entry.number, Mode::Read) {
        Ok(opened) => opened,
        Err(error) => {
            examined.findings.push(Finding::from_error(error)?);
            return Ok(examined);
        }
    };
    if (file.generation, file.bytes) != (entry.generation, entry.bytes) {
        let what = format!("it is not the run of {} bytes that the manifest names", entry.bytes);
        examined.findings.push(Finding::new(&name, None, what));
    }
    for (section, seqs) in &sections {
        let mut found = SeqSet::new();
        for index in 0..section.blocks.len() {
            let first = section.blocks[index];
            let end = section.blocks.get(index + 1).map_or(section.last.next(), |next| next.first);
            match read_block(&file, section, index) {
                Ok(block) => {
                    examined.blocks += 1;
                    examined.messages += block.entries.len() as u64;
                    found.extend(block.entries.iter().map(|(seq, _)| seq.0));
                    take(&block);
                }
                Err(why) => {
                    let held = seqs.range_cardinality(first.first.0..end.0);
                    let PartitionKey { queue, partition } = section.key;
                    let what = format!(
                        "{why}; the block holds {held} messages of queue {queue} partition {partition}, seqs {} to {}",
                        first.first,
                        end.0 - 1
                    );
                    examined.findings.push(Finding::new(&name, first.at, what));
                    let mut of_block = SeqSet::new();
                    of_block.insert_range(first.first.0..end.0);
                    found |= of_block & seqs;
                }
            }
        }
        if found != *seqs {
            examined.findings.push(Finding::new(
                &name,
                None,
                "its blocks do not hold the messages that its footer lists",
            ));
        }
    }
    Ok(examined)
}

fn read_block(file: &RunFile, section: &run::Section, index: usize) -> Result<RunBlock, String> {
    let blocks = file.read_blocks(section, index, 1).map_err(|error| error.to_string())?;
    let block = blocks.into_iter().next().ok_or_else(|| "it ends before the block".to_owned())?;
    let bytes = block.len() as u64;
    let mut entries = Vec::new();
    for entry in run::entries(&block) {
        let (seq, entry) = entry.map_err(|error| error.to_string())?;
        message_codec::check_entry(&entry, section.key, seq).map_err(|error| format!("message {seq}: {error}"))?;
        entries.push((seq, entry));
    }
    Ok(RunBlock { key: section.key, at: section.blocks[index].at, bytes, entries })
}
