//! One router's bindings in the shape that its kind is matched in.
//!
//! Invariant: it holds exactly the router's bindings. What is told may be told several times.

use crate::core::routers::criteria::ByHeaders;
use crate::core::routers::patterns::Patterns;
use crate::core::routers::shared_map::SharedMap;
use crate::core::routers::targets::Targets;
use std::sync::Arc;
use vocab::{Binding, Header, RouterKind, Target};

/// The bindings of one router.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Matcher {
    Direct(SharedMap<Arc<str>, Targets>),
    Fanout(Targets),
    Pattern(Patterns),
    Headers(ByHeaders),
}

impl Matcher {
    /// For a router of this kind without bindings.
    pub(super) fn new(kind: RouterKind) -> Self {
        match kind {
            RouterKind::Direct => Self::Direct(SharedMap::default()),
            RouterKind::Fanout => Self::Fanout(Targets::default()),
            RouterKind::Pattern => Self::Pattern(Patterns::default()),
            RouterKind::Headers => Self::Headers(ByHeaders::default()),
        }
    }

    /// Adds a binding that it does not have.
    pub(super) fn add(&mut self, binding: &Arc<Binding>) {
        match self {
            Self::Direct(keys) => keys.entry(&binding.key.as_str().into(), Targets::default).add(binding.target),
            Self::Fanout(targets) => targets.add(binding.target),
            Self::Pattern(patterns) => patterns.add(&binding.key, binding.target),
            Self::Headers(bindings) => bindings.add(binding),
        }
    }

    /// Takes out a binding that it has.
    pub(super) fn remove(&mut self, binding: &Binding) {
        match self {
            Self::Direct(keys) => {
                let Some(targets) = keys.get_mut(binding.key.as_str()) else { return };
                targets.remove(binding.target);
                if targets.is_empty() {
                    keys.remove(binding.key.as_str());
                }
            }
            Self::Fanout(targets) => targets.remove(binding.target),
            Self::Pattern(patterns) => patterns.remove(&binding.key, binding.target),
            Self::Headers(bindings) => bindings.remove(binding),
        }
    }

    /// Tells the target of every binding that a message with these keys and headers goes by.
    pub(super) fn tell(&self, keys: &[&str], headers: &[Header], tell: &mut impl FnMut(Target)) {
        match self {
            Self::Direct(bound) => keys.iter().filter_map(|key| bound.get(*key)).for_each(|targets| targets.tell(tell)),
            Self::Fanout(targets) => targets.tell(tell),
            Self::Pattern(patterns) => keys.iter().for_each(|key| patterns.tell(key, tell)),
            Self::Headers(bindings) => bindings.tell(headers, tell),
        }
    }
}
