//! The table against a naive one, which looks at every binding for every message, and its figures.

use super::*;
use proptest::prelude::*;
use vocab::{Header, HeaderMatch, HeaderValue, QueueId, RouterKind, RouterSettings};

const KINDS: [RouterKind; 4] = [RouterKind::Direct, RouterKind::Fanout, RouterKind::Pattern, RouterKind::Headers];

fn router(id: u32, kind: RouterKind, settings: RouterSettings) -> RouterInfo {
    let annotations = BTreeMap::new();
    RouterInfo { id: RouterId(id), name: format!("r{id}"), kind, settings, annotations, created_ms: 0 }
}

/// Whether a pattern fits a key, by trying every split.
fn fits(pattern: &[&str], key: &[&str]) -> bool {
    match (pattern, key) {
        ([], key) => key.is_empty(),
        (["#", rest @ ..], key) => (0..=key.len()).any(|skipped| fits(rest, &key[skipped..])),
        (["*", rest @ ..], [_, key @ ..]) => fits(rest, key),
        ([word, rest @ ..], [first, key @ ..]) => word == first && fits(rest, key),
        (_, []) => false,
    }
}

fn words(key: &str) -> Vec<&str> {
    if key.is_empty() { Vec::new() } else { key.split('.').collect() }
}

fn matches(kind: RouterKind, binding: &Binding, keys: &[&str], headers: &[Header]) -> bool {
    match kind {
        RouterKind::Direct => keys.contains(&&*binding.key),
        RouterKind::Fanout => true,
        RouterKind::Pattern => keys.iter().any(|key| fits(&words(&binding.key), &words(key))),
        RouterKind::Headers => binding.criteria.as_ref().is_none_or(|criteria| criteria.is_met_by(headers)),
    }
}

fn naive(routers: &Routers, start: &RouterInfo, keys: &[&str], headers: &[Header]) -> BTreeSet<QueueId> {
    let (mut queues, mut asked, mut to_ask) = (BTreeSet::new(), BTreeSet::new(), vec![start.id]);
    while let Some(id) = to_ask.pop() {
        let Some(info) = routers.routing.router_by_id(id).filter(|_| asked.insert(id)) else { continue };
        let matching = routers.bindings().filter(|b| b.source == id && matches(info.kind, b, keys, headers));
        let targets: Vec<_> = matching.map(|binding| binding.target).collect();
        for target in &targets {
            match target {
                Target::Queue(queue) => drop(queues.insert(*queue)),
                Target::Router(router) => to_ask.push(*router),
            }
        }
        let alternate = info.settings.alternate.as_deref().filter(|_| targets.is_empty());
        to_ask.extend(alternate.and_then(|name| routers.routing.router(name)).map(|info| info.id));
    }
    queues
}

fn key() -> impl Strategy<Value = String> {
    proptest::collection::vec(proptest::sample::select(vec!["a", "b", "c", ""]), 0..4).prop_map(|words| words.join("."))
}

fn pattern() -> impl Strategy<Value = String> {
    let word = proptest::sample::select(vec!["a", "b", "c", "", "*", "#", "#"]);
    proptest::collection::vec(word, 0..5).prop_map(|words| words.join("."))
}

fn value() -> impl Strategy<Value = HeaderValue> {
    prop_oneof![Just(HeaderValue::Bool(true)), (0_u8..3).prop_map(|number| HeaderValue::Number(number.to_string()))]
}

fn name() -> impl Strategy<Value = String> {
    proptest::sample::select(vec!["x", "y", "z"]).prop_map(str::to_owned)
}

fn criteria() -> impl Strategy<Value = Option<HeaderMatch>> {
    let wanted = proptest::collection::vec((name(), proptest::option::of(value())), 0..3);
    proptest::option::weighted(0.9, (any::<bool>(), wanted).prop_map(|(any, wanted)| HeaderMatch { any, wanted }))
}

fn headers() -> impl Strategy<Value = Vec<Header>> {
    let headers = proptest::collection::btree_map(name(), value(), 0..4);
    headers.prop_map(|headers| headers.into_iter().map(|(name, value)| Header { name, value }).collect())
}

prop_compose! {
    fn bindings()(
        source in 0_u32..8, to_queue in proptest::bool::weighted(0.7), target in 0_u32..8,
        key in pattern(), criteria in criteria(), note in 0_u8..2,
    ) -> Arc<Binding> {
        let target = if to_queue { Target::Queue(QueueId(target)) } else { Target::Router(RouterId(target)) };
        Arc::new(Binding { source: RouterId(source), target, key, criteria, annotations: vec![note].into() })
    }
}

#[derive(Clone, Debug)]
enum Act {
    Bind(Arc<Binding>),
    Unbind(usize),
    ForgetQueue(u32),
    DeleteRouter(u32),
    Route(usize, Vec<String>, Vec<Header>),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        12 => bindings().prop_map(Act::Bind),
        4 => any::<usize>().prop_map(Act::Unbind),
        1 => (0_u32..8).prop_map(Act::ForgetQueue),
        1 => (0_u32..8).prop_map(Act::DeleteRouter),
        16 => (0_usize..8, proptest::collection::vec(key(), 1..3), headers())
            .prop_map(|(router, keys, headers)| Act::Route(router, keys, headers)),
    ];
    proptest::collection::vec(act, 1..120)
}

/// Eight routers, two of each kind; the second of each has the next kind's first as its alternate, some go with their last binding.
fn eight() -> Routers {
    let mut routers = Routers::default();
    for (id, kind) in (0..).zip(KINDS.into_iter().flat_map(|kind| [kind; 2])) {
        let alternate = (id % 2 == 1).then(|| format!("r{}", (id + 1) % 8));
        routers.create(router(
            id,
            kind,
            RouterSettings { alternate, auto_delete: id % 3 == 2, ..RouterSettings::default() },
        ));
    }
    routers
}

/// What follows from the list of bindings alone.
fn check_consistent(routers: &Routers) {
    let routing = &routers.routing;
    assert_eq!(routing.binding_count(), routers.bindings().count());
    assert_eq!(routing.router_count(), routers.kept.len());
    for (id, kept) in &routers.kept {
        let listed: Vec<_> = kept.bindings.values().cloned().collect();
        assert_eq!(routing.bindings_from(*id), listed);
    }
    for binding in routers.bindings() {
        assert!(routing.bindings_to(binding.target).contains(binding));
        if let Target::Router(id) = binding.target {
            assert!(routers.kept.contains_key(&id), "{binding:?} leads to nothing");
        }
    }
}

proptest! {
    #[test]
    fn messages_go_where_looking_at_every_binding_says(acts in acts()) {
        let mut routers = eight();
        let mut gone = Vec::new();
        for act in acts {
            match act {
                Act::Bind(binding) => {
                    let exists = |id| routers.kept.contains_key(&id);
                    if !matches!(binding.target, Target::Router(id) if !exists(id)) {
                        routers.bind(&binding);
                    }
                }
                Act::Unbind(which) => {
                    let bindings: Vec<_> = routers.bindings().cloned().collect();
                    if !bindings.is_empty() {
                        let binding = &bindings[which % bindings.len()];
                        routers.unbind(binding, &mut gone);
                        prop_assert!(!routers.routing.is_bound(binding));
                    }
                }
                Act::ForgetQueue(queue) => {
                    let target = Target::Queue(QueueId(queue));
                    routers.forget(target, &mut gone);
                    prop_assert_eq!(routers.routing.bindings_to(target), []);
                }
                Act::DeleteRouter(id) => {
                    routers.delete_all(vec![RouterId(id)], &mut gone);
                    prop_assert_eq!(routers.routing.bindings_to(Target::Router(RouterId(id))), []);
                }
                Act::Route(which, keys, headers) => {
                    let keys: Vec<_> = keys.iter().map(String::as_str).collect();
                    let name = format!("r{which}");
                    let expected = routers.routing.router(&name).map(|info| naive(&routers, info, &keys, &headers));
                    let found = routers.routing.route(&name, &keys, &headers);
                    let once: Option<BTreeSet<_>> = found.as_ref().map(|found| found.iter().copied().collect());
                    prop_assert_eq!(&once, &expected);
                    prop_assert_eq!(found.map(|found| found.len()), expected.map(|expected| expected.len()));
                }
            }
            check_consistent(&routers);
        }
    }

    #[test]
    fn a_copy_of_the_table_stays_as_it_was(before in proptest::collection::vec(bindings(), 0..40), after in proptest::collection::vec(bindings(), 1..40)) {
        let mut routers = eight();
        before.iter().for_each(|binding| routers.bind(binding));
        let copy = routers.routing.clone();
        let bound: Vec<_> = routers.bindings().cloned().collect();
        after.iter().for_each(|binding| routers.bind(binding));
        before.iter().for_each(|binding| routers.unbind(binding, &mut Vec::new()));
        prop_assert_eq!(copy.binding_count(), bound.len());
        prop_assert!(bound.iter().all(|binding| copy.is_bound(binding)));
    }
}

#[test]
fn patterns_that_double_back_are_matched_once_a_word() {
    let mut routers = Routers::default();
    routers.create(router(0, RouterKind::Pattern, RouterSettings::default()));
    let target = Target::Queue(QueueId(1));
    let pattern = ["#.a"; 60].join(".");
    routers.bind(&Arc::new(Binding::new(RouterId(0), target, pattern)));
    let mut key = ["a"; 120].join(".");
    assert_eq!(routers.routing.route("r0", &[&key], &[]), Some(vec![QueueId(1)]));
    key.push_str(".b");
    assert_eq!(routers.routing.route("r0", &[&key], &[]), Some(vec![]));
}

#[test]
fn a_router_goes_with_its_last_binding_and_takes_along_what_depends_on_it() {
    let mut routers = Routers::default();
    let auto_delete = RouterSettings { auto_delete: true, ..RouterSettings::default() };
    (0..3).for_each(|id| routers.create(router(id, RouterKind::Fanout, auto_delete.clone())));
    let bind = |from, to| Arc::new(Binding::new(RouterId(from), to, ""));
    // 0 → 1 → 2 → queue 7; and 1 → queue 8.
    let steps = [bind(0, Target::Router(RouterId(1))), bind(1, Target::Router(RouterId(2)))];
    steps.iter().for_each(|binding| routers.bind(binding));
    routers.bind(&bind(2, Target::Queue(QueueId(7))));
    routers.bind(&bind(1, Target::Queue(QueueId(8))));
    let left = |routers: &mut Routers, queue| {
        routers.forget(Target::Queue(QueueId(queue)), &mut Vec::new());
        routers.kept.keys().map(|id| id.0).collect::<Vec<_>>()
    };
    assert_eq!(left(&mut routers, 7), [0, 1]);
    assert_eq!(left(&mut routers, 8), Vec::<u32>::new());
    assert_eq!((routers.routing.router_count(), routers.routing.binding_count()), (0, 0));
}
