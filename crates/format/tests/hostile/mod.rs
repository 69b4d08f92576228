//! Links nobody should have made: noise, and good links with something changed.

use crate::any::{Numbers, run};
use lambdarium_format::link::{self, Link};

const LETTERS: &[u8] =
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=&#%:~ \xc3\xa9\0";

/// A link that is wrong in most cases.
pub fn link(n: &mut Numbers, good: &[String]) -> String {
    let mut text = match n.below(8) {
        0 => String::new(),
        1 => "#s=1.d.".to_string(),
        2 => "#t=".to_string(),
        3 => format!("#s={}", link::payload(&run(n)).unwrap_or_default()),
        _ => good[n.below(good.len() as u64) as usize].clone(),
    }
    .into_bytes();
    for _ in 0..n.below(6) {
        let at = n.below(text.len() as u64 + 1) as usize;
        let letter = LETTERS[n.below(LETTERS.len() as u64) as usize];
        match n.below(5) {
            0 => text.truncate(at),
            1 => text.insert(at, letter),
            2 if at < text.len() => text[at] = letter,
            3 if at < text.len() => drop(text.remove(at)),
            _ => {
                let noise = n.below(40);
                text.extend((0..noise).map(|_| LETTERS[n.below(64) as usize]));
            }
        }
    }
    String::from_utf8_lossy(&text).into_owned()
}

/// Opens `count` hostile links. Reading must not panic, and what is read must be written
/// and read again as the same.
pub fn attack(n: &mut Numbers, good: &[String], count: u64) {
    for _ in 0..count {
        let text = link(n, good);
        let read = Link::read(&text);
        for problem in &read.problems {
            assert!(!problem.to_string().is_empty());
        }
        if read.source.is_some() || read.moment.is_some() {
            let again = read.fragment().map(|fragment| Link::read(&fragment));
            let again = again.expect("what came out of a link fits into one");
            assert_eq!(again.source, read.source, "{text}");
            assert_eq!(again.moment, read.moment, "{text}");
        }
    }
}
