//! Every row of the recovery table, by a folder damaged by hand.

use crate::harness::{KEY, Stepped};
use journal::conformance::{Harness, Recorder};
use journal::frame::{self, Flags, FrameHeader};
use journal::{Fetch, Journal};
use journal_file::fuzz::MemoryFolder;
use journal_file::{Config, LostSeqs, OpenError, Verdict, names};
use std::sync::Arc;
use vocab::{Message, Position, QueueId, Seq};

const KIND: u8 = 16;

fn config() -> Config {
    Config { frame_bytes_max: 6000, ..Config::default() }
}

/// A store with commits `1..=commits`, each with a note and a message; the last one may span several frames.
struct Written {
    folder: MemoryFolder,
    store: Stepped,
    journal: Option<journal_file::FileJournal>,
}

impl Written {
    fn with_commits(commits: u64) -> Self {
        let folder = MemoryFolder::default();
        let mut store = Stepped::in_memory(&folder, config());
        let (mut journal, _) = store.open_recorded();
        for seq in 1..=commits {
            journal.append(KIND, true, QueueId(1), seq.to_string().as_bytes());
            store.publish(&mut journal, seq, 100);
        }
        Self { folder, store, journal: Some(journal) }
    }

    fn with_large_commit(mut self) -> Self {
        let journal = self.journal.as_mut().expect("it is open");
        for _ in 0..3 {
            journal.append(KIND, true, QueueId(1), &[b'x'; 5000]);
        }
        self.store.commit(journal).expect("nothing failed");
        self
    }

    fn crashed(mut self) -> Self {
        let journal = self.journal.take().expect("it is open");
        self.store.stop(journal);
        self
    }

    fn closed(mut self) -> Self {
        let journal = self.journal.take().expect("it is open");
        self.store.close(journal);
        self
    }

    /// Changes the first segment, which is shown with its frames.
    fn damage(self, change: impl FnOnce(&mut Vec<u8>, &[Found])) -> Self {
        let name = names::segment(1);
        let mut bytes = self.folder.bytes(&name).expect("the segment is there");
        let frames = frames(&bytes);
        change(&mut bytes, &frames);
        self.folder.put(&name, bytes);
        self
    }

    fn check_opens(mut self, verdict: Verdict, commits: u64) -> Recorder {
        let mut recorder = Recorder::default();
        let (mut journal, opened) = self.store.try_open(&mut recorder).expect("the store opens");
        assert_eq!(self.store.report.verdict, Some(verdict));
        assert_eq!(self.store.report.verdicts.get(&verdict), Some(&1));
        assert_eq!(opened.clean, verdict == Verdict::Sealed);
        assert_eq!(journal.open_position(), Position(commits + 1));
        let small: Vec<String> = recorder.notes().into_iter().filter(|note| note.len() < 100).collect();
        let expected: Vec<String> = (1..=commits.min(small.len() as u64)).map(|number| number.to_string()).collect();
        assert_eq!(small, expected);
        check_goes_on(&mut self.store, &mut journal, commits);
        recorder
    }

    fn check_refused(mut self, verdict: Verdict) -> OpenError {
        let before = self.folder.copy();
        let error = self.store.try_open(&mut Recorder::default()).map(drop).expect_err("the store does not open");
        assert_eq!(error.verdict(), Some(verdict), "{error}");
        let name = names::segment(1);
        assert_eq!(self.folder.bytes(&name), before.bytes(&name), "nothing was changed");
        error
    }
}

/// A store that was opened takes commits, and has them after the next crash.
fn check_goes_on(store: &mut Stepped, journal: &mut journal_file::FileJournal, commits: u64) {
    let message = Arc::new(Message::with_body("after"));
    journal.append_messages(KEY, Seq(1000), &[message]);
    assert_eq!(store.commit(journal), Ok(Position(commits + 1)));
    store.step_all();
    let (again, recorder) = store.open_recorded();
    assert_eq!(recorder.messages().last().map(|(_, seq, _)| *seq), Some(Seq(1000)));
    assert!(!matches!(again.fetch(KEY, Seq(1000)), Fetch::Gone));
    assert_eq!(store.report.cut_bytes, 0, "what was cut once does not come back");
}

/// A frame as found in a segment.
struct Found {
    at: usize,
    header: FrameHeader,
}

impl Found {
    fn body(&self) -> std::ops::Range<usize> {
        self.at + frame::HEADER_BYTES..self.at + frame::HEADER_BYTES + self.header.len as usize
    }
}

fn frames(bytes: &[u8]) -> Vec<Found> {
    let mut found = Vec::new();
    let mut at = frame::ALIGNMENT;
    while let Ok((header, _)) = FrameHeader::parse(&bytes[at..]) {
        found.push(Found { at, header });
        at += usize::try_from(header.framed_bytes()).expect("frames are small");
    }
    found
}

/// Gives a frame another header, or its body another checksum.
fn rewrite(bytes: &mut [u8], found: &Found, change: impl FnOnce(&mut FrameHeader)) {
    let mut header = found.header;
    header.body_crc = crc32c::crc32c(&bytes[found.body()]);
    change(&mut header);
    bytes[found.at..found.at + frame::HEADER_BYTES].copy_from_slice(&header.encode().0);
}

#[test]
fn a_seal_is_a_clean_end() {
    Written::with_commits(3).closed().check_opens(Verdict::Sealed, 3);
}

#[test]
fn no_seal_and_nothing_behind_is_the_end_of_the_log() {
    Written::with_commits(3).crashed().check_opens(Verdict::EndOfLog, 3);
}

#[test]
fn a_store_that_was_never_written_to_opens() {
    Written::with_commits(0).crashed().check_opens(Verdict::EndOfLog, 0);
}

#[test]
fn a_last_frame_with_damaged_records_is_torn_and_cut() {
    let store = Written::with_commits(3).crashed();
    store.damage(|bytes, frames| bytes[frames[2].body().end - 1] ^= 1).check_opens(Verdict::TornFrame, 2);
}

#[test]
fn a_last_frame_whose_header_never_arrived_is_the_end_of_the_log() {
    let store = Written::with_commits(3).crashed();
    store.damage(|bytes, frames| bytes[frames[2].at..frames[2].at + 512].fill(0)).check_opens(Verdict::EndOfLog, 2);
}

#[test]
fn a_commit_without_its_last_frame_is_cut_whole() {
    let store = Written::with_commits(2).with_large_commit().crashed();
    let recorder = store
        .damage(|bytes, frames| {
            let last = frames.last().expect("frames exist");
            assert!(last.header.flags.has(Flags::LAST) && !last.header.flags.has(Flags::FIRST));
            bytes[last.at..].fill(0);
        })
        .check_opens(Verdict::TornCommit, 2);
    assert_eq!(recorder.notes().len(), 2);
}

#[test]
fn unsynced_frames_that_arrived_out_of_order_are_cut() {
    let store = Written::with_commits(2).with_large_commit().crashed();
    let recorder =
        store.damage(|bytes, frames| bytes[frames[3].at..frames[4].at].fill(0)).check_opens(Verdict::OutOfOrder, 2);
    assert_eq!(recorder.notes().len(), 2);
}

#[test]
fn a_large_commit_that_is_all_there_is_kept() {
    Written::with_commits(2).with_large_commit().crashed().check_opens(Verdict::EndOfLog, 3);
}

#[test]
fn damage_before_a_synced_frame_is_rot_and_names_what_is_lost() {
    let store = Written::with_commits(6).crashed();
    let error = store
        .damage(|bytes, frames| {
            bytes[frames[2].body().start] ^= 1;
            bytes[frames[3].at + 20] ^= 1;
        })
        .check_refused(Verdict::Rot);
    let OpenError::Damaged { lost, file, .. } = error else { panic!("it is damaged") };
    assert_eq!(file, names::segment(1));
    assert_eq!(lost.frames, Some((3, 5)));
    assert_eq!(lost.from, Some(Position(3)));
    assert_eq!(lost.seqs, [LostSeqs { key: KEY, after: Seq(2), before: Seq(5) }]);
}

#[test]
fn damage_to_the_last_commit_is_rot_once_an_empty_frame_states_its_sync() {
    let mut store = Written::with_commits(3);
    store.store.clock.advance_ms(1000);
    store.store.step_all();
    let error = store.crashed().damage(|bytes, frames| {
        assert!(frames[3].header.flags.has(Flags::EMPTY));
        bytes[frames[2].body().start] ^= 1;
    });
    error.check_refused(Verdict::Rot);
}

#[test]
fn damage_before_a_seal_is_rot() {
    let store = Written::with_commits(3).closed();
    store.damage(|bytes, frames| bytes[frames[2].body().start] ^= 1).check_refused(Verdict::Rot);
}

#[test]
fn damage_in_what_an_earlier_boot_wrote_is_rot() {
    let mut store = Written::with_commits(3).closed();
    let (journal, _) = store.store.open_recorded();
    store.store.stop(journal);
    store.damage(|bytes, frames| bytes[frames[3].at..].fill(0)).check_refused(Verdict::Rot);
}

#[test]
fn a_missing_segment_is_named() {
    let store = Written::with_commits(3).crashed();
    journal_file::io::Io::remove(&store.folder, &names::segment(1)).expect("it was there");
    let OpenError::Missing { file } = missing(store) else { panic!("it is missing") };
    assert_eq!(file, names::segment(1));
}

fn missing(mut store: Written) -> OpenError {
    let error = store.store.try_open(&mut Recorder::default()).map(drop).expect_err("the store does not open");
    assert_eq!(error.verdict(), Some(Verdict::Missing));
    error
}

#[test]
fn a_frame_of_a_later_version_is_refused() {
    let store = Written::with_commits(3).crashed();
    let damaged = store.damage(|bytes, frames| {
        let at = frames[2].at;
        bytes[at + 3] = frame::VERSION + 1;
        let crc = crc32c::crc32c_append(crc32c::crc32c(&bytes[at..at + 4]), &bytes[at + 8..at + frame::HEADER_BYTES]);
        bytes[at + 4..at + 8].copy_from_slice(&crc.to_le_bytes());
    });
    damaged.check_refused(Verdict::UnknownVersion);
}

fn with_first_record_kind(kind: u8) -> Written {
    Written::with_commits(3).crashed().damage(|bytes, frames| {
        bytes[frames[2].body().start] = kind;
        rewrite(bytes, &frames[2], |_| {});
    })
}

#[test]
fn an_unknown_critical_record_is_refused_and_another_is_skipped() {
    with_first_record_kind(0x80 | 9).check_refused(Verdict::UnknownVersion);
    let mut skipping = with_first_record_kind(9);
    let (_, recorder) = skipping.store.open_recorded();
    assert_eq!(recorder.notes(), ["1", "2"]);
    assert_eq!(recorder.messages().len(), 3);
}

/// A segment whose file was used before: frames of that use lie behind its end.
fn with_stale_frames() -> Written {
    Written::with_commits(3).crashed().damage(|bytes, frames| {
        let mut stale = frames[0].header;
        stale.salt ^= 1;
        bytes[frames[2].body().end - 1] ^= 1;
        let at = frames[2].at + 2 * frame::ALIGNMENT;
        bytes[at..at + frame::HEADER_BYTES].copy_from_slice(&stale.encode().0);
    })
}

#[test]
fn frames_of_a_files_earlier_use_are_not_taken_for_this_ones() {
    with_stale_frames().check_opens(Verdict::TornFrame, 2);
}

#[cfg(feature = "mutants")]
#[test]
fn forgetting_the_salt_takes_an_old_frame_for_rot() {
    use vocab::mutant::{Mutant, with};
    let error = with(Mutant::ForgetSalt, || with_stale_frames().check_refused(Verdict::Rot));
    assert!(matches!(error, OpenError::Damaged { .. }));
}
