//! What became of a message that was moved, from what the broker and its history know of it.

use crate::dead_letters::canary::Fate;
use broker::{Broker, Browse, Error, MessageState, Moment, States, Unavailable, What};
use vocab::MessageId;

/// The fate of the message that is `id`.
///
/// # Errors
/// The broker is not available.
pub(crate) async fn fate_of(broker: &Broker, id: MessageId) -> Result<Fate, Unavailable> {
    let here = Browse { queue: id.key.queue, from: id.seq, count: 1, states: States::ALL };
    let page = match broker.browse(here).await {
        Ok(page) => page,
        Err(Error::Refused(_)) => return Ok(Fate::Left("its queue was deleted".to_owned())),
        Err(Error::Unavailable(unavailable)) => return Err(unavailable),
    };
    let live = page.messages.iter().find(|browsed| browsed.seen.id == id);
    if let Some(browsed) = live.filter(|browsed| browsed.seen.state != MessageState::BeingBuried) {
        return Ok(match browsed.seen.failures {
            0 => Fate::Open,
            _ => Fate::FailedAgain(failure(&broker.life(id).await?.moments, id)),
        });
    }
    Ok(ended(&broker.life(id).await?.moments, id))
}

/// The fate of a message that lives no more. Until the history knows of its end, it is open.
fn ended(moments: &[Moment], id: MessageId) -> Fate {
    let own = moments.iter().filter(|moment| moment.id == id);
    let Some(end) = own.rev().find(|moment| moment.what.is_end()) else { return Fate::Open };
    match end.what {
        What::Acked => Fate::Done,
        What::Buried | What::Dropped => Fate::FailedAgain(failure(moments, id)),
        What::Expired => Fate::Left("it expired before anybody was done with it".to_owned()),
        What::Removed => Fate::Left("somebody removed it".to_owned()),
        What::Redriven => Fate::Left("somebody moved it elsewhere".to_owned()),
        What::Published | What::Delivered | What::Released | What::Failed | What::LeaseExpired | What::Rejected => {
            Fate::Open
        }
    }
}

/// How it failed last, in words.
fn failure(moments: &[Moment], id: MessageId) -> String {
    let is_failure = |moment: &&Moment| {
        moment.id == id
            && matches!(moment.what, What::Failed | What::LeaseExpired | What::Rejected | What::Buried | What::Dropped)
    };
    let last = moments.iter().filter(is_failure).rev().min_by_key(|moment| moment.what.is_end());
    let how = match last.map(|moment| moment.what) {
        Some(What::LeaseExpired) => "its lease ended",
        Some(What::Rejected) => "its consumer rejected it",
        Some(What::Buried | What::Dropped) => "it was set aside",
        _ => "its consumer said so",
    };
    match last.and_then(|moment| moment.reason.as_deref()) {
        Some(words) => format!("{how}: {words}"),
        None => how.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dead_letters::specimen::id;

    fn moment(what: What, seq: u64, reason: Option<&str>) -> Moment {
        Moment {
            at_ms: 0,
            id: id(9, seq),
            what,
            door: None,
            consumer: None,
            reason: reason.map(Into::into),
            to: None,
            attempt: None,
        }
    }

    fn check(moments: &[Moment], expected: &Fate) {
        assert_eq!(&ended(moments, id(9, 1)), expected, "{moments:?}");
    }

    #[test]
    fn only_an_acknowledgement_is_well() {
        let published = || moment(What::Published, 1, None);
        check(&[], &Fate::Open);
        check(&[published(), moment(What::Delivered, 1, None)], &Fate::Open);
        check(&[published(), moment(What::Acked, 1, None)], &Fate::Done);
        check(&[published(), moment(What::Acked, 2, None)], &Fate::Open);
        let left = |how: &str| Fate::Left(how.to_owned());
        check(&[published(), moment(What::Expired, 1, None)], &left("it expired before anybody was done with it"));
        check(&[published(), moment(What::Removed, 1, None)], &left("somebody removed it"));
    }

    #[test]
    fn a_failure_is_told_in_its_consumers_words() {
        let moments = [
            moment(What::Failed, 1, Some("no stock")),
            moment(What::Rejected, 1, Some("no customer")),
            moment(What::Buried, 1, Some("rejected")),
        ];
        check(&moments, &Fate::FailedAgain("its consumer rejected it: no customer".to_owned()));
        check(&moments[2..], &Fate::FailedAgain("it was set aside: rejected".to_owned()));
        check(&[moment(What::Dropped, 1, None)], &Fate::FailedAgain("it was set aside".to_owned()));
    }
}
