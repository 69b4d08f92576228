//! Small runs of every kind: short of units, patience and tokens, so that things happen.
//! Every one of them is a plan.
#![allow(dead_code, reason = "each test program uses its own part")]

pub mod acts;
pub mod streams;

pub use acts::acts;

use lambdarium_sim::Given;
use lambdarium_sim::caller::load::{Load, PER_SECOND, Pattern};
use lambdarium_sim::caller::{self, Caller, gateway, sdk, sender, step_functions};
use lambdarium_sim::knob::Choices;
use lambdarium_sim::lambda::behaviour::{
    Answer, Behaviour, Condition, Draw, Failure, Fault, On, Operator, PerRecord, When,
};
use lambdarium_sim::lambda::event_invoke;
use lambdarium_sim::lambda::{
    Alias, Function, Provisioned, RecursiveLoop, Routing, Shared, Spec, Version,
};
use lambdarium_sim::mapping::{self, Mapping};
use lambdarium_sim::scenario::{Pick, Run, Scenario, Settings};
use lambdarium_sim::service::outlet::{
    Inlet, Manner, Notification, Outlet, Rule, Subscription,
};
use lambdarium_sim::service::parcel::Post;
use lambdarium_sim::service::{self, Kind, Service};
use lambdarium_sim::time::{Instant, Span};
use lambdarium_sim::value::{Payload, Value};

/// Numbers from a seed (SplitMix64).
pub struct Numbers(pub u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// A number below `count`.
    pub fn below(&mut self, count: u64) -> u64 {
        self.next() % count
    }

    fn from(&mut self, least: u64, most: u64) -> u64 {
        least + self.below(most - least + 1)
    }

    fn one_in(&mut self, count: u64) -> bool {
        self.below(count) == 0
    }

    fn choice<C: Choices>(&mut self) -> C {
        let place = self.below(C::WORDS.len() as u64);
        C::from_place(u8::try_from(place).expect("few words")).expect("a word")
    }

    /// Often the same few times, so that things meet at one instant.
    fn span(&mut self, most_ms: u64) -> Span {
        match self.below(4) {
            0 => Span::ZERO,
            1 => Span::millis(self.below(most_ms / 500 + 1) * 500),
            _ => Span::millis(self.below(most_ms + 1)),
        }
    }

    fn maybe<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.one_in(2).then(|| make(self))
    }
}

/// How long the runs may be.
pub const UNTIL: Span = Span::seconds(60);

/// A run.
pub fn run(n: &mut Numbers) -> Run {
    let functions: Vec<Function> =
        (0..n.from(1, 3)).map(|at| function(&format!("f{at}"), n)).collect();
    let callers: Vec<Caller> =
        (0..n.from(1, 4)).map(|at| caller(&format!("c{at}"), &functions, n)).collect();
    let mut settings = settings(n);
    let set_aside = functions.iter().map(|function| {
        let provisioned = function.provisioned.iter().map(|p| p.count).sum();
        function.shared.reserved.unwrap_or(provisioned)
    });
    settings.unreserved_min = n.below(4);
    let least = set_aside.sum::<u64>() + settings.unreserved_min;
    settings.account_concurrency = least.max(1) + n.below(12);
    let acts = acts(&functions, settings.until, n);
    let services = services(n);
    let scenario =
        Scenario { settings, functions, callers, services, ..Scenario::default() };
    Run { scenario, seed: n.next(), acts }
}

fn settings(n: &mut Numbers) -> Settings {
    Settings {
        until: if n.one_in(3) { n.span(50_000).max(Span::SECOND) } else { UNTIL },
        idle_ttl: n.span(20_000),
        life_max: n.maybe(|n| Span::seconds(n.from(1, 20))),
        pick: n.choice::<Pick>(),
        suppressed_init_in_timeout: n.one_in(2),
        cpu_scaling: n.one_in(4),
        scale_burst: n.from(1, 10),
        scale_refill_per_s: n.below(4),
        rps_limit: n.one_in(2),
        pc_prep: n.span(5_000),
        pc_rate_per_s: n.from(1, 10),
        abandon_keeps_running: n.one_in(2),
        publish_latency: n.span(3_000),
        free_tier: n.one_in(2),
        dispatch: if n.one_in(4) { n.span(2_000) } else { Span::ZERO },
        error_delay_1: Span::seconds(n.from(1, 8)),
        error_delay_2: Span::seconds(n.from(1, 16)),
        error_jitter_ppm: n.below(2) * 250_000,
        throttle_base: Span::millis(n.from(1, 4) * 250),
        throttle_cap: Span::seconds(n.from(1, 8)),
        throttle_jitter_ppm: n.below(2) * 100_000,
        throttle_reset: n.one_in(2),
        duplicate_ppm: if n.one_in(3) { n.below(5) * 250_000 } else { 0 },
        config_propagation: if n.one_in(4) { n.span(5_000) } else { Span::ZERO },
        dlq_scope: n.choice(),
        delivery: if n.one_in(4) { n.span(2_000) } else { Span::ZERO },
        success_count: n.choice(),
        oversize: n.choice(),
        recursion_limit: n.from(1, 5),
        sns_backoff_min: Span::millis(n.from(1, 4) * 250),
        sns_backoff_max: Span::seconds(n.from(1, 8)),
        sns_jitter_ppm: n.below(2) * 250_000,
        sns_retries: n.below(20),
        eb_backoff_base: Span::millis(n.from(1, 4) * 250),
        eb_backoff_cap: Span::seconds(n.from(1, 8)),
        eb_jitter_ppm: n.below(2) * 250_000,
        ..Settings::default()
    }
}

/// One service of each kind, some of which may not be sent to, and a topic, a bus and a bucket
/// that tell of what comes from outside. What functions send comes back through a topic or
/// bucket only from their code: a loop of records would never end.
fn services(n: &mut Numbers) -> Vec<Service> {
    let kinds = [Kind::Queue, Kind::Topic, Kind::Bus, Kind::Bucket].into_iter();
    let all = kinds.zip(["q", "t", "b", "o"]).map(|(kind, name)| {
        let spec = service::Spec { permission: kind != Kind::Bus, ..Default::default() };
        Service { spec, ..Service::new(name, kind) }
    });
    let mut all: Vec<Service> = all.collect();
    for (kind, name) in [(Kind::Topic, "p"), (Kind::Bus, "e"), (Kind::Bucket, "u")] {
        let outlets = (0..n.below(3)).map(|at| outlet(at, kind, n)).collect();
        let inlet = n.maybe(|n| Inlet {
            payload: Payload::Json(Value::object([("sleep", Value::number(n.below(4)))])),
            key: if kind == Kind::Bucket { "in/a".into() } else { String::new() },
            attributes: Vec::new(),
            load: load(n),
            ..Inlet::default()
        });
        all.push(Service { inlet, outlets, ..Service::new(name, kind) });
    }
    all
}

/// A function that gets what a topic or bus receives.
fn outlet(at: u64, kind: Kind, n: &mut Numbers) -> Outlet {
    let dead_letter = target(&["q"], n);
    let permission = !n.one_in(4);
    let pattern = n.maybe(|n| {
        let most = Value::List(vec![Value::text("<"), Value::number(n.below(5))]);
        let test = Value::object([("numeric", most)]);
        Value::object([("sleep", Value::List(vec![test]))])
    });
    let manner = match kind {
        Kind::Topic => {
            let scope = n.choice();
            Manner::Subscription(Subscription { scope, dead_letter, permission })
        }
        Kind::Bucket => {
            let prefix = ["in/", "f0/"][usize::from(at > 0)].into();
            let suffix = if n.one_in(4) { "b".into() } else { String::new() };
            Manner::Notification(Notification { prefix, suffix, permission })
        }
        Kind::Queue
        | Kind::Bus
        | Kind::Kinesis
        | Kind::DynamoDb
        | Kind::Msk
        | Kind::Kafka
        | Kind::Mq => Manner::Rule(Rule {
            retries_max: n.below(8),
            age_max: Span::seconds(n.from(60, 70)),
            dead_letter,
            permission,
        }),
    };
    Outlet { name: format!("o{at}"), target: "f0".into(), pattern, manner }
}

/// One of these names, or none.
fn target(names: &[&str], n: &mut Numbers) -> String {
    let place = n.below(2 * names.len() as u64) as usize;
    names.get(place).map_or_else(String::new, ToString::to_string)
}

/// What becomes of asynchronous events; destinations of functions lead on, never back.
fn event_invoke(name: &str, n: &mut Numbers) -> event_invoke::Spec {
    // `f0` is always there, and is the destination of the others.
    let next = if name == "f0" { "q" } else { "f0" };
    event_invoke::Spec {
        retries_max: n.maybe(|n| n.below(3)),
        age_max: n.maybe(|n| Span::seconds(n.from(60, 90))),
        on_success: target(&["q", "t", "b", next], n),
        on_failure: target(&["q", "t", "b", "o"], n),
    }
}

/// A function.
pub fn function(name: &str, n: &mut Numbers) -> Function {
    let latest = spec(n);
    let versions: Vec<Version> = (0..n.below(3))
        .map(|at| Version {
            number: at + 1,
            spec: if n.one_in(2) { spec(n) } else { latest.clone() },
        })
        .collect();
    let mut aliases = Vec::new();
    let mut provisioned = Vec::new();
    for Version { number, .. } in &versions {
        let mut qualifier = number.to_string();
        if n.one_in(2) {
            qualifier = format!("a{number}");
            let alias = Alias::to(&qualifier, *number);
            aliases.push(Alias { routing: routing(*number, &versions, n), ..alias });
        }
        if n.one_in(2) {
            provisioned.push(Provisioned { qualifier, count: n.from(1, 3) });
        }
    }
    let least: u64 = provisioned.iter().map(|p| p.count).sum();
    let reserved = n.maybe(|n| least + n.below(5));
    let shared = Shared { reserved, recursive_loop: RecursiveLoop::Terminate };
    let mut configured = vec!["$LATEST".to_string()];
    configured.extend(aliases.first().map(|alias: &Alias| alias.name.clone()));
    configured.retain(|_| n.one_in(2));
    let event_invoke = configured.into_iter().map(|qualifier| {
        let spec = event_invoke(name, n);
        (qualifier, spec)
    });
    let event_invoke = event_invoke.collect();
    Function {
        name: name.into(),
        spec: latest,
        shared,
        versions,
        aliases,
        provisioned,
        event_invoke,
    }
}

/// A share of what an alias gets for another version, if that has the same dead-letter queue.
fn routing(own: u64, versions: &[Version], n: &mut Numbers) -> Option<Routing> {
    let letters = |number: u64| {
        versions.iter().find(|one| one.number == number).map(|one| &one.spec.dead_letter)
    };
    let other = n.from(1, versions.len() as u64);
    let fits = other != own && letters(other) == letters(own) && n.one_in(2);
    let weight_ppm = u32::try_from(n.below(5) * 250_000).expect("a share");
    fits.then_some(Routing { version: other, weight_ppm, given: Given::here() })
}

fn spec(n: &mut Numbers) -> Spec {
    Spec {
        memory_mb: n.from(128, 2_048),
        timeout: Span::seconds(n.from(1, 6)),
        code: n.below(3).to_string(),
        behaviour: Behaviour {
            init: init(n),
            duration: draw(n, 4_000),
            answer: if n.one_in(8) { Answer::Bytes(7 << 20) } else { Answer::Echo },
            // Some send their events to the first one again, and make loops.
            sends: if n.one_in(6) {
                target(&["f0", "q", "o", "p", "u"], n)
            } else {
                String::new()
            },
            per_record: None,
            reports: None,
            supplied: None,
            faults: (0..n.below(4)).map(|_| fault(n)).collect(),
        },
        dead_letter: target(&["q", "t"], n),
        ..Spec::default()
    }
}

fn init(n: &mut Numbers) -> Draw {
    let most_ms = if n.one_in(8) { 14_000 } else { 2_000 };
    draw(n, most_ms)
}

fn draw(n: &mut Numbers, most_ms: u64) -> Draw {
    match n.below(4) {
        0 => Draw::Fixed(n.span(most_ms)),
        1 => {
            let (a, b) = (n.span(most_ms), n.span(most_ms));
            Draw::Uniform { min: a.min(b), max: a.max(b) }
        }
        2 => Draw::Exponential { mean: n.span(most_ms / 2) },
        _ => Draw::Payload { path: "$.sleep".into() },
    }
}

fn fault(n: &mut Numbers) -> Fault {
    let from = n.maybe(|n| Instant(n.span(20_000).0));
    let range = |n: &mut Numbers| (1, n.from(1, 3));
    let is_long = |n: &mut Numbers| Condition {
        path: "$.sleep".into(),
        operator: n.choice::<Operator>(),
        value: Value::number(n.below(4)),
    };
    Fault {
        when: When {
            chance_ppm: n.from(1, 4) * 250_000,
            attempts: n.maybe(range),
            calls: n.maybe(range),
            from,
            to: from.map(|from| from.plus(Span::seconds(10))),
            payload: n.maybe(is_long),
            on: n.choice::<On>(),
        },
        duration: n.maybe(|n| n.span(3_000)),
        ..Fault::always(n.choice::<Failure>())
    }
}

/// A caller of one of these functions.
pub fn caller(name: &str, functions: &[Function], n: &mut Numbers) -> Caller {
    let function = &functions[n.below(functions.len() as u64) as usize];
    let target = match qualifier(function, n) {
        Some(qualifier) => format!("{}:{qualifier}", function.name),
        None => function.name.clone(),
    };
    let payload = match n.below(8) {
        0 => Payload::Bytes((6 << 20) + n.below(3) - 1),
        1 => Payload::Bytes((1 << 20) + n.below(3) - 1),
        _ => Payload::Json(Value::object([("sleep", Value::number(n.below(4)))])),
    };
    let kind = kind(n);
    // A function URL names no version.
    let numbered = target.rsplit(':').next().is_some_and(|q| q.parse::<u64>().is_ok());
    let target = match kind {
        caller::Kind::FunctionUrl(_) if numbered => function.name.clone(),
        _ => target,
    };
    Caller { name: name.into(), kind, target, payload, load: load(n) }
}

fn qualifier(function: &Function, n: &mut Numbers) -> Option<String> {
    let versions = function.versions.iter().map(|version| version.number.to_string());
    let aliases = function.aliases.iter().map(|alias| alias.name.clone());
    let mut all: Vec<String> = versions.chain(aliases).collect();
    let place = n.below(all.len() as u64 + 1) as usize;
    (place < all.len()).then(|| all.swap_remove(place))
}

fn kind(n: &mut Numbers) -> caller::Kind {
    use caller::Kind;
    let spec = sdk::Spec {
        profile: n.choice(),
        jitter: n.choice(),
        jitter_ppm: n.below(5) * 250_000,
        bucket: if n.one_in(2) { n.below(40) } else { 500 },
        read_timeout: n.maybe(|n| Span::seconds(n.from(1, 3))),
        invocation_type: match n.below(8) {
            0 => sdk::InvocationType::DryRun,
            1..4 => sdk::InvocationType::Event,
            _ => sdk::InvocationType::RequestResponse,
        },
    };
    let mut front = |usual: gateway::Spec| gateway::Spec {
        wait: n.span(4_000).max(Span::millis(50)),
        retries: n.below(3),
        ..usual
    };
    let fronts = [
        Kind::RestApi(front(gateway::Spec::rest_api())),
        Kind::HttpApi(front(gateway::Spec::http_api())),
        Kind::FunctionUrl(front(gateway::Spec::function_url())),
        Kind::Alb(front(gateway::Spec::alb())),
    ];
    let state = step_functions::Spec {
        timeout: n.maybe(|n| Span::seconds(n.from(1, 5))),
        attempts_max: n.below(4),
        ..step_functions::Spec::default()
    };
    let [rest, http, url, alb] = fronts;
    let permission = !n.one_in(4);
    let schedule = sender::Schedule {
        retries_max: n.below(8),
        dead_letter: target(&["q"], n),
        permission,
        ..sender::Schedule::default()
    };
    match n.below(10) {
        0 => rest,
        1 => http,
        2 => url,
        3 => alb,
        4 => Kind::StepFunctions(state),
        5 => Kind::Cli(spec),
        6 => Kind::S3(sender::Spec { permission, ..sender::Spec::default() }),
        7 => Kind::Schedule(schedule),
        _ => Kind::Sdk(spec),
    }
}

fn load(n: &mut Numbers) -> Load {
    let rate = |n: &mut Numbers| PER_SECOND * n.from(1, 40) / 10;
    let pattern = match n.below(5) {
        0 => Pattern::Burst { count: n.from(1, 20) },
        1 => Pattern::Constant { rate: rate(n) },
        2 => Pattern::Poisson { rate: rate(n) },
        3 => Pattern::Ramp { from: rate(n) * n.below(2), to: rate(n) },
        _ => {
            let mut times: Vec<Instant> =
                (0..n.from(1, 8)).map(|_| Instant(n.span(20_000).0)).collect();
            times.sort_unstable();
            Pattern::At(times)
        }
    };
    let start = Instant(n.span(10_000).0);
    let end = n.maybe(|n| start.plus(Span::millis(n.from(1, 20_000))));
    Load { pattern, start, end, count_max: n.maybe(|n| n.from(1, 30)) }
}

/// A run with queues that are read: one that may keep order, and its dead-letter queue.
pub fn queues(n: &mut Numbers) -> Run {
    let fifo = n.one_in(2);
    let functions = vec![batch_function("f", n), batch_function("g", n)];
    let sent = (0..n.from(1, 12)).map(|at| Post {
        at: Instant(at * n.span(2_000).0),
        payload: Payload::Json(Value::object([
            ("sleep", Value::number(n.below(4))),
            ("bad", Value::number(n.below(3))),
        ])),
        group: if fifo {
            ["a", "b", "c"][n.below(3) as usize].into()
        } else {
            String::new()
        },
        deduplication: String::new(),
        delay: if fifo { None } else { n.maybe(|n| n.span(5_000)) },
    });
    let mut posts: Vec<Post> = sent.collect();
    posts.sort_by_key(|post| post.at);
    let spec = service::Spec {
        fifo,
        visibility: Span::seconds(n.from(1, 8)),
        shortened: true,
        delay: if n.one_in(3) { Span::seconds(n.below(4)) } else { Span::ZERO },
        retention: if n.one_in(4) { Span::MINUTE } else { Span::HOUR.times(96) },
        dead_letter: target(&["dead"], n),
        receives_max: n.from(1, 4),
        ..service::Spec::default()
    };
    let dead = service::Spec { fifo, shortened: true, ..service::Spec::default() };
    let services = vec![
        Service { spec, posts, ..Service::new("q", Kind::Queue) },
        Service { spec: dead, ..Service::new("dead", Kind::Queue) },
    ];
    let mut mappings = vec![mapping("m", "q", "f", fifo, n)];
    if n.one_in(2) {
        mappings.push(mapping("m2", "q", "g", fifo, n));
    }
    if n.one_in(2) {
        mappings.push(mapping("m3", "dead", "f", fifo, n));
    }
    let settings = Settings {
        until: Span::seconds(90),
        sqs_in_flight_max: n.from(1, 12),
        sqs_pollers_initial: n.from(1, 5),
        fifo_mix_groups: n.one_in(2),
        esm_payload_limit: if n.one_in(3) { 1_500 } else { 6 << 20 },
        sqs_low_traffic_wait: if n.one_in(4) { Span::seconds(3) } else { Span::ZERO },
        sqs_effective_visibility: n.one_in(2),
        sqs_late_delete: n.choice(),
        sqs_error_backoff: n.maybe(|n| Span::seconds(n.from(1, 20))),
        esm_duplicate_ppm: n.below(2) * 300_000,
        esm_poll_latency: if n.one_in(3) { n.span(1_500) } else { Span::ZERO },
        esm_transition: Span::seconds(n.below(7)),
        esm_disable_inflight: n.choice(),
        ..Settings::default()
    };
    let acts = acts::about_what_is_read(&functions, Span::MINUTE, n);
    let scenario =
        Scenario { settings, functions, services, mappings, ..Scenario::default() };
    Run { scenario, seed: n.next(), acts }
}

fn mapping(
    name: &str,
    source: &str,
    target: &str,
    fifo: bool,
    n: &mut Numbers,
) -> Mapping {
    let below = |n: &mut Numbers| {
        let most = Value::List(vec![Value::text("<"), Value::number(n.below(5))]);
        let test = Value::object([("numeric", most)]);
        let body = Value::object([("sleep", Value::List(vec![test]))]);
        Value::object([("body", body)])
    };
    let spec = mapping::Spec {
        enabled: !n.one_in(8),
        batch_size: n.maybe(|n| n.from(1, 10)),
        window: if fifo || n.one_in(2) {
            None
        } else {
            Some(Span::seconds(n.from(1, 5)))
        },
        partial: n.one_in(2),
        concurrency_max: n.maybe(|n| n.from(2, 4)),
        ..mapping::Spec::default()
    };
    let filters = n.maybe(below).into_iter().collect();
    Mapping { spec, filters, ..Mapping::new(name, source, target) }
}

/// A function that may fail with single records.
fn batch_function(name: &str, n: &mut Numbers) -> Function {
    let per_record = n.maybe(|n| PerRecord {
        fails_if: Condition {
            path: "body.bad".into(),
            operator: Operator::AtLeast,
            value: Value::text("$receiveCount"),
        },
        then: n.choice(),
        given: Given,
    });
    let behaviour = Behaviour {
        init: init(n),
        duration: draw(n, 4_000),
        per_record,
        faults: (0..n.below(2)).map(|_| fault(n)).collect(),
        ..Behaviour::default()
    };
    let timeout = Span::seconds(n.from(1, 6));
    let spec = Spec { timeout, behaviour, ..Spec::default() };
    let reserved = n.maybe(|n| n.below(4));
    let shared = Shared { reserved, ..Shared::default() };
    Function { name: name.into(), spec, shared, ..Function::default() }
}
