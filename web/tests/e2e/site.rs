//! A web server for `dist/`, in a subdirectory and without any caching, that writes down
//! what was asked of it. It is also the browser's proxy for every other host, so a request
//! to anywhere else is seen, and refused.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use tiny_http::{Header, Request, Response, Server};

/// Where the site lies on its host: it has to work anywhere.
const BASE: &str = "/any/where/";

/// The server, until it is dropped.
pub struct Site {
    server: Arc<Server>,
    seen: Arc<Mutex<Seen>>,
    port: u16,
    serving: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Seen {
    paths: Vec<String>,
    elsewhere: Vec<String>,
    /// Files that are answered with 404.
    missing: Vec<String>,
}

impl Site {
    /// Serves a folder on a free port.
    pub fn serve(dist: PathBuf) -> Self {
        let server = Arc::new(Server::http("127.0.0.1:0").expect("some port is free"));
        let port = server.server_addr().to_ip().expect("it listens on an address").port();
        let seen = Arc::<Mutex<Seen>>::default();
        let serving = thread::spawn({
            let (server, seen) = (Arc::clone(&server), Arc::clone(&seen));
            move || {
                server
                    .incoming_requests()
                    .for_each(|request| answer(&dist, &seen, request))
            }
        });
        Self { server, seen, port, serving: Some(serving) }
    }

    /// The address of the page, or with something behind it.
    pub fn address(&self, behind: &str) -> String {
        format!("http://127.0.0.1:{}{BASE}{behind}", self.port)
    }

    /// Where the browser has to ask for other hosts.
    pub fn proxy(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// From now on there is no file whose name ends like this.
    pub fn lose(&self, name: &str) {
        self.seen().missing.push(name.into());
    }

    /// Every file is there again.
    pub fn find_again(&self) {
        self.seen().missing.clear();
    }

    /// The paths asked for so far, in order.
    pub fn paths(&self) -> Vec<String> {
        self.seen().paths.clone()
    }

    /// What was asked of other hosts so far.
    pub fn elsewhere(&self) -> Vec<String> {
        self.seen().elsewhere.clone()
    }

    fn seen(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.server.unblock();
        if let Some(serving) = self.serving.take() {
            // A panic there has failed the test by a missing answer already.
            let _ = serving.join();
        }
    }
}

fn answer(dist: &Path, seen: &Mutex<Seen>, request: Request) {
    let url = request.url().to_owned();
    let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(path) = url.strip_prefix('/').map(|_| url.split('?').next().unwrap_or(&url))
    else {
        // A whole address, or a host to connect to: asked as of a proxy.
        seen.elsewhere.push(format!("{} {url}", request.method()));
        return respond(request, Response::from_string("").with_status_code(403));
    };
    seen.paths.push(path.to_owned());
    let lost = seen.missing.iter().any(|name| path.ends_with(name.as_str()));
    drop(seen);
    let name = path
        .strip_prefix(BASE)
        .map(|name| if name.is_empty() { "index.html" } else { name });
    let file =
        name.filter(|name| !lost && !name.contains("..")).map(|name| dist.join(name));
    match file.and_then(|file| Some((fs::read(&file).ok()?, file))) {
        Some((content, file)) => {
            let header = Header::from_bytes("Content-Type", media_type(&file));
            let response = Response::from_data(content);
            respond(
                request,
                response.with_header(header.expect("ASCII without line ends")),
            );
        }
        None => respond(request, Response::from_string("").with_status_code(404)),
    }
}

fn respond<R: std::io::Read>(request: Request, response: Response<R>) {
    // A browser that is closing takes no more answers.
    let _ = request.respond(response);
}

fn media_type(file: &Path) -> &'static str {
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("css") => "text/css; charset=utf-8",
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("wasm") => "application/wasm",
        Some(_) | None => "application/octet-stream",
    }
}
