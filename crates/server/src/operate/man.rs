//! `longshore man`: a page for every command, from the command line's own definition.

use super::DONE;
use super::output::print;
use super::words::counted;
use crate::cli::{Cli, ManArgs};
use crate::tools::ToolError;
use clap::{Command, CommandFactory};
use clap_mangen::Man;
use std::fs::DirBuilder;

/// Writes them.
pub(crate) fn run(arguments: &ManArgs) -> Result<u8, ToolError> {
    let folder = &arguments.folder;
    DirBuilder::new().recursive(true).create(folder).map_err(ToolError::io(folder.display().to_string()))?;
    let pages = pages();
    for (name, text) in &pages {
        let path = folder.join(name);
        #[expect(clippy::disallowed_methods, reason = "the person's own folder, no part of a store")]
        std::fs::write(&path, text).map_err(ToolError::io(path.display().to_string()))?;
    }
    print(&format!(
        "{} in {}; man -l {} shows the first",
        counted(pages.len() as u64, "page"),
        folder.display(),
        folder.join(&pages[0].0).display()
    ))?;
    Ok(DONE)
}

/// Names and texts: the program's first, then those of its commands and of theirs.
fn pages() -> Vec<(String, Vec<u8>)> {
    let mut command = Cli::command().disable_help_subcommand(true);
    // So that every page says what to type, and not only the last word of it.
    command.build();
    let mut pages = Vec::new();
    add(&command, &mut pages);
    pages
}

fn add(command: &Command, pages: &mut Vec<(String, Vec<u8>)>) {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned();
    let mut text = Vec::new();
    Man::new(command.clone()).render(&mut text).expect("a vector takes every byte");
    pages.push((format!("{name}.1"), text));
    for command in command.get_subcommands() {
        add(command, pages);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_a_page_that_says_what_to_type() {
        let pages = pages();
        assert_eq!(pages[0].0, "longshore.1");
        for (name, part) in [("longshore-queue-create.1", "lease_ms"), ("longshore-work.1", "EX_DATAERR")] {
            let (_, text) = pages.iter().find(|(page, _)| page == name).expect(name);
            let text = String::from_utf8_lossy(text);
            assert!(text.contains(part), "{part} is not in {text}");
        }
    }
}
