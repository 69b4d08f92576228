//! The lessons that come with the page, in the order they are shown; the first one opens
//! when nothing else is asked for.

use crate::texts;

/// A lesson as it is stored: how a link names it, and the text of its run.
pub struct Stored {
    /// Its name.
    pub name: &'static str,
    /// What it is about, as one of a few.
    pub family: &'static str,
    /// Its run as JSON.
    pub text: &'static str,
}

macro_rules! lessons {
    ($($name:literal $family:expr;)*) => {
        &[$(Stored {
            name: $name,
            family: $family,
            text: include_str!(concat!("../../scenarios/gallery/", $name, ".json")),
        },)*]
    };
}

/// All of them.
pub const LESSONS: &[Stored] = lessons! {
    "sdk-retries" texts::SYNCHRONOUS;
    "api-gateway-timeout" texts::SYNCHRONOUS;
    "function-errors" texts::SYNCHRONOUS;
    "cold-start" texts::SYNCHRONOUS;
    "reserved-concurrency" texts::SYNCHRONOUS;
    "provisioned" texts::SYNCHRONOUS;
};

/// The lesson with this name.
#[must_use]
pub fn lesson(name: &str) -> Option<&'static Stored> {
    LESSONS.iter().find(|lesson| lesson.name == name)
}
