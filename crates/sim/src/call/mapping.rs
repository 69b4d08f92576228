//! Calls about event source mappings, and the deletion of what they call.
//!
//! A mapping is named by its UUID, or as in the scenario; a source by its ARN, or as in the
//! scenario. A change is answered at once and comes about later (ESM-02).
//! A topic and a broker's queue stand beside the ARN of their cluster or broker, which is
//! the same for all of them.
//! Rules: ERR-05, ESM-01 to ESM-05, ESM-11, ESM-13, ESM-15, ESM-17, ESM-18, SQS-10, KAF-04,
//! KAF-05, MQ-01, VER-15.

mod settings;

use alloc::format;
use alloc::rc::Rc;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::event_invoke::{EPOCH, named, target_arn};
use super::names::{FunctionName, Names, arn, arn_of};
use super::operations::{Answer, Desk, invalid};
use super::{Operation, Reply};
use crate::id::{FunctionId, MappingId, Part, ServiceId};
use crate::knob::Knobs;
use crate::mapping::lifecycle::Status;
use crate::mapping::spec::{Source, Spec, StartingPosition, TIMEOUT_MAX};
use crate::mapping::stream::letter::arn_of_stream;
use crate::mapping::{self, Mapping};
use crate::plan::mapping::{Found, PlannedMapping, kind_of};
use crate::plan::{is_destination, wrong_filter};
use crate::rule::Rule;
use crate::time::{Instant, Span};
use crate::trace::{Fact, MessageFact};
use crate::value::Value;
use settings::{read, settings};

type Refused = (Reply, Rule);

/// Whether an operation is one of these.
pub(super) const fn is_one(operation: Operation) -> bool {
    matches!(
        operation,
        Operation::CreateEventSourceMapping
            | Operation::UpdateEventSourceMapping
            | Operation::DeleteEventSourceMapping
            | Operation::GetEventSourceMapping
            | Operation::ListEventSourceMappings
    )
}

/// The name of what a call says is read: in the ARN of a queue, of a Kinesis stream, or of a
/// table or its stream; or as it is.
fn source_named(arn: &str) -> &str {
    let of = |service: &str| {
        // A table's stream is named by a time, with colons.
        let name = arn.strip_prefix("arn:aws:")?.splitn(4, ':').nth(3)?;
        name.strip_prefix(service)
    };
    let stream = of("stream/");
    let table = of("table/").and_then(|name| name.split('/').next());
    stream.or(table).or_else(|| named(arn)).unwrap_or(arn)
}

/// What stands for a topic or a broker's queue: the cluster or the broker is all that has an
/// ARN.
fn inner_source(with: &Value) -> Option<&str> {
    let list = |key| with.get(key).and_then(Value::as_list)?.first()?.as_text();
    list("Topics").or_else(|| list("Queues"))
}

impl Desk<'_, '_> {
    /// Carries one out.
    pub(super) fn on_mapping(&mut self, operation: Operation, with: &Value) -> Answer {
        if operation == Operation::CreateEventSourceMapping {
            return self.create_mapping(with);
        }
        if operation == Operation::ListEventSourceMappings {
            return Ok(Some((self.list_mappings(with), Rule::Esm01)));
        }
        let uuid = with.get("UUID").and_then(Value::as_text).unwrap_or_default();
        let id = self.plan.find_mapping(uuid);
        let id = id.filter(|id| self.mapping_status(*id).is_some());
        let id = id.ok_or_else(|| {
            let message = "The resource you requested does not exist.";
            (Reply::error(404, "ResourceNotFoundException", message), Rule::Esm01)
        })?;
        if operation == Operation::GetEventSourceMapping {
            return Ok(Some((self.mapping_reply(200, id), Rule::Esm01)));
        }
        let is_deletion = operation == Operation::DeleteEventSourceMapping;
        if self.mapping_status(id).is_some_and(Status::is_passing) {
            let what = if is_deletion { "delete" } else { "update" };
            let message =
                format!("Cannot {what} the event source mapping because it is in use.");
            let reply = Reply::error(400, "ResourceInUseException", message);
            return Err((reply, Rule::Esm02));
        }
        let status = match is_deletion {
            true => Status::Deleting,
            false => self.update_mapping(id, with)?,
        };
        self.begin(id, status);
        Ok(Some((self.mapping_reply(202, id), Rule::Esm02)))
    }

    fn mapping_status(&self, id: MappingId) -> Option<Status> {
        self.world.mappings[usize::from(id.0)].lifecycle().status
    }

    fn begin(&mut self, id: MappingId, status: Status) {
        let plan = Rc::clone(self.plan);
        self.world.mappings[usize::from(id.0)].begin(id, &plan, self.cx, status);
    }

    fn create_mapping(&mut self, with: &Value) -> Answer {
        let source = with.get("EventSourceArn").and_then(Value::as_text);
        let inner = inner_source(with);
        let source = inner.or(source).unwrap_or_default();
        let (target, function) = self.called(with)?;
        let found = self.found(source, function).map_err(|refused| match inner {
            Some(name) => invalid(format!("Not found: {name}"), Rule::Esm05),
            None => refused,
        })?;
        let mut mapping = Mapping::new("", source, &target);
        read(with, found.source_kind, &mut mapping)?;
        let found = self.with_destination(found, &mapping);
        self.check_mapping(&mapping, &found, None)?;
        mapping.name = self.new_name(&found);
        let (settings, seed) = (&self.plan.settings, self.plan.seed);
        let planned = PlannedMapping::of(&mapping, &found, settings, seed);
        let id = Rc::make_mut(self.plan).add_mapping(planned);
        let mut state = mapping::State::new(self.plan.mapping(id));
        self.inherit(id, &mut state);
        self.world.mappings.push(state);
        let (source, function) = (found.source, found.function);
        let fact = MessageFact::Mapped { source, function };
        self.cx.tell(Part::Mapping(id), None, Rule::Esm05, Fact::Message(fact));
        if found.source_kind.is_queue() {
            let cause = self.cx.cause();
            self.begin_to_hold(source);
            self.cx.because_of(cause);
        }
        let enabled = mapping.spec.enabled;
        self.begin(id, if enabled { Status::Creating } else { Status::Disabled });
        Ok(Some((self.mapping_reply(202, id), Rule::Esm02)))
    }

    /// Plans what is asked of a mapping, and says which state that begins with.
    fn update_mapping(&mut self, id: MappingId, with: &Value) -> Result<Status, Refused> {
        let before = self.plan.mapping(id).clone();
        let source = self.plan.service(before.source).name.clone();
        let mut mapping = before.as_drawn(&source);
        let mut function = before.function;
        if with.get("FunctionName").is_some() {
            (mapping.target, function) = self.called(with)?;
        }
        let found = self.found(&source, function)?;
        read(with, found.source_kind, &mut mapping)?;
        let found = self.with_destination(found, &mapping);
        self.check_mapping(&mapping, &found, Some(id))?;
        let status = match (before.spec.enabled, mapping.spec.enabled) {
            (false, true) => Status::Enabling,
            (true, false) => Status::Disabling,
            (true, true) | (false, false) => Status::Updating,
        };
        let (settings, seed) = (&self.plan.settings, self.plan.seed);
        let next = PlannedMapping::of(&mapping, &found, settings, seed);
        Rc::make_mut(self.plan).ask_mapping(id, next);
        Ok(status)
    }

    /// The function that a call names, with its qualifier.
    fn called(&self, with: &Value) -> Result<(String, FunctionId), Refused> {
        let name = Names::of(with).map_err(|reply| (reply, Rule::Ver14))?;
        let missing = || invalid("Function does not exist", Rule::Ver15);
        let id = self.plan.find_function(&name.name).ok_or_else(missing)?;
        self.version(id, &name).map_err(|_| missing())?;
        let FunctionName { name, qualifier } = name;
        let target = match qualifier {
            Some(qualifier) => format!("{name}:{qualifier}"),
            None => name,
        };
        Ok((target, id))
    }

    /// The source that a call names.
    fn found(&self, name: &str, function: FunctionId) -> Result<Found, Refused> {
        let plain = source_named(name);
        let at = self.plan.services().iter().position(|one| one.name() == plain);
        let source = at.and_then(|at| u16::try_from(at).ok()).map(ServiceId::new);
        let kind = source.and_then(|id| kind_of(self.plan.service(id)));
        let (Some(source), Some(source_kind)) = (source, kind) else {
            let message = match name.starts_with("arn:") && !name.contains(":sqs:") {
                true => format!("Stream not found: {name}"),
                false => "Error occurred while ReceiveMessage. SQS Error Code: \
                          AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: The \
                          specified queue does not exist."
                    .to_string(),
            };
            return Err(invalid(message, Rule::Esm05));
        };
        let reserved = self.plan.function(function).reserved;
        Ok(Found { source, source_kind, function, reserved, on_failure: None })
    }

    /// The same, with whom a mapping tells of what it gives up.
    fn with_destination(&self, found: Found, mapping: &Mapping) -> Found {
        let name = &mapping.spec.on_failure;
        let at = self.plan.services().iter().position(|one| one.name() == name);
        let on_failure = at.and_then(|at| u16::try_from(at).ok()).map(ServiceId::new);
        Found { on_failure, ..found }
    }

    /// Whether there may be such a mapping, beside the others than this one.
    fn check_mapping(
        &self,
        mapping: &Mapping,
        found: &Found,
        but: Option<MappingId>,
    ) -> Result<(), Refused> {
        let source = found.source_kind;
        if !source.is_queue() && source != Source::Mq {
            self.check_start(mapping, found)?;
        }
        let mut issues = Vec::new();
        mapping.spec.check(source, "", &mut issues);
        if let Some(issue) = issues.first() {
            return Err(match issue.rule {
                Rule::Esm11 => invalid(
                    "Maximum batch window in seconds must be greater than 0 if maximum \
                     batch size is greater than 10",
                    Rule::Esm11,
                ),
                rule => {
                    let key = issue.place.trim_start_matches('.');
                    let knob = Spec::KNOBS.iter().find(|knob| knob.key == key);
                    let key = knob.map_or(key, |knob| knob.aws);
                    invalid(format!("Invalid {key}: allowed is {}", issue.allowed), rule)
                }
            });
        }
        if let Some(issue) = wrong_filter(mapping, source) {
            let unread = matches!(issue.rule, Rule::Esm17 | Rule::Esm18);
            return Err(match unread {
                true => invalid("Invalid filter pattern definition.", issue.rule),
                false => {
                    let message = format!("Invalid FilterCriteria: {}", issue.allowed);
                    invalid(message, issue.rule)
                }
            });
        }
        let (of, to) = (self.plan.service(found.source).kind, found.on_failure);
        let takes = |to: ServiceId| {
            to != found.source && is_destination(self.plan.service(to).kind, Some(of))
        };
        if to.is_some_and(|to| !takes(to)) {
            let topic = source == Source::Kafka;
            let rule = if topic { Rule::Kaf04 } else { Rule::Kin19 };
            return Err(invalid("The destination is not supported.", rule));
        }
        self.check_only_one(found, but)?;
        self.check_timeout(mapping, found)
    }

    /// A mapping of a topic goes on after one that is gone, where that was of the same
    /// consumer group (KAF-05).
    fn inherit(&self, id: MappingId, state: &mut mapping::State) {
        let new = self.plan.mapping(id);
        let group = &new.spec.consumer_group;
        let known = self.plan.mappings().iter().zip(&self.world.mappings).rev();
        let mut known = known.filter(|(other, state)| {
            other.source == new.source
                && other.spec.consumer_group == *group
                && state.lifecycle().status.is_none()
        });
        if let Some((_, before)) = known.next().filter(|_| !group.is_empty()) {
            state.go_on_after(before);
        }
    }

    /// A stream's mapping says where it begins, and not every stream can begin at a time.
    fn check_start(&self, mapping: &Mapping, found: &Found) -> Result<(), Refused> {
        let by_time = mapping.spec.start == Some(StartingPosition::AtTimestamp);
        let message = match mapping.spec.start {
            None => {
                "1 validation error detected: Value null at 'startingPosition' failed \
                     to satisfy constraint: Member must not be null."
                    .to_string()
            }
            Some(_) if by_time && found.source_kind == Source::DynamoDb => {
                let arn = self.source_arn(found.source);
                format!("Unsupported starting position for arn type: {arn}")
            }
            Some(_) if by_time => {
                let now = self.cx.now.since(Instant::START);
                if mapping.spec.start_at.is_none_or(|at| at <= now) {
                    return Ok(());
                }
                let message = "Starting position timestamp must not be in the future.";
                return Err(invalid(message, Rule::Kin06));
            }
            Some(_) => return Ok(()),
        };
        Err(invalid(message, Rule::Esm03))
    }

    /// There is one mapping from a source to a function (ESM-05).
    fn check_only_one(
        &self,
        found: &Found,
        but: Option<MappingId>,
    ) -> Result<(), Refused> {
        let others = self.plan.mappings().iter().zip(&self.world.mappings).enumerate();
        let mut others = others.filter(|(at, (other, state))| {
            Some(*at) != but.map(|id| usize::from(id.0))
                && other.source == found.source
                && other.asked().function == found.function
                && state.lifecycle().status.is_some()
        });
        let Some((_, (other, _))) = others.next() else { return Ok(()) };
        let (arn, uuid) = (self.source_arn(found.source), other.uuid());
        let name = self.plan.function(found.function).name();
        let message = match found.source_kind.is_queue() {
            true => format!(
                "An event source mapping with SQS arn (\" {arn} \") and function (\" {name} \") \
                 already exists. Please update or delete the existing mapping with UUID {uuid}"
            ),
            false => format!(
                "The event source arn (\" {arn} \") and function (\" {name} \") provided mapping \
                 already exists. Please update or delete the existing mapping with UUID {uuid}"
            ),
        };
        Err((Reply::error(409, "ResourceConflictException", message), Rule::Esm05))
    }

    /// The visibility timeout may not be below the function's timeout (SQS-10), and where a
    /// cluster or a broker is read that may not be too long (KAF-05).
    fn check_timeout(&self, mapping: &Mapping, found: &Found) -> Result<(), Refused> {
        let settings = &self.plan.settings;
        let planned = PlannedMapping::of(mapping, found, settings, self.plan.seed);
        let queue = &self.plan.service(found.source).spec;
        let timeout = planned.timeout(self.plan);
        let seconds = |span: Span| span.0 / Span::SECOND.0;
        if found.source_kind.is_of_broker() && timeout > TIMEOUT_MAX {
            let message = format!(
                "Function timeout: {} seconds is more than {} seconds, the most that is \
                 supported for this event source",
                seconds(timeout),
                seconds(TIMEOUT_MAX)
            );
            return Err(invalid(message, Rule::Kaf05));
        }
        let fits = timeout <= queue.visibility || queue.shortened;
        if fits || !found.source_kind.is_queue() {
            return Ok(());
        }
        let message = format!(
            "Queue visibility timeout: {} seconds is less than Function timeout: {} seconds",
            seconds(queue.visibility),
            seconds(timeout)
        );
        Err(invalid(message, Rule::Sqs10))
    }

    /// A name that no part has: AWS knows mappings by their UUID alone.
    fn new_name(&self, found: &Found) -> String {
        let plan = &self.plan;
        let source = plan.service(found.source).name();
        let name = format!("{source}-to-{}", plan.function(found.function).name());
        let is_taken = |name: &str| {
            plan.mappings().iter().any(|other| other.name() == name)
                || plan.services().iter().any(|other| other.name() == name)
                || plan.functions().iter().any(|other| other.name() == name)
        };
        let more = (2..).map(|number: u32| format!("{name}-{number}"));
        let mut names = [name.clone()].into_iter().chain(more);
        names.find(|name| !is_taken(name)).expect("there are enough numbers")
    }

    fn source_arn(&self, id: ServiceId) -> String {
        let service = self.plan.service(id);
        match &service.stream {
            Some(stream) => arn_of_stream(self.plan, id, stream.kind),
            None => target_arn(self.plan, service.name()),
        }
    }

    fn list_mappings(&self, with: &Value) -> Reply {
        let wanted = |key: &str| with.get(key).and_then(Value::as_text);
        let source = wanted("EventSourceArn").map(source_named);
        let function = with.get("FunctionName").map(|_| Names::of(with).ok());
        let ids = (0..).map(MappingId::new).zip(self.plan.mappings());
        let all = ids.filter(|(id, planned)| {
            let planned = planned.asked();
            let service = self.plan.service(planned.source);
            let of_source = source.is_none_or(|name| {
                service.name() == name || self.source_arn(planned.source) == name
            });
            let of_function = function.as_ref().is_none_or(|name| {
                let called = self.plan.function(planned.function).name();
                name.as_ref().is_some_and(|name| name.name == called)
            });
            of_source && of_function && self.mapping_status(*id).is_some()
        });
        let all = all.map(|(id, _)| Value::Object(self.mapping_reply(200, id).fields));
        Reply::ok(200, [("EventSourceMappings", Value::List(all.collect()))])
    }

    /// A mapping as AWS shows it: as it was asked to be last, with the state it is in.
    fn mapping_reply(&self, http: u16, id: MappingId) -> Reply {
        let planned = self.plan.mapping(id);
        let lifecycle = self.world.mappings[usize::from(id.0)].lifecycle();
        let state = lifecycle.status.map_or("", Status::word);
        let is_queue = planned.source_kind.is_queue();
        let reason = if is_queue { "USER_INITIATED" } else { "User action" };
        let uuid = planned.uuid();
        let changed = EPOCH + lifecycle.changed.0 / Span::SECOND.0;
        let own_arn = format!("{}:event-source-mapping:{uuid}", arn_of("lambda"));
        let asked = planned.asked();
        let mut reply = Reply::ok(
            http,
            [
                ("UUID", Value::Text(uuid)),
                ("EventSourceMappingArn", Value::Text(own_arn)),
                ("FunctionArn", Value::Text(arn(&asked.target))),
                ("LastModified", Value::number(changed)),
                ("State", Value::text(state)),
                ("StateTransitionReason", Value::text(reason)),
            ],
        );
        let stream = self.world.mappings[usize::from(id.0)].stream();
        if let Some(stream) = stream {
            let result = Value::text(stream.last_result().word());
            reply.fields.push(("LastProcessingResult".into(), result));
        }
        reply.fields.splice(2..2, self.source_fields(asked));
        reply.fields.extend(settings(self.plan, asked));
        reply
    }
}
