//! The three dialects that an answer can be in.

/// How an answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// AWS JSON 1.0: `{"MessageId": …}`.
    Json,
    /// The Query protocol: XML in an envelope with the request id.
    Xml,
    /// The Query protocol where the client accepts `application/json`: the same envelope as JSON.
    QueryJson,
}

impl Style {
    /// The answer's content type.
    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/x-amz-json-1.0",
            Self::Xml => "text/xml",
            Self::QueryJson => "application/json",
        }
    }
}
