//! Which protocol and which action: decided for every request on its own.
//!
//! ```text
//!   X-Amz-Target: AmazonSQS.SendMessage          → AWS JSON 1.0, on any path
//!   Content-Type: application/x-amz-json-1.0     → AWS JSON 1.0 without an action: refused in JSON
//!   anything else, GET or POST                   → Query: Action=… in the URL or the form
//!                                                  with Accept: application/json: answered in JSON
//! ```
//!
//! Signatures, in headers or in the URL, are `signature`'s to read. `x-amzn-query-mode` asks for the header
//! `x-amzn-query-error`, which every JSON error carries anyway.

use crate::action::Action;
use crate::caller::Caller;
use crate::errors::{Code, SqsError, quoted};
use crate::frame::form;
use crate::frame::payload::{Body, Payload};
use crate::frame::request_id::RequestId;
use crate::frame::style::Style;
use crate::url::Scheme;
use hyper::header::{ACCEPT, CONTENT_TYPE, HOST, HeaderMap, HeaderName};
use hyper::http::request::Parts;
use hyper::http::uri::Authority;
use hyper::{Method, StatusCode};

const JSON_TYPE: &str = "application/x-amz-json-1.0";
static TARGET: HeaderName = HeaderName::from_static("x-amz-target");
static TRACE: HeaderName = HeaderName::from_static("x-amzn-trace-id");
const TARGET_PREFIX: &str = "AmazonSQS.";

/// What a request's head says. Everything else of the head is dropped before the body is read.
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) style: Style,
    target: Target,
    context: Context,
}

#[derive(Debug)]
enum Target {
    Json(Action),
    Query { query: String },
}

/// What actions may need to know of the request besides its parameters.
#[derive(Debug, Default)]
pub(crate) struct Context {
    /// Who sends it.
    pub(crate) caller: Caller,
    /// The URL's path, where it names a queue.
    pub(crate) path_queue: Option<Box<str>>,
    /// How the client came here, for the queue URLs it is given.
    pub(crate) scheme: Scheme,
    /// The address that the client used, for the same.
    pub(crate) host: Option<Box<str>>,
    /// The X-Ray trace header.
    pub(crate) trace: Option<Box<str>>,
}

/// One request, ready to be run.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) action: Action,
    pub(crate) style: Style,
    pub(crate) id: RequestId,
    pub(crate) context: Context,
}

/// Why a head is not followed by an action.
#[derive(Debug)]
pub(crate) enum Unfit {
    /// It is refused.
    Error(Style, SqsError),
    /// It asks for nothing: a browser that opened a queue URL.
    NoAction,
}

impl Head {
    /// Reads the head of a request that came by `scheme`.
    pub(crate) fn read(parts: &Parts, scheme: Scheme) -> Result<Self, Unfit> {
        let headers = &parts.headers;
        let (style, target) = (style(headers), header(headers, &TARGET));
        let json = style == Style::Json;
        let target = if json {
            Target::Json(json_action(target.unwrap_or_default()).map_err(|error| Unfit::Error(style, error))?)
        } else {
            Target::Query { query: parts.uri.query().unwrap_or_default().to_owned() }
        };
        if !(parts.method == Method::POST || (parts.method == Method::GET && !json)) {
            let text = format!("The method {} is not allowed here.", parts.method);
            return Err(Unfit::Error(style, SqsError::new(Code::InvalidAction, text)));
        }
        Ok(Self { style, target, context: Context::of(parts, scheme) })
    }

    /// Puts the body to it.
    pub(crate) fn with_body(self, body: Body, id: RequestId) -> Result<(Call, Payload), Unfit> {
        let Self { style, target, context } = self;
        let query = match target {
            Target::Json(action) => return Ok((Call { action, style, id, context }, Payload::Json(body))),
            Target::Query { query } => query,
        };
        let form = form::parse(&query, &body.bytes).map_err(|error| Unfit::Error(style, error))?;
        let Some(name) = form.get("Action") else { return Err(Unfit::NoAction) };
        let action = query_action(name, &context).map_err(|error| Unfit::Error(style, error))?;
        Ok((Call { action, style, id, context }, Payload::Form(form)))
    }
}

impl Context {
    fn of(parts: &Parts, scheme: Scheme) -> Self {
        let host = header(&parts.headers, &HOST).or_else(|| parts.uri.authority().map(Authority::as_str));
        Self {
            caller: Caller::default(),
            path_queue: crate::url::queue_in_path(parts.uri.path()).map(Into::into),
            scheme,
            host: host.map(Into::into),
            trace: header(&parts.headers, &TRACE).map(Into::into),
        }
    }
}

/// A header's value, if it is there and is text. Where it is repeated, the first counts.
pub(crate) fn header<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// The dialect that a request's answer is in, whatever comes of it.
pub(crate) fn style(headers: &HeaderMap) -> Style {
    let has = |name: &HeaderName, text: &str| header(headers, name).is_some_and(|value| value.contains(text));
    if headers.contains_key(&TARGET) || has(&CONTENT_TYPE, JSON_TYPE) {
        Style::Json
    } else if has(&ACCEPT, "application/json") {
        Style::QueryJson
    } else {
        Style::Xml
    }
}

fn json_action(target: &str) -> Result<Action, SqsError> {
    target.strip_prefix(TARGET_PREFIX).and_then(Action::named).ok_or_else(|| unknown(target))
}

/// The action of a Query request. Those that make or list queues are not a queue's own, as on AWS.
fn query_action(name: &str, context: &Context) -> Result<Action, SqsError> {
    let action = Action::named(name).ok_or_else(|| unknown(name))?;
    match action {
        Action::CreateQueue | Action::ListQueues if context.path_queue.is_some() => Err(unknown(name)),
        _ => Ok(action),
    }
}

fn unknown(name: &str) -> SqsError {
    let name = quoted(name);
    SqsError::new(Code::InvalidAction, format!("The action {name} is not valid for this endpoint."))
}

/// The status of an answer to a request that names no action.
pub(crate) const NO_ACTION_STATUS: StatusCode = StatusCode::NOT_FOUND;

#[cfg(test)]
mod tests;
