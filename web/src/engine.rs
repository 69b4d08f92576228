//! The engine behind the page: it opens runs, records them in slices, and answers what
//! the page asks about them. A plain struct without DOM or clock: the worker wraps it,
//! and tests call it directly.

use lambdarium_format::link::{self, Link};
use lambdarium_format::{json, report};
use lambdarium_sim::id::{Origin, Part};
use lambdarium_sim::knob::Issue;
use lambdarium_sim::record::Recording;
use lambdarium_sim::rule::Rule;
use lambdarium_sim::scenario::{Act, Run};
use lambdarium_sim::time::{Instant, Moment, Span};
use lambdarium_sim::trace::{Fact, NO_CAUSE, Room};
use lambdarium_sim::view::{self, Look};

use crate::gallery::{LESSONS, lesson};
use crate::message::{
    Answer, Ask, Cause, IssueText, Lesson, Marker, Opened, Progress, Refusal, Screen,
    Slot, Source, StoryLine,
};
use crate::words;

/// Steps recorded at a time: a few milliseconds, so that a look is answered soon.
const SLICE: u32 = 20_000;
/// Most lines of the story.
const STORY_MAX: u32 = 60;
/// Most causes shown.
const CAUSES_MAX: usize = 12;

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

/// The most environments each version had at once, counted along the trace.
#[derive(Debug, Default)]
struct Peaks {
    /// Entries counted so far.
    counted: u32,
    /// For each function and version: environments now, and at most.
    versions: Vec<Vec<(u32, u32)>>,
}

impl Peaks {
    fn count(&mut self, recording: &Recording) -> Vec<Vec<u32>> {
        let log = recording.log();
        for entry in log.range(self.counted, log.len()) {
            let Part::Function(function) = entry.part else { continue };
            let (version, more, less) =
                if let Fact::Started { version, room: Room::Cold, .. } = entry.fact {
                    (version, 1, 0)
                } else if let Fact::ProvisioningReady { version, count } = entry.fact {
                    (version, count, 0)
                } else if let Fact::EnvironmentRemoved { version, .. } = entry.fact {
                    (version, 0, 1)
                } else {
                    continue;
                };
            let (function, version) = (usize::from(function.0), usize::from(version.0));
            if self.versions.len() <= function {
                self.versions.resize_with(function + 1, Vec::new);
            }
            let versions = &mut self.versions[function];
            if versions.len() <= version {
                versions.resize(version + 1, (0, 0));
            }
            let (now, most) = &mut versions[version];
            *now = now.saturating_add(more).saturating_sub(less);
            *most = (*most).max(*now);
        }
        self.counted = log.len();
        let peaks = |versions: &Vec<(u32, u32)>| versions.iter().map(|v| v.1).collect();
        self.versions.iter().map(peaks).collect()
    }
}

impl Engine {
    /// An engine with nothing open.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Answers what the page asks. `None` where there is nothing to say: no run is open.
    pub fn handle(&mut self, slot: Slot, ask: Ask) -> Option<Answer> {
        if let Ask::Open(source) = ask {
            return Some(self.open(slot, source));
        }
        let player = self.players.get_mut(usize::from(slot.0))?.as_mut()?;
        Some(match ask {
            Ask::Open(_) => return None,
            Ask::More => {
                player.recording.record(SLICE);
                Answer::Progress(player.progress())
            }
            Ask::Look(look) => Answer::Screen(Box::new(player.screen(&look))),
            Ask::Lanes { columns } => {
                let end = player.recording.end();
                let lanes = view::lanes(&player.recording, Instant::START, end, columns);
                Answer::Lanes(Box::new(lanes))
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

    fn open(&mut self, slot: Slot, source: Source) -> Answer {
        match read(source) {
            Ok(Read { run, address, moment, selection, problems }) => {
                match Recording::open(run) {
                    Ok(recording) => {
                        let link = Opened {
                            address,
                            moment,
                            selection,
                            problems,
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
        let opened = Opened {
            title: scenario.title.clone(),
            about: scenario.about.clone(),
            markers: markers.collect(),
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

    fn story(&self, moment: Moment) -> Vec<StoryLine> {
        let (plan, log) = (self.recording.last_plan(), self.recording.log());
        let told = view::story(&self.recording, moment, STORY_MAX);
        let lines = told.iter().filter_map(|line| {
            let entry = log.get(line.number)?;
            let text = report::sentence(plan, log, line.number);
            let moment = Moment { at: entry.at, step: entry.step };
            Some(StoryLine { entry: line.number, moment, text, count: line.count })
        });
        lines.collect()
    }

    fn why(&self, entry: u32) -> Vec<Cause> {
        let (plan, log) = (self.recording.last_plan(), self.recording.log());
        let chain = self.recording.why(entry);
        let mut causes: Vec<Cause> = chain
            .iter()
            .take(CAUSES_MAX)
            .filter_map(|number| {
                let found = log.get(*number)?;
                let moment = Moment { at: found.at, step: found.step };
                let text = report::sentence(plan, log, *number);
                Some(Cause { moment: Some(moment), text, ..rule(found.rule) })
            })
            .collect();
        let root = chain.last().and_then(|number| log.get(*number));
        if let Some(root) = root.filter(|root| root.cause == NO_CAUSE) {
            let text = self.root(root.part, root.job.map(|job| job.origin), root.fact);
            causes.push(Cause { text, ..Cause::default() });
        }
        causes
    }

    /// What a chain of causes began with: an act, a load, or a setting.
    fn root(&self, part: Part, origin: Option<Origin>, fact: Fact) -> String {
        let run = self.recording.run();
        let act = |number: u16| run.acts.get(usize::from(number)).map(act_text);
        let loaded = |id: lambdarium_sim::id::CallerId| {
            let caller = run.scenario.callers.get(usize::from(id.0))?;
            let load = words::load(&caller.load);
            Some(format!("It began with the load of {}: {load}.", caller.name))
        };
        let text = match (origin, part, fact) {
            (Some(Origin::Act(number)), ..) => act(number),
            (Some(Origin::Caller(id)), ..) | (None, Part::Caller(id), _) => loaded(id),
            (None, Part::Desk, Fact::Replied { operation, .. }) => {
                Some(format!("It began with the call {}.", operation.word()))
            }
            (None, Part::Desk | Part::Function(_), _) => None,
        };
        text.unwrap_or_else(|| String::from("It began with the scenario's settings."))
    }
}

fn act_text(act: &Act) -> String {
    format!("It began with the call {} at {} s.", act.operation, act.at)
}

/// The part of a cause that its rule gives.
fn rule(rule: Rule) -> Cause {
    let confidence = rule.confidence();
    Cause {
        rule: rule.id().into(),
        sentence: rule.sentence().into(),
        confidence: confidence.word().into(),
        source: confidence.source().into(),
        ..Cause::default()
    }
}

struct Read {
    run: Run,
    address: String,
    moment: Option<Moment>,
    selection: Option<String>,
    problems: Vec<String>,
}

/// Reads a run from wherever it comes.
fn read(source: Source) -> Result<Read, Refusal> {
    match source {
        Source::Text(text) => {
            let run = json::read(&text).map_err(|issues| wrong(&issues))?;
            let address = link::payload(&run).map(|payload| format!("s={payload}"));
            let address = address.unwrap_or_default();
            Ok(Read { run, address, moment: None, selection: None, problems: Vec::new() })
        }
        Source::Link(fragment) => read_link(&fragment),
    }
}

fn read_link(fragment: &str) -> Result<Read, Refusal> {
    let Link { source, moment, selection, problems } = Link::read(fragment);
    let (run, address) = match source {
        Some(link::Source::Run(run)) => {
            let payload = link::payload(&run).unwrap_or_default();
            (*run, format!("s={payload}"))
        }
        Some(link::Source::Example(name)) => {
            let Some(stored) = lesson(&name) else {
                let text = format!(
                    "There is no lesson called {name}. Choose one from the gallery."
                );
                return Err(Refusal { text, ..Refusal::default() });
            };
            (example(stored.text)?, format!("e={name}"))
        }
        Some(link::Source::File(address)) => {
            let text = format!(
                "This link names a file on {}. Files from other hosts are not fetched: \
                 download it there and open it here with Gallery, Open a file.",
                address.host()
            );
            return Err(Refusal { text, ..Refusal::default() });
        }
        None if names_source(fragment) => return Err(unreadable(&problems)),
        None => (example(LESSONS[0].text)?, format!("e={}", LESSONS[0].name)),
    };
    let problems = problems.iter().map(ToString::to_string).collect();
    Ok(Read { run, address, moment, selection, problems })
}

/// Whether a link asks for something to be opened, readable or not.
fn names_source(fragment: &str) -> bool {
    let mut keys = fragment.split('&').filter_map(|pair| pair.split_once('='));
    keys.any(|(key, _)| matches!(key, "s" | "e" | "u"))
}

/// What is wrong with a link that should have opened something.
fn unreadable(problems: &[link::Problem]) -> Refusal {
    let mut told = Refusal::default();
    for problem in problems {
        let words = match problem {
            link::Problem::Issues(issues) => {
                told.issues = wrong(issues).issues;
                String::from("The scenario in this link cannot run.")
            }
            other => other.to_string(),
        };
        let space = if told.text.is_empty() { "" } else { " " };
        told.text = format!("{}{space}{words}", told.text);
    }
    told
}

fn example(text: &str) -> Result<Run, Refusal> {
    json::read(text).map_err(|issues| wrong(&issues))
}

/// What is wrong with a scenario, as the page shows it.
fn wrong(issues: &[Issue]) -> Refusal {
    let issues = issues.iter().map(|issue| IssueText {
        place: issue.place.clone(),
        found: issue.found.clone(),
        allowed: issue.allowed.clone(),
        rule: issue.rule.id().into(),
    });
    Refusal {
        text: "This scenario cannot run.".into(),
        issues: issues.collect(),
        ..Refusal::default()
    }
}

fn refused(refusal: Refusal) -> Answer {
    Answer::Refused(Refusal { gallery: gallery(), ..refusal })
}

fn gallery() -> Vec<Lesson> {
    let lessons = LESSONS.iter().filter_map(|stored| {
        let run = json::read(stored.text).ok()?;
        Some(Lesson {
            name: stored.name.into(),
            title: run.scenario.title,
            about: run.scenario.about,
        })
    });
    lessons.collect()
}

/// Most ends of runs looked at for the pace.
const PACE_SAMPLES: usize = 99;
/// Most entries looked through for them.
const PACE_ENTRIES: u32 = 20_000;

/// The mean time from a start to its end, over the first runs of a recording.
fn pace(recording: &Recording) -> Span {
    let log = recording.log();
    let ends = log.range(0, PACE_ENTRIES).filter_map(|entry| {
        let started = log.get(entry.cause)?;
        let is_run = matches!(entry.fact, Fact::Ended { .. })
            && matches!(started.fact, Fact::Started { .. } | Fact::InitCut);
        is_run.then(|| entry.at.since(started.at).0)
    });
    let (mut sum, mut count) = (0_u64, 0_u64);
    for span in ends.take(PACE_SAMPLES) {
        sum = sum.saturating_add(span);
        count += 1;
    }
    Span(sum.checked_div(count).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(engine: &mut Engine, source: Source) -> Answer {
        engine.handle(Slot(0), Ask::Open(source)).expect("an answer")
    }

    fn opened(fragment: &str) -> (Engine, Opened) {
        let mut engine = Engine::new();
        match open(&mut engine, Source::Link(fragment.into())) {
            Answer::Opened(opened) => (engine, *opened),
            other => panic!("{fragment}: {other:?}"),
        }
    }

    fn refused(source: Source) -> Refusal {
        match open(&mut Engine::new(), source) {
            Answer::Refused(refusal) => refusal,
            other => panic!("{other:?}"),
        }
    }

    fn look(at_us: u64) -> Ask {
        let moment = Moment::end_of(Instant(at_us));
        Ask::Look(Look { moment, glide: Span::millis(300), tokens_max: 200 })
    }

    #[test]
    fn an_empty_address_opens_the_first_lesson() {
        let (_, opened) = opened("");
        assert_eq!(opened.address, format!("e={}", LESSONS[0].name));
        assert!(opened.progress.stop.is_some(), "lessons are short");
        assert!(!opened.callers.is_empty() && !opened.functions.is_empty());
    }

    #[test]
    fn every_lesson_opens_and_tells_a_story() {
        for stored in LESSONS {
            let (mut engine, opened) = opened(&format!("e={}", stored.name));
            let end = opened.progress.reached.0;
            let Some(Answer::Screen(screen)) = engine.handle(Slot(0), look(end)) else {
                panic!("no screen of {}", stored.name);
            };
            let story = screen.story.expect("the first screen tells the story");
            assert!(story.len() > 2, "{}: {story:?}", stored.name);
            assert!(opened.progress.pace > Span::ZERO, "{}", stored.name);
        }
    }

    #[test]
    fn a_link_opens_the_same_run_at_the_same_moment() {
        let (mut engine, _) = opened("e=cold-start");
        let moment = Some(Moment { at: Instant(60_000_000), step: 7 });
        let ask = Ask::Link { moment, selection: Some("thumbnail".into()) };
        let Some(Answer::Link(Ok(fragment))) = engine.handle(Slot(0), ask) else {
            panic!("no link");
        };
        let (again, opened) = opened(&fragment);
        assert_eq!(opened.moment, moment);
        assert_eq!(opened.selection.as_deref(), Some("thumbnail"));
        let runs = [&engine, &again].map(|e| e.recording(Slot(0)).map(Recording::run));
        assert_eq!(runs[0], runs[1]);
    }

    #[test]
    fn what_cannot_be_opened_leaves_the_last_run_open() {
        let (mut engine, _) = opened("");
        let before = engine.recording(Slot(0)).map(|r| r.run().clone());
        let broken = Source::Link("s=1.d.broken!".into());
        assert!(matches!(open(&mut engine, broken), Answer::Refused(_)));
        assert_eq!(engine.recording(Slot(0)).map(|r| r.run().clone()), before);
    }

    #[test]
    fn refusals_say_what_is_wrong() {
        let newer = refused(Source::Link("s=9.d.AAAA".into()));
        assert!(newer.text.contains("newer"), "{newer:?}");
        let unknown = refused(Source::Link("e=nothing-like-it".into()));
        assert!(unknown.text.contains("nothing-like-it"), "{unknown:?}");
        let three = r#"{"lambdarium":1,"functions":{"f":{"memory":1,"timeout":"901s"}},
            "callers":{"c":{"kind":"sdk","calls":"g"}}}"#;
        let three = refused(Source::Text(three.into()));
        assert!(!three.issues.is_empty(), "{three:?}");
    }

    #[test]
    fn everything_wrong_with_a_link_is_said_whatever_comes_first() {
        let both = refused(Source::Link("t=later&s=1.d.!!!!".into()));
        assert!(both.text.contains("t=later"), "{both:?}");
        assert!(both.text.contains("letters that do not belong there"), "{both:?}");
        let (_, opened) = opened("utm_s=1&phone=2");
        assert_eq!(opened.address, format!("e={}", LESSONS[0].name));
    }

    #[test]
    fn the_story_is_told_again_only_when_it_changed() {
        let (mut engine, _) = opened("e=reserved-concurrency");
        let told = |answer| match answer {
            Some(Answer::Screen(screen)) => screen.story.is_some(),
            other => panic!("{other:?}"),
        };
        assert!(told(engine.handle(Slot(0), look(100_000))));
        assert!(!told(engine.handle(Slot(0), look(100_001))));
        assert!(told(engine.handle(Slot(0), look(5_000_000))));
    }

    #[test]
    fn a_chain_of_causes_ends_where_it_began() {
        let (mut engine, _) = opened("e=reserved-concurrency");
        let recording = engine.recording(Slot(0)).expect("a recording");
        let throttled = recording
            .log()
            .iter()
            .position(|entry| matches!(entry.fact, Fact::Throttled { .. }))
            .expect("somebody is throttled");
        let entry = u32::try_from(throttled).expect("a short trace");
        let Some(Answer::Why { chain, .. }) = engine.handle(Slot(0), Ask::Why { entry })
        else {
            panic!("no chain");
        };
        assert!(chain[0].rule.starts_with("CON-"), "{chain:?}");
        assert!(chain.last().is_some_and(|root| root.text.contains("load of shop")));
    }
}
