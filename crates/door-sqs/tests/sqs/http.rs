//! What is not about any action: limits, who may ask, keep-alive, pipelining, silence, stops.

use crate::bench::{Bench, Response, json_request, read_response, talk};
use door_sqs::SqsConfig;
use journal::Room;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const MIB: usize = 1024 * 1024;

/// A request to `/` with these header lines.
fn with_headers(headers: &str, body: &str) -> Vec<u8> {
    format!("POST / HTTP/1.1\r\n{headers}content-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

fn form(body: &str) -> Vec<u8> {
    with_headers("host: localhost\r\n", body)
}

/// What a door without a working broker answers to `request`; `None` where it hangs up.
async fn answer_to(config: SqsConfig, request: &[u8]) -> Option<Response> {
    let (client, door) = Bench::with(config).connect();
    talk(client, door, async |client| {
        client.write_all(request).await.ok();
        read_response(client).await
    })
    .await
}

#[tokio::test]
async fn answers_carry_exactly_the_protocols_content_type_and_a_request_id() {
    let mut bench = Bench::new();
    let json = bench.json("ListQueues", "{}").await;
    assert_eq!(json.header("content-type"), Some("application/x-amz-json-1.0"));
    assert_eq!(json.header("x-amzn-requestid").map(str::len), Some(36));
    let xml = bench.call(&form("Action=ListQueues")).await;
    assert_eq!(xml.header("content-type"), Some("text/xml"));
    assert!(xml.body.contains(xml.header("x-amzn-requestid").expect("an id")));
}

#[tokio::test]
async fn queue_urls_have_the_host_that_the_client_used() {
    let mut bench = Bench::new();
    bench.json("CreateQueue", r#"{"QueueName":"jobs"}"#).await;
    for host in ["127.0.0.1:4566", "[::1]:9324", "sqs.localhost", "LOCALHOST:80"] {
        let request = with_headers(&format!("host: {host}\r\n"), "Action=GetQueueUrl&QueueName=jobs");
        let response = bench.call(&request).await;
        assert!(
            response.body.contains(&format!("<QueueUrl>http://{host}/000000000000/jobs</QueueUrl>")),
            "{response:?}"
        );
    }
}

#[tokio::test]
async fn a_web_page_and_a_strangers_host_name_are_refused_in_both_protocols() {
    for headers in [
        "host: evil.example\r\n",
        "host: sqs.us-east-1.localhost.localstack.cloud:9324\r\n",
        "host: localhost:9324\r\norigin: https://evil.example\r\n",
        "host: localhost:9324\r\norigin: null\r\n",
        "host: localhost:9324\r\nsec-fetch-site: cross-site\r\n",
    ] {
        let xml =
            answer_to(SqsConfig::default(), &with_headers(headers, "Action=ListQueues")).await.expect("an answer");
        assert_eq!(xml.status, 403, "{headers}");
        assert!(xml.body.contains("<Code>AccessDenied</Code>"), "{}", xml.body);
        let json = format!("{headers}x-amz-target: AmazonSQS.ListQueues\r\n");
        let json = answer_to(SqsConfig::default(), &with_headers(&json, "{}")).await.expect("an answer");
        assert_eq!((json.status, json.header("x-amzn-query-error")), (403, Some("AccessDenied;Sender")));
    }
}

#[tokio::test]
async fn a_configured_host_is_answered() {
    let mut config = SqsConfig::default();
    config.host_rule.allowed.push("queue.example".to_owned());
    let request = with_headers("host: queue.example:9324\r\n", "Action=ListQueues");
    assert_eq!(answer_to(config, &request).await.map(|response| response.status), Some(200));
}

#[tokio::test]
async fn requests_follow_each_other_on_one_connection_also_without_waiting() {
    let mut bench = Bench::new();
    let (client, door) = bench.connect();
    let conversation = talk(client, door, async |client| {
        let two = [json_request("CreateQueue", r#"{"QueueName":"jobs"}"#), json_request("ListQueues", "{}")].concat();
        client.write_all(&two).await.expect("the pipe takes it");
        let first = read_response(client).await.expect("an answer");
        let second = read_response(client).await.expect("an answer");
        client.write_all(&json_request("Fly", "{}")).await.expect("the pipe takes it");
        (first.status, second.body, read_response(client).await.expect("an answer").status)
    });
    let (created, list, unknown) = bench.drive(conversation).await;
    assert_eq!((created, unknown), (200, 400));
    assert_eq!(list, r#"{"QueueUrls":["http://localhost:9324/000000000000/jobs"]}"#);
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_in_both_protocols() {
    let config = SqsConfig { request_bytes_max: 100, ..SqsConfig::default() };
    let body = "x".repeat(101);
    let xml = answer_to(config.clone(), &form(&body)).await.expect("an answer");
    assert!(xml.status == 413 && xml.body.contains("<Code>RequestEntityTooLarge</Code>"), "{xml:?}");
    let json = answer_to(config, &json_request("SendMessage", &body)).await.expect("an answer");
    assert_eq!((json.status, json.header("x-amzn-query-error")), (413, Some("RequestEntityTooLarge;Sender")));
}

#[tokio::test]
async fn heads_over_the_limits_are_answered_with_431_or_a_closed_connection() {
    let long = format!("host: localhost\r\nx-long: {}\r\n", "x".repeat(10 * MIB / 2));
    let many: String = (0..200).map(|number| format!("x-{number}: y\r\n")).collect();
    for headers in [long, many] {
        let response = answer_to(SqsConfig::default(), &with_headers(&headers, "")).await;
        assert!(response.is_none_or(|response| response.status == 431));
    }
}

#[tokio::test]
async fn what_is_no_http_is_answered_with_400_or_a_closed_connection() {
    let response = answer_to(SqsConfig::default(), b"\x16\x03\x01 hello\r\n\r\n").await;
    assert!(response.is_none_or(|response| response.status == 400));
}

#[tokio::test]
async fn a_message_of_the_greatest_size_passes_in_both_protocols_and_in_pieces() {
    let mut bench = Bench::new();
    bench.json("CreateQueue", r#"{"QueueName":"jobs"}"#).await;
    let plain = format!(r#"{{"QueueUrl":"jobs","MessageBody":"{}"}}"#, "x".repeat(MIB));
    assert_eq!(bench.json("SendMessage", &plain).await.status, 200);
    let encoded = format!("Action=SendMessage&QueueUrl=jobs&MessageBody={}", "%20".repeat(MIB));
    assert_eq!(bench.call(&form(&encoded)).await.status, 200);
    let over = format!(r#"{{"QueueUrl":"jobs","MessageBody":"{}"}}"#, "x".repeat(MIB + 1));
    assert_eq!(bench.json("SendMessage", &over).await.status, 400);
    let chunked = "POST / HTTP/1.1\r\nhost: localhost\r\nx-amz-target: AmazonSQS.ListQueues\r\ntransfer-encoding: chunked\r\n\r\n\
                   1\r\n{\r\n1\r\n}\r\n0\r\n\r\n";
    assert_eq!(bench.call(chunked.as_bytes()).await.status, 200);
}

#[tokio::test]
async fn a_batch_over_the_limit_is_refused_in_both_protocols() {
    let mut bench = Bench::new();
    bench.json("CreateQueue", r#"{"QueueName":"jobs"}"#).await;
    let (a, b) = ("x".repeat(MIB), "y");
    let json = format!(
        r#"{{"QueueUrl":"jobs","Entries":[{{"Id":"a","MessageBody":"{a}"}},{{"Id":"b","MessageBody":"{b}"}}]}}"#
    );
    let json = bench.json("SendMessageBatch", &json).await;
    assert_eq!(json.header("x-amzn-query-error"), Some("AWS.SimpleQueueService.BatchRequestTooLong;Sender"));
    assert!(json.body.contains("Batch requests cannot be longer than 1048576 bytes. You have sent 1048577 bytes."));
    let entry = "SendMessageBatchRequestEntry";
    let xml = format!(
        "Action=SendMessageBatch&QueueUrl=jobs&{entry}.1.Id=a&{entry}.1.MessageBody={a}&{entry}.2.Id=b&{entry}.2.MessageBody={b}"
    );
    let xml = bench.call(&form(&xml)).await;
    assert!(xml.body.contains("<Code>AWS.SimpleQueueService.BatchRequestTooLong</Code>"));
}

#[tokio::test]
async fn a_failed_journal_is_told_as_an_unknown_outcome_and_a_stop_as_unavailable() {
    let mut bench = Bench::new();
    bench.json("CreateQueue", r#"{"QueueName":"jobs"}"#).await;
    bench.store.poison("the disk is gone");
    let json = bench.json("SendMessage", r#"{"QueueUrl":"jobs","MessageBody":"x"}"#).await;
    assert_eq!((json.status, json.header("x-amzn-query-error")), (500, Some("InternalFailure;Receiver")));
    assert!(json.body.contains("the outcome is unknown"), "{}", json.body);
    let xml = bench.call(&form("Action=SendMessage&QueueUrl=jobs&MessageBody=x")).await;
    assert!(xml.status == 500 && xml.body.contains("<Type>Receiver</Type><Code>InternalFailure</Code>"), "{xml:?}");

    let mut bench = Bench::new();
    bench.json("CreateQueue", r#"{"QueueName":"jobs"}"#).await;
    let broker = bench.broker.clone();
    bench.drive(broker.shut_down()).await.expect("a clean stop");
    let json = bench.json("SendMessage", r#"{"QueueUrl":"jobs","MessageBody":"x"}"#).await;
    assert_eq!((json.status, json.header("x-amzn-query-error")), (503, Some("ServiceUnavailable;Receiver")));
    let xml = bench.call(&form("Action=SendMessage&QueueUrl=jobs&MessageBody=x")).await;
    assert!(xml.status == 503 && xml.body.contains("<Code>ServiceUnavailable</Code>"), "{xml:?}");
}

#[tokio::test]
async fn a_full_disk_refuses_sends_while_receiving_and_deleting_go_on() {
    let mut bench = Bench::new();
    bench.json("CreateQueue", r#"{"QueueName":"jobs"}"#).await;
    let send = r#"{"QueueUrl":"jobs","MessageBody":"x"}"#;
    bench.json("SendMessage", send).await;
    bench.store.set_room(Room::Full);
    let refused = bench.json("SendMessage", send).await;
    assert_eq!((refused.status, refused.header("x-amzn-query-error")), (503, Some("ServiceUnavailable;Receiver")));
    assert!(refused.body.contains("the disk is full"), "{}", refused.body);
    let received = bench.json("ReceiveMessage", r#"{"QueueUrl":"jobs"}"#).await.body;
    let handle = received.split('"').skip_while(|part| *part != "ReceiptHandle").nth(2).expect("a message");
    let delete = format!(r#"{{"QueueUrl":"jobs","ReceiptHandle":"{handle}"}}"#);
    assert_eq!(bench.json("DeleteMessage", &delete).await.status, 200);
}

/// Writes `bytes`, falls silent, and says how long it took the door to hang up, in units of its patience.
async fn patience_with(bytes: &[u8]) -> f64 {
    let silence_max = Duration::from_secs(60);
    let (mut client, door) = Bench::with(SqsConfig { silence_max, ..SqsConfig::default() }).connect();
    client.write_all(bytes).await.expect("the pipe takes it");
    let begun = tokio::time::Instant::now();
    door.await;
    let mut rest = Vec::new();
    client.read_to_end(&mut rest).await.expect("the pipe ends");
    begun.elapsed().as_secs_f64() / silence_max.as_secs_f64()
}

#[tokio::test(start_paused = true)]
async fn silence_in_the_middle_of_a_request_or_between_requests_ends_the_connection() {
    let half_a_head = b"POST / HTTP/1.1\r\nhost: local".as_slice();
    let half_a_body = b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\nAction=".as_slice();
    for bytes in [b"".as_slice(), half_a_head, half_a_body, &form("Action=Fly")] {
        let patience = patience_with(bytes).await;
        assert!((1.0..=2.1).contains(&patience), "{patience} times its patience with {} bytes", bytes.len());
    }
}

#[tokio::test(start_paused = true)]
async fn a_stop_ends_idle_connections_and_lets_the_request_in_hand_be_answered() {
    let bench = Bench::new();
    let (_client, door) = bench.connect();
    bench.trigger.stop();
    tokio::time::timeout(Duration::from_secs(1), door).await.expect("an idle connection ends");
}
