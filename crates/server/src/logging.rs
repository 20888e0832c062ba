//! Log lines on standard error: for eyes or for collectors.
//!
//! What it is not: output. Nothing that a program might want to read goes to standard output.

use crate::config::{LogFormat, LogLevel};
use std::io::{IsTerminal, stderr};

/// Lets log lines appear from here on, for the whole process. Only the first call counts.
pub(crate) fn start(format: LogFormat, level: &LogLevel) {
    let lines = tracing_subscriber::fmt().with_env_filter(level.filter()).with_writer(stderr).with_target(false);
    let _first = match format {
        LogFormat::Human => lines.with_ansi(stderr().is_terminal()).try_init(),
        LogFormat::Json => lines.json().flatten_event(true).with_current_span(false).with_span_list(false).try_init(),
    };
}
