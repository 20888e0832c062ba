//! Prometheus' text format, read as strictly as its authors wrote it down.
//!
//! ```text
//!   # HELP NAME what it is             once, before the samples
//!   # TYPE NAME counter|gauge|…        once, before the samples
//!   NAME{label="value",…} NUMBER       all of a family together, no two with the same labels
//! ```
//!
//! Invariant: what [`read`] accepts, Prometheus accepts; and beyond that names and units follow its conventions.

use std::collections::BTreeMap;

/// The labels of a sample.
pub type Labels = BTreeMap<String, String>;

/// Families by name.
pub type Families = BTreeMap<String, Family>;

/// Samples that measure the same thing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Family {
    /// `counter`, `gauge` or `histogram`.
    pub kind: String,
    /// What it is, for people.
    pub help: String,
    /// Its numbers: the sample's name, which a histogram's differs from the family's, its labels, the number.
    pub samples: Vec<(String, Labels, f64)>,
}

impl Family {
    /// Whether a sample has this value of a label.
    #[must_use]
    pub fn has(&self, label: &str, value: &str) -> bool {
        self.samples.iter().any(|(_, labels, _)| labels.get(label).is_some_and(|found| found == value))
    }

    /// Whether its samples have a label.
    #[must_use]
    pub fn has_label(&self, label: &str) -> bool {
        self.samples.iter().any(|(_, labels, _)| labels.contains_key(label))
    }
}

/// Reads an answer.
///
/// # Errors
/// The line that is wrong, and why.
pub fn read(text: &str) -> Result<Families, String> {
    if !text.ends_with('\n') {
        return Err("the last line has no end".to_owned());
    }
    let mut reader = Reader::default();
    for line in text.lines().filter(|line| !line.is_empty()) {
        reader.line(line).map_err(|reason| format!("{reason}: {line}"))?;
    }
    for (name, family) in &reader.families {
        conventional(name, family).map_err(|reason| format!("{reason}: {name}"))?;
    }
    Ok(reader.families)
}

#[derive(Default)]
struct Reader {
    families: Families,
    /// The family that lines belong to.
    current: String,
}

impl Reader {
    fn line(&mut self, line: &str) -> Result<(), String> {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let (name, help) = rest.split_once(' ').ok_or("no help")?;
            return self.begin(name, |family| &mut family.help, help);
        }
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').ok_or("no type")?;
            if !["counter", "gauge", "histogram"].contains(&kind) {
                return Err(format!("a type that is not used here, {kind}"));
            }
            return self.begin(name, |family| &mut family.kind, kind);
        }
        self.sample(line)
    }

    fn begin(&mut self, name: &str, part: fn(&mut Family) -> &mut String, text: &str) -> Result<(), String> {
        if self.current != name && self.families.contains_key(name) {
            return Err("its family was ended by another one".to_owned());
        }
        self.current = name.to_owned();
        let family = self.families.entry(name.to_owned()).or_default();
        if !part(family).is_empty() || !family.samples.is_empty() {
            return Err("said twice, or behind a sample".to_owned());
        }
        text.clone_into(part(family));
        Ok(())
    }

    fn sample(&mut self, line: &str) -> Result<(), String> {
        let end = line.find(['{', ' ']).ok_or("no number")?;
        let (name, rest) = line.split_at(end);
        let (labels, number) = match rest.strip_prefix('{') {
            Some(rest) => labels(rest)?,
            None => (Labels::new(), rest),
        };
        let number = number.strip_prefix(' ').ok_or("no space before the number")?;
        let number: f64 = number.replace("+Inf", "inf").parse().map_err(|_| "no number")?;
        let family = self.families.get_mut(&self.current).ok_or("no family")?;
        let suffixes: &[&str] = if family.kind == "histogram" { &["_bucket", "_sum", "_count"] } else { &[""] };
        if !suffixes.iter().any(|suffix| name == format!("{}{suffix}", self.current)) {
            return Err(format!("it is no sample of {}", self.current));
        }
        if family.samples.iter().any(|(found, others, _)| found == name && *others == labels) {
            return Err("the same labels twice".to_owned());
        }
        family.samples.push((name.to_owned(), labels, number));
        Ok(())
    }
}

/// The labels up to the closing brace, and what follows it.
fn labels(mut rest: &str) -> Result<(Labels, &str), String> {
    let mut labels = Labels::new();
    loop {
        let (name, after) = rest.split_once("=\"").ok_or("a label without a value")?;
        if !is_name(name) {
            return Err(format!("no name of a label, {name:?}"));
        }
        let (value, after) = value(after)?;
        if labels.insert(name.to_owned(), value).is_some() {
            return Err(format!("{name} twice"));
        }
        match after.split_at_checked(1) {
            Some((",", after)) => rest = after,
            Some(("}", after)) => return Ok((labels, after)),
            Some(_) | None => return Err("labels do not end".to_owned()),
        }
    }
}

/// A value up to its quote, and what follows it.
fn value(text: &str) -> Result<(String, &str), String> {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((at, char)) = chars.next() {
        match char {
            '"' => return Ok((value, &text[at + 1..])),
            '\\' => match chars.next() {
                Some((_, 'n')) => value.push('\n'),
                Some((_, escaped @ ('\\' | '"'))) => value.push(escaped),
                Some(_) | None => return Err("an escape that is none".to_owned()),
            },
            other => value.push(other),
        }
    }
    Err("a value does not end".to_owned())
}

fn is_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// What <https://prometheus.io/docs/practices/naming/> asks for, and what promtool complains of.
fn conventional(name: &str, family: &Family) -> Result<(), String> {
    let counts = family.kind == "counter";
    let wrong = match () {
        () if !is_name(name) => "no name of a metric",
        () if family.kind.is_empty() || family.help.is_empty() => "it is not explained",
        () if family.samples.is_empty() => "a family of nothing",
        () if counts != name.ends_with("_total") => "counters, and nothing else, end in _total",
        () if name.split('_').any(is_small_unit) => "units are seconds and bytes",
        () if counts && family.samples.iter().any(|(_, _, number)| *number < 0.0) => "a counter below zero",
        () => return Ok(()),
    };
    Err(wrong.to_owned())
}

fn is_small_unit(word: &str) -> bool {
    ["ms", "us", "ns", "milliseconds", "microseconds", "nanoseconds", "kb", "mb", "kilobytes"].contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_have_kinds_labels_and_numbers() {
        let text = "# HELP a_total What.\n# TYPE a_total counter\na_total{x=\"q\\\"\\\\\\n\",y=\"\"} 2\na_total 1e3\n";
        let families = read(text).expect("it is as it should be");
        let family = &families["a_total"];
        assert_eq!((family.kind.as_str(), family.samples.len(), family.samples[1].2), ("counter", 2, 1000.0));
        assert!(family.has("x", "q\"\\\n") && family.has_label("y") && !family.has_label("z"));
    }

    #[test]
    fn what_prometheus_or_its_conventions_refuse_is_refused() {
        let check = |samples: &str, name: &str, kind: &str, part: &str| {
            let told = read(&format!("# HELP {name} What.\n# TYPE {name} {kind}\n{samples}\n"));
            assert!(told.as_ref().is_err_and(|told| told.contains(part)), "{samples}: {told:?}");
        };
        check("a_total 1\na_total 2", "a_total", "counter", "twice");
        check("b_total 1", "a_total", "counter", "no sample of");
        check("a_total one", "a_total", "counter", "no number");
        check("a_total{x=\"1} 2", "a_total", "counter", "does not end");
        check("a_total{x=\"\\q\"} 2", "a_total", "counter", "escape");
        check("a_total -1", "a_total", "counter", "below zero");
        check("a 1", "a", "counter", "_total");
        check("a_total 1", "a_total", "gauge", "_total");
        check("a_ms 1", "a_ms", "gauge", "units");
        check("a 1\n# HELP b What.\n# TYPE b gauge\nb 1\n# HELP a What.", "a", "gauge", "ended by another");
        check("a 1", "a", "untyped", "not used here");
        assert!(read("a 1\n").is_err() && read("# HELP a What.\n# TYPE a gauge\na 1").is_err());
    }
}
