//! Making the wasm smaller or faster with wasm-opt. It takes a while, so what it made is
//! kept by what it was made from.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use super::hash::Hash;
use crate::command;
use crate::error::{Doing, Result};
use crate::house::House;
use crate::progress::say;
use crate::tools::npm::WasmOpt;

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

/// The page is downloaded before anything is seen of it: small.
const APP: (&str, &str) = ("app_bg.wasm", "-Oz");
/// The worker is what people wait for while it simulates: fast.
const WORKER: (&str, &str) = ("worker_bg.wasm", "-O3");

/// Optimises each program in `stage`, all at once.
pub fn all(house: &House, optimiser: &WasmOpt, stage: &Path) -> Result<()> {
    let jobs = [APP, WORKER];
    thread::scope(|scope| {
        let running = jobs.map(|(name, level)| {
            scope.spawn(move || one(house, optimiser, &stage.join(name), level))
        });
        running.into_iter().try_for_each(|job| match job.join() {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        })
    })
}

fn one(house: &House, optimiser: &WasmOpt, wasm: &Path, level: &str) -> Result<()> {
    let before = fs::read(wasm).doing("reading", wasm)?;
    let kept = kept(house, &before, level);
    if !kept.is_file() {
        say(&format!("optimising {} with {level}", wasm.display()));
        let folder = house.memory().join("optimised");
        fs::create_dir_all(&folder).doing("creating", &folder)?;
        let partial = kept.with_extension("partial");
        let mut command = optimiser.command();
        command.args([level, "--converge", "--strip-producers"]).args(FEATURES);
        command.arg(wasm).arg("-o").arg(&partial);
        command::run("optimising", &mut command)?;
        fs::rename(&partial, &kept).doing("renaming", &partial)?;
    }
    fs::copy(&kept, wasm).doing("writing", wasm)?;
    Ok(())
}

fn kept(house: &House, wasm: &[u8], level: &str) -> PathBuf {
    let hash = FEATURES
        .iter()
        .fold(Hash::new().with(wasm), |hash, feature| hash.with(feature.as_bytes()))
        .with(level.as_bytes())
        .with(WasmOpt::VERSION.as_bytes());
    house.memory().join("optimised").join(format!("{:016x}.wasm", hash.get()))
}
