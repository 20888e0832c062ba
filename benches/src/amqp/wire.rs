//! Just enough of AMQP 0-9-1 to load a server: methods rendered to bytes, frames found in bytes.
//!
//! What it is not: the door's codec. A load generator that used it would share its mistakes.
//!
//! ```text
//!  frame:  type u8 | channel u16 | size u32 | payload | 0xCE
//!  method: class u16 | method u16 | arguments        content header: class u16 | 0 u16 | body size u64 | flags u16 | …
//! ```

use anyhow::{Result, ensure};

/// A method frame's type.
pub const METHOD: u8 = 1;
const HEADER: u8 = 2;
const BODY: u8 = 3;
/// What comes before a frame's payload.
pub const HEAD_BYTES: usize = 7;
const END: u8 = 0xCE;

/// Class and method, as they stand in a frame.
pub type MethodId = (u16, u16);
/// `basic.deliver`
pub const DELIVER: MethodId = (60, 60);
/// `basic.ack`
pub const ACK: MethodId = (60, 80);
/// `basic.nack`
pub const NACK: MethodId = (60, 120);

/// A frame in received bytes.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// Its type.
    pub kind: u8,
    /// What it carries.
    pub payload: &'a [u8],
}

impl Frame<'_> {
    /// The first frame in `bytes` and its length in all, or `None` while it is incomplete.
    pub fn first(bytes: &[u8]) -> Result<Option<(Frame<'_>, usize)>> {
        let Some(head) = bytes.first_chunk::<HEAD_BYTES>() else { return Ok(None) };
        let size = u32::from_be_bytes([head[3], head[4], head[5], head[6]]) as usize;
        let total = HEAD_BYTES + size + 1;
        if bytes.len() < total {
            return Ok(None);
        }
        ensure!(bytes[total - 1] == END, "a frame without its end");
        Ok(Some((Frame { kind: head[0], payload: &bytes[HEAD_BYTES..total - 1] }, total)))
    }

    /// The method of a method frame.
    pub fn method(&self) -> Option<MethodId> {
        let ids = self.payload.first_chunk::<4>().filter(|_| self.kind == METHOD)?;
        Some((u16::from_be_bytes([ids[0], ids[1]]), u16::from_be_bytes([ids[2], ids[3]])))
    }

    /// Tag and `multiple` of a confirm.
    pub fn confirm(&self) -> Option<(u64, bool)> {
        let arguments = self.payload.get(4..13)?;
        Some((number(arguments)?, arguments[8] & 1 == 1))
    }

    /// The tag of a delivery.
    pub fn delivery_tag(&self) -> Option<u64> {
        let consumer_tag_bytes = usize::from(*self.payload.get(4)?);
        number(self.payload.get(5 + consumer_tag_bytes..)?)
    }
}

fn number(bytes: &[u8]) -> Option<u64> {
    bytes.first_chunk::<8>().map(|bytes| u64::from_be_bytes(*bytes))
}

/// Bytes to send.
#[derive(Clone, Debug, Default)]
pub struct Out(pub Vec<u8>);

impl Out {
    /// A method whose arguments `put` writes.
    pub fn method(&mut self, channel: u16, (class, method): MethodId, put: impl FnOnce(&mut Arguments<'_>)) {
        self.frame(METHOD, channel, |out| {
            out.extend(class.to_be_bytes());
            out.extend(method.to_be_bytes());
            put(&mut Arguments(out));
        });
    }

    /// A persistent message to the queue `key`.
    pub fn publish(&mut self, channel: u16, key: &str, body: &[u8]) {
        self.method(channel, (60, 40), |put| {
            put.short(0).text("").text(key).octet(0);
        });
        self.frame(HEADER, channel, |out| {
            out.extend([0, 60, 0, 0]);
            out.extend((body.len() as u64).to_be_bytes());
            // Delivery mode alone: 2, persistent.
            out.extend([0x10, 0x00, 2]);
        });
        self.frame(BODY, channel, |out| out.extend(body));
    }

    /// Acknowledges everything up to `tag`.
    pub fn ack_up_to(&mut self, channel: u16, tag: u64) {
        self.method(channel, ACK, |put| {
            put.long_long(tag).octet(1);
        });
    }

    fn frame(&mut self, kind: u8, channel: u16, put: impl FnOnce(&mut Vec<u8>)) {
        let start = self.0.len();
        self.0.push(kind);
        self.0.extend(channel.to_be_bytes());
        self.0.extend([0; 4]);
        put(&mut self.0);
        let size = u32::try_from(self.0.len() - start - HEAD_BYTES).expect("frames are small");
        self.0[start + 3..start + HEAD_BYTES].copy_from_slice(&size.to_be_bytes());
        self.0.push(END);
    }
}

/// Arguments of a method, as they are written.
pub struct Arguments<'a>(&'a mut Vec<u8>);

impl Arguments<'_> {
    /// An octet, or packed bits.
    pub fn octet(&mut self, value: u8) -> &mut Self {
        self.0.push(value);
        self
    }

    /// 16 bits.
    pub fn short(&mut self, value: u16) -> &mut Self {
        self.0.extend(value.to_be_bytes());
        self
    }

    /// 32 bits.
    pub fn long(&mut self, value: u32) -> &mut Self {
        self.0.extend(value.to_be_bytes());
        self
    }

    /// 64 bits.
    pub fn long_long(&mut self, value: u64) -> &mut Self {
        self.0.extend(value.to_be_bytes());
        self
    }

    /// A text of up to 255 bytes.
    pub fn text(&mut self, text: &str) -> &mut Self {
        self.0.push(u8::try_from(text.len()).expect("a short text"));
        self.0.extend(text.as_bytes());
        self
    }

    /// A text of any length.
    pub fn long_text(&mut self, text: &str) -> &mut Self {
        self.long(u32::try_from(text.len()).expect("a text of this program"));
        self.0.extend(text.as_bytes());
        self
    }

    /// A table of texts.
    pub fn table(&mut self, entries: &[(&str, &str)]) -> &mut Self {
        let start = self.0.len();
        self.long(0);
        for (name, value) in entries {
            self.text(name).octet(b'S').long_text(value);
        }
        let size = u32::try_from(self.0.len() - start - 4).expect("a table of this program");
        self.0[start..start + 4].copy_from_slice(&size.to_be_bytes());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_found_only_when_they_are_whole() {
        let mut out = Out::default();
        out.ack_up_to(3, 77);
        out.publish(1, "q", b"body");
        let bytes = out.0;
        assert!(Frame::first(&bytes[..10]).expect("a beginning is no error").is_none());
        let (frame, total) = Frame::first(&bytes).expect("well-formed").expect("whole");
        assert_eq!((frame.method(), frame.confirm()), (Some(ACK), Some((77, true))));
        let (publish, _) = Frame::first(&bytes[total..]).expect("well-formed").expect("whole");
        assert_eq!(publish.method(), Some((60, 40)));
    }

    #[test]
    fn a_delivery_tells_its_tag() {
        let mut out = Out::default();
        out.method(1, DELIVER, |put| {
            put.text("ctag").long_long(9).octet(0).text("").text("q");
        });
        let (frame, _) = Frame::first(&out.0).expect("well-formed").expect("whole");
        assert_eq!(frame.delivery_tag(), Some(9));
    }
}
