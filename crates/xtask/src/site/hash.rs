//! Files known by their content: names and bytes in, one number out.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Doing, Result};

/// FNV-1a, 64 bits: the same on every machine and for ever.
#[derive(Clone, Copy, Debug)]
pub struct Hash(u64);

impl Hash {
    /// Of nothing yet.
    pub const fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    /// With these bytes behind; `ab` and `c` differ from `a` and `bc`.
    pub fn with(mut self, bytes: &[u8]) -> Self {
        let length = (bytes.len() as u64).to_le_bytes();
        for byte in length.iter().chain(bytes) {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
        self
    }

    /// The number.
    pub const fn get(self) -> u64 {
        self.0
    }
}

/// Everything that the page is made from.
pub fn sources(root: &Path) -> Result<u64> {
    let parts = [
        ".cargo",
        "crates",
        "scenarios",
        "web",
        "Cargo.lock",
        "Cargo.toml",
        "Trunk.toml",
        "embed.html",
        "index.html",
        "rust-toolchain.toml",
    ];
    let mut files = Vec::new();
    for part in parts {
        let path = root.join(part);
        if path.is_dir() {
            collect(&path, &mut files)?;
        } else {
            files.push(path);
        }
    }
    of(root, files)
}

/// All files in a folder.
pub fn folder(folder: &Path) -> Result<u64> {
    of(folder, files(folder)?)
}

/// All files in a folder, and in those in it.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    collect(folder, &mut files)?;
    files.sort();
    Ok(files)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).doing("reading", folder)? {
        let path = entry.doing("reading", folder)?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

fn of(root: &Path, mut files: Vec<PathBuf>) -> Result<u64> {
    files.sort();
    let mut hash = Hash::new();
    for file in files {
        let name =
            file.strip_prefix(root).unwrap_or(&file).to_string_lossy().into_owned();
        let content = fs::read(&file).doing("reading", &file)?;
        hash = hash.with(name.as_bytes()).with(&content);
    }
    Ok(hash.get())
}

#[cfg(test)]
mod tests {
    use super::Hash;

    #[test]
    fn the_number_of_known_bytes_never_changes() {
        // FNV-1a of eight zero bytes, the length of nothing.
        assert_eq!(Hash::new().with(b"").get(), 0xa8c7_f832_281a_39c5);
    }

    #[test]
    fn where_one_part_ends_counts() {
        let one = Hash::new().with(b"ab").with(b"c").get();
        let other = Hash::new().with(b"a").with(b"bc").get();
        assert_ne!(one, other);
    }
}
