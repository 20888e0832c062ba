//! The folder's names and its two manifests.

use crate::atomic_file;
use crate::envelope::EnvelopeError;
use crate::error::OpenError;
use crate::examine::Finding;
use crate::io::Io;
use crate::manifest::{self, Manifest};
use crate::names::{self, Named};
use crate::open::folder;

/// One of the two manifest files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ManifestState {
    /// It can be read.
    Whole(Manifest),
    /// There is none.
    Missing,
    /// Its checksum does not match.
    Damaged,
    /// A later version wrote it.
    Later(u8),
}

/// What a folder holds.
#[derive(Clone, Debug)]
pub struct Folder {
    /// All names, in order.
    pub names: Vec<String>,
    /// Both manifests, by the names' order.
    pub manifests: [(&'static str, ManifestState); 2],
    /// What belongs to the store; where the other manifest is damaged, with the later segments that are there.
    pub manifest: Manifest,
}

impl Folder {
    /// Reads names and manifests.
    ///
    /// # Errors
    /// There is no store or no readable manifest, or a later version wrote it.
    pub fn read(io: &dyn Io, shown: &str) -> Result<Self, OpenError> {
        let names = folder::names(io)?;
        let loaded = manifest::load(io)?;
        let Some(mut counts) = loaded.manifest else {
            let is_store = names.iter().any(|name| names::parse(name) != Named::Other);
            return Err(if is_store {
                OpenError::MissingManifest
            } else {
                OpenError::NoStore { folder: shown.into() }
            });
        };
        if loaded.damaged {
            folder::roll_forward(io, &mut counts)?;
        }
        let [a, b] = names::MANIFESTS;
        let manifests = [(a, state(io, a)?), (b, state(io, b)?)];
        Ok(Self { names, manifests, manifest: counts })
    }

    /// Names that the next start removes: what no manifest names.
    #[must_use]
    pub fn left_over(&self) -> Vec<&str> {
        let manifest = &self.manifest;
        let is_left_over = |name: &&String| match names::parse(name) {
            Named::Segment(id) => manifest.segments.iter().all(|entry| entry.id != id),
            Named::Checkpoint(number) => manifest.checkpoints.iter().all(|entry| entry.number != number),
            Named::Run(number) => manifest.runs.iter().all(|entry| entry.number != number),
            Named::Temporary => true,
            Named::Spare(_) | Named::Other => false,
        };
        self.names.iter().filter(is_left_over).map(String::as_str).collect()
    }

    /// What the manifests themselves have wrong.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (name, state) in &self.manifests {
            let what = match state {
                ManifestState::Whole(_) => continue,
                ManifestState::Missing => "it is missing; the other one counts",
                ManifestState::Damaged => "its checksum does not match; the other one counts",
                ManifestState::Later(_) => "a later version wrote it",
            };
            findings.push(Finding::new(name, None, what));
        }
        findings.extend(order(&self.manifest).into_iter().map(|what| Finding::new("the manifest", None, what)));
        findings
    }
}

fn state(io: &dyn Io, name: &str) -> Result<ManifestState, OpenError> {
    let Some(bytes) = atomic_file::read(io, name).map_err(OpenError::io(name))? else {
        return Ok(ManifestState::Missing);
    };
    Ok(match Manifest::parse(&bytes) {
        Ok(manifest) => ManifestState::Whole(manifest),
        Err(EnvelopeError::Damaged) => ManifestState::Damaged,
        Err(EnvelopeError::Version(version)) => ManifestState::Later(version),
    })
}

/// What does not ascend as it should.
fn order(manifest: &Manifest) -> Vec<String> {
    let mut wrong = Vec::new();
    let segments = &manifest.segments;
    if !segments
        .is_sorted_by(|a, b| a.id < b.id && a.end_frame <= b.first_frame && a.first_position <= b.first_position)
    {
        wrong.push("its segments are out of order".to_owned());
    }
    if segments.iter().any(|entry| entry.id >= manifest.next_segment) {
        wrong.push(format!("it names a segment at or above its next id {}", manifest.next_segment));
    }
    let checkpoints = &manifest.checkpoints;
    if !checkpoints.is_sorted_by(|a, b| a.covers <= b.covers) {
        wrong.push("its checkpoints are out of order".to_owned());
    }
    if checkpoints.iter().any(|entry| entry.number >= manifest.next_checkpoint) {
        wrong.push(format!("it names a checkpoint at or above its next number {}", manifest.next_checkpoint));
    }
    if manifest.runs.iter().any(|entry| entry.number >= manifest.next_run) {
        wrong.push(format!("it names a run at or above its next number {}", manifest.next_run));
    }
    wrong
}
