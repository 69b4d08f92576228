//! Everything that is checked before anybody else sees a change, cheapest first. The first
//! stage that fails ends it.

use std::process::Command;

use crate::command;
use crate::error::{Error, Result};
use crate::house::House;
use crate::progress::Steps;
use crate::site;
use crate::tools::{self, Browser, WASM};

/// One kind of check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Every file is formatted.
    Format,
    /// The compiler and clippy have nothing to say, natively and in wasm.
    Lints,
    /// The tests of all packages.
    Native,
    /// The tests that need a browser and no page.
    Wasm,
    /// The site to publish, used in a browser as a person would.
    Site,
}

const STAGES: [(&str, Stage); 5] = [
    ("format", Stage::Format),
    ("lints", Stage::Lints),
    ("native", Stage::Native),
    ("wasm", Stage::Wasm),
    ("site", Stage::Site),
];

impl Stage {
    fn named(name: &str) -> Result<Self> {
        let found = STAGES.iter().find(|(known, _)| *known == name);
        found.map(|(_, stage)| *stage).ok_or_else(|| Error::Stage(name.into()))
    }

    /// How many steps it has.
    const fn steps(self) -> usize {
        match self {
            Self::Format | Self::Native => 1,
            Self::Lints | Self::Wasm => 2,
            Self::Site => site::PUBLISH_STEPS + 3,
        }
    }

    fn run(self, house: &House, steps: &mut Steps) -> Result<()> {
        match self {
            Self::Format => format(house, steps),
            Self::Lints => lints(house, steps),
            Self::Native => native(house, steps),
            Self::Wasm => wasm(house, steps),
            Self::Site => in_browser(house, steps),
        }
    }
}

/// Runs the stages named, or all of them.
pub fn run(house: &House, names: &[&str]) -> Result<()> {
    let stages = match names {
        [] => STAGES.map(|(_, stage)| stage).to_vec(),
        _ => names.iter().map(|name| Stage::named(name)).collect::<Result<_>>()?,
    };
    let mut steps = Steps::of(stages.iter().map(|stage| stage.steps()).sum());
    stages.into_iter().try_for_each(|stage| stage.run(house, &mut steps))
}

fn format(house: &House, steps: &mut Steps) -> Result<()> {
    steps.next("Format");
    tools::component(house, "fmt")?;
    command::run("the format check", command::cargo(&house.root).args(["fmt", "--check"]))
}

fn lints(house: &House, steps: &mut Steps) -> Result<()> {
    steps.next("Lints");
    tools::component(house, "clippy")?;
    let mut clippy = command::cargo(&house.root);
    clippy.args(["clippy", "--workspace", "--all-targets"]);
    clippy.args(["--features", E2E, "--", "--deny", "warnings"]);
    command::run("clippy", &mut clippy)?;

    steps.next("Lints of the page");
    tools::wasm_target(house)?;
    let mut clippy = command::cargo(&house.root);
    clippy.args(["clippy", "--package", "lambdarium-web", "--all-targets"]);
    clippy.args(["--target", WASM, "--", "--deny", "warnings"]);
    command::run("clippy of the page", &mut clippy)
}

fn native(house: &House, steps: &mut Steps) -> Result<()> {
    steps.next("Native tests");
    command::run("testing", command::cargo(&house.root).args(["test", "--workspace"]))
}

fn wasm(house: &House, steps: &mut Steps) -> Result<()> {
    steps.next("Tools for wasm tests");
    tools::wasm_target(house)?;
    let runner = tools::wasm_bindgen(house)?.with_file_name("wasm-bindgen-test-runner");
    let browser = Browser::install()?;

    steps.next("Wasm tests in Chromium");
    let mut test = command::cargo(&house.root);
    test.args(["test", "--package", "lambdarium-web", "--test", "wasm"]);
    // As the site is built, so that what is measured is what people get.
    test.args(["--target", WASM, "--profile", site::PROFILE]);
    test.args(["--", "--nocapture"]);
    test.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", runner);
    test.env("CHROMEDRIVER", browser.driver);
    test.env("WASM_BINDGEN_TEST_TIMEOUT", "300");
    command::run("testing in wasm", &mut test)
}

/// Without the feature, `cargo test` alone would run them, against no page.
const E2E: &str = "lambdarium-web/e2e";

fn in_browser(house: &House, steps: &mut Steps) -> Result<()> {
    site::publish_in(house, steps)?;

    steps.next("Tools for end-to-end tests");
    let browser = Browser::install()?;
    let axe = tools::npm::axe(house)?;

    steps.next("End-to-end tests in Chromium");
    let run = |name, words: &[&str]| {
        let mut test = end_to_end(house);
        test.args(words);
        test.env("CHROMEDRIVER", &browser.driver).env("LAMBDARIUM_AXE", &axe);
        test.env("LAMBDARIUM_DIST", house.dist());
        test.env("LAMBDARIUM_SHOTS", house.target.join("e2e"));
        command::run(name, &mut test)
    };
    run("testing end to end", &["--skip", SPEED])?;

    steps.next("Speed of the page in Chromium");
    run("measuring the page", &[SPEED, "--nocapture", "--test-threads=1"])
}

/// The tests that measure: one after the other, while nothing else runs.
const SPEED: &str = "speed::";

/// The whole workspace is named, so that nothing is compiled a second time with other
/// features than for the native tests.
fn end_to_end(house: &House) -> Command {
    let mut test = command::cargo(&house.root);
    test.args(["test", "--workspace", "--features", E2E, "--test", "e2e", "--"]);
    test
}

#[cfg(test)]
mod tests {
    use super::{STAGES, Stage};

    #[test]
    fn every_stage_has_a_name() {
        for (name, stage) in STAGES {
            assert_eq!(Stage::named(name).expect("it is listed"), stage);
        }
        assert!(Stage::named("everything").is_err());
    }
}
