//! What a scenario expects: whether there is what it counts.
//!
//! Rules: SIM-02.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::issue;
use crate::expect::{Expectation, Reach};
use crate::knob::Issue;
use crate::rule::Rule;
use crate::scenario::Scenario;

/// Names of functions and services that are counted.
pub(super) fn check_expectations(scenario: &Scenario, issues: &mut Vec<Issue>) {
    for (at, expectation) in scenario.expect.iter().enumerate() {
        if let Some((found, allowed)) = wrong(scenario, expectation) {
            issues.push(issue(format!("expect.{at}"), found, allowed, Rule::Sim02));
        }
    }
}

/// What was found and what is allowed, if there is no such part.
fn wrong(scenario: &Scenario, expectation: &Expectation) -> Option<(String, String)> {
    let Expectation { quantity, part, .. } = expectation;
    let found = part.as_ref().map_or("no name".into(), |name| format!("{name:?}"));
    let has = |names: &[&str]| part.as_ref().is_some_and(|name| names.contains(&&**name));
    let there_are = |what: &str, names: &[&str]| {
        let all = if names.is_empty() { "none".into() } else { names.join(", ") };
        format!("{what}; there are: {all}")
    };
    match quantity.reach() {
        Reach::Run => part.as_ref().map(|_| {
            let word = quantity.word();
            (found, format!("{word:?} of the whole run, without a name"))
        }),
        Reach::Functions => {
            let names = scenario.functions.iter().map(|function| &*function.name);
            let names: Vec<&str> = names.collect();
            (part.is_some() && !has(&names))
                .then(|| (found, there_are("the name of a function", &names)))
        }
        Reach::Service => {
            let names = scenario.services.iter().map(|service| &*service.name);
            let names: Vec<&str> = names.collect();
            let allowed = "\"in\" and the name of a queue, topic, bus or bucket";
            (!has(&names)).then(|| (found, there_are(allowed, &names)))
        }
    }
}
