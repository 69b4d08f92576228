//! How large the site is, as it is and as it travels.

use std::fs;
use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::editor;
use super::hash::files;
use crate::error::{Doing, Error, Result};

/// What the page, its styles, its program and its worker may weigh together, in bytes of
/// brotli: what a first visit downloads.
const BUDGET: u64 = 300_000;
/// What is downloaded only when it is asked for, and what each may weigh.
const LATER: [(&str, u64); 2] = [(editor::FILE, 150_000), ("rules.txt", 10_000)];

#[derive(Clone, Copy, Debug, Default)]
struct Size {
    raw: u64,
    gzip: u64,
    brotli: u64,
}

/// Prints the size of each file, and refuses a site over the budget.
pub fn check(site: &Path) -> Result<()> {
    println!("{:>9} {:>9} {:>9}  file", "raw", "gzip", "brotli");
    let mut sum = Size::default();
    let mut later = Vec::new();
    for file in files(site)? {
        let content = fs::read(&file).doing("reading", &file)?;
        let size = measure(&content).doing("compressing", &file)?;
        if let Some((name, budget)) = LATER.iter().find(|(name, _)| file.ends_with(name))
        {
            later.push((*name, size, *budget));
            continue;
        }
        sum.raw += size.raw;
        sum.gzip += size.gzip;
        sum.brotli += size.brotli;
        print_line(size, &file.strip_prefix(site).unwrap_or(&file).to_string_lossy());
    }
    print_line(sum, "together");
    println!("when it is asked for:");
    for (name, size, _) in &later {
        print_line(*size, name);
    }
    within("the first visit", sum, BUDGET)?;
    later.into_iter().try_for_each(|(name, size, budget)| within(name, size, budget))
}

fn within(what: &'static str, size: Size, budget: u64) -> Result<()> {
    if size.brotli > budget {
        return Err(Error::OverBudget { what, bytes: size.brotli, budget });
    }
    println!("{:>29}  left of the {budget} of {what}", budget - size.brotli);
    Ok(())
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
    use super::measure;

    #[test]
    fn what_repeats_is_small_when_compressed() {
        let size = measure(&b"lambda".repeat(1_000)).expect("memory does not fail");
        assert_eq!(size.raw, 6_000);
        assert!(size.gzip < 100 && size.brotli < 100, "{size:?}");
        assert!(size.gzip > 0 && size.brotli > 0, "{size:?}");
    }
}
