//! One changed bit anywhere in a healthy store is detected or harmless, file by file.

use crate::harness::{KEY, Stepped};
use crate::runs::moving;
use journal::conformance::{Harness, Recorder, save};
use journal::{Fetch, Journal};
use journal_file::Config;
use journal_file::fuzz::MemoryFolder;
use journal_file::io::Io;
use vocab::random::{Random, SeededRandom};
use vocab::{QueueId, Seq};

const MESSAGES: u64 = 30;
const FLIPS_A_FILE: u64 = 300;

fn config() -> Config {
    Config { segment_bytes_min: 32 * 1024, segment_bytes_max: 32 * 1024, cache_bytes: 0, ..Config::default() }
}

/// Several segments, a checkpoint in the middle, two boots, every message alive.
fn healthy(clean: bool, config: &Config) -> MemoryFolder {
    let folder = MemoryFolder::default();
    let mut store = Stepped::in_memory(&folder, config.clone());
    let (mut journal, _) = store.open_recorded();
    for seq in 1..=MESSAGES {
        journal.append(16, true, QueueId(1), seq.to_string().as_bytes());
        store.publish(&mut journal, seq, usize::try_from(seq).expect("few") * 100);
        if seq == MESSAGES / 2 {
            save(&mut journal, "half");
            for _ in 0..20 {
                store.run(&mut journal);
                journal.poll().expect("nothing failed");
            }
        }
        if seq == MESSAGES * 2 / 3 {
            store.stop(journal);
            (journal, _) = store.open_recorded();
        }
    }
    if clean {
        store.close(journal);
    } else {
        store.clock.advance_ms(1000);
        store.run(&mut journal);
        store.stop(journal);
    }
    folder
}

/// Opens it; whatever opens must show exactly what was written.
fn check_detected_or_harmless(folder: &MemoryFolder, config: &Config, what: &str) -> bool {
    let verified = verified_as_healthy(folder);
    let mut store = Stepped::in_memory(folder, config.clone());
    let mut recorder = Recorder::default();
    let Ok((journal, _)) = store.try_open(&mut recorder) else {
        assert!(!verified, "{what}: a start refuses what verify calls healthy");
        return true;
    };
    let notes: Vec<u64> = recorder.notes().iter().map(|note| note.parse().expect("a number")).collect();
    let first = if recorder.checkpoint.is_some() { MESSAGES / 2 + 1 } else { 1 };
    assert_eq!(notes, (first..=MESSAGES).collect::<Vec<_>>(), "{what}");
    for seq in 1..=MESSAGES {
        let message = match journal.fetch(KEY, Seq(seq)) {
            Fetch::Ready(message) => message,
            Fetch::Read(read) => match read() {
                Ok(message) => message,
                Err(_named) => {
                    assert!(!verified, "{what}: message {seq} cannot be read, and verify calls the store healthy");
                    continue;
                }
            },
            Fetch::Gone => panic!("{what}: message {seq} is gone"),
        };
        assert_eq!(message.body, vec![7; usize::try_from(seq).expect("few") * 100], "{what}");
    }
    false
}

/// Whether verifying the folder, which changes nothing, finds nothing.
fn verified_as_healthy(folder: &MemoryFolder) -> bool {
    let (mut strict, mut lenient) = (Recorder::default(), Recorder::default());
    let verified = journal_file::verify(folder, "memory", &mut strict, &mut lenient, &mut |_| {});
    verified.is_ok_and(|verified| verified.findings.is_empty() && verified.recovery.is_ok())
}

fn check_flips(clean: bool, config: &Config) {
    let healthy = healthy(clean, config);
    assert!(verified_as_healthy(&healthy), "nothing is damaged yet");
    let random = SeededRandom::new(3);
    let mut detected = 0;
    for name in healthy.list().expect("memory never fails") {
        let bytes = healthy.bytes(&name).expect("it was listed");
        let bits = bytes.len() as u64 * 8;
        for _ in 0..FLIPS_A_FILE.min(bits) {
            let bit = random.next_u64() % bits;
            let damaged = healthy.copy();
            let mut changed = bytes.clone();
            changed[usize::try_from(bit / 8).expect("small")] ^= 1 << (bit % 8);
            damaged.put(&name, changed);
            detected += u64::from(check_detected_or_harmless(&damaged, config, &format!("bit {bit} of {name}")));
        }
    }
    assert!(detected > 100, "most flips are in data: {detected} were detected");
}

#[test]
fn in_a_store_that_was_closed() {
    check_flips(true, &config());
}

#[test]
fn in_a_store_that_stood_still_and_crashed() {
    check_flips(false, &config());
}

#[test]
fn in_a_store_whose_messages_moved_to_runs() {
    check_flips(true, &moving());
}
