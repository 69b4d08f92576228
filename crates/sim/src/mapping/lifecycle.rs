//! The life of a mapping: made, changed, switched off and on, deleted.
//!
//! A call is answered with the state that leads to the one asked for, which comes after
//! `esm.transition`. Rules: ESM-01, ESM-02.

use crate::time::Instant;

choices! {
    /// The states of a mapping, in AWS's words (ESM-01).
    Status {
        /// It was made and does not read yet.
        Creating "Creating",
        /// It was switched on and does not read yet.
        Enabling "Enabling",
        /// It reads.
        Enabled "Enabled",
        /// It was switched off, and what it has received is still under way.
        Disabling "Disabling",
        /// It does not read.
        Disabled "Disabled",
        /// It reads as before, and new settings are on their way.
        Updating "Updating",
        /// It was deleted, and what it has received is still under way.
        Deleting "Deleting",
    }
}

impl Status {
    /// The state that this one leads to, by whether the mapping is to read; none where it
    /// stays, or leads to no state at all.
    #[must_use]
    pub const fn next(self, enabled: bool) -> Option<Self> {
        match self {
            Self::Creating | Self::Enabling => Some(Self::Enabled),
            Self::Disabling => Some(Self::Disabled),
            Self::Updating if enabled => Some(Self::Enabled),
            Self::Updating => Some(Self::Disabled),
            Self::Enabled | Self::Disabled | Self::Deleting => None,
        }
    }

    /// Whether another one comes by itself.
    #[must_use]
    pub const fn is_passing(self) -> bool {
        !matches!(self, Self::Enabled | Self::Disabled)
    }
}

/// Where a mapping is in its life.
#[derive(Clone, Copy, Debug)]
pub struct Lifecycle {
    /// Its state; none once it is gone.
    pub status: Option<Status>,
    /// When it was made or changed last.
    pub changed: Instant,
}

impl Default for Lifecycle {
    fn default() -> Self {
        Self { status: Some(Status::Enabled), changed: Instant::START }
    }
}
