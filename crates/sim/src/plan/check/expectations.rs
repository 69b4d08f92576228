//! What a scenario expects: whether there is what it counts.
//!
//! Rules: SIM-02.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::issue;
use crate::EVENTS;
use crate::expect::{Expectation, Reach};
use crate::knob::Issue;
use crate::rule::Rule;
use crate::scenario::Scenario;

/// Names of functions and services that are counted.
#[inline(never)]
pub(super) fn check_expectations(scenario: &Scenario, issues: &mut Vec<Issue>) {
    if !EVENTS {
        return;
    }
    let functions: Vec<&str> = scenario.functions.iter().map(|f| &*f.name).collect();
    let services: Vec<&str> = scenario.services.iter().map(|s| &*s.name).collect();
    for (at, Expectation { quantity, part, .. }) in scenario.expect.iter().enumerate() {
        let (allowed, names) = match (quantity.reach(), part) {
            (Reach::Run | Reach::Functions, None) => continue,
            (Reach::Run, Some(_)) => ("no name, but the whole run", &[][..]),
            (Reach::Functions, Some(_)) => ("the name of a function", &functions[..]),
            (Reach::Service, _) => {
                ("\"in\" and the name of a queue, topic, bus or bucket", &services[..])
            }
        };
        let found = part.as_deref().unwrap_or_default();
        if names.contains(&found) {
            continue;
        }
        let mut allowed = String::from(allowed);
        if !names.is_empty() {
            allowed = allowed + "; there are: " + &names.join(", ");
        }
        issues.push(issue(
            format!("expect.{at}"),
            format!("{found:?}"),
            allowed,
            Rule::Sim02,
        ));
    }
}
