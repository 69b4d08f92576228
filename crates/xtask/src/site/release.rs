//! A release: every file but the pages lies in a folder named by the content of all of
//! them. So no release ever loads a file of another one out of somebody's cache, and what
//! is in such a folder may be kept for ever.

use std::fs;
use std::path::Path;

use super::hash;
use crate::error::{Doing, Error, Result};

/// What people have the address of.
const PAGES: [&str; 2] = ["index.html", "embed.html"];

/// Puts what Trunk made in its final place.
pub fn put(stage: &Path, site: &Path) -> Result<()> {
    let mut pages = Vec::new();
    for name in PAGES {
        let page = stage.join(name);
        pages.push((name, fs::read_to_string(&page).doing("reading", &page)?));
        fs::remove_file(&page).doing("moving", &page)?;
    }
    let release = format!("r-{:016x}", hash::folder(stage)?);
    let names: Vec<String> = hash::files(stage)?
        .iter()
        .filter_map(|file| file.strip_prefix(stage).ok())
        .map(|name| name.to_string_lossy().replace('\\', "/"))
        .collect();
    for (_, html) in &mut pages {
        *html = readdress(html, &release, &names)?;
    }

    if site.exists() {
        fs::remove_dir_all(site).doing("removing", site)?;
    }
    fs::create_dir_all(site).doing("creating", site)?;
    let folder = site.join(&release);
    fs::rename(stage, &folder).doing("moving", stage)?;
    for (name, html) in pages {
        let page = site.join(name);
        fs::write(&page, html).doing("writing", &page)?;
    }
    Ok(())
}

/// The page with every address of a file led into the folder of the release.
fn readdress(html: &str, release: &str, names: &[String]) -> Result<String> {
    let mut out = String::with_capacity(html.len() + 256);
    for line in html.lines() {
        // What Trunk leaves where its own start script would be.
        if line.starts_with("<link data-trunk") || line.trim().is_empty() {
            continue;
        }
        let mut rest = line;
        while let Some((before, after)) = rest.split_once("=\"./") {
            let (name, after) = after
                .split_once('"')
                .ok_or_else(|| Error::Page(format!("no closing quote in {line}")))?;
            if !names.iter().any(|known| known == name) {
                return Err(Error::Page(format!(
                    "{name} is linked, but there is no such file"
                )));
            }
            out.push_str(&format!("{before}=\"./{release}/{name}\""));
            rest = after;
        }
        out.push_str(rest);
        out.push('\n');
    }
    if !out.contains(release) {
        return Err(Error::Page("it loads no file".into()));
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::readdress;

    fn names() -> Vec<String> {
        vec!["page.css".into(), "boot.js".into()]
    }

    #[test]
    fn files_are_addressed_in_the_folder_of_their_release() {
        let html = "<link href=\"./page.css\"><script src=\"./boot.js\"></script>\n\n\
                    <link data-trunk rel=\"rust\">\n<a href=\"https://example.org\">x</a>\n";
        assert_eq!(
            readdress(html, "r-1", &names()).expect("all files are known"),
            "<link href=\"./r-1/page.css\"><script src=\"./r-1/boot.js\"></script>\n\
             <a href=\"https://example.org\">x</a>\n"
        );
    }

    #[test]
    fn a_page_without_any_file_is_refused() {
        let error = readdress("<script src=./boot.js>", "r-1", &names());
        assert!(error.is_err_and(|error| error.to_string().contains("no file")));
    }

    #[test]
    fn a_link_to_a_file_that_is_not_there_is_refused() {
        let error = readdress("<script src=\"./old.js\">", "r-1", &names());
        assert!(error.is_err_and(|error| error.to_string().contains("old.js")));
    }
}
