//! The keys of `longshore top`, and the order they ask for.

use crate::cli::QueueOrder;

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    /// Enough.
    End,
    /// Another order.
    Sort(QueueOrder),
    /// The same order from its other end.
    Turn,
}

impl Key {
    /// The key of a byte that a terminal sends; none for what has no meaning here.
    pub(super) fn of(byte: u8) -> Option<Self> {
        const CTRL_C: u8 = 3;
        match byte {
            b'q' | CTRL_C => Some(Self::End),
            b'v' => Some(Self::Turn),
            b'n' => Some(Self::Sort(QueueOrder::Name)),
            b'r' => Some(Self::Sort(QueueOrder::Ready)),
            b'd' => Some(Self::Sort(QueueOrder::Delayed)),
            b'l' => Some(Self::Sort(QueueOrder::Leased)),
            b'a' => Some(Self::Sort(QueueOrder::Oldest)),
            b'i' => Some(Self::Sort(QueueOrder::In)),
            b'o' => Some(Self::Sort(QueueOrder::Out)),
            b'f' => Some(Self::Sort(QueueOrder::Fail)),
            _ => None,
        }
    }
}

/// The order of the queues.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sorting {
    pub(super) order: QueueOrder,
    pub(super) descending: bool,
}

impl Sorting {
    /// Names from their beginning, figures from the greatest.
    pub(super) fn by(order: QueueOrder) -> Self {
        Self { order, descending: order != QueueOrder::Name }
    }

    /// From the other end.
    pub(super) fn turn(&mut self) {
        self.descending = !self.descending;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_of_the_help_has_a_meaning() {
        let keys = "nrdlaiof".bytes().map(Key::of);
        assert!(keys.clone().all(|key| matches!(key, Some(Key::Sort(_)))));
        assert_eq!(
            (Key::of(b'q'), Key::of(3), Key::of(b'v'), Key::of(b'x')),
            (Some(Key::End), Some(Key::End), Some(Key::Turn), None)
        );
    }

    #[test]
    fn the_greatest_is_of_interest_and_names_begin_at_a() {
        assert!(Sorting::by(QueueOrder::Ready).descending && !Sorting::by(QueueOrder::Name).descending);
        let mut sorting = Sorting::by(QueueOrder::Name);
        sorting.turn();
        assert!(sorting.descending);
    }
}
