//! What happens to aliases, and where they lead requests.

use crate::id::{AliasIx, VersionIx};

/// What happened to an alias, or where it has led a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AliasFact {
    /// It leads there from now on.
    Points {
        /// Which alias.
        alias: AliasIx,
        /// To this version.
        version: VersionIx,
        /// And to this one.
        additional: Option<VersionIx>,
        /// So many of a million requests.
        weight_ppm: u32,
    },
    /// It was deleted.
    Deleted {
        /// Which alias.
        alias: AliasIx,
    },
    /// It was drawn where a request goes.
    Drew {
        /// By which alias.
        alias: AliasIx,
        /// To this version.
        version: VersionIx,
        /// Which so many of a million requests go to.
        share_ppm: u32,
    },
}
