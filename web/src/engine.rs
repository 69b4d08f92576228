//! The engine behind the page: it opens runs, records them in slices, and answers what
//! the page asks about them. A plain struct without DOM or clock: the worker wraps it,
//! and tests call it directly.

mod change;
mod form;
mod open;
mod peaks;
mod tell;

use lambdarium_format::json;
use lambdarium_format::link::{self, Link};
use lambdarium_sim::id::FunctionId;
use lambdarium_sim::record::Recording;
use lambdarium_sim::view::{self, Look, Pane};

use crate::message::{
    Answer, Ask, Marker, Opened, Painted, Progress, Question, Screen, Slot, Source,
};
use crate::words;
use open::{Read, gallery, read, refused, wrong};
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
struct Player {
    recording: Recording,
    /// Entries up to the playhead of the last screen: the story is told anew only when
    /// this changes.
    told: Option<u32>,
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
        let ask = match ask {
            Ask::Open { source, keep } => return Some(self.open(slot, source, keep)),
            Ask::Edit(edit) => return self.edit(slot, edit),
            Ask::Write { text, draft } => return Some(self.write(slot, &text, draft)),
            other => other,
        };
        let player = self.players.get_mut(usize::from(slot.0))?.as_mut()?;
        Some(match ask {
            Ask::Open { .. } | Ask::Edit(_) | Ask::Write { .. } => return None,
            Ask::Text => Answer::Text(json::write(player.recording.run())),
            Ask::Form { part } => {
                Answer::Form(Box::new(form::form(player.recording.run(), part)))
            }
            Ask::More => {
                player.recording.record(SLICE);
                Answer::Progress(player.progress())
            }
            Ask::Look(look) => Answer::Screen(Box::new(player.screen(&look))),
            Ask::Paint { pane, function } => {
                Answer::Painted(Box::new(player.paint(&pane, function)))
            }
            Ask::Step { from, forward: true } => {
                Answer::Moment(player.recording.next_moment(from))
            }
            Ask::Step { from, forward: false } => {
                Answer::Moment(player.recording.previous_moment(from))
            }
            Ask::Why { entry } => Answer::Why { entry, chain: player.why(entry) },
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

    fn open(&mut self, slot: Slot, source: Source, kept: bool) -> Answer {
        match read(source) {
            Ok(Read { run, address, moment, selection, problems }) => {
                match Recording::open(run) {
                    Ok(recording) => {
                        let link = Opened {
                            address,
                            moment,
                            selection,
                            problems,
                            kept,
                            ..Opened::default()
                        };
                        self.play(slot, recording, link)
                    }
                    Err(issues) => refused(wrong(&issues)),
                }
            }
            Err(refusal) => refused(refusal),
        }
    }

    fn play(&mut self, slot: Slot, mut recording: Recording, link: Opened) -> Answer {
        recording.record(SLICE);
        let scenario = &recording.run().scenario;
        let markers = scenario.markers.iter().map(|marker| Marker {
            at: marker.at,
            title: marker.title.clone(),
            text: marker.text.clone(),
        });
        let question = scenario.question.as_ref().map(|question| Question {
            ask: question.ask.clone(),
            choices: question.choices.clone(),
            answer: question.answer.clone(),
            because: question.because.clone(),
        });
        let opened = Opened {
            title: scenario.title.clone(),
            about: scenario.about.clone(),
            markers: markers.collect(),
            acts: change::acts(recording.run()),
            question,
            kinds: form::kinds(),
            callers: words::callers(scenario),
            functions: words::functions(scenario),
            gallery: gallery(),
            ..link
        };
        let mut player = Player { recording, told: None, peaks: Peaks::default() };
        let opened = Opened { progress: player.progress(), ..opened };
        let place = usize::from(slot.0);
        if self.players.len() <= place {
            self.players.resize_with(place + 1, || None);
        }
        self.players[place] = Some(player);
        Answer::Opened(Box::new(opened))
    }
}

impl Player {
    fn progress(&mut self) -> Progress {
        let found = self.recording.progress();
        Progress {
            reached: found.reached,
            stop: found.stop,
            pace: pace(&self.recording),
            peaks: self.peaks.count(&self.recording),
        }
    }

    fn paint(&mut self, pane: &Pane, function: Option<u16>) -> Painted {
        let lanes = view::lanes(&self.recording, pane);
        let gauges = view::gauges(
            &mut self.recording,
            &lanes.scale,
            (lanes.from, lanes.to),
            pane.columns / GAUGE_COLUMN,
            function.map(FunctionId),
        );
        Painted { lanes, gauges }
    }

    fn screen(&mut self, look: &Look) -> Screen {
        let frame = view::frame(&mut self.recording, look);
        let log = self.recording.log();
        let at = |number: Option<u32>| Some(log.get(number?)?.at);
        let (next_at, last_at) =
            (at(Some(frame.entries)), at(frame.entries.checked_sub(1)));
        let story = (self.told != Some(frame.entries)).then(|| self.story(look.moment));
        self.told = Some(frame.entries);
        Screen { frame, next_at, last_at, story }
    }
}

#[cfg(test)]
mod tests;
