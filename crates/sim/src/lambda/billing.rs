//! What a function costs.
//!
//! Units: amounts are kept as MB-milliseconds and rates as billionths of a US dollar per
//! 1,000 GB-seconds-and-requests, so that nothing is rounded before the end.
//! Rules: COST-01 to COST-06. Prices: us-east-1, November 2026. The lower prices above
//! 6 billion GB-seconds a month (COST-03) are out of reach of a run of one day.

use super::{Architecture, Spec};
use crate::time::{Instant, Span};

/// Picodollars per GB-second on x86.
const X86: u128 = 16_666_700;
/// Picodollars per GB-second on arm64.
const ARM: u128 = 13_333_400;
/// Picodollars per GB-second of a run on provisioned concurrency.
const ON_PROVISIONED: u128 = 9_722_200;
/// Picodollars per GB-second of provisioned concurrency as configured.
const PROVISIONED: u128 = 4_166_700;
/// Picodollars per GB-second of ephemeral storage over 512 MB.
const STORAGE: u128 = 30_900;
/// Picodollars per request.
const REQUEST: u128 = 200_000;
/// MB-milliseconds in a GB-second.
const GB_SECOND: u128 = 1_024 * 1_000;
/// Ephemeral storage that costs nothing, in MB.
const STORAGE_FREE_MB: u64 = 512;
/// Requests a month that cost nothing (COST-04).
const FREE_REQUESTS: u128 = 1_000_000;
/// MB-milliseconds a month that cost nothing (COST-04).
const FREE_MB_MS: u128 = 400_000 * GB_SECOND;
/// Provisioned concurrency is billed in units of five minutes (COST-05).
const PROVISIONED_UNIT: Span = Span::MINUTE.times(5);

/// What has been used and not yet priced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct State {
    requests: u64,
    x86_mb_ms: u128,
    arm_mb_ms: u128,
    provisioned_run_mb_ms: u128,
    provisioned_mb_ms: u128,
    storage_mb_ms: u128,
}

impl State {
    /// Runs billed.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.requests
    }

    /// Billed time on demand, in MB-milliseconds.
    #[must_use]
    pub fn on_demand_mb_ms(&self) -> u128 {
        self.x86_mb_ms + self.arm_mb_ms
    }

    /// Adds a run.
    #[inline]
    pub(crate) fn run(&mut self, spec: &Spec, provisioned: bool, billed_ms: u64) {
        self.requests += 1;
        let ms = u128::from(billed_ms);
        let mb_ms = u128::from(spec.memory_mb) * ms;
        match (provisioned, spec.architecture) {
            (true, _) => self.provisioned_run_mb_ms += mb_ms,
            (false, Architecture::X86) => self.x86_mb_ms += mb_ms,
            (false, Architecture::Arm) => self.arm_mb_ms += mb_ms,
        }
        let storage = spec.storage_mb.saturating_sub(STORAGE_FREE_MB);
        self.storage_mb_ms += u128::from(storage) * ms;
    }

    /// Adds provisioned concurrency that was configured from `since` to `now`.
    pub(crate) fn provisioned(
        &mut self,
        spec: &Spec,
        count: u64,
        since: Instant,
        now: Instant,
    ) {
        let units = now.since(since).0.div_ceil(PROVISIONED_UNIT.0);
        let ms = u128::from(units * PROVISIONED_UNIT.0 / 1_000);
        self.provisioned_mb_ms += u128::from(spec.memory_mb) * u128::from(count) * ms;
    }

    /// Adds another function's use, for the account's sum.
    #[must_use]
    pub fn with(self, other: &Self) -> Self {
        Self {
            requests: self.requests + other.requests,
            x86_mb_ms: self.x86_mb_ms + other.x86_mb_ms,
            arm_mb_ms: self.arm_mb_ms + other.arm_mb_ms,
            provisioned_run_mb_ms: self.provisioned_run_mb_ms
                + other.provisioned_run_mb_ms,
            provisioned_mb_ms: self.provisioned_mb_ms + other.provisioned_mb_ms,
            storage_mb_ms: self.storage_mb_ms + other.storage_mb_ms,
        }
    }

    /// The cost in millionths of a US dollar, rounded to the nearest.
    #[must_use]
    pub fn micro_usd(&self, free_tier: bool) -> u64 {
        let mut requests = u128::from(self.requests);
        let (mut x86, mut arm) = (self.x86_mb_ms, self.arm_mb_ms);
        if free_tier {
            requests = requests.saturating_sub(FREE_REQUESTS);
            let free_arm = FREE_MB_MS.saturating_sub(x86);
            x86 = x86.saturating_sub(FREE_MB_MS);
            arm = arm.saturating_sub(free_arm);
        }
        let time = x86 * X86
            + arm * ARM
            + self.provisioned_run_mb_ms * ON_PROVISIONED
            + self.provisioned_mb_ms * PROVISIONED
            + self.storage_mb_ms * STORAGE;
        let picos = requests * REQUEST + time / GB_SECOND;
        u64::try_from((picos + 500_000) / 1_000_000).unwrap_or(u64::MAX)
    }

    /// Whether provisioned concurrency, extra storage or arm64 had a part in the cost.
    pub(crate) fn parts(&self) -> (bool, bool, bool) {
        (self.provisioned_mb_ms > 0, self.storage_mb_ms > 0, self.arm_mb_ms > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_million_runs_of_120_ms_at_512_mb_cost_1_20_usd() {
        let spec = Spec { memory_mb: 512, ..Spec::default() };
        let mut state = State::default();
        for _ in 0..1_000_000 {
            state.run(&spec, false, 120);
        }
        assert_eq!(state.on_demand_mb_ms() / GB_SECOND, 60_000);
        assert_eq!(state.micro_usd(false), 1_200_002);
        assert_eq!(state.micro_usd(true), 0);
    }

    #[test]
    fn provisioned_concurrency_is_billed_in_units_of_five_minutes() {
        let spec = Spec { memory_mb: 1_024, ..Spec::default() };
        let mut state = State::default();
        state.provisioned(&spec, 10, Instant(0), Instant(301_000_000));
        // 10 GB for 600 s at 0.0000041667 USD.
        assert_eq!(state.micro_usd(false), 25_000);
    }
}
