//! A redrive as the API shows it: what is moved, how far it came, how it ended.
//!
//! What it is not: the work. [`crate::dead_letters::task`] does it, or the engine where all of a queue goes.

use crate::dead_letters::filter::FilterText;
use broker::{Outcome, RedriveInfo, Trouble};
use schemars::JsonSchema;
use serde::Serialize;
use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;
use vocab::{BootEpoch, QueueId};

/// A redrive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Redrive {
    /// What it is called.
    pub(crate) id: String,
    /// The queue that it empties.
    pub(crate) queue: String,
    /// Where messages go; `null` for the queue that each was buried from.
    pub(crate) target: Option<String>,
    /// Which messages.
    pub(crate) filter: FilterText,
    /// How it is doing.
    pub(crate) state: RedriveState,
    /// How far a redrive with a canary is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) stage: Option<Stage>,
    /// Messages that it found when it began.
    pub(crate) to_move: u64,
    /// Messages moved.
    pub(crate) moved: u64,
    /// Of the canary's messages, those that failed again.
    pub(crate) failed_again: u64,
    /// Messages that could not be moved, and stay.
    pub(crate) kept: u64,
    /// At most so many messages a second.
    pub(crate) per_second: Option<NonZeroU32>,
    /// When it began.
    pub(crate) started_ms: u64,
    /// When it ended.
    pub(crate) ended_ms: Option<u64>,
    /// Why it ended as it did, or why messages stay.
    pub(crate) why: Option<String>,
}

/// How a redrive is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RedriveState {
    /// It goes on.
    Running,
    /// It looked at every message.
    Done,
    /// It stopped by itself: a canary failed again, or the server stopped.
    Stopped,
    /// Somebody stopped it.
    Cancelled,
    /// It could not go on.
    Failed,
}

/// How far a redrive with a canary is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Stage {
    /// One message is tried.
    #[serde(rename = "canary_1")]
    Canary1,
    /// Ten more are tried.
    #[serde(rename = "canary_10")]
    Canary10,
    /// The others follow.
    Rest,
}

/// Names a redrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RedriveName {
    /// One of the engine's: it survives restarts.
    Whole(broker::RedriveId),
    /// One of this process, which is the store's so-and-so-many-th.
    Task {
        /// The process.
        boot: BootEpoch,
        /// Counts up from 1 in it.
        number: u64,
    },
}

/// The text names no redrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NoRedriveName;

impl Redrive {
    /// One of the engine's, as it is.
    pub(crate) fn of(info: &RedriveInfo, queue: &str) -> Self {
        let redrive = &info.redrive;
        let (state, ended_ms) = match redrive.ended {
            None => (RedriveState::Running, None),
            Some((Outcome::Done, at_ms)) => (RedriveState::Done, Some(at_ms)),
            Some((Outcome::Cancelled, at_ms)) => (RedriveState::Cancelled, Some(at_ms)),
            Some((Outcome::TargetGone, at_ms)) => (RedriveState::Failed, Some(at_ms)),
        };
        let target_gone = matches!(redrive.ended, Some((Outcome::TargetGone, _)));
        let gone = target_gone.then(|| "the queue that it moved messages to was deleted".to_owned());
        Self {
            id: RedriveName::Whole(info.id).to_string(),
            queue: queue.to_owned(),
            target: redrive.target.as_ref().map(|target| target.name.clone()),
            filter: FilterText::default(),
            state,
            stage: None,
            to_move: redrive.to_move,
            moved: redrive.moved,
            failed_again: 0,
            kept: redrive.failed,
            per_second: redrive.per_second,
            started_ms: redrive.started_ms,
            ended_ms,
            why: gone.or_else(|| redrive.trouble.map(|trouble| trouble_text(trouble).to_owned())),
        }
    }
}

/// Why a message stays.
fn trouble_text(trouble: Trouble) -> &'static str {
    match trouble {
        Trouble::NoOrigin => "a message was never buried, so there is nowhere to send it back to; name a target",
        Trouble::OriginGone => "the queue that a message was buried from does not exist any more; name a target",
        Trouble::TooLarge => "a message is larger than its target allows",
        Trouble::Unreadable => "a message cannot be read",
    }
}

impl fmt::Display for NoRedriveName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("this is no redrive's id; they look like q12-3 or t7-1")
    }
}

impl fmt::Display for RedriveName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(id) => write!(f, "q{}-{}", id.source, id.number),
            Self::Task { boot, number } => write!(f, "t{boot}-{number}"),
        }
    }
}

impl FromStr for RedriveName {
    type Err = NoRedriveName;

    fn from_str(text: &str) -> Result<Self, NoRedriveName> {
        fn number<T: FromStr>(digits: &str) -> Result<T, NoRedriveName> {
            let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
            digits.parse().ok().filter(|_| is_number).ok_or(NoRedriveName)
        }
        let (first, second) = text.split_once('-').ok_or(NoRedriveName)?;
        if let Some(queue) = first.strip_prefix('q') {
            let id = broker::RedriveId { source: QueueId(number(queue)?), number: number(second)? };
            return Ok(Self::Whole(id));
        }
        let boot = first.strip_prefix('t').ok_or(NoRedriveName)?;
        Ok(Self::Task { boot: BootEpoch(number(boot)?), number: number(second)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back_and_nothing_else_does() {
        let whole = RedriveName::Whole(broker::RedriveId { source: QueueId(12), number: 3 });
        let task = RedriveName::Task { boot: BootEpoch(7), number: 1 };
        assert_eq!((whole.to_string(), task.to_string()), ("q12-3".to_owned(), "t7-1".to_owned()));
        for name in [whole, task] {
            assert_eq!(name.to_string().parse(), Ok(name));
        }
        for text in ["", "q12", "x1-2", "q+1-2", "t1-", "q99999999999-1", "t1-2-3"] {
            assert_eq!(text.parse::<RedriveName>(), Err(NoRedriveName), "{text:?}");
        }
    }
}
