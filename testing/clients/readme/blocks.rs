//! Reading the marked blocks of a Markdown file.
//!
//! ```text
//! ~~~console walk     lines after `$ ` are typed; the lines below them must be shown, in order
//! ~~~python walk      is fed to `python`
//! ~~~text walk        must be shown by the step before
//! ```
//!
//! `…` in a line that must be shown stands for anything.

/// Something typed, and what it must show.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub typed: String,
    pub shown: Vec<String>,
}

/// The steps of all marked blocks, in order.
pub(super) fn steps(markdown: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut lines = markdown.lines();
    while let Some(line) = lines.next() {
        let Some(kind) = line.strip_prefix("```").and_then(|mark| mark.strip_suffix(" walk")) else { continue };
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        match kind {
            "console" => steps.extend(console(&block)),
            "python" => {
                steps.push(Step { typed: format!("python - <<'END'\n{}\nEND", block.join("\n")), shown: vec![] })
            }
            "text" => {
                steps.last_mut().expect("a step comes first").shown.extend(block.iter().map(|line| (*line).to_owned()))
            }
            other => panic!("a walk has no `{other}` blocks"),
        }
    }
    steps
}

fn console(block: &[&str]) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for line in block {
        match (line.strip_prefix("$ "), line.strip_prefix("> "), steps.last_mut()) {
            (Some(typed), _, _) => steps.push(Step { typed: typed.to_owned(), shown: vec![] }),
            (None, Some(more), Some(step)) if step.shown.is_empty() => step.typed += &format!("\n{more}"),
            (None, _, Some(step)) => step.shown.push((*line).to_owned()),
            (None, _, None) => panic!("a console block opens with something typed, not `{line}`"),
        }
    }
    steps
}

/// Whether `line` is what `pattern` shows.
pub(super) fn fits(pattern: &str, line: &str) -> bool {
    let mut parts = pattern.split('…');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = line.strip_prefix(first) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_marked_blocks_are_steps() {
        let markdown = "text\n```console walk\n$ one\nshown\n$ two \\\n> more\n```\n```console\n$ not this\n```\n\
                        ```python walk\nprint(1)\n```\n```text walk\n1\n```\n";
        let step = |typed: &str, shown: &[&str]| Step {
            typed: typed.to_owned(),
            shown: shown.iter().map(|line| (*line).to_owned()).collect(),
        };
        let expected =
            [step("one", &["shown"]), step("two \\\nmore", &[]), step("python - <<'END'\nprint(1)\nEND", &["1"])];
        assert_eq!(steps(markdown), expected);
    }

    #[test]
    fn dots_stand_for_anything() {
        let check = |pattern: &str, line: &str, expected| assert_eq!(fits(pattern, line), expected, "{pattern} {line}");
        check("a", "a", true);
        check("a", "ab", false);
        check("a…", "ab", true);
        check("…b", "ab", true);
        check("a…c…e", "abcde", true);
        check("a…c…e", "abde", false);
        check("…", "", true);
    }
}
