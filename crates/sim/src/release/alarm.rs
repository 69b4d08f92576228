//! Alarms of CloudWatch: what they watch, and what makes them go off.
//!
//! An alarm sees points, one for each period since the run began, and looks at the last few
//! of them at the end of each period.
//!
//! Units: a value is in millionths of its metric's unit (1 for counts, ms for `Duration`),
//! the threshold too.
//! Rules: CW-01 to CW-05, ALI-34.

use alloc::collections::VecDeque;
use alloc::string::String;
use alloc::vec::Vec;

use crate::knob::{Choices, Kind, Knob, Knobs};
use crate::limits;
use crate::time::{Instant, Span};

choices! {
    /// What is measured of a function.
    Metric {
        /// Runs of its code, also those that fail.
        Invocations "Invocations",
        /// Runs that end in a function error.
        Errors "Errors",
        /// Requests that found no room.
        Throttles "Throttles",
        /// How long its code runs, in ms.
        Duration "Duration",
    }
}

choices! {
    /// What is made of the values of a period.
    Statistic {
        /// All of them together.
        Sum "Sum",
        /// Their mean.
        Average "Average",
        /// The smallest.
        Minimum "Minimum",
        /// The largest.
        Maximum "Maximum",
        /// How many there are.
        SampleCount "SampleCount",
    }
}

choices! {
    /// Which points breach.
    Comparison {
        /// Those above the threshold.
        Greater "GreaterThanThreshold",
        /// Those at the threshold or above.
        AtLeast "GreaterThanOrEqualToThreshold",
        /// Those below the threshold.
        Less "LessThanThreshold",
        /// Those at the threshold or below.
        AtMost "LessThanOrEqualToThreshold",
    }
}

choices! {
    /// What a period without values counts as (CW-02).
    MissingData {
        /// As nothing; if all are missing, there is not enough data.
        Missing "missing",
        /// As nothing; the state stays where it cannot be told.
        Ignore "ignore",
        /// As a point that breaches.
        Breaching "breaching",
        /// As one that does not.
        NotBreaching "notBreaching",
    }
}

choices! {
    /// The state of an alarm.
    StateValue {
        /// All is well.
        Ok "OK",
        /// It has gone off.
        Alarm "ALARM",
        /// Nobody can tell.
        InsufficientData "INSUFFICIENT_DATA",
    }
}

/// What a person sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spec {
    /// What is measured.
    pub metric: Metric,
    /// Which version ran, where only calls of an alias that ran this one are meant.
    pub executed_version: Option<u64>,
    /// What is made of the values of a period.
    pub statistic: Statistic,
    /// A percentile in its place, such as `p99`; empty is none.
    pub extended_statistic: String,
    /// Which points breach.
    pub comparison: Comparison,
    /// Compared with this, in millionths.
    pub threshold: u64,
    /// How long a period is.
    pub period: Span,
    /// So many points are looked at.
    pub evaluation_periods: u64,
    /// So many of them have to breach; unset is all.
    pub datapoints_to_alarm: Option<u64>,
    /// What a period without values counts as.
    pub missing: MissingData,
}

impl Default for Spec {
    fn default() -> Self {
        Self {
            metric: Metric::Errors,
            executed_version: None,
            statistic: Statistic::Sum,
            extended_statistic: String::new(),
            comparison: Comparison::Greater,
            threshold: 0,
            period: Span::MINUTE,
            evaluation_periods: 1,
            datapoints_to_alarm: None,
            missing: MissingData::Missing,
        }
    }
}

/// Points that are looked at, at most.
pub const PERIODS_MAX: u64 = 1_440;

impl Knobs for Spec {
    const KNOBS: &'static [Knob<Self>] = &[
        knob!(metric: choice, "metric", "MetricName", "Metric",
            Kind::Choice(Metric::WORDS), Ali34, "What is measured of the function."),
        knob!(executed_version: optional_count, "executed-version", "ExecutedVersion",
            "Executed version", Kind::Count { min: 1, max: u64::MAX, unit: "" }, Ali34,
            "Only calls of the alias that ran this version."),
        knob!(statistic: choice, "statistic", "Statistic", "Statistic",
            Kind::Choice(Statistic::WORDS), Cw04, "What is made of the values of a period."),
        knob!(extended_statistic: text, "extended-statistic", "ExtendedStatistic",
            "Percentile", Kind::Text { max: 64 }, Cw04,
            "A percentile in place of the statistic, such as p99 or p99.9."),
        knob!(comparison: choice, "comparison-operator", "ComparisonOperator", "Breaches",
            Kind::Choice(Comparison::WORDS), Cw01, "Which points breach."),
        knob!(threshold: count, "threshold", "Threshold", "Threshold",
            Kind::Decimal { max: limits::THRESHOLD_MAX }, Cw01,
            "What each point is compared with; ms for Duration."),
        knob!(period: span, "period", "Period", "Period",
            Kind::Span { min: Span::seconds(10), max: Span::HOUR.times(24), whole_seconds: true },
            Cw04, "How long the values of one point are collected."),
        knob!(evaluation_periods: count, "evaluation-periods", "EvaluationPeriods",
            "Evaluation periods", Kind::Count { min: 1, max: PERIODS_MAX, unit: "" }, Cw01,
            "How many of the last points are looked at."),
        knob!(datapoints_to_alarm: optional_count, "datapoints-to-alarm", "DatapointsToAlarm",
            "Datapoints to alarm", Kind::Count { min: 1, max: PERIODS_MAX, unit: "" }, Cw01,
            "How many of them have to breach; all of them if it is not set."),
        knob!(missing: choice, "treat-missing-data", "TreatMissingData", "Missing data",
            Kind::Choice(MissingData::WORDS), Cw02, "What a period without values counts as."),
    ];
}

/// An alarm as a person drew it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Alarm {
    /// Its name.
    pub name: String,
    /// Which function it watches: all of its versions, or with a qualifier only calls that
    /// ask for it, such as `checkout:live` (the dimension `Resource`).
    pub watches: String,
    /// What a person sets.
    pub spec: Spec,
}

/// A share such as that of `p99.9`, in parts per million; none if it is no percentile.
#[must_use]
pub fn percentile(text: &str) -> Option<u64> {
    let digits = text.strip_prefix('p')?;
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let number = |text: &str| {
        let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        text.parse::<u64>().ok().filter(|_| plain)
    };
    let places = u32::try_from(fraction.len()).ok().filter(|places| *places <= 4)?;
    let ppm =
        number(whole)?.checked_mul(10_000)? + number(fraction)? * 10_u64.pow(4 - places);
    (ppm > 0 && ppm <= 1_000_000).then_some(ppm)
}

impl Spec {
    /// Points that have to breach.
    #[must_use]
    pub fn needed(&self) -> u64 {
        self.datapoints_to_alarm.unwrap_or(self.evaluation_periods)
    }

    /// Whether a point breaches.
    #[must_use]
    pub const fn breaches(&self, value: u64) -> bool {
        match self.comparison {
            Comparison::Greater => value > self.threshold,
            Comparison::AtLeast => value >= self.threshold,
            Comparison::Less => value < self.threshold,
            Comparison::AtMost => value <= self.threshold,
        }
    }

    /// The number of the period an instant falls into.
    #[must_use]
    pub const fn period_of(&self, at: Instant) -> u64 {
        at.0 / self.period.0
    }
}

/// What was measured in one period.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Values {
    count: u64,
    sum: u64,
    min: u64,
    max: u64,
    /// Each one, where a percentile is asked for.
    each: Vec<u64>,
}

impl Values {
    fn add(&mut self, value: u64, keeps_each: bool) {
        self.min = if self.count == 0 { value } else { self.min.min(value) };
        self.max = self.max.max(value);
        self.count += 1;
        self.sum += value;
        if keeps_each {
            self.each.push(value);
        }
    }

    /// The point they make; none without values (CW-05).
    fn point(&self, spec: &Spec) -> Option<u64> {
        if self.count == 0 {
            return None;
        }
        if let Some(ppm) = percentile(&spec.extended_statistic) {
            let mut each = self.each.clone();
            each.sort_unstable();
            // The smallest value that this share of all does not exceed.
            let rank = (self.count * ppm).div_ceil(1_000_000).max(1);
            return each.get(usize::try_from(rank).ok()? - 1).copied();
        }
        Some(match spec.statistic {
            Statistic::Sum => self.sum,
            Statistic::Average => self.sum / self.count,
            Statistic::Minimum => self.min,
            Statistic::Maximum => self.max,
            Statistic::SampleCount => self.count * 1_000_000,
        })
    }
}

/// An alarm in a run.
#[derive(Clone, Debug)]
pub struct State {
    value: StateValue,
    /// What was measured in the last periods; the last of them is under way.
    periods: VecDeque<Values>,
    /// The number of the first of them.
    first: u64,
}

impl Default for State {
    fn default() -> Self {
        Self { value: StateValue::InsufficientData, periods: VecDeque::new(), first: 0 }
    }
}

impl State {
    /// Its state.
    #[must_use]
    pub const fn value(&self) -> StateValue {
        self.value
    }

    /// Puts it into a state (`SetAlarmState`), until the end of a period says otherwise.
    pub(crate) fn set(&mut self, value: StateValue) {
        self.value = value;
    }

    /// Notes a value that was measured in a period; what is too old to be looked at is
    /// dropped.
    pub(crate) fn measured(&mut self, spec: &Spec, period: u64, value: u64) {
        if period < self.first {
            return;
        }
        let place = usize::try_from(period - self.first).expect("periods are looked at");
        while self.periods.len() <= place {
            self.periods.push_back(Values::default());
        }
        self.periods[place].add(value, !spec.extended_statistic.is_empty());
    }

    /// The points that are looked at when the period with this number has ended, oldest
    /// first; periods before the run have none.
    pub fn points(&self, spec: &Spec, ended: u64) -> impl Iterator<Item = Option<u64>> {
        let count = spec.evaluation_periods;
        (0..count).map(move |place| {
            let period = (ended + place + 1).checked_sub(count)?;
            let place = usize::try_from(period.checked_sub(self.first)?).ok()?;
            self.periods.get(place)?.point(spec)
        })
    }

    /// Looks at the last points when the period with this number has ended; whether that
    /// changes its state.
    pub(crate) fn evaluate(&mut self, spec: &Spec, ended: u64) -> bool {
        let breaches: Vec<Option<bool>> =
            self.points(spec, ended).map(|point| Some(spec.breaches(point?))).collect();
        let before = self.value;
        self.value = judged(&breaches, spec.needed(), spec.missing, before);
        self.value != before
    }

    /// Drops what no evaluation looks at any more after that of a period.
    pub(crate) fn forget(&mut self, spec: &Spec, ended: u64) {
        // The next evaluation looks one period further.
        let first = (ended + 2).saturating_sub(spec.evaluation_periods);
        while self.first < first {
            self.periods.pop_front();
            self.first += 1;
        }
    }

    /// Whether there is anything that an evaluation to come will look at.
    #[must_use]
    pub fn awaits(&self) -> bool {
        self.periods.iter().any(|values| values.count > 0)
    }

    /// A rough count of the bytes a clone takes.
    pub(crate) fn bytes(&self) -> usize {
        let each: usize = self.periods.iter().map(|values| values.each.len()).sum();
        size_of::<Self>()
            + self.periods.len() * size_of::<Values>()
            + each * size_of::<u64>()
    }
}

/// The state that points lead to, oldest first: whether each breaches, none where it is
/// missing (CW-01 to CW-03).
#[must_use]
pub fn judged(
    points: &[Option<bool>],
    needed: u64,
    missing: MissingData,
    before: StateValue,
) -> StateValue {
    let filled = |point: &Option<bool>| match missing {
        MissingData::Missing | MissingData::Ignore => *point,
        MissingData::Breaching => Some(point.unwrap_or(true)),
        MissingData::NotBreaching => Some(point.unwrap_or(false)),
    };
    let points: Vec<Option<bool>> = points.iter().map(filled).collect();
    let count = |wanted: Option<bool>| {
        points.iter().filter(|point| **point == wanted).count() as u64
    };
    let (breaching, absent) = (count(Some(true)), count(None));
    if breaching >= needed || is_early(&points, needed) {
        return StateValue::Alarm;
    }
    match missing {
        MissingData::Missing if absent == points.len() as u64 => {
            StateValue::InsufficientData
        }
        // What is missing could still make an alarm of it.
        MissingData::Ignore if breaching + absent >= needed => before,
        MissingData::Missing
        | MissingData::Ignore
        | MissingData::Breaching
        | MissingData::NotBreaching => StateValue::Ok,
    }
}

/// Whether the oldest point there is breaches, is old enough, and everything since then
/// breaches too or is missing (CW-03).
fn is_early(points: &[Option<bool>], needed: u64) -> bool {
    let oldest = points.iter().position(|point| *point == Some(true));
    oldest.is_some_and(|oldest| {
        let since = &points[oldest..];
        since.len() as u64 >= needed && !since.contains(&Some(false))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use MissingData::{Breaching, Ignore, Missing, NotBreaching};
    use StateValue::{Alarm as Rang, InsufficientData, Ok as Well};

    /// `X` breaches, `0` does not, `-` is missing.
    fn points(text: &str) -> Vec<Option<bool>> {
        let point = |sign| match sign {
            'X' => Some(true),
            '0' => Some(false),
            _ => None,
        };
        text.chars().map(point).collect()
    }

    #[test]
    fn so_many_of_the_last_points_have_to_breach() {
        for (text, needed, wanted) in [
            ("XX", 2, Rang),
            ("0X", 2, Well),
            ("X0X", 2, Rang),
            ("X00", 2, Well),
            ("0XX", 3, Well),
            ("00X", 1, Rang),
        ] {
            let state = judged(&points(text), needed, Missing, Well);
            assert_eq!(state, wanted, "{text} of which {needed}");
        }
    }

    #[test]
    fn missing_points_count_as_it_was_said() {
        for (text, needed, [missing, ignore, breaching, not_breaching]) in [
            ("---", 3, [InsufficientData, Well, Rang, Well]),
            ("0--", 3, [Well, Well, Well, Well]),
            ("--X", 3, [Well, Well, Rang, Well]),
            ("X--", 3, [Rang, Rang, Rang, Well]),
            ("X--", 2, [Rang, Rang, Rang, Well]),
            ("-X-", 2, [Rang, Rang, Rang, Well]),
            ("--X", 2, [Well, Well, Rang, Well]),
            ("X-0", 2, [Well, Well, Rang, Well]),
            ("0-X", 2, [Well, Well, Rang, Well]),
        ] {
            let all = [missing, ignore, breaching, not_breaching];
            let ways = [Missing, Ignore, Breaching, NotBreaching];
            for (way, wanted) in ways.into_iter().zip(all) {
                let state = judged(&points(text), needed, way, Well);
                assert_eq!(state, wanted, "{text} of which {needed}, {way:?}");
            }
        }
        // What cannot be told leaves it as it was.
        assert_eq!(judged(&points("---"), 3, Ignore, Rang), Rang);
        assert_eq!(judged(&points("--X"), 3, Ignore, Rang), Rang);
        assert_eq!(judged(&points("00-"), 2, Ignore, Rang), Well);
    }

    /// The point of one period with these values.
    fn point(spec: &Spec, values: &[u64]) -> Option<u64> {
        let mut state = State::default();
        for value in values {
            state.measured(spec, 0, *value);
        }
        state.points(spec, 0).next().flatten()
    }

    #[test]
    fn statistics_are_made_of_the_values_of_a_period() {
        for (statistic, wanted) in [
            (Statistic::Sum, 10),
            (Statistic::Average, 2),
            (Statistic::Minimum, 1),
            (Statistic::Maximum, 4),
            (Statistic::SampleCount, 4_000_000),
        ] {
            let spec = Spec { statistic, ..Spec::default() };
            assert_eq!(point(&spec, &[4, 1, 3, 2]), Some(wanted), "{statistic:?}");
            assert_eq!(point(&spec, &[]), None, "{statistic:?}");
        }
        for (percentile, wanted) in [("p50", 5), ("p90", 9), ("p99.9", 10), ("p10", 1)] {
            let spec = Spec { extended_statistic: percentile.into(), ..Spec::default() };
            let values = [3, 9, 1, 7, 5, 10, 2, 8, 6, 4];
            assert_eq!(point(&spec, &values), Some(wanted), "{percentile}");
        }
    }

    #[test]
    fn a_percentile_is_a_share_of_at_most_all() {
        for (text, wanted) in [
            ("p99", Some(990_000)),
            ("p99.9", Some(999_000)),
            ("p99.99", Some(999_900)),
            ("p100", Some(1_000_000)),
            ("p0", None),
            ("p101", None),
            ("p99.99999", None),
            ("p", None),
            ("p.5", None),
            ("p+5", None),
            ("99", None),
        ] {
            assert_eq!(percentile(text), wanted, "{text}");
        }
    }

    #[test]
    fn only_the_last_periods_are_looked_at() {
        let spec = Spec { evaluation_periods: 2, ..Spec::default() };
        let mut state = State::default();
        let evaluate = |state: &mut State, ended| {
            let changed = state.evaluate(&spec, ended);
            state.forget(&spec, ended);
            changed
        };
        state.measured(&spec, 0, 1_000_000);
        assert!(evaluate(&mut state, 0), "it has heard of nothing before");
        assert_eq!(state.value(), Well);
        assert!(state.awaits());
        // What ends later counts where it began.
        state.measured(&spec, 0, 1_000_000);
        state.measured(&spec, 1, 1_000_000);
        assert!(evaluate(&mut state, 1));
        assert_eq!(state.value(), Rang);
        assert!(!evaluate(&mut state, 2), "the older one breaches, the newer is missing");
        state.measured(&spec, 0, 1_000_000);
        assert!(!state.awaits(), "what is too old is dropped");
        assert!(evaluate(&mut state, 3));
        assert_eq!(state.value(), InsufficientData);
    }
}
