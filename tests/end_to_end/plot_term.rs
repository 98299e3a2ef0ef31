//! Figures as text: as wide as the terminal, plain in a log, and the curve in the summary of a run.

use crate::support::pty::Terminal;
use crate::support::{Place, truth};

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data");

/// `rprof plot --term` in a locale, without a terminal.
fn plot(place: &Place, locale: &str, line: &str) -> String {
    let mut command = place.rprof(std::iter::once("plot").chain(line.split_whitespace()));
    let done = command.env("LC_ALL", locale).env("TERM", "xterm").output().unwrap();
    assert!(done.status.success(), "{line}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap()
}

fn widest(text: &str) -> usize {
    text.lines().map(|line| line.chars().count()).max().unwrap_or(0)
}

#[test]
fn a_log_gets_80_characters_and_no_escape_sequences() {
    let place = Place::new();
    let text = plot(&place, "C.UTF-8", &format!("--term {DATA}/numpy_ex3.dat"));
    assert!((79..=80).contains(&widest(&text)), "{text}");
    assert_eq!(text.lines().count(), 20, "{text}");
    assert!(
        !text.contains('\u{1b}') && text.contains("peak 61.0 MiB RSS at 37.3 s ▼") && text.contains(" MiB┤"),
        "{text}"
    );
    assert!(text.lines().all(|line| !line.ends_with(' ')), "{text}");
    assert_eq!(std::fs::read_dir(place.dir.path()).unwrap().count(), 0, "no file is written");
}

#[test]
fn a_locale_without_utf_8_and_a_style_choose_the_characters() {
    let place = Place::new();
    let trace = format!("{DATA}/numpy_ex3.dat");
    assert!(plot(&place, "C", &format!("--term {trace}")).is_ascii());
    assert!(plot(&place, "C.UTF-8", &format!("--term=ascii {trace}")).is_ascii());
    assert!(plot(&place, "C", &format!("--term=blocks {trace}")).contains('█'));
    assert!(plot(&place, "C.UTF-8", &format!("--term {trace}")).contains(|c| ('⠁'..='⣿').contains(&c)));
}

#[test]
fn several_traces_stand_one_above_the_other() {
    let place = Place::new();
    let text = plot(
        &place,
        "C",
        &format!("--term {DATA}/numpy_ex1.dat {DATA}/numpy_ex3.dat --label numpy_ex1=first"),
    );
    assert!(text.contains("\nfirst\n") || text.starts_with("first\n"), "{text}");
    assert_eq!(text.matches(" v\n").count() + text.matches("v peak").count(), 2, "{text}");
}

#[test]
fn a_terminal_is_filled_from_edge_to_edge() {
    let place = Place::new();
    for columns in [40, 130] {
        let mut command = place.rprof(["plot", "--term=blocks", &format!("{DATA}/numpy_ex3.dat")]);
        command.env("LC_ALL", "C.UTF-8").env("TERM", "xterm").env_remove("NO_COLOR");
        let mut terminal = Terminal::start_sized(command, (columns, 50));
        assert!(terminal.end().success(), "{}", terminal.text);
        let screen = terminal.await_screen("MiB┤");
        assert_eq!(widest(&screen), usize::from(columns), "{screen}");
        assert!(terminal.text.contains("\u{1b}[36m"), "colours: {:?}", terminal.text);
    }
}

#[test]
fn options_of_files_are_refused_with_the_text() {
    let place = Place::new();
    for option in ["-o x.svg", "--dpi 96", "--size 800x450", "--flame", "--term=sixel"] {
        let done = place.run(&format!("plot --term {option} {DATA}/numpy_ex3.dat"));
        assert_eq!(done.code, Some(2), "{option}: {}", done.stderr);
    }
    let done = place.run(&format!("plot --term -w 500,600 {DATA}/numpy_ex3.dat"));
    assert_eq!(done.code, Some(1), "{}", done.stdout);
}

/// The curve of the summary had 60 characters on every terminal.
#[test]
fn the_curve_of_the_summary_is_as_wide_as_the_terminal() {
    let place = Place::new();
    for columns in [30, 140] {
        let mut command = place.rprof(["run", "--force", "-o", "t.dat", "--"]);
        command.arg(truth()).args(["touch", "20MiB", "hold", "100ms"]).env("LC_ALL", "C.UTF-8");
        let mut terminal = Terminal::start_sized(command, (columns, 24));
        assert!(terminal.end().success());
        let curve = terminal.text.lines().find(|line| line.contains('█')).unwrap_or_default();
        assert_eq!(curve.trim_end().chars().count(), usize::from(columns), "{}", terminal.text);
    }
}
