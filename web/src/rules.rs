//! The book of the page: a file that is loaded when somebody first asks why, or what can be
//! set. What stands in it need not be downloaded by all who only look at a run.
//!
//! Each line is a rule: its id, how we know it, where from, and its sentence, with tabs
//! between them; or a setting: its key and a sentence. A test holds it against the tables
//! of the simulator.

/// One rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleText<'a> {
    /// `documented`, `observed` or `assumed`.
    pub confidence: &'a str,
    /// The page, the recording or the setting behind it.
    pub source: &'a str,
    /// It in one sentence.
    pub sentence: &'a str,
}

/// The rule with this id.
#[must_use]
pub fn find<'a>(book: &'a str, id: &str) -> Option<RuleText<'a>> {
    let (confidence, rest) = about(book, id).split_once('\t')?;
    let (source, sentence) = rest.split_once('\t')?;
    Some(RuleText { confidence, source, sentence })
}

/// The sentence on a setting; empty if there is none.
#[must_use]
pub fn about<'a>(book: &'a str, key: &str) -> &'a str {
    let mut lines = book.lines();
    let found = lines.find_map(|line| line.strip_prefix(key)?.strip_prefix('\t'));
    found.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{about, find};

    #[test]
    fn rules_are_found_by_their_whole_id() {
        let book = include_str!("../data/book.txt");
        let rule = find(book, "CON-01").expect("the book has the rule");
        assert_eq!(rule.confidence, "documented");
        assert!(rule.source.starts_with("https://"), "{rule:?}");
        assert!(rule.sentence.ends_with('.'), "{rule:?}");
        assert_eq!(find(book, "CON-0"), None);
        assert_eq!(find("", "CON-01"), None);
        assert!(
            about(book, "functions.memory").starts_with("Memory of each environment")
        );
        assert_eq!(about(book, "functions.memor"), "");
    }
}
