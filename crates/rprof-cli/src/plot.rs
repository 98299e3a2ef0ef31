//! `rprof plot`: traces read, a figure drawn, a file written.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use rprof_plot::{Options, SpanView, Trace};
use rprof_trace::{Keep, Profile, ProfileOptions, Seconds, find_name};

use crate::cli::PlotArgs;
use crate::peak::read;
use crate::traces;

/// Pixels of a PNG for each px of the figure: sharp in print and on dense screens.
const PNG_SCALE: f32 = 2.0;

/// Draws the traces.
pub fn plot(arguments: &PlotArgs) -> anyhow::Result<()> {
    let paths = traces::resolve(&arguments.traces)?;
    let output = match &arguments.output {
        // As matplotlib does for mprof.
        Some(path) if path.extension().is_none() && path.file_name().is_some() => path.with_extension("png"),
        Some(path) => path.clone(),
        None => paths[0].with_extension("svg"),
    };
    let kind = Kind::from_path(&output)?;
    let window = match &arguments.span {
        Some(name) => Some(span_window(&paths, name)?),
        None => arguments.window,
    };
    let options = Options { window, ..options(arguments) };
    let kept = ProfileOptions {
        window,
        processes: if paths.len() == 1 { Keep::Largest(options.processes) } else { Keep::None },
        ..ProfileOptions::default()
    };
    let mut profiles: Vec<(String, Profile)> = Vec::new();
    for path in &paths {
        let runs = read(path, &kept)?;
        let several = runs.len() > 1;
        for (number, profile) in runs.into_iter().enumerate() {
            let name = path.display().to_string();
            profiles.push((if several { format!("{name}, run {}", number + 1) } else { name }, profile));
        }
    }
    let shown: Vec<Trace<'_>> = profiles.iter().map(|(label, profile)| Trace { label, profile }).collect();
    let bytes = kind.render(&rprof_plot::svg(&options, &shown)?)?;
    write(&output, &bytes)?;
    if arguments.output.as_ref() != Some(&output) {
        println!("{}", output.display());
    }
    Ok(())
}

/// From when to when the first span of a name was, in the first run that has one.
fn span_window(paths: &[PathBuf], name: &str) -> anyhow::Result<(Seconds, Seconds)> {
    let [path] = paths else { bail!("--span is for one trace, and there are {}", paths.len()) };
    let (runs, _) =
        rprof_trace::read_profiles(path, &ProfileOptions { slices: 2, ..ProfileOptions::default() })?;
    let [run] = &runs[..] else {
        bail!("--span is for one run, and `{}` holds {}", path.display(), runs.len())
    };
    let name = find_name(run.spans.iter().map(|span| span.name.as_str()), name)
        .with_context(|| path.display().to_string())?;
    let named = run.spans.iter().filter(|span| span.name == name);
    let first = named.min_by(|a, b| a.enter.0.0.total_cmp(&b.enter.0.0)).context("the span is gone")?;
    let from = first.enter.0;
    let to = first.leave.map_or(run.elapsed, |(time, _)| time);
    // One without length still needs an axis.
    Ok((from, if to.0 - from.0 < 1e-5 { Seconds(from.0 + 1e-5) } else { to }))
}

fn options(arguments: &PlotArgs) -> Options {
    let spans = match (arguments.no_function_ts, arguments.flame) {
        (true, _) => SpanView::Hidden,
        (false, true) => SpanView::Flame,
        (false, false) => SpanView::Lanes,
    };
    Options { title: arguments.title.clone(), spans, slope: arguments.slope, ..Options::default() }
}

/// What a figure's file name asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Svg,
    Pdf,
    Png,
}

impl Kind {
    fn from_path(path: &Path) -> anyhow::Result<Self> {
        let extension = path.extension().map(|e| e.to_string_lossy().to_ascii_lowercase());
        match extension.as_deref() {
            Some("svg") => Ok(Self::Svg),
            Some("pdf") => Ok(Self::Pdf),
            Some("png") => Ok(Self::Png),
            _ => bail!(
                "cannot tell what kind of figure `{}` is to be; end it in .svg, .pdf or .png",
                path.display()
            ),
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

/// Writes the figure once all of it is drawn, so that a fault in the trace leaves the old one.
fn write(path: &PathBuf, bytes: &[u8]) -> anyhow::Result<()> {
    let failed = || format!("cannot write the figure `{}`", path.display());
    let mut file =
        OpenOptions::new().write(true).create(true).truncate(true).open(path).with_context(failed)?;
    file.write_all(bytes).with_context(failed)
}
