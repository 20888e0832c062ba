//! What tools print: whole texts, and sets of seqs as ranges.

use super::ToolError;
use journal::SeqSet;
use serde_json::{Value, json};
use std::io::{self, Write};
use vocab::{MessageId, PartitionKey, Seq};

/// Ranges that are printed of one set at most; the count tells of the rest.
const RANGES_MAX: usize = 1000;

/// Prints a text and ends the line.
pub(super) fn print(text: &str) -> Result<(), ToolError> {
    let mut out = io::stdout().lock();
    let printed = out.write_all(text.as_bytes()).and_then(|()| out.write_all(b"\n")).and_then(|()| out.flush());
    printed.map_err(ToolError::io("standard output"))
}

/// The first ranges of a set.
pub(super) fn ranges(seqs: &SeqSet) -> Vec<(u64, u64)> {
    let mut ranges: Vec<(u64, u64)> = Vec::new();
    for seq in seqs {
        if let Some((_, last)) = ranges.last_mut().filter(|(_, last)| *last + 1 == seq) {
            *last = seq;
        } else if ranges.len() < RANGES_MAX {
            ranges.push((seq, seq));
        } else {
            break;
        }
    }
    ranges
}

/// A set for people: `5, 7-9`.
pub(super) fn shown(seqs: &SeqSet) -> String {
    let shown = |(first, last): &(u64, u64)| if first == last { format!("{first}") } else { format!("{first}-{last}") };
    ranges(seqs).iter().map(shown).collect::<Vec<_>>().join(", ")
}

/// A set for programs, with the message ids that clients know.
pub(super) fn ranges_json(key: PartitionKey, seqs: &SeqSet) -> Vec<Value> {
    let id = |seq| MessageId::new(key, Seq(seq)).to_string();
    let range = |(first, last)| json!({ "first": first, "last": last, "first_id": id(first), "last_id": id(last) });
    ranges(seqs).into_iter().map(range).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_one_range() {
        let seqs: SeqSet = [5, 7, 8, 9].into_iter().collect();
        assert_eq!(shown(&seqs), "5, 7-9");
        assert_eq!(shown(&SeqSet::new()), "");
    }

    #[test]
    fn very_many_ranges_are_cut() {
        let seqs: SeqSet = (0..3000).filter(|seq| seq % 2 == 0).collect();
        assert_eq!(ranges(&seqs).len(), RANGES_MAX);
    }
}
