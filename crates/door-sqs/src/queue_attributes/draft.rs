//! A queue's settings and annotations while attributes are being set, with AWS's ranges.

use super::{Attribute, View, annotation_key};
use crate::errors::{Code, SqsError};
use crate::frame::text::{Pairs, Text};
use crate::limits::{
    KMS_REUSE_SECONDS, KMS_REUSE_SECONDS_DEFAULT, MAXIMUM_MESSAGE_SIZE, MESSAGE_BYTES_MAX, POLICY_BYTES_MAX, Profile,
    RETENTION_SECONDS_DEFAULT, WAIT_SECONDS,
};
use crate::redrive;
use crate::url::Names;
use broker::{Annotations, Broker, QueueInfo};
use std::ops::RangeInclusive;
use vocab::{Durability, Order, QueueSettings};

/// The attributes of a queue that is being made or changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Draft {
    /// Goes to the broker.
    pub(crate) settings: QueueSettings,
    /// Goes to the broker.
    pub(crate) annotations: Annotations,
}

/// Where a draft's attributes are checked against the world.
#[derive(Clone, Copy)]
pub(crate) struct Setting<'a> {
    /// The name of the queue that they are for.
    pub(crate) queue: &'a str,
    /// Finds the queues that policies name.
    pub(crate) broker: &'a Broker,
    /// Reads ARNs.
    pub(crate) names: &'a Names,
    /// How long times may be.
    pub(crate) limits: Profile,
}

impl Draft {
    /// A queue as `CreateQueue` makes it when nothing is said, with the server's durability and limits.
    pub(crate) fn fresh(durability: Durability, limits: Profile) -> Self {
        let settings = QueueSettings {
            durability,
            retention_ms: Some(RETENTION_SECONDS_DEFAULT * 1000),
            message_bytes_max: MESSAGE_BYTES_MAX as u64,
            leases_max: Some(limits.in_flight_max()),
            // A standard queue whose messages have groups is shared fairly among them, as on AWS.
            order: Order::Fair,
            ..QueueSettings::default()
        };
        Self { settings, annotations: Annotations::new() }
    }

    /// A queue as it is.
    pub(crate) fn of(queue: &QueueInfo) -> Self {
        Self { settings: queue.settings.clone(), annotations: queue.annotations.clone() }
    }

    /// Reads it.
    pub(crate) fn view(&self) -> View<'_> {
        View { settings: &self.settings, annotations: &self.annotations }
    }

    /// Sets all attributes of a request, or none where one is wrong.
    pub(crate) fn set_all(&mut self, given: &Pairs<'_, Text<'_>>, setting: Setting<'_>) -> Result<(), SqsError> {
        let value = |name: &str| given.0.iter().find(|(given, _)| &**given == name).map(|(_, value)| &**value);
        let kms = value("KmsMasterKeyId").is_some_and(|key| !key.is_empty());
        if kms && value("SqsManagedSseEnabled") == Some("true") {
            return Err(SqsError::new(
                Code::InvalidAttributeName,
                "You can use one type of server-side encryption (SSE) at one time. You can either enable KMS SSE or SQS SSE.",
            ));
        }
        for (name, value) in &given.0 {
            self.set(Attribute::settable(name)?, value, setting)?;
        }
        self.check_fifo()
    }

    fn set(&mut self, attribute: Attribute, value: &str, setting: Setting<'_>) -> Result<(), SqsError> {
        let seconds = |range| number(attribute, value, &range).map(|seconds| seconds * 1000);
        let limits = setting.limits;
        match attribute {
            Attribute::VisibilityTimeout => self.settings.lease_ms = seconds(limits.visibility_seconds())?,
            Attribute::DelaySeconds => self.settings.delay_ms = seconds(limits.delay_seconds())?,
            Attribute::MessageRetentionPeriod => {
                self.settings.retention_ms = Some(seconds(limits.retention_seconds())?);
            }
            Attribute::ReceiveMessageWaitTimeSeconds => self.settings.wait_ms = seconds(WAIT_SECONDS)?,
            Attribute::MaximumMessageSize => {
                self.settings.message_bytes_max = number(attribute, value, &MAXIMUM_MESSAGE_SIZE)?;
            }
            Attribute::RedrivePolicy => {
                self.settings.bury = redrive::read(value, setting, self.settings.order)?;
                self.annotate(attribute, value);
            }
            Attribute::RedriveAllowPolicy => {
                redrive::check_allowance(value)?;
                self.annotate(attribute, value);
            }
            Attribute::Policy => {
                check_policy(value)?;
                self.annotate(attribute, value);
            }
            Attribute::KmsDataKeyReusePeriodSeconds => {
                number(attribute, value, &KMS_REUSE_SECONDS)?;
                self.annotate(attribute, if value == KMS_REUSE_SECONDS_DEFAULT { "" } else { value });
            }
            Attribute::KmsMasterKeyId => {
                self.annotate(attribute, value);
                if !value.is_empty() {
                    self.annotate(Attribute::SqsManagedSseEnabled, "false");
                }
            }
            Attribute::SqsManagedSseEnabled => self.set_managed_encryption(value)?,
            Attribute::FifoQueue
            | Attribute::ContentBasedDeduplication
            | Attribute::DeduplicationScope
            | Attribute::FifoThroughputLimit => self.set_fifo(attribute, value)?,
            Attribute::QueueArn
            | Attribute::ApproximateNumberOfMessages
            | Attribute::ApproximateNumberOfMessagesNotVisible
            | Attribute::ApproximateNumberOfMessagesDelayed
            | Attribute::CreatedTimestamp
            | Attribute::LastModifiedTimestamp => unreachable!("computed attributes are not settable"),
        }
        Ok(())
    }

    fn set_managed_encryption(&mut self, value: &str) -> Result<(), SqsError> {
        let lower = value.to_ascii_lowercase();
        if lower != "true" && lower != "false" {
            return Err(invalid(Attribute::SqsManagedSseEnabled));
        }
        self.annotate(Attribute::SqsManagedSseEnabled, &lower);
        if lower == "true" {
            self.annotate(Attribute::KmsMasterKeyId, "");
            self.annotate(Attribute::KmsDataKeyReusePeriodSeconds, "");
        }
        Ok(())
    }

    /// Keeps a text; an empty one takes the attribute away.
    pub(crate) fn annotate(&mut self, attribute: Attribute, value: &str) {
        let key = annotation_key(attribute);
        if value.is_empty() {
            self.annotations.remove(&key);
        } else {
            self.annotations.insert(key, value.to_owned());
        }
    }
}

/// The first attribute that a request for a new queue gives and that the queue of that name has differently.
pub(crate) fn first_difference<'a>(
    given: &'a Pairs<'_, Text<'_>>,
    wanted: &Draft,
    existing: &QueueInfo,
    names: &Names,
) -> Option<&'a str> {
    let same = |name: &str| {
        let Ok(attribute) = Attribute::named(name) else { return false };
        let (old, new) = (View::of(existing).stored(attribute, names), wanted.view().stored(attribute, names));
        match attribute {
            Attribute::RedrivePolicy => existing.settings.bury == wanted.settings.bury,
            Attribute::Policy | Attribute::RedriveAllowPolicy => is_same_json(old.as_deref(), new.as_deref()),
            _ => old == new,
        }
    };
    given.0.iter().map(|(name, _)| &**name).find(|name| !same(name))
}

fn is_same_json(a: Option<&str>, b: Option<&str>) -> bool {
    let value = |text: Option<&str>| text.and_then(|text| serde_json::from_str::<serde_json::Value>(text).ok());
    a == b || value(a) == value(b)
}

fn number(attribute: Attribute, value: &str, range: &RangeInclusive<i64>) -> Result<u64, SqsError> {
    let number = value.trim().parse::<i64>().ok().filter(|number| range.contains(number));
    number.and_then(|number| u64::try_from(number).ok()).ok_or_else(|| invalid(attribute))
}

fn check_policy(value: &str) -> Result<(), SqsError> {
    let is_object = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(value).is_ok();
    if value.is_empty() || (is_object && value.len() <= POLICY_BYTES_MAX) {
        return Ok(());
    }
    Err(invalid(Attribute::Policy))
}

/// What is said of a value that is none of those allowed.
pub(super) fn invalid(attribute: Attribute) -> SqsError {
    let text = format!("Invalid value for the parameter {}.", attribute.name());
    SqsError::new(Code::InvalidAttributeValue, text)
}
