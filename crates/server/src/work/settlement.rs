//! What becomes of a message: the rules, and nothing else.
//!
//! ```text
//!   ending                              settlement
//!   exit 0, 2xx                         ack
//!   exit 65, 4xx but 408 and 429        bury
//!   exit 69                             release, after a moment
//!   told to stop, and not done          release
//!   its lease was another's             nothing: it is not ours any more
//!   anything else                       fail with backoff; bury once its retries are used up
//! ```
//!
//! Invariant: only what says that it is done is acknowledged.

use serde_json::{Value, json};

/// `sysexits.h`: the message is bad; not now.
const EX_DATAERR: i32 = 65;
const EX_UNAVAILABLE: i32 = 69;

/// How a job ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// The command ended by itself.
    Exited(i32),
    /// A signal ended it.
    Killed(i32),
    /// The URL answered.
    Answered {
        /// The HTTP status.
        status: u16,
        /// What `Retry-After` asks for.
        retry_after_ms: Option<u64>,
    },
    /// It could not be begun, or brought no answer.
    Broken(String),
}

/// What the job was told while it ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// To stop, because the worker stops.
    Stop,
    /// To stop, because its message is not ours any more.
    Lost,
    /// To stop, because it took too long.
    TimeUp,
}

/// What becomes of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Settlement {
    /// It is done.
    Ack,
    /// It goes back, and that is no failure.
    Release { delay_ms: u64 },
    /// It failed, and comes back later.
    Fail { delay_ms: u64, reason: String },
    /// It is set aside.
    Bury { reason: String },
}

/// What is known about the message's earlier tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tries {
    /// How often it failed before.
    pub(super) failures: u32,
    /// How often it may be tried again; `None` leaves that to the queue.
    pub(super) retries_max: Option<u32>,
    /// How long it would wait before the next one.
    pub(super) backoff_ms: u64,
}

/// The settlement of a job; `None` where the message is not ours to settle. `reason` tells a failure in words.
pub(super) fn of(
    ending: &Ending,
    told: Option<Told>,
    tries: Tries,
    reason: impl FnOnce(&str) -> String,
) -> Option<Settlement> {
    if told == Some(Told::Lost) {
        return None;
    }
    let (happened, backoff_ms) = match ending {
        Ending::Exited(0) | Ending::Answered { status: 200..=299, .. } => return Some(Settlement::Ack),
        Ending::Exited(EX_DATAERR) => return Some(Settlement::Bury { reason: reason("exit code 65") }),
        Ending::Answered { status: status @ (400..=407 | 409..=428 | 430..=499), .. } => {
            return Some(Settlement::Bury { reason: reason(&format!("status {status}")) });
        }
        _ if told == Some(Told::Stop) => return Some(Settlement::Release { delay_ms: 0 }),
        // Given back at once it would be delivered at once, again and again.
        Ending::Exited(EX_UNAVAILABLE) => return Some(Settlement::Release { delay_ms: tries.backoff_ms }),
        _ if told == Some(Told::TimeUp) => ("it took too long".to_owned(), tries.backoff_ms),
        Ending::Exited(code) => (format!("exit code {code}"), tries.backoff_ms),
        Ending::Killed(signal) => (format!("killed by signal {signal}"), tries.backoff_ms),
        Ending::Answered { status, retry_after_ms } => {
            (format!("status {status}"), retry_after_ms.unwrap_or(tries.backoff_ms))
        }
        Ending::Broken(why) => (why.clone(), tries.backoff_ms),
    };
    let reason = reason(&happened);
    Some(match tries.retries_max.is_some_and(|retries_max| tries.failures >= retries_max) {
        true => Settlement::Bury { reason },
        false => Settlement::Fail { delay_ms: backoff_ms, reason },
    })
}

impl Settlement {
    /// As the admin API takes it.
    pub(super) fn to_json(&self, token: &str) -> Value {
        match self {
            Self::Ack => json!({ "token": token, "how": "ack" }),
            Self::Release { delay_ms } => json!({ "token": token, "how": "release", "delay_ms": delay_ms }),
            Self::Fail { delay_ms, reason } => {
                json!({ "token": token, "how": "fail", "delay_ms": delay_ms, "reason": reason })
            }
            Self::Bury { reason } => json!({ "token": token, "how": "bury", "reason": reason }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settled(ending: &Ending, told: Option<Told>, failures: u32, retries_max: Option<u32>) -> Option<Settlement> {
        let tries = Tries { failures, retries_max, backoff_ms: 7 };
        of(ending, told, tries, str::to_owned)
    }

    fn fail(delay_ms: u64, reason: &str) -> Option<Settlement> {
        Some(Settlement::Fail { delay_ms, reason: reason.to_owned() })
    }

    fn bury(reason: &str) -> Option<Settlement> {
        Some(Settlement::Bury { reason: reason.to_owned() })
    }

    #[test]
    fn the_exit_code_decides() {
        let of = |code| settled(&Ending::Exited(code), None, 0, None);
        assert_eq!(of(0), Some(Settlement::Ack));
        assert_eq!(of(65), bury("exit code 65"));
        assert_eq!(of(69), Some(Settlement::Release { delay_ms: 7 }));
        assert_eq!(of(75), fail(7, "exit code 75"));
        assert_eq!(of(1), fail(7, "exit code 1"));
        assert_eq!(settled(&Ending::Killed(9), None, 0, None), fail(7, "killed by signal 9"));
    }

    #[test]
    fn the_status_decides() {
        let of = |status, retry_after_ms| settled(&Ending::Answered { status, retry_after_ms }, None, 0, None);
        assert_eq!(of(204, None), Some(Settlement::Ack));
        for status in [400, 404, 409, 422, 499] {
            assert_eq!(of(status, None), bury(&format!("status {status}")));
        }
        for status in [408, 429, 500, 503, 302] {
            assert_eq!(of(status, None), fail(7, &format!("status {status}")));
        }
        assert_eq!(of(503, Some(120_000)), fail(120_000, "status 503"));
        assert_eq!(settled(&Ending::Broken("refused".to_owned()), None, 0, None), fail(7, "refused"));
    }

    #[test]
    fn what_we_stopped_is_no_failure_unless_it_took_too_long() {
        for ending in [Ending::Killed(15), Ending::Exited(143), Ending::Exited(1), Ending::Broken("cut".to_owned())] {
            assert_eq!(settled(&ending, Some(Told::Stop), 9, Some(0)), Some(Settlement::Release { delay_ms: 0 }));
            assert_eq!(settled(&ending, Some(Told::Lost), 0, None), None);
        }
        assert_eq!(settled(&Ending::Exited(0), Some(Told::Stop), 0, None), Some(Settlement::Ack));
        assert_eq!(settled(&Ending::Exited(65), Some(Told::Stop), 0, None), bury("exit code 65"));
        assert_eq!(settled(&Ending::Killed(15), Some(Told::TimeUp), 0, None), fail(7, "it took too long"));
    }

    #[test]
    fn retries_end() {
        let of = |failures| settled(&Ending::Exited(1), None, failures, Some(2));
        assert_eq!([of(0), of(1), of(2)], [fail(7, "exit code 1"), fail(7, "exit code 1"), bury("exit code 1")]);
    }
}
