//! How much of the past is kept: `off`, or a size.

use serde::{Serialize, Serializer};
use std::fmt::{self, Display};
use std::str::FromStr;

/// Bytes of the history; 0 where none is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct HistorySize(pub(crate) u64);

const UNITS: [(&str, u64); 4] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("", 1)];

/// Less would keep no more than a busy second.
const BYTES_MIN: u64 = 1 << 20;

impl Default for HistorySize {
    fn default() -> Self {
        Self(256 << 20)
    }
}

impl FromStr for HistorySize {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "off" {
            return Ok(Self(0));
        }
        let mut sizes = UNITS.iter().filter_map(|(unit, bytes)| {
            let number: u64 = text.strip_suffix(unit)?.trim_end().parse().ok()?;
            number.checked_mul(*bytes)
        });
        let bytes = sizes.next().filter(|bytes| *bytes >= BYTES_MIN);
        bytes.map(Self).ok_or("expected off, or a size of at least 1MiB, such as 256MiB, 2GiB or a number of bytes")
    }
}

impl Display for HistorySize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (unit, bytes) = UNITS.iter().find(|(_, bytes)| self.0.is_multiple_of(*bytes)).expect("all are whole bytes");
        match self.0 {
            0 => f.write_str("off"),
            size => write!(f, "{}{unit}", size / bytes),
        }
    }
}

impl Serialize for HistorySize {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_and_written_in_the_largest_unit() {
        let check = |text: &str, bytes: u64, written: &str| {
            let size: HistorySize = text.parse().expect(text);
            assert_eq!((size.0, size.to_string().as_str()), (bytes, written), "{text}");
            assert_eq!(size.to_string().parse(), Ok(size));
        };
        check("off", 0, "off");
        check("256MiB", 256 << 20, "256MiB");
        check("2048 KiB", 2 << 20, "2MiB");
        check("2GiB", 2 << 30, "2GiB");
        check("1048577", 1_048_577, "1048577");
        for refused in ["", "0", "10", "1023KiB", "-1", "5 parsecs", "99999999999GiB", "1.5GiB"] {
            assert!(refused.parse::<HistorySize>().is_err(), "{refused}");
        }
    }
}
