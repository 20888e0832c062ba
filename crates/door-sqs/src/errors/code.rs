//! The table of errors: names in both protocols, HTTP status, whose fault.
//!
//! Sources: the error traits of AWS's public SQS model (`awsQueryError`, `httpError`); for the errors that every AWS service
//! has, the common-errors page of the SQS API reference and the names that its JSON protocol really sends.

use hyper::StatusCode;

const SQS: &str = "com.amazonaws.sqs#";
const CORAL: &str = "com.amazon.coral.service#";

/// Which error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are AWS's")]
pub enum Code {
    BatchEntryIdsNotDistinct,
    BatchRequestTooLong,
    EmptyBatchRequest,
    InvalidAddress,
    InvalidAttributeName,
    InvalidAttributeValue,
    InvalidBatchEntryId,
    InvalidMessageContents,
    MessageNotInflight,
    OverLimit,
    PurgeQueueInProgress,
    QueueDeletedRecently,
    QueueDoesNotExist,
    QueueNameExists,
    ReceiptHandleIsInvalid,
    ResourceNotFoundException,
    TooManyEntriesInBatchRequest,
    UnsupportedOperation,
    AccessDenied,
    InternalFailure,
    InvalidAction,
    InvalidParameterValue,
    MalformedInput,
    MissingParameter,
    RequestTooLarge,
    ServiceUnavailable,
    IncompleteSignature,
    InvalidClientTokenId,
    MissingAuthenticationToken,
    RequestExpired,
    SignatureDoesNotMatch,
}

/// One row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// The JSON protocol's namespace, with its `#`.
    pub namespace: &'static str,
    /// The JSON protocol's name.
    pub shape: &'static str,
    /// The Query protocol's name; also in the header `x-amzn-query-error` and in failed batch entries.
    pub query: &'static str,
    /// The HTTP status of both.
    pub status: StatusCode,
}

impl Row {
    /// Whose fault: `Sender` for statuses below 500, else `Receiver`.
    #[must_use]
    pub fn fault(&self) -> &'static str {
        if self.status.is_server_error() { "Receiver" } else { "Sender" }
    }
}

impl Code {
    /// Every error, for tables and tests.
    pub const ALL: &'static [Self] = &[
        Self::BatchEntryIdsNotDistinct,
        Self::BatchRequestTooLong,
        Self::EmptyBatchRequest,
        Self::InvalidAddress,
        Self::InvalidAttributeName,
        Self::InvalidAttributeValue,
        Self::InvalidBatchEntryId,
        Self::InvalidMessageContents,
        Self::MessageNotInflight,
        Self::OverLimit,
        Self::PurgeQueueInProgress,
        Self::QueueDeletedRecently,
        Self::QueueDoesNotExist,
        Self::QueueNameExists,
        Self::ReceiptHandleIsInvalid,
        Self::ResourceNotFoundException,
        Self::TooManyEntriesInBatchRequest,
        Self::UnsupportedOperation,
        Self::AccessDenied,
        Self::InternalFailure,
        Self::InvalidAction,
        Self::InvalidParameterValue,
        Self::MalformedInput,
        Self::MissingParameter,
        Self::RequestTooLarge,
        Self::ServiceUnavailable,
        Self::IncompleteSignature,
        Self::InvalidClientTokenId,
        Self::MissingAuthenticationToken,
        Self::RequestExpired,
        Self::SignatureDoesNotMatch,
    ];

    /// Its row.
    #[must_use]
    pub fn row(self) -> Row {
        let (namespace, shape, query, status) = self.columns();
        let status = StatusCode::from_u16(status).expect("the table holds valid statuses");
        Row { namespace, shape, query, status }
    }

    #[rustfmt::skip] // a table is read by its columns
    fn columns(self) -> (&'static str, &'static str, &'static str, u16) {
        match self {
            Self::BatchEntryIdsNotDistinct => (SQS, "BatchEntryIdsNotDistinct", "AWS.SimpleQueueService.BatchEntryIdsNotDistinct", 400),
            Self::BatchRequestTooLong => (SQS, "BatchRequestTooLong", "AWS.SimpleQueueService.BatchRequestTooLong", 400),
            Self::EmptyBatchRequest => (SQS, "EmptyBatchRequest", "AWS.SimpleQueueService.EmptyBatchRequest", 400),
            Self::InvalidAddress => (SQS, "InvalidAddress", "InvalidAddress", 404),
            Self::InvalidAttributeName => (SQS, "InvalidAttributeName", "InvalidAttributeName", 400),
            Self::InvalidAttributeValue => (SQS, "InvalidAttributeValue", "InvalidAttributeValue", 400),
            Self::InvalidBatchEntryId => (SQS, "InvalidBatchEntryId", "AWS.SimpleQueueService.InvalidBatchEntryId", 400),
            Self::InvalidMessageContents => (SQS, "InvalidMessageContents", "InvalidMessageContents", 400),
            Self::MessageNotInflight => (SQS, "MessageNotInflight", "AWS.SimpleQueueService.MessageNotInflight", 400),
            Self::OverLimit => (SQS, "OverLimit", "OverLimit", 403),
            Self::PurgeQueueInProgress => (SQS, "PurgeQueueInProgress", "AWS.SimpleQueueService.PurgeQueueInProgress", 403),
            Self::QueueDeletedRecently => (SQS, "QueueDeletedRecently", "AWS.SimpleQueueService.QueueDeletedRecently", 400),
            Self::QueueDoesNotExist => (SQS, "QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue", 400),
            Self::QueueNameExists => (SQS, "QueueNameExists", "QueueAlreadyExists", 400),
            Self::ReceiptHandleIsInvalid => (SQS, "ReceiptHandleIsInvalid", "ReceiptHandleIsInvalid", 404),
            Self::ResourceNotFoundException => (SQS, "ResourceNotFoundException", "ResourceNotFoundException", 404),
            Self::TooManyEntriesInBatchRequest => (SQS, "TooManyEntriesInBatchRequest", "AWS.SimpleQueueService.TooManyEntriesInBatchRequest", 400),
            Self::UnsupportedOperation => (SQS, "UnsupportedOperation", "AWS.SimpleQueueService.UnsupportedOperation", 400),
            Self::AccessDenied => (CORAL, "AccessDeniedException", "AccessDenied", 403),
            Self::InternalFailure => (CORAL, "InternalFailure", "InternalFailure", 500),
            Self::InvalidAction => (CORAL, "UnknownOperationException", "InvalidAction", 400),
            Self::InvalidParameterValue => (CORAL, "InvalidParameterValueException", "InvalidParameterValue", 400),
            Self::MalformedInput => (CORAL, "SerializationException", "MalformedInput", 400),
            Self::MissingParameter => (CORAL, "MissingRequiredParameterException", "MissingParameter", 400),
            Self::RequestTooLarge => (CORAL, "RequestEntityTooLargeException", "RequestEntityTooLarge", 413),
            Self::ServiceUnavailable => (CORAL, "ServiceUnavailableException", "ServiceUnavailable", 503),
            Self::IncompleteSignature => (CORAL, "IncompleteSignatureException", "IncompleteSignature", 403),
            Self::InvalidClientTokenId => (CORAL, "UnrecognizedClientException", "InvalidClientTokenId", 403),
            Self::MissingAuthenticationToken => (CORAL, "MissingAuthenticationTokenException", "MissingAuthenticationToken", 403),
            Self::RequestExpired => (CORAL, "RequestExpiredException", "RequestExpired", 400),
            Self::SignatureDoesNotMatch => (CORAL, "InvalidSignatureException", "SignatureDoesNotMatch", 403),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_unique_in_each_protocol() {
        let shapes: BTreeSet<_> = Code::ALL.iter().map(|code| code.row().shape).collect();
        let queries: BTreeSet<_> = Code::ALL.iter().map(|code| code.row().query).collect();
        assert_eq!((shapes.len(), queries.len()), (Code::ALL.len(), Code::ALL.len()));
    }

    #[test]
    fn the_fault_follows_the_status() {
        for code in Code::ALL {
            let row = code.row();
            assert_eq!(row.fault() == "Receiver", row.status.as_u16() >= 500, "{code:?}");
        }
    }
}
