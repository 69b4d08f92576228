//! The rule book of the page: a file that is loaded when somebody first asks why.
//!
//! Each line is a rule: its id, how we know it, where from, and its sentence, with tabs
//! between them. A test holds it against the rules of the simulator.

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
    book.lines().find_map(|line| {
        let rest = line.strip_prefix(id)?.strip_prefix('\t')?;
        let (confidence, rest) = rest.split_once('\t')?;
        let (source, sentence) = rest.split_once('\t')?;
        Some(RuleText { confidence, source, sentence })
    })
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn rules_are_found_by_their_whole_id() {
        let book = include_str!("../data/rules.txt");
        let rule = find(book, "CON-01").expect("the book has the rule");
        assert_eq!(rule.confidence, "documented");
        assert!(rule.source.starts_with("https://"), "{rule:?}");
        assert!(rule.sentence.ends_with('.'), "{rule:?}");
        assert_eq!(find(book, "CON-0"), None);
        assert_eq!(find("", "CON-01"), None);
    }
}
