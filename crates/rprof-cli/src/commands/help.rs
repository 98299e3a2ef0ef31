//! `rprof help`: print the page of a command or of a topic.

use std::ffi::OsString;

use anyhow::Context;
use clap::error::ErrorKind;

use crate::cli::{self, HelpArgs, topics};
use crate::exit_code::Usage;
use crate::{message, output};

/// The context of a failed write, as for `--help`.
const CANNOT_WRITE: &str = "cannot write the help";

/// Prints a page.
pub fn help(arguments: &HelpArgs) -> anyhow::Result<()> {
    let page = arguments.page.as_deref();
    if let Some(topic) = page.and_then(topics::topic) {
        return output::print(&format!("{}\n", topic.text)).context(CANNOT_WRITE);
    }
    let words: Vec<OsString> =
        ["rprof"].into_iter().chain(page).chain(["--help"]).map(OsString::from).collect();
    match cli::parse(&words) {
        Err(error) if error.kind() == ErrorKind::DisplayHelp => {
            message::usage(&error, &words).context(CANNOT_WRITE)
        }
        _ => Err(Usage(unknown(page.unwrap_or_default())).into()),
    }
}

fn unknown(page: &str) -> String {
    let topics: Vec<_> = topics::TOPICS.iter().map(|topic| topic.name).collect();
    format!(
        "no command and no topic `{page}`; topics: {}; `rprof --help` lists the commands",
        topics.join(", ")
    )
}
