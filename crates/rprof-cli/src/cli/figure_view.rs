//! The arguments that say what a figure shows of a trace, on which scale and in which unit.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use rprof_plot::{Facet, Options, Scale, View};
use rprof_trace::SizeUnit;

const CONTENT: &str = "Content";
const LOOK: &str = "Look";

// The view of a figure.
#[derive(Debug, Args)]
pub struct ViewArgs {
    /// The view: what the figure of one trace shows
    #[arg(long, value_name = "VIEW", value_enum, default_value = "overview", help_heading = CONTENT)]
    pub view: ViewName,
    /// Draw a panel for each trace, with shared axes or with its own [default without =AXES: shared]
    #[arg(
        long,
        value_name = "AXES",
        value_enum,
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "shared",
        help_heading = CONTENT
    )]
    pub facet: Option<FacetName>,
    /// Scale of the memory axis [default: linear; log for `--view requested` if the sizes are far apart]
    #[arg(long, value_name = "SCALE", value_enum, help_heading = LOOK)]
    pub yscale: Option<ScaleName>,
    /// Unit of all sizes: B, KiB, MiB, GiB, TiB, kB, MB, GB or TB [default: the one that fits each]
    #[arg(long, value_name = "UNIT", value_parser = unit, help_heading = LOOK)]
    pub unit: Option<SizeUnit>,
    /// Font for characters that the embedded font lacks, as those of Chinese: a .ttf, .otf or .ttc file
    #[arg(long, value_name = "FILE", help_heading = LOOK)]
    pub font: Option<PathBuf>,
}

impl ViewArgs {
    /// The options with this view. The font is read by the command.
    pub fn applied(&self, options: Options) -> Options {
        Options {
            view: self.view.into(),
            facet: self.facet.map(Facet::from),
            scale_of_memory: self.yscale.map(Scale::from),
            unit: self.unit,
            ..options
        }
    }
}

/// The unit of sizes.
fn unit(text: &str) -> Result<SizeUnit, String> {
    use SizeUnit::{B, GiB, Giga, KiB, Kilo, Mega, MiB, Tera, TiB};
    let units = [B, KiB, MiB, GiB, TiB, Kilo, Mega, Giga, Tera];
    let found = units.into_iter().find(|unit| unit.name().eq_ignore_ascii_case(text));
    found.ok_or_else(|| {
        "use B, KiB, MiB, GiB or TiB (powers of 1024), or kB, MB, GB or TB (of 1000)".to_owned()
    })
}

/// A view, as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ViewName {
    /// The whole tree with its largest processes, PSS, swap and spans
    Overview,
    /// The whole tree, and the bound of what lay between ticks
    Line,
    /// Kinds of memory, stacked: anonymous, file-backed, shared, swapped out, huge pages
    Kinds,
    /// The largest processes, stacked
    Processes,
    /// The largest programs, each with all its processes, stacked
    Programs,
    /// RSS beside PSS
    Pss,
    /// The requested address space beside the memory in use
    Requested,
    /// The whole tree above all its spans
    Spans,
    /// The functions that hold most, stacked (recorded with --where)
    Where,
}

impl From<ViewName> for View {
    fn from(name: ViewName) -> Self {
        match name {
            ViewName::Overview => Self::Overview,
            ViewName::Line => Self::Line,
            ViewName::Kinds => Self::Kinds,
            ViewName::Processes => Self::Processes,
            ViewName::Programs => Self::Programs,
            ViewName::Pss => Self::Pss,
            ViewName::Requested => Self::Requested,
            ViewName::Spans => Self::Spans,
            ViewName::Where => Self::Functions,
        }
    }
}

/// The axes of panels, as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FacetName {
    /// All panels have the same axes
    Shared,
    /// The axes of each panel fit its curve
    Own,
}

impl From<FacetName> for Facet {
    fn from(name: FacetName) -> Self {
        match name {
            FacetName::Shared => Self::Shared,
            FacetName::Own => Self::Own,
        }
    }
}

/// The scale of the memory axis, as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ScaleName {
    /// Equal distances are equal differences
    Linear,
    /// Equal distances are equal ratios
    Log,
}

impl From<ScaleName> for Scale {
    fn from(name: ScaleName) -> Self {
        match name {
            ScaleName::Linear => Self::Linear,
            ScaleName::Log => Self::Log,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_view_has_its_name_on_the_command_line() {
        let typed: Vec<(View, String)> = ViewName::value_variants()
            .iter()
            .filter_map(|name| Some(((*name).into(), name.to_possible_value()?.get_name().to_owned())))
            .collect();
        let named: Vec<(View, String)> =
            View::ALL.into_iter().map(|view| (view, view.name().to_owned())).collect();
        assert_eq!(typed, named);
    }

    #[test]
    fn a_unit_is_known_by_its_name_in_any_case() {
        assert_eq!(
            (unit("MiB"), unit("gb"), unit("KB")),
            (Ok(SizeUnit::MiB), Ok(SizeUnit::Giga), Ok(SizeUnit::Kilo))
        );
        assert!(unit("M").is_err() && unit("").is_err());
    }
}
