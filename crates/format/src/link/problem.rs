//! Why a link cannot be opened or made, and what to do about it.

use std::fmt;

use lambdarium_sim::knob::Issue;
use lambdarium_sim::limits;

/// Something wrong with a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// Nothing that looks like a packed run.
    NoPayload,
    /// Made by a later version.
    Newer(String),
    /// Packed in a way nobody ever wrote.
    Codec(String),
    /// Letters that base64url does not have, or too few.
    Base64,
    /// What was packed has been changed or cut.
    Damaged,
    /// More characters than a link may have.
    TooLong {
        /// How many.
        chars: usize,
    },
    /// A scenario over the limit of bytes.
    TooLarge,
    /// It was unpacked, but the text in it is wrong.
    Issues(Vec<Issue>),
    /// No time at all.
    Time(String),
    /// A selection nobody made.
    Selection,
    /// No name of an example.
    Example(String),
    /// An address that is not opened.
    Address(String),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoPayload => f.write_str(
                "There is no scenario in this link. Copy the whole link again, up to its end.",
            ),
            Self::Newer(version) => write!(
                f,
                "This link was made with a newer Lambdarium (version {version} of the \
                 format). Reload the page to get the newest, or open the link where it was made."
            ),
            Self::Codec(letter) => write!(
                f,
                "This link is packed with an unknown codec ({letter:?}). Reload the page to \
                 get the newest Lambdarium, or copy the link again."
            ),
            Self::Base64 => f.write_str(
                "The link holds letters that do not belong there (it is base64url). Something \
                 around it was copied along, or changed it; copy it again.",
            ),
            Self::Damaged => f.write_str(
                "The link was cut off or changed on its way. Copy the whole link again; some \
                 programs shorten long ones, then send the scenario as a file.",
            ),
            Self::TooLong { chars } => write!(
                f,
                "The link would have {chars} characters, more than the {} that are allowed. \
                 Save the scenario as a file and share that.",
                limits::LINK_CHARS_MAX
            ),
            Self::TooLarge => write!(
                f,
                "The scenario in it is larger than the {} bytes that are allowed. Leave \
                 something out, such as long payloads.",
                limits::SCENARIO_BYTES_MAX
            ),
            Self::Issues(issues) => {
                f.write_str("The scenario in this link is wrong:")?;
                issues.iter().try_for_each(|issue| write!(f, "\n{issue}"))
            }
            Self::Time(text) => write!(
                f,
                "t={text} is no time within a day. Write seconds (12.5), minutes (2:03), hours \
                 (1:02:03) or a unit (1500ms)."
            ),
            Self::Selection => f.write_str("sel= is too long; nothing is selected."),
            Self::Example(name) => {
                write!(f, "{name:?} is no name of an example. Choose one from the gallery.")
            }
            Self::Address(url) => write!(
                f,
                "{url:?} is not opened: only https:// addresses of at most 2000 characters are, \
                 without a name or password in them."
            ),
        }
    }
}

impl std::error::Error for Problem {}

/// The beginning of a text, for showing it.
pub(super) fn cut(text: &str) -> String {
    text.chars().take(60).collect()
}
