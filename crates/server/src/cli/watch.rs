//! The command lines of those that look at the whole: who is there, who may, what happened, what is wrong.

use super::ServeArgs;
use super::queues::QueueOrder;
use super::server::AskArgs;
use super::span::Span;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// The arguments of `longshore top`.
#[derive(Clone, Debug, PartialEq, Args)]
pub(crate) struct TopArgs {
    /// Only queues whose names contain this
    #[arg(value_name = "TEXT")]
    pub(crate) search: Option<String>,

    /// By what queues are sorted at first
    #[arg(long, value_name = "WHAT", default_value = "ready")]
    pub(crate) sort: QueueOrder,

    /// Between two looks
    #[arg(long, value_name = "SPAN", default_value = "2s")]
    pub(crate) every: Span,

    /// Look so many times and end; for ever otherwise
    #[arg(long, value_name = "N")]
    pub(crate) times: Option<u64>,

    #[command(flatten)]
    pub(crate) ask: AskArgs,
}

pub(crate) const TOP_EXAMPLES: &str = "\
Keys:
  n r d l a i o f    sort by name, ready, delayed, leased, age, in, out, failures
  v                  turn the order round
  q, Ctrl-C          end

Over a pipe it prints lines instead of a screen, and with --json one JSON value a look:
  longshore top --times 1 | head";

/// The arguments of `longshore consumers`.
#[derive(Clone, Debug, PartialEq, Args)]
pub(crate) struct ConsumersArgs {
    /// Only those of this queue
    #[arg(value_name = "QUEUE")]
    pub(crate) queue: Option<String>,

    #[command(flatten)]
    pub(crate) ask: AskArgs,
}

/// The arguments of `longshore connections`.
#[derive(Clone, Debug, PartialEq, Args)]
pub(crate) struct ConnectionsArgs {
    /// Only those at this door: sqs, amqp, admin
    #[arg(value_name = "DOOR")]
    pub(crate) door: Option<String>,

    #[command(flatten)]
    pub(crate) ask: AskArgs,
}

/// The arguments of `longshore audit`.
#[derive(Clone, Debug, PartialEq, Args)]
pub(crate) struct AuditArgs {
    /// The newest so many
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub(crate) limit: u64,

    #[command(flatten)]
    pub(crate) ask: AskArgs,
}

/// The arguments of `longshore doctor`.
#[derive(Clone, Debug, PartialEq, Args)]
pub(crate) struct DoctorArgs {
    /// Print the findings as one JSON object
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) serve: ServeArgs,
}

pub(crate) const DOCTOR_EXAMPLES: &str = "\
Takes the options of `longshore serve`, and reads the same file and environment: it tells how a server that is started so
would fare, or the one that runs does.

Examples:
  longshore doctor
      in the folder that the server is started in
  longshore doctor --config /etc/longshore.toml --data /var/lib/longshore
      as the service manager starts it

Exit codes:
  0  nothing to worry about     1  something is wrong, and is listed     2  the configuration cannot be read";

/// A shell that completions can be made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Shell {
    /// GNU Bash.
    Bash,
    /// Elvish.
    Elvish,
    /// Fish.
    Fish,
    /// PowerShell.
    Powershell,
    /// Z shell.
    Zsh,
}

/// The arguments of `longshore completions`.
#[derive(Clone, Debug, PartialEq, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub(crate) shell: Shell,
}

pub(crate) const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  longshore completions bash > ~/.local/share/bash-completion/completions/longshore
  longshore completions zsh > ~/.zfunc/_longshore           # with ~/.zfunc in fpath
  longshore completions fish > ~/.config/fish/completions/longshore.fish";

/// The arguments of `longshore man`.
#[derive(Clone, Debug, PartialEq, Args)]
pub(crate) struct ManArgs {
    /// Folder to put the pages into; made if it is not there
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
}
