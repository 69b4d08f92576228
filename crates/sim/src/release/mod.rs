//! How versions are brought into use: alarms of CloudWatch, and deployments of CodeDeploy
//! that lead an alias from one version to the next.

pub mod alarm;
pub mod deployment;
pub mod group;
pub(crate) mod hook;
pub mod routing;
pub mod spec;
pub(crate) mod watch;
