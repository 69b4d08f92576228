//! How each kind of caller behaves: how long it waits, whether it tries again, and what
//! its own client is told.
//!
//! Rules: INV-10 to INV-13, INV-16, INV-20, INV-21.

use super::sdk::{InvocationType, Jitter, RetryProfile, Trouble};
use super::state::Call;
use super::{Kind, gateway, sdk, step_functions};
use crate::dice::{Dice, Purpose};
use crate::event::Mode;
use crate::rule::Rule;
use crate::time::Span;
use crate::trace::Outcome;

impl Kind {
    /// How long it waits for an answer.
    pub(crate) fn patience(&self) -> Option<Span> {
        match self {
            Self::Sdk(spec) | Self::Cli(spec) => spec.read_timeout,
            Self::RestApi(spec)
            | Self::HttpApi(spec)
            | Self::FunctionUrl(spec)
            | Self::Alb(spec) => Some(spec.wait),
            Self::StepFunctions(step_functions::Spec { timeout, .. }) => *timeout,
            Self::S3(_)
            | Self::CloudWatchLogs(_)
            | Self::Ses(_)
            | Self::Iot(_)
            | Self::Schedule(_) => None,
        }
    }

    /// Whether it only hands events over, and does not wait for what becomes of them.
    #[must_use]
    pub fn is_asynchronous(&self) -> bool {
        self.mode() == Mode::Later
    }

    /// What it asks for.
    pub(crate) fn mode(&self) -> Mode {
        if self.is_sender() {
            return Mode::Later;
        }
        match client(self).map(|spec| spec.invocation_type) {
            Some(InvocationType::DryRun) => Mode::Check,
            Some(InvocationType::Event) => Mode::Later,
            Some(InvocationType::RequestResponse) | None => Mode::Answer,
        }
    }

    /// Whether it is a service of AWS, which may send events at any rate (ASY-25).
    pub(crate) fn is_aws(&self) -> bool {
        client(self).is_none()
    }
}

/// The SDK's settings, where the caller is one.
pub(super) fn client(kind: &Kind) -> Option<&sdk::Spec> {
    match kind {
        Kind::Sdk(spec) | Kind::Cli(spec) => Some(spec),
        Kind::RestApi(_)
        | Kind::HttpApi(_)
        | Kind::FunctionUrl(_)
        | Kind::Alb(_)
        | Kind::StepFunctions(_)
        | Kind::S3(_)
        | Kind::CloudWatchLogs(_)
        | Kind::Ses(_)
        | Kind::Iot(_)
        | Kind::Schedule(_) => None,
    }
}

/// The service's settings, where the caller is one that answers a client of its own.
fn front(kind: &Kind) -> Option<&gateway::Spec> {
    match kind {
        Kind::RestApi(spec)
        | Kind::HttpApi(spec)
        | Kind::FunctionUrl(spec)
        | Kind::Alb(spec) => Some(spec),
        Kind::Sdk(_)
        | Kind::Cli(_)
        | Kind::StepFunctions(_)
        | Kind::S3(_)
        | Kind::CloudWatchLogs(_)
        | Kind::Ses(_)
        | Kind::Iot(_)
        | Kind::Schedule(_) => None,
    }
}

/// Whether and when a caller tries again.
pub(super) enum Retry {
    /// It does not.
    No,
    /// After a while, for so many tokens of its quota.
    After { wait: Span, cost: Option<u64> },
}

/// Whether and when a caller tries again after a failed attempt.
pub(super) fn retry(kind: &Kind, dice: Dice, call: Call, trouble: Trouble) -> Retry {
    let made = u64::from(call.attempt);
    match kind {
        Kind::Sdk(spec) | Kind::Cli(spec) => sdk_retry(spec, dice, call, trouble),
        Kind::RestApi(spec)
        | Kind::HttpApi(spec)
        | Kind::FunctionUrl(spec)
        | Kind::Alb(spec) => {
            if trouble == Trouble::ReadTimeout || made > spec.retries {
                Retry::No
            } else {
                Retry::After { wait: Span::ZERO, cost: None }
            }
        }
        Kind::StepFunctions(spec) => {
            if trouble == Trouble::ReadTimeout || made > spec.attempts_max {
                return Retry::No;
            }
            let factor = (1..made).fold(1_u64, |f, _| f.saturating_mul(spec.backoff));
            let longest = crate::limits::RUN_SPAN_MAX;
            let wait = Span(spec.interval.0.saturating_mul(factor)).min(longest);
            Retry::After { wait, cost: None }
        }
        // They have a policy of their own.
        Kind::S3(_)
        | Kind::CloudWatchLogs(_)
        | Kind::Ses(_)
        | Kind::Iot(_)
        | Kind::Schedule(_) => Retry::No,
    }
}

fn sdk_retry(spec: &sdk::Spec, dice: Dice, call: Call, trouble: Trouble) -> Retry {
    if u32::from(call.attempt) >= spec.profile.attempts_max() {
        return Retry::No;
    }
    let index = u32::from(call.attempt) - 1;
    let longest = spec.profile.delay_max(trouble, index);
    let wait = match spec.jitter {
        Jitter::Full => {
            dice.up_to(Purpose::Jitter, call.number.into(), call.attempt.into(), longest)
        }
        Jitter::Fixed => Span(longest.0 * spec.jitter_ppm / 1_000_000),
    };
    Retry::After { wait, cost: spec.profile.cost(trouble) }
}

/// The rule behind a planned retry.
pub(super) fn retry_rule(kind: &Kind, trouble: Trouble) -> Rule {
    match (client(kind), trouble) {
        (None, _) => Rule::Inv20,
        (Some(_), Trouble::ReadTimeout) => Rule::Inv16,
        (Some(spec), Trouble::Throttle | Trouble::Transient) => match spec.profile {
            RetryProfile::Standard2026 | RetryProfile::None => Rule::Inv12,
            RetryProfile::StandardPre2026 | RetryProfile::LegacyPython => Rule::Inv11,
        },
    }
}

/// The rule behind the end of a call.
pub(super) fn end_rule(kind: &Kind, outcome: Outcome, attempts: u16) -> Rule {
    match outcome {
        Outcome::Ok => Rule::Inv01,
        Outcome::Accepted => Rule::Asy01,
        Outcome::TimedOut if client(kind).is_some() => Rule::Inv16,
        Outcome::TimedOut => Rule::Inv21,
        Outcome::FunctionError | Outcome::Throttled | Outcome::Refused
            if front(kind).is_some() =>
        {
            Rule::Inv20
        }
        Outcome::FunctionError if client(kind).is_some() => Rule::Inv10,
        Outcome::FunctionError => Rule::Inv05,
        Outcome::Throttled if attempts == 1 => Rule::Con08,
        Outcome::Throttled if client(kind).is_some() => Rule::Inv12,
        Outcome::Throttled => Rule::Inv20,
        Outcome::Refused => Rule::Inv04,
    }
}

/// The status the caller's own client sees.
pub(super) fn client_status(kind: &Kind, outcome: Outcome, http: u16) -> u16 {
    let Some(spec) = front(kind) else { return http };
    match outcome {
        Outcome::Ok | Outcome::Accepted => http,
        Outcome::FunctionError => status(spec.on_function_error),
        Outcome::Refused if matches!(kind, Kind::FunctionUrl(_)) => http,
        Outcome::Throttled | Outcome::Refused => status(spec.on_throttle),
        Outcome::TimedOut => status(spec.on_timeout),
    }
}

pub(super) fn status(status: u64) -> u16 {
    u16::try_from(status).unwrap_or(u16::MAX)
}
