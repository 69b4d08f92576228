//! Alarms in a run: what Lambda measures for them, and whom they tell.
//!
//! Rules: CW-01 to CW-05, ALI-34, CD-26.

use super::alarm::{Metric, MissingData, Spec, State, StateValue};
use crate::WithEvents;
use crate::event::{AlarmEvent, DeploymentEvent, Event};
use crate::id::{AlarmId, AliasIx, FunctionId, Part, VersionIx};
use crate::lambda::invoke::small;
use crate::lambda::run::Run;
use crate::plan::Plan;
use crate::queue::Rank;
use crate::rule::Rule;
use crate::sim::Cx;
use crate::time::Instant;
use crate::trace::{Ending, Fact, ReleaseFact};

/// The alarms of a run.
pub(crate) fn states(count: usize) -> WithEvents<State> {
    (0..count).map(|_| State::default()).collect()
}

/// An alarm is there when a run begins; it looks at each period when that has ended.
pub(crate) fn start(id: AlarmId, plan: &Plan, cx: &mut Cx<'_>) {
    await_period(id, &plan.alarm(id).spec, cx, 1);
}

/// Waits until so many periods have ended.
fn await_period(id: AlarmId, spec: &Spec, cx: &mut Cx<'_>, ended: u64) {
    let at = Instant::START.plus(spec.period.times(ended));
    cx.post(at, Rank::Alarm, Event::Alarm(id, AlarmEvent::PeriodEnded));
}

/// What Lambda measures something of: calls that a function gets.
#[derive(Clone, Copy)]
struct Call {
    function: FunctionId,
    /// The version they run, if there is one.
    version: Option<VersionIx>,
    /// The alias that leads there.
    alias: Option<AliasIx>,
    /// When that begins: there it counts.
    started: Instant,
}

/// A run of code has ended, which alarms may watch.
#[inline(never)]
pub(crate) fn run_ended(
    function: FunctionId,
    plan: &Plan,
    cx: &mut Cx<'_>,
    run: &Run,
    ending: Ending,
) {
    let Run { version, alias, started, .. } = *run;
    let call = Call { function, version: Some(version), alias, started };
    let fails = u64::from(ending != Ending::Succeeded);
    let took = cx.now.since(run.timed_from()).0;
    for (metric, value) in
        [(Metric::Invocations, 1), (Metric::Errors, fails), (Metric::Duration, took)]
    {
        measure(plan, cx, call, metric, value);
    }
}

/// A request was turned away, which alarms may watch.
#[inline(never)]
pub(crate) fn throttled(
    function: FunctionId,
    plan: &Plan,
    cx: &mut Cx<'_>,
    version: Option<VersionIx>,
    alias: Option<AliasIx>,
) {
    let call = Call { function, version, alias, started: cx.now };
    measure(plan, cx, call, Metric::Throttles, 1);
}

/// Tells all alarms that watch it; each hears of it when its metrics are there.
fn measure(plan: &Plan, cx: &mut Cx<'_>, call: Call, metric: Metric, value: u64) {
    let Call { function, version, alias, started } = call;
    let at = cx.now.plus(plan.settings.metric_delay);
    let planned = plan.function(function);
    let number = version.map(|version| planned.version(version).number);
    for (place, alarm) in plan.alarms().iter().enumerate() {
        let spec = &alarm.spec;
        let is_asked = match (alarm.qualifier.name(), alias) {
            (None, _) => true,
            (Some(wanted), Some(alias)) => planned.alias(alias).name() == &*wanted,
            // Without an alias it was asked for by its number, or by none.
            (Some(wanted), None) => {
                version.is_some_and(|version| planned.version(version).name() == *wanted)
            }
        };
        if alarm.function != function
            || spec.metric != metric
            || !is_asked
            || spec.executed_version.is_some_and(|wanted| number != Some(wanted))
        {
            continue;
        }
        let id = AlarmId::new(u16::try_from(place).expect("parts are limited"));
        let (period, value) = (small(spec.period_of(started)), small(value));
        let event = AlarmEvent::Measured { period, value };
        // Before the alarm looks at it in the same instant.
        cx.post(at, Rank::Timer, Event::Alarm(id, event));
    }
}

impl State {
    #[inline(never)]
    pub(crate) fn on_event(
        &mut self,
        id: AlarmId,
        plan: &Plan,
        cx: &mut Cx<'_>,
        event: AlarmEvent,
    ) {
        let spec = &plan.alarm(id).spec;
        match event {
            AlarmEvent::Measured { period, value } => {
                // Milliseconds for durations, in millionths.
                let scale =
                    if spec.metric == Metric::Duration { 1_000 } else { 1_000_000 };
                self.measured(spec, period.into(), u64::from(value) * scale);
            }
            AlarmEvent::PeriodEnded => {
                let ended = cx.now.0 / spec.period.0;
                let before = self.value();
                if self.evaluate(spec, ended - 1) {
                    let rule = self.rule(spec, ended - 1, before);
                    self.tell(id, plan, cx, rule);
                }
                self.forget(spec, ended - 1);
                await_period(id, spec, cx, ended + 1);
            }
        }
    }

    /// Why it has changed its state.
    fn rule(&self, spec: &Spec, ended: u64, before: StateValue) -> Rule {
        let (mut breaching, mut absent) = (0, 0);
        for point in self.points(spec, ended) {
            match point {
                Some(value) => breaching += u64::from(spec.breaches(value)),
                None => absent += 1,
            }
        }
        match (self.value(), spec.missing) {
            (StateValue::Alarm, _) if breaching >= spec.needed() => Rule::Cw01,
            (StateValue::Alarm, MissingData::Breaching) => Rule::Cw02,
            (StateValue::Alarm, _) => Rule::Cw03,
            (StateValue::InsufficientData, _) => Rule::Cw05,
            // The first look at it.
            (StateValue::Ok, _) if before == StateValue::InsufficientData => Rule::Cw04,
            (StateValue::Ok, MissingData::NotBreaching) if absent > 0 => Rule::Cw02,
            (StateValue::Ok, _) => Rule::Cw01,
        }
    }

    /// Its state has changed: whoever heeds it is told.
    pub(crate) fn tell(&self, id: AlarmId, plan: &Plan, cx: &mut Cx<'_>, rule: Rule) {
        let value = self.value();
        let fact = Fact::Release(ReleaseFact::AlarmChanged { value });
        cx.tell(Part::Alarm(id), None, rule, fact);
        for group in plan.heeding(id) {
            let event = DeploymentEvent::AlarmChanged { alarm: id, value };
            cx.post(cx.now, Rank::Alarm, Event::Deployment(group, event));
        }
    }
}
