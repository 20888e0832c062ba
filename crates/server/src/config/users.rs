//! `[[users]]`: who may use the doors, as the file has it.
//!
//! ```toml
//! [[users]]
//! name = "shop"
//! account = "111111111111"                                    # left out: the server's own
//! keys = [{ id = "AKIASHOP1", secret = "…" }, { id = "AKIASHOP2", secret_file = "shop.secret" }]
//! allow = [{ queues = "orders-*", may = ["send", "receive"] }]
//! ```
//!
//! What it is not: the users that doors know. `access` makes those, and reads the files that secrets are in.
//!
//! Invariant: no error shows a secret, also where a value is of the wrong kind.

use super::AccountId;
use super::text;
use door::access::{Permission, Secret};
use figment::value::magic::RelativePathBuf;
use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};
use std::fmt;

/// One `[[users]]` table.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserEntry {
    /// What the user is called.
    pub(crate) name: String,
    /// The account that their queues are in; the server's own where it is left out.
    #[serde(default, deserialize_with = "text::optional")]
    pub(crate) account: Option<AccountId>,
    /// What proves that it is them.
    pub(crate) keys: Vec<KeyEntry>,
    /// What they may do.
    #[serde(default)]
    pub(crate) allow: Vec<GrantEntry>,
}

/// One key of a user.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyEntry {
    /// Its id.
    pub(crate) id: String,
    /// Its secret, or
    #[serde(default, deserialize_with = "secret")]
    pub(crate) secret: Option<Secret>,
    /// the file whose first line is the secret, relative to the configuration file.
    #[serde(default)]
    pub(crate) secret_file: Option<RelativePathBuf>,
    /// Whether it may be used.
    #[serde(default = "yes")]
    pub(crate) enabled: bool,
}

/// Permissions on the queues whose names match a pattern.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GrantEntry {
    /// A queue's name with `*` and `?`.
    pub(crate) queues: String,
    /// `send`, `receive`, `manage`.
    #[serde(deserialize_with = "permissions")]
    pub(crate) may: Vec<Permission>,
}

fn yes() -> bool {
    true
}

fn permissions<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Permission>, D::Error> {
    let names: Vec<String> = text::list(deserializer)?;
    let permission = |name: &String| {
        let known = || D::Error::custom(format_args!("{name:?} is no permission; expected send, receive or manage"));
        Permission::named(name).ok_or_else(known)
    };
    names.iter().map(permission).collect()
}

fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Secret>, D::Error> {
    deserializer.deserialize_any(SecretText).map(Some)
}

struct SecretText;

impl SecretText {
    fn refused<E: Error>() -> E {
        E::custom("a secret is text in quotes")
    }
}

/// Each kind of value has its own refusal, because the usual one shows the value.
impl Visitor<'_> for SecretText {
    type Value = Secret;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a secret in quotes")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Secret::new(text))
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Self::Value, E> {
        Err(Self::refused())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Self::Value, E> {
        Err(Self::refused())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Self::Value, E> {
        Err(Self::refused())
    }

    fn visit_i128<E: Error>(self, _: i128) -> Result<Self::Value, E> {
        Err(Self::refused())
    }

    fn visit_u128<E: Error>(self, _: u128) -> Result<Self::Value, E> {
        Err(Self::refused())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Self::Value, E> {
        Err(Self::refused())
    }
}
