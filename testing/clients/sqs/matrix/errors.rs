//! What an error looks like on the wire. Source: the traits `awsQueryError` and `httpError` of SQS's public model.

/// An error's three faces.
pub(super) struct Expected {
    /// `__type` of the JSON protocol.
    pub shape: String,
    /// The Query protocol's code, in the JSON protocol's header too.
    pub code: String,
    /// The HTTP status of both.
    pub status: u16,
}

/// The faces of the error with this shape; of the model's errors, and of those that every AWS service has.
pub(super) fn expected(error: &str) -> Expected {
    let (shape, code, status) = match error {
        "MissingParameter" => ("com.amazon.coral.service#MissingRequiredParameterException", "MissingParameter", 400),
        "InvalidParameterValue" => {
            ("com.amazon.coral.service#InvalidParameterValueException", "InvalidParameterValue", 400)
        }
        "QueueDoesNotExist" => ("", "AWS.SimpleQueueService.NonExistentQueue", 400),
        "QueueNameExists" => ("", "QueueAlreadyExists", 400),
        "PurgeQueueInProgress" => ("", "AWS.SimpleQueueService.PurgeQueueInProgress", 403),
        "InvalidAddress" | "ReceiptHandleIsInvalid" => ("", error, 404),
        "ResourceNotFoundException" => ("", error, 404),
        "OverLimit" => ("", error, 403),
        "InvalidAttributeName" | "InvalidAttributeValue" | "InvalidMessageContents" => ("", error, 400),
        _ => ("", "", 400),
    };
    let or = |named: &str, otherwise: String| if named.is_empty() { otherwise } else { named.to_owned() };
    Expected {
        shape: or(shape, format!("com.amazonaws.sqs#{error}")),
        code: or(code, format!("AWS.SimpleQueueService.{error}")),
        status,
    }
}
