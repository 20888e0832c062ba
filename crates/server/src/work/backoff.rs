//! How long a failed message waits before it is tried again.
//!
//! Invariant: between half of what the doubling says and all of it, and never longer than the longest.

use crate::cli::BackoffSpans;
use vocab::random::Random;

/// Milliseconds until the next try of a message that failed `failures` times before this one. Spread, so that messages which failed
/// together do not come back together.
pub(super) fn delay_ms(spans: BackoffSpans, failures: u32, random: &dyn Random) -> u64 {
    let factor = 1_u64.checked_shl(failures).unwrap_or(u64::MAX);
    let whole = spans.first.ms.saturating_mul(factor).min(spans.max.ms);
    let half = whole / 2;
    half + random.next_u64() % (whole - half + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed(u64);

    impl Random for Fixed {
        fn next_u64(&self) -> u64 {
            self.0
        }
    }

    #[test]
    fn it_doubles_up_to_the_longest_and_is_spread() {
        let spans: BackoffSpans = "1s..5m".parse().expect("spans");
        let check =
            |failures, random, ms| assert_eq!(delay_ms(spans, failures, &Fixed(random)), ms, "{failures} {random}");
        check(0, 0, 500);
        check(0, 500, 1000);
        check(3, 0, 4000);
        check(3, 4000, 8000);
        check(3, 4001, 4000);
        check(9, 0, 150_000);
        check(64, 150_000, 300_000);
        check(u32::MAX, 0, 150_000);
        let none: BackoffSpans = "0".parse().expect("spans");
        assert_eq!(delay_ms(none, 3, &Fixed(7)), 0);
    }
}
