//! What comes from the Rust world: the wasm target, Trunk, wasm-bindgen.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command;
use crate::error::{Error, Result};
use crate::house::House;
use crate::progress::say;

/// What the page is compiled for.
pub const WASM: &str = "wasm32-unknown-unknown";

/// The last version that the pinned compiler can build.
const TRUNK: &str = "0.21.14";

/// The standard library for wasm.
pub fn wasm_target(house: &House) -> Result<()> {
    if has_wasm(&house.root) {
        say("the wasm target is there");
        return Ok(());
    }
    let install = format!("rustup target add {WASM}");
    if command::find("rustup").is_none() {
        return Err(Error::Missing {
            what: format!("Rust's standard library for {WASM}"),
            why: ", and without rustup it cannot be added here".into(),
            install: format!(
                "{install}\n\n(https://rustup.rs; a distribution's own package has a name \
                 such as rust-std-static-{WASM})"
            ),
        });
    }
    say(&install);
    let mut rustup = Command::new("rustup");
    rustup.args(["target", "add", WASM]).current_dir(&house.root);
    command::run("adding the wasm target", &mut rustup)
}

/// The source of the standard library, which the site is built with.
pub fn std_source(house: &House) -> Result<()> {
    let mut rustc = Command::new("rustc");
    rustc.args(["--print", "sysroot"]).current_dir(&house.root);
    let sysroot = command::output(&mut rustc).unwrap_or_default();
    let library = Path::new(sysroot.trim()).join("lib/rustlib/src/rust/library/std");
    if library.is_dir() {
        return Ok(());
    }
    let install = "rustup component add rust-src";
    if command::find("rustup").is_none() {
        return Err(Error::Missing {
            what: "the source of Rust's standard library".into(),
            why: ", and without rustup it cannot be added here".into(),
            install: format!(
                "{install}\n\n(https://rustup.rs; a distribution's own package is called \
                 rust-src)"
            ),
        });
    }
    say(install);
    let mut rustup = Command::new("rustup");
    rustup.args(["component", "add", "rust-src"]).current_dir(&house.root);
    command::run("adding rust-src", &mut rustup)
}

fn has_wasm(root: &Path) -> bool {
    let mut rustc = Command::new("rustc");
    rustc.args(["--print", "target-libdir", "--target", WASM]).current_dir(root);
    command::output(&mut rustc).is_some_and(|folder| Path::new(folder.trim()).is_dir())
}

/// A part of the toolchain that cargo calls by its own name.
pub fn component(house: &House, name: &str) -> Result<()> {
    if command::output(command::cargo(&house.root).args([name, "--version"])).is_some() {
        return Ok(());
    }
    let package = if name == "fmt" { "rustfmt" } else { name };
    let install = format!("rustup component add {package}");
    if command::find("rustup").is_none() {
        return Err(Error::Missing {
            what: format!("cargo {name}"),
            why: ", and without rustup it cannot be added here".into(),
            install,
        });
    }
    say(&install);
    let mut rustup = Command::new("rustup");
    rustup.args(["component", "add", package]).current_dir(&house.root);
    command::run(&format!("adding {package}"), &mut rustup)
}

/// Trunk, which puts the page together.
pub fn trunk(house: &House) -> Result<PathBuf> {
    program(house, "trunk", "trunk", TRUNK)
}

/// wasm-bindgen, of exactly the version that the page is compiled with. Its test runner
/// lies beside it.
pub fn wasm_bindgen(house: &House) -> Result<PathBuf> {
    let version = house.locked("wasm-bindgen")?;
    program(house, "wasm-bindgen", "wasm-bindgen-cli", &version)
}

/// A program published as a crate.
fn program(house: &House, name: &str, package: &str, version: &str) -> Result<PathBuf> {
    if let Some(found) = installed(house, name, version) {
        say(&format!("{name} {version} is there"));
        return Ok(found);
    }
    say(&format!(
        "installing {package} {version} for this project; this takes minutes, once"
    ));
    // Some registries lag behind the versions in a program's own lock file.
    install(house, package, version, &["--locked"]).or_else(|_| {
        say("once more, with the newest dependencies the registry has");
        install(house, package, version, &[])
    })?;
    installed(house, name, version).ok_or_else(|| Error::Missing {
        what: format!("{name} {version}"),
        why: " although it was just installed".into(),
        install: format!("cargo install {package} --version {version}"),
    })
}

fn installed(house: &House, name: &str, version: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let own = house.tools().join("bin").into_os_string();
    command::search(own, name).chain(command::search(path, name)).find(|program| {
        command::output(Command::new(program).arg("--version"))
            .is_some_and(|says| says.split_whitespace().nth(1) == Some(version))
    })
}

fn install(house: &House, package: &str, version: &str, extra: &[&str]) -> Result<()> {
    let mut cargo = command::cargo(&house.root);
    cargo
        .args(["install", package, "--version", version, "--debug", "--force"])
        .args(extra);
    cargo.arg("--root").arg(house.tools());
    // Else it warns that the programs will not be found.
    cargo.env("PATH", command::path_with(&[house.tools().join("bin")]));
    // Unoptimised and without debug information: they are built in a third of the time,
    // and run for seconds.
    cargo.env("CARGO_PROFILE_DEV_DEBUG", "false");
    command::run(&format!("installing {package}"), &mut cargo)
}
