//! What follows from the desk outside it: the worker, the address bar, the clock of the
//! screen, and what the browser keeps.
//!
//! Everything that touches the browser and is no component stands here.

mod beside;
mod beyond;
mod clock;
mod editor;
mod page;
mod screen;
mod storage;
mod wire;

pub use beside::{GALLERY, Lesson, lesson, text_beside};
pub use beyond::{
    go_beyond, handed, load_styles, on_leaving, versus, with_versus, writing,
};
pub use clock::Frames;
pub use editor::{jump, load_editor, mark};
pub use page::{
    address, asked_theme, copy_text, fragment, fragment_at, keep_theme, kept_theme,
    on_fragment_change, read_file, reduced_motion, set_fragment, set_theme, system_theme,
};
pub use screen::{keep_no_keys, kept_no_keys, open_copy, toggle_fullscreen};
pub use storage::{keep_scenario, kept_scenario, save_file};
pub use wire::{Wire, now_ms};
