//! The functions that held memory at some moments of a run, packed. Of too many functions the largest are kept, and the page
//! has the others as a sum.

use std::cmp::Reverse;

use rprof_trace::{Bytes, Seconds, visible};
use serde_json::{Value, json};

use crate::page::pack::{deflated, unit_of};
use crate::page::words::clipped;

/// The most functions, before any is dropped to fit.
const MOST: usize = 500;
/// The fewest functions for which moments are kept that do not fit.
const LEAST: usize = 8;
/// The longest name of a function, of a library and of a source, in characters.
const NAME: usize = 300;
const LIBRARY: usize = 80;
const SOURCE: usize = 200;

/// The memory that functions held at some moments of a run, from its stacks.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FunctionLevels {
    /// The moments, in order of their times.
    pub moments: Vec<FunctionMoment>,
    /// The functions.
    pub functions: Vec<FunctionBytes>,
}

/// A time at which the present pages were looked at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FunctionMoment {
    /// The time.
    pub time: Seconds,
    /// The RSS of the tree.
    pub rss: Bytes,
    /// The sum of all functions, and of memory without one.
    pub sum: Bytes,
}

/// The memory of one function, or memory of one kind without a function.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FunctionBytes {
    /// The name of the function.
    pub name: String,
    /// The library, program or script; empty if unknown.
    pub library: String,
    /// The source file and line; empty if unknown.
    pub source: String,
    /// False for memory that has no function.
    pub is_attributed: bool,
    /// The memory at each moment.
    pub bytes: Vec<Bytes>,
    /// The memory with that of all functions that it called, at each moment.
    pub totals: Vec<Bytes>,
    /// The bounds at the highest moment, the first of equal ones; `None` if they are not known.
    pub bounds: Option<FunctionBounds>,
}

/// The least and the most that a function may hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FunctionBounds {
    /// Of its memory.
    pub own: (Bytes, Bytes),
    /// Of its memory with that of all functions that it called.
    pub total: (Bytes, Bytes),
}

impl FunctionBytes {
    /// The largest amounts, by which functions are chosen: those that only called others come last.
    fn most(&self) -> (Bytes, Bytes) {
        let most = |values: &[Bytes]| values.iter().copied().max().unwrap_or_default();
        (most(&self.bytes), most(&self.totals))
    }

    /// True if it held memory of its own.
    fn holds(&self) -> bool {
        self.most().0.0 > 0
    }

    /// The memory at a moment, and that with all functions that it called; 0 if it is not known.
    fn at(&self, moment: usize) -> (u64, u64) {
        let at = |values: &[Bytes]| values.get(moment).map_or(0, |bytes| bytes.0);
        let own = at(&self.bytes);
        (own, at(&self.totals).max(own))
    }

    /// Every number of the function.
    fn numbers(&self) -> impl Iterator<Item = u64> {
        let bounds = self
            .bounds
            .into_iter()
            .flat_map(|FunctionBounds { own, total }| [own.0, own.1, total.0, total.1]);
        self.bytes.iter().chain(&self.totals).copied().chain(bounds).map(|bytes| bytes.0)
    }
}

/// The functions as a zlib stream of JSON in at most `budget` bytes; `None` without a moment.
///
/// If they do not fit, there are fewer functions, then fewer moments. The highest moment stays.
pub fn pack(levels: &FunctionLevels, budget: usize) -> Option<Vec<u8>> {
    let mut functions: Vec<&FunctionBytes> = levels.functions.iter().collect();
    functions.sort_by_cached_key(|function| Reverse(function.most()));
    let holding = functions.partition_point(|function| function.holds());
    let mut moments: Vec<usize> = (0..levels.moments.len()).collect();
    let mut kept = functions.len().min(MOST);
    if moments.is_empty() {
        return None;
    }
    loop {
        let text = describe(levels, &moments, &functions[..kept], holding.saturating_sub(kept)).to_string();
        let packed = deflated(text.as_bytes());
        if packed.len() <= budget || (kept == 0 && moments.len() == 1) {
            return Some(packed);
        }
        if kept > LEAST || moments.len() == 1 {
            kept /= 2;
        } else {
            moments = halved(levels, &moments);
        }
    }
}

/// Of two moments each the higher one, of equal ones the first.
fn halved(levels: &FunctionLevels, moments: &[usize]) -> Vec<usize> {
    let rss = |at: &usize| levels.moments[*at].rss;
    let higher = |pair: &[usize]| pair.iter().copied().rev().max_by_key(rss);
    moments.chunks(2).filter_map(higher).collect()
}

/// The JSON of some functions at some moments; `more` functions are not among them. Bytes are differences in a unit, because
/// most of them are 0.
fn describe(levels: &FunctionLevels, moments: &[usize], functions: &[&FunctionBytes], more: usize) -> Value {
    let unit = unit_of(functions.iter().flat_map(|function| function.numbers()));
    let row = |function: &&FunctionBytes| {
        json!([
            clipped(&visible(&function.name), NAME),
            clipped(&visible(&function.library), LIBRARY),
            clipped(&visible(&function.source), SOURCE),
            u8::from(function.is_attributed),
            steps(moments.iter().map(|at| function.at(*at).0 / unit)),
            totals(function, moments, unit),
            bounds(levels, function, unit),
        ])
    };
    let of = |value: fn(&FunctionMoment) -> Value| -> Vec<Value> {
        moments.iter().map(|at| value(&levels.moments[*at])).collect()
    };
    json!({
        "times": of(|moment| json!((moment.time.0 * 1e6).round() / 1e6)),
        "rss": of(|moment| json!(moment.rss)),
        "sums": of(|moment| json!(moment.sum)),
        "unit": unit,
        "functions": functions.iter().map(row).collect::<Vec<_>>(),
        "more": more,
    })
}

/// Numbers as the first one and the differences after it.
fn steps(values: impl Iterator<Item = u64>) -> Vec<i64> {
    let mut last = 0;
    let step = |value: u64| {
        let value = value.cast_signed();
        let step = value.wrapping_sub(last);
        last = value;
        step
    };
    values.map(step).collect()
}

/// The steps of the totals; 0 if the function calls none that holds memory, so that its totals are its own bytes.
fn totals(function: &FunctionBytes, moments: &[usize], unit: u64) -> Value {
    if moments.iter().all(|at| function.at(*at).0 == function.at(*at).1) {
        return json!(0);
    }
    json!(steps(moments.iter().map(|at| function.at(*at).1 / unit)))
}

/// The distances of the bounds from the bytes and the total at the highest moment, which are alike for most functions;
/// 0 without bounds.
fn bounds(levels: &FunctionLevels, function: &FunctionBytes, unit: u64) -> Value {
    let highest = (0..levels.moments.len()).rev().max_by_key(|at| levels.moments[*at].rss);
    let (Some(FunctionBounds { own, total }), Some(highest)) = (function.bounds, highest) else {
        return json!(0);
    };
    let (bytes, all) = function.at(highest);
    let distance = |from: u64, to: u64| to.saturating_sub(from) / unit;
    json!([
        distance(own.0.0, bytes),
        distance(bytes, own.1.0),
        distance(total.0.0, all),
        distance(all, total.1.0),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So many functions at so many moments; the moment in the middle is the highest.
    fn levels(functions: usize, moments: usize) -> FunctionLevels {
        let height = |at: usize| (moments - at.abs_diff(moments / 2)) as u64;
        let moment = |at: usize| FunctionMoment {
            time: Seconds(at as f64 * 0.1),
            rss: Bytes(height(at) << 20),
            sum: Bytes(height(at) << 20),
        };
        let bytes = |number: usize, at: usize| height(at) * 4096 * (1 + (number * at * 7919 % 911) as u64);
        let function = |number: usize| FunctionBytes {
            name: format!("function_{:x}", number.wrapping_mul(0x9e37_79b9_7f4a_7c15)),
            is_attributed: true,
            bytes: (0..moments).map(|at| Bytes(bytes(number, at))).collect(),
            totals: (0..moments).map(|at| Bytes(bytes(number, at) + (number % 3) as u64 * 8192)).collect(),
            ..FunctionBytes::default()
        };
        FunctionLevels {
            moments: (0..moments).map(moment).collect(),
            functions: (0..functions).map(function).collect(),
        }
    }

    fn unpacked(packed: &[u8]) -> Value {
        serde_json::from_reader(flate2::read::ZlibDecoder::new(packed)).expect("JSON")
    }

    /// Levels as a browser adds them up.
    fn bytes(found: &Value, function: usize, column: usize) -> Vec<u64> {
        let mut sum = 0;
        let steps = found["functions"][function][column].as_array().expect("steps");
        let unit = found["unit"].as_u64().expect("a unit");
        steps
            .iter()
            .map(|step| {
                sum += step.as_i64().expect("a number");
                sum.cast_unsigned() * unit
            })
            .collect()
    }

    #[test]
    fn all_that_fits_is_there() {
        let levels = levels(20, 30);
        let found = unpacked(&pack(&levels, 1 << 20).expect("moments"));
        assert_eq!(found["more"], 0);
        assert_eq!(found["times"].as_array().map(Vec::len), Some(30));
        for at in 0..20 {
            let own = levels.functions.iter().find(|function| found["functions"][at][0] == function.name);
            let own = own.expect("a name");
            let numbers = |values: &[Bytes]| values.iter().map(|bytes| bytes.0).collect::<Vec<_>>();
            assert_eq!(bytes(&found, at, 4), numbers(&own.bytes));
            if own.bytes == own.totals {
                assert_eq!(found["functions"][at][5], 0, "not twice in the page");
            } else {
                assert_eq!(bytes(&found, at, 5), numbers(&own.totals));
            }
        }
    }

    #[test]
    fn what_does_not_fit_is_counted_and_the_peak_stays() {
        let levels = levels(3000, 200);
        for budget in [100_000, 10_000, 2000, 400, 0] {
            let packed = pack(&levels, budget).expect("moments");
            assert!(packed.len() <= budget || budget < 400, "{} of {budget}", packed.len());
            let found = unpacked(&packed);
            let kept = found["functions"].as_array().map_or(0, Vec::len);
            assert_eq!(found["more"].as_u64().map(|more| more as usize + kept), Some(3000));
            let rss = found["rss"].as_array().expect("numbers");
            assert!(rss.iter().any(|rss| *rss == 200_u64 << 20), "{budget}: {rss:?}");
        }
        assert_eq!(pack(&FunctionLevels::default(), 1000), None);
    }

    /// Callers are no memory that the page leaves out, so they are not in the row of smaller functions.
    #[test]
    fn functions_that_only_call_others_are_the_first_to_be_dropped() {
        let mut levels = levels(40, 2);
        for function in &mut levels.functions[..20] {
            function.totals = vec![Bytes(1 << 30); 2];
            function.bytes = vec![Bytes(0); 2];
        }
        let whole = pack(&levels, 1 << 20).expect("moments");
        let all = unpacked(&whole);
        assert_eq!((all["more"].as_u64(), all["functions"].as_array().map(Vec::len)), (Some(0), Some(40)));
        let found = unpacked(&pack(&levels, whole.len() - 1).expect("moments"));
        let kept = found["functions"].as_array().map_or(0, Vec::len);
        assert!((1..=20).contains(&kept), "{kept}");
        assert!((0..kept).all(|at| bytes(&found, at, 4)[1] > 0), "{found}");
        assert_eq!(found["more"].as_u64(), Some(20 - kept as u64));
    }

    /// The page shows the bounds at the first of the highest moments, and no moment that is dropped may move them.
    #[test]
    fn bounds_are_distances_from_the_values_of_the_highest_moment() {
        let mut levels = levels(1, 5);
        levels.moments[3].rss = levels.moments[2].rss;
        let function = &mut levels.functions[0];
        let page = |pages: u64| Bytes(pages * 4096);
        function.bytes[2] = page(10);
        function.totals[2] = page(30);
        function.bounds = Some(FunctionBounds { own: (page(8), page(15)), total: (page(30), page(37)) });
        let found = unpacked(&pack(&levels, 1 << 20).expect("moments"));
        assert_eq!(found["unit"], 4096);
        assert_eq!(found["functions"][0][6], json!([2, 5, 0, 7]));
    }

    /// Names come from symbol tables and debug information, which anybody can write.
    #[test]
    fn names_are_visible_and_short() {
        let mut levels = levels(1, 1);
        levels.functions[0].name = format!("\u{202e}evil\u{7}{}", "x".repeat(1000));
        levels.functions[0].bytes = Vec::new();
        let found = unpacked(&pack(&levels, 1000).expect("a moment"));
        let name = found["functions"][0][0].as_str().expect("a name");
        assert!(!name.contains(['\u{202e}', '\u{7}']) && name.chars().count() <= NAME + 1, "{name}");
        assert_eq!(bytes(&found, 0, 4), [0]);
    }
}
