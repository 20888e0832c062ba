//! One HTTP connection to the admin door.

use crate::api::Api;
use crate::client::Client;
use crate::commands;
use crate::config::AdminConfig;
use crate::frame::routes::routes;
use crate::status::Status;
use axum::Router;
use door::tls::HTTP_EXPECTED_TLS;
use door::{Connection, Door, Tally};
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

/// A peer that has not sent a whole request head by then is dropped; it also ends idle connections.
const HEAD_TIME_MAX: Duration = Duration::from_secs(30);

/// Greatest request head, in bytes. The longest sensible one is a browser's.
const HEAD_BYTES_MAX: usize = 16 * 1024;

/// The admin door.
#[derive(Debug)]
pub struct Admin {
    api: Arc<Api>,
    routes: Router,
}

impl Admin {
    /// A door that speaks for the server that `status` tells of.
    #[must_use]
    pub fn new(status: Arc<Status>, config: AdminConfig) -> Self {
        let tally = Arc::new(Tally::new(commands::names()));
        let api = Arc::new(Api::new(status, config, tally));
        let routes = routes(commands::calls(), &api);
        Self { api, routes }
    }

    /// Looks at the queues now and then while somebody wants to know how fast they change. Runs beside the door until it is dropped.
    pub async fn keep_house(self: Arc<Self>) {
        match self.api.looks.keep(&self.api.status).await {}
    }
}

impl Door for Admin {
    fn name(&self) -> &'static str {
        "admin"
    }

    fn refusal(&self) -> &'static [u8] {
        b"HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: 75\r\n\r\n\
          {\"error\":{\"code\":\"unavailable\",\"message\":\"there are too many connections\"}}"
    }

    fn application_protocols(&self) -> &'static [&'static [u8]] {
        &[b"http/1.1"]
    }

    fn tls_expected(&self) -> &'static [u8] {
        HTTP_EXPECTED_TLS
    }

    fn tally(&self) -> &Arc<Tally> {
        &self.api.tally
    }

    fn errors(&self) -> Vec<(&'static str, u64)> {
        self.api.errors.all()
    }

    fn serve(self: Arc<Self>, connection: Connection) -> impl Future<Output = ()> + Send + 'static {
        let routes = TowerToHyperService::new(self.routes.clone());
        async move {
            let Connection { stream, peer, connected, shutdown, .. } = connection;
            let client = Arc::new(Client::new(peer, Some(connected)));
            let service = service_fn(move |mut request: Request<Incoming>| {
                request.extensions_mut().insert(Arc::clone(&client));
                routes.call(request)
            });
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
