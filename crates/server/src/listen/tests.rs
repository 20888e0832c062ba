//! Which doors open, which are skipped, and which keep the server from starting.

use super::*;

fn config(sqs: Listen, allow_anonymous: bool) -> Config {
    Config { sqs: Some(sqs), amqp: Some(Listen::Off), admin: Some(Listen::Off), allow_anonymous, ..Config::default() }
}

fn at(address: &str) -> Listen {
    Listen::At(address.to_owned())
}

fn refused(config: &Config) -> String {
    Listeners::open(config).expect_err("it must not start").to_string()
}

#[tokio::test]
async fn a_default_door_whose_port_is_taken_is_skipped() {
    let taken = Listener::open(loopback(0)[0]).expect("a free port");
    assert_eq!(open_default("sqs", taken.local().port()).expect("a skip is no error").len(), 0);
}

#[tokio::test]
async fn a_named_door_whose_port_is_taken_keeps_the_server_from_starting() {
    let taken = Listener::open(loopback(0)[0]).expect("a free port");
    let message = refused(&config(Listen::Loopback(taken.local().port()), false));
    assert!(message.contains(&taken.local().to_string()) && message.contains("--sqs ADDR"), "{message}");
}

#[tokio::test]
async fn beyond_loopback_needs_the_operators_word() {
    let message = refused(&config(at("0.0.0.0:0"), false));
    let parts = ["0.0.0.0:0", "--allow-anonymous", "there are no users"];
    assert!(parts.iter().all(|part| message.contains(part)), "{message}");
    let opened = Listeners::open(&config(at("0.0.0.0:0"), true)).expect("it was allowed");
    assert_eq!(opened.sqs.len(), 1);
}

#[tokio::test]
async fn beyond_loopback_users_are_enough() {
    let mut config = config(at("0.0.0.0:0"), false);
    config.users =
        vec![crate::config::UserEntry { name: "shop".to_owned(), account: None, keys: Vec::new(), allow: Vec::new() }];
    assert_eq!(Listeners::open(&config).expect("there are users").sqs.len(), 1);
}

#[tokio::test]
async fn a_host_that_means_nothing_is_named() {
    let message = refused(&config(at("nowhere.invalid:9324"), false));
    assert!(message.contains("--sqs nowhere.invalid:9324"), "{message}");
}

#[tokio::test]
async fn a_server_without_doors_does_not_start() {
    assert!(refused(&config(Listen::Off, false)).contains("no door"));
}

#[tokio::test]
async fn a_placed_doors_own_address_and_the_named_hosts_are_ours() {
    let mut config = config(at("127.0.0.1:0"), true);
    config.host = vec!["mq.example".to_owned()];
    let listeners = Listeners::open(&config).expect("a free port").sqs;
    let rule = host_rule(&config, &listeners, true);
    assert_eq!(rule.allowed, ["mq.example", "127.0.0.1"]);
    assert!(rule.anonymous);
}
