//! The command line: scenarios and links checked, run, traced and turned into each other,
//! rules explained, workloads measured.

mod args;
mod command;
mod failure;
mod input;

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use clap::Parser;

use args::{Args, Command};
use failure::Failure;

fn main() -> ExitCode {
    let mut out = BufWriter::new(io::stdout().lock());
    let done = obey(Args::parse().command, &mut out);
    let done = done.and_then(|()| Ok(out.flush()?));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.tell(),
    }
}

fn obey(command: Command, out: &mut dyn Write) -> Result<(), Failure> {
    match command {
        Command::Check(args) => command::check::run(&args, out),
        Command::Run(args) => command::run::run(&args, out),
        Command::Odds(args) => command::odds::run(&args, out),
        Command::Trace(args) => command::trace::run(&args, out),
        Command::Explain { rule, used_in } => {
            command::explain::run(rule.as_deref(), used_in.as_deref(), out)
        }
        Command::Link(args) => command::link::run(&args, out),
        Command::Bench { workload } => command::bench::run(&workload, out),
    }
}
