//! Virtual hosts as name spaces, and the names under which the store has their queues and routers.
//!
//! ```text
//!   virtual host   queue     stored as      seen by the other doors
//!   /              orders    orders         yes, as orders
//!   /              @odd      @@odd          yes, as @@odd
//!   shop           orders    @shop/orders   as @shop/orders
//!   a/b            orders    @a%2Fb/orders  likewise
//! ```
//!
//! Invariant: two names of a virtual host, or of two virtual hosts, are never stored as one.

use std::borrow::Cow;

/// The virtual host that the other doors' queues are in.
pub(crate) const DEFAULT: &str = "/";

/// One virtual host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Vhost {
    name: Box<str>,
    /// What its stored names begin with; empty for the default one.
    prefix: Box<str>,
}

impl Vhost {
    /// The virtual host of this name.
    pub(crate) fn new(name: &str) -> Self {
        let prefix = match name {
            DEFAULT => String::new(),
            _ => format!("@{}/", name.replace('%', "%25").replace('/', "%2F").replace('@', "%40")),
        };
        Self { name: name.into(), prefix: prefix.into() }
    }

    /// Its name, as clients say it.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// What the store calls its queue or router `name`.
    pub(crate) fn stored<'a>(&self, name: &'a str) -> Cow<'a, str> {
        if !self.prefix.is_empty() {
            Cow::Owned(format!("{}{name}", self.prefix))
        } else if name.starts_with('@') {
            Cow::Owned(format!("@{name}"))
        } else {
            Cow::Borrowed(name)
        }
    }

    /// What clients of this virtual host call what is stored as `stored`; `None` if it is another's.
    pub(crate) fn shown<'a>(&self, stored: &'a str) -> Option<&'a str> {
        if !self.prefix.is_empty() {
            return stored.strip_prefix(&*self.prefix);
        }
        match stored.strip_prefix('@') {
            Some(escaped) => escaped.starts_with('@').then_some(escaped),
            None => Some(stored),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back_in_their_own_virtual_host_and_in_no_other() {
        let hosts = ["/", "shop", "a/b", "a", "a%2Fb", "@", ""].map(Vhost::new);
        let names = ["orders", "@odd", "@shop/orders", "b/orders", "@@", ""];
        let mut seen = std::collections::BTreeSet::new();
        for (host, other) in hosts.iter().flat_map(|host| hosts.iter().map(move |other| (host, other))) {
            for name in names {
                let stored = host.stored(name).into_owned();
                let shown = other.shown(&stored);
                if host == other {
                    assert_eq!(shown, Some(name), "{stored} in {host:?}");
                    assert!(seen.insert(stored.clone()), "{stored} stands for two names");
                } else {
                    assert_eq!(shown, None, "{stored} of {host:?} in {other:?}");
                }
            }
        }
    }

    #[test]
    fn the_default_virtual_host_shows_names_as_they_are() {
        assert_eq!(Vhost::new("/").stored("orders"), "orders");
        assert_eq!(Vhost::new("shop").stored("orders"), "@shop/orders");
    }
}
