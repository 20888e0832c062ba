//! Queue attributes: which there are, where each lives, how they read.
//!
//! | attribute | lives in |
//! |---|---|
//! | `VisibilityTimeout`, `DelaySeconds`, `MessageRetentionPeriod`, `MaximumMessageSize`, `ReceiveMessageWaitTimeSeconds` | the queue's settings |
//! | `RedrivePolicy` | the settings' bury policy; its text beside it, to be echoed |
//! | `FifoQueue` | the settings' order |
//! | `DeduplicationScope` | the settings' dedup policy |
//! | `ContentBasedDeduplication`, `FifoThroughputLimit` | annotations |
//! | `Policy`, `RedriveAllowPolicy`, `Kms…`, `SqsManagedSseEnabled` | annotations |
//! | `QueueArn`, `CreatedTimestamp`, `LastModifiedTimestamp`, `ApproximateNumberOf…` | nowhere: computed |
//!
//! `draft` changes them, with AWS's ranges and words.

mod draft;
mod fifo;
mod name;

pub(crate) use draft::{Draft, Setting, first_difference};
pub(crate) use fifo::{asks_for_fifo, has_content_ids, is_fifo};
pub(crate) use name::Attribute;
pub use name::settable_names;

use crate::limits::KMS_REUSE_SECONDS_DEFAULT;
use crate::redrive;
use crate::url::Names;
use broker::{Annotations, QueueInfo, QueueStats};
use std::borrow::Cow;
use vocab::QueueSettings;

/// Begins the keys of this door's annotations.
pub(crate) const ANNOTATION_PREFIX: &str = "sqs.";

/// Where a queue's policy is kept, for those who need it without making the key.
pub(crate) const POLICY_KEY: &str = "sqs.Policy";

/// What a queue is, for reading its attributes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View<'a> {
    pub(crate) settings: &'a QueueSettings,
    pub(crate) annotations: &'a Annotations,
}

impl<'a> View<'a> {
    /// Of a queue that exists.
    pub(crate) fn of(queue: &'a QueueInfo) -> Self {
        Self { settings: &queue.settings, annotations: &queue.annotations }
    }

    /// The value of an attribute that can be set; `None` where it has none.
    pub(crate) fn stored(self, attribute: Attribute, names: &Names) -> Option<Cow<'a, str>> {
        let number = |number: u64| Some(Cow::Owned(number.to_string()));
        match attribute {
            Attribute::VisibilityTimeout => number(self.settings.lease_ms / 1000),
            Attribute::DelaySeconds => number(self.settings.delay_ms / 1000),
            Attribute::MessageRetentionPeriod => number(self.settings.retention_ms? / 1000),
            Attribute::MaximumMessageSize => number(self.settings.message_bytes_max),
            Attribute::ReceiveMessageWaitTimeSeconds => number(self.settings.wait_ms / 1000),
            Attribute::RedrivePolicy => redrive::shown(self, names),
            Attribute::FifoQueue
            | Attribute::ContentBasedDeduplication
            | Attribute::DeduplicationScope
            | Attribute::FifoThroughputLimit => fifo::shown(self, attribute).map(Cow::Borrowed),
            Attribute::KmsDataKeyReusePeriodSeconds => self.data_key_reuse().map(Cow::Borrowed),
            Attribute::SqsManagedSseEnabled => Some(self.annotation(attribute).unwrap_or("false").into()),
            other => self.annotation(other).map(Cow::Borrowed),
        }
    }

    /// AWS shows its default for queues with a key, and nothing for others; what was set is always shown here.
    fn data_key_reuse(self) -> Option<&'a str> {
        let default = self.annotation(Attribute::KmsMasterKeyId).map(|_key| KMS_REUSE_SECONDS_DEFAULT);
        self.annotation(Attribute::KmsDataKeyReusePeriodSeconds).or(default)
    }

    /// The text that was set for an attribute.
    pub(crate) fn annotation(self, attribute: Attribute) -> Option<&'a str> {
        self.annotations.get(&annotation_key(attribute)).map(String::as_str)
    }
}

/// The value of any attribute of a queue. Counts need `stats`.
pub(crate) fn value<'a>(
    queue: &'a QueueInfo,
    stats: Option<&QueueStats>,
    attribute: Attribute,
    names: &Names,
) -> Option<Cow<'a, str>> {
    let number = |number: u64| Some(Cow::Owned(number.to_string()));
    match attribute {
        Attribute::QueueArn => Some(Cow::Owned(names.arn(&queue.name))),
        Attribute::CreatedTimestamp => number(queue.created_ms / 1000),
        Attribute::LastModifiedTimestamp => number(queue.modified_ms / 1000),
        Attribute::ApproximateNumberOfMessages => number(stats?.ready),
        Attribute::ApproximateNumberOfMessagesNotVisible => number(stats?.leased),
        Attribute::ApproximateNumberOfMessagesDelayed => number(stats?.delayed),
        other => View::of(queue).stored(other, names),
    }
}

fn annotation_key(attribute: Attribute) -> String {
    format!("{ANNOTATION_PREFIX}{}", attribute.name())
}

#[cfg(test)]
mod tests;
