//! Which messages are meant: as the body of a change, and as the query of a question.

use crate::ask::Path;
use crate::cli::FilterArgs;
use serde_json::{Map, Value};

/// The filter as a change takes it. What is not given is not there, and an empty filter is every message.
pub(super) fn body(filter: &FilterArgs) -> Value {
    let mut fields = Map::new();
    let mut add = |name: &str, value: Option<Value>| value.map(|value| fields.insert(name.to_owned(), value));
    add("fingerprint", filter.fingerprint.as_deref().map(Value::from));
    add("ids", (!filter.id.is_empty()).then(|| Value::from(filter.id.clone())));
    add("origin", filter.origin.as_deref().map(Value::from));
    add("reason", filter.reason.as_deref().map(Value::from));
    add("text", filter.text.as_deref().map(Value::from));
    add("header", filter.header.as_deref().map(Value::from));
    add("older_than_ms", filter.older_than.map(|span| Value::from(span.ms)));
    add("newer_than_ms", filter.newer_than.map(|span| Value::from(span.ms)));
    Value::Object(fields)
}

/// The filter as a question takes it.
pub(super) fn query(path: Path, filter: &FilterArgs) -> Path {
    path.with_some("fingerprint", filter.fingerprint.as_deref())
        .with_some("ids", (!filter.id.is_empty()).then(|| filter.id.join(",")))
        .with_some("origin", filter.origin.as_deref())
        .with_some("reason", filter.reason.as_deref())
        .with_some("text", filter.text.as_deref())
        .with_some("header", filter.header.as_deref())
        .with_some("older_than_ms", filter.older_than.map(|span| span.ms))
        .with_some("newer_than_ms", filter.newer_than.map(|span| span.ms))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Span;
    use serde_json::json;

    #[test]
    fn only_what_is_given_is_asked_for() {
        assert_eq!(body(&FilterArgs::default()), json!({}));
        let filter = FilterArgs {
            id: vec!["a".to_owned(), "b".to_owned()],
            reason: Some("rejected".to_owned()),
            older_than: Some(Span { ms: 1000 }),
            ..FilterArgs::default()
        };
        assert_eq!(body(&filter), json!({ "ids": ["a", "b"], "reason": "rejected", "older_than_ms": 1000 }));
        let path = query(Path::queue("q").part("failures"), &filter);
        assert_eq!(path.to_string(), "/v1/queues/q/failures?ids=a%2Cb&reason=rejected&older_than_ms=1000");
    }
}
