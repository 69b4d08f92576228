//! When the worker dies: it is started again with the run that was open, but not in a
//! circle.

use super::Desk;
use crate::message::{Refusal, Source};
use crate::shared::Shared;
use crate::texts;

/// Dying again so soon on the same run, it would die for ever.
const SOON_MS: u64 = 30_000;

/// The worker, as the desk sees it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Worker {
    /// How often it has been started again.
    pub starts: u32,
    /// Whether it has been given up: it starts again when something is opened.
    pub given_up: bool,
    /// When it died last, and on what.
    last: Option<(u64, Option<Shared<Source>>)>,
    /// What is to be said once the run is open again.
    pub(super) said: Option<String>,
}

impl Desk {
    /// The worker has died, at a time of the clock on the wall.
    pub(super) fn died(&mut self, why: &str, now_ms: u64) {
        let present = self.history.present();
        let again = self.worker.last.as_ref().is_some_and(|(at, on)| {
            let same = on.as_deref() == present.as_deref();
            same && now_ms.saturating_sub(*at) < SOON_MS
        });
        self.worker.last = Some((now_ms, present.clone()));
        self.playing = false;
        // The pinned run has died with it.
        self.end_comparison();
        let why = why.trim_end_matches('.');
        let why = if why.is_empty() { texts::NO_REASON } else { why };
        if again {
            self.opening = false;
            self.worker.given_up = true;
            self.worker.said = None;
            let text = format!("{} ({why}). {}", texts::DIED_AGAIN, texts::GIVEN_UP);
            self.refusal =
                Some(Shared::new(Refusal { text, opened: true, ..Refusal::default() }));
            return;
        }
        let after = match present {
            Some(_) => texts::RESTARTED,
            None => texts::RESTARTED_EMPTY,
        };
        self.worker.said = Some(format!("{} ({why}). {after}", texts::DIED));
        self.worker.starts += 1;
        self.worker.given_up = false;
        self.opening = true;
        let first_lesson = Source::Link(String::new());
        self.want(present.map_or(first_lesson, |present| (*present).clone()));
    }
}
