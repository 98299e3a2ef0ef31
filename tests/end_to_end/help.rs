//! The help pages: options under headings by purpose, and examples that rprof accepts.

use crate::support::{Place, done};

const COMMANDS: [&str; 23] = [
    "",
    "run",
    "attach",
    "watch",
    "bench",
    "plot",
    "peak",
    "top",
    "check",
    "compare",
    "convert",
    "export",
    "where",
    "list",
    "rm",
    "clean",
    "mark",
    "note",
    "span",
    "config",
    "completions",
    "man",
    "help",
];

/// The words of the examples at which the arguments of a program begin; rprof does not read on.
const PROGRAMS: [&str; 12] = [
    ">",
    "--",
    "make",
    "./simulate",
    "script.py",
    "./server",
    "'the",
    "'sleep",
    "'sort",
    "./a",
    "'make",
    "'grep",
];

fn help(place: &Place, command: &str, option: &str) -> String {
    let done = place.run(&format!("{command} {option}"));
    assert_eq!(done.code, Some(0), "{command} {option}: {}", done.stderr);
    done.stdout
}

/// The end of a page is what a terminal shows after it was printed.
#[test]
fn the_long_help_ends_with_examples() {
    let place = Place::new();
    for command in COMMANDS {
        let long = help(&place, command, "--help");
        let examples = long.find("\nExamples:\n").unwrap_or_else(|| panic!("{long}"));
        let after = &long[examples + "\nExamples:\n".len()..];
        assert!(after.lines().all(|line| line.starts_with("  ")) && long.contains("\nUsage: "), "{long}");
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
        ("watch", "View", "--replay --speed --max-peak --leave-at-end"),
        ("watch", "Output", "--output --force --quiet"),
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

#[test]
fn help_has_the_page_of_a_command_and_of_a_topic() {
    let place = Place::new();
    for command in COMMANDS {
        assert_eq!(help(&place, "help", command), help(&place, command, "--help"), "{command}");
    }
    assert_eq!(help(&place, "help", "import"), help(&place, "import", "--help"));
    for (topic, word) in
        [("metrics", "proportional set size"), ("exit-codes", "127"), ("environment", "RPROF_INTERVAL")]
    {
        let page = help(&place, "help", topic);
        assert!(page.contains(word) && page.lines().all(|line| line.chars().count() <= 84), "{page}");
        for index in [help(&place, "", "-h"), help(&place, "", "--help"), help(&place, "help", "-h")] {
            assert!(index.contains(topic), "{topic} is not in {index}");
        }
    }
    let unknown = place.run("help metric");
    assert_eq!(unknown.code, Some(2));
    assert!(unknown.stderr.contains("topics: metrics, exit-codes, environment"), "{}", unknown.stderr);
}

/// Every variable that a source reads is on the page, and nothing is there that no source has.
#[test]
fn the_page_about_the_environment_is_complete() {
    let page = help(&Place::new(), "help", "environment");
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../crates");
    let mut sources = String::new();
    for name in ["rprof-cli", "rprof-mark", "rprof-sample", "rprof-trace", "rprof-plot", "rprof-watch"] {
        read_all(std::path::Path::new(&format!("{root}/{name}/src")), &mut sources);
    }
    read_all(std::path::Path::new(&format!("{root}/../python/rprof")), &mut sources);
    // The variables of the Python module are on the page, too.
    let module = concat!(env!("CARGO_MANIFEST_DIR"), "/../../python/rprof");
    read_all(std::path::Path::new(module), &mut sources);
    let read = sources.split("var_os(\"").skip(1).chain(sources.split("variable: \"").skip(1));
    let mut count = 0;
    for variable in read.filter_map(|rest| rest.split('"').next()) {
        assert!(page.contains(variable), "{variable} is not in {page}");
        count += 1;
    }
    assert!(count >= 8, "{count} variables found");
    let is_name = |word: &&str| word.len() > 3 && word.chars().all(|c| c.is_ascii_uppercase() || c == '_');
    let names = page.lines().filter_map(|line| line.strip_prefix("  ")?.split([' ', ',']).next());
    for name in names.filter(is_name) {
        assert!(sources.contains(&format!("\"{name}\"")), "{name} is in no source");
    }
}

fn read_all(directory: &std::path::Path, text: &mut String) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read_all(&path, text);
        } else if !path.ends_with("topics.rs")
            && path.extension().is_some_and(|kind| kind == "rs" || kind == "py")
        {
            *text += &std::fs::read_to_string(&path).unwrap();
        }
    }
}

/// `-V` is for scripts. `--version` has what a report of a bug needs.
#[test]
fn the_version_has_a_short_and_a_long_form() {
    let place = Place::new();
    let number = env!("CARGO_PKG_VERSION");
    assert_eq!(help(&place, "", "-V"), format!("rprof {number}\n"));
    let long = help(&place, "", "--version");
    let mut lines = long.lines();
    let first = lines.next().unwrap();
    let commit = first.strip_prefix(&format!("rprof {number}")).unwrap_or_else(|| panic!("{long}"));
    assert!(commit.is_empty() || commit.starts_with(" (commit ") && commit.len() == 22, "{long}");
    let platform = format!("platform: {}-", std::env::consts::ARCH);
    assert!(lines.next().unwrap().starts_with(&platform), "{long}");
    assert!(lines.next().unwrap().starts_with("features: ") && long.contains("metrics rss"), "{long}");
}
