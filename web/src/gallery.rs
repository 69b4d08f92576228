//! The lessons that come with the page, in the order they are shown; the first one opens
//! when nothing else is asked for.

/// A lesson as it is stored: how a link names it, and the text of its run.
pub struct Stored {
    /// Its name.
    pub name: &'static str,
    /// Its run as JSON.
    pub text: &'static str,
}

macro_rules! lessons {
    ($($name:literal)*) => {
        &[$(Stored {
            name: $name,
            text: include_str!(concat!("../../scenarios/gallery/", $name, ".json")),
        },)*]
    };
}

/// All of them.
pub const LESSONS: &[Stored] = lessons! {
    "reserved-concurrency"
    "cold-start"
    "provisioned"
};

/// The lesson with this name.
#[must_use]
pub fn lesson(name: &str) -> Option<&'static Stored> {
    LESSONS.iter().find(|lesson| lesson.name == name)
}
