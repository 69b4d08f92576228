//! Changes of the open run: made, checked, and recorded anew; or refused, and nothing
//! happens.

use lambdarium_format::{edit, json, link, report, unit};
use lambdarium_sim::advice::{advice, variation};
use lambdarium_sim::call::{Operation, wrong_fault};
use lambdarium_sim::knob::Issue;
use lambdarium_sim::record::Recording;
use lambdarium_sim::rule::Rule;
use lambdarium_sim::scenario::Run;
use lambdarium_sim::time::Instant;
use lambdarium_sim::{EVENTS, WithEvents};

use super::open::issue_texts;
use super::{Engine, deeds, form};
use crate::message::{ActText, Answer, Edit, IssueText, Mistake, Opened, Slot, Spot};

/// Most bytes of an act's parameters that are shown.
const SHOWN_MAX: usize = 60;

impl Engine {
    pub(super) fn edit(&mut self, slot: Slot, edit: Edit) -> Option<Answer> {
        let deployment = if let Edit::Act { at, function, .. } = &edit
            && EVENTS
        {
            self.deployment(slot, function, *at)
        } else {
            None
        };
        let run = self.recording(slot)?.run();
        let (changed, selection) = match apply(run, edit, deployment.as_deref()) {
            Ok(changed) => changed,
            Err(issues) => return Some(Answer::Rejected(issue_texts(&issues))),
        };
        Some(match Recording::open(changed) {
            Ok(recording) => {
                let opened = Opened { selection, kept: true, ..Opened::default() };
                self.replay(slot, recording, opened)
            }
            Err(issues) => Answer::Rejected(issue_texts(&issues)),
        })
    }
}

impl Engine {
    /// Makes the run what a text says, if nothing is wrong with it.
    pub(super) fn write(&mut self, slot: Slot, text: &str, draft: u32) -> Answer {
        match json::read(text).and_then(Recording::open) {
            Ok(recording) => {
                let opened =
                    Opened { kept: true, draft: Some(draft), ..Opened::default() };
                self.replay(slot, recording, opened)
            }
            Err(issues) => {
                let texts = issue_texts(&issues).into_iter();
                let mistakes = texts.map(|issue| {
                    let json::Spot { line, column, from, to } =
                        json::locate(text, &issue.place);
                    let spot = Spot { line, column, from, to };
                    Mistake { issue, spot }
                });
                Answer::Mistakes { draft, mistakes: mistakes.collect() }
            }
        }
    }

    /// Plays a changed run in place of the one that was open.
    fn replay(&mut self, slot: Slot, recording: Recording, opened: Opened) -> Answer {
        let payload = link::payload(recording.run());
        let address = payload.map(|p| format!("s={p}")).unwrap_or_default();
        self.play(slot, recording, Opened { address, ..opened })
    }
}

/// The changed run, and the name of a part that is to be selected.
fn apply(
    run: &Run,
    edit: Edit,
    deployment: Option<&str>,
) -> Result<(Run, Option<String>), Vec<Issue>> {
    if let Edit::Set { path, text, .. } = &edit
        && let [list, number, key] = &path[..]
        && (list.as_str(), key.as_str()) == ("acts", "at")
        && let (Ok(number), Some(span)) = (number.parse(), unit::read_span(text.trim()))
    {
        // Acts stand in order of time, so the act moves.
        return Ok((edit::move_act(run, number, Instant::START.plus(span))?, None));
    }
    Ok(match edit {
        Edit::Set { path, text, from: None } => {
            if EVENTS && let Some(issues) = wrong_parameters(run, &path, &text) {
                return Err(issues);
            }
            let (path, value) = form::meant(run, path, &text);
            (edit::set(run, &path, value)?, None)
        }
        Edit::Set { path, text, from: Some(at) } => {
            match form::act_meant(&path, &text, at) {
                Some(act) => (edit::add_act(run, act)?, None),
                None => (run.clone(), None),
            }
        }
        Edit::Add { kind } => {
            let (run, name) = edit::add(run, &kind)?;
            (run, Some(name))
        }
        Edit::Rename { part, to } => (edit::rename(run, &part, &to)?, Some(to)),
        Edit::Remove { part } => (edit::remove(run, &part)?, None),
        Edit::Nudge { part, by: (x, y) } => (edit::nudge(run, &part, x, y)?, None),
        Edit::Act { at, deed, function } if EVENTS => {
            (deeds::done(run, &deed, &function, at, deployment)?, None)
        }
        Edit::Vary { number } if EVENTS => match advice(run).get(number as usize) {
            Some(advised) => (variation(run, advised), None),
            None => (run.clone(), None),
        },
        Edit::Vary { .. } => (run.clone(), None),
        // It was handed on.
        Edit::Act { .. } => (run.clone(), None),
        Edit::MoveAct { number, at } => (edit::move_act(run, number as usize, at)?, None),
        Edit::RemoveAct { number } => {
            let path = ["acts".to_string(), number.to_string()];
            (edit::set(run, &path, None)?, None)
        }
    })
}

/// What is wrong with the parameters that somebody types for an act. A refusal in a run is a
/// fact, but who mistypes a key of our own act wants no run in which nothing goes wrong.
fn wrong_parameters(run: &Run, path: &[String], text: &str) -> Option<Vec<Issue>> {
    let [list, number, key] = path else { return None };
    if (list.as_str(), key.as_str()) != ("acts", "with") || text.trim().is_empty() {
        return None;
    }
    let place = path.join(".");
    let with = match json::read_value(text) {
        Ok(with) => with,
        Err(issues) => {
            let at_field = |issue: Issue| {
                let found = format!("{} ({})", issue.found, issue.place);
                Issue { place: place.clone(), found, ..issue }
            };
            return Some(issues.into_iter().map(at_field).collect());
        }
    };
    let act = run.acts.get(number.parse::<usize>().ok()?)?;
    if act.operation != Operation::SetFault.word() {
        return None;
    }
    let (key, allowed) = wrong_fault(&with)?;
    let value = with.get(&key).map(json::write_value_compact).unwrap_or_default();
    let found = format!("{key:?}: {value}");
    Some(vec![Issue { place, found, allowed, rule: Rule::Sim04 }])
}

/// What is advised on a run, in words.
pub(super) fn advised(run: &Run) -> WithEvents<IssueText> {
    let all = advice(run).into_iter().map(|advised| IssueText {
        found: report::advice::advice(&advised),
        allowed: report::advice::variation(&advised),
        rule: advised.rule().id().into(),
        place: advised.place,
    });
    all.collect()
}

/// The acts of a run, in words.
pub(super) fn acts(run: &Run) -> Vec<ActText> {
    let acts = run.acts.iter().map(|act| {
        let mut with = json::write_value_compact(&act.parameters);
        let cut = with.char_indices().map(|(at, _)| at).find(|at| *at >= SHOWN_MAX);
        // Where parameters can be changed, they are needed whole.
        if let Some(cut) = cut.filter(|_| !EVENTS) {
            with.truncate(cut);
            with.push('…');
        }
        ActText { at: act.at, label: act.operation.clone(), with }
    });
    acts.collect()
}
