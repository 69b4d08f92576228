//! What a function costs.
//!
//! Units: use is kept in MB-milliseconds (runs, which are billed in whole ones) and in
//! MB-microseconds, and priced in picodollars (10^-12 USD), so that nothing is rounded
//! before the end.
//! Rules: COST-01 to COST-06. Prices: us-east-1, November 2026.

use super::invoke::{State as Lambda, small};
use super::{Architecture, Spec};
use crate::id::{FunctionId, Part, VersionIx};
use crate::plan::Plan;
use crate::rule::Rule;
use crate::sim::Cx;
use crate::time::{Instant, Span};
use crate::trace::Fact;

/// Picodollars per GB-second on x86: up to so many GB-seconds a month, and the price.
const X86: [(u128, u128); 3] =
    [(6_000_000_000, 16_666_700), (15_000_000_000, 15_000_000), (u128::MAX, 13_333_400)];
/// The same on arm64.
const ARM: [(u128, u128); 3] =
    [(7_500_000_000, 13_333_400), (18_750_000_000, 12_000_100), (u128::MAX, 10_666_700)];
/// Picodollars per GB-second of a run on provisioned concurrency.
const ON_PROVISIONED: u128 = 9_722_200;
/// Picodollars per GB-second of provisioned concurrency as configured.
const PROVISIONED: u128 = 4_166_700;
/// Picodollars per GB-second of ephemeral storage over 512 MB.
const STORAGE: u128 = 30_900;
/// Picodollars per request.
const REQUEST: u128 = 200_000;
/// MB-microseconds in a GB-second.
const GB_SECOND: u128 = 1_024 * 1_000_000;
/// Ephemeral storage that costs nothing, in MB.
const STORAGE_FREE_MB: u64 = 512;
/// Requests a month that cost nothing (COST-04).
const FREE_REQUESTS: u128 = 1_000_000;
/// MB-microseconds a month that cost nothing (COST-04).
const FREE_MB_US: u128 = 400_000 * GB_SECOND;
/// Provisioned concurrency is billed in units of five minutes (COST-05).
const PROVISIONED_UNIT: Span = Span::MINUTE.times(5);

/// What the functions of the account have used of the month's free tier and of its prices,
/// which fall with the volume (COST-03, COST-04). Every month begins with the run.
#[derive(Clone, Copy, Debug)]
pub struct Month {
    free_requests: u128,
    free_mb_us: u128,
    x86_mb_us: u128,
    arm_mb_us: u128,
}

impl Month {
    /// A month in which nothing has been used.
    #[must_use]
    pub fn new(free_tier: bool) -> Self {
        let (free_requests, free_mb_us) =
            if free_tier { (FREE_REQUESTS, FREE_MB_US) } else { (0, 0) };
        Self { free_requests, free_mb_us, x86_mb_us: 0, arm_mb_us: 0 }
    }

    /// Picodollars times MB-microseconds of a GB-second, for `mb_us` on an architecture.
    fn price(&mut self, architecture: Architecture, mb_us: u128) -> u128 {
        let free = mb_us.min(self.free_mb_us);
        self.free_mb_us -= free;
        let (used, steps) = match architecture {
            Architecture::X86 => (&mut self.x86_mb_us, X86),
            Architecture::Arm => (&mut self.arm_mb_us, ARM),
        };
        let mut left = mb_us - free;
        let mut picos = 0;
        for (gb_seconds, price) in steps {
            let room = gb_seconds.saturating_mul(GB_SECOND).saturating_sub(*used);
            let here = left.min(room);
            picos += here * price;
            *used += here;
            left -= here;
        }
        picos
    }
}

/// When provisioned concurrency that began at `enabled` and ends at `now` ends on the bill.
pub(crate) fn billed_end(enabled: Instant, now: Instant) -> Instant {
    let units = now.since(enabled).0.div_ceil(PROVISIONED_UNIT.0);
    enabled.plus(PROVISIONED_UNIT.times(units))
}

/// What has been used and not yet priced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct State {
    requests: u64,
    // The longest run with the most memory is below 2^34, so a run of the simulator has
    // too few steps to fill these.
    x86_mb_ms: u64,
    arm_mb_ms: u64,
    provisioned_run_mb_ms: u64,
    storage_mb_ms: u64,
    provisioned_mb_us: u128,
}

impl State {
    /// Runs billed.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.requests
    }

    /// Adds a run.
    #[inline]
    pub(crate) fn run(&mut self, spec: &Spec, provisioned: bool, billed_ms: u64) {
        self.requests += 1;
        let mb_ms = spec.memory_mb * billed_ms;
        match (provisioned, spec.architecture) {
            (true, _) => self.provisioned_run_mb_ms += mb_ms,
            (false, Architecture::X86) => self.x86_mb_ms += mb_ms,
            (false, Architecture::Arm) => self.arm_mb_ms += mb_ms,
        }
        let storage = spec.storage_mb.saturating_sub(STORAGE_FREE_MB);
        self.storage_mb_ms += storage * billed_ms;
    }

    /// Adds so many provisioned environments, configured for a span.
    pub(crate) fn provisioned(&mut self, spec: &Spec, count: u64, span: Span) {
        let mb = u128::from(spec.memory_mb) * u128::from(count);
        self.provisioned_mb_us += mb * u128::from(span.0);
    }

    /// The cost in millionths of a US dollar, rounded to the nearest; `month` is what the
    /// functions before this one have used.
    #[must_use]
    pub fn micro_usd(&self, month: &mut Month) -> u64 {
        let requests = u128::from(self.requests);
        let free = requests.min(month.free_requests);
        month.free_requests -= free;
        let us = |ms: u64| u128::from(ms) * 1_000;
        let time = month.price(Architecture::X86, us(self.x86_mb_ms))
            + month.price(Architecture::Arm, us(self.arm_mb_ms))
            + us(self.provisioned_run_mb_ms) * ON_PROVISIONED
            + us(self.storage_mb_ms) * STORAGE
            + self.provisioned_mb_us * PROVISIONED;
        let picos = (requests - free) * REQUEST + time / GB_SECOND;
        u64::try_from((picos + 500_000) / 1_000_000).unwrap_or(u64::MAX)
    }

    /// Whether provisioned concurrency, extra storage or arm64 had a part in the cost.
    pub(crate) fn parts(&self) -> (bool, bool, bool) {
        (self.provisioned_mb_us > 0, self.storage_mb_ms > 0, self.arm_mb_ms > 0)
    }
}

impl Lambda {
    /// Notes what every function that was used has cost.
    pub(crate) fn note_costs(&mut self, plan: &Plan, cx: &mut Cx<'_>) {
        let free_tier = plan.settings.free_tier;
        let mut month = Month::new(free_tier);
        let cause = cx.cause();
        for at in 0..self.functions.len() {
            let id = FunctionId(u16::try_from(at).expect("parts are limited"));
            let versions = 0..plan.function(id).versions.len();
            for version in versions {
                let version = VersionIx(u16::try_from(version).expect("few versions"));
                self.bill_provisioned_to_end(id, plan, version, cx.now);
            }
            let bill = self.functions[at].bill;
            let cost = bill.micro_usd(&mut month);
            let (provisioned, storage, arm) = bill.parts();
            if bill.requests() == 0 && !provisioned {
                continue;
            }
            let rule = match (free_tier, provisioned, storage, arm) {
                (true, ..) => Rule::Cost04,
                (_, true, ..) => Rule::Cost05,
                (_, _, true, _) => Rule::Cost06,
                (_, _, _, true) => Rule::Cost03,
                (false, false, false, false) => Rule::Cost01,
            };
            let requests = small(bill.requests());
            let fact = Fact::Cost { requests, micro_usd: cost };
            cx.note(Part::Function(id), None, rule, fact);
            cx.because_of(cause);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cost(state: &State) -> u64 {
        state.micro_usd(&mut Month::new(false))
    }

    #[test]
    fn a_million_runs_of_120_ms_at_512_mb_cost_1_20_usd() {
        let spec = Spec { memory_mb: 512, ..Spec::default() };
        let mut state = State::default();
        for _ in 0..1_000_000 {
            state.run(&spec, false, 120);
        }
        assert_eq!(u128::from(state.x86_mb_ms) * 1_000 / GB_SECOND, 60_000);
        assert_eq!(cost(&state), 1_200_002);
        assert_eq!(state.micro_usd(&mut Month::new(true)), 0);
    }

    #[test]
    fn the_free_tier_is_the_accounts_not_each_functions() {
        let spec = Spec { memory_mb: 1_024, ..Spec::default() };
        let mut state = State { requests: 600_000, ..State::default() };
        state.run(&spec, false, 300_000_000);
        let mut month = Month::new(true);
        assert_eq!(state.micro_usd(&mut month), 0);
        // 200,002 requests and 200,000 GB-seconds are left to pay for.
        assert_eq!(state.micro_usd(&mut month), 40_000 + 3_333_340);
    }

    #[test]
    fn a_gb_second_costs_less_above_large_volumes() {
        let gb_seconds = |count: u64, architecture| {
            let mb_ms = count * 1_024_000;
            match architecture {
                Architecture::X86 => State { x86_mb_ms: mb_ms, ..State::default() },
                Architecture::Arm => State { arm_mb_ms: mb_ms, ..State::default() },
            }
        };
        let x86 = gb_seconds(16_000_000_000, Architecture::X86);
        let steps = 6_000 * 16_666_700 + 9_000 * 15_000_000 + 1_000 * 13_333_400;
        assert_eq!(cost(&x86), steps);
        let arm = gb_seconds(20_000_000_000, Architecture::Arm);
        let steps = 7_500 * 13_333_400 + 11_250 * 12_000_100 + 1_250 * 10_666_700;
        assert_eq!(cost(&arm), steps);
        // The volume is the account's: a second function goes on at the price reached.
        let mut month = Month::new(false);
        assert_eq!(x86.micro_usd(&mut month), cost(&x86));
        assert_eq!(x86.micro_usd(&mut month), 16_000 * 13_333_400);
    }

    #[test]
    fn provisioned_concurrency_ends_on_the_bill_with_its_five_minutes() {
        let minutes = |count| Instant(Span::MINUTE.times(count).0);
        assert_eq!(billed_end(minutes(1), minutes(1)), minutes(1));
        assert_eq!(billed_end(minutes(1), minutes(2)), minutes(6));
        assert_eq!(billed_end(minutes(1), minutes(6)), minutes(6));
        let spec = Spec { memory_mb: 1_024, ..Spec::default() };
        let mut state = State::default();
        state.provisioned(&spec, 10, Span::MINUTE.times(10));
        // 10 GB for 600 s at 0.0000041667 USD.
        assert_eq!(cost(&state), 25_000);
    }
}
