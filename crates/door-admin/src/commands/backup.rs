//! `POST /backup`: the whole store as one archive, as it is at this moment, while the server goes on.
//!
//! What it is not: the archive, which the server writes. Invariants: only this machine gets one, since it holds every message;
//! an archive that could not be finished ends the connection, so that nobody takes it for a whole one.

use crate::session::Peer;
use crate::status::{Status, WriteBackup};
use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{StatusCode, header};
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
pub(crate) async fn answer(State(status): State<Arc<Status>>, Extension(Peer(peer)): Extension<Peer>) -> Response {
    if !door::listener::is_loopback(peer.ip()) {
        return (StatusCode::FORBIDDEN, "backups are given to this machine only\n").into_response();
    }
    let Some(running) = status.running() else {
        return (StatusCode::SERVICE_UNAVAILABLE, "recovering\n").into_response();
    };
    let (sender, receiver) = mpsc::channel(PIECES_WAITING_MAX);
    let write = Arc::clone(&running.backup);
    tokio::task::spawn_blocking(move || send(&write, sender));
    let pieces = stream::unfold(receiver, |mut receiver| async move {
        let piece: io::Result<Bytes> = receiver.recv().await?;
        Some((piece, receiver))
    });
    ([(header::CONTENT_TYPE, "application/x-tar")], Body::from_stream(pieces)).into_response()
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
