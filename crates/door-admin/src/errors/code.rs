//! Every code, and its status.

use axum::http::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;

/// What programs compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Code {
    /// The request is not understood, or asks for what cannot be.
    BadRequest,
    /// Nobody proved who they are.
    Unauthenticated,
    /// The caller is not allowed to, or the request comes from where none is answered.
    Forbidden,
    /// The queue does not exist.
    NoSuchQueue,
    /// The message does not exist (any more).
    NoSuchMessage,
    /// The redrive does not exist (any more).
    NoSuchRedrive,
    /// There is nothing at this path.
    NotFound,
    /// There is something at this path, but not for this method.
    MethodNotAllowed,
    /// Something of this name exists.
    Exists,
    /// Somebody else changed it first.
    Changed,
    /// The lease has ended.
    NotLeased,
    /// The state of things is another than the request says or needs.
    Conflict,
    /// The body or the message is larger than may be.
    TooLarge,
    /// The queue takes no more, or gives no more out.
    QueueFull,
    /// The server cannot answer for the moment.
    Unavailable,
    /// The disk has no room.
    DiskFull,
    /// A defect, or a store that failed.
    Internal,
}

impl Code {
    /// Every code.
    pub(crate) const ALL: [Self; 17] = [
        Self::BadRequest,
        Self::Unauthenticated,
        Self::Forbidden,
        Self::NoSuchQueue,
        Self::NoSuchMessage,
        Self::NoSuchRedrive,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::Exists,
        Self::Changed,
        Self::NotLeased,
        Self::Conflict,
        Self::TooLarge,
        Self::QueueFull,
        Self::Unavailable,
        Self::DiskFull,
        Self::Internal,
    ];

    /// Its name on the wire.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::BadRequest => "bad_request",
            Self::Unauthenticated => "unauthenticated",
            Self::Forbidden => "forbidden",
            Self::NoSuchQueue => "no_such_queue",
            Self::NoSuchMessage => "no_such_message",
            Self::NoSuchRedrive => "no_such_redrive",
            Self::NotFound => "not_found",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::Exists => "exists",
            Self::Changed => "changed",
            Self::NotLeased => "not_leased",
            Self::Conflict => "conflict",
            Self::TooLarge => "too_large",
            Self::QueueFull => "queue_full",
            Self::Unavailable => "unavailable",
            Self::DiskFull => "disk_full",
            Self::Internal => "internal",
        }
    }

    /// The HTTP status that it comes with.
    pub(crate) fn status(self) -> StatusCode {
        match self {
            Self::BadRequest => StatusCode::BAD_REQUEST,
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NoSuchQueue | Self::NoSuchMessage | Self::NoSuchRedrive | Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Exists | Self::Changed | Self::NotLeased | Self::Conflict => StatusCode::CONFLICT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::QueueFull => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::DiskFull => StatusCode::INSUFFICIENT_STORAGE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_those_that_are_sent_and_every_code_is_listed_once() {
        let mut names: Vec<_> = Code::ALL.into_iter().map(Code::name).collect();
        for (code, name) in Code::ALL.into_iter().zip(&names) {
            assert_eq!(serde_json::to_value(code).expect("a text"), *name);
        }
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Code::Internal as usize + 1);
    }
}
