//! The peak of a run, and the words for it. The summary and the figures use the same words.

use crate::units::{Bytes, Seconds, Sizes};

/// The largest value that the trace proves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Peak {
    /// The value: a lower bound of the true peak of a tree, exact for one process.
    pub value: Bytes,
    /// Its time: that of a tick, or the middle of an interval.
    pub time: Seconds,
    /// Its interval if the kernel's high-water mark proved it between two ticks.
    pub within: Option<(Seconds, Seconds)>,
    /// Upper bound of the true peak, equal to the value if that is exact; `None` if the peak is that of several
    /// processes and the trace has no bound.
    pub upper: Option<Bytes>,
}

/// An upper bound above this many times the peak is loose.
const LOOSE: u64 = 2;

impl Peak {
    /// `true` if the upper bound is too large to be useful. This happens when many processes live only between two ticks:
    /// the bound counts each of them with the largest size of any process.
    pub fn is_loose(&self) -> bool {
        self.upper.is_some_and(|upper| upper.0 / LOOSE > self.value.0)
    }

    /// The words for the peak.
    pub fn words(&self) -> PeakWords {
        self.words_in(Sizes::default())
    }

    /// The words for the peak, with sizes of this form.
    pub fn words_in(&self, sizes: Sizes) -> PeakWords {
        let is_loose = self.is_loose();
        // A bound that is printed like the value adds nothing, and a loose one misleads.
        let upper = self.upper.filter(|upper| !is_loose && *upper > self.value);
        // Both in one unit, unless the bound is dropped because it is printed like the value.
        let in_one_unit = sizes.beside(self.value, upper.unwrap_or_default());
        let upper = upper.map(|upper| sizes.text(upper)).filter(|upper| *upper != in_one_unit);
        let interval = self.within.map(|(from, to)| (words_of(from), words_of(to)));
        let when = match interval.filter(|(from, to)| from != to) {
            Some((from, to)) => format!("between {from} and {to}"),
            None => format!("at {}", words_of(self.time)),
        };
        PeakWords {
            at_least: if is_loose || self.upper.is_none() { "at least " } else { "" },
            value: if upper.is_some() { in_one_unit } else { sizes.text(self.value) },
            at_most: upper,
            when,
        }
    }
}

/// The words for a peak.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeakWords {
    /// `at least ` if the upper bound is loose or not known, else empty.
    pub at_least: &'static str,
    /// The value: `1.21 GiB`.
    pub value: String,
    /// The upper bound: `1.24 GiB`; `None` if there is none, or if it would not help.
    pub at_most: Option<String>,
    /// Its time or interval: `at 3.20 s`, `between 0.30 s and 0.40 s`.
    pub when: String,
}

/// Formats a time. Half a microsecond or less is 0 s: a time of 0 ms would look measured.
fn words_of(time: Seconds) -> String {
    if time.0.abs() < 5e-7 { "0 s".to_owned() } else { time.to_string() }
}
