//! Both of SQS's protocols by hand, from one description of a request.
//!
//! A request is written once, as the JSON protocol has it; for the Query protocol it is flattened by
//! the rules of the service's model. An error is read back to one form, so that a test can say once
//! what it expects of both.

use clients::http::{Response, request};
use serde_json::{Map, Value};
use std::net::SocketAddr;

/// One of the two protocols.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// AWS JSON 1.0: a POST of JSON, the action in a header.
    Json,
    /// Query: a form in, XML out.
    Query,
}

/// An error as both protocols tell it.
#[derive(Debug, PartialEq, Eq)]
pub struct Told {
    /// HTTP status.
    pub status: u16,
    /// The code that SDKs of the Query protocol see, and those of the JSON protocol in a header.
    pub code: String,
    /// `Sender` or `Receiver`.
    pub fault: String,
}

/// Sends `action` with these parameters.
pub fn say(server: SocketAddr, protocol: Protocol, action: &str, parameters: &Value) -> Response {
    match protocol {
        Protocol::Json => {
            let target = format!("AmazonSQS.{action}");
            let headers = [("Content-Type", "application/x-amz-json-1.0"), ("X-Amz-Target", target.as_str())];
            request(server, "POST", "/", &headers, parameters.to_string().as_bytes())
        }
        Protocol::Query => {
            let headers = [("Content-Type", "application/x-www-form-urlencoded")];
            request(server, "POST", "/", &headers, form(action, parameters).as_bytes())
        }
    }
}

/// Reads an error, and checks all that its protocol promises of one.
pub fn told(protocol: Protocol, response: &Response) -> Told {
    let told = match protocol {
        Protocol::Json => {
            let header = response.header("x-amzn-query-error");
            let header = header.unwrap_or_else(|| panic!("no x-amzn-query-error: {response:?}"));
            let (code, fault) = header.split_once(';').unwrap_or_else(|| panic!("no fault: {response:?}"));
            assert_eq!(response.header("content-type"), Some("application/x-amz-json-1.0"), "{response:?}");
            assert!(response.json()["message"].is_string(), "no message: {response:?}");
            Told { status: response.status, code: code.to_owned(), fault: fault.to_owned() }
        }
        Protocol::Query => {
            let element = |name| response.element(name).unwrap_or_else(|| panic!("no <{name}>: {response:?}"));
            assert_eq!(response.header("content-type"), Some("text/xml"), "{response:?}");
            assert!(response.body.contains("<ErrorResponse"), "{response:?}");
            assert!(!element("Message").is_empty() && !element("RequestId").is_empty(), "{response:?}");
            Told { status: response.status, code: element("Code"), fault: element("Type") }
        }
    };
    let id = response.header("x-amzn-requestid");
    assert!(id.is_some_and(|id| id.len() == 36), "no request id: {response:?}");
    told
}

/// The name of the error's shape, which only the JSON protocol tells.
pub fn shape(response: &Response) -> String {
    let json = response.json();
    let kind = json["__type"].as_str().unwrap_or_else(|| panic!("no __type: {response:?}"));
    kind.to_owned()
}

/// The form of a request: lists and maps flattened, as the service's model says.
pub fn form(action: &str, parameters: &Value) -> String {
    let mut fields = vec![("Action".to_owned(), action.to_owned()), ("Version".to_owned(), "2012-11-05".to_owned())];
    if let Value::Object(members) = parameters {
        flatten_members("", members, &mut fields);
    }
    // The entries of a batch are named after their action.
    for (name, _) in &mut fields {
        if let Some(rest) = name.strip_prefix("Entries.") {
            *name = format!("{action}RequestEntry.{rest}");
        }
    }
    let encoded = fields.iter().map(|(name, value)| format!("{}={}", percent(name), percent(value)));
    encoded.collect::<Vec<_>>().join("&")
}

fn flatten_members(prefix: &str, members: &Map<String, Value>, fields: &mut Vec<(String, String)>) {
    for (name, value) in members {
        match (flat_name(name), value) {
            ((flat, _), Value::Array(items)) => {
                for (index, item) in items.iter().enumerate() {
                    flatten(&format!("{prefix}{flat}.{}", index + 1), item, fields);
                }
            }
            ((flat, Some((key_name, value_name))), Value::Object(pairs)) => {
                for (index, (key, value)) in pairs.iter().enumerate() {
                    let entry = format!("{prefix}{flat}.{}", index + 1);
                    fields.push((format!("{entry}.{key_name}"), key.clone()));
                    flatten(&format!("{entry}.{value_name}"), value, fields);
                }
            }
            ((flat, _), value) => flatten(&format!("{prefix}{flat}"), value, fields),
        }
    }
}

fn flatten(name: &str, value: &Value, fields: &mut Vec<(String, String)>) {
    match value {
        Value::Object(members) => flatten_members(&format!("{name}."), members, fields),
        Value::String(text) => fields.push((name.to_owned(), text.clone())),
        other => fields.push((name.to_owned(), other.to_string())),
    }
}

/// A member's name in the Query protocol and, for maps, what their keys and values are called there.
fn flat_name(name: &str) -> (&str, Option<(&'static str, &'static str)>) {
    match name {
        "Attributes" => ("Attribute", Some(("Name", "Value"))),
        "MessageAttributes" => ("MessageAttribute", Some(("Name", "Value"))),
        "MessageSystemAttributes" => ("MessageSystemAttribute", Some(("Name", "Value"))),
        "tags" | "Tags" => ("Tag", Some(("Key", "Value"))),
        "TagKeys" => ("TagKey", None),
        "StringListValues" => ("StringListValue", None),
        "AttributeNames" => ("AttributeName", None),
        "MessageAttributeNames" => ("MessageAttributeName", None),
        "MessageSystemAttributeNames" => ("MessageSystemAttributeName", None),
        "AWSAccountIds" => ("AWSAccountId", None),
        "Actions" => ("ActionName", None),
        other => (other, None),
    }
}

fn percent(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
