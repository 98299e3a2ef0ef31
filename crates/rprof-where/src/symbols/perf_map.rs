//! `/tmp/perf-PID.map`: the names of code that an interpreter generates, as Python and node write them.

use std::fs;
use std::path::PathBuf;

/// The map of a process.
pub fn path_of(pid: u32) -> PathBuf {
    PathBuf::from(format!("/tmp/perf-{pid}.map"))
}

/// Ranges of addresses and their names.
#[derive(Debug, Default)]
pub struct PerfMap {
    /// Start, end and name, in the order of the file.
    entries: Vec<(u64, u64, String)>,
}

impl PerfMap {
    /// Reads the map of a process; empty if there is none.
    pub fn read(pid: u32) -> Self {
        let text = fs::read(path_of(pid)).unwrap_or_default();
        Self::parse(&String::from_utf8_lossy(&text))
    }

    fn parse(text: &str) -> Self {
        let entry = |line: &str| {
            let mut fields = line.splitn(3, ' ');
            let number = |text: &str| u64::from_str_radix(text.trim_start_matches("0x"), 16).ok();
            let (start, length) = (number(fields.next()?)?, number(fields.next()?)?);
            Some((start, start.checked_add(length)?, fields.next()?.to_owned()))
        };
        Self { entries: text.lines().filter_map(entry).collect() }
    }

    /// The name at an address. Code is replaced by newer code, so the last entry counts.
    pub fn name(&self, address: u64) -> Option<&str> {
        let holds = |(start, end, _): &&(u64, u64, String)| *start <= address && address < *end;
        self.entries.iter().rev().find(holds).map(|(_, _, name)| name.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_entry_of_an_address_counts() {
        let map = PerfMap::parse("10 10 py::old:a.py\ndamaged\n18 10 py::new:a b.py\n");
        assert_eq!(map.name(0x17), Some("py::old:a.py"));
        assert_eq!(map.name(0x18), Some("py::new:a b.py"));
        assert_eq!(map.name(0x28), None);
    }
}
