//! A browser with the page in it, as a test uses it.
//!
//! `cargo xtask test` says where everything is: `LAMBDARIUM_DIST` the site,
//! `LAMBDARIUM_AXE` the script of axe-core, `LAMBDARIUM_SHOTS` where screenshots go,
//! `CHROMEDRIVER` the driver.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader};
use std::panic::{self, AssertUnwindSafe};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use thirtyfour::error::WebDriverErrorInner;
use thirtyfour::prelude::*;
use thirtyfour::{ChromiumLikeCapabilities, LoggingPrefsLogLevel};

use crate::site::Site;

/// How long anything may take before a test gives up on it.
const PATIENCE: Duration = Duration::from_secs(20);

/// A screen, a tablet and a phone.
pub const SIZES: [(u32, u32); 3] = [(1440, 900), (820, 1180), (360, 740)];

// Keys as WebDriver writes them.
pub const TAB: &str = "\u{e004}";
pub const ENTER: &str = "\u{e007}";
pub const ESCAPE: &str = "\u{e00c}";

/// Most of them keep Chromium from asking anything of its own hosts: the time, updates of
/// its components, who is signed in.
const FLAGS: [&str; 14] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--force-color-profile=srgb",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--component-updater=url-source=http://127.0.0.1:1/",
    "--disable-extensions",
    "--disable-features=AutofillServerCommunication,NetworkTimeServiceQuerying,OptimizationHints,MediaRouter,Translate",
    "--disable-quic",
    "--disable-sync",
    "--gaia-url=http://127.0.0.1:1/",
];

/// What the system of the person prefers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    Light,
    Dark,
}

impl Theme {
    pub const BOTH: [Self; 2] = [Self::Light, Self::Dark];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// The page in a browser, and the server it comes from.
pub struct Page {
    pub driver: WebDriver,
    pub site: Site,
}

/// Runs a test in a browser of its own, and checks that the page had no errors on the
/// console and asked nothing of any other host.
pub fn visit(test: impl AsyncFnOnce(&Page) -> WebDriverResult<()>) {
    in_browser(false, async |page| {
        test(page).await?;
        page.assert_quiet().await
    });
}

/// The same, in a browser that writes down what it spends its time on.
pub fn visit_measured(test: impl AsyncFnOnce(&Page) -> WebDriverResult<()>) {
    in_browser(true, async |page| {
        test(page).await?;
        page.assert_quiet().await
    });
}

/// Runs a test in which something is broken, so that the console is not quiet.
pub fn visit_broken(test: impl AsyncFnOnce(&Page) -> WebDriverResult<()>) {
    in_browser(false, test);
}

fn in_browser(measured: bool, test: impl AsyncFnOnce(&Page) -> WebDriverResult<()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a thread can wait");
    let site = Site::serve(named("LAMBDARIUM_DIST"));
    let (_process, driver) = runtime.block_on(browser(&site, measured));
    let page = Page { driver, site };

    let outcome = panic::catch_unwind(AssertUnwindSafe(|| {
        runtime.block_on(async { test(&page).await })
    }));
    if !matches!(outcome, Ok(Ok(()))) {
        runtime.block_on(page.tell());
    }
    // The driver ends with the test, and the browser with the session: also after a panic.
    let quit = runtime.block_on(page.driver.quit());
    match outcome {
        Ok(outcome) => outcome.and(quit).expect("the browser does as it is told"),
        Err(panic) => panic::resume_unwind(panic),
    }
}

impl Page {
    /// Opens the page, with a query or a fragment behind its address.
    pub async fn open(&self, behind: &str) -> WebDriverResult<()> {
        self.driver.goto(self.site.address(behind)).await
    }

    /// The element, as soon as it can be seen.
    pub async fn find(&self, css: &str) -> WebDriverResult<WebElement> {
        self.with(css, async |element| Ok(element.clone())).await
    }

    /// The text of an element.
    pub async fn text(&self, css: &str) -> WebDriverResult<String> {
        self.with(css, async |element| element.text().await).await
    }

    /// Clicks on an element.
    pub async fn click(&self, css: &str) -> WebDriverResult<()> {
        self.with(css, async |element| element.click().await).await
    }

    /// Does something with the element, and finds it again where the page has drawn another
    /// one in its place since it was found: that is no mistake of the page.
    async fn with<T>(
        &self,
        css: &str,
        act: impl AsyncFn(&WebElement) -> WebDriverResult<T>,
    ) -> WebDriverResult<T> {
        let started = Instant::now();
        loop {
            let query = self.driver.query(By::Css(css)).wait(PATIENCE, POLL);
            let done = match query.and_displayed().first().await {
                // To see whether it is displayed is to look at it once more.
                Ok(element) => act(&element).await,
                Err(error) => Err(error),
            };
            match done {
                Err(error)
                    if matches!(
                        *error,
                        WebDriverErrorInner::StaleElementReference(..)
                    ) && started.elapsed() < PATIENCE => {}
                done => return done,
            }
        }
    }

    /// Clicks on a tool of the bar, which is in a menu where the bar is short.
    pub async fn tool(&self, css: &str) -> WebDriverResult<()> {
        let more = self.driver.find(By::Css("#more")).await?;
        if more.is_displayed().await? {
            more.click().await?;
        }
        self.click(css).await
    }

    /// Waits until an expression of JavaScript is true.
    pub async fn wait_until(&self, expression: &str) -> WebDriverResult<()> {
        let started = Instant::now();
        while !self.evaluate::<bool>(expression).await? {
            assert!(started.elapsed() < PATIENCE, "still not: {expression}");
            tokio::time::sleep(POLL).await;
        }
        Ok(())
    }

    /// The value of an expression of JavaScript.
    pub async fn evaluate<T: serde::de::DeserializeOwned>(
        &self,
        expression: &str,
    ) -> WebDriverResult<T> {
        self.driver.execute(format!("return ({expression})"), Vec::new()).await?.convert()
    }

    /// The size of what is seen of the page, in CSS pixels.
    pub async fn viewport(&self, width: u32, height: u32) -> WebDriverResult<()> {
        let metrics = json!({
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false,
        });
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await
    }

    /// What the person's system prefers.
    pub async fn theme(&self, theme: Theme) -> WebDriverResult<()> {
        let feature = json!({ "name": "prefers-color-scheme", "value": theme.name() });
        self.devtools("Emulation.setEmulatedMedia", json!({ "features": [feature] }))
            .await
    }

    /// A command of the DevTools protocol.
    pub async fn devtools(&self, method: &str, parameters: Value) -> WebDriverResult<()> {
        self.driver.cdp().send_raw(method, parameters).await.map(|_| ())
    }

    /// What axe-core finds wrong with the page as it is now, a line each.
    pub async fn barriers(&self) -> WebDriverResult<Vec<String>> {
        let axe =
            fs::read_to_string(named("LAMBDARIUM_AXE")).expect("axe-core is installed");
        // The driver's own scripts are not bound by the page's security policy.
        self.driver.execute(axe, Vec::new()).await?;
        let run = "
            const done = arguments[0];
            axe.run(document, { resultTypes: ['violations'] }).then(
                (found) => done(found.violations.flatMap((violation) => violation.nodes.map(
                    (node) => `${violation.id}: ${node.html} ${node.failureSummary}`))),
                (error) => done([`axe-core failed: ${error}`]));";
        self.driver.set_script_timeout(PATIENCE).await?;
        self.driver.execute_async(run, Vec::new()).await?.convert()
    }

    /// axe-core finds nothing wrong with the page as it is, in both themes, on a screen, a
    /// tablet and a phone; a picture of each is kept.
    pub async fn assert_no_barriers(&self, name: &str) -> WebDriverResult<()> {
        for theme in Theme::BOTH {
            self.theme(theme).await?;
            for (width, height) in SIZES {
                self.viewport(width, height).await?;
                let here = format!("{name}-{width}-{}", theme.name());
                assert_eq!(self.barriers().await?, [""; 0], "{here}");
                self.screenshot(&here).await?;
            }
        }
        Ok(())
    }

    /// Presses Tab until the element has the focus.
    pub async fn tab_to(&self, css: &str) -> WebDriverResult<()> {
        let here = format!("!!document.activeElement.matches({css:?})");
        for _ in 0..120 {
            if self.evaluate::<bool>(&here).await? {
                return Ok(());
            }
            self.keys(TAB).await?;
        }
        panic!("Tab never reaches {css}");
    }

    /// Presses keys, as WebDriver writes them.
    pub async fn keys(&self, keys: &str) -> WebDriverResult<()> {
        self.driver.action_chain().send_keys(keys).perform().await
    }

    /// Keeps a picture of the page as it is now.
    pub async fn screenshot(&self, name: &str) -> WebDriverResult<()> {
        let folder = named("LAMBDARIUM_SHOTS");
        fs::create_dir_all(&folder).expect("screenshots can be kept");
        self.driver.screenshot(&folder.join(format!("{name}.png"))).await
    }

    /// The errors on the console since it was last asked.
    pub async fn errors(&self) -> WebDriverResult<Vec<String>> {
        let log = self.driver.browser_log().await?;
        let errors = log.into_iter().filter(|entry| entry.level == "SEVERE");
        Ok(errors.map(|entry| entry.message).collect())
    }

    /// What the browser has spent its time on, as events of a DevTools trace. Only where it
    /// writes them down, and only once: the driver does not begin another trace.
    pub async fn trace(&self) -> WebDriverResult<Vec<Value>> {
        let log = self.driver.get_log("performance").await?;
        let events = log.into_iter().filter_map(|entry| {
            let mut entry: Value = serde_json::from_str(&entry.message).ok()?;
            let message = entry.get_mut("message")?;
            let is_event = message.get("method")? == "Tracing.dataCollected";
            is_event.then(|| message["params"].take())
        });
        Ok(events.collect())
    }

    /// No error on the console, no request to another host.
    pub async fn assert_quiet(&self) -> WebDriverResult<()> {
        assert_eq!(self.errors().await?, [""; 0], "errors on the console");
        assert_eq!(self.site.elsewhere(), [""; 0], "requests to other hosts");
        Ok(())
    }

    /// On the console is only that there is no file whose address has this in it.
    pub async fn assert_missed(&self, name: &str) -> WebDriverResult<()> {
        let errors = self.errors().await?;
        assert!(!errors.is_empty(), "{name} was not asked for");
        let is_it = |error: &String| error.contains(name) && error.contains("404");
        assert!(errors.iter().all(is_it), "{errors:?}");
        Ok(())
    }

    /// Says what the page looked like when a test failed.
    async fn tell(&self) {
        let thread = thread::current();
        let name = thread.name().unwrap_or("a test").replace("::", "-");
        match self.screenshot(&format!("failed-{name}")).await {
            Ok(()) => eprintln!("{name}: see failed-{name}.png in target/e2e"),
            Err(error) => eprintln!("{name}: no screenshot: {error}"),
        }
        eprintln!("{name}: on the console: {:#?}", self.errors().await);
        eprintln!("{name}: asked of the server: {:#?}", self.site.paths());
    }
}

const POLL: Duration = Duration::from_millis(25);

/// How often a browser may fail to start. The page has no part in that: a busy machine has.
const STARTS: usize = 5;

/// A browser, and the process that drives it.
async fn browser(site: &Site, measured: bool) -> (Driver, WebDriver) {
    let mut errors = Vec::new();
    while errors.len() < STARTS {
        let driver = match Driver::start() {
            Ok(driver) => driver,
            Err(said) => {
                errors.push(said);
                continue;
            }
        };
        match driver.session(site, measured).await {
            Ok(session) => return (driver, session),
            Err(error) => errors.push(error.to_string()),
        }
    }
    panic!("no browser starts: {errors:#?}");
}

/// A driver of our own, until it is dropped.
struct Driver {
    process: Child,
    /// What it says is of no use but for its port, yet a closed pipe would end it.
    _says: BufReader<ChildStdout>,
    port: u16,
}

impl Driver {
    /// Starts one, or gives what it said before it ended.
    fn start() -> Result<Self, String> {
        let program =
            env::var_os("CHROMEDRIVER").unwrap_or_else(|| "chromedriver".into());
        // It takes a free port itself: one that was found free here could be another
        // test's by the time it listens. It ends if somebody has the same one of IPv4.
        let process = Command::new(program)
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let mut process = process.expect("chromedriver starts");
        let mut says =
            BufReader::new(process.stdout.take().expect("its output is a pipe"));
        let mut said = String::new();
        let port = loop {
            let before = said.len();
            let read = says.read_line(&mut said).expect("chromedriver writes text");
            if read == 0 {
                let _ = process.wait();
                return Err(said);
            }
            if let Some((_, port)) = said[before..].trim_end().rsplit_once(" on port ")
                && let Some(Ok(port)) = port.strip_suffix('.').map(str::parse)
            {
                break port;
            }
        };
        Ok(Self { process, _says: says, port })
    }

    async fn session(&self, site: &Site, measured: bool) -> WebDriverResult<WebDriver> {
        let mut wanted = DesiredCapabilities::chrome();
        for flag in FLAGS {
            wanted.add_arg(flag)?;
        }
        wanted.add_arg(&format!("--proxy-server={}", site.proxy()))?;
        wanted.set_browser_log_level(LoggingPrefsLogLevel::All)?;
        if measured {
            let categories = json!({ "traceCategories": "devtools.timeline,disabled-by-default-devtools.timeline" });
            wanted.add_experimental_option("perfLoggingPrefs", categories)?;
            wanted.set_logging_prefs("performance", LoggingPrefsLogLevel::All)?;
        }
        WebDriver::new(format!("http://127.0.0.1:{}", self.port), wanted).await
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // It is of no more use to anybody, whatever it answers.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A path that `cargo xtask test` has named.
fn named(variable: &str) -> PathBuf {
    let path = env::var_os(variable).map(PathBuf::from);
    path.unwrap_or_else(|| panic!("{variable} is not set: run `cargo xtask test site`"))
}
