//! What clients send to the SQS door. It has no encoder for requests: these are written as the SDKs write them.

use super::Seed;

pub(super) fn seeds() -> Vec<Seed> {
    vec![
        Seed::new("json", "send-message", SEND_MESSAGE),
        Seed::new("json", "every-data-type", EVERY_DATA_TYPE),
        Seed::new("json", "queue-attributes", QUEUE_ATTRIBUTES),
        Seed::new("json", "escapes", r#"{"QueueUrl":"jobs","MessageBody":"\u00e9\ud83d\ude00\n\"\\\/"}"#),
        Seed::new("json", "native-block", door_sqs::fuzz::healthy_native()),
        Seed::new("query", "send-message", QUERY_SEND_MESSAGE),
        Seed::new("query", "queue-attributes", QUERY_QUEUE_ATTRIBUTES),
        Seed::new("query", "escapes", "Action=SendMessage&QueueUrl=jobs&MessageBody=a%20b+c%C3%A9%F0%9F%98%80%26"),
        Seed::new("receipt", "handle", door_sqs::fuzz::healthy_receipt()),
        Seed::new("receipt", "url", "http://localhost:9324/000000000000/jobs"),
        Seed::new("receipt", "redrive-allow-policy", REDRIVE_ALLOW_POLICY),
    ]
}

const SEND_MESSAGE: &str =
    r#"{"QueueUrl":"http://localhost:9324/000000000000/jobs","MessageBody":"hello","DelaySeconds":5}"#;

const EVERY_DATA_TYPE: &str = r#"{"QueueUrl":"jobs","MessageBody":"body","MessageAttributes":{
"text":{"DataType":"String","StringValue":"value"},"count":{"DataType":"Number.int","StringValue":"-1.5e3"},
"blob":{"DataType":"Binary","BinaryValue":"AAEC/w=="}},"MessageSystemAttributes":{
"AWSTraceHeader":{"DataType":"String","StringValue":"Root=1-5e3d83c1-e6a0db584850d61342823d4c"}}}"#;

const QUEUE_ATTRIBUTES: &str = r#"{"VisibilityTimeout":"30","DelaySeconds":"0","MessageRetentionPeriod":"345600",
"RedrivePolicy":"{\"deadLetterTargetArn\":\"arn:aws:sqs:us-east-1:000000000000:dead\",\"maxReceiveCount\":3}"}"#;

const QUERY_SEND_MESSAGE: &str = "Action=SendMessage&Version=2012-11-05&QueueUrl=http%3A%2F%2Flocalhost%3A9324%2F\
000000000000%2Fjobs&MessageBody=hello&MessageAttribute.1.Name=count&MessageAttribute.1.Value.DataType=Number&\
MessageAttribute.1.Value.StringValue=7&MessageAttribute.2.Name=blob&MessageAttribute.2.Value.DataType=Binary&\
MessageAttribute.2.Value.BinaryValue=AAEC%2Fw%3D%3D";

const QUERY_QUEUE_ATTRIBUTES: &str = "Action=CreateQueue&Version=2012-11-05&QueueName=jobs&\
Attribute.1.Name=VisibilityTimeout&Attribute.1.Value=30&Attribute.2.Name=DelaySeconds&Attribute.2.Value=0&\
Tag.1.Key=team&Tag.1.Value=billing";

const REDRIVE_ALLOW_POLICY: &str =
    r#"{"redrivePermission":"byQueue","sourceQueueArns":["arn:aws:sqs:us-east-1:000000000000:jobs"]}"#;
