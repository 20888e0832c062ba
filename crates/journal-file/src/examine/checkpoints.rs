//! The checkpoint that counts, as far as its files can be read.
//!
//! Invariant: what is given is the state after one commit: a file that cannot be read ends the chain, whatever follows it.

use super::Finding;
use crate::checkpoint;
use crate::error::OpenError;
use crate::io::Io;
use crate::manifest::Manifest;
use journal::PageKey;
use std::collections::BTreeMap;
use vocab::Position;

/// Pages, and up to which commit they stand for the log.
#[derive(Clone, Debug, Default)]
pub struct Checkpoints {
    /// Every page that is not gone; `None` if there is no checkpoint, or its base cannot be read.
    pub pages: Option<BTreeMap<PageKey, Vec<u8>>>,
    /// The commit that they cover.
    pub covers: Position,
    /// What is damaged.
    pub findings: Vec<Finding>,
}

/// Reads the longest part of the chain that is whole.
///
/// # Errors
/// Never for what is in a file, only for what keeps the folder from being read.
pub fn read_checkpoints(io: &dyn Io, manifest: &Manifest) -> Result<Checkpoints, OpenError> {
    let mut read = Checkpoints::default();
    for files in (1..=manifest.checkpoints.len()).rev() {
        let chain = &manifest.checkpoints[..files];
        match checkpoint::read_chain(io, chain, manifest.store_id) {
            Ok(pages) => {
                read.pages = pages;
                read.covers = chain.last().map_or(Position::ZERO, |entry| entry.covers);
                break;
            }
            Err(error) => {
                let finding = Finding::from_error(error)?;
                if !read.findings.contains(&finding) {
                    read.findings.push(finding);
                }
            }
        }
    }
    Ok(read)
}
