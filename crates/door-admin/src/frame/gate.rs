//! What stands before one call: where the request comes from, who asks, whether they mean it, whether they may; and what is kept of it.
//!
//! Invariant: a recorded change is in the audit log before its answer leaves, and also if its caller did not wait for one.

use super::call::Call;
use crate::api::Api;
use crate::audit::{Audited, Entry, Unfinished};
use crate::authentication;
use crate::authorization::{self, Named, Need};
use crate::caller::Caller;
use crate::client::Client;
use crate::errors::{ApiError, Code};
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{RawPathParams, Request, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::MethodRouter;
use door::{HostRule, Outcome, Refused};
use std::sync::Arc;

/// Whatever is no plain look must carry this header: a web page can send none of its own to another site.
pub(crate) const CHANGE_HEADER: HeaderName = HeaderName::from_static("longshore-change");

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// What the header says when there is nothing more to say.
const PLAIN_CHANGE: &str = "yes";

/// Longest remark on a change that is recorded, in characters.
const REMARK_CHARACTERS_MAX: usize = 500;

struct Gate {
    api: Arc<Api>,
    /// The call's place in the table, which is its index in the tally.
    index: usize,
    name: &'static str,
    need: Need,
    is_change: bool,
    is_audited: bool,
}

/// The call's route behind its gate.
pub(super) fn guarded(call: Call, index: usize, api: &Arc<Api>) -> MethodRouter<Arc<Api>> {
    let (name, need, is_change, is_audited) = (call.name, call.need, call.is_change(), call.is_audited);
    let gate = Gate { api: Arc::clone(api), index, name, need, is_change, is_audited };
    call.route.layer(from_fn_with_state(Arc::new(gate), pass))
}

async fn pass(
    State(gate): State<Arc<Gate>>,
    params: Result<RawPathParams, RawPathParamsRejection>,
    mut request: Request,
    next: Next,
) -> Response {
    let admitted = match &params {
        Ok(params) => gate.admit(&request, &named(params)),
        Err(rejection) => Err(ApiError::bad_request(format!("the path: {}", rejection.body_text()))),
    };
    let response = match admitted {
        Ok(Admitted { caller, allowed, entry }) => {
            request.extensions_mut().insert(caller);
            gate.run(request, next, allowed, entry).await
        }
        Err(error) => error.into_response(),
    };
    gate.api.tally.count(gate.index, outcome_of(response.status()));
    response
}

/// Who asks, and the record that was begun.
struct Admitted {
    caller: Caller,
    /// Whether they may, which is recorded either way.
    allowed: Result<(), ApiError>,
    entry: Option<Entry>,
}

impl Gate {
    fn admit(&self, request: &Request, named: &Named) -> Result<Admitted, ApiError> {
        let api = &self.api;
        judge(&api.host_rule, request.headers())
            .map_err(|refused| ApiError::new(Code::Forbidden, refused.to_string()))?;
        let caller = match self.need {
            Need::Nothing => Caller::Anyone,
            _ => authentication::caller(&api.access, request.headers())?,
        };
        let client = request.extensions().get::<Arc<Client>>();
        if let Some(client) = client.filter(|_| self.need != Need::Nothing) {
            client.introduce(&caller, request.headers());
        }
        let remark = if self.is_change { remark(request.headers())? } else { None };
        let entry = (self.is_audited && api.status.running().is_some()).then(|| Entry {
            at_ms: api.log_ms(),
            user: caller.name().map(str::to_owned),
            peer: client.map(|client| client.peer.to_string()),
            action: self.name,
            queue: named.queue(api),
            remark,
            details: named.id.as_ref().map(|id| serde_json::json!({ "id": id })),
            outcome: String::new(),
        });
        let allowed = authorization::check(api, self.need, &caller, named);
        Ok(Admitted { caller, entry, allowed })
    }

    async fn run(&self, request: Request, next: Next, allowed: Result<(), ApiError>, entry: Option<Entry>) -> Response {
        let unfinished = entry.map(|entry| Unfinished::new(&self.api.audit, entry));
        let mut response = match allowed {
            Ok(()) => next.run(request).await,
            Err(error) => error.into_response(),
        };
        if let Some(unfinished) = unfinished {
            let audited = response.extensions_mut().remove::<Audited>();
            let outcome = response.extensions().get::<Code>().map_or("done", |code| code.name());
            unfinished.finish(outcome, audited).await;
        }
        response
    }
}

fn judge(rule: &HostRule, headers: &HeaderMap) -> Result<(), Refused> {
    // A header that is not text is no name of ours either.
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    rule.check(text(header::HOST), text(header::ORIGIN))?;
    rule.check_fetch_site(text(SEC_FETCH_SITE))
}

/// What the caller says about the change, beyond that it is meant.
fn remark(headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    let Some(value) = headers.get(CHANGE_HEADER).filter(|value| !value.is_empty()) else {
        let message = format!("a change needs the header `{CHANGE_HEADER}: yes`");
        return Err(ApiError::new(Code::Forbidden, message)
            .hint("any other value of the header is kept in the audit log, as why it was made"));
    };
    let said = String::from_utf8_lossy(value.as_bytes());
    Ok((said != PLAIN_CHANGE).then(|| said.chars().take(REMARK_CHARACTERS_MAX).collect()))
}

fn named(params: &RawPathParams) -> Named {
    let mut named = Named::default();
    for (name, value) in params {
        match name {
            "queue" => named.queue = Some(value.to_owned()),
            "id" => named.id = Some(value.to_owned()),
            _ => {}
        }
    }
    named
}

fn outcome_of(status: StatusCode) -> Outcome {
    if status.is_server_error() {
        Outcome::Failed
    } else if status.is_client_error() {
        Outcome::Refused
    } else {
        Outcome::Done
    }
}
