//! Aliases of a scenario: what they are called, and where they lead.
//!
//! Rules: ALI-01, ALI-11 to ALI-16.

use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

use super::{check_name, issue};
use crate::EVENTS;
use crate::knob::Issue;
use crate::lambda::{Alias, Function, Routing};
use crate::plan::alias::WHOLE_PPM;
use crate::rule::Rule;

pub(super) fn check(function: &Function, place: &str, issues: &mut Vec<Issue>) {
    for (at, alias) in function.aliases.iter().enumerate() {
        let place = format!("{place}.aliases.{}", alias.name);
        let digits_only = alias.name.bytes().all(|b| b.is_ascii_digit());
        let twice = function.aliases[..at].iter().any(|other| other.name == alias.name);
        check_name(&alias.name, &place, &[], issues);
        if digits_only || twice {
            let allowed = "a name of its own that is no number";
            issues.push(issue(
                place.clone(),
                format!("{:?}", alias.name),
                allowed,
                Rule::Ali01,
            ));
        }
        if alias.version > 0
            && !function.versions.iter().any(|v| v.number == alias.version)
        {
            let allowed = format!("$LATEST or a version of {}", function.name);
            let found = alias.version.to_string();
            issues.push(issue(place.clone(), found, allowed, Rule::Ali01));
        }
        if EVENTS && let Some(routing) = alias.routing {
            check_routing(function, alias, routing, &place, issues);
        }
    }
}

/// What stands in `AdditionalVersionWeights`.
fn check_routing(
    function: &Function,
    alias: &Alias,
    routing: Routing,
    place: &str,
    issues: &mut Vec<Issue>,
) {
    let Routing { version, weight_ppm, .. } = routing;
    let of = |number: u64| function.versions.iter().find(|one| one.number == number);
    let mut wrong = |allowed: &str, rule| {
        let place = format!("{place}.additional-version-weights.{version}");
        let (whole, rest) = (weight_ppm / WHOLE_PPM, weight_ppm % WHOLE_PPM);
        let weight = format!("{whole}.{rest:06}");
        let found = weight.trim_end_matches('0').trim_end_matches('.');
        issues.push(issue(place, found, allowed, rule));
    };
    if weight_ppm > WHOLE_PPM {
        wrong("a weight from 0 to 1", Rule::Ali11);
    }
    match (of(alias.version), of(version)) {
        (None, _) if alias.version == 0 => {
            wrong("no weights for an alias that leads to $LATEST", Rule::Ali13);
        }
        (_, None) => wrong("a published version of the function", Rule::Ali15),
        (_, Some(_)) if version == alias.version => {
            wrong("another version than the alias's own", Rule::Ali12);
        }
        (Some(own), Some(other)) if own.spec.dead_letter != other.spec.dead_letter => {
            wrong("two versions with the same dead-letter queue", Rule::Ali16);
        }
        (_, Some(_)) => {}
    }
}
