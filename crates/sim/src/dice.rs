//! Seeded draws. Each is keyed by who draws for what, so one retry more, or one part
//! more, does not shift anybody else's luck.
//!
//! The only place with floating point in the simulator: logarithms come from `libm`,
//! which is compiled into every target, so a draw is the same everywhere.
#![allow(clippy::float_arithmetic)]

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

    /// An exponential span with this mean.
    #[inline]
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "53 bits of a draw and a positive result under 2^63 are exact enough"
    )]
    pub fn exponential(
        &self,
        purpose: Purpose,
        subject: u64,
        attempt: u64,
        mean: Span,
    ) -> Span {
        let bits = self.bits(purpose as u64, subject, attempt) >> 11;
        // In (0, 1]: the logarithm is finite.
        let u = (bits + 1) as f64 * (1.0 / 9_007_199_254_740_992.0);
        Span((-libm::log(u) * mean.0 as f64 + 0.5) as u64)
    }
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
    fn exponential_draws_have_their_mean() {
        let dice = Dice::of(1, "x");
        let mean = Span::SECOND;
        let total: u64 =
            (0..100_000).map(|i| dice.exponential(Purpose::Arrival, i, 0, mean).0).sum();
        let found = total / 100_000;
        assert!((990_000..1_010_000).contains(&found), "{found}");
    }
}
