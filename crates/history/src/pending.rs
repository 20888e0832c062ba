//! Entries that are not in a file yet: appended by the shard, taken by whoever writes them out.
//!
//! What it is not: shared or timed; [`crate::history`] has the lock and the bell.
//!
//! Invariants: entries come out in the order they went in, whole commits at a time, and only those of commits that are durable; so a
//! history never tells of what a crash took back. What does not fit is counted and lost.

use crate::encode::Encoder;
use vocab::Position;

/// Bytes that wait at most; a second of a very busy server.
const BYTES_MAX: usize = 2 * 1024 * 1024;

/// The buffer.
#[derive(Debug, Default)]
pub(crate) struct Pending {
    bytes: Vec<u8>,
    encoder: Encoder,
    commits: Vec<Commit>,
    lost: u64,
    newest_ms: u64,
}

/// Where the entries of a commit begin.
#[derive(Clone, Copy, Debug)]
struct Commit {
    position: Position,
    at: usize,
    /// Entries before it.
    entries: u64,
}

/// Entries that may be written out.
#[derive(Debug)]
pub(crate) struct Taken {
    /// The entries; the first one goes on from nothing.
    pub(crate) bytes: Vec<u8>,
    pub(crate) entries: u64,
    /// How many did not fit since the last taking.
    pub(crate) lost: u64,
}

impl Pending {
    /// Has an entry written that belongs to the commit at `position`, unless there is no room.
    pub(crate) fn add(&mut self, position: Position, at_ms: u64, write: impl FnOnce(&mut Encoder, &mut Vec<u8>)) {
        self.newest_ms = at_ms;
        if self.bytes.len() >= BYTES_MAX {
            self.lost += 1;
            return;
        }
        if self.commits.last().is_none_or(|commit| commit.position != position) {
            self.encoder.cut();
            self.commits.push(Commit { position, at: self.bytes.len(), entries: self.encoder.entries });
        }
        write(&mut self.encoder, &mut self.bytes);
    }

    /// Has an entry written that belongs to no commit: it goes with the newest one.
    pub(crate) fn add_aside(&mut self, write: impl FnOnce(&mut Encoder, &mut Vec<u8>, u64)) {
        let position = self.commits.last().map_or(Position::ZERO, |commit| commit.position);
        let at_ms = self.newest_ms;
        self.add(position, at_ms, |encoder, out| write(encoder, out, at_ms));
    }

    pub(crate) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Takes the entries of all commits up to `durable`, and leaves `spare` in their place; `None` if there are none.
    pub(crate) fn take(&mut self, durable: Position, spare: Vec<u8>) -> Option<Taken> {
        let durable_commits = self.commits.partition_point(|commit| commit.position <= durable);
        if durable_commits == 0 {
            return None;
        }
        let next = self.commits.get(durable_commits).copied();
        let (cut_at, entries) = next.map_or((self.bytes.len(), self.encoder.entries), |next| (next.at, next.entries));
        let mut rest = spare;
        rest.clear();
        rest.extend_from_slice(&self.bytes[cut_at..]);
        self.commits.drain(..durable_commits);
        for commit in &mut self.commits {
            commit.at -= cut_at;
            commit.entries -= entries;
        }
        if self.commits.is_empty() {
            self.encoder.cut();
        }
        self.encoder.entries -= entries;
        let mut bytes = std::mem::replace(&mut self.bytes, rest);
        bytes.truncate(cut_at);
        Some(Taken { bytes, entries, lost: std::mem::take(&mut self.lost) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::Decoder;
    use crate::encode::span_of;
    use vocab::{DoorCode, PartitionId, PartitionKey, QueueId, Seq};

    fn publish(pending: &mut Pending, position: u64, seq: u64) {
        let key = PartitionKey::new(QueueId(1), PartitionId(0));
        pending.add(Position(position), seq, |encoder, out| {
            encoder.published(out, seq, key, span_of(Seq(seq), 1), DoorCode(0));
        });
    }

    fn times(taken: &Taken) -> Vec<u64> {
        Decoder::new(&taken.bytes).map(|dated| dated.unwrap().at_ms).collect()
    }

    #[test]
    fn only_what_is_durable_is_taken_and_what_stays_can_be_read_alone() {
        let mut pending = Pending::default();
        for (position, seq) in [(4, 1), (4, 2), (5, 3), (6, 4), (6, 5)] {
            publish(&mut pending, position, seq);
        }
        assert!(pending.take(Position(3), Vec::new()).is_none());
        let taken = pending.take(Position(5), Vec::new()).unwrap();
        assert_eq!((times(&taken), taken.entries), (vec![1, 2, 3], 3));
        publish(&mut pending, 6, 6);
        let taken = pending.take(Position(9), Vec::new()).unwrap();
        assert_eq!((times(&taken), taken.entries), (vec![4, 5, 6], 3));
        assert!(pending.take(Position(9), Vec::new()).is_none());
        publish(&mut pending, 6, 7);
        assert_eq!(times(&pending.take(Position(9), Vec::new()).unwrap()), [7]);
    }

    #[test]
    fn what_does_not_fit_is_counted() {
        let mut pending = Pending::default();
        let mut seq = 0;
        while pending.len() < BYTES_MAX {
            seq += 1;
            publish(&mut pending, 1, seq);
        }
        for more in 1..=3 {
            publish(&mut pending, 2, seq + more);
        }
        let taken = pending.take(Position(2), Vec::new()).unwrap();
        assert_eq!((taken.entries, taken.lost), (seq, 3));
        publish(&mut pending, 3, seq + 4);
        assert_eq!(pending.take(Position(3), Vec::new()).unwrap().lost, 0);
    }

    #[test]
    fn what_belongs_to_no_commit_comes_behind_the_newest() {
        let mut pending = Pending::default();
        publish(&mut pending, 7, 1);
        pending.add_aside(|encoder, out, at_ms| encoder.door_entered(out, at_ms, DoorCode(1), "front"));
        assert!(pending.take(Position(6), Vec::new()).is_none());
        assert_eq!(pending.take(Position(7), Vec::new()).unwrap().entries, 2);
    }
}
