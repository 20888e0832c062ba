//! Receipt handles: the door kit's handles, for one queue each, with the protocol's own error.

use crate::errors::{Code, SqsError, quoted};
use door::Handles;
use vocab::{LeaseToken, QueueId};

pub(crate) use door::handles::CHARACTERS;

/// Writes and reads the handles of one store.
#[derive(Clone, Debug)]
pub(crate) struct Receipts {
    handles: Handles,
}

impl Receipts {
    /// The handles of the store with this id.
    pub(crate) fn new(store_id: u128) -> Self {
        Self { handles: Handles::new(store_id) }
    }

    /// The handle for `token`.
    pub(crate) fn write(&self, token: &LeaseToken) -> [u8; CHARACTERS] {
        self.handles.write(token)
    }

    /// The token in `handle`, if it is one of `queue`'s.
    pub(crate) fn read(&self, handle: &str, queue: QueueId) -> Result<LeaseToken, SqsError> {
        self.handles.read(handle).filter(|token| token.key.queue == queue).ok_or_else(|| invalid(handle))
    }
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
    use vocab::{LeaseEpoch, PartitionId, PartitionKey, Seq, SubscriptionId};

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
