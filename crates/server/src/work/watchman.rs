//! The clock of those at work: whose time is up is told to stop, and who was told and did not is killed.

use super::crew::Crew;
use super::job::Work;
use crate::cli::Span;
use vocab::clock::Clock;

/// Until everything is over.
pub(super) fn watch(crew: &Crew, work: &Work, grace: Span) {
    let mut state = crew.state();
    while !state.is_over() {
        let now_us = crew.clock().mono_us();
        let next_us = state.running.values_mut().filter_map(|running| running.due(now_us, work.timeout, grace)).min();
        state = crew.wait(state, next_us);
    }
}
