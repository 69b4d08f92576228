//! What each version of a function has done, and what its aliases have led where.
//!
//! Rules: ALI-18, ALI-34.

use super::invoke::FunctionState;
use crate::id::{AliasIx, VersionIx};
use crate::plan::PlannedFunction;
use crate::{EVENTS, WithEvents};

/// What a version has done since the run began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct VersionCounts {
    /// Runs of its code.
    pub invocations: u64,
    /// Runs that ended in a function error.
    pub errors: u64,
    /// Runs that have ended.
    pub duration_count: u64,
    /// How long they took, summed, in microseconds.
    pub duration_us: u64,
}

/// A place in a list, which grows up to there.
pub(crate) fn at<T: Default>(list: &mut WithEvents<T>, place: usize) -> &mut T {
    while list.len() <= place {
        list.push(T::default());
    }
    &mut list[place]
}

/// Counts a run that has ended.
pub(super) fn count_end(
    versions: &mut WithEvents<VersionCounts>,
    version: VersionIx,
    failed: bool,
    took_us: u64,
) {
    let counts = at(versions, version.0.into());
    counts.errors += u64::from(failed);
    counts.duration_count += 1;
    counts.duration_us += took_us;
}

impl FunctionState {
    /// Counts a run that begins.
    #[inline]
    pub(super) fn count_start(
        &mut self,
        planned: &PlannedFunction,
        version: VersionIx,
        alias: Option<AliasIx>,
        provisioned: bool,
    ) {
        let in_flight = self.in_flight();
        let metrics = &mut self.metrics;
        metrics.invocations += 1;
        metrics.provisioned_invocations += u64::from(provisioned);
        metrics.provisioned_max = metrics.provisioned_max.max(self.on_provisioned);
        metrics.concurrent_max = metrics.concurrent_max.max(in_flight);
        if EVENTS {
            at(&mut self.by_version, version.0.into()).invocations += 1;
            if let Some(alias) = alias {
                self.count_split(planned, version, alias);
            }
        }
    }

    /// Counts where an alias that has weights has led.
    fn count_split(
        &mut self,
        planned: &PlannedFunction,
        version: VersionIx,
        alias: AliasIx,
    ) {
        let pointer = &planned.alias(alias).pointer;
        if let Some(routing) = &pointer.routing {
            let number = planned.version(version).number;
            let is_other = number == routing.version && number != pointer.version;
            at(&mut self.split, alias.0.into())[usize::from(is_other)] += 1;
        }
    }

    /// What a version has done, if anything.
    #[must_use]
    pub fn counts(&self, version: VersionIx) -> Option<&VersionCounts> {
        self.by_version.get(usize::from(version.0))
    }

    /// What the function counts is what its versions count together.
    pub(super) fn assert_counted(&self) {
        if !EVENTS {
            return;
        }
        let mut sum = VersionCounts::default();
        for counts in self.by_version.iter() {
            sum.invocations += counts.invocations;
            sum.errors += counts.errors;
            sum.duration_count += counts.duration_count;
            sum.duration_us += counts.duration_us;
        }
        let metrics = &self.metrics;
        let all = VersionCounts {
            invocations: metrics.invocations,
            errors: metrics.errors,
            duration_count: metrics.duration_count,
            duration_us: metrics.duration_us,
        };
        assert_eq!(sum, all, "a run of no version, or of two");
    }
}
