//! Support of the end-to-end tests: a directory for each test, the two programs, and waiting with a deadline.

pub mod pty;
pub mod shown;
pub mod stacks;

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// The directory of the end-to-end tests' source.
pub const END_TO_END: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/end_to_end");

pub const MIB: u64 = 1 << 20;

/// Memory of the `truth` program besides the bytes it touches: code, libraries, stack.
pub const SLACK: u64 = 6 * MIB;

/// The number of CPUs that this process may use, 1 if it is unknown.
pub fn cpus() -> u64 {
    std::thread::available_parallelism().map_or(1, |cpus| cpus.get() as u64)
}

/// The possible error of one reading of the memory of a process, in bytes: the kernel adds up each CPU's changes in batches.
pub fn counter_error() -> u64 {
    cpus() * (2 * cpus()).max(32) * 4096
}

/// The deadline of every wait; generous, for a machine under load. An emulated machine sets more by
/// `RPROF_TEST_PATIENCE_S`, in seconds.
pub fn patience() -> Duration {
    Duration::from_secs(number("RPROF_TEST_PATIENCE_S", 60))
}

/// The number in a variable, or the usual one.
pub fn number(variable: &str, usual: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// The path of the program of known memory use, `workloads/truth`.
pub fn truth() -> PathBuf {
    let bin = PathBuf::from(env!("CARGO_BIN_EXE_rprof"));
    let truth = bin.parent().expect("a directory").join("examples").join("truth");
    assert!(truth.exists(), "{} is missing: `cargo build --examples`", truth.display());
    truth
}

/// A temporary directory in which a test runs rprof.
pub struct Place {
    pub dir: TempDir,
}

/// The exit code and the output of a finished command.
pub struct Done {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Place {
    pub fn new() -> Self {
        Self { dir: TempDir::new().expect("a temporary directory") }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// The command `rprof` with arguments, to run in this directory.
    pub fn rprof<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rprof"));
        command.args(arguments).current_dir(self.dir.path()).stdin(Stdio::null());
        with_default_signals(&mut command);
        with_default_settings(&mut command);
        command
    }

    /// Runs `rprof` with the words of a line, separated at blanks.
    pub fn run(&self, line: &str) -> Done {
        done(self.rprof(words(line)).output().expect("rprof runs"))
    }

    /// Runs `rprof run -o t.dat OPTIONS -- truth SCRIPT`.
    pub fn run_truth(&self, options: &str, script: &str) -> Done {
        let mut command = self.rprof(["run", "--force", "-o", "t.dat"]);
        command.args(words(options)).arg("--").arg(truth()).args(words(script));
        done(command.output().expect("rprof runs"))
    }

    /// Starts the same command without waiting for it.
    pub fn start_truth(&self, options: &str, script: &str) -> Child {
        let mut command = self.rprof(["run", "--force", "-o", "t.dat"]);
        command.args(words(options)).arg("--").arg(truth()).args(words(script));
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("rprof runs")
    }

    /// The only object of `rprof peak --json t.dat`.
    pub fn peak(&self) -> Value {
        self.peak_of("t.dat")
    }

    pub fn peak_of(&self, file: &str) -> Value {
        let done = self.run(&format!("peak --json {file}"));
        assert_eq!(done.code, Some(0), "{}", done.stderr);
        let all: Value = serde_json::from_str(&done.stdout).expect("JSON");
        assert_eq!(all.as_array().map(Vec::len), Some(1), "{all}");
        all[0].clone()
    }

    /// The text of the trace.
    pub fn trace(&self) -> String {
        std::fs::read_to_string(self.path("t.dat")).expect("the trace")
    }

    /// The values of the ticks in the trace, in MiB; without proven maxima.
    pub fn curve(&self) -> Vec<f64> {
        let trace = self.trace();
        let ticks = trace.lines().filter(|line| line.starts_with("MEM ") && !line.contains(" ^ "));
        ticks.map(|line| line.split(' ').nth(1).unwrap().parse().unwrap()).collect()
    }

    /// Builds a library for `LD_PRELOAD`; false if the system has none or there is no compiler.
    pub fn preload(&self, name: &str, code: &str) -> bool {
        cfg!(target_os = "linux") && self.compile(name, code, &["-shared", "-fPIC"])
    }

    /// Builds a C program; false if there is no compiler.
    pub fn compile(&self, name: &str, code: &str, flags: &[&str]) -> bool {
        let source = self.path(&format!("{name}.c"));
        std::fs::write(&source, code).expect("room");
        let mut build = Command::new("cc");
        build.args(flags).arg("-o").arg(self.path(name)).arg(&source).stderr(Stdio::piped());
        match build.output() {
            Ok(built) if !built.status.success() => panic!("{}", String::from_utf8_lossy(&built.stderr)),
            built => built.is_ok(),
        }
    }

    /// Waits for a file, which the word `ready` of the `truth` program creates.
    pub fn await_file(&self, name: &str) {
        let path = self.path(name);
        wait_for(&format!("{name} to appear"), || path.exists());
    }
}

#[allow(clippy::needless_pass_by_value, reason = "every caller makes a new one")]
pub fn done(output: Output) -> Done {
    Done {
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Starts the program of known memory use outside rprof; it must create the file `up`.
pub fn stranger(place: &Place, script: &str) -> Child {
    let mut command = Command::new(truth());
    command.args(script.split(' ')).current_dir(place.dir.path());
    with_default_signals(&mut command);
    let child = command.spawn().unwrap();
    place.await_file("up");
    child
}

/// Gives a command the default signal handling.
///
/// The program that runs the tests may ignore some signals (`nohup`, a shell's `&`), and started programs inherit that.
pub fn with_default_signals(command: &mut Command) {
    use nix::sys::signal::{SigHandler, SigSet, SigmaskHow, Signal, signal, sigprocmask};
    use std::os::unix::process::CommandExt;
    // SAFETY: the calls are safe between fork and exec.
    unsafe {
        command.pre_exec(|| {
            let usual = [Signal::SIGINT, Signal::SIGQUIT, Signal::SIGHUP, Signal::SIGTERM, Signal::SIGUSR1];
            for number in usual.into_iter().chain([Signal::SIGUSR2, Signal::SIGCHLD, Signal::SIGPIPE]) {
                signal(number, SigHandler::SigDfl)?;
            }
            sigprocmask(SigmaskHow::SIG_SETMASK, Some(&SigSet::empty()), None)?;
            Ok(())
        })
    };
}

/// Lets a command run without the settings of the person, the CI server or the job that runs the tests.
pub fn with_default_settings(command: &mut Command) {
    let settings = ["RPROF_INTERVAL", "RPROF_METRIC", "RPROF_OUTPUT", "RPROF_THEME", "RPROF_TRACE"];
    let servers = ["GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"];
    for variable in settings.into_iter().chain(servers).chain(LAUNCHERS) {
        command.env_remove(variable);
    }
    command.env("RPROF_CONFIG", "");
}

/// Variables of launchers of parallel jobs, which the machine of the tests may have: a pod of Kubernetes has one.
pub const LAUNCHERS: [&str; 12] = [
    "OMPI_COMM_WORLD_RANK",
    "PMI_RANK",
    "PMIX_RANK",
    "SLURM_JOB_ID",
    "SLURM_STEP_ID",
    "PBS_JOBID",
    "LSB_JOBID",
    "SGE_ROOT",
    "TORCHELASTIC_RUN_ID",
    "MASTER_ADDR",
    "PARALLEL_PID",
    "KUBERNETES_SERVICE_HOST",
];

/// Makes a command run as an ordinary user, who may write to the place but not read other users' processes.
///
/// Returns false, and changes nothing, if that user cannot run the binary.
pub fn as_ordinary_user(command: &mut Command, place: &Place) -> bool {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;
    const NOBODY: u32 = 65534;
    if !nix::unistd::geteuid().is_root() {
        return true;
    }
    let drop_rights = |command: &mut Command| {
        command.gid(NOBODY).uid(NOBODY).env("HOME", place.dir.path());
    };
    std::fs::set_permissions(place.dir.path(), std::fs::Permissions::from_mode(0o777))
        .expect("our directory");
    let mut question = place.rprof(["--version"]);
    drop_rights(&mut question);
    let can = question.stdout(Stdio::null()).status().is_ok_and(|status| status.success());
    if can {
        drop_rights(command);
    }
    can
}

/// The keys of an object, sorted: their order in the output depends on a feature of `serde_json` that other crates turn on.
pub fn keys(value: &Value) -> Vec<String> {
    let mut keys: Vec<String> = value.as_object().expect("an object").keys().cloned().collect();
    keys.sort_unstable();
    keys
}

/// The names in backquotes in the first cell of each row of a Markdown table, sorted.
pub fn table_names(section: &str) -> Vec<&str> {
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    let cells = rows.filter_map(|row| row.split('|').nth(1));
    let mut names: Vec<_> = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect();
    names.sort_unstable();
    names
}

pub fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split_whitespace()
}

/// Waits for the end of a child; fails at the deadline.
pub fn finish(mut child: Child) -> Done {
    let begun = Instant::now();
    while child.try_wait().expect("a child").is_none() {
        if begun.elapsed() > patience() {
            let _ = child.kill();
            panic!("the command did not end");
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    done(child.wait_with_output().expect("its output"))
}

/// Repeats a check until it finds no fault; fails at the deadline with the last fault. It also serves claims about times: a
/// machine under load delays rprof, and any undisturbed run proves the claim.
pub fn eventually(mut check: impl FnMut() -> Result<(), String>) {
    let begun = Instant::now();
    while let Err(fault) = check() {
        assert!(begun.elapsed() < patience(), "{fault}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Polls until a condition holds; fails at the deadline.
pub fn wait_for(what: &str, mut so: impl FnMut() -> bool) {
    eventually(|| if so() { Ok(()) } else { Err(format!("timed out waiting for {what}")) });
}

/// True if a process with this pid runs; a zombie does not.
pub fn is_alive(pid: i32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit(')').next().is_some_and(|rest| !rest.trim_start().starts_with('Z') && !rest.is_empty())
}

pub fn send(pid: u32, signal: nix::sys::signal::Signal) {
    let pid = nix::unistd::Pid::from_raw(pid.cast_signed());
    nix::sys::signal::kill(pid, signal).expect("the signal is sent");
}

/// The rows of the tables in a Markdown text: the heading above each, and its cells. The head of a table is no row.
pub fn table_rows<'a>(text: &'a str, first_column: &str) -> Vec<(&'a str, Vec<&'a str>)> {
    let head = format!("| {first_column} |");
    let (mut heading, mut rows) = ("", Vec::new());
    for line in text.lines() {
        if let Some(words) = line.strip_prefix("## ") {
            heading = words;
        } else if line.starts_with("| ") && !line.starts_with(&head) {
            rows.push((heading, line.trim_matches('|').split('|').map(str::trim).collect()));
        }
    }
    rows
}

/// The texts between backticks.
pub fn code(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

/// Fails unless a cell names tests as `file::test` and all of them exist.
pub fn assert_tests_exist(row: &str, cell: &str) {
    let names: Vec<&str> = code(cell).collect();
    assert!(!names.is_empty(), "{row}: no test");
    for name in names {
        let (file, test) = name.split_once("::").expect(name);
        let text = std::fs::read_to_string(format!("{END_TO_END}/{file}.rs")).expect(name);
        assert!(text.contains(&format!("#[test]\nfn {test}()")), "{row}: no test {name}");
    }
}

/// Prints that a test is skipped, because the machine lacks something.
pub fn skip(reason: &str) {
    // The test harness captures eprintln!, but not this.
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "skipped: {reason}");
}

/// Fails unless a JSON number lies in [truth, truth + slack].
pub fn assert_near(value: &Value, truth: u64, slack: u64) {
    let found = value.as_u64().unwrap_or_else(|| panic!("not a number: {value}"));
    assert!(
        (truth..=truth + slack).contains(&found),
        "{:.1} MiB is not in [{:.1}, {:.1}] MiB",
        found as f64 / MIB as f64,
        truth as f64 / MIB as f64,
        (truth + slack) as f64 / MIB as f64
    );
}
