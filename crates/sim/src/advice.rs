//! Advice: settings that are allowed and yet go wrong one day.
//!
//! Each piece follows from a rule, and has a variation of the run that goes wrong, so that
//! nobody has to believe it. Nothing here is an issue: a scenario may be as it likes.
//! Rules: INV-16, INV-21, ASY-03, ASY-07, ASY-10, ASY-16, DLQ-06, DLQ-08, DST-08, REC-02,
//! CON-03, CON-04, CON-07, SQS-08, SQS-10, SQS-13, KIN-09, KIN-19.

mod routes;
mod variation;

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::caller::{Caller, Kind as CallerKind};
use crate::event::Mode;
use crate::lambda::Function;
use crate::limits;
use crate::mapping::stream::spec::Assumptions;
use crate::mapping::{self, Mapping, Source};
use crate::rule::Rule;
use crate::scenario::{Run, Scenario};
use crate::service::Service;
use crate::time::Span;
use routes::{Call, Route};

pub use variation::variation;

choices! {
    /// What may go wrong.
    Kind {
        /// Events that are given up are told to nobody.
        LostSilently "lost-silently",
        /// The failures of a function that gets failures are told to nobody.
        HandlerLoses "handler-loses",
        /// A dead-letter queue and a failure destination tell the same twice.
        ToldTwice "told-twice",
        /// Events become too old for their retries.
        RetryTooLate "retry-too-late",
        /// Settings for events are made for `$LATEST`, and another qualifier is called.
        SettingsElsewhere "settings-elsewhere",
        /// The version that is called has another dead-letter queue than `$LATEST`.
        OtherLetters "other-letters",
        /// Events are larger than Lambda takes.
        EventTooLarge "event-too-large",
        /// What a function sends comes back to it.
        Loop "loop",
        /// Nothing may run.
        ReservedZero "reserved-zero",
        /// An SDK stops waiting before the function has to be done, and calls again.
        ReadTimeoutShort "read-timeout-short",
        /// A service stops waiting before the function has to be done.
        WaitShort "wait-short",
        /// What is provisioned is called by nobody.
        ProvisionedUncalled "provisioned-uncalled",
        /// Provisioned concurrency leaves nothing of the reservation for what is called.
        NothingLeft "nothing-left",
        /// A mapping receives more than its function may run.
        ReservationSmall "reservation-small",
        /// A queue hides what a mapping receives too shortly for retries and a run.
        VisibilityShort "visibility-short",
        /// A few receives in vain are enough for the dead-letter queue.
        ReceivesFew "receives-few",
        /// A record that always fails stops its shard for a day or longer.
        BlocksShard "blocks-shard",
        /// Records that a mapping gives up are told to nobody.
        GivenUpUntold "given-up-untold",
    }
}

impl Kind {
    /// The rule it follows from.
    #[must_use]
    pub const fn rule(self) -> Rule {
        match self {
            Self::LostSilently => Rule::Asy10,
            Self::HandlerLoses => Rule::Dst08,
            Self::ToldTwice => Rule::Dlq06,
            Self::RetryTooLate => Rule::Asy16,
            Self::SettingsElsewhere => Rule::Asy07,
            Self::OtherLetters => Rule::Dlq08,
            Self::EventTooLarge => Rule::Asy03,
            Self::Loop => Rule::Rec02,
            Self::ReservedZero => Rule::Con03,
            Self::ReadTimeoutShort => Rule::Inv16,
            Self::WaitShort => Rule::Inv21,
            Self::ProvisionedUncalled => Rule::Con04,
            Self::NothingLeft => Rule::Con07,
            Self::ReservationSmall => Rule::Sqs08,
            Self::VisibilityShort => Rule::Sqs10,
            Self::ReceivesFew => Rule::Sqs13,
            Self::BlocksShard => Rule::Kin09,
            Self::GivenUpUntold => Rule::Kin19,
        }
    }
}

/// Function timeouts that AWS would have a visibility timeout last.
const TIMEOUTS: u64 = 6;
/// Receives that AWS would have a queue allow at least.
const RECEIVES: u64 = 5;
/// How long a shard stands still at most before that is said: every stream keeps its records
/// for so long.
const STANDS_STILL: Span = Span::HOUR.times(24);
/// Batches that each poller of the provisioned mode runs at once (SQS-04).
const BATCHES_OF_POLLER: u64 = 10;

/// A piece of advice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advice {
    /// What may go wrong.
    pub kind: Kind,
    /// Where it is set: keys joined by dots, as issues have it.
    pub place: String,
    /// The part it is about.
    pub part: String,
    /// What else it is about: a qualifier, or the functions on a loop; may be empty.
    pub other: String,
}

impl Advice {
    /// The rule it follows from.
    #[must_use]
    pub const fn rule(&self) -> Rule {
        self.kind.rule()
    }
}

/// All that can be advised on a run that has no issues, part by part.
#[must_use]
pub fn advice(run: &Run) -> Vec<Advice> {
    let scenario = &run.scenario;
    let calls = routes::calls(scenario);
    let mut told = Told { scenario, calls: &calls, all: Vec::new() };
    for function in &scenario.functions {
        told.on_function(function);
        for call in calls.iter().filter(|call| call.function.name == function.name) {
            told.on_call(call);
        }
    }
    for caller in &scenario.callers {
        told.on_caller(caller);
    }
    for mapping in &scenario.mappings {
        if mapping.spec.enabled {
            told.on_mapping(mapping);
            told.on_reader(mapping);
        }
    }
    told.on_loops();
    told.all
}

struct Told<'a> {
    scenario: &'a Scenario,
    calls: &'a [Call<'a>],
    all: Vec<Advice>,
}

impl Told<'_> {
    /// Tells of something once, however many ways lead to it.
    fn tell(&mut self, kind: Kind, part: &str, key: &str, other: &str) {
        let group = match kind {
            Kind::EventTooLarge
            | Kind::ReadTimeoutShort
            | Kind::WaitShort
            | Kind::NothingLeft => "callers",
            Kind::LostSilently
            | Kind::HandlerLoses
            | Kind::ToldTwice
            | Kind::RetryTooLate
            | Kind::SettingsElsewhere
            | Kind::OtherLetters
            | Kind::Loop
            | Kind::ReservedZero
            | Kind::ProvisionedUncalled
            | Kind::ReservationSmall => "functions",
            Kind::VisibilityShort | Kind::ReceivesFew => "services",
            Kind::BlocksShard | Kind::GivenUpUntold => "mappings",
        };
        let place = format!("{group}.{part}.{key}");
        let advice = Advice { kind, place, part: part.into(), other: other.into() };
        if !self.all.contains(&advice) {
            self.all.push(advice);
        }
    }

    fn on_function(&mut self, function: &Function) {
        let name = &function.name;
        let mut calls = self.calls.iter().filter(|call| call.function.name == *name);
        if calls.clone().next().is_none() {
            return;
        }
        let has = |call: &Call<'_>, qualifier: &str| {
            routes::version(function, qualifier) == call.version()
        };
        let idle: Vec<&str> = function
            .provisioned
            .iter()
            .map(|provisioned| provisioned.qualifier.as_str())
            .filter(|qualifier| !calls.clone().any(|call| has(call, qualifier)))
            .collect();
        if function.shared.reserved == Some(0) && calls.next().is_some() {
            self.tell(Kind::ReservedZero, name, "reserved-concurrency", "");
        }
        let batches: u64 = routes::mappings(self.scenario, name)
            .map(|mapping| self.batches(mapping))
            .sum();
        let reserved = function.shared.reserved;
        if reserved.is_some_and(|reserved| reserved > 0 && reserved < batches) {
            self.tell(Kind::ReservationSmall, name, "reserved-concurrency", "");
        }
        for qualifier in idle {
            let key = format!("provisioned.{qualifier}");
            self.tell(Kind::ProvisionedUncalled, name, &key, qualifier);
        }
    }

    /// What can go wrong with events on one of their ways to a function.
    fn on_call(&mut self, call: &Call<'_>) {
        if !call.later {
            return;
        }
        let (function, qualifier) = (call.function, call.qualifier);
        let name = &function.name;
        let spec = call.events();
        let letters = call.letters(self.scenario);
        let key = match qualifier {
            "" | "$LATEST" => String::from("async"),
            other => format!("async-of.{other}"),
        };
        let is_told = !letters.is_empty() || !spec.on_failure.is_empty();
        match call.route {
            Route::Failure(of) if !is_told => {
                self.tell(Kind::HandlerLoses, name, &key, &of.name);
            }
            Route::Caller | Route::Service | Route::Function if !is_told => {
                self.tell(Kind::LostSilently, name, &key, qualifier);
            }
            Route::Failure(_) | Route::Caller | Route::Service | Route::Function => {}
        }
        if !letters.is_empty() && !spec.on_failure.is_empty() {
            let key = format!("{key}.on-failure");
            self.tell(Kind::ToldTwice, name, &key, qualifier);
        }
        let settings = &self.scenario.settings;
        let waits = match spec.retries() {
            0 => Span::ZERO,
            1 => settings.error_delay_1,
            _ => settings.error_delay_1.plus(settings.error_delay_2),
        };
        if spec.retries() > 0 && spec.age() <= waits {
            let key = format!("{key}.maximum-event-age");
            self.tell(Kind::RetryTooLate, name, &key, qualifier);
        }
        if qualifier.is_empty() || qualifier == "$LATEST" {
            return;
        }
        let is_set = |of: &str| function.event_invoke.iter().any(|(name, _)| name == of);
        if is_set("$LATEST") && !is_set(qualifier) {
            self.tell(Kind::SettingsElsewhere, name, &key, qualifier);
        }
        if letters != function.spec.dead_letter {
            self.tell(Kind::OtherLetters, name, "dead-letter", qualifier);
        }
    }

    fn on_caller(&mut self, caller: &Caller) {
        let (kind, name) = (&caller.kind, &caller.name);
        let Some(call) = routes::call(self.scenario, &caller.target) else { return };
        let bytes = caller.payload.bytes();
        if kind.is_asynchronous() && bytes > limits::ASYNC_REQUEST_BYTES_MAX {
            self.tell(Kind::EventTooLarge, name, "payload", "");
        }
        let reserved = call.function.shared.reserved;
        let provisioned = call.function.provisioned.iter();
        let total: u64 = provisioned.clone().map(|provisioned| provisioned.count).sum();
        let mut versions =
            provisioned.map(|one| routes::version(call.function, &one.qualifier));
        let has_some = versions.any(|version| version == call.version());
        if total > 0 && reserved == Some(total) && !has_some {
            self.tell(Kind::NothingLeft, name, "calls", call.qualifier);
        }
        let waits = kind.mode() == Mode::Answer;
        let timeout = call.spec().timeout;
        if !waits || kind.patience().is_none_or(|patience| patience >= timeout) {
            return;
        }
        match kind {
            CallerKind::Sdk(spec) | CallerKind::Cli(spec) => {
                if spec.profile.attempts_max() > 1 {
                    self.tell(Kind::ReadTimeoutShort, name, "read-timeout", "");
                }
            }
            CallerKind::StepFunctions(_) => {
                self.tell(Kind::WaitShort, name, "timeout", "");
            }
            CallerKind::RestApi(_)
            | CallerKind::HttpApi(_)
            | CallerKind::FunctionUrl(_)
            | CallerKind::Alb(_)
            | CallerKind::S3(_)
            | CallerKind::CloudWatchLogs(_)
            | CallerKind::Ses(_)
            | CallerKind::Iot(_)
            | CallerKind::Schedule(_) => self.tell(Kind::WaitShort, name, "wait", ""),
        }
    }

    /// Batches of a mapping that are under way at once, whatever its function may run. How
    /// many there are of a queue that keeps order depends on its groups.
    fn batches(&self, mapping: &Mapping) -> u64 {
        let spec = &mapping.spec;
        match routes::queue(self.scenario, mapping) {
            Some(queue) if spec.enabled && !queue.spec.fifo => {}
            Some(_) | None => return 0,
        }
        match spec.concurrency_max {
            Some(most) => most,
            None if spec.is_provisioned() => {
                spec.pollers(Source::Queue).0 * BATCHES_OF_POLLER
            }
            None => self.scenario.settings.sqs_pollers_initial,
        }
    }

    /// What a queue is set to that a mapping reads.
    fn on_mapping(&mut self, mapping: &Mapping) {
        let found = routes::queue(self.scenario, mapping);
        let call = routes::call(self.scenario, &mapping.target);
        let (Some(queue), Some(call)) = (found, call) else { return };
        let (name, function) = (&queue.name, &call.function.name);
        let window = mapping.spec.window.unwrap_or(Span::ZERO);
        let timeout = call.spec().timeout;
        // Where both are longer than the queue says, both and 30 s count (SQS-11).
        let both = window.plus(timeout);
        let is_stretched = window > Span::ZERO && both > queue.spec.visibility;
        let hidden = match is_stretched && self.scenario.settings.sqs_effective_visibility
        {
            true => both.plus(Span::seconds(30)),
            false => queue.spec.visibility,
        };
        if hidden < timeout.times(TIMEOUTS).plus(window) {
            self.tell(Kind::VisibilityShort, name, "visibility-timeout", function);
        }
        if !queue.spec.dead_letter.is_empty() && queue.spec.receives_max < RECEIVES {
            self.tell(Kind::ReceivesFew, name, "max-receive-count", function);
        }
    }

    /// What becomes of records of a stream that always fail.
    fn on_reader(&mut self, mapping: &Mapping) {
        let (name, spec) = (&mapping.name, &mapping.spec);
        let Some(stream) = routes::stream(self.scenario, mapping) else { return };
        let kept = stream.kind.stream().map(|kind| stream.spec.stream(kind).kept());
        // A topic may not keep its records that long.
        let stands_still = STANDS_STILL.min(kept.unwrap_or(STANDS_STILL));
        let after = given_up_after(spec, stream, &self.scenario.settings.streams);
        if after.is_none_or(|after| after >= stands_still) {
            if stands_still < STANDS_STILL {
                return;
            }
            let key = "maximum-retry-attempts";
            self.tell(Kind::BlocksShard, name, key, &stream.name);
        } else if spec.on_failure.is_empty() {
            self.tell(Kind::GivenUpUntold, name, "on-failure", &stream.name);
        }
    }

    fn on_loops(&mut self) {
        for steps in routes::loops(self.scenario, self.calls) {
            let first = &steps[0].from.name;
            let names: Vec<&str> = steps.iter().map(|s| s.from.name.as_str()).collect();
            self.tell(Kind::Loop, first, "sends-to", &names.join(" → "));
        }
    }
}

/// After how long a mapping gives a record up that always fails, without the time that its
/// runs take; none is never (KIN-17, KIN-18, KAF-03).
fn given_up_after(
    spec: &mapping::Spec,
    stream: &Service,
    assumed: &Assumptions,
) -> Option<Span> {
    let retries = Source::of(stream).and_then(|source| spec.retries_of(source));
    let waits = retries.map(|retries| {
        let mut wait = assumed.backoff_initial.min(assumed.backoff_cap);
        let mut all = Span::ZERO;
        for _ in 0..retries {
            all = all.plus(wait);
            wait = wait.times(assumed.backoff_factor).min(assumed.backoff_cap);
        }
        all
    });
    waits.into_iter().chain(spec.age_max).min()
}
