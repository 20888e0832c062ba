//! The list of tasks, and the way from a typed word to one of them.

use crate::{bench, check, deny, fuzz, python, sim, soak, test, tidy};
use anyhow::{Result, bail};

/// One thing that `cargo xtask` can do.
struct Task {
    name: &'static str,
    arguments: &'static str,
    about: &'static str,
    run: fn(&[String]) -> Result<()>,
}

const TASKS: &[Task] = &[
    Task {
        name: "test",
        arguments: "[FILTER]",
        about: "every test, with the Python and JavaScript clients in target",
        run: test::run,
    },
    Task { name: "check", arguments: "", about: "what CI runs: fmt, clippy, tidy, deny, then test", run: check::run },
    Task { name: "tidy", arguments: "", about: "crate edges, sizes, protocol words, leftovers", run: tidy::run },
    Task { name: "deny", arguments: "", about: "licences and sources of every dependency, offline", run: deny::run },
    Task {
        name: "venv",
        arguments: "",
        about: "install the Python and JavaScript clients in target",
        run: python::run,
    },
    Task {
        name: "sim",
        arguments: "[SEED] [--story]",
        about: "one simulated history; the same seed gives the same again",
        run: sim::run,
    },
    Task { name: "fuzz", arguments: "TARGET [SECONDS]", about: "feed one decoder random bytes", run: fuzz::run },
    Task {
        name: "bench",
        arguments: "sqs|fair|journal|store […]",
        about: "figures beside what the bare machine does, in release",
        run: bench::run,
    },
    Task {
        name: "soak",
        arguments: "[ROUNDS]",
        about: "long kill loops, sims and fuzzing; writes docs/evidence/",
        run: soak::run,
    },
];

/// Runs the task that `words` names; without words, lists the tasks.
pub fn run(words: &[String]) -> Result<()> {
    let Some((name, arguments)) = words.split_first() else {
        println!("{}", list());
        return Ok(());
    };
    if matches!(name.as_str(), "help" | "-h" | "--help") {
        println!("{}", list());
        return Ok(());
    }
    match TASKS.iter().find(|task| task.name == name) {
        Some(task) => (task.run)(arguments),
        None => bail!("there is no task `{name}`\n\n{}", list()),
    }
}

fn list() -> String {
    let usage = |task: &Task| format!("{} {}", task.name, task.arguments);
    let width = TASKS.iter().map(|task| usage(task).chars().count()).max().unwrap_or(0);
    let mut text = String::from("cargo xtask TASK\n");
    for task in TASKS {
        text += &format!("\n  {:width$}  {}", usage(task), task.about);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_task_is_answered_with_the_list() {
        let error = run(&["tset".to_owned()]).expect_err("there is no such task").to_string();
        assert!(error.contains("no task `tset`"), "{error}");
        assert!(TASKS.iter().all(|task| error.contains(task.about)), "{error}");
    }
}
