//! What the worker says of itself, on standard error, a line at a time.

use super::crew::Crew;
use crate::operate::{counted, number};
use std::sync::atomic::Ordering;

/// One line.
pub(super) fn say(text: &str) {
    eprintln!("work: {text}");
}

/// How it goes.
pub(super) fn line(crew: &Crew, ready: u64, waiting_ms: u64) {
    let (busy, _) = crew.figures();
    say(&format!(
        "{busy} of {} busy; {}; {} ready, the oldest message {} s old",
        counted(crew.size() as u64, "worker"),
        counts(crew),
        number(ready),
        waiting_ms / 1000
    ));
}

/// How it went.
pub(super) fn last(crew: &Crew) {
    say(&format!("ended; {}", counts(crew)));
}

fn counts(crew: &Crew) -> String {
    let counts = &crew.counts;
    let of = |count: &std::sync::atomic::AtomicU64| number(count.load(Ordering::Relaxed));
    let lost = match counts.lost.load(Ordering::Relaxed) {
        0 => String::new(),
        lost => format!(", {} lost to others", number(lost)),
    };
    format!(
        "{} done, {} failed, {} set aside, {} given back{lost}",
        of(&counts.done),
        of(&counts.failed),
        of(&counts.buried),
        of(&counts.released)
    )
}
