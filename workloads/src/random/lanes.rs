//! Sixty-four xoshiro256++ generators side by side, with one array per state word, so that the compiler vectorises a
//! step of all of them. With only eight lanes the loop is unrolled before the vectoriser sees it. Lane k is the
//! generator of the seed after k jumps of 2^128 draws, so no two lanes overlap.
//! Source: Blackman and Vigna, "Scrambled linear pseudorandom number generators", ACM TOMS 47 (2021).

/// The number of generators that step together. Each step gives one word per lane.
pub(super) const LANES: usize = 64;

/// The polynomial over GF(2) by which a jump multiplies the state. A jump equals 2^128 steps.
const JUMP: [u64; 4] =
    [0x180e_c6d3_3cfd_0aba, 0xd5a6_1266_f0c9_392c, 0xa958_2618_e03f_c9aa, 0x39ab_dc45_29b1_661c];

/// One value of every lane, aligned so that a load never crosses a cache line.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
pub(super) struct Block<T>(pub(super) [T; LANES]);

impl<T: Copy + Default> Default for Block<T> {
    fn default() -> Self {
        Self([T::default(); LANES])
    }
}

/// The state of all lanes: `state[word][lane]`.
#[derive(Debug, Clone)]
#[repr(align(64))]
pub(super) struct Lanes {
    state: [[u64; LANES]; 4],
}

impl Lanes {
    /// Seeds lane 0 with four words of `SplitMix64`, as `seed_from_u64` of the `rand_xoshiro` crate does, and the other
    /// lanes by jumps.
    pub(super) fn new(seed: u64) -> Self {
        let mut one = split_mix(seed);
        let mut state = [[0; LANES]; 4];
        for lane in 0..LANES {
            for (words, word) in state.iter_mut().zip(one) {
                words[lane] = word;
            }
            one = jumped(one);
        }
        Self { state }
    }

    /// Draws the next 64-bit word of every lane and stores its conversion in `block`.
    #[inline(always)]
    pub(super) fn step<T>(&mut self, block: &mut Block<T>, convert: impl Fn(u64) -> T) {
        let [a, b, c, d] = &mut self.state;
        for lane in 0..LANES {
            let (word, next) = advance([a[lane], b[lane], c[lane], d[lane]]);
            block.0[lane] = convert(word);
            [a[lane], b[lane], c[lane], d[lane]] = next;
        }
    }
}

/// Makes one step of one xoshiro256++. Returns its output and the next state.
#[inline(always)]
fn advance([a, b, c, d]: [u64; 4]) -> (u64, [u64; 4]) {
    let word = a.wrapping_add(d).rotate_left(23).wrapping_add(a);
    let (c, d, shifted) = (c ^ a, d ^ b, b << 17);
    (word, [a ^ d, b ^ c, c ^ shifted, d.rotate_left(45)])
}

/// Returns the state after 2^128 more steps.
fn jumped(mut state: [u64; 4]) -> [u64; 4] {
    let mut sum = [0; 4];
    for bit in 0..256 {
        if JUMP[bit / 64] >> (bit % 64) & 1 == 1 {
            for (total, word) in sum.iter_mut().zip(state) {
                *total ^= word;
            }
        }
        state = advance(state).1;
    }
    sum
}

/// Returns the first four words of `SplitMix64`, which turn any seed, even 0, into a state of well-mixed bits.
fn split_mix(mut seed: u64) -> [u64; 4] {
    std::array::from_fn(|_| {
        seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = seed;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_xoshiro::Xoshiro256PlusPlus;
    use rand_xoshiro::rand_core::{Rng, SeedableRng};

    #[test]
    fn lane_k_is_the_reference_generator_after_k_jumps() {
        for seed in [0, 1, 42, u64::MAX] {
            let mut lanes = Lanes::new(seed);
            let steps: Vec<_> = (0..100)
                .map(|_| {
                    let mut words = Block::default();
                    lanes.step(&mut words, |word| word);
                    words.0
                })
                .collect();
            let mut reference = Xoshiro256PlusPlus::seed_from_u64(seed);
            for lane in 0..LANES {
                let mut generator = reference.clone();
                for words in &steps {
                    assert_eq!(words[lane], generator.next_u64(), "seed {seed}, lane {lane}");
                }
                reference.jump();
            }
        }
    }
}
