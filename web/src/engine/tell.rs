//! What happened and why, in words.

use lambdarium_format::{json, report};
use lambdarium_sim::EVENTS;
use lambdarium_sim::expect::verdicts;
use lambdarium_sim::id::{Job, Origin, Part, ServiceId};
use lambdarium_sim::message::Attribute;
use lambdarium_sim::scenario::Act;
use lambdarium_sim::service;
use lambdarium_sim::time::Moment;
use lambdarium_sim::trace::{Fact, NO_CAUSE};
use lambdarium_sim::value::Value;
use lambdarium_sim::view::{self, Fate};

use super::Player;
use crate::message::{Cause, Content, FateList, FateText, Judged, StoryLine};
use crate::words;

/// Most things shown that a service has received.
const CONTENTS_MAX: usize = 20;
/// Most calls and events listed behind a number.
const JOBS_MAX: usize = 100;
/// Most causes shown.
const CAUSES_MAX: usize = 12;

impl Player {
    pub(super) fn story(&self, moment: Moment, lines_max: u32) -> Vec<StoryLine> {
        let (plan, log) = (self.recording.last_plan(), self.recording.log());
        let told = view::story(&self.recording, moment, lines_max);
        let lines = told.iter().filter_map(|line| {
            let entry = log.get(line.number)?;
            let text = report::sentence(plan, log, line.number);
            let moment = Moment { at: entry.at, step: entry.step };
            let (count, job) = (line.count, entry.job);
            Some(StoryLine { entry: line.number, moment, text, count, job })
        });
        lines.collect()
    }

    /// What a service has received up to a moment, the newest first.
    pub(super) fn contents(&mut self, service: u16, moment: Moment) -> Vec<Content> {
        let sim = self.recording.at(moment);
        let (plan, id) = (sim.plan(), ServiceId::new(service));
        let Some(state) = sim.world().services().get(usize::from(service)) else {
            return Vec::new();
        };
        let records = view::newest_records(sim, id, CONTENTS_MAX);
        if !records.is_empty() {
            let items = records.into_iter().map(|(at, number, shard, record)| {
                let job = Job { origin: Origin::Service(id), call: number };
                let shard = report::shard(plan, id, shard);
                let title = format!("{}, {shard}", report::request(plan, job));
                Content { at, title, text: written(&record, &[]) }
            });
            return items.collect();
        }
        let newest = state.received().iter().rev().take(CONTENTS_MAX);
        let items = newest.map(|received| {
            let look = service::look(plan, id, &received);
            let text = written(&look.body, &look.attributes);
            let title = match look.key.as_str() {
                "" => report::request(plan, received.job),
                key => key.to_string(),
            };
            Content { at: received.at, title, text }
        });
        items.collect()
    }

    /// Whether the run is what its scenario expects, as far as it is recorded.
    pub(super) fn judge(&mut self) -> Vec<Judged> {
        let verdicts = verdicts(&mut self.recording);
        let expect = &self.recording.run().scenario.expect;
        let judged = expect.iter().zip(verdicts).map(|(expected, verdict)| Judged {
            holds: verdict.holds,
            found: json::amount_text(expected.quantity, verdict.found),
            broken: verdict.broken.map(|broken| broken.moment),
        });
        judged.collect()
    }

    /// The calls and events of a fate at a moment, in words.
    pub(super) fn fate(&self, which: Fate, moment: Moment) -> FateList {
        let (plan, log) = (self.recording.last_plan(), self.recording.log());
        let mut found = view::jobs(&self.recording, which, moment, JOBS_MAX + 1);
        let more = found.len() > JOBS_MAX;
        found.truncate(JOBS_MAX);
        let jobs = found.into_iter().filter_map(|fated| {
            let entry = log.get(fated.entry)?;
            Some(FateText {
                name: report::request(plan, fated.job),
                told: report::sentence(plan, log, fated.entry),
                moment: Moment { at: entry.at, step: entry.step },
            })
        });
        FateList { jobs: jobs.collect(), more }
    }

    pub(super) fn why(&self, entry: u32) -> Vec<Cause> {
        let (plan, log) = (self.recording.last_plan(), self.recording.log());
        let chain = self.recording.why(entry);
        let mut causes: Vec<Cause> = chain
            .iter()
            .take(CAUSES_MAX)
            .filter_map(|number| {
                let found = log.get(*number)?;
                let moment = Moment { at: found.at, step: found.step };
                let text = report::sentence(plan, log, *number);
                let rule = found.rule.id().into();
                Some(Cause { moment: Some(moment), text, rule })
            })
            .collect();
        let root = chain.last().and_then(|number| Some((*number, log.get(*number)?)));
        if let Some((number, root)) = root.filter(|(_, root)| root.cause == NO_CAUSE) {
            let origin = root.job.map(|job| job.origin);
            let origin = origin.or_else(|| self.sender(number, root.step));
            let text = self.root(root.part, origin, root.fact);
            causes.push(Cause { text, ..Cause::default() });
        }
        causes
    }

    /// Who sent what no caller did: the act of the same step.
    fn sender(&self, number: u32, step: u32) -> Option<Origin> {
        let log = self.recording.log();
        let mut after = (number + 1..).map_while(|number| log.get(number));
        let reply = after.find(|entry| {
            entry.step != step || matches!(entry.fact, Fact::Replied { .. })
        });
        reply.filter(|entry| EVENTS && entry.step == step)?.job.map(|job| job.origin)
    }

    /// What a chain of causes began with: an act, a load, or a setting.
    fn root(&self, part: Part, origin: Option<Origin>, fact: Fact) -> String {
        let run = self.recording.run();
        let act = |number: u16| run.acts.get(usize::from(number)).map(act_text);
        let loaded = |id: lambdarium_sim::id::CallerId| {
            let caller = run.scenario.callers.get(usize::from(id.0))?;
            let load = words::load(&caller.load, words::noun(&caller.kind));
            Some(format!("It began with the load of {}: {load}.", caller.name))
        };
        let published = |id: ServiceId| {
            let service = run.scenario.services.get(usize::from(id.0))?;
            service.inlet.as_ref()?;
            let load = words::gets(service);
            Some(format!("It began with what reaches {}: {load}.", service.name))
        };
        let text = match (origin, part, fact) {
            (Some(Origin::Act(number)), ..) => act(number),
            (Some(Origin::Caller(id)), ..) | (None, Part::Caller(id), _) => loaded(id),
            (None, Part::Desk, Fact::Replied { operation, .. }) => {
                Some(format!("It began with the call {}.", operation.word()))
            }
            (Some(Origin::Service(id)), ..) | (None, Part::Service(id), _) if EVENTS => {
                published(id)
            }
            (Some(Origin::Mapping(id)), ..) | (None, Part::Mapping(id), _) if EVENTS => {
                let mapping = run.scenario.mappings.get(usize::from(id.0));
                mapping
                    .map(|mapping| format!("It began with the mapping {}.", mapping.name))
            }
            (
                Some(
                    Origin::Function(_)
                    | Origin::Service(_)
                    | Origin::Mapping(_)
                    | Origin::Deployment(_),
                ),
                ..,
            )
            | (
                None,
                Part::Desk
                | Part::Function(_)
                | Part::Service(_)
                | Part::Mapping(_)
                | Part::Alarm(_)
                | Part::Deployment(_),
                _,
            ) => None,
        };
        text.unwrap_or_else(|| String::from("It began with the scenario's settings."))
    }
}

/// A value as JSON, and under it what stands beside it.
pub(super) fn written(body: &Value, attributes: &[Attribute]) -> String {
    let mut text = json::write_value(body);
    for (name, kind, value) in attributes {
        text += &["\n", name, " (", kind, "): ", value].concat();
    }
    text
}

fn act_text(act: &Act) -> String {
    format!("It began with the call {} at {} s.", act.operation, act.at)
}
