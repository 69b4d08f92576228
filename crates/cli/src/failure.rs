//! Why a command did not do what it was asked for, and the exit code that says so.

use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

/// What went wrong.
#[derive(Debug)]
pub enum Failure {
    /// The scenario, the link, the rule or the result is wrong; this says how.
    Wrong(String),
    /// What is wrong has been written where the answer stands.
    Told,
    /// Which files are no scenarios has been written where the answer stands.
    NoScenario,
    /// Which files could not be read has been written where the answer stands.
    Unread,
    /// What is asked for does not exist here.
    Usage(String),
    /// A file could not be read.
    File {
        /// Which.
        name: String,
        /// Why.
        error: io::Error,
    },
    /// The answer could not be written.
    Output(io::Error),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

impl Failure {
    /// Exit code of a wrong scenario, link, rule or result.
    const WRONG: u8 = 1;
    /// Exit code of a wrong command line, the same as of one that cannot be read; and of a
    /// check of what is no scenario, which is another thing than a scenario that is broken.
    const USAGE: u8 = 2;
    /// Exit code of files that cannot be read and answers that cannot be written.
    const FILES: u8 = 3;

    /// Says it on standard error, and gives the exit code.
    pub fn tell(self) -> ExitCode {
        let (code, said) = match self {
            Self::Wrong(said) => (Self::WRONG, said),
            Self::Told => (Self::WRONG, String::new()),
            Self::NoScenario => (Self::USAGE, String::new()),
            Self::Unread => (Self::FILES, String::new()),
            Self::Usage(said) => (Self::USAGE, said),
            Self::File { name, error } => (Self::FILES, format!("{name}: {error}")),
            // Whoever read the answer has seen enough.
            Self::Output(error) if error.kind() == ErrorKind::BrokenPipe => {
                return ExitCode::SUCCESS;
            }
            Self::Output(error) => (Self::FILES, format!("standard output: {error}")),
        };
        if !said.is_empty() {
            note(&said);
        }
        ExitCode::from(code)
    }
}

/// Says something beside the answer, on standard error.
pub fn note(said: &str) {
    // Without a standard error there is nobody to tell.
    let _ = writeln!(io::stderr(), "{said}");
}
