//! `rprof attach`: record a process that is already running, until it ends or the user stops.

use anyhow::bail;
use rprof_sample::Target;

use crate::cli::AttachArgs;
use crate::session;

/// Records a running process; the exit code is 0 however it ended.
pub fn attach(arguments: &AttachArgs) -> anyhow::Result<u8> {
    let mut options = session::options(&arguments.sampling, &arguments.output, arguments.mprof.backend)?;
    options.duration = arguments.duration;
    let pid = find_process(&arguments.process)?;
    let command = rprof_sample::command_of(pid);
    session::record(
        &Target::Attach { pid },
        options,
        &arguments.output,
        &command,
        &session::Extras::default(),
    )
}

/// The process with this id, or the only one with this text in its name.
fn find_process(wanted: &str) -> anyhow::Result<u32> {
    if let Ok(pid) = wanted.parse() {
        if pid == std::process::id() {
            bail!("process {pid} is rprof itself");
        }
        return Ok(pid);
    }
    if wanted.is_empty() {
        bail!("the name of the process is empty; give a pid or a part of its name");
    }
    let matches = rprof_sample::find_processes(wanted);
    match matches.as_slice() {
        [(pid, _)] => Ok(*pid),
        [] => bail!("no process has a name with `{wanted}` in it"),
        several => {
            let list: Vec<_> = several.iter().map(|(pid, name)| format!("  {pid} {name}")).collect();
            bail!("several processes have `{wanted}` in their name; use the pid of one:\n{}", list.join("\n"))
        }
    }
}
