//! Receipt handles: a lease token in an envelope that a client cannot forge or alter unnoticed.
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
//! over restarts; one from another store fails its check.

use crate::errors::{Code, SqsError, quoted};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use siphasher::sip::SipHasher24;
use vocab::{LeaseEpoch, LeaseToken, PartitionId, PartitionKey, QueueId, Seq, SubscriptionId};

const VERSION: u8 = 1;
const CHECKED: usize = 25;
const BYTES: usize = 33;

/// Characters of a handle.
pub(crate) const CHARACTERS: usize = 44;

/// Writes and reads the handles of one store.
#[derive(Clone, Debug)]
pub(crate) struct Receipts {
    key: [u8; 16],
}

impl Receipts {
    /// The handles of the store with this id.
    pub(crate) fn new(store_id: u128) -> Self {
        Self { key: store_id.to_be_bytes() }
    }

    /// The handle for `token`.
    pub(crate) fn write(&self, token: &LeaseToken) -> [u8; CHARACTERS] {
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

    /// The token in `handle`, if it is one of `queue`'s.
    pub(crate) fn read(&self, handle: &str, queue: QueueId) -> Result<LeaseToken, SqsError> {
        self.token(handle).filter(|token| token.key.queue == queue).ok_or_else(|| invalid(handle))
    }

    fn token(&self, handle: &str) -> Option<LeaseToken> {
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

fn invalid(handle: &str) -> SqsError {
    let handle = quoted(handle);
    SqsError::new(
        Code::ReceiptHandleIsInvalid,
        format!("The input receipt handle \"{handle}\" is not a valid receipt handle."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn token(queue: u32, seq: u64, epoch: u64) -> LeaseToken {
        LeaseToken {
            key: PartitionKey::new(QueueId(queue), PartitionId(3)),
            subscription: SubscriptionId(0),
            seq: Seq(seq),
            epoch: LeaseEpoch(epoch),
        }
    }

    fn written(receipts: &Receipts, token: &LeaseToken) -> String {
        String::from_utf8(receipts.write(token).to_vec()).expect("base64")
    }

    proptest! {
        #[test]
        fn every_handle_reads_back(queue: u32, seq: u64, epoch: u64, store: u128) {
            let receipts = Receipts::new(store);
            let token = token(queue, seq, epoch);
            prop_assert_eq!(receipts.read(&written(&receipts, &token), QueueId(queue)), Ok(token));
        }

        #[test]
        fn an_altered_handle_is_refused(place in 0..CHARACTERS, with in "[A-Za-z0-9+/=]") {
            let receipts = Receipts::new(7);
            let handle = written(&receipts, &token(1, 2, 3));
            let mut altered = handle.clone();
            altered.replace_range(place..=place, &with);
            prop_assert_eq!(receipts.read(&altered, QueueId(1)).is_ok(), altered == handle);
        }

        #[test]
        fn any_text_is_refused_without_a_panic(text: String) {
            prop_assert!(Receipts::new(7).read(&text, QueueId(1)).is_err());
        }
    }

    #[test]
    fn a_handle_of_another_queue_or_another_store_is_refused() {
        let handle = written(&Receipts::new(7), &token(1, 2, 3));
        assert!(Receipts::new(7).read(&handle, QueueId(2)).is_err());
        assert!(Receipts::new(8).read(&handle, QueueId(1)).is_err());
    }
}
