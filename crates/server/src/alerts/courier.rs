//! Brings one alert's notices to its webhook, in order, and tries again where that is worth it.
//!
//! Invariants: it holds a bounded number of notices; one that is given up is logged with what it would have said.

use super::notice::Notice;
use super::webhook::{Outcome, Webhook};
use door::timeout;
use std::time::Duration;
use tokio::sync::mpsc::{self, Receiver, Sender};

/// Notices that wait for one webhook at most.
const WAITING_MAX: usize = 256;

/// Tries of one notice: with the pauses between them a quarter of an hour.
const TRIES_MAX: u32 = 18;

/// The pause after the first try; each is twice the one before, up to the longest.
const PAUSE_MIN: Duration = Duration::from_secs(1);
const PAUSE_MAX: Duration = Duration::from_secs(60);

/// Where notices are handed over.
#[derive(Clone, Debug)]
pub(super) struct Desk(Sender<Notice>);

impl Desk {
    /// Takes a notice, and never waits.
    pub(super) fn hand_over(&self, notice: Notice) {
        if let Err(error) = self.0.try_send(notice) {
            let notice = error.into_inner();
            tracing::warn!(
                alert = notice.alert,
                told = notice.text,
                "too much waits for its webhook: this is not told"
            );
        }
    }
}

/// A desk, and the work behind it, which is done for as long as the desk is there.
pub(super) fn courier(webhook: Webhook) -> (Desk, impl Future<Output = ()> + Send + 'static) {
    let (sender, receiver) = mpsc::channel(WAITING_MAX);
    (Desk(sender), bring(webhook, receiver))
}

async fn bring(webhook: Webhook, mut notices: Receiver<Notice>) {
    while let Some(notice) = notices.recv().await {
        match bring_one(&webhook, &notice).await {
            Ok(()) => tracing::info!(alert = notice.alert, told = notice.text, "its webhook was told"),
            Err(reason) => tracing::warn!(alert = notice.alert, told = notice.text, reason, "its webhook was not told"),
        }
    }
}

/// Why it was given up, if it was.
async fn bring_one(webhook: &Webhook, notice: &Notice) -> Result<(), String> {
    let mut tries = 0;
    loop {
        let (webhook, notice) = (webhook.clone(), notice.clone());
        // A runtime that is ending runs nothing any more.
        let told = tokio::task::spawn_blocking(move || webhook.tell(&notice)).await;
        let reason = match told.map_err(|_| "the server is stopping".to_owned())? {
            Outcome::Taken => return Ok(()),
            Outcome::Never(reason) => return Err(reason),
            Outcome::NotNow(reason) => reason,
        };
        tries += 1;
        if tries == TRIES_MAX {
            return Err(reason);
        }
        timeout::pause(pause_after(tries)).await;
    }
}

fn pause_after(tries: u32) -> Duration {
    PAUSE_MIN.saturating_mul(2_u32.saturating_pow(tries - 1)).min(PAUSE_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_a_minute_and_are_a_quarter_of_an_hour_together() {
        assert_eq!([1, 2, 3, 6, 7, 40].map(pause_after).map(|pause| pause.as_secs()), [1, 2, 4, 32, 60, 60]);
        let all: Duration = (1..TRIES_MAX).map(pause_after).sum();
        assert!((600..1000).contains(&all.as_secs()), "{all:?}");
    }
}
