//! HTTP responses: headers and error bodies.

use crate::errors::SqsError;
use crate::frame::call::{NO_ACTION_STATUS, Unfit};
use crate::frame::escape;
use crate::frame::request_id::RequestId;
use crate::frame::style::Style;
use crate::frame::writer::NAMESPACE;
use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use hyper::{Response, StatusCode};

/// What hyper sends.
pub(crate) type Reply = Response<Full<Bytes>>;

static REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
static QUERY_ERROR: HeaderName = HeaderName::from_static("x-amzn-query-error");

/// An answer as a command wrote it.
pub(crate) fn done(style: Style, id: &RequestId, body: Vec<u8>) -> Reply {
    reply(StatusCode::OK, style, id, body)
}

/// The answer to a request that cannot be run.
pub(crate) fn unfit(unfit: &Unfit, id: &RequestId) -> Reply {
    match unfit {
        Unfit::Error(style, error) => failed(*style, id, error),
        Unfit::NoAction => reply(NO_ACTION_STATUS, Style::Xml, id, b"<UnknownOperationException/>".to_vec()),
    }
}

/// An error.
pub(crate) fn failed(style: Style, id: &RequestId, error: &SqsError) -> Reply {
    let row = error.code.row();
    let mut reply = reply(row.status, style, id, error_body(style, id, error));
    if style == Style::Json {
        let value = format!("{};{}", row.query, row.fault());
        let value = HeaderValue::try_from(value).expect("the table of errors holds ASCII names");
        reply.headers_mut().insert(&QUERY_ERROR, value);
    }
    reply
}

fn reply(status: StatusCode, style: Style, id: &RequestId, body: Vec<u8>) -> Reply {
    let mut reply = Response::new(Full::new(Bytes::from(body)));
    *reply.status_mut() = status;
    let mut headers = HeaderMap::with_capacity(6);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(style.content_type()));
    headers.insert(&REQUEST_ID, HeaderValue::from_bytes(id.bytes()).expect("an id is ASCII"));
    *reply.headers_mut() = headers;
    reply
}

/// An error's body in its dialect.
pub(crate) fn error_body(style: Style, id: &RequestId, error: &SqsError) -> Vec<u8> {
    let row = error.code.row();
    let text = error.text_in(style).as_bytes();
    let mut out = Vec::with_capacity(256 + text.len());
    let all = |out: &mut Vec<u8>, parts: &[&str]| parts.iter().for_each(|part| out.extend_from_slice(part.as_bytes()));
    match style {
        Style::Json => {
            all(&mut out, &["{\"__type\":\"", row.namespace, row.shape, "\",\"message\":\""]);
            escape::json(&mut out, text);
            all(&mut out, &["\"}"]);
        }
        Style::QueryJson => {
            all(&mut out, &["{\"Error\":{\"Type\":\"", row.fault(), "\",\"Code\":\"", row.query, "\",\"Message\":\""]);
            escape::json(&mut out, text);
            all(&mut out, &["\",\"Detail\":null},\"RequestId\":\""]);
            out.extend_from_slice(id.bytes());
            all(&mut out, &["\"}"]);
        }
        Style::Xml => {
            all(&mut out, &["<?xml version=\"1.0\"?><ErrorResponse xmlns=\"", NAMESPACE, "\"><Error><Type>"]);
            all(&mut out, &[row.fault(), "</Type><Code>", row.query, "</Code><Message>"]);
            escape::xml(&mut out, text);
            all(&mut out, &["</Message><Detail/></Error><RequestId>"]);
            out.extend_from_slice(id.bytes());
            all(&mut out, &["</RequestId></ErrorResponse>"]);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::errors::Code;
    use crate::frame::request_id::RequestIds;

    fn body(style: Style, error: &SqsError) -> String {
        let id = RequestIds::new(1).next();
        let body = String::from_utf8(error_body(style, &id, error)).expect("UTF-8");
        body.replace(&format!("{id:?}"), "ID").replace(NAMESPACE, "NS")
    }

    #[test]
    fn one_error_in_three_dialects() {
        let error = SqsError::no_queue();
        assert_eq!(
            body(Style::Json, &error),
            r#"{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"The specified queue does not exist."}"#
        );
        assert_eq!(
            body(Style::Xml, &error),
            "<?xml version=\"1.0\"?><ErrorResponse xmlns=\"NS\"><Error><Type>Sender</Type>\
             <Code>AWS.SimpleQueueService.NonExistentQueue</Code><Message>The specified queue does not exist for this wsdl \
             version.</Message><Detail/></Error><RequestId>ID</RequestId></ErrorResponse>"
        );
        assert_eq!(
            body(Style::QueryJson, &error),
            r#"{"Error":{"Type":"Sender","Code":"AWS.SimpleQueueService.NonExistentQueue","Message":"The specified queue does not exist for this wsdl version.","Detail":null},"RequestId":"ID"}"#
        );
    }

    #[test]
    fn a_json_error_names_its_query_code_in_a_header() {
        for code in Code::ALL {
            let id = RequestIds::new(1).next();
            let reply = failed(Style::Json, &id, &SqsError::new(*code, "x"));
            let row = code.row();
            let expected = format!("{};{}", row.query, row.fault());
            assert_eq!(reply.headers()[&QUERY_ERROR], expected.as_str());
            assert_eq!(reply.headers()[CONTENT_TYPE], "application/x-amz-json-1.0");
            assert_eq!(reply.status(), row.status);
        }
    }
}
