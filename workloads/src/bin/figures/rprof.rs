//! rprof as a program: finds it, has it record, draw, and tell peaks. It and the workloads run by bare name in the
//! directory they write to, so that neither traces nor figures have this machine's paths in them.

use crate::example::Example;
use crate::interrupt::Interrupts;
use crate::progress::{self, Goal};
use crate::trace::{self, Trace};
use anyhow::{Context, bail};
use rprof_workloads::report::Report;
use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

/// The kinds of file that each figure is written as.
pub const KINDS: [&str; 3] = ["svg", "pdf", "png"];

/// An rprof to run, and the workloads beside this program.
#[derive(Debug)]
pub struct Rprof {
    program: PathBuf,
    workloads: PathBuf,
    search: OsString,
    interrupts: Interrupts,
}

impl Rprof {
    /// The one asked for, else the one beside this program, else whichever PATH has.
    pub fn find(asked: Option<&Path>, interrupts: Interrupts) -> anyhow::Result<Self> {
        let own = std::env::current_exe().context("cannot tell where this program is")?;
        let workloads = own.parent().context("this program is in no directory")?.to_owned();
        let program = match asked {
            // A path from here, which must hold in other directories.
            Some(path) if path.components().count() > 1 => path
                .canonicalize()
                .with_context(|| format!("cannot find `{}`; name an rprof with `--rprof`", path.display()))?,
            Some(name) => name.to_owned(),
            None => {
                Some(workloads.join("rprof")).filter(|path| path.exists()).unwrap_or_else(|| "rprof".into())
            }
        };
        let path = std::env::var_os("PATH").unwrap_or_default();
        let search =
            std::env::join_paths([workloads.clone()].into_iter().chain(std::env::split_paths(&path)))
                .with_context(|| format!("cannot put `{}` in PATH; build elsewhere", workloads.display()))?;
        Ok(Self { program, workloads, search, interrupts })
    }

    /// Records a workload that runs in `directory`; what it says is passed on, and read.
    pub fn record(
        &self,
        example: &Example,
        depth: usize,
        directory: &Path,
        trace: &Path,
    ) -> anyhow::Result<Report> {
        let workload = self.workloads.join(example.name);
        if !workload.exists() {
            bail!("no `{}`; build it: cargo build --release -p rprof-workloads", workload.display());
        }
        let mut command = self.command(directory, "run");
        command.args(["--force", "--output"]).arg(trace).arg("--");
        command.args([example.name, "--depth", &depth.to_string()]);
        let goal = Goal {
            path: example.file.map_or_else(|| trace.to_owned(), |file| directory.join(file)),
            is_trace: example.file.is_none(),
            bytes: example.bytes(depth),
        };
        let (status, said) = progress::during(&goal, || self.interrupts.run(&mut command, echo))?;
        check(
            status,
            || format!("recording `{}` at a depth of {depth}", example.name),
            "try a smaller `--depth`",
        )?;
        Ok(said.parse()?)
    }

    /// Draws traces of a directory there, as each kind of file.
    pub fn plot(&self, directory: &Path, traces: &[String], name: &str, title: &str) -> anyhow::Result<()> {
        for kind in KINDS {
            let figure = format!("{name}.{kind}");
            let mut command = self.command(directory, "plot");
            command.args(traces).args(["--output", &figure, "--title", title]);
            let (status, _) = self.interrupts.run(&mut command, echo)?;
            check(status, || format!("drawing `{}`", directory.join(&figure).display()), "free some disk")?;
        }
        Ok(())
    }

    /// Reads a trace, and asks rprof for its peak.
    pub fn trace(&self, path: &Path) -> anyhow::Result<Trace> {
        let directory = path.parent().context("a trace is in a directory")?;
        let mut command = self.command(directory, "peak");
        command.arg("--json").arg(path);
        let (status, peaks) = self.interrupts.run(&mut command, |mut output| {
            let mut text = String::new();
            output.read_to_string(&mut text).map(|_| text)
        })?;
        check(status, || format!("reading `{}`", path.display()), "use the rprof of the same version")?;
        let text = std::fs::read_to_string(path);
        let text = text.with_context(|| format!("cannot read the trace `{}`", path.display()))?;
        trace::read(&text, &peaks).with_context(|| {
            format!(
                "`{}` is not as this program knows traces; use the rprof of the same version",
                path.display()
            )
        })
    }

    fn command(&self, directory: &Path, subcommand: &str) -> Command {
        let mut command = Command::new(&self.program);
        command.arg(subcommand).current_dir(directory).env("PATH", &self.search);
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        command
    }
}

/// Passes on what is printed, line by line, and keeps it.
fn echo(output: impl Read) -> io::Result<String> {
    let mut said = String::new();
    for line in BufReader::new(output).lines() {
        let line = line?;
        println!("{line}");
        said += &line;
        said.push('\n');
    }
    Ok(said)
}

/// Makes a failure of rprof ours.
fn check(status: ExitStatus, doing: impl Fn() -> String, remedy: &str) -> anyhow::Result<()> {
    if status.success() {
        return Ok(());
    }
    bail!(
        "{} failed: rprof ended with {status}, and said why above; if that does not help, {remedy}",
        doing()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::process::ExitStatusExt;

    #[test]
    fn what_is_printed_is_kept_whole() {
        assert_eq!(echo(&b"one\ntwo\n"[..]).expect("text"), "one\ntwo\n");
        assert_eq!(echo(&b""[..]).expect("text"), "");
    }

    #[test]
    fn a_failure_says_what_and_how() {
        let failed = check(ExitStatus::from_raw(125 << 8), || "drawing `a.svg`".to_owned(), "free some disk");
        let said = failed.expect_err("a failure").to_string();
        assert!(said.starts_with("drawing `a.svg` failed: rprof ended with exit status: 125, "), "{said}");
        assert!(said.ends_with("free some disk"), "{said}");
    }
}
