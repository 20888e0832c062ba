//! The many ways in which clients really ask: paths, bare names, foreign hosts, GET, headers of special modes.

use crate::speak::{Protocol, say, shape};
use clients::Server;
use clients::http::{Response, request};
use serde_json::json;

const JSON: &str = "application/x-amz-json-1.0";
const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");

fn server() -> Server {
    let server = Server::start();
    let made = say(server.sqs(), Protocol::Json, "CreateQueue", &json!({"QueueName": "jobs"}));
    assert_eq!(made.status, 200, "{made:?}");
    server
}

/// POSTs JSON to a path, with further headers.
fn post(server: &Server, path: &str, action: &str, further: &[(&str, &str)], body: &serde_json::Value) -> Response {
    let target = format!("AmazonSQS.{action}");
    let headers = [("Content-Type", JSON), ("X-Amz-Target", target.as_str())];
    request(server.sqs(), "POST", path, &[headers.as_slice(), further].concat(), body.to_string().as_bytes())
}

fn well(response: &Response) -> &Response {
    assert_eq!(response.status, 200, "{response:?}");
    response
}

#[test]
fn the_host_in_a_queue_url_does_not_matter() {
    let server = server();
    for url in [
        "http://elsewhere.example:1/000000000000/jobs",
        "https://sqs.us-east-1.amazonaws.com/123456789012/jobs",
        "jobs",
    ] {
        well(&post(&server, "/", "SendMessage", &[], &json!({"QueueUrl": url, "MessageBody": "x"})));
    }
}

#[test]
fn json_may_be_posted_to_the_queues_own_path() {
    let server = server();
    let url = server.queue_url("jobs");
    well(&post(&server, "/000000000000/jobs", "SendMessage", &[], &json!({"QueueUrl": url, "MessageBody": "x"})));
    well(&post(&server, "/000000000000/jobs", "SendMessage", &[], &json!({"MessageBody": "x"})));
}

#[test]
fn a_signed_query_mode_changes_nothing() {
    let server = server();
    let signed = [
        ("x-amzn-query-mode", "true"),
        ("Authorization", "AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=x, Signature=c"),
    ];
    let response = post(&server, "/", "GetQueueUrl", &signed, &json!({"QueueName": "nobody"}));
    assert_eq!(response.header("x-amzn-query-error"), Some("AWS.SimpleQueueService.NonExistentQueue;Sender"));
    assert_eq!(shape(&response), "com.amazonaws.sqs#QueueDoesNotExist");
    assert_eq!(response.header("content-type"), Some(JSON));
}

#[test]
fn a_query_may_be_a_get_on_the_queues_path_with_its_signature_in_the_url() {
    let server = server();
    let target = "/000000000000/jobs?Action=SendMessage&MessageBody=hello%20there&Version=2012-11-05\
                  &X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a%2Fb&X-Amz-Signature=c&X-Amz-SignedHeaders=host";
    let sent = request(server.sqs(), "GET", target, &[], b"");
    assert_eq!(well(&sent).element("MD5OfMessageBody").as_deref(), Some("161bc25962da8fed6d2f59922fb642aa"));
    let received =
        request(server.sqs(), "GET", "/000000000000/jobs?Action=ReceiveMessage&WaitTimeSeconds=20", &[], b"");
    assert_eq!(well(&received).element("Body").as_deref(), Some("hello there"));
    assert_eq!(received.header("content-type"), Some("text/xml"));
}

#[test]
fn a_form_may_be_posted_to_the_queues_path() {
    let server = server();
    let form = b"Action=SendMessage&MessageBody=a+b%2Bc%26d&Version=2012-11-05";
    well(&request(server.sqs(), "POST", "/000000000000/jobs", &[FORM], form));
    let received =
        request(server.sqs(), "POST", "/000000000000/jobs", &[FORM], b"Action=ReceiveMessage&WaitTimeSeconds=20");
    assert_eq!(well(&received).element("Body").as_deref(), Some("a b+c&d"));
}

#[test]
fn a_query_that_accepts_json_is_answered_in_json() {
    let server = server();
    let target = "/?Action=GetQueueUrl&QueueName=jobs&Version=2012-11-05";
    let response = request(server.sqs(), "GET", target, &[("Accept", "application/json")], b"");
    let told = &well(&response).json()["GetQueueUrlResponse"]["GetQueueUrlResult"]["QueueUrl"];
    assert_eq!(told, &json!(server.queue_url("jobs")));
}

#[test]
fn some_errors_are_worded_differently_in_the_two_protocols() {
    let server = server();
    let missing = json!({"QueueName": "nobody"});
    let json = say(server.sqs(), Protocol::Json, "GetQueueUrl", &missing);
    assert_eq!(json.json()["message"], "The specified queue does not exist.");
    let query = say(server.sqs(), Protocol::Query, "GetQueueUrl", &missing);
    let worded = query.element("Message");
    assert_eq!(worded.as_deref(), Some("The specified queue does not exist for this wsdl version."));
}

#[test]
fn queue_urls_hold_the_address_that_the_client_used() {
    let server = server();
    let host = format!("localhost:{}", server.sqs().port());
    let response = post(&server, "/", "GetQueueUrl", &[("Host", &host)], &json!({"QueueName": "jobs"}));
    assert_eq!(well(&response).json()["QueueUrl"], format!("http://{host}/000000000000/jobs"));
}

#[test]
fn one_connection_may_change_its_dialect_from_request_to_request() {
    use clients::http::exchange;
    let server = server();
    let json = "POST / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: AmazonSQS.ListQueues\r\n\
                Content-Type: application/x-amz-json-1.0\r\nContent-Length: 2\r\n\r\n{}";
    let query = "GET /?Action=ListQueues HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let answers = exchange(server.sqs(), format!("{json}{query}").as_bytes()).expect("two answers");
    let answers = String::from_utf8(answers).expect("both are text");
    assert!(answers.contains("{\"QueueUrls\":[") && answers.contains("<ListQueuesResponse"), "{answers}");
}
