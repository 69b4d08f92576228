//! What has happened up to the playhead, in sentences; each can say why.

use lambdarium_sim::time::Moment;
use web_sys::HtmlElement;
use yew::prelude::*;

use crate::desk::Action;
use crate::geometry::clock;
use crate::message::{Cause, StoryLine};
use crate::rules;
use crate::shared::Shared;
use crate::texts;

#[derive(PartialEq, Properties)]
pub struct Props {
    pub lines: Shared<Vec<StoryLine>>,
    pub why: Option<(u32, Option<Shared<Vec<Cause>>>)>,
    /// The rule book, once it is loaded.
    pub rules: Option<Shared<String>>,
    pub playing: bool,
    pub on_action: Callback<Action>,
}

/// The story; its newest line stays in sight.
#[component]
pub fn Story(props: &Props) -> Html {
    let body = use_node_ref();
    let newest = props.lines.last().map(|line| line.entry);
    // Causes that open under the newest line belong in sight as well.
    let open = props.why.as_ref().filter(|(entry, _)| Some(*entry) == newest);
    let open = open.is_some_and(|(_, causes)| causes.is_some()) && props.rules.is_some();
    let of = (newest, open, props.lines.len(), body.clone());
    use_effect_with(of, |(.., body)| {
        if let Some(body) = body.cast::<HtmlElement>() {
            body.set_scroll_top(body.scroll_height());
        }
    });
    // Spoken while somebody steps through; too fast to be spoken while it plays.
    let live = if props.playing { "off" } else { "polite" };
    html! {
        <div class="insp-body" ref={body} tabindex="0" role="log" aria-live={live}
            aria-label={texts::STORY_TITLE} id="story">
            if props.lines.is_empty() {
                <p class="dim">{ texts::NOTHING_YET }</p>
            }
            <ol class="story">
                { for props.lines.iter().map(|each| line(each, Some(each.entry) == newest, props)) }
            </ol>
        </div>
    }
}

fn line(line: &StoryLine, now: bool, props: &Props) -> Html {
    let StoryLine { entry, moment, text, count, job } = line;
    let (entry, moment, job) = (*entry, *moment, *job);
    let why = props.why.as_ref().filter(|why| why.0 == entry);
    let open = why.is_some();
    let toggle = props.on_action.reform(move |_: MouseEvent| Action::ToggleWhy(entry));
    html! {
        <li key={entry} class={classes!(now.then_some("now"), open.then_some("open"))}>
            { time(moment, &props.on_action) }
            <p>
                { text }
                if *count > 1 { <b class="times">{ format!(" × {}", texts::grouped(u64::from(*count))) }</b> }
            </p>
            <button class="why" aria-expanded={open.to_string()} onclick={toggle}
                aria-label={format!("{} {text}", texts::WHY)}>{ texts::WHY }</button>
            if let Some((_, causes)) = why {
                { chain(causes.as_deref().zip(props.rules.as_deref()), &props.on_action) }
                if job.is_some() {
                    <button class="btn line to-life" onclick={props.on_action.reform(move |_: MouseEvent| Action::Life(job))}>
                        { texts::LIFE }
                    </button>
                }
            }
        </li>
    }
}

/// A time; a click puts the playhead there.
fn time(moment: Moment, on_action: &Callback<Action>) -> Html {
    let onclick = on_action.reform(move |_: MouseEvent| Action::Seek(moment));
    html! { <button class="time" {onclick}>{ clock(moment.at.0) }</button> }
}

/// The causes of a line, back to where it began.
fn chain(known: Option<(&Vec<Cause>, &String)>, on_action: &Callback<Action>) -> Html {
    let Some((causes, rules)) = known else {
        return html! { <div class="chain">{ texts::LOOKING_UP }</div> };
    };
    html! {
        <div class="chain"><ol>
            { for causes.iter().enumerate().map(|(place, cause)| {
                cause_row(place == 0, cause, rules, on_action)
            }) }
        </ol></div>
    }
}

fn cause_row(
    first: bool,
    cause: &Cause,
    rules: &str,
    on_action: &Callback<Action>,
) -> Html {
    if cause.rule.is_empty() {
        return html! { <li class="root">{ &cause.text }</li> };
    }
    let rule = rules::find(rules, &cause.rule);
    let sentence = rule.map_or(texts::NO_RULES, |rule| rule.sentence);
    html! {
        <li>
            if !first {
                <span class="cause">
                    if let Some(moment) = cause.moment {
                        { time(moment, on_action) }
                    }
                    { " " }{ &cause.text }
                </span>
            }
            <span>{ sentence }</span>
            <div class="src">
                <span class="chip">{ &cause.rule }</span>
                if let Some(rule) = rule {
                    <span class={classes!("conf", rule.confidence.to_string())}>
                        { rule.confidence }
                    </span>
                    if rule.source.starts_with("https://") {
                        <a href={rule.source.to_string()} target="_blank" rel="noopener noreferrer">
                            { texts::AWS_PAGE }
                        </a>
                    } else {
                        <span class="dimmer">{ rule.source }</span>
                    }
                }
            </div>
        </li>
    }
}
