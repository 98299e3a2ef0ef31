//! Labels of traces in a figure: the names that the user gives, else the shortest part of the commands or file names
//! by which the traces differ.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use anyhow::bail;
use rprof_trace::shown;

/// Programs that run another one, which then says more than their own name.
const RUNNERS: [&str; 12] =
    ["python", "python3", "ruby", "perl", "node", "java", "julia", "Rscript", "sh", "bash", "env", "nice"];

/// One trace of a figure, or one run of it.
#[derive(Debug, Clone, Copy)]
pub struct Labelled<'a> {
    /// The file.
    pub path: &'a Path,
    /// The number of the run, counted from 1, if the file has several.
    pub run: Option<usize>,
    /// The command, quoted for a shell; empty if the trace has none.
    pub command: &'a str,
}

/// The label of each trace. `given` has names for some of them, each with the trace as the user wrote it.
///
/// # Errors
/// When a name is given for a trace that the figure does not have.
pub fn labels(traces: &[Labelled], given: &[(String, String)]) -> anyhow::Result<Vec<String>> {
    let mut labels = match traces {
        // Only an error names it.
        [only] => vec![only.path.to_string_lossy().into_owned()],
        _ => by_command(traces).unwrap_or_else(|| by_path(traces)),
    };
    for (trace, name) in given {
        let mut is_found = false;
        for (label, _) in labels.iter_mut().zip(traces).filter(|(_, at)| is_named(at.path, trace)) {
            name.clone_into(label);
            is_found = true;
        }
        if !is_found {
            let all: Vec<String> = traces.iter().map(|trace| format!("`{}`", shown(trace.path))).collect();
            bail!("--label: no trace `{trace}` in this figure; it shows {}", all.join(", "));
        }
    }
    Ok(labels)
}

/// True if the user may mean this file: its path, its name, or its name without the extension.
fn is_named(path: &Path, trace: &str) -> bool {
    path == Path::new(trace)
        || [path.file_name(), path.file_stem()].into_iter().flatten().any(|name| name == trace)
}

/// Labels from the commands; `None` if two of them are the same, or one is unknown.
fn by_command(traces: &[Labelled]) -> Option<Vec<String>> {
    let commands: Vec<Vec<&str>> =
        traces.iter().map(|trace| trace.command.split_whitespace().collect()).collect();
    // The names of files are shorter than their paths, if they suffice.
    let names: Vec<Vec<&str>> =
        commands.iter().map(|words| words.iter().map(|word| last_component(word)).collect()).collect();
    of_words(&names).or_else(|| of_words(&commands))
}

fn of_words(commands: &[Vec<&str>]) -> Option<Vec<String>> {
    let programs: Vec<String> = commands.iter().map(|words| program(words)).collect::<Option<_>>()?;
    if are_distinct(&programs) {
        return Some(programs);
    }
    let shortest = commands.iter().map(Vec::len).min()?;
    let first = commands.first()?;
    let is_common = |at: usize, from_end: bool| {
        let word = |words: &Vec<&str>| {
            if from_end { words[words.len() - 1 - at].to_owned() } else { words[at].to_owned() }
        };
        commands.iter().all(|words| word(words) == word(first))
    };
    let before = (0..shortest).take_while(|at| is_common(*at, false)).count();
    let after = (0..shortest - before).take_while(|at| is_common(*at, true)).count();
    // The value of an option needs its name.
    let is_option = before > 0 && first[before - 1].starts_with('-') && before > 1;
    let from = if is_option { before - 1 } else { before };
    let middles: Vec<&[&str]> = commands.iter().map(|words| &words[from..words.len() - after]).collect();
    let needs_program = middles.iter().any(|words| words.is_empty());
    let label = |(words, program): (&&[&str], &String)| match needs_program {
        true if words.is_empty() => program.clone(),
        true => format!("{program} {}", words.join(" ")),
        false => words.join(" "),
    };
    let labels: Vec<String> = middles.iter().zip(&programs).map(label).collect();
    are_distinct(&labels).then_some(labels)
}

/// The name of the program; if it only runs another one, the first argument that is no option.
pub fn program(words: &[&str]) -> Option<String> {
    let name = last_component(words.first()?);
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    if RUNNERS.contains(&name) || RUNNERS.contains(&stem) {
        let script = words[1..].iter().find(|word| !word.starts_with('-'));
        return Some(script.map_or(name, |script| last_component(script)).to_owned());
    }
    Some(name.to_owned())
}

fn last_component(word: &str) -> &str {
    word.rsplit('/').find(|part| !part.is_empty()).unwrap_or(word)
}

/// Labels from the paths: the fewest components at their end, without the extension if that suffices.
fn by_path(traces: &[Labelled]) -> Vec<String> {
    let longest = traces.iter().map(|trace| trace.path.components().count()).max().unwrap_or(1);
    let label = |trace: &Labelled, components: usize, has_extension: bool| {
        let path = if has_extension { trace.path.to_owned() } else { trace.path.with_extension("") };
        let skipped = path.components().count().saturating_sub(components);
        let name = path.components().skip(skipped).collect::<PathBuf>().to_string_lossy().into_owned();
        trace.run.map_or(name.clone(), |run| format!("{name}, run {run}"))
    };
    let candidates = (1..=longest).flat_map(|components| [(components, false), (components, true)]);
    let mut labels = candidates.map(|(components, has_extension)| {
        traces.iter().map(|trace| label(trace, components, has_extension)).collect::<Vec<_>>()
    });
    labels
        .find(|labels| are_distinct(labels))
        .unwrap_or_else(|| traces.iter().map(|trace| trace.path.to_string_lossy().into_owned()).collect())
}

fn are_distinct(labels: &[String]) -> bool {
    labels.iter().collect::<HashSet<_>>().len() == labels.len()
        && labels.iter().all(|label| !label.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown_for(traces: &[(&str, &str)]) -> Vec<String> {
        let trace = |(path, command): &(&'static str, &'static str)| Labelled {
            path: Path::new(*path),
            run: None,
            command,
        };
        // The texts live as long as the program, so that the labels may borrow them.
        let leaked: Vec<(&'static str, &'static str)> = traces
            .iter()
            .map(|(path, command)| (&*Box::leak(Box::from(*path)), &*Box::leak(Box::from(*command))))
            .collect();
        labels(&leaked.iter().map(trace).collect::<Vec<_>>(), &[]).expect("no name is given")
    }

    #[test]
    fn commands_that_differ_name_their_traces() {
        let different = [("a.dat", "target/basic --depth 500"), ("b.dat", "target/hdf5 --depth 500")];
        assert_eq!(shown_for(&different), ["basic", "hdf5"]);
        let scripts = [("a.dat", "python3.11 src/load.py x"), ("b.dat", "python3.11 src/train.py x")];
        assert_eq!(shown_for(&scripts), ["load.py", "train.py"]);
        let values = [("a.dat", "train --batch 32 --gpu"), ("b.dat", "train --batch 64 --gpu")];
        assert_eq!(shown_for(&values), ["--batch 32", "--batch 64"]);
        let option = [("a.dat", "./train data"), ("b.dat", "./train --fast data")];
        assert_eq!(shown_for(&option), ["train", "train --fast"]);
        let versions = [("a.dat", "/opt/v1/server"), ("b.dat", "/opt/v2/server")];
        assert_eq!(shown_for(&versions), ["/opt/v1/server", "/opt/v2/server"]);
    }

    #[test]
    fn files_name_the_runs_of_one_command() {
        let runs = [("out/before.dat", "make -j4"), ("out/after.dat", "make -j4")];
        assert_eq!(shown_for(&runs), ["before", "after"]);
        assert_eq!(shown_for(&[("a/t.dat", "x"), ("b/t.dat", "x")]), ["a/t", "b/t"]);
        assert_eq!(shown_for(&[("t.dat", ""), ("t.csv", "x")]), ["t.dat", "t.csv"]);
        let run = |run| Labelled { path: Path::new("t.dat"), run: Some(run), command: "x" };
        assert_eq!(labels(&[run(1), run(2)], &[]).expect("no name"), ["t, run 1", "t, run 2"]);
    }

    #[test]
    fn a_given_name_is_that_of_its_trace() {
        let traces =
            ["a/x.dat", "y.dat"].map(|path| Labelled { path: Path::new(path), run: None, command: path });
        let given = |trace: &str| labels(&traces, &[(trace.to_owned(), "Mine".to_owned())]);
        for trace in ["x", "x.dat", "a/x.dat"] {
            assert_eq!(given(trace).expect("a trace"), ["Mine", "y.dat"], "{trace}");
        }
        let error = given("z").expect_err("no trace").to_string();
        assert!(error.contains("`z`") && error.contains("`a/x.dat`, `y.dat`"), "{error}");
    }
}
