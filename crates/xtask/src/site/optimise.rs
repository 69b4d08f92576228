//! Making the wasm smaller with wasm-opt. It takes a while, so what it made is
//! kept by what it was made from.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use super::hash::Hash;
use super::trunk::PROGRAMS;
use crate::command;
use crate::error::{Doing, Result};
use crate::house::House;
use crate::progress::say;
use crate::tools::npm::{self, Program};

/// What the compiler uses and every current browser has. Never `--all-features`: no
/// browser accepts the result.
const FEATURES: [&str; 7] = [
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// They are downloaded before anything is seen: small. With their control flow taken apart
/// and laid out anew they are smaller still.
const PASSES: [&str; 5] = ["--flatten", "--rereloop", "-Oz", "-Oz", "--converge"];

/// Optimises each program in `stage`, all at once.
pub fn all(house: &House, optimiser: &Program, stage: &Path) -> Result<()> {
    thread::scope(|scope| {
        let running = PROGRAMS.map(|program| {
            let wasm = stage.join(format!("{program}_bg.wasm"));
            scope.spawn(move || one(house, optimiser, &wasm))
        });
        running.into_iter().try_for_each(|job| match job.join() {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        })
    })
}

fn one(house: &House, optimiser: &Program, wasm: &Path) -> Result<()> {
    let before = fs::read(wasm).doing("reading", wasm)?;
    let kept = kept(house, &before);
    if !kept.is_file() {
        say(&format!("optimising {} with {}", wasm.display(), PASSES.join(" ")));
        let folder = house.memory().join("optimised");
        fs::create_dir_all(&folder).doing("creating", &folder)?;
        let partial = kept.with_extension("partial");
        let mut command = optimiser.command();
        command.args(PASSES).arg("--strip-producers").args(FEATURES);
        command.arg(wasm).arg("-o").arg(&partial);
        command::run("optimising", &mut command)?;
        fs::rename(&partial, &kept).doing("renaming", &partial)?;
    }
    fs::copy(&kept, wasm).doing("writing", wasm)?;
    Ok(())
}

fn kept(house: &House, wasm: &[u8]) -> PathBuf {
    let hash = FEATURES
        .iter()
        .chain(&PASSES)
        .fold(Hash::new().with(wasm), |hash, word| hash.with(word.as_bytes()))
        .with(npm::WASM_OPT.as_bytes());
    house.memory().join("optimised").join(format!("{:016x}.wasm", hash.get()))
}
