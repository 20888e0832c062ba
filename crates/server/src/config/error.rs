//! What to say when the configuration cannot be used: where the trouble is, what it is, what to do.

use figment::error::Kind;
use figment::{Error, Figment, Metadata, Source};
use std::path::PathBuf;

/// Why the configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    /// A file was named and is not there.
    #[error("the configuration file {} does not exist; correct --config or leave it out to run on defaults", .0.display())]
    NoFile(PathBuf),
    /// A key that means nothing.
    #[error("{place}: there is no such key{}; `longshore serve --help` lists them all", suggestion(.nearest))]
    UnknownKey {
        /// The key and where it is.
        place: String,
        /// The valid key that is written most like it.
        nearest: Option<&'static str>,
    },
    /// A value that does not fit its key.
    #[error("{place}: {reason}")]
    Value {
        /// The key and where it is.
        place: String,
        /// What is wrong, and what is expected.
        reason: String,
    },
}

fn suggestion(nearest: &Option<&'static str>) -> String {
    nearest.map_or_else(String::new, |key| format!("; did you mean `{key}`?"))
}

/// Below this likeness (0 to 1) a suggestion would rather confuse.
const LIKENESS_MIN: f64 = 0.7;

impl ConfigError {
    /// Explains the first thing that `figment` could not make a configuration of.
    pub(super) fn explain(error: Error, figment: &Figment) -> Self {
        match error.kind {
            Kind::UnknownField(key, known) => {
                let place = place(figment.find_metadata(&key), &key);
                Self::UnknownKey { place, nearest: nearest(&key, known) }
            }
            kind => {
                let key = error.path.join(".");
                Self::Value { place: place(error.metadata.as_ref(), &key), reason: without_secrets(&kind.to_string()) }
            }
        }
    }
}

/// A reason without the line of the file that it quotes, where that may hold a secret.
fn without_secrets(reason: &str) -> String {
    if !["secret", "keys", "url"].iter().any(|word| reason.contains(word)) {
        return reason.to_owned();
    }
    let is_quoted = |line: &&str| line.trim_start().trim_start_matches(|c: char| c.is_ascii_digit()).starts_with(" |");
    reason.lines().filter(|line| !is_quoted(line) && !line.trim_start().starts_with('|')).collect::<Vec<_>>().join("\n")
}

/// The key as it is written in its source.
fn place(metadata: Option<&Metadata>, key: &str) -> String {
    let file = metadata.and_then(|metadata| metadata.source.as_ref()).and_then(Source::file_path);
    let name = metadata.map(|metadata| metadata.name.as_ref());
    match (file, name) {
        (Some(path), _) if key.is_empty() => path.display().to_string(),
        (Some(path), _) => format!("{}: {key}", path.display()),
        (None, Some(super::sources::ENVIRONMENT)) => {
            format!("environment variable {}{}", super::sources::PREFIX, key.to_ascii_uppercase())
        }
        (None, Some(super::sources::STANDARD)) => {
            let variable = super::sources::standard_variable(key).unwrap_or("the environment");
            format!("environment variable {variable}")
        }
        (None, Some(super::sources::FLAGS)) => format!("flag --{}", key.replace('_', "-")),
        (None, Some(_) | None) => key.to_owned(),
    }
}

pub(super) fn nearest(key: &str, known: &[&'static str]) -> Option<&'static str> {
    let alike = |candidate: &&str| strsim::jaro_winkler(key, candidate);
    let best = known.iter().copied().max_by(|a, b| alike(a).total_cmp(&alike(b)))?;
    (alike(&best) >= LIKENESS_MIN).then_some(best)
}
