//! `ListMessageMoveTasks`: a dead-letter queue's newest tasks.

use super::Answer;
use crate::door::SqsDoor;
use crate::errors::{SqsError, list_redrives_error};
use crate::frame::call::Call;
use crate::frame::payload::Payload;
use crate::frame::text::Text;
use crate::frame::writer::{Names, Writer};
use crate::limits::MOVE_TASKS;
use crate::move_tasks::{source_of, status, write_handle};
use broker::RedriveInfo;
use serde::Deserialize;
use std::num::NonZeroU32;

const RESULTS: Names = Names { json: "Results", xml: "ListMessageMoveTasksResultEntry", query_json: "Results" };

#[derive(Deserialize)]
struct Request<'a> {
    #[serde(borrow, rename = "SourceArn")]
    source: Option<Text<'a>>,
    #[serde(rename = "MaxResults")]
    max: Option<i64>,
}

pub(super) async fn run(door: &SqsDoor, call: &Call, payload: &Payload) -> Answer {
    let request: Request<'_> = payload.parse()?;
    let source = source_of(door, &call.context.caller, request.source.as_ref())?;
    let max = max_results(request.max.unwrap_or(1))?;
    let tasks = door.broker.redrives(source.id).await.map_err(list_redrives_error)?;
    let source_arn = door.names.arn(&source.name);
    let mut writer = Writer::new(call.style, call.action, max * 512);
    writer.begin_list(RESULTS);
    for task in tasks.iter().take(max) {
        writer.begin_item(RESULTS);
        write_task(&mut writer, door, task, &source_arn);
        writer.end_item(RESULTS);
    }
    writer.end_list();
    Ok(writer.finish(&call.id))
}

fn max_results(wanted: i64) -> Result<usize, SqsError> {
    usize::try_from(wanted).ok().filter(|_| MOVE_TASKS.contains(&wanted)).ok_or_else(|| {
        let (least, most) = (MOVE_TASKS.start(), MOVE_TASKS.end());
        SqsError::invalid(format!(
            "Value for parameter MaxResults is invalid. \
             Reason: You must enter a number that's between {least} and {most}."
        ))
    })
}

fn write_task(writer: &mut Writer, door: &SqsDoor, task: &RedriveInfo, source_arn: &str) {
    let RedriveInfo { id, redrive } = task;
    let (status, failure) = status(redrive);
    if redrive.ended.is_none() {
        writer.plain("TaskHandle", write_handle(door.broker.store_id(), *id, source_arn).as_bytes());
    }
    writer.plain("Status", status.as_bytes());
    writer.plain("SourceArn", source_arn.as_bytes());
    if let Some(target) = &redrive.target {
        writer.text("DestinationArn", door.names.arn(&target.name).as_bytes());
    }
    if let Some(rate) = redrive.per_second.map(NonZeroU32::get) {
        writer.number("MaxNumberOfMessagesPerSecond", u64::from(rate));
    }
    writer.number("ApproximateNumberOfMessagesMoved", redrive.moved);
    writer.number("ApproximateNumberOfMessagesToMove", redrive.to_move);
    if let Some(failure) = failure {
        writer.plain("FailureReason", failure.as_bytes());
    }
    writer.number("StartedTimestamp", redrive.started_ms);
}
