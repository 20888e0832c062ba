//! `longshore inspect`: what the files of a store hold, for people: frame by frame, block by block, page by page.
//!
//! What it is not: a check ([`super::verify`]). Invariants: nothing is changed, and no more lines are printed than asked for.

mod files;
mod record;

use super::ToolError;
use super::output::print;
use crate::cli::InspectArgs;
use journal_file::ReadOnlyDisk;
use journal_file::examine::Folder;
use serde_json::Value;

/// Prints the part that was asked for.
pub(crate) fn run(arguments: &InspectArgs) -> Result<u8, ToolError> {
    let disk = ReadOnlyDisk::open(&arguments.folder)?;
    let folder = Folder::read(&*disk, &arguments.folder.display().to_string())?;
    let mut lines = Lines { left: arguments.limit, json: arguments.json, text: Vec::new(), cut: false };
    match (arguments.segment, arguments.run) {
        (Some(id), _) => files::segment(&*disk, &folder, id, &mut lines)?,
        (None, Some(number)) => files::run(&*disk, &folder, number, &mut lines)?,
        (None, None) if arguments.manifest => files::manifests(&folder, &mut lines),
        (None, None) if arguments.checkpoint => files::checkpoint(&*disk, &folder, &mut lines)?,
        (None, None) => files::overview(&folder, &mut lines),
    }
    print(&lines.finish())?;
    Ok(0)
}

/// What is printed, up to the limit.
struct Lines {
    left: usize,
    json: bool,
    text: Vec<String>,
    cut: bool,
}

impl Lines {
    /// Adds a line: as text, or as what it says. Says whether more are wanted.
    fn add(&mut self, text: impl FnOnce() -> String, value: impl FnOnce() -> Value) -> bool {
        if self.left == 0 {
            self.cut = true;
            return false;
        }
        self.left -= 1;
        self.text.push(if self.json { value().to_string() } else { text() });
        true
    }

    fn finish(mut self) -> String {
        if self.cut && !self.json {
            self.text.push("… and more: --limit LINES shows them".to_owned());
        }
        self.text.join("\n")
    }
}
