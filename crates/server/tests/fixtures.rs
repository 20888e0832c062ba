//! The format's promise: folders that released versions wrote are read by this one, healthy, torn, rotten and half moved.
//!
//! Each release has a folder under `testing/fixtures`, and in it for each store an archive and what is known of it, as its writer knew it
//! before it was closed. What is frozen is never written again: a fixture that no longer reads is a broken promise. A release that changes
//! a format adds its own:
//!
//! ```text
//!   LONGSHORE_FREEZE=0.2.0 cargo test -p longshore --test main fixtures
//! ```
//!
//! What it is not: a test of how damage is told from a torn end, or of what compaction does; those make their own stores.

mod known;
mod make;

use crate::stores::{content, files, json, told};
use known::{check, known};
use longshore::embed::{self, Options, Store};
use longshore::vocab::{Facts, Message};
use serde_json::Value;
use std::path::Path;
use tar::{Archive, Builder};
use tempfile::{TempDir, tempdir};

/// Where the folders of all releases are.
const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testing/fixtures");

/// One frozen store, unpacked.
struct Fixture {
    folder: TempDir,
    known: Value,
}

impl Fixture {
    fn data(&self) -> &Path {
        self.folder.path()
    }

    fn shown(&self) -> &str {
        self.data().to_str().expect("a path")
    }
}

/// Hands the store of this name out of every release to a check.
fn each(name: &str, check: impl Fn(Fixture)) {
    let releases = files(FIXTURES.as_ref(), "");
    assert!(!releases.is_empty(), "no release is frozen under {FIXTURES}");
    for release in releases.into_iter().filter(|release| release.is_dir()) {
        let folder = tempdir().expect("a folder");
        let archive = crate::stores::bytes(&release.join(format!("{name}.tar")));
        Archive::new(&*archive).unpack(folder.path()).expect("a frozen archive");
        let known = crate::stores::bytes(&release.join(format!("{name}.json")));
        check(Fixture { folder, known: serde_json::from_slice(&known).expect("JSON") });
    }
}

fn opened(data: &Path) -> Store {
    embed::open(data, Options::default()).expect("a store that an earlier version wrote")
}

#[test]
fn a_healthy_store_of_every_release_is_read_whole() {
    each("healthy", |fixture| {
        told(&["verify", fixture.shown()], 0);
        let store = opened(fixture.data());
        assert!(store.was_clean());
        check(store.broker(), &fixture.known);
    });
}

#[test]
fn it_goes_on_and_is_read_again() {
    each("healthy", |fixture| {
        let store = opened(fixture.data());
        make::more(store.broker());
        let before = known(store.broker());
        store.shut_down().expect("sealed");
        told(&["verify", fixture.shown()], 0);
        check(opened(fixture.data()).broker(), &before);
    });
}

#[test]
fn what_was_published_before_is_still_taken_for_the_same() {
    each("healthy", |fixture| {
        let store = opened(fixture.data());
        let facts =
            Facts { dedup: Some(make::DEDUP.to_owned()), lane: Some(make::LANE.to_owned()), ..Facts::default() };
        let message = Message { facts, ..Message::with_body("once more") };
        let id = make::block_on(async {
            let queue = store.broker().queue(make::LANES).expect("it was frozen").id;
            store.broker().publish(queue, vec![message]).await.expect("room")[0]
        });
        assert_eq!(id.to_string(), fixture.known["first_dedup_id"].as_str().expect("an id"));
    });
}

#[test]
fn a_torn_end_of_every_release_is_cut() {
    each("torn", |fixture| {
        let verdict = json(&["verify", fixture.shown(), "--json"], 0);
        assert_ne!(verdict["unfinished"], Value::Null, "{verdict}");
        let store = opened(fixture.data());
        assert!(!store.was_clean());
        check(store.broker(), &fixture.known);
    });
}

#[test]
fn rot_in_a_store_of_every_release_is_named_and_the_rest_is_salvaged() {
    each("rotten", |fixture| {
        let verdict = json(&["verify", fixture.shown(), "--json"], 1);
        assert_ne!(verdict["findings"], Value::Array(Vec::new()), "{verdict}");
        // The first one makes the lock.
        drop(embed::open(fixture.data(), Options::default()));
        let before = content(fixture.data());
        let why =
            embed::open(fixture.data(), Options::default()).map(drop).expect_err("what was acknowledged is damaged");
        assert!(why.to_string().contains("wal-"), "{why}");
        assert!(content(fixture.data()) == before, "nothing is changed");
        let place = tempdir().expect("a folder");
        let rest = place.path().join("salvaged");
        json(&["salvage", fixture.shown(), rest.to_str().expect("a path"), "--json"], 1);
        make::check_salvaged(opened(&rest).broker(), &fixture.known);
    });
}

#[test]
fn a_store_of_every_release_that_was_moving_its_messages_goes_on() {
    each("half-moved", |fixture| {
        assert!(!files(fixture.data(), "run-").is_empty());
        let store = opened(fixture.data());
        check(store.broker(), &fixture.known);
        store.shut_down().expect("sealed");
        told(&["verify", fixture.shown()], 0);
    });
}

/// Makes the stores of the version at hand, so that the next release can; and freezes them where that is asked for.
#[test]
fn this_version_can_be_frozen() {
    for (name, make) in make::ALL {
        let data = tempdir().expect("a folder");
        let known = make(data.path());
        if let Ok(release) = std::env::var("LONGSHORE_FREEZE") {
            freeze(&Path::new(FIXTURES).join(release), name, data.path(), &known);
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "it writes files of the repository")]
fn freeze(folder: &Path, name: &str, data: &Path, known: &Value) {
    std::fs::create_dir_all(folder).expect("a folder");
    let mut archive = Builder::new(Vec::new());
    for file in files(data, "").into_iter().filter(|file| is_frozen(file)) {
        let name = file.file_name().expect("a file has a name").to_owned();
        archive.append_path_with_name(&file, name).expect("a file");
    }
    let archive = archive.into_inner().expect("memory never fails");
    crate::stores::set_bytes(&folder.join(format!("{name}.tar")), &archive);
    let known = serde_json::to_vec_pretty(known).expect("plain data");
    crate::stores::set_bytes(&folder.join(format!("{name}.json")), &known);
}

/// Spare segments hold zeros, and the lock nothing.
fn is_frozen(file: &Path) -> bool {
    let name = file.file_name().expect("a file has a name").to_string_lossy();
    !name.starts_with("spare-") && name != "lock"
}
