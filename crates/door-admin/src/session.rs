//! One HTTP connection to the admin door.

use crate::commands::{self, OPERATIONS};
use crate::status::Status;
use axum::{Extension, Router};
use door::tls::HTTP_EXPECTED_TLS;
use door::{Connection, Door, HostRule, Tally};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

/// A peer that has not sent a whole request head by then is dropped; it also ends idle connections.
const HEAD_TIME_MAX: Duration = Duration::from_secs(30);

/// Greatest request head, in bytes. The longest sensible one is a browser's.
const HEAD_BYTES_MAX: usize = 16 * 1024;

/// Who is at the other end of a request's connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// The admin door.
#[derive(Debug)]
pub struct Admin {
    routes: Router,
    tally: Arc<Tally>,
}

impl Admin {
    /// A door that answers from `status` to those whom `host_rule` lets pass.
    #[must_use]
    pub fn new(status: Arc<Status>, host_rule: HostRule) -> Self {
        let tally = Arc::new(Tally::new(&OPERATIONS));
        let routes = commands::routes(status, Arc::new(host_rule), Arc::clone(&tally));
        Self { routes, tally }
    }
}

impl Door for Admin {
    fn name(&self) -> &'static str {
        "admin"
    }

    fn refusal(&self) -> &'static [u8] {
        b"HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\ncontent-type: text/plain\r\ncontent-length: 21\r\n\r\n\
          too many connections\n"
    }

    fn application_protocols(&self) -> &'static [&'static [u8]] {
        &[b"http/1.1"]
    }

    fn tls_expected(&self) -> &'static [u8] {
        HTTP_EXPECTED_TLS
    }

    fn tally(&self) -> &Arc<Tally> {
        &self.tally
    }

    fn serve(self: Arc<Self>, connection: Connection) -> impl Future<Output = ()> + Send + 'static {
        let service = TowerToHyperService::new(self.routes.clone().layer(Extension(Peer(connection.peer))));
        async move {
            let Connection { stream, peer, shutdown, .. } = connection;
            let mut http = http1::Builder::new();
            http.timer(TokioTimer::new()).header_read_timeout(HEAD_TIME_MAX).max_buf_size(HEAD_BYTES_MAX);
            let mut session = pin!(http.serve_connection(TokioIo::new(stream), service));
            let ended = tokio::select! {
                ended = session.as_mut() => ended,
                () = shutdown.stopping() => {
                    session.as_mut().graceful_shutdown();
                    session.await
                }
            };
            if let Err(error) = ended {
                tracing::debug!(door = "admin", %peer, %error, "connection ended early");
            }
        }
    }
}
