//! What is expected of a run, a line of text each: `lost silently = 0`,
//! `AsyncEventAge <= 5m`, `Errors of checkout < 3`, `in orders-dlq <= 2 throughout`.
//!
//! Names are read in any case, with or without spaces and hyphens. Units: times carry
//! theirs, costs are in USD, counts have none; a bare number for a time is refused, because
//! CloudWatch counts it in milliseconds and scenarios in seconds.

use lambdarium_sim::expect::{Expectation, Quantity, Reach, Relation, Term, Unit};
use lambdarium_sim::knob::Choices;
use lambdarium_sim::limits;
use lambdarium_sim::time::Span;
use lambdarium_sim::value::Value;

use super::reader::{Reader, one_of};
use crate::unit::{decimal, read_decimal, read_span, span_text};

/// What an expectation may look like, for people.
const SHAPE: &str =
    "a quantity, one of =, !=, <, <=, >, >=, and a number, such as \"lost silently = 0\"";
/// Decimals of an amount of money.
const USD_DIGITS: usize = 6;
/// Relations, those that begin another one last.
const RELATIONS: [Relation; 6] = [
    Relation::AtMost,
    Relation::AtLeast,
    Relation::Other,
    Relation::Less,
    Relation::More,
    Relation::Equal,
];
/// Other names of quantities, as they stand on the board and in what people write.
const OTHER_NAMES: [(&str, Quantity); 6] = [
    ("lost", Quantity::Lost),
    ("twice", Quantity::Twice),
    ("running", Quantity::Running),
    ("gaveup", Quantity::Throttled),
    ("inadlq", Quantity::DeadLettered),
    ("atadestination", Quantity::AtDestination),
];

/// What was found, and what is allowed.
type Wrong<'t> = (&'t str, String);

pub(super) fn read(reader: &mut Reader, value: &Value) -> Option<Expectation> {
    let text = reader.text(value, limits::EXPECTATION_BYTES_MAX)?;
    let read = parse(&text);
    if let Err((found, allowed)) = &read {
        reader.wrong(&format!("{found:?}"), allowed);
    }
    read.ok()
}

/// An expectation as it is written.
#[must_use]
pub fn expectation_text(expectation: &Expectation) -> String {
    let Expectation { quantity, part, relation, bound, term } = expectation;
    let link = if quantity.reach() == Reach::Service { " in " } else { " of " };
    let amount = amount_text(*quantity, *bound);
    let of: [&str; 2] = part.as_ref().map_or([""; 2], |part| [link, part]);
    let when = match term {
        Term::AtEnd => "",
        Term::Throughout => " throughout",
    };
    let words = [quantity.word(), of[0], of[1], " ", relation.word(), " ", &amount, when];
    words.concat()
}

/// So much of a quantity, with its unit.
#[must_use]
pub fn amount_text(quantity: Quantity, amount: u64) -> String {
    match quantity.unit() {
        Unit::Count => amount.to_string(),
        Unit::Span => span_text(Span(amount)),
        Unit::MicroUsd => decimal(amount, USD_DIGITS) + " USD",
    }
}

fn parse(text: &str) -> Result<Expectation, Wrong<'_>> {
    let (left, relation, right) = split(text).ok_or_else(|| (text, SHAPE.to_string()))?;
    let (name, part) = counted(left.trim());
    let quantity = match known(name) {
        // What lies in a service are messages.
        None if name.is_empty() && part.is_some() => Quantity::Messages,
        Some(quantity) => quantity,
        None => return Err((name, one_of(name, Quantity::WORDS))),
    };
    let (amount, term) = bound(right.trim());
    let Some(bound) = read_amount(quantity, amount) else {
        let allowed = match quantity.unit() {
            Unit::Count => "a whole number without a unit",
            Unit::Span => "a time with its unit, such as 250ms, 1.5 s, 5m or 6h",
            Unit::MicroUsd => "US dollars with at most 6 decimals, such as 0.05 USD",
        };
        let allowed = [allowed, ", and \"throughout\" or nothing after it"].concat();
        return Err((right.trim(), allowed));
    };
    Ok(Expectation { quantity, part: part.map(Into::into), relation, bound, term })
}

/// What stands before the relation, the relation, and what stands after it.
fn split(text: &str) -> Option<(&str, Relation, &str)> {
    let (left, rest) = text.split_at(text.find(['=', '!', '<', '>'])?);
    RELATIONS.into_iter().find_map(|relation| {
        rest.strip_prefix(relation.word()).map(|right| (left, relation, right))
    })
}

/// What is counted, and of which part: the one word behind `of` or `in`.
fn counted(left: &str) -> (&str, Option<&str>) {
    if let Some((before, part)) = left.rsplit_once(' ') {
        let before = before.trim_end();
        let name = before.strip_suffix("of").or_else(|| before.strip_suffix("in"));
        if let Some(name) = name
            && (name.is_empty() || name.ends_with(' '))
        {
            return (name.trim_end(), Some(part));
        }
    }
    (left, None)
}

/// The quantity of this name.
fn known(name: &str) -> Option<Quantity> {
    let name = plain(name).replace("maximum", "max");
    let other = OTHER_NAMES.iter().find(|(other, _)| *other == name);
    let place = Quantity::WORDS.iter().position(|word| {
        let word = plain(word);
        // The maximum is what one asks for.
        word == name || word.strip_suffix("max") == Some(name.as_str())
    });
    let place = place.and_then(|place| Quantity::from_place(u8::try_from(place).ok()?));
    place.or(other.map(|(_, quantity)| *quantity))
}

/// A name without what people write in different ways.
fn plain(name: &str) -> String {
    let letters = name.chars().filter(|letter| ![' ', '-', '_'].contains(letter));
    letters.map(|letter| letter.to_ascii_lowercase()).collect()
}

/// The amount, and when it is to hold.
fn bound(right: &str) -> (&str, Term) {
    match right.strip_suffix(Term::Throughout.word()) {
        Some(amount) => (amount.trim_end(), Term::Throughout),
        None => {
            let amount = right.strip_suffix(Term::AtEnd.word()).unwrap_or(right);
            (amount.trim_end(), Term::AtEnd)
        }
    }
}

/// A number and its unit, close together or not.
fn read_amount(quantity: Quantity, text: &str) -> Option<u64> {
    let number = text.trim_end_matches(|letter: char| !letter.is_ascii_digit());
    let unit = text[number.len()..].trim_start();
    match (quantity.unit(), unit) {
        (Unit::Count, "") => read_decimal(number, 1),
        (Unit::MicroUsd, "USD") => read_decimal(number, 1_000_000),
        (Unit::Span, unit) => read_span(&[number, unit].concat()).map(|span| span.0),
        (Unit::Count | Unit::MicroUsd, _) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expectations_are_read_as_people_write_them() {
        let cases = [
            ("lost silently = 0", "lost silently = 0"),
            ("LostSilently=0 at end", "lost silently = 0"),
            ("ProcessedTwice <= 3", "processed twice <= 3"),
            ("AsyncEventAge <= 300 s", "AsyncEventAge max <= 5m"),
            (
                "asynceventage Maximum<=300s throughout",
                "AsyncEventAge max <= 5m throughout",
            ),
            (
                "Duration average of checkout < 0.2s",
                "Duration average of checkout < 200ms",
            ),
            ("Errors in of >= 1", "Errors of of >= 1"),
            ("in DLQ = 2", "messages in DLQ = 2"),
            ("in orders-dlq = 2", "messages in orders-dlq = 2"),
            ("messages in dlq != 2 throughout", "messages in dlq != 2 throughout"),
            ("in a DLQ > 1", "dead-lettered > 1"),
            ("cost <= 0.05 USD", "cost <= 0.05 USD"),
            ("cost of f<1USD", "cost of f < 1 USD"),
            (
                "ConcurrentExecutions <= 10 throughout",
                "ConcurrentExecutions max <= 10 throughout",
            ),
        ];
        for (text, written) in cases {
            let read = parse(text).unwrap_or_else(|wrong| panic!("{text}: {wrong:?}"));
            assert_eq!(expectation_text(&read), written, "{text}");
            assert_eq!(parse(written), Ok(read), "{written}");
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        let cases = [
            ("", "", SHAPE),
            ("lost ! 0", "lost ! 0", SHAPE),
            (
                "lost silenty = 0",
                "lost silenty",
                "\"lost silently\" (did you mean that?)",
            ),
            ("Erors of f = 0", "Erors", "\"Errors\" (did you mean that?)"),
            ("Errors of = 0", "Errors of", "\"Errors\" (did you mean that?)"),
            ("Errors of f g = 0", "Errors of f g", "entered, succeeded, failed"),
            ("Errors = 5 s", "5 s", "a whole number without a unit"),
            ("Errors = -1", "-1", "a whole number without a unit"),
            ("Errors = 1 0", "1 0", "a whole number without a unit"),
            ("Errors == 1", "= 1", "a whole number without a unit"),
            ("Errors = 1 always", "1 always", "a whole number without a unit"),
            ("AsyncEventAge < 300", "300", "a time with its unit"),
            ("AsyncEventAge < 3 USD", "3 USD", "a time with its unit"),
            ("cost < 3", "3", "US dollars with at most 6 decimals"),
        ];
        for (text, found, allowed) in cases {
            let wrong = parse(text).expect_err(text);
            assert_eq!(wrong.0, found, "{text}");
            assert!(wrong.1.starts_with(allowed), "{text}: {}", wrong.1);
        }
    }

    #[test]
    fn every_quantity_has_a_name_of_its_own() {
        for word in Quantity::WORDS {
            let read = known(word).expect(word);
            assert_eq!(read.word(), *word);
        }
    }
}
