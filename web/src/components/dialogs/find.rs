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

/// What can be chosen; what stands in a list, by its place in it.
#[derive(Clone, Copy)]
enum Choice {
    Play,
    Share,
    MarkerOn,
    MarkerBack,
    Undo,
    Redo,
    Text,
    WholeRun,
    Axis,
    Fork,
    Save,
    Caller(usize),
    Function(usize),
    Marker(usize),
    Act(usize),
    Gallery,
    File,
    Theme,
    Fullscreen,
    Help,
    Lesson(usize),
}

/// A thing that can be found: its name, and its key or what it is.
struct Item {
    name: String,
    hint: String,
    choice: Choice,
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
                go(item.choice, &desk, &on_action, &on_open);
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
fn go(
    choice: Choice,
    desk: &Desk,
    on_action: &Callback<Action>,
    on_open: &Callback<Source>,
) {
    if let Choice::Lesson(place) = choice {
        let list = list(desk);
        let lesson = lessons(&list).into_iter().nth(place);
        return lesson.into_iter().for_each(|lesson| {
            on_open.emit(Source::Link(["e=", lesson.name].concat()));
        });
    }
    if let Choice::File = choice {
        // The dialog stays open until a file is chosen.
        let document = web_sys::window().and_then(|window| window.document());
        let field = document.and_then(|page| page.get_element_by_id("open-file"));
        if let Some(field) = field {
            field.unchecked_into::<HtmlElement>().click();
        }
        return;
    }
    on_action.emit(Action::Close);
    if let Some(action) = action_of(choice, desk) {
        on_action.emit(action);
    }
}

fn action_of(choice: Choice, desk: &Desk) -> Option<Action> {
    let run = desk.run.as_ref();
    Some(match choice {
        Choice::Play => Action::TogglePlay,
        Choice::Share => Action::Open(Dialog::Share),
        Choice::MarkerOn => Action::ToMarker { forward: true },
        Choice::MarkerBack => Action::ToMarker { forward: false },
        Choice::Undo => Action::Travel { back: true },
        Choice::Redo => Action::Travel { back: false },
        Choice::Text => Action::Text(Doing::Toggle),
        Choice::WholeRun => Action::WholeRun,
        Choice::Axis if desk.by == By::Time => Action::By(By::Events),
        Choice::Axis => Action::By(By::Time),
        Choice::Fork => return fork(desk),
        Choice::Save => Action::Text(Doing::Save),
        Choice::Caller(at) => Action::Select(Some(run?.callers.get(at)?.name.clone())),
        Choice::Function(at) => {
            Action::Select(Some(run?.functions.get(at)?.name.clone()))
        }
        Choice::Marker(at) => Action::Seek(Moment::end_of(run?.markers.get(at)?.at)),
        Choice::Act(at) => Action::SelectAct(Some(at)),
        Choice::Gallery => Action::Open(Dialog::Gallery),
        Choice::Theme => Action::Theme(match theme(desk) {
            Theme::Light => Theme::Dark,
            Theme::Dark => Theme::Light,
        }),
        Choice::Help => Action::Open(Dialog::Help),
        Choice::Fullscreen => {
            effects::toggle_fullscreen();
            return None;
        }
        // These are not for the desk.
        Choice::File | Choice::Lesson(_) => return None,
    })
}

/// The list of lessons, once somebody has looked at it: nothing is loaded for this.
fn list(desk: &Desk) -> String {
    desk.gallery.as_ref().map_or(String::new(), |list| list.to_string())
}

/// Everything that can be found: what is used most stands first.
fn items(desk: &Desk) -> Vec<Item> {
    let mut all = Vec::new();
    let mut add = |name: &str, hint: &str, choice| {
        all.push(Item { name: name.into(), hint: hint.into(), choice });
    };
    if let Some(run) = &desk.run {
        let (undo, redo) = (desk.history.can_step(true), desk.history.can_step(false));
        let commands = [
            (true, texts::PLAY, "Space", Choice::Play),
            (true, texts::SHARE, "", Choice::Share),
            (true, texts::MARKER_ON, "]", Choice::MarkerOn),
            (true, texts::MARKER_BACK, "[", Choice::MarkerBack),
            (undo, texts::UNDO, "Ctrl Z", Choice::Undo),
            (redo, texts::REDO, "Ctrl Shift Z", Choice::Redo),
            (true, texts::TEXT_PANE, "", Choice::Text),
            (true, texts::WHOLE_RUN, "W", Choice::WholeRun),
            (true, texts::OTHER_AXIS, "E", Choice::Axis),
            (true, texts::FORK, "Shift F", Choice::Fork),
            (true, texts::SAVE_FILE, "", Choice::Save),
        ];
        for (_, name, hint, choice) in commands.into_iter().filter(|command| command.0) {
            add(name, hint, choice);
        }
        for (at, caller) in run.callers.iter().enumerate() {
            add(&caller.name, texts::PART, Choice::Caller(at));
        }
        for (at, function) in run.functions.iter().enumerate() {
            add(&function.name, texts::PART, Choice::Function(at));
        }
        for (at, marker) in run.markers.iter().enumerate() {
            add(&marker.title, &clock(marker.at.0), Choice::Marker(at));
        }
        for (at, act) in run.acts.iter().enumerate() {
            add(&act.label, &clock(act.at.0), Choice::Act(at));
        }
    }
    let label = match theme(desk) {
        Theme::Light => texts::DARK_THEME,
        Theme::Dark => texts::LIGHT_THEME,
    };
    let commands = [
        (texts::GALLERY, "", Choice::Gallery),
        (texts::OPEN_FILE, "", Choice::File),
        (label, "", Choice::Theme),
        (texts::FULLSCREEN, "F", Choice::Fullscreen),
        (texts::HELP, "?", Choice::Help),
    ];
    for (name, hint, choice) in commands {
        add(name, hint, choice);
    }
    for (at, lesson) in lessons(&list(desk)).into_iter().enumerate() {
        add(lesson.title, texts::LESSON, Choice::Lesson(at));
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
            choice: Choice::Fork,
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
            choice: Choice::Fork,
        });
        assert_eq!(found(all.collect(), "part").len(), SHOWN_MAX);
    }
}
