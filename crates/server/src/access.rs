//! The users that doors know: made of the configuration at the start, and again at each SIGHUP.
//!
//! Invariants: a reload that fails changes nothing and says why. No reload opens a door that asked who is there: taking all users away
//! needs a restart.

use crate::config::{self, Config, ConfigError, KeyEntry, Sources, UserEntry};
use door::access::{Access, Grant, Key, Secret, User, Users, UsersError};
use serde::Serialize;
use std::convert::Infallible;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::signal::unix::Signal;

/// Why there are no users such as the configuration describes.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AccessError {
    /// The configuration cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A key has no secret, or two.
    #[error("users: the key {0:?} needs either `secret` or `secret_file`")]
    OneSecret(String),
    /// A secret's file cannot be read.
    #[error("users: the secret of the key {id:?} cannot be read from {}: {source}", .file.display())]
    SecretFile {
        /// Which key.
        id: String,
        /// Which file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Users that cannot be told apart.
    #[error("users: {0}")]
    Users(#[from] UsersError),
    /// A reload would let everybody in.
    #[error("the file has no users any more; restart the server if everybody may come in")]
    NoUsers,
}

/// Who may come in.
pub(crate) fn from(config: &Config) -> Result<Access, AccessError> {
    let users = match config.users.is_empty() {
        true => None,
        false => Some(users(config)?),
    };
    Ok(Access::new(users, config.allow_anonymous))
}

/// Reads the configuration again whenever the process is told to, for as long as it runs.
pub(crate) async fn follow<F: Serialize>(hangup: &mut Signal, sources: &Sources<F>, access: &Access) -> Infallible {
    while hangup.recv().await.is_some() {
        match reload(sources, access) {
            Ok(keys) => tracing::info!(keys, "users were read again"),
            Err(error) => tracing::error!(%error, "users stay as they were"),
        }
    }
    std::future::pending().await
}

/// Puts the users of the file in force. Returns how many keys they have.
fn reload<F: Serialize>(sources: &Sources<F>, access: &Access) -> Result<usize, AccessError> {
    let config = config::load(sources)?;
    if config.users.is_empty() {
        return match access.users() {
            None => Ok(0),
            Some(_) => Err(AccessError::NoUsers),
        };
    }
    let users = users(&config)?;
    let keys = users.keys_len();
    access.replace(users);
    Ok(keys)
}

fn users(config: &Config) -> Result<Users, AccessError> {
    let users: Result<Vec<User>, AccessError> = config.users.iter().map(|entry| user(entry, config)).collect();
    Ok(Users::new(users?)?)
}

fn user(entry: &UserEntry, config: &Config) -> Result<User, AccessError> {
    let account = entry.account.as_ref().unwrap_or(&config.account_id);
    let grants = entry.allow.iter();
    let grants = grants.map(|grant| Grant { queues: grant.queues.clone(), may: grant.may.iter().copied().collect() });
    Ok(User {
        name: entry.name.clone(),
        account: account.0.clone(),
        keys: entry.keys.iter().map(key).collect::<Result<_, _>>()?,
        grants: grants.collect(),
    })
}

fn key(entry: &KeyEntry) -> Result<Arc<Key>, AccessError> {
    let secret = match (&entry.secret, &entry.secret_file) {
        (Some(secret), None) => secret.clone(),
        (None, Some(file)) => read(&entry.id, file.relative())?,
        (None, None) | (Some(_), Some(_)) => return Err(AccessError::OneSecret(entry.id.clone())),
    };
    Ok(Arc::new(Key { id: entry.id.clone(), secret, enabled: entry.enabled }))
}

/// The first line of a file.
fn read(id: &str, file: PathBuf) -> Result<Secret, AccessError> {
    #[expect(clippy::disallowed_methods, reason = "a secret is configuration, not a part of the store")]
    let text = std::fs::read_to_string(&file);
    let text = text.map_err(|source| AccessError::SecretFile { id: id.to_owned(), file, source })?;
    Ok(Secret::new(text.lines().next().unwrap_or_default().trim()))
}

#[cfg(test)]
mod tests;
