//! Name spaces: which names of the store belong together, and what those within one call each other.
//!
//! What it is not: who may use which. The store has one flat set of names; a name space is what its names begin with.
//!
//! ```text
//!   name space   queue     stored as
//!   /            orders    orders          the default one
//!   /            @odd      @@odd
//!   shop         orders    @shop/orders
//!   a/b          orders    @a%2Fb/orders
//! ```
//!
//! Invariant: two names of a name space, or of two name spaces, are never stored as one.

use std::borrow::Cow;

/// One name space.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameSpace {
    name: Box<str>,
    /// What its stored names begin with; empty for the default one.
    prefix: Box<str>,
}

impl NameSpace {
    /// The name of the default one, whose names are stored as they are.
    pub const DEFAULT: &str = "/";

    /// The name space of this name.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let prefix = match name {
            Self::DEFAULT => String::new(),
            _ => format!("@{}/", name.replace('%', "%25").replace('/', "%2F").replace('@', "%40")),
        };
        Self { name: name.into(), prefix: prefix.into() }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the store calls its queue or router `name`.
    #[must_use]
    pub fn stored<'a>(&self, name: &'a str) -> Cow<'a, str> {
        stored(&self.prefix, name)
    }

    /// What those within it call what is stored as `stored`; `None` if it is another's.
    #[must_use]
    pub fn shown<'a>(&self, stored: &'a str) -> Option<&'a str> {
        shown(&self.prefix, stored)
    }
}

/// What the store calls the queue `name` of the name space that the stored name `neighbour` belongs to.
#[must_use]
pub fn stored_beside<'a>(neighbour: &str, name: &'a str) -> Cow<'a, str> {
    stored(prefix_of(neighbour), name)
}

/// What those within its name space call what is stored as `stored`.
#[must_use]
pub fn shown_within(stored: &str) -> &str {
    shown(prefix_of(stored), stored).unwrap_or(stored)
}

/// What the stored names of its name space begin with.
fn prefix_of(stored: &str) -> &str {
    let is_prefixed = stored.starts_with('@') && !stored.starts_with("@@");
    let end = stored.find('/').filter(|_| is_prefixed).map_or(0, |slash| slash + 1);
    &stored[..end]
}

fn stored<'a>(prefix: &str, name: &'a str) -> Cow<'a, str> {
    if !prefix.is_empty() {
        Cow::Owned(format!("{prefix}{name}"))
    } else if name.starts_with('@') {
        Cow::Owned(format!("@{name}"))
    } else {
        Cow::Borrowed(name)
    }
}

fn shown<'a>(prefix: &str, stored: &'a str) -> Option<&'a str> {
    if !prefix.is_empty() {
        return stored.strip_prefix(prefix);
    }
    match stored.strip_prefix('@') {
        Some(escaped) => escaped.starts_with('@').then_some(escaped),
        None => Some(stored),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back_in_their_own_name_space_and_in_no_other() {
        let hosts = ["/", "shop", "a/b", "a", "a%2Fb", "@", ""].map(NameSpace::new);
        let names = ["orders", "@odd", "@shop/orders", "b/orders", "@@", ""];
        let mut seen = std::collections::BTreeSet::new();
        for (host, other) in hosts.iter().flat_map(|host| hosts.iter().map(move |other| (host, other))) {
            for name in names {
                let stored = host.stored(name).into_owned();
                let shown = other.shown(&stored);
                if host == other {
                    assert_eq!(shown, Some(name), "{stored} in {host:?}");
                    assert_eq!(shown_within(&stored), name, "{stored}");
                    assert_eq!(stored_beside(&stored, "@next"), host.stored("@next"), "beside {stored}");
                    assert!(seen.insert(stored.clone()), "{stored} stands for two names");
                } else {
                    assert_eq!(shown, None, "{stored} of {host:?} in {other:?}");
                }
            }
        }
    }

    #[test]
    fn the_default_name_space_shows_names_as_they_are() {
        assert_eq!(NameSpace::new("/").stored("orders"), "orders");
        assert_eq!(NameSpace::new("shop").stored("orders"), "@shop/orders");
    }
}
