//! The names of queue attributes.

use crate::errors::{Code, SqsError, quoted};

macro_rules! attributes {
    ($($name:ident),+ $(,)?) => {
        /// An attribute of a queue.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Attribute { $($name),+ }

        impl Attribute {
            /// Every attribute.
            pub(crate) const ALL: &'static [Self] = &[$(Self::$name),+];

            /// Its name.
            pub(crate) fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name)),+ }
            }
        }
    };
}

attributes!(
    QueueArn,
    ApproximateNumberOfMessages,
    ApproximateNumberOfMessagesNotVisible,
    ApproximateNumberOfMessagesDelayed,
    CreatedTimestamp,
    LastModifiedTimestamp,
    VisibilityTimeout,
    MaximumMessageSize,
    MessageRetentionPeriod,
    DelaySeconds,
    ReceiveMessageWaitTimeSeconds,
    Policy,
    RedrivePolicy,
    RedriveAllowPolicy,
    KmsMasterKeyId,
    KmsDataKeyReusePeriodSeconds,
    SqsManagedSseEnabled,
    FifoQueue,
    ContentBasedDeduplication,
    DeduplicationScope,
    FifoThroughputLimit,
);

/// The names of the attributes that can be set.
pub fn settable_names() -> impl Iterator<Item = &'static str> {
    Attribute::ALL.iter().filter(|attribute| !attribute.is_computed()).map(|attribute| attribute.name())
}

impl Attribute {
    /// The attribute of this name.
    pub(crate) fn named(name: &str) -> Result<Self, SqsError> {
        Self::ALL.iter().copied().find(|attribute| attribute.name() == name).ok_or_else(|| unknown(name))
    }

    /// The attribute of this name, to be set.
    pub(crate) fn settable(name: &str) -> Result<Self, SqsError> {
        Self::named(name).and_then(|attribute| if attribute.is_computed() { Err(unknown(name)) } else { Ok(attribute) })
    }

    /// Whether it is computed from the queue rather than set.
    pub(crate) fn is_computed(self) -> bool {
        self.is_count() || matches!(self, Self::QueueArn | Self::CreatedTimestamp | Self::LastModifiedTimestamp)
    }

    /// Whether it takes counting the queue's messages.
    pub(crate) fn is_count(self) -> bool {
        matches!(
            self,
            Self::ApproximateNumberOfMessages
                | Self::ApproximateNumberOfMessagesNotVisible
                | Self::ApproximateNumberOfMessagesDelayed
        )
    }
}

/// What is said of an attribute that the queue cannot have.
pub(crate) fn unknown(name: &str) -> SqsError {
    SqsError::new(Code::InvalidAttributeName, format!("Unknown Attribute {}.", quoted(name)))
}
