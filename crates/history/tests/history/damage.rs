//! Whatever happens to the bytes of a file: the history opens, says nothing wrong, and goes on.

use crate::store::{Store, steps};
use history::What;
use proptest::prelude::*;

const BYTES: u64 = 1 << 20;
const FILE: &str = "history-00000001.lsh";

/// Blocks of 20 messages each.
fn filled() -> Store {
    let mut store = Store::new(BYTES);
    for seq in 1..200 {
        store.publish(seq, 1, seq, 1);
        if seq % 20 == 0 {
            store.history.write_out();
        }
    }
    store.history.write_out();
    store
}

/// How many of the messages are told of; none is told of wrongly.
fn known(store: &Store) -> usize {
    let mut known = 0;
    for seq in 1..200 {
        let life = store.life(1, seq);
        match &steps(&life)[..] {
            [] => assert!(!life.gaps.is_empty(), "message {seq} is missing, and nothing says so"),
            [(at_ms, What::Published)] => {
                assert_eq!(*at_ms, seq);
                known += 1;
            }
            other => panic!("message {seq}: {other:?}"),
        }
    }
    known
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_torn_end_is_cut_and_written_over(cut in 0_usize..100_000) {
        let store = filled();
        let bytes = store.folder.bytes(FILE).expect("one file");
        let kept = cut % bytes.len();
        store.folder.put(FILE, bytes[..kept].to_vec());
        let mut store = store.kill();
        store.publish(1000, 2, 1, 1);
        prop_assert_eq!(steps(&store.life(2, 1)), [(1000, What::Published)]);
        let known = known(&store);
        // All blocks but the torn one, which has twenty messages.
        prop_assert!(known.abs_diff(199 * kept / bytes.len()) <= 25, "{} of {} bytes: {}", kept, bytes.len(), known);
        let store = store.kill();
        prop_assert_eq!(steps(&store.life(2, 1)), [(1000, What::Published)]);
    }

    #[test]
    fn changed_bits_cost_what_they_hit(changes in proptest::collection::vec(any::<usize>(), 1..4), reopened: bool) {
        let store = filled();
        let mut bytes = store.folder.bytes(FILE).expect("one file");
        for change in &changes {
            // The file's own head makes it another store's file.
            let at = 32 * 8 + change % ((bytes.len() - 32) * 8);
            bytes[at / 8] ^= 1 << (at % 8);
        }
        store.folder.put(FILE, bytes.clone());
        // The handles of an open history are those of the file as it was; a start takes the damage in.
        let store = store.kill();
        known(&store);
        if reopened {
            known(&store.kill());
        }
    }
}

#[test]
fn damage_in_the_middle_of_an_old_file_costs_its_block_alone() {
    let mut store = filled();
    // Another file follows, so that nothing is cut at the next start.
    for seq in 200..20_000 {
        store.publish(seq, 3, seq, 1);
        if seq % 500 == 0 {
            store.history.write_out();
        }
    }
    store.history.write_out();
    assert!(store.folder.names().len() > 1);
    let mut bytes = store.folder.bytes(FILE).expect("the first");
    // Far into the body of a block in the middle of the two hundred messages.
    let middle = bytes.windows(4).enumerate().filter(|(_, four)| *four == b"LSHB").nth(5).expect("a block").0;
    bytes[middle + 120] ^= 1;
    store.folder.put(FILE, bytes);
    assert_eq!(known(&store.kill()), 199 - 20);
}
