//! How a consumer is named where a message is spoken of: by its name, and by its address.

use broker::{ConsumerInfo, HistoryConsumer};

/// Who had, or has, a message. Each part may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Signature {
    pub(crate) name: String,
    pub(crate) peer: String,
}

impl Signature {
    /// Of somebody who is listed.
    pub(crate) fn of(known: &ConsumerInfo) -> Self {
        Self { name: known.name.as_ref().to_owned(), peer: known.peer.as_ref().to_owned() }
    }

    /// Of somebody in the history.
    pub(crate) fn of_old(known: &HistoryConsumer) -> Self {
        Self { name: known.name.as_ref().to_owned(), peer: known.peer.as_ref().to_owned() }
    }

    /// The name, or the address where there is none.
    pub(crate) fn in_short(self) -> Option<String> {
        [self.name, self.peer].into_iter().find(|part| !part.is_empty())
    }

    /// In a sentence, such as "`worker-3` (10.0.0.1:5000)".
    pub(crate) fn in_words(&self) -> Option<String> {
        match (&*self.name, &*self.peer) {
            ("", "") => None,
            ("", peer) => Some(peer.to_owned()),
            (name, "") => Some(format!("`{name}`")),
            (name, peer) => Some(format!("`{name}` ({peer})")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_of_a_name_is_said() {
        let check = |name: &str, peer: &str, short: Option<&str>, words: Option<&str>| {
            let signature = Signature { name: name.to_owned(), peer: peer.to_owned() };
            assert_eq!(signature.in_words().as_deref(), words);
            assert_eq!(signature.in_short().as_deref(), short);
        };
        check("w", "10.0.0.1:5", Some("w"), Some("`w` (10.0.0.1:5)"));
        check("w", "", Some("w"), Some("`w`"));
        check("", "10.0.0.1:5", Some("10.0.0.1:5"), Some("10.0.0.1:5"));
        check("", "", None, None);
    }
}
