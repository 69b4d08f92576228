//! Callers: what sends requests to a function and waits for the answer.
//!
//! Each kind has its own patience, its own retries and its own words for what went
//! wrong. Rules: section 1 of the invocation rules (INV-10 to INV-21).

pub mod gateway;
pub mod load;
mod manners;
pub mod sdk;
pub mod sender;
pub mod state;
pub mod step_functions;

use alloc::string::String;

use crate::value::Payload;
use load::Load;

/// What a kind of caller is, for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Card {
    /// The word it is written by in a scenario.
    pub key: &'static str,
    /// Its name.
    pub name: &'static str,
    /// What it is, in one sentence.
    pub sentence: &'static str,
}

/// Whether one of each kind can be had: of those that only send events, where none are played,
/// there is none.
macro_rules! can_be {
    (asks) => {
        true
    };
    (sends) => {
        $crate::EVENTS
    };
}

macro_rules! callers {
    ($($what:ident $variant:ident($spec:path) $default:expr, $card:expr;)*) => {
        /// The kinds of callers, each with its settings.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Kind {
            $(#[doc = concat!("See [`", stringify!($spec), "`].")] $variant($spec),)*
        }

        impl Kind {
            /// One of each that can be played, with the settings AWS gives it.
            #[must_use]
            #[cfg_attr(
                not(feature = "events"),
                expect(unreachable_code, reason = "there is no caller that only sends events")
            )]
            pub fn all() -> alloc::vec::Vec<Self> {
                let mut all = alloc::vec::Vec::new();
                $(if can_be!($what) {
                    all.push(Self::$variant($default));
                })*
                all
            }

            /// The key and the name of every kind, also of those that this simulator does not
            /// play.
            pub const NAMES: &'static [(&'static str, &'static str)] =
                &[$(($card.key, $card.name),)*];

            /// What it is, for people.
            #[must_use]
            pub const fn card(&self) -> Card {
                match self { $(Self::$variant(_) => $card,)* }
            }

            /// Checks its knobs.
            pub(crate) fn check(&self, place: &str, issues: &mut alloc::vec::Vec<crate::knob::Issue>) {
                match self { $(Self::$variant(spec) => crate::knob::check(spec, place, issues),)* }
            }
        }

        /// Calls the body with the settings of whatever kind it is.
        #[macro_export]
        macro_rules! with_caller_spec {
            ($kind:expr, $name:ident => $body:expr) => {
                match $kind { $($crate::caller::Kind::$variant($name) => $body,)* }
            };
        }
    };
}

callers! {
    asks Sdk(sdk::Spec) sdk::Spec::default(),
        Card { key: "sdk", name: "AWS SDK", sentence: "A program that calls Invoke through an AWS SDK, which retries." };
    asks Cli(sdk::Spec) sdk::Spec::default(),
        Card { key: "cli", name: "AWS CLI", sentence: "A person or a script calling aws lambda invoke, which retries like an SDK." };
    asks RestApi(gateway::Spec) gateway::Spec::rest_api(),
        Card { key: "api-gateway-rest", name: "API Gateway REST API", sentence: "Waits 29 s, retries nothing, and turns failures into 500, 502 and 504." };
    asks HttpApi(gateway::Spec) gateway::Spec::http_api(),
        Card { key: "api-gateway-http", name: "API Gateway HTTP API", sentence: "Waits 30 s, retries nothing, and turns failures into 500 and 503." };
    asks FunctionUrl(gateway::Spec) gateway::Spec::function_url(),
        Card { key: "function-url", name: "Function URL", sentence: "An HTTPS address of the function itself; throttles stay 429, failures become 502." };
    asks Alb(gateway::Spec) gateway::Spec::alb(),
        Card { key: "alb", name: "Application Load Balancer", sentence: "Calls the function as a target; whatever goes wrong becomes 502." };
    asks StepFunctions(step_functions::Spec) step_functions::Spec::default(),
        Card { key: "step-functions", name: "Step Functions", sentence: "A Task state; it retries only what its Retry field names." };
    sends S3(sender::Spec) sender::Spec::default(),
        Card { key: "s3-notification", name: "S3 notification", sentence: "A bucket that tells a function of its objects; what Lambda does not accept is lost." };
    sends CloudWatchLogs(sender::Spec) sender::Spec::default(),
        Card { key: "cloudwatch-logs", name: "CloudWatch Logs", sentence: "A subscription of a log group that sends its lines as events." };
    sends Ses(sender::Spec) sender::Spec::default(),
        Card { key: "ses", name: "SES", sentence: "A receipt rule that sends an event for each mail." };
    sends Iot(sender::Spec) sender::Spec::default(),
        Card { key: "iot-rule", name: "IoT rule", sentence: "A rule of IoT Core that sends an event for each message of a thing." };
    sends Schedule(sender::Schedule) sender::Schedule::default(),
        Card { key: "eventbridge-schedule", name: "EventBridge schedule", sentence: "Sends events at set times; what Lambda does not accept it tries again for up to a day." };
}

/// The largest payload a load balancer passes on, in bytes, either way.
const ALB_BYTES_MAX: u64 = 1 << 20;
/// The largest payload API Gateway takes from its client, in bytes.
const GATEWAY_BYTES_MAX: u64 = 10 << 20;
/// The largest input or output of a state, in bytes.
const STATE_BYTES_MAX: u64 = 256 << 10;

impl Kind {
    /// The largest payload it sends at all; Lambda has a limit of its own.
    #[must_use]
    pub const fn request_bytes_max(&self) -> Option<u64> {
        match self {
            Self::Sdk(_)
            | Self::Cli(_)
            | Self::FunctionUrl(_)
            | Self::S3(_)
            | Self::CloudWatchLogs(_)
            | Self::Ses(_)
            | Self::Iot(_)
            | Self::Schedule(_) => None,
            Self::RestApi(_) | Self::HttpApi(_) => Some(GATEWAY_BYTES_MAX),
            Self::Alb(_) => Some(ALB_BYTES_MAX),
            Self::StepFunctions(_) => Some(STATE_BYTES_MAX),
        }
    }

    /// The largest answer it takes; Lambda has a limit of its own.
    #[must_use]
    pub const fn answer_bytes_max(&self) -> Option<u64> {
        match self {
            Self::Sdk(_)
            | Self::Cli(_)
            | Self::FunctionUrl(_)
            | Self::RestApi(_)
            | Self::HttpApi(_)
            | Self::S3(_)
            | Self::CloudWatchLogs(_)
            | Self::Ses(_)
            | Self::Iot(_)
            | Self::Schedule(_) => None,
            Self::Alb(_) => Some(ALB_BYTES_MAX),
            Self::StepFunctions(_) => Some(STATE_BYTES_MAX),
        }
    }
}

/// A caller as a scenario says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// Its name.
    pub name: String,
    /// What it is, with its settings.
    pub kind: Kind,
    /// What it calls: a function's name, with `:qualifier` if there is one.
    pub target: String,
    /// What it sends.
    pub payload: Payload,
    /// When it calls.
    pub load: Load,
}
