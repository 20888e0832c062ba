//! The places that values come from, and the order in which one wins over another.

use super::{Config, ConfigError};
use figment::providers::{Format, Serialized, Toml};
use figment::value::{Dict, Map, Value};
use figment::{Error, Figment, Metadata, Profile, Provider};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Every variable of ours begins with this.
pub(super) const PREFIX: &str = "LONGSHORE_";

pub(super) const ENVIRONMENT: &str = "environment";
pub(super) const FLAGS: &str = "flags";

pub(super) const STANDARD: &str = "standard environment";

/// Variables of OpenTelemetry's that stand for keys.
const STANDARD_KEYS: [(&str, &str); 4] = [
    ("OTEL_EXPORTER_OTLP_ENDPOINT", "otlp_endpoint"),
    ("OTEL_EXPORTER_OTLP_HEADERS", "otlp_headers"),
    ("OTEL_EXPORTER_OTLP_CERTIFICATE", "otlp_ca"),
    ("OTEL_SERVICE_NAME", "otlp_service_name"),
];

/// The standard variable for a key, if there is one.
pub(super) fn standard_variable(key: &str) -> Option<&'static str> {
    STANDARD_KEYS.iter().find(|(_, stands_for)| *stands_for == key).map(|(variable, _)| *variable)
}

/// Read when no other is named and it is there.
const DEFAULT_FILE: &str = "longshore.toml";

/// Variables with our prefix that are no keys: `CONFIG` stands for the flag of that name, `USER`, `SECRET` and `TLS_CA` are read by the
/// commands that ask a server, what follows is told to the commands of `longshore work`, and the rest are the project's tests' own.
const NOT_KEYS: [&str; 19] = [
    "CONFIG",
    "USER",
    "SECRET",
    "TLS_CA",
    "MESSAGE_ID",
    "QUEUE",
    "DELIVERIES",
    "FAILURES",
    "LANE",
    "PRIORITY",
    "PUBLISHED_MS",
    "AUTHORITIES",
    "BIN",
    "ENDPOINT",
    "IDENTITY",
    "LEDGER",
    "PYTHON",
    "REQUIRE",
    "SKIPPED",
];

/// What Kubernetes sets in every pod beside a service that is called "longshore" begins so, and a message's headers for `longshore work`.
const NOT_KEYS_FROM: [&str; 3] = ["SERVICE_", "PORT", "HEADER_"];

/// What the operator said, besides the defaults.
#[derive(Debug)]
pub(crate) struct Sources<F> {
    /// The file that was named.
    pub(crate) file: Option<PathBuf>,
    /// The process's environment: names and values.
    pub(crate) environment: Vec<(String, String)>,
    /// The flags, as a struct whose absent fields are left out when it is serialised.
    pub(crate) flags: F,
}

/// The configuration that the sources add up to.
pub(crate) fn load<F: Serialize>(sources: &Sources<F>) -> Result<Config, ConfigError> {
    let mut figment = Figment::from(Serialized::defaults(Config::default()));
    if let Some(file) = file_to_read(sources.file.as_deref())? {
        figment = figment.merge(Flattened(Toml::file_exact(file)));
    }
    figment = figment.merge(Standard(&sources.environment));
    figment = figment.merge(Environment(&sources.environment)).merge(Flags(&sources.flags));
    figment.extract().map_err(|error| ConfigError::explain(error, &figment))
}

/// The configuration file: the one that was named, or the default one if it is there.
pub(crate) fn file_to_read(named: Option<&Path>) -> Result<Option<PathBuf>, ConfigError> {
    match named {
        Some(path) if path.is_file() => Ok(Some(path.to_owned())),
        Some(path) => Err(ConfigError::NoFile(path.to_owned())),
        None => Ok(Some(PathBuf::from(DEFAULT_FILE)).filter(|path| path.is_file())),
    }
}

/// Tables of a file that stand for keys: `cert` in `[tls]` is `tls_cert`.
const TABLES: [&str; 1] = ["tls"];

struct Flattened<P>(P);

impl<P: Provider> Provider for Flattened<P> {
    fn metadata(&self) -> Metadata {
        self.0.metadata()
    }

    fn data(&self) -> Result<Map<Profile, Dict>, Error> {
        let mut profiles = self.0.data()?;
        for dict in profiles.values_mut() {
            for table in TABLES {
                flatten(dict, table);
            }
        }
        Ok(profiles)
    }
}

/// A value of that name that is no table stays, to be refused as an unknown key.
fn flatten(dict: &mut Dict, table: &str) {
    let Some(Value::Dict(_tag, keys)) = dict.get(table) else { return };
    let keys: Dict = keys.iter().map(|(key, value)| (format!("{table}_{key}"), value.clone())).collect();
    dict.remove(table);
    dict.extend(keys);
}

/// All values stay texts: an account id is no number, whatever it looks like.
struct Environment<'a>(&'a [(String, String)]);

impl Provider for Environment<'_> {
    fn metadata(&self) -> Metadata {
        Metadata::named(ENVIRONMENT)
    }

    fn data(&self) -> Result<Map<Profile, Dict>, Error> {
        let ours = self.0.iter().filter_map(|(name, value)| Some((name.strip_prefix(PREFIX)?, value)));
        let keys = ours.filter(|(name, value)| is_key(name) && !is_url_of_admin(name, value));
        let dict: Dict = keys.map(|(name, value)| (name.to_ascii_lowercase(), Value::from(value.as_str()))).collect();
        Ok(Profile::Default.collect(dict))
    }
}

/// What programs that send traces have in common. An empty variable says nothing, as OpenTelemetry has it.
struct Standard<'a>(&'a [(String, String)]);

impl Provider for Standard<'_> {
    fn metadata(&self) -> Metadata {
        Metadata::named(STANDARD)
    }

    fn data(&self) -> Result<Map<Profile, Dict>, Error> {
        let given = self.0.iter().filter(|(_, value)| !value.is_empty());
        let keys = given.filter_map(|(name, value)| {
            let (_, key) = STANDARD_KEYS.iter().find(|(variable, _)| variable == name)?;
            Some(((*key).to_owned(), Value::from(value.as_str())))
        });
        Ok(Profile::Default.collect(keys.collect::<Dict>()))
    }
}

fn is_key(name: &str) -> bool {
    !NOT_KEYS.contains(&name) && !NOT_KEYS_FROM.iter().any(|prefix| name.starts_with(prefix))
}

/// Where the commands that ask a server find one: an address to listen on is no URL.
fn is_url_of_admin(name: &str, value: &str) -> bool {
    name == "ADMIN" && value.contains("://")
}

struct Flags<'a, F>(&'a F);

impl<F: Serialize> Provider for Flags<'_, F> {
    fn metadata(&self) -> Metadata {
        Metadata::named(FLAGS)
    }

    fn data(&self) -> Result<Map<Profile, Dict>, Error> {
        Serialized::defaults(self.0).data()
    }
}
