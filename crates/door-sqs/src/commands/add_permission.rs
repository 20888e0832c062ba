//! `AddPermission`: a statement into a queue's policy, which lets other accounts in.

use super::Answer;
use crate::door::SqsDoor;
use crate::errors::SqsError;
use crate::frame::call::Call;
use crate::frame::payload::Payload;
use crate::frame::text::Text;
use crate::policy::{Permission, Policy};
use crate::queue_attributes::Attribute;
use serde::Deserialize;

#[derive(Deserialize)]
struct Request<'a> {
    #[serde(borrow, rename = "QueueUrl")]
    queue_url: Option<Text<'a>>,
    #[serde(borrow, rename = "Label")]
    label: Option<Text<'a>>,
    #[serde(borrow, rename = "AWSAccountIds", alias = "AWSAccountId", default)]
    accounts: Option<Vec<Text<'a>>>,
    #[serde(borrow, rename = "Actions", alias = "ActionName", default)]
    actions: Option<Vec<Text<'a>>>,
}

pub(super) async fn run(door: &SqsDoor, call: &Call, payload: &Payload) -> Answer {
    let request: Request<'_> = payload.parse()?;
    let queue = door.queue(request.queue_url.as_ref(), &call.context)?;
    let label = request.label.ok_or_else(|| SqsError::missing("Label"))?;
    let accounts: Vec<&str> = request.accounts.iter().flatten().map(|account| &**account).collect();
    let actions: Vec<&str> = request.actions.iter().flatten().map(|action| &**action).collect();
    let queue_arn = door.names.arn(&queue.name);
    let permission = Permission { label: &label, accounts: &accounts, actions: &actions, queue_arn: &queue_arn };
    door.change(queue, |draft| {
        let mut policy = Policy::read(draft.view().annotation(Attribute::Policy), &queue_arn);
        policy.add(&permission)?;
        draft.annotate(Attribute::Policy, &policy.write());
        Ok(())
    })
    .await?;
    Ok(super::nothing(call))
}
