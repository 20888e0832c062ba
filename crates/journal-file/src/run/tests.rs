//! A run gives back exactly what was put in, and says so when it cannot.

mod damage;
mod strict;

use super::*;
use crate::config::Config;
use crate::error::OpenError;
use crate::fuzz::MemoryFolder;
use crate::io::{BLOCK, Io, Mode};
use crate::names;
use bytes::Bytes;
use journal::SeqSet;
use journal::message_codec::{self, ENTRY_HEADER_BYTES};
use proptest::prelude::*;
use std::collections::BTreeMap;
use strict::Strict;
use vocab::{Message, PartitionId, PartitionKey, QueueId, Seq};

const HEADER: RunHeader = RunHeader { store_id: 77, number: 3, generation: 2 };

type Messages = BTreeMap<(PartitionKey, Seq), Bytes>;

fn key(queue: u32, partition: u16) -> PartitionKey {
    PartitionKey::new(QueueId(queue), PartitionId(partition))
}

/// Blocks of a few messages, and several writes.
fn small() -> Config {
    Config { run_block_bytes: 200, write_bytes_max: BLOCK, ..Config::default() }
}

fn entry_of(key: PartitionKey, seq: Seq, body: &Bytes) -> Vec<u8> {
    let mut entry = Vec::new();
    message_codec::put_entry(&mut entry, key, seq, &Message::with_body(body.clone()));
    entry
}

fn push_all(writer: &mut RunWriter, messages: &Messages) {
    for ((key, seq), body) in messages {
        writer.push(*key, *seq, &entry_of(*key, *seq, body)).expect("memory never fails");
    }
}

fn write(io: &dyn Io, messages: &Messages, config: &Config) -> (Vec<Section>, u64) {
    let mut writer = RunWriter::create(io, &HEADER, config).expect("memory never fails");
    push_all(&mut writer, messages);
    writer.finish(io).expect("memory never fails")
}

fn written(messages: &Messages) -> MemoryFolder {
    let folder = MemoryFolder::default();
    write(&folder, messages, &small());
    folder
}

fn open(folder: &MemoryFolder) -> Result<(RunFile, Vec<(Section, SeqSet)>), OpenError> {
    RunFile::open(folder, HEADER.store_id, HEADER.number, Mode::Read)
}

/// Opens the run and reads all of it.
fn read_all(folder: &MemoryFolder) -> Result<Messages, String> {
    let (run, sections) = open(folder).map_err(|error| error.to_string())?;
    let mut messages = Messages::new();
    for (section, _) in &sections {
        for block in run.read_blocks(section, 0, section.blocks.len()).map_err(|error| error.to_string())? {
            for entry in entries(&block) {
                let (seq, entry) = entry.map_err(|error| error.to_string())?;
                messages.insert((section.key, seq), body(section.key, seq, &entry)?);
            }
        }
    }
    Ok(messages)
}

fn body(key: PartitionKey, seq: Seq, entry: &Bytes) -> Result<Bytes, String> {
    let message = message_codec::decode_entry(entry, key, seq).map_err(|error| error.to_string())?;
    Ok(message.body)
}

/// Looks one message up, as a consumer would.
fn lookup(run: &RunFile, section: &Section, seq: Seq) -> Option<Bytes> {
    let index = section.blocks.partition_point(|block| block.first <= seq).checked_sub(1)?;
    let block = run.read_blocks(section, index, 1).expect("undamaged").remove(0);
    let entry = find(&block, seq).expect("undamaged")?;
    Some(body(section.key, seq, &entry).expect("undamaged"))
}

fn messages() -> impl Strategy<Value = Messages> {
    let key = (0..4_u32, 0..3_u16).prop_map(|(queue, partition)| key(queue, partition));
    let seq = prop_oneof![1..60_u64, (1_u64 << 32) - 5..(1 << 32) + 5, u64::MAX - 3..=u64::MAX].prop_map(Seq);
    let body = prop::collection::vec(any::<u8>(), 0..300).prop_map(Bytes::from);
    prop::collection::btree_map((key, seq), body, 0..80)
}

fn config() -> impl Strategy<Value = Config> {
    (prop::sample::select(vec![0, 100, 1000, 32 * 1024]), prop::sample::select(vec![1, 2, 256])).prop_map(
        |(run_block_bytes, blocks)| Config { run_block_bytes, write_bytes_max: blocks * BLOCK, ..Config::default() },
    )
}

/// Some messages of two partitions, in several blocks.
fn some() -> Messages {
    let body = |seq: u64| Bytes::from(vec![u8::try_from(seq).expect("few messages"); 40]);
    let seqs = (1..=9).chain(20..30);
    seqs.flat_map(|seq| [1, 2].map(|queue| ((key(queue, 0), Seq(seq)), body(seq)))).collect()
}

proptest! {
    #[test]
    fn what_is_pushed_is_found_and_nothing_else(messages in messages(), config in config()) {
        let folder = MemoryFolder::default();
        let (told, bytes) = write(&folder, &messages, &config);
        let (run, sections) = open(&folder).expect("undamaged");
        let file = folder.bytes(&names::run(HEADER.number)).expect("it is there");
        prop_assert_eq!((run.number, run.generation, run.bytes), (HEADER.number, HEADER.generation, bytes));
        prop_assert_eq!((file.len() as u64, file.len() % BLOCK), (bytes, 0));
        prop_assert!(sections.iter().map(|(section, _)| section).eq(&told));
        let read = read_all(&folder);
        prop_assert_eq!(read.as_ref(), Ok(&messages));
        for (section, seqs) in &sections {
            let mine = messages.range((section.key, Seq(0))..=(section.key, Seq(u64::MAX)));
            prop_assert!(mine.clone().map(|((_, seq), _)| seq.0).eq(seqs));
            prop_assert_eq!((section.count, Some(section.first.0), Some(section.last.0)), (seqs.len(), seqs.min(), seqs.max()));
            for ((_, seq), body) in mine {
                let found = lookup(&run, section, *seq);
                prop_assert_eq!(found.as_ref(), Some(body));
            }
        }
    }

    #[test]
    fn a_seq_that_was_not_pushed_is_not_found(messages in messages(), seq in 0..64_u64) {
        let (run, sections) = open(&written(&messages)).expect("undamaged");
        for (section, _) in &sections {
            let pushed = messages.get(&(section.key, Seq(seq)));
            let found = lookup(&run, section, Seq(seq));
            prop_assert_eq!(found.as_ref(), pushed);
        }
    }

    #[test]
    fn neighbouring_blocks_are_read_at_once(messages in messages(), from: prop::sample::Index, upto: prop::sample::Index) {
        let (run, sections) = open(&written(&messages)).expect("undamaged");
        for (section, _) in &sections {
            let from = from.index(section.blocks.len());
            let count = upto.index(section.blocks.len() - from + 1);
            let at_once = run.read_blocks(section, from, count).expect("undamaged");
            let one_by_one = (from..from + count).map(|at| run.read_blocks(section, at, 1).expect("undamaged").remove(0));
            prop_assert!(one_by_one.eq(at_once));
        }
    }
}

#[test]
fn a_run_of_nothing_reads_back() {
    assert_eq!(read_all(&written(&Messages::new())), Ok(Messages::new()));
}

#[test]
fn a_message_larger_than_a_block_has_one_of_its_own() {
    let sizes = [10, 10, 5000, 10, 10];
    let messages = (1..).zip(sizes).map(|(seq, size)| ((key(1, 0), Seq(seq)), Bytes::from(vec![1; size]))).collect();
    let folder = MemoryFolder::default();
    let (sections, _) = write(&folder, &messages, &small());
    assert_eq!(sections[0].blocks.iter().map(|block| block.first.0).collect::<Vec<_>>(), [1, 3, 4]);
    assert_eq!(read_all(&folder), Ok(messages));
}

#[test]
fn an_entry_is_a_slice_of_its_block() {
    let (run, sections) = open(&written(&some())).expect("undamaged");
    let block = run.read_blocks(&sections[0].0, 0, 1).expect("undamaged").remove(0);
    let entry = find(&block, Seq(1)).expect("undamaged").expect("it is there");
    assert!(block.as_ptr_range().contains(&entry.as_ptr()));
}

#[test]
fn a_run_appears_only_when_it_is_finished_and_replaces_what_an_attempt_left() {
    let folder = MemoryFolder::default();
    let (name, temporary) = (names::run(HEADER.number), names::temporary(&names::run(HEADER.number)));
    let mut interrupted = RunWriter::create(&folder, &HEADER, &small()).expect("memory never fails");
    push_all(&mut interrupted, &some());
    drop(interrupted);
    assert_eq!(folder.list().expect("memory never fails"), [temporary]);
    let messages = some().into_iter().take(1).collect();
    write(&folder, &messages, &small());
    assert_eq!(folder.list().expect("memory never fails"), [name]);
    assert_eq!(read_all(&folder), Ok(messages));
}

#[test]
#[should_panic(expected = "messages come in order")]
fn messages_out_of_order_are_a_bug() {
    let folder = MemoryFolder::default();
    let mut writer = RunWriter::create(&folder, &HEADER, &small()).expect("memory never fails");
    for seq in [2, 1].map(Seq) {
        let _ = writer.push(key(1, 0), seq, &entry_of(key(1, 0), seq, &Bytes::new()));
    }
}

#[test]
#[should_panic(expected = "an entry is as long as it says")]
fn half_an_entry_is_a_bug() {
    let folder = MemoryFolder::default();
    let mut writer = RunWriter::create(&folder, &HEADER, &small()).expect("memory never fails");
    let entry = entry_of(key(1, 0), Seq(1), &Bytes::new());
    let _ = writer.push(key(1, 0), Seq(1), &entry[..ENTRY_HEADER_BYTES]);
}

#[test]
fn a_file_is_written_in_whole_aligned_blocks_of_limited_size() {
    let folder = Strict { folder: MemoryFolder::default(), write_bytes_max: 2 * BLOCK };
    let messages = (1..200).map(|seq| ((key(1, 0), Seq(seq)), Bytes::from_static(&[7; 333]))).collect();
    write(&folder, &messages, &Config { write_bytes_max: 2 * BLOCK, ..small() });
    assert_eq!(read_all(&folder.folder), Ok(messages));
}
