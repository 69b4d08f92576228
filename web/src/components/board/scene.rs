//! The board as it stands in a page: written once, then changed part by part, each only
//! when what it shows has changed.

use std::rc::Rc;

use lambdarium_sim::view::Frame;
use lambdarium_sim::{EVENTS, Given};
use web_sys::Element;

use super::super::picture::{self, Drawn, Node};
use super::{
    account, caller, function, ground, mapping, path, release, service, tokens, wire,
};
use crate::geometry::{Board, Rect};
use crate::message::{Life, Opened};
use crate::shared::Shared;

/// What there is to see.
#[derive(Clone, PartialEq)]
pub struct Sight {
    /// Where everything stands.
    pub board: Shared<Board>,
    /// What is played.
    pub run: Shared<Opened>,
    /// How it is at the playhead.
    pub frame: Shared<Frame>,
    /// The part that is selected.
    pub selection: Option<String>,
    /// The life that is told.
    pub life: Option<Shared<Life>>,
    /// There if it is the run that another is compared with.
    pub is_pinned: Option<Given>,
    /// What of the board can be seen, from its upper edge.
    pub seen: (f64, f64),
}

/// A part of the picture, from the ground up.
#[derive(Clone, Copy)]
enum Part {
    /// The captions of the columns.
    Ground,
    /// The path of the request whose life is told.
    Path,
    /// The wire of a caller.
    Wire(usize),
    /// A caller's card.
    Caller(usize),
    /// A function's card.
    Function(usize),
    /// A wire of what is handed over.
    Send(usize),
    /// A service's card.
    Service(usize),
    /// A mapping's card.
    Mapping(usize),
    /// A deployment group's card.
    Group(usize),
    /// An alarm's card.
    Alarm(usize),
    /// The account's ledger.
    Account,
    /// How far each run is.
    Runs,
    /// The requests.
    Tokens,
}

/// A board in the page: what stands on one sheet, what moves on another above it, so that
/// the browser need not look at what stands again and again.
pub struct Scene {
    sheets: [Element; 2],
    sight: Rc<Sight>,
    parts: Vec<Piece>,
}

struct Piece {
    part: Part,
    drawn: Drawn,
    /// What there was to see when it was drawn.
    sight: Rc<Sight>,
}

impl Scene {
    /// Writes the whole board on two sheets.
    pub fn write(sheets: [Element; 2], sight: Sight) -> Self {
        let sight = Rc::new(sight);
        let mut still = vec![Part::Ground];
        if EVENTS {
            still.push(Part::Path);
        }
        let callers = sight.board.callers.len();
        still.extend((0..sight.board.sends.len()).map(Part::Send));
        // Wires go behind cards: on a narrow board some cards stand between their ends.
        still.extend((0..callers).map(Part::Wire));
        still.extend((0..sight.board.services.len()).map(Part::Service));
        still.extend((0..sight.board.mappings.len()).map(Part::Mapping));
        still.extend((0..callers).map(Part::Caller));
        still.extend((0..sight.board.functions.len()).map(Part::Function));
        still.extend((0..sight.board.groups.len()).map(Part::Group));
        still.extend((0..sight.board.alarms.len()).map(Part::Alarm));
        still.push(Part::Account);
        let mut parts = write(&sheets[0], &sight, still);
        parts.extend(write(&sheets[1], &sight, vec![Part::Runs, Part::Tokens]));
        Self { sheets, sight, parts }
    }

    /// Shows something else; what is out of sight is left until it comes into sight.
    pub fn show(mut self, sight: Sight) -> Self {
        if *sight.board != *self.sight.board || sight.run != self.sight.run {
            return Self::write(self.sheets, sight);
        }
        self.sight = Rc::new(sight);
        for piece in &mut self.parts {
            let part = piece.part;
            if self.sight.reaches(part)
                && !self.sight.is_same(part, &piece.sight)
                && let Some(node) = self.sight.draw(part)
            {
                piece.drawn.show(node);
                piece.sight = Rc::clone(&self.sight);
            }
        }
        self
    }
}

/// Writes parts on a sheet.
fn write(sheet: &Element, sight: &Rc<Sight>, parts: Vec<Part>) -> Vec<Piece> {
    // Of a part that was just added, there is no view yet: it has its element all the same,
    // or those behind it would be taken for each other.
    let nothing = || picture::group("", Vec::new());
    let nodes: Vec<Node> =
        parts.iter().map(|part| sight.draw(*part).unwrap_or_else(nothing)).collect();
    let mut html = String::new();
    nodes.iter().for_each(|node| node.write(&mut html));
    sheet.set_inner_html(&html);
    let written = sheet.children();
    let pieces =
        parts.into_iter().zip(nodes).enumerate().filter_map(|(at, (part, node))| {
            let element = written.item(u32::try_from(at).ok()?)?;
            Some(Piece {
                part,
                drawn: Drawn::new(element, node),
                sight: Rc::clone(sight),
            })
        });
    pieces.collect()
}

impl Sight {
    fn is_selected(&self, name: &str) -> bool {
        self.selection.as_deref() == Some(name)
    }

    /// Whether anything of a part can be seen.
    fn reaches(&self, part: Part) -> bool {
        let (from, to) = self.seen;
        let shows = |rect: Rect| rect.bottom() >= from && rect.y <= to;
        let Board { callers, functions, wires, account, .. } = &*self.board;
        match part {
            Part::Caller(at) => callers.get(at).is_some_and(|caller| shows(caller.rect)),
            Part::Function(at) => {
                functions.get(at).is_some_and(|function| shows(function.rect))
            }
            Part::Wire(at) => wires.get(at).is_some_and(|wire| {
                let (y, h) =
                    (wire.from.y.min(wire.to.y), (wire.from.y - wire.to.y).abs());
                shows(Rect { y, h, ..Rect::default() })
            }),
            Part::Account => shows(*account),
            Part::Service(at) => {
                self.board.services.get(at).is_some_and(|rect| shows(*rect))
            }
            Part::Mapping(at) => {
                self.board.mappings.get(at).is_some_and(|rect| shows(*rect))
            }
            Part::Group(at) => self.board.groups.get(at).is_some_and(|rect| shows(*rect)),
            Part::Alarm(at) => self.board.alarms.get(at).is_some_and(|rect| shows(*rect)),
            // These wires never change.
            Part::Send(_) => false,
            Part::Ground | Part::Path | Part::Runs | Part::Tokens => true,
        }
    }

    /// Whether a part looked the same before, on the same board.
    fn is_same(&self, part: Part, before: &Self) -> bool {
        let (now, then) = (&self.frame, &before.frame);
        let selected = |name: Option<&String>| {
            name.is_some_and(|name| self.is_selected(name) != before.is_selected(name))
        };
        match part {
            Part::Ground | Part::Send(_) => true,
            Part::Path => self.life == before.life,
            Part::Service(at) => {
                let (now, then) = (now.services.get(at), then.services.get(at));
                now == then && !selected(now.map(|view| &view.name))
            }
            Part::Mapping(at) => {
                let (now, then) = (now.mappings.get(at), then.mappings.get(at));
                now == then && !selected(now.map(|view| &view.name))
            }
            Part::Wire(at) => {
                now.counted == then.counted && now.callers.get(at) == then.callers.get(at)
            }
            Part::Caller(at) => {
                let (now, then) = (now.callers.get(at), then.callers.get(at));
                now == then && !selected(now.map(|view| &view.name))
            }
            Part::Function(at) => {
                let pool = now.account.pool == then.account.pool;
                let (now, then) = (now.functions.get(at), then.functions.get(at));
                pool && now == then && !selected(now.map(|view| &view.name))
            }
            Part::Group(at) => {
                let (view, was) = (now.groups.get(at), then.groups.get(at));
                let pixel = |frame: &Frame| {
                    let place = self.board.groups.get(at).zip(frame.groups.get(at));
                    let narrow = self.board.narrow;
                    place.map(|(rect, view)| {
                        release::pixel(*rect, narrow, view, frame.moment.at)
                    })
                };
                view == was
                    && pixel(now) == pixel(then)
                    && !selected(view.map(|view| &view.name))
            }
            Part::Alarm(at) => {
                let (now, then) = (now.alarms.get(at), then.alarms.get(at));
                now == then && !selected(now.map(|view| &view.name))
            }
            Part::Account | Part::Runs | Part::Tokens => false,
        }
    }

    fn draw(&self, part: Part) -> Option<Node> {
        let Self { board, run, frame, life, .. } = self;
        let life = life.as_deref().filter(|_| EVENTS);
        Some(match part {
            Part::Ground => ground(board),
            Part::Path if !EVENTS => return None,
            Part::Path => path::picture(board, life),
            Part::Wire(at) => {
                let (place, view) = (board.wires.get(at)?, frame.callers.get(at)?);
                let later = run.callers.get(at)?.later;
                wire(place, view, later, frame.counted, board.narrow)
            }
            Part::Caller(at) => {
                let (place, text) = (board.callers.get(at)?, run.callers.get(at)?);
                let view = frame.callers.get(at)?;
                let selected = self.is_selected(&view.name);
                caller::card(at, board.narrow, place, text, view, selected)
            }
            Part::Function(at) => {
                let (place, text) = (board.functions.get(at)?, run.functions.get(at)?);
                let view = frame.functions.get(at)?;
                let selected = self.is_selected(&view.name);
                function::card(place, &text.does, view, &frame.account, selected)
            }
            Part::Send(_)
            | Part::Service(_)
            | Part::Mapping(_)
            | Part::Group(_)
            | Part::Alarm(_)
                if !EVENTS =>
            {
                return None;
            }
            Part::Send(at) => service::wire(board.sends.get(at)?),
            Part::Service(at) => {
                let (place, text) = (board.services.get(at)?, run.services.get(at)?);
                let view = frame.services.get(at)?;
                service::card(*place, text, view, self.is_selected(&view.name))
            }
            Part::Mapping(at) => {
                let (place, text) = (board.mappings.get(at)?, run.mappings.get(at)?);
                let view = frame.mappings.get(at)?;
                mapping::card(*place, text, view, self.is_selected(&view.name))
            }
            Part::Group(at) => {
                let (place, text) = (board.groups.get(at)?, run.groups.get(at)?);
                let view = frame.groups.get(at)?;
                let selected = self.is_selected(&view.name);
                let now = frame.moment.at;
                release::group(*place, board.narrow, text, view, now, selected)
            }
            Part::Alarm(at) => {
                let (place, text) = (board.alarms.get(at)?, run.alarms.get(at)?);
                let view = frame.alarms.get(at)?;
                release::alarm(*place, text, view, self.is_selected(&view.name))
            }
            Part::Account => {
                account::card(board.account, &frame.account, &frame.functions)
            }
            Part::Runs => function::runs(board, frame, self.seen),
            Part::Tokens => tokens::picture(board, frame, life, self.seen),
        })
    }
}
