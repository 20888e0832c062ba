//! Patterns with `*` (any characters, also none) and `?` (any one character).
//!
//! Invariant: matching takes at most pattern times text steps, whatever the pattern: only the last `*` is ever gone back to.

/// Whether `text` as a whole is as `pattern` says.
#[must_use]
pub fn matches(pattern: &str, text: &str) -> bool {
    let (mut pattern, mut text) = (pattern, text);
    // The pattern behind the last `*`, and the text that it was last tried on.
    let mut retry: Option<(&str, &str)> = None;
    loop {
        if let Some(rest) = pattern.strip_prefix('*') {
            pattern = rest;
            retry = Some((rest, text));
            continue;
        }
        let (mut wanted, mut given) = (pattern.chars(), text.chars());
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some(one), Some(other)) if one == '?' || one == other => {
                (pattern, text) = (wanted.as_str(), given.as_str());
            }
            _ => {
                let Some((behind, tried)) = retry else { return false };
                let mut later = tried.chars();
                if later.next().is_none() {
                    return false;
                }
                retry = Some((behind, later.as_str()));
                (pattern, text) = (behind, later.as_str());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &str, text: &str, expected: bool) {
        assert_eq!(matches(pattern, text), expected, "{pattern:?} on {text:?}");
    }

    #[test]
    fn patterns_match_whole_texts() {
        check("", "", true);
        check("", "a", false);
        check("jobs", "jobs", true);
        check("jobs", "jobs2", false);
        check("*", "", true);
        check("*", "anything at all", true);
        check("orders-*", "orders-", true);
        check("orders-*", "orders", false);
        check("*-dead", "a-dead-dead", true);
        check("a*b*c", "a-b-b-c", true);
        check("a*b*c", "a-c-b", false);
        check("j?bs", "jobs", true);
        check("j?bs", "jbs", false);
        check("?", "ü", true);
        check("**?", "", false);
        check("Jobs", "jobs", false);
    }

    #[test]
    fn a_hostile_pattern_ends_soon() {
        let (pattern, text) = ("*a".repeat(2_000), "a".repeat(2_000));
        check(&format!("{pattern}b"), &text, false);
    }
}
