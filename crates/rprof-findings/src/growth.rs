//! Growth: the rate at which the memory of a run rises after its warm-up, with an interval that autocorrelation does not
//! make too narrow. The slope in a figure is another quantity: the line through all points that the figure shows.

use rprof_trace::{Block, Profile, Seconds};

use crate::stats::student;

/// The share of a run that is always warm-up.
const WARM_UP: f64 = 0.1;
/// The smallest number of blocks for a rate. With fewer, the interval is too often too narrow.
const FEWEST: usize = 12;
/// The largest number of blocks. Neighbours that are merged depend less on each other.
const MOST: usize = 64;
/// The smallest number of ticks in a block.
const TICKS: u64 = 2;
/// The smallest number of independent blocks to which autocorrelation can reduce them: one degree of freedom is left.
const FEWEST_INDEPENDENT: f64 = 3.0;

/// The relative error of a mean by rounding, generously.
const ROUNDING: f64 = 1e-12;

/// The growth of a run after its warm-up, in bytes per second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Growth {
    /// The slope of the least-squares line.
    pub bytes_per_second: f64,
    /// Lower end of the 95 % interval of the slope.
    pub low: f64,
    /// Upper end of that interval.
    pub high: f64,
    /// The end of the warm-up.
    pub from: Seconds,
    /// Number of blocks of time whose means the line fits.
    pub blocks: usize,
}

impl Growth {
    /// The growth of a run; `None` if its trace has too few ticks after the warm-up.
    ///
    /// The warm-up is the first tenth of the run, or longer: up to the time at which memory first reaches the lowest level
    /// of the second half. A program that loads its data and then works is thus judged by its work. A program that grows
    /// from its first second on is judged by its second half.
    pub fn of(profile: &Profile) -> Option<Self> {
        let first = profile.blocks.first()?;
        let warm = &profile.blocks[warm_up(&profile.blocks)..];
        let from = warm.first().map_or(first.time, begin);
        let blocks = merged(warm);
        let (slope, half) = line(&blocks)?;
        let (low, high) = (slope - half, slope + half);
        Some(Self { bytes_per_second: slope, low, high, from, blocks: blocks.len() })
    }
}

fn begin(block: &Block) -> Seconds {
    Seconds(block.time.0 - block.length.0 / 2.0)
}

/// The number of blocks that are warm-up. There is at least one block.
fn warm_up(blocks: &[Block]) -> usize {
    let (start, end) = (begin(&blocks[0]).0, blocks[blocks.len() - 1].time.0);
    let at = |share: f64| blocks.partition_point(|block| block.time.0 < start + share * (end - start));
    let level = blocks[at(0.5).min(blocks.len() - 1)..].iter().map(Block::mean).fold(f64::INFINITY, f64::min);
    let reached = blocks.iter().position(|block| block.mean() >= level).unwrap_or(0);
    reached.max(at(WARM_UP))
}

/// Merges neighbours until there are few blocks with enough ticks in each.
fn merged(blocks: &[Block]) -> Vec<Block> {
    let size = blocks.len().div_ceil(MOST);
    let (mut merged, mut open): (Vec<Block>, Option<(Block, usize)>) = (Vec::new(), None);
    for block in blocks {
        let (sum, count) = open.take().map_or((*block, 1), |(sum, count)| (sum.plus(block), count + 1));
        if count >= size && sum.ticks >= TICKS {
            merged.push(sum);
        } else {
            open = Some((sum, count));
        }
    }
    // The rest is too short for a block of its own.
    if let Some((rest, _)) = open {
        match merged.last_mut() {
            Some(last) => *last = last.plus(&rest),
            None => merged.push(rest),
        }
    }
    merged
}

/// The slope through the means of the blocks and half the width of its 95 % interval; `None` for too few blocks.
///
/// Ordinary least squares. Its usual interval takes deviations as independent, but memory that is above the line stays
/// there for a while. The number of blocks is therefore reduced to that of independent ones, `n (1 - r) / (1 + r)` with
/// the autocorrelation `r` of neighbours (Santer et al., J. Geophys. Res. 105, 2000), and `r` is corrected for its bias
/// in a short series with a trend (Kendall, Biometrika 41, 1954).
fn line(blocks: &[Block]) -> Option<(f64, f64)> {
    if blocks.len() < FEWEST {
        return None;
    }
    let n = blocks.len() as f64;
    let mean = |value: fn(&Block) -> f64| blocks.iter().map(|block| value(block) / n).sum::<f64>();
    let (time, memory) = (mean(|block| block.time.0), mean(Block::mean));
    let points: Vec<(f64, f64)> =
        blocks.iter().map(|block| (block.time.0 - time, block.mean() - memory)).collect();
    let spread: f64 = points.iter().map(|(t, _)| t * t).sum();
    let slope = points.iter().map(|(t, v)| t * v).sum::<f64>() / spread;
    let off: Vec<f64> = points.iter().map(|(t, v)| v - slope * t).collect();
    // Sums of equal values differ by rounding, which is no growth.
    let rounding = (ROUNDING * memory).powi(2) + f64::MIN_POSITIVE;
    let squares = off.iter().map(|off| off * off).sum::<f64>().max(n * rounding);
    let neighbours = off.windows(2).map(|pair| pair[0] * pair[1]).sum::<f64>() / squares;
    let correlation = ((neighbours * n + 2.0) / (n - 4.0)).clamp(0.0, 1.0);
    let independent = (n * (1.0 - correlation) / (1.0 + correlation)).max(FEWEST_INDEPENDENT);
    let freedom = independent - 2.0;
    let half = student(freedom) * (squares / freedom / spread).sqrt();
    (slope.is_finite() && half.is_finite()).then_some((slope, half))
}

#[cfg(test)]
mod tests {
    use rand_xoshiro::Xoshiro256PlusPlus;
    use rand_xoshiro::rand_core::{Rng, SeedableRng};
    use rprof_trace::Bytes;

    use super::*;

    const MIB: f64 = 1_048_576.0;

    /// The growth of a run of some seconds with ten ticks a second, each of this many MiB.
    fn growth(seconds: u32, memory: &mut dyn FnMut(f64) -> f64) -> Option<Growth> {
        let mut block = |tick: u32| {
            let time = f64::from(tick) / 10.0;
            let bytes = Bytes((memory(time) * MIB) as u64);
            Block {
                time: Seconds(time + 0.05),
                length: Seconds(0.1),
                byte_seconds: bytes.0 as f64 / 10.0,
                ticks: 1,
            }
        };
        let blocks = (0..seconds * 10).map(&mut block).collect();
        Growth::of(&Profile { blocks, ..Profile::default() })
    }

    fn noise(seed: u64) -> impl FnMut() -> f64 {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
        move || (0..12).map(|_| (random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64).sum::<f64>() - 6.0
    }

    fn rises(growth: &Growth) -> bool {
        growth.low > 0.0
    }

    #[test]
    fn a_steady_leak_has_its_rate() {
        let mut noise = noise(1);
        let found = growth(60, &mut |t| 300.0 + 0.5 * t + 0.3 * noise()).expect("a rate");
        assert!(found.low < 0.5 * MIB && 0.5 * MIB < found.high, "{found:?}");
        assert!(rises(&found) && found.high - found.low < 0.1 * MIB, "{found:?}");
        // It grows from the start, so its second half is judged.
        assert!((25.0..31.0).contains(&found.from.0), "{found:?}");
    }

    /// A build-up at the start and then a constant amount is no growth, although the whole curve rises.
    #[test]
    fn the_warm_up_is_no_growth() {
        let mut noise = noise(2);
        let found = growth(60, &mut |t| t.min(20.0) * 15.0 + 50.0 + noise()).expect("a rate");
        assert!(!rises(&found) && (19.0..21.0).contains(&found.from.0), "{found:?}");
        let constant = growth(60, &mut |_| 300.0).expect("a rate");
        assert!((5.9..6.2).contains(&constant.from.0), "a tenth: {constant:?}");
        assert!(constant.low <= 0.0 && constant.high >= 0.0 && constant.high < 1.0, "{constant:?}");
    }

    /// Garbage collection: memory rises and falls again and again.
    #[test]
    fn a_sawtooth_is_no_growth() {
        for period in [0.7, 3.0, 11.0] {
            let found = growth(120, &mut |t| 100.0 + 80.0 * (t / period).fract()).expect("a rate");
            assert!(!rises(&found), "{period}: {found:?}");
        }
        let leaking = growth(120, &mut |t| 100.0 + t + 20.0 * (t / 3.0).fract()).expect("a rate");
        assert!(rises(&leaking) && leaking.low < MIB && MIB < leaking.high, "{leaking:?}");
    }

    /// One step in the second half, such as a cache that is filled once. Independent deviations would make it sure growth.
    #[test]
    fn one_step_is_no_growth() {
        let mut noise = noise(3);
        let found =
            growth(60, &mut |t| if t < 40.0 { 100.0 } else { 130.0 } + 0.5 * noise()).expect("a rate");
        assert!(!rises(&found), "{found:?}");
    }

    /// Memory that wanders about one level, its deviations lasting several blocks. The interval of independent deviations
    /// excludes 0 in a third of these runs.
    #[test]
    fn slow_fluctuations_are_seldom_taken_for_growth() {
        let runs = 200;
        let sure = (0..runs).filter(|seed| {
            let (mut noise, mut level) = (noise(100 + seed), 0.0);
            let mut memory = |_| {
                level = 0.9 * level + noise();
                300.0 + level
            };
            let found = growth(30, &mut memory).expect("a rate");
            found.low > 0.0 || found.high < 0.0
        });
        let sure = sure.count();
        assert!(sure <= 24, "{sure} of {runs}");
    }

    #[test]
    fn a_short_run_has_no_rate() {
        assert_eq!(growth(2, &mut |t| t), None);
        assert!(growth(4, &mut |_| 5.0).is_some());
        assert_eq!(Growth::of(&Profile::default()), None);
    }
}
