//! What somebody changes.

use lambdarium_sim::time::Instant;

/// A change of the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// Set a field of a form; an empty text brings the default back.
    Set {
        /// Where the field stands in the scenario.
        path: Vec<String>,
        /// What was typed or chosen.
        text: String,
        /// As an act at this instant, instead of from the start.
        from: Option<Instant>,
    },
    /// Add a function (`function`) or a caller of a kind.
    Add {
        /// The kind.
        kind: String,
    },
    /// Give a part another name.
    Rename {
        /// Its name.
        part: String,
        /// Its new name.
        to: String,
    },
    /// Take a part away.
    Remove {
        /// Its name.
        part: String,
    },
    /// Move a part on the board to so far from where it would stand.
    Nudge {
        /// Its name.
        part: String,
        /// To the right and down.
        by: (i16, i16),
    },
    /// Do something to a function at an instant.
    Act {
        /// When.
        at: Instant,
        /// What, as its form says it.
        deed: String,
        /// The function.
        function: String,
    },
    /// Make an act at another time.
    MoveAct {
        /// Its place.
        number: u32,
        /// When.
        at: Instant,
    },
    /// Make it a run that goes wrong as a piece of advice says.
    Vary {
        /// Its place.
        number: u32,
    },
    /// Take an act away.
    RemoveAct {
        /// Its place.
        number: u32,
    },
}

impl Edit {
    /// The same, where it is made at the playhead: an act is, and a setting if wished.
    #[must_use]
    pub fn at_playhead(self, playhead: Instant, from_here: bool) -> Self {
        match self {
            Self::Set { path, text, .. } => {
                let is_function = path.first().is_some_and(|group| group == "functions");
                let from = (from_here && is_function).then_some(playhead);
                Self::Set { path, text, from }
            }
            Self::Act { deed, function, .. } => {
                Self::Act { at: playhead, deed, function }
            }
            other @ (Self::Add { .. }
            | Self::Rename { .. }
            | Self::Remove { .. }
            | Self::Nudge { .. }
            | Self::MoveAct { .. }
            | Self::Vary { .. }
            | Self::RemoveAct { .. }) => other,
        }
    }
}
