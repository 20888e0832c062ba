//! Where answers go: standard output, whole lines at a time.
//!
//! Invariant: a reader who has seen enough (`| head`) ends a command quietly, never with an error.

use crate::tools::ToolError;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::ops::ControlFlow;

/// Prints a text and ends the line. `Break` says that nobody reads any more.
pub(super) fn line(text: &str) -> Result<ControlFlow<()>, ToolError> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.write_all(b"\n")).and_then(|()| out.flush()) {
        Ok(()) => Ok(ControlFlow::Continue(())),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(ControlFlow::Break(())),
        Err(error) => Err(ToolError::io("standard output")(error)),
    }
}

/// Prints the last or only text of a command.
pub(super) fn print(text: &str) -> Result<(), ToolError> {
    line(text).map(|_| ())
}

/// Whether a person looks and wants colours.
pub(super) fn is_coloured() -> bool {
    let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    io::stdout().is_terminal() && !unwanted && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}
