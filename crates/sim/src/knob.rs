//! Knobs: every number, switch and choice a person can set, described once.
//!
//! From one table follow the range check, the scenario's text and its schema, the
//! inspector's form and the documentation.

use alloc::string::String;
use alloc::vec::Vec;

use crate::rule::Rule;
use crate::time::Span;

/// What kind of setting a knob is, with the values it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A whole number; `unit` is for people.
    Count {
        /// Smallest value.
        min: u64,
        /// Largest value.
        max: u64,
        /// Unit for people, such as `MB`; may be empty.
        unit: &'static str,
    },
    /// A length of time.
    Span {
        /// Shortest.
        min: Span,
        /// Longest.
        max: Span,
        /// Whole seconds only.
        whole_seconds: bool,
    },
    /// A share, in parts per million.
    Ppm,
    /// A number with up to six decimals, in millionths.
    Decimal {
        /// Largest, in millionths.
        max: u64,
    },
    /// On or off.
    Bool,
    /// One of some words.
    Choice(&'static [&'static str]),
    /// Free text of at most so many bytes.
    Text {
        /// Most bytes.
        max: usize,
    },
}

/// The value a knob stands at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Setting {
    /// Not set; only where `optional` says so.
    Unset,
    /// A count, or parts per million.
    Number(u64),
    /// A length of time.
    Span(Span),
    /// A switch.
    Bool(bool),
    /// The place of the word in the list of choices.
    Choice(u8),
    /// Text.
    Text(String),
}

/// One setting of a `Spec`.
pub struct Knob<S: 'static> {
    /// The key in the scenario's text.
    pub key: &'static str,
    /// What AWS calls it; empty where it is the simulator's own.
    pub aws: &'static str,
    /// A short name for people.
    pub label: &'static str,
    /// One sentence for people; empty without the feature `help`.
    pub help: &'static str,
    /// Kind and range.
    pub kind: Kind,
    /// May be left unset even where a default exists (`null` in the text).
    pub optional: bool,
    /// The rule that names the range or the behaviour.
    pub rule: Rule,
    /// Reads the setting.
    pub get: fn(&S) -> Setting,
    /// Writes a setting of the right kind; others are not called.
    pub set: fn(&mut S, Setting),
}

impl<S> Clone for Knob<S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S> Copy for Knob<S> {}

/// Two tables as one.
pub(crate) const fn joined<S, const A: usize, const B: usize, const BOTH: usize>(
    first: [Knob<S>; A],
    second: [Knob<S>; B],
) -> [Knob<S>; BOTH] {
    assert!(BOTH == A + B, "nothing is left out");
    let mut both = [first[0]; BOTH];
    let mut at = 0;
    while at < BOTH {
        both[at] = if at < A { first[at] } else { second[at - A] };
        at += 1;
    }
    both
}

/// A `Spec` that is described by a table of knobs.
pub trait Knobs: Sized + Default + 'static {
    /// The table.
    const KNOBS: &'static [Knob<Self>];
}

/// Something wrong with a scenario, at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    /// Where: keys joined by dots, such as `functions.checkout.timeout`.
    pub place: String,
    /// What was found, as text; may be empty.
    pub found: String,
    /// What is allowed, as text.
    pub allowed: String,
    /// The rule behind it.
    pub rule: Rule,
}

impl core::fmt::Display for Issue {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Self { place, found, allowed, rule } = self;
        if found.is_empty() {
            write!(f, "{place}: {allowed} ({rule})")
        } else {
            write!(f, "{place}: found {found}, allowed is {allowed} ({rule})")
        }
    }
}

impl Kind {
    /// Whether a setting is of this kind and in range.
    #[must_use]
    pub fn admits(&self, setting: &Setting) -> bool {
        match (self, setting) {
            (Self::Count { min, max, .. }, Setting::Number(n)) => {
                (min..=max).contains(&n)
            }
            (Self::Ppm, Setting::Number(n)) => *n <= 1_000_000,
            (Self::Decimal { max }, Setting::Number(n)) => n <= max,
            (Self::Span { min, max, whole_seconds }, Setting::Span(span)) => {
                (min..=max).contains(&span)
                    && (!whole_seconds || span.0 % Span::SECOND.0 == 0)
            }
            (Self::Bool, Setting::Bool(_)) => true,
            (Self::Choice(words), Setting::Choice(at)) => usize::from(*at) < words.len(),
            (Self::Text { max }, Setting::Text(text)) => text.len() <= *max,
            _ => false,
        }
    }

    /// What is allowed, for people.
    #[must_use]
    pub fn allowed(&self) -> String {
        use alloc::format;
        match self {
            Self::Count { min, max, unit: "" } => format!("{min} to {max}"),
            Self::Count { min, max, unit } => format!("{min} to {max} {unit}"),
            Self::Ppm => String::from("0 to 1"),
            Self::Decimal { max } => format!("0 to {}", max / 1_000_000),
            Self::Span { min, max, whole_seconds: false } => format!("{min} to {max}"),
            Self::Span { min, max, whole_seconds: true } => {
                format!("{} to {} whole seconds", min.0 / 1_000_000, max.0 / 1_000_000)
            }
            Self::Bool => String::from("true or false"),
            Self::Choice(words) => words.join(", "),
            Self::Text { max } => format!("text of at most {max} bytes"),
        }
    }
}

/// Checks every knob of a `Spec`, and says all that is wrong.
pub fn check<S: Knobs>(spec: &S, place: &str, issues: &mut Vec<Issue>) {
    for knob in S::KNOBS {
        let setting = (knob.get)(spec);
        let unset = knob.optional && setting == Setting::Unset;
        if !unset && !knob.kind.admits(&setting) {
            issues.push(Issue {
                place: alloc::format!("{place}.{}", knob.key),
                found: shown(knob, &setting),
                allowed: knob.kind.allowed(),
                rule: knob.rule,
            });
        }
    }
}

/// A setting as people read it, with its unit.
#[must_use]
pub fn shown<S>(knob: &Knob<S>, setting: &Setting) -> String {
    use alloc::format;
    match (setting, &knob.kind) {
        (Setting::Unset, _) => String::from("unset"),
        (Setting::Number(n), Kind::Ppm) => {
            format!("{}.{:04} %", n / 10_000, n % 10_000)
        }
        (Setting::Number(n), Kind::Decimal { .. }) => {
            let text = format!("{}.{:06}", n / 1_000_000, n % 1_000_000);
            text.trim_end_matches('0').trim_end_matches('.').into()
        }
        (Setting::Number(n), Kind::Count { unit, .. }) if !unit.is_empty() => {
            format!("{n} {unit}")
        }
        (Setting::Number(n), _) => format!("{n}"),
        (Setting::Span(span), _) => format!("{span}"),
        (Setting::Bool(on), _) => String::from(if *on { "on" } else { "off" }),
        (Setting::Choice(at), Kind::Choice(words)) => {
            String::from(words.get(usize::from(*at)).copied().unwrap_or("unknown"))
        }
        (Setting::Choice(at), _) => format!("choice {at}"),
        (Setting::Text(text), _) => text.clone(),
    }
}

/// A sentence on a setting, where the program is to have them.
#[doc(hidden)]
#[must_use]
pub const fn help(sentence: &'static str) -> &'static str {
    if cfg!(feature = "help") { sentence } else { "" }
}

/// Writes one row of a table of knobs: which field, what kind, and the words for it.
#[macro_export]
macro_rules! knob {
    (@get $spec:ident $field:ident count) => { $crate::knob::Setting::Number($spec.$field) };
    (@get $spec:ident $field:ident span) => { $crate::knob::Setting::Span($spec.$field) };
    (@get $spec:ident $field:ident bool) => { $crate::knob::Setting::Bool($spec.$field) };
    (@get $spec:ident $field:ident choice) => {
        $crate::knob::Setting::Choice($spec.$field as u8)
    };
    (@get $spec:ident $field:ident text) => {
        $crate::knob::Setting::Text($spec.$field.clone())
    };
    (@get $spec:ident $field:ident optional_count) => {
        $spec.$field.map_or($crate::knob::Setting::Unset, $crate::knob::Setting::Number)
    };
    (@get $spec:ident $field:ident optional_span) => {
        $spec.$field.map_or($crate::knob::Setting::Unset, $crate::knob::Setting::Span)
    };
    (@get $spec:ident $field:ident optional_choice) => {
        $spec.$field.map_or($crate::knob::Setting::Unset, |choice| {
            $crate::knob::Setting::Choice(choice as u8)
        })
    };
    (@set $spec:ident $field:ident $value:ident optional_choice) => {
        match $value {
            $crate::knob::Setting::Choice(at) => {
                $spec.$field = $crate::knob::Choices::from_place(at);
            }
            $crate::knob::Setting::Unset => $spec.$field = None,
            _ => {}
        }
    };
    (@set $spec:ident $field:ident $value:ident count) => {
        if let $crate::knob::Setting::Number(n) = $value { $spec.$field = n; }
    };
    (@set $spec:ident $field:ident $value:ident span) => {
        if let $crate::knob::Setting::Span(span) = $value { $spec.$field = span; }
    };
    (@set $spec:ident $field:ident $value:ident bool) => {
        if let $crate::knob::Setting::Bool(on) = $value { $spec.$field = on; }
    };
    (@set $spec:ident $field:ident $value:ident choice) => {
        if let $crate::knob::Setting::Choice(at) = $value {
            if let Some(choice) = $crate::knob::Choices::from_place(at) { $spec.$field = choice; }
        }
    };
    (@set $spec:ident $field:ident $value:ident text) => {
        if let $crate::knob::Setting::Text(text) = $value { $spec.$field = text; }
    };
    (@set $spec:ident $field:ident $value:ident optional_count) => {
        match $value {
            $crate::knob::Setting::Number(n) => $spec.$field = Some(n),
            $crate::knob::Setting::Unset => $spec.$field = None,
            _ => {}
        }
    };
    (@set $spec:ident $field:ident $value:ident optional_span) => {
        match $value {
            $crate::knob::Setting::Span(span) => $spec.$field = Some(span),
            $crate::knob::Setting::Unset => $spec.$field = None,
            _ => {}
        }
    };
    (@optional optional_count) => { true };
    (@optional optional_span) => { true };
    (@optional optional_choice) => { true };
    (@optional $other:ident) => { false };
    ($field:ident: $access:ident, $key:literal, $aws:literal, $label:literal, $kind:expr, $rule:ident, $help:literal) => {
        $crate::knob::Knob {
            key: $key,
            aws: $aws,
            label: $label,
            help: $crate::knob::help($help),
            kind: $kind,
            optional: $crate::knob!(@optional $access),
            rule: $crate::rule::Rule::$rule,
            get: |spec| $crate::knob!(@get spec $field $access),
            set: |spec, value| $crate::knob!(@set spec $field value $access),
        }
    };
}

/// An enum whose values stand in a list of words, in order.
pub trait Choices: Sized + Copy {
    /// The words, in the order of the values.
    const WORDS: &'static [&'static str];
    /// The value at a place.
    fn from_place(place: u8) -> Option<Self>;

    /// The value that is written so.
    fn from_word(word: &str) -> Option<Self> {
        let place = Self::WORDS.iter().position(|known| *known == word)?;
        Self::from_place(u8::try_from(place).ok()?)
    }
}

/// Declares an enum with the words it is written by.
#[macro_export]
macro_rules! choices {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident $word:literal,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vmeta])* $variant,)* }

        impl $crate::knob::Choices for $name {
            const WORDS: &'static [&'static str] = &[$($word,)*];
            fn from_place(place: u8) -> Option<Self> {
                const ALL: &[$name] = &[$($name::$variant,)*];
                ALL.get(usize::from(place)).copied()
            }
        }

        impl $name {
            /// The word it is written by.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }
    };
}
