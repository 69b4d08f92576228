//! What can be pasted elsewhere to show a run there: a Markdown link, an HTML frame.
//!
//! Titles are whatever somebody typed, so every character that means something where the
//! snippet is pasted is escaped.

/// The page that is made to be put into others, beside the playground.
#[must_use]
pub fn embed_address(playground: &str) -> String {
    format!("{}embed.html", playground_address(playground))
}

/// The playground, beside whatever page of it.
#[must_use]
pub fn playground_address(page: &str) -> &str {
    let path = page.split(['?', '#']).next().unwrap_or_default();
    path.rfind('/').map_or(path, |slash| &path[..=slash])
}

/// A link in Markdown.
#[must_use]
pub fn markdown(title: &str, link: &str) -> String {
    let mut out = String::from("[");
    for letter in one_line(title) {
        if "\\`*_[]<>&~|".contains(letter) {
            out.push('\\');
        }
        out.push(letter);
    }
    out.push_str("](");
    for letter in link.chars() {
        match letter {
            '(' => out.push_str("%28"),
            ')' => out.push_str("%29"),
            other => out.push(other),
        }
    }
    out.push(')');
    out
}

/// A frame in HTML. It may run scripts and open the playground in a window of its own, and
/// nothing else: it gets an origin of its own, without the storage of the page around it.
#[must_use]
pub fn iframe(title: &str, link: &str) -> String {
    let mut out = String::from("<iframe src=\"");
    push_attribute(&mut out, link.chars());
    out.push_str("\" title=\"");
    push_attribute(&mut out, one_line(title));
    out.push_str(
        "\" loading=\"lazy\" referrerpolicy=\"no-referrer\" \
         sandbox=\"allow-scripts allow-popups allow-popups-to-escape-sandbox\" \
         style=\"width:100%;aspect-ratio:16/9;min-height:420px;border:0\"></iframe>",
    );
    out
}

fn push_attribute(out: &mut String, text: impl Iterator<Item = char>) {
    for letter in text {
        match letter {
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            other => out.push(other),
        }
    }
}

/// Line ends would end the link, or the paragraph it stands in.
fn one_line(text: &str) -> impl Iterator<Item = char> {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_page_lies_beside_the_page() {
        let embed = "https://x.test/a/embed.html";
        for page in ["https://x.test/a/", "https://x.test/a/index.html?theme=dark#e=b/c"]
        {
            assert_eq!(embed_address(page), embed, "{page}");
        }
        assert_eq!(
            playground_address("https://x.test/a/embed.html?theme=dark"),
            "https://x.test/a/"
        );
        assert_eq!(embed_address("https://x.test/?u=/a/b"), "https://x.test/embed.html");
    }

    #[test]
    fn markdown_shows_the_title_as_it_was_typed() {
        let cases = [
            ("A full reservation", "A full reservation"),
            ("a]b [c](d)", "a\\]b \\[c\\](d)"),
            ("<b>*x* _y_ `z` \\", "\\<b\\>\\*x\\* \\_y\\_ \\`z\\` \\\\"),
            ("one\ntwo\r&amp;", "one two \\&amp;"),
            ("a | b ~~c~~ \"d\"", "a \\| b \\~\\~c\\~\\~ \"d\""),
        ];
        for (title, text) in cases {
            assert_eq!(
                markdown(title, "https://x.test/"),
                format!("[{text}](https://x.test/)")
            );
        }
    }

    #[test]
    fn markdown_links_end_where_they_should() {
        assert_eq!(
            markdown("t", "https://x.test/a(b)/#s=1.d.AA&sel=f(1)"),
            "[t](https://x.test/a%28b%29/#s=1.d.AA&sel=f%281%29)"
        );
    }

    #[test]
    fn nothing_in_a_title_leaves_its_attribute() {
        let html = iframe(
            "\"><script>alert('1')</script>\n& so on",
            "https://x.test/embed.html#s=1.d.AA&t=2s",
        );
        assert!(
            html.starts_with(
                "<iframe src=\"https://x.test/embed.html#s=1.d.AA&amp;t=2s\" "
            )
        );
        assert!(
            html.contains(
                " title=\"&quot;&gt;&lt;script&gt;alert('1')&lt;/script&gt; &amp; so on\" "
            ),
            "{html}"
        );
        assert_eq!(html.matches('<').count(), 2, "one element: {html}");
        assert_eq!(html.matches('"').count() % 2, 0, "{html}");
    }

    #[test]
    fn the_frame_is_shut_off_from_the_page_around_it() {
        let html = iframe("t", "https://x.test/embed.html");
        assert!(html.contains("sandbox=\"allow-scripts "));
        assert!(!html.contains("allow-same-origin"), "{html}");
        assert!(html.contains("loading=\"lazy\"") && html.contains("no-referrer"));
        assert!(html.ends_with("></iframe>"));
    }
}
