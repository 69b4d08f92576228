//! The site: Trunk puts the page together, and what it made is then made small, put under
//! the name of its content, and measured. Nothing is made again that has not changed.

mod editor;
mod hash;
mod minify;
mod names;
mod optimise;
mod release;
mod size;
mod trunk;

pub use hash::Hash;
pub use trunk::PROFILE;

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Doing, Result};
use crate::house::House;
use crate::progress::{Steps, say};
use crate::tools;
use crate::tools::npm::{self, Program};

/// The page for this machine, made as fast as possible: where it is.
pub fn preview(house: &House, steps: &mut Steps) -> Result<PathBuf> {
    let site = house.target.join("site");
    make(house, &site, None, steps)?;
    Ok(site)
}

/// How many steps `preview` has.
pub const PREVIEW_STEPS: usize = 2;

/// The site to publish, in `dist/`, measured.
pub fn publish(house: &House) -> Result<()> {
    let mut steps = Steps::of(PUBLISH_STEPS);
    publish_in(house, &mut steps)?;
    println!("\ndist/ is ready ({}).", steps.elapsed());
    Ok(())
}

/// How many steps `publish_in` has.
pub const PUBLISH_STEPS: usize = 4;

/// `publish`, as a part of something larger.
pub fn publish_in(house: &House, steps: &mut Steps) -> Result<()> {
    let dist = house.dist();
    steps.next("Optimisers");
    let shrink =
        Shrink { wasm_opt: npm::wasm_opt(house)?, esbuild: npm::esbuild(house)? };
    make(house, &dist, Some(&shrink), steps)?;
    steps.next("Sizes");
    size::check(&dist)
}

/// What makes a site small.
struct Shrink {
    wasm_opt: Program,
    esbuild: Program,
}

/// Makes the site, unless the one that is there was made from the same sources.
fn make(
    house: &House,
    site: &Path,
    shrink: Option<&Shrink>,
    steps: &mut Steps,
) -> Result<()> {
    steps.next("Tools");
    tools::wasm_target(house)?;
    tools::std_source(house)?;
    let trunk = tools::trunk(house)?;
    let wasm_bindgen = tools::wasm_bindgen(house)?;
    steps.done("ready");

    steps.next("Page");
    let memory = Memory::of(house, site);
    let sources = hash::sources(&house.root)?;
    if memory.remembers(sources, site)? {
        steps.done("nothing has changed");
        return Ok(());
    }
    let stage = house.memory().join("stage");
    trunk::compile(house)?;
    trunk::assemble(house, &trunk, &wasm_bindgen, &stage)?;
    match shrink {
        Some(shrink) => editor::bundle(house, &shrink.esbuild, &stage)?,
        // To look at the page, Node is not needed.
        None if npm::is_usable() => {
            editor::bundle(house, &npm::esbuild(house)?, &stage)?;
        }
        None => say("without Node.js and npm, texts are edited in a plain field"),
    }
    if let Some(shrink) = shrink {
        optimise::all(house, &shrink.wasm_opt, &stage)?;
        names::shorten(&stage)?;
        minify::all(&shrink.esbuild, &stage)?;
    }
    release::put(&stage, site)?;
    memory.remember(sources, site)?;
    steps.done("built");
    Ok(())
}

/// What a site was made from, and what was made.
struct Memory(PathBuf);

impl Memory {
    fn of(house: &House, site: &Path) -> Self {
        let name = site.file_name().map(|name| name.to_string_lossy().into_owned());
        Self(house.memory().join(format!("{}.made", name.unwrap_or_default())))
    }

    fn remembers(&self, sources: u64, site: &Path) -> Result<bool> {
        let Ok(remembered) = fs::read_to_string(&self.0) else { return Ok(false) };
        Ok(site.is_dir() && remembered == line(sources, hash::folder(site)?))
    }

    fn remember(&self, sources: u64, site: &Path) -> Result<()> {
        fs::write(&self.0, line(sources, hash::folder(site)?)).doing("writing", &self.0)
    }
}

fn line(sources: u64, made: u64) -> String {
    format!("{sources:016x} {made:016x}\n")
}
