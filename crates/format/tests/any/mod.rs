//! Any run at all: every setting somewhere in its range, from a seed.

use lambdarium_sim::Given;
use lambdarium_sim::caller::load::{Load, Pattern};
use lambdarium_sim::caller::{Caller, Kind as CallerKind};
use lambdarium_sim::expect::Expectation;
use lambdarium_sim::knob::{Choices, Kind, Knobs, Setting};
use lambdarium_sim::lambda::behaviour::{
    Answer, Behaviour, Changing, Condition, Draw, Failure, Fault, On, Operator,
    PerRecord, Report, Sum, When,
};
use lambdarium_sim::lambda::event_invoke;
use lambdarium_sim::lambda::{
    Alias, Function, Provisioned, Routing, Shared, Spec, Version,
};
use lambdarium_sim::limits;
use lambdarium_sim::mapping::{self, Mapping};
use lambdarium_sim::release::alarm::{self, Alarm};
use lambdarium_sim::release::routing::TrafficRouting;
use lambdarium_sim::release::spec::{self, Group};
use lambdarium_sim::scenario::{Act, Marker, Nudge, Question, Run, Scenario, Settings};
use lambdarium_sim::service::outlet::{
    Inlet, Manner, Notification, Outlet, Rule, Subscription,
};
use lambdarium_sim::service::parcel::Post;
use lambdarium_sim::service::stream::part::{Put, What};
use lambdarium_sim::service::stream::table::Write;
use lambdarium_sim::service::{self, Service};
use lambdarium_sim::time::{Instant, Span};
use lambdarium_sim::value::{Payload, Value};
use lambdarium_sim::with_caller_spec;

/// Numbers from a seed (SplitMix64).
pub struct Numbers(pub u64);

impl Numbers {
    /// The next number.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// A number below `count`.
    pub fn below(&mut self, count: u64) -> u64 {
        self.next() % count.max(1)
    }

    /// A number in a range, often one of its ends.
    pub fn within(&mut self, min: u64, max: u64) -> u64 {
        match self.below(8) {
            0 => min,
            1 => max,
            2..5 => min + self.below((max - min).min(1_000) + 1),
            _ => min + self.below((max - min).saturating_add(1)),
        }
    }

    fn flip(&mut self) -> bool {
        self.below(2) == 1
    }

    fn maybe<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.flip().then(|| make(self))
    }

    fn list<T>(&mut self, most: u64, make: impl Fn(&mut Self) -> T) -> Vec<T> {
        (0..self.below(most + 1)).map(|_| make(self)).collect()
    }

    fn choice<C: Choices>(&mut self) -> C {
        let at = self.below(C::WORDS.len() as u64);
        C::from_place(u8::try_from(at).expect("few words")).expect("a place")
    }
}

fn shake<S: Knobs>(spec: &mut S, n: &mut Numbers) {
    for knob in S::KNOBS {
        if n.flip() {
            continue;
        }
        let setting = match &knob.kind {
            _ if knob.optional && n.flip() => Setting::Unset,
            Kind::Count { min, max, .. } => Setting::Number(n.within(*min, *max)),
            Kind::Span { min, max, whole_seconds: true } => {
                let seconds = n.within(min.0 / 1_000_000, max.0 / 1_000_000);
                Setting::Span(Span::seconds(seconds))
            }
            Kind::Span { min, max, whole_seconds: false } => {
                Setting::Span(Span(n.within(min.0, max.0)))
            }
            Kind::Ppm => Setting::Number(n.within(0, 1_000_000)),
            Kind::Decimal { max } => Setting::Number(n.within(0, *max)),
            Kind::Bool => Setting::Bool(n.flip()),
            Kind::Choice(words) => Setting::Choice(
                u8::try_from(n.below(words.len() as u64)).expect("few words"),
            ),
            Kind::Text { .. } => Setting::Text(text(n)),
        };
        (knob.set)(spec, setting);
    }
}

fn text(n: &mut Numbers) -> String {
    let letters =
        ['a', 'Z', '0', ' ', '"', '\\', '\n', '\u{1}', 'é', '𝄞', '/', '%', '\u{7f}'];
    let length = n.below(12);
    (0..length).map(|_| letters[n.below(letters.len() as u64) as usize]).collect()
}

fn value(n: &mut Numbers, depth: u64) -> Value {
    match n.below(if depth == 0 { 5 } else { 7 }) {
        0 => Value::Null,
        1 => Value::Bool(n.flip()),
        2 => Value::number(n.next()),
        3 => {
            let numbers =
                ["-0", "1.50", "1e+5", "0.1e-7", "12345678901234567890123", "-7"];
            Value::Number(numbers[n.below(6) as usize].into())
        }
        4 => Value::Text(text(n)),
        5 => Value::List(n.list(3, |n| value(n, depth - 1))),
        _ => object(n, depth - 1),
    }
}

fn object(n: &mut Numbers, depth: u64) -> Value {
    let count = n.below(4);
    Value::Object(
        (0..count).map(|at| (format!("{at}{}", text(n)), value(n, depth))).collect(),
    )
}

fn instant(n: &mut Numbers) -> Instant {
    Instant(n.within(0, 86_400_000_000))
}

fn span(n: &mut Numbers) -> Span {
    Span(n.within(0, 86_400_000_000))
}

fn draw(n: &mut Numbers) -> Draw {
    match n.below(4) {
        0 => Draw::Fixed(span(n)),
        1 => Draw::Uniform { min: span(n), max: span(n) },
        2 => Draw::Exponential { mean: span(n) },
        _ => Draw::Payload { path: text(n) },
    }
}

fn answer(n: &mut Numbers) -> Answer {
    match n.below(11) {
        0 => Answer::Null,
        1 => Answer::Value(value(n, 3)),
        2 => Answer::Echo,
        3 => Answer::Bytes(n.within(0, 1 << 30)),
        4 => Answer::Version,
        5 => Answer::InitializationType,
        6 => Answer::Environment,
        7 => Answer::Code,
        9 => Answer::Changing(Changing {
            values: (0..n.below(3))
                .map(|_| (Instant(n.within(0, 1 << 40)), value(n, 2)))
                .collect(),
            given: Given::here(),
        }),
        8 => Answer::Sum(Sum {
            path: text(n),
            padding_bytes: n.within(0, 1 << 20),
            given: Given::here(),
        }),
        _ => Answer::Context,
    }
}

fn pair(n: &mut Numbers) -> (u64, u64) {
    (n.within(1, u64::MAX), n.within(1, u64::MAX))
}

fn condition(n: &mut Numbers) -> Condition {
    let (path, operator) = (text(n), n.choice::<Operator>());
    Condition { path, operator, value: value(n, 2) }
}

fn fault(n: &mut Numbers) -> Fault {
    let failure: Failure = n.choice();
    let usual = Fault::always(failure);
    Fault {
        failure,
        when: When {
            chance_ppm: n.within(0, 1_000_000),
            attempts: n.maybe(pair),
            calls: n.maybe(pair),
            from: n.maybe(instant),
            to: n.maybe(instant),
            payload: n.maybe(condition),
            on: n.choice::<On>(),
        },
        error_type: n.maybe(text).unwrap_or(usual.error_type),
        error_message: n.maybe(text).unwrap_or(usual.error_message),
        exit_status: n.maybe(|n| n.below(256)),
        duration: n.maybe(span),
    }
}

fn spec(n: &mut Numbers) -> Spec {
    let mut spec = Spec::default();
    shake(&mut spec, n);
    spec.behaviour = n
        .maybe(|n| Behaviour {
            init: draw(n),
            duration: draw(n),
            answer: answer(n),
            sends: n.maybe(text).unwrap_or_default(),
            per_record: n.maybe(|n| PerRecord {
                fails_if: condition(n),
                then: n.choice(),
                given: Given,
            }),
            reports: n.maybe(|n| Report {
                status: n.choice(),
                after: n.maybe(|n| Span(n.within(0, limits::RUN_SPAN_MAX.0))),
                given: Given,
            }),
            supplied: None,
            faults: n.list(3, fault),
        })
        .unwrap_or_default();
    spec
}

fn function(at: usize, n: &mut Numbers) -> Function {
    let mut shared = Shared::default();
    shake(&mut shared, n);
    let versions = n.list(3, spec).into_iter().enumerate();
    let aliases = n.list(3, alias).into_iter().enumerate();
    let provisioned = n.list(2, |n| n.within(1, 1_000_000)).into_iter().enumerate();
    Function {
        name: format!("f{at}"),
        spec: spec(n),
        shared,
        versions: versions
            .map(|(at, spec)| Version { number: at as u64 + 1, spec })
            .collect(),
        aliases: aliases
            .map(|(at, alias)| Alias { name: format!("alias-{at}"), ..alias })
            .collect(),
        provisioned: provisioned
            .map(|(at, count)| Provisioned { qualifier: format!("{}", at + 1), count })
            .collect(),
        event_invoke: n
            .list(2, event_invoke)
            .into_iter()
            .zip(["$LATEST", "live"])
            .map(|(spec, qualifier)| (qualifier.to_string(), spec))
            .collect(),
    }
}

fn alias(n: &mut Numbers) -> Alias {
    let version = n.below(4);
    let weight_ppm = u32::try_from(n.below(1_500_000)).expect("a small number");
    let given = lambdarium_sim::Given::here();
    let routing = Routing { version: version + 1, weight_ppm, given };
    let routing = (weight_ppm <= 1_000_000).then_some(routing);
    Alias { name: String::new(), version, routing }
}

fn event_invoke(n: &mut Numbers) -> event_invoke::Spec {
    let mut spec = event_invoke::Spec::default();
    shake(&mut spec, n);
    spec
}

fn service(at: usize, n: &mut Numbers) -> Service {
    let mut spec = service::Spec::default();
    shake(&mut spec, n);
    let inlet = n.maybe(|n| Inlet {
        payload: payload(n),
        key: text(n),
        attributes: n
            .list(2, |n| value(n, 1))
            .into_iter()
            .enumerate()
            .map(|(at, value)| (format!("a{at}"), value))
            .collect(),
        load: n.maybe(load).unwrap_or_default(),
        group: n.maybe(text).unwrap_or_default(),
        deduplication: n.maybe(text).unwrap_or_default(),
        partition_key: n.maybe(text).unwrap_or_default(),
        partition_keys: n.maybe(|n| n.within(1, 1_000_000)),
    });
    let posts = n.list(2, |n| Post {
        at: instant(n),
        payload: payload(n),
        group: n.maybe(text).unwrap_or_default(),
        deduplication: n.maybe(text).unwrap_or_default(),
        delay: n.maybe(span),
    });
    // Written one after the other, and read so.
    let mut outlets = n.list(2, |n| outlet(n, subscription));
    outlets.extend(n.list(2, |n| outlet(n, rule)));
    outlets.extend(n.list(2, |n| outlet(n, notification)));
    for (at, outlet) in outlets.iter_mut().enumerate() {
        outlet.name = format!("o{at}");
    }
    let kind = n.choice();
    let puts = n.list(2, |n| Put { at: instant(n), what: what(kind, n) });
    Service { name: format!("s{at}"), kind, spec, inlet, outlets, posts, puts }
}

fn what(kind: service::Kind, n: &mut Numbers) -> What {
    if kind != service::Kind::DynamoDb {
        let partition = n.maybe(|n| u32::try_from(n.below(200)).expect("few"));
        return What::Record { partition_key: text(n), partition, payload: payload(n) };
    }
    let writes = [Write::Put, Write::Update, Write::Delete, Write::Expire];
    What::Write(writes[n.below(4) as usize](value(n, 2)))
}

fn mapping(at: usize, n: &mut Numbers) -> Mapping {
    let mut spec = mapping::Spec::default();
    shake(&mut spec, n);
    let filters = n.list(2, |n| value(n, 2));
    Mapping { name: format!("m{at}"), source: text(n), target: text(n), spec, filters }
}

fn alarm(at: usize, n: &mut Numbers) -> Alarm {
    let mut spec = alarm::Spec::default();
    shake(&mut spec, n);
    Alarm { name: format!("a{at}"), watches: text(n), spec }
}

fn group(at: usize, n: &mut Numbers) -> Group {
    let mut spec = spec::Spec::default();
    shake(&mut spec, n);
    let custom = n.maybe(|n| {
        let percentage = u8::try_from(n.within(1, 99)).expect("few");
        let interval = u16::try_from(n.within(1, 2_880)).expect("few");
        match n.below(3) {
            0 => TrafficRouting::AllAtOnce,
            1 => TrafficRouting::Canary { percentage, interval },
            _ => TrafficRouting::Linear { percentage, interval },
        }
    });
    Group {
        name: format!("g{at}"),
        alias: text(n),
        spec,
        custom,
        alarms: n.list(3, text),
        rollback: n.list(3, Numbers::choice),
    }
}

fn subscription(n: &mut Numbers) -> Manner {
    let mut spec = Subscription::default();
    shake(&mut spec, n);
    Manner::Subscription(spec)
}

fn rule(n: &mut Numbers) -> Manner {
    let mut spec = Rule::default();
    shake(&mut spec, n);
    Manner::Rule(spec)
}

fn notification(n: &mut Numbers) -> Manner {
    let mut spec = Notification::default();
    shake(&mut spec, n);
    Manner::Notification(spec)
}

fn outlet(n: &mut Numbers, manner: fn(&mut Numbers) -> Manner) -> Outlet {
    let manner = manner(n);
    let (target, pattern) = (text(n), n.maybe(|n| value(n, 3)));
    let pattern = pattern.filter(|_| manner.pattern_key().is_some());
    Outlet { name: String::new(), target, pattern, manner }
}

fn payload(n: &mut Numbers) -> Payload {
    match n.below(3) {
        0 => Payload::default(),
        1 => Payload::Json(value(n, 4)),
        _ => Payload::Bytes(n.within(0, 1 << 30)),
    }
}

fn load(n: &mut Numbers) -> Load {
    let rate = |n: &mut Numbers| n.within(0, u64::MAX);
    let pattern = match n.below(5) {
        0 => Pattern::Burst { count: n.within(1, 2_000_000) },
        1 => Pattern::Constant { rate: rate(n) },
        2 => Pattern::Poisson { rate: rate(n) },
        3 => Pattern::Ramp { from: rate(n), to: rate(n) },
        _ => Pattern::At(n.list(4, instant)),
    };
    Load {
        pattern,
        start: n.maybe(instant).unwrap_or_default(),
        end: n.maybe(instant),
        count_max: n.maybe(|n| n.within(1, 2_000_000)),
    }
}

fn caller(at: usize, n: &mut Numbers) -> Caller {
    let mut kinds = CallerKind::all();
    let mut kind = kinds.swap_remove(n.below(kinds.len() as u64) as usize);
    with_caller_spec!(&mut kind, spec => shake(spec, n));
    let payload = payload(n);
    let load = n.maybe(load).unwrap_or_default();
    Caller { name: format!("c{at}"), kind, target: text(n), payload, load }
}

fn question(n: &mut Numbers) -> Question {
    Question {
        ask: text(n),
        choices: n.list(limits::CHOICES_MAX as u64, text),
        answer: text(n),
        because: text(n),
    }
}

fn expectation(n: &mut Numbers) -> Expectation {
    Expectation {
        quantity: n.choice(),
        part: n.maybe(|n| ["f0", "s1", "of", "in", "x.y"][n.below(5) as usize].into()),
        relation: n.choice(),
        bound: n.within(0, u64::MAX),
        term: n.choice(),
    }
}

/// A run that can be written, whether or not its parts fit together.
pub fn run(n: &mut Numbers) -> Run {
    let mut settings = Settings::default();
    shake(&mut settings, n);
    shake(&mut settings.streams, n);
    let act = |n: &mut Numbers| Act {
        at: instant(n),
        operation: text(n),
        parameters: object(n, 3),
    };
    let marker =
        |n: &mut Numbers| Marker { at: instant(n), title: text(n), text: text(n) };
    let (functions, callers) = (n.below(4) as usize, n.below(4) as usize);
    let mut moved = (0..callers).map(|at| format!("c{at}")).collect::<Vec<_>>();
    moved.retain(|_| n.below(2) == 0);
    let by = |n: &mut Numbers| n.below(4_001) as i16 - 2_000;
    let nudge = |part| Nudge { part, x: by(n), y: by(n) };
    let nudges = moved.into_iter().map(nudge).collect();
    Run {
        scenario: Scenario {
            title: text(n),
            about: text(n),
            settings,
            functions: (0..functions).map(|at| function(at, n)).collect(),
            callers: (0..callers).map(|at| caller(at, n)).collect(),
            services: (0..n.below(4) as usize).map(|at| service(at, n)).collect(),
            mappings: (0..n.below(3) as usize).map(|at| mapping(at, n)).collect(),
            alarms: (0..n.below(3) as usize).map(|at| alarm(at, n)).collect(),
            groups: (0..n.below(3) as usize).map(|at| group(at, n)).collect(),
            nudges,
            markers: n.list(3, marker),
            question: n.maybe(question),
            expect: n.list(3, expectation),
        },
        seed: n.within(0, u64::MAX),
        acts: n.list(3, act),
    }
}
