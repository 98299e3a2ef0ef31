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
}

impl FunctionBytes {
    fn most(&self) -> Bytes {
        self.bytes.iter().copied().max().unwrap_or_default()
    }

    /// The memory at a moment; 0 if it is not known.
    fn at(&self, moment: usize) -> u64 {
        self.bytes.get(moment).map_or(0, |bytes| bytes.0)
    }
}

/// The functions as a zlib stream of JSON in at most `budget` bytes; `None` without a moment.
///
/// If they do not fit, there are fewer functions, then fewer moments. The highest moment stays.
pub fn pack(levels: &FunctionLevels, budget: usize) -> Option<Vec<u8>> {
    let mut functions: Vec<&FunctionBytes> = levels.functions.iter().collect();
    functions.sort_by_cached_key(|function| Reverse(function.most()));
    let mut moments: Vec<usize> = (0..levels.moments.len()).collect();
    let mut kept = functions.len().min(MOST);
    if moments.is_empty() {
        return None;
    }
    loop {
        let more = functions.len() - kept;
        let text = describe(levels, &moments, &functions[..kept], more).to_string();
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
    let unit = unit_of(functions.iter().flat_map(|function| moments.iter().map(|at| function.at(*at))));
    let steps = |function: &FunctionBytes| -> Vec<i64> {
        let mut last = 0;
        let step = |at: &usize| {
            let value = (function.at(*at) / unit).cast_signed();
            let step = value.wrapping_sub(last);
            last = value;
            step
        };
        moments.iter().map(step).collect()
    };
    let row = |function: &&FunctionBytes| {
        json!([
            clipped(&visible(&function.name), NAME),
            clipped(&visible(&function.library), LIBRARY),
            clipped(&visible(&function.source), SOURCE),
            u8::from(function.is_attributed),
            steps(function),
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
        let function = |number: usize| FunctionBytes {
            name: format!("function_{:x}", number.wrapping_mul(0x9e37_79b9_7f4a_7c15)),
            is_attributed: true,
            bytes: (0..moments)
                .map(|at| Bytes(height(at) * 4096 * (1 + (number * at * 7919 % 911) as u64)))
                .collect(),
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
    fn bytes(found: &Value, function: usize) -> Vec<u64> {
        let mut sum = 0;
        let steps = found["functions"][function][4].as_array().expect("steps");
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
            let own: Vec<u64> = own.expect("a name").bytes.iter().map(|bytes| bytes.0).collect();
            assert_eq!(bytes(&found, at), own);
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

    /// Names come from symbol tables and debug information, which anybody can write.
    #[test]
    fn names_are_visible_and_short() {
        let mut levels = levels(1, 1);
        levels.functions[0].name = format!("\u{202e}evil\u{7}{}", "x".repeat(1000));
        levels.functions[0].bytes = Vec::new();
        let found = unpacked(&pack(&levels, 1000).expect("a moment"));
        let name = found["functions"][0][0].as_str().expect("a name");
        assert!(!name.contains(['\u{202e}', '\u{7}']) && name.chars().count() <= NAME + 1, "{name}");
        assert_eq!(bytes(&found, 0), [0]);
    }
}
