//! What is damaged, missing or somebody else's is noticed.

use super::*;
use crate::envelope;
use crate::run::block::{Damage, Mismatch};

#[test]
fn every_flipped_bit_is_noticed_or_changes_nothing() {
    let messages = some();
    let folder = written(&messages);
    let name = names::run(HEADER.number);
    let healthy = folder.bytes(&name).expect("it is there");
    let mut harmless = 0;
    for at in 0..healthy.len() {
        let mut bytes = healthy.clone();
        bytes[at] ^= 1 << (at % 8);
        folder.put(&name, bytes);
        if let Ok(read) = read_all(&folder) {
            assert_eq!(read, messages, "byte {at}");
            assert_eq!(healthy[at], 0, "byte {at} belongs to no padding");
            harmless += 1;
        }
    }
    assert!(healthy.len() - harmless > 1500, "what is not padding is checked");
}

#[test]
fn a_run_of_another_length_is_damaged() {
    let folder = written(&some());
    let name = names::run(HEADER.number);
    let healthy = folder.bytes(&name).expect("it is there");
    let longer = [healthy.clone(), vec![0; BLOCK]].concat();
    for len in (0..healthy.len()).step_by(100).chain([BLOCK, healthy.len() - BLOCK, healthy.len() - 1]) {
        folder.put(&name, healthy[..len].to_vec());
        check_damaged(open(&folder));
    }
    folder.put(&name, longer);
    check_damaged(open(&folder));
}

fn check_damaged(opened: Result<(RunFile, Vec<(Section, SeqSet)>), OpenError>) {
    match opened {
        Err(OpenError::Damaged { file, .. }) => assert_eq!(file, "run-00000003.run"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_run_of_another_store_or_under_another_name_is_damaged() {
    let folder = written(&some());
    check_damaged(RunFile::open(&folder, HEADER.store_id + 1, HEADER.number, Mode::Read));
    let other = MemoryFolder::default();
    let mut writer =
        RunWriter::create(&other, &RunHeader { number: 4, ..HEADER }, &small()).expect("memory never fails");
    push_all(&mut writer, &some());
    writer.finish(&other).expect("memory never fails");
    other.rename(&names::run(4), &names::run(3)).expect("it is there");
    check_damaged(open(&other));
}

#[test]
fn a_missing_run_is_named() {
    let opened = open(&MemoryFolder::default());
    assert!(matches!(opened, Err(OpenError::Missing { file }) if file == "run-00000003.run"));
}

#[test]
fn a_run_of_a_later_version_says_so() {
    let folder = written(&some());
    let name = names::run(HEADER.number);
    let mut bytes = folder.bytes(&name).expect("it is there");
    let later = envelope::seal(*b"LSR", header::VERSION + 1, &HEADER.encode()[envelope::HEADER_BYTES..]);
    bytes[..later.len()].copy_from_slice(&later);
    folder.put(&name, bytes);
    assert!(matches!(open(&folder), Err(OpenError::UnknownVersion { file, .. }) if file == name));
}

/// Both blocks are sound, each in the other's place.
#[test]
fn a_block_in_the_place_of_another_is_noticed() {
    let messages = (1..=6).map(|seq| ((key(1, 0), Seq(seq)), Bytes::from_static(&[7; 150]))).collect();
    let folder = written(&messages);
    let (_, sections) = open(&folder).expect("undamaged");
    let section = &sections[0].0;
    let [first, second] = [0, 1].map(|at| {
        let block_end = section.block_end(at);
        let range = section.blocks[at].at..block_end;
        usize::try_from(range.start).expect("small")..usize::try_from(range.end).expect("small")
    });
    assert_eq!(first.len(), second.len(), "blocks of one message of the same size");
    let name = names::run(HEADER.number);
    let healthy = folder.bytes(&name).expect("it is there");
    let mut bytes = healthy.clone();
    bytes[first.clone()].copy_from_slice(&healthy[second.clone()]);
    bytes[second].copy_from_slice(&healthy[first]);
    folder.put(&name, bytes);
    let (run, _) = open(&folder).expect("the footer is undamaged");
    let read = run.read_blocks(section, 0, 2);
    let expected = Damage::Mismatch { at: section.blocks[0].at, why: Mismatch::Another };
    assert!(matches!(read, Err(BlockError::Damaged(damage)) if damage == expected), "{read:?}");
}
