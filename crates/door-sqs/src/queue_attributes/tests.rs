//! Settings and annotations as attributes, without a broker. The transcripts have the rest.

use super::*;
use crate::limits::Profile;
use vocab::{BuryPolicy, CountedBy, Durability, QueueId};

fn queue(draft: Draft) -> QueueInfo {
    QueueInfo {
        id: QueueId(1),
        name: "jobs".to_owned(),
        settings: draft.settings,
        annotations: draft.annotations,
        created_ms: 1_999,
        modified_ms: 2_000,
        revision: 1,
    }
}

fn shown(queue: &QueueInfo, attribute: Attribute) -> Option<String> {
    let stats = QueueStats { ready: 1, delayed: 2, leased: 3, ..QueueStats::default() };
    value(queue, Some(&stats), attribute, &Names::new("us-east-1", "000000000000")).map(Cow::into_owned)
}

#[test]
fn a_fresh_queue_has_awss_defaults() {
    let fresh = queue(Draft::fresh(Durability::Always, Profile::Aws));
    for (attribute, expected) in [
        (Attribute::VisibilityTimeout, "30"),
        (Attribute::DelaySeconds, "0"),
        (Attribute::MessageRetentionPeriod, "345600"),
        (Attribute::MaximumMessageSize, "1048576"),
        (Attribute::ReceiveMessageWaitTimeSeconds, "0"),
        (Attribute::SqsManagedSseEnabled, "false"),
        (Attribute::CreatedTimestamp, "1"),
        (Attribute::LastModifiedTimestamp, "2"),
        (Attribute::ApproximateNumberOfMessages, "1"),
        (Attribute::ApproximateNumberOfMessagesDelayed, "2"),
        (Attribute::ApproximateNumberOfMessagesNotVisible, "3"),
        (Attribute::QueueArn, "arn:aws:sqs:us-east-1:000000000000:jobs"),
    ] {
        assert_eq!(shown(&fresh, attribute).as_deref(), Some(expected), "{attribute:?}");
    }
    assert_eq!(fresh.settings.leases_max, Some(120_000));
    for absent in
        [Attribute::Policy, Attribute::RedrivePolicy, Attribute::RedriveAllowPolicy, Attribute::KmsMasterKeyId]
    {
        assert_eq!(shown(&fresh, absent), None, "{absent:?}");
    }
}

#[test]
fn a_queue_that_another_door_made_is_shown_as_far_as_sqs_has_words_for_it() {
    let mut draft = Draft { settings: QueueSettings::default(), annotations: Annotations::new() };
    draft.settings.bury = Some(BuryPolicy::into_queue(CountedBy::Failures, 3, "dead"));
    let other = queue(draft);
    assert_eq!(shown(&other, Attribute::MessageRetentionPeriod), None, "it keeps messages for ever");
    let policy = r#"{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:dead","maxReceiveCount":3}"#;
    assert_eq!(shown(&other, Attribute::RedrivePolicy).as_deref(), Some(policy));
}

#[test]
fn a_fifo_queue_shows_what_only_fifo_queues_have() {
    let fifo_only = [
        (Attribute::FifoQueue, "true"),
        (Attribute::ContentBasedDeduplication, "false"),
        (Attribute::DeduplicationScope, "queue"),
        (Attribute::FifoThroughputLimit, "perQueue"),
    ];
    let standard = queue(Draft::fresh(Durability::Always, Profile::Aws));
    let mut draft = Draft::fresh(Durability::Always, Profile::Aws);
    draft.become_fifo();
    let fifo = queue(draft);
    for (attribute, expected) in fifo_only {
        assert_eq!(shown(&fifo, attribute).as_deref(), Some(expected), "{attribute:?}");
        assert_eq!(shown(&standard, attribute), None, "{attribute:?}");
    }
}

#[test]
fn names_are_awss_and_computed_ones_cannot_be_set() {
    for attribute in Attribute::ALL {
        assert_eq!(Attribute::named(attribute.name()), Ok(*attribute));
        assert_eq!(Attribute::settable(attribute.name()).is_ok(), !attribute.is_computed(), "{attribute:?}");
    }
}
