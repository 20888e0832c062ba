//! `longshore dlq redrive`: messages go back, some first or all at once.

use super::{filter, watch};
use crate::ask::{Client, Path};
use crate::cli::RedriveArgs;
use crate::operate::DONE;
use crate::operate::answers::DryRun;
use crate::operate::confirm::is_meant;
use crate::operate::output::print;
use crate::operate::words::{counted, number, visible};
use crate::tools::ToolError;
use serde::Deserialize;
use serde_json::{Value, json};

/// Redrives, or says what it would do.
pub(crate) fn run(arguments: &RedriveArgs) -> Result<u8, ToolError> {
    let client = Client::new(&arguments.ask.server)?;
    let path = Path::queue(&arguments.queue).part("redrives");
    if arguments.dry_run || !arguments.yes {
        let trial: Value = client.post(&path, &wanted(arguments, true))?;
        let what = would(&DryRun::deserialize(&trial).unwrap_or_default());
        if arguments.dry_run {
            print(&if arguments.ask.json { trial.to_string() } else { what })?;
            return Ok(DONE);
        }
        if trial["matched"] == 0 {
            print("no message matches")?;
            return Ok(DONE);
        }
        if !is_meant(false, &format!("{what}. Go on?"))? {
            return Ok(DONE);
        }
    }
    let begun: Value = client.post(&path, &wanted(arguments, false))?;
    match begun["id"].as_str() {
        Some(id) if !arguments.no_wait => watch::follow(&client, id, arguments.ask.json),
        _ => {
            watch::tell(&begun, arguments.ask.json)?;
            Ok(DONE)
        }
    }
}

fn wanted(arguments: &RedriveArgs, dry_run: bool) -> Value {
    let mut wanted = json!({ "filter": filter::body(&arguments.filter) });
    if let Some(target) = &arguments.to {
        wanted["target"] = Value::from(target.as_str());
    }
    if let Some(rate) = arguments.rate {
        wanted["per_second"] = Value::from(rate);
    }
    if arguments.canary {
        wanted["canary"] = Value::from(true);
    }
    if let Some(wait) = arguments.canary_wait {
        wanted["canary_wait_ms"] = Value::from(wait.ms);
    }
    if dry_run {
        wanted["dry_run"] = Value::from(true);
    }
    wanted
}

fn would(trial: &DryRun) -> String {
    let targets = trial.by_target.iter().map(|(queue, count)| format!("{} to {}", number(*count), visible(queue)));
    let targets = targets.collect::<Vec<_>>().join(", ");
    let targets = if targets.is_empty() { targets } else { format!(": {targets}") };
    format!("{} would be moved{targets}", counted(trial.matched, "message"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_go_where_is_told() {
        let trial = json!({ "matched": 1204, "by_target": { "orders": 1200, "returns": 4 } });
        let text = would(&DryRun::deserialize(&trial).expect("the contract's shape"));
        assert_eq!(text, "1,204 messages would be moved: 1,200 to orders, 4 to returns");
        assert_eq!(would(&DryRun::default()), "0 messages would be moved");
    }
}
