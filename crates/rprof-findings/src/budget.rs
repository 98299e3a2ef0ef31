//! Budgets: limits on the peak, the growth and the spans of a run, and the findings about one run. No wording.

use rprof_trace::{Bytes, Error, Peak, Profile, Seconds, Span, find_name, span_totals};

use crate::numbers::RunNumbers;

/// The quantity that a limit bounds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Quantity {
    /// The peak of the process tree, in bytes of the run's metric.
    Peak,
    /// The growth after the warm-up, in bytes per second.
    Growth,
    /// The peak during the spans of this name, in bytes of the run's metric.
    Span(String),
    /// The memory at the peak that this function touched, with all that it called. The stacks of the run have it, and not
    /// its profile.
    Function(String),
}

/// A limit.
#[derive(Debug, Clone, PartialEq)]
pub struct Limit {
    /// The quantity.
    pub quantity: Quantity,
    /// The largest value that is allowed, in bytes or bytes per second.
    pub most: f64,
    /// The value as the user typed it.
    pub typed: String,
}

/// The verdict about a limit, from the best to the worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// The quantity is proven to be within the limit.
    Within,
    /// The lower bound is within the limit, but the upper bound is above it or not known.
    Unproven,
    /// The trace does not have enough data.
    Undecided,
    /// The quantity is proven to be beyond the limit.
    Beyond,
}

impl Verdict {
    /// `true` if a check fails. A strict check accepts only what is proven.
    pub fn fails(self, strict: bool) -> bool {
        self == Self::Beyond || (strict && self != Self::Within)
    }
}

/// The place of a value in the run.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Place {
    /// Its time; for growth the end of the warm-up.
    pub time: Seconds,
    /// Its interval, if no tick saw it, or that of the span.
    pub within: Option<(Seconds, Seconds)>,
    /// The process: of a span its own, of a peak the one with the largest peak.
    pub process: Option<String>,
    /// The peak of that process; `None` for a span and if the process is the whole tree.
    pub process_peak: Option<Bytes>,
}

/// The finding about one limit in one run.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The limit.
    pub limit: Limit,
    /// The verdict.
    pub verdict: Verdict,
    /// The best known value, in the unit of the limit; `None` if the trace does not have it.
    pub value: Option<f64>,
    /// Lower bound of the value, equal to it for a peak. That of a function is what is certainly its own.
    pub low: Option<f64>,
    /// Upper bound of the value; `None` if it is not known.
    pub high: Option<f64>,
    /// The place of the value.
    pub place: Option<Place>,
}

impl Finding {
    /// The distance by which the lower bound exceeds the limit; `None` unless the verdict is [`Verdict::Beyond`].
    pub fn excess(&self) -> Option<f64> {
        self.low.map(|low| low - self.limit.most).filter(|_| self.verdict == Verdict::Beyond)
    }

    /// The finding about a function: the best estimate of what it held at a time, and its bounds, which decide.
    pub fn of_function(limit: &Limit, held: Bytes, (low, high): (Bytes, Bytes), time: Seconds) -> Self {
        let number = |bytes: Bytes| Some(bytes.0 as f64);
        let finding = Self::new(limit, number(held), number(low), number(high));
        finding.at(Some(Place { time, ..Place::default() }))
    }

    fn new(limit: &Limit, value: Option<f64>, low: Option<f64>, high: Option<f64>) -> Self {
        let verdict = low.map_or(Verdict::Undecided, |low| judge(low, high, limit.most));
        Self { limit: limit.clone(), verdict, value, low, high, place: None }
    }

    fn at(self, place: Option<Place>) -> Self {
        Self { place, ..self }
    }
}

/// The verdict about a value of which two bounds are known.
///
/// Only the lower bound proves that a limit is passed. An upper bound above the limit does not: it counts what could have
/// happened between two ticks, and may be far above the truth.
fn judge(low: f64, high: Option<f64>, most: f64) -> Verdict {
    match high {
        _ if low > most => Verdict::Beyond,
        Some(high) if high <= most => Verdict::Within,
        _ => Verdict::Unproven,
    }
}

/// The findings about one run, one for each limit.
///
/// # Errors
/// If the run has no span of a name that a limit has.
pub fn findings(profile: &Profile, limits: &[Limit]) -> Result<Vec<Finding>, Error> {
    let numbers = RunNumbers::of(profile);
    limits.iter().map(|limit| finding(profile, numbers.as_ref(), limit)).collect()
}

fn finding(profile: &Profile, numbers: Option<&RunNumbers>, limit: &Limit) -> Result<Finding, Error> {
    Ok(match &limit.quantity {
        Quantity::Peak => {
            let peak = numbers.map(|numbers| numbers.peak);
            let upper = numbers.and_then(|numbers| numbers.upper);
            of_peak(limit, peak, upper).at(profile.peak.as_ref().map(|peak| place_of_peak(profile, peak)))
        }
        Quantity::Growth => {
            let growth = numbers.and_then(|numbers| numbers.growth.as_ref());
            let place = growth.map(|growth| Place { time: growth.from, ..Place::default() });
            let (rate, low, high) = (
                growth.map(|growth| growth.bytes_per_second),
                growth.map(|growth| growth.low),
                growth.map(|growth| growth.high),
            );
            Finding::new(limit, rate, low, high).at(place)
        }
        Quantity::Span(wanted) => {
            let totals = span_totals(profile);
            let name = find_name(totals.iter().map(|total| total.name.as_str()), wanted)?;
            let total = totals.iter().find(|total| total.name == name);
            let (peak, upper) = total.map_or((None, None), |total| (total.peak, total.peak_upper));
            of_peak(limit, peak, upper).at(place_of_span(profile, name))
        }
        Quantity::Function(_) => Finding::new(limit, None, None, None),
    })
}

fn of_peak(limit: &Limit, peak: Option<Bytes>, upper: Option<Bytes>) -> Finding {
    let value = peak.map(|peak| peak.0 as f64);
    Finding::new(limit, value, value, upper.map(|upper| upper.0 as f64))
}

fn place_of_peak(profile: &Profile, peak: &Peak) -> Place {
    let largest = profile.processes.iter().max_by_key(|process| process.peak);
    Place {
        time: peak.time,
        within: peak.within,
        process: largest.map(|process| process.id.clone()),
        // A single process has no samples of its own in the trace: it is the whole tree.
        process_peak: largest.map(|process| process.peak).filter(|peak| peak.0 > 0),
    }
}

/// The span of this name with the largest peak.
fn place_of_span(profile: &Profile, name: &str) -> Option<Place> {
    let spans = profile.spans.iter().filter(|span| span.name == name);
    let largest = spans.reduce(|best, span| if span.peak > best.peak { span } else { best })?;
    let leave = largest.leave.map_or(profile.elapsed, |leave| leave.0);
    Some(Place {
        time: largest.enter.0,
        within: Some((largest.enter.0, leave)),
        process: process_of(largest).map(str::to_owned),
        process_peak: None,
    })
}

/// The pid of a span's process, from `pid.thread`.
fn process_of(span: &Span) -> Option<&str> {
    span.thread.as_deref().and_then(|thread| thread.split('.').next())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use rprof_trace::{Block, End, ProcessProfile};

    use super::*;

    const MIB: u64 = 1 << 20;

    fn limit(quantity: Quantity, most: f64) -> Limit {
        Limit { quantity, most, typed: String::new() }
    }

    fn run(value: u64, upper: Option<u64>) -> Profile {
        let peak = Peak { value: Bytes(value), time: Seconds(0.8), within: None, upper: upper.map(Bytes) };
        let end = End { upper_bytes: upper.map(Bytes), ..End::default() };
        Profile { peak: Some(peak), end: Some(end), elapsed: Seconds(2.0), samples: 3, ..Profile::default() }
    }

    fn verdict(profile: &Profile, limit: Limit) -> Verdict {
        findings(profile, &[limit]).unwrap()[0].verdict
    }

    #[test]
    fn only_a_lower_bound_proves_that_a_limit_is_passed() {
        for (low, high, expected) in [
            (101, Some(101), Verdict::Beyond),
            (101, None, Verdict::Beyond),
            (100, Some(100), Verdict::Within),
            (90, Some(100), Verdict::Within),
            (90, Some(101), Verdict::Unproven),
            (90, None, Verdict::Unproven),
        ] {
            let found = verdict(&run(low, high), limit(Quantity::Peak, 100.0));
            assert_eq!(found, expected, "{low} to {high:?}");
        }
    }

    /// The estimate of a function has a bound on either side, and only the lower one proves that the limit is passed.
    #[test]
    fn the_bounds_of_a_function_decide_and_not_its_estimate() {
        for (low, held, high, expected) in [
            (101, 120, 140, Verdict::Beyond),
            (90, 120, 140, Verdict::Unproven),
            (80, 90, 101, Verdict::Unproven),
            (80, 90, 100, Verdict::Within),
        ] {
            let limit = limit(Quantity::Function("load".to_owned()), 100.0);
            let found = Finding::of_function(&limit, Bytes(held), (Bytes(low), Bytes(high)), Seconds(0.8));
            assert_eq!(found.verdict, expected, "{low} to {high}");
            assert_eq!(found.value, Some(held as f64));
            assert_eq!(found.excess(), (expected == Verdict::Beyond).then_some(1.0));
        }
    }

    #[test]
    fn a_strict_check_accepts_only_what_is_proven() {
        let all = [Verdict::Within, Verdict::Unproven, Verdict::Undecided, Verdict::Beyond];
        assert_eq!(all.map(|verdict| verdict.fails(false)), [false, false, false, true]);
        assert_eq!(all.map(|verdict| verdict.fails(true)), [false, true, true, true]);
    }

    #[test]
    fn the_excess_is_that_of_the_lower_bound() {
        let found = findings(&run(130, Some(190)), &[limit(Quantity::Peak, 100.0)]).unwrap().remove(0);
        assert_eq!((found.excess(), found.high), (Some(30.0), Some(190.0)));
        let within = findings(&run(90, Some(190)), &[limit(Quantity::Peak, 100.0)]).unwrap().remove(0);
        assert_eq!(within.excess(), None);
    }

    #[test]
    fn the_place_of_a_peak_has_the_largest_process() {
        let process = |id: &str, peak| ProcessProfile {
            id: id.to_owned(),
            peak: Bytes(peak),
            peak_time: Seconds(0.5),
            curve: Vec::new(),
        };
        let processes = vec![process("1:make", 5), process("2:cc1", 70), process("3:ld", 20)];
        let profile = Profile { processes, ..run(90, None) };
        let place = findings(&profile, &[limit(Quantity::Peak, 1.0)]).unwrap().remove(0).place.unwrap();
        assert_eq!((place.process.as_deref(), place.process_peak), (Some("2:cc1"), Some(Bytes(70))));
        assert_eq!(place.time, Seconds(0.8));
    }

    #[test]
    fn a_span_is_found_by_the_end_of_its_name_and_a_missing_one_is_an_error() {
        let span = |peak: u64, enter: f64| Span {
            name: "app.load".to_owned(),
            enter: (Seconds(enter), Bytes(0)),
            leave: Some((Seconds(enter + 0.5), Bytes(0))),
            thread: Some("812.813".to_owned()),
            peak: Some(Bytes(peak * MIB)),
            peak_upper: Some(Bytes(peak * MIB)),
            ..Span::default()
        };
        let profile = Profile { spans: vec![span(40, 0.1), span(60, 1.0)], ..run(90 * MIB, None) };
        let quantity = Quantity::Span("load".to_owned());
        let found = findings(&profile, &[limit(quantity.clone(), (50 * MIB) as f64)]).unwrap().remove(0);
        assert_eq!(found.verdict, Verdict::Beyond);
        let place = found.place.unwrap();
        assert_eq!((place.time, place.process.as_deref()), (Seconds(1.0), Some("812")));
        assert!(findings(&run(1, None), &[limit(quantity, 1.0)]).is_err());
    }

    /// A straight line of 4 MiB/s with ten ticks a second, and noise.
    fn growing(ticks: u32) -> Profile {
        let block = |n: u32| {
            let time = f64::from(n) * 0.1;
            let noise = (f64::from(n) * 7.9).sin() * 0.2;
            let byte_seconds = (50.0 + 4.0 * time + noise) * MIB as f64 * 0.1;
            Block { time: Seconds(time + 0.05), length: Seconds(0.1), byte_seconds, ticks: 1 }
        };
        Profile { blocks: (0..ticks).map(block).collect(), ..run(200 * MIB, None) }
    }

    #[test]
    fn growth_is_beyond_only_when_its_whole_interval_is() {
        let rate = |mib: f64| limit(Quantity::Growth, mib * MIB as f64);
        assert_eq!(verdict(&growing(300), rate(3.0)), Verdict::Beyond);
        assert_eq!(verdict(&growing(300), rate(5.0)), Verdict::Within);
        let found = findings(&growing(300), &[rate(4.0)]).unwrap().remove(0);
        assert!(found.low < found.value && found.value < found.high, "{found:?}");
    }

    #[test]
    fn too_few_ticks_give_no_verdict() {
        assert_eq!(verdict(&growing(3), limit(Quantity::Growth, 1.0)), Verdict::Undecided);
        assert_eq!(verdict(&Profile::default(), limit(Quantity::Peak, 1.0)), Verdict::Undecided);
    }
}
