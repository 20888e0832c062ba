//! Whether a licence expression can be met with allowed licences only.
//!
//! The grammar is SPDX's: `AND` binds tighter than `OR`, `X WITH Y` is one licence, parentheses
//! group. The old `MIT/Apache-2.0` is read as `OR`, as crates.io does.

/// Whether `expression` can be met when exactly the licences of `allowed` are accepted.
/// What cannot be read is not allowed.
pub fn allowed(expression: &str, allowed: &[String]) -> bool {
    let words = words(expression);
    let mut reader = Reader { words: &words, allowed };
    reader.any_of() == Some(true) && reader.words.is_empty()
}

fn words(expression: &str) -> Vec<String> {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let mut words: Vec<String> = Vec::new();
    for word in spaced.split_whitespace() {
        match words.last_mut() {
            Some(last) if word == "WITH" || last.ends_with(" WITH") => {
                last.push(' ');
                last.push_str(word);
            }
            _ => words.push(word.to_owned()),
        }
    }
    words
}

struct Reader<'a> {
    words: &'a [String],
    allowed: &'a [String],
}

impl Reader<'_> {
    fn any_of(&mut self) -> Option<bool> {
        let mut met = self.all_of()?;
        while self.take("OR") {
            met |= self.all_of()?;
        }
        Some(met)
    }

    fn all_of(&mut self) -> Option<bool> {
        let mut met = self.one()?;
        while self.take("AND") {
            met &= self.one()?;
        }
        Some(met)
    }

    fn one(&mut self) -> Option<bool> {
        if self.take("(") {
            let met = self.any_of()?;
            return self.take(")").then_some(met);
        }
        let (word, rest) = self.words.split_first()?;
        self.words = rest;
        let is_name = !matches!(word.as_str(), ")" | "OR" | "AND");
        is_name.then(|| self.allowed.contains(word))
    }

    fn take(&mut self, wanted: &str) -> bool {
        match self.words.split_first() {
            Some((word, rest)) if word == wanted => {
                self.words = rest;
                true
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(expression: &str, expected: bool) {
        let list = ["MIT", "Apache-2.0", "Unicode-3.0", "Apache-2.0 WITH LLVM-exception"].map(str::to_owned);
        assert_eq!(allowed(expression, &list), expected, "{expression}");
    }

    #[test]
    fn one_allowed_choice_is_enough() {
        check("MIT", true);
        check("MIT OR GPL-3.0", true);
        check("GPL-3.0/MIT", true);
        check("GPL-3.0", false);
    }

    #[test]
    fn every_part_of_a_conjunction_counts() {
        check("(MIT OR Apache-2.0) AND Unicode-3.0", true);
        check("MIT AND GPL-3.0", false);
        check("GPL-3.0 AND MIT OR Apache-2.0", true);
        check("GPL-3.0 AND (MIT OR Apache-2.0)", false);
    }

    #[test]
    fn an_exception_belongs_to_its_licence() {
        check("Apache-2.0 WITH LLVM-exception", true);
        check("MIT WITH LLVM-exception", false);
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        for expression in ["", "MIT OR", "(MIT", "MIT)", "OR MIT", "MIT Apache-2.0"] {
            check(expression, false);
        }
    }
}
