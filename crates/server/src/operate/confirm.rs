//! Asking before something is destroyed.
//!
//! Invariant: where nobody can be asked, nothing is destroyed without `--yes`.

use crate::tools::ToolError;
use std::io::{self, BufRead, IsTerminal, Write};

/// Whether it is meant: `--yes` was typed, or whoever sits there says so.
pub(super) fn is_meant(yes: bool, question: &str) -> Result<bool, ToolError> {
    if yes {
        return Ok(true);
    }
    if !io::stdin().is_terminal() {
        let why = "nobody can be asked here; say --yes if it is meant".to_owned();
        return Err(ToolError::Wrong { what: question.to_owned(), why });
    }
    let failed = |error| ToolError::io("the terminal")(error);
    let mut out = io::stderr().lock();
    write!(out, "{question} [y/N] ").and_then(|()| out.flush()).map_err(failed)?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer).map_err(failed)?;
    Ok(is_yes(&answer))
}

fn is_yes(answer: &str) -> bool {
    matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_yes_is_yes() {
        assert!(is_yes("y\n") && is_yes("YES"));
        assert!(!is_yes("\n") && !is_yes("yeah") && !is_yes("n"));
    }

    #[test]
    fn what_was_meant_beforehand_asks_nobody() {
        assert!(is_meant(true, "remove it?").expect("nobody is asked"));
    }
}
