//! The API's description in OpenAPI 3.1, made of the table of calls and of the types that they take and give.
//!
//! Invariant: what is described is what is served: both come from [`Call`].

use super::call::{Call, Gives};
use super::forms;
use super::gate::CHANGE_HEADER;
use crate::authorization::Need;
use crate::errors::{Code, ErrorBody};
use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The document.
pub(crate) fn document(calls: &[Call]) -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    let mut generator = SchemaGenerator::new(settings);
    let error = generator.subschema_for::<ErrorBody>();
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    for call in calls.iter().filter(|call| call.is_listed) {
        let operation = operation(call, &error, &mut generator);
        paths.entry(call.path).or_default().insert(call.method.as_str().to_lowercase(), operation);
    }
    let schemas = generator.take_definitions(true);
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Longshore's admin API",
            "version": "1",
            "description": "Queues, messages, dead letters and the server itself. Times are Unix milliseconds of log time and end \
                            in `_ms`, sizes are bytes and end in `_bytes`. Fields that are not known are refused.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "security": [{ "basic": [] }, { "bearer": [] }, {}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "basic": { "type": "http", "scheme": "basic", "description": "A user's name, or the id of a key, and the secret." },
                "bearer": { "type": "http", "scheme": "bearer", "description": "A user's secret alone." },
            },
        },
    });
    bound(&mut document);
    document
}

/// Says of every number how great it may be at most, where its type is all that says so.
fn bound(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(bound),
        Value::Object(fields) => {
            let max = match fields.get("format").and_then(Value::as_str) {
                Some("uint32") => Some(u64::from(u32::MAX)),
                Some("uint64" | "uint") => Some(u64::MAX),
                _ => None,
            };
            if let (Some(max), false) = (max, fields.contains_key("maximum")) {
                fields.insert("maximum".to_owned(), max.into());
            }
            fields.values_mut().for_each(bound);
        }
        _ => {}
    }
}

fn operation(call: &Call, error: &Schema, generator: &mut SchemaGenerator) -> Value {
    let mut operation = json!({
        "operationId": call.name,
        "summary": call.summary,
        "description": needs(call.need),
        "tags": [tag(call.path)],
        "parameters": parameters(call, generator),
        "responses": responses(call, error, generator),
    });
    if let Some(takes) = call.takes {
        let content = json!({ "application/json": { "schema": takes(generator) } });
        operation["requestBody"] = json!({ "required": true, "content": content });
    }
    if call.need == Need::Nothing {
        operation["security"] = json!([]);
    }
    operation
}

fn needs(need: Need) -> String {
    match need {
        Need::Nothing => "Anybody may ask.".to_owned(),
        Need::User => "Any user may ask, and is shown what they may know of.".to_owned(),
        Need::See => "Needs any permission on the queue.".to_owned(),
        Need::May(permission) => format!("Needs the permission `{}` on the queue.", permission.name()),
        Need::Handler => "Needs the permission on each queue that is named or touched.".to_owned(),
        Need::Operate => "Needs the permission `manage` on `*`.".to_owned(),
    }
}

/// The first part of the path behind the version.
fn tag(path: &'static str) -> &'static str {
    path.trim_start_matches("/v1").trim_start_matches('/').split('/').next().unwrap_or_default()
}

fn parameters(call: &Call, generator: &mut SchemaGenerator) -> Vec<Value> {
    let mut parameters: Vec<Value> = call.path_parts().map(|part| path_parameter(call, part)).collect();
    if call.is_change() {
        parameters.push(json!({
            "name": CHANGE_HEADER.as_str(), "in": "header", "required": true, "schema": { "type": "string", "minLength": 1 },
            "description": "`yes`, or why the change is made: that is kept in the audit log.", "example": "yes",
        }));
    }
    let Some(query) = call.query else { return parameters };
    let schema = query(generator);
    let required: Vec<&str> =
        schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    for (name, schema) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let mut schema = schema.clone();
        let described = schema.as_object_mut().and_then(|schema| schema.remove("description"));
        let mut parameter =
            json!({ "name": name, "in": "query", "required": required.contains(&name.as_str()), "schema": schema });
        if let Some(described) = described {
            parameter["description"] = described;
        }
        parameters.push(parameter);
    }
    parameters
}

fn path_parameter(call: &Call, part: &'static str) -> Value {
    let (described, schema) = match part {
        "queue" => (
            "The queue's name, percent-encoded: a name may hold `/` and `@`.",
            json!({ "type": "string", "minLength": 1 }),
        ),
        _ => ("The id.", json!({ "type": "string", "pattern": forms::of_id(call) })),
    };
    json!({ "name": part, "in": "path", "required": true, "description": described, "schema": schema })
}

fn responses(call: &Call, error: &Schema, generator: &mut SchemaGenerator) -> Map<String, Value> {
    let mut responses = Map::new();
    let (status, done) = match call.gives {
        Gives::Nothing => ("204".to_owned(), json!({ "description": "Done." })),
        Gives::Json(status, describe) => {
            let content = json!({ "application/json": { "schema": describe(generator) } });
            (status.as_str().to_owned(), json!({ "description": "Done.", "content": content }))
        }
        Gives::Other(content_type) => {
            let content = json!({ content_type: { "schema": { "type": "string" } } });
            ("200".to_owned(), json!({ "description": "Done.", "content": content }))
        }
    };
    responses.insert(status, done);
    if let Some(describe) = call.or_gives {
        let content = json!({ "application/json": { "schema": describe(generator) } });
        responses.insert("200".to_owned(), json!({ "description": "Only looked.", "content": content }));
    }
    let mut by_status: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for code in refusals(call) {
        by_status.entry(code.status().as_str().to_owned()).or_default().push(code.name());
    }
    for (status, codes) in by_status {
        let described = format!("`{}`", codes.join("`, `"));
        let content = json!({ "application/json": { "schema": error } });
        responses.insert(status, json!({ "description": described, "content": content }));
    }
    responses
}

/// Every code that the call may answer with.
fn refusals(call: &Call) -> Vec<Code> {
    let mut codes = vec![Code::Forbidden, Code::Internal];
    if call.query.is_some() || call.takes.is_some() || call.path_parts().next().is_some() {
        codes.push(Code::BadRequest);
    }
    if call.takes.is_some() {
        codes.push(Code::TooLarge);
    }
    if call.need != Need::Nothing {
        codes.extend([Code::Unauthenticated, Code::Unavailable]);
    }
    if call.path_parts().any(|part| part == "queue") {
        codes.push(Code::NoSuchQueue);
    }
    codes.extend(call.refusals.iter().copied().filter(|code| !codes.contains(code)).collect::<Vec<_>>());
    codes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::calls;

    #[test]
    fn every_listed_call_is_described_and_every_reference_leads_somewhere() {
        let calls = calls();
        let document = document(&calls);
        for call in calls.iter().filter(|call| call.is_listed) {
            let operation = &document["paths"][call.path][call.method.as_str().to_lowercase()];
            assert_eq!(operation["operationId"], call.name, "{}", call.path);
        }
        let text = document.to_string();
        for reference in text.split("\"$ref\":\"#").skip(1) {
            let pointer = reference.split('"').next().expect("it was split there");
            assert!(document.pointer(pointer).is_some(), "{pointer} leads nowhere");
        }
    }

    #[test]
    fn what_is_taken_is_described_as_strictly_as_it_is_read() {
        let document = document(&calls());
        for (path, operations) in document["paths"].as_object().expect("an object") {
            for operation in operations.as_object().expect("an object").values() {
                let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
                let Some(reference) = schema["$ref"].as_str() else { continue };
                let body = document.pointer(reference.trim_start_matches('#')).expect("it leads somewhere");
                let is_strict =
                    |schema: &Value| schema["additionalProperties"] == Value::Bool(false) || schema["type"] == "array";
                let any_of = ["anyOf", "oneOf"].iter().find_map(|key| body[key].as_array());
                let fits = any_of.map_or_else(|| is_strict(body), |some| !some.is_empty());
                assert!(fits, "{path} takes fields that nobody knows: {body}");
            }
        }
    }
}
