//! The text of `summary.md`, with the article's table and ours in one. The module only formats text: the same
//! measurements always give the same text.

use crate::TOGETHER;
use crate::example::{ARTICLE_DEPTH, SIDE};
use crate::machine::Machine;
use crate::row::{Row, Run, gibibytes, size};
use crate::rprof::KINDS;
use crate::verdict;

const HEAD: &str = r#"# The article's figures, measured by rprof

`make figures` writes this file; changes by hand are lost.

The article "Memory usage of large NumPy array" (4 February 2023) fills an array slice by slice in three ways and
measures each with mprof. Its programs are in Python and ran on a MacBook Pro (2.6 GHz 6-core Intel i7, 32 GB). Ours are
the same three programs in Rust, and two more for ways that the article tried without giving figures. They ran on the
machine below. Sizes can be compared directly. Elapsed times also depend on the machines and the languages.

Each program ran once to warm up, and then several times in turn with the others, measured by `rprof bench`. Each cell
shows the article's figure / **ours**: that of the run with the median elapsed time, and in brackets the elapsed times
of the fastest and the slowest run. 1 MB = 10^6 bytes, 1 GB = 10^9 bytes, 1 GiB = 2^30 bytes. Anonymous and
file-backed are parts of the memory at the largest tick. The kernel can drop file-backed memory when other programs need
memory.

| example | array | elapsed time | calculated storage | peak memory | peak memory, GiB | file storage | anonymous | file-backed |
|---|---|--:|--:|--:|--:|--:|--:|--:|
"#;

const DETAILS: &str = "
rprof also recorded the CPU time of our programs, the time from start to end of the process, and the exact peak with its
time, all of the median run; and how far the peaks of all runs differ.

| example | runs | user CPU | system CPU | process | peak, bytes | peak at | peaks differ by | samples |
|---|--:|--:|--:|--:|--:|--:|--:|--:|
";

/// Returns the title of a figure with several curves.
pub fn title(rows: &[Row]) -> String {
    match rows {
        [first, rest @ ..] if rest.iter().all(|row| row.depth == first.depth) => {
            format!("A {} × {SIDE} × {SIDE} array, filled slice by slice", first.depth)
        }
        _ => {
            let depths: Vec<String> =
                rows.iter().map(|row| format!("{} {}", row.example.name, row.depth)).collect();
            format!("Arrays filled slice by slice, {SIDE} × {SIDE} each: {} slices", depths.join(", "))
        }
    }
}

/// Returns the text of the whole file.
pub fn text(rows: &[Row], machine: &Machine) -> String {
    let mut text = HEAD.to_owned();
    text.extend(rows.iter().enumerate().map(|(index, row)| compared(index + 1, row)));
    if rows.iter().any(is_smaller) {
        text.extend([format!(
            "\n† The article's figure is for a depth of {ARTICLE_DEPTH}; ours is for the smaller depth in the table.\n"
        )]);
    }
    text.extend(verdict::text(rows));
    text += DETAILS;
    text.extend(rows.iter().enumerate().map(|(index, row)| recorded(index + 1, row)));
    text += "\n## Machine\n\n";
    text += &place(rows, machine);
    text += "\n## Figures\n";
    for (name, number) in TOGETHER {
        let together = &rows[..number.min(rows.len())];
        text += &figure(name, &title(together), &[]);
    }
    text.extend(rows.iter().map(|row| figure(row.example.name, &row.example.title(row.depth), &["dat"])));
    text
}

/// Returns a row of the article's table, with our figures beside.
fn compared(number: usize, row: &Row) -> String {
    let (example, depth) = (row.example, row.depth);
    let Run { report, trace, .. } = row.median();
    let mark = if is_smaller(row) { "†" } else { "" };
    let both = |article: Option<String>, ours: &str| match article {
        Some(article) => format!("{article}{mark} / **{ours}**"),
        None => format!("not given / **{ours}**"),
    };
    let article = example.article.as_ref();
    let peak = trace.peak.bytes;
    let kind = |bytes: Option<u64>| bytes.map_or("n/a".to_owned(), |bytes| format!("**{}**", size(bytes)));
    let cells = [
        format!("{number} {}", example.name),
        format!("{depth} × {SIDE} × {SIDE} {}", example.value),
        both(article.map(|a| a.elapsed.to_owned()), &elapsed(row)),
        both(article.map(|a| a.calculated.to_owned()), &size(report.calculated)),
        both(article.map(|a| size(a.peak_bytes)), &size(peak)),
        both(article.map(|a| gibibytes(a.peak_bytes)), &gibibytes(peak)),
        report.file.map_or("n/a".to_owned(), |ours| {
            both(article.and_then(|a| a.file).map(str::to_owned), &size(ours))
        }),
        kind(trace.at_peak.anonymous),
        kind(trace.at_peak.file),
    ];
    line(&cells)
}

/// Returns the median elapsed time, with the shortest and the longest.
fn elapsed(row: &Row) -> String {
    let (shortest, longest) = row.spread();
    let seconds = [row.median().report.elapsed, shortest, longest].map(|time| time.as_secs_f64());
    format!("{:.2} s ({:.2} to {:.2})", seconds[0], seconds[1], seconds[2])
}

/// Returns a row of the measurements that only rprof makes.
fn recorded(number: usize, row: &Row) -> String {
    let Run { trace, .. } = row.median();
    let (peak, end) = (&trace.peak, &trace.end);
    let (smallest, largest) = row.peaks();
    let seconds =
        |seconds: Option<f64>| seconds.map_or("n/a".to_owned(), |seconds| format!("{seconds:.2} s"));
    let cells = [
        format!("{number} {}", row.example.name),
        row.count().to_string(),
        seconds(end.user_s),
        seconds(end.system_s),
        seconds(Some(peak.elapsed_s)),
        match peak.upper_bytes {
            Some(upper) if upper > peak.bytes => format!("{}, at most {upper}", peak.bytes),
            _ => peak.bytes.to_string(),
        },
        match peak.within_s {
            Some([from, to]) => format!("{from:.2} to {to:.2} s"),
            None => format!("{:.2} s", peak.time_s),
        },
        format!("{:.2} %", 100.0 * (largest - smallest) as f64 / smallest.max(1) as f64),
        peak.samples.to_string(),
    ];
    line(&cells)
}

/// Returns the list of the machine, the date and the rprof version.
fn place(rows: &[Row], machine: &Machine) -> String {
    let unknown = || "unknown".to_owned();
    let mut text = format!(
        "- processor: {}\n- cores: {}\n- memory: {}\n",
        machine.processor.clone().unwrap_or_else(unknown),
        machine.cores.map_or_else(unknown, |cores| cores.to_string()),
        machine.memory.map_or_else(unknown, |bytes| format!("{} GiB", gibibytes(bytes))),
    );
    if let Some(header) = rows.first().map(|row| &row.median().trace.header) {
        let date = header.start.split('T').next().unwrap_or_default();
        text.extend([
            format!("- system: {}\n- date: {date}\n", header.os),
            format!("- measured by: {}, every {} s\n", header.writer, header.interval_s),
        ]);
    }
    text
}

/// Returns a figure with links to each of its files, and to `others` of the same name.
fn figure(name: &str, title: &str, others: &[&str]) -> String {
    let links: Vec<String> =
        KINDS.iter().chain(others).map(|kind| format!("[{name}.{kind}]({name}.{kind})")).collect();
    format!("\n![{title}]({name}.svg)\n\n{}\n", links.join(" · "))
}

fn is_smaller(row: &Row) -> bool {
    row.depth < ARTICLE_DEPTH as usize
}

fn line(cells: &[String]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row::tests::row;

    fn rows(depth: usize) -> [Row; 2] {
        let peak = 338_223_104;
        let hdf5 = [(21.34, peak), (20.0, peak), (30.0, peak)];
        [row(0, 500, &[(9.12, peak), (9.0, peak * 2), (9.5, peak)]), row(2, depth, &hdf5)]
    }

    fn machine() -> Machine {
        Machine { processor: None, cores: Some(2), memory: Some(24 << 30) }
    }

    #[test]
    fn a_row_shows_the_figures_of_the_article_beside_ours() {
        let text = text(&rows(500), &machine());
        let basic = "| 1 basic | 500 × 2000 × 2000 float64 | 16.56 s / **9.12 s (9.00 to 9.50)** | 16.0 GB / **16.00 GB** \
                     | 16.05 GB / **338 MB** | 14.948 / **0.315** | n/a \
                     | **321 MB** | **2 MB** |";
        let hdf5 = "| 2 hdf5 | 500 × 2000 × 2000 float32 | 21.34 s / **21.34 s (20.00 to 30.00)** | 8.0 GB / **8.00 GB** \
                    | 104 MB / **338 MB** | 0.097 / **0.315** | 8.02 GB / **8.00 GB** \
                    | **321 MB** | **2 MB** |";
        for line in [basic, hdf5] {
            assert!(text.lines().any(|found| found == line), "{line}\nis not in\n{text}");
        }
        assert!(!text.contains('†'), "{text}");
    }

    #[test]
    fn figures_that_the_article_lacks_are_marked_as_not_given() {
        let runs = [(9.12, 338_223_104)];
        let rows = [row(2, 20, &runs), row(3, 20, &runs), row(4, 20, &runs)];
        let text = text(&rows, &machine());
        let zarr = "| 3 zarr | 20 × 2000 × 2000 float32 | not given / **9.12 s (9.12 to 9.12)** | not given / **320 MB** \
                    | not given / **338 MB** | not given / **0.315** | not given / **320 MB** \
                    | **321 MB** | **2 MB** |";
        assert!(text.lines().any(|found| found == zarr), "{text}");
        assert!(text.contains("\nThe article mentions that `numpy.memmap` and zarr were tried"), "{text}");
    }

    #[test]
    fn only_a_row_with_a_smaller_depth_is_marked() {
        let text = text(&rows(20), &machine());
        assert!(text.contains("| 1 basic | 500 × 2000 × 2000 float64 | 16.56 s / "), "{text}");
        assert!(text.contains("| 2 hdf5 | 20 × 2000 × 2000 float32 | 21.34 s† / "), "{text}");
        assert!(text.contains("\n† The article's figure is for a depth of 500; "), "{text}");
    }

    #[test]
    fn the_measurements_of_rprof_have_a_table() {
        let text = text(&rows(500), &machine());
        let line = "| 1 basic | 3 | 0.20 s | 0.38 s | 0.66 s | 338223104 | 0.63 to 0.66 s | 100.00 % | 13 |";
        assert!(text.lines().any(|found| found == line), "{text}");
    }

    #[test]
    fn unknown_properties_of_the_machine_are_marked() {
        let text = text(&rows(500), &machine());
        for fact in ["processor: unknown", "cores: 2", "memory: 24.000 GiB", "date: 2026-11-22"] {
            assert!(text.contains(&format!("- {fact}\n")), "{fact}: {text}");
        }
        assert!(text.contains("- system: Linux 6.18.44 x86_64\n- date"), "{text}");
    }

    #[test]
    fn every_figure_is_shown_and_linked() {
        let text = text(&rows(500), &machine());
        for link in [
            "](all.svg)\n",
            "](five.svg)\n",
            "](basic.svg)\n",
            "[hdf5.png](hdf5.png)",
            "[hdf5.dat](hdf5.dat)",
        ] {
            assert!(text.contains(link), "{link}: {text}");
        }
        assert!(!text.contains("all.dat"), "{text}");
    }

    #[test]
    fn a_title_lists_the_depths_if_they_differ() {
        assert_eq!(title(&rows(500)), "A 500 × 2000 × 2000 array, filled slice by slice");
        assert_eq!(
            title(&rows(20)),
            "Arrays filled slice by slice, 2000 × 2000 each: basic 500, hdf5 20 slices"
        );
    }
}
