//! Aliases: where they lead, what they draw, and what no run may do.

mod common;
mod small;

use std::collections::BTreeMap;

use common::{act, burst, client, entries, function, record, run};
use lambdarium_sim::Given;
use lambdarium_sim::id::{AliasIx, FunctionId, Part, VersionIx};
use lambdarium_sim::lambda::behaviour::Draw;
use lambdarium_sim::lambda::{Alias, Function, Routing, Version};
use lambdarium_sim::plan::Plan;
use lambdarium_sim::scenario::Run;
use lambdarium_sim::time::{Instant, Span};
use lambdarium_sim::trace::{AliasFact, Entry, Fact};
use lambdarium_sim::value::Value;
use proptest::prelude::*;
use small::Numbers;

/// Where an alias leads: version, additional version, and parts per million for that.
type Pointer = (VersionIx, Option<VersionIx>, u32);

/// Where the aliases of a run lead at first.
fn pointers(run: &Run) -> BTreeMap<(FunctionId, AliasIx), Pointer> {
    let mut all = BTreeMap::new();
    for (at, function) in (0..).zip(&run.scenario.functions) {
        let place = |number: u64| {
            let mut versions = function.versions.iter();
            let place = versions.position(|version| version.number == number);
            place.map_or(VersionIx::LATEST, |at| VersionIx(at as u16 + 1))
        };
        for (place_of_alias, alias) in (0..).zip(&function.aliases) {
            let other = alias.routing.map(|routing| place(routing.version));
            let weight = alias.routing.map_or(0, |routing| routing.weight_ppm);
            let key = (FunctionId(at), AliasIx(place_of_alias, Given::here()));
            all.insert(key, (place(alias.version), other, weight));
        }
    }
    all
}

/// A run in which versions and aliases change.
fn changing(seed: u64) -> Run {
    let mut n = Numbers(seed);
    let mut run = small::run(&mut n);
    let until = run.scenario.settings.until;
    run.acts = small::acts::about_versions(&run.scenario.functions, until, &mut n);
    run
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn no_request_runs_where_its_alias_does_not_lead(seed: u64) {
        let run = changing(seed);
        let mut pointers = pointers(&run);
        for entry in entries(&record(run)) {
            let Part::Function(id) = entry.part else { continue };
            if let Fact::Alias(AliasFact::Points { alias, version, additional, weight_ppm }) =
                entry.fact
            {
                prop_assert!(weight_ppm <= 1_000_000);
                prop_assert_ne!(Some(version), additional);
                prop_assert!(additional.is_some() || weight_ppm == 0);
                pointers.insert((id, alias), (version, additional, weight_ppm));
            } else if let Fact::Alias(AliasFact::Deleted { alias }) = entry.fact {
                pointers.remove(&(id, alias));
            } else if let Fact::Alias(AliasFact::Drew { alias, version, share_ppm }) =
                entry.fact
            {
                let (own, other, weight) = pointers[&(id, alias)];
                // The two shares are the whole.
                let expected =
                    if Some(version) == other { weight } else { 1_000_000 - weight };
                prop_assert!(version == own || Some(version) == other);
                prop_assert_eq!(share_ppm, expected);
                prop_assert!(share_ppm > 0, "a share of nothing is never drawn");
            } else if let Fact::Started { version, alias: Some(alias), .. } = entry.fact {
                let (own, other, _) = pointers[&(id, alias)];
                prop_assert!(version == own || Some(version) == other, "{:?}", entry);
            }
        }
    }

    #[test]
    fn a_published_version_never_changes(seed: u64) {
        let run = changing(seed);
        let before = run.clone();
        let recording = record(run);
        let after = recording.last_plan();
        for (function, planned) in before.scenario.functions.iter().zip(after.functions()) {
            for (version, planned) in function.versions.iter().zip(&planned.versions()[1..]) {
                prop_assert_eq!(version.number.to_string(), planned.name());
                prop_assert_eq!(&version.spec, planned.spec());
            }
            let numbers = planned.versions().iter().skip(1).map(|one| one.name());
            let numbers: Vec<u64> = numbers.map(|name| name.parse().unwrap_or(0)).collect();
            prop_assert!(numbers.is_sorted_by(|a, b| a < b), "{:?}", numbers);
        }
    }

    #[test]
    fn the_world_stays_consistent_while_aliases_move(seed: u64) {
        use lambdarium_sim::sim::Sim;
        use lambdarium_sim::trace::{Keep, Log};
        use std::rc::Rc;
        let run = changing(seed);
        let plan = Rc::new(Plan::check(&run).expect("small runs are plans"));
        let mut log = Log::new(Keep::Everything);
        let mut sim = Sim::new(plan, Rc::new(run.acts.clone()), &mut log);
        while sim.step(&mut log) {
            sim.assert_consistent();
        }
    }
}

/// A function whose alias `live` gives version 2 so much of a million requests.
fn weighted(name: &str, weight_ppm: u32) -> Function {
    let mut f = function(name, Span::ZERO);
    f.spec.behaviour.duration =
        Draw::Uniform { min: Span::millis(1), max: Span::seconds(2) };
    f.versions = [1, 2].map(|number| Version { number, spec: f.spec.clone() }).into();
    let routing = Routing { version: 2, weight_ppm, given: Given::here() };
    f.aliases = vec![Alias { routing: Some(routing), ..Alias::to("live", 1) }];
    f
}

/// What a function did, without what it is called by whom.
fn of(entries: &[Entry], part: Part) -> Vec<(Instant, Option<u32>, Fact)> {
    let mine = entries.iter().filter(|entry| entry.part == part);
    let mine = mine.filter(|entry| !matches!(entry.fact, Fact::Cost { .. }));
    mine.map(|entry| (entry.at, entry.job.map(|job| job.call), entry.fact)).collect()
}

#[test]
fn what_one_alias_draws_moves_nobody_elses_luck() {
    let play = |weight_ppm: u32| {
        let mut clients = ["f:live", "g:live"].map(client);
        for (client, name) in clients.iter_mut().zip(["one", "two"]) {
            client.name = name.into();
            client.load = burst(200, Span::SECOND);
        }
        entries(&record(run(
            [weighted("f", weight_ppm), weighted("g", 300_000)],
            clients,
        )))
    };
    let (few, many) = (play(100_000), play(900_000));
    let other = Part::Function(FunctionId(1));
    assert_eq!(of(&few, other), of(&many, other));
    // How long a request takes does not depend on the version that was drawn for it.
    let ends = |entries: &[Entry]| {
        let ended =
            entries.iter().filter(|entry| matches!(entry.fact, Fact::Ended { .. }));
        let mut ended: Vec<_> = ended.map(|entry| (entry.at, entry.job)).collect();
        ended.sort();
        ended
    };
    assert_eq!(ends(&few), ends(&many));
}

#[test]
fn a_heavier_weight_keeps_the_requests_it_had() {
    let drawn = |weight_ppm: u32| {
        let mut client = client("f:live");
        client.load = burst(500, Span::SECOND);
        let recording = record(run([weighted("f", weight_ppm)], [client]));
        let drawn = recording.log().iter().filter_map(|entry| match entry.fact {
            Fact::Started { version: VersionIx(2), .. } => entry.job,
            _ => None,
        });
        drawn.collect::<Vec<_>>()
    };
    let (few, many) = (drawn(100_000), drawn(400_000));
    assert!(few.len() > 20 && many.len() > 150, "{} and {}", few.len(), many.len());
    assert!(few.iter().all(|job| many.contains(job)));
}

/// Weights of versions, as a call has them.
fn weights(entries: &[(&str, &str)]) -> Value {
    let entries = entries.iter().map(|(version, weight)| {
        ((*version).to_string(), Value::Number((*weight).into()))
    });
    Value::object([("AdditionalVersionWeights", Value::Object(entries.collect()))])
}

#[test]
fn what_is_wrong_is_told_in_order() {
    let mut f = weighted("f", 0);
    f.versions.push(Version { number: 3, spec: f.spec.clone() });
    f.versions[2].spec.dead_letter = "dead".into();
    let mut all = run([f], []);
    all.scenario.services = vec![lambdarium_sim::service::Service::new(
        "dead",
        lambdarium_sim::service::Kind::Queue,
    )];
    // Each is wrong in two ways, the first of which is told.
    let two = weights(&[("1", "0.1"), ("9", "0.1")]);
    let cases = [
        ("g", "live", "1", weights(&[("2", "2")]), "less than or equal to 1.0"),
        ("g", "2024", "1", weights(&[("2", "0.5")]), "pattern: (?!^[0-9]+$)"),
        ("g", "live", "1", two.clone(), "function:g:1"),
        ("f", "live", "1", two, "Number of items in AdditionalVersionWeights"),
        ("f", "live", "9", weights(&[("9", "0.5")]), "Invalid function version 9."),
        ("f", "live", "$LATEST", weights(&[("9", "0.5")]), "$LATEST is not supported"),
        ("f", "live", "9", weights(&[("3", "0.5")]), "function:f:9"),
        ("f", "live", "1", weights(&[("9", "0.5")]), "function:f:9"),
        ("f", "live", "1", weights(&[("3", "0.5")]), "the same DLQ target"),
        ("f", "live", "1", weights(&[]), "Alias already exists"),
    ];
    let create =
        |(name, alias, version, routing, _): &(&str, &str, &str, Value, &str)| {
            let with = [
                ("FunctionName", Value::text(name)),
                ("Name", Value::text(alias)),
                ("FunctionVersion", Value::text(version)),
                ("RoutingConfig", routing.clone()),
            ];
            act(Span::SECOND, "CreateAlias", with)
        };
    all.acts = cases.iter().map(create).collect();
    let recording = record(all);
    for (at, (.., message)) in cases.iter().enumerate() {
        let reply = &recording.log().replies(at)[0];
        assert!(reply.message.contains(message), "{message}: {}", reply.message);
    }
}

#[test]
fn two_mistakes_of_form_are_told_together() {
    let mut all = run([weighted("f", 0)], []);
    let with = [
        ("FunctionName", Value::text("f")),
        ("Name", Value::text("2024")),
        ("FunctionVersion", Value::text("1")),
        ("RoutingConfig", weights(&[("2", "-1")])),
    ];
    all.acts = vec![act(Span::SECOND, "CreateAlias", with)];
    let recording = record(all);
    let message = &recording.log().replies(0)[0].message;
    assert!(
        message.starts_with("2 validation errors detected: Value '2024'"),
        "{message}"
    );
    assert!(message.contains("'{2=-1.0}'"), "{message}");
}

#[test]
fn a_refused_update_changes_nothing() {
    let update = |at: u64, members: Vec<(&str, Value)>| {
        let mut update = act(
            Span::seconds(at),
            "UpdateAlias",
            [("FunctionName", Value::text("f")), ("Name", Value::text("live"))],
        );
        if let Value::Object(all) = &mut update.parameters {
            all.extend(members.into_iter().map(|(key, value)| (key.to_string(), value)));
        }
        update
    };
    let get = act(
        Span::seconds(9),
        "GetAlias",
        [("FunctionName", Value::text("f")), ("Name", Value::text("live"))],
    );
    let mut all = run([weighted("f", 250_000)], []);
    let moved = ("FunctionVersion", Value::text("2"));
    all.acts = vec![
        update(1, vec![]),
        update(2, vec![moved, ("Description", Value::text("never"))]),
        get,
    ];
    let recording = record(all);
    let reply = |at: usize| &recording.log().replies(at)[0];
    assert!(reply(1).is_error());
    // Even one that names nothing has counted as a change; the refused one has not.
    assert_eq!(reply(0).fields, reply(2).fields);
}
