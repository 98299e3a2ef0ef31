//! The recipes of `docs/ci.md` and the steps of `action.yml`, run as their CI servers run them: each once with a command
//! within its limit, and once with one beyond it.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::check_reports::python_with;
use crate::support::{Done, Place, done, skip, truth, with_default_settings};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
/// The command needs 40 MiB, or what this variable says; the recipes allow 500 MB.
const SIZE: &str = "SIMULATE_MIB";
const WITHIN: &str = "40";
const BEYOND: &str = "600";

/// The code blocks of the recipes, with their language.
fn recipes() -> Vec<(String, String)> {
    let document = std::fs::read_to_string(format!("{ROOT}/docs/ci.md")).unwrap();
    let section = document.split("\n## Recipes\n").nth(1).unwrap().split("\n## ").next().unwrap();
    let blocks = section.split("\n```").skip(1).step_by(2);
    blocks
        .map(|block| {
            let (language, text) = block.split_once('\n').unwrap();
            (language.to_owned(), format!("{text}\n"))
        })
        .collect()
}

fn recipes_in(language: &str) -> Vec<String> {
    let found: Vec<String> =
        recipes().into_iter().filter(|(known, _)| known == language).map(|(_, text)| text).collect();
    assert!(!found.is_empty(), "no recipe in {language}");
    found
}

fn write(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn program(path: &Path, text: &str) {
    write(path, text);
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// A project with everything that the recipes name: `./simulate`, tests for pytest, and a crate.
fn project() -> Place {
    let place = Place::new();
    let simulate =
        format!("#!/bin/sh\nexec '{}' touch \"${{{SIZE}:-{WITHIN}}}MiB\" \"$@\"\n", truth().display());
    program(&place.path("simulate"), &simulate);
    let test =
        "import subprocess\n\ndef test_simulate():\n    subprocess.run([\"./simulate\"], check=True)\n";
    write(&place.path("tests/test_simulate.py"), test);
    write(&place.path("Cargo.toml"), "[package]\nname = \"simulate\"\nedition = \"2021\"\n\n[workspace]\n");
    let test = "#[test]\nfn simulate() {\n    let root = env!(\"CARGO_MANIFEST_DIR\");\n    \
                let run = std::process::Command::new(\"./simulate\").current_dir(root).status();\n    \
                assert!(run.unwrap().success());\n}\n";
    write(&place.path("src/lib.rs"), test);
    place
}

/// Adds what a command finds in its environment: rprof in `PATH`, and no trace of the tests that run it.
fn prepare<'a>(place: &Place, command: &'a mut Command, size: &str) -> &'a mut Command {
    let own = Path::new(env!("CARGO_BIN_EXE_rprof")).parent().unwrap().to_owned();
    let tools = PathBuf::from(format!("{ROOT}/.tools/peers/bin"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let paths = [place.path("bin"), own].into_iter().chain(std::env::split_paths(&path)).chain([tools]);
    command.current_dir(place.dir.path()).env("PATH", std::env::join_paths(paths).unwrap()).env(SIZE, size);
    with_default_settings(command);
    command.env("PYTHONDONTWRITEBYTECODE", "1").env("XDG_CACHE_HOME", place.path("cache"));
    for name in [
        "GITHUB_ACTIONS",
        "GITHUB_STEP_SUMMARY",
        "RPROF_TRACE",
        "CARGO_TARGET_DIR",
        "MAKEFLAGS",
        "PYTHONPATH",
    ] {
        command.env_remove(name);
    }
    command
}

/// Runs lines as the `run` of a workflow, in GitHub's way.
fn bash(place: &Place, script: &str, size: &str, env: &BTreeMap<String, String>) -> Done {
    let mut command = Command::new("bash");
    command.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script]);
    done(prepare(place, &mut command, size).envs(env).output().unwrap())
}

fn has(place: &Place, program: &str) -> bool {
    let there = bash(place, &format!("{program} --version"), WITHIN, &BTreeMap::new()).code == Some(0);
    if !there {
        skip(&format!("no `{program}`: its recipe in docs/ci.md is not run"));
    }
    there
}

#[test]
fn the_shell_recipes_keep_their_promise() {
    let place = project();
    let plain = BTreeMap::new();
    for recipe in recipes_in("sh") {
        let needed = ["pytest", "cargo"].into_iter().find(|program| recipe.contains(program));
        if needed.is_some_and(|program| !has(&place, program)) {
            continue;
        }
        // The recipe that saves the baseline comes before the one that compares with it.
        let saves = recipe.contains("--save-baseline");
        for (size, code) in [(WITHIN, 0), (BEYOND, 3)] {
            if saves && size == BEYOND {
                continue;
            }
            let _ = std::fs::remove_file(place.path("memory.dat"));
            let done = bash(&place, &recipe, size, &plain);
            assert_eq!(done.code, Some(code), "{size} MiB: {recipe}{}{}", done.stdout, done.stderr);
        }
    }
}

#[test]
fn the_make_recipe_keeps_its_promise() {
    let place = project();
    if !has(&place, "make") {
        return;
    }
    write(&place.path("Makefile"), &recipes_in("make").concat());
    for (size, code) in [(WITHIN, 0), (BEYOND, 2)] {
        let done = bash(&place, "make check-memory", size, &BTreeMap::new());
        assert_eq!(done.code, Some(code), "{size}: {}", done.stderr);
        assert!(code == 0 || done.stderr.contains("Error 3"), "{}", done.stderr);
    }
}

#[test]
fn the_python_recipe_keeps_its_promise() {
    let place = project();
    if !has(&place, "pytest") {
        return;
    }
    write(&place.path("tests/test_memory.py"), &recipes_in("python").concat());
    for (size, code) in [(WITHIN, 0), (BEYOND, 1)] {
        let done = bash(&place, "pytest -q -p no:cacheprovider tests/test_memory.py", size, &BTreeMap::new());
        assert_eq!(done.code, Some(code), "{size}: {}", done.stdout);
    }
}

#[test]
fn the_runner_of_cargo_keeps_its_promise() {
    let place = project();
    if !has(&place, "cargo") {
        return;
    }
    write(&place.path(".cargo/config.toml"), &recipes_in("toml").concat());
    for (size, is_within) in [(WITHIN, true), (BEYOND, false)] {
        let done = bash(&place, "cargo test --offline", size, &BTreeMap::new());
        assert_eq!(done.code == Some(0), is_within, "{size}: {}", done.stderr);
        assert_eq!(done.stderr.contains("exceeds --max-peak 500MB"), !is_within, "{size}: {}", done.stderr);
    }
}

/// YAML as JSON, by PyYAML; `None` if it is not installed.
fn yaml(text: &str) -> Option<Value> {
    let python = python_with("yaml")?;
    let script = "import json, sys, yaml\nprint(json.dumps(yaml.load(sys.argv[1], yaml.BaseLoader)))";
    let read = done(Command::new(python).args(["-c", script, text]).output().unwrap());
    assert_eq!(read.code, Some(0), "{}", read.stderr);
    Some(serde_json::from_str(&read.stdout).unwrap())
}

/// A small interpreter of the steps of a workflow or a composite action.
struct Runner<'a> {
    place: &'a Place,
    size: &'a str,
    /// The values of expressions: `inputs.name`, `github.token`, `steps.id.outputs.key`.
    values: BTreeMap<String, String>,
}

impl<'a> Runner<'a> {
    fn new(place: &'a Place, size: &'a str) -> Self {
        let values =
            [("github.token", "a-token"), ("github.repository", "them/theirs"), ("github.action_path", ROOT)];
        let values = values.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        Self { place, size, values }
    }

    /// A text with its `${{ … }}` replaced.
    fn expand(&self, text: &str) -> String {
        let mut pieces = text.split("${{");
        let mut expanded = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            let (expression, rest) = piece.split_once("}}").expect("the end of an expression");
            expanded += self.values.get(expression.trim()).map_or("", String::as_str);
            expanded += rest;
        }
        expanded
    }

    /// A condition: terms joined by `&&`, each a value or a comparison with a text.
    fn holds(&self, condition: &str) -> bool {
        condition.split(" && ").all(|term| {
            let value = |key: &str| self.values.get(key.trim()).map_or("", String::as_str);
            match term.split_once(" == ") {
                Some((key, text)) => value(key) == text.trim().trim_matches('\''),
                None => !value(term).is_empty(),
            }
        })
    }

    /// Runs the steps up to the first that fails.
    fn run(&mut self, steps: &Value) -> Done {
        let mut last = Done { code: Some(0), stdout: String::new(), stderr: String::new() };
        for step in steps.as_array().expect("steps") {
            if step["if"].as_str().is_some_and(|condition| !self.holds(condition)) {
                continue;
            }
            let next = match (step["uses"].as_str(), step["run"].as_str()) {
                (Some(action), _) if action.starts_with("actions/") => continue,
                (Some(action), _) => {
                    assert!(action.starts_with("OWNER/rprof@"), "{action}");
                    self.action(&step["with"])
                }
                (None, Some(script)) => self.step(step, script),
                (None, None) => panic!("a step without a command: {step}"),
            };
            last = Done {
                stdout: last.stdout + &next.stdout,
                stderr: last.stderr + &next.stderr,
                code: next.code,
            };
            if last.code != Some(0) {
                break;
            }
        }
        last
    }

    fn step(&mut self, step: &Value, script: &str) -> Done {
        // An input in the text of a script would be run as code.
        assert!(!script.contains("${{"), "{script}");
        let output = self.place.path("output");
        std::fs::write(&output, "").unwrap();
        let pairs = step["env"].as_object().into_iter().flatten();
        let mut env: BTreeMap<String, String> =
            pairs.map(|(key, value)| (key.clone(), self.expand(value.as_str().unwrap()))).collect();
        for (key, file) in
            [("GITHUB_OUTPUT", "output"), ("GITHUB_STEP_SUMMARY", "summary.md"), ("RUNNER_TEMP", ".")]
        {
            env.insert(key.to_owned(), self.place.path(file).display().to_string());
        }
        env.insert("GITHUB_ACTIONS".to_owned(), "true".to_owned());
        let done = bash(self.place, script, self.size, &env);
        let id = step["id"].as_str().unwrap_or("none");
        for line in std::fs::read_to_string(&output).unwrap().lines() {
            let (key, value) = line.split_once('=').expect(line);
            self.values.insert(format!("steps.{id}.outputs.{key}"), value.to_owned());
        }
        done
    }

    /// Runs our action with these inputs and its defaults for the others.
    fn action(&mut self, with: &Value) -> Done {
        let text = std::fs::read_to_string(format!("{ROOT}/action.yml")).unwrap();
        let action = yaml(&text).expect("YAML was read before");
        assert_eq!(action["runs"]["using"], "composite");
        let inputs = action["inputs"].as_object().unwrap();
        for (name, input) in inputs {
            let default = self.expand(input["default"].as_str().unwrap_or_default());
            self.values.insert(format!("inputs.{name}"), default);
        }
        for (name, value) in with.as_object().into_iter().flatten() {
            assert!(inputs.contains_key(name), "no input {name}");
            self.values.insert(format!("inputs.{name}"), value.as_str().unwrap().to_owned());
        }
        let done = self.run(&action["runs"]["steps"]);
        for (name, output) in action["outputs"].as_object().unwrap() {
            let value = self.expand(output["value"].as_str().unwrap());
            self.values.insert(format!("outputs.{name}"), value);
        }
        done
    }
}

#[test]
fn the_workflow_recipes_keep_their_promise() {
    for recipe in recipes_in("yaml") {
        let Some(file) = yaml(&recipe) else { return };
        for (size, code) in [(WITHIN, 0), (BEYOND, 3)] {
            let place = project();
            if let Some(jobs) = file["jobs"].as_object() {
                for job in jobs.values() {
                    let done = Runner::new(&place, size).run(&job["steps"]);
                    assert_eq!(done.code, Some(code), "{recipe}{}", done.stderr);
                }
                continue;
            }
            // GitLab: the lines of a script are one shell, and the reports are files that exist afterwards.
            let job = &file["memory"];
            let lines: Vec<&str> =
                job["script"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
            let done = bash(&place, &lines.join("\n"), size, &BTreeMap::new());
            assert_eq!(done.code, Some(code), "{recipe}{}", done.stderr);
            let report = place.path(job["artifacts"]["reports"]["junit"].as_str().unwrap());
            let text = std::fs::read_to_string(report).unwrap();
            assert_eq!(text.contains("<failure "), code != 0, "{text}");
        }
    }
}

/// A `gh` that keeps what it is asked, and answers with the comment that it keeps.
const GH: &str = r#"#!/bin/sh
[ -e gh-fails ] && exit 1
echo "$GH_TOKEN $*" >> gh.log
for word; do case $word in body=@*) cp "${word#body=@}" comment.md ;; esac; done
case "$*" in *--paginate*) [ -e comment.md ] && echo 4711 && echo 4712 ;; esac
exit 0
"#;

fn with(inputs: &[(&str, &str)]) -> Value {
    inputs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), Value::from(*value)))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

#[test]
fn the_action_comments_once_and_then_replaces_its_comment() {
    if yaml("a: b").is_none() {
        return;
    }
    let place = project();
    program(&place.path("bin/gh"), GH);
    let inputs = with(&[("command", "./simulate && ./simulate"), ("max-peak", "500MB"), ("runs", "2")]);
    let run = |size| {
        let mut runner = Runner::new(&place, size);
        runner.values.insert("github.event.pull_request.number".to_owned(), "12".to_owned());
        let done = runner.action(&inputs);
        (done, runner.values["outputs.verdict"].clone(), runner.values["outputs.exit-code"].clone())
    };
    let (first, verdict, code) = run(BEYOND);
    assert_eq!((first.code, verdict.as_str(), code.as_str()), (Some(3), "beyond", "3"), "{}", first.stderr);
    assert_eq!(first.stdout.matches("::error title=").count(), 2, "{}", first.stdout);
    let comment = std::fs::read_to_string(place.path("comment.md")).unwrap();
    assert!(
        comment.starts_with("<!-- rprof ") && comment.contains("### Memory: beyond 2 of 2 limits"),
        "{comment}"
    );
    assert!(std::fs::read_to_string(place.path("summary.md")).unwrap().contains("### Memory"));
    let (second, verdict, _) = run(WITHIN);
    assert_eq!((second.code, verdict.as_str()), (Some(0), "within"), "{}", second.stderr);
    let comment = std::fs::read_to_string(place.path("comment.md")).unwrap();
    assert!(comment.contains("### Memory: within all limits"), "{comment}");
    let log = std::fs::read_to_string(place.path("gh.log")).unwrap();
    let calls: Vec<&str> = log.lines().collect();
    assert_eq!(calls.len(), 4, "{log}");
    assert!(calls.iter().all(|call| call.starts_with("a-token api ")), "{log}");
    assert!(calls[1].contains("--method POST repos/them/theirs/issues/12/comments "), "{log}");
    assert!(calls[3].contains("--method PATCH repos/them/theirs/issues/comments/4711 "), "{log}");
    // Without the right to comment the verdict stays.
    std::fs::write(place.path("gh-fails"), "").unwrap();
    let (third, ..) = run(WITHIN);
    assert_eq!(third.code, Some(0), "{}", third.stderr);
    assert!(third.stdout.contains("::warning title=rprof::cannot comment"), "{}", third.stdout);
}

#[test]
fn the_action_passes_failures_on_and_runs_no_input_as_code() {
    if yaml("a: b").is_none() {
        return;
    }
    let place = project();
    record_baseline(&place);
    let name = "$(touch hacked) `touch hacked` \"; touch hacked; '";
    for (inputs, size, code, verdict) in [
        (&[("command", "exit 7"), ("max-peak", "500MB")][..], WITHIN, 7, "failed"),
        (&[("command", "./simulate"), ("name", name), ("max-peak", name)], WITHIN, 2, "failed"),
        (&[("command", "./simulate"), ("name", name), ("max-peak", "500MB")], WITHIN, 0, "within"),
        (&[("command", "./simulate")], WITHIN, 2, "failed"),
        (&[("command", "./simulate"), ("baseline", "mem.json"), ("name", "sim")], WITHIN, 0, "within"),
        (&[("command", "./simulate"), ("baseline", "mem.json"), ("name", "sim")], "50", 3, "beyond"),
        (
            &[("command", "./simulate"), ("baseline", "mem.json"), ("name", "sim"), ("tolerance", "90%")],
            "50",
            0,
            "within",
        ),
        (&[("command", "./simulate"), ("max-growth", "1MB/min")], WITHIN, 0, "within"),
        (&[("command", "./simulate"), ("max-growth", "1MB/min"), ("strict", "true")], WITHIN, 3, "beyond"),
        (
            &[("command", "rprof span a ./simulate hold 2s"), ("max-span", "a=1GB\na=20MiB\n")],
            WITHIN,
            3,
            "beyond",
        ),
    ] {
        let mut runner = Runner::new(&place, size);
        let done = runner.action(&with(inputs));
        assert_eq!(done.code, Some(code), "{inputs:?}: {}", done.stderr);
        assert_eq!(runner.values["outputs.verdict"], verdict, "{inputs:?}");
        assert!(!place.path("hacked").exists(), "{inputs:?}");
    }
}

/// Without rprof in `PATH` the action builds it from its own checkout.
#[test]
fn the_action_installs_rprof_from_its_checkout() {
    let Some(action) = yaml(&std::fs::read_to_string(format!("{ROOT}/action.yml")).unwrap()) else { return };
    let place = Place::new();
    program(&place.path("bin/cargo"), "#!/bin/sh\nfor word; do echo \"$word\"; done > cargo.log\n");
    let step = &action["runs"]["steps"][0];
    let mut command = Command::new("bash");
    command.args(["-eo", "pipefail", "-c", step["run"].as_str().unwrap()]).current_dir(place.dir.path());
    command.env("PATH", format!("{}:/usr/bin:/bin", place.path("bin").display())).env("ACTION", ROOT);
    assert!(command.output().unwrap().status.success());
    let log = std::fs::read_to_string(place.path("cargo.log")).unwrap();
    let words: Vec<&str> = log.lines().collect();
    assert_eq!(words[0], "install");
    let folder = words.iter().skip_while(|word| **word != "--path").nth(1).unwrap();
    assert!(Path::new(folder).join("Cargo.toml").exists(), "{folder}");
}

/// The baseline of the action's command: it runs under bash.
fn record_baseline(place: &Place) {
    let record = "rprof run -q -o b.dat -- bash -eo pipefail -c ./simulate\n\
                  rprof check --save-baseline mem.json --name sim b.dat";
    let done = bash(place, record, WITHIN, &BTreeMap::new());
    assert_eq!(done.code, Some(0), "{}", done.stderr);
}
