//! One connection: HTTP/1.1 with keep-alive, one request after the other, until either side is done; or [`http2`], where TLS
//! agreed on it or the client begins with it.
//!
//! Invariants: a request's bytes and parsed parameters are gone before it waits for messages; what is rare is boxed. So an
//! idle long poll costs little more than a bare hyper connection.
//!
//! A connection that begins with HTTP/2's preface is found by HTTP/1's reader failing at it, so that others pay next to
//! nothing for it; [`opening`] sees to it that the reader has all of it or none.
//!
//! A peer that falls silent in the middle of a request, or between requests, is found by looking at the connection once per
//! `silence_max` rather than by a timer per request: it is closed after one to two such times.

mod http2;
mod opening;
mod progress;

use crate::caller::Origin;
use crate::client::Client;
use crate::commands;
use crate::door::SqsDoor;
use crate::errors::{Code, SqsError};
use crate::frame::call::{self, Call, Head, Unfit, header};
use crate::frame::payload::Payload;
use crate::frame::reply::{self, Reply};
use crate::frame::request_id::RequestId;
use crate::limits::HEAD_BYTES_MAX;
use crate::session::opening::Opening;
use crate::session::progress::Progress;
use crate::url::Scheme;
use door::connections::Connected;
use door::stream::TlsStream;
use door::timeout::pause;
use door::tls::HTTP_EXPECTED_TLS;
use door::{Connection, Door, Stream, Tally, Tasks};
use futures_util::future::Either;
use hyper::Request;
use hyper::body::Incoming;
use hyper::header::{HOST, HeaderName, ORIGIN, USER_AGENT};
use hyper::http::request::Parts;
use hyper::http::uri::Authority;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::pin::{Pin, pin};
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};

/// What a browser says about the page that caused a request.
static FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Told to peers over the connection cap, before anything was read.
const REFUSAL: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: text/xml\r\nconnection: close\r\ncontent-length: 211\r\n\r\n\
<?xml version=\"1.0\"?><ErrorResponse xmlns=\"http://queue.amazonaws.com/doc/2012-11-05/\"><Error><Type>Receiver</Type>\
<Code>ServiceUnavailable</Code><Message>Too many connections.</Message></Error></ErrorResponse>\n";

/// HTTP/2's name in a TLS handshake.
const HTTP2: &[u8] = b"h2";

impl Door for SqsDoor {
    fn name(&self) -> &'static str {
        "sqs"
    }

    fn refusal(&self) -> &'static [u8] {
        REFUSAL
    }

    fn application_protocols(&self) -> &'static [&'static [u8]] {
        &[HTTP2, b"http/1.1"]
    }

    fn tls_expected(&self) -> &'static [u8] {
        HTTP_EXPECTED_TLS
    }

    fn tally(&self) -> &Arc<Tally> {
        self.figures.tally()
    }

    fn errors(&self) -> Vec<(&'static str, u64)> {
        self.figures.errors().collect()
    }

    fn serve(self: Arc<Self>, connection: Connection) -> impl Future<Output = ()> + Send + 'static {
        let Connection { stream, peer, connected, tasks, .. } = connection;
        let session = |secure| Session::new(self, Origin { ip: Some(peer.ip()), secure }, Some(connected));
        match stream {
            Stream::Plain(stream) => Either::Left(serve(session(false), stream, tasks)),
            // Boxed, so that connections in plain text are no larger for it.
            Stream::Tls(stream) => Either::Right(Box::pin(serve_tls(session(true), stream, tasks))),
        }
    }
}

impl SqsDoor {
    /// Serves one connection that begins with HTTP over any stream, until it ends or, once the shutdown of `tasks` is stopping, until the
    /// requests in hand are answered.
    pub fn serve_stream<S>(self: Arc<Self>, stream: S, tasks: Tasks, origin: Origin) -> impl Future<Output = ()> + Send
    where
        S: AsyncRead + AsyncWrite + Unpin + Send,
    {
        serve(Session::new(self, origin, None), stream, tasks)
    }
}

/// What the requests of one connection share.
#[derive(Debug)]
struct Session {
    door: Arc<SqsDoor>,
    progress: Progress,
    origin: Origin,
    client: Client,
}

impl Session {
    fn new(door: Arc<SqsDoor>, origin: Origin, connected: Option<Arc<Connected>>) -> Arc<Self> {
        Arc::new(Self { door, progress: Progress::default(), origin, client: Client::new(connected) })
    }

    fn scheme(&self) -> Scheme {
        if self.origin.secure { Scheme::Https } else { Scheme::Http }
    }
}

async fn serve_tls(session: Arc<Session>, stream: Box<TlsStream>, tasks: Tasks) {
    let (_socket, tls) = stream.get_ref();
    if tls.alpn_protocol() == Some(HTTP2) {
        http2::serve(session, stream, tasks).await;
    } else {
        serve(session, stream, tasks).await;
    }
}

async fn serve<S>(session: Arc<Session>, stream: S, tasks: Tasks)
where
    S: AsyncRead + AsyncWrite + Unpin + Send,
{
    let silence_max = session.door.config.silence_max;
    let watched = Arc::clone(&session);
    let service = service_fn(move |request| answer(Arc::clone(&session), request));
    let mut http = http1::Builder::new();
    http.max_header_size(HEAD_BYTES_MAX).header_read_timeout(None).writev(false);
    let mut connection = http.serve_connection(TokioIo::new(Opening::new(stream)), service);
    let mut running = Pin::new(&mut connection);
    let mut stopping = pin!(tasks.shutdown().stopping());
    let mut told = false;
    let mut seen = 0;
    let mut look = pin!(pause(silence_max));
    let ended = loop {
        tokio::select! {
            biased;
            ended = running.as_mut() => break ended,
            () = &mut stopping, if !told => {
                told = true;
                running.as_mut().graceful_shutdown();
            }
            () = &mut look => {
                if watched.progress.is_silent_since(&mut seen) {
                    return;
                }
                look.set(pause(silence_max));
            }
        }
    };
    match ended {
        Ok(()) => {}
        Err(error) if error.is_parse_version_h2() => {
            let parts = connection.into_parts();
            // Boxed, so that connections that stay with HTTP/1 are no larger for it.
            Box::pin(http2::resume(watched, parts.read_buf, parts.io.into_inner().into_inner(), tasks)).await;
        }
        Err(error) => tracing::debug!(%error, "an SQS connection broke off"),
    }
}

/// Answers one request.
async fn answer(session: Arc<Session>, request: Request<Incoming>) -> Result<Reply, Infallible> {
    let id = session.door.ids.next();
    let read = read(&session, id, request).await;
    Ok(reply(&session, id, read).await)
}

/// Runs what was read.
async fn reply(session: &Session, id: RequestId, read: Result<(Call, Payload), Unfit>) -> Reply {
    let Session { door, progress, client, .. } = session;
    let (call, payload) = match read {
        Ok(read) => read,
        Err(unfit) => {
            progress.touch();
            return unfit_reply(door, &unfit, &id);
        }
    };
    let _work = progress.work();
    let (action, style) = (call.action, call.style);
    let outcome = commands::run(door, client, call, payload).await;
    match outcome {
        Ok(body) => {
            door.figures.done(action);
            reply::done(style, &id, body)
        }
        Err(error) => {
            door.figures.failed(Some(action), error.code);
            reply::failed(style, &id, &error)
        }
    }
}

/// Reads one request whole. Of its head nothing is left when the body is waited for but what actions may need, and what the
/// signature covers. Nothing of the body is read as anything before the signature has held.
async fn read(session: &Session, id: RequestId, request: Request<Incoming>) -> Result<(Call, Payload), Unfit> {
    let door = &session.door;
    let (parts, body) = request.into_parts();
    check_sender(door, &parts)?;
    let head = Head::read(&parts, session.scheme())?;
    let style = head.style;
    let refuse = |error| Unfit::Error(style, error);
    let claim = door.claim(&parts).map_err(refuse)?;
    let agent = session.client.is_stranger().then(|| header(&parts.headers, &USER_AGENT).map(Box::<str>::from));
    drop(parts);
    let body = door.bodies.collect(body).await.map_err(refuse)?;
    let caller = door.caller(claim, &body.bytes, session.origin).map_err(refuse)?;
    let (mut call, payload) = head.with_body(body, id)?;
    call.context.caller = caller(call.action);
    if let Some(agent) = agent {
        session.client.introduce(agent.unwrap_or_default(), &call.context.caller);
    }
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
}
