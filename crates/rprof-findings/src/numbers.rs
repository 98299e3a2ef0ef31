//! The numbers of one run, for tables, comparisons and budgets. A number that the trace does not have is `None`, never 0.

use rprof_trace::{Bytes, Metric, PeakParts, Profile, PssPeak, Seconds, SpanTotal, span_totals};

use crate::growth::Growth;

/// The numbers of one run.
#[derive(Debug, Clone, PartialEq)]
pub struct RunNumbers {
    /// The metric of the peak, the mean and the growth.
    pub metric: Metric,
    /// The peak: a lower bound of the true one.
    pub peak: Bytes,
    /// Upper bound of the peak, equal to it if it is exact; `None` if there is none. A trace without an end record and a trace
    /// of another program have none: a peak between two of their ticks leaves no mark.
    pub upper: Option<Bytes>,
    /// `true` if the peak of RSS is exact to within the uncertainty of the kernel's counters.
    pub exact: bool,
    /// The peak of PSS with its bounds; `None` if PSS was not measured.
    pub pss_peak: Option<PssPeak>,
    /// The mean of the curve in bytes, weighted by time; `None` if no time was measured.
    pub mean: Option<f64>,
    /// The integral of the curve over time in byte seconds; `None` if no time was measured.
    pub byte_seconds: Option<f64>,
    /// Length of the run.
    pub elapsed: Seconds,
    /// CPU time in user mode of all processes that were waited for.
    pub user_s: Option<Seconds>,
    /// CPU time in kernel mode of all processes that were waited for.
    pub system_s: Option<Seconds>,
    /// Growth after the warm-up; `None` if there are too few ticks for a rate.
    pub growth: Option<Growth>,
    /// The parts of memory at the peak.
    pub parts: Option<PeakParts>,
    /// The exit code of the command; `None` if a signal ended it or if it is not known.
    pub exit_code: Option<i32>,
    /// The signal that ended the command.
    pub signal: Option<i32>,
    /// The spans by name, in the order of their first begin.
    pub spans: Vec<SpanNumbers>,
}

/// The numbers of all spans of one name.
#[derive(Debug, Clone, PartialEq)]
pub struct SpanNumbers {
    /// The full name.
    pub name: String,
    /// Number of spans.
    pub calls: u64,
    /// Sum of their lengths.
    pub time: Seconds,
    /// The largest peak inside any of them, a lower bound; `None` if it was not measured.
    pub peak: Option<Bytes>,
    /// Upper bound of that peak.
    pub upper: Option<Bytes>,
    /// Sum of their growth in bytes; `None` if it was not measured.
    pub growth: Option<i64>,
}

impl RunNumbers {
    /// The numbers of a run; `None` if its trace has no tick. Mean, integral and growth need a profile with
    /// [`curves`](rprof_trace::ProfileOptions::curves); those of a window are those of the window.
    pub fn of(profile: &Profile) -> Option<Self> {
        let peak = profile.peak?;
        let end = profile.end.as_ref();
        let seconds: f64 = profile.blocks.iter().map(|block| block.length.0).sum();
        let byte_seconds: f64 = profile.blocks.iter().map(|block| block.byte_seconds).sum();
        let is_measured = seconds > 0.0 && byte_seconds.is_finite();
        // Without an end record, a bound equal to the peak only says that the ticks have no bound.
        let upper = match end {
            Some(_) => profile.trusted_end().and(peak.upper),
            None => peak.upper.filter(|upper| *upper > peak.value),
        };
        Some(Self {
            metric: profile.metric,
            peak: peak.value,
            upper,
            exact: profile.is_exact(),
            pss_peak: profile.pss_peak,
            mean: is_measured.then_some(byte_seconds / seconds),
            byte_seconds: is_measured.then_some(byte_seconds),
            elapsed: profile.elapsed,
            user_s: end.and_then(|end| end.user_s),
            system_s: end.and_then(|end| end.system_s),
            growth: Growth::of(profile),
            parts: profile.parts,
            exit_code: end.and_then(|end| end.exit_code),
            signal: end.and_then(|end| end.signal),
            spans: span_totals(profile).into_iter().map(SpanNumbers::from).collect(),
        })
    }

    /// CPU time in user and kernel mode; `None` if either is not known.
    pub fn cpu_s(&self) -> Option<f64> {
        self.user_s.zip(self.system_s).map(|(user, system)| user.0 + system.0)
    }
}

impl From<SpanTotal> for SpanNumbers {
    fn from(total: SpanTotal) -> Self {
        let SpanTotal { name, calls, time, peak, peak_upper, growth, open: _ } = total;
        Self { name, calls, time, peak, upper: peak_upper, growth }
    }
}

#[cfg(test)]
mod tests {
    use rprof_trace::{Block, End, Header, Peak};

    use super::*;

    fn profile(upper: Option<u64>, end: Option<End>) -> Profile {
        let peak = Peak { value: Bytes(100), time: Seconds(1.0), within: None, upper: upper.map(Bytes) };
        let header = Some(Header::default());
        Profile { peak: Some(peak), header, end, elapsed: Seconds(4.0), ..Profile::default() }
    }

    #[test]
    fn what_the_trace_does_not_have_is_not_zero() {
        assert_eq!(RunNumbers::of(&Profile::default()), None);
        let cut = RunNumbers::of(&profile(Some(100), None)).expect("a tick");
        assert_eq!((cut.upper, cut.mean, cut.byte_seconds, cut.growth), (None, None, None, None));
        assert_eq!((cut.cpu_s(), cut.pss_peak, cut.exit_code), (None, None, None));
        let half = End { user_s: Some(Seconds(1.0)), ..End::default() };
        assert_eq!(RunNumbers::of(&profile(None, Some(half))).and_then(|run| run.cpu_s()), None);
    }

    #[test]
    fn an_end_record_makes_a_bound_that_equals_the_peak() {
        let upper = |upper, end| RunNumbers::of(&profile(upper, end)).expect("a tick").upper;
        assert_eq!(upper(Some(100), Some(End::default())), Some(Bytes(100)));
        assert_eq!(upper(Some(120), None), Some(Bytes(120)), "the bound of the ticks");
        assert_eq!(upper(None, Some(End::default())), None);
    }

    #[test]
    fn the_mean_is_the_integral_over_the_measured_time() {
        let block = |length, byte_seconds| Block {
            time: Seconds(1.0),
            length: Seconds(length),
            byte_seconds,
            ticks: 3,
        };
        let blocks = vec![block(1.0, 50.0), block(3.0, 350.0)];
        let run = RunNumbers::of(&Profile { blocks, ..profile(None, None) }).expect("a tick");
        assert_eq!((run.mean, run.byte_seconds), (Some(100.0), Some(400.0)));
    }
}
