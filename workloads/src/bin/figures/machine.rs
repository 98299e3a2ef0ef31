//! The processor, cores and memory of the machine, as far as the system reports them.

use std::fs;
use std::process::Command;
use std::thread;

/// The properties of a machine. Each is `None` if the system does not report it.
#[derive(Debug)]
pub struct Machine {
    /// The name of the processor.
    pub processor: Option<String>,
    /// The number of threads that can run at once.
    pub cores: Option<usize>,
    /// The whole memory in bytes.
    pub memory: Option<u64>,
}

impl Machine {
    /// Reads the properties of this machine from `/proc`, or from `sysctl` on a system without `/proc`.
    pub fn of_this() -> Self {
        let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let meminfo = fs::read_to_string("/proc/meminfo").unwrap_or_default();
        Self {
            processor: processor(&cpuinfo).or_else(|| sysctl("machdep.cpu.brand_string")),
            cores: thread::available_parallelism().ok().map(Into::into),
            memory: memory(&meminfo).or_else(|| sysctl("hw.memsize")?.parse().ok()),
        }
    }
}

/// Returns the first `model name`. Most processors other than Intel's and AMD's have none.
fn processor(cpuinfo: &str) -> Option<String> {
    let line = cpuinfo.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn memory(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kibibytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    kibibytes.checked_mul(1024)
}

/// Returns the value of a `sysctl` name on macOS.
fn sysctl(name: &str) -> Option<String> {
    let output = Command::new("sysctl").args(["-n", name]).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    (output.status.success() && !text.trim().is_empty()).then(|| text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_that_of_the_first_processor() {
        let text =
            "processor\t: 0\nmodel name\t: A Processor @ 2.60GHz\n\nprocessor\t: 1\nmodel name\t: Another\n";
        assert_eq!(processor(text).as_deref(), Some("A Processor @ 2.60GHz"));
        assert_eq!(processor("processor\t: 0\nBogoMIPS\t: 50.00\n"), None);
    }

    #[test]
    fn memory_is_read_in_kibibytes() {
        assert_eq!(memory("MemTotal:       24595456 kB\nMemFree: 1 kB\n"), Some(24_595_456 * 1024));
        assert_eq!(memory(""), None);
    }

    #[test]
    fn this_machine_has_cores() {
        assert!(Machine::of_this().cores.is_some_and(|cores| cores > 0));
    }
}
