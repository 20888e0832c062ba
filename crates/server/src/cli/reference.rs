//! `docs/operating/configuration.md`, written from the flags and the keys themselves.
//!
//! What it is not: a second list of keys. A key's line in the page is its help on the command line; what only a file can say is named here,
//! and every key that the configuration knows has to be one or the other.
//!
//! Invariant: the page in the tree is what the code says. Where it is not, the test writes the right one and fails, so that the
//! difference is seen and committed.

use super::{Cli, ServeArgs};
use crate::config::{Config, Sources, load};
use clap::{Arg, CommandFactory};
use std::collections::BTreeSet;
use std::fmt::Write;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/operating/configuration.md");

const HEAD: &str = "\
# Configuration

Written by a test from the server's own help: change a key's text in `crates/server/src/cli.rs`, not here.

Every key below is a flag of `longshore serve` (`allow_anonymous` is `--allow-anonymous`), a key of the file, and an environment variable
(`LONGSHORE_ALLOW_ANONYMOUS`), but those of [tables](#tables-of-the-file), which only the file can hold. Flags win over the environment, the environment
over the file, the file over the defaults; those of [traces](traces.md) also have OpenTelemetry's standard variables. The file is `longshore.toml` in the current folder if it is there, or the one named by
`--config` (`LONGSHORE_CONFIG`), which must be there. A key that does not exist is an error, which names the nearest one that does.
";

const TABLES: &str = "
## Tables of the file

| table | what it says |
|---|---|
";

const EXAMPLE: &str = r#"data = "/var/lib/longshore"
sqs = "10.0.0.5:9324"
allow_anonymous = true
host = ["queue.internal"]
log = "json"
"#;

/// What only a file can say.
const FILE_ONLY: [(&str, &str); 3] = [
    ("users", "who may use the doors, and how they prove who they are: [users](security.md#users)"),
    (
        "alert",
        "webhooks that are told when a queue is deep or old or sets messages aside: [webhooks](monitoring.md#webhooks)",
    ),
    (
        "sqs_queues",
        "queues that are there from the start, by SQS's attributes: [queues](../doors/sqs.md#queues-of-the-configuration)",
    ),
];

/// The page, whole.
fn page() -> String {
    let mut page = HEAD.to_owned();
    let command = Cli::command();
    let serve = command.find_subcommand("serve").expect("there is a serve");
    let mut heading = None;
    for argument in serve.get_arguments().filter(|argument| is_key(argument)) {
        if heading != argument.get_help_heading() {
            heading = argument.get_help_heading();
            let heading = heading.expect("every flag is under a heading");
            write!(page, "\n## {heading}\n\n| key | default | meaning |\n|---|---|---|\n").expect("a text grows");
        }
        page.push_str(&row(argument));
    }
    page.push_str(TABLES);
    for (table, meaning) in FILE_ONLY {
        writeln!(page, "| `[[{table}]]` | {meaning} |").expect("a text grows");
    }
    page.push_str(
        "\nThe keys `tls_…` may stand in a table `[tls]` without their prefix. A file for a server of its own:\n\n",
    );
    for line in EXAMPLE.lines() {
        writeln!(page, "    {line}").expect("a text grows");
    }
    page
}

fn is_key(argument: &Arg) -> bool {
    !matches!(argument.get_long(), None | Some("help" | "config"))
}

fn key(argument: &Arg) -> String {
    argument.get_long().expect("every key has a flag").replace('-', "_")
}

/// One line of a table: the help, with its `[default: X]` in a column of its own.
fn row(argument: &Arg) -> String {
    let summary = argument.get_help().expect("every flag is explained").to_string();
    let (summary, default) = match summary.split_once(" [default: ") {
        Some((summary, default)) => (summary, default.strip_suffix(']').expect("the default stands last")),
        None => (summary.as_str(), ""),
    };
    let default = if default.is_empty() { "–".to_owned() } else { format!("`{default}`") };
    let whole = argument.get_long_help().map(ToString::to_string).unwrap_or_default();
    let more = whole.split_once("\n\n").map_or("", |(_summary, more)| more).split_whitespace().collect::<Vec<_>>();
    let stop = if more.is_empty() { "" } else { ". " };
    format!("| `{}` | {default} | {} |\n", key(argument), escaped(&format!("{summary}{stop}{}", more.join(" "))))
}

/// A cell's text: a bar would end the cell.
fn escaped(text: &str) -> String {
    text.replace('|', "\\|")
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the page belongs to the source, not to a store")]
fn the_page_is_what_the_code_says() {
    let page = page();
    let found = std::fs::read_to_string(PAGE).unwrap_or_default();
    if found != page {
        std::fs::write(PAGE, &page).expect("the source can be written");
        panic!(
            "docs/operating/configuration.md was not what the code says; it is written anew: look at it and commit it"
        );
    }
}

#[test]
fn every_key_is_in_the_page() {
    let command = Cli::command();
    let serve = command.find_subcommand("serve").expect("there is a serve");
    let flags = serve.get_arguments().filter(|argument| is_key(argument)).map(key);
    let told: BTreeSet<String> = flags.chain(FILE_ONLY.map(|(table, _)| table.to_owned())).collect();
    let refused = figment::Figment::from(figment::providers::Serialized::default("no_such_key", 1)).extract::<Config>();
    let figment::error::Kind::UnknownField(_, known) = refused.expect_err("there is no such key").kind else {
        panic!("an unknown key has a refusal of its own")
    };
    assert_eq!(told, known.iter().map(|&key| key.to_owned()).collect());
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the test plays the operator")]
fn the_example_is_understood() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("my.toml");
    std::fs::write(&file, EXAMPLE).expect("a file");
    let config = load(&Sources { file: Some(file), environment: Vec::new(), flags: ServeArgs::default() })
        .expect("a good configuration");
    assert_eq!(config.host, ["queue.internal"]);
}
