//! Compiling the pages, and putting them together: the playground with Trunk, and the other
//! programs beside it.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command;
use crate::error::Result;
use crate::house::House;
use crate::progress::say;
use crate::tools;

/// The profile of `Cargo.toml` that the site is built with; `Trunk.toml` names it too.
pub const PROFILE: &str = "site";

/// How the programs end that have everything: they are loaded where the small ones do not
/// reach.
const WHOLE: &str = "-whole";

/// The programs of the site. Trunk makes the first one.
pub(super) const PROGRAMS: [&str; 4] = ["app", "app-whole", "embed", "embed-whole"];

/// Lets the compiler, which is pinned, take options that are not stable yet.
const UNSTABLE: &str = "RUSTC_BOOTSTRAP";

/// Has cargo compile the standard library too: it comes built for speed, with words for
/// every panic, and is a twentieth smaller built like the rest.
const BUILD_STD: (&str, &str) = ("CARGO_UNSTABLE_BUILD_STD", "std");

/// Compiles the programs of the pages. Trunk would do it too, but silently, and it cannot
/// download crates when it is told to download no tools.
pub fn compile(house: &House) -> Result<()> {
    for program in PROGRAMS {
        say(&format!("compiling {program}"));
        let mut cargo = command::cargo(&house.root);
        cargo.args(["build", "--profile", PROFILE, "--target", tools::WASM]);
        cargo.args(["--package", "lambdarium-web", "--bin", program]);
        if program.ends_with(WHOLE) {
            cargo.args(["--features", "events"]);
        }
        cargo.env("RUSTFLAGS", flags()).env(UNSTABLE, "1").env(BUILD_STD.0, BUILD_STD.1);
        command::run(&format!("compiling {program}"), &mut cargo)?;
    }
    Ok(())
}

/// Has Trunk make `stage` from `index.html` and what it links.
pub fn assemble(
    house: &House,
    trunk: &Path,
    wasm_bindgen: &Path,
    stage: &Path,
) -> Result<()> {
    say("putting the page together");
    let folders: Vec<_> =
        wasm_bindgen.parent().map(Path::to_path_buf).into_iter().collect();
    let mut trunk = Command::new(trunk);
    trunk.args(["build", "--offline", "true", "--skip-version-check", "--log", "warn"]);
    trunk.arg("--dist").arg(stage).current_dir(&house.root);
    trunk.env("PATH", command::path_with(&folders)).env("RUSTFLAGS", flags());
    trunk.env(UNSTABLE, "1").env(BUILD_STD.0, BUILD_STD.1);
    // Cargo has spoken already; all that is left to say are errors.
    trunk.env("CARGO_TERM_QUIET", "true");
    // Trunk takes `NO_COLOR=1` for a wrong option.
    trunk.env_remove("NO_COLOR");
    command::run("putting the page together", &mut trunk)?;

    for program in &PROGRAMS[1..] {
        let made = format!("{}/{PROFILE}/{program}.wasm", tools::WASM);
        let mut bindgen = Command::new(wasm_bindgen);
        bindgen.args(["--target", "web", "--no-typescript", "--out-dir"]).arg(stage);
        bindgen.arg(house.target.join(made));
        command::run(&format!("putting {program} together"), &mut bindgen)?;
    }
    Ok(())
}

/// Every check that can stop the program would carry the place it stands at and what to say
/// there: 20 kB of the download, for a message that only we can read. A run stops at the same
/// place everywhere, so the link of one that does is enough for us: the command line says the
/// rest. And where somebody keeps the sources of
/// crates is nobody's business, and would make the same site differ from machine to machine.
fn flags() -> String {
    const NO_PLACES: &str =
        "-Zlocation-detail=none -Zunstable-options -Cpanic=immediate-abort";
    let home = env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| env::var_os("HOME").map(|home| PathBuf::from(home).join(".cargo")));
    let Some(home) = home else { return NO_PLACES.into() };
    format!(
        "{NO_PLACES} --remap-path-prefix={}=crates",
        home.join("registry/src").display()
    )
}
