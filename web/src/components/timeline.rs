//! The whole run on one axis: the painted scrubber with its markers, the lanes of every
//! part, and the one playhead that goes through all of them.

mod lanes;

use lambdarium_sim::time::{Instant, Moment};
use lambdarium_sim::view::{Lanes, Paint};
use web_sys::{Element, KeyboardEvent, PointerEvent};
use yew::prelude::*;

use super::svg;
use crate::desk::{Action, Desk};
use crate::geometry::{Axis, Point, Rect, Tick, clock, px};
use crate::message::Marker;
use crate::shared::Shared;
use crate::texts;

/// The gutter with the names of the lanes.
const GUTTER: f64 = 204.0;
/// On a narrow page there is none.
const NARROW: f64 = 700.0;
const MARGIN: f64 = 20.0;
const SCRUB_Y: f64 = 30.0;
const SCRUB_H: f64 = 14.0;
const LANES_Y: f64 = 78.0;
/// Least distance between two labels of the axis.
const LABEL_GAP: f64 = 84.0;

fn axis(width: f64, end_us: u64) -> Axis {
    let left = if width < NARROW { 16.0 } else { GUTTER };
    let right = if width < NARROW { 16.0 } else { MARGIN };
    Axis { left, width: (width - left - right).max(1.0), end_us }
}

/// How many columns the engine should paint for a dock of a width.
#[must_use]
pub fn columns(width: f64) -> u32 {
    if width < 1.0 { 0 } else { axis(width, 1).width as u32 }
}

#[derive(PartialEq, Properties)]
pub struct Props {
    pub desk: Desk,
    pub width: f64,
    pub on_action: Callback<Action>,
}

/// The timeline.
#[component]
pub fn Timeline(props: &Props) -> Html {
    let desk = &props.desk;
    let axis = axis(props.width, desk.end().0);
    let narrow = props.width < NARROW;
    let lanes_h =
        if narrow { 0.0 } else { desk.lanes.as_ref().map_or(0.0, |l| lanes::height(l)) };
    let height = if narrow { SCRUB_Y + SCRUB_H + 8.0 } else { LANES_Y + lanes_h + 8.0 };
    let playhead_x = axis.x(desk.playhead.at);
    let playhead = Point { x: playhead_x, y: 26.0 };
    let markers = desk.run.as_ref().map(|run| run.markers.as_slice()).unwrap_or_default();
    let inner = use_node_ref();
    let seeking = seek_by_pointer(&inner, axis, &props.on_action);
    html! {
        <div class="timeline" ref={inner} onpointerdown={seeking.clone()} onpointermove={seeking}>
            { scrubber(desk, &props.on_action) }
            <svg class="pic line" viewBox={format!("0 0 {} {}", px(props.width), px(height))}
                width={px(props.width)} height={px(height)} aria-hidden="true">
                if !narrow { { svg::text(16.0, 41.0, "t11 d", texts::WHOLE_RUN) } }
                <Painted lanes={desk.lanes.clone()} {axis} />
                if !narrow {
                    { ticks(axis, height) }
                    if let Some(all) = &desk.lanes { { lanes::lanes(all, axis, LANES_Y, playhead_x) } }
                }
                { flags(markers, axis, desk.marker()) }
                { svg::line(playhead, Point { y: height, ..playhead }, "ph") }
                { svg::mark(playhead, "M-6 0 h12 v8 l-6 7 l-6 -7z", "ph-knob") }
            </svg>
        </div>
    }
}

/// Puts the playhead under the pointer while it is pressed.
fn seek_by_pointer(
    node: &NodeRef,
    axis: Axis,
    on_action: &Callback<Action>,
) -> Callback<PointerEvent> {
    let (node, on_action) = (node.clone(), on_action.clone());
    Callback::from(move |event: PointerEvent| {
        let Some(element) = node.cast::<Element>() else { return };
        if event.buttons() & 1 == 0 {
            return;
        }
        let x = f64::from(event.client_x()) - element.get_bounding_client_rect().left();
        let starts = event.type_() == "pointerdown";
        if starts && x < axis.left - 8.0 {
            return;
        }
        if starts {
            // Without capture the pointer only has to stay over the timeline.
            let _ = element.set_pointer_capture(event.pointer_id());
            on_action.emit(Action::Pause);
        }
        on_action.emit(Action::Seek(Moment::end_of(axis.at(x))));
    })
}

/// The playhead for keyboards and screen readers.
fn scrubber(desk: &Desk, on_action: &Callback<Action>) -> Html {
    let (at, end) = (desk.playhead.at.0, desk.end().0);
    let text = desk.frame.as_ref().map(|frame| {
        let fates = frame.fates;
        format!(
            "{} of {}: {} entered, {} succeeded, {} running",
            clock(at),
            clock(end),
            fates.entered,
            fates.succeeded,
            fates.running
        )
    });
    let onkeydown = {
        let on_action = on_action.clone();
        Callback::from(move |event: KeyboardEvent| {
            let page = end / 10;
            let to = match event.key().as_str() {
                "PageUp" | "ArrowUp" => at.saturating_add(page),
                "PageDown" | "ArrowDown" => at.saturating_sub(page),
                _ => return,
            };
            event.prevent_default();
            on_action.emit(Action::Seek(Moment::end_of(Instant(to))));
        })
    };
    html! {
        <div class="scrubber" id="scrubber" role="slider" tabindex="0" aria-label={texts::PLAYHEAD}
            aria-valuemin="0" aria-valuemax={(end / 1_000).to_string()}
            aria-valuenow={(at / 1_000).to_string()} aria-valuetext={text} {onkeydown}></div>
    }
}

#[derive(PartialEq, Properties)]
struct PaintedProps {
    lanes: Option<Shared<Lanes>>,
    axis: Axis,
}

/// The scrubber, painted with outcomes, so that a moment worth a look is seen before it
/// is reached.
#[component]
fn Painted(props: &PaintedProps) -> Html {
    let axis = props.axis;
    let columns =
        props.lanes.as_ref().map(|lanes| lanes.columns.as_slice()).unwrap_or_default();
    let each = axis.width / columns.len().max(1) as f64;
    let whole = Rect { x: axis.left, y: SCRUB_Y, w: axis.width, h: SCRUB_H };
    let mut runs: Vec<(usize, usize, Paint)> = Vec::new();
    for (place, column) in columns.iter().enumerate() {
        match runs.last_mut() {
            Some((_, to, paint)) if *paint == column.paint => *to = place + 1,
            Some(_) | None => runs.push((place, place + 1, column.paint)),
        }
    }
    html! {
        <g>
            { svg::rect(whole, "3", "scrub") }
            { for runs.into_iter().filter(|run| run.2 != Paint::Quiet).map(|(from, to, paint)| {
                let (x, w) = (axis.left + each * from as f64, each * (to - from) as f64);
                let at = Rect { x, y: SCRUB_Y + 3.0, w: w.max(1.5), h: 8.0 };
                svg::rect(at, "1", paint_class(paint))
            }) }
        </g>
    }
}

/// The class that fills a span.
fn paint_class(paint: Paint) -> &'static str {
    match paint {
        Paint::Quiet => "sp sp-0",
        Paint::Running => "sp sp-run",
        Paint::Ok => "sp sp-ok",
        Paint::Throttled => "sp sp-wait",
        Paint::Failed => "sp sp-fail",
    }
}

fn ticks(axis: Axis, bottom: f64) -> Html {
    html! {
        <>
            { for axis.ticks(LABEL_GAP).into_iter().enumerate().map(|(place, tick)| {
                let Tick { x, label } = tick;
                let class = if place == 0 { "t11 dd" } else { "t11 mid dd" };
                html! {
                    <>
                        { svg::line(Point { x, y: 58.0 }, Point { x, y: bottom }, "rule") }
                        { svg::text(x, 70.0, class, label) }
                    </>
                }
            }) }
        </>
    }
}

/// The markers; those ahead are hollow.
fn flags(markers: &[Marker], axis: Axis, current: Option<usize>) -> Html {
    html! {
        <>
            { for markers.iter().enumerate().map(|(place, marker)| {
                let x = axis.x(marker.at);
                let (flag, number) = match current {
                    Some(current) if place == current => ("flag-now", "flag-n"),
                    Some(current) if place < current => ("flag", "flag-n"),
                    Some(_) | None => ("flag-next", "flag-next-n"),
                };
                html! {
                    <>
                        { svg::circle(Point { x, y: 14.0 }, 9.0, flag) }
                        { svg::text(x, 18.0, number, (place + 1).to_string()) }
                        { svg::line(Point { x, y: 23.0 }, Point { x, y: 30.0 }, "lead") }
                    </>
                }
            }) }
        </>
    }
}
