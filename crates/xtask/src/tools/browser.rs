//! Chromium and the driver through which tests use it. They come from the system: what a
//! package manager installs together also fits together.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command;
use crate::error::{Error, Result};
use crate::progress::say;

const PACKAGES: [&str; 2] = ["chromium", "chromium-driver"];
const BROWSERS: [&str; 4] =
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// A browser to test with.
pub struct Browser {
    /// chromedriver, which finds its browser itself.
    pub driver: PathBuf,
}

impl Browser {
    /// Installed, if need be.
    pub fn install() -> Result<Self> {
        if let Some(found) = Self::find() {
            say(&format!("{} is there", found.driver.display()));
            return Ok(found);
        }
        say("installing Chromium and its driver");
        install()?;
        Self::find().ok_or_else(|| missing(" although it was just installed"))
    }

    fn find() -> Option<Self> {
        let named = env::var_os("CHROMEDRIVER").map(PathBuf::from);
        // Where hosted runners keep it.
        let hosted = env::var_os("CHROMEWEBDRIVER")
            .map(|folder| Path::new(&folder).join("chromedriver"));
        let driver = named
            .into_iter()
            .chain(command::find("chromedriver"))
            .chain(hosted)
            .find(|driver| driver.is_file())?;
        let has_browser = BROWSERS.iter().any(|name| command::find(name).is_some());
        has_browser.then_some(Self { driver })
    }
}

fn install() -> Result<()> {
    if command::find("apt-get").is_none() {
        return Err(missing(", and only apt-get is known here to install it with"));
    }
    let sudo = !is_root();
    if sudo && command::output(Command::new("sudo").args(["-n", "true"])).is_none() {
        return Err(missing(", and installing it takes more rights"));
    }
    command::run("updating the list of packages", &mut apt_get(sudo, &["update"]))?;
    let mut install = apt_get(sudo, &["install", "--yes", "--no-install-recommends"]);
    command::run("installing Chromium", install.args(PACKAGES))
}

fn is_root() -> bool {
    command::output(Command::new("id").arg("-u")).is_some_and(|id| id.trim() == "0")
}

fn apt_get(sudo: bool, arguments: &[&str]) -> Command {
    let mut command = Command::new(if sudo { "sudo" } else { "env" });
    command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet"]);
    command.args(arguments);
    command
}

fn missing(why: &str) -> Error {
    Error::Missing {
        what: "Chromium, or chromedriver of the same version,".into(),
        why: why.into(),
        install: format!(
            "sudo apt-get install {}     # Debian\n\n(Elsewhere: any Chromium or Chrome, and \
             the path of its driver in CHROMEDRIVER)",
            PACKAGES.join(" ")
        ),
    }
}
