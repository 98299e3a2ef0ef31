//! `rprof man`: write the man pages, `rprof.1` and one for each subcommand. The crate `clap_mangen` writes the sections
//! that clap knows. Exit codes and examples keep their lines, so they are written here.

use std::path::Path;

use anyhow::Context;
use clap::Command;
use clap_mangen::Man;
use roff::{Roff, roman};
use rprof_trace::shown;

use crate::cli::{self, ManArgs};

/// Writes all pages.
pub fn man(arguments: &ManArgs) -> anyhow::Result<()> {
    let directory = &arguments.directory;
    let cannot_write = || format!("cannot write to `{}`", shown(directory));
    std::fs::create_dir_all(directory).with_context(cannot_write)?;
    let mut definition = cli::definition();
    definition.build();
    for command in definition.get_subcommands().filter(|command| !command.is_hide_set()) {
        write(command, directory).with_context(cannot_write)?;
    }
    write(&definition, directory).with_context(cannot_write)
}

fn write(command: &Command, directory: &Path) -> anyhow::Result<()> {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name());
    std::fs::write(directory.join(format!("{name}.1")), page(command)?)?;
    Ok(())
}

/// The page of a command, as roff.
fn page(command: &Command) -> anyhow::Result<Vec<u8>> {
    let end = command.get_after_long_help().map(ToString::to_string).unwrap_or_default();
    let man = Man::new(command.clone())
        .manual("rprof")
        .date("")
        .source(format!("rprof {}", env!("CARGO_PKG_VERSION")));
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    if command.has_subcommands() {
        man.render_subcommands_section(&mut page)?;
    }
    let mut roff = Roff::new();
    for (heading, lines) in sections(&end) {
        roff.control("SH", [heading.to_uppercase().as_str()]);
        roff.control("nf", []);
        for line in lines {
            // Two blanks indent a line in the help; a section of a man page is indented already.
            roff.text([roman(line.strip_prefix("  ").unwrap_or(line))]);
        }
        roff.control("fi", []);
    }
    if command.get_name() != "rprof" {
        roff.control("SH", ["SEE ALSO"]);
        roff.text([roff::bold("rprof"), roman("(1)")]);
    }
    roff.to_writer(&mut page)?;
    Ok(page)
}

/// The sections at the end of a help page: a heading that ends with a colon, and the indented lines after it.
fn sections(text: &str) -> Vec<(&str, Vec<&str>)> {
    let mut sections: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        if let (true, Some((_, lines))) = (line.starts_with(' '), sections.last_mut()) {
            lines.push(line);
            continue;
        }
        // A heading alone in its line, or one with its text behind it.
        let (heading, rest) = line.split_once(':').unwrap_or((line, ""));
        let rest = Some(rest.trim()).filter(|rest| !rest.is_empty());
        sections.push((heading, rest.into_iter().collect()));
    }
    sections
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_help_page_has_sections() {
        let text = "Topics: a, b\n\nExit code:\n  0; 1\n  2\n\nExamples:\n  rprof x";
        let expected =
            [("Topics", vec!["a, b"]), ("Exit code", vec!["  0; 1", "  2"]), ("Examples", vec!["  rprof x"])];
        assert_eq!(sections(text), expected);
    }
}
