//! How often, and after which waits, a sender tries to deliver what Lambda did not accept.
//!
//! Units: retries are counted from 1 and come after the first try.
//! Rules: ASY-02, ASY-30 (topics), ASY-31 (EventBridge), ASY-32 (errors of the client).

use crate::dice::{Dice, Purpose};
use crate::rule::Rule;
use crate::scenario::Settings;
use crate::time::Span;
use crate::trace::Refusal;

/// What a sender does after a failed try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Policy {
    /// Nothing is known of any retries: there are none.
    Once,
    /// SNS: at once, then evenly, then with growing waits, then evenly again.
    Phases {
        /// Retries in all.
        retries: u64,
        /// First wait of those that grow.
        least: Span,
        /// Last wait of those that grow, and every wait after it.
        most: Span,
        /// By how much of itself a wait may be longer.
        jitter_ppm: u64,
    },
    /// EventBridge: each wait twice the one before.
    Doubling {
        /// Retries in all.
        retries: u64,
        /// How old what is delivered may become.
        age: Span,
        /// First wait.
        base: Span,
        /// Longest wait.
        cap: Span,
        /// By how much of itself a wait may be longer.
        jitter_ppm: u64,
    },
}

/// Retries without any wait.
const AT_ONCE: u64 = 3;
/// Retries after that, a second apart.
const BEFORE_BACKOFF: u64 = 2;
/// Retries after that with growing waits.
const BACKOFF: u64 = 10;
/// Retries of a topic in all.
pub(crate) const TOPIC_RETRIES: u64 = AT_ONCE + BEFORE_BACKOFF + BACKOFF + 100_000;

impl Policy {
    pub(crate) fn of_topic(settings: &Settings) -> Self {
        Self::Phases {
            retries: settings.sns_retries,
            least: settings.sns_backoff_min,
            most: settings.sns_backoff_max.max(settings.sns_backoff_min),
            jitter_ppm: settings.sns_jitter_ppm,
        }
    }

    pub(crate) fn of_bus(settings: &Settings, retries: u64, age: Span) -> Self {
        Self::Doubling {
            retries,
            age,
            base: settings.eb_backoff_base,
            cap: settings.eb_backoff_cap,
            jitter_ppm: settings.eb_jitter_ppm,
        }
    }

    /// The wait before the next retry, after so many; none where there is no other. What is
    /// tried again takes no time to fail, so its age is the sum of its waits.
    pub(crate) fn wait(&self, dice: &Dice, call: u32, made: u64) -> Option<Span> {
        match *self {
            Self::Once => None,
            Self::Phases { retries, .. } => {
                (made < retries).then(|| self.nth(dice, call, made + 1))
            }
            Self::Doubling { retries, age, .. } => {
                if made >= retries {
                    return None;
                }
                let waits = (1..=made).map(|retry| self.nth(dice, call, retry));
                let passed = waits.fold(Span::ZERO, Span::plus);
                let wait = self.nth(dice, call, made + 1);
                (passed.plus(wait) < age).then_some(wait)
            }
        }
    }

    /// The wait before a retry.
    fn nth(&self, dice: &Dice, call: u32, retry: u64) -> Span {
        let (wait, jitter_ppm) = match *self {
            Self::Once => (Span::ZERO, 0),
            Self::Phases { least, most, jitter_ppm, .. } => {
                (phase(retry, least, most), jitter_ppm)
            }
            Self::Doubling { base, cap, jitter_ppm, .. } => {
                (base.times(1 << (retry - 1).min(30)).min(cap), jitter_ppm)
            }
        };
        let most = Span(wait.0 / 1_000_000 * jitter_ppm + 1);
        wait.plus(dice.up_to(Purpose::DeliveryJitter, call.into(), retry, most))
    }

    /// The rule behind its waits, and behind their end.
    pub(crate) const fn rule(&self) -> Rule {
        match self {
            Self::Once => Rule::Asy02,
            Self::Phases { .. } => Rule::Asy30,
            Self::Doubling { .. } => Rule::Asy31,
        }
    }

    /// The rule behind giving up what was refused.
    pub(crate) const fn end_rule(&self, refusal: Refusal) -> Rule {
        match (self, refusal.is_of_client()) {
            (Self::Once, _) => Rule::Asy02,
            (Self::Phases { .. } | Self::Doubling { .. }, true) => Rule::Asy32,
            (Self::Phases { .. } | Self::Doubling { .. }, false) => self.rule(),
        }
    }
}

/// The wait before a retry of a topic.
fn phase(retry: u64, least: Span, most: Span) -> Span {
    let before = AT_ONCE + BEFORE_BACKOFF;
    if retry <= AT_ONCE {
        Span::ZERO
    } else if retry <= before {
        Span::SECOND
    } else if retry < before + BACKOFF {
        growing(retry - before - 1, least, most)
    } else {
        most
    }
}

/// One, as the factors of waits count.
const ONE: u128 = 1_000_000_000_000;

/// `least * (most/least)^(step/9)`: waits that grow evenly (ASY-30), in whole numbers.
fn growing(step: u64, least: Span, most: Span) -> Span {
    let power =
        |factor: u128, times: u64| (0..times).fold(ONE, |whole, _| whole * factor / ONE);
    let ratio = u128::from(most.0) * ONE / u128::from(least.0.max(1));
    // The ninth root, by halving; most is at most so many times least that it is below 16.
    let (mut low, mut high) = (ONE, 16 * ONE);
    while high - low > 1 {
        let middle = u128::midpoint(low, high);
        if power(middle, BACKOFF - 1) <= ratio { low = middle } else { high = middle }
    }
    let exact = u128::from(least.0) * power(low, step);
    Span(u64::try_from((exact + ONE / 2) / ONE).unwrap_or(u64::MAX)).min(most)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    fn waits(policy: Policy) -> Vec<Span> {
        let dice = Dice::of(0, "sender");
        (0..).map_while(|made| policy.wait(&dice, 1, made)).collect()
    }

    #[test]
    fn a_topic_tries_again_in_four_phases() {
        let settings = Settings { sns_retries: 17, ..Settings::default() };
        let waits = waits(Policy::of_topic(&settings));
        let millis: Vec<u64> = waits.iter().map(|wait| (wait.0 + 500) / 1_000).collect();
        let expected = [
            0, 0, 0, 1_000, 1_000, 1_000, 1_395, 1_946, 2_714, 3_786, 5_282, 7_368,
            10_278, 14_337, 20_000, 20_000, 20_000,
        ];
        assert_eq!(millis, expected);
        let backoff = waits[5..15].iter().fold(Span::ZERO, |sum, wait| sum.plus(*wait));
        assert_eq!((backoff.0 + 50_000) / 100_000, 681);
    }

    #[test]
    fn eventbridge_doubles_its_waits_until_a_day_is_over() {
        let policy = |retries, age| Policy::of_bus(&Settings::default(), retries, age);
        let day = waits(policy(185, Span::HOUR.times(24)));
        assert_eq!(day.len(), 176);
        assert_eq!(day[..4], [1, 2, 4, 8].map(Span::seconds));
        assert_eq!(day[9..12], [512; 3].map(Span::seconds));
        assert_eq!(waits(policy(2, Span::HOUR)), [1, 2].map(Span::seconds));
        // Due at 1, 3, 7, 15, 31 and 63 s.
        assert_eq!(waits(policy(185, Span::MINUTE)).len(), 5);
        assert_eq!(waits(policy(185, Span::seconds(63))).len(), 5);
        assert_eq!(waits(policy(185, Span::seconds(64))).len(), 6);
    }

    #[test]
    fn the_widest_settings_stay_in_range() {
        let (least, most) = (Span::millis(1), Span::HOUR);
        let all: Vec<Span> = (0..9).map(|step| growing(step, least, most)).collect();
        assert_eq!(all[0], least);
        assert!(all.is_sorted() && all[8] < most, "{all:?}");
        assert_eq!(growing(5, Span::SECOND, Span::SECOND), Span::SECOND);
    }
}
