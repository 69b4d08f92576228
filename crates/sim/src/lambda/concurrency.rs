//! The ledger of concurrency: what may run at once, who holds how much of it, and how
//! fast more may be taken. It takes and gives back; it decides nothing else.
//!
//! Units: requests in flight; scaling tokens are millionths of an environment.
//! Rules: CON-02 to CON-12.

use crate::plan::Plan;
use crate::scenario::Settings;
use crate::time::{Instant, Span};
use crate::trace::Reason;

/// Ten requests per second for each unit of concurrency (CON-12).
const REQUESTS_PER_UNIT: u64 = 10;

/// Requests counted in the present second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Window {
    second: u64,
    count: u64,
}

impl Window {
    /// Counts one more request and gives how many there are in this second.
    #[inline]
    fn count(&mut self, now: Instant) -> u64 {
        let second = now.0 / Span::SECOND.0;
        if second != self.second {
            *self = Self { second, count: 0 };
        }
        self.count += 1;
        self.count
    }

    /// Counts one more request for so many provisioned environments (CON-12).
    pub(crate) fn count_provisioned(
        &mut self,
        settings: &Settings,
        units: u64,
        now: Instant,
    ) -> Option<NoRoom> {
        let over = over_rate(self.count(now), units, Reason::FunctionRate);
        over.filter(|_| settings.rps_limit)
    }
}

/// What all functions of the account share.
#[derive(Clone, Debug)]
pub struct Account {
    /// The unreserved pool: quota less reservations and provisioned concurrency.
    pool: u64,
    /// In flight from the pool.
    pool_used: u64,
    requests: Window,
}

/// What one function holds.
#[derive(Clone, Debug)]
pub struct State {
    /// In flight on demand.
    on_demand: u64,
    /// Provisioned units asked for, over all versions.
    provisioned: u64,
    tokens: u64,
    refilled_at: Instant,
    freed_at: Option<Instant>,
    url_requests: Window,
}

/// Why there is no room: the reason, what is in flight, and the limit that was met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoRoom {
    /// As the service names it.
    pub reason: Reason,
    /// In flight against the limit.
    pub in_flight: u64,
    /// The limit.
    pub limit: u64,
}

impl Account {
    /// An account nobody uses yet.
    pub(crate) fn new(plan: &Plan) -> Self {
        let mut account = Self { pool: 0, pool_used: 0, requests: Window::default() };
        account.settle(plan, &[]);
        account
    }

    /// The unreserved pool.
    #[must_use]
    pub fn pool(&self) -> u64 {
        self.pool
    }

    /// In flight from the pool.
    #[must_use]
    pub fn pool_used(&self) -> u64 {
        self.pool_used
    }

    /// Counts a request against the account's rate.
    #[inline]
    pub(crate) fn count_request(
        &mut self,
        settings: &Settings,
        now: Instant,
    ) -> Option<NoRoom> {
        if !settings.rps_limit {
            return None;
        }
        let count = self.requests.count(now);
        over_rate(count, settings.account_concurrency, Reason::CallerRate)
    }

    /// Works the pool out anew after a reservation or provisioned concurrency changed
    /// (CON-05).
    pub(crate) fn settle(&mut self, plan: &Plan, functions: &[&State]) {
        let quota = plan.settings.account_concurrency;
        let shared = || {
            let both = plan.functions.iter().zip(functions);
            both.filter(|(planned, _)| planned.reserved.is_none()).map(|(_, state)| state)
        };
        let provisioned: u64 = shared().map(|state| state.provisioned).sum();
        self.pool = quota.saturating_sub(plan.reserved_total() + provisioned);
        self.pool_used = shared().map(|state| state.on_demand).sum();
    }
}

/// Whether a request is one too many for ten times the units.
fn over_rate(count: u64, units: u64, reason: Reason) -> Option<NoRoom> {
    let limit = units.saturating_mul(REQUESTS_PER_UNIT);
    (count > limit).then_some(NoRoom { reason, in_flight: count, limit })
}

impl State {
    pub(crate) fn new(settings: &Settings) -> Self {
        Self {
            on_demand: 0,
            provisioned: 0,
            tokens: settings.scale_burst * 1_000_000,
            refilled_at: Instant::START,
            freed_at: None,
            url_requests: Window::default(),
        }
    }

    /// In flight on demand.
    #[must_use]
    pub fn on_demand(&self) -> u64 {
        self.on_demand
    }

    /// Provisioned units asked for.
    #[must_use]
    pub fn provisioned(&self) -> u64 {
        self.provisioned
    }

    pub(crate) fn set_provisioned(&mut self, units: u64) {
        self.provisioned = units;
    }

    /// Counts a request of a function URL against its reservation's rate. A reservation
    /// of 0 has no rate: it is simply full (CON-08).
    pub(crate) fn count_url_request(
        &mut self,
        reserved: Option<u64>,
        now: Instant,
    ) -> Option<NoRoom> {
        let units = reserved.filter(|units| *units > 0)?;
        over_rate(self.url_requests.count(now), units, Reason::ReservedRate)
    }

    /// Looks for an on-demand unit, in the reservation or in the pool (CON-06), without
    /// taking it.
    #[inline]
    pub(crate) fn room(
        &self,
        account: &Account,
        reserved: Option<u64>,
    ) -> Option<NoRoom> {
        match reserved {
            Some(reserved) => {
                let limit = reserved.saturating_sub(self.provisioned);
                let reason = Reason::Reserved;
                let in_flight = self.on_demand;
                (in_flight >= limit).then_some(NoRoom { reason, in_flight, limit })
            }
            None => {
                let (in_flight, limit) = (account.pool_used, account.pool);
                let reason = Reason::Account;
                (in_flight >= limit).then_some(NoRoom { reason, in_flight, limit })
            }
        }
    }

    /// Takes the allowance for one more environment (CON-10).
    pub(crate) fn take_token(
        &mut self,
        settings: &Settings,
        now: Instant,
    ) -> Option<NoRoom> {
        let full = settings.scale_burst * 1_000_000;
        let passed = now.since(self.refilled_at).0;
        let refill = passed.saturating_mul(settings.scale_refill_per_s);
        self.tokens = self.tokens.saturating_add(refill).min(full);
        self.refilled_at = now;
        if self.tokens < 1_000_000 {
            let limit = settings.scale_burst;
            return Some(NoRoom {
                reason: Reason::FunctionRate,
                in_flight: limit,
                limit,
            });
        }
        self.tokens -= 1_000_000;
        None
    }

    /// Takes a unit that [`Self::room`] found.
    #[inline]
    pub(crate) fn take(&mut self, account: &mut Account, reserved: Option<u64>) {
        self.on_demand += 1;
        account.pool_used += u64::from(reserved.is_none());
    }

    /// Gives a unit back.
    #[inline]
    pub(crate) fn give_back(
        &mut self,
        account: &mut Account,
        reserved: Option<u64>,
        now: Instant,
    ) {
        self.on_demand -= 1;
        account.pool_used -= u64::from(reserved.is_none());
        self.freed_at = Some(now);
    }

    /// Whether the unit taken last had been freed at this very instant (CON-16).
    pub(crate) fn freed_now(&self, now: Instant) -> bool {
        self.freed_at == Some(now)
    }
}
