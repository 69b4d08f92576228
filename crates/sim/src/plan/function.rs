//! Functions of a plan, with their versions.
//!
//! Rules: VER-01 to VER-06, VER-24, ASY-07, ASY-09.

use alloc::rc::Rc;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::PlannedAlias;
use crate::dice::Dice;
use crate::id::VersionIx;
use crate::lambda::{self, Function, event_invoke};
use crate::time::{Instant, Span};
use crate::{Given, WithEvents};

/// Settings for asynchronous events, as they were made at an instant.
#[derive(Clone, Debug)]
pub struct Configured {
    /// For this version or alias; `$LATEST` for calls without a qualifier.
    pub(crate) qualifier: String,
    /// None where they were deleted.
    pub(crate) spec: Option<event_invoke::Spec>,
    /// When; none where they are there from the start.
    pub(crate) at: Option<Instant>,
}

/// One version with the settings it runs by.
#[derive(Clone, Debug)]
pub struct PlannedVersion {
    /// 0 is `$LATEST`.
    pub(crate) number: u64,
    pub(crate) spec: Rc<lambda::Spec>,
    /// When it can be called (VER-24).
    pub(crate) active_at: Instant,
    /// Changes whenever `$LATEST` is updated (ENV-09).
    pub(crate) revision: u32,
    /// What `$LATEST` was when this was published (VER-04).
    pub(crate) source: Rc<lambda::Spec>,
    /// Counts what its RevisionId stands for (VER-11).
    pub(crate) edition: u32,
    /// Whether it was deleted: its number stays taken (VER-03).
    pub(crate) deleted: Option<Given>,
}

impl PlannedVersion {
    /// `$LATEST` or the number.
    #[must_use]
    pub fn name(&self) -> String {
        if self.number == 0 { "$LATEST".into() } else { self.number.to_string() }
    }

    /// Its settings.
    #[must_use]
    pub fn spec(&self) -> &lambda::Spec {
        &self.spec
    }

    /// When it can be called; it is Pending before (VER-24).
    #[must_use]
    pub fn active_at(&self) -> Instant {
        self.active_at
    }

    /// Whether it can still be named.
    #[must_use]
    pub fn is_there(&self) -> bool {
        self.deleted.is_none()
    }

    /// One with these settings, as if `$LATEST` had been the same when it was published.
    pub(crate) fn of(number: u64, spec: Rc<lambda::Spec>) -> Self {
        Self {
            number,
            source: Rc::clone(&spec),
            spec,
            active_at: Instant::START,
            revision: 0,
            edition: 0,
            deleted: None,
        }
    }
}

/// A function with its versions and aliases.
#[derive(Clone, Debug)]
pub struct PlannedFunction {
    pub(crate) name: String,
    pub(crate) versions: Vec<PlannedVersion>,
    pub(crate) aliases: Vec<PlannedAlias>,
    pub(crate) reserved: Option<u64>,
    pub(crate) provisioned: Vec<lambda::Provisioned>,
    /// Settings for asynchronous events, in order of time.
    pub(crate) event_invoke: WithEvents<Configured>,
    /// Whether its loops are left alone (REC-01).
    pub(crate) allows_loops: bool,
    pub(crate) dice: Dice,
    /// Until when an update of `$LATEST` is under way (VER-24).
    pub(crate) updating_until: Instant,
    /// Whether it was deleted: its number stays taken.
    pub(crate) deleted: Option<Given>,
}

impl PlannedFunction {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A version by its place.
    #[must_use]
    pub fn version(&self, version: VersionIx) -> &PlannedVersion {
        &self.versions[usize::from(version.0)]
    }

    /// All versions, `$LATEST` first.
    #[must_use]
    pub fn versions(&self) -> &[PlannedVersion] {
        &self.versions
    }

    /// Its aliases, each with its place and the version it leads to.
    pub fn aliases(&self) -> impl Iterator<Item = (usize, &PlannedAlias, VersionIx)> {
        let aliases = self.aliases.iter().enumerate();
        let aliases = aliases.filter(|(_, alias)| alias.is_there());
        aliases.filter_map(|(at, alias)| {
            Some((at, alias, self.existing(alias.pointer.version)?))
        })
    }

    /// Until when an update of `$LATEST` is under way (VER-24).
    #[must_use]
    pub fn updating_until(&self) -> Instant {
        self.updating_until
    }

    /// Reserved concurrency.
    #[must_use]
    pub fn reserved(&self) -> Option<u64> {
        self.reserved
    }

    /// What a qualifier has by way of settings for asynchronous events, once what was made
    /// has spread (ASY-09).
    pub(crate) fn configured(
        &self,
        qualifier: &str,
        now: Instant,
        spreads_in: Span,
    ) -> Option<&event_invoke::Spec> {
        let made = self.event_invoke.iter().rev();
        let mut made = made.filter(|made| made.qualifier == qualifier);
        made.find(|made| made.at.is_none_or(|at| at.plus(spreads_in) <= now))?
            .spec
            .as_ref()
    }

    /// What a qualifier has now, whether it has spread or not.
    pub(crate) fn now(&self, qualifier: &str) -> Option<&event_invoke::Spec> {
        let mut made = self.event_invoke.iter().rev();
        made.find(|made| made.qualifier == qualifier)?.spec.as_ref()
    }

    /// The version with a number, if it was not deleted.
    pub(crate) fn existing(&self, number: u64) -> Option<VersionIx> {
        let found = self.version_numbered(number)?;
        self.version(found).is_there().then_some(found)
    }

    /// The number given last.
    pub(crate) fn last_number(&self) -> u64 {
        self.versions.iter().map(|version| version.number).max().unwrap_or(0)
    }

    /// The version published last of those that are there; none if there is only `$LATEST`.
    pub(crate) fn last_published(&self) -> Option<VersionIx> {
        let at = self.versions.iter().rposition(PlannedVersion::is_there)?;
        let found = VersionIx(u16::try_from(at).ok()?);
        (found != VersionIx::LATEST).then_some(found)
    }

    /// The version with a number, deleted or not.
    pub(crate) fn version_numbered(&self, number: u64) -> Option<VersionIx> {
        let at = self.versions.iter().position(|version| version.number == number)?;
        Some(VersionIx(u16::try_from(at).ok()?))
    }

    /// The version a qualifier means now: of an alias, its own version.
    #[must_use]
    pub fn resolve(&self, qualifier: &str) -> Option<VersionIx> {
        if qualifier == "$LATEST" {
            return Some(VersionIx::LATEST);
        }
        if qualifier.bytes().all(|b| b.is_ascii_digit()) {
            let number = qualifier.parse().ok().filter(|_| !qualifier.starts_with('0'));
            return self.existing(number?);
        }
        let mut aliases = self.aliases.iter().filter(|alias| alias.is_there());
        let alias = aliases.find(|alias| alias.name == qualifier)?;
        self.existing(alias.pointer.version)
    }
}

pub(super) fn planned(function: &Function, seed: u64) -> PlannedFunction {
    let latest = (0, &function.spec);
    let numbered = function.versions.iter().map(|one| (one.number, &one.spec));
    let versions = [latest].into_iter().chain(numbered);
    let versions =
        versions.map(|(number, spec)| PlannedVersion::of(number, Rc::new(spec.clone())));
    let dice = Dice::of(seed, &function.name);
    let aliases = function.aliases.iter();
    let aliases = aliases.map(|alias| PlannedAlias::of(alias, &dice, seed));
    let event_invoke = function.event_invoke.iter().map(|(qualifier, spec)| Configured {
        qualifier: qualifier.clone(),
        spec: Some(spec.clone()),
        at: None,
    });
    PlannedFunction {
        name: function.name.clone(),
        versions: versions.collect(),
        aliases: aliases.collect(),
        reserved: function.shared.reserved,
        provisioned: function.provisioned.clone(),
        event_invoke: event_invoke.collect(),
        allows_loops: function.shared.recursive_loop == lambda::RecursiveLoop::Allow,
        dice,
        updating_until: Instant::START,
        deleted: None,
    }
}
