//! Messages that wait move out of the log into runs, are found there, and leave no space behind when they die.

use crate::harness::{KEY, Stepped};
use journal::conformance::{Harness, Recorder, save};
use journal::{Fetch, Inquiry, Journal, SeqSet};
use journal_file::fuzz::MemoryFolder;
use journal_file::io::{Io, Mode};
use journal_file::{Config, FileJournal};
use std::collections::BTreeSet;
use std::sync::Arc;
use vocab::mutant::{self, Mutant};
use vocab::{Message, PartitionId, PartitionKey, Position, QueueId, Seq};

const MESSAGES: u64 = 60;
const BODY_BYTES: usize = 3000;
const MIB: u64 = 1024 * 1024;

/// Far more than it takes: in each, one segment or one group of runs is seen to.
const ROUNDS: usize = 100;

/// Everything that is covered moves at once; blocks hold a few messages.
pub(crate) fn moving() -> Config {
    Config {
        segment_bytes_min: 24 * 1024,
        segment_bytes_max: 24 * 1024,
        write_bytes_max: 4096,
        cache_bytes: 0,
        window_messages_max: 0,
        window_bytes_max: 0,
        run_bytes_min: 0,
        run_block_bytes: 8000,
        sort_bytes: 10_000,
        read_ahead_bytes: 16_000,
        block_cache_bytes: 16_000,
        ..Config::default()
    }
}

/// As [`moving`], with runs of several segments' messages.
fn joined() -> Config {
    Config { run_bytes_min: 24 * 1024, run_bytes_max: 120 * 1024, ..moving() }
}

fn other(partition: u16) -> PartitionKey {
    PartitionKey::new(QueueId(9), PartitionId(partition))
}

fn body(key: PartitionKey, seq: u64) -> Vec<u8> {
    vec![u8::try_from(seq).expect("few messages") ^ u8::try_from(key.partition.0).expect("few"); BODY_BYTES]
}

/// A store, and what its engine would know.
struct Setting {
    folder: MemoryFolder,
    store: Stepped,
    journal: FileJournal,
    dead: BTreeSet<(PartitionKey, Seq)>,
}

impl Setting {
    /// With messages of three partitions in turn, all covered.
    fn filled(config: Config) -> Self {
        let folder = MemoryFolder::default();
        let mut store = Stepped::in_memory(&folder, config);
        let (mut journal, _) = store.open_recorded();
        for seq in 1..=MESSAGES {
            for key in [KEY, other(0), other(1)] {
                journal.append_messages(key, Seq(seq), &[Arc::new(Message::with_body(body(key, seq)))]);
            }
            store.commit(&mut journal).expect("nothing failed");
        }
        let mut setting = Self { folder, store, journal, dead: BTreeSet::new() };
        setting.checkpoint();
        setting
    }

    fn checkpoint(&mut self) {
        self.journal.append(16, true, QueueId(1), b"a record, so that there is something to cover");
        self.store.commit(&mut self.journal).expect("nothing failed");
        save(&mut self.journal, "state");
        self.settle();
    }

    /// Goes on until nothing is left to do, answering the journal's questions.
    fn settle(&mut self) {
        for _ in 0..ROUNDS {
            self.store.run(&mut self.journal);
            self.journal.poll().expect("nothing failed");
            if let Some(inquiry) = self.journal.inquiry() {
                let live = self.live(&inquiry);
                self.journal.resolve(live);
            }
        }
    }

    fn live(&self, inquiry: &Inquiry) -> Vec<SeqSet> {
        let lives = |key, seq: &u64| !self.dead.contains(&(key, Seq(*seq)));
        let of = |(key, seqs): &(PartitionKey, std::ops::RangeInclusive<Seq>)| {
            (seqs.start().0..=seqs.end().0).filter(|seq| lives(*key, seq)).collect()
        };
        inquiry.ranges.iter().map(of).collect()
    }

    fn forget(&mut self, key: PartitionKey, seqs: std::ops::RangeInclusive<u64>) {
        self.dead.extend(seqs.clone().map(|seq| (key, Seq(seq))));
        self.journal.forget(key, Seq(*seqs.start())..=Seq(*seqs.end()));
    }

    fn reopen(self) -> Self {
        let Self { folder, mut store, journal, dead } = self;
        store.stop(journal);
        let mut recorder = Recorder { dead: dead.clone(), ..Recorder::default() };
        let (journal, _) = store.try_open(&mut recorder).expect("the store opens");
        Self { folder, store, journal, dead }
    }

    fn check_everything_that_lives(&self) {
        for key in [KEY, other(0), other(1)] {
            let living = (1..=MESSAGES).filter(|seq| !self.dead.contains(&(key, Seq(*seq))));
            for seq in living {
                assert_eq!(fetched(&self.journal, key, seq), body(key, seq), "{key:?}/{seq}");
            }
        }
    }

    fn names(&self, start: &str) -> Vec<String> {
        let mut names = self.folder.list().expect("memory never fails");
        names.retain(|name| name.starts_with(start));
        names
    }

    fn run_bytes(&self) -> usize {
        self.names("run-").iter().map(|name| self.folder.bytes(name).expect("it was listed").len()).sum()
    }
}

pub(crate) fn fetched(journal: &FileJournal, key: PartitionKey, seq: u64) -> Vec<u8> {
    let message = match journal.fetch(key, Seq(seq)) {
        Fetch::Ready(message) => message,
        Fetch::Read(read) => read().expect("undamaged"),
        Fetch::Gone => panic!("{key:?}/{seq} is gone"),
    };
    message.body.to_vec()
}

#[test]
fn covered_messages_move_to_runs_and_are_found_there_before_and_after_a_restart() {
    let mut setting = Setting::filled(moving());
    assert!(setting.journal.stats().runs > 3, "{:?}", setting.journal.stats());
    assert_eq!(setting.journal.stats().segments, 1, "only the one that is written to is left");
    setting.check_everything_that_lives();
    setting = setting.reopen();
    setting.check_everything_that_lives();
    for key in [KEY, other(0), other(1)] {
        assert_eq!(setting.journal.held(key), MESSAGES);
    }
}

#[test]
fn what_is_not_covered_stays_in_the_log() {
    let mut setting = Setting::filled(moving());
    let runs = setting.journal.stats().runs;
    for seq in MESSAGES + 1..=MESSAGES + 20 {
        setting.store.publish(&mut setting.journal, seq, BODY_BYTES);
    }
    setting.settle();
    assert_eq!(setting.journal.stats().runs, runs);
}

#[test]
fn a_run_in_which_nothing_lives_goes() {
    let mut setting = Setting::filled(moving());
    for key in [KEY, other(0), other(1)] {
        setting.forget(key, 1..=MESSAGES);
    }
    setting.settle();
    assert_eq!(setting.journal.stats().runs, 0);
    assert_eq!(setting.names("run-"), Vec::<String>::new());
    let setting = setting.reopen();
    assert_eq!(setting.journal.held(KEY), 0);
}

#[test]
fn one_stuck_message_keeps_little_more_than_itself() {
    let mut setting = Setting::filled(moving());
    let before = setting.run_bytes();
    setting.forget(KEY, 1..=9);
    setting.forget(KEY, 11..=MESSAGES);
    setting.forget(other(0), 1..=MESSAGES);
    setting.forget(other(1), 1..=MESSAGES);
    setting.settle();
    assert!(before > 100 * BODY_BYTES, "{before}");
    assert!(setting.run_bytes() < 5 * BODY_BYTES, "{}", setting.run_bytes());
    setting.check_everything_that_lives();
    setting.reopen().check_everything_that_lives();
}

#[test]
fn what_dies_while_its_run_is_rewritten_is_not_counted_for_living() {
    let mut setting = Setting::filled(moving());
    setting.forget(KEY, 1..=MESSAGES);
    setting.forget(other(0), 1..=MESSAGES);
    setting.journal.poll().expect("nothing failed");
    let inquiry = setting.journal.inquiry().expect("two thirds are dead");
    let live = setting.live(&inquiry);
    setting.journal.resolve(live);
    setting.journal.poll().expect("nothing failed");
    setting.forget(other(1), 1..=MESSAGES);
    setting.settle();
    assert_eq!(setting.journal.held(other(1)), 0);
    assert_eq!(setting.journal.stats().runs, 0);
}

#[test]
fn small_neighbours_are_joined() {
    let mut setting =
        Setting::filled(Config { run_bytes_min: 1024 * 1024, run_bytes_max: 8 * 1024 * 1024, ..moving() });
    setting.settle();
    assert!(setting.journal.stats().runs < 4, "{:?}", setting.journal.stats());
    setting.check_everything_that_lives();
    setting.reopen().check_everything_that_lives();
}

/// Damages the last body of the first run.
fn damage_a_block(setting: &Setting) {
    let run = &setting.names("run-")[0];
    let bytes = setting.folder.bytes(run).expect("it was listed");
    let is_body = |window: &[u8]| window[0] != 0 && window.iter().all(|byte| *byte == window[0]);
    let last = bytes.windows(BODY_BYTES).rposition(is_body).expect("there are bodies in it");
    let file = setting.folder.open(run, Mode::Buffered).expect("it was listed");
    file.write_at(last as u64, &[!bytes[last]]).expect("memory never fails");
}

#[test]
fn a_run_that_cannot_be_read_is_left_as_it_is_until_nothing_in_it_lives() {
    let mut setting = Setting::filled(moving());
    damage_a_block(&setting);
    setting.forget(KEY, 1..=MESSAGES);
    setting.forget(other(0), 1..=MESSAGES);
    setting.settle();
    assert!(setting.run_bytes() > 0, "what is readable stays");
    setting.journal.poll().expect("the store goes on");
    setting.forget(other(1), 1..=MESSAGES);
    setting.settle();
    assert_eq!(setting.journal.stats().runs, 0);
}

#[test]
fn a_damaged_block_takes_no_message_of_another_block_with_it() {
    let setting = Setting::filled(moving());
    damage_a_block(&setting);
    let mut lost = 0;
    for (key, seq) in [KEY, other(0), other(1)].into_iter().flat_map(|key| (1..=MESSAGES).map(move |seq| (key, seq))) {
        match setting.journal.fetch(key, Seq(seq)) {
            Fetch::Ready(_) => {}
            Fetch::Read(read) => lost += u64::from(read().is_err()),
            Fetch::Gone => panic!("{key:?}/{seq} is gone"),
        }
    }
    assert!((1..=3).contains(&lost), "{lost} messages are unreadable: a block holds at most three");
}

#[test]
fn rewriting_on_a_word_that_a_crash_may_undo_is_noticed() {
    let broken = || mutant::with(Mutant::RewriteUndurable, check_that_the_engines_word_is_durable);
    std::panic::catch_unwind(broken).expect_err("the check is blind to it");
}

#[test]
fn nothing_is_left_out_before_the_engines_word_is_durable() {
    check_that_the_engines_word_is_durable();
}

fn check_that_the_engines_word_is_durable() {
    let mut setting = Setting::filled(moving());
    // The engine knows that these died, but the record of it is not durable.
    setting.journal.append(16, true, QueueId(1), b"acknowledgements");
    setting.forget(KEY, 1..=MESSAGES);
    setting.forget(other(0), 1..=MESSAGES);
    setting.journal.poll().expect("nothing failed");
    let inquiry = setting.journal.inquiry().expect("two thirds are dead");
    let live = setting.live(&inquiry);
    setting.journal.resolve(live);
    let before = setting.names("run-");
    setting.settle();
    assert_eq!(setting.names("run-"), before, "the record is still in the open commit");
    setting.store.commit(&mut setting.journal).expect("nothing failed");
    setting.settle();
    assert_ne!(setting.names("run-"), before);
    setting.check_everything_that_lives();
}

#[test]
fn a_read_that_was_begun_finishes_although_its_run_goes() {
    let mut setting = Setting::filled(moving());
    let Fetch::Read(read) = setting.journal.fetch(KEY, Seq(1)) else { panic!("it is on disk") };
    for key in [KEY, other(0), other(1)] {
        setting.forget(key, 1..=MESSAGES);
    }
    setting.settle();
    assert_eq!(read().expect("the file is still there for who holds it").body, body(KEY, 1));
}

#[test]
fn a_missing_run_is_named_and_nothing_is_changed() {
    let setting = Setting::filled(moving());
    let lost = setting.names("run-").remove(0);
    let Setting { folder, mut store, journal, .. } = setting;
    store.stop(journal);
    folder.remove(&lost).expect("memory never fails");
    let error = store.try_open(&mut Recorder::default()).map(drop).expect_err("a run is missing");
    assert!(error.to_string().contains(&lost), "{error}");
}

#[test]
fn rot_in_a_segment_is_not_carried_into_a_run() {
    let folder = MemoryFolder::default();
    let mut store = Stepped::in_memory(&folder, moving());
    let (mut journal, _) = store.open_recorded();
    for seq in 1..=20 {
        store.publish(&mut journal, seq, BODY_BYTES);
    }
    let mut segments = folder.list().expect("memory never fails");
    segments.retain(|name| name.starts_with("wal-"));
    segments.sort();
    let bytes = folder.bytes(&segments[0]).expect("it was listed");
    let file = folder.open(&segments[0], Mode::Buffered).expect("it was listed");
    file.write_at(5000, &[bytes[5000] ^ 1]).expect("memory never fails");
    save(&mut journal, "state");
    let mut polled = Ok(Position::ZERO);
    for _ in 0..ROUNDS {
        store.run(&mut journal);
        polled = journal.poll();
    }
    let poisoned = polled.expect_err("a message is damaged");
    assert!(poisoned.reason.contains(&segments[0]) && poisoned.reason.contains("damaged"), "{poisoned}");
}

#[test]
fn every_run_in_which_nothing_lives_goes_at_once() {
    let mut setting = Setting::filled(moving());
    let before = setting.names("run-").len();
    for key in [KEY, other(0), other(1)] {
        for seq in (1..=MESSAGES).step_by(5) {
            setting.forget(key, seq..=seq);
        }
    }
    setting.checkpoint();
    assert_eq!(setting.names("run-").len() as u64, before as u64 - MESSAGES / 5);
}

#[test]
fn where_room_is_short_runs_that_are_mostly_alive_are_rewritten_too() {
    let mut setting = Setting::filled(Config { reserve_bytes_max: 4 * MIB, ..joined() });
    for key in [KEY, other(0), other(1)] {
        for seq in (1..=MESSAGES).step_by(5) {
            setting.forget(key, seq..=seq);
        }
    }
    setting.checkpoint();
    let before = setting.run_bytes();
    setting.store.faults.set_free_bytes(Some(64 * MIB));
    setting.store.faults.set_free_bytes(Some(5 * MIB));
    setting.checkpoint();
    assert!(setting.run_bytes() * 10 < before * 9, "{} bytes of {before} are left", setting.run_bytes());
    setting.check_everything_that_lives();
}

#[test]
fn a_full_disk_only_puts_it_off() {
    let mut setting = Setting::filled(Config { window_messages_max: 1000, window_bytes_max: u64::MAX, ..moving() });
    assert_eq!(setting.journal.stats().runs, 0);
    let Setting { folder, mut store, journal, dead } = setting;
    store.stop(journal);
    store = Stepped::in_memory(&folder, moving());
    let (journal, _) = store.open_recorded();
    store.faults.set_free_bytes(Some(1000));
    setting = Setting { folder, store, journal, dead };
    setting.settle();
    let segments = setting.journal.stats().segments;
    assert!(segments > 10, "only what spares give back is there for runs: {segments} segments are left");
    setting.check_everything_that_lives();
    setting.store.faults.set_free_bytes(None);
    setting.store.clock.advance_ms(1000);
    setting.settle();
    assert!(setting.journal.stats().segments < 3, "{:?}", setting.journal.stats());
    setting.check_everything_that_lives();
}
