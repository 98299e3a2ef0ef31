//! The consistency of a run: its lines, its index and its end must agree. Programs under rprof can append lines to the
//! trace, also ones that only rprof should write.

use std::fmt;

use crate::model::{End, Index, Metric};
use crate::units::Bytes;

/// A contradiction between the parts of a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contradiction {
    /// The index has another peak than the lines. The index is not used.
    Index {
        /// The peak of the index.
        index: Bytes,
        /// The peak of the lines.
        lines: Bytes,
    },
    /// There are several ends.
    Ends,
    /// There are more ticks than rprof counted.
    Ticks {
        /// The number of ticks in the trace.
        lines: u64,
        /// The number of ticks in the end record.
        end: u64,
    },
    /// A line has a value above the bound that rprof computed.
    Above {
        /// The peak of the lines.
        lines: Bytes,
        /// The bound in the end record.
        end: Bytes,
    },
    /// No line has a value as large as rprof measured.
    Below {
        /// The peak of the lines.
        lines: Bytes,
        /// The value in the end record.
        end: Bytes,
    },
}

impl Contradiction {
    /// `true` if the end record of the run cannot be trusted, or the lines cannot.
    pub fn is_of_end(&self) -> bool {
        !matches!(self, Self::Index { .. })
    }
}

/// The contradiction, and its consequence.
impl fmt::Display for Contradiction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Index { index, lines } => write!(
                f,
                "the INDEX record names a peak of {index}, the lines have {lines}: the index is forged or damaged; \
                 read all lines instead"
            ),
            Self::Ends => {
                write!(f, "the run has several END records: another program wrote one; used the last")
            }
            Self::Ticks { lines, end } => write!(
                f,
                "the run has {lines} ticks, its END record counts {end}: another program wrote MEM lines; \
                 the peak is not certain"
            ),
            Self::Above { lines, end } => write!(
                f,
                "the lines have a peak of {lines}, above the bound of {end} in the END record: one of them is forged or \
                 damaged; the peak is not certain"
            ),
            Self::Below { lines, end } => write!(
                f,
                "the lines have a peak of {lines}, the END record of {end}: lines are missing, or one of them is forged; \
                 the peak is not certain"
            ),
        }
    }
}

/// The parts of a run that must agree.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Claims {
    /// The number of end records.
    pub ends: u64,
    /// The smallest and the largest peak that an index names.
    index: Option<(Bytes, Bytes)>,
}

impl Claims {
    /// Takes in an index.
    pub fn index(&mut self, index: &Index) {
        let peak = index.sections.iter().map(|section| section.peak_bytes).max().unwrap_or_default();
        let (least, most) = self.index.unwrap_or((peak, peak));
        self.index = Some((least.min(peak), most.max(peak)));
    }

    /// The contradictions of a run with this end, these ticks, and this largest value in its lines.
    pub fn check(
        &self,
        metric: Metric,
        end: Option<&End>,
        ticks: u64,
        lines: Option<Bytes>,
    ) -> Vec<Contradiction> {
        let mut found = Vec::new();
        if self.ends > 1 {
            found.push(Contradiction::Ends);
        }
        let Some(lines) = lines else { return found };
        if let Some(end) = end {
            if end.ticks > 0 && ticks > end.ticks {
                found.push(Contradiction::Ticks { lines: ticks, end: end.ticks });
            }
            match (most(end), least(end, metric)) {
                (Some(most), _) if lines > most => found.push(Contradiction::Above { lines, end: most }),
                (_, Some(least)) if lines < least => found.push(Contradiction::Below { lines, end: least }),
                _ => {}
            }
        }
        let other =
            self.index.and_then(|(least, most)| [least, most].into_iter().find(|peak| *peak != lines));
        found.extend(other.map(|index| Contradiction::Index { index, lines }));
        found
    }
}

/// The bound of all values of a run; `None` if the end has none.
pub(crate) fn most(end: &End) -> Option<Bytes> {
    end.upper_bytes
}

/// A value that the lines of a run reach; `None` if the end does not imply one.
pub(crate) fn least(end: &End, metric: Metric) -> Option<Bytes> {
    let largest = end.parts.and_then(|parts| parts.largest.get(metric.part()?));
    largest.max(end.upper_bytes.filter(|_| end.exact))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Memory, Part, PeakParts, Section};

    #[test]
    fn lines_index_and_end_must_agree() {
        let largest = Memory::from([(Part::Rss, Bytes(50))]);
        let end = End {
            upper_bytes: Some(Bytes(90)),
            parts: Some(PeakParts { largest, ..PeakParts::default() }),
            ticks: 3,
            ..End::default()
        };
        let found = |end: &End, ticks, lines| {
            Claims { ends: 1, index: None }.check(Metric::Rss, Some(end), ticks, Some(Bytes(lines)))
        };
        assert_eq!(found(&end, 3, 50), []);
        assert_eq!(found(&end, 2, 90), []);
        assert_eq!(found(&end, 4, 70), [Contradiction::Ticks { lines: 4, end: 3 }]);
        assert_eq!(found(&end, 3, 91), [Contradiction::Above { lines: Bytes(91), end: Bytes(90) }]);
        assert_eq!(found(&end, 3, 49), [Contradiction::Below { lines: Bytes(49), end: Bytes(50) }]);
        let exact = End { exact: true, ..end };
        assert_eq!(found(&exact, 3, 90), []);
        assert_eq!(found(&exact, 3, 80), [Contradiction::Below { lines: Bytes(80), end: Bytes(90) }]);
    }

    #[test]
    fn every_index_of_a_run_must_have_the_peak_of_the_lines() {
        let index = |peak| {
            let section = Section { peak_bytes: Bytes(peak), ..Section::default() };
            Index { at: 9, sections: vec![Section::default(), section] }
        };
        let mut claims = Claims::default();
        claims.index(&index(7));
        assert_eq!(claims.check(Metric::Rss, None, 1, Some(Bytes(7))), []);
        claims.index(&index(5));
        let forged = Contradiction::Index { index: Bytes(5), lines: Bytes(7) };
        assert_eq!(claims.check(Metric::Rss, None, 1, Some(Bytes(7))), [forged]);
        assert!(!forged.is_of_end());
    }
}
