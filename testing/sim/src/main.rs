//! `longshore-sim`: plays seeds and tells what happened.

use clap::Parser;
use sim::coverage::Coverage;
use std::process::ExitCode;

/// Plays simulated histories of a whole broker on a treacherous disk. The same seed gives the same history again.
#[derive(Parser)]
#[command(name = "longshore-sim")]
struct Arguments {
    /// The seed to play.
    #[arg(default_value_t = 1)]
    seed: u64,
    /// Tells every event of the seed, not just what was met.
    #[arg(long)]
    story: bool,
    /// Plays many seeds instead, from A up to and without B.
    #[arg(long, value_name = "A..B", value_parser = range)]
    seeds: Option<std::ops::Range<u64>>,
}

fn range(text: &str) -> Result<std::ops::Range<u64>, String> {
    let ends = text.split_once("..").ok_or("two numbers with .. between them, as in 1..100")?;
    let number = |text: &str| text.parse::<u64>().map_err(|error| format!("{text:?}: {error}"));
    Ok(number(ends.0)?..number(ends.1)?)
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let seeds = arguments.seeds.unwrap_or(arguments.seed..arguments.seed + 1);
    let mut coverage = Coverage::default();
    let (many, mut commands) = (seeds.end - seeds.start > 1, 0);
    for seed in seeds {
        match sim::play(seed) {
            Ok(outcome) => {
                commands += outcome.commands;
                coverage.merge(&outcome.coverage);
                if arguments.story {
                    outcome.history.events.iter().for_each(|event| println!("{event}"));
                }
                if many && seed % 100 == 0 {
                    eprintln!("seed {seed}, {commands} commands so far");
                }
            }
            Err(failure) => {
                if arguments.story {
                    failure.history.events.iter().for_each(|event| println!("{event}"));
                }
                eprintln!("{failure}");
                return ExitCode::FAILURE;
            }
        }
    }
    println!("{commands} commands; nothing lost, nothing invented. What was met:\n{coverage}");
    ExitCode::SUCCESS
}
