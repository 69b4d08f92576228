//! What the browser keeps for the next visit: the scenario somebody changed. Lessons and
//! links of others are not kept, so that looking at them costs nobody their own work.

use super::Desk;
use crate::message::{Opened, Source};
use crate::shared::Shared;

/// A scenario in the keeping of the browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Its title.
    pub title: String,
    /// What opens it.
    pub source: Source,
}

impl Kept {
    /// As it is stored: the title in the first line, the fragment or text after it.
    #[must_use]
    pub fn write(&self) -> String {
        let (Source::Link(source) | Source::Text(source)) = &self.source;
        let title = self.title.replace('\n', " ");
        format!("{title}\n{source}")
    }

    /// Reads what was stored.
    #[must_use]
    pub fn read(stored: &str) -> Option<Self> {
        let (title, source) = stored.split_once('\n')?;
        let source = match source {
            link if link.starts_with("s=") => Source::Link(link.into()),
            text if text.trim_start().starts_with('{') => Source::Text(text.into()),
            _ => return None,
        };
        Some(Self { title: title.into(), source })
    }
}

/// What is kept, and whether the browser has refused to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Keeping {
    /// What is kept, or should be.
    pub kept: Option<Shared<Kept>>,
    /// Whether the run that is open was changed here.
    changed: bool,
    /// Whether it was said that the browser keeps nothing.
    told: bool,
    /// Whether it is being said.
    pub refused: bool,
}

impl Keeping {
    /// With what an earlier visit left.
    pub(super) fn from(kept: Option<Kept>) -> Self {
        Self { kept: kept.map(Shared::new), ..Self::default() }
    }

    pub(super) fn opened(&mut self, opened: &Opened) {
        self.changed = opened.kept;
    }

    /// Said once: whoever has read it knows it.
    pub(super) fn refuse(&mut self) {
        self.refused = !self.told;
        self.told = true;
    }
}

impl Desk {
    /// Hands the run that is open to the browser, if it was changed here and what opens it
    /// is known. Undone back to a lesson, there is nothing to keep.
    pub(super) fn keep(&mut self) {
        let (Some(run), Some(source)) = (&self.run, self.history.present()) else {
            return;
        };
        if !self.keeping.changed {
            return;
        }
        let is_lesson = matches!(&*source, Source::Link(link) if link.starts_with("e="));
        let kept = Kept { title: run.title.clone(), source: (*source).clone() };
        let kept = (!is_lesson).then_some(kept);
        if self.keeping.kept.as_deref() != kept.as_ref() {
            self.keeping.kept = kept.map(Shared::new);
        }
    }

    /// What can be gone on with: what is kept, unless it is open.
    #[must_use]
    pub fn to_go_on_with(&self) -> Option<Shared<Kept>> {
        let kept = self.keeping.kept.clone()?;
        let present = self.history.present();
        (present.as_deref() != Some(&kept.source)).then_some(kept)
    }
}

/// What a file with this scenario is called. Plain letters only: every file system has
/// them, and the tables of all others would have to be downloaded.
#[must_use]
pub fn file_name(title: &str) -> String {
    let mut name = String::new();
    for letter in title.chars() {
        if letter.is_ascii_alphanumeric() {
            name.push(letter.to_ascii_lowercase());
        } else if !name.is_empty() && !name.ends_with('-') {
            name.push('-');
        }
    }
    let name = name.trim_end_matches('-');
    let name = if name.is_empty() { "scenario" } else { name };
    format!("{name}.lambdarium.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_is_read_again() {
        let link =
            Kept { title: "Two\nlines".into(), source: Source::Link("s=1.d.x".into()) };
        let read = Kept::read(&link.write()).expect("a link");
        assert_eq!((read.title.as_str(), read.source), ("Two lines", link.source));
        let text = Kept { title: String::new(), source: Source::Text("{\n}\n".into()) };
        assert_eq!(Kept::read(&text.write()), Some(text));
        for broken in ["", "title", "title\n", "title\ne=a", "title\nu=https://x"] {
            assert_eq!(Kept::read(broken), None, "{broken}");
        }
    }

    #[test]
    fn a_file_is_called_after_its_title() {
        assert_eq!(file_name("Cold & warm"), "cold-warm.lambdarium.json");
        assert_eq!(file_name("../Ärger: 2 "), "rger-2.lambdarium.json");
        assert_eq!(file_name(" / "), "scenario.lambdarium.json");
    }

    #[test]
    fn a_refusal_is_said_once() {
        let mut keeping = Keeping::default();
        keeping.refuse();
        assert!(keeping.refused);
        keeping.refused = false;
        keeping.refuse();
        assert!(!keeping.refused);
    }
}
