//! What can go wrong in a command, each with what to do about it.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

pub type Result<T> = std::result::Result<T, Error>;

/// Why a command stopped.
#[derive(Debug)]
pub enum Error {
    /// Called with words it does not know.
    Usage(&'static str),
    /// Not a port.
    Port(String),
    /// Not a stage of the tests.
    Stage(String),
    /// A program said no. What it said is on the screen already.
    Failed { doing: String, command: String, status: ExitStatus },
    /// Something that has to be installed by hand.
    Missing { what: String, why: String, install: String },
    /// The file system or the network said no.
    Io { doing: String, source: io::Error },
    /// The lock file has no such package.
    NotLocked { package: &'static str },
    /// Trunk made something else than expected.
    Page(String),
    /// Something is larger than it may be.
    OverBudget { what: &'static str, bytes: u64, budget: u64 },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(usage) => f.write_str(usage),
            Self::Port(text) => write!(f, "{text:?} is not a port (1 to 65535)"),
            Self::Stage(text) => {
                write!(f, "{text:?} is no stage; see `cargo xtask help`")
            }
            Self::Failed { doing, command, status } => {
                write!(
                    f,
                    "{doing} failed ({status}). To see it alone, run:\n\n  {command}"
                )
            }
            Self::Missing { what, why, install } => {
                write!(
                    f,
                    "{what} is missing{why}. Install it, then run this again:\n\n  {install}"
                )
            }
            Self::Io { doing, source } => write!(f, "{doing}: {source}"),
            Self::NotLocked { package } => {
                write!(f, "Cargo.lock has no package {package}; run `cargo check` once")
            }
            Self::Page(problem) => write!(f, "the page as built is wrong: {problem}"),
            Self::OverBudget { what, bytes, budget } => write!(
                f,
                "{what} has {bytes} bytes (brotli), {} more than the budget of {budget}. The \
                 table above says where they are",
                bytes - budget
            ),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            Self::Usage(_)
            | Self::Port(_)
            | Self::Stage(_)
            | Self::Failed { .. }
            | Self::Missing { .. }
            | Self::NotLocked { .. }
            | Self::Page(_)
            | Self::OverBudget { .. } => None,
        }
    }
}

/// Says what was being done when the file system said no.
pub trait Doing<T> {
    /// `doing` starts with a verb: "reading".
    fn doing(self, doing: &str, path: &Path) -> Result<T>;
}

impl<T> Doing<T> for io::Result<T> {
    fn doing(self, doing: &str, path: &Path) -> Result<T> {
        self.map_err(|source| Error::Io {
            doing: format!("{doing} {}", PathBuf::from(path).display()),
            source,
        })
    }
}
