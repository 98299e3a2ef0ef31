//! The arguments of `watch`: what to show, and the options of a recording that it starts.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;
use rprof_trace::Bytes;

use super::record::{LimitArgs, OutputArgs, SamplingArgs};
use super::values::memory_limit;

const VIEW: &str = "View";

#[derive(Debug, Args)]
#[command(
    args_override_self = true,
    override_usage = "rprof watch [OPTIONS] [TRACE|PID]\n       rprof watch [OPTIONS] -- COMMAND [ARGS]..."
)]
pub struct WatchArgs {
    /// A trace by name or negative index, or the pid of a process to record [default: the newest trace]
    #[arg(value_name = "TRACE|PID", allow_negative_numbers = true, conflicts_with = "command")]
    pub target: Option<PathBuf>,
    /// A command to run and record; its output goes to a file beside the trace, and to a list of the view
    #[arg(last = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
    /// Replay the trace from its start
    #[arg(long, help_heading = VIEW)]
    pub replay: bool,
    /// Speed of a replay: 1 is that of the run, 10 is ten times as fast, max shows the end at once
    #[arg(long, value_name = "N", value_parser = speed, help_heading = VIEW)]
    pub speed: Option<f64>,
    /// Show the time until memory reaches this size; a command that succeeds but exceeds it has exit code 3
    #[arg(long, value_name = "SIZE", value_parser = memory_limit, help_heading = VIEW)]
    pub max_peak: Option<Bytes>,
    /// Leave the view when the run has ended
    #[arg(long, help_heading = VIEW)]
    pub leave_at_end: bool,
    #[command(flatten)]
    pub output: OutputArgs,
    #[command(flatten)]
    pub sampling: SamplingArgs,
    #[command(flatten)]
    pub limits: LimitArgs,
}

/// A speed above 0, or infinite.
fn speed(text: &str) -> Result<f64, String> {
    if text == "max" {
        return Ok(f64::INFINITY);
    }
    let number = text.strip_suffix('x').unwrap_or(text).parse::<f64>().ok();
    number
        .filter(|speed| (1e-3..=1e6).contains(speed))
        .ok_or_else(|| "not a speed; use a number from 0.001 to 1000000, or max".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_speed_is_a_number_or_the_highest() {
        assert_eq!((speed("10"), speed("0.5x"), speed("max")), (Ok(10.0), Ok(0.5), Ok(f64::INFINITY)));
        for bad in ["", "0", "-1", "nan", "inf", "fast"] {
            assert!(speed(bad).is_err(), "{bad}");
        }
    }
}
