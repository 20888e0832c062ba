//! The command lines about queues.

use super::server::AskArgs;
use clap::{Args, Subcommand, ValueEnum};

/// `longshore queue …`
#[derive(Clone, Debug, PartialEq, Subcommand)]
pub(crate) enum QueueCommand {
    /// Every queue with its figures
    List(QueueListArgs),
    /// One queue: figures, settings, who works on it
    Show(QueueArgs),
    /// Make a queue
    #[command(after_help = SETTINGS)]
    Create(QueueSetArgs),
    /// Change settings of a queue
    #[command(after_help = SETTINGS)]
    Set(QueueSetArgs),
    /// Remove every message of a queue, and keep the queue
    Purge(QueuePurgeArgs),
    /// Hand nothing out until it is resumed; messages are still taken in
    Pause(QueueArgs),
    /// Hand out again
    Resume(QueueArgs),
    /// Remove a queue with everything in it
    Delete(QueueDeleteArgs),
}

pub(crate) const QUEUE_EXAMPLES: &str = "\
Examples:
  longshore queue list --sort oldest --desc
      where messages wait longest
  longshore queue create orders-dead && longshore queue create orders --dead-letter orders-dead --failures-max 3
      a queue that sets messages aside after three failures
  longshore queue show orders --json | jq .settings
      what can be set, and how it is";

const SETTINGS: &str = "\
Settings:
  KEY=VALUE, where VALUE is JSON; what is no JSON is text. The keys are those that `queue show NAME --json` has under
  .settings: lease_ms, delay_ms, retention_ms, wait_ms, message_bytes_max, leases_max, bury, durability, order, dedup,
  priority_max, length and others. null sets back what may be without a value.

Examples:
  longshore queue create orders lease_ms=60000 order=laned --dead-letter orders-dead
  longshore queue set orders retention_ms=86400000 leases_max=null";

/// The arguments of a command about one queue.
#[derive(Clone, Debug, PartialEq, Args)]
pub(crate) struct QueueArgs {
    /// The queue's name
    #[arg(value_name = "QUEUE")]
    pub(crate) queue: String,

    #[command(flatten)]
    pub(crate) ask: AskArgs,
}

/// The arguments of `longshore queue list`.
#[derive(Clone, Debug, PartialEq, Args)]
pub(crate) struct QueueListArgs {
    /// Only queues whose names contain this
    #[arg(value_name = "TEXT")]
    pub(crate) search: Option<String>,

    /// By what they are sorted
    #[arg(long, value_name = "WHAT", default_value = "name")]
    pub(crate) sort: QueueOrder,

    /// The greatest first
    #[arg(long)]
    pub(crate) desc: bool,

    /// Queues to show at most
    #[arg(long, value_name = "N", default_value_t = 1000)]
    pub(crate) limit: u64,

    #[command(flatten)]
    pub(crate) ask: AskArgs,
}

/// By what queues are sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum QueueOrder {
    /// Their names.
    Name,
    /// Messages that can be delivered.
    Ready,
    /// Messages that wait for their time.
    Delayed,
    /// Messages that somebody works on.
    Leased,
    /// The age of the oldest message.
    Oldest,
    /// Messages published per second.
    In,
    /// Messages delivered per second.
    Out,
    /// Messages failed per second.
    Fail,
}

impl QueueOrder {
    /// The admin API's word.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Ready => "ready",
            Self::Delayed => "delayed",
            Self::Leased => "leased",
            Self::Oldest => "oldest",
            Self::In => "in",
            Self::Out => "out",
            Self::Fail => "fail",
        }
    }
}

/// The arguments of `longshore queue create` and `set`.
#[derive(Clone, Debug, PartialEq, Args)]
pub(crate) struct QueueSetArgs {
    /// The queue's name
    #[arg(value_name = "QUEUE")]
    pub(crate) queue: String,

    /// Settings; what is not named has its default, or stays
    #[arg(value_name = "KEY=VALUE")]
    pub(crate) settings: Vec<String>,

    /// Where messages go that failed too often, or that a consumer rejects
    #[arg(long, value_name = "QUEUE")]
    pub(crate) dead_letter: Option<String>,

    /// Failures after which a message goes there
    #[arg(long, value_name = "N", default_value_t = 5, requires = "dead_letter", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) failures_max: u32,

    #[command(flatten)]
    pub(crate) ask: AskArgs,
}

/// The arguments of `longshore queue purge`.
#[derive(Clone, Debug, PartialEq, Args)]
pub(crate) struct QueuePurgeArgs {
    /// The queue's name
    #[arg(value_name = "QUEUE")]
    pub(crate) queue: String,

    /// Only what is ready; what is delayed or leased stays
    #[arg(long)]
    pub(crate) ready: bool,

    /// Do not ask
    #[arg(long, short)]
    pub(crate) yes: bool,

    #[command(flatten)]
    pub(crate) ask: AskArgs,
}

/// The arguments of `longshore queue delete`.
#[derive(Clone, Debug, PartialEq, Args)]
pub(crate) struct QueueDeleteArgs {
    /// The queue's name
    #[arg(value_name = "QUEUE")]
    pub(crate) queue: String,

    /// Do not ask
    #[arg(long, short)]
    pub(crate) yes: bool,

    #[command(flatten)]
    pub(crate) ask: AskArgs,
}
