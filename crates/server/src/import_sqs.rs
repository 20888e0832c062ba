//! `longshore import-sqs`: from what `aws sqs get-queue-attributes` prints to `[[sqs_queues]]` tables.
//!
//! What it is not: a client. It asks AWS nothing and changes no server; a person looks at the tables and puts them into the file.
//!
//! Invariant: a server that starts with the tables tells the attributes that were read, in its own region and account, except
//! those that it computes.

mod document;
mod table;

use crate::cli::ImportArgs;
use document::{DocumentError, Queue};
use std::io::{self, IsTerminal, Read, Write};
use std::path::PathBuf;

/// Why nothing is printed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ImportError {
    /// A file cannot be read.
    #[error("{}: {error}", .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// Standard input cannot be read.
    #[error("standard input: {0}")]
    Input(io::Error),
    /// A file holds something else.
    #[error("{source_name}: {error}")]
    Document {
        /// The file.
        source_name: String,
        /// What is wrong with it.
        error: DocumentError,
    },
    /// Standard output cannot be written.
    #[error("standard output: {0}")]
    Output(io::Error),
}

/// Reads the files, or standard input, and prints the tables.
pub(crate) fn run(arguments: &ImportArgs) -> Result<(), ImportError> {
    let mut queues = Vec::new();
    for (source_name, text) in texts(&arguments.files)? {
        let read = document::read(&text, &mut queues);
        read.map_err(|error| ImportError::Document { source_name, error })?;
    }
    let tables = tables(&queues, &arguments.region.0, &arguments.account_id.0);
    io::stdout().write_all(tables.as_bytes()).map_err(ImportError::Output)
}

fn texts(files: &[PathBuf]) -> Result<Vec<(String, String)>, ImportError> {
    let from_file = |path: &PathBuf| {
        #[expect(clippy::disallowed_methods, reason = "the operator's own files, read once before anything runs")]
        let text = std::fs::read_to_string(path);
        let text = text.map_err(|error| ImportError::File { path: path.clone(), error })?;
        Ok((path.display().to_string(), text))
    };
    if files.is_empty() {
        if io::stdin().is_terminal() {
            eprintln!("reading JSON from standard input, to its end (Ctrl-D)");
        }
        let mut text = String::new();
        io::stdin().read_to_string(&mut text).map_err(ImportError::Input)?;
        return Ok(vec![("standard input".to_owned(), text)]);
    }
    files.iter().map(from_file).collect()
}

/// The tables of all queues, for a server with this region and account.
fn tables(queues: &[Queue], region: &str, account_id: &str) -> String {
    let tables: Vec<String> = queues.iter().map(|queue| table::write(queue, region, account_id)).collect();
    tables.join("\n")
}

#[cfg(test)]
mod tests;
