//! The broker's errors as AMQP tells them. Exhaustive: an error that is added there has to be given its code here.

use super::AmqpError;
use crate::channel::confirms::Verdict;
use crate::wire::ReplyCode;
use broker::{
    BindError, CreateQueueError, CreateRouterError, Error, NoSuchQueue, PublishError, ReceiveError, TransactError,
    Unavailable,
};

/// The broker cannot answer: the connection cannot go on.
pub(crate) fn unavailable(error: &Unavailable) -> AmqpError {
    match error {
        Unavailable::Stopping => AmqpError::new(ReplyCode::ConnectionForced, error.to_string()),
        Unavailable::Poisoned(_) | Unavailable::Damaged(_) => {
            AmqpError::new(ReplyCode::InternalError, error.to_string())
        }
    }
}

/// What a publisher is told of a publish that was refused. A queue that went meanwhile took nothing, as if it had not been bound.
pub(crate) fn publish_verdict(error: PublishError) -> Verdict {
    match error {
        PublishError::NoSuchQueue(_) => Verdict::Taken,
        PublishError::TooLarge { .. }
        | PublishError::BatchTooLarge { .. }
        | PublishError::QueueFull { .. }
        | PublishError::DiskFull => Verdict::Refused,
    }
}

pub(crate) fn create_queue(error: Error<CreateQueueError>, name: &str) -> AmqpError {
    match error {
        Error::Refused(CreateQueueError::Exists(_)) => AmqpError::precondition(format!("queue '{name}' exists")),
        Error::Refused(refusal @ CreateQueueError::Name { .. }) => AmqpError::precondition(refusal.to_string()),
        Error::Refused(refusal @ CreateQueueError::IdsExhausted) => {
            AmqpError::new(ReplyCode::ResourceError, refusal.to_string())
        }
        Error::Unavailable(error) => unavailable(&error),
    }
}

pub(crate) fn create_router(error: Error<CreateRouterError>, name: &str) -> AmqpError {
    match error {
        Error::Refused(CreateRouterError::Exists(_)) => AmqpError::precondition(format!("exchange '{name}' exists")),
        Error::Refused(refusal @ (CreateRouterError::Name { .. } | CreateRouterError::TooMany)) => {
            AmqpError::precondition(refusal.to_string())
        }
        Error::Refused(refusal @ CreateRouterError::IdsExhausted) => {
            AmqpError::new(ReplyCode::ResourceError, refusal.to_string())
        }
        Error::Unavailable(error) => unavailable(&error),
    }
}

pub(crate) fn bind(error: Error<BindError>, exchange: &str, vhost: &str) -> AmqpError {
    match error {
        Error::Refused(BindError::NoSuchRouter(_)) => AmqpError::no_exchange(exchange, vhost),
        Error::Refused(refusal @ BindError::NoSuchQueue(_)) => AmqpError::new(ReplyCode::NotFound, refusal.to_string()),
        Error::Refused(refusal @ (BindError::Key { .. } | BindError::TooLarge { .. } | BindError::TooMany)) => {
            AmqpError::precondition(refusal.to_string())
        }
        Error::Unavailable(error) => unavailable(&error),
    }
}

/// The queue went while it was asked.
pub(crate) fn gone(error: Error<NoSuchQueue>, name: &str, vhost: &str) -> AmqpError {
    match error {
        Error::Refused(NoSuchQueue(_)) => AmqpError::no_queue(name, vhost),
        Error::Unavailable(error) => unavailable(&error),
    }
}

pub(crate) fn receive(error: Error<ReceiveError>, name: &str, vhost: &str) -> AmqpError {
    match error {
        Error::Refused(ReceiveError::NoSuchQueue(_)) => AmqpError::no_queue(name, vhost),
        Error::Refused(refusal @ ReceiveError::TooManyLeases { .. }) => AmqpError::precondition(refusal.to_string()),
        Error::Unavailable(error) => unavailable(&error),
    }
}

/// A transaction of which nothing happened.
pub(crate) fn transact(error: Error<TransactError>) -> AmqpError {
    match error {
        Error::Refused(refusal @ (TransactError::Refused { .. } | TransactError::TooLarge { .. })) => {
            AmqpError::precondition(refusal.to_string())
        }
        Error::Unavailable(error) => unavailable(&error),
    }
}
