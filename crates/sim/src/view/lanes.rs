//! Lanes and the painted scrubber: the whole run on one axis, bounded by the screen.
//!
//! One pass over the trace; a lane with more spans than are drawn one by one is counted in
//! columns from then on.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::order::keep_first;
use super::scale::{By, Scale};
use super::steps::{StepLane, steps};
use crate::id::{
    CallerId, EnvironmentId, FunctionId, Job, MappingId, Origin, Part, ServiceId,
    VersionIx,
};
use crate::lambda::counts::VersionCounts;
use crate::record::Recording;
use crate::time::{Instant, Span};
use crate::trace::{Ending, Entry, EventFact, Fact, MessageFact};
use crate::{EVENTS, WithEvents};

/// What one column of the painted scrubber shows, worst outcome wins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Paint {
    /// Nothing happened.
    #[default]
    Quiet,
    /// Something ran.
    Running,
    /// Something succeeded.
    Ok,
    /// Something was throttled.
    Throttled,
    /// Something failed.
    Failed,
}

/// One column of the scrubber.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PaintedColumn {
    /// What it shows.
    pub paint: Paint,
}

/// What a lane belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LaneKind {
    /// Runs of a function, one row per environment that fits.
    Function,
    /// Calls of a caller: throttles and waits.
    Caller,
    /// What waits in a function's queue to be tried again.
    Queue,
    /// Messages of an SQS queue that somebody has received: while nobody else gets them.
    Messages,
    /// Batches of a mapping that wait to be tried again.
    Mapping,
}

/// A span or a point on a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LaneSpan {
    /// Row inside the lane.
    pub row: u16,
    /// Where it begins.
    pub from: Instant,
    /// How long Init is at its beginning.
    pub init: Span,
    /// Where it ends; equal to `from` for a point.
    pub to: Instant,
    /// What it shows.
    pub paint: Paint,
    /// Which request.
    pub job: Option<Job>,
    /// The version that ran.
    pub version: Option<VersionIx>,
    /// The entry that tells how it went; none where spans are merged.
    pub entry: Option<u32>,
}

/// One lane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lane {
    /// The part's name; of one version among others, with its number.
    pub name: String,
    /// The part.
    pub part: Part,
    /// What it is.
    pub kind: LaneKind,
    /// Rows it has.
    pub rows: u16,
    /// Its spans, by beginning.
    pub spans: Vec<LaneSpan>,
    /// Whether there was more than fits; then the spans are merged columns.
    pub merged: bool,
    /// Whether anything stands on it, in the window or elsewhere in the run.
    pub used: bool,
}

/// Which window of a run is shown, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pane {
    /// Where the window begins.
    pub from: Instant,
    /// Where it ends; what lies behind the end of the run is not shown.
    pub to: Instant,
    /// What makes a step on the axis.
    pub by: By,
    /// Pixel columns of the axis.
    pub columns: u32,
}

/// The whole run, or a window of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lanes {
    /// Where the window begins.
    pub from: Instant,
    /// Where it ends.
    pub to: Instant,
    /// The axis of the whole run.
    pub scale: Scale,
    /// The scrubber, one entry per pixel column, over the whole run.
    pub columns: Vec<PaintedColumn>,
    /// Lanes per part.
    pub lanes: Vec<Lane>,
    /// Lanes of what stands until it changes.
    pub steps: WithEvents<StepLane>,
}

/// Most spans drawn one by one in a lane; above that they are merged into columns.
const SPANS_MAX: usize = 600;
/// Most rows of a lane.
const ROWS_MAX: usize = 8;

/// Most columns there are.
const COLUMNS_MAX: u32 = 8_192;

/// The painted scrubber of the whole run and the lanes of a window of it.
#[must_use]
pub fn lanes(recording: &Recording, pane: &Pane) -> Lanes {
    let end = recording.end();
    let to = pane.to.min(end);
    let from = pane.from.min(to);
    let scale = match pane.by {
        By::Time => Scale::time(end),
        By::Events => Scale::events(recording, from, to),
    };
    let columns = pane.columns.clamp(1, COLUMNS_MAX);
    let window = Columns::new(&scale, from, to, columns);
    let plan = recording.plan();
    let lane = |name: &str, part, kind| Drawn::new(name.to_string(), part, kind, &window);
    let functions = plan.functions().iter().zip((0..).map(FunctionId));
    let functions = functions.map(|(function, id)| {
        let named =
            |name| Drawn::new(name, Part::Function(id), LaneKind::Function, &window);
        let mut lanes = alloc::vec![named(function.name().to_string())];
        if EVENTS {
            lanes.extend(versions(recording, id).into_iter().map(named));
        }
        lanes
    });
    let queues = plan.functions().iter().zip((0..).map(FunctionId)).filter(|_| EVENTS);
    let queues =
        queues.map(|(of, id)| lane(of.name(), Part::Function(id), LaneKind::Queue));
    let messages = plan.services().iter().zip(0..).filter(|_| EVENTS);
    let messages = messages.map(|(of, at)| {
        lane(of.name(), Part::Service(ServiceId::new(at)), LaneKind::Messages)
    });
    let mappings = plan.mappings().iter().zip(0..).filter(|_| EVENTS);
    let mappings = mappings.map(|(of, at)| {
        lane(of.name(), Part::Mapping(MappingId::new(at)), LaneKind::Mapping)
    });
    let callers = plan.callers().iter().zip((0..).map(CallerId));
    let callers =
        callers.map(|(of, id)| lane(of.name(), Part::Caller(id), LaneKind::Caller));
    let whole = Columns::new(&scale, Instant::START, end, columns);
    let mut drawing = Drawing {
        end,
        scrubber: Coverage::of(&whole),
        open: alloc::vec![Vec::new(); plan.functions().len()],
        functions: functions.collect(),
        queues: queues.collect(),
        received: WithEvents::new(),
        messages: messages.collect(),
        mappings: mappings.collect(),
        callers: callers.collect(),
    };
    for (entry, number) in recording.log().iter().zip(0_u32..) {
        drawing.add(number, entry);
    }
    let (columns, lanes) = drawing.finish();
    let steps = if EVENTS { steps(recording) } else { WithEvents::new() };
    Lanes { from, to, columns, lanes, steps, scale }
}

/// The names of the lanes of a function's versions, if code of several runs.
fn versions(recording: &Recording, id: FunctionId) -> Vec<String> {
    let state = recording.head().world().lambda().function(id);
    let run = |counts: &&VersionCounts| counts.invocations > 0;
    if state.by_version.iter().filter(run).count() < 2 {
        return Vec::new();
    }
    let function = recording.last_plan().function(id);
    let versions = function.versions().iter();
    versions.map(|version| [function.name(), ":", &version.name()].concat()).collect()
}

/// Lanes on their way.
struct Drawing<'a> {
    end: Instant,
    scrubber: Coverage<'a>,
    /// Runs under way, by function and environment.
    open: Vec<Vec<Option<LaneSpan>>>,
    /// Of each function: what belongs to no version, and the versions, if several run.
    functions: Vec<Vec<Drawn<'a>>>,
    queues: Vec<Drawn<'a>>,
    /// Messages that somebody has received and not deleted.
    received: WithEvents<(Job, LaneSpan)>,
    messages: WithEvents<Drawn<'a>>,
    mappings: WithEvents<Drawn<'a>>,
    callers: Vec<Drawn<'a>>,
}

fn paint_of(ending: Ending) -> Paint {
    if ending == Ending::Succeeded { Paint::Ok } else { Paint::Failed }
}

/// A stretch of a lane that an entry is about.
fn span_of(
    number: u32,
    entry: &Entry,
    from: Instant,
    to: Instant,
    paint: Paint,
) -> LaneSpan {
    let (row, init, job, version) = (0, Span::ZERO, entry.job, None);
    LaneSpan { row, from, init, to, paint, job, version, entry: Some(number) }
}

impl Drawing<'_> {
    fn add(&mut self, number: u32, entry: &Entry) {
        let at = entry.at;
        let span = |from, to, paint| span_of(number, entry, from, to, paint);
        let point = |paint| span(at, at, paint);
        match entry.fact {
            Fact::Started { environment, init, version, .. } => {
                let running = span(at, self.end, Paint::Running);
                let run = LaneSpan { init, version: Some(version), ..running };
                if let Some(place) = self.run_in(entry.part, environment) {
                    *place = Some(run);
                }
            }
            Fact::Ended { ending, environment, .. } => {
                let paint = paint_of(ending);
                let run = self.run_in(entry.part, environment).and_then(Option::take);
                if let Some(run) = run {
                    let run = LaneSpan { to: at, paint, entry: Some(number), ..run };
                    self.draw(entry.part, run);
                }
            }
            Fact::Throttled { .. } => self.draw(entry.part, point(Paint::Throttled)),
            Fact::Refused { .. } => self.draw(entry.part, point(Paint::Failed)),
            Fact::RetryPlanned { after, .. } => {
                self.draw(entry.part, span(at, at.plus(after), Paint::Throttled));
            }
            Fact::Event(EventFact::PutBack { after, .. }) => {
                self.draw_waiting(entry.part, span(at, at.plus(after), Paint::Throttled));
            }
            Fact::WaitEnded { waited } => {
                let from = Instant(at.0.saturating_sub(waited.0));
                self.draw(entry.part, span(from, at, Paint::Failed));
            }
            Fact::Message(fact) if EVENTS => self.draw_message(entry, fact, span),
            Fact::Called
            | Fact::Message(_)
            | Fact::Stream(_)
            | Fact::Release(_)
            | Fact::Retried { .. }
            | Fact::QuotaExhausted { .. }
            | Fact::Answered { .. }
            | Fact::DryRunAnswered
            | Fact::SpilledOver { .. }
            | Fact::InitCut
            | Fact::Abandoned
            | Fact::EnvironmentRemoved { .. }
            | Fact::ProvisioningStarted { .. }
            | Fact::ProvisioningReady { .. }
            | Fact::ProvisioningFailed { .. }
            | Fact::Event(
                EventFact::Queued
                | EventFact::Duplicated { .. }
                | EventFact::Dispatched { .. }
                | EventFact::Finished { .. }
                | EventFact::Sent { .. }
                | EventFact::DeliveryFailed { .. }
                | EventFact::Received
                | EventFact::Filtered { .. },
            )
            | Fact::Replied { .. }
            | Fact::Alias(_)
            | Fact::Cost { .. }
            | Fact::Stopped { .. } => {}
        }
    }

    /// The place of the run in an environment; their numbers grow from 1.
    fn run_in(
        &mut self,
        part: Part,
        environment: EnvironmentId,
    ) -> Option<&mut Option<LaneSpan>> {
        let Part::Function(function) = part else { return None };
        let open = self.open.get_mut(usize::from(function.0))?;
        let place = environment.0 as usize;
        if open.len() <= place {
            open.resize(place + 1, None);
        }
        open.get_mut(place)
    }

    /// A wait may reach behind the end.
    fn draw(&mut self, part: Part, span: LaneSpan) {
        let span = LaneSpan { to: span.to.min(self.end), ..span };
        let lane = match part {
            Part::Function(id) => {
                self.scrubber.add(&span);
                let lanes = self.functions.get_mut(usize::from(id.0));
                let of_version = span.version.map_or(0, |at| usize::from(at.0) + 1);
                lanes.and_then(|lanes| {
                    let place = if lanes.len() > 1 { of_version } else { 0 };
                    lanes.get_mut(place)
                })
            }
            Part::Caller(id) => self.callers.get_mut(usize::from(id.0)),
            Part::Mapping(id) => self.mappings.get_mut(usize::from(id.0)),
            Part::Desk | Part::Service(_) | Part::Alarm(_) | Part::Deployment(_) => None,
        };
        if let Some(lane) = lane {
            lane.add(span);
        }
    }

    /// What becomes of a message of a queue: from when somebody has received it, until it is
    /// deleted or others can receive it.
    fn draw_message(
        &mut self,
        entry: &Entry,
        fact: MessageFact,
        span: impl Fn(Instant, Instant, Paint) -> LaneSpan,
    ) {
        let (Part::Service(id), Some(job)) = (entry.part, entry.job) else {
            if fact == MessageFact::LetGo {
                self.draw(entry.part, span(entry.at, entry.at, Paint::Failed));
            }
            return;
        };
        let paint = match fact {
            MessageFact::HandedOut { .. } => {
                let open = span(entry.at, self.end, Paint::Running);
                return self.received.push((job, open));
            }
            MessageFact::Deleted => Paint::Ok,
            MessageFact::Reappeared | MessageFact::Expired => Paint::Throttled,
            MessageFact::Waits { .. }
            | MessageFact::FilteredOut
            | MessageFact::NotDeleted
            | MessageFact::Deduplicated
            | MessageFact::OverLimit
            | MessageFact::Batched { .. }
            | MessageFact::Settled { .. }
            | MessageFact::LetGo
            | MessageFact::Scaled { .. }
            | MessageFact::Mapped { .. }
            | MessageFact::Became { .. }
            | MessageFact::Gone => return,
        };
        let Some(place) = self.received.iter().position(|(open, _)| *open == job) else {
            return;
        };
        let (_, open) = self.received.swap_remove(place);
        let closed = LaneSpan { to: entry.at, paint, entry: open.entry, ..open };
        if let Some(lane) = self.messages.get_mut(usize::from(id.0)) {
            lane.add(closed);
        }
    }

    fn draw_waiting(&mut self, part: Part, span: LaneSpan) {
        if let Part::Function(id) = part
            && let Some(queue) = self.queues.get_mut(usize::from(id.0))
        {
            queue.add(LaneSpan { to: span.to.min(self.end), ..span });
        }
    }

    fn finish(mut self) -> (Vec<PaintedColumn>, Vec<Lane>) {
        let open = core::mem::take(&mut self.open);
        for (id, open) in (0..).map(FunctionId).zip(open) {
            for run in open.into_iter().flatten() {
                self.draw(Part::Function(id), run);
            }
        }
        let paints = self.scrubber.paints();
        let columns = paints.map(|paint| PaintedColumn { paint }).collect();
        for (job, open) in self.received {
            if let Origin::Service(id) = job.origin
                && let Some(lane) = self.messages.get_mut(usize::from(id.0))
            {
                lane.add(open);
            }
        }
        let mut lanes = Vec::new();
        let mut queues = self.queues.into_iter();
        for function in self.functions {
            lanes
                .extend(function.into_iter().filter(|lane| lane.used).map(Drawn::finish));
            // Below it what waits for it, if anything does.
            lanes.extend(queues.next().filter(|queue| queue.used).map(Drawn::finish));
        }
        let others = self.messages.into_iter().chain(self.mappings);
        lanes.extend(others.filter(|lane| lane.used).map(Drawn::finish));
        lanes.extend(self.callers.into_iter().map(Drawn::finish));
        (columns, lanes)
    }
}

/// A lane on its way: spans one by one, or columns once there are too many.
struct Drawn<'a> {
    name: String,
    part: Part,
    kind: LaneKind,
    window: &'a Columns,
    spans: Vec<LaneSpan>,
    merged: Option<Coverage<'a>>,
    used: bool,
}

impl<'a> Drawn<'a> {
    fn new(name: String, part: Part, kind: LaneKind, window: &'a Columns) -> Self {
        let (spans, merged, used) = (Vec::new(), None, false);
        Self { name, part, kind, window, spans, merged, used }
    }

    fn add(&mut self, span: LaneSpan) {
        self.used = true;
        if span.to < self.window.from || span.from > self.window.to {
            return;
        }
        if let Some(coverage) = &mut self.merged {
            return coverage.add(&span);
        }
        self.spans.push(span);
        if self.spans.len() > SPANS_MAX {
            let mut coverage = Coverage::of(self.window);
            for span in self.spans.drain(..) {
                coverage.add(&span);
            }
            self.merged = Some(coverage);
        }
    }

    fn finish(self) -> Lane {
        let Self { name, part, kind, mut spans, merged, used, .. } = self;
        // Runs were added when they ended.
        keep_first(&mut spans, usize::MAX, |span| (span.from.0, span.to.0));
        let (rows, spans, merged) = match merged {
            Some(coverage) => (1, coverage.spans(), true),
            None => (stack(&mut spans, rows_of(kind)), spans, false),
        };
        Lane { name, part, kind, rows, spans, merged, used }
    }
}

/// Most rows of a lane of this kind.
const fn rows_of(kind: LaneKind) -> usize {
    match kind {
        LaneKind::Function | LaneKind::Caller | LaneKind::Queue => ROWS_MAX,
        // Thin lines, of which there may be many.
        LaneKind::Messages | LaneKind::Mapping => ROWS_MAX / 2,
    }
}

/// Gives each span the first row that is free at its beginning; what does not fit goes
/// to the last one.
fn stack(spans: &mut [LaneSpan], rows_max: usize) -> u16 {
    let mut free_from = alloc::vec![None; rows_max];
    let mut rows = 1;
    for span in spans {
        let free = |until: &Option<Instant>| until.is_none_or(|until| until <= span.from);
        let row = free_from.iter().position(free).unwrap_or(rows_max - 1);
        free_from[row] = free_from[row].max(Some(span.to));
        span.row = u16::try_from(row).unwrap_or(0);
        rows = rows.max(span.row + 1);
    }
    rows
}

/// Where instants of a window fall on columns.
struct Columns {
    from: Instant,
    to: Instant,
    starts: Vec<Instant>,
}

impl Columns {
    fn new(scale: &Scale, from: Instant, to: Instant, columns: u32) -> Self {
        Self { from, to, starts: scale.columns(from, to, columns) }
    }

    fn of(&self, at: Instant) -> usize {
        self.starts.partition_point(|start| *start <= at).saturating_sub(1)
    }

    /// Where a column begins; behind the last one, where the window ends.
    fn start(&self, column: usize) -> Instant {
        self.starts.get(column).copied().unwrap_or(self.to)
    }
}

const PAINTS: [Paint; 5] =
    [Paint::Quiet, Paint::Running, Paint::Ok, Paint::Throttled, Paint::Failed];

/// How many spans of each paint cover each column, kept as what changes at a column.
struct Coverage<'a> {
    scale: &'a Columns,
    changes: Vec<[i32; PAINTS.len()]>,
}

impl<'a> Coverage<'a> {
    fn of(scale: &'a Columns) -> Self {
        let changes = alloc::vec![[0; PAINTS.len()]; scale.starts.len() + 1];
        Self { scale, changes }
    }

    fn add(&mut self, span: &LaneSpan) {
        let (first, last) = (self.scale.of(span.from), self.scale.of(span.to));
        self.changes[first][span.paint as usize] += 1;
        self.changes[last + 1][span.paint as usize] -= 1;
    }

    /// The paint of each column; the worst outcome wins.
    fn paints(&self) -> impl Iterator<Item = Paint> {
        let mut covering = [0; PAINTS.len()];
        let columns = &self.changes[..self.scale.starts.len()];
        columns.iter().map(move |changes| {
            for (count, change) in covering.iter_mut().zip(changes) {
                *count += change;
            }
            let worst = covering.iter().rposition(|count| *count > 0);
            worst.map_or(Paint::Quiet, |worst| PAINTS[worst])
        })
    }

    /// One row of columns, neighbours of the same paint in one span.
    fn spans(&self) -> Vec<LaneSpan> {
        let mut merged: Vec<LaneSpan> = Vec::new();
        for (column, paint) in self.paints().enumerate() {
            let (from, to) = (self.scale.start(column), self.scale.start(column + 1));
            match merged.last_mut() {
                Some(last) if last.paint == paint => last.to = to,
                Some(_) | None => {
                    let (row, init, job) = (0, Span::ZERO, None);
                    let (version, entry) = (None, None);
                    merged.push(LaneSpan {
                        row,
                        from,
                        init,
                        to,
                        paint,
                        job,
                        version,
                        entry,
                    });
                }
            }
        }
        merged.retain(|span| span.paint != Paint::Quiet);
        merged
    }
}
