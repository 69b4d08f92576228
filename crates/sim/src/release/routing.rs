//! How CodeDeploy shifts traffic from one version to the next: how much at which time.
//!
//! Units: shares are whole percent, intervals whole minutes, steps are spans since
//! AllowTraffic began.
//! Rules: CD-10 to CD-16.

use crate::rule::Rule;
use crate::time::Span;

/// Configurations whose names begin so are AWS's own (CD-10).
pub const PREFIX: &str = "CodeDeployDefault.";
/// From the first shift to the last one it may take this long (CD-15).
pub const SHIFTING_MAX: Span = Span::MINUTE.times(2_880);

/// How traffic is shifted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrafficRouting {
    /// All of it at once.
    AllAtOnce,
    /// A part at once, and all the rest later (`TimeBasedCanary`).
    Canary {
        /// So many percent at first.
        percentage: u8,
        /// The rest after so many minutes.
        interval: u16,
    },
    /// Equal parts, one after the other (`TimeBasedLinear`).
    Linear {
        /// So many percent each time.
        percentage: u8,
        /// So many minutes apart.
        interval: u16,
    },
}

/// One shift of traffic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shift {
    /// When, since AllowTraffic began.
    pub after: Span,
    /// How much the new version has from then on, in percent.
    pub percent: u8,
}

const fn canary(interval: u16) -> TrafficRouting {
    TrafficRouting::Canary { percentage: 10, interval }
}

const fn linear(interval: u16) -> TrafficRouting {
    TrafficRouting::Linear { percentage: 10, interval }
}

/// The configurations that are there from the start, without the prefix of their names
/// (CD-10).
pub const PREDEFINED: [(&str, TrafficRouting); 9] = [
    ("LambdaCanary10Percent5Minutes", canary(5)),
    ("LambdaCanary10Percent10Minutes", canary(10)),
    ("LambdaCanary10Percent15Minutes", canary(15)),
    ("LambdaCanary10Percent30Minutes", canary(30)),
    ("LambdaLinear10PercentEvery1Minute", linear(1)),
    ("LambdaLinear10PercentEvery2Minutes", linear(2)),
    ("LambdaLinear10PercentEvery3Minutes", linear(3)),
    ("LambdaLinear10PercentEvery10Minutes", linear(10)),
    ("LambdaAllAtOnce", TrafficRouting::AllAtOnce),
];

impl TrafficRouting {
    /// The predefined configuration with this name.
    #[must_use]
    pub fn predefined(name: &str) -> Option<Self> {
        let short = name.strip_prefix(PREFIX)?;
        PREDEFINED.iter().find(|(name, _)| *name == short).map(|(_, routing)| *routing)
    }

    /// Whether its numbers are such that CodeDeploy takes them (CD-15).
    #[must_use]
    pub fn is_valid(self) -> bool {
        match self {
            Self::AllAtOnce => true,
            Self::Canary { percentage, interval }
            | Self::Linear { percentage, interval } => {
                (1..=99).contains(&percentage)
                    && interval >= 1
                    && self.shifting() <= SHIFTING_MAX
            }
        }
    }

    /// How many shifts there are.
    #[must_use]
    pub fn count(self) -> u16 {
        match self {
            Self::AllAtOnce => 1,
            Self::Canary { .. } => 2,
            Self::Linear { percentage, .. } => 100_u16.div_ceil(percentage.max(1).into()),
        }
    }

    /// A shift by its number, from 0; none after the last one.
    #[must_use]
    pub fn shift(self, number: u16) -> Option<Shift> {
        let last = self.count() - 1;
        if number > last {
            return None;
        }
        let after = Span::MINUTE.times(u64::from(self.interval()) * u64::from(number));
        let percent = match self {
            Self::Canary { percentage, .. } | Self::Linear { percentage, .. }
                if number < last =>
            {
                let percent = u16::from(percentage) * (number + 1);
                u8::try_from(percent).expect("all but the last leave something")
            }
            Self::AllAtOnce | Self::Canary { .. } | Self::Linear { .. } => 100,
        };
        Some(Shift { after, percent })
    }

    /// All shifts, in order of time.
    pub fn shifts(self) -> impl Iterator<Item = Shift> {
        (0..self.count()).filter_map(move |number| self.shift(number))
    }

    /// From the first shift to the last one.
    #[must_use]
    pub fn shifting(self) -> Span {
        let shifts = u64::from(self.count() - 1);
        Span::MINUTE.times(u64::from(self.interval()) * shifts)
    }

    /// Minutes from one shift to the next.
    #[must_use]
    pub const fn interval(self) -> u16 {
        match self {
            Self::AllAtOnce => 0,
            Self::Canary { interval, .. } | Self::Linear { interval, .. } => interval,
        }
    }

    /// The rule by which it shifts.
    #[must_use]
    pub const fn rule(self) -> Rule {
        match self {
            Self::AllAtOnce => Rule::Cd14,
            Self::Canary { .. } => Rule::Cd11,
            Self::Linear { .. } => Rule::Cd12,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    /// Minutes and percent of all shifts.
    fn steps(routing: TrafficRouting) -> Vec<(u64, u8)> {
        let minutes = |span: Span| span.0 / Span::MINUTE.0;
        routing.shifts().map(|shift| (minutes(shift.after), shift.percent)).collect()
    }

    #[test]
    fn predefined_configurations_shift_as_their_names_say() {
        let of = |name: &str| {
            let name = alloc::format!("{PREFIX}Lambda{name}");
            steps(TrafficRouting::predefined(&name).expect("it is predefined"))
        };
        for minutes in [5, 10, 15, 30] {
            let name = alloc::format!("Canary10Percent{minutes}Minutes");
            assert_eq!(of(&name), [(0, 10), (minutes, 100)]);
        }
        for (minutes, s) in [(1, ""), (2, "s"), (3, "s"), (10, "s")] {
            let name = alloc::format!("Linear10PercentEvery{minutes}Minute{s}");
            let wanted: Vec<_> = (1_u8..=10)
                .map(|step| (u64::from(step - 1) * minutes, step * 10))
                .collect();
            assert_eq!(of(&name), wanted);
        }
        assert_eq!(of("AllAtOnce"), [(0, 100)]);
    }

    #[test]
    fn names_that_are_not_predefined_lead_nowhere() {
        for name in [
            "CodeDeployDefault.LambdaLinear10PercentEvery1Minutes",
            "CodeDeployDefault.LambdaCanary20Percent5Minutes",
            "CodeDeployDefault.Canary10Percent5Minutes",
            "LambdaAllAtOnce",
            "",
        ] {
            assert_eq!(TrafficRouting::predefined(name), None, "{name}");
        }
    }

    #[test]
    fn the_last_shift_of_a_custom_configuration_is_the_rest() {
        let linear =
            |percentage, interval| TrafficRouting::Linear { percentage, interval };
        assert_eq!(steps(linear(30, 2)), [(0, 30), (2, 60), (4, 90), (6, 100)]);
        assert_eq!(steps(linear(33, 4)), [(0, 33), (4, 66), (8, 99), (12, 100)]);
        assert_eq!(steps(linear(50, 1)), [(0, 50), (1, 100)]);
        let canary = TrafficRouting::Canary { percentage: 25, interval: 45 };
        assert_eq!(steps(canary), [(0, 25), (45, 100)]);
    }

    #[test]
    fn shifting_takes_two_days_at_most() {
        let linear =
            |percentage, interval| TrafficRouting::Linear { percentage, interval };
        let canary =
            |percentage, interval| TrafficRouting::Canary { percentage, interval };
        let cases = [
            (linear(1, 30), false),
            (linear(1, 29), true),
            (linear(10, 320), true),
            (linear(10, 321), false),
            (canary(10, 2_880), true),
            (canary(10, 2_881), false),
            (canary(0, 1), false),
            (canary(100, 1), false),
            (linear(0, 1), false),
            (linear(10, 0), false),
        ];
        for (routing, valid) in cases {
            assert_eq!(routing.is_valid(), valid, "{routing:?}");
        }
    }
}
