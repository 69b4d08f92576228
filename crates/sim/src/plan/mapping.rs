//! Mappings of a plan: sources and functions found, and what AWS gives what is not set.

use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

use super::{Plan, PlannedService, Qualifier, service, split_target};
use crate::dice::Dice;
use crate::id::{FunctionId, MappingId, Part, ServiceId, VersionIx};
use crate::mapping::spec::{Source, Spec};
use crate::mapping::stream::spec::Assumptions;
use crate::mapping::{Mapping, stream};
use crate::rule::Rule;
use crate::scenario::{Scenario, Settings};
use crate::service::filter::Filter;
use crate::service::stream::ShardId;
use crate::service::stream::record::{self, Record};
use crate::service::{Kind, Service};
use crate::time::{Instant, Span};
use crate::value::{Payload, Value};

/// A mapping with its source and its function found.
#[derive(Clone, Debug)]
pub struct PlannedMapping {
    pub(crate) name: String,
    pub(crate) source: ServiceId,
    pub(crate) source_kind: Source,
    pub(crate) function: FunctionId,
    pub(crate) qualifier: Qualifier,
    pub(crate) target: String,
    pub(crate) spec: Spec,
    /// Records of a batch at most.
    pub(crate) batch_size: u64,
    pub(crate) filters: Rc<Vec<Filter>>,
    /// As they were written.
    pub(crate) patterns: Vec<Value>,
    /// Pollers at first, and whenever there is little to do.
    pub(crate) pollers_initial: usize,
    /// Pollers at most.
    pub(crate) pollers_max: usize,
    pub(crate) dice: Dice,
    /// What it was asked to be, while that is not in force.
    pub(crate) next: Option<Rc<PlannedMapping>>,
    /// What it goes by where it reads a stream.
    pub(crate) stream: Option<PlannedReads>,
}

/// What a mapping of a stream goes by.
#[derive(Clone, Debug)]
pub(crate) struct PlannedReads {
    pub(crate) spec: stream::spec::Spec,
    pub(crate) assumed: Assumptions,
    /// Who is told of what it gives up.
    pub(crate) on_failure: Option<ServiceId>,
}

/// Concurrent batches of one mapping at most (SQS-02).
const BATCHES_MAX: u64 = 1_250;
/// Concurrent batches of one event poller (SQS-04).
const PER_POLLER: u64 = 10;
/// Concurrency that the provisioned mode adds in a minute (SQS-04).
const PROVISIONED_PER_MINUTE: u64 = 1_000;

impl PlannedMapping {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it reads.
    #[must_use]
    pub fn source(&self) -> ServiceId {
        self.source
    }

    /// What that is.
    #[must_use]
    pub fn source_kind(&self) -> Source {
        self.source_kind
    }

    /// The function it calls.
    #[must_use]
    pub fn function(&self) -> FunctionId {
        self.function
    }

    /// What it calls, as written.
    #[must_use]
    pub fn target(&self) -> &str {
        &self.target
    }

    /// Its settings.
    #[must_use]
    pub fn spec(&self) -> &Spec {
        &self.spec
    }

    /// How long records are collected for a batch.
    pub(crate) fn window(&self) -> Span {
        self.spec.window(self.source_kind)
    }

    /// How long what it receives is hidden, and whether that is longer than its queue says
    /// (SQS-11).
    pub(crate) fn visibility(&self, plan: &Plan, of_queue: Span) -> (Span, bool) {
        let both = self.window().plus(self.timeout(plan));
        let is_short = self.window() > Span::ZERO && both > of_queue;
        match is_short && plan.settings.sqs_effective_visibility {
            true => (both.plus(Span::seconds(30)), true),
            false => (of_queue, false),
        }
    }

    /// The timeout of what it calls.
    pub(crate) fn timeout(&self, plan: &Plan) -> Span {
        let function = plan.function(self.function);
        let version = match &self.qualifier {
            Qualifier::Latest => None,
            Qualifier::Named(name) => function.resolve(name),
        };
        function.version(version.unwrap_or(VersionIx::LATEST)).spec.timeout
    }

    /// Whether one of its filters lets a message through. What is not JSON matches no
    /// pattern of JSON (ESM-20).
    pub(crate) fn lets_through(&self, body: &Payload) -> bool {
        let body = match body {
            Payload::Json(value) => value.clone(),
            Payload::Bytes(_) => Value::Null,
        };
        let record = Value::object([("body", body)]);
        self.filters.iter().any(|filter| filter.passes(&record))
    }

    /// Whether one of its filters lets a record of a stream through (ESM-17).
    pub(crate) fn lets_record_through(
        &self,
        record: &Record,
        shard: ShardId,
        plan: &Plan,
    ) -> bool {
        let stream = plan.service(self.source).stream.as_ref().expect("it reads one");
        let source = record::Source {
            arn: "",
            name: plan.service(self.source).name(),
            kind: stream.kind,
            shard,
            view: stream.view,
            role: "",
            decoded: true,
            redelivered: false,
        };
        let seen = record.filtered(&source);
        let data = self.source_kind.data_keys();
        self.filters.iter().any(|filter| filter.passes_where_it_fits(&seen, data))
    }

    /// How many pollers are added at once.
    pub(crate) fn ramp_step(&self, usual: usize, now: Instant) -> usize {
        if !self.spec.is_provisioned() {
            return usual;
        }
        // Whole ones of 1,000 a minute, so that no second is rounded for itself.
        let by = |seconds: u64| PROVISIONED_PER_MINUTE * seconds / 60;
        let second = now.0 / Span::SECOND.0;
        usize::try_from(by(second) - by(second.saturating_sub(1))).unwrap_or(usual)
    }

    /// The rule behind the number of its pollers.
    pub(crate) fn ramp_rule(&self) -> Rule {
        if self.spec.is_provisioned() { Rule::Sqs04 } else { Rule::Sqs02 }
    }
}

/// What kind of source a service is for mappings.
pub(super) fn source_of(scenario: &Scenario, name: &str) -> Option<Source> {
    Source::of(scenario.services.iter().find(|service| service.name == name)?)
}

impl Source {
    /// What it is for a mapping; none if no mapping reads such a service.
    #[must_use]
    pub fn of(service: &Service) -> Option<Self> {
        source_kind(service.kind, service.spec.fifo)
    }
}

/// The same of a service of a plan.
pub(crate) fn kind_of(service: &PlannedService) -> Option<Source> {
    source_kind(service.kind, service.spec.fifo)
}

const fn source_kind(kind: Kind, fifo: bool) -> Option<Source> {
    match kind {
        Kind::Queue if fifo => Some(Source::Fifo),
        Kind::Queue => Some(Source::Queue),
        Kind::Topic | Kind::Bus | Kind::Bucket => None,
        Kind::Kinesis => Some(Source::Kinesis),
        Kind::DynamoDb => Some(Source::DynamoDb),
        Kind::Msk | Kind::Kafka => Some(Source::Kafka),
        Kind::Mq => Some(Source::Mq),
    }
}

pub(super) fn planned(
    mapping: &Mapping,
    scenario: &Scenario,
    seed: u64,
) -> Option<PlannedMapping> {
    let (function_name, _) = split_target(&mapping.target);
    let function = scenario.functions.iter().position(|f| f.name == function_name)?;
    let found = Found {
        source: service::find(scenario, &mapping.source)?,
        source_kind: source_of(scenario, &mapping.source)?,
        function: FunctionId(u16::try_from(function).ok()?),
        reserved: scenario.functions[function].shared.reserved,
        on_failure: service::find(scenario, &mapping.spec.on_failure),
    };
    Some(PlannedMapping::of(mapping, &found, &scenario.settings, seed))
}

/// What a mapping reads and calls, found by name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found {
    pub(crate) source: ServiceId,
    pub(crate) source_kind: Source,
    pub(crate) function: FunctionId,
    /// The reservation of that.
    pub(crate) reserved: Option<u64>,
    /// Who is told of what a stream's mapping gives up.
    pub(crate) on_failure: Option<ServiceId>,
}

impl PlannedMapping {
    /// A mapping of which source and function are found.
    pub(crate) fn of(
        mapping: &Mapping,
        found: &Found,
        settings: &Settings,
        seed: u64,
    ) -> Self {
        let Mapping { name, source: _, target, spec, filters } = mapping;
        let (pollers_initial, pollers_max) = pollers(spec, found, settings);
        let (_, qualifier) = split_target(target);
        let read = filters.iter().filter_map(|one| Filter::read(one, false).ok());
        Self {
            name: name.clone(),
            source: found.source,
            source_kind: found.source_kind,
            function: found.function,
            qualifier,
            target: target.clone(),
            spec: spec.clone(),
            batch_size: spec.batch_size.unwrap_or(found.source_kind.batch_size()),
            filters: Rc::new(read.collect::<Vec<_>>()),
            patterns: filters.clone(),
            pollers_initial,
            pollers_max,
            dice: Dice::of(seed, name),
            next: None,
            stream: stream::spec::Spec::of(spec, found.source_kind)
                .filter(|_| !found.source_kind.is_queue())
                .map(|of_stream| PlannedReads {
                    spec: of_stream,
                    assumed: Assumptions::of(settings),
                    on_failure: found.on_failure,
                }),
        }
    }

    /// Its UUID.
    #[must_use]
    pub fn uuid(&self) -> String {
        self.dice.uuid(0)
    }

    /// It as it was asked to be last, whether or not that has come about.
    pub(crate) fn asked(&self) -> &Self {
        self.next.as_deref().unwrap_or(self)
    }

    /// It as a scenario would say it.
    pub(crate) fn as_drawn(&self, source: &str) -> Mapping {
        Mapping {
            name: self.name.clone(),
            source: source.into(),
            target: self.target.clone(),
            spec: self.spec.clone(),
            filters: self.patterns.clone(),
        }
    }
}

/// Pollers at first and at most.
fn pollers(spec: &Spec, found: &Found, settings: &Settings) -> (usize, usize) {
    let Found { source_kind, reserved, .. } = *found;
    let (initial, most) = match (spec.concurrency_max, spec.is_provisioned()) {
        // As many as there are partitions, unless it is said how many (KAF-02).
        (_, false) if !source_kind.is_queue() => (u64::MAX, u64::MAX),
        (_, true) if !source_kind.is_queue() => spec.pollers(source_kind),
        (Some(most), _) => (settings.sqs_pollers_initial.min(most), most),
        (None, true) => {
            let (least, most) = spec.pollers(source_kind);
            (least * PER_POLLER, most * PER_POLLER)
        }
        (None, false) => {
            let available = reserved.unwrap_or(settings.account_concurrency);
            let least = settings.sqs_pollers_initial;
            (least, BATCHES_MAX.min(available).max(least))
        }
    };
    let count = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
    (count(initial), count(most))
}

impl Plan {
    /// The mapping with this UUID, or with this name in the scenario.
    pub(crate) fn find_mapping(&self, uuid: &str) -> Option<MappingId> {
        let mut mappings = self.mappings.iter();
        let at = mappings.position(|one| one.name == uuid || one.uuid() == uuid)?;
        Some(MappingId::new(u16::try_from(at).ok()?))
    }

    /// The stream that a service is or has, or that a mapping reads.
    #[must_use]
    pub fn stream_of(&self, part: Part) -> Option<&crate::service::stream::Spec> {
        let service = match part {
            Part::Service(id) => id,
            Part::Mapping(id) => self.mapping(id).source,
            Part::Caller(_)
            | Part::Function(_)
            | Part::Desk
            | Part::Alarm(_)
            | Part::Deployment(_) => return None,
        };
        self.service(service).stream.as_ref()
    }

    pub(crate) fn add_mapping(&mut self, mapping: PlannedMapping) -> MappingId {
        let id = u16::try_from(self.mappings.len()).expect("acts are limited");
        Rc::make_mut(&mut self.mappings).push(mapping);
        MappingId::new(id)
    }

    /// Asks for other settings of a mapping, which are not in force yet.
    pub(crate) fn ask_mapping(&mut self, id: MappingId, next: PlannedMapping) {
        Rc::make_mut(&mut self.mappings)[usize::from(id.0)].next = Some(Rc::new(next));
    }

    /// What was asked of a mapping is in force from now on.
    pub(crate) fn settle_mapping(&mut self, id: MappingId) {
        let mapping = &mut Rc::make_mut(&mut self.mappings)[usize::from(id.0)];
        if let Some(next) = mapping.next.take() {
            *mapping = Rc::unwrap_or_clone(next);
        }
    }
}
