//! The accept loop: from a listening socket to one task per connection.
//!
//! Invariants: no error of `accept` ends the loop, only the stop does. A connection over the cap is told so (in plain text, so not
//! where TLS is spoken) and closed. A TLS handshake has its own task and counts as a connection.

use crate::connections::Connections;
use crate::limits::Limits;
use crate::listener::Listener;
use crate::session::{Connection, Door};
use crate::stream::Stream;
use crate::tasks::Tasks;
use crate::tls::Tls;
use crate::{timeout, tls};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;

/// How long the loop rests when the system is out of descriptors or memory: connections that end meanwhile give some back.
const REST: Duration = Duration::from_millis(100);

/// Accepts connections and hands them to `door` until the stop.
pub async fn run<D: Door>(listener: Listener, door: Arc<D>, limits: Limits, connections: Connections, tasks: Tasks) {
    let mut stopping = tasks.shutdown().stopping();
    let mut resting = false;
    loop {
        let accepted = tokio::select! {
            biased;
            () = &mut stopping => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                resting = false;
                admit(&door, stream, peer, listener.tls(), (&limits, &connections), &tasks);
            }
            Err(error) if concerns_one_connection(&error) => {}
            Err(error) => {
                if !resting {
                    tracing::warn!(door = door.name(), %error, "cannot accept connections for the moment");
                }
                resting = true;
                timeout::pause(REST).await;
            }
        }
    }
}

fn admit<D: Door>(
    door: &Arc<D>,
    stream: TcpStream,
    peer: SocketAddr,
    tls: Option<&Tls>,
    (limits, connections): (&Limits, &Connections),
    tasks: &Tasks,
) {
    let Ok(local) = stream.local_addr() else { return };
    let Some(entry) = limits.enter() else {
        tracing::debug!(door = door.name(), %peer, connections_max = limits.connections_max(), "connection refused");
        // One attempt: a fresh socket's send buffer takes it, and a peer that does not listen must not cost a task.
        let _told = tls.is_none().then(|| stream.try_write(door.refusal()));
        return;
    };
    let (stream, shutdown) = (Stream::Plain(stream), tasks.shutdown().clone());
    let (connected, seat) = connections.enter(door.name(), peer, tls.is_some());
    let tasks_of_it = tasks.clone();
    let connection = Connection { stream, client_subject: None, peer, local, connected, shutdown, tasks: tasks_of_it };
    match tls {
        None => tasks.spawn_holding(Arc::clone(door).serve(connection), (entry, seat)),
        Some(tls) => tasks.spawn_holding(tls::serve(tls.clone(), Arc::clone(door), connection), (entry, seat)),
    }
}

/// Whether only the connection that was about to be accepted is lost; the next one may be fine.
fn concerns_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::Interrupted
            | io::ErrorKind::InvalidInput // the peer was gone before its options could be set (macOS)
            | io::ErrorKind::NotConnected
    )
}

#[cfg(test)]
mod tests;
