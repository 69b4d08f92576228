//! The life of a request in words, with the JSON at each station.

use lambdarium_format::report;
use lambdarium_sim::id::{Job, Origin};
use lambdarium_sim::plan::Plan;
use lambdarium_sim::time::Moment;
use lambdarium_sim::view::{self, Shown, Shows};

use super::Player;
use super::tell::written;
use crate::message::{Life, Relative, Station};
use crate::texts;

/// Most stations told: a request that is tried for days has more than anybody reads.
const STATIONS_MAX: usize = 200;
/// Most letters of a JSON shown.
const JSON_MAX: usize = 16_384;

impl Player {
    /// The life of a request, as far as the run is recorded.
    pub(super) fn life(&mut self, job: Job) -> Life {
        let view::Life { from, stations, left_out, jobs, parts, sends } =
            view::life(&mut self.recording, job, STATIONS_MAX);
        let (plan, log) = (self.recording.last_plan(), self.recording.log());
        let relative = |job: Job| Relative { job, name: report::request(plan, job) };
        let told = stations.into_iter().filter_map(|station| {
            let entry = log.get(station.entry)?;
            let mut text = report::sentence(plan, log, station.entry);
            if station.lost {
                text = [&text, " ", texts::LOST_HERE].concat();
            }
            let (what, json) = station.shown.map(read).unwrap_or_default();
            Some(Station {
                moment: Moment { at: entry.at, step: entry.step },
                text,
                rule: entry.rule.id().into(),
                what,
                json,
                goes_on: station.goes_on.map(relative),
            })
        });
        let stations: Vec<Station> = told.collect();
        let is_there = !stations.is_empty();
        Life {
            job,
            title: if is_there { title(plan, job) } else { String::new() },
            request_id: if is_there { plan.request_id(job) } else { String::new() },
            from: from.map(relative),
            stations,
            left_out,
            jobs,
            parts,
            sends,
        }
    }
}

/// What a request is called in a heading.
fn title(plan: &Plan, job: Job) -> String {
    let name = report::request(plan, job);
    match job.origin {
        Origin::Caller(_) => [texts::REQUEST, " ", &name].concat(),
        Origin::Act(_)
        | Origin::Function(_)
        | Origin::Service(_)
        | Origin::Mapping(_)
        | Origin::Deployment(_) => {
            let mut letters = name.chars();
            let first = letters.next().map(|letter| letter.to_ascii_uppercase());
            first.into_iter().chain(letters).collect()
        }
    }
}

/// What is shown at a station, and its JSON.
fn read(shown: Shown) -> (String, String) {
    let Shown { what, body, attributes, key } = shown;
    let what = match what {
        Shows::Payload => texts::PAYLOAD,
        Shows::Event => texts::EVENT_IT_GETS,
        Shows::Answer => texts::ITS_ANSWER,
        Shows::Error => texts::ITS_ERROR,
        Shows::Reply => texts::REPLY,
        Shows::DeadLetter => texts::DEAD_LETTER,
        Shows::Record => texts::RECORD,
        Shows::Message => texts::MESSAGE,
    };
    let what = if key.is_empty() { what.into() } else { [what, ": ", &key].concat() };
    let mut json = written(&body, &attributes);
    if let Some((at, _)) = json.char_indices().nth(JSON_MAX) {
        json.truncate(at);
        json += texts::CUT_HERE;
    }
    (what, json)
}
