//! `longshore completions`: what a shell needs to complete our command line, from the command line's own definition.

use super::DONE;
use super::output::print;
use crate::cli::{Cli, CompletionsArgs, Shell};
use crate::tools::ToolError;
use clap::CommandFactory;
use clap_complete::generate;
use clap_complete::shells::{Bash, Elvish, Fish, PowerShell, Zsh};

/// Prints them.
pub(crate) fn run(arguments: &CompletionsArgs) -> Result<u8, ToolError> {
    print(script(arguments.shell).trim_end())?;
    Ok(DONE)
}

fn script(shell: Shell) -> String {
    let (mut command, mut script) = (Cli::command(), Vec::new());
    match shell {
        Shell::Bash => generate(Bash, &mut command, "longshore", &mut script),
        Shell::Elvish => generate(Elvish, &mut command, "longshore", &mut script),
        Shell::Fish => generate(Fish, &mut command, "longshore", &mut script),
        Shell::Powershell => generate(PowerShell, &mut command, "longshore", &mut script),
        Shell::Zsh => generate(Zsh, &mut command, "longshore", &mut script),
    }
    String::from_utf8_lossy(&script).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shell_learns_every_command() {
        for shell in [Shell::Bash, Shell::Elvish, Shell::Fish, Shell::Powershell, Shell::Zsh] {
            let script = script(shell);
            for command in Cli::command().get_subcommands() {
                assert!(script.contains(command.get_name()), "{shell:?} lacks {}", command.get_name());
            }
        }
    }
}
