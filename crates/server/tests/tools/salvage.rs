//! `longshore salvage`: everything that can still be read, in order, and a list of what cannot.

use crate::program::Program;
use crate::stores::{bodies, content, flip, frames, json, living_block, make, named, remove, set_bytes, told};
use serde_json::Value;
use std::path::{Path, PathBuf};
use tempfile::{TempDir, tempdir};

/// A store under `data`, and where its salvage goes.
fn made() -> (TempDir, PathBuf, PathBuf) {
    let folder = tempdir().expect("a folder");
    let (data, new) = (folder.path().join("data"), folder.path().join("new"));
    make(&data);
    (folder, data, new)
}

fn salvage(data: &Path, new: &Path, code: i32) -> Value {
    let before = content(data);
    let arguments = ["salvage", data.to_str().expect("a path"), new.to_str().expect("a path"), "--json"];
    let told_of_it = json(&arguments, code);
    assert!(content(data) == before, "the damaged folder is only read");
    told(&["verify", new.to_str().expect("a path")], 0);
    told_of_it
}

/// The bodies that every queue should have had, from a copy of the undamaged store.
fn expected(data: &Path, copy: &Path) -> Vec<Vec<String>> {
    told(&["backup", data.to_str().expect("a path"), "--to", copy.to_str().expect("a path")], 0);
    ["orders", "jobs"].map(|queue| bodies(copy, queue)).to_vec()
}

/// Whether `part` is `whole` with some left out.
fn is_part_of(part: &[String], whole: &[String]) -> bool {
    let mut rest = whole.iter();
    part.iter().all(|body| rest.any(|other| other == body))
}

#[test]
fn a_healthy_store_is_salvaged_whole() {
    let (folder, data, new) = made();
    let expected = expected(&data, &folder.path().join("copy"));
    let told = salvage(&data, &new, 0);
    assert_eq!(told["lost"], Value::Array(Vec::new()));
    assert_eq!(["orders", "jobs"].map(|queue| bodies(&new, queue)).to_vec(), expected);
}

#[test]
fn a_damaged_block_takes_its_messages_and_no_others() {
    let (folder, data, new) = made();
    let expected = expected(&data, &folder.path().join("copy"));
    let (run, at) = living_block(&data);
    flip(&run, at);
    let told = salvage(&data, &new, 1);
    let lost: u64 = told["lost"].as_array().expect("a list").iter().filter_map(|lost| lost["count_max"].as_u64()).sum();
    let salvaged = ["orders", "jobs"].map(|queue| bodies(&new, queue));
    let left_out: usize = expected.iter().zip(&salvaged).map(|(all, some)| all.len() - some.len()).sum();
    assert!(left_out > 0 && left_out as u64 == lost, "{left_out} are missing, {told}");
    assert!(expected.iter().zip(&salvaged).all(|(all, some)| is_part_of(some, all)), "order is kept");
}

#[test]
fn a_damaged_log_is_read_behind_the_damage() {
    let (folder, data, new) = made();
    let expected = expected(&data, &folder.path().join("copy"));
    let frames = frames(&data);
    let (file, at, _) = frames.iter().rev().filter(|(.., records)| *records > 0).nth(1).expect("several");
    flip(file, at + 200);
    let refused = Program::start(folder.path(), &["serve", "--sqs", "127.0.0.1:0", "--admin", "off"]);
    refused.ended().check(3, &["is damaged"]);
    salvage(&data, &new, 1);
    let salvaged = ["orders", "jobs"].map(|queue| bodies(&new, queue));
    assert_eq!(salvaged[0], expected[0], "the frame held no order");
    assert_eq!(salvaged[1].last(), expected[1].last(), "what lies behind the damage is there");
    assert!(is_part_of(&salvaged[1], &expected[1]) && salvaged[1].len() + 1 == expected[1].len());
}

#[test]
fn without_its_checkpoint_a_store_gives_up_every_message_under_whatever_name() {
    let (folder, data, new) = made();
    let expected = expected(&data, &folder.path().join("copy"));
    for checkpoint in named(&data, "checkpoint-") {
        remove(&checkpoint);
    }
    let arguments = ["salvage", data.to_str().expect("a path"), new.to_str().expect("a path")];
    told(&arguments, 0);
    for (queue, all) in ["salvaged-1", "salvaged-2"].into_iter().zip(&expected) {
        let salvaged = bodies(&new, queue);
        assert!(is_part_of(all, &salvaged), "{queue}: {} of {}", salvaged.len(), all.len());
    }
}

#[test]
fn counts_of_deliveries_are_kept_and_a_salvaged_store_is_served() {
    let folder = tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let local = "host: localhost\r\n";
    let first = Program::serve(folder.path(), &[]);
    let queue = "/000000000000/orders?Action=";
    first.get(
        "sqs",
        "/?Action=CreateQueue&QueueName=orders&Attribute.1.Name=VisibilityTimeout&Attribute.1.Value=0",
        local,
    );
    first.get("sqs", &format!("{queue}SendMessage&MessageBody=hello"), local);
    for _ in 0..2 {
        assert!(first.get("sqs", &format!("{queue}ReceiveMessage"), local).contains("hello"));
    }
    first.stopped().check(0, &[]);
    salvage(&at("data"), &at("new"), 0);
    let arguments = ["serve", "--data", "new", "--sqs", "127.0.0.1:0", "--admin", "off"];
    let mut second = Program::start(folder.path(), &arguments);
    second.wait_for_line(" ready ");
    let received = second.get("sqs", &format!("{queue}ReceiveMessage&AttributeName.1=ApproximateReceiveCount"), local);
    assert!(received.contains("hello") && received.contains("<Value>3</Value>"), "{received}");
    second.stopped().check(0, &["clean=true"]);
}

#[test]
fn what_cannot_be_salvaged_is_said() {
    let (folder, data, new) = made();
    set_bytes(&folder.path().join("taken"), b"something");
    let arguments = |to: &str| {
        vec!["salvage", data.to_str().expect("a path"), to].into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let taken = arguments(folder.path().join("taken").to_str().expect("a path"));
    assert!(told(&taken.iter().map(String::as_str).collect::<Vec<_>>(), 2).contains("exists already"));
    for manifest in named(&data, "manifest-") {
        flip(&manifest, 40);
    }
    let none = arguments(new.to_str().expect("a path"));
    assert!(told(&none.iter().map(String::as_str).collect::<Vec<_>>(), 2).contains("manifest"));
    assert!(!new.exists());
}
