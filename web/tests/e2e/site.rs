//! A web server for `dist/`, in a subdirectory, and without any caching unless a test wants
//! it, that writes down what was asked of it. It is also the browser's proxy for every other host, so a request
//! to anywhere else is seen, and refused.

use std::fs;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tiny_http::{Header, Request, Response, Server};

/// Where the site lies on its host: it has to work anywhere.
const BASE: &str = "/any/where/";

/// Where a page of somebody else lies.
const HOST: &str = "/host.html";

/// How late a file is.
const LATE: Duration = Duration::from_millis(1_500);

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
    /// Files that come late.
    late: Vec<String>,
    /// A page of somebody else, at `/host.html`.
    host: String,
    /// Whether browsers may keep what lies in the directory of the release.
    kept: bool,
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
        let served = Arc::downgrade(&server);
        thread::spawn(move || nudge(&served, port));
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

    /// Serves a page of somebody else; gives its address.
    pub fn host(&self, html: String) -> String {
        self.seen().host = html;
        format!("http://127.0.0.1:{}{HOST}", self.port)
    }

    /// Browsers may keep what lies in the directory of the release, as hosts of sites let
    /// them: its name tells one release from another.
    pub fn let_keep(&self) {
        self.seen().kept = true;
    }

    /// From now on there is no file whose name ends like this.
    pub fn lose(&self, name: &str) {
        self.seen().missing.push(name.into());
    }

    /// From now on a file whose name ends like this comes late.
    pub fn delay(&self, name: &str) {
        self.seen().late.push(name.into());
    }

    /// Every file is there again.
    pub fn find_again(&self) {
        self.seen().missing.clear();
    }

    /// How often a file whose name ends like this was asked for so far.
    pub fn asked_for(&self, name: &str) -> usize {
        self.seen().paths.iter().filter(|path| path.ends_with(name)).count()
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

/// Connects now and then as long as there is the server. It may leave one of several
/// connections that come at once without a thread, until the next one comes: a page that
/// loads a frame would wait for ever.
fn nudge(server: &Weak<Server>, port: u16) {
    while server.upgrade().is_some() {
        // Refused only when the server is about to go.
        drop(TcpStream::connect(("127.0.0.1", port)));
        thread::sleep(Duration::from_millis(50));
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
    let is_one = |names: &[String]| names.iter().any(|name| path.ends_with(name));
    let (lost, late) = (is_one(&seen.missing), is_one(&seen.late));
    let host = (path == HOST).then(|| seen.host.clone());
    let kept = seen.kept && path.starts_with(&format!("{BASE}r-"));
    drop(seen);
    if let Some(html) = host {
        let response = Response::from_string(html);
        return respond(
            request,
            response.with_header(header("Content-Type", "text/html")),
        );
    }
    let name = path
        .strip_prefix(BASE)
        .map(|name| if name.is_empty() { "index.html" } else { name });
    let file =
        name.filter(|name| !lost && !name.contains("..")).map(|name| dist.join(name));
    if late {
        thread::spawn(move || {
            thread::sleep(LATE);
            send(file, kept, request);
        });
    } else {
        send(file, kept, request);
    }
}

fn send(file: Option<PathBuf>, kept: bool, request: Request) {
    match file.and_then(|file| Some((fs::read(&file).ok()?, file))) {
        Some((content, file)) => {
            let response = Response::from_data(content)
                .with_header(header("Content-Type", media_type(&file)))
                // Without it a frame that is shut off could load nothing.
                .with_header(header("Access-Control-Allow-Origin", "*"));
            let cache = if kept { "max-age=31536000, immutable" } else { "no-cache" };
            respond(request, response.with_header(header("Cache-Control", cache)));
        }
        None => respond(request, Response::from_string("").with_status_code(404)),
    }
}

fn header(name: &str, value: &str) -> Header {
    Header::from_bytes(name, value).expect("ASCII without line ends")
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
