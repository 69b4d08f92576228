//! The palette: one field that finds commands, parts of the scenario, markers, acts and
//! lessons, and goes there.

use lambdarium_sim::time::Moment;
use lambdarium_sim::view::By;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, HtmlInputElement, KeyboardEvent};
use yew::prelude::*;

use super::super::hooks::theme;
use super::super::keys::fork;
use super::gallery;
use crate::desk::{Action, Desk, Dialog, Doing, Theme};
use crate::effects;
use crate::gallery::lessons;
use crate::geometry::clock;
use crate::message::Source;
use crate::texts;

/// Most things shown.
const SHOWN_MAX: usize = 12;

/// What comes of a thing that is chosen.
enum Does {
    Act(Action),
    /// Open this lesson.
    Lesson(String),
    /// Choose a file.
    File,
    Fork,
    Fullscreen,
}

/// A thing that can be found: its name, its key or what it is, and what comes of it.
struct Item {
    name: String,
    hint: String,
    does: Does,
}

#[derive(PartialEq, Properties)]
pub struct Props {
    pub desk: Desk,
    pub on_action: Callback<Action>,
    pub on_open: Callback<Source>,
}

/// The content of the dialog.
#[component]
pub fn Find(props: &Props) -> Html {
    let Props { desk, on_action, on_open } = props;
    let typed = use_state(|| (String::new(), 0_usize));
    let (query, at) = (*typed).clone();
    let all = found(items(desk), &query);
    let last = all.len().saturating_sub(1);
    let go = {
        let (desk, query) = (desk.clone(), query.clone());
        let (on_action, on_open) = (on_action.clone(), on_open.clone());
        Callback::from(move |place: usize| {
            if let Some(item) = found(items(&desk), &query).into_iter().nth(place) {
                go(item.does, &desk, &on_action, &on_open);
            }
        })
    };
    let oninput = {
        let typed = typed.setter();
        Callback::from(move |event: InputEvent| {
            let field: HtmlInputElement = event.target_unchecked_into();
            typed.set((field.value(), 0));
        })
    };
    let onkeydown = {
        let (typed, go) = (typed.setter(), go.clone());
        Callback::from(move |event: KeyboardEvent| {
            let to = match event.key().as_str() {
                "ArrowDown" if at < last => at + 1,
                "ArrowDown" => 0,
                "ArrowUp" if at > 0 => at - 1,
                "ArrowUp" => last,
                "Enter" => {
                    // Or it would press the first button of a dialog that this opens.
                    event.prevent_default();
                    return go.emit(at);
                }
                _ => return,
            };
            event.prevent_default();
            typed.set((query.clone(), to));
        })
    };
    let active = (!all.is_empty()).then(|| format!("found-{at}"));
    let said = if all.is_empty() { texts::NOTHING_FOUND } else { "" };
    html! {
        <div class="find">
            <input id="find" type="text" role="combobox" autofocus=true autocomplete="off"
                spellcheck="false" placeholder={texts::FIND_ABOUT} aria-label={texts::FIND_ABOUT}
                aria-autocomplete="list" aria-controls="found"
                aria-expanded={active.is_some().to_string()} aria-activedescendant={active}
                {oninput} {onkeydown} />
            <ul id="found" role="listbox" aria-label={texts::FIND} hidden={all.is_empty()}>
                { for all.into_iter().enumerate().map(|(place, item)| html! {
                    <li id={format!("found-{place}")} role="option"
                        aria-selected={(place == at).to_string()}
                        onclick={go.reform(move |_: MouseEvent| place)}>
                        <span>{ item.name }</span><kbd>{ item.hint }</kbd>
                    </li>
                }) }
            </ul>
            <p class="dim" role="status">{ said }</p>
            <div hidden=true>{ gallery::open_file(on_action, on_open) }</div>
        </div>
    }
}

/// Does what was chosen.
fn go(does: Does, desk: &Desk, on_action: &Callback<Action>, on_open: &Callback<Source>) {
    let action = match does {
        Does::Lesson(link) => return on_open.emit(Source::Link(link)),
        Does::File => {
            // The dialog stays open until a file is chosen.
            let document = web_sys::window().and_then(|window| window.document());
            let field = document.and_then(|page| page.get_element_by_id("open-file"));
            if let Some(field) = field {
                field.unchecked_into::<HtmlElement>().click();
            }
            return;
        }
        Does::Act(action) => Some(action),
        Does::Fork => fork(desk),
        Does::Fullscreen => {
            effects::toggle_fullscreen();
            None
        }
    };
    on_action.emit(Action::Close);
    if let Some(action) = action {
        on_action.emit(action);
    }
}

/// Not to be copied to all the places it is called from.
#[inline(never)]
fn put(all: &mut Vec<Item>, name: &str, hint: &str, does: Does) {
    all.push(Item { name: name.into(), hint: hint.into(), does });
}

/// Everything that can be found: what is used most stands first.
fn items(desk: &Desk) -> Vec<Item> {
    let mut all = Vec::new();
    let mut add = |name: &str, hint: &str, does| put(&mut all, name, hint, does);
    let (other, label) = match theme(desk) {
        Theme::Light => (Theme::Dark, texts::DARK_THEME),
        Theme::Dark => (Theme::Light, texts::LIGHT_THEME),
    };
    let by = if desk.by == By::Time { By::Events } else { By::Time };
    if let Some(run) = &desk.run {
        add(texts::PLAY, "Space", Does::Act(Action::TogglePlay));
        add(texts::SHARE, "", Does::Act(Action::Open(Dialog::Share)));
        add(texts::MARKER_ON, "]", Does::Act(Action::ToMarker { forward: true }));
        add(texts::MARKER_BACK, "[", Does::Act(Action::ToMarker { forward: false }));
        for back in [true, false].into_iter().filter(|back| desk.history.can_step(*back))
        {
            let (name, key) = match back {
                true => (texts::UNDO, "Ctrl Z"),
                false => (texts::REDO, "Ctrl Shift Z"),
            };
            add(name, key, Does::Act(Action::Travel { back }));
        }
        add(texts::TEXT_PANE, "", Does::Act(Action::Text(Doing::Toggle)));
        add(texts::WHOLE_RUN, "W", Does::Act(Action::WholeRun));
        add(texts::OTHER_AXIS, "E", Does::Act(Action::By(by)));
        add(texts::FORK, "Shift F", Does::Fork);
        add(texts::SAVE_FILE, "", Does::Act(Action::Text(Doing::Save)));
        let callers = run.callers.iter().map(|caller| &caller.name);
        for name in callers.chain(run.functions.iter().map(|function| &function.name)) {
            add(name, texts::PART, Does::Act(Action::Select(Some(name.clone()))));
        }
        for marker in &run.markers {
            let to = Does::Act(Action::Seek(Moment::end_of(marker.at)));
            add(&marker.title, &clock(marker.at.0), to);
        }
        for (place, act) in run.acts.iter().enumerate() {
            let to = Does::Act(Action::SelectAct(Some(place)));
            add(&act.label, &clock(act.at.0), to);
        }
    }
    add(texts::GALLERY, "", Does::Act(Action::Open(Dialog::Gallery)));
    add(texts::OPEN_FILE, "", Does::File);
    add(label, "", Does::Act(Action::Theme(other)));
    add(texts::FULLSCREEN, "F", Does::Fullscreen);
    add(texts::HELP, "?", Does::Act(Action::Open(Dialog::Help)));
    // Once somebody has looked at them: nothing is loaded for this.
    let list = desk.gallery.as_ref().map_or("", |list| list.as_str());
    for lesson in lessons(list) {
        add(lesson.title, texts::LESSON, Does::Lesson(["e=", lesson.name].concat()));
    }
    all
}

/// The things in whose name every word occurs: first those in which each begins a word.
fn found(all: Vec<Item>, query: &str) -> Vec<Item> {
    let (mut first, mut second) = (Vec::new(), Vec::new());
    for item in all {
        let matches = |begins: bool| {
            query.split_ascii_whitespace().all(|word| occurs(&item.name, word, begins))
        };
        if matches(true) {
            first.push(item);
        } else if matches(false) {
            second.push(item);
        }
    }
    first.append(&mut second);
    first.truncate(SHOWN_MAX);
    first
}

/// Whether a word occurs in a name, or begins a word of it; small and capital letters of
/// ASCII are the same.
#[inline(never)]
fn occurs(name: &str, word: &str, begins: bool) -> bool {
    let name = name.as_bytes();
    let mut windows = name.windows(word.len()).enumerate();
    windows.any(|(at, part)| {
        part.eq_ignore_ascii_case(word.as_bytes())
            && !(begins && at > 0 && name[at - 1].is_ascii_alphanumeric())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(query: &str) -> Vec<String> {
        let names = ["Whole run", "Next marker", "checkout", "Über-market", "Undo"];
        let all = names.map(|name| Item {
            name: name.into(),
            hint: String::new(),
            does: Does::Fork,
        });
        found(all.into(), query).into_iter().map(|item| item.name).collect()
    }

    #[test]
    fn every_word_occurs_and_beginnings_come_first() {
        assert_eq!(names("").len(), 5);
        assert_eq!(names("MARK"), ["Next marker", "Über-market"]);
        assert_eq!(names("k"), ["Next marker", "checkout", "Über-market"]);
        assert_eq!(names("r wh"), ["Whole run"]);
        assert_eq!(names("u"), ["Undo", "Whole run", "checkout"]);
        assert_eq!(names("ber"), ["Über-market"]);
        assert_eq!(names("a longer word than any"), [""; 0]);
    }

    #[test]
    fn only_so_many_are_shown() {
        let all = (0..40).map(|number| Item {
            name: format!("part {number}"),
            hint: String::new(),
            does: Does::Fork,
        });
        assert_eq!(found(all.collect(), "part").len(), SHOWN_MAX);
    }
}
