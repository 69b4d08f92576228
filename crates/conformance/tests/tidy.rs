//! Rules of the house that no compiler knows: sizes, floors, and what may not be written.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use lambdarium_format::{json, link};
use lambdarium_sim::record::Recording;
use lambdarium_sim::trace::Stop;

/// Longest module, in lines.
const LINES_MAX: usize = 600;
/// Longest function, in lines.
const FUNCTION_MAX: usize = 70;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The project's files with one of these extensions, by their path from the root.
fn files(extensions: &[&str]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for folder in ["crates", "web", "scenarios"] {
        walk(&root().join(folder), extensions, &mut found);
    }
    for entry in fs::read_dir(root()).expect("the root") {
        let path = entry.expect("an entry").path();
        if path.is_file() {
            add(&path, extensions, &mut found);
        }
    }
    found.sort();
    found
}

fn walk(folder: &Path, extensions: &[&str], found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        match path.is_dir() {
            true if ["target", "dist", "node_modules"].contains(&name.as_str()) => {}
            true => walk(&path, extensions, found),
            false => add(&path, extensions, found),
        }
    }
}

fn add(path: &Path, extensions: &[&str], found: &mut Vec<(String, String)>) {
    let extension = path.extension().unwrap_or_default().to_string_lossy().into_owned();
    if extensions.contains(&extension.as_str()) {
        let text = fs::read_to_string(path).expect("a text");
        let name =
            path.strip_prefix(root()).expect("inside").to_string_lossy().into_owned();
        found.push((name, text));
    }
}

fn sources() -> Vec<(String, String)> {
    files(&["rs"])
}

fn none(wrong: &[String]) {
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn modules_and_functions_fit() {
    let mut wrong = Vec::new();
    for (name, text) in sources() {
        let lines: Vec<&str> = text.lines().collect();
        if lines.len() > LINES_MAX {
            wrong.push(format!("{name}: {} lines", lines.len()));
        }
        for (at, line) in lines.iter().enumerate() {
            let Some(function) = function_name(line) else { continue };
            let indent = line.len() - line.trim_start().len();
            let end = format!("{}}}", " ".repeat(indent));
            let length = lines[at..].iter().position(|line| **line == end).unwrap_or(0);
            if length + 1 > FUNCTION_MAX {
                wrong.push(format!("{name}:{}: {function} has {length} lines", at + 1));
            }
        }
    }
    none(&wrong);
}

/// The name of the function whose body a line begins, if it does.
fn function_name(line: &str) -> Option<&str> {
    let (before, after) = line.split_once("fn ")?;
    let words = before.split_whitespace();
    let plain = ["pub", "pub(crate)", "pub(super)", "const", "async", "default"];
    let declares = words.clone().all(|word| plain.contains(&word));
    // What ends on its own line has no body to measure.
    let open = !line.trim_end().ends_with([';', '}']);
    (declares && open).then(|| after.split(['(', '<']).next().unwrap_or(after))
}

#[test]
fn every_module_says_what_it_is() {
    let wrong = sources()
        .into_iter()
        .filter(|(_, text)| !text.starts_with("//! ") && !text.starts_with("#![doc"));
    none(
        &wrong.map(|(name, _)| format!("{name} begins without //!")).collect::<Vec<_>>(),
    );
}

#[test]
fn nothing_is_left_unfinished() {
    // Put together here, so that this file does not hold them.
    let words = ["todo", "unimplemented", "dbg"].map(|word| format!("{word}!("));
    let ignored = format!("#[{}", "ignore");
    let attributes = ["#[allow(", "#![allow(", "#[expect("];
    let mut wrong = Vec::new();
    for (name, text) in sources() {
        for (at, line) in text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or(line);
            if words.iter().any(|word| code.contains(word)) || code.contains(&ignored) {
                wrong.push(format!("{name}:{}: {}", at + 1, line.trim()));
            }
            if attributes.iter().any(|attribute| code.trim_start().starts_with(attribute))
            {
                // The reason stands before the end of the attribute, a few lines on.
                let attribute = text.lines().skip(at).take(6).collect::<String>();
                let attribute = attribute.split(")]").next().unwrap_or_default();
                if !attribute.contains("reason = ") {
                    wrong.push(format!("{name}:{}: allowed without a reason", at + 1));
                }
            }
        }
    }
    none(&wrong);
}

/// The enums the project declares.
fn enums(sources: &[(String, String)]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (_, text) in sources {
        for line in text.lines() {
            let line = line.trim();
            let declared = line.split_once("enum ").filter(|(before, _)| {
                before.is_empty() || before.trim_end().starts_with("pub")
            });
            // A list of choices: a name, an opening brace, and nothing else.
            let choice = line.strip_suffix(" {").filter(|name| {
                name.starts_with(char::is_uppercase)
                    && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
            });
            let name = declared.map(|(_, after)| after).or(choice);
            let name = name.and_then(|name| name.split([' ', '<', '{']).next());
            names.extend(name.map(str::to_string));
        }
    }
    names
}

#[test]
fn matches_over_our_own_enums_are_exhaustive() {
    let sources: Vec<(String, String)> =
        sources().into_iter().filter(|(name, _)| name.contains("/src/")).collect();
    let enums = enums(&sources);
    let mut wrong = Vec::new();
    for (name, text) in &sources {
        let lines: Vec<&str> = text.lines().collect();
        for (at, line) in lines.iter().enumerate() {
            if line.trim_start().starts_with("_ =>") {
                let indent = line.len() - line.trim_start().len();
                if let Some(arm) = arm_over(&lines[..at], indent, &enums) {
                    wrong.push(format!("{name}:{}: _ beside {arm}", at + 1));
                }
            }
        }
    }
    none(&wrong);
}

/// An arm of the match that a catch-all ends, if it names a variant of ours by itself.
fn arm_over<'a>(
    before: &[&'a str],
    indent: usize,
    enums: &BTreeSet<String>,
) -> Option<&'a str> {
    for line in before.iter().rev().filter(|line| !line.trim().is_empty()) {
        let here = line.len() - line.trim_start().len();
        if here < indent {
            return None;
        }
        let arm = line.trim_start();
        let path = arm.trim_start_matches("Some(").trim_start_matches("Ok(");
        let owner = path.split_once("::").map(|(owner, _)| owner);
        if here == indent && owner.is_some_and(|owner| enums.contains(owner)) {
            return Some(arm);
        }
    }
    None
}

/// Each package with the packages of the project that it may use.
const FLOORS: [(&str, &[&str]); 6] = [
    ("crates/sim", &[]),
    ("crates/format", &["lambdarium-sim"]),
    ("crates/conformance", &["lambdarium-format", "lambdarium-sim"]),
    ("crates/cli", &["lambdarium-format", "lambdarium-sim"]),
    ("web", &["lambdarium", "lambdarium-format", "lambdarium-sim"]),
    ("crates/xtask", &[]),
];

/// What else the simulator may use.
const SIM_USES: [&str; 2] = ["libm", "md-5"];

/// The dependencies of a package, those of its tests left out.
fn dependencies(folder: &str) -> Vec<String> {
    let path = root().join(folder).join("Cargo.toml");
    let text = fs::read_to_string(path).expect("a manifest");
    let mut names = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        if line.starts_with('[') {
            inside =
                line.ends_with("dependencies]") && !line.contains("dev-dependencies");
        } else if inside && !line.trim().is_empty() && !line.starts_with('#') {
            let name = line.split(['.', '=', ' ']).next().unwrap_or_default();
            names.push(name.trim_matches('"').to_string());
        }
    }
    names
}

#[test]
fn imports_point_down_only() {
    let mut wrong = Vec::new();
    for (folder, allowed) in FLOORS {
        for name in dependencies(folder) {
            let ours = name.starts_with("lambdarium");
            if ours && !allowed.contains(&name.as_str()) {
                wrong.push(format!("{folder} uses {name}"));
            }
            if folder == "crates/sim" && !SIM_USES.contains(&name.as_str()) {
                wrong.push(format!("the simulator uses {name}"));
            }
        }
    }
    let manifests = files(&["toml"]).into_iter();
    let manifests = manifests.filter(|(name, _)| name.ends_with("/Cargo.toml"));
    let known = manifests.clone().filter(|(name, _)| {
        FLOORS.iter().any(|(folder, _)| *name == format!("{folder}/Cargo.toml"))
    });
    assert_eq!(known.count(), manifests.count(), "a package without a floor");
    none(&wrong);
}

#[test]
fn every_scenario_of_the_gallery_plays_to_an_end() {
    let folder = root().join("scenarios/gallery");
    let mut count = 0;
    for file in fs::read_dir(folder).expect("the gallery") {
        let path = file.expect("a file").path();
        let text = fs::read_to_string(&path).expect("a scenario");
        let run =
            json::read(&text).unwrap_or_else(|issues| panic!("{path:?}: {issues:?}"));
        assert!(!run.scenario.title.is_empty() && !run.scenario.about.is_empty());
        let link =
            link::payload(&run).unwrap_or_else(|problem| panic!("{path:?}: {problem}"));
        assert_eq!(link::open(&link).as_ref(), Ok(&run), "{path:?}");
        let recording =
            Recording::of(run).unwrap_or_else(|issues| panic!("{path:?}: {issues:?}"));
        match recording.progress().stop {
            Some(Stop::Quiet | Stop::Until) => {}
            stop @ (Some(Stop::Steps | Stop::Entries) | None) => {
                panic!("{path:?}: {stop:?}")
            }
        }
        count += 1;
    }
    assert!(count >= 3, "{count} scenarios");
}

#[test]
fn nothing_outside_the_project_is_named() {
    // Put together here, so that this file does not hold them.
    let words =
        ["../sha|red", "/wo|rk/", "/ho|me/", "/tm|p/"].map(|word| word.replace('|', ""));
    let mut wrong = Vec::new();
    for (name, text) in files(&["rs", "toml", "md", "json", "html", "css", "txt", "yml"])
    {
        for (at, line) in text.lines().enumerate() {
            if words.iter().any(|word| line.contains(word)) {
                wrong.push(format!("{name}:{}: {}", at + 1, line.trim()));
            }
        }
    }
    none(&wrong);
}
