//! Every limit of the SQS door, with its reason or source. "AWS" is the SQS API reference and its quotas page.

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

/// Longest trace header, in bytes: real ones have about 100.
pub const TRACE_BYTES_MAX: usize = 1_024;

/// Messages per receive (AWS).
pub const RECEIVE_COUNT: RangeInclusive<i64> = 1..=10;

/// A receive's wait, in seconds (AWS).
pub const WAIT_SECONDS: RangeInclusive<i64> = 0..=20;

/// A visibility timeout, in seconds (AWS): 12 hours, also the most that extensions may add up to.
pub const VISIBILITY_SECONDS: RangeInclusive<i64> = 0..=43_200;

/// A delay, in seconds (AWS).
pub const DELAY_SECONDS: RangeInclusive<i64> = 0..=900;

/// A queue's retention, in seconds (AWS): a minute to 14 days.
pub const RETENTION_SECONDS: RangeInclusive<i64> = 60..=1_209_600;

/// A queue's retention where its maker does not say, in seconds (AWS): 4 days.
pub const RETENTION_SECONDS_DEFAULT: u64 = 345_600;

/// A queue's greatest message, in bytes (AWS).
pub const MAXIMUM_MESSAGE_SIZE: RangeInclusive<i64> = 1_024..=(MESSAGE_BYTES_MAX as i64);

/// How long a data key is reused, in seconds (AWS). Kept and shown; nothing is encrypted with it.
pub const KMS_REUSE_SECONDS: RangeInclusive<i64> = 60..=86_400;

/// Receives before a message is set aside (AWS).
pub const MAX_RECEIVE_COUNT: RangeInclusive<i64> = 1..=1_000;

/// Messages of a queue that may be in flight (AWS, standard queues).
pub const IN_FLIGHT_MAX: u32 = 120_000;

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

/// AWS's waiting rules, in milliseconds: between two purges of a queue, and before a deleted name is reused.
pub const WAITING_RULE_MS: u64 = 60_000;

const _: () = assert!(vocab::limits::REDRIVES_KEPT as i64 == *MOVE_TASKS.end());
const _: () = assert!(REQUEST_BYTES_MAX < REQUEST_BYTES_IN_FLIGHT);
