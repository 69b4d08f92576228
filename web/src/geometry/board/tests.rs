//! Laws of the layout. The generator of shapes is for native programs alone.

use super::*;
use lambdarium_sim::id::{CallerId, FunctionId, GroupId, MappingId, ServiceId};
use proptest::prelude::*;

fn shapes() -> impl Strategy<Value = Shape> {
    let version =
        (0u16..3, 0u32..300).prop_map(|(index, peak)| VersionShape { index, peak });
    let switches = (any::<bool>(), any::<bool>());
    let function = (0usize..4, prop::collection::vec(version, 1..4), switches).prop_map(
        |(aliases, versions, (queue, splits))| FunctionShape {
            queue,
            aliases,
            splits,
            versions,
            nudge: Point::default(),
        },
    );
    let caller =
        (0usize..5, 0usize..4, any::<bool>()).prop_map(|(function, row, tray)| {
            let row =
                [Row::Card, Row::Alias(row), Row::Version(row), Row::Queue][row % 4];
            CallerShape { function, row, tray, nudge: Point::default() }
        });
    let part = (0u16..6).prop_flat_map(|at| {
        let parts = [
            Part::Caller(CallerId(at)),
            Part::Function(FunctionId(at)),
            Part::Service(ServiceId::new(at)),
            Part::Mapping(MappingId::new(at)),
            Part::Deployment(GroupId::new(at)),
        ];
        prop::sample::select(parts.to_vec())
    });
    let sends = prop::collection::vec((part.clone(), part), 0..9);
    let callers = prop::collection::vec(caller, 0..8);
    let functions = prop::collection::vec(function, 1..6);
    let kinds = [
        ServiceShape::Plain,
        ServiceShape::Read,
        ServiceShape::Delays,
        ServiceShape::Stream(1),
        ServiceShape::Stream(3),
        ServiceShape::Stream(64),
    ];
    let services = prop::collection::vec(prop::sample::select(kinds.to_vec()), 0..5);
    let mappings = prop::collection::vec(0usize..6, 0..4);
    let release = (prop::collection::vec(0usize..6, 0..3), 0usize..3);
    (callers, functions, services, mappings, sends, release).prop_map(
        |(mut callers, functions, services, mut mappings, sends, release)| {
            for caller in &mut callers {
                caller.function %= functions.len();
            }
            mappings.iter_mut().for_each(|function| *function %= functions.len());
            let (mut groups, alarms) = release;
            groups.iter_mut().for_each(|function| *function %= functions.len());
            Shape { callers, functions, services, mappings, sends, groups, alarms }
        },
    )
}

/// A function between what sends to it and what gets the rest.
fn chain() -> Shape {
    let [topic, queue] = [0, 1].map(|at| Part::Service(ServiceId::new(at)));
    let function = Part::Function(FunctionId(0));
    let version = VersionShape { index: 0, peak: 1 };
    let functions = vec![FunctionShape {
        queue: true,
        versions: vec![version],
        ..Default::default()
    }];
    let sends = vec![(topic, function), (topic, queue), (function, queue)];
    let services = vec![ServiceShape::Plain; 2];
    Shape { functions, services, sends, ..Shape::default() }
}

#[test]
fn what_only_sends_to_functions_stands_left_of_them() {
    let board = layout(&chain(), 1_000.0);
    let function = board.functions[0].rect;
    let [topic, queue] = [board.services[0], board.services[1]];
    assert!(topic.right() < function.x && function.right() < queue.x);
    assert_eq!(board.sends.len(), 3);
    let [to_function, to_queue, from_function] = [0, 1, 2].map(|at| board.sends[at].wire);
    assert!(topic.holds(to_function.from) && to_function.to.x < function.x);
    let middle = to_queue.at(0.5);
    assert!(
        middle.y > function.bottom() && middle.y < board.size.y,
        "below the function"
    );
    assert_eq!(from_function.to, to_queue.to);
    // One that receives something, too, stands where all that receives does.
    let mut fed = chain();
    fed.sends.push((Part::Function(FunctionId(0)), Part::Service(ServiceId::new(0))));
    let board = layout(&fed, 1_000.0);
    assert!(board.services[0].x > board.functions[0].rect.right());
    let wire = board.sends[0].wire;
    assert!(wire.to.x < wire.from.x, "back to the function");
}

fn apart(a: &Rect, b: &Rect) -> bool {
    a.right() <= b.x || b.right() <= a.x || a.bottom() <= b.y || b.bottom() <= a.y
}

proptest! {
    #[test]
    fn nothing_overlaps_and_all_is_on_the_board(shape in shapes(), width in 288.0..2400.0f64) {
        let board = layout(&shape, width);
        let mut rects: Vec<Rect> = board.callers.iter().map(|caller| caller.rect).collect();
        rects.extend(board.functions.iter().map(|function| function.rect));
        rects.push(board.account);
        rects.extend(&board.services);
        rects.extend(&board.mappings);
        rects.extend(&board.groups);
        rects.extend(&board.alarms);
        for SendWire { wire, to, .. } in &board.sends {
            let is_left = |rect: &Rect| rect.right() < board.functions[0].rect.x;
            let back = match to {
                Part::Service(id) => is_left(&board.services[usize::from(id.0)]),
                Part::Function(_) | Part::Mapping(_) | Part::Alarm(_) | Part::Deployment(_) => true,
                Part::Caller(_) | Part::Desk => false,
            };
            prop_assert!(wire.to.x >= wire.from.x || board.narrow || back, "{wire:?}");
            for share in [0.25, 0.5, 0.75] {
                let Point { x, y } = wire.at(share);
                prop_assert!((0.0..=board.size.x).contains(&x), "{wire:?}");
                prop_assert!((0.0..=board.size.y).contains(&y), "{wire:?}");
            }
        }
        for (number, a) in rects.iter().enumerate() {
            prop_assert!(a.x >= 0.0 && a.right() <= board.size.x + 0.01, "{a:?}");
            prop_assert!(a.bottom() <= board.size.y, "{a:?} of {:?}", board.size);
            for b in &rects[number + 1..] {
                prop_assert!(apart(a, b), "{a:?} over {b:?} at {width}");
            }
        }
        for function in &board.functions {
            for version in &function.versions {
                if let Cells::Grid { side, count, .. } = version.cells {
                    let last = version.cells.centre(count - 1);
                    let edge = version.rect.bottom();
                    prop_assert!(last.y + side / 2.0 <= edge, "{version:?}");
                    for cell in 0..count {
                        let x = version.cells.centre(cell).x + side / 2.0;
                        prop_assert!(x <= function.rect.right());
                    }
                }
            }
        }
    }

    #[test]
    fn what_was_moved_stays_on_the_board_and_takes_its_wires_along(
        shape in shapes(), width in 288.0..2400.0f64,
        by in prop::collection::vec((-2000.0..2000.0f64, -2000.0..2000.0f64), 14),
    ) {
        let before = layout(&shape, width);
        let mut moved = shape.clone();
        let mut by = by.into_iter().map(|(x, y)| Point { x, y }).cycle();
        moved.callers.iter_mut().for_each(|caller| caller.nudge = by.next().unwrap());
        moved.functions.iter_mut().for_each(|f| f.nudge = by.next().unwrap());
        let after = layout(&moved, width);
        prop_assert_eq!(after.size.x, before.size.x);
        if after.narrow {
            prop_assert_eq!(&after, &before);
        }
        let rects = after.callers.iter().map(|caller| caller.rect);
        for rect in rects.chain(after.functions.iter().map(|function| function.rect)) {
            prop_assert!(rect.x >= 0.0 && rect.right() <= after.size.x + 0.01, "{rect:?}");
            prop_assert!(rect.y >= 0.0 && rect.bottom() <= after.size.y, "{rect:?}");
        }
        for (caller, wire) in after.callers.iter().zip(&after.wires) {
            prop_assert!(caller.rect.holds(wire.from) || after.narrow);
        }
        for (before, after) in before.functions.iter().zip(&after.functions) {
            prop_assert!((before.rect.h - after.rect.h).abs() < 0.01);
            prop_assert_eq!(before.versions.len(), after.versions.len());
        }
    }

    #[test]
    fn wires_begin_at_their_caller_and_end_at_their_function(
        shape in shapes(), width in 288.0..2400.0f64,
    ) {
        let board = layout(&shape, width);
        for ((caller, wire), shape) in board.callers.iter().zip(&board.wires).zip(&shape.callers) {
            let function = board.functions[shape.function].rect;
            prop_assert_eq!(wire.at(0.0), wire.from);
            prop_assert!((wire.from.x - caller.rect.right()).abs() < 0.01
                || (wire.from.y - caller.rect.bottom()).abs() < 0.01);
            prop_assert!(wire.to.y >= function.y - 2.01 && wire.to.y <= function.bottom());
        }
    }
}

/// A queue that a mapping reads for a function, and its dead-letter queue.
fn read() -> Shape {
    let [queue, dead] = [0, 1].map(|at| Part::Service(ServiceId::new(at)));
    let (mapping, function) =
        (Part::Mapping(MappingId::new(0)), Part::Function(FunctionId(0)));
    let version = VersionShape { index: 0, peak: 2 };
    let functions = vec![FunctionShape { versions: vec![version], ..Default::default() }];
    let services = vec![ServiceShape::Read, ServiceShape::Plain];
    let sends =
        vec![(queue, dead), (queue, mapping), (mapping, function), (function, queue)];
    Shape { functions, services, mappings: vec![0], sends, ..Shape::default() }
}

#[test]
fn a_stream_has_room_for_its_shards_and_their_records() {
    let heights = [1, 2, 4, 64].map(|shards| ServiceShape::Stream(shards).height());
    assert!(heights.iter().all(|height| *height < 420.0), "{heights:?}");
    let mut shape = read();
    shape.services[0] = ServiceShape::Stream(1);
    for (width, records) in [(1_000.0, 10.0), (820.0, 8.0), (360.0, 10.0), (320.0, 8.0)] {
        let board = layout(&shape, width);
        assert!(board.services[0].w >= 26.0 + records * 29.0, "{width}");
        assert_eq!(board.services[0].h, ServiceShape::Stream(1).height());
    }
}

#[test]
fn a_queue_stands_left_of_the_mapping_that_reads_it_and_that_above_its_function() {
    let board = layout(&read(), 1_000.0);
    let (queue, mapping, function) =
        (board.services[0], board.mappings[0], board.functions[0].rect);
    assert!(queue.right() < mapping.x && mapping.bottom() < function.y);
    assert!(board.services[1].x > function.right(), "the dead letters");
    let [to_dead, polled, calls, back] = [0, 1, 2, 3].map(|at| board.sends[at].wire);
    assert!(to_dead.to.x > function.right());
    assert!(polled.from.x >= queue.right() && polled.to.x == mapping.x);
    assert!(calls.from.y == mapping.bottom() && calls.to.y < function.y);
    assert!(back.from.x <= function.x && back.to.x >= queue.right());
    // On a narrow board all of it reads downwards.
    let board = layout(&read(), 340.0);
    let (queue, mapping) = (board.services[0], board.mappings[0]);
    assert!(queue.bottom() < mapping.y && mapping.bottom() < board.functions[0].rect.y);
    assert!(board.sends[1].wire.to.y > board.sends[1].wire.from.y);
}
