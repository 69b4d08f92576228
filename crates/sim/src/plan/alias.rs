//! Aliases of a plan: where each leads now, where it led before, and what is drawn for a
//! request that comes through one.
//!
//! Units: weights are parts per million of the requests. A draw is keyed by alias, sender,
//! request and attempt, so it moves nobody else's luck.
//! Rules: ALI-01, ALI-07, ALI-09, ALI-18 to ALI-20, ALI-31, ALI-35.

use alloc::string::String;

use super::{PlannedFunction, VersionIx};
use crate::dice::{Dice, Purpose};
use crate::id::AliasIx;
use crate::lambda::{Alias, Provisioned, Routing};
use crate::scenario::{PcSplit, Settings};
use crate::time::{Instant, Span};
use crate::{EVENTS, Given, WithEvents};

/// Where an alias leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pointer {
    /// The number of its version; 0 is `$LATEST`.
    pub(crate) version: u64,
    /// The version that gets a share of the requests, if one does.
    pub(crate) routing: Option<Routing>,
}

/// An alias; one that was deleted keeps its place.
#[derive(Clone, Debug)]
pub struct PlannedAlias {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) pointer: Pointer,
    /// Where it led before, and when that ended; only what may still be seen (ALI-35).
    pub(crate) before: WithEvents<(Instant, Pointer)>,
    /// Whether it leads to its former version only until provisioned concurrency is ready
    /// (ALI-29).
    pub(crate) held: Option<Given>,
    /// Counts what was done to it (ALI-07).
    pub(crate) revision: u64,
    pub(crate) gone: Option<Given>,
    pub(crate) dice: Dice,
}

impl PlannedAlias {
    pub(crate) fn of(alias: &Alias, function: &Dice, seed: u64) -> Self {
        Self {
            name: alias.name.clone(),
            description: String::new(),
            pointer: Pointer { version: alias.version, routing: alias.routing },
            before: WithEvents::default(),
            held: None,
            revision: 0,
            gone: None,
            dice: function.with(&Dice::of(seed, &alias.name)),
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it is there.
    #[must_use]
    pub fn is_there(&self) -> bool {
        self.gone.is_none()
    }

    /// The version that gets a share of the requests, and how many parts per million.
    #[must_use]
    pub fn routing(&self) -> Option<Routing> {
        self.pointer.routing
    }

    /// Where it leads as far as that has spread (ALI-35).
    fn seen(&self, now: Instant, spreads_in: Span) -> &Pointer {
        let earlier = self.before.iter().find(|(ended, _)| ended.plus(spreads_in) > now);
        earlier.map_or(&self.pointer, |(_, pointer)| pointer)
    }

    /// Lets it lead elsewhere from now on.
    pub(crate) fn lead(&mut self, to: Pointer, now: Instant, spreads_in: Span) {
        self.revision += 1;
        self.held = None;
        let before = core::mem::replace(&mut self.pointer, to);
        self.before.retain(|(ended, _)| ended.plus(spreads_in) > now);
        if spreads_in > Span::ZERO {
            self.before.push((now, before));
        }
    }
}

/// The version that a request runs, and the alias that has led there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Routed {
    pub(crate) version: VersionIx,
    pub(crate) alias: Option<AliasIx>,
    /// Where it was drawn, the share of the version that was drawn.
    pub(crate) share_ppm: Option<(u32, Given)>,
}

impl Routed {
    /// Without an alias.
    pub(crate) const fn to(version: VersionIx) -> Self {
        Self { version, alias: None, share_ppm: None }
    }
}

/// For whom an alias draws.
pub(crate) struct Draws<'a> {
    /// The dice of who has sent the request.
    pub(crate) sender: &'a Dice,
    /// The request.
    pub(crate) call: u64,
    /// Which attempt of it.
    pub(crate) attempt: u16,
}

/// All of the requests.
pub(crate) const WHOLE_PPM: u32 = 1_000_000;

impl PlannedFunction {
    /// The version that a request for a qualifier runs now: where an alias has weights, it
    /// is drawn (ALI-19).
    pub(crate) fn route(
        &self,
        qualifier: &str,
        draws: &Draws<'_>,
        now: Instant,
        settings: &Settings,
    ) -> Option<Routed> {
        let found = self.alias_named(qualifier).filter(|_| EVENTS);
        let Some(at) = found else { return self.resolve(qualifier).map(Routed::to) };
        let alias = self.alias(at);
        let Pointer { version, routing } = alias.seen(now, settings.alias_propagation);
        let (mut number, mut share_ppm) = (*version, None);
        if let Some(routing) = routing {
            let dice = alias.dice.with(draws.sender);
            let drawn = dice.ppm(Purpose::Route as u64, draws.call, draws.attempt.into());
            let is_other = routing.is_drawn(drawn);
            let share = match is_other {
                true => routing.weight_ppm,
                false => WHOLE_PPM - routing.weight_ppm,
            };
            number = if is_other { routing.version } else { number };
            share_ppm = Some((share, routing.given));
        }
        let version = self.existing(number)?;
        Some(Routed { version, alias: Some(at), share_ppm })
    }

    /// The alias with this name.
    pub(crate) fn alias_named(&self, name: &str) -> Option<AliasIx> {
        let mut aliases = self.aliases.iter();
        let at = aliases.position(|alias| alias.is_there() && alias.name == name)?;
        Some(AliasIx(u16::try_from(at).ok()?, Given::mark()?))
    }

    /// One alias.
    #[must_use]
    pub fn alias(&self, at: AliasIx) -> &PlannedAlias {
        &self.aliases[usize::from(at.0)]
    }

    /// The versions that provisioned concurrency is for, each with its environments: of an
    /// alias with weights each version has its share (ALI-31), and while one moves both its
    /// versions have all (ALI-28).
    pub(crate) fn shares(
        &self,
        provisioned: &Provisioned,
        split: PcSplit,
    ) -> [Option<(VersionIx, u64)>; 2] {
        let Provisioned { qualifier, count } = provisioned;
        let first = self.resolve(qualifier);
        let alias = self.alias_named(qualifier).map(|at| self.alias(at));
        let routing = alias.and_then(|alias| alias.pointer.routing);
        let (Some(alias), Some(routing)) = (alias, routing) else {
            return [first.map(|version| (version, *count)), None];
        };
        let whole = u64::from(WHOLE_PPM);
        let share = match split {
            _ if alias.held.is_some() => *count,
            PcSplit::ByWeight => {
                (count * u64::from(routing.weight_ppm) + whole / 2) / whole
            }
            PcSplit::Primary => 0,
        };
        let rest = if alias.held.is_some() { *count } else { count - share };
        let other = self.existing(routing.version);
        [first.map(|version| (version, rest)), other.map(|version| (version, share))]
    }

    /// Provisioned environments that a version is to have.
    pub(crate) fn provisioned_of(&self, version: VersionIx, split: PcSplit) -> u64 {
        let all = self.provisioned.iter().flat_map(|one| self.shares(one, split));
        let mine = all.flatten().filter(|(of, _)| *of == version);
        mine.map(|(_, count)| count).fold(0, u64::saturating_add)
    }
}

#[cfg(test)]
mod tests {
    use alloc::rc::Rc;
    use alloc::vec;
    use alloc::vec::Vec;

    use super::*;
    use crate::lambda::{Function, Version};
    use crate::plan::{Plan, PlannedFunction};
    use crate::scenario::{Run, Scenario};

    const GIVEN: Given = Given::here();

    fn planned(weight_ppm: u32) -> Rc<PlannedFunction> {
        let versions = [1, 2].map(|number| Version { number, spec: Default::default() });
        let routing = Some(Routing { version: 2, weight_ppm, given: GIVEN });
        let function = Function {
            name: "f".into(),
            versions: versions.into(),
            aliases: vec![Alias { routing, ..Alias::to("live", 1) }],
            ..Function::default()
        };
        let scenario = Scenario { functions: vec![function], ..Scenario::default() };
        let run = Run { scenario, seed: 7, ..Run::default() };
        let plan = Plan::check(&run).expect("a plan");
        Rc::clone(&plan.functions[0])
    }

    /// Whether each of these requests gets the additional version.
    fn drawn(planned: &PlannedFunction, calls: u64, attempt: u16) -> Vec<bool> {
        let (sender, settings) = (Dice::of(7, "shop"), Settings::default());
        let draws = (0..calls).map(|call| {
            let draws = Draws { sender: &sender, call, attempt };
            let routed = planned.route("live", &draws, Instant::START, &settings);
            routed.expect("it leads somewhere").version == VersionIx(2)
        });
        draws.collect()
    }

    #[test]
    fn a_tenth_of_a_million_requests_gets_a_weight_of_a_tenth() {
        let planned = planned(100_000);
        for attempt in [1, 2] {
            let hits = drawn(&planned, 1_000_000, attempt);
            let hits = hits.into_iter().filter(|hit| *hit).count();
            // Three standard deviations: 3 * sqrt(1,000,000 * 0.1 * 0.9).
            assert!((99_100..=100_900).contains(&hits), "{hits} of 1,000,000");
        }
    }

    #[test]
    fn attempts_are_drawn_apart() {
        let planned = planned(500_000);
        let (first, second) = (drawn(&planned, 100_000, 1), drawn(&planned, 100_000, 2));
        let same = first.iter().zip(&second).filter(|(a, b)| a == b).count();
        // Three standard deviations: 3 * sqrt(100,000 / 4).
        assert!((49_525..=50_475).contains(&same), "{same} of 100,000 alike");
    }

    #[test]
    fn a_weight_leads_what_is_drawn_below_it() {
        let dice = |planned: &PlannedFunction| {
            let dice = planned.aliases[0].dice.with(&Dice::of(7, "shop"));
            u32::try_from(dice.ppm(Purpose::Route as u64, 0, 1)).expect("a share")
        };
        let at = dice(&planned(0));
        assert_eq!(drawn(&planned(at), 1, 1), [false]);
        assert_eq!(drawn(&planned(at + 1), 1, 1), [true]);
        assert!(drawn(&planned(0), 10_000, 1).iter().all(|hit| !hit));
        assert!(drawn(&planned(WHOLE_PPM), 10_000, 1).iter().all(|hit| *hit));
    }

    #[test]
    fn provisioned_concurrency_is_shared_by_weight_and_rounded_half_up() {
        let cases = [
            (0, 5, 0),
            (300_000, 5, 2),
            (100_000, 5, 1),
            (99_999, 5, 0),
            (1_000_000, 5, 5),
        ];
        for (weight_ppm, count, of_other) in cases {
            let planned = planned(weight_ppm);
            let provisioned = Provisioned { qualifier: "live".into(), count };
            let shares = planned.shares(&provisioned, PcSplit::ByWeight);
            let expected = [(VersionIx(1), count - of_other), (VersionIx(2), of_other)];
            assert_eq!(shares, expected.map(Some), "{weight_ppm}");
            let [own, _] = planned.shares(&provisioned, PcSplit::Primary);
            assert_eq!(own, Some((VersionIx(1), count)));
        }
    }

    #[test]
    fn a_change_is_seen_once_it_has_spread() {
        let mut planned = (*planned(0)).clone();
        let alias = &mut planned.aliases[0];
        let to = |version| Pointer { version, routing: None };
        let at = |seconds| Instant::START.plus(Span::seconds(seconds));
        let spreads_in = Span::seconds(3);
        alias.lead(to(1), at(0), spreads_in);
        alias.lead(to(2), at(10), spreads_in);
        alias.lead(to(1), at(11), spreads_in);
        let cases = [(10, 1), (12, 1), (13, 2), (14, 1), (20, 1)];
        for (seconds, version) in cases {
            assert_eq!(alias.seen(at(seconds), spreads_in).version, version, "{seconds}");
        }
    }
}
