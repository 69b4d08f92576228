//! What can be set of the part that is selected, or of the scenario; and what is done at
//! which time.

use lambdarium_format::unit;
use lambdarium_sim::EVENTS;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::super::icon::{self, Icon};
use super::advice::advice;
use crate::desk::{Action, Desk};
use crate::geometry::clock;
use crate::message::{ActText, Edit, Field, Form, Input, IssueText, Opened};
use crate::rules;
use crate::shared::Shared;
use crate::texts;

#[derive(PartialEq, Properties)]
pub struct Props {
    pub form: Option<Shared<Form>>,
    pub run: Option<Shared<Opened>>,
    /// The last change that was asked for, and what was wrong with it.
    pub attempt: Option<Shared<Edit>>,
    pub rejected: Option<Shared<Vec<IssueText>>>,
    /// What the settings are about, once it is loaded.
    pub book: Option<Shared<String>>,
    pub from_here: bool,
    /// The act that is selected.
    pub act: Option<usize>,
    pub on_action: Callback<Action>,
    pub on_edit: Callback<Edit>,
}

impl Props {
    /// What the desk holds of it.
    pub fn of(desk: &Desk, on_action: Callback<Action>, on_edit: Callback<Edit>) -> Self {
        Self {
            form: desk.form.clone(),
            run: desk.run.clone(),
            attempt: desk.attempt.clone(),
            rejected: desk.rejected.clone(),
            book: desk.rules.clone(),
            from_here: desk.from_here,
            act: desk.act,
            on_action,
            on_edit,
        }
    }
}

/// The panel's content.
#[component]
pub fn Settings(props: &Props) -> Html {
    let (Some(form), Some(run)) = (&props.form, &props.run) else {
        return html! { <div class="insp-body"></div> };
    };
    let acts = form.groups.iter().flat_map(|group| &group.fields).any(|field| field.act);
    html! {
        <div class="insp-body form" id="settings" key={form.part.clone().unwrap_or_default()} role="region" aria-label={texts::SETTINGS}>
            { head(form, run, props) }
            { problems(form, props) }
            if EVENTS { { advice(run, form.part.as_deref(), &props.on_edit) } }
            { deeds(form, &props.on_edit) }
            if acts { { from_here(props) } }
            { for form.groups.iter().filter(|group| !group.fields.is_empty()).map(|group| html! {
                <fieldset>
                    <legend class="cap sec">{ &group.title }</legend>
                    { for group.fields.iter().map(|field| row(field, acts, props)) }
                </fieldset>
            }) }
            { act_list(&run.acts, props) }
        </div>
    }
}

/// The name of a part and what can be done with the part as a whole.
fn head(form: &Form, run: &Opened, props: &Props) -> Html {
    let Some(part) = form.part.clone() else {
        return add_menu(&run.kinds, &props.on_edit);
    };
    let remove = {
        let part = part.clone();
        props.on_edit.reform(move |_: MouseEvent| Edit::Remove { part: part.clone() })
    };
    let rename = {
        let part = part.clone();
        let on_edit = props.on_edit.clone();
        Callback::from(move |event: Event| {
            let to = typed(&event);
            on_edit.emit(Edit::Rename { part: part.clone(), to });
        })
    };
    html! {
        <>
            if !form.about.is_empty() { <p class="small">{ &form.about }</p> }
            <div class="field">
                <label for="part-name">{ texts::NAME }</label>
                <input id="part-name" type="text" spellcheck="false" autocomplete="off" value={part} onchange={rename} />
                <button class="btn line" id="remove-part" title={texts::REMOVE_ABOUT} onclick={remove}>{ texts::REMOVE }</button>
            </div>
            { moves(form, run, props) }
        </>
    }
}

/// Moves a part on the board without dragging it.
fn moves(form: &Form, run: &Opened, props: &Props) -> Html {
    let callers = run.callers.iter().map(|caller| (&caller.name, caller.nudge));
    let functions = run.functions.iter().map(|function| (&function.name, function.nudge));
    let found =
        callers.chain(functions).find(|(name, _)| Some(*name) == form.part.as_ref());
    let Some((part, (x, y))) = found else { return Html::default() };
    let button = |label: &'static str, sign: &'static str, by: (i16, i16)| {
        let part = part.clone();
        let onclick = props
            .on_edit
            .reform(move |_: MouseEvent| Edit::Nudge { part: part.clone(), by });
        html! { <button class="btn line" aria-label={label} title={label} {onclick}>{ sign }</button> }
    };
    let to = |right: i16, down: i16| (x.saturating_add(right), y.saturating_add(down));
    html! {
        <div class="field moves" role="group" aria-label={texts::PLACE}>
            <span>{ texts::PLACE }</span>
            { button(texts::TO_LEFT, "←", to(-MOVE, 0)) }
            { button(texts::TO_RIGHT, "→", to(MOVE, 0)) }
            { button(texts::UPWARDS, "↑", to(0, -MOVE)) }
            { button(texts::DOWNWARDS, "↓", to(0, MOVE)) }
            if (x, y) != (0, 0) { { button(texts::PUT_BACK, texts::PUT_BACK, (0, 0)) } }
        </div>
    }
}

/// How far a button moves a part.
const MOVE: i16 = 24;

/// The ways to add a part.
pub fn add_menu(kinds: &[(String, String)], on_edit: &Callback<Edit>) -> Html {
    html! {
        <details class="add">
            <summary class="btn line">{ texts::ADD_PART }</summary>
            <ul>
                { for kinds.iter().map(|(kind, name)| {
                    let kind = kind.clone();
                    let onclick = on_edit.reform(move |event: MouseEvent| {
                        close_menu(&event);
                        Edit::Add { kind: kind.clone() }
                    });
                    html! { <li><button class="part" {onclick}>{ name }</button></li> }
                }) }
            </ul>
        </details>
    }
}

/// Closes the menu that a button stands in.
fn close_menu(event: &MouseEvent) {
    let button: web_sys::Element = event.target_unchecked_into();
    if let Ok(Some(menu)) = button.closest("details") {
        // It was open, or nobody could have pressed the button.
        let _ = menu.remove_attribute("open");
    }
}

/// What is wrong with a change and stands at none of the fields shown.
fn problems(form: &Form, props: &Props) -> Html {
    let Some(rejected) = &props.rejected else { return Html::default() };
    let fields = || form.groups.iter().flat_map(|group| &group.fields);
    let elsewhere = rejected
        .iter()
        .filter(|issue| !fields().any(|field| is_at(issue, field)) && !is_of_act(issue));
    html! {
        <div role="alert">
            { for elsewhere.map(|issue| html! {
                <p class="says"><code>{ &issue.place }</code>{ ": " }{ said(issue) }</p>
            }) }
        </div>
    }
}

/// Whether edits are acts at the playhead.
fn from_here(props: &Props) -> Html {
    let choice = |on: bool, id: &'static str, label: &'static str| {
        let onclick = props.on_action.reform(move |_: MouseEvent| Action::FromHere(on));
        let pressed = (props.from_here == on).to_string();
        let class = classes!((props.from_here == on).then_some("on"));
        html! { <button {id} {class} aria-pressed={pressed} {onclick}>{ label }</button> }
    };
    html! {
        <div class="row">
            <div class="seg" role="group" aria-label={texts::CHANGES_APPLY}>
                { choice(false, "from-start", texts::FROM_START) }
                { choice(true, "from-here", texts::FROM_HERE) }
            </div>
            if props.from_here { <span class="small">{ texts::FROM_HERE_HELP }</span> }
        </div>
    }
}

fn row(field: &Field, acts: bool, props: &Props) -> Html {
    let id = field.path.join(".");
    // Where nothing can be an act, all holds from the start.
    let disabled = acts && props.from_here && !field.act;
    let onchange = {
        let path = field.path.clone();
        props.on_edit.reform(move |event: Event| {
            let (path, text) = (path.clone(), typed(&event));
            Edit::Set { path, text, from: None }
        })
    };
    let wrong: Vec<&IssueText> = match &props.rejected {
        Some(rejected) => rejected.iter().filter(|issue| is_at(issue, field)).collect(),
        None => Vec::new(),
    };
    // What was refused stays to be mended.
    let value = match props.attempt.as_deref() {
        Some(Edit::Set { path, text, .. })
            if !wrong.is_empty() && *path == field.path =>
        {
            text.clone()
        }
        Some(_) | None => field.value.clone(),
    };
    let about = AttrValue::from(format!("{id}-about"));
    let book = props.book.as_deref().map_or("", String::as_str);
    let invalid = (!wrong.is_empty()).then_some("true");
    let described = Some(about.clone());
    let input = match &field.input {
        Input::Text => html! {
            <input id={id.clone()} type="text" spellcheck="false" autocomplete="off" {value} placeholder={field.usual.clone()} {disabled}
                aria-describedby={described} aria-invalid={invalid} {onchange} />
        },
        Input::Choice(words) => {
            let chosen = if value.is_empty() { field.usual.clone() } else { value };
            html! {
                <select id={id.clone()} {disabled} aria-describedby={described}
                    aria-invalid={invalid} {onchange}>
                    { for words.iter().map(|word| html! {
                        <option value={word.clone()} selected={*word == chosen}>{ word }</option>
                    }) }
                </select>
            }
        }
    };
    html! {
        <div class="field">
            <label for={id}>
                { &field.label }
                if !field.aws.is_empty() { <code>{ &field.aws }</code> }
            </label>
            { input }
            <p id={about}>
                { rules::about(book, &field.help) }
                if !field.allowed.is_empty() { { " " }{ texts::RANGE }{ " " }{ &field.allowed }{ "." } }
                if !field.usual.is_empty() { { " " }{ texts::USUAL }{ " " }{ &field.usual }{ "." } }
                if !field.rule.is_empty() { { " " }<span class="chip">{ &field.rule }</span> }
            </p>
            { for wrong.iter().map(|issue| html! {
                <p class="says" role="alert">{ said(issue) }{ " " }{ texts::KEPT }</p>
            }) }
        </div>
    }
}

/// Whether an issue is about a field, or about something in it.
fn is_at(issue: &IssueText, field: &Field) -> bool {
    let place = field.path.join(".");
    let inside = issue.place.strip_prefix(place.as_str());
    inside.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Whether an issue is about the parameters of an act, which have a field of their own.
fn is_of_act(issue: &IssueText) -> bool {
    let mut place = issue.place.split('.');
    EVENTS && place.next() == Some("acts") && place.nth(1) == Some("with")
}

fn said(issue: &IssueText) -> Html {
    html! {
        <>
            if !issue.found.is_empty() { { texts::FOUND }{ " " }<b>{ &issue.found }</b>{ "; " } }
            { texts::ALLOWED }{ " " }{ &issue.allowed }{ " " }<span class="chip">{ &issue.rule }</span>
        </>
    }
}

/// What can be done to the part at the playhead.
fn deeds(form: &Form, on_edit: &Callback<Edit>) -> Html {
    let Some(part) = form.part.as_ref().filter(|_| !form.deeds.is_empty()) else {
        return Html::default();
    };
    let buttons = form.deeds.iter().map(|deed| {
        let label = deed.clone();
        let (deed, function) = (deed.clone(), part.clone());
        let onclick = on_edit.reform(move |_: MouseEvent| Edit::Act {
            at: lambdarium_sim::time::Instant::START,
            deed: deed.clone(),
            function: function.clone(),
        });
        html! { <button class="btn line" {onclick}>{ label }</button> }
    });
    html! {
        <fieldset id="deeds">
            <legend class="cap sec">{ texts::AT_PLAYHEAD }</legend>
            <div class="row">{ for buttons }</div>
        </fieldset>
    }
}

/// What is done at which time.
fn act_list(acts: &[ActText], props: &Props) -> Html {
    html! {
        <fieldset id="acts">
            <legend class="cap sec">{ texts::ACTS }</legend>
            if acts.is_empty() { <p class="small">{ texts::NO_ACTS }</p> }
            { for acts.iter().enumerate().map(|(number, act)| act_row(number, act, props)) }
        </fieldset>
    }
}

/// The parameters of an act, to be changed: only where all that they can say is played.
fn parameters(number: usize, act: &ActText, props: &Props) -> Html {
    let path = vec!["acts".to_string(), number.to_string(), "with".into()];
    let place = path.join(".");
    let is_here = |issue: &&IssueText| match issue.place.strip_prefix(&place) {
        Some(rest) => rest.is_empty() || rest.starts_with('.'),
        None => false,
    };
    let wrong = props.rejected.as_deref().map_or(&[][..], Vec::as_slice).iter();
    let wrong: Vec<&IssueText> = wrong.filter(is_here).collect();
    // What was refused stays to be mended.
    let value = match props.attempt.as_deref() {
        Some(Edit::Set { path: tried, text, .. })
            if !wrong.is_empty() && *tried == path =>
        {
            text.clone()
        }
        Some(_) | None => act.with.clone(),
    };
    let invalid = (!wrong.is_empty()).then_some("true");
    let onchange = props.on_edit.reform(move |event: Event| {
        let (path, text) = (path.clone(), typed(&event));
        Edit::Set { path, text, from: None }
    });
    html! {
        <>
            <input class="act-with" type="text" spellcheck="false" autocomplete="off" aria-invalid={invalid}
                aria-label={[texts::PARAMETERS_OF, " ", &act.label].concat()} {value} {onchange} />
            { for wrong.into_iter().map(|issue| html! {
                <p class="says" role="alert">{ said(issue) }{ " " }{ texts::KEPT }</p>
            }) }
        </>
    }
}

fn act_row(number: usize, act: &ActText, props: &Props) -> Html {
    let id = format!("act-{number}");
    let place = u32::try_from(number).unwrap_or(u32::MAX);
    let onchange = props.on_edit.reform(move |event: Event| {
        let path = vec!["acts".into(), number.to_string(), "at".into()];
        Edit::Set { path, text: typed(&event), from: None }
    });
    let remove =
        props.on_edit.reform(move |_: MouseEvent| Edit::RemoveAct { number: place });
    let select =
        props.on_action.reform(move |_: MouseEvent| Action::SelectAct(Some(number)));
    let class = classes!("field", "act-row", (props.act == Some(number)).then_some("on"));
    let label = format!("{} {}", texts::REMOVE, act.label);
    html! {
        <div {class}>
            <input {id} type="text" spellcheck="false" autocomplete="off" aria-label={format!("{} {}", texts::TIME_OF, act.label)}
                value={unit::decimal(act.at.0, 6) + "s"} {onchange} />
            <button class="btn" onclick={select} title={act.with.clone()}>{ &act.label }</button>
            <button class="btn icon" aria-label={label.clone()} title={label} onclick={remove}>
                { icon::icon(Icon::Close) }
            </button>
            if EVENTS {
                <p>{ clock(act.at.0) }</p>
                { parameters(number, act, props) }
            } else {
                <p>{ clock(act.at.0) }{ " · " }<code>{ &act.with }</code></p>
            }
        </div>
    }
}

fn typed(event: &Event) -> String {
    let target = event.target_unchecked_into::<web_sys::Element>();
    if target.tag_name() == "SELECT" {
        event.target_unchecked_into::<HtmlSelectElement>().value()
    } else {
        event.target_unchecked_into::<HtmlInputElement>().value()
    }
}
