//! Runs a command and prints the memory of its process tree at each tick: `sample_child COMMAND [ARGS]...`.

use rprof_sample::{Clock, Launch, Options, Session, Target};
use rprof_trace::Record;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let argv: Vec<_> = std::env::args_os().skip(1).collect();
    if argv.is_empty() {
        return Err("usage: sample_child COMMAND [ARGS]...".into());
    }
    let target = Target::Launch(Launch { argv, ..Launch::default() });
    let mut print = |record: &Record<'_>| {
        if let Record::Tick(tick) = record {
            eprintln!("{} {}", tick.time, tick.value);
        }
    };
    let session = Session::begin(&target, Options::default(), Clock::start())?;
    let outcome = session.watch(&mut print, &mut |warning| eprintln!("{warning}"));
    eprintln!("exit code {:?}, peak of one process {:?}", outcome.end.exit_code, outcome.end.hwm_bytes);
    Ok(())
}
