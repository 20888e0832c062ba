//! A run: publishers and consumers on one thread and one event loop.

use super::connection::Connection;
use super::party::{Consumer, Publisher};
use crate::latency::Latency;
use crate::load::Outcome;
use anyhow::{Result, bail};
use mio::{Events, Interest, Poll, Token};
use std::time::{Duration, Instant};

/// A server that does nothing for so long has failed.
const SILENCE_MAX: Duration = Duration::from_secs(60);

/// Who sits at a connection.
pub enum Party {
    /// It publishes.
    Publisher(Publisher),
    /// It consumes.
    Consumer(Consumer),
}

/// When a run ends.
#[derive(Clone, Copy, Debug)]
pub enum Goal {
    /// After so much time; what is open is confirmed.
    Time(Duration),
    /// When so many messages were published and confirmed.
    Published(u64),
    /// When so many messages were delivered.
    Delivered(u64),
}

/// What a run is to do.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// When it ends.
    pub goal: Goal,
    /// Publishers wait while so many messages are published and not delivered; `None` where nobody consumes.
    pub ahead_max: Option<u64>,
}

/// Connections and who sits at them.
pub struct Crowd {
    poll: Poll,
    events: Events,
    seats: Vec<(Connection, Party)>,
}

struct Counts {
    published: u64,
    confirmed: u64,
    delivered: u64,
}

impl Crowd {
    /// Registers them.
    pub fn new(mut seats: Vec<(Connection, Party)>) -> Result<Self> {
        let poll = Poll::new()?;
        for (number, (connection, _)) in seats.iter_mut().enumerate() {
            let interest = Interest::READABLE | Interest::WRITABLE;
            poll.registry().register(connection.stream(), Token(number), interest)?;
        }
        Ok(Self { poll, events: Events::with_capacity(256), seats })
    }

    /// Runs to the goal. Operations are deliveries where somebody consumes, else confirms.
    pub fn run(&mut self, plan: Plan) -> Result<Outcome> {
        let mut counts = Counts { published: 0, confirmed: 0, delivered: 0 };
        let mut latency = Latency::new()?;
        let begin = Instant::now();
        let mut last_progress = begin;
        loop {
            let over = is_over(plan, begin, &counts);
            if over && self.open() == 0 {
                break;
            }
            let before = counts.confirmed + counts.delivered;
            self.publish(plan, over, &mut counts)?;
            self.poll.poll(&mut self.events, Some(Duration::from_millis(20)))?;
            let quiet = self.events.is_empty();
            for event in &self.events {
                let Token(number) = event.token();
                let (connection, party) = &mut self.seats[number];
                take(connection, party, &mut counts, &mut latency)?;
            }
            if quiet {
                self.ack_all()?;
            }
            if counts.confirmed + counts.delivered > before {
                last_progress = Instant::now();
            } else if last_progress.elapsed() > SILENCE_MAX {
                bail!("nothing happened for {SILENCE_MAX:?}: {} messages are unconfirmed", self.open());
            }
        }
        let elapsed = begin.elapsed();
        self.ack_all()?;
        let consumes = self.seats.iter().any(|(_, party)| matches!(party, Party::Consumer(_)));
        let operations = if consumes { counts.delivered } else { counts.confirmed };
        Ok(Outcome { operations, elapsed, latency })
    }

    /// Messages that are published and not confirmed.
    fn open(&self) -> usize {
        let open = |(_, party): &(Connection, Party)| match party {
            Party::Publisher(publisher) => publisher.open(),
            Party::Consumer(_) => 0,
        };
        self.seats.iter().map(open).sum()
    }

    fn publish(&mut self, plan: Plan, over: bool, counts: &mut Counts) -> Result<()> {
        for (connection, party) in &mut self.seats {
            let Party::Publisher(publisher) = party else { continue };
            let ahead = counts.published.saturating_sub(counts.delivered);
            let by_goal = match plan.goal {
                Goal::Published(count) => count.saturating_sub(counts.published),
                Goal::Time(_) | Goal::Delivered(_) => u64::MAX,
            };
            let room = plan.ahead_max.map_or(u64::MAX, |max| max.saturating_sub(ahead));
            let limit = if over { 0 } else { room.min(by_goal) };
            counts.published += publisher.publish(connection, limit)?;
            connection.flush()?;
        }
        Ok(())
    }

    fn ack_all(&mut self) -> Result<()> {
        self.seats.iter_mut().try_for_each(|(connection, party)| match party {
            Party::Consumer(consumer) => consumer.ack(connection, true),
            Party::Publisher(_) => Ok(()),
        })
    }
}

fn is_over(plan: Plan, begin: Instant, counts: &Counts) -> bool {
    match plan.goal {
        Goal::Time(time) => begin.elapsed() >= time,
        Goal::Published(count) => counts.confirmed >= count,
        Goal::Delivered(count) => counts.delivered >= count,
    }
}

fn take(connection: &mut Connection, party: &mut Party, counts: &mut Counts, latency: &mut Latency) -> Result<()> {
    connection.flush()?;
    match party {
        Party::Publisher(publisher) => connection.receive(|frame| {
            counts.confirmed += publisher.take(frame, latency)?;
            Ok(())
        }),
        Party::Consumer(consumer) => {
            connection.receive(|frame| {
                counts.delivered += consumer.take(frame)?;
                Ok(())
            })?;
            consumer.ack(connection, false)
        }
    }
}
