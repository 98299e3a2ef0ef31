//! The help pages: options under headings by purpose, and examples that rprof accepts.

use crate::support::{Place, done};

const COMMANDS: [&str; 17] = [
    "", "run", "attach", "bench", "plot", "peak", "top", "check", "compare", "convert", "export", "list",
    "rm", "clean", "mark", "note", "span",
];

/// The words of the examples at which the arguments of a program begin; rprof does not read on.
const PROGRAMS: [&str; 11] =
    ["--", "make", "./simulate", "script.py", "./server", "'the", "'sleep", "'sort", "./a", "'make", "'grep"];

fn help(place: &Place, command: &str, option: &str) -> String {
    let done = place.run(&format!("{command} {option}"));
    assert_eq!(done.code, Some(0), "{command} {option}: {}", done.stderr);
    done.stdout
}

#[test]
fn the_long_help_begins_with_examples() {
    let place = Place::new();
    for command in COMMANDS {
        let long = help(&place, command, "--help");
        let examples = long.find("\nExamples:\n").unwrap_or_else(|| panic!("{long}"));
        assert!(examples < long.find("\nUsage: ").unwrap(), "{long}");
        assert!(long.lines().all(|line| line.chars().count() <= 100), "{long}");
        let short = help(&place, command, "-h");
        assert!(!short.contains("Examples:") && short.lines().count() < long.lines().count(), "{short}");
    }
}

/// With `--help` at its end, an example is read and checked by clap but not run.
#[test]
fn the_examples_are_accepted() {
    let place = Place::new();
    let mut count = 0;
    for command in COMMANDS {
        let long = help(&place, command, "--help");
        let examples = long.lines().filter_map(|line| line.strip_prefix("  rprof "));
        // The explanation of an example begins after two blanks.
        for example in examples.map(|line| line.split("  ").next().unwrap()) {
            let mut words: Vec<&str> = example.split(' ').collect();
            // `mark` and `note` take any word as text. Outside a run they record nothing.
            if !["mark", "note"].contains(&words[0]) {
                let program = words.iter().position(|word| PROGRAMS.contains(word));
                words.truncate(program.unwrap_or(words.len()));
                words.push("--help");
            }
            let mut command = place.rprof(&words);
            let done = done(command.env_remove("RPROF_TRACE").output().unwrap());
            assert_eq!(done.code, Some(0), "rprof {}: {}", words.join(" "), done.stderr);
            count += 1;
        }
    }
    assert!(count > 25, "{count}");
}

/// All options, and even COMMAND, once stood under the heading of mprof's options.
#[test]
fn each_option_is_under_the_heading_of_its_purpose() {
    let place = Place::new();
    let heading_of = |command: &str, option: &str| -> String {
        let page = help(&place, command, "-h");
        let mut heading = "";
        for line in page.lines() {
            if let Some(words) = line.strip_suffix(':').filter(|line| !line.starts_with(' ')) {
                heading = words;
            } else if line.split([' ', ',']).take_while(|word| !word.starts_with('<')).any(|w| w == option) {
                return heading.to_owned();
            }
        }
        panic!("{command}: {option} is not in {page}")
    };
    for (command, heading, options) in [
        ("run", "Output", "--output --force --quiet --no-args --redact"),
        ("run", "Sampling", "--interval --metric --no-children --exact --wait-all --cgroup"),
        ("run", "Limits", "--timeout --memory-limit"),
        ("run", "Budgets", "--max-peak --max-growth --max-span --strict"),
        ("check", "Budgets", "--max-peak --max-growth --max-span --strict --max-function"),
        ("check", "Baseline", "--baseline --tolerance --save-baseline --name"),
        ("check", "Output", "--json --junit --markdown --github-action-benchmark --bencher"),
        ("run", "Python", "--python --nopython"),
        ("run", "mprof compatibility", "--include-children --multiprocess --exit-code --backend --attach"),
        ("attach", "Output", "--output --force --quiet"),
        ("attach", "Sampling", "--interval --metric --no-children --exact --wait-all"),
        ("attach", "Limits", "--duration"),
        ("attach", "mprof compatibility", "--include-children --multiprocess --exit-code --backend"),
        ("plot", "Output", "--output --title"),
        ("plot", "Content", "--window --span --no-function-ts --flame --slope"),
        ("plot", "mprof compatibility", "--backend"),
    ] {
        for option in options.split(' ') {
            assert_eq!(heading_of(command, option), heading, "{command} {option}");
        }
    }
    for page in ["run", "attach"].map(|command| help(&place, command, "-h")) {
        let arguments = page.split_once("Arguments:\n").expect("arguments").1;
        assert!(arguments.trim_start().starts_with('<'), "{page}");
    }
}
