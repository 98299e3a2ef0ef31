//! The arguments that set budgets: limits on peak, growth and spans, shared by `run` and `check`, and their values.

use clap::Args;
use rprof_findings::budget::{Limit, Quantity};
use rprof_trace::{Bytes, Seconds};

use super::values::memory_limit;

const BUDGETS: &str = "Budgets";

#[derive(Debug, Default, Args)]
pub struct BudgetArgs {
    /// The largest peak of the process tree: 500MB, 2GiB
    ///
    /// The peak that `rprof peak` prints counts, in the metric of the trace. It does not end the command, as
    /// --memory-limit does.
    #[arg(long, value_name = "SIZE", value_parser = peak, help_heading = BUDGETS)]
    pub max_peak: Option<Limit>,
    /// The largest growth after the warm-up: 1MB/min, 20KiB/s
    ///
    /// It is exceeded only if the whole 95 % confidence interval of the slope is above it. Too few ticks give no verdict.
    #[arg(long, value_name = "SIZE/TIME", value_parser = growth, help_heading = BUDGETS)]
    pub max_growth: Option<Limit>,
    /// The largest peak during the spans with this name; may be repeated
    #[arg(long, value_name = "NAME=SIZE", value_parser = span, help_heading = BUDGETS)]
    pub max_span: Vec<Limit>,
    /// Fail also if a limit is not proven to be kept: an upper bound above it, or too few ticks
    #[arg(long, help_heading = BUDGETS)]
    pub strict: bool,
}

impl BudgetArgs {
    /// All limits, in the order of the help.
    pub fn limits(&self) -> Vec<Limit> {
        self.max_peak.iter().chain(&self.max_growth).chain(&self.max_span).cloned().collect()
    }
}

fn peak(text: &str) -> Result<Limit, String> {
    let most = memory_limit(text)?.0 as f64;
    Ok(Limit { quantity: Quantity::Peak, most, typed: text.to_owned() })
}

fn growth(text: &str) -> Result<Limit, String> {
    let expected = || "expected a size and a time, for example 1MB/min".to_owned();
    let (size, time) = text.split_once('/').ok_or_else(expected)?;
    let size: Bytes = size.parse().map_err(|error| format!("{error}"))?;
    // `min` is one minute. The parser of times wants a number.
    let unit = time.trim();
    let time: Seconds = format!("1{unit}").parse().map_err(|_| expected())?;
    if unit.is_empty() || unit.starts_with(|c: char| c.is_ascii_digit() || c == '.') || time.0 <= 0.0 {
        return Err(expected());
    }
    Ok(Limit { quantity: Quantity::Growth, most: size.0 as f64 / time.0, typed: text.to_owned() })
}

fn span(text: &str) -> Result<Limit, String> {
    // A name may contain a `=`, a size does not.
    let (name, size) = text.rsplit_once('=').ok_or("expected NAME=SIZE, for example load=50MB")?;
    if name.is_empty() {
        return Err("the name of the span is empty; use NAME=SIZE".to_owned());
    }
    let most: Bytes = size.parse().map_err(|error| format!("{error}"))?;
    Ok(Limit { quantity: Quantity::Span(name.to_owned()), most: most.0 as f64, typed: size.to_owned() })
}

/// The limit of a function: `NAME=SIZE`.
pub fn function(text: &str) -> Result<Limit, String> {
    let (name, size) = text.rsplit_once('=').ok_or("expected NAME=SIZE, for example load=50MB")?;
    if name.is_empty() {
        return Err("the name of the function is empty; use NAME=SIZE".to_owned());
    }
    let most: Bytes = size.parse().map_err(|error| format!("{error}"))?;
    Ok(Limit { quantity: Quantity::Function(name.to_owned()), most: most.0 as f64, typed: size.to_owned() })
}

/// A tolerance as a fraction: `5%` is 0.05.
pub fn tolerance(text: &str) -> Result<f64, String> {
    let number = text.trim().strip_suffix('%').ok_or("expected per cent, for example 5%")?;
    let percent: f64 = number.trim().parse().map_err(|_| "expected per cent, for example 5%")?;
    if (0.0..=1000.0).contains(&percent) { Ok(percent / 100.0) } else { Err("use 0% to 1000%".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_growth_is_a_size_per_time() {
        let most = |text: &str| growth(text).map(|limit| limit.most);
        assert_eq!(most("60MB/min"), Ok(1e6));
        assert_eq!(most("1 KiB / s"), Ok(1024.0));
        assert_eq!(most("86400B/d"), Ok(1.0));
        assert_eq!(most("0B/h"), Ok(0.0));
        for bad in ["1MB", "1MB/", "1MB/x", "/min", "-1MB/min", "1MB/0min", "1MB/2min", "MB/min"] {
            assert!(most(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_span_has_a_name_and_a_size() {
        let named = |text: &str| span(text).map(|limit| (limit.quantity, limit.most));
        assert_eq!(named("load=50MB"), Ok((Quantity::Span("load".to_owned()), 5e7)));
        assert_eq!(named("a=b=1KiB"), Ok((Quantity::Span("a=b".to_owned()), 1024.0)));
        for bad in ["load", "=1MB", "load=", "load=x"] {
            assert!(named(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_tolerance_is_in_per_cent() {
        assert_eq!(tolerance("5%"), Ok(0.05));
        assert_eq!(tolerance(" 2.5 % "), Ok(0.025));
        for bad in ["5", "0.05", "%", "-1%", "nan%", "inf%", "2000%"] {
            assert!(tolerance(bad).is_err(), "{bad}");
        }
    }
}
