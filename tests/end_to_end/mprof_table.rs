//! docs/coming-from-mprof.md itself: it has all that mprof has, each row has its tests, and what it says to type is taken.

use crate::support::{Place, done};

const TABLE: &str = include_str!("../../docs/coming-from-mprof.md");

/// The heading each row stands under, and its cells: mprof, rprof, note, tests.
fn rows() -> Vec<(&'static str, Vec<&'static str>)> {
    let (mut heading, mut rows) = ("", Vec::new());
    for line in TABLE.lines() {
        if let Some(words) = line.strip_prefix("## ") {
            heading = words;
        } else if line.starts_with("| ") && !line.starts_with("| mprof |") {
            rows.push((heading, line.trim_matches('|').split('|').map(str::trim).collect::<Vec<_>>()));
        }
    }
    assert!(rows.len() > 110 && rows.iter().all(|(_, cells)| cells.len() == 4), "{rows:?}");
    rows
}

/// What stands between backticks.
fn code(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

#[test]
fn each_row_has_its_tests() {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/end_to_end");
    for (_, cells) in rows() {
        let tests: Vec<&str> = code(cells[3]).collect();
        assert!(!tests.is_empty(), "{}: no test", cells[0]);
        for name in tests {
            let (module, test) = name.split_once("::").expect(name);
            let text = std::fs::read_to_string(format!("{directory}/{module}.rs")).expect(name);
            let there = text.contains(&format!("#[test]\nfn {test}()"));
            assert!(there, "{}: {name} is not there", cells[0]);
        }
    }
}

#[test]
fn each_command_line_is_accepted() {
    let place = Place::new();
    let program = ["--", "CMD", "PID", "script.py", "./script.py", "python3", "pkg.mod"];
    let mut count = 0;
    for line in rows().iter().flat_map(|(_, cells)| code(cells[1])).filter(|code| code.starts_with("rprof "))
    {
        count += 1;
        // --help ends it before anything is run, after all options before it were read.
        let words = line.split(' ').skip(1).take_while(|word| !program.contains(word));
        let done = done(place.rprof(words).arg("--help").output().unwrap());
        assert_eq!(done.code, Some(0), "{line}: {}", done.stderr);
    }
    assert!(count > 60, "{count}");
}

/// Each option of each command of `mprof` 0.61, in all its spellings.
#[test]
fn every_option_of_mprof_has_a_row() {
    let run = "--python --nopython --interval -T --include-children -C --multiprocess -M --exit-code -E --attach -a \
               --timeout -t --output -o --backend";
    for (heading, options) in [
        ("Every command", "--version -h"),
        ("run", run),
        ("list, rm, clean", "--dry-run"),
        ("peak", "--func"),
        ("plot", "--title -t --no-function-ts -n --output -o --window -w --flame -f --slope -s --backend"),
    ] {
        for option in options.split_whitespace() {
            let named = |code: &str| code.split(' ').any(|word| word == option);
            let mut here = rows().into_iter().filter(|(found, _)| *found == heading);
            assert!(here.any(|(_, cells)| code(cells[0]).any(named)), "{heading}: {option}");
        }
    }
    // `attach` is another name of `run --attach`.
    let attach = rows().into_iter().find(|(_, cells)| cells[0] == "all options of `run`").expect("a row").1;
    for option in run.split_whitespace().filter(|option| option.len() == 2 && *option != "-t") {
        assert!(attach[1].split([' ', '`']).any(|word| word == option), "attach {option}");
    }
}
