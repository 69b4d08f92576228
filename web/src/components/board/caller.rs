//! A caller's card: what it is, when it calls, how its calls went, and the requests that
//! wait to be tried again.

use lambdarium_sim::view::{Back, CallerView};
use yew::prelude::*;

use super::marks;
use crate::geometry::{CallerBox, px};
use crate::message::CallerText;
use crate::texts::grouped;

#[derive(PartialEq, Properties)]
pub struct Props {
    pub number: usize,
    pub at: CallerBox,
    pub text: CallerText,
    pub view: CallerView,
    pub selected: bool,
    pub on_select: Callback<()>,
}

/// The card.
#[component]
pub fn CallerCard(props: &Props) -> Html {
    let Props { number, at, text, view, selected, on_select } = props;
    let rect = at.rect;
    let [ok, failed, throttled, refused, timed_out] = view.ended;
    let counts = [
        (Back::Ok, ok),
        (Back::Failed, failed + timed_out),
        (Back::Throttled, throttled),
        (Back::Refused, refused),
    ];
    let shown = counts.iter().filter(|(back, count)| *count > 0 || *back == Back::Ok);
    let column = (rect.w - 24.0) / 3.0;
    let onclick = on_select.reform(|_: MouseEvent| ());
    let fits = |text: &str, px_each: f64| cut(text, ((rect.w - 24.0) / px_each) as usize);
    html! {
        <g class={classes!("k", marks::key_class(*number))} {onclick}>
            <rect x={px(rect.x)} y={px(rect.y)} width={px(rect.w)} height={px(rect.h)} rx="8"
                class={if *selected { "card-sel" } else { "card" }} />
            <circle cx={px(rect.x + 17.0)} cy={px(rect.y + 19.0)} r="5" class="kfill" />
            <text x={px(rect.x + 30.0)} y={px(rect.y + 24.0)} class="t13 b">
                { cut(&view.name, ((rect.w - 40.0) / 7.4) as usize) }
            </text>
            <text x={px(rect.x + 12.0)} y={px(rect.y + 43.0)} class="t11 d">
                { fits(&text.kind, 5.9) }
            </text>
            <text x={px(rect.x + 12.0)} y={px(rect.y + 59.0)} class="t11 dd">
                { fits(&text.load, 5.7) }
            </text>
            <line x1={px(rect.x + 12.0)} y1={px(rect.y + 69.0)} x2={px(rect.right() - 12.0)}
                y2={px(rect.y + 69.0)} class="rule" />
            { for shown.take(3).enumerate().map(|(place, (back, count))| {
                let x = rect.x + 20.0 + place as f64 * column;
                html! {
                    <>
                        { marks::badge(x, rect.y + 86.0, *back) }
                        <text x={px(x + 12.0)} y={px(rect.y + 90.0)} class="t12 b">
                            { grouped(*count) }
                        </text>
                    </>
                }
            }) }
            if let Some(tray) = at.tray {
                <rect x={px(tray.x)} y={px(tray.y)} width={px(tray.w)} height={px(tray.h)} rx="6"
                    class="tray" />
                if view.backing_off == 0 {
                    <text x={px(tray.x + tray.w / 2.0)} y={px(tray.y + tray.h / 2.0 + 4.0)}
                        class="t11 mid dd">{ quota(view) }</text>
                }
            }
        </g>
    }
}

/// What the empty tray says.
fn quota(view: &CallerView) -> String {
    match view.bucket {
        Some(bucket) if bucket < 500 => format!("retry quota {bucket} of 500"),
        _ => String::from("nothing waits to retry"),
    }
}

/// A text that fits, cut where it does not.
pub fn cut(text: &str, chars_max: usize) -> String {
    if text.chars().count() <= chars_max {
        return text.to_string();
    }
    let kept: String = text.chars().take(chars_max.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}
