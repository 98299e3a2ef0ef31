//! The recording beside the view: an rprof of its own, which writes the trace. It lives in a session of its own, so that it
//! outlives the view and its terminal, and drawing cannot delay it.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use rprof_trace::{Reader, Record, shown};

use crate::message;

/// The time between two looks for the trace of a recording that has just started.
const LOOK: Duration = Duration::from_millis(2);
/// The longest time to wait for the start. A view that begins earlier shows that it waits for the first record.
const PATIENCE: Duration = Duration::from_secs(10);
/// The most bytes of messages that are passed on.
const MESSAGES: u64 = 64 << 10;

/// The begin of a message of rprof.
const OURS: &str = "rprof: ";

/// True for a line that is a message of rprof.
pub fn is_message(line: &str) -> bool {
    line.starts_with(OURS)
}

/// The subject of a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// A command that the recording starts.
    Command,
    /// A process that runs already.
    Process,
}

/// A running recording.
#[derive(Debug)]
pub struct Recording {
    child: Child,
    /// The trace that it writes.
    pub trace: PathBuf,
    /// The file with the output of the command; `None` for a process.
    pub output: Option<PathBuf>,
    /// The file with its messages; that of the output of a command.
    messages: Option<File>,
    code: Option<u8>,
}

impl Recording {
    /// Starts a recording with the arguments of rprof and waits until it has started.
    ///
    /// A command gets its output in a new file beside the trace, `force` overwrites one. Returns the exit code in place of a
    /// recording if that could not start; its messages are printed.
    ///
    /// # Errors
    /// When the file of the output exists or cannot be created, or rprof itself cannot be started.
    pub fn start(
        subject: Subject,
        arguments: &[OsString],
        trace: &Path,
        force: bool,
    ) -> anyhow::Result<Result<Self, u8>> {
        let output = (subject == Subject::Command).then(|| output_of(trace));
        let file = match &output {
            Some(path) => create(path, force)?,
            None => nameless().context("cannot create a temporary file for messages")?,
        };
        let program = std::env::current_exe().context("cannot find the program rprof itself")?;
        let copy = || file.try_clone().context("cannot open the file of the output twice");
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::null()).stdout(copy()?).stderr(copy()?);
        let before = std::fs::metadata(trace).and_then(|found| found.modified()).ok();
        let child = command.spawn().context("cannot start the recording")?;
        let messages = Some(file);
        let mut recording = Self { child, trace: trace.to_owned(), output, messages, code: None };
        let until = Instant::now() + PATIENCE;
        loop {
            // The end is looked for first: a trace that is written until then is not missed.
            let end = recording.end();
            match end {
                _ if has_begun(trace, before) => return Ok(Ok(recording)),
                Some(code) => {
                    recording.give_up();
                    return Ok(Err(code));
                }
                None if Instant::now() > until => return Ok(Ok(recording)),
                None => std::thread::sleep(LOOK),
            }
        }
    }

    /// The exit code of a recording that has ended; `None` while it runs.
    pub fn end(&mut self) -> Option<u8> {
        if self.code.is_none()
            && let Ok(Some(status)) = self.child.try_wait()
        {
            let signal = status.signal().map(|signal| 128_i32.saturating_add(signal));
            self.code = Some(status.code().or(signal).unwrap_or(1) as u8);
        }
        self.code
    }

    /// Prints all messages of a recording that could not start, and removes its output.
    fn give_up(&mut self) {
        self.pass_messages_on(|_| true);
        if let Some(output) = &self.output {
            let _ = std::fs::remove_file(output);
        }
    }

    /// The process id of the recording.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal to the recording, which treats it as if it were sent by `kill`.
    pub fn signal(&mut self, number: i32) {
        // It is our child and not reaped, so its pid is not reused.
        if self.end().is_none()
            && let Ok(signal) = Signal::try_from(number)
        {
            let _ = kill(Pid::from_raw(self.child.id().cast_signed()), signal);
        }
    }

    /// Prints the messages of the recording. They may stand among the output of a command, so `is_one` chooses the lines.
    pub fn pass_messages_on(&mut self, is_one: impl Fn(&str) -> bool) {
        let Some(mut file) = self.messages.take() else { return };
        let start = file.metadata().map_or(0, |found| found.len()).saturating_sub(MESSAGES);
        let mut text = Vec::new();
        if file.seek(SeekFrom::Start(start)).is_ok() && file.take(MESSAGES).read_to_end(&mut text).is_ok() {
            for line in String::from_utf8_lossy(&text).lines().filter(|line| is_one(line)) {
                message::print(line.strip_prefix(OURS).unwrap_or(line));
            }
        }
    }
}

/// True if a trace that was written after `before` has a record of the run. rprof creates a trace before it starts the
/// command, with the first lines only, and removes it if the start fails.
fn has_begun(trace: &Path, before: Option<SystemTime>) -> bool {
    let is_new = std::fs::metadata(trace).is_ok_and(|found| found.modified().ok() != before);
    let Some(Ok(reader)) = is_new.then(|| Reader::open(trace)) else { return false };
    let mut reader = reader.following();
    while let Ok(Some(entry)) = reader.next_entry() {
        if !matches!(entry.record, Record::Header(_) | Record::Command(_)) {
            return true;
        }
    }
    false
}

/// The file with the output of a command whose trace has this name.
pub fn output_of(trace: &Path) -> PathBuf {
    trace.with_extension("out")
}

/// Creates the file of the output. Both streams of the command append to it.
fn create(path: &Path, force: bool) -> anyhow::Result<File> {
    if !force && path.exists() {
        bail!("`{}` exists; use another name for the trace, or --force to overwrite it", shown(path));
    }
    let file = OpenOptions::new().read(true).append(true).create(true).open(path);
    let failed = || format!("cannot write the output of the command to `{}`", shown(path));
    let file = file.with_context(failed)?;
    file.set_len(0).with_context(failed)?;
    Ok(file)
}

/// A file for messages, without a name.
fn nameless() -> std::io::Result<File> {
    let path = std::env::temp_dir().join(format!("rprof-watch-{}", std::process::id()));
    let file = OpenOptions::new().read(true).append(true).create_new(true).open(&path)?;
    std::fs::remove_file(path)?;
    Ok(file)
}
