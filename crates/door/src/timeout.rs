//! The seam for `tokio::time`: how long a door waits for a peer.
//!
//! What it is not: message timers (leases, delays, long polls); those are the engine's and live in log time.

use std::future::Future;
use std::time::Duration;

/// The time was up first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not done within {0:?}")]
pub struct TooLate(pub Duration);

/// Lets `duration` pass.
pub async fn pause(duration: Duration) {
    #[expect(clippy::disallowed_methods, reason = "this is the seam")]
    tokio::time::sleep(duration).await;
}

/// The outcome of `future`, if it comes within `duration`.
///
/// # Errors
/// [`TooLate`] when it does not; the future is dropped then.
pub async fn within<F: Future>(duration: Duration, future: F) -> Result<F::Output, TooLate> {
    tokio::time::timeout(duration, future).await.map_err(|_elapsed| TooLate(duration))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::{pending, ready};

    #[tokio::test]
    async fn what_is_ready_is_never_too_late() {
        assert_eq!(within(Duration::ZERO, ready(7)).await, Ok(7));
    }

    #[tokio::test]
    async fn what_never_comes_is_too_late() {
        let limit = Duration::from_millis(1);
        assert_eq!(within(limit, pending::<()>()).await, Err(TooLate(limit)));
    }
}
