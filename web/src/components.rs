//! What a person sees: components that draw the desk and say what was done to it.

mod app;
mod bar;
pub(crate) mod board;
mod compare;
mod dialogs;
mod hooks;
pub(crate) mod icon;
mod inspector;
mod keys;
mod notice;
mod parts;
pub mod picture;
mod safety;
mod svg;
mod text_pane;
mod timeline;
pub(crate) mod transport;

pub use app::App;
