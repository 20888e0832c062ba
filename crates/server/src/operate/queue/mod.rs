//! `longshore queue …`: queues, their figures and their settings.

mod change;
mod list;
mod remove;
mod settings;
mod show;

use crate::cli::QueueCommand;
use crate::tools::ToolError;

pub(super) use list::{columns, row};

/// Runs one of them.
pub(crate) fn run(command: &QueueCommand) -> Result<u8, ToolError> {
    match command {
        QueueCommand::List(arguments) => list::run(arguments),
        QueueCommand::Show(arguments) => show::run(arguments),
        QueueCommand::Create(arguments) => change::create(arguments),
        QueueCommand::Set(arguments) => change::set(arguments),
        QueueCommand::Pause(arguments) => change::pause(arguments),
        QueueCommand::Resume(arguments) => change::resume(arguments),
        QueueCommand::Purge(arguments) => remove::purge(arguments),
        QueueCommand::Delete(arguments) => remove::delete(arguments),
    }
}
