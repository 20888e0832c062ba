//! Producers and consumers, which go on over every kill.
//!
//! Invariants: a producer sends a message until it is acknowledged, and only then the next one of its group; a consumer notes a
//! delivery before it deletes it.

use super::client::Client;
use super::ledger::{Ledger, Name};
use std::net::SocketAddr;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::Scope;
use std::time::Duration;

const PRODUCERS: usize = 2;
const CONSUMERS: usize = 2;

/// Groups of each producer.
const GROUPS: usize = 4;

/// Bytes of a message beside its name.
const FILLING_BYTES: usize = 500;

/// What the workers are to do, and where.
#[derive(Debug, Default)]
pub(super) struct Load {
    orders: Mutex<Orders>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Orders {
    /// `None` while no server runs.
    address: Option<SocketAddr>,
    sending_over: bool,
    over: bool,
    /// Producers that have not ended.
    sending: usize,
    /// What went wrong last, for a trial in which nothing goes right.
    trouble: Option<String>,
}

/// Ends the workers when it is dropped.
pub(super) struct EndWhenDropped<'a> {
    load: &'a Load,
}

impl Drop for EndWhenDropped<'_> {
    fn drop(&mut self) {
        self.load.end();
    }
}

impl Load {
    fn orders(&self) -> MutexGuard<'_, Orders> {
        self.orders.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut Orders)) {
        change(&mut self.orders());
        self.changed.notify_all();
    }

    /// Where the server is; `None` while there is none.
    pub(super) fn serve_at(&self, address: Option<SocketAddr>) {
        self.change(|orders| orders.address = address);
    }

    /// Producers end once what they are sending is acknowledged.
    pub(super) fn stop_sending(&self) {
        self.change(|orders| orders.sending_over = true);
    }

    /// Everybody ends.
    pub(super) fn end(&self) {
        self.change(|orders| (orders.sending_over, orders.over) = (true, true));
    }

    pub(super) fn end_when_dropped(&self) -> EndWhenDropped<'_> {
        EndWhenDropped { load: self }
    }

    /// Whether a producer has not ended.
    pub(super) fn is_sending(&self) -> bool {
        self.orders().sending > 0
    }

    /// Lets the workers work for so long.
    pub(super) fn pause(&self, time: Duration) {
        let orders = self.orders();
        let waited = self.changed.wait_timeout_while(orders, time, |orders| !orders.over);
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    }

    /// Starts producers and consumers.
    pub(super) fn start_workers<'scope>(&'scope self, scope: &'scope Scope<'scope, '_>, ledger: &'scope Ledger) {
        self.change(|orders| orders.sending = PRODUCERS);
        for producer in 0..PRODUCERS {
            scope.spawn(move || {
                self.produce(producer, ledger);
                self.change(|orders| orders.sending -= 1);
            });
        }
        for _ in 0..CONSUMERS {
            scope.spawn(move || self.consume(ledger));
        }
    }

    fn produce(&self, producer: usize, ledger: &Ledger) {
        let mut worker = Worker { load: self, client: None };
        for number in 1.. {
            for group in (0..GROUPS).map(|group| producer * GROUPS + group) {
                if self.orders().sending_over {
                    return;
                }
                let body = body_of((group, number));
                let Some(id) = worker.insist(|client| client.send((group, number), &body)) else { return };
                ledger.sent((group, number), &id);
            }
        }
    }

    fn consume(&self, ledger: &Ledger) {
        let mut worker = Worker { load: self, client: None };
        while let Some(received) = worker.insist(Client::receive) {
            for delivery in received {
                let Some(name) = name_of(&delivery.body) else { continue };
                ledger.received(name, &delivery.id);
                if worker.attempt(|client| client.delete(&delivery.handle)) == Some(true) {
                    ledger.deleted(name);
                }
            }
        }
    }

    /// The server's address, when there is one; `None` when everything is over.
    fn wait_for_address(&self, known_dead: Option<SocketAddr>) -> Option<SocketAddr> {
        let idle = |orders: &mut Orders| !orders.over && (orders.address.is_none() || orders.address == known_dead);
        // A server that refuses one connection may take the next.
        let waited = self.changed.wait_timeout_while(self.orders(), Duration::from_millis(100), idle);
        let (orders, _) = waited.unwrap_or_else(PoisonError::into_inner);
        if orders.over { None } else { orders.address }
    }

    /// What went wrong last.
    pub(super) fn trouble(&self) -> String {
        self.orders().trouble.clone().unwrap_or_default()
    }

    fn is_over(&self) -> bool {
        self.orders().over
    }
}

/// A connection that is made anew whenever it breaks.
struct Worker<'a> {
    load: &'a Load,
    client: Option<(SocketAddr, Client)>,
}

impl Worker<'_> {
    /// Tries until there is an answer; `None` when everything is over.
    fn insist<T>(&mut self, mut call: impl FnMut(&mut Client) -> std::io::Result<T>) -> Option<T> {
        let mut dead = None;
        while !self.load.is_over() {
            if self.client.is_none() {
                let Some(address) = self.load.wait_for_address(dead.take()) else { continue };
                self.client = Client::connect(address).ok().map(|client| (address, client));
                dead = Some(address);
            }
            if let Some(answer) = self.attempt(&mut call) {
                return Some(answer);
            }
        }
        None
    }

    /// Tries once, over the connection at hand.
    fn attempt<T>(&mut self, call: impl FnOnce(&mut Client) -> std::io::Result<T>) -> Option<T> {
        let (_, client) = self.client.as_mut()?;
        match call(client) {
            Ok(answer) => Some(answer),
            Err(error) => {
                self.client = None;
                self.load.orders().trouble = Some(error.to_string());
                None
            }
        }
    }
}

fn body_of((group, number): Name) -> String {
    format!("{group} {number} {}", "x".repeat(FILLING_BYTES))
}

fn name_of(body: &str) -> Option<Name> {
    let mut words = body.split(' ');
    Some((words.next()?.parse().ok()?, words.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_names_its_message() {
        assert_eq!(name_of(&body_of((3, 77))), Some((3, 77)));
        assert_eq!(name_of("hello"), None);
    }
}
