//! What the command line promises.

use super::*;
use crate::config::{Config, Sources, load};
use clap::{CommandFactory, Parser};
use std::collections::BTreeSet;

fn serve(arguments: &[&str]) -> Result<ServeArgs, clap::Error> {
    let cli = Cli::try_parse_from([&["longshore", "serve"], arguments].concat())?;
    match cli.command {
        Some(Command::Serve(flags)) => Ok(*flags),
        other => panic!("`serve` was asked for, not {other:?}"),
    }
}

fn long_help() -> String {
    let mut command = Cli::command();
    command.find_subcommand_mut("serve").expect("there is a serve").render_long_help().to_string()
}

fn flag_names() -> BTreeSet<String> {
    let command = Cli::command();
    let serve = command.find_subcommand("serve").expect("there is a serve");
    let names = serve.get_arguments().filter_map(|argument| argument.get_long());
    names.filter(|&name| name != "help" && name != "config").map(|name| name.replace('-', "_")).collect()
}

#[test]
fn the_command_line_is_well_formed() {
    Cli::command().debug_assert();
}

#[test]
fn every_key_has_a_flag_and_every_flag_a_key() {
    let defaults = figment::providers::Serialized::defaults(Config::default());
    let keys: figment::value::Dict = figment::Figment::from(defaults).extract().expect("a table of keys");
    assert_eq!(flag_names(), keys.into_keys().collect());
}

#[test]
fn what_is_not_typed_changes_nothing() {
    let flags = serve(&[]).expect("nothing is needed");
    assert_eq!(flags, ServeArgs::default());
    let config = load(&Sources { file: None, environment: Vec::new(), flags }).expect("defaults");
    assert_eq!(config, Config::default());
}

#[test]
fn what_is_typed_arrives_in_the_configuration() {
    let flags =
        serve(&["--sqs", "off", "--allow-anonymous", "--host", "a", "--host", "b", "--account-id=000000000007"]);
    let sources = Sources { file: None, environment: Vec::new(), flags: flags.expect("good flags") };
    let config = load(&sources).expect("a good configuration");
    assert_eq!((config.sqs, config.allow_anonymous), (Some(Listen::Off), true));
    assert_eq!(config.host, ["a", "b"]);
    assert_eq!(config.account_id, AccountId("000000000007".to_owned()));
}

#[test]
fn a_bad_flag_is_named_with_what_is_expected() {
    let check = |arguments: &[&str], parts: &[&str]| {
        let message = serve(arguments).expect_err("a bad flag").to_string();
        assert!(parts.iter().all(|part| message.contains(part)), "{message:?} lacks one of {parts:?}");
    };
    check(&["--sqs", "localhost"], &["--sqs", "HOST:PORT"]);
    check(&["--durability", "sometimes"], &["--durability", "interval:MS"]);
    check(&["--drian", "3"], &["--drian", "--drain"]);
}

#[test]
fn the_help_states_the_true_defaults() {
    let config = Config::default();
    let help = long_help().split_whitespace().collect::<Vec<_>>().join(" ");
    let check =
        |default: String| assert!(help.contains(&format!("[default: {default}]")), "{default} is not in {help}");
    check(config.data.display().to_string());
    check(config.durability.to_string());
    check(config.connections_max.to_string());
    check(config.wal_write_bytes_max.to_string());
    check(config.history.to_string());
    check(config.region.to_string());
    check(config.account_id.to_string());
    check(config.metrics_queues_max.to_string());
    check(config.drain.to_string());
    check(config.workers.to_string());
    check(config.log.to_string());
    check(config.log_level.to_string());
}

#[test]
fn the_help_teaches_by_example_and_says_what_next() {
    let help = long_help();
    for promise in ["Examples:", "longshore serve --data", "longshore.toml", "LONGSHORE_DRAIN", "What next:", "/readyz"]
    {
        assert!(help.contains(promise), "{promise:?} is not in {help}");
    }
    let overview = Cli::command().render_help().to_string();
    assert!(overview.contains("First steps:") && overview.contains("--endpoint-url"), "{overview}");
}

#[test]
fn every_example_in_the_help_is_understood() {
    let mut seen = 0;
    for line in long_help().lines().filter_map(|line| line.trim().strip_prefix("longshore serve")) {
        let words: Vec<&str> =
            line.split_whitespace().filter(|word| !word.contains('"') && !word.contains('$')).collect();
        let words = words.strip_suffix(&["--data"]).unwrap_or(&words);
        if !words.contains(&"-d)\"") {
            serve(words).expect("an example that works");
            seen += 1;
        }
    }
    assert!(seen >= 4, "{seen}");
}

/// The overview's own list: a name, and what it does.
fn listed() -> BTreeSet<(String, String)> {
    let overview = Cli::command().render_help().to_string();
    let lines = overview.lines().take_while(|line| *line != "Options:");
    let rows = lines.filter_map(|line| line.strip_prefix("  ")?.split_once("  "));
    rows.map(|(name, about)| (name.to_owned(), about.trim().to_owned())).collect()
}

#[test]
fn the_overview_lists_every_command_in_its_own_words() {
    let command = Cli::command();
    let commands = command.get_subcommands().map(|command| {
        let about = command.get_about().expect("every command says what it does");
        (command.get_name().to_owned(), about.to_string())
    });
    assert_eq!(listed(), commands.collect());
}

/// A line of a help text as a shell would cut it, up to a pipe or to what is said about it; none where a shell would do more with it.
fn words(line: &str) -> Option<Vec<String>> {
    let (mut words, mut word, mut quoted) = (Vec::new(), None::<String>, false);
    let line = line.split("   ").next().unwrap_or_default();
    for c in line.chars() {
        match c {
            '\'' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            '|' | '>' | '#' if !quoted => break,
            '&' | '$' if !quoted => return None,
            ' ' if !quoted => words.extend(word.take()),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    Some(words)
}

/// Checks the examples of a command and of those below it. Says how many there were.
fn check_examples(command: &mut clap::Command) -> usize {
    let help = command.render_long_help().to_string();
    let examples = help.lines().filter(|line| line.starts_with("  longshore ")).map(str::trim);
    let examples: Vec<Vec<String>> = examples.filter(|line| !line.contains("serve")).filter_map(words).collect();
    for example in &examples {
        Cli::try_parse_from(example).unwrap_or_else(|error| panic!("{example:?}: {error}"));
    }
    examples.len() + command.get_subcommands_mut().map(check_examples).sum::<usize>()
}

#[test]
fn every_example_of_the_commands_is_understood() {
    let mut command = Cli::command();
    command.build();
    let examples: usize =
        command.get_subcommands_mut().filter(|command| command.get_name() != "help").map(check_examples).sum();
    assert!(examples >= 30, "{examples}");
}

#[test]
fn no_command_takes_a_secret() {
    fn check(command: &clap::Command) {
        for argument in command.get_arguments() {
            let id = argument.get_id().as_str();
            assert!(!id.contains("secret") && !id.contains("password"), "{} --{id}", command.get_name());
        }
        command.get_subcommands().for_each(check);
    }
    check(&Cli::command());
}

/// What the pages tell to type is a command line of this program, to the last option.
#[test]
fn the_pages_type_what_there_is() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/operating");
    #[expect(clippy::disallowed_methods, reason = "the pages of this very repository")]
    let pages = std::fs::read_dir(folder).expect("the pages are there");
    let mut typed = 0;
    for page in pages.map(|page| page.expect("readable").path()) {
        #[expect(clippy::disallowed_methods, reason = "the pages of this very repository")]
        let text = std::fs::read_to_string(&page).expect("text");
        let lines = text.lines().filter_map(|line| line.strip_prefix("    longshore "));
        for line in lines.map(|line| line.split(['>', '#']).next().unwrap_or_default()) {
            let words = line.split_whitespace().map(|word| word.trim_matches('\''));
            let parsed = Cli::try_parse_from(std::iter::once("longshore").chain(words));
            // Words between quotes are more than one here.
            let is_quoted = line.contains('\'');
            assert!(parsed.is_ok() || is_quoted, "{}: longshore {line}: {}", page.display(), parsed.expect_err("bad"));
            typed += 1;
        }
    }
    assert!(typed > 30, "{typed}");
}
