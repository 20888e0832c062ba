//! Routers and bindings as pages, and back; drawn in [`crate::snapshot`].

use super::key::key_of;
use crate::core::pages::PageId;
use crate::core::routers::{Kept, ROUTER_PAGE, RouterInfo, Routers, bindings_of_page, page_of_binding};
use crate::core::state::State;
use crate::record::{put_binding, put_router, take_binding, take_router};
use journal::PageChange;
use journal::wire::{Malformed, Reader, Write};
use vocab::{RouterId, Seq, Target};

/// What changed since the last call.
pub(super) fn take_routers(out: &mut Vec<PageChange>, routers: &mut Routers) {
    if std::mem::take(&mut routers.unsaved) {
        let mut page = Vec::new();
        page.put_varint(u64::from(routers.next));
        out.push((key_of(PageId::Routers), Some(page)));
    }
    for id in std::mem::take(&mut routers.changed) {
        let (Some(kept), Some(info)) = (routers.kept.get_mut(&id), routers.routing.router_by_id(id)) else { continue };
        let mut pages = std::mem::take(&mut kept.pages);
        let changes = pages.take(Seq(0), |page| router_page(info, kept, page));
        kept.pages = pages;
        out.extend(changes.into_iter().map(|(page, content)| (key_of(PageId::Router(id, page)), content)));
    }
}

/// Everything is to be written down again.
pub(super) fn mark_routers(routers: &mut Routers) {
    routers.unsaved |= routers.next > 0;
    for (id, kept) in &mut routers.kept {
        kept.pages.mark_stored();
        routers.changed.insert(*id);
    }
}

fn router_page(info: &RouterInfo, kept: &Kept, page: u64) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    if page == ROUTER_PAGE {
        put_router(&mut out, info, kept.next);
        return Some(out);
    }
    let numbers = bindings_of_page(page);
    let first = numbers.start;
    let count = kept.bindings.range(numbers.clone()).count();
    out.put_varint(count as u64);
    for (number, binding) in kept.bindings.range(numbers) {
        out.put_varint(number - first);
        put_binding(&mut out, binding);
    }
    (count > 0).then_some(out)
}

/// Takes what there is one of for all routers.
pub(super) fn take_routers_page(reader: &mut Reader<'_>, routers: &mut Routers) -> Result<(), Malformed> {
    routers.next = reader.number("next router id")?;
    Ok(())
}

/// Takes a page of a router.
pub(super) fn take_router_page(
    reader: &mut Reader<'_>,
    routers: &mut Routers,
    id: RouterId,
    page: u64,
) -> Result<(), Malformed> {
    if page == ROUTER_PAGE {
        let offset = reader.offset();
        let (info, next_binding) = take_router(reader, id)?;
        if !routers.restore_router(info, next_binding) {
            return Err(Malformed { offset, expected: "a router of its own name, with an id that was given" });
        }
    } else {
        let numbers = bindings_of_page(page);
        for _ in 0..reader.varint("count of bindings")? {
            let offset = reader.offset();
            let number = numbers.start.saturating_add(reader.varint("place of a binding")?);
            let binding = take_binding(reader, id)?;
            if page_of_binding(number) != page || !routers.restore(number, binding) {
                return Err(Malformed {
                    offset,
                    expected: "a binding of its own, in its page, of a router that is there",
                });
            }
        }
    }
    if let Some(kept) = routers.kept.get_mut(&id) {
        kept.pages.note_stored(page);
    }
    Ok(())
}

/// The first binding that leads to nothing, if there is one.
pub(super) fn loose_binding(state: &State) -> Option<RouterId> {
    let is_loose = |target: Target| match target {
        Target::Queue(id) => !state.queues.contains_key(&id),
        Target::Router(id) => !state.routers.kept.contains_key(&id),
    };
    state.routers.bindings().find(|binding| is_loose(binding.target)).map(|binding| binding.source)
}
