//! Why a message failed, in the last words of what failed.
//!
//! Invariant: bounded while it grows and when it is told, whatever a command writes.

/// Bytes that are kept of what a command wrote last.
const KEPT_BYTES: usize = 4 * 1024;

/// Bytes of a reason.
const REASON_BYTES_MAX: usize = 1000;

/// The last bytes of a stream.
#[derive(Clone, Debug, Default)]
pub(super) struct LastWords {
    bytes: Vec<u8>,
}

impl LastWords {
    /// More of the stream.
    pub(super) fn add(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(&bytes[bytes.len().saturating_sub(KEPT_BYTES)..]);
        let too_many = self.bytes.len().saturating_sub(KEPT_BYTES);
        self.bytes.drain(..too_many);
    }

    /// A reason that begins with what happened.
    pub(super) fn reason(&self, happened: &str) -> String {
        reason(happened, &String::from_utf8_lossy(&self.bytes))
    }
}

/// What happened, and the end of what was said about it.
pub(super) fn reason(happened: &str, said: &str) -> String {
    let said = said.trim();
    if said.is_empty() {
        return happened.to_owned();
    }
    let room = REASON_BYTES_MAX.saturating_sub(happened.len() + 2);
    let from = said.ceil_char_boundary(said.len().saturating_sub(room));
    // Cut at the beginning of a line, where one is left.
    let end = &said[from..];
    let end = if from > 0 { end.split_once('\n').map_or(end, |(_, lines)| lines) } else { end };
    format!("{happened}: {end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_are_kept() {
        let mut words = LastWords::default();
        assert_eq!(words.reason("exit code 3"), "exit code 3");
        words.add(b"no crate left\n");
        assert_eq!(words.reason("exit code 3"), "exit code 3: no crate left");
        for n in 0..10_000 {
            words.add(format!("line {n} of many\n").as_bytes());
        }
        let reason = words.reason("exit code 3");
        assert!(reason.len() <= REASON_BYTES_MAX && words.bytes.len() == KEPT_BYTES, "{}", reason.len());
        assert!(reason.starts_with("exit code 3: line 9") && reason.ends_with("line 9999 of many"), "{reason}");
    }

    #[test]
    fn bytes_that_are_no_text_and_one_long_line_are_bounded_too() {
        let mut words = LastWords::default();
        words.add(&[0xff; 3 * KEPT_BYTES]);
        assert!(words.reason("killed").len() <= REASON_BYTES_MAX);
    }
}
