//! Opens the sockets that a door listens on.
//!
//! Invariant: a listener that was opened is listening: the system queues connections from here on, accepted or not.

use crate::tls::Tls;
use socket2::{Domain, Protocol, SockRef, Socket, TcpKeepalive, Type};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};

/// Connections that wait to be accepted. The system cuts it to its own limit (`net.core.somaxconn`, usually 4096).
const BACKLOG: i32 = 4096;

/// A peer that is silent for so long is probed, so that a machine that vanished does not keep its connections open.
const KEEPALIVE: Duration = Duration::from_secs(60);

/// One listening socket.
#[derive(Debug)]
pub struct Listener {
    socket: TcpListener,
    local: SocketAddr,
    tls: Option<Tls>,
}

/// Why a door does not listen.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another program has the port.
    #[error("{0} is in use by another program")]
    InUse(SocketAddr),
    /// The system reserves the port (usually those below 1024).
    #[error("this user may not listen on {0}; ports below 1024 need a privilege")]
    Denied(SocketAddr),
    /// No network interface of this machine has the address.
    #[error("{0} is not an address of this machine")]
    NotHere(SocketAddr),
    /// Anything else.
    #[error("listening on {address} failed: {source}")]
    Other {
        /// The address.
        address: SocketAddr,
        /// The system's reason.
        source: io::Error,
    },
}

/// Both loopback addresses with this port: where a door listens unless it is told otherwise.
#[must_use]
pub fn loopback(port: u16) -> [SocketAddr; 2] {
    [SocketAddr::from((Ipv4Addr::LOCALHOST, port)), SocketAddr::from((Ipv6Addr::LOCALHOST, port))]
}

/// Whether only this machine can reach the address.
#[must_use]
pub fn is_loopback(ip: IpAddr) -> bool {
    ip.to_canonical().is_loopback()
}

/// Opens all addresses, or none. Where the first asks for port 0, the others take the port that the first was given.
/// An IPv6 address that the machine does not have is left out if another address opens: many machines and containers
/// have no IPv6.
///
/// # Errors
/// The first address that cannot be opened.
///
/// # Panics
/// Outside a tokio runtime.
pub fn open_all(addresses: &[SocketAddr]) -> Result<Vec<Listener>, OpenError> {
    let mut open: Vec<Listener> = Vec::with_capacity(addresses.len());
    for address in addresses {
        let port =
            if address.port() == 0 { open.first().map_or(0, |first| first.local.port()) } else { address.port() };
        match Listener::open(SocketAddr::new(address.ip(), port)) {
            Ok(listener) => open.push(listener),
            Err(OpenError::NotHere(_)) if address.is_ipv6() && !open.is_empty() => {}
            Err(error) => return Err(error),
        }
    }
    Ok(open)
}

impl Listener {
    /// Listens on one address; port 0 takes any free port.
    ///
    /// # Errors
    /// The system refuses.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn open(address: SocketAddr) -> Result<Self, OpenError> {
        let explain = |error| OpenError::from_io(address, error);
        let socket = bind(address).map_err(explain)?;
        let socket = TcpListener::from_std(socket.into()).map_err(explain)?;
        let local = socket.local_addr().map_err(explain)?;
        Ok(Self { socket, local, tls: None })
    }

    /// The same listener, for connections over TLS alone.
    #[must_use]
    pub fn secured(self, tls: Tls) -> Self {
        Self { tls: Some(tls), ..self }
    }

    /// What connections have to be secured with, if they have to.
    #[must_use]
    pub fn tls(&self) -> Option<&Tls> {
        self.tls.as_ref()
    }

    /// Where it listens, with the actual port.
    #[must_use]
    pub fn local(&self) -> SocketAddr {
        self.local
    }

    /// The next connection, with Nagle's delay off: answers are small and complete.
    ///
    /// # Errors
    /// The system's; [`crate::accept`] knows which of them pass.
    pub async fn accept(&self) -> io::Result<(TcpStream, SocketAddr)> {
        let (stream, peer) = self.socket.accept().await?;
        stream.set_nodelay(true)?;
        SockRef::from(&stream).set_tcp_keepalive(&TcpKeepalive::new().with_time(KEEPALIVE))?;
        Ok((stream, peer))
    }
}

fn bind(address: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    // Lets a restart listen at once while connections of the last run still linger in TIME_WAIT. On Unix it does not let two
    // programs share a port.
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket)
}

impl OpenError {
    fn from_io(address: SocketAddr, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::AddrInUse => Self::InUse(address),
            io::ErrorKind::PermissionDenied => Self::Denied(address),
            io::ErrorKind::AddrNotAvailable => Self::NotHere(address),
            // A kernel without IPv6 has no word of its own for it in `ErrorKind`.
            _ if address.is_ipv6() && is_family_missing(&source) => Self::NotHere(address),
            _ => Self::Other { address, source },
        }
    }
}

fn is_family_missing(error: &io::Error) -> bool {
    #[cfg(target_os = "macos")]
    const EAFNOSUPPORT: i32 = 47;
    #[cfg(not(target_os = "macos"))]
    const EAFNOSUPPORT: i32 = 97;
    error.raw_os_error() == Some(EAFNOSUPPORT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_taken_port_is_told_from_other_failures() {
        let first = Listener::open(loopback(0)[0]).expect("a free port");
        let second = Listener::open(first.local());
        assert!(matches!(second, Err(OpenError::InUse(address)) if address == first.local()));
    }

    #[tokio::test]
    async fn an_address_of_another_machine_is_told_so() {
        let elsewhere = "192.0.2.1:0".parse().expect("an address (RFC 5737: for documentation)");
        assert!(matches!(Listener::open(elsewhere), Err(OpenError::NotHere(_))));
    }

    #[tokio::test]
    async fn both_loopbacks_get_the_same_free_port() {
        let open = open_all(&loopback(0)).expect("a free port");
        assert!(open.iter().all(|listener| listener.local().port() == open[0].local().port()));
        assert_ne!(open[0].local().port(), 0);
    }

    #[test]
    fn loopback_is_known_in_all_its_spellings() {
        let check = |ip: &str, expected| assert_eq!(is_loopback(ip.parse().expect("an address")), expected, "{ip}");
        check("127.0.0.1", true);
        check("127.9.9.9", true);
        check("::1", true);
        check("::ffff:127.0.0.1", true);
        check("0.0.0.0", false);
        check("::", false);
        check("192.168.1.5", false);
    }
}
