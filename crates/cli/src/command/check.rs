//! Says all that is wrong with scenarios, each thing with its place, what was found there,
//! what is allowed, and the rule behind it.

use std::io::Write;

use lambdarium_sim::plan::Plan;

use crate::failure::Failure;
use crate::input::{list, read};

/// Checks all scenarios, whatever is wrong with those before.
pub fn run(inputs: &[String], out: &mut dyn Write) -> Result<(), Failure> {
    let (mut wrong, mut unread) = (0, 0);
    for input in inputs {
        let said = match read(input) {
            Ok(input) => match Plan::check(&input.run) {
                Ok(_) => format!("{}: nothing is wrong", input.name),
                Err(issues) => {
                    wrong += 1;
                    list(&input.name, &issues)
                }
            },
            Err(Failure::Wrong(said)) => {
                wrong += 1;
                said
            }
            Err(Failure::File { name, error }) => {
                unread += 1;
                format!("{name}: {error}")
            }
            Err(failure) => return Err(failure),
        };
        writeln!(out, "{said}")?;
    }
    match (unread, wrong) {
        (0, 0) => Ok(()),
        (0, _) => Err(Failure::Told),
        (_, _) => Err(Failure::Unread),
    }
}
