//! Judges a history: whatever the broker promised, the answers must keep.
//!
//! What it is not: part of the product, or in the know about it. It reads what clients were told and nothing else.
//! [`ledger`] sorts a history by message, queue and lease once; then every rule is a function over the ledger, in a file
//! of its own, near-linear because every message carries a number of its own.
//!
//! | file | rule |
//! |---|---|
//! | [`answers`] | an answer fits its question: as many verdicts as settlements, no more messages than asked for |
//! | [`loss`] | what was published is there until it was acknowledged, expired, purged, moved or dropped |
//! | [`ghosts`] | nothing is handed out that was not sent there, and nothing comes back after its end |
//! | [`dedup`] | within the window a repeat is not stored and is told the first one's id; at its end it is stored |
//! | [`batches`] | of a batch all messages exist or none |
//! | [`identity`] | a message id is given once, and ids grow, whatever crashes |
//! | [`leases`] | a message has one live lease, and only its newest lease can end it |
//! | [`lanes`] | messages of a lane are handed out in order, one lot at a time, and buried in order |
//! | [`priorities`] | of what is ready the highest priority is handed out first |
//! | [`lengths`] | no queue is longer than it may be, and drops the lowest and oldest, no more than it must |
//! | [`attempts`] | the count of deliveries grows with every lease |
//! | [`times`] | nothing is handed out before it is due or after it expired |
//! | [`burial`] | a buried message is in its dead-letter queue, once, for the reason given, and in time |
//! | [`redrives`] | redrives count what they moved, keep their rate, go on over crashes and end |
//! | [`hands`] | what an operator deleted or moved stays away from its place, a lease that one ended is over, counts are kept |
//! | [`pauses`] | a paused queue hands nothing out |
//! | [`counts`] | counts equal what is there, and totals that were told never shrink |
//! | [`transactions`] | of a transaction everything happened or nothing |
//! | [`routers`] | routers and bindings exist from their making to their end |
//! | [`catalog`] | queues exist from their creation to their deletion, with the settings they were given |

pub mod answers;
pub mod attempts;
pub mod batches;
pub mod burial;
pub mod catalog;
pub mod counts;
pub mod dedup;
pub mod durable;
pub mod ghosts;
pub mod hands;
pub mod identity;
pub mod lanes;
pub mod leases;
pub mod ledger;
pub mod lengths;
pub mod loss;
pub mod pauses;
pub mod priorities;
pub mod redrives;
pub mod routers;
#[cfg(test)]
mod tests;
pub mod times;
pub mod transactions;
pub mod violation;

use crate::history::History;
use ledger::Ledger;
pub use violation::Violation;

/// A rule: a name and the function that judges.
type Rule = (&'static str, fn(&Ledger<'_>) -> Result<(), Violation>);

const RULES: [Rule; 20] = [
    ("answers", answers::check),
    ("loss", loss::check),
    ("ghosts", ghosts::check),
    ("dedup", dedup::check),
    ("batches", batches::check),
    ("identity", identity::check),
    ("leases", leases::check),
    ("lanes", lanes::check),
    ("priorities", priorities::check),
    ("lengths", lengths::check),
    ("attempts", attempts::check),
    ("times", times::check),
    ("burial", burial::check),
    ("redrives", redrives::check),
    ("hands", hands::check),
    ("pauses", pauses::check),
    ("counts", counts::check),
    ("transactions", transactions::check),
    ("routers", routers::check),
    ("catalog", catalog::check),
];

/// Judges a history by all rules.
///
/// # Errors
/// The first rule that was broken, with the events that show it.
pub fn check(history: &History) -> Result<(), Violation> {
    let ledger = Ledger::of(history);
    RULES.iter().try_for_each(|(name, rule)| rule(&ledger).map_err(|violation| violation.of_rule(name)))
}
