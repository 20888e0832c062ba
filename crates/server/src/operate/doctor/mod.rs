//! `longshore doctor`: how a server that is started here would fare, or the one that runs does.
//!
//! ```text
//!   configuration ──→ doors      free, ours already, or somebody else's
//!                 └─→ data       folder, rights, lock, free space, what a sync costs
//!   the machine   ──→ limits     open files, clock
//! ```
//!
//! What it is not: verification of a store (`verify`), or a trial of its promises (`prove`). Invariant: nothing is changed; a scratch
//! folder for measuring syncs is made and removed.

mod data;
mod doors;
mod finding;
mod machine;

use super::DONE;
use super::output::print;
use crate::cli::DoctorArgs;
use crate::config::{self, Config, Sources};
use crate::tools::ToolError;
use finding::{Finding, Level};
use serde_json::{Value, json};

/// The exit code where something is wrong.
const ILL: u8 = 1;

/// Looks at everything.
pub(crate) fn run(arguments: &DoctorArgs) -> Result<u8, ToolError> {
    let flags = arguments.serve.clone();
    let sources = Sources { file: flags.config.clone(), environment: std::env::vars().collect(), flags };
    let config = config::load(&sources).map_err(|error| wrong_configuration(&error.to_string()))?;
    let mut findings = vec![configuration(&config, &sources)];
    findings.extend(doors::findings(&config));
    findings.extend(data::findings(&config.data));
    findings.extend(machine::findings(&config));
    let ill = findings.iter().any(|finding| finding.level == Level::Wrong);
    print(&if arguments.json { to_json(&findings, ill) } else { to_text(&findings) })?;
    Ok(if ill { ILL } else { DONE })
}

fn wrong_configuration(why: &str) -> ToolError {
    ToolError::Wrong { what: "the configuration cannot be read".to_owned(), why: why.to_owned() }
}

fn configuration<F>(config: &Config, sources: &Sources<F>) -> Finding {
    let file = config::file_to_read(sources.file.as_deref()).ok().flatten();
    let file = file.map_or_else(
        || "no file, only defaults, environment and options".to_owned(),
        |file| format!("read from {}", file.display()),
    );
    let users = match config.users.len() {
        0 => "no users: whoever reaches a door may do anything".to_owned(),
        1 => "1 user".to_owned(),
        many => format!("{many} users"),
    };
    let tls = if config.tls_cert.is_some() { "TLS" } else { "no TLS" };
    Finding::good("configuration", format!("{file}; {users}; {tls}; durability {}", config.durability))
}

fn to_text(findings: &[Finding]) -> String {
    let mut text: Vec<String> = findings.iter().map(Finding::to_text).collect();
    let count = |level| findings.iter().filter(|finding| finding.level == level).count();
    text.push(match (count(Level::Wrong), count(Level::Doubtful)) {
        (0, 0) => "all is well".to_owned(),
        (0, doubtful) => format!("nothing is wrong, {doubtful} to look at"),
        (wrong, _) => format!("{wrong} wrong"),
    });
    text.join("\n")
}

fn to_json(findings: &[Finding], ill: bool) -> String {
    let findings: Vec<Value> = findings.iter().map(Finding::to_json).collect();
    json!({ "well": !ill, "findings": findings }).to_string()
}
