//! Calls to AWS's own interface, and one to the simulator's, with their replies.
//!
//! An act carries names as typed; they are looked up when its time comes, and a refusal
//! is a fact like any other. Rules: INV-01 to INV-06, CON-03, CON-04, VER-01 to VER-25,
//! ALI-01 to ALI-31.

mod alias;
mod codedeploy;
mod constraint;
mod event_invoke;
mod fault;
mod mapping;
mod names;
mod operations;
mod provisioned;
mod publish;
mod queue;
mod recursion;
mod stream;
mod version;

use alloc::string::String;
use alloc::vec::Vec;

use crate::value::{Payload, Value};

pub(crate) use codedeploy::reroute;
pub use fault::wrong_fault;
pub use names::{ACCOUNT, FunctionName, Names, REGION, arn, arn_of};
pub(crate) use operations::perform;

choices! {
    /// What an act can ask for.
    Operation {
        /// Run a function, or check that it could.
        Invoke "Invoke",
        /// Read the reservation.
        GetFunctionConcurrency "GetFunctionConcurrency",
        /// Set the reservation.
        PutFunctionConcurrency "PutFunctionConcurrency",
        /// Remove the reservation.
        DeleteFunctionConcurrency "DeleteFunctionConcurrency",
        /// Read provisioned concurrency.
        GetProvisionedConcurrencyConfig "GetProvisionedConcurrencyConfig",
        /// Ask for provisioned concurrency.
        PutProvisionedConcurrencyConfig "PutProvisionedConcurrencyConfig",
        /// Remove provisioned concurrency.
        DeleteProvisionedConcurrencyConfig "DeleteProvisionedConcurrencyConfig",
        /// Make `$LATEST` a version.
        PublishVersion "PublishVersion",
        /// Change the code of `$LATEST`.
        UpdateFunctionCode "UpdateFunctionCode",
        /// Change the settings of `$LATEST`.
        UpdateFunctionConfiguration "UpdateFunctionConfiguration",
        /// Set what becomes of asynchronous events.
        PutFunctionEventInvokeConfig "PutFunctionEventInvokeConfig",
        /// Change some of that.
        UpdateFunctionEventInvokeConfig "UpdateFunctionEventInvokeConfig",
        /// Read it.
        GetFunctionEventInvokeConfig "GetFunctionEventInvokeConfig",
        /// Go back to the defaults.
        DeleteFunctionEventInvokeConfig "DeleteFunctionEventInvokeConfig",
        /// Read it for all qualifiers.
        ListFunctionEventInvokeConfigs "ListFunctionEventInvokeConfigs",
        /// Set whether loops are stopped.
        PutFunctionRecursionConfig "PutFunctionRecursionConfig",
        /// Read that.
        GetFunctionRecursionConfig "GetFunctionRecursionConfig",
        /// Send a message to a topic.
        Publish "Publish",
        /// Send events to a bus.
        PutEvents "PutEvents",
        /// Put an object into a bucket.
        PutObject "PutObject",
        /// Make an event source mapping.
        CreateEventSourceMapping "CreateEventSourceMapping",
        /// Change one.
        UpdateEventSourceMapping "UpdateEventSourceMapping",
        /// Delete one.
        DeleteEventSourceMapping "DeleteEventSourceMapping",
        /// Read one.
        GetEventSourceMapping "GetEventSourceMapping",
        /// Read all, or those of a source or a function.
        ListEventSourceMappings "ListEventSourceMappings",
        /// Delete a function, or one version of it.
        DeleteFunction "DeleteFunction",
        /// Send a message to a queue.
        SendMessage "SendMessage",
        /// Send up to ten of them.
        SendMessageBatch "SendMessageBatch",
        /// Change the settings of a queue.
        SetQueueAttributes "SetQueueAttributes",
        /// Put a record into a stream.
        PutRecord "PutRecord",
        /// Put an item into a table.
        PutItem "PutItem",
        /// Remove an item of a table.
        DeleteItem "DeleteItem",
        /// Let two shards take the place of one.
        SplitShard "SplitShard",
        /// Let one shard take the place of two.
        MergeShards "MergeShards",
        /// Read provisioned concurrency of all versions and aliases.
        ListProvisionedConcurrencyConfigs "ListProvisionedConcurrencyConfigs",
        /// Read a function, or one version of it.
        GetFunction "GetFunction",
        /// Read its settings.
        GetFunctionConfiguration "GetFunctionConfiguration",
        /// Read all versions.
        ListVersionsByFunction "ListVersionsByFunction",
        /// Give a version a name.
        CreateAlias "CreateAlias",
        /// Let an alias lead elsewhere.
        UpdateAlias "UpdateAlias",
        /// Delete an alias.
        DeleteAlias "DeleteAlias",
        /// Read an alias.
        GetAlias "GetAlias",
        /// Read all aliases of a function.
        ListAliases "ListAliases",
        /// Lead an alias to another version, step by step.
        CreateDeployment "CreateDeployment",
        /// End that before it is done.
        StopDeployment "StopDeployment",
        /// Read how far one is.
        GetDeployment "GetDeployment",
        /// Say for a hook how a deployment does.
        PutLifecycleEventHookExecutionStatus "PutLifecycleEventHookExecutionStatus",
        /// Put an alarm into a state until it is looked at again.
        SetAlarmState "SetAlarmState",
        /// Say what goes wrong from now on: no call to AWS, but the simulator's own.
        SetFault "Lambdarium:SetFault",
        /// Send a record to a topic of Kafka, or a message to a broker's queue: those are
        /// reached by protocols of their own, for which this stands.
        Produce "Lambdarium:Produce",
    }
}

impl Operation {
    /// Whether it is about event source mappings.
    #[must_use]
    pub const fn is_about_mappings(self) -> bool {
        mapping::is_one(self)
    }

    /// Whether it is about aliases, or reads versions or takes them away.
    pub(crate) const fn is_about_versions(self) -> bool {
        alias::is_one(self)
            || version::is_one(self)
            || matches!(self, Self::ListProvisionedConcurrencyConfigs)
    }

    /// Whether it is about services or mappings, and not about one function.
    pub(crate) const fn is_beyond_functions(self) -> bool {
        publish::is_one(self)
            || mapping::is_one(self)
            || queue::is_one(self)
            || stream::is_one(self)
            || codedeploy::is_one(self)
    }
}

/// An answer of AWS's interface.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    /// HTTP status.
    pub http: u16,
    /// The error code; empty where the call succeeded.
    pub code: String,
    /// The error message; empty where the call succeeded.
    pub message: String,
    /// The fields of the answer, by their names in the interface.
    pub fields: Vec<(String, Value)>,
    /// What the function answered; only for `Invoke`.
    pub payload: Option<Payload>,
}

impl Reply {
    /// A success with these fields.
    #[must_use]
    pub fn ok<const N: usize>(http: u16, fields: [(&str, Value); N]) -> Self {
        let fields = fields.into_iter().map(|(key, value)| (key.into(), value)).collect();
        Self { http, fields, ..Self::default() }
    }

    /// A refusal.
    #[must_use]
    pub fn error(http: u16, code: &str, message: impl Into<String>) -> Self {
        Self { http, code: code.into(), message: message.into(), ..Self::default() }
    }

    /// Whether the call was refused.
    #[must_use]
    pub fn is_error(&self) -> bool {
        !self.code.is_empty()
    }
}
