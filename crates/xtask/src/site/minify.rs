//! Making scripts and styles smaller: comments, spaces and long names are for people.

use std::ffi::OsStr;
use std::path::Path;

use super::hash::files;
use crate::command;
use crate::error::Result;
use crate::progress::say;
use crate::tools::npm::Program;

/// Minifies every script and style in `stage`, each where it lies.
pub fn all(esbuild: &Program, stage: &Path) -> Result<()> {
    say("minifying");
    let mut command = esbuild.command();
    command.args(["--minify", "--charset=utf8", "--log-level=warning"]);
    command.arg("--allow-overwrite").arg("--outdir=.").current_dir(stage);
    for file in files(stage)? {
        let kind = file.extension().and_then(OsStr::to_str);
        if matches!(kind, Some("js" | "css")) {
            command.arg(file.strip_prefix(stage).unwrap_or(&file));
        }
    }
    command::run("minifying", &mut command)
}
