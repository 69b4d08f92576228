//! What comes from npm, at fixed versions: wasm-opt and esbuild, which make the site small,
//! the parts of the editor, and axe-core for the tests.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command;
use crate::error::{Doing, Error, Result};
use crate::house::House;
use crate::progress::say;
use crate::site::Hash;

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
    need(name)?;
    say(&format!("installing {name} {version} from npm for this project"));
    let partial = home.with_extension("partial");
    let mut npm = npm(&["install", "--no-save", "--no-package-lock"], &partial)?;
    npm.arg(format!("{name}@{version}"));
    command::run(&format!("installing {name}"), &mut npm)?;
    // Renamed at the end: a half one is never taken for a whole one.
    fs::rename(&partial, &home).doing("renaming", &partial)?;
    Ok(package)
}

/// The `node_modules` with what the lock file in `folder` names, and nothing else.
pub fn locked(house: &House, folder: &Path) -> Result<PathBuf> {
    let files = ["package.json", "package-lock.json"].map(|name| folder.join(name));
    let mut hash = Hash::new();
    for file in &files {
        hash = hash.with(&fs::read(file).doing("reading", file)?);
    }
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let home = house.tools().join("npm").join(format!("{name}-{:016x}", hash.get()));
    let packages = home.join("node_modules");
    if packages.is_dir() {
        say(&format!("the packages of the {name} are there"));
        return Ok(packages);
    }
    need(&name)?;
    say(&format!("installing the packages of the {name} from npm for this project"));
    let partial = home.with_extension("partial");
    let mut npm = npm(&["ci"], &partial)?;
    for file in &files {
        let copy = partial.join(file.file_name().unwrap_or_default());
        fs::copy(file, &copy).doing("writing", &copy)?;
    }
    command::run(&format!("installing the packages of the {name}"), &mut npm)?;
    fs::rename(&partial, &home).doing("renaming", &partial)?;
    Ok(packages)
}

const PROGRAMS: [&str; 2] = ["node", "npm"];

/// Whether there is everything that installing and running packages takes.
pub fn is_usable() -> bool {
    PROGRAMS.iter().all(|program| command::find(program).is_some())
}

fn need(name: &str) -> Result<()> {
    match PROGRAMS.iter().find(|program| command::find(program).is_none()) {
        None => Ok(()),
        Some(program) => Err(Error::Missing {
            what: format!("{program} (Node.js 18 or later, with npm)"),
            why: format!(", and {name} needs it"),
            install: "apt-get install nodejs npm     # or https://nodejs.org".into(),
        }),
    }
}

/// npm in a folder, which is created.
fn npm(words: &[&str], folder: &Path) -> Result<Command> {
    fs::create_dir_all(folder).doing("creating", folder)?;
    let mut npm = Command::new("npm");
    npm.args(words).args(["--no-audit", "--no-fund"]);
    // esbuild's would put a native program where its script is.
    npm.arg("--ignore-scripts").arg("--prefix").arg(folder).current_dir(folder);
    Ok(npm)
}
