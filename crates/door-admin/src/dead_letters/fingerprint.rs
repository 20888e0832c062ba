//! What tells one kind of failure from another: the reason, the queue it happened in, and the error's text without what
//! differs each time.
//!
//! ```text
//!   order 4711 of user 3f2504e0-4f89-11d3-9a0c-0305e82c3301 failed after 30s at 10.0.0.7:5432
//!   order … of user … failed after …s at …
//! ```
//!
//! What it is not: a measure of likeness. Two texts have one fingerprint when they differ in numbers and ids only.
//!
//! Invariant: however long a text is, its first [`TEXT_BYTES_MAX`] bytes are all that counts.

use crate::dead_letters::failure::Failure;
use sha2::{Digest, Sha256};
use std::fmt;

/// What differs each time.
const GAP: char = '…';

/// Bytes of an error's text that are looked at. Stack traces begin with what matters.
pub(crate) const TEXT_BYTES_MAX: usize = 512;

/// Hexadecimal letters without a digit are taken for an id from here on: shorter ones are words, as `added` and `facade` are.
const HEX_CHARS_MIN: usize = 8;

/// The digits between the dashes of a UUID.
const UUID_GROUPS: [usize; 5] = [8, 4, 4, 4, 12];

/// Names a kind of failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Fingerprint(u64);

impl Fingerprint {
    /// The kind of `failure`, whose error reads `error` without what differs.
    pub(crate) fn of(failure: &Failure<'_>, error: Option<&str>) -> Self {
        let mut digest = Sha256::new();
        // A NUL ends each part, so that no two ways to cut a text look alike.
        for part in [failure.reason, failure.origin.unwrap_or_default(), error.unwrap_or_default()] {
            digest.update(part);
            digest.update([0]);
        }
        let digest = digest.finalize();
        let first: [u8; 8] = digest[..8].try_into().expect("a SHA-256 has 32 bytes");
        Self(u64::from_be_bytes(first))
    }

    /// Reads what [`fmt::Display`] writes.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let is_hex = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_hex.then(|| u64::from_str_radix(text, 16).ok().map(Self))?
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// An error's text without numbers, ids and hexadecimal; its end is cut where it is too long.
pub(crate) fn normalised(text: &str) -> String {
    let mut rest = start_of(text, TEXT_BYTES_MAX);
    let mut out = String::with_capacity(rest.len());
    while !rest.is_empty() {
        rest = take(rest, &mut out);
    }
    out
}

/// The longest start of `text` that has at most `bytes_max` bytes.
pub(crate) fn start_of(text: &str, bytes_max: usize) -> &str {
    &text[..text.floor_char_boundary(bytes_max)]
}

/// Writes the text's first word, or the first character that is in none, and gives back what follows.
fn take<'t>(text: &'t str, out: &mut String) -> &'t str {
    if let Some(length) = uuid_length(text) {
        push_gap(out);
        return &text[length..];
    }
    let length = text.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(text.len());
    let (word, rest) = text.split_at(length);
    if word.is_empty() {
        let mut chars = text.chars();
        out.extend(chars.next());
        return chars.as_str();
    }
    if is_id(word) {
        push_gap(out);
    } else {
        push_without_digits(word, out);
    }
    rest
}

/// How long the UUID is that the text begins with.
fn uuid_length(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 0;
    for (number, digits) in UUID_GROUPS.into_iter().enumerate() {
        if number > 0 {
            bytes.get(at).filter(|byte| **byte == b'-')?;
            at += 1;
        }
        bytes.get(at..at + digits).filter(|group| group.iter().all(u8::is_ascii_hexdigit))?;
        at += digits;
    }
    let goes_on = bytes.get(at).is_some_and(u8::is_ascii_alphanumeric);
    (!goes_on).then_some(at)
}

/// Whether a word stands for one thing only: hexadecimal, or letters with several numbers among them. How long its numbers
/// are makes no difference.
fn is_id(word: &str) -> bool {
    let hex = word.strip_prefix("0x").unwrap_or(word).bytes().all(|byte| byte.is_ascii_hexdigit());
    let numbers = word.split(|c: char| !c.is_ascii_digit()).filter(|number| !number.is_empty()).count();
    let at_length = word.len() >= HEX_CHARS_MIN;
    numbers > 1 || (hex && (numbers > 0 || at_length))
}

/// A word such as `30s` keeps its letters.
fn push_without_digits(word: &str, out: &mut String) {
    let mut in_number = false;
    for c in word.chars() {
        if !c.is_ascii_digit() {
            out.push(c);
        } else if !in_number {
            push_gap(out);
        }
        in_number = c.is_ascii_digit();
    }
}

/// Two gaps with at most one mark between them are one: addresses, dates, decimals.
fn push_gap(out: &mut String) {
    if out.ends_with(GAP) {
        return;
    }
    let mut before = out.chars().rev();
    let is_mark = before.next().is_some_and(|c| matches!(c, '.' | ':' | ',' | '-' | '/' | '+' | '_'));
    if is_mark && before.next() == Some(GAP) {
        out.pop();
    } else {
        out.push(GAP);
    }
}

#[cfg(test)]
mod tests;
