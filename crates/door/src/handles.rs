//! Lease tokens as text that a client cannot forge or alter unnoticed, for doors that hand such text out.
//!
//! ```text
//!  byte   0     1        5           7              9       17      25       33
//!         | ver | queue  | partition | subscription | seq   | epoch | check  |
//!           u8    u32      u16         u16            u64     u64     u64       (big-endian)
//!
//!  check = SipHash-2-4 over bytes 0..25, keyed with the store's random id
//! ```
//!
//! The 33 bytes are written as 44 characters of base64, without padding. A handle works for as long as its store exists,
//! over restarts and at every door that reads handles; one from another store fails its check.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use siphasher::sip::SipHasher24;
use vocab::{LeaseEpoch, LeaseToken, PartitionId, PartitionKey, QueueId, Seq, SubscriptionId};

const VERSION: u8 = 1;
const CHECKED: usize = 25;
const BYTES: usize = 33;

/// Characters of a handle.
pub const CHARACTERS: usize = 44;

/// Writes and reads the handles of one store.
#[derive(Clone, Debug)]
pub struct Handles {
    key: [u8; 16],
}

impl Handles {
    /// The handles of the store with this id.
    #[must_use]
    pub fn new(store_id: u128) -> Self {
        Self { key: store_id.to_be_bytes() }
    }

    /// The handle for `token`.
    #[must_use]
    pub fn write(&self, token: &LeaseToken) -> [u8; CHARACTERS] {
        let mut bytes = [0; BYTES];
        bytes[0] = VERSION;
        bytes[1..5].copy_from_slice(&token.key.queue.0.to_be_bytes());
        bytes[5..7].copy_from_slice(&token.key.partition.0.to_be_bytes());
        bytes[7..9].copy_from_slice(&token.subscription.0.to_be_bytes());
        bytes[9..17].copy_from_slice(&token.seq.0.to_be_bytes());
        bytes[17..25].copy_from_slice(&token.epoch.0.to_be_bytes());
        let check = self.check(&bytes[..CHECKED]);
        bytes[CHECKED..].copy_from_slice(&check.to_be_bytes());
        let mut text = [0; CHARACTERS];
        STANDARD_NO_PAD.encode_slice(bytes, &mut text).expect("33 bytes are 44 characters");
        text
    }

    /// The token in `handle`; `None` if this store did not write it.
    #[must_use]
    pub fn read(&self, handle: &str) -> Option<LeaseToken> {
        // The engine's estimate for the output is larger than what 44 characters hold.
        let mut bytes = [0; BYTES + 3];
        let exact = handle.len() == CHARACTERS && STANDARD_NO_PAD.decode_slice(handle, &mut bytes).ok()? == BYTES;
        let (checked, check) = bytes[..BYTES].split_at(CHECKED);
        if !exact || check != self.check(checked).to_be_bytes() || checked[0] != VERSION {
            return None;
        }
        let queue = QueueId(u32::from_be_bytes(array(&checked[1..5])));
        Some(LeaseToken {
            key: PartitionKey::new(queue, PartitionId(u16::from_be_bytes(array(&checked[5..7])))),
            subscription: SubscriptionId(u16::from_be_bytes(array(&checked[7..9]))),
            seq: Seq(u64::from_be_bytes(array(&checked[9..17]))),
            epoch: LeaseEpoch(u64::from_be_bytes(array(&checked[17..25]))),
        })
    }

    fn check(&self, bytes: &[u8]) -> u64 {
        SipHasher24::new_with_key(&self.key).hash(bytes)
    }
}

fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    bytes.try_into().expect("the ranges have the fields' lengths")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(store_id: u128) -> (LeaseToken, String) {
        let token = LeaseToken {
            key: PartitionKey::new(QueueId(1), PartitionId(3)),
            subscription: SubscriptionId(0),
            seq: Seq(u64::MAX),
            epoch: LeaseEpoch(7),
        };
        (token, String::from_utf8(Handles::new(store_id).write(&token).to_vec()).expect("base64"))
    }

    #[test]
    fn a_handle_reads_back_in_its_own_store() {
        let (token, handle) = written(7);
        assert_eq!(Handles::new(7).read(&handle), Some(token));
        assert_eq!(Handles::new(8).read(&handle), None);
    }

    #[test]
    fn an_altered_handle_is_none() {
        let (_, handle) = written(7);
        for place in 0..CHARACTERS {
            let mut altered = handle.clone().into_bytes();
            altered[place] = if altered[place] == b'A' { b'B' } else { b'A' };
            assert_eq!(Handles::new(7).read(&String::from_utf8(altered).expect("base64")), None, "{place}");
        }
        assert_eq!(Handles::new(7).read(""), None);
    }
}
