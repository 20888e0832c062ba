//! Where Longshore is meant to say something else than RabbitMQ: `differences.toml`, read and applied.
//!
//! Each entry names its scenario, lines of RabbitMQ's, lines of ours, and why. An entry whose lines RabbitMQ does not say is an
//! error, so that none outlives its reason.

use serde::Deserialize;

const TABLE: &str = include_str!("differences.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    difference: Vec<Difference>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Difference {
    /// Module and name, with a blank between.
    scenario: String,
    /// Whole lines, as they follow one another.
    rabbitmq: String,
    /// What stands for them; may be empty.
    longshore: String,
    /// Why that is right.
    reason: String,
}

/// What Longshore is to say where RabbitMQ says `recorded`.
///
/// # Panics
///
/// When an entry does not fit.
pub(crate) fn applied(module: &str, name: &str, recorded: &str) -> String {
    let scenario = format!("{module} {name}");
    let mut expected = format!("\n{recorded}");
    for difference in table().difference.iter().filter(|difference| difference.scenario == scenario) {
        let theirs = format!("\n{}\n", difference.rabbitmq.trim_matches('\n'));
        let ours = match difference.longshore.trim_matches('\n') {
            "" => "\n".to_owned(),
            lines => format!("\n{lines}\n"),
        };
        assert!(expected.contains(&theirs), "{scenario}: RabbitMQ does not say{theirs}(any more)");
        expected = expected.replacen(&theirs, &ours, 1);
    }
    expected.split_off(1)
}

fn table() -> Table {
    toml::from_str(TABLE).expect("differences.toml is a table of differences")
}

/// Every entry gives a reason, and is for a scenario that exists.
pub(crate) fn check(scenarios: &[(&str, &str)]) {
    for difference in table().difference {
        let known = |(module, name): &(&str, &str)| difference.scenario == format!("{module} {name}");
        assert!(scenarios.iter().any(known), "there is no scenario {}", difference.scenario);
        assert!(!difference.reason.trim().is_empty(), "{}: why?", difference.scenario);
    }
}
