//! How far a tool is: a bar where a person looks, nothing elsewhere.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{IsTerminal, stderr};

/// Between two pictures of the bar, per second.
const PICTURES_PER_SECOND: u8 = 10;

/// A bar that is gone when this is dropped.
pub(crate) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// Counts bytes, under a verb: `verifying`.
    pub(crate) fn of_bytes(verb: &'static str) -> Self {
        Self::with(&format!("{verb} {{wide_bar}} {{bytes}}/{{total_bytes}} {{eta}} left"))
    }

    /// Counts messages, under a verb: `sending`.
    pub(crate) fn of_messages(verb: &'static str) -> Self {
        Self::with(&format!("{verb} {{wide_bar}} {{human_pos}}/{{human_len}} messages, {{per_sec}} {{msg}}"))
    }

    /// Counts seconds, under a verb: `proving`.
    pub(crate) fn of_seconds(verb: &'static str) -> Self {
        Self::with(&format!("{verb} {{wide_bar}} {{pos}}/{{len}} s {{msg}}"))
    }

    /// What is going on.
    pub(crate) fn say(&self, what: String) {
        self.bar.set_message(what);
    }

    fn with(template: &str) -> Self {
        let target = if stderr().is_terminal() {
            ProgressDrawTarget::stderr_with_hz(PICTURES_PER_SECOND)
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(Some(0), target);
        bar.set_style(ProgressStyle::with_template(template).expect("the templates are well-formed"));
        Self { bar }
    }

    /// So much is done of so much.
    pub(crate) fn show(&self, done: u64, all: u64) {
        self.bar.set_length(all);
        self.bar.set_position(done);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
