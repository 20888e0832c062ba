//! Trees that must fail, one per rule, and one that must not.

use super::rules::Rules;
use super::tree::Tree;
use super::{Finding, edges, examine};
use crate::metadata::Metadata;
use std::fs;

fn rules() -> Rules {
    Rules::parse(include_str!("../../tidy.toml")).expect("the committed rules can be read")
}

/// The rules broken in a tree of one file.
fn broken(path: &str, text: &str) -> Vec<(&'static str, String)> {
    let folder = tempfile::tempdir().expect("a folder for the tree");
    let file = folder.path().join(path);
    fs::create_dir_all(file.parent().expect("a file lies in a folder")).expect("the tree's folders");
    fs::write(&file, text).expect("the tree's file");
    let tree = Tree::read(folder.path()).expect("the tree can be read");
    examine(&tree, &rules()).into_iter().map(|finding| (finding.rule, finding.what)).collect()
}

fn check(path: &str, text: &str, expected: &[(&'static str, &str)]) {
    let expected: Vec<_> = expected.iter().map(|(rule, what)| (*rule, (*what).to_owned())).collect();
    assert_eq!(broken(path, text), expected, "{path}: {text}");
}

/// What must not stand in a file, spelled so that this one does not hold it.
fn split(parts: &[&str]) -> String {
    format!("//! About.\n{}\n", parts.concat())
}

#[test]
fn a_tidy_file_passes() {
    check("crates/engine/src/a.rs", "//! About.\n\nfn f() {}\n", &[]);
    check("testing/clients/a.py", "\"\"\"About.\"\"\"\n", &[]);
    check("crates/door-admin/console/js/a.js", "// About.\n\nlet a;\n", &[]);
    check("crates/door-admin/console/style/a.css", "/* About. */\n", &[]);
}

#[test]
fn a_file_without_an_opening_is_found() {
    check("crates/engine/src/a.rs", "fn f() {}\n", &[("opening", "the first line")]);
    check("testing/clients/a.py", "import os\n", &[("opening", "the first line")]);
    check("a.js", "let a;\n", &[("opening", "the first line")]);
    check("a.css", "a {}\n", &[("opening", "the first line")]);
}

#[test]
fn a_file_past_its_size_is_found() {
    check("a.rs", &format!("//! About.\n{}", "\n".repeat(499)), &[]);
    check("a.rs", &format!("//! About.\n{}", "\n".repeat(500)), &[("long-file", "the file")]);
    check("a.js", &format!("// About.\n{}", "\n".repeat(500)), &[("long-file", "the file")]);
    check("a.html", &"\n".repeat(501), &[("long-file", "the file")]);
}

#[test]
fn a_function_past_its_size_is_found_and_braces_in_texts_do_not_end_it() {
    let function = |lines: usize| format!("//! About.\nfn long() {{\n{}}}\n", "    f(\"}\"); // }\n".repeat(lines));
    check("a.rs", &function(68), &[]);
    check("a.rs", &function(69), &[("long-function", "long")]);
    check("a.rs", "//! About.\ntrait T {\n    fn without_body(x: [u8; 3]);\n}\n", &[]);
}

#[test]
fn a_protocol_word_is_found_below_the_doors_however_it_is_joined() {
    for said in ["receipt_handle", "ReceiptHandle", "receipt handles"] {
        check("crates/broker/src/a.rs", &split(&["// ", said]), &[("protocol-word", "receipt handle")]);
        check("crates/door-sqs/src/a.rs", &split(&["// ", said]), &[]);
    }
    check("crates/engine/src/a.rs", &split(&["struct SQSDoor;"]), &[("protocol-word", "sqs")]);
    check("crates/engine/src/a.rs", &split(&["a.compare_exchange(b)"]), &[]);
    check("crates/journal-file/src/a.rs", &split(&["// an exchange"]), &[("protocol-word", "exchange")]);
}

#[test]
fn leftovers_are_found() {
    for leftover in rules().leftover {
        let (start, end) = leftover.text.split_at(1);
        check("a.rs", &split(&[start, end]), &[("leftover", leftover.text.as_str())]);
    }
}

#[test]
fn issue_numbers_are_found_and_formatting_is_not() {
    check("a.rs", &split(&["// see ", "#", "12"]), &[("issue-number", "#12")]);
    check("docs/a.md", &split(&["as issue", " 7 asks"]), &[("issue-number", "issue 7")]);
    check("a.rs", &split(&["let x = format!(\"{:#06x}\", 1);"]), &[]);
    check("a.rs", &split(&["let x = \"&#39;\";"]), &[]);
}

#[test]
fn a_sleep_is_found_in_code_only() {
    let call = ["std::thread::", "sleep", "(second);"].concat();
    check("a.rs", &split(&[&call]), &[("sleep", "sleep")]);
    check("a.rs", &split(&["// ", &call]), &[]);
    check("a.py", &["\"\"\"About.\"\"\"\ntime.", "sleep", "(1)\n"].concat(), &[("sleep", "sleep")]);
}

#[test]
fn a_link_that_leads_nowhere_is_found() {
    check("docs/a.md", "[this page](a.md#here), [the web](https://example.org/x), [below](#below)\n", &[]);
    check("docs/a.md", "[gone](../b.md) and [this](a.md)\n", &[("link", "../b.md")]);
}

fn arrows(from: &str, to: &str, kind: Option<&str>) -> Vec<String> {
    let kind = serde_json::json!(kind);
    let json = format!(
        r#"{{"workspace_members":["a"],"packages":[{{"id":"a","name":"a","version":"1","license":null,"source":null,
        "manifest_path":"/w/crates/{from}/Cargo.toml","dependencies":[{{"path":"/w/{to}","kind":{kind}}}]}}]}}"#
    );
    let metadata: Metadata = serde_json::from_str(&json).expect("the metadata above is JSON");
    edges::check(&metadata, &rules()).into_iter().map(|finding| finding.what).collect()
}

#[test]
fn every_arrow_that_is_not_drawn_is_found() {
    for (from, to) in [("engine", "journal"), ("door-sqs", "broker"), ("server", "engine"), ("journal-file", "vocab")] {
        assert_eq!(arrows(from, &format!("crates/{to}"), None), [""; 0], "{from} → {to}");
    }
    for (from, to) in [("door-sqs", "engine"), ("engine", "broker"), ("door", "door-sqs"), ("vocab", "journal")] {
        assert_eq!(arrows(from, &format!("crates/{to}"), None), [format!("{from} → {to}")]);
    }
    assert_eq!(arrows("server", "testing/sim", None), ["server → /w/testing/sim"]);
    assert_eq!(arrows("stray", "crates/vocab", None), ["stray"]);
}

#[test]
fn tests_may_bring_a_broker_to_life_over_the_journal_in_memory() {
    for from in ["broker", "door-sqs"] {
        assert_eq!(arrows(from, "crates/journal", Some("dev")), [""; 0]);
        assert_eq!(arrows(from, "crates/journal", None), [format!("{from} → journal")]);
    }
}

#[test]
fn an_exception_holds_up_to_its_figure_and_fails_once_it_is_idle() {
    let allow =
        "\n[[allow]]\nrule = \"long-file\"\npath = \"a.rs\"\nwhat = \"the file\"\nlines = 600\nreason = \"a table\"\n";
    let rules = Rules::parse(&(include_str!("../../tidy.toml").to_owned() + allow)).expect("rules with an exception");
    let long = |lines: usize| Finding {
        rule: "long-file",
        path: "a.rs".to_owned(),
        line: lines,
        what: "the file".to_owned(),
        lines: Some(lines),
        fix: String::new(),
    };
    let left = |found: Vec<Finding>| rules.except(found).into_iter().map(|finding| finding.rule).collect::<Vec<_>>();
    let elsewhere = |rule: &&str| matches!(*rule, "long-file");
    assert_eq!(left(vec![long(600)]).iter().filter(|rule| elsewhere(rule)).count(), 0);
    assert_eq!(left(vec![long(601)]).iter().filter(|rule| elsewhere(rule)).count(), 1);
    assert!(left(vec![]).contains(&"exception"));
}
