//! Streams and their mappings that cannot be: what is told, with what is allowed.

use lambdarium_format::json;
use lambdarium_sim::plan::Plan;

fn told(text: &str) -> Vec<String> {
    let issues = match json::read(text) {
        Ok(run) => Plan::check(&run).expect_err("it is wrong"),
        Err(issues) => issues,
    };
    issues.iter().map(ToString::to_string).collect()
}

/// What is told of a stream and a mapping of it, each with these settings.
fn wrong(kind: &str, stream: &str, mapping: &str) -> Vec<String> {
    told(&format!(
        r#"{{"lambdarium":1,"functions":{{"f":{{}}}},"services":{{"s":{{"kind":"{kind}"{stream}}},
            "q":{{"kind":"sqs"}},"b":{{"kind":"eventbridge"}}}},
            "mappings":{{"m":{{"source":"s","calls":"f"{mapping}}}}}}}"#
    ))
}

const HORIZON: &str = r#","starting-position":"TRIM_HORIZON""#;

#[test]
fn wrong_streams_are_told() {
    let cases = [
        (
            "kinesis",
            r#","shards":0"#,
            "services.s.shards: found 0, allowed is 1 to 200 (KIN-03)",
        ),
        (
            "kinesis",
            r#","retention-period":"23h""#,
            "services.s.retention-period: found \"23h\", allowed is 86400 to 31536000 whole seconds \
             (KIN-10)",
        ),
        (
            "kinesis",
            r#","visibility-timeout":"10s""#,
            "services.s.visibility-timeout: found 10 s, allowed is nothing: it is a setting of sqs \
             (SQS-10)",
        ),
        (
            "kinesis",
            r#","records":[{"payload":1}]"#,
            "services.s.records.0.partition-key: 1 to 256 bytes (KIN-03)",
        ),
        (
            "dynamodb",
            r#","writes":[{"put":{"colour":{"S":"red"}}}]"#,
            "services.s.writes.0.put: found none, allowed is the attribute \"id\", as it is a key \
             of the table (DDS-03)",
        ),
        (
            "dynamodb",
            r#","sort-key":"id""#,
            "services.s.sort-key: found \"id\", allowed is another attribute than the partition \
             key (DDS-03)",
        ),
    ];
    for (kind, stream, said) in cases {
        assert_eq!(wrong(kind, stream, HORIZON), [said]);
    }
}

#[test]
fn wrong_mappings_of_streams_are_told() {
    let cases = [
        (
            "kinesis",
            "",
            "mappings.m.starting-position: TRIM_HORIZON, LATEST or AT_TIMESTAMP (ESM-03)",
        ),
        (
            "dynamodb",
            r#","starting-position":"AT_TIMESTAMP""#,
            "mappings.m.starting-position: found AT_TIMESTAMP, allowed is TRIM_HORIZON or LATEST \
             (ESM-03)",
        ),
        (
            "kinesis",
            r#","starting-position":"AT_TIMESTAMP","starting-at":"1m""#,
            "mappings.m.starting-at: found 60 s, allowed is 0s: no later than when the mapping \
             becomes enabled (KIN-06)",
        ),
        (
            "kinesis",
            r#","starting-position":"LATEST","parallelization-factor":11"#,
            "mappings.m.parallelization-factor: found 11, allowed is 1 to 10 batches per shard, or null (KIN-04)",
        ),
        (
            "kinesis",
            r#","starting-position":"LATEST","parallelization-factor":2,"tumbling-window":"60s""#,
            "mappings.m.parallelization-factor: found 2, allowed is 1 with a tumbling window (TW-04)",
        ),
        (
            "kinesis",
            r#","starting-position":"LATEST","on-failure":"b""#,
            "mappings.m.on-failure: found \"b\", EventBridge bus, allowed is a standard queue, a \
             standard topic or a bucket; there are: q (KIN-19)",
        ),
        (
            "dynamodb",
            r#","starting-position":"LATEST","enhanced-fan-out":true"#,
            "mappings.m.enhanced-fan-out: found on, allowed is nothing: a DynamoDB stream has no \
             such setting (KIN-02)",
        ),
        (
            "sqs",
            r#","bisect-batch-on-function-error":true"#,
            "mappings.m.bisect-batch-on-function-error: found on, allowed is nothing: an SQS \
             standard queue has no such setting (KIN-13)",
        ),
    ];
    for (kind, mapping, said) in cases {
        assert_eq!(wrong(kind, "", mapping), [said]);
    }
}

#[test]
fn wrong_topics_are_told() {
    let cases = [
        (
            "msk",
            r#","partitions":0"#,
            HORIZON,
            "services.s.partitions: found 0, allowed is 1 to 200 (KAF-01)",
        ),
        (
            "kafka",
            r#","shards":2"#,
            HORIZON,
            "services.s.shards: found 2, allowed is nothing: it is a setting of kinesis, dynamodb \
             (KIN-03)",
        ),
        (
            "kafka",
            r#","partitions":2,"records":[{"partition":2,"payload":1}]"#,
            HORIZON,
            "services.s.records.0.partition: found 2, allowed is 0 to 1 (KAF-01)",
        ),
        (
            "kinesis",
            r#","records":[{"partition-key":"k","partition":0,"payload":1}]"#,
            HORIZON,
            "services.s.records.0.partition: found 0, allowed is nothing: only a topic (msk, \
             kafka) has partitions (KAF-01)",
        ),
        (
            "msk",
            r#","records":[{"payload-bytes":20000000}]"#,
            HORIZON,
            "services.s.records.0.payload: found 20000000 bytes, allowed is at most 10 MiB with \
             its key (KIN-03)",
        ),
    ];
    for (kind, stream, mapping, said) in cases {
        assert_eq!(wrong(kind, stream, mapping), [said]);
    }
}

#[test]
fn wrong_mappings_of_topics_are_told() {
    let cases = [
        (
            "msk",
            "",
            "",
            "mappings.m.starting-position: TRIM_HORIZON, LATEST or AT_TIMESTAMP (ESM-03)",
        ),
        (
            "msk",
            "",
            r#","starting-position":"LATEST","tumbling-window":"5s""#,
            "mappings.m.tumbling-window: found 5 s, allowed is nothing: a Kafka topic has no such \
             setting (TW-01)",
        ),
        (
            "msk",
            "",
            r#","starting-position":"LATEST","maximum-pollers":2001"#,
            "mappings.m.maximum-pollers: found 2001, allowed is 1 to 2000 (SQS-04)",
        ),
        (
            "msk",
            "",
            r#","starting-position":"LATEST","on-failure":"s""#,
            "mappings.m.on-failure: found \"s\", MSK topic, allowed is a standard queue, a \
             standard topic, a bucket or another topic of the cluster; there are: q (KAF-04)",
        ),
        (
            "sqs",
            "",
            r#","minimum-pollers":1"#,
            "mappings.m.minimum-pollers: found 1, allowed is 2 to 200 (SQS-04)",
        ),
    ];
    for (kind, stream, mapping, said) in cases {
        assert_eq!(wrong(kind, stream, mapping), [said]);
    }
}

#[test]
fn wrong_brokers_are_told() {
    let cases = [
        (
            "mq",
            r#","records":[{"payload":1}]"#,
            "",
            "services.s.records: nothing: only streams (kinesis, msk, kafka) have records, and a \
             table (dynamodb) writes (KIN-03)",
        ),
        (
            "mq",
            r#","messages":[{"payload":1,"group":"g"}]"#,
            "",
            "services.s.messages.0.group: none: only messages of a FIFO queue have groups \
             (FIFO-01)",
        ),
        (
            "mq",
            r#","dead-letter":"q""#,
            "",
            "services.s.dead-letter: found \"q\", allowed is another queue (mq) of the same \
             engine (MQ-01)",
        ),
        (
            "mq",
            "",
            r#","maximum-retry-attempts":1"#,
            "mappings.m.maximum-retry-attempts: found 1, allowed is nothing: a queue of Amazon MQ \
             has no such setting (KIN-11)",
        ),
        (
            "mq",
            "",
            r#","on-failure":"q""#,
            "mappings.m.on-failure: found q, allowed is nothing: a queue of Amazon MQ has no such \
             setting (KIN-19)",
        ),
    ];
    for (kind, stream, mapping, said) in cases {
        assert_eq!(wrong(kind, stream, mapping), [said]);
    }
}

#[test]
fn a_function_may_not_run_too_long_for_a_topic() {
    for kind in ["kafka", "mq"] {
        let start = if kind == "mq" { "" } else { HORIZON };
        let text = format!(
            r#"{{"lambdarium":1,"functions":{{"f":{{"timeout":"841s"}}}},
                "services":{{"s":{{"kind":"{kind}"}}}},
                "mappings":{{"m":{{"source":"s","calls":"f"{start}}}}}}}"#
        );
        let said = "mappings.m.calls: found a timeout of 14 min 1 s of f, allowed is at most 14 min \
                    for Kafka and MQ (KAF-05)";
        assert_eq!(told(&text), [said]);
    }
}
