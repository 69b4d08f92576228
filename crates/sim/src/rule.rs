//! The rule book: every statement about AWS that the simulator stands on.
//!
//! A trace entry cites one of these rules, so each step of a run can say why. The
//! sentence is for the person at the page; the confidence says how we know.

use core::fmt;

/// How we know that a rule holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confidence {
    /// AWS says so, on the page given.
    Documented(&'static str),
    /// Recorded from real AWS, or measured by others; the source is named.
    Observed(&'static str),
    /// Nobody outside AWS knows; a setting of the scenario with a default.
    Assumed(&'static str),
}

impl Confidence {
    /// One word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Documented(_) => "documented",
            Self::Observed(_) => "observed",
            Self::Assumed(_) => "assumed",
        }
    }

    /// The page, the recording, or the setting behind it.
    #[must_use]
    pub const fn source(self) -> &'static str {
        match self {
            Self::Documented(source) | Self::Observed(source) | Self::Assumed(source) => {
                source
            }
        }
    }
}

macro_rules! rules {
    ($($name:ident $id:literal $confidence:ident($source:expr) $sentence:literal;)*) => {
        /// One rule; its id is the one the project's references use.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Rule {
            $(#[doc = $sentence] $name,)*
        }

        impl Rule {
            /// All rules, in the order of the book.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The id, such as `CON-06`.
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self { $(Self::$name => $id,)* }
            }

            /// The rule in one sentence.
            #[must_use]
            pub const fn sentence(self) -> &'static str {
                match self { $(Self::$name => $sentence,)* }
            }

            /// How we know.
            #[must_use]
            pub const fn confidence(self) -> Confidence {
                match self { $(Self::$name => Confidence::$confidence($source),)* }
            }
        }
    };
}

macro_rules! dg {
    ($page:literal) => {
        concat!("https://docs.aws.amazon.com/lambda/latest/dg/", $page, ".html")
    };
}
macro_rules! api {
    ($page:literal) => {
        concat!("https://docs.aws.amazon.com/lambda/latest/api/API_", $page, ".html")
    };
}
const SDKR: &str =
    "https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html";
const PRICING: &str = "https://aws.amazon.com/lambda/pricing/";
const LOCALSTACK: &str = "LocalStack's snapshots recorded against AWS, 2025-11";
const STACKD: &str = "captures from a real account by the stackd project, 2026-09";

rules! {
    // Synchronous invocation
    Inv01 "INV-01" Documented(api!("Invoke")) "An invocation is RequestResponse (answered with 200), Event (202) or DryRun (204).";
    Inv02 "INV-02" Documented(dg!("invocation-retries")) "A function error still answers HTTP 200, with the header X-Amz-Function-Error; it is not an API error.";
    Inv03 "INV-03" Observed(LOCALSTACK) "The header X-Amz-Function-Error says Unhandled, whatever went wrong in the function.";
    Inv04 "INV-04" Documented(dg!("monitoring-metrics-types")) "An invocation error answers 4xx or 5xx: no code ran, nothing is billed, and neither Invocations nor Errors counts it.";
    Inv05 "INV-05" Documented(dg!("invocation-retries")) "Lambda never retries a synchronous invocation; only the caller may.";
    Inv06 "INV-06" Observed(STACKD) "A function or version in state Pending refuses invocations with 409 ResourceConflictException.";
    Inv07 "INV-07" Assumed("sync.abandon_keeps_running") "A caller that stops waiting does not stop the function: it runs to its end, is billed, and keeps its unit of concurrency.";
    Inv08 "INV-08" Observed(LOCALSTACK) "A synchronous response over 6,291,556 bytes becomes the function error Function.ResponseSizeTooLarge.";
    Inv10 "INV-10" Documented(dg!("invocation-retries")) "An SDK never retries a function error: the HTTP status was 200.";
    Inv11 "INV-11" Documented(SDKR) "SDKs before November 2026 back off by other numbers (standard_pre2026, legacy_python) than standard2026.";
    Inv12 "INV-12" Documented(SDKR) "An SDK retries throttles, time-outs of the connection and statuses 500, 502, 503 and 504, with exponential backoff and jitter.";
    Inv13 "INV-13" Observed("botocore 1.44.5, botocore/retries") "When the client's retry quota cannot pay for a retry, the error is returned at once.";
    Inv14 "INV-14" Observed("botocore 1.44.5, botocore/retries") "The adaptive retry mode adds rate limiting in the client to standard mode.";
    Inv15 "INV-15" Documented("https://github.com/aws/aws-sdk-cpp/issues/3832") "Most SDKs make 3 attempts in standard mode; the C++ SDK made 11.";
    Inv16 "INV-16" Observed("botocore 1.44.5") "A call that outlasts the SDK's read timeout is abandoned and retried, although the function still runs.";
    Inv20 "INV-20" Documented(dg!("services-apigateway-errors")) "A service that calls on a client's behalf turns throttles, function errors and time-outs into its own status codes.";
    Inv21 "INV-21" Assumed("sync.abandon_keeps_running") "When the caller's wait ends first, its client gets the time-out answer and the function runs on.";
    // Execution environments
    Env01 "ENV-01" Documented(dg!("lambda-concurrency")) "An execution environment runs one invocation at a time.";
    Env02 "ENV-02" Documented(dg!("lambda-runtime-environment")) "Without a free environment one is created: a cold start, whose Init phase comes before the handler.";
    Env03 "ENV-03" Documented(dg!("lambda-runtime-environment")) "Init may take 10 s on demand; with provisioned concurrency up to 130 s or the function timeout.";
    Env04 "ENV-04" Assumed("reading of ENV-03") "An on-demand Init over 10 s is cut and runs again with the handler, both under the function timeout.";
    Env05 "ENV-05" Documented(dg!("configuration-timeout")) "The function timeout, 1 to 900 s and 3 s by default, bounds the whole Invoke phase.";
    Env06 "ENV-06" Documented(dg!("lambda-runtime-environment")) "After a time-out or a process exit the runtime is reset: the next use runs Init again inside that invocation.";
    Env07 "ENV-07" Assumed("env.suppressed_init_in_timeout") "The Init that runs again inside an invocation counts against the function timeout.";
    Env08 "ENV-08" Observed(LOCALSTACK) "A failed Init is a function error of the request that caused it; the next request tries a new Init.";
    Env09 "ENV-09" Observed(STACKD) "An update of code or configuration replaces all environments of $LATEST; running calls finish.";
    Env10 "ENV-10" Assumed("env.idle_ttl") "An environment that stays idle is removed; AWS does not say when, field reports range from 5 to 60 minutes.";
    Env11 "ENV-11" Assumed("env.max_life") "Environments are replaced every few hours even when busy.";
    Env12 "ENV-12" Assumed("env.pick") "Which idle environment takes a request is not documented; here the one used last.";
    Env13 "ENV-13" Documented(dg!("lambda-runtime-environment")) "Lambda may initialise environments ahead of any request.";
    Env14 "ENV-14" Documented(dg!("lambda-runtime-environment")) "The Shutdown phase may take up to 2 s with external extensions.";
    Env15 "ENV-15" Documented(dg!("configuration-memory")) "CPU grows with memory, 1 vCPU at 1,769 MB; here durations stay as given unless cpu_scaling is on.";
    Env16 "ENV-16" Observed(STACKD) "Environments belong to one version: aliases of a version share them, two versions never do.";
    // Concurrency
    Con01 "CON-01" Documented(dg!("lambda-concurrency")) "Concurrency is the number of requests in flight, from admission to the end of the Invoke phase.";
    Con02 "CON-02" Documented(dg!("gettingstarted-limits")) "An account may run 1,000 requests at once in a Region, unless its quota says otherwise.";
    Con03 "CON-03" Documented(dg!("lambda-concurrency")) "Reserved concurrency is both a floor and a cap for a function; at least 100 units stay unreserved.";
    Con04 "CON-04" Documented(dg!("provisioned-concurrency")) "Provisioned concurrency belongs to a version or an alias and may not exceed the function's reservation.";
    Con05 "CON-05" Documented(dg!("lambda-concurrency")) "Functions without a reservation share what the account has left after reservations and provisioned concurrency.";
    Con06 "CON-06" Observed(LOCALSTACK) "A request takes a free provisioned environment, else a unit of the reservation or of the unreserved pool, else it is throttled.";
    Con07 "CON-07" Documented(dg!("provisioned-concurrency")) "When provisioned concurrency takes the whole reservation, $LATEST and other versions are always throttled.";
    Con08 "CON-08" Observed(LOCALSTACK) "A throttled request is answered 429 TooManyRequestsException, 'Rate Exceeded.', with a reason.";
    Con09 "CON-09" Documented(dg!("provisioned-concurrency")) "With every provisioned environment busy, a request spills over to on-demand concurrency.";
    Con10 "CON-10" Documented(dg!("scaling-behavior")) "A function may add 1,000 environments every 10 s; the allowance refills all the time and does not pile up.";
    Con11 "CON-11" Documented(dg!("scaling-behavior")) "The older burst limits of 500 to 3,000 per Region ended in 2023.";
    Con12 "CON-12" Documented(dg!("lambda-concurrency")) "Requests per second are limited to ten times the concurrency of the account, of a function URL's reservation, or of provisioned concurrency.";
    Con13 "CON-13" Documented(dg!("provisioned-concurrency")) "Provisioned concurrency is prepared for a minute or two and usable only once all of it is ready.";
    Con14 "CON-14" Observed(LOCALSTACK) "When Init fails during allocation, provisioned concurrency becomes FAILED and nothing is allocated.";
    Con15 "CON-15" Observed(STACKD) "Lowering a reservation never stops running calls.";
    Con16 "CON-16" Assumed("order within an instant") "At one instant the ends of runs free their units before any request is admitted.";
    // Cost
    Cost01 "COST-01" Documented(PRICING) "Cost is requests at 0.20 USD per million plus GB-seconds of billed time.";
    Cost02 "COST-02" Documented(PRICING) "Billed time is Init plus handler, rounded up to a millisecond; failed runs are billed, throttled ones are not.";
    Cost03 "COST-03" Documented(PRICING) "A GB-second costs 0.0000166667 USD on x86 and 0.0000133334 USD on arm64, less above large volumes.";
    Cost04 "COST-04" Documented(PRICING) "The free tier is 1 million requests and 400,000 GB-seconds a month.";
    Cost05 "COST-05" Documented(PRICING) "Provisioned concurrency costs 0.0000041667 USD per configured GB-second, and its runs 0.0000097222.";
    Cost06 "COST-06" Documented(PRICING) "Ephemeral storage over 512 MB costs 0.0000000309 USD per GB-second.";
    Cost07 "COST-07" Documented("https://aws.amazon.com/sqs/pricing/") "Queues, topics, buses and streams have prices of their own.";
    // Versions and aliases, as far as an invocation needs them
    Ver01 "VER-01" Documented(dg!("configuration-versions")) "A function has one mutable version, $LATEST, which every update replaces.";
    Ver02 "VER-02" Documented(api!("PublishVersion")) "PublishVersion snapshots the code and configuration of $LATEST as a new numbered version.";
    Ver04 "VER-04" Observed(LOCALSTACK) "Publishing an unchanged $LATEST creates nothing and returns the previous version.";
    Ver13 "VER-13" Documented(dg!("configuration-versions")) "An unqualified call runs $LATEST; a qualified one the version or alias it names.";
    Ver14 "VER-14" Observed(LOCALSTACK) "A qualifier inside the function name must agree with the Qualifier parameter.";
    Ver15 "VER-15" Observed(LOCALSTACK) "A function, version or alias that does not exist answers 404 ResourceNotFoundException.";
    Ver24 "VER-24" Assumed("publish_latency") "A version that a code update publishes may be Pending for some seconds before it can be called.";
    Ali01 "ALI-01" Documented(dg!("configuration-aliases")) "An alias is a pointer from a name to one version; it cannot point to an alias.";
    // The simulator's own
    Sim01 "SIM-01" Assumed("this simulator") "A run ends at the time it was given, or when nothing but idle timers is left, or at a bound.";
    Sim02 "SIM-02" Assumed("this simulator") "A scenario is checked before it runs: what it says must be known, within range, and name things that exist.";
    Sim03 "SIM-03" Assumed("this simulator") "What comes from outside is limited in size, depth and count.";
}

/// Rules of the sections the simulator covers that no run can show, with the reason.
pub const NOT_SIMULATED: &[(Rule, &str)] = &[
    (
        Rule::Inv14,
        "adaptive mode delays first attempts by a cubic law; treated as standard2026",
    ),
    (Rule::Inv15, "a remark on other SDKs; choose the profile instead"),
    (Rule::Env13, "AWS gives no rule for when it initialises ahead of a request"),
    (Rule::Env14, "Shutdown has no effect on any result"),
    (Rule::Con11, "history: the limit no longer exists"),
    (Rule::Cost07, "no queue, topic, bus or stream is simulated yet"),
];

impl Rule {
    /// The rule with this id, in any case.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|rule| rule.id().eq_ignore_ascii_case(id))
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_found_again() {
        for rule in Rule::ALL {
            assert_eq!(Rule::from_id(rule.id()), Some(*rule), "{rule}");
        }
    }
}
