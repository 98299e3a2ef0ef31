//! The arguments of `mark`, `note` and `span`.

use std::ffi::OsString;

use clap::Args;

#[derive(Debug, Args)]
pub struct MarkArgs {
    /// Fail if the mark cannot be recorded, for example outside `rprof run`
    #[arg(long)]
    pub required: bool,
    /// The text of the mark: one or more words
    #[arg(value_name = "LABEL", required = true, num_args = 1.., allow_hyphen_values = true)]
    pub label: Vec<String>,
}

#[derive(Debug, Args)]
pub struct NoteArgs {
    /// Fail if the note cannot be recorded, for example outside `rprof run`
    #[arg(long)]
    pub required: bool,
    /// The name of the value; spaces become underscores
    #[arg(value_name = "KEY")]
    pub key: String,
    /// The value: any text
    #[arg(value_name = "VALUE", required = true, num_args = 1.., allow_hyphen_values = true)]
    pub value: Vec<String>,
}

#[derive(Debug, Args)]
#[command(override_usage = "rprof span [--required] NAME [--] COMMAND [ARGS]...")]
pub struct SpanArgs {
    /// Fail, and do not run the command, if the span cannot be recorded
    #[arg(long)]
    pub required: bool,
    /// The name of the span
    #[arg(value_name = "NAME")]
    pub name: String,
    /// The command and its arguments, passed on unchanged
    #[arg(required = true, trailing_var_arg = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}
