//! Bad input, each with what a person is told.

use std::io::Write;
use std::process::{Output, Stdio};

use crate::program::{Answer, command, given, lambdarium};

/// What is said about a scenario on standard input, by a command that needs a right one.
fn said(scenario: &str) -> String {
    let Answer { code, out, err } = given(scenario, &["run", "-"]);
    assert_eq!((code, out.as_str()), (1, ""), "{err}");
    let Answer { code, out, err: nothing } = given(scenario, &["check", "-"]);
    assert_eq!((code, nothing.as_str()), (2, ""));
    assert_eq!(out, err, "check and run say the same");
    err
}

/// What is said beside a refusal.
fn refused(expected: i32, args: &[&str]) -> String {
    let Answer { code, out, err } = lambdarium(args);
    assert_eq!((code, out.as_str()), (expected, ""), "{err}");
    err
}

#[test]
fn three_mistakes_are_told_at_once() {
    let scenario = r#"{ "lambdarium": 1,
        "functions": { "f": { "memory": 64, "timeout": "16m" } },
        "callers": { "c": { "kind": "sdk", "calls": "f", "read-timout": "5s" } } }"#;
    assert_eq!(
        said(scenario),
        "standard input: functions.f.memory: found 64, allowed is 128 to 10240 MB (ENV-15)\n\
         standard input: functions.f.timeout: found \"16m\", allowed is 1 to 900 whole \
         seconds (ENV-05)\n\
         standard input: callers.c.read-timout: found an unknown key, allowed is \
         \"read-timeout\" (did you mean that?) (SIM-02)\n"
    );
}

#[test]
fn what_does_not_fit_together_is_told_at_once() {
    let scenario = r#"{ "lambdarium": 1, "settings": { "account.concurrency": 100 },
        "functions": { "f": { "reserved-concurrency": 50, "aliases": { "live": "1" } } },
        "callers": { "c": { "kind": "sdk", "calls": "g" } } }"#;
    assert_eq!(
        said(scenario),
        "standard input: functions.f.aliases.live: found 1, allowed is $LATEST or a version \
         of f (ALI-01)\n\
         standard input: functions: found 50 units reserved in all, allowed is at most 0, so \
         that 100 stay unreserved (CON-03)\n\
         standard input: callers.c.calls: found \"g\", allowed is a function, with a version \
         or alias it has; there are: f (VER-15)\n"
    );
}

#[test]
fn five_megabytes_are_refused_without_being_read() {
    let title = "x".repeat(5 << 20);
    let scenario = format!(r#"{{ "lambdarium": 1, "title": "{title}" }}"#);
    assert_eq!(
        said(&scenario),
        "standard input: text: found more than 1048576 bytes, allowed is at most 1048576 \
         bytes (SIM-03)\n"
    );
}

#[test]
fn a_billion_requests_are_too_many() {
    let load = |load: &str| {
        said(&format!(
            r#"{{ "lambdarium": 1, "functions": {{ "f": {{}} }},
                "callers": {{ "c": {{ "kind": "sdk", "calls": "f", "load": {load} }} }} }}"#
        ))
    };
    assert_eq!(
        load(r#"{ "burst": 1000000000 }"#),
        "standard input: callers.c.load.burst: found 1000000000, allowed is a whole number \
         from 1 to 2000000 (SIM-02)\n"
    );
    assert_eq!(
        load(r#"{ "constant": 12000 }"#),
        "standard input: callers.c.load.constant: found 1036800000 calls in all, allowed is \
         1 to 2000000 calls of one caller; lower the rate, or let the load end sooner (to, \
         count) or the run (until) (SIM-03)\n"
    );
}

#[test]
fn a_run_of_no_time_is_refused() {
    let scenario = r#"{ "lambdarium": 1, "settings": { "until": "0s" },
        "functions": { "f": { "timeout": "0s", "duration": "0s" } } }"#;
    assert_eq!(
        said(scenario),
        "standard input: settings.until: found \"0s\", allowed is 1 ms to 24 h (SIM-01)\n\
         standard input: functions.f.timeout: found \"0s\", allowed is 1 to 900 whole \
         seconds (ENV-05)\n"
    );
}

#[test]
fn callers_may_not_call_each_other() {
    let scenario = r#"{ "lambdarium": 1, "functions": { "f": {} }, "callers": {
        "a": { "kind": "sdk", "calls": "b" }, "b": { "kind": "alb", "calls": "a" } } }"#;
    assert_eq!(
        said(scenario),
        "standard input: callers.a.calls: found \"b\", a caller: callers call functions, \
         never each other, allowed is a function, with a version or alias it has; there \
         are: f (VER-15)\n\
         standard input: callers.b.calls: found \"a\", a caller: callers call functions, \
         never each other, allowed is a function, with a version or alias it has; there \
         are: f (VER-15)\n"
    );
}

#[test]
fn what_is_no_json_is_told_with_its_place() {
    assert_eq!(
        said("{ \"lambdarium\": 1,\n  \"seed\": }"),
        "standard input: line 2, column 11: found `}`, which is not JSON here, allowed is \
         a value (SIM-02)\n"
    );
    assert_eq!(
        said("{ \"lambdarium\": 2 }"),
        "standard input: lambdarium: found 2, allowed is 1, the version that is read; a \
         newer Lambdarium made this text (SIM-02)\n"
    );
}

#[test]
fn bytes_that_are_no_text_are_told() {
    let mut child =
        command(&["check", "-"]).stdin(Stdio::piped()).spawn().expect("a start");
    child.stdin.take().expect("its input").write_all(b"{\xff}").expect("written");
    let Output { status, stdout, .. } = child.wait_with_output().expect("an answer");
    assert_eq!(status.code(), Some(2));
    let said =
        "standard input: text: found bytes that are no UTF-8, allowed is text (SIM-02)\n";
    assert_eq!(String::from_utf8_lossy(&stdout), said);
}

#[test]
fn broken_links_say_what_to_do() {
    let link = include_str!("../../../../scenarios/links/one-function-one-source.txt");
    let told = |link: &str, expected: &str| {
        assert_eq!(refused(1, &["run", link]), format!("link: {expected}\n"));
    };
    told(
        &link[..100],
        "The link was cut off or changed on its way. Copy the whole link again; some programs \
         shorten long ones, then send the scenario as a file.",
    );
    told(
        &link.trim_end().replacen("1.d.", "2.d.", 1),
        "This link was made with a newer Lambdarium (version 2 of the format). Reload the page \
         to get the newest, or open the link where it was made.",
    );
    told(
        &link.trim_end().replacen("1.d.", "1.q.", 1),
        "This link is packed with an unknown codec (\"q\"). Reload the page to get the newest \
         Lambdarium, or copy the link again.",
    );
    told(
        "https://play.test/",
        "There is no scenario in this link. Copy the whole link again, up to its end.",
    );
    told(
        "#e=cold-start",
        "It opens the example cold-start of the page's gallery. Give its file instead, \
         cold-start.json.",
    );
    told(
        "#u=https://example.org/a.json",
        "It opens a file at example.org, and nothing is fetched from here. Save the file and \
         give its name.",
    );
    told(
        "#u=http://example.org/a.json",
        "\"http://example.org/a.json\" is not opened: only https:// addresses of at most 2000 \
         characters are, without a name or password in them.",
    );
}

#[test]
fn a_wrong_time_in_a_link_does_not_hide_its_scenario() {
    let link = include_str!("../../../../scenarios/links/one-function-one-source.txt");
    let link = format!("{}&t=later", link.trim_end());
    let Answer { code, out, err } = lambdarium(&["run", &link]);
    assert_eq!(code, 0);
    assert!(out.starts_with("Thumbnails on a sale day\n"), "{out}");
    assert!(err.starts_with("link: t=later is no time within a day."), "{err}");
}

#[test]
fn a_link_is_not_made_of_a_wrong_scenario() {
    let scenario =
        r#"{ "lambdarium": 1, "callers": { "c": { "kind": "sdk", "calls": "f" } } }"#;
    let Answer { code, out, err } = given(scenario, &["link", "-"]);
    assert_eq!((code, out.as_str()), (1, ""));
    assert_eq!(err, said(scenario));
}

#[test]
fn files_that_cannot_be_read_are_named() {
    let said = "nowhere.json: No such file or directory (os error 2)\n";
    assert_eq!(refused(3, &["run", "nowhere.json"]), said);
    let Answer { code, out, .. } =
        lambdarium(&["check", "nowhere.json", "gallery/cold-start.json"]);
    assert_eq!(code, 3);
    let right = "gallery/cold-start.json: nothing is wrong, and nothing is expected\n";
    assert_eq!(out, format!("{said}{right}"));
}

#[test]
fn unknown_rules_name_their_neighbours() {
    assert_eq!(
        refused(1, &["explain", "con6"]),
        "There is no rule \"con6\". Near it are: CON-06.\n"
    );
    assert_eq!(
        refused(1, &["explain", "weather"]),
        "There is no rule \"weather\". `lambdarium explain` lists all of them.\n"
    );
}

#[test]
fn wrong_command_lines_are_told() {
    assert!(refused(2, &[]).contains("Usage: lambdarium <COMMAND>"));
    assert!(refused(2, &["chekc"]).contains("a similar subcommand exists: 'check'"));
    assert!(
        refused(2, &["trace", "-", "--from", "25h"]).contains("no time within a day")
    );
    assert!(refused(2, &["bench", "w1", "0", "5"]).contains("0 is not in 1..=10000000"));
    assert!(
        refused(2, &["bench", "w2", "e", "5"]).contains("[possible values: a, b, c, d]")
    );
    assert!(refused(2, &["bench", "w3", "c", "5"]).contains("[possible values: a, b]"));
    let link = include_str!("../../../../scenarios/links/one-function-one-source.txt");
    assert_eq!(
        refused(2, &["link", link.trim_end(), "--at", "5s"]),
        "--at and --base are for making a link, and this is one\n"
    );
    assert_eq!(
        refused(2, &["link", "gallery/cold-start.json", "--base", "https://play.test/#"]),
        "--base ends before its '#'\n"
    );
}
