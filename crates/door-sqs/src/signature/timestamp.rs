//! The one form in which signatures write the time: `20150830T123600Z`.
//!
//! Invariant: years 0001 to 9999 of the Gregorian calendar, UTC, no leap seconds.

use std::fmt;

const SECONDS_PER_DAY: i64 = 86_400;

/// A moment, in seconds since the Unix epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Timestamp(pub(super) i64);

impl Timestamp {
    /// A moment of the wall clock.
    pub(super) fn of_ms(ms: u64) -> Self {
        Self(i64::try_from(ms / 1000).unwrap_or(i64::MAX / 4))
    }

    /// Reads one.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let bytes: &[u8; 16] = text.as_bytes().try_into().ok()?;
        if bytes[8] != b'T' || bytes[15] != b'Z' {
            return None;
        }
        let number = |from: usize, to: usize| -> Option<i64> {
            bytes[from..to]
                .iter()
                .try_fold(0, |number, byte| byte.is_ascii_digit().then(|| number * 10 + i64::from(byte - b'0')))
        };
        let (year, month, day) = (number(0, 4)?, number(4, 6)?, number(6, 8)?);
        let (hour, minute, second) = (number(9, 11)?, number(11, 13)?, number(13, 15)?);
        let fits = year >= 1 && (1..=12).contains(&month) && day >= 1 && hour < 24 && minute < 60 && second < 60;
        let days = days_since_epoch(year, month, day);
        // A day that the month does not have comes back as one of the next month.
        let exists = fits && date_of(days) == (year, month, day);
        exists.then_some(Self(days * SECONDS_PER_DAY + hour * 3_600 + minute * 60 + second))
    }

    /// So many seconds later.
    pub(super) fn plus(self, seconds: i64) -> Self {
        Self(self.0 + seconds)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (days, second) = (self.0.div_euclid(SECONDS_PER_DAY), self.0.rem_euclid(SECONDS_PER_DAY));
        let (year, month, day) = date_of(days);
        let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
        write!(f, "{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z")
    }
}

/// Days from 1970-01-01. Years begin in March here, so that the leap day is the last one.
fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// Year, month and day.
fn date_of(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn moments_are_read_and_written() {
        let check = |text: &str, seconds| assert_eq!(Timestamp::parse(text), Some(Timestamp(seconds)), "{text}");
        check("19700101T000000Z", 0);
        check("20150830T123600Z", 1_440_938_160);
        check("20000229T235959Z", 951_868_799);
        check("19691231T235959Z", -1);
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for bad in [
            "",
            "20150830",
            "2015-08-30T12:36:00Z",
            "20150230T000000Z",
            "20151301T000000Z",
            "20150830T240000Z",
            "20150830T123660Z",
            "00000101T000000Z",
            "20150830T123600z",
            "2015083+T123600Z",
            "2015083ü123600Z",
        ] {
            assert_eq!(Timestamp::parse(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(seconds in -62_135_596_800_i64..253_402_300_800) {
            let text = Timestamp(seconds).to_string();
            prop_assert_eq!(Timestamp::parse(&text), Some(Timestamp(seconds)));
        }
    }
}
