//! Of a batch all messages exist or none.

use super::durable::certain;
use super::ledger::{Census, Ledger};
use super::loss::accounted;
use super::violation::Violation;
use crate::history::{Call, Sent};

/// Once one message of a batch was seen, every other must be accounted for in every later census.
pub fn check(ledger: &Ledger<'_>) -> Result<(), Violation> {
    for op in &ledger.ops {
        let Call::Publish { queue, sent } = op.call else { continue };
        if sent.len() < 2 {
            continue;
        }
        let told = sent.iter().filter_map(|sent| ledger.told_to_exist(ledger.messages.get(&sent.uid)?)).min();
        let Some(told) = told else { continue };
        for census in ledger.censuses.iter().filter(|census| census.begins > told) {
            if certain(ledger, told, ledger.is_weak(*queue), census.begins) {
                whole(ledger, sent, census, [op.called, told, census.begins])?;
            }
        }
    }
    Ok(())
}

fn whole(ledger: &Ledger<'_>, sent: &[Sent], census: &Census, events: [usize; 3]) -> Result<(), Violation> {
    for sent in sent {
        let message = &ledger.messages[&sent.uid];
        if !accounted(ledger, sent.uid, message, census) {
            let what = format!("m{} is missing from a batch of which another message exists", sent.uid);
            return Err(Violation::new(what, events));
        }
    }
    Ok(())
}
