//! The parts of the memory at a peak, read from the columns of the trace's `MEM` lines (docs/format.md). The kernel can
//! drop file-backed memory when other programs need memory. It can only swap out anonymous memory.

/// The parts of the memory at the largest tick, in bytes. Each is `None` if the system does not report it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Split {
    /// Anonymous memory: heap, stacks and private copies.
    pub anonymous: Option<u64>,
    /// File-backed memory: pages of the program, its libraries and mapped files.
    pub file: Option<u64>,
}

/// Reads the parts at the largest tick. A peak between two ticks (`^`) has no columns and is skipped.
pub fn read(trace: &str, columns: &[String]) -> Split {
    let place = |name| columns.iter().position(|column| column == name);
    let (anonymous, file) = (place("anon"), place("file"));
    let mut fields = vec!["-"; columns.len()];
    let mut largest = (0.0, Split::default());
    for line in trace.lines().filter_map(|line| line.strip_prefix("MEM ")) {
        let mut words = line.split(' ');
        let Some(mebibytes) = words.next().and_then(|word| word.parse::<f64>().ok()) else { continue };
        // The time comes first, then the columns. A line omits columns at its end that are unchanged.
        let mut rest = words.skip(1).peekable();
        if rest.peek() == Some(&"^") {
            continue;
        }
        for (field, word) in fields.iter_mut().zip(rest) {
            *field = word;
        }
        if mebibytes > largest.0 {
            let bytes = |place: Option<usize>| Some(fields[place?].parse::<u64>().ok()? * 1024);
            largest = (mebibytes, Split { anonymous: bytes(anonymous), file: bytes(file) });
        }
    }
    largest.1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn the_largest_tick_includes_columns_omitted_in_its_line() {
        let trace = "MEM 1.0 17.1 400 1000 - 624 5\nMEM 3.0 17.2 2448 3072\nMEM 9.0 17.3 ^ 0.1 0.2\nMEM 2.0 17.4 7 7 7 7 7\n";
        let split = read(trace, &columns(&["anon", "hwm", "upper", "file", "vsz"]));
        assert_eq!(split, Split { anonymous: Some(2448 * 1024), file: Some(624 * 1024) });
    }

    #[test]
    fn an_unreported_part_is_none() {
        assert_eq!(read("MEM 1.0 17.1 - 5\n", &columns(&["anon", "vsz"])), Split::default());
        assert_eq!(read("", &columns(&["anon", "file"])), Split::default());
    }
}
