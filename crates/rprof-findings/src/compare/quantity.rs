//! The quantities that are compared: their units, and their values in the numbers of a run.

use rprof_trace::Bytes;

use crate::numbers::{RunNumbers, SpanNumbers};

/// An upper bound above this many times the value says little. The value is then labelled as a lower bound.
const LOOSE: f64 = 2.0;

/// A quantity that is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// Peak of the metric, with bounds.
    Peak,
    /// Upper bound of that peak.
    Upper,
    /// Peak of PSS, with bounds.
    PssPeak,
    /// Upper bound of the peak of PSS.
    PssUpper,
    /// Mean of the metric, weighted by time.
    Mean,
    /// Integral of the metric over time.
    ByteSeconds,
    /// Length of the run.
    Elapsed,
    /// CPU time in user and kernel mode.
    Cpu,
    /// Growth after the warm-up.
    Growth,
    /// Peak during the spans of a name, with bounds.
    SpanPeak,
    /// Total time of the spans of a name.
    SpanTime,
    /// Number of the spans of a name.
    SpanCalls,
    /// Growth of memory during the spans of a name.
    SpanGrowth,
}

/// The unit of a quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Bytes.
    Bytes,
    /// Bytes held for seconds.
    ByteSeconds,
    /// Seconds.
    Seconds,
    /// Bytes per second.
    BytesPerSecond,
    /// A number without unit.
    Count,
}

impl Quantity {
    /// The quantities of a whole run.
    pub const OF_RUN: [Self; 9] = [
        Self::Peak,
        Self::Upper,
        Self::PssPeak,
        Self::PssUpper,
        Self::Mean,
        Self::ByteSeconds,
        Self::Elapsed,
        Self::Cpu,
        Self::Growth,
    ];
    /// The quantities of the spans of one name.
    pub const OF_SPAN: [Self; 4] = [Self::SpanPeak, Self::SpanTime, Self::SpanCalls, Self::SpanGrowth];

    /// Its unit.
    pub const fn unit(self) -> Unit {
        match self {
            Self::ByteSeconds => Unit::ByteSeconds,
            Self::Elapsed | Self::Cpu | Self::SpanTime => Unit::Seconds,
            Self::Growth => Unit::BytesPerSecond,
            Self::SpanCalls => Unit::Count,
            _ => Unit::Bytes,
        }
    }

    /// `true` if each run has a lower and an upper bound of it.
    pub(super) const fn has_bounds(self) -> bool {
        matches!(self, Self::Peak | Self::PssPeak | Self::SpanPeak)
    }

    /// `true` if repeated runs give a test of it. A bound is no measurement, and a growth can be negative, which has no ratio.
    pub(super) const fn is_tested(self) -> bool {
        !matches!(self, Self::Upper | Self::PssUpper | Self::Growth | Self::SpanGrowth | Self::SpanCalls)
    }

    /// `true` if its values can be negative.
    pub(super) const fn is_signed(self) -> bool {
        matches!(self, Self::Growth | Self::SpanGrowth)
    }

    pub(super) fn of_run(self, run: &RunNumbers) -> Option<Bounds> {
        let bytes = |bytes: Option<Bytes>| bytes.map(|bytes| bytes.0 as f64);
        match self {
            Self::Peak => Some(Bounds::new(run.peak, run.upper)),
            Self::Upper => bytes(run.upper).map(Bounds::exact),
            Self::PssPeak => run.pss_peak.map(|peak| Bounds::new(peak.bytes, peak.upper_bytes)),
            Self::PssUpper => bytes(run.pss_peak.and_then(|peak| peak.upper_bytes)).map(Bounds::exact),
            Self::Mean => run.mean.map(Bounds::exact),
            Self::ByteSeconds => run.byte_seconds.map(Bounds::exact),
            Self::Elapsed => Some(Bounds::exact(run.elapsed.0)),
            Self::Cpu => run.cpu_s().map(Bounds::exact),
            Self::Growth => run.growth.map(|growth| Bounds::exact(growth.bytes_per_second)),
            Self::SpanPeak | Self::SpanTime | Self::SpanCalls | Self::SpanGrowth => None,
        }
    }

    pub(super) fn of_span(self, span: &SpanNumbers) -> Option<Bounds> {
        match self {
            Self::SpanPeak => span.peak.map(|peak| Bounds::new(peak, span.upper)),
            Self::SpanTime => Some(Bounds::exact(span.time.0)),
            Self::SpanCalls => Some(Bounds::exact(span.calls as f64)),
            Self::SpanGrowth => span.growth.map(|growth| Bounds::exact(growth as f64)),
            _ => None,
        }
    }
}

/// The value of one run: it lies between two bounds, which are equal if it is exact.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    pub low: f64,
    pub high: Option<f64>,
}

impl Bounds {
    pub fn new(low: Bytes, high: Option<Bytes>) -> Self {
        Self { low: low.0 as f64, high: high.map(|high| high.max(low).0 as f64) }
    }

    pub const fn exact(value: f64) -> Self {
        Self { low: value, high: Some(value) }
    }

    pub fn is_loose(self) -> bool {
        self.high.is_none_or(|high| high > self.low && high > LOOSE * self.low)
    }
}
