//! What a canary says: whether those that went ahead are well, so that the others can follow.
//!
//! What it is not: guessing. A message is well when it was acknowledged, and only then; what cannot be known stops the redrive.

/// What became of one message that went ahead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It waits, or is being worked on.
    Open,
    /// It was acknowledged.
    Done,
    /// It failed again; how.
    FailedAgain(String),
    /// It is gone in another way, which says nothing of its consumers; how.
    Left(String),
}

/// What a redrive does next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Look again later.
    Wait,
    /// The next ones follow.
    GoOn,
    /// No more are moved.
    Stop {
        /// How many failed again.
        failed_again: u64,
        /// For the person who asked.
        why: String,
    },
}

/// Judges by the fates of a stage's messages, by their ids, after so much waiting.
pub(crate) fn judge(fates: &[(String, Fate)], waited_ms: u64, wait_ms_max: u64) -> Verdict {
    let failed_again = fates.iter().filter(|(_, fate)| matches!(fate, Fate::FailedAgain(_))).count() as u64;
    let stop = |why| Verdict::Stop { failed_again, why };
    for (id, fate) in fates {
        match fate {
            Fate::FailedAgain(how) => return stop(format!("message {id} failed again: {how}")),
            Fate::Left(how) => return stop(format!("message {id} tells nothing of its consumers: {how}")),
            Fate::Open | Fate::Done => {}
        }
    }
    match fates.iter().find(|(_, fate)| *fate == Fate::Open) {
        None => Verdict::GoOn,
        Some((id, _)) if waited_ms >= wait_ms_max => {
            stop(format!("message {id} was neither acknowledged nor failed within {} s", wait_ms_max / 1000))
        }
        Some(_) => Verdict::Wait,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(fates: &[Fate], waited_ms: u64) -> Verdict {
        let fates: Vec<_> = (1..).zip(fates).map(|(id, fate)| (format!("m{id}"), fate.clone())).collect();
        judge(&fates, waited_ms, 5_000)
    }

    fn stop(failed_again: u64, why: &str) -> Verdict {
        Verdict::Stop { failed_again, why: why.to_owned() }
    }

    #[test]
    fn all_must_be_acknowledged() {
        assert_eq!(judged(&[], 0), Verdict::GoOn);
        assert_eq!(judged(&[Fate::Done, Fate::Done], 9_999), Verdict::GoOn);
        assert_eq!(judged(&[Fate::Done, Fate::Open], 4_999), Verdict::Wait);
    }

    #[test]
    fn one_failure_stops_at_once_and_all_failures_are_counted() {
        let failed = || Fate::FailedAgain("no stock".to_owned());
        assert_eq!(
            judged(&[Fate::Open, failed(), Fate::Done, failed()], 0),
            stop(2, "message m2 failed again: no stock")
        );
    }

    #[test]
    fn what_is_not_known_in_time_stops_too() {
        let why = "message m1 was neither acknowledged nor failed within 5 s";
        assert_eq!(judged(&[Fate::Open, Fate::Done], 5_000), stop(0, why));
        let why = "message m1 tells nothing of its consumers: it was purged";
        assert_eq!(judged(&[Fate::Left("it was purged".to_owned())], 0), stop(0, why));
    }
}
