//! `POST /backup`: the whole store as one archive, as it is at this moment, while the server goes on.
//!
//! What it is not: the archive, which the server writes. Invariants: only this machine gets one, since it holds every message;
//! an archive that could not be finished ends the connection, so that nobody takes it for a whole one.

use crate::api::Api;
use crate::client::Client;
use crate::errors::{ApiError, Code};
use crate::status::WriteBackup;
use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use std::io::{self, Write};
use std::sync::Arc;
use tokio::sync::mpsc::{self, Sender};

/// Bytes handed over at a time.
const PIECE_BYTES: usize = 256 * 1024;

/// Pieces that wait for the client at most.
const PIECES_WAITING_MAX: usize = 4;

/// Streams an archive.
pub(crate) async fn answer(
    State(api): State<Arc<Api>>,
    Extension(client): Extension<Arc<Client>>,
) -> Result<Response, ApiError> {
    if !door::listener::is_loopback(client.peer.ip()) {
        return Err(ApiError::new(Code::Forbidden, "backups are given to this machine only")
            .hint("run `longshore backup` on the server's own machine"));
    }
    let running = api.running()?;
    let (sender, receiver) = mpsc::channel(PIECES_WAITING_MAX);
    let write = Arc::clone(&running.backup);
    tokio::task::spawn_blocking(move || send(&write, sender));
    let pieces = stream::unfold(receiver, |mut receiver| async move {
        let piece: io::Result<Bytes> = receiver.recv().await?;
        Some((piece, receiver))
    });
    Ok(([(header::CONTENT_TYPE, "application/x-tar")], Body::from_stream(pieces)).into_response())
}

fn send(write: &WriteBackup, sender: Sender<io::Result<Bytes>>) {
    let mut pieces = Pieces { sender, filled: Vec::with_capacity(PIECE_BYTES) };
    let written = write(&mut pieces).and_then(|()| pieces.flush());
    if let Err(error) = written {
        tracing::error!(%error, "a backup was not finished");
        // A client that is gone needs no error.
        let _ = pieces.sender.blocking_send(Err(error));
    }
}

/// A writer whose bytes go to the client, and which waits for it.
struct Pieces {
    sender: Sender<io::Result<Bytes>>,
    filled: Vec<u8>,
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.filled.extend_from_slice(bytes);
        if self.filled.len() >= PIECE_BYTES {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.filled.is_empty() {
            return Ok(());
        }
        let piece = std::mem::replace(&mut self.filled, Vec::with_capacity(PIECE_BYTES));
        self.sender.blocking_send(Ok(piece.into())).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}
