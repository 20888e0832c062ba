//! One call of the API: its path, what it needs and what it takes and gives, beside the handler that does it.
//!
//! Everything else is made of this table: routes, the gate before each handler, metrics, the OpenAPI document, the tests'
//! authorization matrix. A call that is not in it does not exist.

use crate::api::Api;
use crate::authorization::Need;
use crate::errors::Code;
use axum::handler::Handler;
use axum::http::{Method, StatusCode};
use axum::routing::{MethodFilter, MethodRouter, on};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use std::sync::Arc;

/// Writes a type as a JSON Schema.
pub(crate) type Describe = fn(&mut SchemaGenerator) -> Schema;

/// What a call answers when it has done what was asked.
#[derive(Clone, Copy)]
pub(crate) enum Gives {
    /// Nothing more than that (204).
    Nothing,
    /// JSON.
    Json(StatusCode, Describe),
    /// Something else, of this type.
    Other(&'static str),
}

/// A call.
pub(crate) struct Call {
    pub(crate) method: Method,
    /// With the names of its parts in braces: `{queue}` is a queue's name, `{id}` an id.
    pub(crate) path: &'static str,
    /// What it is called in metrics, in the audit log, and in the OpenAPI document.
    pub(crate) name: &'static str,
    /// One line for people.
    pub(crate) summary: &'static str,
    pub(crate) need: Need,
    /// Whether it is recorded in the audit log.
    pub(crate) is_audited: bool,
    /// Whether it is part of the API, and in the OpenAPI document.
    pub(crate) is_listed: bool,
    pub(crate) query: Option<Describe>,
    pub(crate) takes: Option<Describe>,
    pub(crate) gives: Gives,
    /// What it answers with 200 where it was only to look.
    pub(crate) or_gives: Option<Describe>,
    /// Errors beyond those that follow from the rest.
    pub(crate) refusals: &'static [Code],
    pub(crate) route: MethodRouter<Arc<Api>>,
}

impl Call {
    /// A call that only looks.
    pub(crate) fn get<H: Handler<T, Arc<Api>>, T: 'static>(
        path: &'static str,
        name: &'static str,
        summary: &'static str,
        need: Need,
        handler: H,
    ) -> Self {
        Self::new(Method::GET, path, (name, summary), need, on(MethodFilter::GET, handler))
    }

    /// A call that changes something.
    pub(crate) fn change<H: Handler<T, Arc<Api>>, T: 'static>(
        method: Method,
        path: &'static str,
        name: &'static str,
        summary: &'static str,
        need: Need,
        handler: H,
    ) -> Self {
        let filter = MethodFilter::try_from(method.clone()).expect("the methods of the API are usual ones");
        Self { is_audited: true, ..Self::new(method, path, (name, summary), need, on(filter, handler)) }
    }

    fn new(
        method: Method,
        path: &'static str,
        (name, summary): (&'static str, &'static str),
        need: Need,
        route: MethodRouter<Arc<Api>>,
    ) -> Self {
        Self {
            method,
            path,
            name,
            summary,
            need,
            is_audited: false,
            is_listed: true,
            query: None,
            takes: None,
            gives: Gives::Nothing,
            or_gives: None,
            refusals: &[],
            route,
        }
    }

    /// With these query parameters.
    pub(crate) fn query<T: JsonSchema>(self) -> Self {
        Self { query: Some(T::json_schema), ..self }
    }

    /// With this body.
    pub(crate) fn takes<T: JsonSchema>(self) -> Self {
        Self { takes: Some(SchemaGenerator::subschema_for::<T>), ..self }
    }

    /// It answers this, with 200.
    pub(crate) fn gives<T: JsonSchema>(self) -> Self {
        Self { gives: Gives::Json(StatusCode::OK, SchemaGenerator::subschema_for::<T>), ..self }
    }

    /// It answers this, with 201.
    pub(crate) fn makes<T: JsonSchema>(self) -> Self {
        Self { gives: Gives::Json(StatusCode::CREATED, SchemaGenerator::subschema_for::<T>), ..self }
    }

    /// Where it was only to look, it answers this, with 200.
    pub(crate) fn or_gives<T: JsonSchema>(self) -> Self {
        Self { or_gives: Some(SchemaGenerator::subschema_for::<T>), ..self }
    }

    /// It answers something else than JSON.
    pub(crate) fn gives_other(self, content_type: &'static str) -> Self {
        Self { gives: Gives::Other(content_type), ..self }
    }

    /// It may refuse with these too.
    pub(crate) fn refuses(self, refusals: &'static [Code]) -> Self {
        Self { refusals, ..self }
    }

    /// It is what consumers do all the time, on every door: the audit log would drown in it.
    pub(crate) fn unaudited(self) -> Self {
        Self { is_audited: false, ..self }
    }

    /// It is no part of the API.
    pub(crate) fn unlisted(self) -> Self {
        Self { is_listed: false, ..self }
    }

    /// Whether it is more than a look.
    pub(crate) fn is_change(&self) -> bool {
        self.method != Method::GET
    }

    /// The names of the parts of its path.
    pub(crate) fn path_parts(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
    }
}
