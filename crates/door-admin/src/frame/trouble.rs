//! What is wrong with a request's JSON or parameters, in words that lead to a right one.

use crate::errors::ApiError;

/// Below this likeness (0 to 1) a suggestion would rather confuse.
const LIKENESS_MIN: f64 = 0.7;

/// Longest part of a request that an error repeats, in characters.
const QUOTED_CHARACTERS_MAX: usize = 200;

/// An error of a deserialiser at `path` within `what` (a body, the query).
pub(crate) fn refusal(what: &str, path: &str, reason: &str) -> ApiError {
    let reason = shortened(reason);
    let place = if path.is_empty() || path == "." { what.to_owned() } else { format!("{what}, `{}`", shortened(path)) };
    let error = ApiError::bad_request(format!("{place}: {reason}"));
    match nearest_to_unknown(&reason) {
        Some(nearest) => error.hint(format!("did you mean `{nearest}`?")),
        None => error,
    }
}

/// Its beginning, where it is long.
pub(crate) fn shortened(text: &str) -> String {
    match text.char_indices().nth(QUOTED_CHARACTERS_MAX) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// Serde writes "unknown field `x`, expected one of `a`, `b`", and the same of variants: the one that is most like `x`.
fn nearest_to_unknown(reason: &str) -> Option<&str> {
    let is_unknown = reason.contains("unknown field `") || reason.contains("unknown variant `");
    let mut quoted = reason.split('`').skip(1).step_by(2);
    let unknown = quoted.next().filter(|_| is_unknown)?;
    nearest(unknown, quoted)
}

/// The valid name that is written most like `unknown`, if any is.
pub(crate) fn nearest<'a>(unknown: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let alike = |candidate: &&str| strsim::jaro_winkler(unknown, candidate);
    known.max_by(|a, b| alike(a).total_cmp(&alike(b))).filter(|best| alike(best) >= LIKENESS_MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(reason: &str, hint: Option<&str>) {
        let expected = hint.map(|hint| format!("did you mean `{hint}`?"));
        assert_eq!(refusal("the body", "a.b", reason).hint, expected, "{reason}");
    }

    #[test]
    fn a_mistyped_name_is_told_the_nearest_one() {
        check("unknown field `leas_ms`, expected one of `lease_ms`, `delay_ms`", Some("lease_ms"));
        check("unknown variant `al`, expected `all` or `ready`", Some("all"));
        check("unknown field `zzz`, expected one of `lease_ms`, `delay_ms`", None);
        check("missing field `name`", None);
    }

    #[test]
    fn the_place_is_named_and_nothing_long_is_repeated() {
        assert_eq!(refusal("the body", "a.b", "wrong").message, "the body, `a.b`: wrong");
        assert_eq!(refusal("the body", ".", "wrong").message, "the body: wrong");
        assert!(refusal("the body", "", &"ü".repeat(5_000)).message.len() < 500);
    }
}
