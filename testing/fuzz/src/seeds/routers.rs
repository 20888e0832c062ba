//! One record of each kind about routers, in an order in which they can be applied.

use engine::core::event::Event;
use std::collections::BTreeMap;
use std::sync::Arc;
use vocab::{Binding, HeaderMatch, HeaderValue, QueueId, RouterId, RouterKind, RouterSettings, Target};

/// Two routers and three bindings, one of which goes; then a router goes, too.
pub(super) fn events(queue: QueueId, at_ms: u64) -> Vec<(&'static str, Event)> {
    let created = |id: u32, kind| Event::RouterCreated {
        router: RouterId(id),
        name: format!("router-{id}"),
        kind,
        settings: Box::new(RouterSettings { alternate: Some("router-2".to_owned()), ..RouterSettings::default() }),
        annotations: BTreeMap::from([("team".to_owned(), "billing".to_owned())]),
        at_ms,
    };
    let wanted = vec![
        ("colour".to_owned(), Some(HeaderValue::Text("red".to_owned()))),
        ("size".to_owned(), Some(HeaderValue::Number("4".to_owned()))),
        ("key".to_owned(), Some(HeaderValue::Bytes(vec![1, 2].into()))),
        ("urgent".to_owned(), Some(HeaderValue::Bool(true))),
        ("traced".to_owned(), None),
    ];
    let criteria = Some(HeaderMatch { any: true, wanted });
    let by_headers = Binding { criteria, ..Binding::new(RouterId(1), Target::Queue(queue), "") };
    let by_pattern = Binding::new(RouterId(2), Target::Queue(queue), "order.#");
    let noted = Binding { annotations: vec![7; 3].into(), ..by_pattern.clone() };
    let onward = Arc::new(Binding::new(RouterId(1), Target::Router(RouterId(2)), "a.*"));
    vec![
        ("router-created", created(1, RouterKind::Headers)),
        ("router-created-again", created(2, RouterKind::Pattern)),
        ("bound-by-headers", Event::Bound(Arc::new(by_headers))),
        ("bound-by-pattern", Event::Bound(Arc::new(by_pattern))),
        ("bound-with-notes", Event::Bound(Arc::new(noted))),
        ("bound-to-a-router", Event::Bound(onward.clone())),
        ("unbound", Event::Unbound(onward)),
        ("router-deleted", Event::RouterDeleted { router: RouterId(3) }),
    ]
}
