//! The tables of docs/coming-from-mprof.md: they have all of mprof's options, every row has its tests, and rprof accepts
//! the command lines in them.

use crate::support::{Place, assert_tests_exist, code, done, table_rows};

const TABLE: &str = include_str!("../../docs/coming-from-mprof.md");

/// The heading and the four cells of each row: mprof, rprof, note, tests.
fn rows() -> Vec<(&'static str, Vec<&'static str>)> {
    let rows = table_rows(TABLE, "mprof");
    assert!(rows.len() > 110 && rows.iter().all(|(_, cells)| cells.len() == 4), "{rows:?}");
    rows
}

#[test]
fn each_row_has_its_tests() {
    for (_, cells) in rows() {
        assert_tests_exist(cells[0], cells[3]);
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
        // clap reads the options before --help, then prints the help and runs nothing.
        let words = line.split(' ').skip(1).take_while(|word| !program.contains(word));
        let done = done(place.rprof(words).arg("--help").output().unwrap());
        assert_eq!(done.code, Some(0), "{line}: {}", done.stderr);
    }
    assert!(count > 60, "{count}");
}

/// The list has each option of each command of `mprof` 0.61, in all its spellings.
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
