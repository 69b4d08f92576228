//! Gauges of the versions of a function, by `ExecutedVersion`.

use alloc::string::String;
use alloc::vec::Vec;

use super::datapoints::{Datapoint, Fold, Periods};
use super::gauges::{Gauge, function_of, value};
use crate::id::{EnvironmentId, FunctionId, Part, VersionIx};
use crate::record::Recording;
use crate::time::Instant;
use crate::trace::{Entry, Fact};
use crate::{Given, WithEvents};

/// A gauge of one version, column by column of a window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionSeries {
    /// The function.
    pub function: FunctionId,
    /// The version.
    pub version: VersionIx,
    /// Both, as in the ARN.
    pub name: String,
    /// Which gauge.
    pub gauge: Gauge,
    /// The value of each column.
    pub values: Vec<u64>,
    /// Only the whole simulator has them.
    pub given: Given,
}

/// What is shown of a version.
const SHOWN: [Gauge; 3] = [Gauge::Errors, Gauge::Invocations, Gauge::Duration];
/// Most versions shown: those that came last.
const VERSIONS_MAX: usize = 3;

/// The function whose versions are shown: that of the part somebody has chosen, or the first
/// of which several run.
pub(super) fn shown(recording: &Recording, chosen: Option<Part>) -> Option<FunctionId> {
    let plan = recording.plan();
    let function = function_of(plan, chosen);
    let ids = (0..).map(FunctionId).take(plan.functions().len());
    let mut meant = ids.filter(|id| function.is_none_or(|wanted| wanted == *id));
    meant.find(|id| versions(recording, *id).len() > 1)
}

/// The versions of a function of which code has run, the last ones.
fn versions(recording: &Recording, id: FunctionId) -> Vec<VersionIx> {
    let state = recording.head().world().lambda().function(id);
    let counted = state.by_version.iter().zip((0..).map(VersionIx));
    let run = counted.filter(|(counts, _)| counts.invocations > 0);
    let mut run: Vec<VersionIx> = run.map(|(_, version)| version).collect();
    run.drain(..run.len().saturating_sub(VERSIONS_MAX));
    run
}

/// The gauges of versions on their way.
pub(super) struct Drawing {
    function: FunctionId,
    folds: Vec<(VersionIx, Fold)>,
    /// Which version's code each environment has.
    environments: Vec<Option<VersionIx>>,
}

impl Drawing {
    pub(super) fn new(
        recording: &Recording,
        function: FunctionId,
        starts: &[Instant],
    ) -> Self {
        let fold = || Fold::new(Periods::Starts(starts.to_vec()));
        let versions = versions(recording, function).into_iter();
        let folds = versions.map(|version| (version, fold())).collect();
        Self { function, folds, environments: Vec::new() }
    }

    pub(super) fn add(&mut self, entry: &Entry) {
        if entry.part != Part::Function(self.function) {
            return;
        }
        let place = |environment: EnvironmentId| environment.0 as usize;
        if let Fact::Started { environment, version, .. } = entry.fact {
            let place = place(environment);
            if self.environments.len() <= place {
                self.environments.resize(place + 1, None);
            }
            self.environments[place] = Some(version);
        }
        let (Fact::Started { environment, .. } | Fact::Ended { environment, .. }) =
            entry.fact
        else {
            return;
        };
        let version = self.environments.get(place(environment)).copied().flatten();
        let mut folds = self.folds.iter_mut();
        if let Some((_, fold)) = folds.find(|(of, _)| Some(*of) == version) {
            fold.add(self.function, entry);
        }
    }

    pub(super) fn finish(
        self,
        recording: &Recording,
        after: Instant,
    ) -> WithEvents<VersionSeries> {
        let planned = recording.last_plan().function(self.function);
        let mut all = WithEvents::new();
        let Some(given) = Given::mark() else { return all };
        for (version, fold) in self.folds {
            let points: Vec<Datapoint> = fold.finish(after);
            for gauge in SHOWN {
                let values = points[1..].iter().map(|point| value(gauge, point, 0));
                let number = planned.version(version).name();
                all.push(VersionSeries {
                    function: self.function,
                    version,
                    name: [planned.name(), ":", &number].concat(),
                    gauge,
                    values: values.collect(),
                    given,
                });
            }
        }
        all
    }
}
