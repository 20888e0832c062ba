//! The command line of `longshore work`.

use super::server::ServerArgs;
use super::span::Span;
use clap::Args;
use std::ffi::OsString;
use std::str::FromStr;

/// The arguments of `longshore work`.
#[derive(Clone, Debug, PartialEq, Args)]
pub(crate) struct WorkArgs {
    /// The queue's name
    #[arg(value_name = "QUEUE")]
    pub(crate) queue: String,

    /// What to run for each message, with its arguments
    #[arg(value_name = "COMMAND", last = true, required_unless_present = "post")]
    pub(crate) command: Vec<OsString>,

    /// Send each message to this URL instead of running a command
    #[arg(long, value_name = "URL", conflicts_with = "command")]
    pub(crate) post: Option<String>,

    /// Workers that are kept however little there is to do
    #[arg(long, value_name = "N", default_value_t = 1, help_heading = "Workers")]
    pub(crate) min: u32,

    /// Workers at most
    #[arg(long, value_name = "N", default_value_t = 1, help_heading = "Workers", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) max: u32,

    /// End once the queue is empty: nothing ready, delayed or leased
    #[arg(long, help_heading = "Workers")]
    pub(crate) until_empty: bool,

    /// Time that what runs has to end when the worker is told to stop
    #[arg(long, value_name = "SPAN", default_value = "30s", help_heading = "Workers")]
    pub(crate) grace: Span,

    /// How long a message is ours without a sign of life; extended while its command runs
    #[arg(long, value_name = "SPAN", default_value = "30s", help_heading = "Messages")]
    pub(crate) lease: Span,

    /// Longest that one message may take; it has failed then [default: 10m for --post, else none]
    #[arg(long, value_name = "SPAN", help_heading = "Messages")]
    pub(crate) timeout: Option<Span>,

    /// How long a failed message waits: after the first failure, and at most; doubled each time
    #[arg(long, value_name = "FIRST..MAX", default_value = "1s..5m", help_heading = "Messages")]
    pub(crate) backoff: BackoffSpans,

    /// Set a message aside that fails again after so many retries; the queue's own limit holds besides
    #[arg(long, value_name = "N", help_heading = "Messages")]
    pub(crate) retries: Option<u32>,

    #[command(flatten)]
    pub(crate) server: ServerArgs,
}

/// The first wait and the longest one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BackoffSpans {
    pub(crate) first: Span,
    pub(crate) max: Span,
}

impl FromStr for BackoffSpans {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (first, max) = text.split_once("..").unwrap_or((text, text));
        let spans = Self { first: first.parse()?, max: max.parse()? };
        if spans.first <= spans.max { Ok(spans) } else { Err(format!("{first} is longer than {max}")) }
    }
}

impl std::fmt::Display for BackoffSpans {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}..{}", self.first, self.max)
    }
}

pub(crate) const WORK_EXAMPLES: &str = "\
Examples:
  longshore work orders -- ./handle-order
      one message after the other: the body on its standard input, its exit code decides
  longshore work thumbnails --max 8 --retries 4 -- sh -c 'convert - -resize 200x200 \"out/$LONGSHORE_MESSAGE_ID.png\"'
      up to eight at a time, as many as depth and waiting times ask for
  longshore work nightly --until-empty -- ./import
      for cron: ends when nothing is left
  longshore work orders --max 20 --post https://shop.internal/hooks/order
      a request for each message

What the command is told, in its environment:
  LONGSHORE_MESSAGE_ID, LONGSHORE_QUEUE, LONGSHORE_DELIVERIES, LONGSHORE_FAILURES, LONGSHORE_LANE, LONGSHORE_PRIORITY,
  LONGSHORE_PUBLISHED_MS, and each header as LONGSHORE_HEADER_NAME (upper case, other characters as _)

What its end means:
  exit 0     done: acknowledged
  exit 65    the message is bad (EX_DATAERR): set aside at once
  exit 69    not now (EX_UNAVAILABLE): given back without counting as a failure
  other, or a signal    failed: comes back later; the last lines of its standard error are kept as the reason

With --post: 2xx is done; 4xx sets aside, but 408 and 429; all else has failed, and Retry-After is obeyed.

SIGTERM or Ctrl-C: nothing more is taken, what runs gets SIGTERM and --grace, and what is not done then is given back
without counting as a failure. A second signal ends at once. docs/operating/worker.md has it all.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backoff_is_two_spans_or_one() {
        let spans = |text: &str| text.parse::<BackoffSpans>();
        let both = |first: u64, max: u64| Ok(BackoffSpans { first: Span { ms: first }, max: Span { ms: max } });
        assert_eq!(spans("1s..5m"), both(1000, 300_000));
        assert_eq!(spans("10s"), both(10_000, 10_000));
        assert!(spans("5m..1s").is_err() && spans("x..1s").is_err() && spans("..").is_err());
    }
}
