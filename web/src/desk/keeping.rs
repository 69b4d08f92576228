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
    /// Whether it was changed after its markers and its question were written.
    pub changed: bool,
}

/// What the stored title of a changed one begins with; no title has it.
const CHANGED: char = '\t';

impl Kept {
    /// As it is stored: the title in the first line, the fragment or text after it.
    #[must_use]
    pub fn write(&self) -> String {
        let (Source::Link(source) | Source::Text(source)) = &self.source;
        let mark = if self.changed { "\t" } else { "" };
        let title = self.title.replace(['\n', CHANGED], " ");
        format!("{mark}{title}\n{source}")
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
        let changed = title.starts_with(CHANGED);
        Some(Self { title: title.trim_start_matches(CHANGED).into(), source, changed })
    }
}

/// What is kept, and whether the browser has refused to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Keeping {
    /// What is kept, or should be.
    pub kept: Option<Shared<Kept>>,
    /// Whether the run that is open was changed here.
    own: bool,
    /// What opens the run for which markers and question were written; none once they were
    /// written for another one than what opens.
    written_for: Option<Shared<Source>>,
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

    /// A run is open, and this opens it again.
    pub(super) fn opened(&mut self, opened: &Opened, present: Option<Shared<Source>>) {
        // Whoever writes the text writes markers and question too.
        if !opened.kept || opened.draft.is_some() {
            let same = |kept: &Kept| present.as_deref() == Some(&kept.source);
            let old = self.kept.as_deref().filter(|kept| !opened.kept && same(kept));
            self.written_for = present.filter(|_| !old.is_some_and(|old| old.changed));
        }
        self.own = opened.kept;
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
        if !self.keeping.own {
            return;
        }
        let is_lesson = matches!(&*source, Source::Link(link) if link.starts_with("e="));
        let (title, source) = (run.title.clone(), (*source).clone());
        let kept = Kept { title, source, changed: self.is_changed() };
        let kept = (!is_lesson).then_some(kept);
        if self.keeping.kept.as_deref() != kept.as_ref() {
            self.keeping.kept = kept.map(Shared::new);
        }
    }

    /// Whether the run is another one than that for which its markers and its question were
    /// written: what they say need not be true of it.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        let present = self.history.present();
        present.is_some() && present != self.keeping.written_for
    }

    /// Whether the run that is open is what the browser keeps.
    #[must_use]
    pub fn is_own(&self) -> bool {
        self.keeping.kept.is_some() && self.to_go_on_with().is_none()
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
        let link = Kept {
            title: "Two\nlines".into(),
            source: Source::Link("s=1.d.x".into()),
            changed: false,
        };
        let read = Kept::read(&link.write()).expect("a link");
        assert_eq!((read.title.as_str(), &read.source), ("Two lines", &link.source));
        assert!(!read.changed);
        let text = Kept {
            title: String::new(),
            source: Source::Text("{\n}\n".into()),
            changed: true,
        };
        assert_eq!(Kept::read(&text.write()), Some(text));
        let changed = Kept { title: "A".into(), changed: true, ..link };
        assert_eq!(Kept::read(&changed.write()), Some(changed));
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
