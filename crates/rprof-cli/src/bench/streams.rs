//! The standard streams of the commands: /dev/null, files, or a pipe whose content is read and dropped.

use std::fs::{File, OpenOptions};
use std::io::Read;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use rprof_trace::shown;

use super::commands::{of_command, one_or_each};
use crate::cli::ExecutionArgs;

/// The streams of a command as a session takes them; `None` is inherited.
pub type Opened = [Option<Arc<OwnedFd>>; 3];

/// The destination of a command's output.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Output {
    Null,
    Pipe,
    Inherit,
    File(PathBuf),
}

/// The streams of all commands.
#[derive(Debug)]
pub struct Streams {
    null: Arc<OwnedFd>,
    input: Option<PathBuf>,
    outputs: Vec<Output>,
}

impl Streams {
    /// The streams that the options name, for this many commands.
    ///
    /// # Errors
    /// When an option is wrong, or a file cannot be opened.
    pub fn choose(arguments: &ExecutionArgs, commands: usize) -> anyhow::Result<Self> {
        one_or_each("--output", arguments.output.len(), commands)?;
        let mut outputs =
            arguments.output.iter().map(|text| output(text)).collect::<anyhow::Result<Vec<_>>>()?;
        if arguments.show_output {
            outputs = vec![Output::Inherit];
        }
        let input = arguments.input.clone().filter(|path| path != Path::new("null"));
        let null =
            OpenOptions::new().read(true).write(true).open("/dev/null").context("cannot open `/dev/null`")?;
        let streams = Self { null: Arc::new(null.into()), input, outputs };
        streams.open_input()?;
        Ok(streams)
    }

    /// True if the output of a command appears on ours, where a progress line would be in its way.
    pub fn show_output(&self) -> bool {
        self.outputs.contains(&Output::Inherit)
    }

    /// Opens the streams for a run of a command. Only standard output goes to a pipe or a file.
    ///
    /// # Errors
    /// When a file or a pipe cannot be opened.
    pub fn open(&self, command: usize) -> anyhow::Result<Opened> {
        let input = self.open_input()?;
        let null = || Some(Arc::clone(&self.null));
        Ok(match of_command(&self.outputs, command).unwrap_or(&Output::Null) {
            Output::Null => [input, null(), null()],
            Output::Inherit => [input, None, None],
            Output::Pipe => [input, Some(drained()?), null()],
            Output::File(path) => {
                let file = File::create(path).with_context(|| format!("cannot write `{}`", shown(path)))?;
                [input, Some(Arc::new(file.into())), null()]
            }
        })
    }

    /// The streams of a command around the runs: its output is shown if that of the command is.
    pub fn for_hook(&self, command: usize) -> Opened {
        match of_command(&self.outputs, command) {
            Some(Output::Inherit) => [Some(Arc::clone(&self.null)), None, None],
            _ => self.silent(),
        }
    }

    /// All streams at `/dev/null`.
    pub fn silent(&self) -> Opened {
        [(); 3].map(|()| Some(Arc::clone(&self.null)))
    }

    fn open_input(&self) -> anyhow::Result<Option<Arc<OwnedFd>>> {
        let Some(path) = &self.input else { return Ok(Some(Arc::clone(&self.null))) };
        let file = File::open(path).with_context(|| format!("cannot read the --input `{}`", shown(path)))?;
        Ok(Some(Arc::new(file.into())))
    }
}

fn output(text: &str) -> anyhow::Result<Output> {
    Ok(match text {
        "null" => Output::Null,
        "pipe" => Output::Pipe,
        "inherit" => Output::Inherit,
        path if path.contains('/') => Output::File(path.into()),
        other => bail!(
            "unknown --output `{other}`; use null, pipe, inherit, or `./{other}` for a file of this name"
        ),
    })
}

/// A pipe that a thread reads until the last writer has closed it. A command must not wait for room in it.
fn drained() -> anyhow::Result<Arc<OwnedFd>> {
    let (mut reader, writer) = std::io::pipe().context("cannot make a pipe")?;
    let drain = move || {
        let mut dropped = vec![0; 64 << 10];
        while reader.read(&mut dropped).is_ok_and(|length| length > 0) {}
    };
    std::thread::Builder::new().stack_size(256 << 10).spawn(drain).context("cannot start a thread")?;
    Ok(Arc::new(writer.into()))
}
