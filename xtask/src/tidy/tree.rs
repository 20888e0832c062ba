//! The files that `tidy` reads: everything people write, nothing that tools make.

use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};

const NOT_OURS: [&str; 5] = ["target", ".git", "data", "__pycache__", "node_modules"];
const READ: [&str; 9] = ["rs", "py", "js", "cjs", "css", "html", "md", "toml", "sh"];

/// The text files of a folder, by path.
pub(super) struct Tree {
    /// Where it lies.
    pub root: PathBuf,
    pub files: Vec<File>,
}

/// One text file.
pub(super) struct File {
    /// From the root, with `/` between the parts.
    pub path: String,
    pub text: String,
}

impl Tree {
    /// Reads every file below `root` that a person wrote.
    pub(super) fn read(root: &Path) -> Result<Self> {
        let mut files = Vec::new();
        collect(root, "", &mut files)?;
        files.sort_by(|a: &File, b: &File| a.path.cmp(&b.path));
        Ok(Self { root: root.to_owned(), files })
    }

    /// What is read as a program or as a page: the files that must stay small.
    pub(super) fn sources(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| matches!(file.extension(), "rs" | "js" | "cjs" | "css" | "html"))
    }

    /// The Rust files.
    pub(super) fn rust(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| file.extension() == "rs")
    }
}

impl File {
    /// What follows the last dot of the name.
    pub(super) fn extension(&self) -> &str {
        self.path.rsplit_once('.').map_or("", |(_, extension)| extension)
    }
}

fn collect(folder: &Path, prefix: &str, files: &mut Vec<File>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}/{name}") };
        if entry.file_type()?.is_dir() {
            if !NOT_OURS.contains(&name.as_str()) {
                collect(&entry.path(), &path, files)?;
            }
        } else if READ.iter().any(|extension| name.rsplit_once('.').is_some_and(|(_, found)| found == *extension)) {
            let text = fs::read_to_string(entry.path()).with_context(|| format!("cannot read {path}"))?;
            files.push(File { path, text });
        }
    }
    Ok(())
}
