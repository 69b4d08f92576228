//! What comes from npm, at fixed versions: wasm-opt and esbuild, which make the site small,
//! and axe-core for the tests.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::command;
use crate::error::{Doing, Error, Result};
use crate::house::House;
use crate::progress::say;

/// The version of wasm-opt: another one makes other bytes.
pub const WASM_OPT: &str = "132.0.0";

/// A program that Node runs.
pub struct Program(PathBuf);

impl Program {
    /// A call of it.
    pub fn command(&self) -> Command {
        let mut node = Command::new("node");
        node.arg(&self.0);
        node
    }
}

/// The optimiser for wasm.
pub fn wasm_opt(house: &House) -> Result<Program> {
    Ok(Program(package(house, "binaryen", WASM_OPT)?.join("bin/wasm-opt")))
}

/// What makes scripts and styles small.
pub fn esbuild(house: &House) -> Result<Program> {
    Ok(Program(package(house, "esbuild", "0.28.2")?.join("bin/esbuild")))
}

/// The script of axe-core, which looks for what keeps people from using a page.
pub fn axe(house: &House) -> Result<PathBuf> {
    Ok(package(house, "axe-core", "4.14.1")?.join("axe.min.js"))
}

/// The folder of a package, each version in a place of its own.
fn package(house: &House, name: &str, version: &str) -> Result<PathBuf> {
    let home = house.tools().join("npm").join(format!("{name}-{version}"));
    let package = home.join("node_modules").join(name);
    if package.is_dir() {
        say(&format!("{name} {version} is there"));
        return Ok(package);
    }
    for program in ["node", "npm"] {
        if command::find(program).is_none() {
            return Err(Error::Missing {
                what: format!("{program} (Node.js 18 or later, with npm)"),
                why: format!(", and {name} needs it"),
                install: "apt-get install nodejs npm     # or https://nodejs.org".into(),
            });
        }
    }
    say(&format!("installing {name} {version} from npm for this project"));
    let partial = home.with_extension("partial");
    fs::create_dir_all(&partial).doing("creating", &partial)?;
    let mut npm = Command::new("npm");
    npm.args(["install", "--no-save", "--no-package-lock", "--no-audit", "--no-fund"]);
    // esbuild's would put a native program where its script is.
    npm.arg("--ignore-scripts");
    npm.arg("--prefix").arg(&partial).arg(format!("{name}@{version}"));
    npm.current_dir(&partial);
    command::run(&format!("installing {name}"), &mut npm)?;
    // Renamed at the end: a half one is never taken for a whole one.
    fs::rename(&partial, &home).doing("renaming", &partial)?;
    Ok(package)
}
