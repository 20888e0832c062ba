//! Requests as SDKs, browsers and strangers send them.

use super::*;
use crate::frame::request_id::RequestIds;
use bytes::Bytes;
use hyper::Request;

type Read = Result<(Call, Payload), Unfit>;

fn read(method: &str, uri: &str, headers: &[(&str, &str)], body: &'static str) -> Read {
    let mut request = Request::builder().method(method).uri(uri);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let (parts, ()) = request.body(()).expect("a valid request").into_parts();
    let body = Body { bytes: Bytes::from_static(body.as_bytes()), borrowed: false };
    Head::read(&parts, Scheme::Http)?.with_body(body, RequestIds::new(0).next())
}

fn action(read: Read) -> (Action, Style, Option<String>) {
    let (call, _payload) = read.expect("a fit request");
    (call.action, call.style, call.context.path_queue.map(String::from))
}

fn error(read: Read) -> (Style, Code) {
    match read {
        Err(Unfit::Error(style, error)) => (style, error.code),
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn a_target_header_means_json_on_any_path() {
    let headers = [("x-amz-target", "AmazonSQS.SendMessage"), ("content-type", "application/x-amz-json-1.0")];
    assert_eq!(action(read("POST", "/", &headers, "{}")), (Action::SendMessage, Style::Json, None));
    let on_queue = read("POST", "/000000000000/jobs", &headers, "{}");
    assert_eq!(action(on_queue), (Action::SendMessage, Style::Json, Some("/000000000000/jobs".to_owned())));
}

#[test]
fn a_form_means_query_in_the_url_or_in_the_body() {
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let in_body = read("POST", "/", &form, "Action=ListQueues&Version=2012-11-05");
    assert_eq!(action(in_body), (Action::ListQueues, Style::Xml, None));
    let in_url = read("GET", "/000000000000/jobs?Action=ReceiveMessage&X-Amz-Signature=abc", &[], "");
    assert_eq!(action(in_url), (Action::ReceiveMessage, Style::Xml, Some("/000000000000/jobs".to_owned())));
}

#[test]
fn query_is_answered_in_json_where_the_client_accepts_it() {
    let read = read("GET", "/0/jobs?Action=ReceiveMessage", &[("accept", "application/json")], "");
    assert_eq!(action(read).1, Style::QueryJson);
}

#[test]
fn unknown_actions_are_refused_in_the_requests_own_protocol() {
    let json = [("x-amz-target", "AmazonSQS.Fly")];
    assert_eq!(error(read("POST", "/", &json, "{}")), (Style::Json, Code::InvalidAction));
    let stranger = [("x-amz-target", "DynamoDB_20120810.PutItem")];
    assert_eq!(error(read("POST", "/", &stranger, "{}")), (Style::Json, Code::InvalidAction));
    let untargeted = [("content-type", "application/x-amz-json-1.0")];
    assert_eq!(error(read("POST", "/", &untargeted, "{}")), (Style::Json, Code::InvalidAction));
    assert_eq!(error(read("GET", "/?Action=Fly", &[], "")), (Style::Xml, Code::InvalidAction));
}

#[test]
fn making_and_listing_queues_is_no_action_of_a_queue() {
    assert_eq!(error(read("GET", "/0/jobs?Action=CreateQueue", &[], "")), (Style::Xml, Code::InvalidAction));
    assert_eq!(error(read("GET", "/0/jobs?Action=ListQueues", &[], "")), (Style::Xml, Code::InvalidAction));
}

#[test]
fn a_request_that_asks_for_nothing_is_told_apart() {
    assert!(matches!(read("GET", "/0/jobs", &[], ""), Err(Unfit::NoAction)));
}

#[test]
fn other_methods_are_refused() {
    assert_eq!(error(read("DELETE", "/0/jobs", &[], "")), (Style::Xml, Code::InvalidAction));
    let json = [("x-amz-target", "AmazonSQS.SendMessage")];
    assert_eq!(error(read("GET", "/", &json, "")), (Style::Json, Code::InvalidAction));
}
