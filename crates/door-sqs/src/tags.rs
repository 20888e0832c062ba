//! A queue's tags: annotations under `sqs.tag.NAME`.

use crate::errors::SqsError;
use crate::frame::text::{Pairs, Text};
use crate::limits::{TAG_KEY_CHARACTERS_MAX, TAG_VALUE_CHARACTERS_MAX, TAGS_MAX};
use broker::Annotations;

const PREFIX: &str = "sqs.tag.";

/// The tags among a queue's annotations, in order of key.
pub(crate) fn of(annotations: &Annotations) -> impl Iterator<Item = (&str, &str)> {
    let from_first = annotations.range(PREFIX.to_owned()..);
    from_first.map_while(|(key, value)| Some((key.strip_prefix(PREFIX)?, value.as_str())))
}

/// Adds tags; those with the keys of others replace them.
pub(crate) fn add(annotations: &mut Annotations, tags: &Pairs<'_, Text<'_>>) -> Result<(), SqsError> {
    for (key, value) in &tags.0 {
        check_key(key)?;
        if value.chars().count() > TAG_VALUE_CHARACTERS_MAX {
            return Err(SqsError::invalid("Tag values must be between 0 and 256 characters in length."));
        }
        annotations.insert(format!("{PREFIX}{}", &**key), value.to_string());
    }
    if of(annotations).count() > TAGS_MAX {
        return Err(SqsError::invalid(format!("Too many tags: a queue can have at most {TAGS_MAX}.")));
    }
    Ok(())
}

/// Takes tags away; those that are not there do not matter.
pub(crate) fn remove(annotations: &mut Annotations, keys: &[Text<'_>]) -> Result<(), SqsError> {
    for key in keys {
        check_key(key)?;
        annotations.remove(&format!("{PREFIX}{}", &**key));
    }
    Ok(())
}

fn check_key(key: &str) -> Result<(), SqsError> {
    if (1..=TAG_KEY_CHARACTERS_MAX).contains(&key.chars().count()) {
        return Ok(());
    }
    Err(SqsError::invalid("Tag keys must be between 1 and 128 characters in length."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::borrow::Cow;

    fn text(text: &str) -> Text<'_> {
        Text(Cow::Borrowed(text))
    }

    #[test]
    fn tags_are_added_replaced_and_removed_and_nothing_else_is_a_tag() {
        let mut annotations =
            Annotations::from([("sqs.Policy".to_owned(), "{}".to_owned()), ("sqs.tags".to_owned(), "x".to_owned())]);
        let tags = Pairs(vec![(text("env"), text("dev")), (text("team"), text("")), (text("env"), text("test"))]);
        add(&mut annotations, &tags).expect("valid");
        assert_eq!(of(&annotations).collect::<Vec<_>>(), [("env", "test"), ("team", "")]);
        remove(&mut annotations, &[text("env"), text("unknown")]).expect("valid");
        assert_eq!(of(&annotations).collect::<Vec<_>>(), [("team", "")]);
    }

    #[test]
    fn limits_hold() {
        let long = "k".repeat(129);
        let mut annotations = Annotations::new();
        assert!(add(&mut annotations, &Pairs(vec![(text(&long), text("v"))])).is_err());
        assert!(add(&mut annotations, &Pairs(vec![(text(""), text("v"))])).is_err());
        let keys: Vec<String> = (0..51).map(|n| n.to_string()).collect();
        let many = Pairs(keys.iter().map(|key| (text(key), text("v"))).collect());
        assert!(add(&mut Annotations::new(), &many).is_err());
    }
}
