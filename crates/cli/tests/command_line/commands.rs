//! Each command with what it is for.

use crate::program::{Answer, command, done, given, lambdarium};

const ONE_CALL: &str = r#"{ "lambdarium": 1, "title": "One call",
    "functions": { "hello": { "memory": 1024, "init": "250ms", "duration": "100ms" } },
    "callers": { "me": { "kind": "cli", "calls": "hello" } } }"#;

#[test]
fn check_says_that_nothing_is_wrong() {
    let out = done(lambdarium(&[
        "check",
        "gallery/cold-start.json",
        "gallery/provisioned.json",
    ]));
    assert_eq!(
        out,
        "gallery/cold-start.json: nothing is wrong, and nothing is expected\n\
         gallery/provisioned.json: nothing is wrong, and nothing is expected\n"
    );
    assert_eq!(
        done(given(ONE_CALL, &["check", "-"])),
        "standard input: nothing is wrong, and nothing is expected\n"
    );
}

#[test]
fn run_sums_up() {
    let expected = "\
One call

0.350 s simulated with seed 0 in 5 steps; the trace has 6 entries.
It ended because nothing was left to happen.

1 calls = 1 succeeded + 0 failed + 0 throttled + 0 refused + 0 timed out + 0 running + 0 waiting

caller  kind     calls  made  ok  failed  throttled  refused  timed out  accepted  running  waiting
me      AWS CLI  hello     1   1       0          0        0          0         0        0        0

function  Invocations  Errors  Throttles  Duration avg ms  Duration max ms  ConcurrentExecutions max  cold starts  cost USD
hello               1       0          0          100.000          100.000                         1            1  0.000006

Cost: 0.000006 USD.
";
    assert_eq!(done(given(ONE_CALL, &["run", "-"])), expected);
}

#[test]
fn run_as_json_keeps_its_members() {
    let out = done(given(ONE_CALL, &["run", "-", "--json", "--seed", "3"]));
    let (before, after) = out.split_once("\"fingerprint\":\"").expect("a fingerprint");
    let (fingerprint, after) = after.split_once('"').expect("its end");
    assert_eq!(
        before,
        r#"{"title":"One call","seed":3,"end_us":350000,"stop":"quiet","steps":5,"entries":6,"#
    );
    assert!(
        fingerprint.len() == 16 && fingerprint.bytes().all(|b| b.is_ascii_hexdigit())
    );
    let expected = r#","fates":{"entered":1,"succeeded":1,"failed":0,"throttled":0,"refused":0,"timed_out":0,"dead_lettered":0,"at_destination":0,"lost":0,"running":0,"waiting":0,"twice":0},"callers":[{"name":"me","kind":"cli","calls":"hello","made":1,"succeeded":1,"failed":0,"throttled":0,"refused":0,"timed_out":0,"accepted":0,"running":0,"waiting":0}],"functions":[{"name":"hello","Invocations":1,"Errors":0,"Throttles":0,"DurationSampleCount":1,"DurationSum":100,"DurationMaximum":100,"ConcurrentExecutionsMaximum":1,"ProvisionedConcurrencyInvocations":0,"ProvisionedConcurrencySpilloverInvocations":0,"ProvisionedConcurrentExecutionsMaximum":0,"AsyncEventsReceived":0,"AsyncEventsDropped":0,"AsyncEventAgeSampleCount":0,"AsyncEventAgeSum":0,"AsyncEventAgeMaximum":0,"DestinationDeliveryFailures":0,"DeadLetterErrors":0,"RecursiveInvocationsDropped":0,"cold_starts":1,"cost_micro_usd":6}],"cost_micro_usd":6}"#;
    assert_eq!(after, format!("{expected}\n"));
}

#[test]
fn a_seed_changes_what_is_drawn() {
    let run = |seed: &str| {
        let lesson = "gallery/sdk-retries.json";
        done(lambdarium(&["run", lesson, "--json", "--seed", seed]))
    };
    assert_eq!(run("5"), run("5"));
    assert_ne!(run("5"), run("6"));
}

#[test]
fn trace_prints_entries_as_golden_files_have_them() {
    let expected = "   0.000s me#1 INV-01 called hello
   0.000s me#1 ENV-02 started on hello/1 cold, init 250ms
   0.350s me#1 COST-02 succeeded on hello/1, billed 350ms
   0.350s me#1 INV-01 ended ok 200 after 1 attempt, 500 tokens
   0.350s hello COST-01 cost 0.000006 USD for 1 run
   0.350s you SIM-01 stopped, nothing was left to happen
";
    assert_eq!(done(given(ONE_CALL, &["trace", "-"])), expected);
}

#[test]
fn trace_prints_a_part_of_it() {
    let part = |args: &[&str]| {
        let mut all = vec!["trace", "gallery/cold-start.json"];
        all.extend(args);
        done(lambdarium(&all))
    };
    let whole = part(&[]);
    assert_eq!(part(&["--from", "0"]), whole);
    let lines: Vec<&str> =
        whole.lines().filter(|line| line.contains("client#2")).collect();
    assert_eq!(part(&["--from", "1m", "--to", "1:01"]), lines.join("\n") + "\n");
    assert_eq!(part(&["--from", "23h"]), "");
    assert_eq!(
        part(&["--csv", "--to", "0.s1"]),
        "entry,seconds,step,cause,part,subject,rule,fact\n\
         0,0.000,1,,client,client#1,INV-01,called thumbnail\n"
    );
}

#[test]
fn explain_knows_a_rule_in_any_case() {
    let expected = "\
ENV-12: Which idle environment takes a request is not documented; here the one used last.
Assumed: env.pick
Setting settings.env.pick: Which idle environment takes a request. most_recently_used, least_recently_used; most_recently_used by default.
";
    assert_eq!(done(lambdarium(&["explain", "env-12"])), expected);
}

#[test]
fn explain_shows_where_a_rule_was_used() {
    let out = done(given(ONE_CALL, &["explain", "ENV-02", "--in", "-"]));
    let used = "Entries of this run that cite it: 1\n\x20  \
                0.000s me#1 ENV-02 started on hello/1 cold, init 250ms\n";
    assert!(out.ends_with(used), "{out}");
}

#[test]
fn explain_prints_the_steps_of_each_predefined_configuration() {
    let steps = |apart: u64| {
        let step = |number: u64| format!("({},{})", (number - 1) * apart, number * 10);
        (1..=10).map(step).collect::<Vec<_>>().join(" ")
    };
    let canary = [(5, 30), (10, 60), (15, 90), (30, 180)].map(|(minutes, new)| {
        format!(
            "| LambdaCanary10Percent{minutes}Minutes | (0,10) ({minutes},100) | {minutes} | \
             {new} of {} |",
            new * 10
        )
    });
    let linear = [(1, ""), (2, "s"), (3, "s"), (10, "s")].map(|(apart, s)| {
        format!(
            "| LambdaLinear10PercentEvery{apart}Minute{s} | {} | {} | {} of {} |",
            steps(apart),
            apart * 9,
            apart * 270,
            apart * 540
        )
    });
    let at_once = ["| LambdaAllAtOnce | (0,100) | 0 | 0 |".to_string()];
    let out = done(lambdarium(&["explain", "CD-10"]));
    let rows: Vec<&str> =
        out.lines().filter(|line| line.starts_with("| Lambda")).collect();
    assert_eq!(rows, [&canary[..], &linear[..], &at_once[..]].concat());
}

#[test]
fn explain_says_why_a_rule_is_not_simulated() {
    let out = done(lambdarium(&["explain", "CON-11"]));
    assert!(
        out.ends_with("Not simulated: history: the limit no longer exists.\n"),
        "{out}"
    );
}

#[test]
fn explain_lists_all_rules() {
    let out = done(lambdarium(&["explain"]));
    assert_eq!(out.lines().count(), lambdarium_sim::rule::Rule::ALL.len());
    assert!(out.starts_with("INV-01   documented An invocation is RequestResponse "));
}

#[test]
fn a_scenario_goes_into_a_link_and_out_of_it() {
    let file = "links/three-functions-four-sources";
    let link = done(lambdarium(&["link", &format!("{file}.json")]));
    let stored =
        include_str!("../../../../scenarios/links/three-functions-four-sources.txt");
    assert_eq!(link, format!("{}\n", stored.trim_end()));
    let scenario = done(lambdarium(&["link", link.trim_end()]));
    assert_eq!(done(given(&scenario, &["link", "-"])), link);
    let run = |input: &str| done(lambdarium(&["run", input, "--json"]));
    assert_eq!(run(link.trim_end()), run(&format!("{file}.json")));
}

#[test]
fn a_link_carries_a_playhead_and_an_address() {
    let args = ["link", "-", "--at", "0:01.5", "--base", "https://play.test/?theme=dark"];
    let link = done(given(ONE_CALL, &args));
    let (address, fragment) = link.trim_end().split_once('#').expect("a fragment");
    assert_eq!(address, "https://play.test/?theme=dark");
    assert!(
        fragment.starts_with("s=1.d.") && fragment.ends_with("&t=1.5s"),
        "{fragment}"
    );
    let Answer { code, out, err } = lambdarium(&["link", link.trim_end()]);
    assert_eq!((code, err.as_str()), (0, "The link's playhead stands at 1.5s.\n"));
    assert!(
        out.starts_with("{\n  \"lambdarium\": 1,\n  \"title\": \"One call\""),
        "{out}"
    );
}

#[test]
fn bench_ends_with_one_json_object() {
    let last = |args: &[&str]| {
        let out = done(lambdarium(args));
        out.lines().last().expect("a line").to_string()
    };
    let w1 = last(&["bench", "w1", "1000", "20000"]);
    for member in [
        r#"{"workload":"w1","yardstick":false,"trace":"off","pending":1000,"events":20000,"seconds":"#,
        r#","pending_max":1000,"bytes_per_pending":64,"#,
    ] {
        assert!(w1.contains(member), "{w1}");
    }
    let same = |report: &str| {
        let (_, after) = report.split_once("\"checksum\"").expect("a checksum");
        after.split_once(",\"pending_max\"").expect("more").0.to_string()
    };
    assert_eq!(same(&w1), same(&last(&["bench", "w1", "1000", "20000", "--yardstick"])));
    for how in [&["--trace", "off"][..], &["--trace", "full"], &["--yardstick"]] {
        let mut args = vec!["bench", "w2", "c", "5000"];
        args.extend(how);
        let report = last(&args);
        assert!(report.contains(r#","arrivals":5000,"cold":100,"#), "{report}");
        for (case, members) in [
            (
                "a",
                r#","invocations":80,"failed":10,"deliveries":6203,"ok":5999,"dlq":1,"#,
            ),
            (
                "b",
                r#","invocations":1445,"failed":241,"deliveries":6287,"ok":6000,"dlq":0,"#,
            ),
        ] {
            let mut args = vec!["bench", "w3", case, "6000"];
            args.extend(how);
            let report = last(&args);
            assert!(report.contains(members), "{report}");
        }
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let long = "rules/concurrency/w12-a-scaling-burst/scenario.json";
    let mut child = command(&["trace", long]).spawn().expect("the program");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("an end");
    assert!(output.status.success(), "{output:?}");
    assert_eq!(output.stderr, b"");
}

#[test]
fn odds_say_how_the_ends_of_many_runs_are_spread() {
    let args = ["odds", "gallery/deploy-alarm.json", "--seeds", "50"];
    let told = done(lambdarium(&args));
    assert_eq!(told, done(lambdarium(&args)), "the same seeds, the same odds");
    assert!(
        told.starts_with("gallery/deploy-alarm.json: 50 runs, seeds 5 to 54\n"),
        "{told}"
    );
    let lines: Vec<Vec<&str>> =
        told.lines().map(|line| line.split_whitespace().collect()).collect();
    let failed = lines.iter().find(|line| line.first() == Some(&"failed"));
    assert_eq!(failed.map(|line| line.len()), Some(6), "{told}");
    assert!(told.contains("  50 of 50 stopped by an alarm\n"), "{told}");
    let Answer { code, err, .. } = lambdarium(&["odds", args[1], "--seeds", "0"]);
    assert_eq!(code, 2);
    assert!(err.contains("0 is not in 1..=10000"), "{err}");
}
