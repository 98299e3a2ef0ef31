//! The arguments of the commands about rprof itself: `completions`, `man` and `help`.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum, value_name = "SHELL")]
    pub shell: ShellName,
}

/// A shell as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ShellName {
    /// GNU Bash
    Bash,
    /// Z shell
    Zsh,
    /// fish
    Fish,
    /// Elvish
    Elvish,
    /// `PowerShell`
    #[value(name = "powershell", alias = "pwsh")]
    PowerShell,
    /// Nushell
    #[value(alias = "nu")]
    Nushell,
}

#[derive(Debug, Args)]
pub struct ManArgs {
    /// The directory; it is made if it is missing
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub directory: PathBuf,
}

#[derive(Debug, Args)]
pub struct HelpArgs {
    /// A command, or a topic: metrics, exit-codes or environment [default: the list of commands]
    #[arg(value_name = "COMMAND|TOPIC")]
    pub page: Option<String>,
}
