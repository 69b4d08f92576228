//! The JSON of events and of failure records, word for word.

use super::super::failure::{About, object_key};
use super::*;
use crate::service::stream::record::Source;
use crate::service::stream::table::View;
use crate::service::stream::text::compact;

fn source(kind: Kind) -> Source<'static> {
    let (shard, view) = (ShardId(0), View::NewAndOldImages);
    Source {
        arn: "stream-arn",
        name: "stream",
        kind,
        shard,
        view,
        role: "role-arn",
        decoded: false,
        redelivered: false,
    }
}

fn about(kind: Kind, at: Instant) -> About<'static> {
    About {
        source: source(kind),
        request_id: "request",
        function_arn: "function-arn",
        executed_version: "$LATEST",
        at,
        payload_size: 0,
        to_topic: false,
    }
}

/// A mapping whose only record has failed three times, from 1.5 s on.
fn failed(function: Function) -> Rig {
    let mut rig = Rig::new(mapping(1, Some(2))).enabled_at(1_500);
    rig.put(1_250, "k");
    rig.run(at(86_000_000), function);
    rig
}

#[test]
fn a_record_of_kinesis_says_what_failed() {
    let rig = failed(|_, _| Outcome::Failed);
    let Settled { at, settlement } = &rig.settled[0];
    let value = settlement.failure(&about(Kind::Kinesis, *at)).expect("it was given up");
    assert_eq!(
        compact(&value),
        "{\"requestContext\":{\"requestId\":\"request\",\"functionArn\":\"function-arn\",\
         \"condition\":\"RetryAttemptsExhausted\",\"approximateInvokeCount\":3},\
         \"responseContext\":{\"statusCode\":200,\"executedVersion\":\"$LATEST\",\
         \"functionError\":\"Unhandled\"},\
         \"version\":\"1.0\",\"timestamp\":\"2026-01-01T00:00:03.300Z\",\
         \"KinesisBatchInfo\":{\"shardId\":\"shardId-000000000000\",\
         \"startSequenceNumber\":\"49668899400000000000000000000000000000000000000000000001\",\
         \"endSequenceNumber\":\"49668899400000000000000000000000000000000000000000000001\",\
         \"approximateArrivalOfFirstRecord\":\"2026-01-01T00:00:01.250Z\",\
         \"approximateArrivalOfLastRecord\":\"2026-01-01T00:00:01.250Z\",\
         \"batchSize\":1,\"streamArn\":\"stream-arn\"}}"
    );
}

#[test]
fn a_record_of_a_table_has_whole_seconds() {
    let rig = failed(|_, _| Outcome::Failed);
    let Settled { at, settlement } = &rig.settled[0];
    let value = settlement.failure(&about(Kind::DynamoDb, *at)).expect("it was given up");
    let info = value.get("DDBStreamBatchInfo").expect("what failed");
    let first = info.get("approximateArrivalOfFirstRecord");
    assert_eq!(first, Some(&Value::text("2026-01-01T00:00:01Z")));
    assert_eq!(value.get("KinesisBatchInfo"), None);
    assert_eq!(value.get("timestamp"), Some(&Value::text("2026-01-01T00:00:03.300Z")));
}

#[test]
fn what_was_reported_is_no_function_error() {
    let mut rig = Rig::new(Spec { partial: true, ..mapping(1, Some(0)) });
    rig.put(0, "k");
    rig.run(at(1_000), |call, _| reports(call, &[1]));
    let Settled { at, settlement } = &rig.settled[0];
    let value = settlement.failure(&about(Kind::Kinesis, *at)).expect("it was given up");
    assert_eq!(value.at("$.responseContext.functionError"), Some(&Value::Null));
    assert_eq!(value.at("$.responseContext.statusCode"), Some(&Value::number(200)));
}

#[test]
fn of_what_was_too_old_there_is_no_response() {
    let age_max = Some(Span::MINUTE);
    let mut rig = Rig::new(Spec { age_max, ..mapping(1, Some(0)) }).enabled_at(60_000);
    rig.put(0, "k");
    rig.run(at(100_000), |_, _| SUCCESS);
    let Settled { at, settlement } = &rig.settled[0];
    let value = settlement.failure(&about(Kind::Kinesis, *at)).expect("it was given up");
    assert_eq!(value.get("responseContext"), None);
    assert_eq!(value.get("payload"), None);
    let count = value.at("$.requestContext.approximateInvokeCount");
    assert_eq!(count, Some(&Value::number(1)));
    assert!(rig.attempts.is_empty());
}

#[test]
fn a_bucket_gets_the_records_too() {
    let rig = failed(|_, _| Outcome::Failed);
    let Settled { at, settlement } = &rig.settled[0];
    let about = about(Kind::Kinesis, *at);
    let object = settlement.object(&about).expect("it was given up");
    let event = rig.attempts[0].call.event(&source(Kind::Kinesis));
    let payload = Value::Text(compact(&event));
    assert_eq!(object.get("payload"), Some(&payload));
    let data = event.at("$.Records.0.kinesis.data");
    assert_eq!(data, Some(&Value::text("eA==")));
    assert_eq!(
        object_key(&about, "mapping", "uuid"),
        "aws/lambda/mapping/shardId-000000000000/2026/01/01/2026-01-01T00.00.03-uuid"
    );
}

#[test]
fn what_was_processed_is_no_failure() {
    let rig = failed(|_, _| SUCCESS);
    let Settled { at, settlement } = &rig.settled[0];
    assert_eq!(settlement.failure(&about(Kind::Kinesis, *at)), None);
}

#[test]
fn an_event_of_a_window_says_which() {
    let tumbling = Span::MINUTE;
    let mut rig = Rig::new(Spec { tumbling, ..mapping(1, None) });
    rig.put(5_000, "k");
    rig.run(at(70_000), |_, _| Outcome::Succeeded { state: counted(1) });
    let event = |number: usize| rig.attempts[number].call.event(&source(Kind::Kinesis));
    let Value::Object(mut members) = event(0) else { panic!("no object") };
    assert_eq!(members.remove(0).0, "Records");
    assert_eq!(
        compact(&Value::Object(members)),
        "{\"window\":{\"start\":\"2026-01-01T00:00:00Z\",\"end\":\"2026-01-01T00:01:00Z\"},\
         \"state\":{},\"shardId\":\"shardId-000000000000\",\"eventSourceARN\":\"stream-arn\",\
         \"isFinalInvokeForWindow\":false,\"isWindowTerminatedEarly\":false}"
    );
    let last = event(1);
    assert_eq!(last.get("Records"), Some(&Value::List(Vec::new())));
    assert_eq!(last.get("isFinalInvokeForWindow"), Some(&Value::Bool(true)));
    assert_eq!(last.at("$.state.sum"), Some(&Value::number(1)));
}
