//! The command lines about dead letters.

use super::server::AskArgs;
use super::span::Span;
use clap::{Args, Subcommand};

/// `longshore dlq …`
#[derive(Clone, Debug, PartialEq, Subcommand)]
pub(crate) enum DeadLetterCommand {
    /// Every dead-letter queue, and whose messages it holds
    List(AskArgs),
    /// What failed in one, grouped by how it failed
    Show(FailuresArgs),
    /// Send messages back to where they came from, or to another queue
    #[command(after_help = REDRIVE)]
    Redrive(RedriveArgs),
    /// Redrives that run or have run since the server's start
    Redrives(RedrivesArgs),
    /// Stop a redrive; what it has not moved stays
    Cancel(CancelArgs),
    /// Remove messages for good
    #[command(after_help = DROP)]
    Drop(DropArgs),
}

pub(crate) const DLQ_EXAMPLES: &str = "\
Examples:
  longshore dlq list
      where something failed
  longshore dlq show orders-dead
      how often, why, since when
  longshore dlq redrive orders-dead --fingerprint 3fa9c1 --canary
      one message, then ten, then the rest; it stops by itself where they fail again
  longshore dlq drop orders-dead --older-than 30d
      what nobody will mend";

const REDRIVE: &str = "\
Examples:
  longshore dlq redrive orders-dead --dry-run
      how many would go where
  longshore dlq redrive orders-dead --reason rejected --to orders-repair --rate 50
      some of them, elsewhere, fifty a second
  longshore dlq redrive orders-dead --id ID --yes
      one message, without being asked
  longshore dlq redrive orders-dead --canary --canary-wait 1h
      one, then ten, then the rest, with an hour for each of these to be acknowledged";

const DROP: &str = "\
Tells how many messages are meant and asks. If more have come or some have gone before the answer, nothing is removed.

Examples:
  longshore dlq drop orders-dead --fingerprint 3fa9c1
      a group that nobody will mend
  longshore dlq drop orders-dead --older-than 30d --yes
      without being asked";

/// Which messages of a dead-letter queue.
#[derive(Clone, Debug, Default, PartialEq, Args)]
#[command(next_help_heading = "Which (all that are given must hold)")]
pub(crate) struct FilterArgs {
    /// A group, as `dlq show` prints it
    #[arg(long, value_name = "HEX")]
    pub(crate) fingerprint: Option<String>,

    /// A message; may be repeated
    #[arg(long, value_name = "ID")]
    pub(crate) id: Vec<String>,

    /// The queue that it failed in
    #[arg(long, value_name = "QUEUE")]
    pub(crate) origin: Option<String>,

    /// Why it was set aside
    #[arg(long, value_name = "REASON")]
    pub(crate) reason: Option<String>,

    /// Its body contains this
    #[arg(long, value_name = "TEXT")]
    pub(crate) text: Option<String>,

    /// It has this header, or this value of it
    #[arg(long, value_name = "NAME[=VALUE]")]
    pub(crate) header: Option<String>,

    /// It was set aside at least so long ago: 30d
    #[arg(long, value_name = "SPAN")]
    pub(crate) older_than: Option<Span>,

    /// It was set aside at most so long ago: 1h
    #[arg(long, value_name = "SPAN")]
    pub(crate) newer_than: Option<Span>,
}

/// The arguments of `longshore dlq show`.
#[derive(Clone, Debug, PartialEq, Args)]
pub(crate) struct FailuresArgs {
    /// The dead-letter queue's name
    #[arg(value_name = "QUEUE")]
    pub(crate) queue: String,

    #[command(flatten)]
    pub(crate) filter: FilterArgs,

    #[command(flatten)]
    pub(crate) ask: AskArgs,
}

/// The arguments of `longshore dlq redrive`.
#[derive(Clone, Debug, PartialEq, Args)]
pub(crate) struct RedriveArgs {
    /// The dead-letter queue's name
    #[arg(value_name = "QUEUE")]
    pub(crate) queue: String,

    /// Where they go; back to where each came from otherwise
    #[arg(long, value_name = "QUEUE")]
    pub(crate) to: Option<String>,

    /// Messages per second at most
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) rate: Option<u32>,

    /// Only say what would go where
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// One message first, then ten, then the rest; stop where any fails again
    #[arg(long)]
    pub(crate) canary: bool,

    /// How long each stage of the canary may take, from 1s to 24h; 10m otherwise
    #[arg(long, value_name = "SPAN", requires = "canary")]
    pub(crate) canary_wait: Option<Span>,

    /// Do not ask
    #[arg(long, short)]
    pub(crate) yes: bool,

    /// Do not wait for its end
    #[arg(long)]
    pub(crate) no_wait: bool,

    #[command(flatten)]
    pub(crate) filter: FilterArgs,

    #[command(flatten)]
    pub(crate) ask: AskArgs,
}

/// The arguments of `longshore dlq redrives`.
#[derive(Clone, Debug, PartialEq, Args)]
pub(crate) struct RedrivesArgs {
    /// Only those out of this queue
    #[arg(value_name = "QUEUE")]
    pub(crate) queue: Option<String>,

    #[command(flatten)]
    pub(crate) ask: AskArgs,
}

/// The arguments of `longshore dlq cancel`.
#[derive(Clone, Debug, PartialEq, Args)]
pub(crate) struct CancelArgs {
    /// The redrive's id
    #[arg(value_name = "ID")]
    pub(crate) id: String,

    #[command(flatten)]
    pub(crate) ask: AskArgs,
}

/// The arguments of `longshore dlq drop`.
#[derive(Clone, Debug, PartialEq, Args)]
pub(crate) struct DropArgs {
    /// The dead-letter queue's name
    #[arg(value_name = "QUEUE")]
    pub(crate) queue: String,

    /// Do not ask
    #[arg(long, short)]
    pub(crate) yes: bool,

    #[command(flatten)]
    pub(crate) filter: FilterArgs,

    #[command(flatten)]
    pub(crate) ask: AskArgs,
}
