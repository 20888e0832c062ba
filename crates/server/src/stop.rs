//! The end of the server: why it comes, and how everything is taken apart in reverse.
//!
//! ```text
//!   waiting receives end empty ─→ sessions finish, or are cut ─→ the store is sealed ─→ the admin door closes
//! ```
//!
//! Invariant: the store is sealed only when no session can publish to it any more.

use crate::doors::Doors;
use crate::exit::Failure;
use crate::signals::{Signals, StopSignal};
use broker::{Broker, Unavailable};
use door::timeout;
use longshore::embed::Store;
use std::time::Duration;

/// This part of the time to drain is kept for sealing the store, which is one write and one sync.
const SEAL_SHARE: u32 = 10;

/// However short the time to drain is, a seal on a busy disk gets so long.
const SEAL_MIN: Duration = Duration::from_secs(1);

/// After the journal failed: how long doors may take to say so to their clients.
const FAREWELL: Duration = Duration::from_secs(1);

/// How long the admin door's last answers may take.
const LAST_ANSWERS: Duration = Duration::from_millis(200);

/// Why the server stops.
#[derive(Debug)]
pub(crate) enum Cause {
    /// Somebody asked for it.
    Asked(StopSignal),
    /// The journal failed.
    Failed(Unavailable),
}

/// Waits for a reason to stop.
pub(crate) async fn cause(signals: &mut Signals, broker: &Broker) -> Cause {
    tokio::select! {
        signal = signals.next() => Cause::Asked(signal),
        unavailable = broker.failed() => Cause::Failed(unavailable),
    }
}

/// What is to be taken apart.
#[derive(Debug)]
pub(crate) struct Parts<'a> {
    /// The doors through which messages come and go.
    pub(crate) protocols: &'a Doors,
    /// The door that tells how it stands.
    pub(crate) admin: &'a Doors,
    /// The store behind them.
    pub(crate) store: Store,
}

impl Parts<'_> {
    /// Takes everything apart. A further signal ends the process at once.
    pub(crate) async fn stop(self, cause: Cause, drain: Duration, signals: &mut Signals) -> Result<(), Failure> {
        match cause {
            Cause::Asked(signal) => {
                tracing::info!(signal = signal.name(), drain_s = drain.as_secs(), "stopping");
                tokio::select! {
                    stopped = self.gracefully(drain) => stopped,
                    second = signals.next() => exit_now(second),
                }
            }
            Cause::Failed(unavailable) => {
                self.protocols.drain(FAREWELL.min(drain)).await;
                self.store.abandon();
                Err(Failure::Journal(unavailable))
            }
        }
    }

    async fn gracefully(self, drain: Duration) -> Result<(), Failure> {
        let Self { protocols, admin, store } = self;
        let seal_limit = drain / SEAL_SHARE;
        protocols.stop();
        store.broker().stop_waiting();
        protocols.drain(drain - seal_limit).await;
        let seal_limit = seal_limit.max(SEAL_MIN);
        match timeout::within(seal_limit, store.broker().shut_down()).await {
            Ok(Ok(())) => drop(store),
            Ok(Err(unavailable)) => {
                store.abandon();
                return Err(Failure::Journal(unavailable));
            }
            Err(_too_late) => {
                store.abandon();
                return Err(Failure::NotSealed(seal_limit));
            }
        }
        admin.drain(LAST_ANSWERS).await;
        tracing::info!("stopped, the store is sealed");
        Ok(())
    }
}

fn exit_now(signal: StopSignal) -> ! {
    tracing::warn!(signal = signal.name(), "stopped at once by a second signal; the next start recovers");
    std::process::exit(i32::from(signal.exit_code()))
}
