//! `longshore dlq …`: what failed and why, and what becomes of it.

mod discard;
mod filter;
mod redrive;
mod show;
mod watch;

use crate::cli::DeadLetterCommand;
use crate::tools::ToolError;

/// Runs one of them.
pub(crate) fn run(command: &DeadLetterCommand) -> Result<u8, ToolError> {
    match command {
        DeadLetterCommand::List(arguments) => show::list(arguments),
        DeadLetterCommand::Show(arguments) => show::failures(arguments),
        DeadLetterCommand::Redrive(arguments) => redrive::run(arguments),
        DeadLetterCommand::Redrives(arguments) => watch::list(arguments),
        DeadLetterCommand::Cancel(arguments) => watch::cancel(arguments),
        DeadLetterCommand::Drop(arguments) => discard::run(arguments),
    }
}
