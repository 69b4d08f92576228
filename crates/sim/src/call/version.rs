//! Calls about versions: what publishes them, reads them, and takes them away, and what
//! changes `$LATEST`.
//!
//! The code of a function is only a name here, so its `CodeSha256` stands for a hash: the
//! same for the same name, and for no other.
//! Rules: VER-01 to VER-19, VER-24, ENV-09, ERR-05.

use alloc::format;
use alloc::rc::Rc;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::constraint::failed;
use super::event_invoke::{dead_letter, target_arn};
use super::names::{FunctionName, arn};
use super::operations::{Answer, Desk, invalid, missing, out_of_range};
use super::{Operation, Reply};
use crate::dice::Dice;
use crate::id::{FunctionId, VersionIx};
use crate::knob::{Knobs, Setting};
use crate::lambda::{self, alias};
use crate::plan::{Plan, PlannedFunction, PlannedVersion};
use crate::rule::Rule;
use crate::time::{Instant, Span};
use crate::trace::Removal;
use crate::value::Value;
use crate::{EVENTS, Given};

/// Whether an operation is one that only reads versions or takes them away.
pub(super) const fn is_one(operation: Operation) -> bool {
    matches!(
        operation,
        Operation::GetFunction
            | Operation::GetFunctionConfiguration
            | Operation::ListVersionsByFunction
            | Operation::DeleteFunction
    )
}

/// Most characters of a `Description`.
pub(super) const DESCRIPTION_MAX: usize = 256;

type Refused = (Reply, Rule);

impl Desk<'_, '_> {
    /// Carries one out.
    #[inline(never)]
    pub(super) fn on_version(
        &mut self,
        operation: Operation,
        name: &FunctionName,
    ) -> Answer {
        let found = self.plan.find_function(&name.name);
        let deletes = operation == Operation::DeleteFunction;
        if deletes {
            check_deletable(name)?;
        }
        let id = found.ok_or_else(|| (name.nothing_found(), Rule::Ver15))?;
        if deletes {
            return self.delete(id, name);
        }
        if operation == Operation::ListVersionsByFunction {
            return Ok(Some((self.list_versions(id), Rule::Ver12)));
        }
        let version = self.version(id, name)?;
        let fields = self.configuration(id, version, name.called_arn());
        if operation == Operation::GetFunctionConfiguration {
            let reply = Reply { http: 200, fields, ..Reply::default() };
            return Ok(Some((reply, Rule::Ver11)));
        }
        let mut reply = Reply::ok(200, [("Configuration", Value::Object(fields))]);
        if let Some(units) = self.plan.function(id).reserved {
            let reserved = [("ReservedConcurrentExecutions", Value::number(units))];
            reply.fields.push(("Concurrency".into(), Value::object(reserved)));
        }
        Ok(Some((reply, Rule::Ver13)))
    }

    fn list_versions(&self, id: FunctionId) -> Reply {
        let function = self.plan.function(id);
        let all = function.versions.iter().enumerate();
        let all = all.filter(|(_, version)| version.is_there()).map(|(at, version)| {
            let arn = format!("{}:{}", arn(&function.name), version.name());
            let at = VersionIx(u16::try_from(at).expect("versions are limited"));
            Value::Object(self.configuration(id, at, arn))
        });
        Reply::ok(200, [("Versions", Value::List(all.collect()))])
    }

    /// Deletes a version, or the function as a whole. Runs under way end as they would have,
    /// and mappings stay (ERR-05).
    fn delete(&mut self, id: FunctionId, name: &FunctionName) -> Answer {
        let Desk { plan, world, cx, .. } = self;
        if let Some(qualifier) = &name.qualifier {
            let Some(version) = plan.function(id).resolve(qualifier) else {
                return Ok(Some((Reply::ok(204, []), Rule::Ver15)));
            };
            check_unreferenced(plan.function(id), version)?;
            alias::delete_version(id, version, plan, &mut world.lambda, cx);
            return Ok(Some((Reply::ok(204, []), Rule::Ver23)));
        }
        let count = plan.function(id).versions.len();
        let function = Rc::make_mut(plan).function_mut(id);
        function.deleted = Given::mark();
        function.aliases.iter_mut().for_each(|alias| alias.gone = Given::mark());
        function.versions.iter_mut().for_each(|one| one.deleted = Given::mark());
        function.provisioned.clear();
        let all: Vec<VersionIx> = (0..count)
            .filter_map(|at| Some(VersionIx(u16::try_from(at).ok()?)))
            .collect();
        alias::provision(id, &all, Rule::Ver19, plan, &mut world.lambda, cx);
        let is_read = plan.mappings.iter().any(|mapping| mapping.function() == id);
        let rule = if is_read { Rule::Err05 } else { Rule::Ver19 };
        Ok(Some((Reply::ok(204, []), rule)))
    }

    /// While an update of `$LATEST` is under way there is no other (VER-24), and who names
    /// a revision wants to find that one (VER-09).
    fn check_ready(&self, id: FunctionId, with: &Value) -> Result<(), Refused> {
        let function = self.plan.function(id);
        if self.cx.now < function.updating_until {
            let message = format!(
                "The operation cannot be performed at this time. An update is in progress \
                 for resource: {}",
                arn(&function.name)
            );
            return Err((conflict(message), Rule::Ver24));
        }
        let revision = revision_id(function, VersionIx::LATEST, self.cx.now);
        check_revision(with, &revision, Rule::Ver09)
    }

    /// `PublishVersion`.
    pub(super) fn publish_version(&mut self, id: FunctionId, with: &Value) -> Answer {
        self.check_ready(id, with)?;
        let current = code_sha256(&self.plan.function(id).versions[0].spec);
        if let Some(asked) = with.get("CodeSha256").and_then(Value::as_text)
            && !asked.is_empty()
            && asked != current
        {
            let message = format!(
                "CodeSHA256 ({asked}) is different from current CodeSHA256 in $LATEST \
                 ({current}). Please try again with the CodeSHA256 in $LATEST."
            );
            return Err(invalid(message, Rule::Ver10));
        }
        check_description(with)?;
        Ok(Some(self.publish(id, with, Span::ZERO)))
    }

    /// Makes `$LATEST` a version, which can be called after `latency`.
    fn publish(&mut self, id: FunctionId, with: &Value, latency: Span) -> (Reply, Rule) {
        let now = self.cx.now;
        let plan = Rc::make_mut(self.plan);
        let active_at = now.plus(latency);
        let function = plan.function_mut(id);
        let latest = Rc::clone(&function.versions[0].spec);
        let description = with.get("Description").and_then(Value::as_text);
        let last = function.last_published();
        let before = last.map(|last| Rc::clone(&function.version(last).source));
        let number = function.last_number() + 1;
        let unchanged = before.as_ref().is_some_and(|source| **source == *latest);
        let (version, rule) = match last {
            Some(last) if unchanged => {
                let was_deleted = function.version(last).number + 1 < number;
                (last, if was_deleted { Rule::Ver06 } else { Rule::Ver04 })
            }
            Some(_) | None => {
                let rule = match &before {
                    _ if now < active_at => Rule::Ver24,
                    _ if function.versions.iter().any(|one| !one.is_there()) => {
                        Rule::Ver03
                    }
                    Some(_) if is_old(function, &latest) => Rule::Ver07,
                    Some(source) if source.code == latest.code => Rule::Ver05,
                    _ if description.is_some() => Rule::Ver08,
                    _ => Rule::Ver02,
                };
                let mut spec = (*latest).clone();
                if let Some(description) = description {
                    spec.description = description.into();
                }
                let version = PlannedVersion::of(number, Rc::new(spec));
                let version = PlannedVersion { active_at, source: latest, ..version };
                function.versions.push(version);
                function.versions[0].edition += 1;
                (function.last_published().expect("it was just published"), rule)
            }
        };
        let arn = format!("{}:{}", arn(&function.name), function.version(version).number);
        let fields = self.configuration(id, version, arn);
        (Reply { http: 201, fields, ..Reply::default() }, rule)
    }

    /// `UpdateFunctionCode`.
    pub(super) fn update_code(&mut self, id: FunctionId, with: &Value) -> Answer {
        let code =
            with.get("Code").or_else(|| with.get("ZipFile")).and_then(Value::as_text);
        let Some(code) = code else { return Err(missing("zipFile", Rule::Ver01)) };
        self.check_ready(id, with)?;
        self.update(id, |spec| spec.code = code.into());
        if with.get("Publish") == Some(&Value::Bool(true)) {
            // The code of a version that is published in one go is still being prepared;
            // `PublishVersion` takes what is Active already (VER-24).
            let latency = self.plan.settings.publish_latency;
            let (reply, rule) = self.publish(id, with, latency);
            return Ok(Some((Reply { http: 200, ..reply }, rule)));
        }
        Ok(Some((self.latest_reply(id), Rule::Ver01)))
    }

    /// `UpdateFunctionConfiguration`.
    pub(super) fn update_configuration(
        &mut self,
        id: FunctionId,
        with: &Value,
    ) -> Answer {
        self.check_ready(id, with)?;
        let mut spec = (*self.plan.function(id).versions[0].spec).clone();
        for knob in lambda::Spec::KNOBS.iter().filter(|knob| !belongs_to_code(knob.aws)) {
            let Some(value) = with.get(knob.aws) else { continue };
            if EVENTS && knob.aws == "DeadLetterConfig" {
                spec.dead_letter = dead_letter(self.plan, value)?;
                continue;
            }
            let setting = match (value, (knob.get)(&spec)) {
                (Value::Text(text), Setting::Text(_)) => {
                    Some(Setting::Text(text.clone()))
                }
                (value, Setting::Span(_)) => {
                    value.scaled(6).map(|us| Setting::Span(Span(us)))
                }
                (value, Setting::Number(_)) => value.as_count().map(Setting::Number),
                _ => None,
            };
            match setting.filter(|setting| knob.kind.admits(setting)) {
                Some(setting) => (knob.set)(&mut spec, setting),
                None => {
                    return Err(out_of_range(knob.aws, &knob.kind.allowed(), knob.rule));
                }
            }
        }
        self.update(id, |latest| *latest = spec);
        Ok(Some((self.latest_reply(id), Rule::Env09)))
    }

    /// Changes `$LATEST` and replaces its environments (ENV-09).
    fn update(&mut self, id: FunctionId, change: impl FnOnce(&mut lambda::Spec)) {
        let until = self.cx.now.plus(self.plan.settings.publish_latency);
        let function = Rc::make_mut(self.plan).function_mut(id);
        function.updating_until = until;
        let latest = &mut function.versions[0];
        change(Rc::make_mut(&mut latest.spec));
        latest.revision += 1;
        latest.edition += 1;
        let state = &mut self.world.lambda.functions[usize::from(id.0)];
        let cause = self.cx.cause();
        for place in state.environments.drain_idle(VersionIx::LATEST) {
            state.remove(id, self.cx, place, Removal::Update, Rule::Env09);
            self.cx.because_of(cause);
        }
    }

    fn latest_reply(&self, id: FunctionId) -> Reply {
        let arn = arn(self.plan.function(id).name());
        let fields = self.configuration(id, VersionIx::LATEST, arn);
        Reply { http: 200, fields, ..Reply::default() }
    }

    /// A version as AWS shows it, under the ARN that was asked for.
    fn configuration(
        &self,
        id: FunctionId,
        version: VersionIx,
        arn: String,
    ) -> Vec<(String, Value)> {
        let (plan, now) = (&**self.plan, self.cx.now);
        let function = plan.function(id);
        let planned = function.version(version);
        let spec = &planned.spec;
        let pending = now < planned.active_at;
        let updating = version == VersionIx::LATEST && now < function.updating_until;
        let mut fields = Vec::new();
        let mut put = |key: &str, value| fields.push((key.to_string(), value));
        put("FunctionName", Value::text(&function.name));
        put("FunctionArn", Value::Text(arn));
        put("Version", Value::Text(planned.name()));
        put("Description", Value::text(&spec.description));
        put("MemorySize", Value::number(spec.memory_mb));
        put("Timeout", Value::number(spec.timeout.0 / Span::SECOND.0));
        put("State", Value::text(if pending { "Pending" } else { "Active" }));
        if !pending {
            let word = if updating { "InProgress" } else { "Successful" };
            put("LastUpdateStatus", Value::text(word));
        }
        put("CodeSha256", Value::Text(code_sha256(spec)));
        put("RevisionId", Value::Text(revision_id(function, version, now)));
        if EVENTS && !spec.dead_letter.is_empty() {
            let target = Value::Text(target_arn(plan, &spec.dead_letter));
            put("DeadLetterConfig", Value::object([("TargetArn", target)]));
        }
        fields
    }
}

/// Only a numbered version, or the function as a whole, can be deleted like this.
fn check_deletable(name: &FunctionName) -> Result<(), Refused> {
    match name.qualifier.as_deref() {
        Some("$LATEST") => {
            let message =
                "$LATEST version cannot be deleted without deleting the function.";
            Err(invalid(message, Rule::Ver16))
        }
        Some(name) if !name.bytes().all(|b| b.is_ascii_digit()) => {
            Err(invalid("Deletion of aliases is not currently supported.", Rule::Ver18))
        }
        Some(_) | None => Ok(()),
    }
}

/// Whether aliases lead to a version.
fn check_unreferenced(
    function: &PlannedFunction,
    version: VersionIx,
) -> Result<(), Refused> {
    let there = function.aliases.iter().filter(|alias| alias.is_there());
    let mut names: Vec<&str> = there
        .filter(|one| alias::versions(function, &one.pointer).contains(&version))
        .map(|alias| alias.name())
        .collect();
    if names.is_empty() {
        return Ok(());
    }
    names.sort_unstable();
    let message = format!(
        "Unable to delete version because the following aliases reference it: [{}]",
        names.join(", ")
    );
    Err((conflict(message), Rule::Ver17))
}

/// What AWS answers where what is asked for does not go with what is there.
pub(super) fn conflict(message: impl Into<String>) -> Reply {
    Reply::error(409, "ResourceConflictException", message)
}

/// Whether a call names the revision that is there, if it names one.
pub(super) fn check_revision(
    with: &Value,
    current: &str,
    rule: Rule,
) -> Result<(), Refused> {
    match with.get("RevisionId").and_then(Value::as_text) {
        Some(asked) if asked != current => {
            let message = "The Revision Id provided does not match the latest Revision Id. \
                           Call the GetFunction/GetAlias API to retrieve the latest \
                           Revision Id";
            Err((Reply::error(412, "PreconditionFailedException", message), rule))
        }
        Some(_) | None => Ok(()),
    }
}

fn check_description(with: &Value) -> Result<(), Refused> {
    match with.get("Description").and_then(Value::as_text) {
        Some(text) if text.chars().count() > DESCRIPTION_MAX => {
            let must = format!("have length less than or equal to {DESCRIPTION_MAX}");
            Err(failed(text, "description", &must, Rule::Ver08))
        }
        Some(_) | None => Ok(()),
    }
}

/// Whether `$LATEST` is again what some version before the last was published from.
fn is_old(function: &PlannedFunction, latest: &lambda::Spec) -> bool {
    function.versions[1..].iter().any(|one| *one.source == *latest)
}

/// What stands for the state of a version, until that changes (VER-11): when an update is
/// made, and when it is no longer in progress.
fn revision_id(function: &PlannedFunction, version: VersionIx, now: Instant) -> String {
    let planned = function.version(version);
    let is_latest = version == VersionIx::LATEST;
    let settles = if is_latest { function.updating_until } else { planned.active_at };
    let edition = u64::from(planned.edition) << 1 | u64::from(now < settles);
    let dice = function.dice.with(&Dice::of(0, "RevisionId"));
    dice.uuid(u64::from(version.0) << 24 | edition)
}

/// What stands for the hash of the code, as AWS writes hashes.
fn code_sha256(spec: &lambda::Spec) -> String {
    const LETTERS: &[u8; 64] =
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let dice = Dice::of(0, &spec.code);
    let letters = (0..43).map(|at| {
        let bits = dice.bits(0, at, 0) & 63;
        char::from(LETTERS[usize::try_from(bits).unwrap_or(0)])
    });
    letters.chain(['=']).collect()
}

/// What `UpdateFunctionCode` changes, not `UpdateFunctionConfiguration`.
fn belongs_to_code(name: &str) -> bool {
    matches!(name, "Code" | "Architectures")
}

impl Plan {
    /// The `CodeSha256` that `$LATEST` of a function has, by its name.
    #[must_use]
    pub fn code_sha256(&self, function: &str) -> Option<String> {
        let id = self.find_function(function)?;
        Some(code_sha256(&self.function(id).versions[0].spec))
    }

    /// The `RevisionId` that `$LATEST` of a function has, or one of its aliases.
    #[must_use]
    pub fn revision_id(
        &self,
        function: &str,
        alias: Option<&str>,
        now: Instant,
    ) -> Option<String> {
        let function = self.function(self.find_function(function)?);
        match alias {
            None => Some(revision_id(function, VersionIx::LATEST, now)),
            Some(name) => {
                let alias = function.alias(function.alias_named(name)?);
                Some(super::alias::revision_id(alias))
            }
        }
    }
}
