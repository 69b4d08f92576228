//! What a board has to show, from the run and the screen at the playhead.

use lambdarium_sim::EVENTS;
use lambdarium_sim::id::VersionIx;
use lambdarium_sim::view::{CallerView, Frame, FunctionView, ServiceView, VersionView};

use crate::geometry::{
    CallerShape, FunctionShape, Point, Row, ServiceShape, Shape, VersionShape,
};
use crate::message::Opened;

/// The shape of a board.
pub fn of(run: &Opened, frame: &Frame, peaks: &[Vec<u32>]) -> Shape {
    let shown: Vec<Vec<&VersionView>> = frame
        .functions
        .iter()
        .enumerate()
        .map(|(number, function)| {
            let splits = run.functions.get(number).is_some_and(|text| text.splits);
            versions_shown(number, function, splits, frame, peaks)
        })
        .collect();
    let functions = frame.functions.iter().zip(&shown).enumerate();
    let functions = functions.map(|(number, (function, versions))| FunctionShape {
        queue: run.functions.get(number).is_some_and(|text| text.queue),
        aliases: function.aliases.len(),
        splits: EVENTS && run.functions.get(number).is_some_and(|text| text.splits),
        versions: versions
            .iter()
            .map(|version| VersionShape {
                index: version.index,
                peak: peak(peaks, number, version.index).max(version.provisioned),
            })
            .collect(),
        nudge: moved(run.functions.get(number).map_or((0, 0), |text| text.nudge)),
    });
    let callers = frame.callers.iter().zip(&run.callers).map(|(caller, text)| {
        let function = usize::from(caller.function);
        let versions = shown.get(function).map(Vec::as_slice).unwrap_or_default();
        let view = frame.functions.get(function);
        let row = match text.later {
            true => Row::Queue,
            false => view.map_or(Row::Card, |view| row(caller, view, versions)),
        };
        CallerShape { function, row, tray: text.retries, nudge: moved(text.nudge) }
    });
    Shape {
        callers: callers.collect(),
        functions: functions.collect(),
        services: frame.services.iter().map(service).collect(),
        mappings: frame
            .mappings
            .iter()
            .map(|mapping| mapping.function.0.into())
            .collect(),
        sends: run.sends.clone(),
        groups: frame.groups.iter().map(|group| group.function.0.into()).collect(),
        alarms: run.alarms.len(),
    }
}

fn service(view: &ServiceView) -> ServiceShape {
    if let Some(stream) = &view.stream {
        return ServiceShape::Stream(stream.lanes as usize);
    }
    match &view.queue {
        None => ServiceShape::Plain,
        Some(queue) if queue.delays => ServiceShape::Delays,
        Some(_) => ServiceShape::Read,
    }
}

fn moved((x, y): (i16, i16)) -> Point {
    Point { x: x.into(), y: y.into() }
}

fn peak(peaks: &[Vec<u32>], function: usize, version: u16) -> u32 {
    let versions = peaks.get(function).map(Vec::as_slice).unwrap_or_default();
    versions.get(usize::from(version)).copied().unwrap_or(0)
}

/// What a caller names behind the colon: a version or an alias.
fn qualifier(target: &str) -> &str {
    target.split_once(':').map_or("$LATEST", |(_, qualifier)| qualifier)
}

/// The versions that ever have an environment, that somebody calls by name, or that an alias
/// leads to which shows how it splits requests.
fn versions_shown<'a>(
    number: usize,
    function: &'a FunctionView,
    splits: bool,
    frame: &Frame,
    peaks: &[Vec<u32>],
) -> Vec<&'a VersionView> {
    let mine =
        frame.callers.iter().filter(|caller| usize::from(caller.function) == number);
    let called: Vec<&str> = mine.map(|caller| qualifier(&caller.target)).collect();
    let splits = EVENTS && splits;
    let is_shown = |version: &&VersionView| {
        let by_alias = function.aliases.iter().any(|alias| {
            let other = alias.additional.filter(|_| EVENTS).map(|other| other.version);
            let leads =
                [Some(alias.version), other].contains(&Some(VersionIx(version.index)));
            leads && (splits || called.contains(&alias.name.as_str()))
        });
        by_alias
            || called.contains(&version.name.as_str())
            || version.provisioned > 0
            || peak(peaks, number, version.index) > 0
    };
    let shown: Vec<&VersionView> = function.versions.iter().filter(is_shown).collect();
    if shown.is_empty() { function.versions.iter().take(1).collect() } else { shown }
}

fn row(caller: &CallerView, function: &FunctionView, versions: &[&VersionView]) -> Row {
    let qualifier = qualifier(&caller.target);
    let alias = function.aliases.iter().position(|alias| alias.name == qualifier);
    let version = versions.iter().position(|version| version.name == qualifier);
    alias.map(Row::Alias).or(version.map(Row::Version)).unwrap_or_default()
}
