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
mod svg;
mod timeline;
mod transport;

pub use app::App;
