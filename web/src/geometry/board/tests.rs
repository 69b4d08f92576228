//! Laws of the layout. The generator of shapes is for native programs alone.

use super::*;
use proptest::prelude::*;

fn shapes() -> impl Strategy<Value = Shape> {
    let version =
        (0u16..3, 0u32..300).prop_map(|(index, peak)| VersionShape { index, peak });
    let function = (0usize..4, prop::collection::vec(version, 1..4), any::<bool>())
        .prop_map(|(aliases, versions, queue)| FunctionShape {
            queue,
            aliases,
            versions,
            nudge: Point::default(),
        });
    let caller =
        (0usize..5, 0usize..4, any::<bool>()).prop_map(|(function, row, tray)| {
            let row =
                [Row::Card, Row::Alias(row), Row::Version(row), Row::Queue][row % 4];
            CallerShape { function, row, tray, nudge: Point::default() }
        });
    let service = prop::collection::vec(0usize..6, 0..3);
    let services = prop::collection::vec(service, 0..5);
    let callers = prop::collection::vec(caller, 0..8);
    (callers, prop::collection::vec(function, 1..6), services).prop_map(
        |(mut callers, functions, services)| {
            for caller in &mut callers {
                caller.function %= functions.len();
            }
            let feeds = vec![vec![0]; functions.len()];
            Shape { callers, functions, services, feeds }
        },
    )
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
        for SendWire { wire, to, .. } in &board.sends {
            let back = matches!(to, SendTo::Function(_));
            prop_assert!(wire.to.x >= wire.from.x || board.narrow || back, "{wire:?}");
            prop_assert!((0.0..=board.size.x).contains(&wire.at(0.5).x), "{wire:?}");
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
