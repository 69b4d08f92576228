//! Streams as a whole: keys and shards, limits, retention, positions, resharding, and the
//! JSON of records.

use super::record::{Record, Source};
use super::shard::Batch;
use super::*;
use crate::service::filter::Filter;
use crate::value::Value;
use alloc::vec;
use proptest::prelude::*;

fn kinesis(shards: u32) -> (Spec, State) {
    let spec = Spec { shards, ..Spec::new(Kind::Kinesis) };
    let state = State::new(&spec, Instant::START);
    (spec, state)
}

fn at(millis: u64) -> Instant {
    Instant::START.plus(Span::millis(millis))
}

fn word(text: &str) -> Data {
    Data::Text(text.into())
}

fn got(read: Read) -> Batch {
    match read {
        Read::Records(batch) => batch,
        Read::Throttled { until } => panic!("throttled until {until}"),
    }
}

fn attribute(text: &str) -> Value {
    Value::object([("S", Value::text(text))])
}

#[test]
fn a_key_goes_where_its_hash_belongs() {
    let (_, mut state) = kinesis(4);
    for number in 0..100 {
        let key = format!("k{number}");
        let taken = state.put(at(0), &key, word("x")).expect("room");
        let quarter = u32::try_from(md5::number(&key) >> 126).expect("two bits");
        assert_eq!(taken.shard, ShardId(quarter));
        assert_eq!(taken.sequence, Sequence(number + 1));
    }
    let ranges: Vec<HashRange> = state.shards().iter().map(Shard::range).collect();
    assert_eq!((ranges[0].first, ranges[3].last), (0, u128::MAX));
    assert!(ranges.windows(2).all(|two| two[0].last + 1 == two[1].first));
    assert_eq!(HashRange::part(0, 1), HashRange::ALL);
    // As AWS lists the shards of new streams.
    let half = 170_141_183_460_469_231_731_687_303_715_884_105_728;
    assert_eq!(HashRange::part(1, 2).first, half);
    let third = 113_427_455_640_312_821_154_458_202_477_256_070_485;
    assert_eq!(HashRange::part(1, 3).first, third);
    assert_eq!(HashRange::part(2, 3).last, u128::MAX);
}

#[test]
fn a_shard_takes_a_thousand_records_a_second() {
    let (_, mut state) = kinesis(1);
    let throttled = Err(PutRefusal::Throttled { shard: ShardId(0) });
    for _ in 0..1_000 {
        assert!(state.put(at(500), "k", word("x")).is_ok());
    }
    assert_eq!(state.put(at(500), "k", word("x")), throttled);
    assert_eq!(state.put(at(1_499), "k", word("x")), throttled);
    assert!(state.put(at(1_500), "k", word("x")).is_ok());
}

#[test]
fn a_shard_takes_a_megabyte_a_second() {
    let (_, mut state) = kinesis(1);
    let half = || Data::Bytes((1 << 19) - 1);
    assert_eq!(state.put(at(0), "k", Data::Bytes(1 << 20)), Err(PutRefusal::TooLarge));
    assert!(state.put(at(0), "k", half()).is_ok());
    assert!(state.put(at(100), "k", half()).is_ok());
    assert!(state.put(at(100), "k", word("")).is_err());
    assert!(state.put(at(1_000), "k", word("")).is_ok());
}

#[test]
fn a_shard_is_read_five_times_a_second() {
    let (spec, mut state) = kinesis(1);
    for millis in [0, 100, 200, 300, 400] {
        got(state.read(at(millis), &spec, ShardId(0), 0));
    }
    let sixth = state.read(at(999), &spec, ShardId(0), 0);
    assert_eq!(sixth, Read::Throttled { until: at(1_000) });
    got(state.read(at(1_000), &spec, ShardId(0), 0));
    let seventh = state.read(at(1_000), &spec, ShardId(0), 0);
    assert_eq!(seventh, Read::Throttled { until: at(1_100) });
}

#[test]
fn ten_megabytes_are_enough_for_five_seconds() {
    let (spec, mut state) = kinesis(1);
    for second in 0..12 {
        let most = Data::Bytes((1 << 20) - 1);
        state.put(at(second * 1_000), "k", most).expect("a megabyte a second");
    }
    let first = got(state.read(at(20_000), &spec, ShardId(0), 0));
    assert_eq!((first.records.len(), first.next, first.is_behind), (10, 10, true));
    let second = state.read(at(20_100), &spec, ShardId(0), 10);
    assert_eq!(second, Read::Throttled { until: at(25_000) });
    let rest = got(state.read(at(25_000), &spec, ShardId(0), 10));
    assert_eq!((rest.records.len(), rest.is_behind, rest.is_end), (2, false, false));
}

#[test]
fn a_call_brings_so_many_records_at_most() {
    let (spec, mut state) = kinesis(1);
    for number in 0..10_500 {
        state.put(at(number), "k", word("x")).expect("a thousand a second");
    }
    let first = got(state.read(at(20_000), &spec, ShardId(0), 0));
    assert_eq!((first.records.len(), first.is_behind), (10_000, true));

    let spec = Spec::new(Kind::DynamoDb);
    let mut state = State::new(&spec, Instant::START);
    for number in 0..1_200 {
        let item = Value::object([("id", attribute(&format!("{number}")))]);
        state.write(at(0), &spec, &Write::Put(item)).expect("a key");
    }
    let first = got(state.read(at(0), &spec, ShardId(0), 0));
    assert_eq!((first.records.len(), first.is_behind), (1_000, true));
}

#[test]
fn what_is_too_old_is_gone() {
    let (spec, mut state) = kinesis(1);
    for millis in [0, 10, 20] {
        state.put(at(millis), "k", word("x")).expect("room");
    }
    let day = 86_400_000;
    let place =
        |state: &mut State, now, position| state.list(now, &spec, position)[0].place;
    assert_eq!(place(&mut state, at(day - 1), Position::TrimHorizon), 0);
    assert_eq!(place(&mut state, at(day + 10), Position::TrimHorizon), 2);
    let batch = got(state.read(at(day + 10), &spec, ShardId(0), 0));
    assert_eq!((batch.records.len(), batch.next), (1, 3));
    let table = Spec { retention: Span::HOUR.times(48), ..Spec::new(Kind::DynamoDb) };
    assert_eq!(table.kept(), Span::HOUR.times(24));
}

#[test]
fn reading_begins_where_it_is_told_to() {
    let (spec, mut state) = kinesis(1);
    for millis in [0, 10, 10, 20] {
        state.put(at(millis), "k", word("x")).expect("room");
    }
    for (position, place) in [
        (Position::TrimHorizon, 0),
        (Position::Latest, 4),
        (Position::At(at(0)), 0),
        (Position::At(at(1)), 1),
        (Position::At(at(10)), 1),
        (Position::At(at(11)), 3),
        (Position::At(at(21)), 4),
    ] {
        assert_eq!(state.list(at(30), &spec, position)[0].place, place);
    }
}

#[test]
fn children_take_over_the_range_of_their_parents() {
    let (spec, mut state) = kinesis(1);
    state.put(at(0), "k", word("x")).expect("room");
    let wrong = |state: &mut State, id, hash| state.split(at(1), ShardId(id), hash);
    assert_eq!(wrong(&mut state, 1, 5), Err(ReshardRefusal::NoSuchShard));
    assert_eq!(wrong(&mut state, 0, 0), Err(ReshardRefusal::WrongRange));
    let [low, high] = state.split(at(1), ShardId(0), 1 << 127).expect("a split");
    assert_eq!(wrong(&mut state, 0, 5), Err(ReshardRefusal::Closed));
    let parent = got(state.read(at(2), &spec, ShardId(0), 0));
    assert_eq!((parent.records.len(), parent.is_end), (1, true));
    for number in 0..20 {
        let key = format!("k{number}");
        let is_high = md5::number(&key) >> 127 == 1;
        let taken = state.put(at(2), &key, word("x")).expect("room");
        assert_eq!(taken.shard, if is_high { high } else { low });
        assert!(taken.sequence > parent.records[0].sequence);
    }
    let merged = state.merge(at(3), [high, low]).expect("neighbours");
    let shard = state.shard(merged).expect("it is there");
    assert_eq!((shard.range(), shard.parents()), (HashRange::ALL, &[high, low][..]));
    let [first, second] = state.split(at(4), merged, 1 << 125).expect("a split");
    let [middle, last] = state.split(at(4), second, 1 << 127).expect("a split");
    let apart = state.merge(at(5), [first, last]);
    assert_eq!(apart, Err(ReshardRefusal::WrongRange));
    assert!(state.merge(at(5), [middle, last]).is_ok());
}

#[test]
fn a_shard_of_a_table_rolls_over() {
    let spec = Spec::new(Kind::DynamoDb);
    let mut state = State::new(&spec, Instant::START);
    let next = state.roll(at(1), ShardId(0)).expect("an open shard");
    assert_eq!(state.roll(at(2), ShardId(0)), Err(ReshardRefusal::Closed));
    let item = Value::object([("id", attribute("a"))]);
    let taken = state.write(at(3), &spec, &Write::Put(item)).expect("a key");
    assert_eq!(taken.map(|taken| taken.shard), Some(next));
    let shard = state.shard(next).expect("it is there");
    assert_eq!((shard.range(), shard.parents()), (HashRange::ALL, &[ShardId(0)][..]));
}

fn source(kind: Kind, arn: &str) -> Source<'_> {
    let (shard, role) = (ShardId(0), "arn:aws:iam::111111111111:role/lambda-role");
    let view = View::NewAndOldImages;
    let (name, decoded, redelivered) = ("stream", false, false);
    Source { arn, name, kind, shard, view, role, decoded, redelivered }
}

#[test]
fn a_record_of_kinesis_reads_as_aws_writes_it() {
    let (spec, mut state) = kinesis(1);
    state.put(at(1_500), "test_0", word("hello")).expect("room");
    let record: Record =
        got(state.read(at(2_000), &spec, ShardId(0), 0)).records[0].clone();
    let arn = "arn:aws:kinesis:us-east-1:111111111111:stream/stream";
    assert_eq!(
        text::compact(&record.value(&source(Kind::Kinesis, arn))),
        "{\"kinesis\":{\"kinesisSchemaVersion\":\"1.0\",\"partitionKey\":\"test_0\",\
         \"sequenceNumber\":\"49668899400000000000000000000000000000000000000000000001\",\
         \"data\":\"aGVsbG8=\",\"approximateArrivalTimestamp\":1767225601.500},\
         \"eventSource\":\"aws:kinesis\",\"eventVersion\":\"1.0\",\
         \"eventID\":\"shardId-000000000000:49668899400000000000000000000000000000000000000000000001\",\
         \"eventName\":\"aws:kinesis:record\",\
         \"invokeIdentityArn\":\"arn:aws:iam::111111111111:role/lambda-role\",\
         \"awsRegion\":\"us-east-1\",\
         \"eventSourceARN\":\"arn:aws:kinesis:us-east-1:111111111111:stream/stream\"}"
    );
}

#[test]
fn a_record_of_a_table_reads_as_aws_writes_it() {
    let spec = Spec::new(Kind::DynamoDb);
    let mut state = State::new(&spec, Instant::START);
    let item =
        |colour| Value::object([("id", attribute("a")), ("colour", attribute(colour))]);
    for write in [
        Write::Put(item("red")),
        Write::Put(item("red")),
        Write::Put(item("blue")),
        Write::Expire(item("blue")),
    ] {
        state.write(at(1_500), &spec, &write).expect("a key");
    }
    let batch = got(state.read(at(2_000), &spec, ShardId(0), 0));
    let source = source(Kind::DynamoDb, "arn");
    let values: Vec<Value> = batch.records.iter().map(|r| r.value(&source)).collect();
    let words = |path: &str| -> Vec<Option<&str>> {
        values.iter().map(|value| value.at(path).and_then(Value::as_text)).collect()
    };
    assert_eq!(words("$.eventName"), ["INSERT", "MODIFY", "REMOVE"].map(Some));
    assert_eq!(words("$.dynamodb.Keys.id.S"), [Some("a"); 3]);
    assert_eq!(words("$.dynamodb.NewImage.colour.S"), [Some("red"), Some("blue"), None]);
    assert_eq!(words("$.dynamodb.OldImage.colour.S"), [None, Some("red"), Some("blue")]);
    assert_eq!(
        words("$.userIdentity.principalId"),
        [None, None, Some("dynamodb.amazonaws.com")]
    );
    assert_eq!(words("$.eventVersion"), [Some("1.1"); 3]);
    let created = values[0].at("$.dynamodb.ApproximateCreationDateTime");
    assert_eq!(created, Some(&Value::number(EPOCH_S + 1)));
    assert_eq!(values[0].at("$.dynamodb.SizeBytes"), Some(&Value::number(3 + 3 + 9)));
    let order: Vec<Option<&str>> = words("$.dynamodb.SequenceNumber");
    assert!(order.is_sorted() && order[0] < order[1]);
    let keys = Source { view: View::KeysOnly, ..source };
    assert_eq!(batch.records[0].value(&keys).at("$.dynamodb.NewImage"), None);
}

#[test]
fn filters_and_handlers_see_what_data_says() {
    let (spec, mut state) = kinesis(1);
    let json = Value::object([("city", Value::text("Seattle"))]);
    state.put(at(0), "k", Data::Json(json)).expect("room");
    state.put(at(0), "k", word("plain")).expect("room");
    let batch = got(state.read(at(0), &spec, ShardId(0), 0));
    let source = source(Kind::Kinesis, "arn");
    let encoded = batch.records[0].value(&source);
    let data = encoded.at("$.kinesis.data").and_then(Value::as_text);
    assert_eq!(data, Some("eyJjaXR5IjoiU2VhdHRsZSJ9"));
    let decoded = Source { decoded: true, ..source };
    let city = Value::text("Seattle");
    assert_eq!(batch.records[0].value(&decoded).at("$.kinesis.data.city"), Some(&city));
    let passes = |pattern: Value, record: &Record| {
        let filter = Filter::read(&pattern, false).expect("a pattern");
        filter.passes(&record.filtered(&source))
    };
    let is = |key: &str, word: &str| {
        Value::object([(key, Value::List(vec![Value::text(word)]))])
    };
    let by_city = || Value::object([("data", is("city", "Seattle"))]);
    assert!(passes(by_city(), &batch.records[0]));
    // Text is no JSON: a pattern of JSON lets it go (ESM-20).
    assert!(!passes(by_city(), &batch.records[1]));
    assert!(passes(is("partitionKey", "k"), &batch.records[1]));

    let spec = Spec::new(Kind::DynamoDb);
    let mut state = State::new(&spec, Instant::START);
    let item = Value::object([("id", attribute("a"))]);
    state.write(at(0), &spec, &Write::Put(item)).expect("a key");
    let record = &got(state.read(at(0), &spec, ShardId(0), 0)).records[0];
    let by_id = Value::object([("Keys", Value::object([("id", is("S", "a"))]))]);
    assert!(passes(Value::object([("dynamodb", by_id)]), record));
    assert!(!passes(is("eventName", "REMOVE"), record));
}

#[test]
fn shards_have_names() {
    assert_eq!(ShardId(7).text(Kind::Kinesis), "shardId-000000000007");
    let name = ShardId(0).text(Kind::DynamoDb);
    assert_eq!(name, "shardId-00000001767225600000-cfcd2084");
}

proptest! {
    /// Every record is in one open shard's range, places count up, and nothing is lost.
    #[test]
    fn resharding_loses_nothing(
        steps in prop::collection::vec((0u8..8, any::<u16>()), 1..60),
    ) {
        let (spec, mut state) = kinesis(2);
        let mut put = 0;
        for (number, (kind, pick)) in steps.into_iter().enumerate() {
            let now = at(number as u64 * 1_000);
            let open: Vec<ShardId> =
                state.shards().iter().filter(|s| s.is_open()).map(Shard::id).collect();
            let some = open[usize::from(pick) % open.len()];
            match kind {
                0 => {
                    let HashRange { first, last } =
                        state.shard(some).expect("an open shard").range();
                    let _ = state.split(now, some, first + (last - first) / 2 + 1);
                }
                1 => {
                    let _ = state.merge(now, [open[0], some]);
                }
                _ => {
                    let key = format!("{pick}");
                    put += u64::from(state.put(now, &key, word("x")).is_ok());
                }
            }
            let taking = |hash: u128| {
                let takes = |s: &&Shard| s.is_open() && s.range().holds(hash);
                state.shards().iter().filter(takes).count()
            };
            prop_assert!(vec![0, 1 << 126, 1 << 127, u128::MAX].into_iter()
                .all(|hash| taking(hash) == 1));
        }
        let mut read = 0;
        for id in 0..state.shards().len() {
            let id = ShardId(u32::try_from(id).expect("few"));
            let batch = got(state.read(at(100_000), &spec, id, 0));
            prop_assert!(batch.records.iter().is_sorted_by_key(|record| record.sequence));
            read += u64::from(batch.records.len());
        }
        prop_assert_eq!(read, put);
    }
}
