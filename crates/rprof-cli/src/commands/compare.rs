//! `rprof compare`: compare runs, print a table, Markdown, CSV or JSON, and draw them.

use std::path::{Path, PathBuf};

use anyhow::bail;
use rprof_findings::compare::{Row, Side, compare as findings};
use rprof_findings::numbers::RunNumbers;
use rprof_plot::{Options, Trace};
use rprof_trace::{Profile, ProfileOptions, shown};

use crate::cli::{By, CompareArgs};
use crate::compare_report::{self, Compared};
use crate::exit_code::Usage;
use crate::figure_format::{self, FigureFormat};
use crate::trace_input::TraceInput;
use crate::{figure_file, load, message, missing_glyphs, output, rank_report, trace_names};

/// Slices of a curve that is not drawn.
const FEW: usize = 64;

/// Compares the sides that the arguments name.
pub fn compare(arguments: &CompareArgs) -> anyhow::Result<()> {
    if let Some(by) = arguments.by {
        return ranks(arguments, by);
    }
    let figure = arguments.output.as_deref().filter(|path| *path != Path::new("-"));
    let figure = figure.map(figure_format::file_of).transpose()?;
    let format = figure.as_deref().map_or(Ok(FigureFormat::Svg), FigureFormat::from_path)?;
    let draws = arguments.output.is_some();
    let (mut compared, mut profiles, mut paths) = (Vec::new(), Vec::new(), Vec::new());
    for side in sides_of(arguments)? {
        let side = SideRead::read(&side, draws)?;
        compared.push(side.compared);
        profiles.extend(side.profiles);
        paths.extend(side.paths);
    }
    warn_about_metrics(&compared);
    let sides: Vec<Side<'_>> = compared.iter().map(|side| Side { runs: &side.runs }).collect();
    let rows = findings(&sides, arguments.by_span || arguments.format.json);
    if draws {
        let svg = drawing(&compared, &rows, &profiles)?;
        missing_glyphs::print(&svg);
        let drawn = format.render(&svg, figure_format::PNG_SCALE)?;
        let Some(path) = figure else { return Ok(output::write(&drawn)?) };
        let paths: Vec<&Path> = paths.iter().map(PathBuf::as_path).collect();
        figure_file::write(&path, drawn, &paths, arguments.force)?;
    }
    print(arguments, &compared, &rows)
}

/// Compares the ranks of one job.
fn ranks(arguments: &CompareArgs, by: By) -> anyhow::Result<()> {
    let mut paths = Vec::new();
    for argument in &arguments.traces {
        match trace_names::in_folder(argument)? {
            Some(traces) => paths.extend(traces),
            None => paths.extend(trace_names::resolve(std::slice::from_ref(argument))?),
        }
    }
    if paths.is_empty() {
        bail!(Usage("no trace was given; name those of all ranks, as in 'trace-*.dat'".to_owned()));
    }
    let ranks = rank_report::read(&paths)?;
    if arguments.format.json {
        output::print_json(&rank_report::json(&ranks))?;
    } else {
        output::print(&rank_report::table(&ranks, by))?;
    }
    Ok(())
}

/// The figure: the curves of single runs, or the peaks of repeated ones.
fn drawing(compared: &[Compared], rows: &[Row], profiles: &[(String, Profile)]) -> anyhow::Result<String> {
    if compared.iter().any(|side| side.runs.len() > 1) {
        return compare_report::svg(compared, rows);
    }
    let traces: Vec<Trace<'_>> = profiles.iter().map(|(label, profile)| Trace { label, profile }).collect();
    Ok(rprof_plot::svg(&Options::default(), &traces)?)
}

fn print(arguments: &CompareArgs, compared: &[Compared], rows: &[Row]) -> anyhow::Result<()> {
    if arguments.format.json {
        output::print_json(&compare_report::json(compared, rows))?;
    } else if arguments.format.csv {
        output::print(&compare_report::csv(compared, rows)?)?;
    } else if arguments.format.markdown {
        output::print(&compare_report::markdown(compared, rows))?;
    } else {
        output::print(&compare_report::text(compared, rows))?;
    }
    Ok(())
}

/// The arguments of each side: one for each, or all before `--vs` and all after it.
fn sides_of(arguments: &CompareArgs) -> anyhow::Result<Vec<Vec<PathBuf>>> {
    let newest = [PathBuf::from("-2"), PathBuf::from("-1")];
    let sides: Vec<Vec<PathBuf>> = match (&arguments.traces[..], &arguments.vs[..]) {
        ([], _) => newest.into_iter().map(|index| vec![index]).collect(),
        ([one], []) => {
            let one = shown(one);
            bail!(Usage(format!("only `{one}` was given; name a second trace to compare it with")))
        }
        (each, []) => each.iter().map(|one| vec![one.clone()]).collect(),
        (one, other) => vec![one.to_vec(), other.to_vec()],
    };
    Ok(sides)
}

/// A side that was read.
struct SideRead {
    compared: Compared,
    paths: Vec<PathBuf>,
    /// The runs to draw, each with its label; empty if nothing is drawn.
    profiles: Vec<(String, Profile)>,
}

impl SideRead {
    fn read(arguments: &[PathBuf], draws: bool) -> anyhow::Result<Self> {
        let mut paths = Vec::new();
        for argument in arguments {
            match trace_names::in_folder(argument)? {
                Some(traces) => paths.extend(traces),
                None => paths.extend(trace_names::resolve(std::slice::from_ref(argument))?),
            }
        }
        let more = arguments.len() - 1;
        // One directory has its own name; several arguments that of the first trace.
        let first = if more == 0 && arguments[0].is_dir() { &arguments[0] } else { &paths[0] };
        let first = first.to_string_lossy();
        let name = if more > 0 { format!("{first} +{more}") } else { first.into_owned() };
        let (mut runs, mut profiles) = (Vec::new(), Vec::new());
        for path in &paths {
            for profile in read_runs(path, draws)? {
                runs.extend(RunNumbers::of(&profile));
                if draws {
                    profiles.push((path.to_string_lossy().into_owned(), profile));
                }
            }
        }
        let files = paths.iter().map(|path| path.to_string_lossy().into_owned()).collect();
        Ok(Self { compared: Compared { name, files, runs }, paths, profiles })
    }
}

/// The runs of a trace that have a tick.
fn read_runs(path: &Path, draws: bool) -> anyhow::Result<Vec<Profile>> {
    let mut options = ProfileOptions::default();
    if !draws {
        options.slices = FEW;
    }
    let all = load::profiles(&TraceInput::open(path)?, &options)?;
    let count = all.len();
    let runs: Vec<Profile> = all.into_iter().filter(|run| run.peak.is_some()).collect();
    if runs.is_empty() {
        bail!("`{}` has no sample: the command ended before the first tick", shown(path));
    }
    if runs.len() < count {
        message::about(
            path,
            format!("{} of {count} runs have no sample and are skipped", count - runs.len()),
        );
    }
    for ending in runs.iter().filter_map(failure) {
        message::about(path, format!("the command {ending}: its run may be incomplete"));
    }
    Ok(runs)
}

/// The words for the end of a command that failed.
fn failure(run: &Profile) -> Option<String> {
    let end = run.end.as_ref()?;
    match (end.exit_code, end.signal) {
        (Some(code), _) if code != 0 => Some(format!("ended with exit code {code}")),
        (None, Some(signal)) => Some(format!("was killed by signal {signal}")),
        _ => None,
    }
}

fn warn_about_metrics(sides: &[Compared]) {
    let runs = sides.iter().flat_map(|side| &side.runs);
    let mut names: Vec<&str> = runs.map(|run| run.metric.name()).collect();
    names.sort_unstable();
    names.dedup();
    if names.len() > 1 {
        let names = names.join(" and ");
        message::print(&format!(
            "the traces have different metrics, {names}: their peaks cannot be compared; record them with one --metric"
        ));
    }
}
