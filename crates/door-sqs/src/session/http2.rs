//! One connection that speaks HTTP/2: many requests at a time, each in a task of its own.
//!
//! Invariants: what a peer can make the server hold is bounded: requests at a time, bytes of a head, and unread bytes of bodies by the
//! windows of flow control. The window of the connection is the sum of its requests', so that bodies which wait for memory never
//! keep back those that have it.
//!
//! The rule about silence is HTTP/1's, with a good-bye: a silent connection is told to go (GOAWAY), and cut if it does not. A request
//! whose body does not arrive is reset by itself, since others may keep the connection busy.

use super::{Session, read, reply};
use crate::frame::reply::Reply;
use crate::limits::{FAREWELL_MAX, HEAD_BYTES_MAX, STREAM_WINDOW_BYTES, STREAMS_MAX};
use bytes::Bytes;
use door::Tasks;
use door::timeout::{TooLate, pause, within};
use hyper::Request;
use hyper::body::Incoming;
use hyper::rt::Executor;
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::io::Cursor;
use std::pin::pin;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};

/// Starts a task per request.
#[derive(Clone, Debug)]
struct Streams(Tasks);

impl<F: Future<Output = ()> + Send + 'static> Executor<F> for Streams {
    fn execute(&self, stream: F) {
        self.0.spawn(stream);
    }
}

/// Serves a connection of which `begun` was read already.
pub(super) async fn resume<S>(session: Arc<Session>, begun: Bytes, stream: S, tasks: Tasks)
where
    S: AsyncRead + AsyncWrite + Unpin + Send,
{
    let (reader, writer) = tokio::io::split(stream);
    serve(session, tokio::io::join(Cursor::new(begun).chain(reader), writer), tasks).await;
}

/// Serves a connection from its first byte.
pub(super) async fn serve<S>(session: Arc<Session>, stream: S, tasks: Tasks)
where
    S: AsyncRead + AsyncWrite + Unpin + Send,
{
    let silence_max = session.door.config.silence_max;
    let farewell_max = FAREWELL_MAX.min(silence_max);
    let watched = Arc::clone(&session);
    let mut stopping = pin!(tasks.shutdown().stopping());
    let service = service_fn(move |request| answer(Arc::clone(&session), request));
    let mut connection = pin!(builder(tasks).serve_connection(TokioIo::new(stream), service));
    let mut leaving = false;
    let mut seen = 0;
    let mut look = pin!(pause(silence_max));
    loop {
        tokio::select! {
            biased;
            ended = connection.as_mut() => {
                if let Err(error) = ended {
                    tracing::debug!(%error, "an SQS connection over HTTP/2 broke off");
                }
                return;
            }
            () = &mut stopping, if !leaving => {
                leaving = true;
                connection.as_mut().graceful_shutdown();
                look.set(pause(farewell_max));
            }
            () = &mut look => {
                match (watched.progress.is_silent_since(&mut seen), leaving) {
                    (true, true) => return,
                    (true, false) => {
                        leaving = true;
                        connection.as_mut().graceful_shutdown();
                    }
                    (false, _) => {}
                }
                look.set(pause(if leaving { farewell_max } else { silence_max }));
            }
        }
    }
}

fn builder(tasks: Tasks) -> http2::Builder<Streams> {
    let head_bytes_max = u32::try_from(HEAD_BYTES_MAX).expect("a head is far smaller than 4 GiB");
    let mut http = http2::Builder::new(Streams(tasks));
    http.max_concurrent_streams(STREAMS_MAX)
        .max_header_list_size(head_bytes_max)
        .initial_stream_window_size(STREAM_WINDOW_BYTES)
        .initial_connection_window_size(STREAM_WINDOW_BYTES * STREAMS_MAX);
    http
}

/// Answers one request; it is reset if it does not arrive in time.
async fn answer(session: Arc<Session>, request: Request<Incoming>) -> Result<Reply, TooLate> {
    let _work = session.progress.work();
    let id = session.door.ids.next();
    let read = within(session.door.config.silence_max, read(&session, id, request)).await?;
    Ok(reply(&session, id, read).await)
}
