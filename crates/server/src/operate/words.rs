//! Numbers, times and texts as people read them.
//!
//! Invariant: no text of a message, a name or an error reaches a terminal with a control character in it.

const SECOND_MS: u64 = 1000;
const MINUTE_MS: u64 = 60 * SECOND_MS;
const HOUR_MS: u64 = 60 * MINUTE_MS;
const DAY_MS: u64 = 24 * HOUR_MS;

/// `1,234,567`
pub(crate) fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut shown = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// `1 message`, `1,204 messages`, of a noun whose plural ends in s.
pub(crate) fn counted(count: u64, noun: &str) -> String {
    format!("{} {noun}{}", number(count), if count == 1 { "" } else { "s" })
}

/// That messages are there which nobody can look at; nothing where there are none.
pub(super) fn not_read(unreadable: u64) -> String {
    match unreadable {
        0 => String::new(),
        count => format!("\n{} cannot be read: longshore verify says why", counted(count, "message")),
    }
}

/// `12.3`, per second; a dash while it is not known.
pub(super) fn rate(per_second: Option<f64>) -> String {
    match per_second {
        None => "-".to_owned(),
        Some(rate) if rate < 0.05 => "0".to_owned(),
        Some(rate) if rate < 100.0 => format!("{rate:.1}"),
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a rate of messages is far below 2^64"
        )]
        Some(rate) => number(rate.round() as u64),
    }
}

/// `850 ms`, `42 s`, `3 min`, `5 h`, `2 d`
pub(super) fn span(ms: u64) -> String {
    match ms {
        0..SECOND_MS => format!("{ms} ms"),
        SECOND_MS..MINUTE_MS => format!("{} s", ms / SECOND_MS),
        MINUTE_MS..HOUR_MS => format!("{} min", ms / MINUTE_MS),
        HOUR_MS..DAY_MS => format!("{} h", ms / HOUR_MS),
        DAY_MS.. => format!("{} d", ms / DAY_MS),
    }
}

/// How long ago, or a dash.
pub(super) fn ago(now_ms: u64, then_ms: Option<u64>) -> String {
    then_ms.map_or_else(|| "-".to_owned(), |then_ms| span(now_ms.saturating_sub(then_ms)))
}

/// `512 B`, `1.5 MiB`
pub(super) fn bytes(bytes: u64) -> String {
    const UNITS: [(&str, u64); 4] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)];
    let (unit, size) = UNITS.into_iter().find(|(_, size)| bytes >= *size).unwrap_or(("B", 1));
    if size == 1 {
        return format!("{bytes} B");
    }
    let tenths = u128::from(bytes) * 10 / u128::from(size);
    format!("{}.{} {unit}", tenths / 10, tenths % 10)
}

/// `2026-11-22 14:02:10Z`
pub(super) fn time(ms: u64) -> String {
    let (days, of_day_ms) = (ms / DAY_MS, ms % DAY_MS);
    let (year, month, day) = date(days);
    let (hour, minute, second) = (of_day_ms / HOUR_MS, of_day_ms / MINUTE_MS % 60, of_day_ms / SECOND_MS % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}Z")
}

/// Year, month and day of a day since the Unix epoch. Years begin in March here, so that a leap day is the last of its year.
fn date(days: u64) -> (u64, u64, u64) {
    const ERA_DAYS: u64 = 146_097;
    let days = days + 719_468;
    let (era, of_era) = (days / ERA_DAYS, days % ERA_DAYS);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let march_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    (era * 400 + year + u64::from(month <= 2), month, day)
}

/// A text on one line, with what would move a cursor made visible.
pub(crate) fn visible(text: &str) -> String {
    text.chars().map(picture).collect()
}

/// The same over several lines.
pub(super) fn visible_lines(text: &str) -> String {
    text.chars().map(|c| if c == '\n' || c == '\t' { c } else { picture(c) }).collect()
}

fn picture(c: char) -> char {
    match c {
        '\u{7f}' => '\u{2421}',
        '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}'),
        '\u{80}'..='\u{9f}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        c => c,
    }
}

/// At most so many characters, with a sign that there were more.
pub(super) fn cut(text: &str, chars_max: usize) -> String {
    match text.char_indices().nth(chars_max) {
        None => text.to_owned(),
        Some(_) => text.chars().take(chars_max.saturating_sub(1)).chain(['…']).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_spans_are_easy_to_read() {
        assert_eq!(number(0), "0");
        assert_eq!(number(999), "999");
        assert_eq!(number(1_234_567), "1,234,567");
        assert_eq!([0, 1, 1204].map(|n| counted(n, "queue")), ["0 queues", "1 queue", "1,204 queues"]);
        assert_eq!(rate(None), "-");
        assert_eq!(rate(Some(0.01)), "0");
        assert_eq!(rate(Some(12.34)), "12.3");
        assert_eq!(rate(Some(12_345.6)), "12,346");
        assert_eq!(
            [span(850), span(42_000), span(200_000), span(18_000_000), span(200_000_000)],
            ["850 ms", "42 s", "3 min", "5 h", "2 d"]
        );
        assert_eq!([bytes(5), bytes(1536), bytes(3 << 30)], ["5 B", "1.5 KiB", "3.0 GiB"]);
    }

    #[test]
    fn times_are_those_of_the_calendar() {
        assert_eq!(time(0), "1970-01-01 00:00:00Z");
        assert_eq!(time(951_782_400_000), "2000-02-29 00:00:00Z");
        assert_eq!(time(1_795_356_130_999), "2026-11-22 14:02:10Z");
    }

    #[test]
    fn nothing_moves_the_cursor() {
        assert_eq!(visible("a\u{1b}[2J\n\u{9b}\u{202e}"), "a␛[2J␊\u{fffd}\u{fffd}");
        assert_eq!(visible_lines("a\n\tb\r"), "a\n\tb␍");
        assert_eq!(cut("lemons", 6), "lemons");
        assert_eq!(cut("lemons!", 6), "lemon…");
    }
}
