//! `rprof plot`: read traces, draw one figure, write it as SVG, PDF, PNG or an HTML page.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use rprof_plot::{FontFile, Glyphs, Options, SpanView, TextOptions, Trace, View};
use rprof_trace::{Keep, Profile, ProfileOptions, Seconds, find_name, shown};

use crate::cli::PlotArgs;
use crate::figure_format::{self, FigureFormat};
use crate::trace_input::TraceInput;
use crate::trace_labels::{self, Labelled};
use crate::{
    figure_file, load, message, missing_glyphs, natural_order, output, page_file, rank_report, stacks,
    text_figure, trace_names,
};

/// The shortest window, in seconds: a span without length still needs an axis.
const SHORTEST_WINDOW: f64 = 1e-5;

/// Draws the traces as one figure.
pub fn plot(arguments: &PlotArgs) -> anyhow::Result<()> {
    let mut paths = trace_names::resolve(&arguments.traces)?;
    natural_order::sort(&mut paths);
    if arguments.ranks.is_given() {
        return ranks(arguments, &paths);
    }
    let inputs = paths.iter().map(|path| TraceInput::open(path)).collect::<anyhow::Result<Vec<_>>>()?;
    let term = arguments.text.term;
    let figure_file = if term.is_some() { None } else { figure_file(arguments, &inputs[0])? };
    let is_page = figure_file.as_deref().is_some_and(figure_format::is_page);
    let format =
        figure_file.as_deref().filter(|_| !is_page).map_or(Ok(FigureFormat::Svg), FigureFormat::from_path)?;
    let window = match &arguments.span {
        Some(name) => Some(span_window(&inputs, name)?),
        None => arguments.window,
    };
    let options = options(arguments, format)?;
    let options = Options { window, ..options };
    if let Some(path) = figure_file.as_deref().filter(|_| is_page) {
        let page = page_file::render(&inputs, &options, &arguments.label)?;
        return write(arguments, Some(path.to_owned()), page, &paths);
    }
    let runs = runs(&inputs, &options)?;
    let labelled: Vec<Labelled<'_>> = runs.iter().map(Run::labelled).collect();
    let labels = trace_labels::labels(&labelled, &arguments.label)?;
    let functions = match (paths.as_slice(), runs.as_slice()) {
        ([path], [run]) if options.view == View::Functions => {
            stacks::curves(path, &run.profile.total, options.processes)?
        }
        _ => Vec::new(),
    };
    let title = options.title.or_else(|| common_command(&labelled));
    let options = Options { title, functions, ..options };
    let traces: Vec<Trace<'_>> =
        runs.iter().zip(&labels).map(|(run, label)| Trace { label, profile: &run.profile }).collect();
    if let Some(style) = term {
        let Options { title, window, highest, .. } = options;
        let given = TextOptions { width: 0, height: 0, glyphs: Glyphs::Ascii, title, window, highest };
        return text_figure::print(&text_figure::options(style, given), &traces);
    }
    let figure = render(&options, &traces, format, arguments)?;
    write(arguments, figure_file, figure, &paths)
}

/// The bytes of the figure. Prints which characters no font has.
fn render(
    options: &Options,
    traces: &[Trace<'_>],
    format: FigureFormat,
    arguments: &PlotArgs,
) -> anyhow::Result<Vec<u8>> {
    let svg = rprof_plot::svg(options, traces)?;
    missing_glyphs::print(&svg);
    format.render(&svg, arguments.style.png_scale())
}

/// Draws the ranks of a job on one clock, and prints the facts about them.
fn ranks(arguments: &PlotArgs, paths: &[PathBuf]) -> anyhow::Result<()> {
    let figure_file = figure_file(arguments, &TraceInput::open(&paths[0])?)?;
    let format = figure_file.as_deref().map_or(Ok(FigureFormat::Svg), FigureFormat::from_path)?;
    let ranks = rank_report::read(paths)?;
    let curves = rank_report::curves(&ranks, arguments.ranks.by, arguments.ranks.sum)?;
    let traces: Vec<Trace<'_>> = curves.iter().map(|(label, profile)| Trace { label, profile }).collect();
    let options = options(arguments, format)?;
    let title = options.title.or_else(|| Some(rank_report::title(&ranks)));
    let options = Options { window: arguments.window, title, ..options };
    let figure = render(&options, &traces, format, arguments)?;
    let hidden = rank_report::hidden(&ranks, arguments.ranks.by);
    rank_report::remarks(&ranks).iter().chain(&hidden).for_each(|line| message::print(line));
    write(arguments, figure_file, figure, paths)
}

/// Writes the figure to its file, or to stdout.
fn write(
    arguments: &PlotArgs,
    figure_file: Option<PathBuf>,
    figure: Vec<u8>,
    paths: &[PathBuf],
) -> anyhow::Result<()> {
    let Some(path) = figure_file else { return Ok(output::write(&figure)?) };
    let traces: Vec<&Path> = paths.iter().map(PathBuf::as_path).collect();
    figure_file::write(&path, figure, &traces, arguments.figure.force)?;
    // The user does not know a name that rprof has chosen.
    if arguments.figure.output.as_ref() != Some(&path) {
        output::print(&format!("{}\n", shown(&path)))?;
    }
    Ok(())
}

/// The bytes of a font.
fn font_file(path: &Path) -> anyhow::Result<FontFile> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read the font `{}`", shown(path)))?;
    Ok(FontFile(bytes.into()))
}

/// The file to write; `None` for stdout.
fn figure_file(arguments: &PlotArgs, first: &TraceInput) -> anyhow::Result<Option<PathBuf>> {
    let beside = || {
        let name = first.path.file_name().filter(|_| !first.is_stream());
        name.map(|name| Path::new(name).with_extension("svg"))
            .with_context(|| format!("`{}` has no name for a figure; give one with -o", shown(&first.path)))
    };
    let Some(path) = &arguments.figure.output else {
        return Ok(Some(first.path.with_file_name(beside()?)));
    };
    if path == Path::new("-") {
        return Ok(None);
    }
    match std::fs::metadata(path) {
        Ok(found) if found.is_dir() => Ok(Some(path.join(beside()?))),
        _ => figure_format::file_of(path).map(Some),
    }
}

/// One run of a trace.
struct Run<'a> {
    path: &'a Path,
    /// The number of the run, counted from 1, if the file has several.
    number: Option<usize>,
    profile: Profile,
}

impl Run<'_> {
    fn labelled(&self) -> Labelled<'_> {
        Labelled { path: self.path, run: self.number, command: &self.profile.command }
    }
}

/// The runs of all traces.
fn runs<'a>(inputs: &'a [TraceInput], options: &Options) -> anyhow::Result<Vec<Run<'a>>> {
    let kept = kept(options, inputs.len());
    let mut runs = Vec::new();
    for input in inputs {
        let profiles = load::profiles(input, &kept)?;
        let several = profiles.len() > 1;
        let numbered = profiles.into_iter().zip(1..);
        runs.extend(numbered.map(|(profile, number)| Run {
            path: &input.path,
            number: several.then_some(number),
            profile,
        }));
    }
    Ok(runs)
}

/// The data that the view of so many traces needs.
fn kept(options: &Options, traces: usize) -> ProfileOptions {
    let view = options.view;
    // A figure of several traces compares whole runs: no processes of their own.
    let has_processes =
        traces == 1 && options.facet.is_none() && matches!(view, View::Overview | View::Processes);
    ProfileOptions {
        window: options.window,
        ticks: !matches!(view, View::Overview | View::Pss | View::Spans),
        processes: if has_processes { Keep::Largest(options.processes) } else { Keep::None },
        programs: if view == View::Programs { options.processes } else { 0 },
        // Processes of one name are distinguished by their command lines. With a window, this would read all of a long trace.
        lives: has_processes && options.window.is_none(),
        ..ProfileOptions::default()
    }
}

/// The command of all runs, if there are several and all have the same.
fn common_command(runs: &[Labelled<'_>]) -> Option<String> {
    let [first, rest @ ..] = runs else { return None };
    let is_common = !rest.is_empty() && rest.iter().all(|run| run.command == first.command);
    (is_common && !first.command.is_empty()).then(|| first.command.to_owned())
}

/// The time of the first span of a name.
fn span_window(inputs: &[TraceInput], name: &str) -> anyhow::Result<(Seconds, Seconds)> {
    let [input] = inputs else { bail!("--span needs exactly one trace; found {}", inputs.len()) };
    // Read without messages: the figure's own reading prints them.
    let (runs, _) = input.profiles(&ProfileOptions { slices: 2, ..ProfileOptions::default() })?;
    let path = shown(&input.path);
    let [run] = &runs[..] else { bail!("--span needs a trace of one run; `{path}` has {}", runs.len()) };
    let name = find_name(run.spans.iter().map(|span| span.name.as_str()), name)
        .with_context(|| format!("`{path}`"))?;
    let named = run.spans.iter().filter(|span| span.name == name);
    let first = named.min_by(|a, b| a.enter.0.0.total_cmp(&b.enter.0.0)).context("the span has no start")?;
    let from = first.enter.0;
    let to = first.leave.map_or(run.elapsed, |(time, _)| time);
    Ok((from, Seconds(to.0.max(from.0 + SHORTEST_WINDOW))))
}

/// The options that do not depend on the traces.
fn options(arguments: &PlotArgs, format: FigureFormat) -> anyhow::Result<Options> {
    let spans = match (arguments.no_function_ts, arguments.flame) {
        (true, _) => SpanView::Hidden,
        (false, true) => SpanView::Flame,
        (false, false) => SpanView::Lanes,
    };
    let options = Options {
        title: arguments.title.clone(),
        spans,
        all_spans: arguments.all_spans,
        slope: arguments.slope,
        ..Options::default()
    };
    let options = arguments.view.applied(arguments.style.applied(options, format == FigureFormat::Svg));
    let font = arguments.view.font.as_deref().map(font_file).transpose()?;
    Ok(Options { font, ..options })
}
