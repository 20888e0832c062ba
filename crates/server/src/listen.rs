//! Where the doors listen, and what happens when they cannot.
//!
//! Rules: a default door whose port is taken is skipped with one warning; a door that the operator placed must open. A door that other
//! machines can reach needs users, or the operator's word that anybody may use it.

use crate::config::{Config, Listen};
use door::listener::{is_loopback, loopback, open_all};
use door::{HostRule, Listener, OpenError, Tls};
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};

/// Ports where doors listen unless they are told otherwise.
pub(crate) const SQS_PORT: u16 = 9324;
pub(crate) const AMQP_PORT: u16 = 5672;
pub(crate) const ADMIN_PORT: u16 = 9325;

/// Why the server does not start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ListenError {
    /// The host name means nothing.
    #[error("--{door} {address}: the host is not known: {source}")]
    Unresolved {
        /// The door's name, which is its flag.
        door: &'static str,
        /// What the operator wrote.
        address: String,
        /// The resolver's reason.
        source: io::Error,
    },
    /// Other machines could use the server without proving who they are, and nobody said that they may.
    #[error(
        "the {door} door would listen on {address}, where other machines can reach it, and whoever reaches it may do anything, \
         because there are no users; add [[users]] to the configuration file, or --allow-anonymous if you trust that network, or listen \
         on 127.0.0.1"
    )]
    Exposed {
        /// The door's name.
        door: &'static str,
        /// The address.
        address: SocketAddr,
    },
    /// The address cannot be had.
    #[error("the {door} door cannot listen: {source}; choose another address with --{door} ADDR")]
    Open {
        /// The door's name, which is its flag.
        door: &'static str,
        /// Why.
        source: OpenError,
    },
    /// Every door is off or was skipped.
    #[error("no door is left to listen; give one of them another address: --sqs ADDR")]
    NoDoor,
}

/// The sockets of every door; none for a door that is off or was skipped.
#[derive(Debug)]
pub(crate) struct Listeners {
    pub(crate) sqs: Vec<Listener>,
    pub(crate) amqp: Vec<Listener>,
    pub(crate) admin: Vec<Listener>,
}

impl Listeners {
    /// Opens what the configuration asks for.
    pub(crate) fn open(config: &Config) -> Result<Self, ListenError> {
        let open = |door, wanted: &Option<Listen>, port| match wanted {
            None => open_default(door, port),
            Some(listen) => open_named(door, listen, config.allow_anonymous || !config.users.is_empty()),
        };
        let sqs = open("sqs", &config.sqs, SQS_PORT)?;
        let amqp = open("amqp", &config.amqp, AMQP_PORT)?;
        let admin = open("admin", &config.admin, ADMIN_PORT)?;
        if sqs.is_empty() && amqp.is_empty() && admin.is_empty() {
            return Err(ListenError::NoDoor);
        }
        Ok(Self { sqs, amqp, admin })
    }
}

/// Where each door listens, as the `ready` line shows it.
#[derive(Clone, Debug)]
pub(crate) struct Addresses {
    pub(crate) sqs: String,
    pub(crate) amqp: String,
    pub(crate) admin: String,
}

impl Listeners {
    /// The same, all of them speaking TLS if there is any.
    pub(crate) fn secured(self, tls: Option<&Tls>) -> Self {
        let secured = |listeners: Vec<Listener>| match tls {
            None => listeners,
            Some(tls) => listeners.into_iter().map(|listener| listener.secured(tls.clone())).collect(),
        };
        Self { sqs: secured(self.sqs), amqp: secured(self.amqp), admin: secured(self.admin) }
    }

    /// How many doors listen.
    pub(crate) fn doors(&self) -> u64 {
        [&self.sqs, &self.amqp, &self.admin].into_iter().map(|listeners| u64::from(!listeners.is_empty())).sum()
    }

    /// The first address of each door, or `off`.
    pub(crate) fn addresses(&self) -> Addresses {
        let shown = |listeners: &[Listener]| match listeners.first() {
            Some(first) => first.local().to_string(),
            None => "off".to_owned(),
        };
        Addresses { sqs: shown(&self.sqs), amqp: shown(&self.amqp), admin: shown(&self.admin) }
    }
}

/// Which requests an HTTP door answers: those for loopback, for the names the operator gave, and for the addresses it was placed on; all of
/// them where it is not `anonymous`.
pub(crate) fn host_rule(config: &Config, listeners: &[Listener], anonymous: bool) -> HostRule {
    let placed = listeners.iter().map(|listener| listener.local().ip()).filter(|ip| !ip.is_unspecified());
    let allowed = config.host.iter().cloned().chain(placed.map(|ip| ip.to_string())).collect();
    HostRule { allowed, anonymous }
}

fn open_default(door: &'static str, port: u16) -> Result<Vec<Listener>, ListenError> {
    match open_all(&loopback(port)) {
        Err(OpenError::InUse(address)) => {
            tracing::warn!(
                "the {door} door is skipped: {address}, its default, is in use by another program; \
                 give it another with --{door} ADDR, or silence this with --{door} off"
            );
            Ok(Vec::new())
        }
        opened => opened.map_err(|source| ListenError::Open { door, source }),
    }
}

fn open_named(door: &'static str, listen: &Listen, may_be_reached: bool) -> Result<Vec<Listener>, ListenError> {
    let addresses = match listen {
        Listen::Off => Vec::new(),
        Listen::Loopback(port) => loopback(*port).to_vec(),
        Listen::At(address) => resolve(door, address)?,
    };
    let exposed = addresses.iter().find(|address| !is_loopback(address.ip()));
    if let Some(&address) = exposed
        && !may_be_reached
    {
        return Err(ListenError::Exposed { door, address });
    }
    open_all(&addresses).map_err(|source| ListenError::Open { door, source })
}

fn resolve(door: &'static str, address: &str) -> Result<Vec<SocketAddr>, ListenError> {
    let unresolved = |source| ListenError::Unresolved { door, address: address.to_owned(), source };
    let mut addresses: Vec<SocketAddr> = address.to_socket_addrs().map_err(unresolved)?.collect();
    // IPv4 first: an IPv6 address that this machine lacks is then left out instead of being an error.
    addresses.sort_unstable();
    addresses.dedup();
    Ok(addresses)
}

#[cfg(test)]
mod tests;
