//! Rust source with comments and literals blanked out, so that rules about code see only code.

/// `source` with every character of comments, strings and character literals replaced by a space;
/// line breaks stay where they are.
pub(super) fn scrub(source: &str) -> String {
    let chars: Vec<char> = source.chars().collect();
    let mut scrubbed = String::with_capacity(source.len());
    let mut at = 0;
    while at < chars.len() {
        let end = literal_end(&chars, at);
        if end == at {
            scrubbed.push(chars[at]);
            at += 1;
        } else {
            scrubbed.extend(chars[at..end].iter().map(|&c| if c == '\n' { '\n' } else { ' ' }));
            at = end;
        }
    }
    scrubbed
}

/// Where the comment or literal that starts at `at` ends; `at` itself if none starts there.
fn literal_end(chars: &[char], at: usize) -> usize {
    let rest = &chars[at..];
    let length = match rest {
        ['/', '/', ..] => rest.iter().position(|&c| c == '\n').unwrap_or(rest.len()),
        ['/', '*', ..] => block_comment(rest),
        ['"', ..] => string(rest),
        ['r', '"' | '#', ..] if !continues_a_word(chars, at) => raw_string(rest),
        ['\'', '\\', ..] => 3 + rest.iter().skip(3).position(|&c| c == '\'').map_or(0, |found| found + 1),
        ['\'', _, '\'', ..] => 3,
        _ => 0,
    };
    (at + length).min(chars.len())
}

fn continues_a_word(chars: &[char], at: usize) -> bool {
    // A `b` or `c` before the `r` belongs to the literal, any other letter to a name.
    let before = |back: usize| at.checked_sub(back).map(|index| chars[index]);
    let in_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    match before(1) {
        Some('b' | 'c') => in_word(before(2)),
        other => in_word(other),
    }
}

fn block_comment(rest: &[char]) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < rest.len() {
        match rest[at..] {
            ['/', '*', ..] => (depth, at) = (depth + 1, at + 2),
            ['*', '/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    at
}

fn string(rest: &[char]) -> usize {
    let mut at = 1;
    while at < rest.len() {
        match rest[at] {
            '\\' => at += 2,
            '"' => return at + 1,
            _ => at += 1,
        }
    }
    at
}

/// The length of `r"…"`, `r#"…"#` and so on; 0 for a raw name such as `r#type`.
fn raw_string(rest: &[char]) -> usize {
    let hashes = rest[1..].iter().take_while(|&&c| c == '#').count();
    if rest.get(1 + hashes) != Some(&'"') {
        return 0;
    }
    let body = 2 + hashes;
    let closes =
        |at: usize| rest[at] == '"' && rest[at + 1..].iter().take(hashes).filter(|&&c| c == '#').count() == hashes;
    (body..rest.len()).find(|&at| closes(at)).map_or(rest.len(), |at| at + 1 + hashes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `code` is what must be left, whatever the blanks between.
    fn check(source: &str, code: &str) {
        let scrubbed = scrub(source);
        assert_eq!(scrubbed.split_whitespace().collect::<Vec<_>>().join(" "), code, "{source}");
        assert_eq!(scrubbed.chars().count(), source.chars().count(), "the shape of {source}");
        assert_eq!(scrubbed.lines().count(), source.lines().count(), "the lines of {source}");
    }

    #[test]
    fn comments_and_literals_become_blanks_of_the_same_shape() {
        check("a // b\nc", "a c");
        check("a /* { /* } */ */ b", "a b");
        check(r#"f("{\"}", x)"#, "f( , x)");
        check("a + r#\"\"}\"# + br\"{\" + b", "a + + b + b");
        check("'{' '\\'' '\\u{7b}' c", "c");
    }

    #[test]
    fn lifetimes_and_raw_names_stay() {
        check("fn f<'a>(x: &'a str) {}", "fn f<'a>(x: &'a str) {}");
        check("r#type + for_r", "r#type + for_r");
    }
}
