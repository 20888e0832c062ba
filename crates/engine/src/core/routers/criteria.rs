//! Bindings by what they want of a message's headers.
//!
//! A binding is filed under the headers that lead to it: one that wants all of several is found by one of them, one that
//! wants any is found by each. So a message looks only at bindings that have something in common with it.
//!
//! Invariant: a binding that a message meets is filed under one of the message's headers, or asks for nothing.

use crate::core::routers::shared_map::SharedMap;
use std::sync::Arc;
use vocab::{Binding, Header, HeaderMatch, HeaderValue, Target};

type Bindings = SharedMap<Arc<Binding>, ()>;

/// The bindings.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct ByHeaders {
    /// They ask for nothing.
    always: Bindings,
    /// By the name of a header.
    named: SharedMap<Arc<str>, Bindings>,
    /// By a header with its value.
    valued: SharedMap<Header, Bindings>,
}

/// What a binding is filed under.
enum Place {
    Always,
    Named(Arc<str>),
    Valued(Header),
}

fn places(criteria: Option<&HeaderMatch>) -> Vec<Place> {
    let place = |(name, value): &(String, Option<HeaderValue>)| match value {
        Some(value) => Place::Valued(Header { name: name.clone(), value: value.clone() }),
        None => Place::Named(name.as_str().into()),
    };
    let Some(criteria) = criteria else { return vec![Place::Always] };
    if criteria.any {
        return criteria.wanted.iter().map(place).collect();
    }
    // A value tells more than a name.
    let best = criteria.wanted.iter().find(|(_, value)| value.is_some()).or(criteria.wanted.first());
    vec![best.map_or(Place::Always, place)]
}

impl ByHeaders {
    pub(super) fn add(&mut self, binding: &Arc<Binding>) {
        for place in places(binding.criteria.as_ref()) {
            let bindings = match place {
                Place::Always => &mut self.always,
                Place::Named(name) => self.named.entry(&name, Bindings::default),
                Place::Valued(header) => self.valued.entry(&header, Bindings::default),
            };
            bindings.insert(binding, ());
        }
    }

    pub(super) fn remove(&mut self, binding: &Binding) {
        for place in places(binding.criteria.as_ref()) {
            match place {
                Place::Always => drop(self.always.remove(binding)),
                Place::Named(name) => take_out(&mut self.named, &name, binding),
                Place::Valued(header) => take_out(&mut self.valued, &header, binding),
            }
        }
    }

    /// Tells the targets of every binding that these headers meet.
    pub(super) fn tell(&self, headers: &[Header], tell: &mut impl FnMut(Target)) {
        self.always.iter().for_each(|(binding, ())| tell(binding.target));
        for header in headers {
            let found = [self.named.get(header.name.as_str()), self.valued.get(header)];
            for (binding, ()) in found.into_iter().flatten().flat_map(SharedMap::iter) {
                if binding.criteria.as_ref().is_some_and(|criteria| criteria.is_met_by(headers)) {
                    tell(binding.target);
                }
            }
        }
    }
}

fn take_out<K: std::hash::Hash + Eq + Clone>(filed: &mut SharedMap<K, Bindings>, place: &K, binding: &Binding) {
    let Some(bindings) = filed.get_mut(place) else { return };
    bindings.remove(binding);
    if bindings.is_empty() {
        filed.remove(place);
    }
}
