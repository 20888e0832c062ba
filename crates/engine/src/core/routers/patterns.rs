//! Patterns of words as a tree: `a.*.#` is the way `a`, `*`, `#` from the root.
//!
//! A key is matched word by word. At each word only the nodes are alive that a pattern's beginning led to; a node below `#`
//! is one of them once, however many ways lead there. So a match costs at most the key's words times the tree's nodes, and
//! usually a few nodes a word.
//!
//! Invariant: every node but the root has targets or children.

use crate::core::routers::shared_map::SharedMap;
use crate::core::routers::targets::Targets;
use std::sync::Arc;
use vocab::Target;

/// One word.
const ONE: &str = "*";

/// Any number of words.
const MANY: &str = "#";

/// The patterns that begin with what leads to this node.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Patterns {
    /// Those that end here.
    targets: Targets,
    /// By their next word.
    words: SharedMap<Arc<str>, Arc<Patterns>>,
    one: Option<Arc<Patterns>>,
    many: Option<Arc<Patterns>>,
}

/// A node that the words so far lead to; one reached by `#` takes any further word and stays.
type Alive<'a> = (&'a Patterns, bool);

/// The words of a key or pattern.
fn words(key: &str) -> impl Iterator<Item = &str> {
    // Splitting nothing gives one empty word: the empty key has none.
    key.split('.').filter(move |_| !key.is_empty())
}

impl Patterns {
    /// One binding more leads to `target` by this pattern.
    pub(super) fn add(&mut self, pattern: &str, target: Target) {
        let node = words(pattern).fold(self, |node, word| {
            Arc::make_mut(match word {
                ONE => node.one.get_or_insert_default(),
                MANY => node.many.get_or_insert_default(),
                word => node.words.entry(&word.into(), Arc::default),
            })
        });
        node.targets.add(target);
    }

    /// One binding less leads to `target` by this pattern.
    pub(super) fn remove(&mut self, pattern: &str, target: Target) {
        self.remove_at(&mut words(pattern), target);
    }

    fn remove_at<'p>(&mut self, rest: &mut impl Iterator<Item = &'p str>, target: Target) {
        let Some(word) = rest.next() else { return self.targets.remove(target) };
        let child = match word {
            ONE => self.one.as_mut(),
            MANY => self.many.as_mut(),
            word => self.words.get_mut(word),
        };
        let Some(child) = child.map(Arc::make_mut) else { return };
        child.remove_at(rest, target);
        if child.is_empty() {
            match word {
                ONE => self.one = None,
                MANY => self.many = None,
                word => drop(self.words.remove(word)),
            }
        }
    }

    fn is_empty(&self) -> bool {
        self.targets.is_empty() && self.words.is_empty() && self.one.is_none() && self.many.is_none()
    }

    /// Tells the targets of every pattern that fits `key`.
    pub(super) fn tell(&self, key: &str, tell: &mut impl FnMut(Target)) {
        let (mut alive, mut next) = (Vec::new(), Vec::new());
        enter(&mut alive, self, false);
        for word in words(key) {
            let mut many = false;
            for (node, stays) in alive.drain(..) {
                if stays {
                    many = true;
                    next.push((node, true));
                }
                if let Some(child) = node.words.get(word) {
                    enter(&mut next, child, false);
                }
                if let Some(child) = &node.one {
                    enter(&mut next, child, false);
                }
            }
            std::mem::swap(&mut alive, &mut next);
            if many {
                keep_once(&mut alive);
            }
        }
        alive.iter().for_each(|(node, _)| node.targets.tell(tell));
    }
}

/// A node is alive, and what `#` leads to from there without a word.
fn enter<'a>(alive: &mut Vec<Alive<'a>>, node: &'a Patterns, stays: bool) {
    alive.push((node, stays));
    if let Some(many) = &node.many {
        enter(alive, many, true);
    }
}

/// Drops what is there twice. The order of nodes in memory changes from run to run; only the set of targets is told.
fn keep_once(alive: &mut Vec<Alive<'_>>) {
    let place = |(node, _): &Alive<'_>| std::ptr::from_ref::<Patterns>(node);
    alive.sort_unstable_by_key(place);
    alive.dedup_by_key(|alive| place(alive));
}
