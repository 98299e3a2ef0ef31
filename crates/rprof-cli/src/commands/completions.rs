//! `rprof completions`: print the completions for a shell, which clap makes from the definition of the command line.

use clap_complete::{Generator, Shell, generate};
use clap_complete_nushell::Nushell;

use crate::cli::{self, CompletionsArgs, ShellName};
use crate::output;

/// Prints the completions.
pub fn completions(arguments: &CompletionsArgs) -> anyhow::Result<()> {
    let script = match arguments.shell {
        ShellName::Bash => script(Shell::Bash),
        ShellName::Zsh => script(Shell::Zsh),
        ShellName::Fish => script(Shell::Fish),
        ShellName::Elvish => script(Shell::Elvish),
        ShellName::PowerShell => script(Shell::PowerShell),
        ShellName::Nushell => script(Nushell),
    };
    Ok(output::write(&script)?)
}

fn script(shell: impl Generator) -> Vec<u8> {
    let mut script = Vec::new();
    generate(shell, &mut cli::definition(), "rprof", &mut script);
    script
}
