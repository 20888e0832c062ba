//! A few facts, one a line, their names in a column.

use super::words::visible;

/// Facts with names.
#[derive(Default)]
pub(super) struct Lines {
    lines: Vec<(&'static str, String)>,
}

impl Lines {
    /// One more.
    pub(super) fn add(&mut self, name: &'static str, value: impl Into<String>) {
        self.lines.push((name, value.into()));
    }

    /// One more, if there is one.
    pub(super) fn add_some(&mut self, name: &'static str, value: Option<impl Into<String>>) {
        if let Some(value) = value {
            self.add(name, value);
        }
    }

    /// All of them as text.
    pub(super) fn to_text(&self) -> String {
        let width = self.lines.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
        let line = |(name, value): &(&str, String)| format!("{name:width$}  {}", visible(value)).trim_end().to_owned();
        self.lines.iter().map(line).collect::<Vec<_>>().join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_in_a_column() {
        let mut lines = Lines::default();
        lines.add("id", "7");
        lines.add("queue", "a\u{1b}b");
        lines.add_some("lane", None::<String>);
        assert_eq!(lines.to_text(), "id     7\nqueue  a␛b");
    }
}
