//! `rprof plot`: read traces, draw one figure, write it as SVG, PDF or PNG.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use rprof_plot::{Options, SpanView, Trace};
use rprof_trace::{Keep, Profile, ProfileOptions, Seconds, find_name};

use crate::cli::PlotArgs;
use crate::{load, trace_names};

/// Pixels of a PNG for each px of the figure: sharp in print and on dense screens.
const PNG_SCALE: f32 = 2.0;

/// The shortest window, in seconds: a span without length still needs an axis.
const SHORTEST_WINDOW: f64 = 1e-5;

/// Draws the traces as one figure.
pub fn plot(arguments: &PlotArgs) -> anyhow::Result<()> {
    let paths = trace_names::resolve(&arguments.traces)?;
    let output = output(arguments, &paths[0]);
    let format = FigureFormat::from_path(&output)?;
    let window = match &arguments.span {
        Some(name) => Some(span_window(&paths, name)?),
        None => arguments.window,
    };
    let options = Options { window, ..options(arguments) };
    let profiles = profiles(&paths, &options)?;
    let traces: Vec<Trace<'_>> = profiles.iter().map(|(label, profile)| Trace { label, profile }).collect();
    let figure = format.render(&rprof_plot::svg(&options, &traces)?)?;
    write(&output, &figure)?;
    // The user does not know a name that rprof has chosen.
    if arguments.output.as_ref() != Some(&output) {
        println!("{}", output.display());
    }
    Ok(())
}

/// The file to write; without an extension a PNG, as matplotlib does for mprof.
fn output(arguments: &PlotArgs, first: &Path) -> PathBuf {
    match &arguments.output {
        Some(path) if path.extension().is_none() && path.file_name().is_some() => path.with_extension("png"),
        Some(path) => path.clone(),
        None => first.with_extension("svg"),
    }
}

/// The runs of all traces, each with its label in the legend.
fn profiles(paths: &[PathBuf], options: &Options) -> anyhow::Result<Vec<(String, Profile)>> {
    let kept = ProfileOptions {
        window: options.window,
        // A figure of several traces compares whole runs: no processes of their own.
        processes: if paths.len() == 1 { Keep::Largest(options.processes) } else { Keep::None },
        ..ProfileOptions::default()
    };
    let mut profiles = Vec::new();
    for path in paths {
        let runs = load::profiles(path, &kept)?;
        let several = runs.len() > 1;
        for (number, profile) in runs.into_iter().enumerate() {
            let name = path.display().to_string();
            profiles.push((if several { format!("{name}, run {}", number + 1) } else { name }, profile));
        }
    }
    Ok(profiles)
}

/// The time of the first span of a name.
fn span_window(paths: &[PathBuf], name: &str) -> anyhow::Result<(Seconds, Seconds)> {
    let [path] = paths else { bail!("--span needs exactly one trace; found {}", paths.len()) };
    // Read without messages: the figure's own reading prints them.
    let (runs, _) =
        rprof_trace::read_profiles(path, &ProfileOptions { slices: 2, ..ProfileOptions::default() })?;
    let [run] = &runs[..] else {
        bail!("--span needs a trace of one run; `{}` has {}", path.display(), runs.len())
    };
    let name = find_name(run.spans.iter().map(|span| span.name.as_str()), name)
        .with_context(|| format!("`{}`", path.display()))?;
    let named = run.spans.iter().filter(|span| span.name == name);
    let first = named.min_by(|a, b| a.enter.0.0.total_cmp(&b.enter.0.0)).context("the span has no start")?;
    let from = first.enter.0;
    let to = first.leave.map_or(run.elapsed, |(time, _)| time);
    Ok((from, Seconds(to.0.max(from.0 + SHORTEST_WINDOW))))
}

fn options(arguments: &PlotArgs) -> Options {
    let spans = match (arguments.no_function_ts, arguments.flame) {
        (true, _) => SpanView::Hidden,
        (false, true) => SpanView::Flame,
        (false, false) => SpanView::Lanes,
    };
    Options { title: arguments.title.clone(), spans, slope: arguments.slope, ..Options::default() }
}

/// The format of a figure, named by the extension of its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FigureFormat {
    Svg,
    Pdf,
    Png,
}

impl FigureFormat {
    fn from_path(path: &Path) -> anyhow::Result<Self> {
        let extension = path.extension().map(|extension| extension.to_string_lossy().to_ascii_lowercase());
        match extension.as_deref() {
            Some("svg") => Ok(Self::Svg),
            Some("pdf") => Ok(Self::Pdf),
            Some("png") => Ok(Self::Png),
            _ => bail!("unknown figure format `{}`; use .svg, .pdf or .png", path.display()),
        }
    }

    fn render(self, svg: &str) -> anyhow::Result<Vec<u8>> {
        Ok(match self {
            Self::Svg => svg.as_bytes().to_vec(),
            Self::Pdf => rprof_plot::pdf(svg)?,
            Self::Png => rprof_plot::png(svg, PNG_SCALE)?,
        })
    }
}

/// Writes the figure. It is complete by then, so a bad trace leaves an older figure as it is.
fn write(path: &Path, figure: &[u8]) -> anyhow::Result<()> {
    let failed = || format!("cannot write the figure `{}`", path.display());
    let mut file =
        OpenOptions::new().write(true).create(true).truncate(true).open(path).with_context(failed)?;
    file.write_all(figure).with_context(failed)
}
