//! Servers with users: unmodified clients that sign, and what those hear who may not.

use crate::boto3::play;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::{BehaviorVersion, Config, Credentials, Region};
use aws_sdk_sqs::error::{ProvideErrorMetadata, SdkError};
use clients::Server;
use clients::python::{finish, python};
use std::process::Command;
use tempfile::TempDir;

const USERS: &str = r#"
region = "eu-central-1"

[[users]]
name = "owner"
keys = [
    { id = "OWNER0", secret = "secret of OWNER0", enabled = false },
    { id = "OWNER1", secret = "secret of OWNER1" },
    { id = "OWNER2", secret_file = "owner2.secret" },
]
allow = [{ queues = "*", may = ["send", "receive", "manage"] }]

[[users]]
name = "worker"
keys = [{ id = "WORKER", secret = "secret of WORKER" }]
allow = [{ queues = "jobs-*", may = ["receive"] }]

[[users]]
name = "partner"
account = "111111111111"
keys = [{ id = "PARTNER", secret = "secret of PARTNER" }]
allow = [{ queues = "*", may = ["send", "receive", "manage"] }]
"#;

/// A server with users, and the folder of its configuration.
struct Guarded {
    server: Server,
    _folder: TempDir,
}

impl Guarded {
    fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder for the configuration");
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("a file");
        write("longshore.toml", USERS);
        write("owner2.secret", "secret of OWNER2\n");
        let config = folder.path().join("longshore.toml");
        let server = Server::start_with(&["--config", config.to_str().expect("a plain path")]);
        Self { server, _folder: folder }
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert!(!self.server.log().contains("secret of"), "a secret is in the log");
        }
    }
}

/// Declares a test per scenario of `python/access.py`.
macro_rules! scenarios {
    ($($name:ident)+) => {
        $(#[test] fn $name() { run(stringify!($name)); })+
        /// For the list that is compared with what Python has.
        pub(crate) const SCENARIOS: &[(&str, &str)] = &[$(("access", stringify!($name))),+];
    };
}

scenarios! {
    a_presigned_url_is_one_request
    a_signed_message_goes_round
    a_user_may_what_is_allowed
    accounts_do_not_meet_until_a_policy_shares
    strangers_are_refused
}

fn run(name: &str) {
    let Some(python) = python() else { return };
    play(&python, &Guarded::start().server, "access", name, None);
}

fn rust_client(server: &Server, key: &str) -> Client {
    let credentials = Credentials::builder().access_key_id(key).secret_access_key(format!("secret of {key}"));
    let config = Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new("eu-central-1"))
        .credentials_provider(credentials.provider_name("test").build())
        .endpoint_url(server.endpoint())
        .http_client(aws_smithy_http_client::Builder::new().build_http());
    Client::from_conf(config.build())
}

#[tokio::test]
async fn the_rust_sdk_signs_and_hears_why_not() {
    let guarded = Guarded::start();
    let owner = rust_client(&guarded.server, "OWNER1");
    let url = owner.create_queue().queue_name("jobs-eu").send().await.expect("the owner may").queue_url.expect("a URL");
    owner.send_message().queue_url(&url).message_body("hello").send().await.expect("the owner may");
    let worker = rust_client(&guarded.server, "WORKER");
    let received = worker.receive_message().queue_url(&url).wait_time_seconds(20).send().await.expect("the worker may");
    assert_eq!(received.messages()[0].body(), Some("hello"));
    let denied = worker.send_message().queue_url(&url).message_body("x").send().await.expect_err("the worker may not");
    assert_eq!(denied.code(), Some("AccessDenied"), "{denied:?}");
    assert!(matches!(&denied, SdkError::ServiceError(error) if error.raw().status().as_u16() == 403));
    let unknown = rust_client(&guarded.server, "NOBODY").list_queues().send().await.expect_err("nobody may not");
    assert_eq!(unknown.code(), Some("InvalidClientTokenId"), "{unknown:?}");
}

#[test]
fn the_aws_command_line_signs_and_hears_why_not() {
    let Some(python) = python() else { return };
    let guarded = Guarded::start();
    let aws = |key: &str, arguments: &[&str]| {
        let mut command = Command::new(python.with_file_name("aws"));
        command.args(["--endpoint-url", &guarded.server.endpoint(), "--output", "json", "sqs"]).args(arguments);
        command.env("AWS_ACCESS_KEY_ID", key).env("AWS_SECRET_ACCESS_KEY", format!("secret of {key}"));
        command.env("AWS_DEFAULT_REGION", "eu-central-1").env("AWS_MAX_ATTEMPTS", "1").env("AWS_PAGER", "");
        command.env("AWS_CONFIG_FILE", "/nonexistent").env("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent");
        let output = finish(&mut command);
        (output.status.success(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
    };
    let made = aws("OWNER1", &["create-queue", "--queue-name", "jobs-eu"]);
    assert!(made.0 && made.1.contains("/000000000000/jobs-eu"), "{made:?}");
    let sent = aws("OWNER1", &["send-message", "--queue-url", "jobs-eu", "--message-body", "hello"]);
    assert!(sent.0, "{sent:?}");
    let received = aws("WORKER", &["receive-message", "--queue-url", "jobs-eu", "--wait-time-seconds", "20"]);
    assert!(received.0 && received.1.contains("hello"), "{received:?}");
    let denied = aws("WORKER", &["delete-queue", "--queue-url", "jobs-eu"]);
    assert!(!denied.0 && denied.1.contains("(AccessDenied)"), "{denied:?}");
    let unknown = aws("NOBODY", &["list-queues"]);
    assert!(!unknown.0 && unknown.1.contains("(InvalidClientTokenId)"), "{unknown:?}");
}
