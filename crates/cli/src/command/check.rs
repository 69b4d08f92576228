//! Says all that is wrong with scenarios, each thing with its place, what was found there,
//! what is allowed, and the rule behind it; and whether their runs are what they expect.

use std::io::{self, Write};

use lambdarium_format::json::{amount_text, expectation_text};
use lambdarium_format::report::{self, sentence};
use lambdarium_sim::advice::{Advice, advice};
use lambdarium_sim::expect::{Broken, Expectation, Term, Verdict, verdicts};
use lambdarium_sim::plan::Plan;
use lambdarium_sim::record::Recording;
use lambdarium_sim::scenario::Run;
use lambdarium_sim::time::Instant;
use lambdarium_sim::trace::Stop;

use crate::args::CheckArgs;
use crate::failure::Failure;
use crate::input::{Input, list, read};

/// Most seeds that are listed.
const SEEDS_SHOWN: usize = 10;

/// Checks all scenarios, whatever is wrong with those before.
pub fn run(args: &CheckArgs, out: &mut dyn Write) -> Result<(), Failure> {
    let (mut broken, mut wrong, mut unread) = (0, 0, 0);
    for input in &args.files {
        match read(input).and_then(|input| check(input, args.seeds, out)) {
            Ok(holds) => broken += u32::from(!holds),
            Err(Failure::Wrong(said)) => {
                wrong += 1;
                writeln!(out, "{said}")?;
            }
            Err(Failure::File { name, error }) => {
                unread += 1;
                writeln!(out, "{name}: {error}")?;
            }
            Err(failure) => return Err(failure),
        }
    }
    match (unread, wrong, broken) {
        (0, 0, 0) => Ok(()),
        (0, 0, _) => Err(Failure::Told),
        (0, _, _) => Err(Failure::NoScenario),
        (_, _, _) => Err(Failure::Unread),
    }
}

/// Checks one, and says whether all holds that it expects.
fn check(input: Input, seeds: Option<u64>, out: &mut dyn Write) -> Result<bool, Failure> {
    let Input { name, run, .. } = input;
    Plan::check(&run).map_err(|issues| Failure::Wrong(list(&name, &issues)))?;
    let advised = advice(&run);
    let holds = judge(&name, run, seeds, out)?;
    // Nothing is wrong with what is only advised against.
    for advised in &advised {
        let Advice { place, .. } = advised;
        let said = report::advice::advice(advised);
        writeln!(out, "  note: {place}: {said} ({})", advised.rule())?;
    }
    Ok(holds)
}

/// Plays it, if anything is expected of it.
fn judge(
    name: &str,
    run: Run,
    seeds: Option<u64>,
    out: &mut dyn Write,
) -> Result<bool, Failure> {
    if run.scenario.expect.is_empty() {
        // Not even played: there are more reasons to check a scenario than to run it.
        writeln!(out, "{name}: nothing is wrong, and nothing is expected")?;
        return Ok(true);
    }
    let expect = run.scenario.expect.clone();
    let results = match seeds {
        None => vec![Played::of(name, run)?],
        Some(seeds) => {
            let runs = (1..=seeds).map(|seed| Run { seed, ..run.clone() });
            runs.map(|run| Played::of(name, run)).collect::<Result<_, _>>()?
        }
    };
    let is_held = |at: usize| results.iter().all(|played| played.verdicts[at].holds);
    let held = (0..expect.len()).filter(|at| is_held(*at)).count();
    let of = match (held == expect.len(), expect.len()) {
        (true, 1) => "what is expected holds".to_string(),
        (true, all) => format!("all {all} expectations hold"),
        (false, all) => format!("{held} of {all} expectations hold"),
    };
    let with = seeds.map_or(String::new(), |seeds| format!(" with seeds 1 to {seeds}"));
    writeln!(out, "{name}: {of}{with}")?;
    for (at, expectation) in expect.iter().enumerate() {
        tell(expectation, at, &results, seeds, out)?;
    }
    let cut = results.iter().find_map(|played| played.cut.as_ref());
    if let Some(cut) = cut {
        writeln!(out, "  ✗ {cut}")?;
    }
    Ok(held == expect.len() && cut.is_none())
}

/// A run that was played, and what came of it.
struct Played {
    seed: u64,
    verdicts: Vec<Verdict>,
    /// By expectation: where it was broken, in words.
    places: Vec<Option<String>>,
    /// Why the run was not played to its end, if it was not.
    cut: Option<String>,
}

impl Played {
    fn of(name: &str, run: Run) -> Result<Self, Failure> {
        let seed = run.seed;
        let recording = Recording::of(run);
        let mut recording =
            recording.map_err(|issues| Failure::Wrong(list(name, &issues)))?;
        let verdicts = verdicts(&mut recording);
        let places = verdicts.iter().map(|verdict| {
            verdict.broken.as_ref().map(|broken| place(&recording, broken))
        });
        let cut = match recording.progress().stop {
            Some(stop @ (Stop::Steps | Stop::Entries)) => {
                let at = time(recording.end());
                Some(format!("the run was cut at {at}: {}", stop.word()))
            }
            Some(Stop::Until | Stop::Quiet) | None => None,
        };
        Ok(Self { seed, places: places.collect(), verdicts, cut })
    }
}

/// When something was broken, what happened there, and the rule that says so.
fn place(recording: &Recording, broken: &Broken) -> String {
    let at = time(broken.moment.at);
    let (plan, log) = (recording.last_plan(), recording.log());
    let entry = broken.entry.and_then(|number| Some((number, log.get(number)?)));
    match entry {
        Some((number, entry)) => {
            format!("{at}: {} ({})", sentence(plan, log, number), entry.rule)
        }
        None => at,
    }
}

/// Whether one expectation holds, and where it does not.
fn tell(
    expectation: &Expectation,
    at: usize,
    results: &[Played],
    seeds: Option<u64>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let text = expectation_text(expectation);
    let amount =
        |played: &Played| amount_text(expectation.quantity, played.verdicts[at].found);
    let broken: Vec<&Played> =
        results.iter().filter(|played| !played.verdicts[at].holds).collect();
    let Some(first) = broken.first() else {
        // With many seeds many things were found.
        let found = match results {
            [only] if seeds.is_none() => format!(": found {}", amount(only)),
            _ => String::new(),
        };
        return writeln!(out, "  ✓ {text}{found}");
    };
    let found = amount(first);
    match seeds {
        None => writeln!(out, "  ✗ {text}: found {found}")?,
        Some(seeds) => {
            let shown: Vec<String> = broken
                .iter()
                .take(SEEDS_SHOWN)
                .map(|played| played.seed.to_string())
                .collect();
            let more = if broken.len() > SEEDS_SHOWN { ", …" } else { "" };
            let (count, shown) = (broken.len(), shown.join(", "));
            writeln!(
                out,
                "  ✗ {text}: broken with {count} of {seeds} seeds: {shown}{more}"
            )?;
            writeln!(out, "      with seed {} found {found}", first.seed)?;
        }
    }
    match (&first.places[at], expectation.term) {
        (Some(place), Term::AtEnd) => writeln!(out, "      since {place}"),
        (Some(place), Term::Throughout) => writeln!(out, "      first at {place}"),
        (None, _) => writeln!(out, "      at no time was it so"),
    }
}

/// A time as on the page: `0:42.300`, `1:02:03.500`, to the microsecond where that says more.
fn time(at: Instant) -> String {
    let (seconds, us) = (at.0 / 1_000_000, at.0 % 1_000_000);
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    let minutes = match hours {
        0 => minutes.to_string(),
        hours => format!("{hours}:{minutes:02}"),
    };
    let fraction = match us % 1_000 {
        0 => format!("{:03}", us / 1_000),
        _ => format!("{us:06}"),
    };
    format!("{minutes}:{seconds:02}.{fraction}")
}
