//! The map against the standard library's, with hashes that are good, poor and all alike; copies stay as they were.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// A number that hashes as badly as asked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Poor {
    number: u16,
    /// The hash is that of the number's remainder.
    hashes: u16,
}

impl Hash for Poor {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.number % self.hashes).hash(state);
    }
}

#[derive(Clone, Debug)]
enum Act {
    Put(u16, u8),
    Remove(u16),
    Copy,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let number = || 0_u16..300;
    let act = prop_oneof![
        6 => (number(), any::<u8>()).prop_map(|(number, value)| Act::Put(number, value)),
        4 => number().prop_map(Act::Remove),
        1 => Just(Act::Copy),
    ];
    proptest::collection::vec(act, 0..400)
}

fn check(map: &SharedMap<Poor, u8>, model: &BTreeMap<Poor, u8>) {
    assert_eq!(map.len(), model.len());
    let listed: BTreeMap<_, _> = map.iter().map(|(key, value)| (key.clone(), *value)).collect();
    assert_eq!(&listed, model);
    assert_eq!(map.iter().count(), model.len(), "nothing is listed twice");
    for (key, value) in model {
        assert_eq!(map.get(key), Some(value));
    }
}

proptest! {
    #[test]
    fn it_is_a_map_and_its_copies_do_not_change(acts in acts(), hashes in prop_oneof![Just(1_u16), Just(7), Just(u16::MAX)]) {
        let (mut map, mut model) = (SharedMap::default(), BTreeMap::new());
        let mut copies = Vec::new();
        for act in acts {
            match act {
                Act::Put(number, value) => {
                    let key = Poor { number, hashes };
                    map.insert(&key, value);
                    model.insert(key, value);
                }
                Act::Remove(number) => {
                    let key = Poor { number, hashes };
                    prop_assert_eq!(map.remove(&key), model.remove(&key));
                    prop_assert_eq!(map.get(&key), None);
                }
                Act::Copy => copies.push((map.clone(), model.clone())),
            }
        }
        check(&map, &model);
        for (copy, model) in &copies {
            check(copy, model);
            prop_assert_eq!(copy == &map, copy.len() == map.len() && copy.iter().all(|(key, value)| map.get(key) == Some(value)));
        }
        for key in model.keys() {
            map.remove(key);
        }
        prop_assert!(map.is_empty() && map.root.is_none());
    }
}

fn root(map: &SharedMap<u32, u32>) -> &Node<u32, u32> {
    map.root.as_deref().expect("it has entries")
}

#[test]
fn a_change_copies_the_way_to_its_entry_and_nothing_else() {
    let mut map = SharedMap::<u32, u32>::default();
    for number in 0..10_000 {
        *map.entry(&number, || 0) += number;
    }
    let copy = map.clone();
    *map.get_mut(&77).expect("it was put there") = 0;
    let shared = root(&map).slots.iter().zip(&root(&copy).slots);
    let apart =
        shared.filter(|slots| !matches!(slots, (Slot::Branch(one), Slot::Branch(other)) if Arc::ptr_eq(one, other)));
    assert_eq!(apart.count(), 1, "one of the root's branches was copied");
    assert_eq!((copy.get(&77), map.get(&77)), (Some(&77), Some(&0)));
}
