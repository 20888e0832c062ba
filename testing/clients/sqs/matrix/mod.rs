//! Every action, every error that SQS's model names for it, both protocols: a table without an empty cell.
//!
//! The actions and their errors are facts taken from the service's model (`facts.json`); what provokes
//! each, or why it cannot happen here, is `table.rs`. A fact without an entry fails, so no action can
//! have only its happy test.

mod errors;
mod facts;
mod good;
mod stage;
mod table;

use crate::speak::{Protocol, Told, say, shape, told};
use clients::python::{finish, python};
use clients::{Response, Server};
use errors::Expected;
use facts::Facts;
use serde_json::Value;
use stage::Stage;
use std::panic::catch_unwind;
use std::process::Command;
use table::{Cell, Provoke};

/// Declares a test per action, and their names for comparison with the facts.
macro_rules! actions {
    ($($test:ident $action:literal)+) => {
        $(#[test] fn $test() { every_cell_of($action); })+
        const ACTIONS: &[&str] = &[$($action),+];
    };
}

actions! {
    add_permission "AddPermission"
    cancel_message_move_task "CancelMessageMoveTask"
    change_message_visibility "ChangeMessageVisibility"
    change_message_visibility_batch "ChangeMessageVisibilityBatch"
    create_queue "CreateQueue"
    delete_message "DeleteMessage"
    delete_message_batch "DeleteMessageBatch"
    delete_queue "DeleteQueue"
    get_queue_attributes "GetQueueAttributes"
    get_queue_url "GetQueueUrl"
    list_dead_letter_source_queues "ListDeadLetterSourceQueues"
    list_message_move_tasks "ListMessageMoveTasks"
    list_queue_tags "ListQueueTags"
    list_queues "ListQueues"
    purge_queue "PurgeQueue"
    receive_message "ReceiveMessage"
    remove_permission "RemovePermission"
    send_message "SendMessage"
    send_message_batch "SendMessageBatch"
    set_queue_attributes "SetQueueAttributes"
    start_message_move_task "StartMessageMoveTask"
    tag_queue "TagQueue"
    untag_queue "UntagQueue"
}

#[test]
fn no_cell_is_empty() {
    let facts = Facts::read();
    let known: Vec<&str> = facts.actions.keys().map(String::as_str).collect();
    assert_eq!(known, ACTIONS, "a test per action of the model");
    let cells = facts.actions.iter().flat_map(|(action, fact)| fact.errors.iter().map(move |error| (action, error)));
    let empty: Vec<_> = cells.filter(|(action, error)| table::cell(action, error).is_none()).collect();
    assert!(empty.is_empty(), "no entry in table.rs for {empty:?}");
}

#[test]
fn the_facts_are_those_of_the_pinned_client() {
    let Some(python) = python() else { return };
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/sqs/matrix/facts.py");
    let output = finish(Command::new(python).arg(script));
    let fresh: Value = serde_json::from_slice(&output.stdout).expect("the script prints JSON");
    let kept: Value = serde_json::from_str(facts::TEXT).expect("the kept facts are JSON");
    assert_eq!(fresh, kept, "run facts.py again and look at what is new");
}

/// Plays the row of one action in both protocols, and tells every cell that was not as it should be.
fn every_cell_of(action: &str) {
    let facts = Facts::read();
    let fact = &facts.actions[action];
    let server = Server::start();
    let mut wrong = Vec::new();
    for protocol in [Protocol::Json, Protocol::Query] {
        let row = Row { action, protocol, server: &server };
        wrong.extend(row.succeeds());
        wrong.extend(fact.errors.iter().filter_map(|error| row.fails_with(error)));
        wrong.extend(fact.required.iter().filter_map(|member| row.misses(member)));
    }
    assert!(wrong.is_empty(), "{} cells of {action} are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// One action in one protocol. Its checks return what was wrong.
struct Row<'a> {
    action: &'a str,
    protocol: Protocol,
    server: &'a Server,
}

impl Row<'_> {
    /// The happy cell: status and shape of a plain success.
    fn succeeds(&self) -> Option<String> {
        let stage = Stage::on(self.server);
        let response = self.say(&stage, &good::request(&stage, self.action));
        let body = &response.body;
        let right = match self.protocol {
            Protocol::Json => response.header("content-type") == Some("application/x-amz-json-1.0"),
            Protocol::Query => body.contains(&format!("<{}Response", self.action)) && body.contains("<RequestId>"),
        };
        (response.status != 200 || !right).then(|| self.wrong("success", &response))
    }

    fn fails_with(&self, error: &str) -> Option<String> {
        match table::cell(self.action, error) {
            None => Some(format!("{} {error}: the cell is empty", self.action)),
            Some(Cell::Elsewhere(reason) | Cell::Never(reason)) => {
                reason.is_empty().then(|| format!("{} {error}: give a reason", self.action))
            }
            Some(Cell::Provoked(provoke)) => self.provoked(error, provoke),
        }
    }

    fn provoked(&self, error: &str, provoke: Provoke) -> Option<String> {
        let stage = Stage::on(self.server);
        let request = provoke(&stage, self.action);
        self.expect(error, &self.say(&stage, &request))
    }

    /// A required member left out is named as missing.
    fn misses(&self, member: &str) -> Option<String> {
        let stage = Stage::on(self.server);
        let mut request = good::request(&stage, self.action);
        request.as_object_mut().expect("a request is an object").remove(member);
        let error = match member {
            // No entries and an empty list of them are one case, as a form cannot tell them apart.
            "Entries" => "EmptyBatchRequest",
            // No accounts are, as on AWS, accounts that cannot be verified.
            "AWSAccountIds" => "InvalidParameterValue",
            _ => "MissingParameter",
        };
        self.expect(error, &self.say(&stage, &request)).map(|wrong| format!("without {member}: {wrong}"))
    }

    fn say(&self, stage: &Stage<'_>, request: &Value) -> Response {
        say(stage.address(), self.protocol, self.action, request)
    }

    fn expect(&self, error: &str, response: &Response) -> Option<String> {
        let Expected { shape: expected_shape, code, status } = errors::expected(error);
        let expected = Told { status, code, fault: "Sender".to_owned() };
        // `told` panics with its own words on a response that is no error at all.
        let found = catch_unwind(|| told(self.protocol, response)).ok();
        let shaped = self.protocol == Protocol::Query || shape(response) == expected_shape;
        (found != Some(expected) || !shaped).then(|| self.wrong(error, response))
    }

    fn wrong(&self, expected: &str, response: &Response) -> String {
        format!("{} {:?} should be {expected}: {response:?}", self.action, self.protocol)
    }
}
