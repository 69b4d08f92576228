//! Where things are: the repository, and what is made of it.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Doing, Error, Result};

/// The repository on this machine.
#[derive(Clone, Debug)]
pub struct House {
    /// Where the root `Cargo.toml` is.
    pub root: PathBuf,
    /// Where cargo builds.
    pub target: PathBuf,
}

impl House {
    /// The repository this program was built from.
    pub fn find() -> Self {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = here.ancestors().nth(2).unwrap_or(here).to_path_buf();
        let target = env::var_os("CARGO_TARGET_DIR")
            .map_or_else(|| root.join("target"), |named| root.join(named));
        Self { root, target }
    }

    /// Programs installed for this project alone: they go with `target`, and never fight
    /// over a version with another project's.
    pub fn tools(&self) -> PathBuf {
        self.target.join("tools")
    }

    /// What the commands remember between two runs.
    pub fn memory(&self) -> PathBuf {
        self.target.join("xtask")
    }

    /// The site to publish.
    pub fn dist(&self) -> PathBuf {
        self.root.join("dist")
    }

    /// The version of a package in the lock file.
    pub fn locked(&self, package: &'static str) -> Result<String> {
        let path = self.root.join("Cargo.lock");
        let lock = fs::read_to_string(&path).doing("reading", &path)?;
        version_in(&lock, package).ok_or(Error::NotLocked { package })
    }
}

fn version_in(lock: &str, package: &str) -> Option<String> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name);
    let version = lines.nth(1)?.strip_prefix("version = \"")?;
    Some(version.strip_suffix('"')?.into())
}

#[cfg(test)]
mod tests {
    use super::version_in;

    const LOCK: &str = "\
[[package]]
name = \"wasm-bindgen-macro\"
version = \"9.9.9\"

[[package]]
name = \"wasm-bindgen\"
version = \"0.2.130\"
source = \"registry\"
";

    #[test]
    fn a_version_is_read_from_the_package_of_exactly_that_name() {
        assert_eq!(version_in(LOCK, "wasm-bindgen").as_deref(), Some("0.2.130"));
        assert_eq!(version_in(LOCK, "wasm"), None);
    }
}
