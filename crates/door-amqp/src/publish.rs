//! One publish, whole: from the bytes of its content to the neutral message, and where it is to go.

use crate::destination::Destination;
use crate::errors::AmqpError;
use crate::limits::SHARED_BODY_BYTES;
use crate::message::native;
use crate::wire::properties::Properties;
use crate::wire::table::Value;
use bytes::Bytes;
use std::sync::Arc;
use vocab::{Facts, Message};

/// A publish, ready to be routed.
#[derive(Debug)]
pub(crate) struct Publish {
    pub(crate) destination: Arc<Destination>,
    /// It comes back if no queue takes it.
    pub(crate) mandatory: bool,
    pub(crate) message: Message,
    /// Further keys that it is to be routed by: the headers `CC` and `BCC`.
    pub(crate) copies: Vec<String>,
    /// How many of them are no secret: those of `CC`, which come first.
    told: usize,
}

/// The headers that name further keys; the second is not delivered.
const CARBON_COPIES: &str = "CC";
const BLIND_COPIES: &str = "BCC";

impl Publish {
    /// A publish of what a client sent; `now_ms` is log time.
    pub(crate) fn new(
        destination: Arc<Destination>,
        mandatory: bool,
        properties: &[u8],
        body: Bytes,
        now_ms: u64,
    ) -> Result<Self, AmqpError> {
        let read = Properties::parse(properties)?;
        let expires_ms = read.expiration.map(|text| expires_ms(text, now_ms)).transpose()?;
        let (copies, told) = copies(&read)?;
        let facts = Facts { expires_ms, priority: read.priority.unwrap_or(0), ..Facts::default() };
        let headers = read.headers.map(crate::message::neutral_headers).unwrap_or_default();
        let native = native(&read, properties);
        Ok(Self { destination, mandatory, message: Message { body: kept(body), headers, facts, native }, copies, told })
    }

    /// The further keys that whoever gets the message may know of.
    pub(crate) fn told_copies(&self) -> &[String] {
        &self.copies[..self.told]
    }
}

/// A body as it is kept: a small one leaves the read that it came in, which would be kept whole otherwise.
fn kept(body: Bytes) -> Bytes {
    if body.len() < SHARED_BODY_BYTES { Bytes::copy_from_slice(&body) } else { body }
}

/// When a message is over whose property says how long it lives, in decimal milliseconds.
fn expires_ms(text: &[u8], now_ms: u64) -> Result<u64, AmqpError> {
    let ms = std::str::from_utf8(text).ok().filter(|text| text.bytes().all(|digit| digit.is_ascii_digit()));
    let ms = ms.and_then(|text| text.parse::<u64>().ok()).filter(|ms| *ms <= u64::from(u32::MAX));
    let ms = ms.ok_or_else(|| {
        AmqpError::precondition(format!("invalid expiration '{}'", String::from_utf8_lossy(text).escape_debug()))
    })?;
    Ok(now_ms + ms)
}

/// The further keys, and how many of them come from the header that is delivered.
fn copies(properties: &Properties<'_>) -> Result<(Vec<String>, usize), AmqpError> {
    let Some(headers) = properties.headers else { return Ok((Vec::new(), 0)) };
    let (mut copies, mut told) = (Vec::new(), 0);
    for name in [CARBON_COPIES, BLIND_COPIES] {
        match headers.get(name) {
            None => {}
            Some(Value::Array(keys)) => {
                let texts = keys.iter().filter_map(|key| key.text().map(str::to_owned));
                copies.extend(texts);
                if name == CARBON_COPIES {
                    told = copies.len();
                }
            }
            Some(_) => {
                return Err(AmqpError::precondition(format!("invalid type for '{name}' header: an array is expected")));
            }
        }
    }
    Ok((copies, told))
}

/// Whether a header of a message is for the broker alone.
pub(crate) fn is_undelivered(header: &str) -> bool {
    header == BLIND_COPIES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expiration_is_a_plain_number_of_milliseconds() {
        assert_eq!(expires_ms(b"0", 5), Ok(5));
        assert_eq!(expires_ms(b"60000", 5), Ok(60_005));
        for wrong in [&b""[..], b"-1", b"1.5", b"+1", b"4294967296", b"soon", b"\xFF"] {
            let refused = expires_ms(wrong, 5).expect_err("it is no such number");
            assert_eq!(refused.code, crate::wire::ReplyCode::PreconditionFailed, "{wrong:?}");
        }
    }
}
