//! Runs neutral cases from the files named and says of each whether it holds.

use std::fs;
use std::io::{Read, Write};
use std::process::ExitCode;

use lambdarium_conformance::run;
use lambdarium_conformance::verdict::Tally;
use lambdarium_sim::limits::SCENARIO_BYTES_MAX;

fn main() -> ExitCode {
    let files: Vec<String> = std::env::args().skip(1).collect();
    if files.is_empty() {
        eprintln!("usage: lambdarium-conformance FILES…  (JSON files with cases)");
        return ExitCode::from(2);
    }
    let mut tally = Tally::default();
    let mut unread = 0;
    for file in &files {
        match read(file).and_then(|text| run(&text)) {
            Ok(Some(report)) => {
                say(&report.to_string());
                tally.add(report.tally);
            }
            Ok(None) => say(&format!("{file}: holds no cases, skipped\n")),
            Err(why) => {
                say(&format!("{file}: cannot be read: {why}\n"));
                unread += 1;
            }
        }
    }
    say(&format!("{tally}\n"));
    if tally.failed == 0 && unread == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Writes to the standard output. Nobody reading on is no error of a case.
fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// The text of a file, unless it is larger than any case file may be.
fn read(file: &str) -> Result<String, String> {
    let opened = fs::File::open(file).map_err(|error| error.to_string())?;
    let mut bytes = Vec::new();
    let most = SCENARIO_BYTES_MAX as u64;
    opened.take(most + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() as u64 > most {
        return Err(format!("more than {most} bytes"));
    }
    String::from_utf8(bytes).map_err(|_| "not UTF-8".to_string())
}
