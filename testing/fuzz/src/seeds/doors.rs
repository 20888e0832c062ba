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
        Seed::new("authorization", "header", AUTHORIZATION),
        Seed::new("authorization", "signed-url", SIGNED_URL),
        Seed::new("authorization", "moment", "20150830T123600Z"),
        Seed::new("authorization", "path", "/000000000000/../a%20b//c/./jobs"),
        Seed::new("policy", "topic", TOPIC_POLICY),
        Seed::new("policy", "deny-but-some", DENY_BUT_SOME),
        Seed::new("policy", "strange", STRANGE_POLICY),
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

const AUTHORIZATION: &str = "AWS4-HMAC-SHA256 Credential=AKID/20150830/us-east-1/sqs/aws4_request, \
SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31";

const SIGNED_URL: &str = "Action=ReceiveMessage&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKID%2F20150830%2F\
us-east-1%2Fsqs%2Faws4_request&X-Amz-Date=20150830T123600Z&X-Amz-Expires=3600&X-Amz-SignedHeaders=host&X-Amz-Signature=00";

const TOPIC_POLICY: &str = r#"{"Version":"2012-10-17","Statement":[{"Sid":"t","Effect":"Allow",
"Principal":{"Service":"sns.amazonaws.com"},"Action":"sqs:SendMessage",
"Resource":"arn:aws:sqs:us-east-1:000000000000:jobs",
"Condition":{"ArnEquals":{"aws:SourceArn":"arn:aws:sns:us-east-1:1:news"}}}]}"#;

const DENY_BUT_SOME: &str = r#"{"Statement":{"Effect":"Deny","NotPrincipal":{"AWS":["arn:aws:iam::1:user/shop","1"]},
"NotAction":["sqs:Get*"],"NotResource":"arn:aws:sqs:*:*:o?her","Condition":{
"Bool":{"aws:SecureTransport":"false"},"NotIpAddress":{"aws:SourceIp":["203.0.113.0/24","2001:db8::/32"]},
"StringLikeIfExists":{"aws:PrincipalArn":"arn:*"},"Null":{"aws:SourceAccount":true}}}}"#;

const STRANGE_POLICY: &str = r#"{"Statement":[{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*",
"Condition":{"DateGreaterThan":{"aws:CurrentTime":"2020-01-01T00:00:00Z"}}}]}"#;
