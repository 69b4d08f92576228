//! The lessons of the gallery. They lie beside the page, each in a file of its own, and are
//! loaded when somebody opens one; a list of them is loaded with the gallery.
//!
//! Each line of the list is a lesson: its name, its family, its title and what it is about,
//! with tabs between them. A test writes it, and holds it against the lessons.

use lambdarium_format::link;

/// The lesson that opens when nothing else is asked for; `boot.js` loads it, too.
pub const FIRST: &str = "sdk-retries";

/// Longest name of a lesson, in bytes.
const NAME_MAX: usize = 64;

/// A lesson, as the gallery shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lesson<'a> {
    /// How a link names it.
    pub name: &'a str,
    /// What it is about, as one of a few.
    pub family: &'a str,
    /// Its title.
    pub title: &'a str,
    /// A paragraph on it.
    pub about: &'a str,
}

/// The lessons of a list, in the order they are shown; none if it is something else.
#[must_use]
pub fn lessons(list: &str) -> Vec<Lesson<'_>> {
    let lesson = |line| {
        let (name, rest) = str::split_once(line, '\t')?;
        let (family, rest) = rest.split_once('\t')?;
        let (title, about) = rest.split_once('\t')?;
        Some(Lesson { name, family, title, about })
    };
    list.lines().filter_map(lesson).collect()
}

/// The lesson whose text is needed to open what a fragment names. None if it names
/// something else, or what cannot be a lesson: nothing is fetched for that.
#[must_use]
pub fn needed(fragment: &str) -> Option<String> {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    match link::example_in(fragment) {
        Some(name) => (name.len() <= NAME_MAX && name.bytes().all(plain)).then_some(name),
        None => (!names_source(fragment)).then(|| FIRST.into()),
    }
}

/// Whether a fragment asks for something to be opened, readable or not.
pub(crate) fn names_source(fragment: &str) -> bool {
    let mut keys = fragment.split('&').filter_map(|pair| pair.split_once('='));
    keys.any(|(key, _)| matches!(key, "s" | "e" | "u"))
}

/// The list that comes with the page.
#[cfg(test)]
pub(crate) const LIST: &str = include_str!("../data/gallery.txt");

/// The text of the lesson that a fragment needs, as it lies beside the page.
#[cfg(test)]
pub(crate) fn at_hand(fragment: &str) -> Option<String> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../scenarios/gallery");
    std::fs::read_to_string(format!("{root}/{}.json", needed(fragment)?)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_has_the_first_lesson_first() {
        let lessons = lessons(LIST);
        assert_eq!(lessons[0].name, FIRST);
        assert_eq!(lessons[0].family, "Synchronous invocation");
        assert!(!lessons[0].title.is_empty() && lessons[0].about.ends_with('.'));
        let boot = include_str!("../boot/boot.js");
        assert!(boot.contains(&format!("\"{FIRST}\"")), "the script loads it early");
    }

    #[test]
    fn what_is_no_list_has_no_lessons() {
        for text in ["", "\n", "<!doctype html>\n<title>Not found</title>\n", "a\tb\tc"] {
            assert_eq!(lessons(text), [], "{text}");
        }
    }

    #[test]
    fn a_fragment_needs_the_lesson_it_names_or_the_first() {
        let long = format!("e={}", "a".repeat(64));
        let cases = [
            ("e=cold-start", Some("cold-start")),
            ("t=1s&e=cold%2Dstart&sel=f", Some("cold-start")),
            (long.as_str(), Some(&long[2..])),
            ("", Some(FIRST)),
            ("t=1s", Some(FIRST)),
            ("utm_s=1&phone=2", Some(FIRST)),
            ("s=1.d.x", None),
            ("u=https://example.org/a.json", None),
        ];
        for (fragment, name) in cases {
            assert_eq!(needed(fragment).as_deref(), name, "{fragment}");
        }
    }

    #[test]
    fn nothing_is_fetched_for_what_cannot_be_the_name_of_a_lesson() {
        let long = format!("e={}", "a".repeat(65));
        let names = ["e=", "e=..", "e=a/b", "e=a%2Fb", "e=Cold-start", "e=a_b", "e=a.b"];
        for fragment in names.into_iter().chain([long.as_str()]) {
            assert_eq!(needed(fragment), None, "{fragment}");
        }
    }
}
