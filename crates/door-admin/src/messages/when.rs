//! Times and durations in sentences: the clock's time in UTC, and how far that is from now.
//!
//! ```text
//!   14:02:10 UTC (in 42 s)        14:02:10 UTC (3 d 4 h ago)
//! ```

/// Milliseconds of a day, and of its parts by their letters, largest first.
const PARTS: [(u64, char); 4] = [(86_400_000, 'd'), (3_600_000, 'h'), (60_000, 'm'), (1_000, 's')];

/// A moment, seen from `now_ms`.
pub(crate) fn moment(at_ms: u64, now_ms: u64) -> String {
    let second = at_ms / 1000 % 86_400;
    let clock = format!("{:02}:{:02}:{:02} UTC", second / 3600, second / 60 % 60, second % 60);
    if at_ms > now_ms {
        format!("{clock} (in {})", span(at_ms - now_ms))
    } else {
        format!("{clock} ({} ago)", span(now_ms - at_ms))
    }
}

/// A duration: its largest part, and the one below.
pub(crate) fn span(ms: u64) -> String {
    let Some(largest) = PARTS.iter().position(|(length, _)| ms >= *length) else { return format!("{ms} ms") };
    let mut rest = ms;
    let mut words = Vec::new();
    for (length, letter) in PARTS.iter().skip(largest).take(2) {
        if rest >= *length {
            words.push(format!("{} {letter}", rest / length));
        }
        rest %= length;
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_told_by_its_two_largest_parts() {
        for (ms, expected) in [
            (0, "0 ms"),
            (999, "999 ms"),
            (42_400, "42 s"),
            (60_000, "1 m"),
            (61_000, "1 m 1 s"),
            (3_601_000, "1 h"),
            (277_200_000, "3 d 5 h"),
        ] {
            assert_eq!(span(ms), expected, "{ms}");
        }
    }

    #[test]
    fn a_moment_is_told_by_the_clock_and_from_here() {
        let at_ms = (14 * 3600 + 2 * 60 + 10) * 1000;
        assert_eq!(moment(at_ms, at_ms - 42_000), "14:02:10 UTC (in 42 s)");
        assert_eq!(moment(at_ms, at_ms + 5), "14:02:10 UTC (5 ms ago)");
    }
}
