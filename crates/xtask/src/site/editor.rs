//! The editor of the text pane: put together from its packages into one script. It is a
//! file of its own, because most visits never open it.

use std::path::Path;

use crate::command;
use crate::error::Result;
use crate::house::House;
use crate::progress::say;
use crate::tools::npm::{self, Program};

/// Its name in the site.
pub const FILE: &str = "editor.js";

/// Writes the editor into `stage`.
pub fn bundle(house: &House, esbuild: &Program, stage: &Path) -> Result<()> {
    let source = house.root.join("web/editor");
    let packages = npm::locked(house, &source)?;
    say("putting the editor together");
    let mut command = esbuild.command();
    command.arg(source.join(FILE)).args(["--bundle", "--format=esm", "--target=es2022"]);
    command.args(["--charset=utf8", "--log-level=warning", "--legal-comments=none"]);
    command.arg(format!("--banner:js={NOTICE}"));
    command.arg(format!("--outfile={}", stage.join(FILE).display()));
    command.env("NODE_PATH", packages);
    command::run("putting the editor together", &mut command)
}

/// What the licence of the packages asks to go along with them.
const NOTICE: &str = "/*! Contains CodeMirror and Lezer, (c) Marijn Haverbeke and others, \
    MIT licence: https://codemirror.net/LICENSE */";
