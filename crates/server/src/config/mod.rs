//! What the operator wants: one struct, whatever mix of defaults, file, environment and flags it came from.
//!
//! ```text
//!   defaults  <  longshore.toml  <  OTEL_* variables, where a key has one  <  LONGSHORE_* variables  <  flags
//! ```
//!
//! What it is not: action. Nothing here opens a file other than the configuration, resolves a name or listens.
//!
//! Invariant: a key means the same in every source, and a key nobody knows is an error that names its source.

mod alerts;
mod error;
mod history_size;
mod sources;
mod sqs_limits;
mod sqs_queues;
mod text;
mod traces;
mod users;
mod values;

pub(crate) use alerts::{AlertEntry, Condition};
pub(crate) use error::ConfigError;
pub(crate) use history_size::HistorySize;
pub(crate) use sources::{Sources, file_to_read, load};
pub(crate) use sqs_limits::SqsLimits;
pub(crate) use sqs_queues::place as queue_place;
pub(crate) use traces::{OtlpHeaders, TraceRatio, WebAddress};
pub(crate) use users::{KeyEntry, UserEntry};
pub(crate) use values::{AccountId, DurabilityLevel, Listen, LogFormat, LogLevel, Region, WriteBytes};

use door_sqs::DeclaredQueue;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Every key. The documentation of each is its flag's in `longshore serve --help`, and so in `docs/operating/configuration.md`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// The data folder.
    #[serde(deserialize_with = "text::parsed")]
    pub(crate) data: PathBuf,
    /// Where the SQS door listens; `None` for the default, which may be skipped.
    #[serde(deserialize_with = "text::optional")]
    pub(crate) sqs: Option<Listen>,
    /// Where the AMQP door listens; `None` for the default, which may be skipped.
    #[serde(deserialize_with = "text::optional")]
    pub(crate) amqp: Option<Listen>,
    /// Where the admin door listens; `None` for the default, which may be skipped.
    #[serde(deserialize_with = "text::optional")]
    pub(crate) admin: Option<Listen>,
    /// Whether nobody has to prove who they are, also where doors listen beyond loopback or there are users.
    #[serde(deserialize_with = "text::parsed")]
    pub(crate) allow_anonymous: bool,
    /// Host names, besides loopback, under which clients may address this server.
    #[serde(deserialize_with = "text::list")]
    pub(crate) host: Vec<String>,
    /// The certificate that doors show; TLS is spoken if it is given.
    #[serde(deserialize_with = "text::optional")]
    pub(crate) tls_cert: Option<PathBuf>,
    /// The certificate's private key.
    #[serde(deserialize_with = "text::optional")]
    pub(crate) tls_key: Option<PathBuf>,
    /// Authorities; if given, clients have to show a certificate of one of them.
    #[serde(deserialize_with = "text::optional")]
    pub(crate) tls_client_ca: Option<PathBuf>,
    /// What an answer waits for.
    #[serde(deserialize_with = "text::parsed")]
    pub(crate) durability: DurabilityLevel,
    /// Connections that each door holds at a time.
    #[serde(deserialize_with = "text::parsed")]
    pub(crate) connections_max: u64,
    /// The region named in SQS ARNs.
    #[serde(deserialize_with = "text::parsed")]
    pub(crate) region: Region,
    /// The account named in SQS queue URLs and ARNs.
    #[serde(deserialize_with = "text::parsed")]
    pub(crate) account_id: AccountId,
    /// Whether AWS's commercial limits hold.
    #[serde(deserialize_with = "text::parsed")]
    pub(crate) sqs_limits: SqsLimits,
    /// Virtual hosts that AMQP clients may open.
    #[serde(deserialize_with = "text::list")]
    pub(crate) amqp_vhost: Vec<String>,
    /// Queues that SQS clients find when the server is ready. Only a file can hold them.
    #[serde(default, skip_serializing, deserialize_with = "sqs_queues::tables")]
    pub(crate) sqs_queues: Vec<DeclaredQueue>,
    /// Webhooks that are told of queues. Only a file can hold them.
    #[serde(default, skip_serializing)]
    pub(crate) alert: Vec<AlertEntry>,
    /// The collector that spans are sent to; without one nothing is traced.
    #[serde(deserialize_with = "text::hidden")]
    pub(crate) otlp_endpoint: Option<WebAddress>,
    /// Headers of each request to it.
    #[serde(deserialize_with = "text::hidden")]
    pub(crate) otlp_headers: Option<OtlpHeaders>,
    /// Authorities that its certificate must be signed by; `None` for this machine's.
    #[serde(deserialize_with = "text::optional")]
    pub(crate) otlp_ca: Option<PathBuf>,
    /// What this server is called in traces.
    #[serde(deserialize_with = "text::parsed")]
    pub(crate) otlp_service_name: String,
    /// Share of the messages without a context that are traced.
    #[serde(deserialize_with = "text::parsed")]
    pub(crate) trace_ratio: TraceRatio,
    /// Queues with series of their own in the metrics.
    #[serde(deserialize_with = "text::parsed")]
    pub(crate) metrics_queues_max: usize,
    /// Seconds that a stop may take.
    #[serde(deserialize_with = "text::parsed")]
    pub(crate) drain: u64,
    /// Threads that serve connections; 0 for one per core.
    #[serde(deserialize_with = "text::parsed")]
    pub(crate) workers: usize,
    /// Greatest single write to the log, in bytes.
    #[serde(deserialize_with = "text::parsed")]
    pub(crate) wal_write_bytes_max: WriteBytes,
    /// How much of what happened to messages is kept.
    #[serde(deserialize_with = "text::parsed")]
    pub(crate) history: HistorySize,
    /// How log lines look.
    #[serde(deserialize_with = "text::parsed")]
    pub(crate) log: LogFormat,
    /// Which log lines appear.
    #[serde(deserialize_with = "text::parsed")]
    pub(crate) log_level: LogLevel,
    /// Who may use the doors; none for everybody. Only a file can say this, which is why it is no flag.
    #[serde(default, skip_serializing)]
    pub(crate) users: Vec<UserEntry>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data: PathBuf::from("./data"),
            sqs: None,
            amqp: None,
            admin: None,
            allow_anonymous: false,
            host: Vec::new(),
            tls_cert: None,
            tls_key: None,
            tls_client_ca: None,
            durability: DurabilityLevel::default(),
            connections_max: 10_000,
            region: Region::default(),
            account_id: AccountId::default(),
            sqs_limits: SqsLimits::default(),
            amqp_vhost: vec!["/".to_owned()],
            sqs_queues: Vec::new(),
            alert: Vec::new(),
            otlp_endpoint: None,
            otlp_headers: None,
            otlp_ca: None,
            otlp_service_name: "longshore".to_owned(),
            trace_ratio: TraceRatio::default(),
            metrics_queues_max: 1000,
            drain: 30,
            workers: 0,
            wal_write_bytes_max: WriteBytes::default(),
            history: HistorySize::default(),
            log: LogFormat::Human,
            log_level: LogLevel::default(),
            users: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests;
