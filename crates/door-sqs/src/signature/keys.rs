//! Signing keys, derived once for each key and day.
//!
//! ```text
//!   "AWS4" + secret ─HMAC→ date ─HMAC→ region ─HMAC→ service ─HMAC→ "aws4_request" ─→ the signing key
//! ```
//!
//! Invariants: finding a key takes no lock. A key whose secret changed is another key here, because it is another object; what belongs to
//! keys that nobody has any more goes at the next derivation. Only days that a valid signature can have are kept.

use super::hash::{self, SigningKey};
use arc_swap::ArcSwap;
use door::access::Key;
use std::collections::HashMap;
use std::sync::Arc;

/// Days kept for a key: a URL may be a week old, and a clock a little ahead.
const DAYS_MAX: usize = 9;

/// The signing keys of one region and service.
pub(super) struct SigningKeys {
    region: String,
    service: &'static str,
    derived: ArcSwap<HashMap<String, Derived>>,
}

#[derive(Clone)]
struct Derived {
    from: Arc<Key>,
    by_date: Vec<(String, SigningKey)>,
}

impl SigningKeys {
    /// None derived yet.
    pub(super) fn new(region: &str, service: &'static str) -> Self {
        Self { region: region.to_owned(), service, derived: ArcSwap::default() }
    }

    /// The region that they are for.
    pub(super) fn region(&self) -> &str {
        &self.region
    }

    /// The service that they are for.
    pub(super) fn service(&self) -> &'static str {
        self.service
    }

    /// The signing key of `key` for the day `date`, which has been checked to be one that signatures can have.
    pub(super) fn get(&self, key: &Arc<Key>, date: &str) -> SigningKey {
        let known = self.derived.load();
        let known = known.get(&key.id).filter(|derived| Arc::ptr_eq(&derived.from, key));
        let found = known.and_then(|derived| derived.by_date.iter().find(|(day, _)| day == date));
        match found {
            Some((_, signing)) => signing.clone(),
            None => self.derive(key, date),
        }
    }

    fn derive(&self, key: &Arc<Key>, date: &str) -> SigningKey {
        let secret = hash::key(&[b"AWS4", key.secret.expose().as_bytes()].concat());
        let parts = [date, &self.region, self.service, "aws4_request"];
        let signing = parts.into_iter().fold(secret, |key, part| hash::key(&hash::sign(&key, part.as_bytes())));
        self.derived.rcu(|known| {
            let mut next = HashMap::clone(known);
            // Only this map and its predecessor still have a key that no user has.
            next.retain(|_, derived| Arc::strong_count(&derived.from) > 2);
            let entry = next.entry(key.id.clone()).or_insert_with(|| Derived::of(key));
            if !Arc::ptr_eq(&entry.from, key) {
                *entry = Derived::of(key);
            }
            entry.by_date.retain(|(day, _)| day != date);
            entry.by_date.push((date.to_owned(), signing.clone()));
            entry.by_date.sort_unstable_by(|(one, _), (other, _)| other.cmp(one));
            entry.by_date.truncate(DAYS_MAX);
            next
        });
        signing
    }
}

impl Derived {
    fn of(key: &Arc<Key>) -> Self {
        Self { from: Arc::clone(key), by_date: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use door::access::Secret;

    fn key(id: &str, secret: &str) -> Arc<Key> {
        Arc::new(Key { id: id.to_owned(), secret: Secret::new(secret), enabled: true })
    }

    fn signed(keys: &SigningKeys, key: &Arc<Key>, date: &str) -> String {
        hash::hex_text(&hash::sign(&keys.get(key, date), b""))
    }

    #[test]
    fn a_derived_key_is_kept_until_its_secret_or_its_user_is_another() {
        let keys = SigningKeys::new("us-east-1", "sqs");
        let (old, other) = (key("a", "one"), key("b", "one"));
        let first = signed(&keys, &old, "20150830");
        assert_eq!(signed(&keys, &old, "20150830"), first);
        assert_eq!(signed(&keys, &other, "20150830"), first, "the id is no part of it");
        assert_ne!(signed(&keys, &old, "20150831"), first);
        let changed = key("a", "two");
        assert_ne!(signed(&keys, &changed, "20150830"), first);
        drop((old, other));
        signed(&keys, &changed, "20150901");
        let known = keys.derived.load();
        assert_eq!(known.keys().collect::<Vec<_>>(), ["a"]);
        assert_eq!(known["a"].by_date.len(), 2);
    }

    #[test]
    fn only_so_many_days_are_kept() {
        let keys = SigningKeys::new("us-east-1", "sqs");
        let key = key("a", "one");
        for day in 10..30 {
            signed(&keys, &key, &format!("201508{day}"));
        }
        let known = keys.derived.load();
        assert_eq!(known["a"].by_date.len(), DAYS_MAX);
        assert_eq!(known["a"].by_date[0].0, "20150829");
    }
}
