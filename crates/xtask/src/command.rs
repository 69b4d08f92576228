//! Running other programs: what they print is shown as it comes.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::error::{Error, Result};

/// Runs a program to its end.
pub fn run(doing: &str, command: &mut Command) -> Result<()> {
    let spelled = spelled(command);
    let status = command.stdin(Stdio::null()).status().map_err(|source| Error::Io {
        doing: format!("starting {}", command.get_program().display()),
        source,
    })?;
    if status.success() {
        return Ok(());
    }
    Err(Error::Failed { doing: doing.into(), command: spelled, status })
}

/// What a program prints, if it can be run and agrees.
pub fn output(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then_some(text)
}

/// Cargo, as a person would call it: without what the cargo that runs us has set.
pub fn cargo(root: &Path) -> Command {
    let mut cargo = Command::new("cargo");
    cargo.current_dir(root);
    for (name, _) in env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
            cargo.env_remove(name.as_ref());
        }
    }
    cargo
}

/// The first program of this name on the search path.
pub fn find(name: &str) -> Option<PathBuf> {
    search(env::var_os("PATH")?, name).next()
}

/// All programs of this name on the search path, first come first.
pub fn search(path: OsString, name: &str) -> impl Iterator<Item = PathBuf> {
    let file = format!("{name}{}", env::consts::EXE_SUFFIX);
    let folders: Vec<PathBuf> = env::split_paths(&path).collect();
    folders
        .into_iter()
        .map(move |folder| folder.join(&file))
        .filter(|path| path.is_file())
}

/// The search path with these folders in front.
pub fn path_with(folders: &[PathBuf]) -> OsString {
    let path = env::var_os("PATH").unwrap_or_default();
    let all = folders.iter().cloned().chain(env::split_paths(&path));
    // Only a folder with a separator in its name cannot be joined; then nothing is added.
    env::join_paths(all).unwrap_or(path)
}

fn spelled(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words: Vec<String> = words
        .map(|word| word.to_string_lossy().into_owned())
        .map(|word| if word.contains(' ') { format!("'{word}'") } else { word })
        .collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::spelled;

    #[test]
    fn a_failed_command_can_be_copied_to_a_shell() {
        let mut command = Command::new("cargo");
        command.args(["test", "--", "two words"]);
        assert_eq!(spelled(&command), "cargo test -- 'two words'");
    }
}
