//! The values that are more than a number or a text: how they are written, and why some are refused.

use serde::{Serialize, Serializer};
use std::fmt::{self, Display};
use std::str::FromStr;
use tracing_subscriber::EnvFilter;
use vocab::Durability;

macro_rules! written_as_text {
    ($($name:ty),+) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
    )+};
}

written_as_text!(Listen, DurabilityLevel, WriteBytes, LogFormat, LogLevel, Region, AccountId);

/// Where a door listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Listen {
    /// Nowhere.
    Off,
    /// On this port of both loopback addresses.
    Loopback(u16),
    /// On every address that this `HOST:PORT` resolves to.
    At(String),
}

impl FromStr for Listen {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const SHAPE: &str = "expected HOST:PORT (127.0.0.1:9324), a PORT of loopback (9324), or off";
        if text == "off" {
            return Ok(Self::Off);
        }
        if let Ok(port) = text.parse() {
            return Ok(Self::Loopback(port));
        }
        match text.rsplit_once(':') {
            Some((host, port)) if !host.is_empty() && port.parse::<u16>().is_ok() && is_whole(host) => {
                Ok(Self::At(text.to_owned()))
            }
            Some(_) | None => Err(SHAPE),
        }
    }
}

/// An IPv6 address must have its brackets, or its last group would pass for the port.
fn is_whole(host: &str) -> bool {
    !host.contains(':') || (host.starts_with('[') && host.ends_with(']'))
}

impl Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Off => f.write_str("off"),
            Self::Loopback(port) => Display::fmt(port, f),
            Self::At(address) => f.write_str(address),
        }
    }
}

/// What an answer waits for, as `always`, `interval:MS` or `never`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) struct DurabilityLevel(pub(crate) Durability);

/// Longest interval between syncs that makes sense, in milliseconds: beyond it `never` is the honest word.
const INTERVAL_MS_MAX: u64 = 60_000;

impl FromStr for DurabilityLevel {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const SHAPE: &str = "expected always, interval:MS with 1 to 60000 milliseconds, or never";
        let durability = match text {
            "always" => Durability::Always,
            "never" => Durability::Never,
            other => {
                let interval = other.strip_prefix("interval:").and_then(|ms| ms.parse().ok());
                let interval = interval.filter(|ms| (1..=INTERVAL_MS_MAX).contains(ms));
                Durability::Interval(interval.ok_or(SHAPE)?)
            }
        };
        Ok(Self(durability))
    }
}

impl Display for DurabilityLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Durability::Always => f.write_str("always"),
            Durability::Interval(ms) => write!(f, "interval:{ms}"),
            Durability::Never => f.write_str("never"),
        }
    }
}

/// Greatest single write to the log, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct WriteBytes(pub(crate) usize);

/// Direct writes are whole blocks.
const WRITE_BLOCK: usize = 4096;

impl Default for WriteBytes {
    fn default() -> Self {
        Self(1024 * 1024)
    }
}

impl FromStr for WriteBytes {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bytes = text.parse().ok().filter(|&bytes: &usize| bytes > 0 && bytes.is_multiple_of(WRITE_BLOCK));
        bytes.map(Self).ok_or("expected a multiple of 4096 bytes")
    }
}

impl Display for WriteBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(&self.0, f)
    }
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) enum LogFormat {
    /// For eyes.
    #[default]
    Human,
    /// One JSON object a line, for log collectors.
    Json,
}

impl FromStr for LogFormat {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "human" => Ok(Self::Human),
            "json" => Ok(Self::Json),
            _ => Err("expected human or json"),
        }
    }
}

impl Display for LogFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Human => "human",
            Self::Json => "json",
        })
    }
}

/// Which log lines appear: a level, or levels by part of the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LogLevel(String);

impl LogLevel {
    /// The filter that it describes.
    pub(crate) fn filter(&self) -> EnvFilter {
        EnvFilter::try_new(&self.0).expect("it was tried when the level was read")
    }
}

impl Default for LogLevel {
    fn default() -> Self {
        Self("info".to_owned())
    }
}

impl FromStr for LogLevel {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const SHAPE: &str = "expected error, warn, info, debug or trace, or parts with levels (info,door_sqs=debug)";
        // A filter takes any word for the name of a part, so a mistyped level would silence the log.
        let level_alone = text.split(',').filter(|part| !part.contains('='));
        let known = |part: &str| part.parse::<tracing_subscriber::filter::LevelFilter>().is_ok();
        if level_alone.into_iter().all(known) && EnvFilter::try_new(text).is_ok() {
            Ok(Self(text.to_owned()))
        } else {
            Err(SHAPE)
        }
    }
}

impl Display for LogLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The region named in ARNs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Region(pub(crate) String);

impl Default for Region {
    fn default() -> Self {
        Self("us-east-1".to_owned())
    }
}

impl FromStr for Region {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if (1..=32).contains(&text.len()) && text.bytes().all(fits) {
            Ok(Self(text.to_owned()))
        } else {
            Err("expected 1 to 32 lower-case letters, digits and dashes, such as us-east-1")
        }
    }
}

impl Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The account named in queue URLs and ARNs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AccountId(pub(crate) String);

impl Default for AccountId {
    fn default() -> Self {
        Self("000000000000".to_owned())
    }
}

impl FromStr for AccountId {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
            Ok(Self(text.to_owned()))
        } else {
            Err("expected twelve digits; put quotes around them in a file")
        }
    }
}

impl Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
