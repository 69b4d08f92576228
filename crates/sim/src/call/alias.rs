//! Calls about aliases.
//!
//! Checks come in the order of ALI-17, and a call that is refused changes nothing.
//! Units: weights are numbers from 0 to 1 in calls, parts per million behind them.
//! Rules: ALI-01 to ALI-17, ALI-32, ALI-36.

use alloc::format;
use alloc::rc::Rc;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::cmp::Ordering;

use super::names::FunctionName;
use super::operations::{Answer, Desk, invalid};
use super::provisioned::{ALREADY_PROVISIONED, UNPUBLISHED};
use super::version::{DESCRIPTION_MAX, check_revision, conflict};
use super::{Operation, Reply};
use crate::Given;
use crate::id::{AliasIx, FunctionId};
use crate::lambda::{Alias, Routing, alias};
use crate::plan::alias::{Pointer, WHOLE_PPM};
use crate::plan::{Plan, PlannedAlias, PlannedFunction, Qualifier};
use crate::rule::Rule;
use crate::value::Value;

/// Whether an operation is one of these.
pub(super) const fn is_one(operation: Operation) -> bool {
    matches!(
        operation,
        Operation::CreateAlias
            | Operation::UpdateAlias
            | Operation::DeleteAlias
            | Operation::GetAlias
            | Operation::ListAliases
    )
}

type Refused = (Reply, Rule);

/// Most characters of a name.
const NAME_MAX: usize = 128;

/// What a call says of an alias; what it does not say stays as it is.
struct Asked<'a> {
    name: &'a str,
    version: Option<&'a str>,
    /// Version and weight of each entry; none takes the weights away.
    weights: Option<Vec<(&'a str, u32)>>,
    description: Option<&'a str>,
}

impl Desk<'_, '_> {
    /// Carries one out.
    #[inline(never)]
    pub(super) fn on_alias(
        &mut self,
        operation: Operation,
        name: &FunctionName,
        with: &Value,
    ) -> Answer {
        let creates = operation == Operation::CreateAlias;
        let lists = operation == Operation::ListAliases;
        let asked = if lists { None } else { Some(read(with, creates)?) };
        let found = self.plan.find_function(&name.name);
        let Some(asked) = asked else {
            let id = found.ok_or_else(|| (name.not_found(), Rule::Ver15))?;
            return Ok(Some((self.list_aliases(id, with), Rule::Ali01)));
        };
        let arn = format!("{}:{}", name.arn(), asked.name);
        if creates {
            return self.create(found, name, &asked, &arn);
        }
        let there = found
            .and_then(|id| Some((id, self.plan.function(id).alias_named(asked.name)?)));
        if operation == Operation::DeleteAlias {
            let id = found.ok_or_else(|| (name.not_found(), Rule::Ver15))?;
            let alias = there.map(|(_, alias)| alias);
            return Ok(Some(self.delete_alias(id, alias, asked.name)));
        }
        let updates = operation == Operation::UpdateAlias;
        let Some((id, alias)) = there else {
            let words = if updates { "Alias not found" } else { "Cannot find alias arn" };
            let message = format!("{words}: {arn}");
            let reply = Reply::error(404, "ResourceNotFoundException", message);
            return Err((reply, Rule::Ali06));
        };
        if updates {
            return self.update_alias(id, alias, &asked, with);
        }
        let planned = self.plan.function(id).alias(alias);
        Ok(Some((reply(planned, &planned.pointer, 200, &arn), Rule::Ali03)))
    }

    fn create(
        &mut self,
        found: Option<FunctionId>,
        name: &FunctionName,
        asked: &Asked<'_>,
        arn: &str,
    ) -> Answer {
        let version = asked.version.unwrap_or_default();
        let Some(id) = found else {
            return Err(not_found(&name.arn(), version));
        };
        let unset = Pointer { version: 0, routing: None };
        let to = changed(self.plan.function(id), asked, &unset)?;
        let function = self.plan.function(id);
        if function.alias_named(asked.name).is_some() {
            let message = format!("Alias already exists: {arn}");
            return Err((conflict(message), Rule::Ali05));
        }
        let seed = self.plan.seed;
        let function = Rc::make_mut(self.plan).function_mut(id);
        let Pointer { version, routing } = to;
        let alias = Alias { name: asked.name.into(), version, routing };
        let description = asked.description.unwrap_or_default().into();
        let new = PlannedAlias::of(&alias, &function.dice, seed);
        // A name that was used before keeps its place, and counts on.
        let before = function.aliases.iter().position(|one| one.name == asked.name);
        let at = before.unwrap_or(function.aliases.len());
        let revision = before.map_or(0, |at| function.aliases[at].revision + 1);
        let new = PlannedAlias { description, revision, ..new };
        match before {
            Some(at) => function.aliases[at] = new,
            None => function.aliases.push(new),
        }
        let at = u16::try_from(at).expect("acts are limited");
        let alias = AliasIx(at, Given::here());
        let rule = if routing.is_some() { Rule::Ali09 } else { Rule::Ali01 };
        alias::tell(id, alias, rule, self.plan, self.cx);
        let planned = self.plan.function(id).alias(alias);
        let rule = if before.is_some() { Rule::Ali03 } else { rule };
        Ok(Some((reply(planned, &planned.pointer, 201, arn), rule)))
    }

    fn update_alias(
        &mut self,
        id: FunctionId,
        alias: AliasIx,
        asked: &Asked<'_>,
        with: &Value,
    ) -> Answer {
        let function = self.plan.function(id);
        let planned = function.alias(alias);
        check_revision(with, &revision_id(planned), Rule::Ali08)?;
        let before = planned.pointer.clone();
        let to = changed(function, asked, &before)?;
        if to.version != before.version {
            check_provisioned(function, alias, to.version)?;
        }
        let arn = format!("{}:{}", super::arn(function.name()), asked.name);
        let function = Rc::make_mut(self.plan).function_mut(id);
        let planned = &mut function.aliases[usize::from(alias.0)];
        if let Some(description) = asked.description {
            planned.description = description.into();
        }
        if to == before {
            planned.revision += 1;
        } else {
            let lambda = &mut self.world.lambda;
            let rule = if to.routing.is_some() { Rule::Ali09 } else { Rule::Ali07 };
            alias::point(id, alias, to.clone(), rule, self.plan, lambda, self.cx);
        }
        let rule = match is_target(self.plan, id, asked.name) {
            true => Rule::Ali32,
            false => Rule::Ali07,
        };
        let planned = self.plan.function(id).alias(alias);
        Ok(Some((reply(planned, &to, 200, &arn), rule)))
    }

    fn delete_alias(
        &mut self,
        id: FunctionId,
        alias: Option<AliasIx>,
        name: &str,
    ) -> (Reply, Rule) {
        let done = Reply::ok(204, []);
        let Some(alias) = alias else { return (done, Rule::Ali06) };
        let queue = &self.world.lambda.function(id).queue;
        let waits = queue.events().any(|event| event.qualifier.as_deref() == Some(name));
        let rule = if waits { Rule::Ali36 } else { Rule::Ali03 };
        alias::delete(id, alias, rule, self.plan, &mut self.world.lambda, self.cx);
        (done, rule)
    }

    fn list_aliases(&self, id: FunctionId, with: &Value) -> Reply {
        let function = self.plan.function(id);
        let wanted = with.get("FunctionVersion").and_then(Value::as_text);
        let there = function.aliases.iter().filter(|alias| alias.is_there());
        let there = there.filter(|alias| {
            let routed = alias.pointer.routing.map(|routing| routing.version);
            let numbers = [Some(alias.pointer.version), routed];
            let mut numbers = numbers.into_iter().flatten();
            wanted.is_none_or(|wanted| numbers.any(|one| version_name(one) == wanted))
        });
        let all = there.map(|alias| {
            let arn = format!("{}:{}", super::arn(function.name()), alias.name());
            Value::Object(reply(alias, &alias.pointer, 200, &arn).fields)
        });
        Reply::ok(200, [("Aliases", Value::List(all.collect()))])
    }
}

/// Where an alias leads once this is done, if it may (ALI-10 to ALI-16).
fn changed(
    function: &PlannedFunction,
    asked: &Asked<'_>,
    before: &Pointer,
) -> Result<Pointer, Refused> {
    let version = match asked.version {
        None => Some(before.version),
        Some("$LATEST") => Some(0),
        Some(number) => number.parse().ok(),
    };
    let shown = asked.version.map_or_else(|| version_name(before.version), Into::into);
    let kept = before.routing.map(|r| (version_name(r.version), r.weight_ppm));
    let weights: Vec<(String, u32)> = match &asked.weights {
        None => kept.into_iter().collect(),
        Some(given) => given.iter().map(|(key, ppm)| ((*key).into(), *ppm)).collect(),
    };
    if weights.len() > 1 {
        let message =
            "Number of items in AdditionalVersionWeights cannot be greater than 1";
        return Err(invalid(message, Rule::Ali10));
    }
    let weight = weights.first();
    if weight.is_some_and(|(other, _)| *other == shown) {
        let message = format!(
            "Invalid function version {shown}. Function version {shown} is already \
             included in routing configuration."
        );
        return Err(invalid(message, Rule::Ali12));
    }
    if weight.is_some() && version == Some(0) {
        let message =
            "$LATEST is not supported for an alias pointing to more than 1 version";
        return Err(invalid(message, Rule::Ali13));
    }
    let arn = super::arn(function.name());
    let existing = |number: Option<u64>| number.and_then(|one| function.existing(one));
    let own = existing(version).ok_or_else(|| not_found(&arn, &shown))?;
    let Some((other, weight_ppm)) = weight else {
        return Ok(Pointer { version: version.unwrap_or_default(), routing: None });
    };
    let number = other.parse().ok().filter(|number| *number > 0);
    let found = existing(number).ok_or_else(|| not_found(&arn, other))?;
    let letters = [own, found].map(|one| &function.version(one).spec.dead_letter);
    if letters[0] != letters[1] {
        let message = "Specified versions must be configured with the same DLQ target";
        return Err(invalid(message, Rule::Ali16));
    }
    let (additional, weight_ppm) = (number.unwrap_or_default(), *weight_ppm);
    let routing = Routing { version: additional, weight_ppm, given: Given::here() };
    Ok(Pointer { version: version.unwrap_or_default(), routing: Some(routing) })
}

/// Whether an alias may take its provisioned concurrency along to a version.
fn check_provisioned(
    function: &PlannedFunction,
    at: AliasIx,
    version: u64,
) -> Result<(), Refused> {
    if alias::provisioned_count(function, at).is_none() {
        return Ok(());
    }
    if version == 0 {
        return Err(invalid(UNPUBLISHED, Rule::Ali25));
    }
    let name = function.alias(at).name();
    let mut others = function.provisioned.iter().filter(|one| one.qualifier != name);
    let new = function.existing(version);
    match others.any(|one| function.resolve(&one.qualifier) == new) {
        true => Err((conflict(ALREADY_PROVISIONED), Rule::Ali26)),
        false => Ok(()),
    }
}

/// Whether something of the scenario calls a function through this alias (ALI-32).
fn is_target(plan: &Plan, id: FunctionId, name: &str) -> bool {
    let named = |qualifier: &Qualifier| match qualifier {
        Qualifier::Latest => false,
        Qualifier::Named(one) => &**one == name,
    };
    let reads =
        plan.mappings.iter().any(|one| one.function() == id && named(&one.qualifier));
    let mut outlets = plan.services.iter().flat_map(|service| &service.outlets);
    let sends = outlets.any(|outlet| outlet.function == id && named(&outlet.qualifier));
    let calls = plan.callers.iter().any(|caller| {
        caller.caller.kind.is_aws() && caller.function == id && named(&caller.qualifier)
    });
    reads || sends || calls
}

/// What breaks a constraint, each with its rule.
#[derive(Default)]
struct Broken(Vec<(String, Rule)>);

impl Broken {
    fn note(&mut self, shown: &str, field: &str, must: &str, rule: Rule) {
        let constraint = format!("at '{field}' failed to satisfy constraint: {must}");
        self.0.push((format!("Value {shown} {constraint}"), rule));
    }

    /// All of it in one message, as AWS says it.
    fn into_result(self) -> Result<(), Refused> {
        let Some((_, rule)) = self.0.first() else { return Ok(()) };
        let (count, rule) = (self.0.len(), *rule);
        let s = if count == 1 { "" } else { "s" };
        let all: Vec<String> = self.0.into_iter().map(|(message, _)| message).collect();
        let all = all.join("; ");
        let message = format!("{count} validation error{s} detected: {all}");
        Err((Reply::error(400, "ValidationException", message), rule))
    }
}

/// Reads a call, as far as its words alone say whether they are right.
fn read(with: &Value, creates: bool) -> Result<Asked<'_>, Refused> {
    let text = |key: &str| with.get(key).and_then(Value::as_text);
    let mut broken = Broken::default();
    let name = text("Name").unwrap_or_default();
    check_name(name, &mut broken);
    let version = text("FunctionVersion");
    let is_number =
        |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    match version {
        Some("$LATEST") => {}
        Some(number) if is_number(number) => {}
        Some(other) => {
            let must =
                r"Member must satisfy regular expression pattern: (\$LATEST|[0-9]+)";
            broken.note(&format!("'{other}'"), "functionVersion", must, Rule::Ali04);
        }
        None if creates => {
            broken.note(
                "null",
                "functionVersion",
                "Member must not be null",
                Rule::Ali04,
            );
        }
        None => {}
    }
    let description = text("Description");
    if let Some(long) = description.filter(|one| one.chars().count() > DESCRIPTION_MAX) {
        let must =
            format!("Member must have length less than or equal to {DESCRIPTION_MAX}");
        broken.note(&format!("'{long}'"), "description", &must, Rule::Ali03);
    }
    let config = with.get("RoutingConfig").filter(|config| **config != Value::Null);
    let weights = config.map(|config| match config.get("AdditionalVersionWeights") {
        Some(Value::Object(entries)) => read_weights(entries, &mut broken),
        Some(_) | None => Vec::new(),
    });
    broken.into_result()?;
    Ok(Asked { name, version, weights, description })
}

fn check_name(name: &str, broken: &mut Broken) {
    let shown = format!("'{name}'");
    if name.len() > NAME_MAX {
        let must = format!("Member must have length less than or equal to {NAME_MAX}");
        broken.note(&shown, "name", &must, Rule::Ali02);
    }
    if name.is_empty() {
        let must = "Member must have length greater than or equal to 1";
        broken.note(&shown, "name", must, Rule::Ali02);
    }
    let letters = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    let is_number = name.bytes().all(|b| b.is_ascii_digit());
    if is_number || !name.bytes().all(letters) {
        let must = "Member must satisfy regular expression pattern: \
                    (?!^[0-9]+$)([a-zA-Z0-9-_]+)";
        broken.note(&shown, "name", must, Rule::Ali02);
    }
}

fn read_weights<'a>(
    entries: &'a [(String, Value)],
    broken: &mut Broken,
) -> Vec<(&'a str, u32)> {
    let field = "routingConfig.additionalVersionWeights";
    let shown: Vec<String> = entries
        .iter()
        .map(|(key, weight)| format!("{key}={}", as_double(weight)))
        .collect();
    let shown = format!("'{{{}}}'", shown.join(", "));
    let is_key = |key: &str| !key.is_empty() && key.bytes().all(|b| b.is_ascii_digit());
    if !entries.iter().all(|(key, _)| is_key(key)) {
        let must = "Map keys must satisfy constraint: [Member must have length less than or \
                    equal to 1024, Member must have length greater than or equal to 1, \
                    Member must satisfy regular expression pattern: [0-9]+]";
        broken.note(&shown, field, must, Rule::Ali14);
    }
    let read = entries.iter().map(|(key, weight)| Some((key.as_str(), ppm(weight)?)));
    let read: Option<Vec<(&str, u32)>> = read.collect();
    if read.is_none() {
        let must = "Map value must satisfy constraint: [Member must have value less than or \
                    equal to 1.0, Member must have value greater than or equal to 0.0, \
                    Member must not be null]";
        broken.note(&shown, field, must, Rule::Ali11);
    }
    read.unwrap_or_default()
}

/// A weight as parts per million, if it is one.
fn ppm(weight: &Value) -> Option<u32> {
    let is_over = weight.compare(&Value::number(1))? == Ordering::Greater;
    let ppm = weight.scaled(6).filter(|_| !is_over)?;
    u32::try_from(ppm).ok()
}

/// A number as AWS repeats it: there it is a double.
fn as_double(weight: &Value) -> String {
    let Value::Number(text) = weight else { return weight.compact() };
    let is_whole = text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    if is_whole { format!("{text}.0") } else { text.clone() }
}

/// Parts per million as a number from 0 to 1.
fn weight(ppm: u32) -> Value {
    if ppm.is_multiple_of(WHOLE_PPM) {
        return Value::Number(format!("{}.0", ppm / WHOLE_PPM));
    }
    let digits = format!("{ppm:06}");
    Value::Number(format!("0.{}", digits.trim_end_matches('0')))
}

fn version_name(number: u64) -> String {
    if number == 0 { "$LATEST".into() } else { number.to_string() }
}

pub(super) fn revision_id(alias: &PlannedAlias) -> String {
    alias.dice.uuid(alias.revision)
}

fn not_found(arn: &str, version: &str) -> Refused {
    let message = format!("Function not found: {arn}:{version}");
    (Reply::error(404, "ResourceNotFoundException", message), Rule::Ali15)
}

fn reply(alias: &PlannedAlias, pointer: &Pointer, http: u16, arn: &str) -> Reply {
    let mut reply = Reply::ok(
        http,
        [
            ("AliasArn", Value::text(arn)),
            ("Name", Value::text(alias.name())),
            ("FunctionVersion", Value::Text(version_name(pointer.version))),
            ("Description", Value::text(&alias.description)),
        ],
    );
    if let Some(Routing { version, weight_ppm, .. }) = pointer.routing {
        let weights = Value::Object([(version.to_string(), weight(weight_ppm))].into());
        let routing = Value::object([("AdditionalVersionWeights", weights)]);
        reply.fields.push(("RoutingConfig".into(), routing));
    }
    reply.fields.push(("RevisionId".into(), Value::Text(revision_id(alias))));
    reply
}
