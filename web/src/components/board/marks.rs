//! The marks of the board: what moves, what state it is in, and what it waits for.
//!
//! Shape says what something is and how it stands; colour only repeats it.

use lambdarium_sim::view::Back;
use yew::prelude::*;

use crate::geometry::px;

/// The class that gives a caller's requests their hue.
pub fn key_class(caller: usize) -> &'static str {
    const KEYS: [&str; 8] = ["k6", "k2", "k5", "k8", "k3", "k7", "k1", "k4"];
    KEYS[caller % KEYS.len()]
}

/// A small disc with a check, a cross or a bar in it.
pub fn badge(x: f64, y: f64, back: Back) -> Html {
    let (class, mark) = match back {
        Back::Ok => ("bdf-ok", "M-3 .2 l2.1 2.2 l4 -4.6"),
        Back::Failed => {
            ("bdf-fail", "M-2.250 -2.250 l4.500 4.500 m0 -4.500 l-4.500 4.500")
        }
        Back::Throttled => ("bdf-wait", "M-3 0 h6"),
        Back::Refused => ("bdf-fail", "M0 -3 v3.600 M0 2.800 v.1"),
    };
    html! {
        <g transform={format!("translate({} {})", px(x), px(y))}>
            <circle r="8" class="bd-gap" />
            <circle r="6.500" {class} />
            <path d={mark} class="mk" />
        </g>
    }
}

/// What a request looks like.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Request {
    /// Radius.
    pub r: f64,
    /// Filled: it runs.
    pub running: bool,
    /// What it brings back.
    pub back: Option<Back>,
    /// Attempts made.
    pub attempt: u16,
    /// Share of its wait that is left.
    pub left: Option<f64>,
}

/// A request with its number, at the origin.
pub fn request(number: u32, request: &Request) -> Html {
    let Request { r, running, back, attempt, left } = *request;
    let run = running.then_some("run");
    let pips = if attempt > 1 { attempt.min(4) } else { 0 };
    let first = -2.5 * f64::from(pips.saturating_sub(1));
    html! {
        <>
            if let Some(left) = left {
                <circle r={px(r + 3.5)} class="ring-t" />
                <circle r={px(r + 3.5)} class="ring-v" pathLength="100" transform="rotate(-90)"
                    stroke-dasharray={format!("{} 100", px(left * 100.0))} />
            }
            <circle r={px(r)} class={classes!("tk", run)} />
            if number < 1_000 {
                <text y="4" class={classes!("tk-n", run)}>{ number }</text>
            }
            { for (0..pips).map(|pip| html! {
                <circle cx={px(first + 5.0 * f64::from(pip))} cy={px(-r - 6.0)} r="1.75" class="pip" />
            }) }
            if let Some(back) = back { { badge(r * 0.7, r * 0.75, back) } }
        </>
    }
}

fn legend_token(state: Request) -> Html {
    html! { <g transform="translate(12 12)" class="k6">{ request(1_000, &state) }</g> }
}

const PLAIN: Request =
    Request { r: 8.0, running: false, back: None, attempt: 1, left: None };

pub fn legend_request() -> Html {
    legend_token(PLAIN)
}

pub fn legend_running() -> Html {
    legend_token(Request { running: true, ..PLAIN })
}

pub fn legend_wait() -> Html {
    legend_token(Request { r: 6.5, left: Some(0.6), ..PLAIN })
}

pub fn legend_done() -> Html {
    badge(12.0, 12.0, Back::Ok)
}

pub fn legend_failed() -> Html {
    badge(12.0, 12.0, Back::Failed)
}

pub fn legend_throttled() -> Html {
    badge(12.0, 12.0, Back::Throttled)
}

pub fn legend_init() -> Html {
    html! {
        <g>
            <rect x="4" y="4" width="16" height="16" rx="3" class="env env-init" />
            <path d="M4 14 14 4 M6 20 20 6 M4 20 4 20 M12 20 20 12" class="hatch-l" />
        </g>
    }
}

pub fn legend_warm() -> Html {
    html! { <rect x="4" y="4" width="16" height="16" rx="3" class="env env-idle" /> }
}

pub fn legend_provisioned() -> Html {
    html! {
        <g>
            <rect x="4" y="4" width="16" height="16" rx="3" class="env env-pc" />
            <rect x="8" y="8" width="8" height="8" rx="1" class="env-pcdot" />
        </g>
    }
}
