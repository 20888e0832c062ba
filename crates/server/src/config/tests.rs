//! Which source wins, and what is said about a bad one.

use super::*;
use door::access::{Permission, Secret};
use door_sqs::limits::Profile;
use vocab::Durability;

#[derive(Debug, Default, Serialize)]
struct Flags {
    #[serde(skip_serializing_if = "Option::is_none")]
    drain: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sqs: Option<Listen>,
}

struct Given {
    folder: tempfile::TempDir,
    sources: Sources<Flags>,
}

fn given(file: &str, environment: &[(&str, &str)], flags: Flags) -> Given {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("my.toml");
    #[expect(clippy::disallowed_methods, reason = "the test plays the operator")]
    std::fs::write(&path, file).expect("a file");
    let environment = environment.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
    Given { folder, sources: Sources { file: Some(path), environment, flags } }
}

fn loaded(file: &str, environment: &[(&str, &str)], flags: Flags) -> Config {
    load(&given(file, environment, flags).sources).expect("a good configuration")
}

fn refused(file: &str, environment: &[(&str, &str)]) -> String {
    let given = given(file, environment, Flags::default());
    let message = load(&given.sources).expect_err("a bad configuration").to_string();
    message.replace(&given.folder.path().display().to_string(), "")
}

#[test]
fn without_a_word_everything_has_its_default() {
    assert_eq!(loaded("", &[], Flags::default()), Config::default());
}

#[test]
fn flags_win_over_the_environment_and_that_over_the_file() {
    let drain = |file: &str, environment: &[(&str, &str)], flag| {
        loaded(file, environment, Flags { drain: flag, ..Flags::default() }).drain
    };
    assert_eq!(drain("drain = 1", &[], None), 1);
    assert_eq!(drain("drain = 1", &[("LONGSHORE_DRAIN", "2")], None), 2);
    assert_eq!(drain("drain = 1", &[("LONGSHORE_DRAIN", "2")], Some(3)), 3);
}

#[test]
fn the_url_of_a_server_to_ask_is_nothing_to_listen_on() {
    let admin = |value| loaded("", &[("LONGSHORE_ADMIN", value)], Flags::default()).admin;
    assert_eq!(admin("http://queue.internal:9325"), Config::default().admin);
    assert_ne!(admin("127.0.0.1:19325"), Config::default().admin);
}

/// Every key there is, with another value than its default.
const EVERY_KEY: &str = r#"
data = "/var/lib/longshore"
sqs = "0.0.0.0:9324"
amqp = "0.0.0.0:5672"
admin = "off"
allow_anonymous = true
host = ["mq.example", "10.0.0.5"]
tls_cert = "server.crt"
tls_key = "server.key"
tls_client_ca = "clients.crt"
durability = "interval:50"
connections_max = 7
region = "eu-central-1"
account_id = "123456789012"
sqs_limits = "aws"
amqp_vhost = ["/", "shop"]
metrics_queues_max = 20
drain = 5
workers = 3
wal_write_bytes_max = 65536
history = "1GiB"
log = "json"
log_level = "warn,door_sqs=debug"
otlp_endpoint = "https://collector.example:4318"
otlp_headers = "authorization=Bearer%20hush"
otlp_ca = "collectors.crt"
otlp_service_name = "orders"
trace_ratio = 0.01

[[alert]]
name = "orders wait"
queues = "orders-*"
oldest_above_s = 600
for_s = 60
url = "https://hooks.example/T0"

[[users]]
name = "shop"
account = "123456789012"
keys = [{ id = "a", secret = "hush" }, { id = "b", secret = "hush", enabled = false }]
allow = [{ queues = "orders-*", may = ["send", "manage"] }]

[[sqs_queues]]
name = "orders"
"#;

#[test]
fn every_key_can_be_said_in_a_file() {
    let expected = Config {
        data: "/var/lib/longshore".into(),
        sqs: Some(Listen::At("0.0.0.0:9324".to_owned())),
        amqp: Some(Listen::At("0.0.0.0:5672".to_owned())),
        admin: Some(Listen::Off),
        allow_anonymous: true,
        host: vec!["mq.example".to_owned(), "10.0.0.5".to_owned()],
        tls_cert: Some("server.crt".into()),
        tls_key: Some("server.key".into()),
        tls_client_ca: Some("clients.crt".into()),
        durability: DurabilityLevel(Durability::Interval(50)),
        connections_max: 7,
        region: Region("eu-central-1".to_owned()),
        account_id: AccountId("123456789012".to_owned()),
        sqs_limits: SqsLimits(Profile::Aws),
        amqp_vhost: vec!["/".to_owned(), "shop".to_owned()],
        sqs_queues: vec![DeclaredQueue { name: "orders".to_owned(), ..DeclaredQueue::default() }],
        alert: vec![AlertEntry {
            name: "orders wait".to_owned(),
            queues: "orders-*".to_owned(),
            condition: Condition::OldestAbove { ms: 600_000 },
            for_ms: 60_000,
            again_after_ms: 3_600_000,
            url: Secret::new("https://hooks.example/T0"),
            authorization_file: None,
            tls_ca_file: None,
        }],
        otlp_endpoint: Some("https://collector.example:4318".parse().expect("a URL")),
        otlp_headers: Some("authorization=Bearer%20hush".parse().expect("a header")),
        otlp_ca: Some("collectors.crt".into()),
        otlp_service_name: "orders".to_owned(),
        trace_ratio: TraceRatio(0.01),
        metrics_queues_max: 20,
        drain: 5,
        workers: 3,
        wal_write_bytes_max: WriteBytes(65_536),
        history: HistorySize(1 << 30),
        log: LogFormat::Json,
        log_level: "warn,door_sqs=debug".parse().expect("a level"),
        users: vec![shop()],
    };
    assert_eq!(loaded(EVERY_KEY, &[], Flags::default()), expected);
}

fn shop() -> UserEntry {
    UserEntry {
        name: "shop".to_owned(),
        account: Some(AccountId("123456789012".to_owned())),
        keys: [("a", true), ("b", false)]
            .map(|(id, enabled)| KeyEntry {
                id: id.to_owned(),
                secret: Some(Secret::new("hush")),
                secret_file: None,
                enabled,
            })
            .to_vec(),
        allow: vec![users::GrantEntry {
            queues: "orders-*".to_owned(),
            may: vec![Permission::Send, Permission::Manage],
        }],
    }
}

#[test]
fn the_tls_keys_may_stand_in_a_table_and_flags_and_environment_still_win() {
    let file = "[tls]\ncert = \"file.crt\"\nkey = \"file.key\"\n";
    let config = loaded(file, &[("LONGSHORE_TLS_KEY", "environment.key")], Flags::default());
    assert_eq!(config.tls_cert, Some("file.crt".into()));
    assert_eq!(config.tls_key, Some("environment.key".into()));
    assert_eq!(config.tls_client_ca, None);
    let message = refused("[tls]\ncret = \"file.crt\"\n", &[]);
    assert!(message.contains("/my.toml: tls_cret") && message.contains("did you mean `tls_cert`?"), "{message}");
    assert!(refused("tls = true", &[]).contains("/my.toml: tls:"));
}

#[test]
fn texts_in_the_environment_become_what_the_key_needs() {
    let variables = [
        ("LONGSHORE_SQS", "9999"),
        ("LONGSHORE_ALLOW_ANONYMOUS", "true"),
        ("LONGSHORE_HOST", "a.example, b.example"),
        ("LONGSHORE_ACCOUNT_ID", "000000000042"),
        ("HOME", "/root"),
    ];
    let config = loaded("", &variables, Flags::default());
    assert_eq!(config.sqs, Some(Listen::Loopback(9999)));
    assert!(config.allow_anonymous);
    assert_eq!(config.host, ["a.example", "b.example"]);
    assert_eq!(config.account_id, AccountId("000000000042".to_owned()));
}

#[test]
fn variables_that_others_set_are_no_keys() {
    let variables = [
        ("LONGSHORE_SERVICE_HOST", "10.96.0.7"),
        ("LONGSHORE_PORT", "tcp://10.96.0.7:9324"),
        ("LONGSHORE_PORT_9324_TCP", "tcp://10.96.0.7:9324"),
        ("LONGSHORE_REQUIRE", "all"),
        ("LONGSHORE_CONFIG", "x.toml"),
    ];
    assert_eq!(loaded("", &variables, Flags::default()), Config::default());
}

#[test]
fn standard_variables_of_traces_say_what_the_file_does_not_and_ours_win() {
    let variables = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318"),
        ("OTEL_EXPORTER_OTLP_CERTIFICATE", ""),
        ("OTEL_SERVICE_NAME", "theirs"),
        ("LONGSHORE_OTLP_SERVICE_NAME", "ours"),
        ("OTEL_TRACES_EXPORTER", "otlp"),
    ];
    let config = loaded("otlp_endpoint = \"http://file:1\"", &variables, Flags::default());
    assert_eq!(config.otlp_endpoint, Some("http://collector:4318".parse().expect("a URL")));
    assert_eq!((config.otlp_ca, config.otlp_service_name.as_str()), (None, "ours"));
    let refused = refused("", &[("OTEL_EXPORTER_OTLP_HEADERS", "hush-hush")]);
    assert!(refused.contains("variable OTEL_EXPORTER_OTLP_HEADERS") && !refused.contains("hush"), "{refused}");
}

#[test]
fn an_unknown_key_is_refused_with_its_source_and_the_nearest_key() {
    let check = |message: String, place: &str, nearest: &str| {
        assert!(message.contains(place) && message.contains(&format!("did you mean `{nearest}`?")), "{message}");
    };
    check(refused("durabilty = \"never\"", &[]), "/my.toml: durabilty", "durability");
    check(refused("", &[("LONGSHORE_DRIAN", "3")]), "environment variable LONGSHORE_DRIAN", "drain");
    check(refused("allow-anonymous = true", &[]), "/my.toml: allow-anonymous", "allow_anonymous");
    let message = refused("zzz = 1", &[]);
    assert!(message.contains("zzz") && !message.contains("did you mean"), "{message}");
}

#[test]
fn a_bad_value_is_refused_with_its_source_and_what_is_expected() {
    let check = |message: String, parts: &[&str]| {
        assert!(parts.iter().all(|part| message.contains(part)), "{message:?} lacks one of {parts:?}");
    };
    check(refused("drain = \"soon\"", &[]), &["/my.toml: drain", "\"soon\"", "digit"]);
    check(refused("durability = \"interval:0\"", &[]), &["/my.toml: durability", "interval:MS"]);
    check(refused("", &[("LONGSHORE_SQS", "localhost")]), &["variable LONGSHORE_SQS", "HOST:PORT"]);
    check(refused("", &[("LONGSHORE_LOG_LEVEL", "inof")]), &["LONGSHORE_LOG_LEVEL", "info"]);
    check(refused("wal_write_bytes_max = 5000", &[]), &["wal_write_bytes_max", "multiple of 4096"]);
    check(refused("history = \"some\"", &[]), &["/my.toml: history", "off, or a size"]);
    check(refused("trace_ratio = 1.5", &[]), &["/my.toml: trace_ratio", "from 0 to 1"]);
    check(refused("sqs_limits = \"strict\"", &[]), &["/my.toml: sqs_limits", "\"strict\"", "relaxed or aws"]);
    check(refused("account_id = 42", &[]), &["account_id", "twelve digits"]);
    check(refused("[sqs]\nport = 1", &[]), &["/my.toml: sqs", "one value"]);
    check(refused("drain = ", &[]), &["/my.toml", "drain ="]);
}

#[test]
fn no_refusal_shows_a_secret() {
    let user = |key: &str| format!("[[users]]\nname = \"shop\"\nkeys = [{{ id = \"a\", {key} }}]\n");
    for (file, part) in [
        (user("secret = 778899"), "text in quotes"),
        (user("secret = true"), "text in quotes"),
        (user("secrt = \"778899\""), "secrt"),
        (user("secret = \"778899\", id = \"b\""), "duplicate"),
        (user("secret = \"778899"), "users"),
        (user("secret = [\"778899\"]"), "sequence"),
        (user("secret = { a = \"778899\" }"), "map"),
    ] {
        let message = refused(&file, &[]);
        assert!(!message.contains("778899"), "{message}");
        assert!(message.contains(part) || message.contains("line 3"), "{message}");
    }
}

#[test]
fn a_bad_user_is_refused_with_what_is_expected() {
    let check = |lines: &str, part: &str| {
        let message = refused(&format!("[[users]]\nname = \"shop\"\n{lines}"), &[]);
        assert!(message.contains("users") && message.contains(part), "{message:?} lacks {part:?}");
    };
    check("keys = []\nallow = [{ queues = \"*\", may = [\"paint\"] }]", "expected send, receive or manage");
    check("keys = []\naccount = \"12\"", "twelve digits");
    check("allow = []", "keys");
}

#[test]
fn a_bad_alert_is_refused_with_what_is_expected_and_without_its_url() {
    let check = |lines: &str, part: &str| {
        let message = refused(&format!("[[alert]]\nname = \"deep\"\n{lines}"), &[]);
        assert!(message.contains("alert") && message.contains(part), "{message:?} lacks {part:?}");
        assert!(!message.contains("778899"), "{message}");
    };
    check("url = \"http://778899/\"", "one of dead_letters = true, depth_above and oldest_above_s");
    check("url = \"http://778899/\"\ndepth_above = 1\noldest_above_s = 1", "one of dead_letters");
    check("url = \"http://778899/\"\ndead_letters = true\nfor_s = 1", "leave out for_s");
    check("url = \"ftp://778899/\"\ndepth_above = 1", "http://");
    check("depth_above = 1", "url");
    let message = refused("[[alert]]\nname = \"deep\"\nurl = \"http://778899/\"\ndepth_abvoe = 1", &[]);
    assert!(message.contains("depth_abvoe") && message.contains("did you mean `depth_above`?"), "{message}");
}

#[test]
fn a_named_file_must_exist() {
    let sources = Sources { file: Some("/nowhere/my.toml".into()), environment: Vec::new(), flags: Flags::default() };
    let message = load(&sources).expect_err("it is not there").to_string();
    assert!(message.contains("/nowhere/my.toml") && message.contains("--config"), "{message}");
}

#[test]
fn addresses_are_read_in_all_their_spellings() {
    let check = |text: &str, expected: Option<Listen>| assert_eq!(text.parse().ok(), expected, "{text}");
    check("off", Some(Listen::Off));
    check("9324", Some(Listen::Loopback(9324)));
    check("[::1]:9324", Some(Listen::At("[::1]:9324".to_owned())));
    check("localhost:0", Some(Listen::At("localhost:0".to_owned())));
    check("::1:9324", None);
    check(":9324", None);
    check("localhost", None);
    check("localhost:99999", None);
}
