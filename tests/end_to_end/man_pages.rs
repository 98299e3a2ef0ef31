//! Man pages: one for each command, which `man` shows without a complaint and with its examples line by line.

use std::process::{Command, Stdio};

use crate::support::{Place, done, skip};

const PAGES: [&str; 9] = [
    "rprof",
    "rprof-run",
    "rprof-attach",
    "rprof-plot",
    "rprof-peak",
    "rprof-convert",
    "rprof-config",
    "rprof-completions",
    "rprof-help",
];

fn written(place: &Place) -> Vec<String> {
    let made = place.run("man share/man1");
    assert_eq!((made.code, made.stdout.as_str(), made.stderr.as_str()), (Some(0), "", ""));
    let entries = std::fs::read_dir(place.path("share/man1")).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn every_command_has_a_page_with_its_examples() {
    let place = Place::new();
    let names = written(&place);
    for name in PAGES {
        assert!(names.contains(&format!("{name}.1")), "no {name} in {names:?}");
    }
    assert!(!names.contains(&"rprof-man.1".to_owned()), "a hidden command has a page");
    for name in &names {
        let page = std::fs::read_to_string(place.path("share/man1").join(name)).unwrap();
        let heading = page.lines().find(|line| line.starts_with(".TH ")).unwrap_or_else(|| panic!("{page}"));
        assert!(heading.contains(name.strip_suffix(".1").unwrap()), "{heading}");
        let examples = page.split_once(".SH EXAMPLES\n.nf\n").unwrap_or_else(|| panic!("{name}: {page}")).1;
        assert!(examples.starts_with("rprof "), "{name}: {examples}");
    }
    // Written again, over the old ones.
    assert_eq!(written(&place), names);
    std::fs::write(place.path("file"), "").unwrap();
    let refused = place.run("man file");
    assert_eq!(refused.code, Some(1));
    assert!(refused.stderr.contains("cannot write to `file`"), "{}", refused.stderr);
}

#[test]
fn man_shows_the_pages_without_a_warning() {
    let place = Place::new();
    let names = written(&place);
    let shown = |name: &str| {
        let mut command = Command::new("man");
        command.args(["--warnings=all", "-l"]).arg(place.path("share/man1").join(name)).stdin(Stdio::null());
        command.env("MANWIDTH", "100").env("LC_ALL", "C.UTF-8").env("MANROFFOPT", "-c").output()
    };
    if !shown("rprof.1").is_ok_and(|output| output.status.success() && !output.stdout.is_empty()) {
        return skip("`man -l` does not work here: the man pages are not rendered");
    }
    for name in names {
        let page = done(shown(&name).unwrap());
        assert_eq!((page.code, page.stderr.as_str()), (Some(0), ""), "{name}");
        let examples = page.stdout.split_once("EXAMPLES\n").unwrap_or_else(|| panic!("{}", page.stdout)).1;
        assert!(examples.trim_start().starts_with("rprof "), "{name}: {examples}");
    }
    let run = done(shown("rprof-run.1").unwrap()).stdout;
    assert!(run.lines().any(|line| line.trim_start().starts_with("rprof run make -j8  ")), "{run}");
}

#[test]
fn mandoc_finds_no_fault() {
    let place = Place::new();
    for name in written(&place) {
        let mut command = Command::new("mandoc");
        command.args(["-T", "lint", "-W", "error"]).arg(place.path("share/man1").join(&name));
        let Ok(output) = command.output() else {
            return skip("no `mandoc`: the man pages are not checked by it");
        };
        let found = done(output);
        assert_eq!((found.code, found.stdout.as_str()), (Some(0), ""), "{name}");
    }
}
