//! How large the site is, as it is and as it travels.

use std::fs;
use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::editor;
use super::hash::files;
use crate::error::{Doing, Error, Result};

/// The lesson that the page opens when nothing else is asked for.
const FIRST_LESSON: &str = "lessons/sdk-retries.json";

/// What is downloaded together, and how much of it there may be, in bytes of brotli.
struct Load {
    name: &'static str,
    /// As they lie in the folder of a release; a folder stands for all that is in it.
    files: &'static [&'static str],
    budget: u64,
}

/// What a first visit downloads, and what comes only when somebody asks for it.
const LOADS: [Load; 8] = [
    Load {
        name: "the playground",
        files: &[
            "index.html",
            "app.js",
            "app_bg.wasm",
            "boot.js",
            "boot-worker.js",
            "page.css",
            "icon.svg",
            FIRST_LESSON,
        ],
        budget: 300_000,
    },
    Load {
        name: "the embedded player",
        files: &[
            "embed.html",
            "embed.js",
            "embed_bg.wasm",
            "boot.js",
            "embed.css",
            "icon.svg",
            FIRST_LESSON,
        ],
        budget: 150_000,
    },
    Load {
        name: "the whole playground, once a scenario has events",
        files: &["app-whole.js", "app-whole_bg.wasm", "whole.css"],
        budget: 580_000,
    },
    Load {
        name: "the whole embedded player, once a scenario has events",
        files: &["embed-whole.js", "embed-whole_bg.wasm"],
        budget: 350_000,
    },
    Load {
        name: "the text editor, once it is opened",
        files: &[editor::FILE],
        budget: 150_000,
    },
    Load {
        name: "the book of rules and settings, once somebody asks why",
        files: &["book.txt"],
        budget: 16_000,
    },
    Load {
        name: "the list of lessons, once the gallery is opened",
        files: &["gallery.txt"],
        budget: 6_000,
    },
    Load {
        name: "all lessons, of which each is loaded once it is opened",
        files: &["lessons/"],
        budget: 80_000,
    },
];

#[derive(Clone, Copy, Debug, Default)]
struct Size {
    raw: u64,
    gzip: u64,
    brotli: u64,
}

/// Prints the size of each file, and refuses a site with anything over its budget.
pub fn check(site: &Path) -> Result<()> {
    println!("{:>9} {:>9} {:>9}  file", "raw", "gzip", "brotli");
    let mut sums = LOADS.map(|load| (load, Size::default()));
    let mut has_first = false;
    for file in files(site)? {
        let content = fs::read(&file).doing("reading", &file)?;
        let size = measure(&content).doing("compressing", &file)?;
        let path = file.strip_prefix(site).unwrap_or(&file).to_string_lossy();
        let path = path.replace('\\', "/");
        let name = in_release(&path);
        print_line(size, &path);
        has_first |= name == FIRST_LESSON;
        let mut loaded = false;
        for (load, sum) in &mut sums {
            if load.has(name) {
                *sum = sum.with(size);
                loaded = true;
            }
        }
        if !loaded {
            return Err(Error::Page(format!("nothing is said to load {name}")));
        }
    }
    if !has_first {
        return Err(Error::Page(format!("{FIRST_LESSON} opens first, but is not there")));
    }
    for (load, sum) in &sums {
        print_line(*sum, load.name);
    }
    for (load, sum) in sums {
        let (what, budget, bytes) = (load.name, load.budget, sum.brotli);
        if bytes > budget {
            return Err(Error::OverBudget { what, bytes, budget });
        }
        println!("{:>29}  left of the budget of {budget} of {what}", budget - bytes);
    }
    Ok(())
}

/// A path in the site as it is in the folder of its release; the pages lie in none.
fn in_release(path: &str) -> &str {
    path.split_once('/').map_or(path, |(_, name)| name)
}

impl Load {
    fn has(&self, name: &str) -> bool {
        self.files
            .iter()
            .any(|file| name == *file || (file.ends_with('/') && name.starts_with(file)))
    }
}

impl Size {
    fn with(self, other: Self) -> Self {
        Self {
            raw: self.raw + other.raw,
            gzip: self.gzip + other.gzip,
            brotli: self.brotli + other.brotli,
        }
    }
}

fn print_line(size: Size, name: &str) {
    println!("{:>9} {:>9} {:>9}  {name}", size.raw, size.gzip, size.brotli);
}

/// With the strongest setting of each, as hosts do for files that do not change.
fn measure(content: &[u8]) -> std::io::Result<Size> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(content)?;
    let gzip = gzip.finish()?;
    let mut brotli = brotli::CompressorWriter::new(Vec::new(), 4096, 11, 22);
    brotli.write_all(content)?;
    let brotli = brotli.into_inner();
    Ok(Size {
        raw: content.len() as u64,
        gzip: gzip.len() as u64,
        brotli: brotli.len() as u64,
    })
}

#[cfg(test)]
mod tests {
    use super::{LOADS, in_release, measure};

    #[test]
    fn the_first_lesson_counts_as_one_of_all_and_for_both_pages() {
        let loads = |path: &str| {
            let name = in_release(path);
            LOADS.iter().filter(|load| load.has(name)).count()
        };
        assert_eq!(loads("r-1/lessons/sdk-retries.json"), 3);
        assert_eq!(loads("r-1/lessons/cold-start.json"), 1);
        assert_eq!(loads("r-1/boot.js"), 2);
        assert_eq!(loads("index.html"), 1);
        assert_eq!(loads("r-1/else/gallery.txt"), 0);
    }

    #[test]
    fn what_repeats_is_small_when_compressed() {
        let size = measure(&b"lambda".repeat(1_000)).expect("memory does not fail");
        assert_eq!(size.raw, 6_000);
        assert!(size.gzip < 100 && size.brotli < 100, "{size:?}");
        assert!(size.gzip > 0 && size.brotli > 0, "{size:?}");
    }
}
