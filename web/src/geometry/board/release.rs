//! Where alarms and deployments stand.

use lambdarium_sim::WithEvents;

use super::{Board, Columns, GAP, MARGIN, Rect, Shape};

/// Of a deployment, and of an alarm.
const GROUP_H: f64 = 132.0;
/// Of a deployment where there is room for it.
const GROUP_MAX_H: f64 = 184.0;
const GROUP_NARROW_H: f64 = 200.0;
const ALARM_H: f64 = 104.0;
/// A deployment stands so much closer to its function than cards do.
const CLOSER: f64 = 4.0;

/// Places the alarms below the services.
pub(super) fn alarms(shape: &Shape, columns: &Columns, y: &mut f64) -> WithEvents<Rect> {
    let (x, w) = (columns.account_x, columns.account_w);
    let placed = (0..shape.alarms).map(|_| {
        let rect = Rect { x, y: *y, w, h: ALARM_H };
        *y += ALARM_H + GAP;
        rect
    });
    placed.collect()
}

/// Places the deployments of a function below it; says where the next function stands.
pub(super) fn groups(
    shape: &Shape,
    function: usize,
    columns: &Columns,
    mut y: f64,
    board: &mut Board,
) -> f64 {
    let h = if board.narrow { GROUP_NARROW_H } else { GROUP_H };
    let (x, w) = (columns.function_x, columns.function_w);
    for (group, of) in shape.groups.iter().enumerate() {
        if *of == function {
            board.groups[group] = Rect { x, y: y - CLOSER, w, h };
            y += h + GAP - CLOSER;
        }
    }
    y
}

/// Lets deployments reach to the left edge where callers and sources leave room for that, and
/// says where those have to end then.
pub(super) fn widen(board: &mut Board, lefts_end: f64, end: f64) -> f64 {
    let first = board.groups.iter().map(|group| group.y).fold(end, f64::min);
    if board.narrow || board.functions.len() > 1 || lefts_end > first {
        return end;
    }
    for group in board.groups.iter_mut() {
        group.w += group.x - MARGIN;
        group.x = MARGIN;
    }
    first
}

/// Makes the last deployment taller where there is room for that.
pub(super) fn stretch(board: &mut Board, height: f64) {
    let spare = height - board.size.y;
    let bottom = board.size.y - GAP;
    let last = board.groups.len().saturating_sub(1);
    if let Some(rect) = board.groups.get_mut(last)
        && spare > 0.0
        && rect.bottom() >= bottom
        && !board.narrow
    {
        let more = spare.min(GROUP_MAX_H - rect.h).max(0.0);
        rect.h += more;
        board.size.y += more;
    }
}
