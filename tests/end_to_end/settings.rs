//! Settings: the environment and the configuration file set defaults, the command line overrides both, and an error
//! names its place and a remedy.

use std::process::Command;

use crate::support::{Place, as_ordinary_user, done, skip};

const FILE: &str = "config/rprof/config.toml";

/// A place whose configuration file has this text; the command `rprof` that reads it.
fn with_file(text: &str) -> Place {
    let place = Place::new();
    std::fs::create_dir_all(place.path("config/rprof")).unwrap();
    std::fs::write(place.path(FILE), text).unwrap();
    place
}

fn rprof(place: &Place, line: &str) -> Command {
    let mut command = place.rprof(line.split(' '));
    command.env_remove("RPROF_CONFIG").env("XDG_CONFIG_HOME", place.path("config"));
    command
}

/// The interval in the header of the trace `t.dat`.
fn interval(place: &Place) -> String {
    let trace = place.trace();
    let rest = trace.split_once("\"interval_s\":").unwrap_or_else(|| panic!("{trace}")).1;
    rest.split([',', '}']).next().unwrap().to_owned()
}

#[test]
fn the_command_line_overrides_the_environment_and_that_the_file() {
    let place = with_file("interval = \"50ms\"\n");
    let run = |options: &str, variable: &str| {
        let mut command = rprof(&place, &format!("run -q --force {options} -- true"));
        let done = done(command.env("RPROF_INTERVAL", variable).output().unwrap());
        assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""));
        interval(&place)
    };
    // An empty variable is none.
    assert_eq!(run("-o t.dat", ""), "0.05");
    assert_eq!(run("-o t.dat", "20ms"), "0.02");
    assert_eq!(run("-o t.dat -T 10ms", "20ms"), "0.01");
}

#[test]
fn every_key_has_an_effect() {
    let place = with_file("interval = 0.02\nmetric = \"rss\"\noutput = \"t.dat\"\ntheme = \"dark\"\n");
    let run = done(rprof(&place, "run -q -- true").output().unwrap());
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    assert_eq!(interval(&place), "0.02");
    for (name, theme) in
        [("config.svg", ""), ("option.svg", "--theme dark "), ("light.svg", "--theme light ")]
    {
        let line = format!("plot {theme}-o {name} t.dat");
        let plot =
            if theme.is_empty() { done(rprof(&place, &line).output().unwrap()) } else { place.run(&line) };
        assert_eq!(plot.code, Some(0), "{}", plot.stderr);
    }
    let figure = |name: &str| std::fs::read(place.path(name)).unwrap();
    assert_eq!(figure("config.svg"), figure("option.svg"));
    assert_ne!(figure("config.svg"), figure("light.svg"));
    if cfg!(target_os = "linux") {
        let mut command = rprof(&place, "run -q --force -- true");
        assert_eq!(done(command.env("RPROF_METRIC", "uss").output().unwrap()).code, Some(0));
        assert!(place.trace().contains("\"metric\":\"uss\""), "{}", place.trace());
    }
}

#[test]
fn config_prints_what_applies_and_from_where() {
    let place = with_file("# my defaults\ninterval = \"50ms\"\n");
    let shown = done(rprof(&place, "config").env("RPROF_THEME", "print").output().unwrap());
    let file = place.path(FILE).display().to_string();
    for line in [
        format!("interval  50ms                 {file}, line 2"),
        "metric    rss                  default".to_owned(),
        "theme     print                RPROF_THEME".to_owned(),
        format!("configuration file: {file}"),
    ] {
        assert!(shown.stdout.lines().any(|found| found == line), "no `{line}` in {}", shown.stdout);
    }
    let missing = rprof(&place, "config").env("XDG_CONFIG_HOME", place.path("none")).output().unwrap();
    assert!(done(missing).stdout.contains("config.toml (does not exist)"));
    // Without a home there is no file. A relative directory is none.
    let mut homeless = rprof(&place, "config");
    let homeless = homeless.env_remove("HOME").env("XDG_CONFIG_HOME", "config").output().unwrap();
    assert!(done(homeless).stdout.contains("configuration file: none"));
    assert!(place.run("config").stdout.contains("configuration file: none"));
}

#[test]
fn an_error_names_its_place_and_a_remedy() {
    for (text, words) in [
        ("\nintervall = 1\n", "config.toml`, line 2: unknown key `intervall`; use interval, metric"),
        ("interval = 0\n", "config.toml`, line 1: interval `0`: out of range; use 100us to 1d"),
        ("theme = dark\n", "config.toml`, line 1: not TOML: "),
    ] {
        let place = with_file(text);
        for (line, code) in [("run true", 125), ("attach 1", 125), ("plot", 1), ("config", 1)] {
            let done = done(rprof(&place, line).output().unwrap());
            assert_eq!(done.code, Some(code), "{line}: {}", done.stderr);
            assert!(
                done.stderr.starts_with("rprof: ") && done.stderr.contains(words),
                "{line}: {}",
                done.stderr
            );
            assert_eq!(std::fs::read_dir(place.dir.path()).unwrap().count(), 1, "{line} left a file");
        }
        // What uses no setting works all the same.
        for line in ["list", "run --help", "help run", "--version", "mark x"] {
            let done = done(rprof(&place, line).env_remove("RPROF_TRACE").output().unwrap());
            assert_eq!(done.code, Some(0), "{line}: {}", done.stderr);
        }
    }
    let place = with_file("");
    let wrong = done(rprof(&place, "run true").env("RPROF_METRIC", "\u{1b}[31m").output().unwrap());
    assert_eq!(wrong.code, Some(125));
    let words =
        "environment variable RPROF_METRIC is `\\x1b[31m`: unknown value; use rss, pss, uss, footprint";
    assert!(wrong.stderr.contains(words), "{}", wrong.stderr);
}

/// A file that the user names must exist, and must not be a device without an end.
#[test]
fn the_file_that_the_variable_names_must_be_there() {
    let place = Place::new();
    let named = |file: &str| done(rprof(&place, "config").env("RPROF_CONFIG", file).output().unwrap());
    let missing = named("none.toml");
    assert_eq!(missing.code, Some(1));
    assert!(missing.stderr.contains("cannot read the configuration file `none.toml`"), "{}", missing.stderr);
    assert_eq!(named("/dev/null").code, Some(0));
    assert!(named(".").stderr.contains("cannot read the configuration file `.`"));
    if std::path::Path::new("/dev/zero").exists() {
        assert!(named("/dev/zero").stderr.contains("larger than 1 MiB"));
    }
}

/// With a placeholder, each run has a trace of its own.
#[test]
fn the_name_of_the_trace_may_have_placeholders() {
    let place = with_file("output = \"traces-{name}/{pid}.dat\"\n");
    for _ in 0..2 {
        let run = done(rprof(&place, "run -q -- true").output().unwrap());
        assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    }
    assert_eq!(std::fs::read_dir(place.path("traces-true")).unwrap().count(), 2);
}

/// The HOME of root reaches another user under `setpriv` and some forms of `sudo -u`. rprof refused to run a command then.
#[test]
fn a_default_file_that_may_not_be_read_is_a_warning() {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    std::fs::create_dir_all(place.path("home/.config/rprof")).unwrap();
    let file = place.path("home/.config/rprof/config.toml");
    std::fs::write(&file, "metric = \"pss\"\n").unwrap();
    let lock =
        |mode| std::fs::set_permissions(place.path("home/.config"), Permissions::from_mode(mode)).unwrap();
    let command = |line: &str| {
        let mut command = place.rprof(line.split(' '));
        let can = as_ordinary_user(&mut command, &place);
        command.env_remove("RPROF_CONFIG").env_remove("XDG_CONFIG_HOME").env("HOME", place.path("home"));
        can.then_some(command)
    };
    if command("config").is_none() {
        return skip(crate::permissions::NO_USER);
    }
    lock(0o000);
    let run = |line: &str| done(command(line).unwrap().output().unwrap());
    let warning =
        format!("rprof: cannot read the configuration file `{}`: Permission denied", file.display());
    for line in ["run -o t.dat true", "plot -o t.svg t.dat"] {
        let loud = run(line);
        assert_eq!(loud.code, Some(0), "{line}: {}", loud.stderr);
        let lines = loud.stderr.lines().filter(|line| line.contains("configuration")).collect::<Vec<_>>();
        assert!(matches!(lines[..], [one] if one.starts_with(&warning)), "{line}: {}", loud.stderr);
    }
    assert!(place.trace().contains("\"metric\":\"rss\""), "{}", place.trace());
    let quiet = run("run -q --force -o t.dat true");
    assert_eq!((quiet.code, quiet.stderr.as_str()), (Some(0), ""));
    let shown = run("config");
    assert_eq!(shown.code, Some(0), "{}", shown.stderr);
    assert!(shown.stdout.contains("(not used, cannot be read: Permission denied"), "{}", shown.stdout);
    // A file that is named is not a default.
    let mut named = command("run -q --force -o t.dat true").unwrap();
    let named = done(named.env("RPROF_CONFIG", &file).output().unwrap());
    assert_eq!(named.code, Some(125), "{}", named.stderr);
    assert!(named.stderr.starts_with(&warning), "{}", named.stderr);
    lock(0o755);
    assert_eq!(run("run -q --force -o t.dat true").code, Some(0));
    assert!(place.trace().contains("\"metric\":\"pss\""), "{}", place.trace());
    // The home directory of a daemon may be no directory.
    let mut daemon = command("run --force -o t.dat true").unwrap();
    let daemon = done(daemon.env("HOME", "/dev/null").output().unwrap());
    assert!(daemon.code == Some(0) && !daemon.stderr.contains("configuration"), "{}", daemon.stderr);
}
