//! The contract between the kit and a door: one connection in, one future out.

use crate::connections::Connected;
use crate::shutdown::Shutdown;
use crate::stream::Stream;
use crate::tally::Tally;
use crate::tasks::Tasks;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;

/// One protocol's server side.
pub trait Door: Send + Sync + 'static {
    /// Its short name, as in the configuration and in the `ready` line.
    fn name(&self) -> &'static str;

    /// What a peer is told in the door's protocol when the connection cap is reached; the connection is closed behind it.
    fn refusal(&self) -> &'static [u8];

    /// The protocols that it speaks over TLS, by their ALPN names, the preferred first; none where its clients do not name any.
    fn application_protocols(&self) -> &'static [&'static [u8]] {
        &[]
    }

    /// What a peer is told in the door's protocol, in plain text, when it begins without TLS where TLS is expected; the
    /// connection is closed behind it.
    fn tls_expected(&self) -> &'static [u8] {
        b""
    }

    /// Its counts of requests; one tally for the life of the door.
    fn tally(&self) -> &Arc<Tally>;

    /// How often each error of its protocol was told to clients, by the protocol's own code. The codes are a fixed set, so that no
    /// request can add a series to the metrics.
    fn errors(&self) -> Vec<(&'static str, u64)> {
        Vec::new()
    }

    /// Serves one connection until it ends. Once [`Shutdown::stopping`] resolves, the door answers the requests it has
    /// begun, says good-bye in its protocol's way and returns. It may be dropped at any await, which must leave nothing half done
    /// in the broker.
    ///
    /// There is one such future per connection and thousands may be idle: keep it small.
    fn serve(self: Arc<Self>, connection: Connection) -> impl Future<Output = ()> + Send + 'static;
}

/// One accepted connection.
#[derive(Debug)]
pub struct Connection {
    /// Its bytes, with Nagle's delay off.
    pub stream: Stream,
    /// The subject of the certificate that the peer proved to hold, as `CN=orders,O=Example` (RFC 4514); `None` where the listener
    /// asks for none.
    pub client_subject: Option<Box<str>>,
    /// Who is at the other end.
    pub peer: SocketAddr,
    /// The address that was connected to.
    pub local: SocketAddr,
    /// Its place in the list of open connections, where it says who it is.
    pub connected: Arc<Connected>,
    /// Tells when to end.
    pub shutdown: Shutdown,
    /// Starts further tasks for this connection.
    pub tasks: Tasks,
}
