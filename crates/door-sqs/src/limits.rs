//! Every limit of the SQS door, with its reason or source. "AWS" is the SQS API reference and its quotas page.
//!
//! A limit of AWS is *semantic* when clients are built around it: SDKs and consumer libraries fill batches to ten, check sizes
//! and lengths of polls by themselves, and a message that is over such a limit could not move on to AWS. Semantic limits are
//! constants here and always hold. It is *commercial* when it only bounds what AWS's service is ready to provide: how long,
//! how many, how soon again. Those are asked of a [`Profile`], and the relaxed one goes as far as this server can.

use std::ops::RangeInclusive;
use std::time::Duration;

/// Greatest message, and greatest sum over a batch, in bytes (AWS).
pub const MESSAGE_BYTES_MAX: usize = 1024 * 1024;

/// Greatest request body, in bytes. A message of the greatest size may be percent-encoded throughout, which
/// takes three bytes for one; the rest is room for names, attributes and the queue URL.
pub const REQUEST_BYTES_MAX: usize = 3 * MESSAGE_BYTES_MAX + MESSAGE_BYTES_MAX / 2;

/// Bodies up to this size are read without asking [`REQUEST_BYTES_IN_FLIGHT`]: connections bound them well enough.
pub const SMALL_REQUEST_BYTES: usize = 16 * 1024;

/// Large request bodies held at a time, in bytes: 18 of the greatest, hundreds of common ones.
pub const REQUEST_BYTES_IN_FLIGHT: usize = 64 * 1024 * 1024;

/// How long a connection may be silent where it should be sending, or idle between requests. Longer than the idle time of
/// the SDKs' connection pools in practice, shorter than an operator's patience.
pub const SILENCE_MAX: Duration = Duration::from_secs(60);

/// Greatest request head, in bytes: real ones, with a signature and a session token, have 1 to 3 KiB.
pub const HEAD_BYTES_MAX: usize = 64 * 1024;

/// Requests at a time on one HTTP/2 connection: the least that RFC 9113, section 6.5.2, recommends.
pub const STREAMS_MAX: u32 = 100;

/// How long an HTTP/2 connection that was told to go may be silent before it is cut: an answer takes a round trip, what is
/// still being read a little more.
pub const FAREWELL_MAX: Duration = Duration::from_secs(5);

/// Bytes of one HTTP/2 request's body that may be on their way unread: the protocol's own default. A connection may have as much
/// for each of its requests, 6 MB in all.
pub const STREAM_WINDOW_BYTES: u32 = 65_535;

/// Greatest number of parameters of a Query request: a batch of ten messages with ten attributes has about 350.
pub const FORM_PARAMETERS_MAX: usize = 2_000;

/// Deepest nesting of a Query parameter's name; `SendMessageBatchRequestEntry.1.MessageAttribute.1.Value.StringValue` has 6.
pub const FORM_DEPTH_MAX: usize = 8;

/// Most entries in a batch (AWS).
pub const BATCH_ENTRIES_MAX: usize = 10;

/// Longest id of a batch entry (AWS).
pub const BATCH_ID_CHARACTERS_MAX: usize = 80;

/// Most message attributes (AWS).
pub const MESSAGE_ATTRIBUTES_MAX: usize = 10;

/// An attribute's name and its type are shorter than this, in bytes (AWS).
pub const ATTRIBUTE_NAME_BYTES_LIMIT: usize = 256;

/// Most significant digits of a `Number` attribute (AWS).
pub const NUMBER_DIGITS_MAX: usize = 38;

/// A `Number`'s magnitude as a power of ten (AWS).
pub const NUMBER_EXPONENT: RangeInclusive<i64> = -128..=126;

/// Longest message group id, in characters (AWS).
pub const GROUP_ID_CHARACTERS_MAX: usize = 128;

/// Longest message deduplication id, in characters (AWS).
pub const DEDUPLICATION_ID_CHARACTERS_MAX: usize = 128;

/// How long a deduplication id holds, in milliseconds (AWS): 5 minutes.
pub const DEDUPLICATION_WINDOW_MS: u64 = 300_000;

/// Longest receive request attempt id, in characters (AWS).
pub const ATTEMPT_ID_CHARACTERS_MAX: usize = 128;

/// How long an attempt of a receive can be repeated, in milliseconds (AWS): 5 minutes.
pub const ATTEMPT_WINDOW_MS: u64 = 300_000;

/// Attempts that are remembered at a time, over all queues: a repeat follows its first within seconds.
pub const ATTEMPTS_MAX: usize = 4_096;

/// Bytes of messages that remembered attempts may keep in memory.
pub const ATTEMPT_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Longest trace header, in bytes: real ones have about 100.
pub const TRACE_BYTES_MAX: usize = 1_024;

/// Messages per receive (AWS).
pub const RECEIVE_COUNT: RangeInclusive<i64> = 1..=10;

/// A receive's wait, in seconds (AWS).
pub const WAIT_SECONDS: RangeInclusive<i64> = 0..=20;

/// A queue's retention where its maker does not say, in seconds (AWS): 4 days.
pub const RETENTION_SECONDS_DEFAULT: u64 = 345_600;

/// A queue's greatest message, in bytes (AWS).
pub const MAXIMUM_MESSAGE_SIZE: RangeInclusive<i64> = 1_024..=(MESSAGE_BYTES_MAX as i64);

/// How long a data key is reused, in seconds (AWS). Kept and shown; nothing is encrypted with it.
pub const KMS_REUSE_SECONDS: RangeInclusive<i64> = 60..=86_400;

/// How long a data key is reused where nobody says, in seconds (AWS): 5 minutes.
pub const KMS_REUSE_SECONDS_DEFAULT: &str = "300";

/// Receives before a message is set aside (AWS).
pub const MAX_RECEIVE_COUNT: RangeInclusive<i64> = 1..=1_000;

/// Messages a second that a move task may be told to keep to (AWS).
pub const MOVE_RATE: RangeInclusive<i64> = 1..=500;

/// Move tasks in one listing (AWS).
pub const MOVE_TASKS: RangeInclusive<i64> = 1..=10;

/// Source queues that a `RedriveAllowPolicy` may name (AWS).
pub const REDRIVE_SOURCES_MAX: usize = 10;

/// Names in one page of a listing (AWS).
pub const LIST_RESULTS: RangeInclusive<i64> = 1..=1_000;

/// Longest queue name (AWS).
pub const QUEUE_NAME_CHARACTERS_MAX: usize = 80;

/// Most tags of a queue (AWS).
pub const TAGS_MAX: usize = 50;

/// Longest tag key, in characters (AWS).
pub const TAG_KEY_CHARACTERS_MAX: usize = 128;

/// Longest tag value, in characters (AWS).
pub const TAG_VALUE_CHARACTERS_MAX: usize = 256;

/// Most actions in one statement of a queue's policy (AWS).
pub const PERMISSION_ACTIONS_MAX: usize = 7;

/// Most statements in a queue's policy (AWS).
pub const PERMISSION_STATEMENTS_MAX: usize = 20;

/// Longest label of a permission (AWS).
pub const LABEL_CHARACTERS_MAX: usize = 80;

/// Greatest policy, in bytes (AWS): keeps annotations small.
pub const POLICY_BYTES_MAX: usize = 8_192;

/// Longest value quoted back in an error's text, in bytes: an answer stays small whatever the request was.
pub const QUOTED_BYTES_MAX: usize = 256;

/// Whether AWS's commercial limits hold.
///
/// | limit | [`Aws`](Profile::Aws) | [`Relaxed`](Profile::Relaxed) |
/// |---|---|---|
/// | delay | 15 minutes | a year |
/// | visibility timeout, and what extensions add up to | 12 hours | a year |
/// | retention | 14 days | a year |
/// | messages of a queue in flight | 120,000 | 1,000,000 |
/// | wait between purges, and before a name is reused | 60 s | none |
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// As far as this server can.
    #[default]
    Relaxed,
    /// As AWS, for tests of code that must cope with its limits, and for conformance.
    Aws,
}

/// The relaxed profile's longest time, in seconds: a year. Timers take any; a longer time than this is a mistake of units.
const YEAR_SECONDS: i64 = 365 * 24 * 60 * 60;

impl Profile {
    /// A delay, in seconds. AWS: 15 minutes, the quota "delay queue".
    #[must_use]
    pub const fn delay_seconds(self) -> RangeInclusive<i64> {
        match self {
            Self::Relaxed => 0..=YEAR_SECONDS,
            Self::Aws => 0..=900,
        }
    }

    /// A visibility timeout, in seconds, also the most that extensions may add up to. AWS: 12 hours.
    #[must_use]
    pub const fn visibility_seconds(self) -> RangeInclusive<i64> {
        match self {
            Self::Relaxed => 0..=YEAR_SECONDS,
            Self::Aws => 0..=43_200,
        }
    }

    /// A queue's retention, in seconds. AWS: a minute to 14 days. The least is semantic: below a minute a retention is a
    /// message's expiry, and a common slip of units.
    #[must_use]
    pub const fn retention_seconds(self) -> RangeInclusive<i64> {
        match self {
            Self::Relaxed => 60..=YEAR_SECONDS,
            Self::Aws => 60..=1_209_600,
        }
    }

    /// Messages of a queue that may be in flight; a queue keeps the number that it was made under. AWS: 120,000, for FIFO
    /// queues too since November 2024 (20,000 before). Relaxed: each takes about a hundred bytes of memory, so this many
    /// are what a small machine holds.
    #[must_use]
    pub const fn in_flight_max(self) -> u32 {
        match self {
            Self::Relaxed => 1_000_000,
            Self::Aws => 120_000,
        }
    }

    /// Milliseconds between two purges of a queue, and before a deleted name is reused; `None` for no wait. AWS: 60 s, since
    /// deletion takes time there.
    #[must_use]
    pub const fn waiting_rule_ms(self) -> Option<u64> {
        match self {
            Self::Relaxed => None,
            Self::Aws => Some(60_000),
        }
    }
}

const _: () = assert!(vocab::limits::REDRIVES_KEPT as i64 == *MOVE_TASKS.end());
const _: () = assert!(REQUEST_BYTES_MAX < REQUEST_BYTES_IN_FLIGHT);
