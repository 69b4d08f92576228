//! Services of a plan: what reaches them, and which functions they tell of it.

use alloc::string::String;
use alloc::vec::Vec;

use super::{Qualifier, split_target};
use crate::EVENTS;
use crate::caller::load::Load;
use crate::dice::Dice;
use crate::id::{FunctionId, ServiceId};
use crate::message::{Body, Content, Published};
use crate::scenario::{Run, Scenario};
use crate::service::filter::Filter;
use crate::service::outlet::{Manner, Outlet, Scope};
use crate::service::policy::Policy;
use crate::service::stream::part::{Put, What};
use crate::service::{self, Service, stream};
use crate::time::{Instant, Span};
use crate::value::Value;

/// A service with its dice.
#[derive(Clone, Debug)]
pub struct PlannedService {
    pub(crate) name: String,
    pub(crate) kind: service::Kind,
    pub(crate) spec: service::Spec,
    pub(crate) inlet: Option<PlannedInlet>,
    pub(crate) outlets: Vec<PlannedOutlet>,
    pub(crate) dice: Dice,
    /// Messages of a queue, in order of time.
    pub(crate) posts: Vec<PlannedPost>,
    /// Where messages of a queue go that were received too often.
    pub(crate) dead_letter: Option<ServiceId>,
    /// Whether it is a queue whose messages are more than received: somebody reads it, or
    /// they are not kept until the end of the run.
    pub(crate) holds: bool,
    /// The stream that it is or has, if it is or has one.
    pub(crate) stream: Option<stream::Spec>,
    /// What is put into that, in order of time.
    pub(crate) puts: Vec<Put>,
}

/// A message that reaches a queue at a time of its own.
#[derive(Clone, Debug)]
pub(crate) struct PlannedPost {
    pub(crate) at: Instant,
    pub(crate) content: Content,
    pub(crate) group: String,
    pub(crate) deduplication: String,
    pub(crate) delay: Option<Span>,
}

impl PlannedService {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it is.
    #[must_use]
    pub fn kind(&self) -> service::Kind {
        self.kind
    }

    /// Whether any message is sent to it that nobody gets at first.
    #[must_use]
    pub fn delays(&self) -> bool {
        let longer = |delay: Span| delay > Span::ZERO;
        longer(self.spec.delay)
            || self.posts.iter().filter_map(|post| post.delay).any(longer)
    }

    /// The stream that it is or has, if it is or has one.
    #[must_use]
    pub fn stream(&self) -> Option<&stream::Spec> {
        self.stream.as_ref()
    }
}

/// What reaches a service from outside.
#[derive(Clone, Debug)]
pub(crate) struct PlannedInlet {
    pub(crate) content: Content,
    pub(crate) load: Load,
    pub(crate) group: String,
    pub(crate) deduplication: String,
    pub(crate) partition_key: String,
    pub(crate) partition_keys: Option<u64>,
}

/// A function that a service tells of what it receives.
#[derive(Clone, Debug)]
pub(crate) struct PlannedOutlet {
    pub(crate) name: String,
    pub(crate) dice: Dice,
    pub(crate) function: FunctionId,
    pub(crate) qualifier: Qualifier,
    pub(crate) passes: Passes,
    pub(crate) permission: bool,
    pub(crate) dead_letter: Option<ServiceId>,
    pub(crate) policy: Policy,
}

/// What of all that a service receives an outlet lets through.
#[derive(Clone, Debug)]
pub(crate) enum Passes {
    Everything,
    /// By what stands beside a message.
    ByAttributes(Filter),
    /// By the message or event.
    ByContent(Filter),
    /// Objects whose keys begin and end so.
    ByKey {
        prefix: String,
        suffix: String,
    },
}

pub(super) fn planned(service: &Service, run: &Run) -> PlannedService {
    let Run { scenario, seed, acts: _ } = run;
    let seed = *seed;
    let inlet = service.inlet.as_ref().filter(|_| EVENTS).map(|inlet| {
        let body = Body::Published(Published {
            payload: inlet.payload.clone(),
            attributes: Value::Object(inlet.attributes.clone()),
            key: inlet.key.clone(),
        });
        PlannedInlet {
            content: Content::message(body, Vec::new()),
            load: inlet.load.clone(),
            group: inlet.group.clone(),
            deduplication: inlet.deduplication.clone(),
            partition_key: inlet.partition_key.clone(),
            partition_keys: inlet.partition_keys,
        }
    });
    let outlets = service.outlets.iter().filter(|_| EVENTS);
    let is_broker = service.kind == service::Kind::Mq;
    let messages = service.posts.iter().filter(|_| is_broker).map(|post| Put {
        at: post.at,
        what: What::Record {
            partition_key: String::new(),
            partition: None,
            payload: post.payload.clone(),
        },
    });
    let posts = service.posts.iter().filter(|_| !is_broker).map(|post| PlannedPost {
        at: post.at,
        content: Content::given(&post.payload),
        group: post.group.clone(),
        deduplication: post.deduplication.clone(),
        delay: post.delay,
    });
    let is_read = scenario.mappings.iter().any(|m| m.source == service.name);
    let is_short = service.spec.retention < scenario.settings.until;
    PlannedService {
        name: service.name.clone(),
        kind: service.kind,
        spec: service.spec.clone(),
        inlet,
        outlets: outlets.filter_map(|one| planned_outlet(one, scenario, seed)).collect(),
        dice: Dice::of(seed, &service.name),
        posts: posts.collect(),
        dead_letter: find(scenario, &service.spec.dead_letter),
        holds: service.kind == service::Kind::Queue && (is_read || is_short),
        stream: service.kind.stream().map(|kind| service.spec.stream(kind)),
        puts: service.puts.iter().cloned().chain(messages).collect(),
    }
}

fn planned_outlet(
    outlet: &Outlet,
    scenario: &Scenario,
    seed: u64,
) -> Option<PlannedOutlet> {
    let (name, qualifier) = split_target(&outlet.target);
    let function = scenario.functions.iter().position(|f| f.name == name)?;
    let settings = &scenario.settings;
    let filter = |by_attributes: bool| {
        let pattern = outlet.pattern.as_ref()?;
        Filter::read(pattern, by_attributes).ok()
    };
    let everything = || Passes::Everything;
    let (passes, permission, policy) = match &outlet.manner {
        Manner::Subscription(spec) => {
            let passes = match spec.scope {
                Scope::MessageAttributes => filter(true).map(Passes::ByAttributes),
                Scope::MessageBody => filter(false).map(Passes::ByContent),
            };
            let policy = Policy::of_topic(settings);
            (passes.unwrap_or_else(everything), spec.permission, policy)
        }
        Manner::Rule(spec) => {
            let passes = filter(false).map_or_else(everything, Passes::ByContent);
            let policy = Policy::of_bus(settings, spec.retries_max, spec.age_max);
            (passes, spec.permission, policy)
        }
        Manner::Notification(spec) => {
            let (prefix, suffix) = (spec.prefix.clone(), spec.suffix.clone());
            (Passes::ByKey { prefix, suffix }, spec.permission, Policy::Once)
        }
    };
    Some(PlannedOutlet {
        name: outlet.name.clone(),
        dice: Dice::of(seed, &outlet.name),
        function: FunctionId(u16::try_from(function).ok()?),
        qualifier,
        passes,
        permission,
        dead_letter: find(scenario, outlet.manner.dead_letter()),
        policy,
    })
}

/// The service with this name.
pub(super) fn find(scenario: &Scenario, name: &str) -> Option<ServiceId> {
    let at = scenario.services.iter().position(|service| service.name == name)?;
    Some(ServiceId::new(u16::try_from(at).ok()?))
}
