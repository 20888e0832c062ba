//! A span of time as people write it: `30s`, `5m`, `2h`, `7d`, `250ms`, or plain seconds.

use std::fmt::{self, Display};
use std::str::FromStr;

/// A span of time, milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Span {
    pub(crate) ms: u64,
}

const UNITS: [(&str, u64); 5] = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

impl FromStr for Span {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const SHAPE: &str = "expected a span of time: 30s, 5m, 2h, 7d, 250ms, or plain seconds";
        let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (number, unit) = text.split_at(digits);
        let number: u64 = number.parse().map_err(|_| SHAPE)?;
        let unit_ms = match unit {
            "" => 1000,
            unit => UNITS.iter().find(|(name, _)| *name == unit).ok_or(SHAPE)?.1,
        };
        number.checked_mul(unit_ms).map(|ms| Self { ms }).ok_or(SHAPE)
    }
}

impl Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fits = |(_, unit_ms): &&(&str, u64)| self.ms > 0 && self.ms.is_multiple_of(*unit_ms);
        let (name, unit_ms) = UNITS.iter().rev().find(fits).unwrap_or(&UNITS[1]);
        write!(f, "{}{name}", self.ms / unit_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_and_shown_in_their_greatest_unit() {
        let check = |text: &str, ms: u64, shown: &str| {
            let span: Span = text.parse().expect(text);
            assert_eq!((span.ms, span.to_string().as_str()), (ms, shown), "{text}");
        };
        check("30", 30_000, "30s");
        check("250ms", 250, "250ms");
        check("60s", 60_000, "1m");
        check("48h", 172_800_000, "2d");
        check("0", 0, "0s");
        for text in ["", "s", "-1", "1.5s", "3w", "99999999999999999999d"] {
            assert!(text.parse::<Span>().is_err(), "{text}");
        }
    }
}
