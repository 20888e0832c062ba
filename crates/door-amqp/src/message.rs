//! AMQP messages and neutral ones: what of the one becomes what of the other.
//!
//! A message that came through this door keeps its properties as they came, in its native block, and goes out with them bit for bit. One
//! that came through another door gets properties made of its neutral headers. `docs/doors/crossing.md` has the table.
//!
//! ```text
//!  native block   | flags u16 | properties |      a content header's, as wire::properties draws them
//! ```

mod neutral;
mod outgoing;

pub(crate) use neutral::{neutral_headers, neutral_value};
pub(crate) use outgoing::{outgoing, returned};

use crate::wire::properties::{PERSISTENT, Properties};
use bytes::Bytes;
use vocab::{Message, Native};

/// This door's number among the doors that write native blocks.
pub(crate) const DOOR: u8 = door::native::AMQP;

/// Flags and properties of a message that says nothing but that it is persistent, as most do.
const ONLY_PERSISTENT: &[u8] = &[0b0001_0000, 0, PERSISTENT];

/// What is kept of the properties as they came; nothing of a message that has none.
pub(crate) fn native(properties: &Properties<'_>, bytes: &[u8]) -> Option<Native> {
    if *properties == Properties::default() {
        return None;
    }
    // What is kept must not keep the whole read that it came in.
    let bytes =
        if bytes == ONLY_PERSISTENT { Bytes::from_static(ONLY_PERSISTENT) } else { Bytes::copy_from_slice(bytes) };
    Some(Native { door: DOOR, bytes })
}

/// The properties of a message of this door, as they came.
pub(crate) fn own_properties(message: &Message) -> &[u8] {
    message.native.as_ref().filter(|native| native.door == DOOR).map_or(&[0, 0], |native| &native.bytes)
}
