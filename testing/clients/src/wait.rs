//! Waiting for a condition, with a deadline; never for luck.

use std::fmt::Display;
use std::thread;
use std::time::{Duration, Instant};

/// How long anything may take that ought to happen at once: generous, because a test machine can be busy.
pub const SOON: Duration = Duration::from_secs(20);

const PAUSE: Duration = Duration::from_millis(5);

/// Asks `attempt` again and again until it has an answer.
///
/// # Panics
///
/// When there is none within `limit`; `what` says what was waited for.
pub fn until<T>(what: impl Display, limit: Duration, mut attempt: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(answer) = attempt() {
            return answer;
        }
        assert!(start.elapsed() < limit, "waited {limit:?} in vain for {what}");
        thread::sleep(PAUSE);
    }
}
