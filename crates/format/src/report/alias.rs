//! Aliases, as a trace and a story tell of them.

use lambdarium_sim::id::{AliasIx, Part, VersionIx};
use lambdarium_sim::plan::Plan;
use lambdarium_sim::rule::Rule;
use lambdarium_sim::trace::{AliasFact, Entry};

use super::names;
use crate::unit::decimal;

/// What happened, in compact words.
pub(super) fn words(plan: &Plan, part: Part, fact: AliasFact) -> String {
    let version = |version: VersionIx| names::version(plan, part, version);
    match fact {
        AliasFact::Points { alias, version: own, additional, weight_ppm } => {
            let also = additional.map(|other| {
                format!(", {} of calls to {}", share(weight_ppm), version(other))
            });
            let also = also.unwrap_or_default();
            format!("{} leads to {}{also}", name(plan, part, alias), version(own))
        }
        AliasFact::Deleted { alias } => format!("{} deleted", name(plan, part, alias)),
        AliasFact::Drew { alias, version: drawn, share_ppm } => {
            let (name, share) = (name(plan, part, alias), share(share_ppm));
            format!("{name} drew {}, as {share} of calls", version(drawn))
        }
    }
}

/// What happened, as a sentence.
pub(super) fn sentence(plan: &Plan, entry: &Entry, fact: AliasFact) -> String {
    let part = entry.part;
    let version = |version: VersionIx| numbered(plan, part, version);
    match fact {
        AliasFact::Points { alias, additional: Some(old), .. }
            if entry.rule == Rule::Ali29 =>
        {
            let name = name(plan, part, alias);
            let old = version(old);
            format!("{name} moves, and leads to {old} until the new one is provisioned.")
        }
        AliasFact::Points { alias, version: own, additional, weight_ppm } => {
            let name = name(plan, part, alias);
            match additional {
                Some(other) => {
                    let (share, other) = (share(weight_ppm), version(other));
                    let own = version(own);
                    format!("{name} leads to {own}, and {share} of calls to {other}.")
                }
                None => format!("{name} leads to {}.", version(own)),
            }
        }
        AliasFact::Deleted { alias } => format!("{} is gone.", name(plan, part, alias)),
        AliasFact::Drew { alias, version: drawn, share_ppm } => {
            let request = entry.job.map(|job| names::request(plan, job));
            let request = request.unwrap_or_default();
            let (name, share) = (name(plan, part, alias), share(share_ppm));
            let drawn = version(drawn);
            format!("{name} sends {request} to {drawn}, which gets {share} of its calls.")
        }
    }
}

/// An alias with its function: `checkout:live`.
fn name(plan: &Plan, part: Part, alias: AliasIx) -> String {
    let function = plan.name(part);
    match part {
        Part::Function(id) => {
            format!("{function}:{}", plan.function(id).alias(alias).name())
        }
        Part::Caller(_)
        | Part::Desk
        | Part::Service(_)
        | Part::Mapping(_)
        | Part::Alarm(_)
        | Part::Deployment(_) => function.to_string(),
    }
}

fn numbered(plan: &Plan, part: Part, version: VersionIx) -> String {
    match part {
        Part::Function(id) if version != VersionIx::LATEST => {
            format!("version {}", plan.function(id).version(version).name())
        }
        Part::Function(_)
        | Part::Caller(_)
        | Part::Desk
        | Part::Service(_)
        | Part::Mapping(_)
        | Part::Alarm(_)
        | Part::Deployment(_) => "$LATEST".to_string(),
    }
}

/// Parts per million as per cent.
fn share(ppm: u32) -> String {
    decimal(ppm.into(), 4) + "%"
}
