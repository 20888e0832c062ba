//! Which parts of the state changed since the last checkpoint: 65,536 seqs of a log, or of a subscription's progress over
//! it, make a page.
//!
//! What it is not: the pages' bytes ([`crate::snapshot`]). A plain publish marks no page: it changes a queue's counts only.
//! Invariants: a page that has content was stored or is marked, up to what the floor and the cursor take away: nobody
//! marks that, and it is taken away again when pages are read.

use roaring::RoaringTreemap;
use vocab::{PartitionKey, QueueId, RouterId, Seq, SubscriptionId};

/// The low bits of a seq tell its place in its page, the others which page.
const PAGE_BITS: u32 = 16;

/// The seqs of one page.
pub const SEQS_PER_PAGE: u64 = 1 << PAGE_BITS;

/// A part of the state that is stored by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageId {
    /// What a shard has one of.
    Globals,
    /// A queue's name, settings and annotations.
    Info(QueueId),
    /// A queue's totals, the ends of its logs, the cursors of its subscriptions.
    Counts(QueueId),
    /// Single messages in a log.
    Log(PartitionKey, u64),
    /// Single messages in a subscription's progress.
    Progress(PartitionKey, SubscriptionId, u64),
    /// Dedup ids of a log.
    Dedup(PartitionKey, u64),
    /// A queue's redrives.
    Redrives(QueueId),
    /// What there is one of for all routers.
    Routers,
    /// A router, or some of its bindings.
    Router(RouterId, u64),
    /// How many messages a queue's policy dropped.
    Drops(QueueId),
    /// Priority levels of a subscription.
    Levels(PartitionKey, SubscriptionId, u64),
    /// Bytes of bodies of a subscription.
    Sizes(PartitionKey, SubscriptionId, u64),
}

/// The page that a seq is in.
#[must_use]
pub fn page_of(seq: u64) -> u64 {
    seq >> PAGE_BITS
}

/// The first seq of a page.
#[must_use]
pub fn first_seq(page: u64) -> u64 {
    page << PAGE_BITS
}

/// The pages of one log or of one progress.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pages {
    marked: RoaringTreemap,
    /// The page marked last: most changes meet it again.
    last: Option<u64>,
    /// Pages that the journal was given and that are not gone.
    stored: RoaringTreemap,
}

impl Pages {
    /// Notes that something of this seq changed.
    #[inline]
    pub fn mark(&mut self, seq: Seq) {
        let page = page_of(seq.0);
        if self.last != Some(page) {
            self.last = Some(page);
            self.marked.insert(page);
        }
    }

    /// Notes that this page changed.
    pub fn mark_page(&mut self, page: u64) {
        self.marked.insert(page);
    }

    /// Notes that something of the seqs from `first` to `last` changed, both included.
    pub fn mark_span(&mut self, first: u64, last: u64) {
        self.marked.insert_range(page_of(first)..=page_of(last));
    }

    /// Notes that every page has to be given again.
    pub fn mark_stored(&mut self) {
        self.marked |= &self.stored;
    }

    /// Notes that the journal has this page.
    pub fn note_stored(&mut self, page: u64) {
        self.stored.insert(page);
    }

    /// Pages that the journal has.
    pub fn stored(&self) -> impl Iterator<Item = u64> + '_ {
        self.stored.iter()
    }

    /// The changes since the last call. `content` says what a page holds, if it holds anything; below `floor` none does.
    pub fn take(&mut self, floor: Seq, content: impl Fn(u64) -> Option<Vec<u8>>) -> Vec<(u64, Option<Vec<u8>>)> {
        let kept = page_of(floor.0);
        let mut changes = Vec::new();
        while let Some(page) = self.stored.min().filter(|page| *page < kept) {
            self.stored.remove(page);
            changes.push((page, None));
        }
        self.last = None;
        self.marked.remove_range(..kept);
        for page in std::mem::take(&mut self.marked) {
            match content(page) {
                Some(bytes) => {
                    self.stored.insert(page);
                    changes.push((page, Some(bytes)));
                }
                None if self.stored.remove(page) => changes.push((page, None)),
                None => {}
            }
        }
        changes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What was given, by page; the content is the page's own number in `with_content`.
    fn take(pages: &mut Pages, floor: u64, with_content: &[u64]) -> Vec<(u64, bool)> {
        let content = |page: u64| with_content.contains(&page).then(Vec::new);
        pages.take(Seq(floor), content).into_iter().map(|(page, content)| (page, content.is_some())).collect()
    }

    #[test]
    fn only_marked_pages_are_given_and_only_once() {
        let mut pages = Pages::default();
        for seq in [1, 2, 65_536, 3, 5 << 16] {
            pages.mark(Seq(seq));
        }
        assert_eq!(take(&mut pages, 1, &[0, 1, 5, 6]), [(0, true), (1, true), (5, true)]);
        assert_eq!(take(&mut pages, 1, &[0, 1, 5, 6]), []);
        pages.mark(Seq(3));
        assert_eq!(take(&mut pages, 1, &[0]), [(0, true)], "a page marked before is marked again");
    }

    #[test]
    fn an_empty_page_is_gone_if_it_was_stored_and_never_was_if_not() {
        let mut pages = Pages::default();
        pages.mark_span(0, (3 << 16) - 1);
        assert_eq!(take(&mut pages, 1, &[1]), [(1, true)]);
        pages.mark_span(0, (3 << 16) - 1);
        assert_eq!(take(&mut pages, 1, &[]), [(1, false)]);
        assert_eq!(pages.stored().count(), 0);
    }

    #[test]
    fn stored_pages_below_the_floor_go_without_being_marked() {
        let mut pages = Pages::default();
        pages.mark_span(0, (4 << 16) - 1);
        assert_eq!(take(&mut pages, 1, &[0, 1, 3]).len(), 3);
        pages.mark(Seq(7));
        assert_eq!(take(&mut pages, 3 << 16, &[0, 1, 3]), [(0, false), (1, false)]);
    }

    #[test]
    fn everything_stored_can_be_asked_for_again() {
        let mut pages = Pages::default();
        pages.note_stored(2);
        pages.mark(Seq(1));
        pages.mark_stored();
        assert_eq!(take(&mut pages, 1, &[0, 2]), [(0, true), (2, true)]);
    }
}
