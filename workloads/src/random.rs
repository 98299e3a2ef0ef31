//! Fast random arrays on one thread: uniform float64 and standard normal float32, from lanes of xoshiro256++.
//! The same seed gives the same values on every processor. The AVX2 copy, chosen at run time, differs only in speed.
//! The module offers no other distributions and is not for secrets.
#![expect(clippy::inline_always, reason = "the loops must be compiled with their caller's target features")]

mod distribution;
mod lanes;

use crate::array;
use distribution::{normal, uniform};
use lanes::{Block, LANES, Lanes};

/// A seeded stream of random numbers.
#[derive(Debug, Clone)]
pub struct Random {
    lanes: Lanes,
}

impl Random {
    /// Starts the stream of a seed. Every seed is suitable, even 0.
    pub fn new(seed: u64) -> Self {
        Self { lanes: Lanes::new(seed) }
    }

    /// Returns `count` float64 values, uniform in [0, 1) with 53 random bits each. Takes about 1 ns per value.
    pub fn uniform(&mut self, count: usize) -> Vec<f64> {
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2") {
            #[expect(unsafe_code, reason = "only a processor with AVX2 may run it")]
            // SAFETY: the processor has AVX2, just asked.
            return unsafe { uniform_avx2(&mut self.lanes, count) };
        }
        uniform_portable(&mut self.lanes, count)
    }

    /// Returns `count` standard normal float32 values. Takes about 1.5 ns per value.
    pub fn normal(&mut self, count: usize) -> Vec<f32> {
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2") {
            #[expect(unsafe_code, reason = "only a processor with AVX2 may run it")]
            // SAFETY: the processor has AVX2, just asked.
            return unsafe { normal_avx2(&mut self.lanes, count) };
        }
        normal_portable(&mut self.lanes, count)
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn uniform_avx2(lanes: &mut Lanes, count: usize) -> Vec<f64> {
    uniform_portable(lanes, count)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn normal_avx2(lanes: &mut Lanes, count: usize) -> Vec<f32> {
    normal_portable(lanes, count)
}

#[inline(always)]
fn uniform_portable(lanes: &mut Lanes, count: usize) -> Vec<f64> {
    let mut values = array::fresh(count);
    let mut block = Block::default();
    while values.len() < count {
        lanes.step(&mut block, uniform);
        append(&mut values, &block, count);
    }
    values
}

#[inline(always)]
fn normal_portable(lanes: &mut Lanes, count: usize) -> Vec<f32> {
    let mut values = array::fresh(count);
    let [mut words, mut halves] = [Block::default(); 2];
    let mut angles = Block::default();
    let [mut cosines, mut sines] = [Block::default(); 2];
    while values.len() < count {
        // Each pair of values takes one word for the radius and half a word for the angle.
        lanes.step(&mut halves, |word| word);
        for shift in [0, 32] {
            lanes.step(&mut words, |word| word);
            for (angle, word) in angles.0.iter_mut().zip(halves.0) {
                *angle = (word >> shift) as u32;
            }
            normal(&words, &angles, &mut cosines, &mut sines);
            append(&mut values, &cosines, count);
            append(&mut values, &sines, count);
        }
    }
    values
}

/// Appends a block. The part beyond `count` values is dropped.
/// Appending costs one copy within the first-level cache, and the array need not be zeroed first.
#[inline(always)]
fn append<T: Copy>(values: &mut Vec<T>, block: &Block<T>, count: usize) {
    let wanted = count - values.len();
    if wanted >= LANES {
        values.extend_from_slice(&block.0);
    } else {
        values.extend_from_slice(&block.0[..wanted]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lengths around whole blocks, and one of many blocks.
    const COUNTS: [usize; 8] = [0, 1, 63, 64, 65, 255, 257, 100_000];

    #[cfg(target_arch = "x86_64")]
    #[test]
    #[expect(unsafe_code, reason = "the AVX2 copies are called by name")]
    fn avx2_and_portable_code_give_the_same_bits() {
        if !is_x86_feature_detected!("avx2") {
            eprintln!("skipped: this processor has no AVX2 to compare with");
            return;
        }
        let (mut one, mut two) = (Lanes::new(7), Lanes::new(7));
        for count in COUNTS {
            // SAFETY: the processor has AVX2, just asked.
            let (uniform, normal) = unsafe { (uniform_avx2(&mut one, count), normal_avx2(&mut one, count)) };
            assert_eq!(bits64(&uniform), bits64(&uniform_portable(&mut two, count)));
            assert_eq!(bits32(&normal), bits32(&normal_portable(&mut two, count)));
        }
    }

    #[test]
    fn an_array_has_the_requested_length() {
        let mut random = Random::new(0);
        for count in COUNTS {
            assert_eq!(random.uniform(count).len(), count);
            assert_eq!(random.normal(count).len(), count);
        }
    }

    #[test]
    fn each_seed_and_each_call_gives_other_values() {
        let mut random = Random::new(1);
        let (first, second) = (random.uniform(100), random.uniform(100));
        assert_ne!(bits64(&first), bits64(&second));
        assert_ne!(bits64(&first), bits64(&Random::new(2).uniform(100)));
        assert_eq!(bits64(&first), bits64(&Random::new(1).uniform(100)));
    }

    /// A seed gives the same values on other processors and in later versions. This test holds that promise.
    #[test]
    fn seed_0_always_gives_the_same_values() {
        let mut random = Random::new(0);
        let folded = |bits: Vec<u64>| bits.into_iter().fold(0_u64, |sum, word| sum.rotate_left(1) ^ word);
        let uniform = folded(bits64(&random.uniform(100_000)));
        let normal = folded(bits32(&random.normal(100_000)).into_iter().map(u64::from).collect());
        assert_eq!((uniform, normal), (7_625_991_689_018_816_449, 7_634_291_900_404_677_528));
    }

    fn bits64(values: &[f64]) -> Vec<u64> {
        values.iter().map(|value| value.to_bits()).collect()
    }

    fn bits32(values: &[f32]) -> Vec<u32> {
        values.iter().map(|value| value.to_bits()).collect()
    }
}
