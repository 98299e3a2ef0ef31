//! The conversion of random words into uniform float64 and standard normal float32.
//! It uses only IEEE sums, products, quotients, square roots and bit operations, no fused operation and no libm.
//! Therefore the values are the same, bit for bit, on every processor, and every loop can be vectorised.

use super::lanes::{Block, LANES};

/// The bits of 1.0. With random fraction bits they make a number in [1, 2).
const ONE: u64 = 1.0_f64.to_bits();
/// An offset to the bits of a float64, after which the exponent steps up at sqrt(1/2) instead of at 1.
const STEP_DOWN: u64 = ONE - std::f64::consts::FRAC_1_SQRT_2.to_bits();
/// The sign and exponent bits of a float64.
const EXPONENT: u64 = 0xfff << 52;
/// 2^52. A small integer in its fraction bits gives exactly 2^52 plus that integer.
const TWO_52: f64 = 4_503_599_627_370_496.0;

/// Returns k · 2^-53 for the 53 upper bits k of a word: uniform in [0, 1), all values equally likely.
#[inline(always)]
pub(super) fn uniform(word: u64) -> f64 {
    // AVX2 has no conversion from u64, so the value is (1 + 52 bits) - (1 - last bit), which is exact.
    let last = (word >> 11) & 1;
    f64::from_bits(ONE | (word >> 12)) - f64::from_bits(ONE - last)
}

/// Computes two independent standard normals from each 64-bit radius word and each 32-bit angle, by the Box-Muller
/// transform. The cosines go to one block, the sines to another. The radius has 53 bits, so the tails reach 8.5 sigma.
#[inline(always)]
pub(super) fn normal(
    words: &Block<u64>,
    angles: &Block<u32>,
    cosines: &mut Block<f32>,
    sines: &mut Block<f32>,
) {
    let [mut exponents, mut fractions] = [Block::default(); 2];
    for lane in 0..LANES {
        (exponents.0[lane], fractions.0[lane]) = split(words.0[lane]);
    }
    for lane in 0..LANES {
        let radius = (-2.0 * log(exponents.0[lane], fractions.0[lane])).sqrt();
        let (cosine, sine) = cos_sin(angles.0[lane]);
        cosines.0[lane] = radius * cosine;
        sines.0[lane] = radius * sine;
    }
}

/// Splits u = (k + 1/2) · 2^-52, with k the 52 upper bits of a word, into 2^exponent · (1 + fraction) with
/// 1 + fraction in [sqrt(1/2), sqrt(2)). u is never 0 and never 1. The split works in float64: near u = 1, where the
/// logarithm is near 0, the float32 fraction then keeps all its digits.
#[inline(always)]
fn split(word: u64) -> (f32, f32) {
    let bits = (f64::from_bits(ONE | (word >> 12)) - f64::from_bits(ONE - 1)).to_bits();
    let biased = bits.wrapping_add(STEP_DOWN);
    let exponent = f64::from_bits(TWO_52.to_bits() | (biased >> 52)) - (TWO_52 + 1023.0);
    let fraction = f64::from_bits(bits.wrapping_sub(biased & EXPONENT).wrapping_add(ONE)) - 1.0;
    (exponent as f32, fraction as f32)
}

/// Returns ln(2^exponent · (1 + fraction)) for a fraction in [sqrt(1/2) - 1, sqrt(2) - 1].
/// Source of the polynomial and of the two parts of ln 2: `logf` of Moshier's Cephes library.
#[inline(always)]
fn log(exponent: f32, fraction: f32) -> f32 {
    let x = fraction;
    let square = x * x;
    let mut series = 7.037_683_6e-2 * x - 1.151_461e-1;
    series = series * x + 1.167_699_9e-1;
    series = series * x - 1.242_014_1e-1;
    series = series * x + 1.424_932_3e-1;
    series = series * x - 1.666_805_8e-1;
    series = series * x + 2.000_071_5e-1;
    series = series * x - 2.499_999_4e-1;
    series = series * x + 3.333_333e-1;
    let rest = series * x * square - 2.121_944_4e-4 * exponent - 0.5 * square;
    x + rest + 0.693_359_4 * exponent
}

/// Returns cosine and sine of a random angle. Two bits choose the quadrant, thirty bits the place within it.
/// Source of the polynomials, valid on [-π/4, π/4]: `sinf` and `cosf` of Moshier's Cephes library.
#[inline(always)]
fn cos_sin(angle: u32) -> (f32, f32) {
    // The set bit makes the places symmetric about 0.
    let place = ((angle << 2) | 2).cast_signed();
    let x = place as f32 * (std::f32::consts::FRAC_PI_4 / 2_147_483_648.0);
    let square = x * x;
    let sine = ((-1.951_529_6e-4 * square + 8.332_161e-3) * square - 1.666_665_5e-1) * square * x + x;
    let cosine = ((2.443_315_7e-5 * square - 1.388_731_6e-3) * square + 4.166_664_6e-2) * square * square
        - 0.5 * square
        + 1.0;
    // Each quadrant is an exchange of cosine and sine, and a choice of their signs.
    let exchanged = 0_u32.wrapping_sub((angle >> 30) & 1);
    let difference = (sine.to_bits() ^ cosine.to_bits()) & exchanged;
    let sign = angle & (1 << 31);
    let other_sign = sign ^ ((angle << 1) & (1 << 31));
    (
        f32::from_bits(cosine.to_bits() ^ difference ^ other_sign),
        f32::from_bits(sine.to_bits() ^ difference ^ sign),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::float_cmp, reason = "the ends are exact")]
    fn uniform_values_include_0_and_stay_below_1() {
        assert_eq!(uniform(0), 0.0);
        assert_eq!(uniform(1 << 11), 1.0 / 9_007_199_254_740_992.0);
        assert_eq!(uniform(1 << 63), 0.5);
        assert_eq!(uniform(u64::MAX), 1.0 - f64::EPSILON / 2.0);
        for word in [0x0123_4567_89ab_cdef, 0xfedc_ba98_7654_3210, 0x8000_0000_0000_0800] {
            assert_eq!(uniform(word), (word >> 11) as f64 / 9_007_199_254_740_992.0);
        }
    }

    /// The reference is the same transform in float64 with the functions of the standard library.
    #[test]
    fn normals_agree_with_the_formula() {
        // Irregular steps through all words and angles, and the ends of both ranges.
        let mut words = Block::default();
        let mut angles = Block::default();
        let [mut cosines, mut sines] = [Block::default(); 2];
        for round in 0..10_000_u64 {
            for lane in 0..LANES {
                let place = (round * LANES as u64 + lane as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
                words.0[lane] = place >> (round % 50);
                angles.0[lane] = place.wrapping_mul(0xd134_2543_de82_ef95) as u32;
            }
            words.0[0] = u64::MAX - round;
            words.0[1] = round << 12;
            angles.0[2] = round as u32;
            angles.0[3] = u32::MAX - round as u32;
            normal(&words, &angles, &mut cosines, &mut sines);
            for lane in 0..LANES {
                let (cosine, sine) = formula(words.0[lane], angles.0[lane]);
                let bound = 4e-7 * cosine.hypot(sine);
                assert!(
                    (f64::from(cosines.0[lane]) - cosine).abs() <= bound,
                    "cosine of lane {lane}, round {round}"
                );
                assert!(
                    (f64::from(sines.0[lane]) - sine).abs() <= bound,
                    "sine of lane {lane}, round {round}"
                );
            }
        }
    }

    #[test]
    fn the_smallest_and_largest_radius_are_finite_and_not_zero() {
        let radius = |word| {
            let (exponent, fraction) = split(word);
            (-2.0 * log(exponent, fraction)).sqrt()
        };
        assert!((radius(0) - 8.571_674).abs() < 1e-5, "{}", radius(0));
        assert!((radius(u64::MAX) - 1.490_116e-8).abs() < 1e-14, "{}", radius(u64::MAX));
    }

    fn formula(word: u64, angle: u32) -> (f64, f64) {
        let uniform = ((word >> 12) as f64 + 0.5) / TWO_52;
        let radius = (-2.0 * uniform.ln()).sqrt();
        let place = f64::from(((angle << 2) | 2).cast_signed()) / 2_147_483_648.0;
        let (sine, cosine) = (place * std::f64::consts::FRAC_PI_4).sin_cos();
        let (cosine, sine) = match angle >> 30 {
            0 => (cosine, sine),
            1 => (-sine, cosine),
            2 => (-cosine, -sine),
            _ => (sine, -cosine),
        };
        (radius * cosine, radius * sine)
    }
}
