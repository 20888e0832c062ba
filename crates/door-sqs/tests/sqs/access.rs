//! Who may: signatures, permissions, policies and accounts, through whole requests.

use crate::bench::{Bench, Response, json_request};
use crate::signer::{Signer, only, user};
use door::HostRule;
use door::access::{Access, Key, Permission, Secret, User, Users};
use door_sqs::{Action, SqsConfig};
use std::sync::Arc;

const OWNER: &str = "000000000000";
const PARTNER: &str = "111111111111";
const EVERYTHING: &[Permission] = &Permission::ALL;

fn bench(access: Access) -> Bench {
    let host_rule = HostRule { allowed: Vec::new(), anonymous: false };
    Bench::with(SqsConfig { access, host_rule, ..SqsConfig::default() })
}

/// A server of one owner who may do everything, and a partner account.
fn usual() -> Bench {
    let owner = user("owner", OWNER, &[("*", EVERYTHING)]);
    bench(only([owner, user("partner", PARTNER, &[("*", EVERYTHING)])]))
}

async fn ask(bench: &mut Bench, who: &'static str, action: &str, body: &str) -> Response {
    bench.call(&Signer::named(who).json(action, body)).await
}

async fn make(bench: &mut Bench, who: &'static str, name: &str) {
    let made = ask(bench, who, "CreateQueue", &format!(r#"{{"QueueName":"{name}"}}"#)).await;
    assert_eq!(made.status, 200, "{made:?}");
}

/// Both faces of a refusal in JSON, its status, and a part of its text.
#[track_caller]
fn refused(response: &Response, (status, shape, code): (u16, &str, &str), part: &str) {
    assert_eq!(response.status, status, "{response:?}");
    let shape = format!("\"__type\":\"com.amazon.coral.service#{shape}\"");
    assert!(response.body.contains(&shape) && response.body.contains(part), "{response:?}");
    assert_eq!(response.header("x-amzn-query-error"), Some(format!("{code};Sender").as_str()));
}

const DENIED: (u16, &str, &str) = (403, "AccessDeniedException", "AccessDenied");
const MISMATCH: (u16, &str, &str) = (403, "InvalidSignatureException", "SignatureDoesNotMatch");
const UNSIGNED: (u16, &str, &str) = (403, "MissingAuthenticationTokenException", "MissingAuthenticationToken");
const UNKNOWN: (u16, &str, &str) = (403, "UnrecognizedClientException", "InvalidClientTokenId");

#[tokio::test]
async fn a_signed_request_is_answered_in_both_protocols() {
    let mut bench = usual();
    make(&mut bench, "owner", "jobs").await;
    let sent = bench.call(&Signer::named("owner").form("Action=SendMessage&QueueUrl=jobs&MessageBody=hello")).await;
    assert_eq!(sent.status, 200, "{sent:?}");
    let received =
        ask(&mut bench, "owner", "ReceiveMessage", r#"{"QueueUrl":"jobs","AttributeNames":["SenderId"]}"#).await;
    assert!(
        received.body.contains(r#""Body":"hello""#) && received.body.contains(r#""SenderId":"owner""#),
        "{received:?}"
    );
}

#[tokio::test]
async fn what_does_not_prove_its_sender_is_refused_in_json() {
    let mut bench = usual();
    let owner = Signer::named("owner");
    let unsigned = bench.call(&json_request("ListQueues", "{}")).await;
    refused(&unsigned, UNSIGNED, "Request is missing Authentication Token");
    let cases = [
        (Signer { key: "nobody", ..owner.clone() }, UNKNOWN, "The security token included in the request is invalid."),
        (Signer { secret: "guess", ..owner.clone() }, MISMATCH, "does not match the signature you provided"),
        (Signer { region: "eu-west-1", ..owner.clone() }, MISMATCH, "valid region, not 'eu-west-1'. "),
        (
            Signer { service: "sns", ..owner.clone() },
            MISMATCH,
            "Credential should be scoped to correct service: 'sqs'. ",
        ),
        (Signer { at: "20231114T215819Z", ..owner.clone() }, MISMATCH, "Signature expired: 20231114T215819Z"),
        (Signer { at: "20231114T222821Z", ..owner.clone() }, MISMATCH, "Signature not yet current: 20231114T222821Z"),
    ];
    for (signer, expected, part) in cases {
        refused(&bench.call(&signer.json("ListQueues", "{}")).await, expected, part);
    }
    let replayed = String::from_utf8(owner.json("PurgeQueue", r#"{"QueueUrl":"a"}"#)).expect("text");
    refused(&bench.call(replayed.replace(r#":"a"}"#, r#":"b"}"#).as_bytes()).await, MISMATCH, "String-to-Sign");
    refused(&bench.call(replayed.replace(".PurgeQueue", ".DeleteQueue").as_bytes()).await, MISMATCH, "DeleteQueue");
    let garbled = replayed.replace("SignedHeaders=", "Headers=");
    let incomplete = (403, "IncompleteSignatureException", "IncompleteSignature");
    refused(&bench.call(garbled.as_bytes()).await, incomplete, "requires 'SignedHeaders' parameter.");
}

#[tokio::test]
async fn what_does_not_prove_its_sender_is_refused_in_xml() {
    let mut bench = usual();
    let mut check = async |request: Vec<u8>, code: &str| {
        let response = bench.call(&request).await;
        let error = format!("<Type>Sender</Type><Code>{code}</Code>");
        assert!(response.status == 403 && response.body.contains(&error), "{response:?}");
    };
    let form = "Action=ListQueues";
    let unsigned = format!("POST / HTTP/1.1\r\nhost: h\r\ncontent-length: {}\r\n\r\n{form}", form.len());
    check(unsigned.into_bytes(), "MissingAuthenticationToken").await;
    check(Signer::named("nobody").form(form), "InvalidClientTokenId").await;
    check(Signer { secret: "guess", ..Signer::named("owner") }.form(form), "SignatureDoesNotMatch").await;
    check(Signer { region: "mars-1", ..Signer::named("owner") }.form(form), "SignatureDoesNotMatch").await;
    let whole = String::from_utf8(Signer::named("owner").form(form)).expect("text");
    check(whole.replace("Signature=", "Sig=").into_bytes(), "IncompleteSignature").await;
}

/// A request of each action that a user can be refused for on the queue `jobs`.
fn request(action: Action) -> Option<&'static str> {
    Some(match action {
        Action::SendMessage => r#"{"QueueUrl":"jobs","MessageBody":"x"}"#,
        Action::SendMessageBatch => r#"{"QueueUrl":"jobs","Entries":[{"Id":"a","MessageBody":"x"}]}"#,
        Action::CreateQueue | Action::GetQueueUrl => r#"{"QueueName":"jobs"}"#,
        Action::SetQueueAttributes => r#"{"QueueUrl":"jobs","Attributes":{"DelaySeconds":"0"}}"#,
        Action::TagQueue => r#"{"QueueUrl":"jobs","Tags":{"a":"b"}}"#,
        Action::UntagQueue => r#"{"QueueUrl":"jobs","TagKeys":["a"]}"#,
        Action::AddPermission => {
            r#"{"QueueUrl":"jobs","Label":"l","AWSAccountIds":["222222222222"],"Actions":["SendMessage"]}"#
        }
        Action::RemovePermission => r#"{"QueueUrl":"jobs","Label":"l"}"#,
        Action::StartMessageMoveTask | Action::ListMessageMoveTasks => {
            r#"{"SourceArn":"arn:aws:sqs:us-east-1:000000000000:jobs"}"#
        }
        // The first asks for no queue, the second for one whose task runs.
        Action::ListQueues | Action::CancelMessageMoveTask => return None,
        Action::ReceiveMessage
        | Action::DeleteMessage
        | Action::DeleteMessageBatch
        | Action::ChangeMessageVisibility
        | Action::ChangeMessageVisibilityBatch
        | Action::DeleteQueue
        | Action::GetQueueAttributes
        | Action::PurgeQueue
        | Action::ListDeadLetterSourceQueues
        | Action::ListQueueTags => r#"{"QueueUrl":"jobs"}"#,
    })
}

fn enough(action: Action) -> &'static [Permission] {
    use Permission::{Manage, Receive, Send};
    match action {
        Action::SendMessage | Action::SendMessageBatch => &[Send],
        Action::ReceiveMessage
        | Action::DeleteMessage
        | Action::DeleteMessageBatch
        | Action::ChangeMessageVisibility
        | Action::ChangeMessageVisibilityBatch => &[Receive],
        Action::GetQueueUrl
        | Action::ListQueues
        | Action::GetQueueAttributes
        | Action::ListDeadLetterSourceQueues
        | Action::ListQueueTags => &[Send, Receive, Manage],
        _ => &[Manage],
    }
}

#[tokio::test]
async fn every_action_asks_for_its_permission() {
    for &action in Action::ALL {
        let Some(body) = request(action) else { continue };
        for permission in Permission::ALL {
            let one = [permission];
            let limited = user("limited", OWNER, &[("jobs", &one)]);
            let stranger = user("stranger", OWNER, &[("other", EVERYTHING)]);
            let mut bench = bench(only([limited, stranger, user("owner", OWNER, &[("*", EVERYTHING)])]));
            make(&mut bench, "owner", "jobs").await;
            let denied = |response: &Response| match action {
                Action::GetQueueUrl => response.body.contains("or you do not have access to it"),
                _ => response.body.contains("AccessDenied"),
            };
            let response = ask(&mut bench, "stranger", action.name(), body).await;
            assert!(denied(&response), "{} elsewhere: {response:?}", action.name());
            let response = ask(&mut bench, "limited", action.name(), body).await;
            let expected = !enough(action).contains(&permission);
            assert_eq!(denied(&response), expected, "{} with {permission:?}: {response:?}", action.name());
        }
    }
}

#[tokio::test]
async fn a_refusal_says_who_may_not_do_what_with_which_queue() {
    let sender = user("sender", OWNER, &[("jobs", &[Permission::Send])]);
    let mut bench = bench(only([sender, user("owner", OWNER, &[("*", EVERYTHING)])]));
    make(&mut bench, "owner", "jobs").await;
    let response = ask(&mut bench, "sender", "DeleteMessageBatch", r#"{"QueueUrl":"jobs"}"#).await;
    let text = "User: arn:aws:iam::000000000000:user/sender is not authorized to perform: sqs:deletemessage on resource: \
         arn:aws:sqs:us-east-1:000000000000:jobs because no identity-based policy allows the sqs:deletemessage action";
    refused(&response, DENIED, text);
}

#[tokio::test]
async fn a_list_shows_what_one_may_use() {
    let shop = user("shop", OWNER, &[("orders-*", &[Permission::Send])]);
    let mut bench = bench(only([shop, user("owner", OWNER, &[("*", EVERYTHING)])]));
    for name in ["orders-eu", "jobs", "orders-us"] {
        make(&mut bench, "owner", name).await;
    }
    let listed = ask(&mut bench, "shop", "ListQueues", "{}").await.body;
    assert!(listed.contains("/orders-eu") && listed.contains("/orders-us") && !listed.contains("/jobs"), "{listed}");
    assert!(ask(&mut bench, "owner", "ListQueues", "{}").await.body.contains("/jobs"));
    let hidden = ask(&mut bench, "shop", "GetQueueUrl", r#"{"QueueName":"jobs"}"#).await;
    let missing = ask(&mut bench, "shop", "GetQueueUrl", r#"{"QueueName":"nothing"}"#).await;
    assert_eq!((hidden.status, &hidden.body), (400, &missing.body));
    assert!(hidden.body.contains("The specified queue does not exist or you do not have access to it."), "{hidden:?}");
}

#[tokio::test]
async fn accounts_are_name_spaces() {
    let mut bench = usual();
    make(&mut bench, "owner", "jobs").await;
    make(&mut bench, "partner", "jobs").await;
    for (who, body) in [("owner", "of the owner"), ("partner", "of the partner")] {
        ask(&mut bench, who, "SendMessage", &format!(r#"{{"QueueUrl":"jobs","MessageBody":"{body}"}}"#)).await;
    }
    let partners = ask(&mut bench, "partner", "ListQueues", "{}").await.body;
    assert_eq!(partners, r#"{"QueueUrls":["http://localhost:9324/111111111111/jobs"]}"#);
    let prefixed = ask(&mut bench, "partner", "ListQueues", r#"{"QueueNamePrefix":"j"}"#).await.body;
    assert_eq!(prefixed, partners);
    let owners = ask(&mut bench, "owner", "ListQueues", "{}").await.body;
    assert_eq!(owners, r#"{"QueueUrls":["http://localhost:9324/000000000000/jobs"]}"#);
    let url = r#"{"QueueUrl":"http://localhost:9324/111111111111/jobs","AttributeNames":["QueueArn"]}"#;
    let arn = ask(&mut bench, "partner", "GetQueueAttributes", url).await.body;
    assert!(arn.contains("arn:aws:sqs:us-east-1:111111111111:jobs"), "{arn}");
    let partners = r#"{"QueueUrl":"http://localhost:9324/111111111111/jobs"}"#;
    let received = ask(&mut bench, "partner", "ReceiveMessage", partners).await.body;
    assert!(received.contains("of the partner"), "{received}");
    let across = ask(&mut bench, "owner", "ReceiveMessage", partners).await;
    refused(&across, DENIED, "because no resource-based policy allows the sqs:receivemessage action");
}

#[tokio::test]
async fn failures_stay_within_their_account() {
    let mut bench = usual();
    make(&mut bench, "owner", "dead").await;
    let across = r#"{"QueueName":"jobs","Attributes":{"RedrivePolicy":
        "{\"deadLetterTargetArn\":\"arn:aws:sqs:us-east-1:000000000000:dead\",\"maxReceiveCount\":3}"}}"#;
    let response = ask(&mut bench, "partner", "CreateQueue", across).await;
    assert!(response.body.contains("Dead letter target owner should be same as the source."), "{response:?}");
    make(&mut bench, "partner", "dead").await;
    let within = across.replace(OWNER, PARTNER);
    assert_eq!(ask(&mut bench, "partner", "CreateQueue", &within).await.status, 200);
    let sources = ask(&mut bench, "partner", "ListDeadLetterSourceQueues", r#"{"QueueUrl":"dead"}"#).await.body;
    assert!(sources.contains("/111111111111/jobs"), "{sources}");
}

#[tokio::test]
async fn a_permission_lets_another_account_in_until_it_is_removed() {
    let mut bench = usual();
    make(&mut bench, "owner", "jobs").await;
    let send = r#"{"QueueUrl":"http://localhost:9324/000000000000/jobs","MessageBody":"x"}"#;
    assert_eq!(ask(&mut bench, "partner", "SendMessage", send).await.status, 403);
    let share = r#"{"QueueUrl":"jobs","Label":"partner","AWSAccountIds":["111111111111"],"Actions":["SendMessage"]}"#;
    assert_eq!(ask(&mut bench, "owner", "AddPermission", share).await.status, 200);
    assert_eq!(ask(&mut bench, "partner", "SendMessage", send).await.status, 200);
    assert_eq!(ask(&mut bench, "partner", "ReceiveMessage", send).await.status, 403);
    let found = r#"{"QueueName":"jobs","QueueOwnerAWSAccountId":"000000000000"}"#;
    assert!(ask(&mut bench, "partner", "GetQueueUrl", found).await.body.contains("do not have access"));
    let unshare = r#"{"QueueUrl":"jobs","Label":"partner"}"#;
    assert_eq!(ask(&mut bench, "owner", "RemovePermission", unshare).await.status, 200);
    assert_eq!(ask(&mut bench, "partner", "SendMessage", send).await.status, 403);
}

/// Sets a policy of one statement on `jobs`, written with `'` for `"`.
async fn set_policy(bench: &mut Bench, statement: &str) {
    let policy = format!("{{'Statement':[{statement}]}}").replace('\'', "\\\"");
    let body = format!(r#"{{"QueueUrl":"jobs","Attributes":{{"Policy":"{policy}"}}}}"#);
    let set = ask(bench, "owner", "SetQueueAttributes", &body).await;
    assert_eq!(set.status, 200, "{set:?}");
}

#[tokio::test]
async fn a_denial_holds_for_the_accounts_own_users_too() {
    let mut bench = usual();
    make(&mut bench, "owner", "jobs").await;
    set_policy(
        &mut bench,
        "{'Effect':'Deny','Principal':'*','Action':'sqs:SendMessage','Resource':'*',\
         'Condition':{'Bool':{'aws:SecureTransport':'false'}}}",
    )
    .await;
    let send = r#"{"QueueUrl":"jobs","MessageBody":"x"}"#;
    let response = ask(&mut bench, "owner", "SendMessage", send).await;
    refused(&response, DENIED, "with an explicit deny in a resource-based policy");
    assert_eq!(ask(&mut bench, "owner", "ReceiveMessage", r#"{"QueueUrl":"jobs"}"#).await.status, 200);
}

#[tokio::test]
async fn a_topics_service_may_send_on_behalf_of_the_topic_that_the_policy_names() {
    let service = user("sns.amazonaws.com", PARTNER, &[("*", EVERYTHING)]);
    let mut bench = bench(only([service, user("owner", OWNER, &[("*", EVERYTHING)])]));
    make(&mut bench, "owner", "jobs").await;
    set_policy(
        &mut bench,
        "{'Effect':'Allow','Principal':{'Service':'sns.amazonaws.com'},'Action':'sqs:SendMessage','Resource':'*',\
         'Condition':{'ArnEquals':{'aws:SourceArn':'arn:aws:sns:us-east-1:000000000000:news'}}}",
    )
    .await;
    let send = r#"{"QueueUrl":"http://h/000000000000/jobs","MessageBody":"x"}"#;
    let mut status = async |topic: Option<&'static str>| {
        let headers = topic.map(|topic| ("x-amz-source-arn", topic)).into_iter().collect();
        bench.call(&Signer { headers, ..Signer::named("sns.amazonaws.com") }.json("SendMessage", send)).await.status
    };
    assert_eq!(status(Some("arn:aws:sns:us-east-1:000000000000:news")).await, 200);
    assert_eq!(status(Some("arn:aws:sns:us-east-1:000000000000:other")).await, 403);
    assert_eq!(status(None).await, 403);
}

#[tokio::test]
async fn where_there_are_no_users_nothing_is_asked() {
    let mut bench = bench(Access::anonymous());
    bench.json("CreateQueue", r#"{"QueueName":"jobs"}"#).await;
    let deny = r#"{"QueueUrl":"jobs","Attributes":{"Policy":
        "{\"Statement\":{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"*\",\"Resource\":\"*\"}}"}}"#;
    assert_eq!(bench.json("SetQueueAttributes", deny).await.status, 200);
    let send = r#"{"QueueUrl":"http://h/999999999999/jobs","MessageBody":"x"}"#;
    assert_eq!(bench.json("SendMessage", send).await.status, 200);
    let badly_signed = Signer { secret: "guess", region: "mars-1", ..Signer::named("anyone") };
    assert_eq!(bench.call(&badly_signed.json("SendMessage", send)).await.status, 200);
}

#[tokio::test]
async fn where_anonymous_ones_are_let_in_beside_users_a_signature_still_has_to_hold() {
    let users = Users::new([user("owner", OWNER, &[("*", EVERYTHING)])]).expect("one user");
    let mut bench = bench(Access::new(Some(users), true));
    assert_eq!(bench.json("ListQueues", "{}").await.status, 200);
    assert_eq!(ask(&mut bench, "owner", "ListQueues", "{}").await.status, 200);
    let badly_signed = Signer { secret: "guess", ..Signer::named("owner") };
    assert_eq!(bench.call(&badly_signed.json("ListQueues", "{}")).await.status, 403);
}

#[tokio::test]
async fn keys_rotate_while_the_door_serves() {
    let access = only([user("owner", OWNER, &[("*", EVERYTHING)])]);
    let mut bench = bench(access.clone());
    assert_eq!(ask(&mut bench, "owner", "ListQueues", "{}").await.status, 200);
    let key =
        |id: &str, secret: &str, enabled| Arc::new(Key { id: id.to_owned(), secret: Secret::new(secret), enabled });
    let before = user("owner", OWNER, &[("*", EVERYTHING)]);
    let both = User { keys: vec![Arc::clone(&before.keys[0]), key("second", "new", true)], ..before.clone() };
    access.replace(Users::new([both]).expect("one user"));
    let second = Signer { secret: "new", ..Signer::named("second") };
    assert_eq!(bench.call(&second.json("ListQueues", "{}")).await.status, 200);
    assert_eq!(ask(&mut bench, "owner", "ListQueues", "{}").await.status, 200);
    let retired = User { keys: vec![key("owner", "wJalrXUtnFEMI", false), key("second", "newer", true)], ..before };
    access.replace(Users::new([retired]).expect("one user"));
    refused(&ask(&mut bench, "owner", "ListQueues", "{}").await, UNKNOWN, "invalid");
    refused(&bench.call(&second.json("ListQueues", "{}")).await, MISMATCH, "does not match");
    let newest = Signer { secret: "newer", ..second };
    assert_eq!(bench.call(&newest.json("ListQueues", "{}")).await.status, 200);
}
