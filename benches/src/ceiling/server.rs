//! The HTTP side of the ceilings: hyper 1, HTTP/1.1, one task per connection, nothing else.

use super::answers::{Action, Answers};
use super::group_writer::GroupWriter;
use crate::sqs::requests;
use anyhow::Result;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");

/// What all connections share.
struct Shared {
    answers: Answers,
    writer: Option<GroupWriter>,
}

/// Listens on a port that the system chooses, says so, and serves until the process ends.
pub async fn serve(writer: Option<GroupWriter>) -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let shared = Arc::new(Shared { answers: Answers::new(&requests::message_text()), writer });
    eprintln!("ready sqs={}", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(connection(stream, shared.clone()));
    }
}

async fn connection(stream: TcpStream, shared: Arc<Shared>) {
    let service = service_fn(|request| answer(request, &shared));
    // A connection ends when its client goes; how it ends is of no interest here.
    let _ = hyper::server::conn::http1::Builder::new()
        .header_read_timeout(None)
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

async fn answer(request: Request<Incoming>, shared: &Shared) -> Result<Response<Full<Bytes>>> {
    let action = request.headers().get("x-amz-target").map_or(Action::Other, |target| Action::of(target.as_bytes()));
    let body = request.into_body().collect().await?.to_bytes();
    let mut text = shared.answers.to(action);
    if let Some(writer) = shared.writer.as_ref().filter(|_| action.changes_something()) {
        writer.keep(body).await?;
    } else if action == Action::Receive
        && let Some(wait) = requests::wait_asked_for(&body)
    {
        text = idle(wait).await;
    }
    let mut response = Response::new(Full::new(text));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.0"));
    headers.insert(REQUEST_ID, HeaderValue::from_static("00000000-0000-0000-0000-000000000000"));
    Ok(response)
}

/// A long poll that nothing ends but its time.
async fn idle(wait: Duration) -> Bytes {
    tokio::time::sleep(wait).await;
    Bytes::from_static(b"{}")
}
