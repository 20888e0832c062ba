//! The command lines about messages.

use super::server::AskArgs;
use super::span::Span;
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// The arguments of `longshore send`.
#[derive(Clone, Debug, PartialEq, Args)]
pub(crate) struct SendArgs {
    /// The queue's name
    #[arg(value_name = "QUEUE")]
    pub(crate) queue: String,

    /// The message's body; `-` sends each line of standard input as a message
    #[arg(value_name = "BODY", required_unless_present = "file", allow_hyphen_values = true)]
    pub(crate) body: Option<String>,

    /// Send this file as one message
    #[arg(long, value_name = "FILE", conflicts_with = "body")]
    pub(crate) file: Option<PathBuf>,

    /// A header; may be repeated
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) header: Vec<String>,

    /// The lane whose order it keeps
    #[arg(long, value_name = "LANE")]
    pub(crate) lane: Option<String>,

    /// A message with the same id in the queue's window is stored once
    #[arg(long, value_name = "ID")]
    pub(crate) dedup: Option<String>,

    /// 0 to 255; the highest first, in queues that have priorities
    #[arg(long, value_name = "N")]
    pub(crate) priority: Option<u8>,

    /// Deliver it only after so long: 30s, 5m, 2h
    #[arg(long, value_name = "SPAN")]
    pub(crate) delay: Option<Span>,

    /// Let it expire after so long
    #[arg(long, value_name = "SPAN")]
    pub(crate) expires: Option<Span>,

    #[command(flatten)]
    pub(crate) ask: AskArgs,
}

pub(crate) const SEND_EXAMPLES: &str = "\
Examples:
  longshore send orders '{\"crates\": 40}' --header kind=lemons
      one message; its id is printed
  longshore send orders --file manifest.pdf
      a file, byte for byte
  zcat backlog.jsonl.gz | longshore send orders -
      each line a message, in batches";

/// The arguments of `longshore receive`.
#[derive(Clone, Debug, PartialEq, Args)]
pub(crate) struct ReceiveArgs {
    /// The queue's name
    #[arg(value_name = "QUEUE")]
    pub(crate) queue: String,

    /// Messages to receive at most
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) max: u32,

    /// How long to wait for one: 10s, at most 60s
    #[arg(long, value_name = "SPAN", default_value = "0s")]
    pub(crate) wait: Span,

    /// How long they are ours; the queue's own lease otherwise
    #[arg(long, value_name = "SPAN")]
    pub(crate) lease: Option<Span>,

    /// Acknowledge them once they are printed: they are gone then
    #[arg(long)]
    pub(crate) ack: bool,

    #[command(flatten)]
    pub(crate) ask: AskArgs,
}

pub(crate) const RECEIVE_EXAMPLES: &str = "\
Examples:
  longshore receive orders --wait 20s --ack
      the next message, gone once it is printed
  longshore receive orders --max 10 --json | jq -r .token
      tokens to settle them with, over the admin API; unsettled messages come back when their lease ends

To look without receiving: longshore peek orders. To work a queue: longshore work orders -- COMMAND.";

/// In which state messages are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum MessageState {
    /// Whatever.
    Any,
    /// They can be delivered.
    Ready,
    /// They wait for their time.
    Delayed,
    /// Somebody works on them.
    Leased,
}

impl MessageState {
    /// The admin API's word.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::Ready => "ready",
            Self::Delayed => "delayed",
            Self::Leased => "leased",
        }
    }
}

/// The arguments of `longshore peek`.
#[derive(Clone, Debug, PartialEq, Args)]
pub(crate) struct PeekArgs {
    /// The queue's name
    #[arg(value_name = "QUEUE")]
    pub(crate) queue: String,

    /// Messages to show at most
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub(crate) limit: u64,

    /// Only those in this state
    #[arg(long, value_name = "STATE", default_value = "any", help_heading = "Which")]
    pub(crate) state: MessageState,

    /// Only those published at least so long ago: 5m
    #[arg(long, value_name = "SPAN", help_heading = "Which")]
    pub(crate) older_than: Option<Span>,

    /// Only those of this lane
    #[arg(long, value_name = "LANE", help_heading = "Which")]
    pub(crate) lane: Option<String>,

    /// Only the one with this id
    #[arg(long, value_name = "ID", help_heading = "Which")]
    pub(crate) id: Option<String>,

    /// Only those with this header, or with this value of it
    #[arg(long, value_name = "NAME[=VALUE]", help_heading = "Which")]
    pub(crate) header: Option<String>,

    /// Only those whose body contains this
    #[arg(long, value_name = "TEXT", help_heading = "Which")]
    pub(crate) text: Option<String>,

    /// Where to begin: what an earlier call printed as `next`
    #[arg(long, value_name = "PLACE")]
    pub(crate) from: Option<String>,

    #[command(flatten)]
    pub(crate) ask: AskArgs,
}

pub(crate) const PEEK_EXAMPLES: &str = "\
Looking changes nothing: no lease, no count, no place.

Examples:
  longshore peek orders
      the next messages, as they will be delivered
  longshore peek orders --text lemons --older-than 1h
      searched through the whole queue
  longshore peek orders --state leased --json | jq .lease
      who works on what";

/// The arguments of `longshore tail`.
#[derive(Clone, Debug, PartialEq, Args)]
pub(crate) struct TailArgs {
    /// The queue's name
    #[arg(value_name = "QUEUE")]
    pub(crate) queue: String,

    /// Go on with what comes, until Ctrl-C
    #[arg(long, short)]
    pub(crate) follow: bool,

    /// Of what is there, show the last so many [default: 10, with --follow none]
    ///
    /// A queue is read from its front: in a very long one this takes a while.
    #[arg(long, short = 'n', value_name = "N")]
    pub(crate) lines: Option<u64>,

    #[command(flatten)]
    pub(crate) ask: AskArgs,
}

/// The arguments of a command about one message.
#[derive(Clone, Debug, PartialEq, Args)]
pub(crate) struct MessageArgs {
    /// The message's id
    #[arg(value_name = "ID")]
    pub(crate) id: String,

    #[command(flatten)]
    pub(crate) ask: AskArgs,
}

/// `longshore message …`
#[derive(Clone, Debug, PartialEq, Subcommand)]
pub(crate) enum MessageCommand {
    /// Everything about it: body, headers, what happened to it
    Show(MessageArgs),
    /// Why it is not being delivered, or where it went
    Explain(MessageArgs),
    /// Remove it, whoever holds it
    Delete(MessageArgs),
    /// End its lease or its delay, so that it can be delivered at once
    Release(MessageArgs),
    /// Set it aside as if its consumer had rejected it
    Bury(BuryArgs),
}

/// The arguments of `longshore message bury`.
#[derive(Clone, Debug, PartialEq, Args)]
pub(crate) struct BuryArgs {
    /// The message's id
    #[arg(value_name = "ID")]
    pub(crate) id: String,

    /// Why, for those who find it there
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,

    #[command(flatten)]
    pub(crate) ask: AskArgs,
}
