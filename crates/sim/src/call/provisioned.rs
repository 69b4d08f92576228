//! Calls about provisioned concurrency, which belongs to a version or an alias.
//!
//! Rules: CON-04, CON-05, CON-13, ALI-25 to ALI-31.

use alloc::format;
use alloc::rc::Rc;
use alloc::vec::Vec;

use super::Reply;
use super::names::FunctionName;
use super::operations::{Answer, Desk, at_least, invalid};
use super::version::conflict;
use crate::id::{FunctionId, VersionIx};
use crate::lambda::alias::versions;
use crate::lambda::environment::Status;
use crate::lambda::{Provisioned, alias};
use crate::rule::Rule;
use crate::value::Value;

/// `$LATEST` has no provisioned concurrency.
pub(super) const UNPUBLISHED: &str =
    "Provisioned Concurrency Configs cannot be applied to unpublished function versions.";
/// A version has it once.
pub(super) const ALREADY_PROVISIONED: &str = "Alias can't be used for Provisioned \
     Concurrency configuration on an already Provisioned version";

impl Desk<'_, '_> {
    /// The version a call about provisioned concurrency names; it must be a published one.
    fn published(
        &self,
        id: FunctionId,
        name: &FunctionName,
    ) -> Result<VersionIx, (Reply, Rule)> {
        match self.version(id, name)? {
            VersionIx::LATEST => {
                let message = "The function resource provided must be an alias or a \
                               published version.";
                Err(invalid(message, Rule::Con04))
            }
            version => Ok(version),
        }
    }

    /// Whether the very qualifier a call names has provisioned concurrency.
    fn is_provisioned(&self, id: FunctionId, name: &FunctionName) -> bool {
        let known = &self.plan.function(id).provisioned;
        known.iter().any(|known| Some(&known.qualifier) == name.qualifier.as_ref())
    }

    pub(super) fn put_provisioned(
        &mut self,
        id: FunctionId,
        name: &FunctionName,
        with: &Value,
    ) -> Answer {
        let version = self.version(id, name)?;
        if version == VersionIx::LATEST {
            return Err(invalid(UNPUBLISHED, Rule::Ali25));
        }
        self.check_unweighted(id, name)?;
        let units = at_least(1, with, "ProvisionedConcurrentExecutions", Rule::Con04)?;
        self.check_one_configuration(id, name, version)?;
        let function = self.world.lambda.function(id);
        let before = function.environments.pool(version);
        let before = before.map_or(0, |pool| pool.provisioned.requested);
        let total = (function.ledger.provisioned() - before).saturating_add(units);
        match self.plan.function(id).reserved {
            Some(reserved) if total > reserved => {
                let message = "Requested Provisioned Concurrency should not be greater than \
                               the reservedConcurrentExecution for function";
                return Err(invalid(message, Rule::Con04));
            }
            Some(_) => {}
            None => {
                let left = self.unreserved_by_others(id);
                if total > left {
                    let message = format!(
                        "Specified ConcurrentExecutions for function is greater than \
                         account's unreserved concurrency [{left}]."
                    );
                    return Err(invalid(message, Rule::Con05));
                }
                self.check_unreserved(id, total, "ConcurrentExecutions", Rule::Con05)?;
            }
        }
        self.provision(id, name, version, units);
        let reply = self.provisioned_reply(id, name, 202);
        Ok(Some((reply, Rule::Con13)))
    }

    /// An alias with weights gets no provisioned concurrency, though it keeps what it has.
    fn check_unweighted(
        &self,
        id: FunctionId,
        name: &FunctionName,
    ) -> Result<(), (Reply, Rule)> {
        let function = self.plan.function(id);
        let alias = name.qualifier.as_deref().and_then(|name| function.alias_named(name));
        match alias.and_then(|alias| function.alias(alias).routing()) {
            Some(_) => {
                let message =
                    "Alias with weights can not be used with Provisioned Concurrency";
                Err(invalid(message, Rule::Ali30))
            }
            None => Ok(()),
        }
    }

    /// A version and an alias of it cannot both have provisioned concurrency.
    fn check_one_configuration(
        &self,
        id: FunctionId,
        name: &FunctionName,
        version: VersionIx,
    ) -> Result<(), (Reply, Rule)> {
        let function = self.plan.function(id);
        let qualifier = name.qualifier.as_deref().unwrap_or_default();
        let other = function.provisioned.iter().find(|other| {
            other.qualifier != qualifier
                && function.resolve(&other.qualifier) == Some(version)
        });
        let is_number = qualifier.bytes().all(|b| b.is_ascii_digit());
        let message = match other {
            None => return Ok(()),
            Some(_) if is_number => {
                "Version is pointed by a Provisioned Concurrency alias"
            }
            Some(_) => ALREADY_PROVISIONED,
        };
        Err((conflict(message), Rule::Ali26))
    }

    fn provision(
        &mut self,
        id: FunctionId,
        name: &FunctionName,
        version: VersionIx,
        count: u64,
    ) {
        let split = self.plan.settings.pc_split;
        let function = Rc::make_mut(self.plan).function_mut(id);
        let qualifier = name.qualifier.clone().unwrap_or_default();
        function.provisioned.retain(|other| other.qualifier != qualifier);
        if count > 0 {
            function.provisioned.push(Provisioned { qualifier, count });
            let count = function.provisioned_of(version, split);
            let lambda = &mut self.world.lambda;
            lambda.provision(id, self.plan, self.cx, version, count, Rule::Con13);
            return;
        }
        let alias = function.alias_named(&qualifier).map(|at| function.alias(at));
        let pointer = alias.map(|alias| alias.pointer.clone());
        let weighted = pointer.filter(|pointer| pointer.routing.is_some());
        let lambda = &mut self.world.lambda;
        let (touched, rule) = match &weighted {
            Some(pointer) => (versions(function, pointer), Rule::Ali31),
            None => (alloc::vec![version], Rule::Con13),
        };
        alias::provision(id, &touched, rule, self.plan, lambda, self.cx);
    }

    /// `DeleteProvisionedConcurrencyConfig`: deleting what is not there succeeds.
    pub(super) fn unprovision(&mut self, id: FunctionId, name: &FunctionName) -> Answer {
        let version = self.published(id, name)?;
        if self.is_provisioned(id, name) {
            self.provision(id, name, version, 0);
        }
        Ok(Some((Reply::ok(204, []), Rule::Con13)))
    }

    /// `ListProvisionedConcurrencyConfigs`: each under what it was asked for (ALI-27).
    pub(super) fn list_provisioned(&self, id: FunctionId) -> Answer {
        let function = self.plan.function(id);
        let all = function.provisioned.iter().map(|one| {
            let qualifier = Some(one.qualifier.clone());
            let name = FunctionName { name: function.name.clone(), qualifier };
            let mut fields = self.provisioned_reply(id, &name, 200).fields;
            fields.insert(0, ("FunctionArn".into(), Value::Text(name.called_arn())));
            Value::Object(fields)
        });
        let all = Value::List(all.collect());
        Ok(Some((Reply::ok(200, [("ProvisionedConcurrencyConfigs", all)]), Rule::Ali27)))
    }

    pub(super) fn get_provisioned(&self, id: FunctionId, name: &FunctionName) -> Answer {
        self.published(id, name)?;
        if !self.is_provisioned(id, name) {
            let code = "ProvisionedConcurrencyConfigNotFoundException";
            let message = "No Provisioned Concurrency Config found for this function";
            return Err((Reply::error(404, code, message), Rule::Con04));
        }
        Ok(Some((self.provisioned_reply(id, name, 200), Rule::Con13)))
    }

    /// What a qualifier has asked for, and how far that is: of an alias with weights, both
    /// versions together.
    fn provisioned_reply(&self, id: FunctionId, name: &FunctionName, http: u16) -> Reply {
        let (plan, state) = (&self.plan, self.world.lambda.function(id));
        let function = plan.function(id);
        let qualifier = name.qualifier.as_deref().unwrap_or_default();
        let asked = function.provisioned.iter().find(|one| one.qualifier == qualifier);
        let requested = asked.map_or(0, |one| one.count);
        let shares = asked.map(|one| function.shares(one, plan.settings.pc_split));
        let alias = function.alias_named(qualifier).map(|at| function.alias(at));
        let held = alias.is_some_and(|alias| alias.held.is_some());
        // While an alias moves it has what is ready of its new version.
        let shares =
            shares.into_iter().flatten().take(if held { 1 } else { 2 }).flatten();
        let (mut allocated, mut statuses) = (0, Vec::new());
        for (version, count) in shares.filter(|(_, count)| *count > 0) {
            let pool = state.environments.pool(version).map(|pool| &pool.provisioned);
            allocated += pool.map_or(0, |pool| pool.allocated.min(count));
            statuses.push(pool.map_or(Status::None, |pool| pool.status));
        }
        let failed = statuses.contains(&Status::Failed);
        let ready = statuses.iter().all(|status| *status == Status::Ready);
        let word = match (failed, ready && !statuses.is_empty()) {
            (true, _) => "FAILED",
            (false, true) => "READY",
            (false, false) => "IN_PROGRESS",
        };
        let mut reply = Reply::ok(
            http,
            [
                ("RequestedProvisionedConcurrentExecutions", Value::number(requested)),
                ("AvailableProvisionedConcurrentExecutions", Value::number(allocated)),
                ("AllocatedProvisionedConcurrentExecutions", Value::number(allocated)),
                ("Status", Value::text(word)),
            ],
        );
        if failed {
            let reason = Value::text("FUNCTION_ERROR_INIT_FAILURE");
            reply.fields.push(("StatusReason".into(), reason));
        }
        reply
    }
}
