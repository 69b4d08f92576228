//! The whole run on one axis: the painted scrubber with its markers and acts, the lanes of
//! every part and the gauges in a window of it, and the one playhead through all of them.
//!
//! What does not change while a run plays stands in layers that are drawn once; with a tick
//! only the playhead and the readings change, and a sheet slides.

mod acts;
mod details;
mod flags;
pub(super) mod gauges;
mod gestures;
mod lanes;
mod place;
mod steps;
mod tools;

use lambdarium_sim::EVENTS;
use lambdarium_sim::time::{Instant, Moment};
use lambdarium_sim::view::{Frame, Paint};
use web_sys::{Element, HtmlElement, KeyboardEvent, PointerEvent};
use yew::prelude::*;

use super::keys::PAN;
use super::svg;
use crate::desk::{Action, Desk, Picked};
use crate::geometry::{Point, Rect, Tick, clock, px};
use crate::message::{Edit, Opened, Painted};
use crate::shared::Shared;
use crate::texts;
use gestures::{touch, use_hands};
use place::{HEAD_FOLDED_H, HEAD_H, Place, SCRUB_H, SCRUB_Y};

pub use tools::PRESS;

/// Least distance between two labels of the axis.
const LABEL_GAP: f64 = 84.0;

/// How many columns the engine should paint for a dock of a width.
#[must_use]
pub fn columns(width: f64) -> u32 {
    if width < 1.0 { 0 } else { Place::new(width).width as u32 }
}

/// Whether lanes and gauges are shown: on a narrow page only if somebody wants them.
fn is_unfolded(desk: &Desk, width: f64) -> bool {
    desk.unfolded.unwrap_or(!Place::new(width).narrow)
}

/// The controls of the timeline.
pub fn tools(desk: &Desk, width: f64, on_action: &Callback<Action>) -> Html {
    let unfold = match Place::new(width).narrow {
        true => tools::unfold(is_unfolded(desk, width), on_action),
        // It stands in the gutter.
        false => Html::default(),
    };
    tools::tools(desk, unfold, on_action)
}

#[derive(PartialEq, Properties)]
pub struct Props {
    pub desk: Desk,
    pub width: f64,
    pub on_action: Callback<Action>,
    pub on_edit: Callback<Edit>,
}

/// The timeline.
#[component]
pub fn Timeline(props: &Props) -> Html {
    let Props { desk, width, on_action, on_edit } = props;
    let place = Place::new(*width);
    let (root, lanes) = (use_node_ref(), use_node_ref());
    let hands = use_hands(&root, &lanes, place, on_action);
    use_effect_with((desk.run.clone(), desk.act), |(_, act)| acts::keep_focus(*act));
    let (Some(painted), Some(run)) = (&desk.painted, &desk.run) else {
        return html! { <div class="timeline" ref={root}></div> };
    };
    let acts = acts::acts(desk, (run, painted), place, &hands, (on_action, on_edit));
    let unfolded = is_unfolded(desk, *width);
    let touched = touch(&hands, (&root, &lanes), painted, place, on_action);
    html! {
        <div class="timeline" ref={root} onpointerdown={touched.clone()}
            onpointermove={touched.clone()} onpointerup={touched.clone()}
            onpointercancel={touched}
            onpointerleave={on_action.reform(|_: PointerEvent| Action::Pick(None))}>
            <div class="head-line">
                { scrubber(desk, on_action) }
                { head(desk, painted, run, (place, unfolded), acts, on_action) }
                <span id={flags::ABOUT} hidden=true>{ texts::ACT_ABOUT }</span>
                if !place.narrow { { tools::unfold(unfolded, on_action) } }
            </div>
            if unfolded {
                <div class="lanes" id="lanes" ref={lanes.clone()} tabindex="0" role="group"
                    aria-label={if EVENTS { texts::LANES_TELL } else { texts::LANES_ABOUT }}
                    onkeydown={pick_by_key(desk.picked, &lanes, painted, place, on_action)}>
                    <Window painted={painted.clone()} run={run.clone()} {place} at={desk.playhead.at}
                        frame={desk.frame.clone()} picked={desk.picked} told={desk.told.clone()} />
                </div>
            }
        </div>
    }
}

/// A picture as wide as the page; without a label it is for the eyes alone.
fn picture(
    place: Place,
    height: f64,
    label: Option<&'static str>,
    content: Html,
) -> Html {
    let (width, height) = (px(place.page), px(height));
    html! {
        <svg class="pic line" viewBox={["0 0 ", &width, " ", &height].concat()} {width} {height}
            role={label.map(|_| "group")} aria-label={label}
            aria-hidden={label.is_none().then_some("true")}>{ content }</svg>
    }
}

/// The scrubber with markers, acts and the labels of the axis.
fn head(
    desk: &Desk,
    painted: &Shared<Painted>,
    run: &Shared<Opened>,
    (place, unfolded): (Place, bool),
    acts: Html,
    on_action: &Callback<Action>,
) -> Html {
    let (whole, window) = (place.whole(painted), place.window(painted));
    // Where there is room the button that unfolds them stands under the scrubber.
    let height = if unfolded || !place.narrow { HEAD_H } else { HEAD_FOLDED_H };
    let at = desk.playhead.at;
    // On whole pixels, so that it moves only when that can be seen.
    let knob = Point { x: whole.x(at).round(), y: 26.0 };
    let x = window.x(at).round();
    let still = if unfolded { Layer::Head } else { Layer::Folded };
    let content = html! {
        <>
            <Still painted={painted.clone()} run={run.clone()} {place} layer={still} />
            { acts }
            { flags::markers(desk, whole, on_action) }
            { svg::line(knob, Point { y: SCRUB_Y + SCRUB_H + 4.0, ..knob }, "ph") }
            if unfolded && window.shows(at) {
                { svg::line(Point { x, y: SCRUB_Y + SCRUB_H + 4.0 }, Point { x, y: height }, "ph") }
            }
            { svg::mark(knob, "m-6 0h12v8l-6 7l-6-7z", "ph-knob") }
        </>
    };
    picture(place, height, Some(texts::SCRUBBER), content)
}

/// Lanes and gauges. What lies behind the playhead stands on a sheet that slides over
/// what lies ahead of it, so that nothing is painted again while a run plays.
#[derive(PartialEq, Properties)]
struct WindowProps {
    painted: Shared<Painted>,
    run: Shared<Opened>,
    frame: Option<Shared<Frame>>,
    place: Place,
    at: Instant,
    picked: Option<Picked>,
    told: Option<(u32, String)>,
}

#[component]
fn Window(props: &WindowProps) -> Html {
    let WindowProps { painted, run, frame, place, at, picked, told } = props;
    let place = *place;
    let axis = place.window(painted);
    let height = place.height(painted);
    let x = axis.x(*at).round();
    let (pane, past) = (use_node_ref(), use_node_ref());
    let (sheet, playhead) = (use_node_ref(), use_node_ref());
    let nodes = [&pane, &past, &sheet, &playhead].map(NodeRef::clone);
    use_effect_with((place, x, axis.shows(*at)), move |(place, x, shows)| {
        slide(&nodes, *place, *x, *shows);
    });
    let still = |layer| {
        html! { <Still painted={painted.clone()} run={run.clone()} {place} {layer} /> }
    };
    let layer = |layer| {
        picture(
            place,
            height,
            None,
            html! { <>{ still(Layer::Ground) }{ still(layer) }</> },
        )
    };
    html! {
        <div class="layers">
            { layer(Layer::Ahead) }
            <div class="pane" ref={pane}>
                <div class="past" ref={past}>
                    <div class="sheet" ref={sheet}>
                        { layer(Layer::Past) }
                    </div>
                </div>
            </div>
            <div class="front">
                { picture(place, height, Some(texts::GAUGES), html! {
                    <>
                        { still(Layer::Front) }
                        if let Some(frame) = frame {
                            if EVENTS { { steps::labels(painted, frame, place) } }
                            { gauges::readings(painted, frame, place, run) }
                        }
                        if let Some(picked) = *picked {
                            { details::bubble((told.as_ref(), frame.as_deref()), painted, place, picked) }
                        }
                    </>
                }) }
            </div>
            <div class="playhead" ref={playhead}></div>
        </div>
    }
}

/// Puts the sheet so that it ends at the playhead. Transforms are all that changes, which
/// a browser can do without painting; the policy of the page allows no style in the HTML.
fn slide(
    [pane, past, sheet, playhead]: &[NodeRef; 4],
    place: Place,
    x: f64,
    shows: bool,
) {
    let (left, right) = (place.left - 8.0, place.right() + 8.0);
    let back = x.max(left).min(right) - right;
    let set = |node: &NodeRef, name: &str, value: &str| {
        if let Some(element) = node.cast::<HtmlElement>() {
            // Every name here is one, so this cannot fail.
            let _ = element.style().set_property(name, value);
        }
    };
    let moved = |x: f64| ["translateX(", &px(x), "px)"].concat();
    set(pane, "left", &[&px(left), "px"].concat());
    set(pane, "width", &[&px(right - left), "px"].concat());
    set(sheet, "left", &[&px(-left), "px"].concat());
    set(past, "transform", &moved(back));
    set(sheet, "transform", &moved(-back));
    set(playhead, "transform", &moved(x));
    set(playhead, "display", if shows { "" } else { "none" });
}

/// Arrows up and down go from span to span; with Shift, those to the sides move the window.
fn pick_by_key(
    picked: Option<Picked>,
    lanes: &NodeRef,
    painted: &Shared<Painted>,
    place: Place,
    on_action: &Callback<Action>,
) -> Callback<KeyboardEvent> {
    let (lanes, painted) = (lanes.clone(), painted.clone());
    let on_action = on_action.clone();
    Callback::from(move |event: KeyboardEvent| {
        let on = event.key() == "ArrowDown";
        if (on || event.key() == "ArrowUp") && !event.shift_key() {
            event.prevent_default();
            let next = details::next(&painted, place, picked, on);
            let found = next.and_then(|next| details::found(&painted, place, next));
            if let Some(((_, at), lanes)) = found.zip(lanes.cast::<Element>()) {
                show(&lanes, at);
            }
            on_action.emit(Action::Pick(next));
        }
        let job = picked.and_then(|picked| picked.job(&painted));
        if EVENTS && event.key() == "Enter" && job.is_some() {
            event.prevent_default();
            on_action.emit(Action::Life(job));
        }
        let pan = match event.key().as_str() {
            "ArrowLeft" if event.shift_key() => -PAN,
            "ArrowRight" if event.shift_key() => PAN,
            _ => return,
        };
        event.prevent_default();
        on_action.emit(Action::Pan(pan));
    })
}

/// Scrolls the lanes to a span, with room for what is said about it.
fn show(lanes: &Element, at: Rect) {
    let (top, bottom) = (at.y as i32 - 48, at.bottom() as i32 + 48);
    let seen = lanes.scroll_top();
    if top < seen || bottom > seen + lanes.client_height() {
        lanes.set_scroll_top(top);
    }
}

/// The playhead for keyboards and screen readers.
fn scrubber(desk: &Desk, on_action: &Callback<Action>) -> Html {
    let (at, end) = (desk.written().0, desk.end().0);
    let exactly = desk.playhead.at.0;
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
            let (at, page) = (exactly, end / 10);
            let to = match event.key().as_str() {
                _ if event.shift_key() => return,
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

/// What stays as it is while a run plays.
#[derive(Clone, Copy, PartialEq)]
enum Layer {
    /// The painted scrubber, and the labels of the axis.
    Head,
    /// The painted scrubber alone.
    Folded,
    /// Names and lines.
    Ground,
    /// Spans and curves as they are behind the playhead.
    Past,
    /// Spans and curves as they are ahead of it.
    Ahead,
    /// What stands before everything else.
    Front,
}

#[derive(PartialEq, Properties)]
struct StillProps {
    painted: Shared<Painted>,
    run: Shared<Opened>,
    place: Place,
    layer: Layer,
}

/// A layer that is drawn once.
#[component]
fn Still(props: &StillProps) -> Html {
    let StillProps { painted, run, place, layer } = props;
    let place = *place;
    let content = match layer {
        Layer::Head => {
            svg::all(vec![paints(painted, place), ticks(painted, place, true)])
        }
        Layer::Folded => paints(painted, place),
        Layer::Ground => svg::all(vec![
            ticks(painted, place, false),
            lanes::names(painted, place),
            steps::names(painted, place),
            gauges::names(painted, place, run),
        ]),
        Layer::Front => gauges::highest(painted, place, run),
        Layer::Past | Layer::Ahead => svg::all(vec![
            gauges::curves(painted, place, run, *layer == Layer::Past),
            lanes::spans(painted, place, *layer == Layer::Past),
            steps::steps(painted, place, *layer == Layer::Past),
        ]),
    };
    html! { <g aria-hidden="true">{ content }</g> }
}

/// The labels of the axis, or its lines through lanes and gauges.
fn ticks(painted: &Painted, place: Place, labels: bool) -> Html {
    let (from, to) = match labels {
        true => (73.0, HEAD_H),
        false => (0.0, place.height(painted)),
    };
    let mut drawn = Vec::new();
    for Tick { x, label } in place.window(painted).ticks(LABEL_GAP) {
        drawn.push(svg::line(Point { x, y: from }, Point { x, y: to }, "rule"));
        if labels {
            let class = if x < place.left + 20.0 { "t11 dd" } else { "t11 mid dd" };
            drawn.push(svg::text(x, 70.0, class, label));
        }
    }
    svg::all(drawn)
}

/// The scrubber, painted with outcomes, so that a moment worth a look is seen before it
/// is reached; and the window, if it is not the whole run.
fn paints(painted: &Painted, place: Place) -> Html {
    let lanes = &painted.lanes;
    let each = place.width / lanes.columns.len().max(1) as f64;
    let whole = Rect { x: place.left, y: SCRUB_Y, w: place.width, h: SCRUB_H };
    let mut runs: Vec<(usize, usize, Paint)> = Vec::new();
    for (number, column) in lanes.columns.iter().enumerate() {
        match runs.last_mut() {
            Some((_, to, paint)) if *paint == column.paint => *to = number + 1,
            Some(_) | None => runs.push((number, number + 1, column.paint)),
        }
    }
    let axis = place.whole(painted);
    let (from, to) = (axis.x(lanes.from), axis.x(lanes.to));
    let window =
        Rect { x: from - 1.0, y: SCRUB_Y - 3.0, w: to - from + 2.0, h: SCRUB_H + 6.0 };
    let mut drawn = vec![svg::rect(whole, "3", "scrub")];
    if !place.narrow {
        drawn.push(svg::text(16.0, 41.0, "t11 d", texts::WHOLE_RUN));
    }
    for (from, to, paint) in runs {
        if paint != Paint::Quiet {
            let (x, w) = (place.left + each * from as f64, each * (to - from) as f64);
            let at = Rect { x, y: SCRUB_Y + 3.0, w: w.max(1.5), h: 8.0 };
            drawn.push(svg::rect(at, "1", paint_class(paint)));
        }
    }
    if window.w < place.width {
        drawn.push(svg::rect(window, "4", "window"));
    }
    svg::all(drawn)
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
