//! Routers as commands: what is refused, what goes along with what, and which pages a change costs.

use super::Bench;
use crate::core::answer::Answer;
use crate::core::command::Command;
use crate::core::error::{BindError, CreateRouterError, DeleteRouterError, NoSuchQueue, NoSuchRouter};
use crate::snapshot;
use journal::PageKey;
use std::collections::BTreeMap;
use vocab::limits::{BINDING_BYTES_MAX, ROUTE_KEY_BYTES_MAX};
use vocab::{Binding, QueueId, QueueSettings, RouterId, RouterKind, RouterSettings, Target};

impl Bench {
    pub(crate) fn create_router(
        &mut self,
        name: &str,
        kind: RouterKind,
        settings: RouterSettings,
    ) -> Result<RouterId, CreateRouterError> {
        let (name, settings, annotations) = (name.to_owned(), Box::new(settings), BTreeMap::new());
        match self.ask(Command::CreateRouter { name, kind, settings, annotations }) {
            Some(Answer::RouterCreated(created)) => created.map(|(info, routing)| {
                assert_eq!(routing.router_by_id(info.id), Some(&info), "the answer carries the routing as it is then");
                info.id
            }),
            other => panic!("no answer about a router: {other:?}"),
        }
    }

    pub(crate) fn router(&mut self, name: &str, kind: RouterKind) -> RouterId {
        self.create_router(name, kind, RouterSettings::default()).expect("the name is free")
    }

    pub(crate) fn delete_router(&mut self, router: RouterId, if_unused: bool) -> Result<(), DeleteRouterError> {
        match self.ask(Command::DeleteRouter { router, if_unused }) {
            Some(Answer::RouterDeleted(deleted)) => deleted.map(|_| ()),
            other => panic!("no answer about a router: {other:?}"),
        }
    }

    pub(crate) fn bind(&mut self, source: RouterId, target: Target, key: &str) -> Result<(), BindError> {
        match self.ask(Command::Bind(Box::new(Binding::new(source, target, key)))) {
            Some(Answer::Bound(bound)) => bound.map(|_| ()),
            other => panic!("no answer about a binding: {other:?}"),
        }
    }

    fn route(&self, router: &str, key: &str) -> Option<Vec<QueueId>> {
        self.machine.state.route(router, &[key], &[])
    }
}

fn bench() -> (Bench, QueueId, RouterId) {
    let mut bench = Bench::new();
    let queue = bench.create("queue", QueueSettings::default());
    let router = bench.router("router", RouterKind::Direct);
    (bench, queue, router)
}

#[test]
fn a_name_is_taken_once_and_an_id_never_given_again() {
    let (mut bench, _, first) = bench();
    match bench.create_router("router", RouterKind::Pattern, RouterSettings::default()) {
        Err(CreateRouterError::Exists(info)) => assert_eq!((info.id, info.kind), (first, RouterKind::Direct)),
        other => panic!("the name is taken: {other:?}"),
    }
    for name in ["", &"x".repeat(ROUTE_KEY_BYTES_MAX + 1)] {
        let refused = bench.create_router(name, RouterKind::Fanout, RouterSettings::default());
        assert_eq!(refused, Err(CreateRouterError::Name { max: ROUTE_KEY_BYTES_MAX, got: name.len() }));
    }
    assert_eq!(bench.delete_router(first, true), Ok(()));
    assert_eq!(bench.delete_router(first, false), Err(NoSuchRouter(first).into()));
    let second = bench.router("router", RouterKind::Direct);
    assert!(second > first, "{second} is another router than {first}");
}

#[test]
fn a_binding_needs_both_its_ends_and_bounded_words() {
    let (mut bench, queue, router) = bench();
    let nobody = RouterId(99);
    assert_eq!(bench.bind(nobody, Target::Queue(queue), ""), Err(NoSuchRouter(nobody).into()));
    assert_eq!(bench.bind(router, Target::Router(nobody), ""), Err(NoSuchRouter(nobody).into()));
    assert_eq!(bench.bind(router, Target::Queue(QueueId(99)), ""), Err(NoSuchQueue(QueueId(99)).into()));
    let long = "k".repeat(ROUTE_KEY_BYTES_MAX + 1);
    let expected = BindError::Key { max: ROUTE_KEY_BYTES_MAX, got: long.len() };
    assert_eq!(bench.bind(router, Target::Queue(queue), &long), Err(expected));
    let noted =
        Binding { annotations: vec![0; BINDING_BYTES_MAX].into(), ..Binding::new(router, Target::Queue(queue), "k") };
    let answer = bench.ask(Command::Bind(Box::new(noted)));
    assert_eq!(answer, Some(Answer::Bound(Err(BindError::TooLarge { bytes: BINDING_BYTES_MAX + 1 }))));
    assert_eq!(bench.route("router", "k"), Some(vec![]));
    assert_eq!(bench.route("nobody", "k"), None);
}

#[test]
fn the_same_binding_again_changes_nothing_and_one_that_is_not_there_is_no_error() {
    let (mut bench, queue, router) = bench();
    let target = Target::Queue(queue);
    assert_eq!(bench.bind(router, target, "a"), Ok(()));
    let events = bench.events.len();
    assert_eq!(bench.bind(router, target, "a"), Ok(()));
    bench.ask(Command::Unbind(Box::new(Binding::new(router, target, "b"))));
    assert_eq!(bench.events.len(), events);
    assert_eq!(bench.delete_router(router, true), Err(DeleteRouterError::InUse(router)));
    bench.ask(Command::Unbind(Box::new(Binding::new(router, target, "a"))));
    assert_eq!(bench.route("router", "a"), Some(vec![]));
    assert_eq!(bench.delete_router(router, true), Ok(()));
}

#[test]
fn bindings_go_with_their_queue_and_routers_with_their_last_binding() {
    let (mut bench, queue, router) = bench();
    let auto_delete = RouterSettings { auto_delete: true, ..RouterSettings::default() };
    let inner = bench.create_router("inner", RouterKind::Fanout, auto_delete).expect("the name is free");
    bench.bind(router, Target::Router(inner), "a").expect("both exist");
    bench.bind(inner, Target::Queue(queue), "").expect("both exist");
    assert_eq!(bench.route("router", "a"), Some(vec![queue]));
    match bench.ask(Command::DeleteQueue { queue }) {
        Some(Answer::Deleted(Ok(routing))) => assert_eq!((routing.router_count(), routing.binding_count()), (1, 0)),
        other => panic!("the queue was not deleted: {other:?}"),
    }
    assert_eq!((bench.route("inner", "a"), bench.route("router", "a")), (None, Some(vec![])));
}

#[test]
fn a_transient_router_is_gone_at_the_next_start() {
    let (mut bench, queue, router) = bench();
    let transient = RouterSettings { transient: true, ..RouterSettings::default() };
    let short = bench.create_router("short", RouterKind::Fanout, transient).expect("the name is free");
    bench.bind(short, Target::Queue(queue), "").expect("both exist");
    bench.bind(router, Target::Router(short), "a").expect("both exist");
    bench.crash();
    assert_eq!((bench.route("short", ""), bench.route("router", "a")), (None, Some(vec![])));
}

#[test]
fn an_alternate_takes_what_nothing_matches_and_rings_end() {
    let (mut bench, queue, router) = bench();
    let back = RouterSettings { alternate: Some("router".to_owned()), ..RouterSettings::default() };
    let other = bench.create_router("other", RouterKind::Direct, back).expect("the name is free");
    bench.bind(router, Target::Router(other), "ring").expect("both exist");
    bench.bind(other, Target::Router(router), "ring").expect("both exist");
    bench.bind(other, Target::Queue(queue), "ring").expect("both exist");
    bench.bind(router, Target::Queue(queue), "only here").expect("both exist");
    assert_eq!(bench.route("router", "ring"), Some(vec![queue]), "once, whatever leads there");
    assert_eq!(bench.route("other", "only here"), Some(vec![queue]), "by way of the alternate");
    assert_eq!(bench.route("other", "nowhere"), Some(vec![]));
}

#[test]
fn a_checkpoint_has_the_pages_of_bindings_that_changed() {
    let (mut bench, queue, router) = bench();
    for number in 0..600 {
        bench.bind(router, Target::Queue(queue), &number.to_string()).expect("both exist");
    }
    let pages = |bench: &mut Bench| {
        let changes = snapshot::take_changed(&mut bench.machine.state).into_iter();
        let of_routers = changes.filter(|(PageKey(key), _)| key >> 88 & 0xFF == 9);
        of_routers.map(|(PageKey(key), content)| (key >> 96, key & 0xFF, content.is_some())).collect::<Vec<_>>()
    };
    let id = u128::from(router.0);
    let first: Vec<_> = [(0, 0, true)].into_iter().chain((0..4).map(|page| (id, page, true))).collect();
    assert_eq!(pages(&mut bench), first, "the next id, the router, and three pages of its 600 bindings");
    assert_eq!(pages(&mut bench), []);
    bench.ask(Command::Unbind(Box::new(Binding::new(router, Target::Queue(queue), "300"))));
    assert_eq!(pages(&mut bench), [(id, 2, true)]);
    for number in 0..256 {
        bench.ask(Command::Unbind(Box::new(Binding::new(router, Target::Queue(queue), number.to_string()))));
    }
    assert_eq!(pages(&mut bench), [(id, 1, false)]);
    bench.delete_router(router, false).expect("it exists");
    assert_eq!(pages(&mut bench), [(id, 0, false), (id, 2, false), (id, 3, false)]);
}
