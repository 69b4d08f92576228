//! Traces, stories and fingerprints of the gallery's scenarios.

use lambdarium_format::{json, report};
use lambdarium_sim::record::Recording;
use lambdarium_sim::scenario::Run;
use std::fs;
use std::path::Path;

fn gallery() -> Vec<Run> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios/gallery");
    let files = fs::read_dir(folder).expect("the gallery").map(|file| {
        let text = fs::read_to_string(file.expect("a file").path()).expect("a text");
        json::read(&text).expect("a scenario")
    });
    files.collect()
}

fn shown() -> Recording {
    let text = r#"{"lambdarium":1, "functions":{"checkout":{"init":"250ms","duration":"1s",
        "timeout":"10s","reserved-concurrency":1,"aliases":{"live":"1"},"versions":{"1":{}}}},
        "callers":{"shop":{"kind":"sdk","calls":"checkout:live","jitter":"fixed",
            "jitter-factor":0.42,"load":{"burst":2}},
          "gate":{"kind":"api-gateway-rest","calls":"checkout","load":{"at":["3s"]}}},
        "acts":[{"at":"2.5s","do":"PutFunctionConcurrency","with":
            {"FunctionName":"checkout","ReservedConcurrentExecutions":0}},
          {"at":"4s","do":"Invoke","with":{"FunctionName":"checkout"}}]}"#;
    Recording::of(json::read(text).expect("a scenario")).expect("a plan")
}

#[test]
fn a_trace_has_one_exact_line_per_entry() {
    let expected = "
   0.000s shop#1 ALI-01 called checkout:live
   0.000s shop#2 ALI-01 called checkout:live
   0.000s shop#1 ENV-02 started on checkout:1/1 cold, init 250ms
   0.000s shop#2 CON-03 throttled by checkout, ReservedFunctionConcurrentInvocationLimitExceeded, 1 of 1
   0.000s shop#2 INV-12 plans attempt 2 in 420ms, 495 tokens
   0.420s shop#2 INV-12 attempt 2
   0.420s shop#2 CON-03 throttled by checkout, ReservedFunctionConcurrentInvocationLimitExceeded, 1 of 1
   0.420s shop#2 INV-12 plans attempt 3 in 840ms, 490 tokens
   1.250s shop#1 COST-02 succeeded on checkout/1, billed 1250ms
   1.250s shop#1 INV-01 ended ok 200 after 1 attempt, 491 tokens
   1.260s shop#2 INV-12 attempt 3
   1.260s shop#2 CON-01 started on checkout:1/1 warm
   2.260s shop#2 COST-02 succeeded on checkout/1, billed 1000ms
   2.260s shop#2 INV-01 ended ok 200 after 3 attempts, 496 tokens
   2.500s you#1 CON-03 PutFunctionConcurrency replied 200
   3.000s gate#1 INV-01 called checkout
   3.000s gate#1 CON-03 throttled by checkout, ReservedFunctionConcurrentInvocationLimitExceeded, 0 of 0
   3.000s gate#1 INV-20 ended throttled 500 after 1 attempt
   4.000s you#2 INV-01 called checkout
   4.000s you#2 CON-03 throttled by checkout, ReservedFunctionConcurrentInvocationLimitExceeded, 0 of 0
   4.000s you#2 CON-08 Invoke replied 429 TooManyRequestsException
   4.000s checkout COST-01 cost 0.000005 USD for 2 runs
   4.000s you SIM-01 stopped, nothing was left to happen
";
    let recording = shown();
    let trace = report::trace(&recording);
    assert_eq!(format!("\n{trace}"), expected);
    let (plan, log) = (recording.last_plan(), recording.log());
    let lines = (0..log.len()).map(|number| report::line(plan, log, number) + "\n");
    assert_eq!(lines.collect::<String>(), trace);
}

#[test]
fn a_story_is_told_in_plain_sentences() {
    let recording = shown();
    let (plan, log) = (recording.last_plan(), recording.log());
    let told = (0..log.len()).map(|number| report::sentence(plan, log, number) + "\n");
    let expected = "
shop #1 calls checkout:live.
shop #2 calls checkout:live.
checkout:1 starts shop #1 on a new environment, number 1: Init takes 250 ms.
checkout throttles shop #2: 1 of 1 reserved unit is in use.
shop #2 tries again in 420 ms (attempt 2).
shop #2 tries again: attempt 2.
checkout throttles shop #2: 1 of 1 reserved unit is in use.
shop #2 tries again in 840 ms (attempt 3).
checkout succeeds with shop #1; 1,250 ms are billed.
shop #1 has its answer.
shop #2 tries again: attempt 3.
checkout:1 runs shop #2 in environment 1, still warm.
checkout succeeds with shop #2; 1,000 ms are billed.
shop #2 has its answer after 3 attempts.
PutFunctionConcurrency is answered 200.
gate calls checkout.
checkout throttles gate: its reservation leaves no unit.
gate answers its client 500: Lambda throttled the call.
You call checkout.
checkout throttles your call #2: its reservation leaves no unit.
Invoke is refused: 429 TooManyRequestsException.
checkout has cost 0.000005 USD for 2 runs.
The run ends: nothing was left to happen.
";
    assert_eq!(format!("\n{}", told.collect::<String>()), expected);
    assert_eq!(report::sentence(plan, log, log.len()), "");
    assert_eq!(report::line(plan, log, u32::MAX), "");
}

#[test]
fn a_rollback_of_traffic_that_never_moved_says_so() {
    let told = |case: &str| {
        let case = format!("../../scenarios/rules/deployments/{case}/scenario.json");
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(case);
        let run =
            json::read(&fs::read_to_string(file).expect("a case")).expect("a scenario");
        let recording = Recording::of(run).expect("a plan");
        let (plan, log) = (recording.last_plan(), recording.log());
        let told = (0..log.len()).map(|number| report::sentence(plan, log, number));
        let back = told.filter(|sentence| sentence.contains(" back")).collect::<Vec<_>>();
        back.join(" ")
    };
    assert_eq!(
        told("t09-the-hook-after-fails"),
        "release leads all traffic of checkout:live straight back to version 1."
    );
    assert_eq!(
        told("t08-the-hook-before-fails"),
        "release has shifted nothing, so it takes nothing back: \
         all traffic of checkout:live goes to version 1."
    );
}

#[test]
fn csv_keeps_commas_in_their_cell() {
    let csv = report::csv(&shown());
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines[0], "entry,seconds,step,cause,part,subject,rule,fact");
    assert_eq!(lines[1], "0,0.000,1,,shop,shop#1,ALI-01,called checkout:live");
    assert_eq!(
        lines[3],
        "2,0.000,3,0,checkout,shop#1,ENV-02,\"started on checkout:1/1 cold, init 250ms\""
    );
}

#[test]
fn a_fingerprint_is_the_same_for_the_same_run_and_differs_for_any_other() {
    let mut seen = Vec::new();
    // The scenarios without a draw are the same for every seed.
    let mut without_draws = 0;
    for run in gallery() {
        let recording = Recording::of(run.clone()).expect("a plan");
        let again = Recording::of(run.clone()).expect("a plan");
        let print = report::fingerprint(&recording);
        assert_eq!(print, report::fingerprint(&again));
        seen.push(print);
        // Drawn durations and jitter follow the seed.
        let other = Run { seed: run.seed + 1, ..run };
        let other = report::fingerprint(&Recording::of(other).expect("a plan"));
        if other == print {
            without_draws += 1;
        } else {
            seen.push(other);
        }
    }
    let count = seen.len();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!((seen.len(), without_draws), (count, 26), "{seen:x?}");
}

#[test]
fn a_fingerprint_sees_the_replies() {
    let with = |answer: &str| {
        let text = format!(
            r#"{{"lambdarium":1,"functions":{{"f":{{"answer":{{"value":{answer}}}}}}},
                "acts":[{{"at":"0s","do":"Invoke","with":{{"FunctionName":"f"}}}}]}}"#
        );
        let recording = Recording::of(json::read(&text).expect("a scenario"));
        recording.expect("a plan")
    };
    let (one, two) = (with("1"), with("2"));
    assert_eq!(report::trace(&one), report::trace(&two));
    assert_ne!(report::fingerprint(&one), report::fingerprint(&two));
}
