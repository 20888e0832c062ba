//! A desk that hands out messages: the admin API's receive, settle and extend over a queue in memory, with a ledger of every call.
//!
//! What it is not: the server. It does what no server would do on purpose: it takes a lease away, and it answers as a web hook. Invariant:
//! every settlement is in the ledger, in the order in which it came.

use crate::http;
use serde_json::{Value, json};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use vocab::clock::{Clock, SystemClock};

/// Longer than anything takes that a test waits for.
const SOON: Duration = Duration::from_secs(120);

/// How a message stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Place {
    Ready,
    Delayed { until_ms: u64 },
    Leased { token: String },
    Acked,
    Buried { reason: String },
}

/// A message and what happened to it.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) body: String,
    pub(crate) place: Place,
    pub(crate) deliveries: u32,
    pub(crate) failures: u32,
    pub(crate) extensions: u32,
    /// What its settlements said: `how`, `delay_ms` and `reason`.
    pub(crate) settlements: Vec<Value>,
    /// Its next extension is refused, as if it had another owner.
    pub(crate) is_lost: bool,
}

/// Everything at the desk.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    pub(crate) messages: Vec<Message>,
    /// Bodies of the requests to the hook, with their `longshore-message-id`.
    pub(crate) hooks: Vec<(String, String)>,
}

/// The desk.
#[derive(Clone)]
pub(crate) struct Desk {
    address: SocketAddr,
    shared: Arc<(Mutex<Ledger>, Condvar)>,
}

impl Desk {
    /// Opens with these messages.
    pub(crate) fn open(bodies: impl IntoIterator<Item = String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let messages = bodies.into_iter().map(|body| Message {
            body,
            place: Place::Ready,
            deliveries: 0,
            failures: 0,
            extensions: 0,
            settlements: Vec::new(),
            is_lost: false,
        });
        let ledger = Ledger { messages: messages.collect(), hooks: Vec::new() };
        let desk = Self {
            address: listener.local_addr().expect("it is bound"),
            shared: Arc::new((Mutex::new(ledger), Condvar::new())),
        };
        let served = desk.clone();
        http::serve(listener, move |request| served.answer(request));
        desk
    }

    /// Where it is.
    pub(crate) fn address(&self) -> String {
        self.address.to_string()
    }

    /// What is in its ledger.
    pub(crate) fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.shared.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until the ledger is as it should be.
    pub(crate) fn wait_until(&self, what: &str, mut is_so: impl FnMut(&Ledger) -> bool) {
        let waited = self.shared.1.wait_timeout_while(self.ledger(), SOON, |ledger| !is_so(ledger));
        let (ledger, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
        assert!(!timeout.timed_out(), "{what}: {:?}", ledger.messages);
    }

    fn answer(&self, request: &http::Request) -> http::Answer {
        let mut ledger = self.ledger();
        let now_ms = SystemClock::new().wall_ms();
        ledger.due(now_ms);
        let answer = match (request.method.as_str(), request.path.as_str()) {
            ("GET", "/v1/queues/orders") => http::Answer::json(&ledger.figures(now_ms)),
            ("POST", "/v1/queues/orders/receive") => {
                let (given, timeout) = self.receive(ledger, &request.json());
                ledger = given;
                http::Answer::json(&timeout)
            }
            ("POST", "/v1/settle") => {
                http::Answer::json(&each(&request.json()["settlements"], |of| ledger.settle(of, now_ms)))
            }
            ("POST", "/v1/extend") => http::Answer::json(&each(&request.json()["extensions"], |of| ledger.extend(of))),
            ("POST", "/hook") => ledger.hook(request),
            (_, path) => http::Answer::refusal(404, &format!("there is no {path}")),
        };
        drop(ledger);
        self.shared.1.notify_all();
        answer
    }

    /// Waits for messages as long as the consumer asks for.
    fn receive<'a>(&'a self, mut ledger: MutexGuard<'a, Ledger>, wanted: &Value) -> (MutexGuard<'a, Ledger>, Value) {
        let until_ms = SystemClock::new().wall_ms() + wanted["wait_ms"].as_u64().unwrap_or(0);
        loop {
            let now_ms = SystemClock::new().wall_ms();
            ledger.due(now_ms);
            let deliveries = ledger.deliver(wanted["max"].as_u64().unwrap_or(1));
            if !deliveries.is_empty() || now_ms >= until_ms {
                return (ledger, json!({ "deliveries": deliveries }));
            }
            let look = Duration::from_millis((until_ms - now_ms).min(20));
            ledger = self.shared.1.wait_timeout(ledger, look).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

fn each(items: &Value, mut of: impl FnMut(&Value) -> bool) -> Value {
    let result = |is_ok: bool| match is_ok {
        true => json!({ "ok": true }),
        false => json!({ "error": { "code": "not_leased", "message": "the lease is another's" } }),
    };
    let items = items.as_array().cloned().unwrap_or_default();
    json!({ "results": items.iter().map(|item| result(of(item))).collect::<Vec<_>>() })
}

impl Ledger {
    fn due(&mut self, now_ms: u64) {
        for message in &mut self.messages {
            if matches!(message.place, Place::Delayed { until_ms } if until_ms <= now_ms) {
                message.place = Place::Ready;
            }
        }
    }

    fn figures(&self, now_ms: u64) -> Value {
        let count = |is: fn(&Place) -> bool| self.messages.iter().filter(|message| is(&message.place)).count();
        let ready = count(|place| *place == Place::Ready);
        json!({
            "name": "orders",
            "ready": ready,
            "delayed": count(|place| matches!(place, Place::Delayed { .. })),
            "leased": count(|place| matches!(place, Place::Leased { .. })),
            "oldest_ms": (ready > 0).then_some(now_ms),
        })
    }

    fn deliver(&mut self, max: u64) -> Vec<Value> {
        let ready = self.messages.iter_mut().enumerate().filter(|(_, message)| message.place == Place::Ready);
        let deliver = |(index, message): (usize, &mut Message)| {
            message.deliveries += 1;
            let token = format!("{index}-{}", message.deliveries);
            message.place = Place::Leased { token: token.clone() };
            json!({
                "token": token, "id": format!("m{index}"), "body": message.body, "headers": { "kind": "test" },
                "deliveries": message.deliveries, "failures": message.failures, "published_ms": 1, "priority": 0,
            })
        };
        ready.take(usize::try_from(max).unwrap_or(usize::MAX)).map(deliver).collect()
    }

    fn of_token(&mut self, token: &Value) -> Option<&mut Message> {
        let token = token.as_str()?.to_owned();
        self.messages.iter_mut().find(|message| message.place == Place::Leased { token: token.clone() })
    }

    fn settle(&mut self, settlement: &Value, now_ms: u64) -> bool {
        let Some(message) = self.of_token(&settlement["token"]) else { return false };
        message.settlements.push(settlement.clone());
        let delay_ms = settlement["delay_ms"].as_u64().unwrap_or(0);
        let back = Place::Delayed { until_ms: now_ms + delay_ms };
        message.place = match settlement["how"].as_str() {
            Some("ack") => Place::Acked,
            Some("release") => back,
            Some("fail") => {
                message.failures += 1;
                back
            }
            _ => Place::Buried { reason: settlement["reason"].as_str().unwrap_or_default().to_owned() },
        };
        true
    }

    fn extend(&mut self, extension: &Value) -> bool {
        let Some(message) = self.of_token(&extension["token"]) else { return false };
        message.extensions += 1;
        !message.is_lost
    }

    /// Answers as the body of the request says: a status, and when to come again.
    fn hook(&mut self, request: &http::Request) -> http::Answer {
        let body = String::from_utf8_lossy(&request.body).into_owned();
        self.hooks.push((body.clone(), request.header("longshore-message-id")));
        let (status, retry_after) = body.split_once(' ').unwrap_or((&body, ""));
        http::Answer::said(status.parse().expect("the body is a status"), "the hook says so", retry_after)
    }
}

impl Message {
    /// How its settlements said, in their order.
    pub(crate) fn hows(&self) -> Vec<&str> {
        self.settlements.iter().filter_map(|settlement| settlement["how"].as_str()).collect()
    }
}
