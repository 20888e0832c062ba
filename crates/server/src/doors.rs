//! A group of doors that are started and stopped together: the protocols' doors are one, the admin door is another, so that
//! it can still tell that the server drains.
//!
//! Invariant: after [`Doors::drain`] no connection of the group is left.

use door::shutdown::{Shutdown, Trigger, pair};
use door::{Connections, Door, Limits, Listener, Tasks, accept, timeout};
use door_admin::DoorFigures;
use std::sync::Arc;
use std::time::Duration;

/// Doors with one stop.
#[derive(Debug)]
pub(crate) struct Doors {
    connections: Connections,
    trigger: Trigger,
    shutdown: Shutdown,
    tasks: Tasks,
}

impl Doors {
    /// No door yet. Their connections will be in this list.
    pub(crate) fn new(connections: Connections) -> Self {
        let (trigger, shutdown) = pair();
        Self { connections, trigger, tasks: Tasks::new(shutdown.clone()), shutdown }
    }

    /// The stop of these doors, for those who want to know of it.
    pub(crate) fn shutdown(&self) -> &Shutdown {
        &self.shutdown
    }

    /// Serves every listener's connections with `door`.
    pub(crate) fn serve<D: Door>(&self, door: &Arc<D>, listeners: Vec<Listener>, connections_max: u64) -> DoorFigures {
        let limits = Limits::new(connections_max);
        let figures = DoorFigures::of(door, &limits, &listeners);
        for listener in listeners {
            self.tasks.spawn(accept::run(
                listener,
                Arc::clone(door),
                limits.clone(),
                self.connections.clone(),
                self.tasks.clone(),
            ));
        }
        figures
    }

    /// Runs `companion` beside the doors until they stop.
    pub(crate) fn accompany(&self, companion: impl Future<Output = ()> + Send + 'static) {
        let stopping = self.shutdown.stopping();
        self.tasks.spawn(async move {
            tokio::select! {
                () = stopping => {}
                () = companion => {}
            }
        });
    }

    /// Accepts nothing more and asks every session to finish.
    pub(crate) fn stop(&self) {
        self.trigger.stop();
    }

    /// Stops, waits for the sessions, and cuts those that are left after `limit`.
    pub(crate) async fn drain(&self, limit: Duration) {
        self.stop();
        if timeout::within(limit, self.tasks.drained()).await.is_err() {
            tracing::warn!(connections = self.tasks.len(), "the time to drain is over, connections are cut");
            self.trigger.abort();
            self.tasks.drained().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use door::{Connection, Tally};
    use tokio::io::AsyncReadExt;
    use tokio::net::TcpStream;

    /// Holds every connection until the stop, or for ever.
    struct Holder {
        polite: bool,
        tally: Arc<Tally>,
    }

    impl Door for Holder {
        fn name(&self) -> &'static str {
            "holder"
        }

        fn refusal(&self) -> &'static [u8] {
            b""
        }

        fn tally(&self) -> &Arc<Tally> {
            &self.tally
        }

        async fn serve(self: Arc<Self>, connection: Connection) {
            connection.shutdown.stopping().await;
            if !self.polite {
                std::future::pending::<()>().await;
            }
        }
    }

    async fn check_that_a_drain_ends_a_connection(polite: bool, limit: Duration) {
        let doors = Doors::new(Connections::default());
        let listener = Listener::open(door::listener::loopback(0)[0]).expect("a free port");
        let address = listener.local();
        let holder = Holder { polite, tally: Arc::new(Tally::new(&[])) };
        let figures = doors.serve(&Arc::new(holder), vec![listener], 10);
        let mut waiting = TcpStream::connect(address).await.expect("it listens");
        while figures.limits.counts().open == 0 {
            tokio::task::yield_now().await;
        }
        doors.drain(limit).await;
        assert_eq!(waiting.read(&mut [0]).await.expect("the end of the connection"), 0);
        assert_eq!(figures.limits.counts().open, 0);
    }

    #[tokio::test]
    async fn a_drain_waits_for_a_session_that_ends_itself() {
        check_that_a_drain_ends_a_connection(true, Duration::from_secs(60)).await;
    }

    #[tokio::test]
    async fn a_drain_cuts_a_session_that_does_not_end() {
        check_that_a_drain_ends_a_connection(false, Duration::ZERO).await;
    }
}
