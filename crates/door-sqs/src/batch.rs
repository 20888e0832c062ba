//! What the three batch actions share: rules about entries, and answers in part failed, in part successful.

use crate::action::Action;
use crate::errors::{Code, SqsError, quoted};
use crate::frame::request_id::RequestId;
use crate::frame::style::Style;
use crate::frame::text::Text;
use crate::frame::writer::{Names, Writer};
use crate::limits::{BATCH_ENTRIES_MAX, BATCH_ID_CHARACTERS_MAX};

const FAILED: Names = Names { json: "Failed", xml: "BatchResultErrorEntry", query_json: "Failed" };

/// The outcome of one entry: its id, and what to say of its success or why it failed.
pub(crate) type Outcome<S> = (String, Result<S, SqsError>);

/// Checks the number of entries and their ids; gives the ids.
pub(crate) fn check_ids<'a>(
    action: Action,
    ids: impl ExactSizeIterator<Item = Option<&'a Text<'a>>>,
) -> Result<Vec<&'a str>, SqsError> {
    let count = ids.len();
    if count == 0 {
        let text = format!("There should be at least one {}RequestEntry in the request.", action.name());
        return Err(SqsError::new(Code::EmptyBatchRequest, text));
    }
    if count > BATCH_ENTRIES_MAX {
        return Err(SqsError::new(
            Code::TooManyEntriesInBatchRequest,
            format!("Maximum number of entries per request are {BATCH_ENTRIES_MAX}. You have sent {count}."),
        ));
    }
    let mut seen: Vec<&str> = Vec::with_capacity(count);
    for id in ids {
        let id: &str = id.ok_or_else(|| SqsError::missing("Id"))?;
        if !crate::names::has_letters(id, BATCH_ID_CHARACTERS_MAX) {
            return Err(SqsError::new(
                Code::InvalidBatchEntryId,
                "A batch entry id can only contain alphanumeric characters, hyphens and underscores. \
                 It can be at most 80 letters long.",
            ));
        }
        if seen.contains(&id) {
            return Err(SqsError::new(Code::BatchEntryIdsNotDistinct, format!("Id {} repeated.", quoted(id))));
        }
        seen.push(id);
    }
    Ok(seen)
}

/// Writes the answer: the successes through `write`, then the failures. A list without entries is left out, as on AWS.
pub(crate) fn answer<S>(
    (action, style, id): (Action, Style, &RequestId),
    outcomes: &[Outcome<S>],
    success: Names,
    write: impl Fn(&mut Writer, &S),
) -> Vec<u8> {
    let mut writer = Writer::new(style, action, outcomes.len() * 256);
    if outcomes.iter().any(|(_, outcome)| outcome.is_ok()) {
        writer.begin_list(success);
        for (entry, outcome) in outcomes {
            if let Ok(outcome) = outcome {
                writer.begin_item(success);
                writer.plain("Id", entry.as_bytes());
                write(&mut writer, outcome);
                writer.end_item(success);
            }
        }
        writer.end_list();
    }
    if outcomes.iter().any(|(_, outcome)| outcome.is_err()) {
        write_failures(&mut writer, style, outcomes);
    }
    writer.finish(id)
}

fn write_failures<S>(writer: &mut Writer, style: Style, outcomes: &[Outcome<S>]) {
    writer.begin_list(FAILED);
    for (entry, outcome) in outcomes {
        if let Err(error) = outcome {
            let row = error.code.row();
            writer.begin_item(FAILED);
            writer.plain("Id", entry.as_bytes());
            writer.boolean("SenderFault", !row.status.is_server_error());
            writer.plain("Code", row.query.as_bytes());
            writer.text("Message", error.text_in(style).as_bytes());
            writer.end_item(FAILED);
        }
    }
    writer.end_list();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::request_id::RequestIds;
    use std::borrow::Cow;

    fn check(ids: &[&str]) -> Result<(), Code> {
        let ids: Vec<Text<'_>> = ids.iter().map(|id| Text(Cow::Borrowed(*id))).collect();
        check_ids(Action::SendMessageBatch, ids.iter().map(Some)).map(drop).map_err(|error| error.code)
    }

    #[test]
    fn a_batch_has_one_to_ten_entries_with_distinct_ids() {
        assert_eq!(check(&["a", "b-1", "C_2"]), Ok(()));
        assert_eq!(check(&[]), Err(Code::EmptyBatchRequest));
        assert_eq!(check(&["a"; 11]), Err(Code::TooManyEntriesInBatchRequest));
        assert_eq!(check(&["a", "b", "a"]), Err(Code::BatchEntryIdsNotDistinct));
        for bad in ["", "a b", "a:b", "ä", &"x".repeat(81)] {
            assert_eq!(check(&[bad]), Err(Code::InvalidBatchEntryId), "{bad:?}");
        }
    }

    #[test]
    fn an_empty_batch_is_told_what_it_lacks() {
        let error = check_ids(Action::DeleteMessageBatch, [].into_iter()).expect_err("empty");
        assert_eq!(error.text, "There should be at least one DeleteMessageBatchRequestEntry in the request.");
    }

    #[test]
    fn successes_and_failures_stand_side_by_side() {
        const NAMES: Names =
            Names { json: "Successful", xml: "DeleteMessageBatchResultEntry", query_json: "Successful" };
        let outcomes =
            [("a".to_owned(), Ok(())), ("b".to_owned(), Err(SqsError::new(Code::InternalFailure, "broken")))];
        let id = RequestIds::new(1).next();
        let body = answer((Action::DeleteMessageBatch, Style::Json, &id), &outcomes, NAMES, |_, ()| {});
        assert_eq!(
            String::from_utf8_lossy(&body),
            r#"{"Successful":[{"Id":"a"}],"Failed":[{"Id":"b","SenderFault":false,"Code":"InternalFailure","Message":"broken"}]}"#
        );
    }
}
