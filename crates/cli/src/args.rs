//! What can be asked for.

use clap::{Args as Group, Parser, Subcommand, ValueEnum};
use lambdarium_format::link::read_moment;
use lambdarium_sim::odds::SEEDS_MAX;
use lambdarium_sim::time::Moment;

const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  the scenario, the link, the rule or the result of a benchmark is wrong
  2  the command line is wrong
  3  a file could not be read, or the answer not be written";

const CHECK_CODES: &str = "\
Exit codes:
  0  nothing is wrong, and all that is expected holds
  1  something that is expected does not hold
  2  a file is no scenario, or the command line is wrong
  3  a file could not be read, or the answer not be written";

const INPUT: &str = "A scenario file, `-` for standard input, or a link or its fragment";

/// A deterministic simulator of AWS Lambda's wiring.
#[derive(Debug, Parser)]
#[command(name = "lambdarium", version, after_help = EXIT_CODES)]
pub struct Args {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Say all that is wrong with scenarios, and whether what they expect holds
    #[command(after_help = CHECK_CODES)]
    Check(CheckArgs),
    /// Play a scenario to its end and sum it up
    #[command(after_help = EXIT_CODES)]
    Run(RunArgs),
    /// Play a scenario to its end and print its trace
    #[command(after_help = EXIT_CODES)]
    Trace(TraceArgs),
    /// Play a scenario with many seeds and say how its ends are spread
    #[command(after_help = EXIT_CODES)]
    Odds(OddsArgs),
    /// Explain a rule, or list all
    #[command(after_help = EXIT_CODES)]
    Explain {
        /// The rule's id in any case, such as con-06
        rule: Option<String>,
        /// Show where it was used in this scenario file or link
        #[arg(long = "in", value_name = "FILE|LINK", requires = "rule")]
        used_in: Option<String>,
    },
    /// Turn a scenario into a link, or a link into a scenario
    #[command(after_help = EXIT_CODES)]
    Link(LinkArgs),
    /// Measure a workload; the last line is one JSON object
    #[command(after_help = EXIT_CODES)]
    Bench {
        #[command(subcommand)]
        workload: Workload,
    },
}

#[derive(Debug, Group)]
pub struct CheckArgs {
    /// Scenario files or links, or `-` for standard input
    #[arg(required = true, value_name = "FILE|LINK")]
    pub files: Vec<String>,
    /// Play each with the seeds 1 to N instead of the scenario's
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=100_000))]
    pub seeds: Option<u64>,
}

#[derive(Debug, Group)]
pub struct RunArgs {
    #[arg(value_name = "FILE|LINK", help = INPUT)]
    pub input: String,
    /// Draw by this seed instead of the scenario's
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Group)]
pub struct OddsArgs {
    #[arg(value_name = "FILE|LINK", help = INPUT)]
    pub input: String,
    /// Play it with so many seeds
    #[arg(long, value_name = "N", default_value_t = 1_000,
        value_parser = clap::value_parser!(u32).range(1..=i64::from(SEEDS_MAX)))]
    pub seeds: u32,
    /// Begin with this seed instead of the scenario's
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Say how long it took
    #[arg(long)]
    pub time: bool,
}

#[derive(Debug, Group)]
pub struct TraceArgs {
    #[arg(value_name = "FILE|LINK", help = INPUT)]
    pub input: String,
    /// Draw by this seed instead of the scenario's
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Print comma-separated values
    #[arg(long)]
    pub csv: bool,
    /// Begin at this time, such as 12.5, 2:03 or 1500ms
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub from: Option<Moment>,
    /// End with this time
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub to: Option<Moment>,
}

#[derive(Debug, Group)]
pub struct LinkArgs {
    #[arg(value_name = "FILE|LINK", help = INPUT)]
    pub input: String,
    /// Let the playhead stand at this time, such as 12.5, 2:03 or 1500ms
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub at: Option<Moment>,
    /// Print a whole address that begins with this one
    #[arg(long, value_name = "URL")]
    pub base: Option<String>,
}

#[derive(Debug, Subcommand)]
pub enum Workload {
    /// The hold model: the queue of events alone
    W1 {
        /// Events pending
        #[arg(value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
        pending: u32,
        /// Events taken
        #[arg(value_name = "K", value_parser = clap::value_parser!(u64).range(1..))]
        pops: u64,
        #[command(flatten)]
        how: How,
    },
    /// One function with Poisson arrivals
    W2 {
        /// Sparse, busy, throttled or single
        case: Letter,
        /// Requests
        #[arg(value_parser = clap::value_parser!(u32).range(1..))]
        arrivals: u32,
        /// What every draw is keyed by
        #[arg(long, value_name = "N", default_value_t = 1)]
        seed: u64,
        #[command(flatten)]
        how: How,
    },
    /// Records of a stream, or messages of a queue, and batches that fail
    W3 {
        /// Stream or queue
        case: Pipeline,
        /// Records
        #[arg(value_parser = clap::value_parser!(u32).range(1..))]
        records: u32,
        #[command(flatten)]
        how: How,
    },
}

#[derive(Debug, Group)]
pub struct How {
    /// How much of what happens is kept
    #[arg(long, default_value = "off")]
    pub trace: Trace,
    /// Run the plain loop over the standard library instead
    #[arg(long)]
    pub yardstick: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Trace {
    /// Nothing
    Off,
    /// A recording: every entry of the trace, and checkpoints
    Full,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Letter {
    A,
    B,
    C,
    D,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Pipeline {
    A,
    B,
}

fn moment(text: &str) -> Result<Moment, &'static str> {
    read_moment(text).ok_or(
        "no time within a day; write seconds (12.5), minutes (2:03), hours (1:02:03) or a \
         unit (1500ms)",
    )
}
