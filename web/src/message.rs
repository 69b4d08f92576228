//! What the page and the engine say to each other: asks go down, answers come up.
//!
//! Everything here is plain and small, so that it can cross to a worker. Texts made from
//! the trace come ready to read, so the page needs neither the simulator nor the format.

mod compare;
mod edit;
mod fates;
mod fields;
mod life;

use lambdarium_sim::id::{Job, Part};
use lambdarium_sim::odds::Ended;
use lambdarium_sim::plan::lacks_events;
use lambdarium_sim::time::{Instant, Moment, Span};
use lambdarium_sim::trace::Stop;
use lambdarium_sim::view::{Fate, Frame, Gauges, Lanes, Look, Pane};
use lambdarium_sim::{Given, WithEvents};

use crate::pack::Whole;
pub use compare::{Compared, Comparing, Tallies};
pub use edit::Edit;
pub use fates::{FateList, FateText, Judged};
pub use life::{Life, Relative, Station};

/// Which of the runs on the desk is meant; two runs can be compared on one clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Slot(pub u8);

/// Where a run comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The fragment of an address, without `#`; empty opens the first lesson.
    Link(String),
    /// The text of a file.
    Text(String),
}

/// What the page asks.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {
    /// Open a run. If it cannot be opened, the present one stays.
    Open {
        /// From here.
        source: Source,
        /// The text of the lesson that it names; none if it names none, or one that there
        /// is not.
        lesson: Option<String>,
        /// It is the present run, changed: the playhead stays where it is.
        keep: bool,
    },
    /// Change the run.
    Edit(Edit),
    /// The text of the run.
    Text,
    /// Make the run what a text says.
    Write {
        /// The text.
        text: String,
        /// The number of this draft, which comes back with the answer.
        draft: u32,
    },
    /// What can be set: of a part, or of the scenario as a whole.
    Form {
        /// The part, by its name.
        part: Option<String>,
    },
    /// Record a further slice.
    More,
    /// Show a moment.
    Look {
        /// Which, and how.
        look: Look,
        /// With at most so many lines of the story up to it, if they are news.
        lines: u32,
    },
    /// Paint the whole run, and a window of it.
    Paint {
        /// Which window, and how.
        pane: Pane,
        /// Whose gauges; none for all functions together and the first source.
        part: Option<Part>,
    },
    /// The moment one event on, or back.
    Step {
        /// From here.
        from: Moment,
        /// On or back.
        forward: bool,
    },
    /// Why an entry of the trace happened.
    Why {
        /// Its number.
        entry: u32,
    },
    /// The life of a request, over the whole run.
    Life {
        /// Which.
        job: Job,
    },
    /// What a service has received.
    Contents {
        /// The service, by its place in the plan.
        service: u16,
        /// Up to here.
        moment: Moment,
    },
    /// Whether the run is what its scenario expects.
    Judge,
    /// How the run ends with other seeds: some of them, as many as are soon played.
    Odds {
        /// The first, by its place after the run's own.
        from: u32,
        /// At most so many.
        count: u32,
    },
    /// The calls and events behind a number of the fates.
    Fate {
        /// Which number.
        which: Fate,
        /// Up to here.
        moment: Moment,
    },
    /// Something of the run that the present one is compared with.
    Compare {
        /// Only the whole program compares.
        given: Given,
        /// What.
        what: Comparing,
    },
    /// A link to a moment of the run.
    Link {
        /// The playhead; none leaves it out.
        moment: Option<Moment>,
        /// What is selected.
        selection: Option<String>,
    },
}

/// What the engine answers.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// A run is open and its first slice recorded.
    Opened(Box<Opened>),
    /// What was asked for cannot be opened.
    Refused(Refusal),
    /// A change cannot be made; the run is as it was.
    Rejected(Vec<IssueText>),
    /// The text of the run.
    Text(String),
    /// A text cannot be the run, which is as it was.
    Mistakes {
        /// The number of the draft.
        draft: u32,
        /// What is wrong with it.
        mistakes: Vec<Mistake>,
    },
    /// What can be set.
    Form(Box<Form>),
    /// The run is recorded so far.
    Progress(Progress),
    /// One screen.
    Screen(Box<Screen>),
    /// The whole run, and a window of it.
    Painted(Box<Painted>),
    /// A moment, if there is one on that side.
    Moment(Option<Moment>),
    /// The chain of causes, the entry asked for first.
    Why {
        /// The entry.
        entry: u32,
        /// Its causes.
        chain: Vec<Cause>,
    },
    /// The life of a request.
    Life(Whole<Option<Box<Life>>>),
    /// What a service has received, the newest first.
    Contents {
        /// The service.
        service: u16,
        /// The newest of it.
        items: Vec<Content>,
    },
    /// A verdict on each expectation, in their order.
    Judged(Whole<Vec<Judged>>),
    /// The calls and events behind a number of the fates.
    Fate {
        /// Which number.
        which: Fate,
        /// The list.
        list: Whole<FateList>,
    },
    /// Something of a comparison.
    Compared {
        /// Only the whole program compares.
        given: Given,
        /// What.
        what: Compared,
    },
    /// How runs with other seeds have ended.
    Odds {
        /// The place of the first.
        from: u32,
        /// The ends, in the order of the seeds.
        ends: WithEvents<Ended>,
    },
    /// A fragment, or why there is none.
    Link(Result<String, String>),
    /// This needs what only the whole program has.
    Beyond(Box<Ask>),
}

/// What one program hands to another that takes its place.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Handed {
    /// What opens the runs before the present one.
    pub past: Vec<Source>,
    /// What opens the present one.
    pub present: Option<Source>,
    /// What opens those that were undone.
    pub future: Vec<Source>,
    /// The present run where it was left, as a fragment.
    pub left: String,
    /// What the other could not do.
    pub ask: Option<Ask>,
    /// Whether the text is shown.
    pub text: bool,
    /// Where in it somebody was writing.
    pub caret: Option<u32>,
}

/// What can be set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Form {
    /// The part; none is the scenario as a whole.
    pub part: Option<String>,
    /// What it is, in one sentence.
    pub about: String,
    /// Its settings, in groups.
    pub groups: Vec<Group>,
    /// What can be done to it at the playhead.
    pub deeds: Vec<String>,
}

/// Settings that belong together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// What they are about.
    pub title: String,
    /// The settings.
    pub fields: Vec<Field>,
}

/// One setting.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Field {
    /// Where it stands in the scenario.
    pub path: Vec<String>,
    /// A short name.
    pub label: String,
    /// What AWS calls it; may be empty.
    pub aws: String,
    /// Under which name the page's book has a sentence on it; may be empty.
    pub help: String,
    /// What is allowed, with the unit.
    pub allowed: String,
    /// The rule behind it.
    pub rule: String,
    /// How it is set.
    pub input: Input,
    /// What it stands at; empty is unset.
    pub value: String,
    /// What it is if nothing is set; may be empty.
    pub usual: String,
    /// Whether it can be changed from an instant on, by a call.
    pub act: bool,
}

/// How a field is set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Input {
    /// By typing.
    #[default]
    Text,
    /// By choosing one of these.
    Choice(Vec<String>),
}

/// How far a recording is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// The instant it has reached; the end of the run once it has stopped.
    pub reached: Instant,
    /// Why it stopped, once it has.
    pub stop: Option<Stop>,
    /// How long a typical run of function code takes; zero while none has ended.
    pub pace: Span,
    /// The most environments each version of each function had at once, so that the board
    /// can keep room for them: for each function, by the version's place.
    pub peaks: Vec<Vec<u32>>,
}

/// Why something could not be opened, in the words the page shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusal {
    /// What happened, and what to do.
    pub text: String,
    /// Each thing that is wrong, with its place.
    pub issues: Vec<IssueText>,
    /// Whether something was opened all the same.
    pub opened: bool,
}

/// One thing that is wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IssueText {
    /// Where.
    pub place: String,
    /// What was found there.
    pub found: String,
    /// What is allowed.
    pub allowed: String,
    /// The rule that says so.
    pub rule: String,
}

impl IssueText {
    /// Whether it says only that this program plays no events.
    #[must_use]
    pub fn is_beyond(&self) -> bool {
        lacks_events(&self.allowed)
    }
}

impl Refusal {
    /// Whether only the whole program can open it.
    #[must_use]
    pub fn is_beyond(&self) -> bool {
        self.issues.iter().any(IssueText::is_beyond)
    }
}

/// One thing that is wrong with a text, and where it stands in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// What is wrong.
    pub issue: IssueText,
    /// Where.
    pub spot: Spot,
}

/// A place in a text, as editors count: lines and columns from 1, columns and offsets in
/// UTF-16 units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spot {
    /// Its line.
    pub line: u32,
    /// Its column.
    pub column: u32,
    /// Where it begins.
    pub from: u32,
    /// Where it ends.
    pub to: u32,
}

/// A run as it was opened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Opened {
    /// The part of the fragment that opens it again: `e=…`, or `s=…`.
    pub address: String,
    /// Its title.
    pub title: String,
    /// A paragraph on it.
    pub about: String,
    /// Moments that pause and explain.
    pub markers: Vec<Marker>,
    /// What is done at which time.
    pub acts: Vec<ActText>,
    /// What is advised: `found` is what may go wrong, `allowed` what its variation changes.
    /// (A type of its own would cost the small program, which advises nothing.)
    pub advice: WithEvents<IssueText>,
    /// Whether it is the run that was open before, changed.
    pub kept: bool,
    /// The draft it was written by.
    pub draft: Option<u32>,
    /// What is asked before it plays.
    pub question: Option<Question>,
    /// What is expected of it, a line of text each.
    pub expect: WithEvents<String>,
    /// What can be added: its key and its name.
    pub kinds: Vec<(String, String)>,
    /// Its callers.
    pub callers: Vec<CallerText>,
    /// What its functions do, in the order of the plan.
    pub functions: Vec<FunctionText>,
    /// Its queues, topics, buses and buckets, in the order of the plan.
    pub services: WithEvents<ServiceText>,
    /// Its event source mappings, in the order of the plan: `gets` is how they make batches.
    /// (A type of its own would cost the small program, which has none.)
    pub mappings: WithEvents<ServiceText>,
    /// Its alarms, in the order of the plan: `kind` is what one watches, `gets` when it goes
    /// off.
    pub alarms: WithEvents<ServiceText>,
    /// Its deployment groups, in the order of the plan: `kind` is how one shifts traffic,
    /// `gets` the alias.
    pub groups: WithEvents<ServiceText>,
    /// Who hands something over to whom, without waiting for what becomes of it; calls of
    /// callers are not among it.
    pub sends: WithEvents<(Part, Part)>,
    /// Where the link puts the playhead.
    pub moment: Option<Moment>,
    /// What the link selects.
    pub selection: Option<String>,
    /// What else was wrong with the link.
    pub problems: Vec<String>,
    /// How far it is recorded.
    pub progress: Progress,
}

/// A moment that pauses and explains.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marker {
    /// When.
    pub at: Instant,
    /// A few words.
    pub title: String,
    /// A sentence or two.
    pub text: String,
}

/// An act in words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ActText {
    /// When.
    pub at: Instant,
    /// What it does: the operation, in AWS's words.
    pub label: String,
    /// Its parameters, shortened where they cannot be changed.
    pub with: String,
}

/// What is asked before a run plays, and what the run answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Question {
    /// The question.
    pub ask: String,
    /// What can be answered.
    pub choices: Vec<String>,
    /// The right one of the choices.
    pub answer: String,
    /// Why it is right.
    pub because: String,
}

/// A caller in words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallerText {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: String,
    /// One sentence on that.
    pub about: String,
    /// When it calls.
    pub load: String,
    /// Whether it tries again after a failure.
    pub retries: bool,
    /// Whether it only hands events over.
    pub later: bool,
    /// How far it was moved to the right and down.
    pub nudge: (i16, i16),
}

/// A queue, topic, bus or bucket in words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceText {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: String,
    /// When something reaches it from outside; empty if nothing does.
    pub gets: String,
}

/// A function in words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FunctionText {
    /// Its name.
    pub name: String,
    /// What it does with a request.
    pub does: String,
    /// Whether events may wait for it.
    pub queue: bool,
    /// Whether an alias of it may lead requests to two versions.
    pub splits: bool,
    /// How far it was moved to the right and down.
    pub nudge: (i16, i16),
}

/// The whole run, and a window of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Painted {
    /// The axis, the painted scrubber, and the lanes.
    pub lanes: Lanes,
    /// The gauges under them.
    pub gauges: Gauges,
}

/// One screen at one playhead.
#[derive(Clone, Debug, PartialEq)]
pub struct Screen {
    /// What the board shows.
    pub frame: Frame,
    /// When the next thing happens.
    pub next_at: Option<Instant>,
    /// When the last thing happened.
    pub last_at: Option<Instant>,
    /// The story up to the playhead, oldest first; none if it is as it was in the last
    /// screen.
    pub story: Option<Vec<StoryLine>>,
}

/// Something a service has received.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Content {
    /// When.
    pub at: Instant,
    /// Whose, in words; the key of an object.
    pub title: String,
    /// The message or object as JSON, and what stands beside it.
    pub text: String,
}

/// One line of the story.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoryLine {
    /// The entry it stands for.
    pub entry: u32,
    /// The moment just after it.
    pub moment: Moment,
    /// What happened.
    pub text: String,
    /// How often the like happened at that instant; `text` tells the first.
    pub count: u32,
    /// The request it is about, if about one.
    pub job: Option<Job>,
}

/// One link in a chain of causes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cause {
    /// When it happened; none for where it all began.
    pub moment: Option<Moment>,
    /// What happened.
    pub text: String,
    /// The rule behind it; empty for where it all began.
    pub rule: String,
}
