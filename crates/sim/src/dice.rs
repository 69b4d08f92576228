//! Seeded draws. Each is keyed by who draws for what, so one retry more, or one part
//! more, does not shift anybody else's luck.
//!
//! The only place with floating point in the simulator. The logarithm is made of IEEE 754
//! additions and multiplications alone, so a draw is the same everywhere.
#![allow(
    clippy::float_arithmetic,
    reason = "a logarithm of IEEE 754 operations alone is the same everywhere"
)]

use alloc::format;
use alloc::string::String;
use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::time::Span;

/// What a draw is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The gap to the next call.
    Arrival = 1,
    /// The random factor of a retry delay.
    Jitter = 2,
    /// How long a handler runs.
    Duration = 3,
    /// How long Init takes.
    Init = 4,
    /// The ID of a request.
    RequestId = 5,
    /// Whether an asynchronous event is tried a second time, and when.
    Duplicate = 6,
    /// How much longer an asynchronous event waits.
    AsyncJitter = 7,
    /// How much longer a sender waits before it delivers again.
    DeliveryJitter = 8,
    /// Which of its two versions an alias leads a request to.
    Route = 9,
    /// Whether a fault happens; the place of the fault is added.
    Fault = 16,
}

/// The dice of one part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dice {
    key: u64,
}

impl Dice {
    /// The dice of the part with this name, in the run with this seed.
    #[must_use]
    pub fn of(seed: u64, part: &str) -> Self {
        work_out_rows();
        // FNV-1a: a name gives the same dice wherever it stands in the scenario.
        let name = part.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Self { key: mix(seed ^ mix(name)) }
    }

    /// The dice for what two parts have to do with each other.
    #[inline]
    #[must_use]
    pub const fn with(&self, other: &Self) -> Self {
        Self { key: mix(self.key ^ other.key.rotate_left(17)) }
    }

    /// 64 random bits for one purpose, subject and attempt.
    #[inline]
    #[must_use]
    pub fn bits(&self, purpose: u64, subject: u64, attempt: u64) -> u64 {
        mix(self.key ^ mix(subject ^ (purpose << 56) ^ (attempt << 44)))
    }

    /// An ID for a subject, as AWS writes one.
    #[must_use]
    pub fn uuid(&self, subject: u64) -> String {
        let bits = |half| self.bits(Purpose::RequestId as u64, subject, half);
        let (high, low) = (bits(0), bits(1));
        format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            high >> 32,
            high >> 16 & 0xffff,
            high & 0xfff,
            low >> 48 & 0x3fff | 0x8000,
            low & 0xffff_ffff_ffff
        )
    }

    /// A number of parts per million, 0 to 999,999, all equally likely.
    #[must_use]
    pub fn ppm(&self, purpose: u64, subject: u64, attempt: u64) -> u64 {
        below(self.bits(purpose, subject, attempt), 1_000_000)
    }

    /// A span from 0 up to, and without, `limit`.
    #[must_use]
    pub fn up_to(
        &self,
        purpose: Purpose,
        subject: u64,
        attempt: u64,
        limit: Span,
    ) -> Span {
        Span(below(self.bits(purpose as u64, subject, attempt), limit.0))
    }

    /// An exponential span with this mean, at most 142 years.
    #[inline]
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "53 bits of a mean are exact enough")]
    pub fn exponential(
        &self,
        purpose: Purpose,
        subject: u64,
        attempt: u64,
        mean: Span,
    ) -> Span {
        let bits = self.bits(purpose as u64, subject, attempt) >> 11;
        Span(rounded(minus_ln(bits + 1) * mean.0 as f64))
    }
}

/// The nearest whole number, at most 2^52 - 1: where all of the mantissa is before the
/// point, adding rounds.
#[inline]
fn rounded(x: f64) -> u64 {
    const WHOLE: f64 = (1_u64 << MANTISSA) as f64;
    (x.min(WHOLE - 1.0) + WHOLE).to_bits() & ((1 << MANTISSA) - 1)
}

/// Bits of a mantissa, and how many of them choose a row of the table.
const MANTISSA: u32 = 52;
const ROW: u32 = 9;

/// A number that is worked out once. (These are atomic only because threads share them.)
#[derive(Debug)]
struct Row {
    reciprocal: AtomicU64,
    minus_ln: AtomicU64,
}

/// For each part of 1..2 the reciprocal of its middle, and minus the logarithm of that.
/// They are worked out when the first dice are made: as constants they would be 8 kB of
/// the download.
static ROWS: [Row; 1 << ROW] =
    [const { Row { reciprocal: AtomicU64::new(0), minus_ln: AtomicU64::new(0) } };
        1 << ROW];
static ROWS_ARE_KNOWN: AtomicBool = AtomicBool::new(false);

fn work_out_rows() {
    if ROWS_ARE_KNOWN.load(Ordering::Acquire) {
        return;
    }
    for (place, row) in ROWS.iter().enumerate() {
        let reciprocal = 1.0 / (1.0 + (place as f64 + 0.5) / ROWS.len() as f64);
        row.reciprocal.store(reciprocal.to_bits(), Ordering::Relaxed);
        let minus_ln = minus_ln_by_series(reciprocal);
        row.minus_ln.store(minus_ln.to_bits(), Ordering::Relaxed);
    }
    ROWS_ARE_KNOWN.store(true, Ordering::Release);
}

/// -ln(x) for x from 1/2 to 1: twice the series of artanh((1-x) / (1+x)).
fn minus_ln_by_series(x: f64) -> f64 {
    let s = (1.0 - x) / (1.0 + x);
    let terms = (0..21).rev().map(|term| f64::from(2 * term + 1));
    2.0 * s * terms.fold(0.0, |sum, term| sum * s * s + 1.0 / term)
}

/// -ln(n / 2^53) for n from 1 to 2^53. It takes half the time of `libm::log`, and the
/// logarithm is much of the work of a request.
#[inline]
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_wrap,
    reason = "n has 53 bits, and an exponent few"
)]
fn minus_ln(n: u64) -> f64 {
    let bits = (n as f64).to_bits();
    let exponent = (bits >> MANTISSA) as i64 - 1_023;
    let mantissa = f64::from_bits(bits & ((1 << MANTISSA) - 1) | 1_023 << MANTISSA);
    let row = bits >> (MANTISSA - ROW) & ((1 << ROW) - 1);
    let row = &ROWS[row as usize];
    let reciprocal = f64::from_bits(row.reciprocal.load(Ordering::Relaxed));
    let minus_ln = f64::from_bits(row.minus_ln.load(Ordering::Relaxed));
    // At most 1/1024 from zero, so four terms of the series of ln(1 + r) are enough; they
    // are arranged so that few of them wait for each other.
    let r = mantissa * reciprocal - 1.0;
    let r2 = r * r;
    let high = r2 * ((0.5 - r * (1.0 / 3.0)) + r2 * 0.25);
    let low = (53 - exponent) as f64 * core::f64::consts::LN_2 - minus_ln - r;
    low + high
}

/// A number below `limit`, evenly, from 64 random bits.
#[inline]
fn below(bits: u64, limit: u64) -> u64 {
    ((u128::from(bits) * u128::from(limit)) >> 64) as u64
}

/// The finaliser of SplitMix64: a bijection in which every bit of the input counts.
#[inline]
const fn mix(x: u64) -> u64 {
    let x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draw_depends_on_its_key_alone() {
        let dice = Dice::of(7, "checkout");
        assert_eq!(dice.bits(1, 2, 3), Dice::of(7, "checkout").bits(1, 2, 3));
        assert_ne!(dice.bits(1, 2, 3), dice.bits(1, 2, 4));
        assert_ne!(dice.bits(1, 2, 3), dice.bits(1, 3, 3));
        assert_ne!(dice.bits(1, 2, 3), Dice::of(8, "checkout").bits(1, 2, 3));
        assert_ne!(dice.bits(1, 2, 3), Dice::of(7, "payments").bits(1, 2, 3));
    }

    #[test]
    fn two_parts_have_dice_of_their_own_even_if_they_share_a_name() {
        let pair = |a: &str, b: &str| Dice::of(7, a).with(&Dice::of(7, b));
        assert_ne!(pair("a", "a"), pair("b", "b"));
        assert_ne!(pair("a", "b"), pair("b", "a"));
    }

    #[test]
    fn the_logarithm_is_that_of_libm() {
        work_out_rows();
        let powers = (0..=53).map(|power| 1 << power);
        let beside = powers.clone().skip(1).map(|n| n - 1);
        let drawn = (0..200_000).map(|i| (mix(i) >> 11) + 1);
        for n in powers.chain(beside).chain(drawn) {
            let expected = -libm::log(n as f64 / 9_007_199_254_740_992.0);
            let error = (minus_ln(n) - expected).abs();
            assert!(error <= 1e-15 * expected.max(1.0), "{n}: {error:e}");
        }
    }

    #[test]
    fn spans_are_rounded() {
        let cases = [
            (-1e-17, 0),
            (0.4, 0),
            (0.6, 1),
            (1e6, 1_000_000),
            (3.1e15, 3_100_000_000_000_000),
        ];
        for (x, whole) in cases {
            assert_eq!(rounded(x), whole);
        }
        assert_eq!(rounded(1e300), (1 << MANTISSA) - 1);
    }

    #[test]
    fn exponential_draws_have_their_mean() {
        let dice = Dice::of(1, "x");
        let mean = Span::SECOND;
        let total: u64 =
            (0..100_000).map(|i| dice.exponential(Purpose::Arrival, i, 0, mean).0).sum();
        let found = total / 100_000;
        assert!((990_000..1_010_000).contains(&found), "{found}");
    }
}
