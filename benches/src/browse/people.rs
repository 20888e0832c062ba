//! Two people at the admin API: one who turns pages, one who searches. A thread and a connection each.
//!
//! Invariants: a page that is refused ends the bench; both stop within an answer of being told to.

use crate::load::Load;
use crate::store::rest::pass;
use anyhow::{Context, Result};
use bytes::Bytes;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::Value;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// From one page to the next: faster than anybody reads.
const PAGE_EVERY: Duration = Duration::from_millis(200);

/// Messages of a page.
const PAGE: u64 = 50;

/// Bodies are noise: this is in none of them.
const TEXT: &str = "a%20text%20that%20is%20in%20no%20message";

/// People at work.
pub struct People {
    stop: Arc<AtomicBool>,
    turning: JoinHandle<Result<f64>>,
    searching: JoinHandle<Result<f64>>,
}

/// What they saw.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen {
    /// Pages turned in a second.
    pub pages_per_second: f64,
    /// Messages searched in a second.
    pub searched_per_second: f64,
}

impl People {
    /// Lets them begin on a queue that holds places up to `end`.
    pub fn start(admin: SocketAddr, queue: &'static str, end: u64) -> Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let (turner, searcher) = (Person::new(admin, queue, &stop)?, Person::new(admin, queue, &stop)?);
        let turning = std::thread::spawn(move || turner.turn_pages(end));
        let searching = std::thread::spawn(move || searcher.search(end));
        Ok(Self { stop, turning, searching })
    }

    /// Ends them, and says what they saw.
    pub fn stop(self) -> Result<Seen> {
        self.stop.store(true, Ordering::Relaxed);
        let ended = |person: JoinHandle<Result<f64>>| person.join().expect("a person does not panic");
        Ok(Seen { pages_per_second: ended(self.turning)?, searched_per_second: ended(self.searching)? })
    }
}

struct Person {
    load: Load,
    admin: SocketAddr,
    queue: &'static str,
    stop: Arc<AtomicBool>,
}

impl Person {
    fn new(admin: SocketAddr, queue: &'static str, stop: &Arc<AtomicBool>) -> Result<Self> {
        Ok(Self { load: Load::connect(admin, 1)?, admin, queue, stop: stop.clone() })
    }

    /// Pages in a second.
    fn turn_pages(mut self, end: u64) -> Result<f64> {
        let mut dice = ChaCha8Rng::seed_from_u64(7);
        let (begin, mut pages) = (Instant::now(), 0);
        while !self.stop.load(Ordering::Relaxed) {
            let asked = Instant::now();
            self.look(&format!("from={}&limit={PAGE}", dice.random_range(0..end)))?;
            pages += 1;
            pass(PAGE_EVERY.saturating_sub(asked.elapsed()));
        }
        Ok(f64::from(pages) / begin.elapsed().as_secs_f64())
    }

    /// Messages in a second.
    fn search(mut self, end: u64) -> Result<f64> {
        let (begin, mut from, mut searched) = (Instant::now(), end / 2, 0);
        while !self.stop.load(Ordering::Relaxed) {
            let page = self.look(&format!("from={from}&limit={PAGE}&text={TEXT}"))?;
            searched += page["scanned"].as_u64().context("a page says how much was looked at")?;
            from = page["next"].as_u64().unwrap_or(0);
        }
        Ok(searched as f64 / begin.elapsed().as_secs_f64())
    }

    fn look(&mut self, query: &str) -> Result<Value> {
        let Self { admin, queue, .. } = self;
        let request = format!("GET /v1/queues/{queue}/messages?{query} HTTP/1.1\r\nHost: {admin}\r\n\r\n");
        let answer = self.load.ask(Bytes::from(request)).context("looking through the queue")?;
        serde_json::from_slice(&answer).context("a page is JSON")
    }
}
