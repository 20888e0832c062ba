//! Messages whose whole content follows from one number, so that whoever gets one can tell whether every byte is right.
//! What producers write on them, lane and dedup id, they choose.

use crate::history::{Labels, Sent, Uid, priority_of};
use bytes::Bytes;
use vocab::{Facts, Header, HeaderValue, Message, Native};

/// The message that `sent` stands for.
#[must_use]
pub fn write(sent: &Sent) -> Message {
    let facts = Facts {
        due_ms: sent.due_ms,
        expires_ms: sent.expires_ms,
        sender: Some(sender(sent.uid)),
        priority: sent.priority(),
        lane: sent.labels.lane.map(|lane| format!("{LANE}{lane}")),
        dedup: sent.labels.dedup.map(|id| format!("{DEDUP}{id}")),
        ..Facts::default()
    };
    Message { body: body(sent.uid), headers: headers(sent.uid), facts, native: native(sent.uid) }
}

/// Which message this is; `None` if it is not, to the last byte, what [`write`] makes of any number.
#[must_use]
pub fn read(message: &Message) -> Option<Uid> {
    let uid = Uid::from_be_bytes(message.body.get(..8)?.try_into().ok()?);
    let whole = message.body == body(uid)
        && message.headers == headers(uid)
        && message.native == native(uid)
        && message.facts.priority == priority_of(uid)
        && message.facts.sender.as_ref() == Some(&sender(uid));
    whole.then_some(uid)
}

/// What is written on a message; `None` if no producer writes such a thing.
#[must_use]
pub fn labels(message: &Message) -> Option<Labels> {
    let number = |text: &Option<String>, before| match text {
        None => Some(None),
        Some(text) => text.strip_prefix(before)?.parse().ok().map(Some),
    };
    Some(Labels { lane: number(&message.facts.lane, LANE)?, dedup: number(&message.facts.dedup, DEDUP)? })
}

const LANE: &str = "lane ";
const DEDUP: &str = "id ";

fn mix(uid: Uid) -> u64 {
    (uid ^ (uid >> 7)).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// Mostly small, sometimes larger than a block, rarely larger than a small segment.
fn body(uid: Uid) -> Bytes {
    let mixed = mix(uid);
    let size = match mixed >> 58 {
        0 => 20_000,
        1..4 => 5_000,
        4..40 => 700,
        _ => 40,
    };
    let mut body = uid.to_be_bytes().to_vec();
    body.extend((0..size + mixed % 64).map(|place| (mixed >> (place % 56)) as u8 ^ place as u8));
    body.into()
}

fn headers(uid: Uid) -> Vec<Header> {
    let header = |name: &str, value| Header { name: name.to_owned(), value };
    match mix(uid) % 5 {
        0 => vec![header("kind", HeaderValue::Text(format!("order {uid}"))), header("paid", HeaderValue::Bool(true))],
        1 => vec![
            header("price", HeaderValue::Number(format!("{uid}.50"))),
            header("raw", HeaderValue::Bytes(Bytes::new())),
        ],
        _ => Vec::new(),
    }
}

fn native(uid: Uid) -> Option<Native> {
    mix(uid).is_multiple_of(7).then(|| Native { door: 1, bytes: Bytes::copy_from_slice(&uid.to_le_bytes()) })
}

fn sender(uid: Uid) -> String {
    format!("client {}", uid % 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(uid: Uid) -> Sent {
        Sent { uid, due_ms: None, expires_ms: None, labels: Labels { lane: Some(uid % 3), dedup: None } }
    }

    #[test]
    fn every_letter_is_recognised() {
        for uid in 0..500 {
            let message = write(&sent(uid));
            assert_eq!((read(&message), labels(&message)), (Some(uid), Some(sent(uid).labels)));
        }
    }

    #[test]
    fn a_letter_with_one_wrong_bit_is_not() {
        let mut message = write(&sent(77));
        let mut body = message.body.to_vec();
        body[30] ^= 1;
        message.body = body.into();
        assert_eq!(read(&message), None);
        let mut message = write(&sent(77));
        message.headers.push(Header { name: "x".to_owned(), value: HeaderValue::Bool(false) });
        assert_eq!(read(&message), None);
    }
}
