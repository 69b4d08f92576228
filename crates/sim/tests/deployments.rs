//! Deployments: what no run of one may do, whatever hooks, alarms and people do meanwhile.

mod common;

use std::rc::Rc;

use common::{act, caller, client, entries, function, record, run};
use lambdarium_sim::caller::Kind;
use lambdarium_sim::caller::load::{Load, PER_SECOND, Pattern};
use lambdarium_sim::caller::sdk::{InvocationType, Spec as Sdk};
use lambdarium_sim::id::{FunctionId, Part, VersionIx};
use lambdarium_sim::lambda::behaviour::{Failure, Fault, Report};
use lambdarium_sim::lambda::{Alias, Function, Version};
use lambdarium_sim::plan::Plan;
use lambdarium_sim::release::alarm::{self, Alarm};
use lambdarium_sim::release::deployment::{HookStatus, RollbackEvent};
use lambdarium_sim::release::routing::TrafficRouting;
use lambdarium_sim::release::spec::{Group, Spec};
use lambdarium_sim::scenario::{Act, Run};
use lambdarium_sim::sim::Sim;
use lambdarium_sim::time::{Instant, Span};
use lambdarium_sim::trace::{AliasFact, Fact, Keep, Log, ReleaseFact};
use lambdarium_sim::value::Value;
use proptest::prelude::*;

/// The function that is deployed, the first one.
const CHECKOUT: FunctionId = FunctionId(0);
/// How long such a run may last.
const UNTIL: Span = Span::MINUTE.times(30);

fn checkout(fails: bool) -> Function {
    let mut f = function("checkout", Span::millis(300));
    f.versions = (1..=3).map(|number| Version { number, spec: f.spec.clone() }).collect();
    if fails {
        f.versions[1].spec.behaviour.faults = vec![Fault::always(Failure::Throws)];
    }
    f.aliases = vec![Alias::to("live", 1)];
    f
}

fn hook(name: &str, report: Option<(HookStatus, u64)>) -> Function {
    let mut f = function(name, Span::SECOND);
    f.spec.behaviour.reports = report
        .and_then(|(status, after)| Report::new(status, Some(Span::seconds(after))));
    f
}

fn load(every: u64) -> Load {
    Load {
        pattern: Pattern::Constant { rate: PER_SECOND / every },
        end: Some(Instant::START.plus(UNTIL)),
        ..Load::default()
    }
}

fn deploy(at: u64, target: u64) -> Act {
    let target = Value::object([("TargetVersion", Value::number(target))]);
    let resource = Value::object([("checkout", Value::object([("Properties", target)]))]);
    let content = Value::object([("Resources", Value::List(vec![resource]))]);
    let spec = Value::object([("content", content)]);
    act(
        Span::seconds(at),
        "CreateDeployment",
        [
            ("deploymentGroupName", Value::text("release")),
            ("revision", Value::object([("appSpecContent", spec)])),
        ],
    )
}

fn doing(at: u64, what: u8) -> Act {
    let at_span = Span::seconds(at);
    let alarm = |value: &str| {
        let with =
            [("AlarmName", Value::text("bell")), ("StateValue", Value::text(value))];
        act(at_span, "SetAlarmState", with)
    };
    match what {
        0 => act(at_span, "StopDeployment", [("deploymentId", Value::text("release"))]),
        1 => alarm("ALARM"),
        2 => alarm("OK"),
        3 => {
            let name = ("FunctionName", Value::text("checkout"));
            let empty = Value::object([("AdditionalVersionWeights", Value::object([]))]);
            let with = [name, ("Name", Value::text("live")), ("RoutingConfig", empty)];
            act(at_span, "UpdateAlias", with)
        }
        4 => {
            let status = ("status", Value::text("Failed"));
            let with = [("deploymentId", Value::text("release")), status];
            act(at_span, "PutLifecycleEventHookExecutionStatus", with)
        }
        target => deploy(at, u64::from(target) - 4),
    }
}

/// How traffic is shifted, in few minutes.
fn routings() -> impl Strategy<Value = TrafficRouting> {
    prop_oneof![
        Just(TrafficRouting::AllAtOnce),
        (1_u8..100, 1_u16..6).prop_map(|(percentage, interval)| {
            TrafficRouting::Canary { percentage, interval }
        }),
        (10_u8..100, 1_u16..4).prop_map(|(percentage, interval)| {
            TrafficRouting::Linear { percentage, interval }
        }),
    ]
}

/// What a hook reports, if it reports at all, and after how many seconds.
fn reports() -> impl Strategy<Value = Option<Option<(HookStatus, u64)>>> {
    let status = prop_oneof![Just(HookStatus::Succeeded), Just(HookStatus::Failed)];
    prop::option::of(prop::option::of((status, 0_u64..90)))
}

fn runs() -> impl Strategy<Value = Run> {
    let events = [
        RollbackEvent::Failure,
        RollbackEvent::StopOnAlarm,
        RollbackEvent::StopOnRequest,
    ];
    let rollback = prop::sample::subsequence(events.to_vec(), 0..=3);
    let acts = prop::collection::vec((0_u64..1_500, 0_u8..8), 0..8);
    let parts = (any::<u64>(), any::<bool>(), routings(), reports(), reports());
    (parts, rollback, acts).prop_map(|(parts, rollback, mut doings)| {
        let (seed, fails, custom, before, after) = parts;
        let mut callers = ["checkout:live", "checkout:live"].map(client);
        callers[0].load = load(7);
        callers[1] = caller(
            "events",
            Kind::Sdk(Sdk { invocation_type: InvocationType::Event, ..Sdk::default() }),
            "checkout:live",
        );
        callers[1].load = load(11);
        let mut run = run([checkout(fails)], callers);
        let mut spec = Spec::default();
        for (name, reports, to) in
            [("before", before, &mut spec.before), ("after", after, &mut spec.after)]
        {
            if let Some(report) = reports {
                run.scenario.functions.push(hook(name, report));
                *to = name.into();
            }
        }
        let watch = alarm::Spec { evaluation_periods: 2, ..alarm::Spec::default() };
        let named = |name: &str, spec| Alarm {
            name: name.into(),
            watches: "checkout:live".into(),
            spec,
        };
        run.scenario.alarms = vec![
            named("bell", alarm::Spec { period: Span::HOUR, ..watch.clone() }),
            named("errors", watch),
        ];
        run.scenario.groups = vec![Group {
            name: "release".into(),
            alias: "checkout:live".into(),
            spec,
            custom: Some(custom),
            alarms: vec!["bell".into(), "errors".into()],
            rollback,
        }];
        run.scenario.settings.until = UNTIL;
        run.seed = seed;
        doings.sort_unstable();
        run.acts = [deploy(0, 2)]
            .into_iter()
            .chain(doings.into_iter().map(|(at, what)| doing(at, what)))
            .collect();
        run
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn nothing_runs_where_the_alias_does_not_lead_and_nothing_on_what_was_rolled_back(
        run in runs()
    ) {
        let mut leads = (VersionIx(1), None);
        // Where a rollback has led all traffic, until somebody leads it elsewhere.
        let mut back: Option<u32> = None;
        for entry in entries(&record(run)) {
            match entry.fact {
                Fact::Alias(AliasFact::Points { version, additional, weight_ppm, .. }) => {
                    prop_assert!(weight_ppm <= 1_000_000);
                    prop_assert_ne!(Some(version), additional);
                    leads = (version, additional);
                    if additional.is_some() || Some(u32::from(version.0)) != back {
                        back = None;
                    }
                }
                Fact::Release(ReleaseFact::RolledBack { to, .. }) => back = Some(to),
                Fact::Started { version, alias: Some(_), .. }
                    if entry.part == Part::Function(CHECKOUT) =>
                {
                    prop_assert!(version == leads.0 || Some(version) == leads.1);
                    prop_assert!(back.is_none_or(|to| u32::from(version.0) == to));
                }
                _ => {}
            }
        }
    }

    #[test]
    fn each_deployment_ends_once_and_shifts_only_forward_until_then(run in runs()) {
        let (mut active, mut percent) = (false, 0);
        for entry in entries(&record(run)) {
            let Fact::Release(fact) = entry.fact else { continue };
            match fact {
                ReleaseFact::Created { .. } => {
                    prop_assert!(!active, "one at a time");
                    (active, percent) = (true, 0);
                }
                ReleaseFact::Shifted { percent: now } => {
                    prop_assert!(active && now > percent && now <= 100);
                    percent = now;
                }
                ReleaseFact::Ended { error, .. } => {
                    prop_assert!(active);
                    prop_assert!(error.is_some() || percent == 100);
                    active = false;
                }
                ReleaseFact::Lifecycle { .. } | ReleaseFact::HookCalled { .. } => {
                    prop_assert!(active);
                }
                ReleaseFact::RolledBack { .. } => prop_assert!(!active),
                ReleaseFact::Reported { .. } | ReleaseFact::AlarmChanged { .. } => {}
            }
        }
    }

    #[test]
    fn the_world_stays_consistent_through_a_deployment(run in runs()) {
        let plan = Rc::new(Plan::check(&run).expect("a plan"));
        let mut log = Log::new(Keep::Everything);
        let mut sim = Sim::new(plan, Rc::new(run.acts), &mut log);
        while sim.step(&mut log) {
            sim.assert_consistent();
        }
    }
}
