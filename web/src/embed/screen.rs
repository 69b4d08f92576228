//! What is seen of the player: written once, then changed where something has changed.

use std::cell::Cell;

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, HtmlInputElement, ResizeObserver};

use crate::components::board::{self, Scene, Sight};
use crate::components::icon::{self, Icon};
use crate::components::picture::{Node, push_escaped};
use crate::components::transport;
use crate::desk::Desk;
use crate::geometry::{clock, px};
use crate::shared::Shared;
use crate::texts;

/// An element, and what was last put into it.
struct Place {
    element: Element,
    inside: String,
}

impl Place {
    fn put(&mut self, inside: String) {
        if self.inside != inside {
            self.element.set_inner_html(&inside);
            self.inside = inside;
        }
    }

    fn put_text(&mut self, text: &str) {
        let mut inside = String::with_capacity(text.len());
        push_escaped(&mut inside, text);
        self.put(inside);
    }

    fn set(&self, name: &str, value: &str) {
        set(&self.element, name, value);
    }
}

fn set(element: &Element, name: &str, value: &str) {
    // Every name here is one, so this cannot fail.
    let _ = element.set_attribute(name, value);
}

/// The screen.
pub struct Screen {
    title: Place,
    open: Place,
    alert: Place,
    board: Place,
    scene: Option<Scene>,
    step: Place,
    latest: Place,
    later: Place,
    play: Place,
    scrubber: Place,
    dots: Place,
    clock: Place,
}

impl Screen {
    /// Writes all that stays.
    pub fn new(root: &Element) -> Self {
        root.set_inner_html(&skeleton());
        let place = |id: &str| Place { element: element(id), inside: String::new() };
        Self {
            title: place("title"),
            open: place("open"),
            alert: place("alert"),
            board: place("board"),
            scene: None,
            step: place("step"),
            latest: place("latest"),
            later: place("later"),
            play: place("play"),
            scrubber: place("scrubber"),
            dots: place("dots"),
            clock: place("clock"),
        }
    }

    /// Shows a desk, and where the playground shows the same.
    pub fn draw(&mut self, desk: &Desk, playground: &str) {
        let title = desk.run.as_ref().map_or("", |run| run.title.as_str());
        let unnamed = if desk.opening { texts::OPENING } else { texts::UNTITLED };
        self.title.put_text(if title.is_empty() { unnamed } else { title });
        self.open.set("href", playground);
        let refusal = desk.refusal.as_ref().filter(|_| !desk.opening);
        self.alert.put_text(refusal.map_or("", |refusal| refusal.text.as_str()));
        self.draw_board(desk);
        self.draw_caption(desk);
        self.draw_transport(desk);
    }

    fn draw_board(&mut self, desk: &Desk) {
        let (Some(run), Some(frame)) = (&desk.run, &desk.frame) else {
            self.scene = None;
            let sheets = self.board.element.children();
            let sheets = [sheets.item(0), sheets.item(1)];
            return sheets.iter().flatten().for_each(|sheet| sheet.set_inner_html(""));
        };
        let stage = element("stage");
        let (width, height) = (stage.client_width(), stage.client_height());
        let (board, zoom) = board::shrunk(desk, width.into(), height.into());
        let (w, h) = (board.size.x, board.size.y);
        let sheets = self.board.element.children();
        let Some(sheets) = sheets.item(0).zip(sheets.item(1)) else { return };
        for sheet in [&sheets.0, &sheets.1] {
            set(sheet, "viewBox", &format!("0 0 {} {}", px(w), px(h)));
            set(sheet, "width", &px(w * zoom));
            set(sheet, "height", &px(h * zoom));
        }
        let (board, run, frame) = (Shared::new(board), run.clone(), frame.clone());
        let selection = desk.selection.clone();
        let seen = (0.0, f64::INFINITY);
        let sight =
            Sight { board, run, frame, selection, life: None, is_pinned: None, seen };
        self.scene = Some(match self.scene.take() {
            Some(before) => before.show(sight),
            None => Scene::write(sheets.into(), sight),
        });
    }

    /// The marker that was passed last, or what happened last; before that, what it is
    /// about.
    fn draw_caption(&mut self, desk: &Desk) {
        let Some(run) = &desk.run else { return };
        let marker = desk.marker().and_then(|at| Some((at + 1, run.markers.get(at)?)));
        let mut step = String::new();
        if let Some((number, marker)) = marker {
            step = format!(
                "<span class=\"n\" aria-hidden=\"true\">{number}</span><div><h2>"
            );
            push_escaped(&mut step, &marker.title);
            step.push_str("</h2><p>");
            push_escaped(&mut step, &marker.text);
            step.push_str("</p></div>");
        }
        self.step.put(step);
        let latest = desk.story.last().map_or(&run.about, |line| &line.text);
        self.latest.put_text(if marker.is_some() { "" } else { latest });
        let counted = desk.frame.as_ref().is_some_and(|frame| frame.counted);
        match desk.skipped {
            Some((span, _)) => self.later.put_text(&format!("{span} {}", texts::LATER)),
            None => self.later.put_text(if counted { texts::COUNTED } else { "" }),
        }
    }

    fn draw_transport(&mut self, desk: &Desk) {
        let (label, icon) = match desk.playing {
            true => (texts::PAUSE, Icon::Pause),
            false => (texts::PLAY, Icon::Play),
        };
        self.play.set("aria-label", label);
        self.play.set("title", label);
        self.play.put(written(&icon::picture(icon)));
        let (at, end) = (desk.playhead.at.0, desk.end().0);
        self.scrubber.set("max", &(end / 1_000).to_string());
        if let Some(scrubber) = self.scrubber.element.dyn_ref::<HtmlInputElement>() {
            scrubber.set_value(&(at / 1_000).to_string());
        }
        let told = format!("{} {} {}", clock(at), texts::OF, clock(end));
        self.scrubber.set("aria-valuetext", &told);
        let markers = desk.run.as_ref().map(|run| run.markers.as_slice());
        let mut dots = String::new();
        for marker in markers.unwrap_or_default() {
            let share = marker.at.0.saturating_mul(10_000) / end.max(1);
            let (whole, rest) = (share / 100, share % 100);
            let class = if marker.at.0 <= at { "pip-on" } else { "pip-ahead" };
            dots += &format!(
                "<circle cx=\"{whole}.{rest:02}%\" cy=\"4\" r=\"3\" class=\"{class}\"></circle>"
            );
        }
        self.dots.put(dots);
        let (now, of) = transport::clock_words(desk);
        self.clock.put(format!("{now} <small>{of}</small>"));
    }
}

fn written(node: &Node) -> String {
    let mut out = String::new();
    node.write(&mut out);
    out
}

fn element(id: &str) -> Element {
    let document = web_sys::window().and_then(|window| window.document());
    document
        .and_then(|document| document.get_element_by_id(id))
        .expect("it is in the skeleton")
}

/// Calls back when there is more room for the board, or less.
pub fn on_resize(call: impl Fn() + 'static) {
    let seen = Cell::new((0, 0));
    let stage = element("stage");
    let observed = stage.clone();
    let on_resize = Closure::<dyn FnMut()>::new(move || {
        let size = (stage.client_width(), stage.client_height());
        if seen.replace(size) != size {
            call();
        }
    });
    if let Ok(observer) = ResizeObserver::new(on_resize.as_ref().unchecked_ref()) {
        observer.observe(&observed);
        // Both live as long as the page.
        std::mem::forget(observer);
        on_resize.forget();
    }
}

fn skeleton() -> String {
    let button = |id: &str, label: &str, icon| {
        let icon = written(&icon::picture(icon));
        format!(
            "<button class=\"btn icon\" id=\"{id}\" aria-label=\"{label}\" \
             title=\"{label}\">{icon}</button>"
        )
    };
    format!(
        "<div class=\"embed\"><header>{logo}<h1 id=\"title\"></h1>\
         <a class=\"btn line\" id=\"open\" target=\"_blank\" rel=\"noopener\">\
         <span>{open}</span>{out}</a></header>\
         <main class=\"board\" aria-label=\"{board}\">\
         <p id=\"alert\" role=\"alert\"></p>\
         <div class=\"stage\" id=\"stage\" tabindex=\"0\" role=\"region\" aria-label=\"{board}\">\
         <div class=\"sheets\" id=\"board\"><svg class=\"pic\"></svg>\
         <svg class=\"pic moving\"></svg></div></div>\
         <div class=\"figcap\" id=\"caption\">\
         <div class=\"step\" id=\"step\" aria-live=\"polite\"></div>\
         <p class=\"latest\" id=\"latest\"></p>\
         <p class=\"later\" id=\"later\" role=\"status\"></p></div></main>\
         <footer><div class=\"transport\" role=\"group\" aria-label=\"{playback}\">\
         {play}{back}{on}{marker}\
         <div class=\"slim\"><svg id=\"dots\" aria-hidden=\"true\"></svg>\
         <input type=\"range\" id=\"scrubber\" min=\"0\" aria-label=\"{playhead}\"></div>\
         <output class=\"clock\" id=\"clock\" aria-live=\"off\"></output></div></footer></div>",
        logo = written(&icon::logo()),
        open = texts::OPEN_PLAYGROUND,
        out = written(&icon::picture(Icon::Out)),
        board = texts::BOARD,
        playback = texts::PLAYBACK,
        play = button("play", texts::PLAY, Icon::Play),
        back = button("step-back", texts::EVENT_BACK, Icon::Back),
        on = button("step-on", texts::EVENT_ON, Icon::Forward),
        marker = button("marker-on", texts::MARKER_ON, Icon::MarkerForward),
        playhead = texts::PLAYHEAD,
    )
}
