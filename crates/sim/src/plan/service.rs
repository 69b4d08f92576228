//! Services of a plan: what reaches them, and to which functions they pass it on.

use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

use super::{Qualifier, split_target};
use crate::EVENTS;
use crate::caller::load::Load;
use crate::dice::Dice;
use crate::id::{FunctionId, ServiceId};
use crate::message::{Body, Content, Message};
use crate::scenario::Scenario;
use crate::service::filter::Filter;
use crate::service::outlet::{Manner, Outlet, Scope};
use crate::service::policy::Policy;
use crate::service::{self, Service};
use crate::time::{Instant, Span};
use crate::value::{Payload, Value};

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
}

/// What reaches a service from outside.
#[derive(Clone, Debug)]
pub(crate) struct PlannedInlet {
    pub(crate) content: Content,
    /// An object.
    pub(crate) attributes: Value,
    pub(crate) load: Load,
    pub(crate) group: String,
    pub(crate) deduplication: String,
}

/// A function that a service passes things on to.
#[derive(Clone, Debug)]
pub(crate) struct PlannedOutlet {
    pub(crate) function: FunctionId,
    pub(crate) qualifier: Qualifier,
    /// What it lets through; unset is everything.
    pub(crate) filter: Option<Filter>,
    /// Whether that looks at attributes.
    pub(crate) by_attributes: bool,
    pub(crate) permission: bool,
    pub(crate) dead_letter: Option<ServiceId>,
    pub(crate) policy: Policy,
}

pub(super) fn planned(
    service: &Service,
    scenario: &Scenario,
    seed: u64,
) -> PlannedService {
    let inlet = service.inlet.as_ref().filter(|_| EVENTS).map(|inlet| PlannedInlet {
        content: given(&inlet.payload),
        attributes: Value::Object(inlet.attributes.clone()),
        load: inlet.load.clone(),
        group: inlet.group.clone(),
        deduplication: inlet.deduplication.clone(),
    });
    let outlets = service.outlets.iter().filter(|_| EVENTS);
    let posts = service.posts.iter().map(|post| PlannedPost {
        at: post.at,
        content: given(&post.payload),
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
        outlets: outlets.filter_map(|one| planned_outlet(one, scenario)).collect(),
        dice: Dice::of(seed, &service.name),
        posts: posts.collect(),
        dead_letter: find(scenario, &service.spec.dead_letter),
        holds: service.kind == service::Kind::Queue && (is_read || is_short),
    }
}

fn given(payload: &Payload) -> Content {
    let body = Body::Given(payload.clone());
    Content::Message(Rc::new(Message { body, chain: Vec::new() }))
}

fn planned_outlet(outlet: &Outlet, scenario: &Scenario) -> Option<PlannedOutlet> {
    let (name, qualifier) = split_target(&outlet.target);
    let function = scenario.functions.iter().position(|f| f.name == name)?;
    let settings = &scenario.settings;
    let (by_attributes, permission, policy) = match &outlet.manner {
        Manner::Subscription(spec) => (
            spec.scope == Scope::MessageAttributes,
            spec.permission,
            Policy::of_topic(settings),
        ),
        Manner::Rule(spec) => {
            let policy = Policy::of_bus(settings, spec.retries_max, spec.age_max);
            (false, spec.permission, policy)
        }
    };
    let filter = outlet.pattern.as_ref();
    Some(PlannedOutlet {
        function: FunctionId(u16::try_from(function).ok()?),
        qualifier,
        filter: filter.and_then(|pattern| Filter::read(pattern, by_attributes).ok()),
        by_attributes,
        permission,
        dead_letter: find(scenario, outlet.manner.dead_letter()),
        policy,
    })
}

/// The service with this name.
pub(super) fn find(scenario: &Scenario, name: &str) -> Option<ServiceId> {
    let at = scenario.services.iter().position(|service| service.name == name)?;
    Some(ServiceId(u16::try_from(at).ok()?))
}
