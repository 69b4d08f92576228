//! Messages as bytes, for the line between page and worker.
//!
//! Both ends are the same program, so a message is its fields in order, and nothing else:
//! every number, switch and length in groups of seven bits, every text as it is. Reading
//! never stops half way: what is not there reads as zero, and the whole counts for nothing.
//! Without a way out of every field, and without a library that knows formats and types of
//! all kinds, this is a third of the code, which everybody who opens the page downloads.

use lambdarium_sim::knob::Choices;
use lambdarium_sim::{EVENTS, Given, Nothing};

/// What can be sent.
pub trait Pack: Sized {
    /// Appends its bytes.
    fn pack(&self, to: &mut Vec<u8>);
    /// The next one of a message.
    fn unpack(from: &mut Reader) -> Self;
}

/// A message as bytes.
#[must_use]
pub fn packed(message: &impl Pack) -> Vec<u8> {
    let mut bytes = Vec::new();
    message.pack(&mut bytes);
    bytes
}

/// A message from its bytes; none if they are not exactly one.
#[must_use]
pub fn unpacked<T: Pack>(bytes: &[u8]) -> Option<T> {
    let mut from = Reader { rest: bytes, is_broken: false };
    let message = T::unpack(&mut from);
    (!from.is_broken && from.rest.is_empty()).then_some(message)
}

/// A message on its way in.
pub struct Reader<'a> {
    rest: &'a [u8],
    is_broken: bool,
}

impl<'a> Reader<'a> {
    /// Gives the message up; from here on everything is zero.
    pub fn give_up(&mut self) {
        self.rest = &[];
        self.is_broken = true;
    }

    /// So many bytes; none if there are fewer.
    fn bytes(&mut self, count: usize) -> &'a [u8] {
        let Some((bytes, rest)) = self.rest.split_at_checked(count) else {
            self.give_up();
            return &[];
        };
        self.rest = rest;
        bytes
    }

    /// A number up to `most`.
    #[inline(never)]
    pub fn number(&mut self, most: u64) -> u64 {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let &[byte] = self.bytes(1) else { return 0 };
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 && number <= most {
                return number;
            }
        }
        self.give_up();
        0
    }

    #[inline(never)]
    fn text(&mut self) -> String {
        let count = self.number(u64::from(u32::MAX)) as usize;
        let text = std::str::from_utf8(self.bytes(count));
        text.map(ToString::to_string).unwrap_or_else(|_| {
            self.give_up();
            String::new()
        })
    }
}

/// Appends a number.
#[inline(never)]
pub fn put(mut number: u64, to: &mut Vec<u8>) {
    while number > 0x7f {
        to.push(number as u8 | 0x80);
        number >>= 7;
    }
    to.push(number as u8);
}

#[inline(never)]
fn put_text(text: &str, to: &mut Vec<u8>) {
    put(text.len() as u64, to);
    to.extend_from_slice(text.as_bytes());
}

macro_rules! numbers {
    ($($number:ty)*) => {$(
        impl Pack for $number {
            fn pack(&self, to: &mut Vec<u8>) {
                put(u64::from(*self), to);
            }
            fn unpack(from: &mut Reader) -> Self {
                from.number(u64::from(Self::MAX)) as Self
            }
        }
    )*};
}

numbers! { u8 u16 u32 u64 }

impl Pack for i16 {
    fn pack(&self, to: &mut Vec<u8>) {
        self.cast_unsigned().pack(to);
    }
    fn unpack(from: &mut Reader) -> Self {
        u16::unpack(from).cast_signed()
    }
}

impl Pack for bool {
    fn pack(&self, to: &mut Vec<u8>) {
        put(u64::from(*self), to);
    }
    fn unpack(from: &mut Reader) -> Self {
        from.number(1) == 1
    }
}

/// Nothing of it goes over the line: it is there or it is not.
impl Pack for Given {
    fn pack(&self, _: &mut Vec<u8>) {}
    fn unpack(_: &mut Reader) -> Self {
        Self::here()
    }
}

impl Pack for String {
    fn pack(&self, to: &mut Vec<u8>) {
        put_text(self, to);
    }
    fn unpack(from: &mut Reader) -> Self {
        from.text()
    }
}

impl<T: Pack> Pack for Box<T> {
    fn pack(&self, to: &mut Vec<u8>) {
        self.as_ref().pack(to);
    }
    fn unpack(from: &mut Reader) -> Self {
        Self::new(T::unpack(from))
    }
}

impl<T: Pack> Pack for Option<T> {
    fn pack(&self, to: &mut Vec<u8>) {
        self.is_some().pack(to);
        if let Some(some) = self {
            some.pack(to);
        }
    }
    fn unpack(from: &mut Reader) -> Self {
        bool::unpack(from).then(|| T::unpack(from))
    }
}

impl<T: Pack, E: Pack> Pack for Result<T, E> {
    fn pack(&self, to: &mut Vec<u8>) {
        self.is_ok().pack(to);
        match self {
            Ok(ok) => ok.pack(to),
            Err(error) => error.pack(to),
        }
    }
    fn unpack(from: &mut Reader) -> Self {
        if bool::unpack(from) { Ok(T::unpack(from)) } else { Err(E::unpack(from)) }
    }
}

impl<T: Pack> Pack for Vec<T> {
    fn pack(&self, to: &mut Vec<u8>) {
        put(self.len() as u64, to);
        for item in self {
            item.pack(to);
        }
    }
    fn unpack(from: &mut Reader) -> Self {
        let count = from.number(u64::from(u32::MAX));
        let mut items = Self::new();
        for _ in 0..count {
            // A broken message may announce more than there is.
            if from.is_broken {
                break;
            }
            items.push(T::unpack(from));
        }
        items
    }
}

impl<T: Pack, const N: usize> Pack for [T; N] {
    fn pack(&self, to: &mut Vec<u8>) {
        for item in self {
            item.pack(to);
        }
    }
    fn unpack(from: &mut Reader) -> Self {
        std::array::from_fn(|_| T::unpack(from))
    }
}

impl<A: Pack, B: Pack> Pack for (A, B) {
    fn pack(&self, to: &mut Vec<u8>) {
        self.0.pack(to);
        self.1.pack(to);
    }
    fn unpack(from: &mut Reader) -> Self {
        (A::unpack(from), B::unpack(from))
    }
}

/// What the small program has none of.
impl<T> Pack for Nothing<T> {
    fn pack(&self, _: &mut Vec<u8>) {}
    fn unpack(_: &mut Reader) -> Self {
        Self::new()
    }
}

/// What only the whole program says: the small one has no code to send or read it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Whole<T>(pub T);

impl<T: Pack + Default> Pack for Whole<T> {
    fn pack(&self, to: &mut Vec<u8>) {
        if EVENTS {
            self.0.pack(to);
        }
    }
    fn unpack(from: &mut Reader) -> Self {
        if EVENTS {
            return Self(T::unpack(from));
        }
        from.give_up();
        Self::default()
    }
}

/// One of a list of words.
pub(crate) fn choice<C: Choices>(from: &mut Reader) -> C {
    let most = C::WORDS.len() as u64 - 1;
    let place = from.number(most) as u8;
    C::from_place(place).expect("every word has its place")
}

/// Makes types ready to be sent, by their fields: a field that is forgotten does not
/// compile. Fields of tuples go by their numbers.
macro_rules! pack {
    ($(struct $name:ident { $($field:tt),* $(,)? })*) => {$(
        impl $crate::pack::Pack for $name {
            fn pack(&self, to: &mut Vec<u8>) {
                let Self { $($field: _),* } = self;
                $(self.$field.pack(to);)*
            }
            fn unpack(from: &mut $crate::pack::Reader) -> Self {
                Self { $($field: $crate::pack::Pack::unpack(from)),* }
            }
        }
    )*};
    ($(enum $name:ident {
        $($variant:ident $({ $($field:ident),* })? $(($($item:ident),*))?),* $(,)?
    })*) => {$(
        impl $crate::pack::Pack for $name {
            fn pack(&self, to: &mut Vec<u8>) {
                enum Place { $($variant),* }
                match self {
                    $(Self::$variant $({ $($field),* })? $(($($item),*))? => {
                        $crate::pack::put(Place::$variant as u64, to);
                        $($($field.pack(to);)*)?
                        $($($item.pack(to);)*)?
                    })*
                }
            }
            fn unpack(from: &mut $crate::pack::Reader) -> Self {
                enum Place { $($variant),* }
                let place = from.number(u64::from(u8::MAX));
                $(if place == Place::$variant as u64 {
                    return Self::$variant
                        $({ $($field: $crate::pack::Pack::unpack(from)),* })?
                        $(($({
                            let $item = $crate::pack::Pack::unpack(from);
                            $item
                        }),*))?;
                })*
                // From here on there is nothing but zeros, so it is the first one.
                from.give_up();
                Self::unpack(from)
            }
        }
    )*};
    ($(choices $name:ident)*) => {$(
        impl $crate::pack::Pack for $name {
            fn pack(&self, to: &mut Vec<u8>) {
                $crate::pack::put(*self as u64, to);
            }
            fn unpack(from: &mut $crate::pack::Reader) -> Self {
                $crate::pack::choice(from)
            }
        }
    )*};
}
pub(crate) use pack;

#[cfg(all(test, not(target_family = "wasm")))]
mod tests;
