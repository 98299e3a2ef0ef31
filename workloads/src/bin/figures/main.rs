//! `make figures`: runs the five examples under rprof, draws them, and writes a table with the article's figures beside
//! ours. All measurements come from rprof; this program measures nothing itself.

mod depth;
mod example;
mod interrupt;
mod machine;
mod row;
mod rprof;
mod split;
mod summary;
mod trace;
mod verdict;

use crate::example::{ARTICLE_DEPTH, ARTICLE_EXAMPLES, EXAMPLES};
use crate::interrupt::Interrupts;
use crate::machine::Machine;
use crate::row::{Row, Run};
use crate::rprof::Rprof;
use anyhow::Context;
use clap::Parser;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The measured runs of each example: the table shows the median and the spread.
const RUNS: u32 = 3;
/// The figures with several curves: the name of each, and the number of examples that it shows.
const TOGETHER: [(&str, usize); 2] = [("all", ARTICLE_EXAMPLES), ("five", EXAMPLES.len())];

/// Run the article's examples under rprof; write traces, figures and a table
#[derive(Parser)]
#[command(version)]
struct Options {
    /// The rprof to use [default: the rprof beside this program, else from PATH]
    #[arg(long, value_name = "PATH")]
    rprof: Option<PathBuf>,
    /// Directory for the results, created if missing
    #[arg(long, value_name = "DIR", default_value = "plots")]
    plots: PathBuf,
    /// Number of slices; fewer if they do not fit the machine
    #[arg(long, value_name = "N", default_value_t = ARTICLE_DEPTH, value_parser = clap::value_parser!(u32).range(1..))]
    depth: u32,
    /// Directory for the temporary files of the workloads [default: `target` beside the results, else the system's temporary directory]
    #[arg(long, value_name = "DIR")]
    scratch: Option<PathBuf>,
}

fn main() -> ExitCode {
    match figures(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("figures: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn figures(options: &Options) -> anyhow::Result<()> {
    let plots = results_directory(&options.plots)?;
    let scratch = scratch_directory(options.scratch.as_deref(), &plots)?;
    let rprof = Rprof::find(options.rprof.as_deref(), Interrupts::watch()?)?;
    let rows = record(&rprof, options.depth, &plots, &scratch)?;
    eprintln!("figures: drawing");
    for row in &rows {
        let name = row.example.name;
        rprof.plot(&plots, &[format!("{name}.dat")], name, &row.example.title(row.depth))?;
    }
    let traces = EXAMPLES.map(|example| format!("{}.dat", example.name));
    for (name, number) in TOGETHER {
        rprof.plot(&plots, &traces[..number], name, &summary::title(&rows[..number]))?;
    }
    let path = plots.join("summary.md");
    std::fs::write(&path, summary::text(&rows, &Machine::of_this()))
        .with_context(|| format!("cannot write the table `{}`", path.display()))?;
    println!("{}", path.display());
    Ok(())
}

/// Runs all examples in turns, so that a machine that becomes slower or faster treats them alike. The first run of each,
/// which may have to wait for memory that the machine has never used, is not measured. The trace of each median run is
/// kept; all other files are removed, even after an error.
fn record(rprof: &Rprof, wanted: u32, plots: &Path, scratch: &Path) -> anyhow::Result<Vec<Row>> {
    let place = tempfile::Builder::new().prefix("rprof-figures-").tempdir_in(scratch).with_context(|| {
        format!(
            "cannot create a directory in `{}`; choose a writable one with `--scratch`",
            scratch.display()
        )
    })?;
    let mut examples = Vec::new();
    for example in &EXAMPLES {
        let depth = depth::fitting(wanted as usize, |depth| example.check(depth, place.path()))
            .with_context(|| format!("cannot run `{}` on this machine", example.name))?;
        examples.push((example, depth));
    }
    eprintln!("figures: {} examples, {RUNS} runs each after one to warm up", examples.len());
    let traces = rprof.bench(&examples, RUNS, place.path())?;
    let mut rows = Vec::new();
    for ((example, depth), paths) in examples.into_iter().zip(traces) {
        let row = Row::new(
            example,
            depth,
            paths.into_iter().map(|path| run(rprof, path)).collect::<Result<_, _>>()?,
        )
        .with_context(|| format!("`{}` has no run", example.name))?;
        let kept = plots.join(format!("{}.dat", example.name));
        std::fs::copy(&row.median().path, &kept)
            .with_context(|| format!("cannot write the trace `{}`", kept.display()))?;
        rows.push(row);
    }
    let path = place.path().to_owned();
    place.close().with_context(|| format!("cannot remove `{}`; remove it by hand", path.display()))?;
    Ok(rows)
}

/// Reads the trace of one run.
fn run(rprof: &Rprof, path: PathBuf) -> anyhow::Result<Run> {
    let trace = rprof.trace(&path)?;
    let report = trace.report().with_context(|| format!("cannot use the trace `{}`", path.display()))?;
    Ok(Run { path, report, trace })
}

/// Creates the directory for the results if it is missing. Returns its absolute path.
fn results_directory(plots: &Path) -> anyhow::Result<PathBuf> {
    std::fs::create_dir_all(plots).and_then(|()| plots.canonicalize()).with_context(|| {
        format!("cannot create `{}`; choose a writable place with `--plots`", plots.display())
    })
}

/// Returns the requested directory, or else cargo's target directory. The system's temporary directory comes last,
/// because it is in memory on many machines.
fn scratch_directory(asked: Option<&Path>, plots: &Path) -> anyhow::Result<PathBuf> {
    if let Some(asked) = asked {
        return asked.canonicalize().with_context(|| {
            format!(
                "cannot use `{}` for the workloads' files; choose an existing directory with `--scratch`",
                asked.display()
            )
        });
    }
    let target = plots.parent().map(|parent| parent.join("target")).filter(|target| target.is_dir());
    Ok(target.unwrap_or_else(std::env::temp_dir))
}
