//! What `cargo metadata` knows: the packages, their licences, and who depends on whom.

use crate::step::{self, cargo};
use anyhow::{Context, Result};
use serde::Deserialize;
use std::path::Path;
use std::process::Command;

/// The part of the metadata that tasks read.
#[derive(Debug, Deserialize)]
pub struct Metadata {
    /// Every package in reach: the workspace's own, and all that they need.
    pub packages: Vec<Package>,
    /// Ids of the workspace's own packages.
    pub workspace_members: Vec<String>,
}

/// One package.
#[derive(Debug, Deserialize)]
pub struct Package {
    /// Unique within the metadata.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its licence as an SPDX expression, where it states one.
    pub license: Option<String>,
    /// Where it came from; nothing for a package on this disk.
    pub source: Option<String>,
    /// Its `Cargo.toml`.
    pub manifest_path: String,
    /// What it asks for, for any purpose and platform.
    pub dependencies: Vec<Dependency>,
}

/// One line of a package's dependencies.
#[derive(Debug, Deserialize)]
pub struct Dependency {
    /// The folder of the package asked for, if it is asked for by path.
    pub path: Option<String>,
    /// `dev` where only tests need it.
    pub kind: Option<String>,
}

impl Metadata {
    /// The workspace's own packages and what they ask for. Needs no network and no lock file.
    pub fn members() -> Result<Self> {
        Self::read(&["--no-deps", "--offline"])
    }

    /// Every package that a build for this machine takes in. Needs no network once they are fetched.
    pub fn everything() -> Result<Self> {
        let host = step::output(Command::new("rustc").args(["--print", "host-tuple"]))?;
        let filter = ["--locked", "--filter-platform", host.trim()];
        let offline = ["--offline", "--locked", "--filter-platform", host.trim()];
        // Offline where everything is at hand; on a bare machine cargo fetches first.
        Self::read(&offline).or_else(|_| Self::read(&filter))
    }

    fn read(arguments: &[&str]) -> Result<Self> {
        let mut command = cargo(["metadata", "--format-version", "1"]);
        let json = step::output(command.args(arguments))?;
        serde_json::from_str(&json).context("cargo's metadata has an unexpected shape")
    }

    /// The workspace's own packages.
    pub fn own(&self) -> impl Iterator<Item = &Package> {
        self.packages.iter().filter(|package| self.workspace_members.contains(&package.id))
    }
}

impl Package {
    /// The folder it lies in.
    pub fn folder(&self) -> &Path {
        Path::new(&self.manifest_path).parent().unwrap_or(Path::new(""))
    }
}
