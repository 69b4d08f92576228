//! The engine behind the page: it opens runs, records them in slices, and answers what
//! the page asks about them. A plain struct without DOM or clock: the worker wraps it,
//! and tests call it directly.

mod change;
mod compare;
mod deeds;
mod form;
mod life;
mod odds;
mod open;
mod peaks;
mod tell;

use lambdarium_format::json;
use lambdarium_format::link::{self, Link};
use lambdarium_sim::id::Part;
use lambdarium_sim::record::Recording;
use lambdarium_sim::time::{Instant, Moment};
use lambdarium_sim::view::{self, Look, Pane};
use lambdarium_sim::{EVENTS, WithEvents};

use crate::message::{
    Answer, Ask, Edit, IssueText, Marker, Opened, Painted, Progress, Question, Refusal,
    Screen, Slot,
};
use crate::pack::Whole;
use crate::words;
use open::{Read, read, read_link, wrong};
use peaks::{Peaks, pace};

/// Steps recorded at a time: a few milliseconds, so that a look is answered soon.
const SLICE: u32 = 20_000;

/// Pixels of a column of a gauge.
const GAUGE_COLUMN: u32 = 8;

/// All runs on the desk.
#[derive(Debug, Default)]
pub struct Engine {
    players: Vec<Option<Player>>,
}

/// One run, and what the page has been told about it.
#[derive(Debug)]
pub struct Player {
    recording: Recording,
    /// Entries up to the playhead, and at most how many lines, when the story was told last:
    /// it is told anew only when these change.
    told: Option<(u32, u32)>,
    peaks: Peaks,
}

impl Engine {
    /// An engine with nothing open.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Answers what the page asks. `None` where there is nothing to say: no run is open.
    pub fn handle(&mut self, slot: Slot, ask: Ask) -> Option<Answer> {
        if EVENTS {
            return self.answer(slot, ask);
        }
        // Most of what can be done at the playhead needs events; the rest comes with it.
        if let Ask::Edit(Edit::Act { .. }) = ask {
            return Some(Answer::Beyond(Box::new(ask)));
        }
        let changes = matches!(ask, Ask::Open { .. } | Ask::Edit(_) | Ask::Write { .. });
        let asked = changes.then(|| ask.clone());
        let answer = self.answer(slot, ask)?;
        Some(match asked {
            Some(asked) if is_beyond(&answer) => Answer::Beyond(Box::new(asked)),
            Some(_) | None => answer,
        })
    }

    fn answer(&mut self, slot: Slot, ask: Ask) -> Option<Answer> {
        let ask = match ask {
            Ask::Open { source, lesson, keep } => {
                let read = read(source, lesson.as_deref());
                return Some(self.open(slot, read, keep));
            }
            Ask::Edit(edit) => return self.edit(slot, edit),
            Ask::Write { text, draft } => return Some(self.write(slot, &text, draft)),
            Ask::Compare { what, .. } if EVENTS => return self.compare(slot, what),
            other => other,
        };
        let player = self.players.get_mut(usize::from(slot.0))?.as_mut()?;
        Some(match ask {
            Ask::Open { .. } | Ask::Edit(_) | Ask::Write { .. } | Ask::Compare { .. } => {
                return None;
            }
            Ask::Text => Answer::Text(json::write(player.recording.run())),
            Ask::Form { part } => {
                Answer::Form(Box::new(form::form(player.recording.run(), part)))
            }
            Ask::More => Answer::Progress(player.record(SLICE)),
            Ask::Look { look, lines } => {
                Answer::Screen(Box::new(player.screen(&look, lines)))
            }
            Ask::Paint { pane, part } => {
                Answer::Painted(Box::new(player.paint(&pane, part)))
            }
            Ask::Step { from, forward } => Answer::Moment(player.step(from, forward)),
            Ask::Why { entry } => Answer::Why { entry, chain: player.why(entry) },
            Ask::Life { .. } if !EVENTS => Answer::Beyond(Box::new(ask)),
            Ask::Life { job } => Answer::Life(Whole(Some(Box::new(player.life(job))))),
            Ask::Contents { .. } if !EVENTS => return None,
            Ask::Contents { service, moment } => {
                Answer::Contents { service, items: player.contents(service, moment) }
            }
            Ask::Judge | Ask::Odds { .. } | Ask::Fate { .. } if !EVENTS => return None,
            Ask::Odds { from, count } => {
                let ends = odds::ends(player.recording.run(), from, count);
                Answer::Odds { from, ends }
            }
            Ask::Judge => Answer::Judged(Whole(player.judge())),
            Ask::Fate { which, moment } => {
                Answer::Fate { which, list: Whole(player.fate(which, moment)) }
            }
            Ask::Link { moment, selection } => {
                let run = Box::new(player.recording.run().clone());
                let source = Some(link::Source::Run(run));
                let link = Link { source, moment, selection, problems: Vec::new() };
                Answer::Link(link.fragment().map_err(|problem| problem.to_string()))
            }
        })
    }

    /// The recording in a slot.
    #[must_use]
    pub fn recording(&self, slot: Slot) -> Option<&Recording> {
        let player = self.players.get(usize::from(slot.0))?.as_ref()?;
        Some(&player.recording)
    }

    /// The ID of the deployment of a group that is under way at an instant.
    fn deployment(&mut self, slot: Slot, group: &str, at: Instant) -> Option<String> {
        let player = self.players.get_mut(usize::from(slot.0))?.as_mut()?;
        let sim = player.recording.at(Moment::end_of(at));
        let groups = sim.plan().groups().iter().zip(sim.world().groups());
        let (planned, state) = { groups }.find(|(planned, _)| planned.name() == group)?;
        let (number, _) = state.active()?;
        Some(planned.deployment_id(number.into()))
    }

    fn open(&mut self, slot: Slot, read: Result<Read, Refusal>, kept: bool) -> Answer {
        match read.and_then(recording) {
            Ok((recording, link)) => self.play(slot, recording, Opened { kept, ..link }),
            Err(refusal) => Answer::Refused(refusal),
        }
    }

    fn play(&mut self, slot: Slot, recording: Recording, link: Opened) -> Answer {
        let (player, opened) = Player::start(recording, SLICE, link);
        let run = player.recording.run();
        let question = run.scenario.question.as_ref();
        let question = question.map(|question| Question {
            ask: question.ask.clone(),
            choices: question.choices.clone(),
            answer: question.answer.clone(),
            because: question.because.clone(),
        });
        let advice = if EVENTS { change::advised(run) } else { WithEvents::new() };
        let (acts, kinds) = (change::acts(run), form::kinds());
        let opened = Opened { acts, advice, question, kinds, ..opened };
        let place = usize::from(slot.0);
        if self.players.len() <= place {
            self.players.resize_with(place + 1, || None);
        }
        self.players[place] = Some(player);
        Answer::Opened(Box::new(opened))
    }
}

/// Whether something was refused only because this program plays no events.
fn is_beyond(answer: &Answer) -> bool {
    match answer {
        Answer::Refused(refusal) => refusal.is_beyond(),
        Answer::Rejected(issues) => issues.iter().any(IssueText::is_beyond),
        Answer::Mistakes { mistakes, .. } => {
            mistakes.iter().any(|mistake| mistake.issue.is_beyond())
        }
        Answer::Opened(_)
        | Answer::Text(_)
        | Answer::Form(_)
        | Answer::Progress(_)
        | Answer::Screen(_)
        | Answer::Painted(_)
        | Answer::Moment(_)
        | Answer::Why { .. }
        | Answer::Contents { .. }
        | Answer::Life(_)
        | Answer::Judged(_)
        | Answer::Compared { .. }
        | Answer::Odds { .. }
        | Answer::Fate { .. }
        | Answer::Link(_)
        | Answer::Beyond(_) => false,
    }
}

/// A run that is read, ready to be recorded, and what the link to it says.
fn recording(read: Read) -> Result<(Recording, Opened), Refusal> {
    let Read { run, address, moment, selection, problems } = read;
    let recording = Recording::open(run).map_err(|issues| wrong(&issues))?;
    Ok((recording, Opened { address, moment, selection, problems, ..Opened::default() }))
}

impl Player {
    /// Opens what the fragment of an address names, with its first steps recorded. A lesson
    /// is read from its text, if there is one.
    ///
    /// # Errors
    /// Why it cannot be opened.
    pub fn open(
        fragment: &str,
        lesson: Option<&str>,
        steps: u32,
    ) -> Result<(Self, Opened), Refusal> {
        let (recording, link) = recording(read_link(fragment, lesson)?)?;
        Ok(Self::start(recording, steps, link))
    }

    fn start(mut recording: Recording, steps: u32, link: Opened) -> (Self, Opened) {
        recording.record(steps);
        let run = recording.run();
        let scenario = &run.scenario;
        let markers = scenario.markers.iter().map(|marker| Marker {
            at: marker.at,
            title: marker.title.clone(),
            text: marker.text.clone(),
        });
        let opened = Opened {
            title: scenario.title.clone(),
            about: scenario.about.clone(),
            markers: markers.collect(),
            callers: words::callers(scenario),
            functions: words::functions(run),
            expect: words::expectations(scenario),
            services: words::services(scenario),
            mappings: words::mappings(scenario),
            alarms: words::alarms(scenario),
            groups: words::groups(scenario),
            sends: words::sends(scenario),
            ..link
        };
        let mut player = Self { recording, told: None, peaks: Peaks::default() };
        let opened = Opened { progress: player.progress(), ..opened };
        (player, opened)
    }

    /// Records further steps.
    pub fn record(&mut self, steps: u32) -> Progress {
        self.recording.record(steps);
        self.progress()
    }

    /// The moment one event on, or back.
    #[must_use]
    pub fn step(&self, from: Moment, forward: bool) -> Option<Moment> {
        if forward {
            self.recording.next_moment(from)
        } else {
            self.recording.previous_moment(from)
        }
    }

    fn progress(&mut self) -> Progress {
        let found = self.recording.progress();
        Progress {
            reached: found.reached,
            stop: found.stop,
            pace: pace(&self.recording),
            peaks: self.peaks.count(&self.recording),
        }
    }

    fn paint(&mut self, pane: &Pane, part: Option<Part>) -> Painted {
        let lanes = view::lanes(&self.recording, pane);
        let gauges = view::gauges(
            &mut self.recording,
            &lanes.scale,
            (lanes.from, lanes.to),
            pane.columns / GAUGE_COLUMN,
            part,
        );
        Painted { lanes, gauges }
    }

    /// One screen, with at most so many lines of the story; none does not tell it.
    pub fn screen(&mut self, look: &Look, lines_max: u32) -> Screen {
        let frame = view::frame(&mut self.recording, look);
        let log = self.recording.log();
        let at = |number: Option<u32>| Some(log.get(number?)?.at);
        let (next_at, last_at) =
            (at(Some(frame.entries)), at(frame.entries.checked_sub(1)));
        let of = Some((frame.entries, lines_max));
        let news = lines_max > 0 && self.told != of;
        let story = news.then(|| self.story(look.moment, lines_max));
        if news {
            self.told = of;
        }
        Screen { frame, next_at, last_at, story }
    }
}

#[cfg(test)]
mod tests;
