//! The command line: what can be typed, and the help that teaches it.
//!
//! Invariant: every configuration key has a flag of the same name. Flags hold what was typed and nothing else, so that the defaults
//! stay in one place.

mod command;
mod dead_letters;
mod messages;
mod queues;
mod server;
mod span;
mod tools;
mod watch;
mod work;

pub(crate) use command::{Cli, Command};
pub(crate) use dead_letters::{
    CancelArgs, DeadLetterCommand, DropArgs, FailuresArgs, FilterArgs, RedriveArgs, RedrivesArgs,
};
pub(crate) use messages::{MessageArgs, MessageCommand, PeekArgs, ReceiveArgs, SendArgs, TailArgs};
pub(crate) use queues::{
    QueueArgs, QueueCommand, QueueDeleteArgs, QueueListArgs, QueueOrder, QueuePurgeArgs, QueueSetArgs,
};
pub(crate) use server::{AskArgs, ServerArgs};
pub(crate) use span::Span;
pub(crate) use tools::{BackupArgs, InspectArgs, ProveArgs, RestoreArgs, SalvageArgs, VerifyArgs};
pub(crate) use watch::{
    AuditArgs, CompletionsArgs, ConnectionsArgs, ConsumersArgs, DoctorArgs, ManArgs, Shell, TopArgs,
};
pub(crate) use work::{BackoffSpans, WorkArgs};

use crate::config::{
    AccountId, DurabilityLevel, HistorySize, Listen, LogFormat, LogLevel, OtlpHeaders, Region, SqsLimits, TraceRatio,
    WebAddress, WriteBytes,
};
use clap::{ArgAction, Args};
use serde::Serialize;
use std::path::PathBuf;

const IMPORT_EXAMPLES: &str = "\
Examples:
  aws sqs get-queue-attributes --attribute-names All --queue-url URL | longshore import-sqs >> longshore.toml
      one queue, straight into the configuration
  longshore import-sqs orders.json orders-tags.json orders-dead.json
      several, from files; tags belong to the queue before them

What next:
  longshore serve --config longshore.toml   makes the queues, or changes them to match, and says how many";

/// The arguments of `longshore import-sqs`.
#[derive(Clone, Debug, PartialEq, Args)]
pub(crate) struct ImportArgs {
    /// Files to read; standard input if there are none
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,

    /// Region of the server that the tables are for
    #[arg(long, value_name = "REGION", env = "LONGSHORE_REGION", default_value_t)]
    pub(crate) region: Region,

    /// Account of the server that the tables are for
    #[arg(long, value_name = "DIGITS", env = "LONGSHORE_ACCOUNT_ID", default_value_t)]
    pub(crate) account_id: AccountId,
}

const EXAMPLES: &str = "\
Examples:
  longshore serve
      SQS on 127.0.0.1:9324, AMQP on 5672, health and metrics on 9325, data in ./data
  longshore serve --data /var/lib/longshore --log json
      for a service manager: data in its usual place, logs for a collector
  longshore serve --sqs 0.0.0.0:9324 --allow-anonymous --host queue.internal
      for a trusted network: anyone who reaches the port may use it, under the name queue.internal
  longshore serve --tls-cert server.crt --tls-key server.key
      TLS on both ports: https://127.0.0.1:9324
  longshore serve --sqs 127.0.0.1:0 --amqp off --admin off --data \"$(mktemp -d)\"
      for a test: any free port (the ready line names it), a throw-away folder

Configuration:
  Every option is also a key in longshore.toml (drain = 10) and an environment variable (LONGSHORE_DRAIN=10).
  Users and what they may do are in the file only; SIGHUP reads them again.
  Flags win over the environment, the environment over the file, the file over the defaults.

What next:
  curl http://127.0.0.1:9325/readyz       is it ready for clients?
  curl http://127.0.0.1:9325/metrics      queues, connections, log and memory, for Prometheus
  docs/operating.md leads to the data folder, durability, signals, exit codes, security, monitoring and backups.";

/// The flags of `longshore serve`. `None` means that nothing was typed.
#[derive(Clone, Debug, Default, PartialEq, Args, Serialize)]
pub(crate) struct ServeArgs {
    /// Configuration file; longshore.toml in the current folder is read if it is there
    #[arg(long, value_name = "FILE", env = "LONGSHORE_CONFIG", help_heading = "Where things are")]
    #[serde(skip)]
    pub(crate) config: Option<PathBuf>,

    /// Data folder, made if it is not there [default: ./data]
    #[arg(long, value_name = "DIR", help_heading = "Where things are")]
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<PathBuf>,

    /// Where SQS clients connect: HOST:PORT, a PORT of loopback, or off [default: 9324]
    ///
    /// A port that you name must be free or the server does not start; the default one is skipped with a warning if another
    /// program has it. Port 0 takes any free port.
    #[arg(long, value_name = "ADDR", help_heading = "Doors")]
    #[serde(skip_serializing_if = "Option::is_none")]
    sqs: Option<Listen>,

    /// Where AMQP 0-9-1 clients connect (RabbitMQ's): HOST:PORT, a PORT of loopback, or off [default: 5672]
    #[arg(long, value_name = "ADDR", help_heading = "Doors")]
    #[serde(skip_serializing_if = "Option::is_none")]
    amqp: Option<Listen>,

    /// Where health and metrics are: HOST:PORT, a PORT of loopback, or off [default: 9325]
    #[arg(long, value_name = "ADDR", help_heading = "Doors")]
    #[serde(skip_serializing_if = "Option::is_none")]
    admin: Option<Listen>,

    /// Let anyone who can connect do anything, also beyond loopback and beside users
    ///
    /// Without users ([[users]] in the file) this is the only way to serve other machines. Put the port behind a firewall.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", help_heading = "Doors")]
    #[serde(skip_serializing_if = "Option::is_none")]
    allow_anonymous: Option<bool>,

    /// A host name under which clients address this server, besides loopback; may be repeated
    ///
    /// Requests for any other name are refused, so that no web page can reach the server by a name of its own.
    #[arg(long, value_name = "NAME", action = ArgAction::Append, help_heading = "Doors")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    host: Vec<String>,

    /// Connections that each door holds at a time [default: 10000]
    #[arg(long, value_name = "N", help_heading = "Doors")]
    #[serde(skip_serializing_if = "Option::is_none")]
    connections_max: Option<u64>,

    /// Certificate in PEM, followed by those between it and a root; every door then speaks TLS alone
    ///
    /// The files are read again on SIGHUP, and within 30 s of a change; open connections go on.
    #[arg(long, value_name = "FILE", help_heading = "TLS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    tls_cert: Option<PathBuf>,

    /// The certificate's private key in PEM, without a passphrase
    #[arg(long, value_name = "FILE", help_heading = "TLS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    tls_key: Option<PathBuf>,

    /// Authorities in PEM: only clients that show a certificate of one of them are let in
    #[arg(long, value_name = "FILE", help_heading = "TLS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    tls_client_ca: Option<PathBuf>,

    /// What an answer waits for: always, interval:MS or never [default: always]
    ///
    /// With `always` nothing is answered before it is synced to disk. With `interval:MS` a power failure may take the last
    /// MS milliseconds, with `never` whatever the system had not written yet. A queue keeps the level that it was made under.
    #[arg(long, value_name = "LEVEL", help_heading = "The store")]
    #[serde(skip_serializing_if = "Option::is_none")]
    durability: Option<DurabilityLevel>,

    /// Greatest single write to the log, in bytes [default: 1048576]
    #[arg(long, value_name = "BYTES", help_heading = "The store")]
    #[serde(skip_serializing_if = "Option::is_none")]
    wal_write_bytes_max: Option<WriteBytes>,

    /// How much of what happened to each message is kept: a size (64MiB, 1GiB, a number of bytes), or off [default: 256MiB]
    ///
    /// When and through which door it came, who had it, why it failed, where it went: the oldest goes first. With `off` none is kept, and
    /// what was kept is removed.
    #[arg(long, value_name = "SIZE", help_heading = "The store")]
    #[serde(skip_serializing_if = "Option::is_none")]
    history: Option<HistorySize>,

    /// Region named in SQS ARNs, and that users sign for; anonymous clients may use any [default: us-east-1]
    #[arg(long, value_name = "REGION", help_heading = "SQS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,

    /// Account of anonymous clients, and of users that name no other, twelve digits [default: 000000000000]
    #[arg(long, value_name = "DIGITS", help_heading = "SQS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    account_id: Option<AccountId>,

    /// Which limits hold for SQS clients: relaxed or aws [default: relaxed]
    ///
    /// What clients are built around holds either way. With `aws` delays end at 15 minutes, visibility timeouts at 12 hours,
    /// retention at 14 days, 120,000 messages of a queue may be in flight, and 60 s pass between two purges and before a
    /// deleted queue's name is used again. docs/doors/sqs.md has the whole table.
    #[arg(long, value_name = "PROFILE", help_heading = "SQS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    sqs_limits: Option<SqsLimits>,

    /// A virtual host that AMQP clients may open; may be repeated [default: /]
    ///
    /// Each is a name space of its own. The queues of / are those that SQS clients see under the same names.
    #[arg(long, value_name = "NAME", action = ArgAction::Append, help_heading = "AMQP")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    amqp_vhost: Vec<String>,

    /// Collector of OpenTelemetry that traces are sent to, over HTTP: http://HOST:4318 [default: none, and nothing is traced]
    ///
    /// `/v1/traces` is added to the address. The standard variable OTEL_EXPORTER_OTLP_ENDPOINT says the same.
    #[arg(long, value_name = "URL", help_heading = "Traces")]
    #[serde(skip_serializing_if = "Option::is_none")]
    otlp_endpoint: Option<WebAddress>,

    /// Headers of each request to the collector: NAME=VALUE, with commas between several
    ///
    /// Command lines are seen by everybody on the machine: a secret is better kept in the file, or in the standard variable
    /// OTEL_EXPORTER_OTLP_HEADERS.
    #[arg(long, value_name = "HEADERS", help_heading = "Traces")]
    #[serde(skip_serializing_if = "Option::is_none")]
    otlp_headers: Option<OtlpHeaders>,

    /// Authorities in PEM that the collector's certificate must be signed by [default: those that this machine trusts]
    ///
    /// The standard variable OTEL_EXPORTER_OTLP_CERTIFICATE says the same.
    #[arg(long, value_name = "FILE", help_heading = "Traces")]
    #[serde(skip_serializing_if = "Option::is_none")]
    otlp_ca: Option<PathBuf>,

    /// What this server is called in traces [default: longshore]
    ///
    /// The standard variable OTEL_SERVICE_NAME says the same.
    #[arg(long, value_name = "NAME", help_heading = "Traces")]
    #[serde(skip_serializing_if = "Option::is_none")]
    otlp_service_name: Option<String>,

    /// Share of messages that are traced though they bring no context, from 0 to 1 [default: 1]
    ///
    /// Where a message brings one (the header traceparent, or AWSTraceHeader), its sender has decided.
    #[arg(long, value_name = "SHARE", help_heading = "Traces")]
    #[serde(skip_serializing_if = "Option::is_none")]
    trace_ratio: Option<TraceRatio>,

    /// Queues with metrics of their own, the first by name; the others are summed as `(others)` [default: 1000]
    #[arg(long, value_name = "N", help_heading = "Running")]
    #[serde(skip_serializing_if = "Option::is_none")]
    metrics_queues_max: Option<usize>,

    /// Seconds that a graceful stop may take [default: 30]
    #[arg(long, value_name = "SECONDS", help_heading = "Running")]
    #[serde(skip_serializing_if = "Option::is_none")]
    drain: Option<u64>,

    /// Threads that serve connections, 0 for one per core [default: 0]
    #[arg(long, value_name = "N", help_heading = "Running")]
    #[serde(skip_serializing_if = "Option::is_none")]
    workers: Option<usize>,

    /// How log lines look on standard error: human or json [default: human]
    #[arg(long, value_name = "FORMAT", help_heading = "Running")]
    #[serde(skip_serializing_if = "Option::is_none")]
    log: Option<LogFormat>,

    /// Which log lines appear: error, warn, info, debug, trace, or by part: info,door_sqs=debug [default: info]
    #[arg(long, value_name = "LEVEL", help_heading = "Running")]
    #[serde(skip_serializing_if = "Option::is_none")]
    log_level: Option<LogLevel>,
}

#[cfg(test)]
mod reference;
#[cfg(test)]
mod tests;
