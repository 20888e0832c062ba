//! A hash map whose copies share what they have in common.
//!
//! ```text
//!   root:  present 0b…0101 | entry (key, value) | branch ──→ present 0b…1000 | entry
//!                        ^ the entry's five bits of hash       ^ the next five bits
//! ```
//!
//! A tree over the bits of the keys' hashes, five at each level. A copy is one counter. A change copies the nodes on the way
//! to its entry, at most 32 slots each, and only those that another copy still has.
//!
//! What it is not: ordered. It goes by hash, which is the same in every run: SipHash without a secret, whose collisions cannot
//! be made in numbers; keys whose hashes are wholly alike share one list at the bottom.
//!
//! Invariants: a bit of `present` stands for the slot at the count of the bits below it; no branch holds just one entry, so
//! that a map takes no more than its entries need, whatever it held before.

use siphasher::sip::SipHasher13;
use std::borrow::Borrow;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

const BITS: u32 = 5;
const MASK: u64 = (1 << BITS) - 1;

/// The map.
pub(super) struct SharedMap<K, V> {
    /// None while it has no entry, so that empty maps cost nothing.
    root: Option<Arc<Node<K, V>>>,
    len: usize,
}

#[derive(Clone)]
struct Node<K, V> {
    /// Which parts of the hash have a slot; below the last bits of the hash it means nothing.
    present: u32,
    slots: Vec<Slot<K, V>>,
}

#[derive(Clone)]
enum Slot<K, V> {
    Entry(Entry<K, V>),
    Branch(Arc<Node<K, V>>),
}

#[derive(Clone)]
struct Entry<K, V> {
    hash: u64,
    key: K,
    value: V,
}

fn hash_of(key: &(impl Hash + ?Sized)) -> u64 {
    let mut hasher = SipHasher13::new();
    key.hash(&mut hasher);
    hasher.finish()
}

impl<K: Hash + Eq + Clone, V: Clone> SharedMap<K, V> {
    /// How many entries it has.
    #[must_use]
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Whether it has none.
    #[must_use]
    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The value of `key`.
    #[must_use]
    pub(super) fn get<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        let hash = hash_of(key);
        let (mut node, mut shift) = (self.root.as_deref()?, 0);
        loop {
            match &node.slots[node.find(hash, shift, key).ok()?] {
                Slot::Entry(entry) => return (entry.key.borrow() == key).then_some(&entry.value),
                Slot::Branch(branch) => (node, shift) = (branch, shift + BITS),
            }
        }
    }

    /// The value of `key`, to be changed.
    pub(super) fn get_mut<Q: Hash + Eq + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        // Nothing is copied for a key that is not there.
        self.get(key)?;
        let hash = hash_of(key);
        let (mut node, mut shift) = (Arc::make_mut(self.root.as_mut()?), 0);
        loop {
            let at = node.find(hash, shift, key).ok()?;
            match &mut node.slots[at] {
                Slot::Entry(entry) => return Some(&mut entry.value),
                Slot::Branch(branch) => (node, shift) = (Arc::make_mut(branch), shift + BITS),
            }
        }
    }

    /// Gives `key` this value.
    pub(super) fn insert(&mut self, key: &K, value: V) {
        if let Some(known) = self.get_mut(key) {
            *known = value;
            return;
        }
        Arc::make_mut(self.root.get_or_insert_default())
            .insert(Entry { hash: hash_of(key), key: key.clone(), value }, 0);
        self.len += 1;
    }

    /// The value of `key`, to be changed; `make` gives one where there is none.
    pub(super) fn entry(&mut self, key: &K, make: impl FnOnce() -> V) -> &mut V {
        if self.get(key).is_none() {
            self.insert(key, make());
        }
        self.get_mut(key).expect("it was there, or was just put there")
    }

    /// Takes `key` out.
    pub(super) fn remove<Q: Hash + Eq + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        self.get(key)?;
        self.len -= 1;
        let value = Arc::make_mut(self.root.as_mut()?).remove(hash_of(key), 0, key);
        self.root.take_if(|_| self.len == 0);
        value
    }

    /// Every entry, by hash.
    pub(super) fn iter(&self) -> Iter<'_, K, V> {
        Iter { open: self.root.iter().map(|root| root.slots.iter()).collect() }
    }
}

impl<K: Hash + Eq + Clone, V: Clone> Node<K, V> {
    /// Where the slot is that `key` is in, if it is anywhere; otherwise where its slot would have to be.
    fn find<Q: Eq + ?Sized>(&self, hash: u64, shift: u32, key: &Q) -> Result<usize, usize>
    where
        K: Borrow<Q>,
    {
        if shift >= u64::BITS {
            let is_it = |slot: &Slot<K, V>| matches!(slot, Slot::Entry(entry) if entry.key.borrow() == key);
            return self.slots.iter().position(is_it).ok_or(self.slots.len());
        }
        let bit = bit_of(hash, shift);
        let at = (self.present & (bit - 1)).count_ones() as usize;
        if self.present & bit == 0 { Err(at) } else { Ok(at) }
    }

    /// Adds an entry whose key is not there.
    fn insert(&mut self, new: Entry<K, V>, shift: u32) {
        let at = match self.find(new.hash, shift, &new.key) {
            Ok(at) => at,
            Err(at) => {
                if shift < u64::BITS {
                    self.present |= bit_of(new.hash, shift);
                }
                return self.slots.insert(at, Slot::Entry(new));
            }
        };
        if let Slot::Entry(_) = self.slots[at] {
            let pushed_down = std::mem::replace(&mut self.slots[at], Slot::Branch(Arc::default()));
            if let (Slot::Entry(old), Slot::Branch(branch)) = (pushed_down, &mut self.slots[at]) {
                Arc::make_mut(branch).insert(old, shift + BITS);
            }
        }
        if let Slot::Branch(branch) = &mut self.slots[at] {
            Arc::make_mut(branch).insert(new, shift + BITS);
        }
    }

    /// Takes out a key that is there.
    fn remove<Q: Eq + ?Sized>(&mut self, hash: u64, shift: u32, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let at = self.find(hash, shift, key).ok()?;
        let Slot::Branch(branch) = &mut self.slots[at] else {
            if shift < u64::BITS {
                self.present &= !bit_of(hash, shift);
            }
            let Slot::Entry(entry) = self.slots.remove(at) else { return None };
            return Some(entry.value);
        };
        let below = Arc::make_mut(branch);
        let value = below.remove(hash, shift + BITS, key);
        if let [Slot::Entry(last)] = &below.slots[..] {
            self.slots[at] = Slot::Entry(last.clone());
        }
        value
    }
}

fn bit_of(hash: u64, shift: u32) -> u32 {
    1 << (hash >> shift & MASK)
}

impl<K, V> Default for Node<K, V> {
    fn default() -> Self {
        Self { present: 0, slots: Vec::new() }
    }
}

impl<K, V> Default for SharedMap<K, V> {
    fn default() -> Self {
        Self { root: None, len: 0 }
    }
}

impl<K, V> Clone for SharedMap<K, V> {
    fn clone(&self) -> Self {
        Self { root: self.root.clone(), len: self.len }
    }
}

impl<K: Hash + Eq + Clone, V: Clone + PartialEq> PartialEq for SharedMap<K, V> {
    fn eq(&self, other: &Self) -> bool {
        let same = |(one, other): (&Arc<_>, &Arc<_>)| Arc::ptr_eq(one, other);
        self.root.as_ref().zip(other.root.as_ref()).is_some_and(same)
            || (self.len == other.len && self.iter().all(|(key, value)| other.get(key) == Some(value)))
    }
}

impl<K: Hash + Eq + Clone + fmt::Debug, V: Clone + fmt::Debug> fmt::Debug for SharedMap<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

/// Every entry of a [`SharedMap`], by hash.
pub(super) struct Iter<'a, K, V> {
    open: Vec<std::slice::Iter<'a, Slot<K, V>>>,
}

impl<'a, K, V> Iterator for Iter<'a, K, V> {
    type Item = (&'a K, &'a V);

    fn next(&mut self) -> Option<Self::Item> {
        while let Some(slots) = self.open.last_mut() {
            match slots.next() {
                Some(Slot::Entry(entry)) => return Some((&entry.key, &entry.value)),
                Some(Slot::Branch(branch)) => self.open.push(branch.slots.iter()),
                None => {
                    self.open.pop();
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests;
