//! One connection: HTTP/1.1 with keep-alive, one request after the other, until either side is done.
//!
//! Invariants: a request's bytes and parsed parameters are gone before it waits for messages; what is rare is boxed. So an
//! idle long poll costs little more than a bare hyper connection.
//!
//! A peer that falls silent in the middle of a request, or between requests, is found by looking at the connection once per
//! `silence_max` rather than by a timer per request: it is closed after one to two such times.

use crate::caller::Origin;
use crate::commands;
use crate::door::SqsDoor;
use crate::errors::{Code, SqsError};
use crate::frame::call::{self, Call, Head, Unfit, header};
use crate::frame::payload::Payload;
use crate::frame::reply::{self, Reply};
use crate::frame::request_id::RequestId;
use crate::limits::HEAD_BYTES_MAX;
use door::timeout::pause;
use door::{Connection, Door, Shutdown, Tally};
use hyper::Request;
use hyper::body::Incoming;
use hyper::header::{HOST, HeaderName, ORIGIN};
use hyper::http::request::Parts;
use hyper::http::uri::Authority;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::io::{AsyncRead, AsyncWrite};

/// What a browser says about the page that caused a request.
static FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Told to peers over the connection cap, before anything was read.
const REFUSAL: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: text/xml\r\nconnection: close\r\ncontent-length: 211\r\n\r\n\
<?xml version=\"1.0\"?><ErrorResponse xmlns=\"http://queue.amazonaws.com/doc/2012-11-05/\"><Error><Type>Receiver</Type>\
<Code>ServiceUnavailable</Code><Message>Too many connections.</Message></Error></ErrorResponse>\n";

impl Door for SqsDoor {
    fn name(&self) -> &'static str {
        "sqs"
    }

    fn refusal(&self) -> &'static [u8] {
        REFUSAL
    }

    fn tally(&self) -> &Arc<Tally> {
        self.figures.tally()
    }

    fn errors(&self) -> Vec<(&'static str, u64)> {
        self.figures.errors().collect()
    }

    fn serve(self: Arc<Self>, connection: Connection) -> impl Future<Output = ()> + Send + 'static {
        let Connection { stream, peer, shutdown, .. } = connection;
        self.serve_stream(stream, shutdown, Origin { ip: Some(peer.ip()), secure: false })
    }
}

impl SqsDoor {
    /// Serves one connection over any stream, until it ends or, once `shutdown` is stopping, until the request in hand is
    /// answered.
    pub fn serve_stream<S>(
        self: Arc<Self>,
        stream: S,
        shutdown: Shutdown,
        origin: Origin,
    ) -> impl Future<Output = ()> + Send
    where
        S: AsyncRead + AsyncWrite + Unpin + Send,
    {
        serve(self, stream, shutdown, origin)
    }
}

/// How far a connection is, for finding the silent ones: odd while a request is being worked on.
#[derive(Debug, Default)]
struct Progress(AtomicU32);

impl Progress {
    fn begin(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn end(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// Something was answered without work.
    fn touch(&self) {
        self.0.fetch_add(2, Ordering::Relaxed);
    }

    /// Whether nothing was worked on since the count was `seen`, which is brought up to date.
    fn is_silent_since(&self, seen: &mut u32) -> bool {
        let count = self.0.load(Ordering::Relaxed);
        let silent = count == *seen && count.is_multiple_of(2);
        *seen = count;
        silent
    }
}

async fn serve<S>(door: Arc<SqsDoor>, stream: S, shutdown: Shutdown, origin: Origin)
where
    S: AsyncRead + AsyncWrite + Unpin + Send,
{
    let silence_max = door.config.silence_max;
    let progress = Arc::new(Progress::default());
    let watched = Arc::clone(&progress);
    let service = service_fn(move |request| answer(Arc::clone(&door), Arc::clone(&progress), origin, request));
    let mut http = http1::Builder::new();
    http.max_header_size(HEAD_BYTES_MAX).header_read_timeout(None).writev(false);
    let mut connection = pin!(http.serve_connection(TokioIo::new(stream), service));
    let mut stopping = pin!(shutdown.stopping());
    let mut told = false;
    let mut seen = 0;
    let mut look = pin!(pause(silence_max));
    loop {
        tokio::select! {
            biased;
            ended = connection.as_mut() => {
                if let Err(error) = ended {
                    tracing::debug!(%error, "an SQS connection broke off");
                }
                return;
            }
            () = &mut stopping, if !told => {
                told = true;
                connection.as_mut().graceful_shutdown();
            }
            () = &mut look => {
                if watched.is_silent_since(&mut seen) {
                    return;
                }
                look.set(pause(silence_max));
            }
        }
    }
}

/// Answers one request.
async fn answer(
    door: Arc<SqsDoor>,
    progress: Arc<Progress>,
    origin: Origin,
    request: Request<Incoming>,
) -> Result<Reply, Infallible> {
    let id = door.ids.next();
    let (call, payload) = match read(&door, id, origin, request).await {
        Ok(read) => read,
        Err(unfit) => {
            progress.touch();
            return Ok(unfit_reply(&door, &unfit, &id));
        }
    };
    progress.begin();
    let (action, style) = (call.action, call.style);
    let outcome = commands::run(&door, call, payload).await;
    progress.end();
    Ok(match outcome {
        Ok(body) => {
            door.figures.done(action);
            reply::done(style, &id, body)
        }
        Err(error) => {
            door.figures.failed(Some(action), error.code);
            reply::failed(style, &id, &error)
        }
    })
}

/// Reads one request whole. Of its head nothing is left when the body is waited for but what actions may need, and what the
/// signature covers. Nothing of the body is read as anything before the signature has held.
async fn read(
    door: &SqsDoor,
    id: RequestId,
    origin: Origin,
    request: Request<Incoming>,
) -> Result<(Call, Payload), Unfit> {
    let (parts, body) = request.into_parts();
    check_sender(door, &parts)?;
    let head = Head::read(&parts)?;
    let style = head.style;
    let refuse = |error| Unfit::Error(style, error);
    let claim = door.claim(&parts).map_err(refuse)?;
    drop(parts);
    let body = door.bodies.collect(body).await.map_err(refuse)?;
    let caller = door.caller(claim, &body.bytes, origin).map_err(refuse)?;
    let (mut call, payload) = head.with_body(body, id)?;
    call.context.caller = caller(call.action);
    Ok((call, payload))
}

/// Refuses what a web page of a stranger makes a browser send.
fn check_sender(door: &SqsDoor, parts: &Parts) -> Result<(), Unfit> {
    let headers = &parts.headers;
    let rule = &door.config.host_rule;
    let host = header(headers, &HOST).or_else(|| parts.uri.authority().map(Authority::as_str));
    let checked = rule.check(host, header(headers, &ORIGIN));
    checked
        .and_then(|()| rule.check_fetch_site(header(headers, &FETCH_SITE)))
        .map_err(|refused| Unfit::Error(call::style(headers), SqsError::new(Code::AccessDenied, refused.to_string())))
}

fn unfit_reply(door: &SqsDoor, unfit: &Unfit, id: &RequestId) -> Reply {
    if let Unfit::Error(_, error) = unfit {
        door.figures.failed(None, error.code);
    }
    reply::unfit(unfit, id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_refusal_is_as_long_as_it_says() {
        let text = std::str::from_utf8(REFUSAL).expect("ASCII");
        let (head, body) = text.split_once("\r\n\r\n").expect("head and body");
        assert!(head.ends_with(&format!("content-length: {}", body.len())), "{}", body.len());
    }

    #[test]
    fn only_a_count_that_stands_still_between_requests_is_silence() {
        let progress = Progress::default();
        let mut seen = 0;
        assert!(progress.is_silent_since(&mut seen));
        progress.begin();
        assert!(!progress.is_silent_since(&mut seen) && !progress.is_silent_since(&mut seen), "it works on a request");
        progress.end();
        assert!(!progress.is_silent_since(&mut seen), "it answered one in the meantime");
        assert!(progress.is_silent_since(&mut seen));
    }
}
