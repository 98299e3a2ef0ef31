//! `make figures`: runs the five examples under rprof, draws them, and writes a table with the article's figures beside
//! ours. All measurements come from rprof; this program measures nothing itself.

mod depth;
mod example;
mod interrupt;
mod machine;
mod progress;
mod row;
mod rprof;
mod split;
mod summary;
mod trace;
mod verdict;

use crate::example::{ARTICLE_DEPTH, ARTICLE_EXAMPLES, EXAMPLES, Example};
use crate::interrupt::Interrupts;
use crate::machine::Machine;
use crate::row::Row;
use crate::rprof::Rprof;
use anyhow::Context;
use clap::Parser;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// One step for each example, and one for the figures with several curves.
const STEPS: usize = EXAMPLES.len() + 1;
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
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("figures: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> anyhow::Result<()> {
    let plots = results_directory(&options.plots)?;
    let scratch = scratch_directory(options.scratch.as_deref(), &plots)?;
    let rprof = Rprof::find(options.rprof.as_deref(), Interrupts::watch()?)?;
    let mut rows = Vec::new();
    for (index, example) in EXAMPLES.iter().enumerate() {
        let title = example.title(options.depth as usize);
        eprintln!("figures: [{}/{}] {title}", index + 1, STEPS);
        rows.push(one(&rprof, example, options.depth, &plots, &scratch)?);
    }
    eprintln!("figures: [{STEPS}/{STEPS}] figures with several curves");
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

/// Runs and draws one example. The file that it writes is removed afterwards, even after an error.
fn one(
    rprof: &Rprof,
    example: &'static Example,
    wanted: u32,
    plots: &Path,
    scratch: &Path,
) -> anyhow::Result<Row> {
    let place = tempfile::Builder::new().prefix("rprof-figures-").tempdir_in(scratch).with_context(|| {
        format!(
            "cannot create a directory in `{}`; choose a writable one with `--scratch`",
            scratch.display()
        )
    })?;
    let depth = depth::fitting(wanted as usize, |depth| example.check(depth, place.path()))
        .with_context(|| format!("cannot run `{}` on this machine", example.name))?;
    let trace = plots.join(format!("{}.dat", example.name));
    let report = rprof.record(example, depth, place.path(), &trace)?;
    let path = place.path().to_owned();
    place.close().with_context(|| format!("cannot remove `{}`; remove it by hand", path.display()))?;
    let row = Row { example, depth, report, trace: rprof.trace(&trace)? };
    rprof.plot(plots, &[format!("{}.dat", example.name)], example.name, &example.title(depth))?;
    Ok(row)
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
