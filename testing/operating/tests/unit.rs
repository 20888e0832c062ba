//! `packaging/longshore.service` and the configuration that it names.

use clients::python::skip;
use operating::{Installation, source};
use std::collections::BTreeMap;
use std::process::Command;

const UNIT: &str = "packaging/longshore.service";
const CONFIGURATION: &str = "packaging/longshore.toml";

/// The highest exposure that `systemd-analyze security` may find, in tenths: 10 is a service that gives up nothing.
const EXPOSURE_MAX: &str = "20";

/// Directives by name, each with all that was said of it.
fn directives() -> BTreeMap<String, Vec<String>> {
    let mut directives: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in source::text(UNIT).lines().filter(|line| !line.starts_with(['#', '['])) {
        if let Some((name, value)) = line.split_once('=') {
            directives.entry(name.to_owned()).or_default().push(value.to_owned());
        }
    }
    directives
}

fn one(name: &str) -> String {
    let all = directives().remove(name).unwrap_or_else(|| panic!("{UNIT} has no {name}"));
    assert_eq!(all.len(), 1, "{name}: {all:?}");
    all.concat()
}

#[test]
fn its_command_starts_the_server() {
    let command = one("ExecStart");
    let mut words = command.split(' ');
    assert_eq!(words.next(), Some("/usr/local/bin/longshore"));
    let mut installation = Installation::new();
    installation.file("longshore.toml", &source::text(CONFIGURATION));
    let words: Vec<&str> = words.map(|word| if word.ends_with(".toml") { "longshore.toml" } else { word }).collect();
    let running = installation.with(words).serve();
    assert_eq!(running.get("/readyz", "localhost").status, 200);
    assert!(running.log().lines().all(|line| line.starts_with('{')), "{}", running.log());
}

#[test]
fn the_data_is_where_the_unit_lets_it_write() {
    let configuration: toml::Table = source::text(CONFIGURATION).parse().expect("TOML");
    let data = configuration["data"].as_str().expect("a path");
    assert_eq!(data, format!("/var/lib/{}", one("StateDirectory")));
    assert_eq!((one("ProtectSystem").as_str(), one("StateDirectoryMode").as_str()), ("strict", "0700"));
}

#[test]
fn a_stop_gets_more_time_than_it_takes() {
    let seconds: u64 = one("TimeoutStopSec").parse().expect("seconds");
    assert!(seconds > source::default_of("drain").parse().expect("seconds"));
}

#[test]
fn what_a_restart_does_not_mend_is_not_restarted() {
    let page = source::text("docs/operating/running.md");
    let sentence = format!("after {}", one("RestartPreventExitStatus").replace(" 3 ", ", 3 and "));
    assert!(page.contains(&format!("{sentence} it will not help")), "{sentence}");
}

#[test]
fn systemd_finds_nothing_wrong() {
    let folder = tempfile::tempdir().expect("a folder");
    let unit = folder.path().join("longshore.service");
    let program = clients::server::binary();
    let text = source::text(UNIT).replace("/usr/local/bin/longshore", program.to_str().expect("UTF-8"));
    std::fs::write(&unit, text).expect("a copy of the unit");
    let told = |arguments: &[&str]| {
        let output = Command::new("systemd-analyze").args(arguments).arg(&unit).output().ok()?;
        let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        Some((output.status.success(), text))
    };
    let Some((verified, text)) = told(&["verify", "--man=no"]) else {
        return skip("a look of systemd at the unit", "systemd");
    };
    assert!(verified && text.is_empty(), "{text}");
    let threshold = format!("--threshold={EXPOSURE_MAX}");
    let (tight, text) = told(&["security", "--offline=true", "--no-pager", &threshold]).expect("it ran before");
    assert!(tight, "{text}");
}
