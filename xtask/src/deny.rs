//! The task `deny`: every dependency's licence and source against `deny.toml`, without a network.
//!
//! The file is cargo-deny's, so that tool can be run on it too; here only the parts that need no
//! advisory database are checked, because not every machine has it.

use crate::metadata::Metadata;
use crate::{spdx, step};
use anyhow::{Context, Result, bail};
use serde::Deserialize;
use std::fs;

#[derive(Deserialize)]
struct Policy {
    licenses: Licenses,
    bans: Bans,
    sources: Sources,
}

#[derive(Deserialize)]
struct Licenses {
    allow: Vec<String>,
}

#[derive(Deserialize)]
struct Bans {
    deny: Vec<Banned>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Banned {
    #[serde(rename = "crate")]
    name: String,
    reason: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Sources {
    allow_registry: Vec<String>,
}

/// The part of `Cargo.lock` that says what comes from where, for every platform.
#[derive(Deserialize)]
struct Lock {
    package: Vec<Locked>,
}

#[derive(Deserialize)]
struct Locked {
    name: String,
    version: String,
    source: Option<String>,
    checksum: Option<String>,
}

/// Fails on the first look if anything is not allowed, and names all of it.
pub fn run(_arguments: &[String]) -> Result<()> {
    step::timed("licences and sources", || {
        let policy = fs::read_to_string(step::root().join("deny.toml")).context("cannot read deny.toml")?;
        let policy: Policy = toml::from_str(&policy).context("deny.toml is not as expected")?;
        let lock = fs::read_to_string(step::root().join("Cargo.lock")).context("cannot read Cargo.lock")?;
        let lock: Lock = toml::from_str(&lock).context("Cargo.lock is not as expected")?;
        let mut found = refused_sources(&policy, &lock);
        found.extend(refused_licences(&policy, &Metadata::everything()?));
        if !found.is_empty() {
            bail!("deny.toml does not allow:\n  {}", found.join("\n  "));
        }
        Ok(())
    })
}

fn refused_sources(policy: &Policy, lock: &Lock) -> Vec<String> {
    let mut found = Vec::new();
    for Locked { name, version, source, checksum } in &lock.package {
        if let Some(banned) = policy.bans.deny.iter().find(|banned| banned.name == *name) {
            found.push(format!("{name} {version}: {}", banned.reason));
        }
        let Some(source) = source else { continue };
        let registry = source.strip_prefix("registry+").unwrap_or(source);
        if !policy.sources.allow_registry.iter().any(|allowed| allowed == registry) {
            found.push(format!("{name} {version}: comes from {source}"));
        } else if checksum.is_none() {
            found.push(format!("{name} {version}: has no checksum in Cargo.lock"));
        }
    }
    found
}

fn refused_licences(policy: &Policy, metadata: &Metadata) -> Vec<String> {
    let mut found = Vec::new();
    for package in &metadata.packages {
        let license = package.license.as_deref().unwrap_or("no stated licence");
        if !spdx::allowed(license, &policy.licenses.allow) {
            let source = package.source.as_deref().unwrap_or("this workspace");
            found.push(format!("{} {} ({source}): {license}", package.name, package.version));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: &str = r#"
        licenses.allow = ["MIT"]
        bans.deny = [{ crate = "cmake", reason = "no build needs it" }]
        sources.allow-registry = ["https://registry.example/index"]
    "#;

    fn check(lock: &str, expected: &[&str]) {
        let policy: Policy = toml::from_str(POLICY).expect("the policy above is TOML");
        let lock: Lock = toml::from_str(lock).expect("the lock file of a test is TOML");
        assert_eq!(refused_sources(&policy, &lock), expected);
    }

    #[test]
    fn an_allowed_registry_and_own_packages_pass() {
        let source = "registry+https://registry.example/index";
        check(&format!("[[package]]\nname='a'\nversion='1'\nsource='{source}'\nchecksum='c'\n"), &[]);
        check("[[package]]\nname='ours'\nversion='1'\n", &[]);
    }

    #[test]
    fn git_sources_missing_checksums_and_banned_crates_are_named() {
        check("[[package]]\nname='a'\nversion='1'\nsource='git+https://x'\n", &["a 1: comes from git+https://x"]);
        let source = "registry+https://registry.example/index";
        let unchecked = format!("[[package]]\nname='a'\nversion='1'\nsource='{source}'\n");
        check(&unchecked, &["a 1: has no checksum in Cargo.lock"]);
        check("[[package]]\nname='cmake'\nversion='1'\n", &["cmake 1: no build needs it"]);
    }

    #[test]
    fn a_package_without_an_allowed_licence_is_named() {
        let json = r#"{"workspace_members":[],"packages":[
            {"id":"a","name":"a","version":"1","license":"MIT","source":null,"manifest_path":"","dependencies":[]},
            {"id":"b","name":"b","version":"2","license":null,"source":null,"manifest_path":"","dependencies":[]}]}"#;
        let metadata = serde_json::from_str(json).expect("the metadata above is JSON");
        let policy: Policy = toml::from_str(POLICY).expect("the policy above is TOML");
        assert_eq!(refused_licences(&policy, &metadata), ["b 2 (this workspace): no stated licence"]);
    }
}
