//! Short names for what the wasm imports from its script.
//!
//! wasm-bindgen names each by what it is and a hash, in the wasm and in the script. Two
//! hundred of them are 4 kB to download, and nobody reads them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::trunk::PROGRAMS;
use crate::error::{Doing, Error, Result};

/// Shortens the names of each program in `stage` and of its script.
pub fn shorten(stage: &Path) -> Result<()> {
    PROGRAMS.iter().try_for_each(|program| {
        let wasm = stage.join(format!("{program}_bg.wasm"));
        let script = stage.join(format!("{program}.js"));
        let bytes = fs::read(&wasm).doing("reading", &wasm)?;
        let text = fs::read_to_string(&script).doing("reading", &script)?;
        let (bytes, names) = renamed(&bytes).ok_or_else(|| {
            Error::Page(format!("the imports of {} cannot be read", wasm.display()))
        })?;
        fs::write(&wasm, bytes).doing("writing", &wasm)?;
        fs::write(&script, with_names(&text, &names)).doing("writing", &script)
    })
}

type Names = BTreeMap<String, String>;

/// The section of a wasm file that lists what it imports.
const IMPORTS: u8 = 2;
/// A wasm file begins with its mark and its version.
const HEAD: usize = 8;

/// The same program with short names, and which name became which.
fn renamed(wasm: &[u8]) -> Option<(Vec<u8>, Names)> {
    let mut names = Names::new();
    let mut made = wasm.get(..HEAD)?.to_vec();
    let mut rest = Reader(wasm.get(HEAD..)?);
    while let [kind, after @ ..] = rest.0 {
        rest.0 = after;
        let length = rest.number()?;
        let section = rest.take(length)?;
        let renamed = match *kind {
            IMPORTS => imports(section, &mut names)?,
            _ => section.to_vec(),
        };
        made.push(*kind);
        put(renamed.len(), &mut made);
        made.extend(renamed);
    }
    Some((made, names))
}

fn imports(section: &[u8], names: &mut Names) -> Option<Vec<u8>> {
    let mut rest = Reader(section);
    let count = rest.number()?;
    let mut made = Vec::new();
    put(count, &mut made);
    for _ in 0..count {
        let (module, name) = (rest.text()?, rest.text()?);
        let short = match name.starts_with("__wb") {
            true => {
                let next = short(names.len());
                names.entry(name.into()).or_insert(next).clone()
            }
            false => name.into(),
        };
        for text in [module, &short] {
            put(text.len(), &mut made);
            made.extend(text.as_bytes());
        }
        made.extend(rest.description()?);
    }
    rest.0.is_empty().then_some(made)
}

/// Names that no script has yet: `$0`, `$1`, …
fn short(number: usize) -> String {
    format!("${number}")
}

/// The script with the names the wasm now asks for.
fn with_names(script: &str, names: &Names) -> String {
    let mut made = String::with_capacity(script.len());
    let is_letter = |letter: char| letter.is_alphanumeric() || "_$".contains(letter);
    let mut rest = script;
    while let Some(letter) = rest.chars().next() {
        let end = match is_letter(letter) {
            true => rest.find(|letter| !is_letter(letter)).unwrap_or(rest.len()),
            false => letter.len_utf8(),
        };
        let (word, after) = rest.split_at(end);
        made += names.get(word).map_or(word, String::as_str);
        rest = after;
    }
    made
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1).map(|byte| byte[0])
    }

    /// LEB128.
    fn number(&mut self) -> Option<usize> {
        let mut number = 0;
        for shift in (0..32).step_by(7) {
            let byte = self.byte()?;
            number |= usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    fn text(&mut self) -> Option<&'a str> {
        let length = self.number()?;
        std::str::from_utf8(self.take(length)?).ok()
    }

    /// What an import is, whatever it is.
    fn description(&mut self) -> Option<&'a [u8]> {
        let before = self.0;
        match self.byte()? {
            // A function of a type.
            0 => drop(self.number()?),
            // A table of a kind, or a memory: at least so large, and perhaps at most.
            kind @ (1 | 2) => {
                if kind == 1 {
                    self.byte()?;
                }
                let bounds = if self.byte()? & 1 == 1 { 2 } else { 1 };
                for _ in 0..bounds {
                    self.number()?;
                }
            }
            // A global of a kind, which may change or not.
            3 => drop(self.take(2)?),
            _ => return None,
        }
        Some(&before[..before.len() - self.0.len()])
    }
}

fn put(mut number: usize, to: &mut Vec<u8>) {
    while number >= 0x80 {
        to.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    to.push(number as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wasm(names: [&str; 3]) -> Vec<u8> {
        let mut imports = vec![3];
        for (name, what) in
            names.iter().zip([&[0, 5][..], &[2, 1, 1, 0x80, 2], &[3, 0x7f, 0]])
        {
            imports.extend([3, b'e', b'n', b'v', name.len() as u8]);
            imports.extend(name.bytes());
            imports.extend(what);
        }
        let mut whole = b"\0asm\x01\0\0\0".to_vec();
        whole.extend([1, 2, 9, 9, IMPORTS, imports.len() as u8]);
        whole.extend(imports);
        whole.extend([10, 1, 0]);
        whole
    }

    #[test]
    fn the_program_and_its_script_get_the_same_short_names() {
        let long = wasm(["__wbg_data_c7e5", "memory", "__wbg_new_13de"]);
        let (short, names) = renamed(&long).expect("it is wasm");
        assert_eq!(short, wasm(["$0", "memory", "$1"]));
        let script = "({__wbg_data_c7e5:()=>1,__wbg_new_13de:x,a__wbg_new_13de:\"é\"})";
        assert_eq!(with_names(script, &names), "({$0:()=>1,$1:x,a__wbg_new_13de:\"é\"})");
    }

    #[test]
    fn what_is_cut_off_is_no_program() {
        let long = wasm(["__wbg_data_c7e5", "memory", "__wbg_new_13de"]);
        for length in [0, 7, 9, 11, 20, long.len() - 1] {
            assert_eq!(renamed(&long[..length]), None, "{length}");
        }
    }
}
