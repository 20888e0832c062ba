//! `RedrivePolicy` (where a queue's failures go) and `RedriveAllowPolicy` (whose failures a queue takes).
//!
//! A redrive policy becomes the queue's bury policy, counted by deliveries, as on AWS. Its text is kept beside it and echoed for as
//! long as it says what the bury policy says; after a change through another door, a text is made from that. A bury policy that no
//! redrive policy could say, because it names no queue or has no limit, is not shown; setting one here takes its place.

use crate::errors::{SqsError, quoted};
use crate::limits::{MAX_RECEIVE_COUNT, REDRIVE_SOURCES_MAX};
use crate::queue_attributes::{Attribute, Setting, View};
use crate::url::Names;
use broker::QueueInfo;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use vocab::{BuryPolicy, CountedBy, Order};

#[derive(Deserialize)]
struct Policy {
    #[serde(rename = "deadLetterTargetArn")]
    target: Option<String>,
    #[serde(rename = "maxReceiveCount")]
    count: Option<Count>,
}

/// A number, or a number as text: AWS takes both.
#[derive(Deserialize)]
#[serde(untagged)]
enum Count {
    Number(i64),
    Text(String),
}

#[derive(Serialize)]
struct Shown<'a> {
    #[serde(rename = "deadLetterTargetArn")]
    target: &'a str,
    #[serde(rename = "maxReceiveCount")]
    count: u32,
}

#[derive(Deserialize)]
struct Allowance {
    #[serde(rename = "redrivePermission")]
    permission: Permission,
    #[serde(rename = "sourceQueueArns", default)]
    sources: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Permission {
    AllowAll,
    DenyAll,
    ByQueue,
}

/// The bury policy that a `RedrivePolicy` stands for; `None` for the empty text, which takes it away.
/// `order` is that of the queue that it is for.
pub(crate) fn read(text: &str, setting: Setting<'_>, order: Order) -> Result<Option<BuryPolicy>, SqsError> {
    if text.is_empty() {
        return Ok(None);
    }
    let refused = |reason: &str| SqsError::invalid_value(text, "RedrivePolicy", reason);
    let policy: Policy = serde_json::from_str(text)
        .map_err(|_| refused("Amazon SQS can't create the redrive policy, as it's in an unsupported format."))?;
    let missing = |name| refused(&format!("Redrive policy does not contain mandatory attribute: {name}."));
    let arn = policy.target.ok_or_else(|| missing("deadLetterTargetArn"))?;
    let max =
        max_receives(&policy.count.ok_or_else(|| missing("maxReceiveCount"))?).map_err(|reason| refused(&reason))?;
    let target = setting.names.name_in_arn(&arn).and_then(|name| setting.broker.queue(&name));
    let target = target.ok_or_else(|| refused("Dead letter target does not exist."))?;
    if setting.names.split(&target.name).0 != setting.names.split(setting.queue).0 {
        return Err(refused("Dead letter target owner should be same as the source."));
    }
    if target.name == setting.queue {
        return Err(refused("A queue cannot be its own dead-letter queue."));
    }
    let fifo = |order: Order| order == Order::Laned;
    if fifo(target.settings.order) != fifo(order) {
        return Err(refused("Dead-letter queue must be same type of queue as the source."));
    }
    if !allows(&target, setting) {
        return Err(refused("The dead-letter queue's RedriveAllowPolicy does not allow this source queue."));
    }
    Ok(Some(BuryPolicy::into_queue(CountedBy::Deliveries, max, target.name.clone())))
}

fn max_receives(count: &Count) -> Result<u32, String> {
    let (number, written) = match count {
        Count::Number(number) => (Some(*number), number.to_string()),
        Count::Text(text) => (text.trim().parse().ok(), quoted(text).into_owned()),
    };
    let number = number.filter(|number| MAX_RECEIVE_COUNT.contains(number));
    number.and_then(|number| u32::try_from(number).ok()).ok_or_else(|| {
        let (least, most) = (MAX_RECEIVE_COUNT.start(), MAX_RECEIVE_COUNT.end());
        format!("Invalid value for maxReceiveCount: {written}, valid values are from {least} to {most} both inclusive.")
    })
}

/// Whether `target` takes the failures of the queue that is being set.
fn allows(target: &QueueInfo, setting: Setting<'_>) -> bool {
    let text = View::of(target).annotation(Attribute::RedriveAllowPolicy);
    let allowance = text.and_then(|text| serde_json::from_str::<Allowance>(text).ok());
    match allowance.as_ref().map(|allowance| (allowance.permission, &allowance.sources)) {
        None | Some((Permission::AllowAll, _)) => true,
        Some((Permission::DenyAll, _)) => false,
        Some((Permission::ByQueue, sources)) => {
            sources.iter().any(|arn| setting.names.name_in_arn(arn).as_deref() == Some(setting.queue))
        }
    }
}

/// Refuses a `RedriveAllowPolicy` that could not be followed.
pub(crate) fn check_allowance(text: &str) -> Result<(), SqsError> {
    if text.is_empty() {
        return Ok(());
    }
    let refused = |reason: &str| SqsError::invalid_value(text, "RedriveAllowPolicy", reason);
    let allowance: Allowance = serde_json::from_str(text)
        .map_err(|_| refused("Amazon SQS can't create the redrive allow policy, as it's in an unsupported format."))?;
    let by_queue = allowance.permission == Permission::ByQueue;
    if by_queue == allowance.sources.is_empty() {
        return Err(refused("Source queue ARNs belong to the redrive permission byQueue, which needs at least one."));
    }
    if allowance.sources.len() > REDRIVE_SOURCES_MAX {
        return Err(refused(&format!("At most {REDRIVE_SOURCES_MAX} source queue ARNs are allowed.")));
    }
    Ok(())
}

/// The `RedrivePolicy` to show for a queue.
pub(crate) fn shown<'a>(queue: View<'a>, names: &Names) -> Option<Cow<'a, str>> {
    let bury = queue.settings.bury.as_ref()?;
    let (target, max) = (bury.queue()?, bury.max?);
    let kept = queue.annotation(Attribute::RedrivePolicy);
    if let Some(kept) = kept.filter(|kept| says(kept, target, max, names)) {
        return Some(Cow::Borrowed(kept));
    }
    let policy = Shown { target: &names.arn(target), count: max };
    Some(Cow::Owned(serde_json::to_string(&policy).expect("a text and a number are JSON")))
}

/// Whether the queue's failures go to the queue of this name, as far as this door has words for it.
pub(crate) fn sends_failures_to(queue: &QueueInfo, name: &str) -> bool {
    let bury = queue.settings.bury.as_ref();
    bury.is_some_and(|bury| bury.max.is_some() && bury.queue() == Some(name))
}

/// Whether `text` says that messages go to the queue `name` after `max` deliveries.
fn says(text: &str, name: &str, max: u32, names: &Names) -> bool {
    let Ok(Policy { target: Some(target), count: Some(count) }) = serde_json::from_str(text) else { return false };
    names.name_in_arn(&target).as_deref() == Some(name) && max_receives(&count) == Ok(max)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Profile;
    use crate::queue_attributes::Draft;
    use vocab::DeadLetter;

    fn names() -> Names {
        Names::new("us-east-1", "000000000000")
    }

    fn draft(kept: &str, max: u32) -> Draft {
        let mut draft = Draft::fresh(vocab::Durability::Always, Profile::Aws);
        draft.annotate(Attribute::RedrivePolicy, kept);
        draft.settings.bury = Some(BuryPolicy::into_queue(CountedBy::Deliveries, max, "dead"));
        draft
    }

    #[test]
    fn the_text_that_was_set_is_echoed_while_it_holds() {
        let kept = r#"{ "maxReceiveCount":"5", "deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:dead" }"#;
        assert_eq!(shown(draft(kept, 5).view(), &names()).as_deref(), Some(kept));
        let made = r#"{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:dead","maxReceiveCount":6}"#;
        assert_eq!(shown(draft(kept, 6).view(), &names()).as_deref(), Some(made));
    }

    #[test]
    fn what_no_redrive_policy_could_say_is_not_shown() {
        let kept = r#"{"maxReceiveCount":5,"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:dead"}"#;
        let router = DeadLetter::Router { router: "events".to_owned(), key: None };
        let counted_by = CountedBy::Deliveries;
        for (max, dead_letter) in
            [(Some(5), router), (Some(5), DeadLetter::Nowhere), (None, DeadLetter::Queue("dead".to_owned()))]
        {
            let mut draft = draft(kept, 5);
            draft.settings.bury = Some(BuryPolicy { counted_by, max, dead_letter, expired: false });
            assert_eq!(shown(draft.view(), &names()), None, "{:?}", draft.settings.bury);
        }
    }

    #[test]
    fn counts_are_numbers_or_texts_in_range() {
        assert_eq!(max_receives(&Count::Number(1)), Ok(1));
        assert_eq!(max_receives(&Count::Text("1000".to_owned())), Ok(1000));
        for bad in [Count::Number(0), Count::Number(1001), Count::Text("many".to_owned())] {
            assert!(max_receives(&bad).is_err());
        }
    }

    #[test]
    fn an_allowance_names_sources_exactly_where_it_needs_them() {
        for good in [
            "",
            r#"{"redrivePermission":"allowAll"}"#,
            r#"{"redrivePermission":"denyAll"}"#,
            r#"{"redrivePermission":"byQueue","sourceQueueArns":["arn:aws:sqs:us-east-1:000000000000:a"]}"#,
        ] {
            assert!(check_allowance(good).is_ok(), "{good}");
        }
        let many = format!(r#"{{"redrivePermission":"byQueue","sourceQueueArns":[{}"x"]}}"#, r#""x","#.repeat(10));
        for bad in [
            "x",
            "{}",
            r#"{"redrivePermission":"sometimes"}"#,
            r#"{"redrivePermission":"byQueue"}"#,
            r#"{"redrivePermission":"denyAll","sourceQueueArns":["x"]}"#,
            &many,
        ] {
            assert!(check_allowance(bad).is_err(), "{bad}");
        }
    }
}
