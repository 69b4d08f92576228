//! The page on this machine, as any web server would serve it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tiny_http::{Header, Request, Response, Server};

use crate::error::{Error, Result};
use crate::house::House;
use crate::progress::Steps;
use crate::site;

/// The first port tried when none is asked for.
const PORT: u16 = 7070;
/// How many ports are tried.
const PORTS: u16 = 50;

/// Builds the page and serves it until it is stopped.
pub fn run(house: &House, port: Option<u16>) -> Result<()> {
    let mut steps = Steps::of(site::PREVIEW_STEPS);
    let site = site::preview(house, &mut steps)?;
    let (server, port) = listen(port.unwrap_or(PORT))?;
    println!("\nLambdarium is at  http://127.0.0.1:{port}/  ({}).", steps.elapsed());
    println!("Ctrl+C stops it.");
    for request in server.incoming_requests() {
        answer(&site, request);
    }
    Ok(())
}

/// Takes the port, or the next one that is free.
fn listen(wanted: u16) -> Result<(Server, u16)> {
    let last = wanted.saturating_add(PORTS - 1);
    let mut refusal = String::new();
    for port in wanted..=last {
        match Server::http(("127.0.0.1", port)) {
            Ok(server) => return Ok((server, port)),
            Err(error) => refusal = error.to_string(),
        }
    }
    Err(Error::Io {
        doing: format!("taking a port from {wanted} to {last}"),
        source: io::Error::other(refusal),
    })
}

fn answer(site: &Path, request: Request) {
    let found =
        file(site, request.url()).and_then(|path| Some((fs::read(&path).ok()?, path)));
    let response = match found {
        Some((content, path)) => Response::from_data(content)
            .with_header(header("Content-Type", media_type(&path))),
        None => Response::from_string("There is nothing here.\n").with_status_code(404),
    };
    // The page changes with every build; the browser asks each time.
    let response = response.with_header(header("Cache-Control", "no-cache"));
    // A frame that is shut off has an origin of its own, and loads only what it may.
    let response = response.with_header(header("Access-Control-Allow-Origin", "*"));
    if let Err(error) = request.respond(response) {
        // The browser has gone away in the middle, as browsers do.
        eprintln!("      an answer was not taken: {error}");
    }
}

fn header(name: &str, value: &str) -> Header {
    Header::from_bytes(name, value).expect("ASCII without line ends")
}

/// The file at an address; nothing outside of the site.
fn file(site: &Path, url: &str) -> Option<PathBuf> {
    let path = url.split(['?', '#']).next()?.strip_prefix('/')?;
    let path = if path.is_empty() { "index.html" } else { path };
    let leads_out =
        |part: &str| part.is_empty() || part == ".." || part.contains(['\\', ':']);
    (!path.split('/').any(leads_out)).then(|| site.join(path))
}

fn media_type(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("css") => "text/css; charset=utf-8",
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("wasm") => "application/wasm",
        Some(_) | None => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{file, media_type};

    #[test]
    fn addresses_lead_to_files_of_the_site_only() {
        let site = Path::new("site");
        assert_eq!(file(site, "/?theme=dark"), Some(site.join("index.html")));
        assert_eq!(file(site, "/r-1/app.js"), Some(site.join("r-1/app.js")));
        assert_eq!(file(site, "/../Cargo.toml"), None);
        assert_eq!(file(site, "//etc/passwd"), None);
    }

    #[test]
    fn wasm_is_served_as_wasm() {
        assert_eq!(media_type(Path::new("app_bg.wasm")), "application/wasm");
    }
}
