//! Making scripts and styles smaller: comments, spaces and long names are for people.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use super::hash::files;
use crate::command;
use crate::error::{Doing, Result};
use crate::progress::say;
use crate::tools::npm::Program;

/// The styles that a page or a program links; all others are imported by them.
const STYLES: [&str; 3] = ["page.css", "embed.css", "whole.css"];

/// Minifies every script and style in `stage`, each where it lies. What a style imports
/// becomes a part of it: one file is compressed better than three, and is there sooner.
pub fn all(esbuild: &Program, stage: &Path) -> Result<()> {
    say("minifying");
    let of_kind = |kind: &str| -> Result<Vec<_>> {
        let mut all = files(stage)?;
        all.retain(|file| file.extension() == Some(OsStr::new(kind)));
        Ok(all)
    };
    let minify = |option: &[&str], files: Vec<&Path>| {
        let mut command = esbuild.command();
        command.args(["--minify", "--charset=utf8", "--log-level=warning"]);
        command.args(option).arg("--allow-overwrite").arg("--outdir=.");
        command.args(files.iter().map(|file| file.strip_prefix(stage).unwrap_or(file)));
        command::run("minifying", command.current_dir(stage))
    };
    minify(&[], of_kind("js")?.iter().map(AsRef::as_ref).collect())?;
    minify(&["--bundle"], STYLES.iter().map(Path::new).collect())?;
    for style in of_kind("css")? {
        if !STYLES.iter().any(|linked| style.file_name() == Some(OsStr::new(linked))) {
            fs::remove_file(&style).doing("removing", &style)?;
        }
    }
    Ok(())
}
