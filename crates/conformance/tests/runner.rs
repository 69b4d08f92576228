//! The words of the case format, each in a small case of its own.

use lambdarium_conformance::run;

/// The line of a case with these given and expected things.
fn line(given: &str, expect: &str) -> String {
    let text = format!(
        r#"{{"cases":[{{"id":"c","given":{{{given}}},"expect":{{{expect}}}}}]}}"#
    );
    let report = run(&text).unwrap_or_else(|why| panic!("{text}: {why}"));
    report.expect("cases").to_string().trim_end().to_string()
}

#[track_caller]
fn passes(given: &str, expect: &str) {
    assert_eq!(line(given, expect), "c pass");
}

#[test]
fn steps_follow_one_another_or_come_at_their_time() {
    let given = r#""functions":{"fn":{"sleeps":2}},"steps":[
        {"id":"a","op":"Invoke"}, {"id":"b","op":"Invoke"},
        {"id":"early","op":"Invoke","at":1},
        {"id":"c","op":"Invoke"},
        {"id":"d","op":"Invoke","at":"while c is in progress"},
        {"id":"e","op":"Invoke","at":"0.5 s after d started"},
        {"id":"f","op":"Invoke","params":{"at":"1 s later"}},
        {"id":"g","op":"Invoke","at":"after e is done"}]"#;
    let starts = [
        ("a", 0.0),
        ("b", 2.0),
        ("early", 1.0),
        ("c", 3.0),
        ("d", 3.0),
        ("e", 3.5),
        ("f", 6.5),
        ("g", 5.5),
    ];
    let steps = starts.map(|(id, at)| format!(r#""{id}":{{"startsAt":[{at}]}}"#));
    passes(given, &format!(r#""timing":{{"perStep":{{{}}}}}"#, steps.join(",")));
}

#[test]
fn a_state_can_be_waited_for() {
    let given = r#""functions":{"fn":{"versions":["1"],"returnsInitializationType":true}},
        "steps":[{"id":"put","op":"PutProvisionedConcurrencyConfig","params":
            {"Qualifier":"1","ProvisionedConcurrentExecutions":2}},
          {"id":"before","op":"Invoke","params":{"Qualifier":"1"}},
          {"id":"ready","op":"Invoke","at":"once the status is READY",
            "params":{"Qualifier":"1"}}]"#;
    passes(
        given,
        r#""api":{"before":{"payload":"on-demand"},"ready":{"payload":"provisioned-concurrency"}},
           "timing":{"perStep":{"ready":{"startsAt":[60.02],"onProvisioned":1}}}"#,
    );
    let never = given.replace("READY", "FAILED");
    assert_eq!(line(&never, ""), "c unsupported: ready: a state never reached");
}

#[test]
fn a_version_is_called_once_it_is_active_unless_the_case_says_at_once() {
    let given = |at: &str| {
        format!(
            r#""functions":{{"fn":{{"returnsVersion":true}}}},"steps":[
            {{"id":"p","op":"UpdateFunctionCode","params":{{"code":"b","Publish":true}}}},
            {{"id":"v","op":"Invoke",{at}"params":{{"FunctionName":"fn:1"}}}}]"#
        )
    };
    passes(
        &given(""),
        r#""api":{"p":{"response":{"State":"Pending"}},"v":{"payload":"1"}},
           "timing":{"perStep":{"v":{"startsAt":[5]}}}"#,
    );
    passes(
        &given(r#""at":"at once","#),
        r#""api":{"v":{"http":409,"error":{"code":"ResourceConflictException"}}}"#,
    );
}

#[test]
fn others_may_occupy_concurrency() {
    let given = r#""functions":{"fn":{"sleeps":1,"reservedConcurrency":2}},
        "sdk":{"retry_profile":"standard2026","jitter":1},
        "occupied":[{"function":"fn","units":1,"start":0,"end":2000},
                    {"function":"fn","units":1,"start":0,"end":2}],
        "steps":[{"id":"s","op":"Invoke","at":0},{"id":"t","op":"Invoke","at":1999.5}]"#;
    passes(
        given,
        r#""invocations":[{"function":"fn","step":"s","attempt":3,"start":3,"end":4,
              "outcome":"success","version":"$LATEST"},
             {"step":"t","start":1999.5,"end":2000.5,"attempt":1}],
           "throttles":[{"function":"fn","at":0},{"at":1,"step":"s"}],
           "metrics":{"Throttles":2,"Invocations":2,"Errors":0}"#,
    );
    assert_eq!(
        line(given, r#""maxConcurrency":2"#),
        "c unsupported: expect.maxConcurrency beside given.occupied"
    );
}

#[test]
fn thousands_of_calls_are_made_at_once() {
    passes(
        r#""account":{"ConcurrentExecutions":10000},"functions":{"fn":{"sleeps":5}},
           "steps":[{"id":"first","op":"Invoke","at":0,"times":3000},
                    {"id":"second","op":"Invoke","at":10,"times":3000}]"#,
        r#""timing":{"perStep":{
             "first":{"started":1000,"coldStarts":1000,"throttled":2000,"endsAt":[5]},
             "second":{"started":2000,"coldStarts":1000,"throttled":1000,"endsAt":[15]}}},
           "maxConcurrency":2000,"metrics":{"Throttles":3000,"ConcurrentExecutions":2000,
             "UnreservedConcurrentExecutions":2000}"#,
    );
}

#[test]
fn a_client_has_one_quota_for_all_its_calls() {
    let calls = |count: usize, answer: &str| {
        let one = format!(r#"{{"answers":["{answer}"]}}"#);
        vec![one; count].join(",")
    };
    let expected = |numbers: &[(usize, u64)]| {
        let calls = numbers.iter().map(|(attempts, bucket)| {
            let at = ["0", "0,0.05", "0,0.05,0.15"][attempts - 1];
            format!(r#"{{"attemptsAt":[{at}],"bucketAfter":{bucket},"result":"error"}}"#)
        });
        calls.collect::<Vec<String>>().join(",")
    };
    // W11 (d): 17 calls of 3 attempts, one of 2, then 1 each.
    let mut numbers: Vec<(usize, u64)> = (1..=17).map(|n| (3, 500 - 28 * n)).collect();
    numbers.extend([(2, 10), (1, 10), (1, 10)]);
    passes(
        &format!(
            r#""functions":{{"fn":{{}}}},"sdk":{{"retry_profile":"standard2026","jitter":1.0,
               "bucket":500}},"calls":[{}]"#,
            calls(20, "error")
        ),
        &format!(r#""timing":{{"calls":[{}]}}"#, expected(&numbers)),
    );
    passes(
        r#""functions":{"fn":{}},"sdk":{"retry_profile":"legacy_python","jitter":0.5},
           "calls":[{"answers":["throttle","error","ok"]}]"#,
        r#""timing":{"calls":[{"attemptsAt":[0,0.5,1.5],"endsAt":1.5,"result":"ok",
             "bucketAfter":null}],"unit":"s since the call's first attempt"}"#,
    );
}

#[test]
fn a_script_says_what_each_run_does() {
    let given = r#""functions":{"fn":{"timeout":3,"initSeconds":0.5,"script":[
            {"invocation":1,"sleeps":5},{"invocation":3,"sleeps":1,"exitsProcess":true},
            {"invocation":4,"sleeps":2}]}},
        "steps":[{"id":"a","op":"Invoke"},{"id":"b","op":"Invoke"},{"id":"c","op":"Invoke"},
                 {"id":"d","op":"Invoke"},{"id":"e","op":"Invoke"}]"#;
    passes(
        given,
        r#""invocations":[{"start":0,"end":3.5,"outcome":"timeout"},
             {"start":3.5,"end":4,"outcome":"success"},
             {"start":4,"end":5,"outcome":"error"},
             {"start":5,"end":7.5,"outcome":"success"},
             {"start":7.5,"end":9.5,"outcome":"success"}],
           "timing":{"billedMs":[3500,500,1000,2500,2000]}"#,
    );
    assert_eq!(
        line(
            &given.replace(
                r#""id":"a","op":"Invoke""#,
                r#""id":"a","op":"Invoke","times":2"#
            ),
            ""
        ),
        "c unsupported: given.functions: a script for runs of one instant"
    );
}

#[test]
fn functions_fail_in_many_ways() {
    let given = r#""functions":{
          "slow":{"timeout":1,"sleeps":3}, "crash":{"exitsProcess":1},
          "picky":{"echo":true,"throwsIf":{"path":"n","op":">=","value":3,"errorType":"TooMuch",
            "errorMessage":"no"}},
          "two":{"versions":["1","2"],"aliases":{"live":"2"},"throwsOnVersion":"2"}},
        "steps":[{"id":"slow","op":"Invoke","params":{"FunctionName":"slow"}},
          {"id":"crash","op":"Invoke","params":{"FunctionName":"crash"}},
          {"id":"fine","op":"Invoke","params":{"FunctionName":"picky","Payload":{"n":2}}},
          {"id":"much","op":"Invoke","params":{"FunctionName":"picky","Payload":{"n":3}}},
          {"id":"one","op":"Invoke","params":{"FunctionName":"two","Qualifier":"1"}},
          {"id":"live","op":"Invoke","params":{"FunctionName":"two:live"}}]"#;
    passes(
        given,
        r#""api":{
          "slow":{"http":200,"response":{"FunctionError":"Unhandled"},"payload":{
            "errorType":"Sandbox.Timedout",
            "errorMessage":"RequestId: <uuid:r> Error: Task timed out after 1.00 seconds"}},
          "crash":{"payload":{"errorType":"Runtime.ExitError","errorMessage":
            "RequestId: <uuid:r> Error: Runtime exited with error: exit status 1"}},
          "fine":{"payload":{"n":2},"absent":["FunctionError"]},
          "much":{"payload":{"errorType":"TooMuch","errorMessage":"no",
            "requestId":"<uuid:r>","stackTrace":"<any>"}},
          "one":{"response":{"ExecutedVersion":"1"},"absent":["FunctionError"]},
          "live":{"response":{"ExecutedVersion":"2","FunctionError":"Unhandled"}}},
         "invocationCount":{"two":2,"picky":2,"slow":1}"#,
    );
}

#[test]
fn what_a_case_gives_is_there() {
    passes(
        r#""account":{"ConcurrentExecutions":10},"functions":{
             "fn":{"sleeps":1,"reservedConcurrency":4},"other":{"sleeps":1}},
           "steps":[{"id":"s","op":"Invoke","times":5,"at":0},
             {"id":"t","op":"Invoke","times":7,"at":0,"params":{"FunctionName":"other"}},
             {"id":"u","op":"PutFunctionConcurrency","at":"at the same time as t",
              "params":{"ReservedConcurrentExecutions":5}}]"#,
        r#""timing":{"perStep":{"s":{"started":4,"throttled":1},
             "t":{"started":6,"throttled":1,"endsAt":[1]}}},
           "api":{"u":{"http":400,"error":{"code":"InvalidParameterValueException"}}}"#,
    );
}

/// A stream of four records, of which the third is bad, read by a mapping.
fn stream(behaviour: &str, mapping: &str) -> String {
    let record = |n: u32| {
        let bad = n == 3;
        format!(r#"{{"label":"r{n}","partitionKey":"k","json":{{"bad":{bad},"n":{n}}}}}"#)
    };
    let records: Vec<String> = (1..=4).map(record).collect();
    format!(
        r#""functions":{{"fn":{{"sleeps":0.1,{behaviour}}}}},
           "source":{{"type":"kinesis","records":[{}]}},
           "esm":{{"function":"fn","StartingPosition":"TRIM_HORIZON",{mapping}}}"#,
        records.join(",")
    )
}

#[test]
fn batches_of_streams_are_halved_and_told_of() {
    let given = stream(
        r#""perRecord":{"failIf":{"path":"json.bad","value":true},"then":"throw"}"#,
        r#""BatchSize":4,"BisectBatchOnFunctionError":true,"MaximumRetryAttempts":1,
           "DestinationConfig":{"OnFailure":"s3:failures"}"#,
    );
    passes(
        &given,
        r#""invocations":[
             {"records":["r1","r2","r3","r4"],"outcome":"error","batchResult":"failure"},
             {"records":["r1","r2"],"batchResult":"success","attempt":1},
             {"records":["r3","r4"],"batchResult":"failure"},
             {"records":["r3"],"start":0.3,"attempt":1},
             {"records":["r3"],"start":0.9,"attempt":2,"batchResult":"failure"},
             {"records":["r4"],"end":1.1}],
           "fates":{"r3":{"fate":"RetryAttemptsExhausted","at":1},
             "r4":{"fate":"processed","at":1.1}},
           "invariants":["every record except r3 is in exactly one successful invocation",
             "each following batch is a contiguous part of a failed batch, processed in stream order",
             "a batch of one record is never split", "r1, r2 and r4 each succeed",
             "the original BatchSize setting is unchanged",
             "r3 is delivered alone at least once before it is discarded",
             "MaximumRetryAttempts 1 is enough although two splits are needed to isolate r3"],
           "destinations":[{"target":"s3:failures","count":1,"at":1,"body":{
               "KinesisBatchInfo.startSequenceNumber":"<seq:r3>",
               "payload.Records.0.kinesis.data":"<base64 of r3.json>"},
             "objectKeyPattern":"aws/lambda/{mappingUUID}/{shardId}/{yyyy}/{mm}/{dd}/*"}],
           "checkpoint":"after r4""#,
    );
    for wrong in [
        r#""invariants":["r1, r2 and r3 each succeed"]"#,
        r#""invariants":["every record is in exactly one successful invocation"]"#,
        r#""invariants":["r4 is delivered alone at least once before it is discarded"]"#,
        r#""destinations":[{"target":"s3:failures","objectKeyPattern":"aws/{yyyy}*"}]"#,
    ] {
        assert!(line(&given, wrong).starts_with("c fail"), "{wrong}");
    }
}

#[test]
fn a_script_may_report_records_and_go_on_with_a_running_sum() {
    let reports = r#""script":[{"invocation":1,
        "returns":{"batchItemFailures":[{"itemIdentifier":"<seq:r4>"},{"itemIdentifier":"<seq:r2>"}]}},
        {"invocation":2,"returns":{}}]"#;
    passes(
        &stream(reports, r#""FunctionResponseTypes":["ReportBatchItemFailures"]"#),
        r#""invocations":[
             {"records":["r1","r2","r3","r4"],"reported":["r2","r4"],"batchResult":"partial"},
             {"records":["r2","r3","r4"],"reported":[],"batchResult":"success"}]"#,
    );
    let sums = r#""returnsRunningSum":"n","script":[{"invocation":1,"throws":true}]"#;
    passes(
        &stream(sums, r#""TumblingWindowInSeconds":7,"BatchSize":3"#),
        r#""invocations":[
             {"values":[1,2,3],"state":null,"outcome":"error","window":[0,7],"final":false},
             {"values":[1,2,3],"state":null,"returns":6,"start":0.6},
             {"values":[4],"state":6,"returns":10},
             {"values":[],"state":10,"final":true,"start":7}]"#,
    );
}

#[test]
fn what_a_table_and_its_mapping_say() {
    let given = r#""functions":{"fn":{}},"source":{"type":"dynamodb","records":2},
        "steps":[{"id":"again","op":"CreateEventSourceMapping","precondition":"same",
            "params":{"StartingPosition":"LATEST"}},
          {"id":"get","op":"GetEventSourceMapping","at":"5 s after again"}]"#;
    passes(
        given,
        r#""api":{"again":{"http":409},"get":{"response":{"LastProcessingResult":"OK",
             "EventSourceArn":"<arn>"}}},
           "deliveriesPerRecord":{"each":1}"#,
    );
    let stops = given.replace("GetEventSourceMapping", "DeleteEventSourceMapping");
    passes(&stops, r#""api":{"get":{"response":{"State":"Deleting"}}}"#);
}

#[test]
fn records_before_a_mapping_and_after_it() {
    let given = |order: &str, position: &str| {
        format!(
            r#""functions":{{"fn":{{}}}},"order":"{order}",
               "source":{{"type":"kinesis","batches":[{{"label":"A","records":3}}]}},
               "esm":{{"StartingPosition":"{position}","createdAt":10}}"#
        )
    };
    let before = given("all are put before the mapping is created", "LATEST");
    passes(&before, r#""invocationCount":0"#);
    let before = given("all are put before the mapping is created", "TRIM_HORIZON");
    passes(&before, r#""invocations":[{"records":"A (3, in order)","start":15}]"#);
    let after = given("in one call after the mapping is created", "LATEST");
    passes(&after, r#""invocationCount":0"#);
    assert_eq!(
        line(&given("as they come", "LATEST"), ""),
        "c unsupported: given.order: as they come"
    );
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let given = r#""functions":{"fn":{"reservedConcurrency":0}},
        "steps":[{"id":"s","op":"Invoke"}]"#;
    for (expect, told) in [
        (r#""api":{"s":{"http":200}}"#, "fail: expected 200 got 429 (api.s.http)"),
        (
            r#""api":{"s":{"payload":null}}"#,
            "fail: expected a success got 429 TooManyRequestsException (api.s), and 1 more",
        ),
        (
            r#""api":{"s":{"error":{"code":"TooManyRequestsException","message":"Slow down."}}}"#,
            "pass (wording: expected \"Slow down.\" got \"Rate Exceeded.\" (api.s.error.message))",
        ),
        (r#""api":{"t":{}}"#, "unsupported: expect.api.t: no step of this id"),
        (
            r#""api":{"s":{"absent":["LogResult"]}}"#,
            "unsupported: field LogResult of Invoke",
        ),
        (
            r#""invocationCount":{"min":1}"#,
            "fail: expected at least 1 got 0 (invocationCount)",
        ),
        (
            r#""invocations":[{"start":0}]"#,
            "fail: expected 1 rows got 0 rows (invocations)",
        ),
        (
            r#""invocations":[{"colour":[1]}]"#,
            "unsupported: expect.invocations[0].colour",
        ),
        (
            r#""fates":{"s":{"fate":"Success","at":1}}"#,
            "fail: expected Success got not finished (fates.s.fate), and 1 more",
        ),
        (r#""checkpoint":{}"#, "unsupported: expect.checkpoint: of no mapping"),
        (r#""metrics":{"Duration":1}"#, "unsupported: expect.metrics.Duration"),
    ] {
        assert_eq!(line(given, expect), format!("c {told}"));
    }
    for (given, told) in [
        (
            r#""steps":[{"op":"Invoke","params":{"LogType":"Tail"}}]"#,
            "unsupported: given.steps[0].params.LogType",
        ),
        (
            r#""steps":[{"op":"CreateFunction","id":"a"}]"#,
            "unsupported: operation CreateFunction (step a)",
        ),
        (
            r#""steps":[{"op":"Invoke"}],"asyncConfig":{"OnSuccess":"ftp:x"}"#,
            "unsupported: target ftp:x",
        ),
        (r#""steps":[{"op":"Invoke","at":"soon"}]"#, "unsupported: at \"soon\""),
        (
            r#""functions":{"fn":{"sleeps":901}},"steps":[]"#,
            "unsupported: given.functions.fn.sleeps: longer than 900 s",
        ),
        (r#""functions":{}"#, "unsupported: a case without steps"),
    ] {
        assert_eq!(line(given, ""), format!("c {told}"));
    }
}
