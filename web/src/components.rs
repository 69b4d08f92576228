//! What a person sees: components that draw the desk and say what was done to it.

mod app;
mod bar;
mod board;
mod dialogs;
mod hooks;
mod icon;
mod inspector;
mod notice;
mod parts;
mod safety;
mod svg;
mod text_pane;
mod timeline;
mod transport;

pub use app::App;
