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
        #[repr(u16)]
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
macro_rules! cd {
    ($page:literal) => {
        concat!(
            "https://docs.aws.amazon.com/codedeploy/latest/userguide/",
            $page,
            ".html"
        )
    };
}
macro_rules! cdapi {
    ($page:literal) => {
        concat!(
            "https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_",
            $page,
            ".html"
        )
    };
}
macro_rules! cw {
    ($page:literal) => {
        concat!(
            "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/",
            $page,
            ".html"
        )
    };
}
const SAFE: &str = "https://github.com/aws/serverless-application-model/blob/develop/docs/safe_lambda_deployments.rst";
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
    // Asynchronous invocation
    Asy01 "ASY-01" Documented(dg!("invocation-async")) "An Event invocation puts the event on the function's queue and answers 202; what becomes of it is not told.";
    Asy02 "ASY-02" Documented(dg!("lambda-services")) "S3, SNS, EventBridge, CloudWatch Logs, SES, IoT and others send events; queues and streams are polled.";
    Asy03 "ASY-03" Documented(api!("Invoke")) "An event may have 1 MB; a larger one is refused with 413.";
    Asy04 "ASY-04" Documented(api!("Invoke")) "ClientContext does not reach the runs of an event.";
    Asy05 "ASY-05" Observed(LOCALSTACK) "All attempts of one event share one request ID.";
    Asy06 "ASY-06" Observed(STACKD) "Each attempt looks the qualifier up again: after an alias has moved, a retry runs the new version.";
    Asy07 "ASY-07" Documented(dg!("invocation-async-configuring")) "Retries, age and destinations are set for $LATEST, a version or an alias each; one without settings of its own has the defaults.";
    Asy08 "ASY-08" Documented(api!("PutFunctionEventInvokeConfig")) "Put replaces all settings for events, Update keeps those it does not name.";
    Asy09 "ASY-09" Assumed("async.config_propagation") "How long changed settings take to reach the queue is not documented.";
    Asy10 "ASY-10" Documented(dg!("invocation-async-error-handling")) "After a function error an event is tried again, up to two times; time-outs and exits of the runtime are function errors.";
    Asy11 "ASY-11" Assumed("async.error_delay_1, async.error_delay_2") "The second attempt comes one minute after the end of the first, the third two minutes after the second.";
    Asy12 "ASY-12" Documented(dg!("invocation-async-error-handling")) "An event that is throttled or meets an error of the service goes back to the queue, at first for 1 s, then for ever longer up to 5 minutes.";
    Asy13 "ASY-13" Assumed("async.throttle_base, async.throttle_cap") "Each wait after a throttle is twice the one before: tries come at 0, 1, 3, 7, 15, 31 s and so on.";
    Asy14 "ASY-14" Observed(STACKD) "Throttled tries use up no retry and count as no invocation.";
    Asy15 "ASY-15" Assumed("async.throttle_reset_on_attempt") "After a run the waits for throttles begin at the first one again.";
    Asy16 "ASY-16" Observed(LOCALSTACK) "An event whose next try would come when it is too old is given up at once.";
    Asy17 "ASY-17" Documented(dg!("invocation-async-error-handling")) "An event that becomes too old in the queue is given up without another try.";
    Asy18 "ASY-18" Observed(STACKD) "The age bounds waiting only: a run under way is not cut, and a late success is a success.";
    Asy19 "ASY-19" Assumed("order of checks") "After a failed attempt come the checks for concurrency 0, for retries, for age, in this order.";
    Asy20 "ASY-20" Documented(dg!("invocation-async-retain-records")) "With reserved concurrency 0 an event is given up at its next try.";
    Asy21 "ASY-21" Documented(dg!("invocation-async-error-handling")) "With a long queue Lambda waits longer between tries and reads more slowly.";
    Asy22 "ASY-22" Assumed("async.dispatch") "How long an event waits in an idle queue is not documented; one measurement says 33 ms.";
    Asy23 "ASY-23" Assumed("async.duplicate_probability") "Delivery is at least once: an event may run twice although nothing went wrong.";
    Asy24 "ASY-24" Assumed("order of the queue") "No order is promised between events; here they are tried as they are due, then as they were accepted.";
    Asy25 "ASY-25" Documented(dg!("gettingstarted-limits")) "AWS's services may send events at any rate; others up to ten times the account concurrency a second.";
    Asy26 "ASY-26" Observed(STACKD) "When the version or alias of a waiting event is gone, its attempts fail with 404 and use up its retries.";
    Asy30 "ASY-30" Assumed("sns.backoff_min, sns.backoff_max") "Between what is documented of SNS's retries the waits grow evenly from 1 s to 20 s.";
    Asy31 "ASY-31" Assumed("eb.backoff_base, eb.backoff_cap") "EventBridge waits twice as long after each failed delivery, up to 512 s.";
    Asy32 "ASY-32" Documented("https://docs.aws.amazon.com/sns/latest/dg/sns-dead-letter-queues.html") "Without permission to invoke the function, SNS and EventBridge do not retry.";
    // Dead-letter queues
    Dlq01 "DLQ-01" Documented(dg!("invocation-async-retain-records")) "A function's dead-letter queue is a standard queue or a standard topic.";
    Dlq02 "DLQ-02" Documented(dg!("invocation-async-retain-records")) "It gets asynchronous events that are given up, and nothing else.";
    Dlq03 "DLQ-03" Observed(LOCALSTACK) "A dead letter is the event as it was, without a word changed.";
    Dlq04 "DLQ-04" Documented(dg!("invocation-async-retain-records")) "Beside the event stand RequestID, ErrorCode and ErrorMessage.";
    Dlq05 "DLQ-05" Documented(dg!("invocation-async-retain-records")) "When a dead letter cannot be sent, the event is gone and DeadLetterErrors counts it.";
    Dlq06 "DLQ-06" Observed(STACKD) "With a dead-letter queue and a failure destination both are told, the queue first.";
    Dlq07 "DLQ-07" Documented(dg!("invocation-async-retain-records")) "A dead-letter queue learns nothing of successes.";
    Dlq08 "DLQ-08" Assumed("dlq.scope") "A version keeps the dead-letter queue it was published with; the guide says otherwise.";
    // Destinations
    Dst01 "DST-01" Documented(dg!("invocation-async-retain-records")) "Destinations are for asynchronous events only.";
    Dst02 "DST-02" Documented(api!("PutFunctionEventInvokeConfig")) "A success can be told to a queue, a topic, a function or a bus, a failure to a bucket as well.";
    Dst03 "DST-03" Observed(STACKD) "A FIFO queue or topic is refused as a destination.";
    Dst04 "DST-04" Documented(api!("PutFunctionEventInvokeConfig")) "There is one destination for successes and one for failures.";
    Dst05 "DST-05" Documented(dg!("invocation-async-retain-records")) "The function's role sends the record; without the right to, it is lost and DestinationDeliveryFailures counts it.";
    Dst06 "DST-06" Documented(dg!("invocation-async-retain-records")) "A record is sent once, when an event has succeeded or is given up.";
    Dst07 "DST-07" Assumed("dest.delivery") "How long a record takes is not documented.";
    Dst08 "DST-08" Observed(STACKD) "A function as destination gets the record as an event of its own; a function cannot be its own destination.";
    Dst10 "DST-10" Assumed("dest.success_count") "The record of a success counts one invocation, however many there were.";
    Dst11 "DST-11" Assumed("reading of recordings") "When the last try was throttled, the record says 429 and counts the runs before.";
    Dst12 "DST-12" Assumed("condition of a stopped loop") "What the record of a stopped loop says is not recorded.";
    Dst13 "DST-13" Documented(dg!("invocation-async-retain-records")) "A queue gets the record as a message, a topic as its Message, a function as its event.";
    Dst14 "DST-14" Observed(LOCALSTACK) "A bus gets the record as the detail of an event from lambda.";
    Dst15 "DST-15" Documented(dg!("invocation-async-retain-records")) "A bucket gets the record as an object under aws/lambda/async/.";
    Dst16 "DST-16" Assumed("dest.oversize") "A record too large for its destination is sent without what was asked and answered.";
    // Recursive loops
    Rec01 "REC-01" Documented(api!("PutFunctionRecursionConfig")) "A function stops loops through it unless RecursiveLoop is Allow.";
    Rec02 "REC-02" Assumed("recursion.limit") "A function may run 16 times in one chain of requests; the next run is stopped.";
    Rec03 "REC-03" Documented(dg!("invocation-recursion")) "The chain is known through Lambda, SQS, SNS and S3; any other service breaks it.";
    Rec04 "REC-04" Documented(dg!("invocation-recursion")) "A call that is stopped does not run, and RecursiveInvocationsDropped counts it.";
    Rec05 "REC-05" Documented(dg!("invocation-recursion")) "A message of a queue that is stopped is received again, until the queue's own redrive takes it.";
    Rec06 "REC-06" Documented(dg!("invocation-recursion")) "An event that is stopped goes to the failure destination or the dead-letter queue, or is lost.";
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
    // Versions
    Ver01 "VER-01" Documented(dg!("configuration-versions")) "A function has one mutable version, $LATEST, which every update replaces.";
    Ver02 "VER-02" Documented(api!("PublishVersion")) "PublishVersion snapshots the code and configuration of $LATEST as a new numbered version.";
    Ver03 "VER-03" Observed(STACKD) "Versions are numbered 1, 2, 3 and so on; the number of a version that was deleted is not used again.";
    Ver04 "VER-04" Observed(LOCALSTACK) "Publishing an unchanged $LATEST creates nothing and returns the previous version.";
    Ver05 "VER-05" Observed(LOCALSTACK) "A change of configuration alone, even of the description, is enough for a new version.";
    Ver06 "VER-06" Assumed("reading of VER-04") "Whether $LATEST is unchanged is seen from the last version that still exists.";
    Ver07 "VER-07" Assumed("reading of VER-04") "A $LATEST that is again what some older version was is published as a new version.";
    Ver08 "VER-08" Documented(api!("PublishVersion")) "A description that is given when publishing is that of the version alone.";
    Ver09 "VER-09" Observed(LOCALSTACK) "A RevisionId that is not the present one is answered 412 PreconditionFailedException.";
    Ver10 "VER-10" Observed(LOCALSTACK) "Publishing with another CodeSha256 than that of $LATEST is refused.";
    Ver11 "VER-11" Observed(LOCALSTACK) "A version has a RevisionId of its own, and publishing changes that of $LATEST; an alias changes neither.";
    Ver12 "VER-12" Documented(dg!("configuration-versions")) "A version keeps its code and configuration; triggers, settings for events and provisioned concurrency can still be set for it.";
    Ver13 "VER-13" Documented(dg!("configuration-versions")) "An unqualified call runs $LATEST; a qualified one the version or alias it names.";
    Ver14 "VER-14" Observed(LOCALSTACK) "A qualifier inside the function name must agree with the Qualifier parameter.";
    Ver15 "VER-15" Observed(LOCALSTACK) "A function, version or alias that does not exist answers 404 ResourceNotFoundException.";
    Ver16 "VER-16" Observed(LOCALSTACK) "$LATEST cannot be deleted without the function.";
    Ver17 "VER-17" Documented(api!("DeleteFunction")) "A version that an alias leads to cannot be deleted.";
    Ver18 "VER-18" Observed(LOCALSTACK) "DeleteFunction does not delete aliases.";
    Ver19 "VER-19" Documented(api!("DeleteFunction")) "DeleteFunction without a qualifier deletes all versions and aliases; triggers stay.";
    Ver20 "VER-20" Documented(dg!("gettingstarted-limits")) "The number of versions is not limited, what their code takes up is.";
    Ver21 "VER-21" Documented(dg!("snapstart")) "SnapStart makes snapshots of versions published from then on, never of $LATEST.";
    Ver22 "VER-22" Observed(LOCALSTACK) "Versions and aliases have no tags.";
    Ver23 "VER-23" Observed(STACKD) "Environments belong to one version and go with it; a run ends on the version it began on.";
    Ver24 "VER-24" Assumed("publish_latency") "An update may be in progress for some seconds, and a version it publishes Pending; until then there is no other update.";
    Ver25 "VER-25" Documented(api!("GetFunction")) "Only Lambda Managed Instances have $LATEST.PUBLISHED; they are not simulated.";
    // Aliases
    Ali01 "ALI-01" Documented(dg!("configuration-aliases")) "An alias is a pointer from a name to one version; it cannot point to an alias.";
    Ali02 "ALI-02" Observed(LOCALSTACK) "The name of an alias has letters, digits, hyphens and underscores, and is no number.";
    Ali03 "ALI-03" Documented(api!("CreateAlias")) "The name of an alias is its own within the function, and can be used again once it is deleted.";
    Ali04 "ALI-04" Observed(LOCALSTACK) "A new alias has to say which version it leads to: a number, or $LATEST.";
    Ali05 "ALI-05" Observed(LOCALSTACK) "An alias that is there already is not created again: 409 ResourceConflictException.";
    Ali06 "ALI-06" Observed(LOCALSTACK) "An alias that is not there cannot be read or updated; deleting it succeeds.";
    Ali07 "ALI-07" Observed(LOCALSTACK) "UpdateAlias keeps what it does not name, and changes all it names or nothing.";
    Ali08 "ALI-08" Observed(LOCALSTACK) "UpdateAlias with a RevisionId that is not the present one is answered 412 PreconditionFailedException.";
    Ali09 "ALI-09" Documented(dg!("configuring-alias-routing")) "A weight is the share of the additional version; the alias's own version gets the rest.";
    Ali10 "ALI-10" Observed(LOCALSTACK) "An alias has at most one additional version.";
    Ali11 "ALI-11" Observed(LOCALSTACK) "A weight is a number from 0.0 to 1.0.";
    Ali12 "ALI-12" Observed(LOCALSTACK) "The additional version is another than the alias's own, also where only one of the two is changed.";
    Ali13 "ALI-13" Observed(LOCALSTACK) "An alias that leads to $LATEST has no weights.";
    Ali14 "ALI-14" Observed(LOCALSTACK) "The additional version is a number, never $LATEST.";
    Ali15 "ALI-15" Observed(LOCALSTACK) "An alias leads to versions that exist.";
    Ali16 "ALI-16" Documented(dg!("configuring-alias-routing")) "Both versions of an alias have the same execution role and the same dead-letter queue.";
    Ali17 "ALI-17" Assumed("order of checks") "What is wrong with an alias is told in an order: form, function, count, same version, $LATEST, existence, role and queue, name.";
    Ali18 "ALI-18" Documented(dg!("configuring-alias-routing")) "Which version a request gets is drawn for it alone; nothing is sticky.";
    Ali19 "ALI-19" Assumed("this simulator") "Without weights nothing is drawn; a weight of 0 never leads to its version, a weight of 1 always does.";
    Ali20 "ALI-20" Observed(STACKD) "An alias is looked up, and drawn, once for each call, for each attempt of an event and for each try of a batch.";
    Ali21 "ALI-21" Documented(api!("Invoke")) "X-Amz-Executed-Version is the number of the version that ran, never the name of an alias.";
    Ali22 "ALI-22" Observed(LOCALSTACK) "Settings for events are made for one qualifier, and publishing does not copy them.";
    Ali23 "ALI-23" Documented(dg!("configuring-alias-routing")) "The dead-letter queue is that of the version that ran.";
    Ali24 "ALI-24" Observed(LOCALSTACK) "Reserved concurrency is the function's, for all its versions together.";
    Ali25 "ALI-25" Observed(LOCALSTACK) "Provisioned concurrency belongs to a version or an alias, never to $LATEST.";
    Ali26 "ALI-26" Observed(LOCALSTACK) "A version has provisioned concurrency once: of its own, or through an alias.";
    Ali27 "ALI-27" Observed(LOCALSTACK) "Provisioned concurrency of an alias also serves direct calls of its version, and goes with the alias.";
    Ali28 "ALI-28" Observed(LOCALSTACK) "When an alias moves, its provisioned concurrency is built on the new version, then removed from the old one.";
    Ali29 "ALI-29" Observed("github.com/hashicorp/terraform-provider-aws, pull request 48116") "Until that is ready the alias leads all requests to its former version.";
    Ali30 "ALI-30" Documented(dg!("provisioned-concurrency")) "An alias with weights gets no provisioned concurrency, and keeps what it has.";
    Ali31 "ALI-31" Assumed("pc_split") "Of an alias with weights each version has its share of the provisioned concurrency.";
    Ali32 "ALI-32" Documented(dg!("configuration-aliases")) "A trigger may name an alias: when that moves nothing has to be done with the trigger. A function URL never names a number.";
    Ali33 "ALI-33" Documented(dg!("configuration-aliases")) "A permission to call an alias covers calls of the alias, not of its version.";
    Ali34 "ALI-34" Documented(dg!("monitoring-metrics-types")) "CloudWatch counts by function, by alias, and by alias and executed version.";
    Ali35 "ALI-35" Assumed("alias_propagation") "A change of an alias holds for everything that follows, at once or after a while.";
    Ali36 "ALI-36" Observed(STACKD) "Events that wait are led by the alias as it is when they are tried; its settings for events go with it.";
    // Kafka and MQ
    Kaf01 "KAF-01" Documented(dg!("with-kafka")) "Each partition of a topic has at most one consumer, and its records keep their order.";
    Kaf02 "KAF-02" Documented(dg!("kafka-scaling-modes")) "Pollers of a topic follow how far behind they are, and are never more than there are partitions.";
    Kaf03 "KAF-03" Documented(dg!("with-kafka")) "Offsets are committed after a success; after an error the batch is tried again, and its partition waits.";
    Kaf04 "KAF-04" Documented(dg!("with-kafka")) "The record of a batch that was given up names the offsets of each partition.";
    Kaf05 "KAF-05" Documented(dg!("with-kafka")) "What a consumer group has committed counts more than the starting position.";
    Kaf06 "KAF-06" Documented(dg!("with-kafka")) "Share groups keep no order, and may have more consumers than partitions.";
    Mq01 "MQ-01" Documented(dg!("with-mq")) "After an error a broker delivers the whole batch again, until it succeeds or the broker gives it up.";
    Doc01 "DOC-01" Documented(dg!("with-documentdb")) "A change stream of DocumentDB keeps its order, and repeats a batch until it succeeds.";
    // Deployments of CodeDeploy
    Cd01 "CD-01" Documented(cd!("reference-appspec-file-structure-hooks")) "A deployment goes through BeforeAllowTraffic, AllowTraffic and AfterAllowTraffic; only the first and the last can call a function.";
    Cd02 "CD-02" Assumed("statuses of a deployment") "A deployment is Created, then InProgress, and ends Succeeded, Failed or Stopped.";
    Cd03 "CD-03" Assumed("events without a hook") "An event without a hook is Skipped and takes no time; so is what remains after a failure.";
    Cd04 "CD-04" Documented(cd!("reference-appspec-file-structure-hooks")) "A hook is given the IDs of the deployment and of its own execution, and nothing of the function or its versions.";
    Cd05 "CD-05" Documented(SAFE) "Each hook is invoked once, asynchronously; only PutLifecycleEventHookExecutionStatus counts, not what it returns.";
    Cd06 "CD-06" Documented(cd!("limits")) "A hook that reports nothing within an hour fails the deployment, also one that throws.";
    Cd07 "CD-07" Documented(cdapi!("PutLifecycleEventHookExecutionStatus")) "A hook reports Succeeded or Failed, once; a second report is refused.";
    Cd08 "CD-08" Documented(cd!("limits")) "An event that has not started 5 minutes after the one before it fails the deployment.";
    Cd09 "CD-09" Documented(SAFE) "The default role of CodeDeploy may only call functions whose names start with CodeDeployHook_.";
    Cd10 "CD-10" Documented(cd!("deployment-configurations")) "Nine configurations for Lambda are predefined, with exactly these names.";
    Cd11 "CD-11" Documented(cd!("deployment-configurations")) "A canary shifts its share at once, and the rest after its interval.";
    Cd12 "CD-12" Documented(cdapi!("TimeBasedLinear")) "A linear shift adds its share at the start of each interval; the last one is the rest.";
    Cd13 "CD-13" Assumed("deploy.linear_final_wait") "Whether a linear shift waits one more interval after the last step is documented both ways.";
    Cd14 "CD-14" Documented(cd!("deployment-configurations")) "AllAtOnce shifts everything at once.";
    Cd15 "CD-15" Documented(cd!("limits")) "A configuration of your own shifts 1 to 99 percent in whole minutes, and all within 2,880 of them.";
    Cd16 "CD-16" Documented(cd!("limits")) "A deployment takes at most 50 hours: two days of shifting and an hour for each hook.";
    Cd17 "CD-17" Assumed("what an alias looks like while it is shifted") "While traffic is shifted the new version is the alias's additional version; the last step makes it the only one.";
    Cd18 "CD-18" Assumed("deploy.wait_for_pc") "CodeDeploy does not wait for provisioned concurrency of the new version.";
    Cd19 "CD-19" Documented(cd!("reference-appspec-file-structure-resources")) "The AppSpec names one function, its alias, the current version and the target version.";
    Cd20 "CD-20" Observed("aws/serverless-application-model issue 291") "A deployment fails at once if the alias does not lead to the current version of the AppSpec.";
    Cd21 "CD-21" Observed("terraform-aws-modules/terraform-aws-lambda issue 82") "A canary or linear deployment to the version that is current fails; all at once does not.";
    Cd22 "CD-22" Documented(cd!("troubleshooting-deployments-lambda")) "An alias that has weights already cannot be deployed to until they are cleared.";
    Cd23 "CD-23" Documented(cd!("limits")) "A deployment group has one deployment at a time; a second one is refused.";
    Cd24 "CD-24" Documented(cd!("monitoring-create-alarms")) "Any alarm of the group in state ALARM stops a deployment.";
    Cd25 "CD-25" Documented(SAFE) "An alarm that is in ALARM already stops a deployment as it starts.";
    Cd26 "CD-26" Assumed("deploy.alarm_poll") "Alarms are watched from the first hook to the last; how often is not documented.";
    Cd27 "CD-27" Documented(cdapi!("AutoRollbackConfiguration")) "A deployment rolls back by itself after a failure, an alarm or a stop, where its group says so.";
    Cd28 "CD-28" Documented(cd!("deployments-rollback-and-redeploy")) "A rollback is a new deployment, which leads the alias straight back.";
    Cd29 "CD-29" Documented(SAFE) "If the hook before traffic fails, the deployment fails and no traffic was ever shifted.";
    Cd30 "CD-30" Documented(SAFE) "If the hook after traffic fails, the deployment fails although all traffic is on the new version.";
    Cd31 "CD-31" Documented(cdapi!("StopDeployment")) "A deployment that is stopped leaves the alias as it is, unless it rolls back.";
    Cd32 "CD-32" Assumed("order within an instant") "At one instant stops come first, then alarms, reports of hooks, shifts, and then invocations.";
    Cd33 "CD-33" Documented(cdapi!("TriggerConfig")) "A group may tell topics when a deployment starts, succeeds, fails, stops or is rolled back.";
    // Alarms of CloudWatch
    Cw01 "CW-01" Documented(cw!("alarm-evaluation")) "An alarm goes off when so many of the last points breach; a new one has insufficient data.";
    Cw02 "CW-02" Documented(cw!("alarms-and-missing-data")) "Periods without data count as missing, as breaching or not, or leave the alarm as it is.";
    Cw03 "CW-03" Documented(cw!("alarm-evaluation")) "Fewer points are enough if the oldest breaches, is old enough, and all newer ones breach or are missing.";
    Cw04 "CW-04" Assumed("alarm.metric_delay") "Alarms are looked at when a period ends; metrics are there at once.";
    Cw05 "CW-05" Documented(dg!("monitoring-metrics-types")) "A period without invocations has no point: it is missing, not 0.";
    // Event source mappings
    Esm01 "ESM-01" Documented(api!("GetEventSourceMapping")) "A mapping is Creating, Enabling, Enabled, Disabling, Disabled, Updating or Deleting.";
    Esm02 "ESM-02" Observed(LOCALSTACK) "What is asked of a mapping is answered with the state that leads there, and comes about some seconds later.";
    Esm03 "ESM-03" Documented(dg!("with-kinesis")) "A mapping of a stream says where it begins to read: with the oldest record, after the newest, or at a time.";
    Esm04 "ESM-04" Observed(LOCALSTACK) "What a call says of a mapping: who changed it last, and of a stream how its last batch went.";
    Esm05 "ESM-05" Observed(LOCALSTACK) "There is one mapping from a source to a function; its source has to exist.";
    Esm06 "ESM-06" Documented(api!("CreateEventSourceMapping")) "A mapping calls a function, a version or an alias; an alias is looked up for each batch.";
    Esm07 "ESM-07" Documented(dg!("invocation-eventsourcemapping")) "A mapping calls synchronously: what is set for asynchronous events does not apply.";
    Esm08 "ESM-08" Documented(dg!("invocation-eventsourcemapping")) "A batch is made when it has as many records as it may have, when its window is over, or when one more would take it over 6 MB.";
    Esm09 "ESM-09" Documented(dg!("invocation-eventsourcemapping")) "A batching window opens with the first record, or when the call before it has ended.";
    Esm10 "ESM-10" Documented(dg!("with-sqs")) "Without a batching window a batch is whatever one poll has found.";
    Esm11 "ESM-11" Observed(LOCALSTACK) "More than 10 messages of a queue in a batch need a batching window.";
    Esm12 "ESM-12" Documented(dg!("invocation-eventsourcemapping")) "Any source may deliver a record more than once although nothing went wrong.";
    Esm13 "ESM-13" Documented(dg!("monitoring-metrics-types")) "Tags change nothing; event counts are only made where they are asked for.";
    Esm14 "ESM-14" Documented(dg!("monitoring-metrics-types")) "CloudWatch counts the events of a mapping that were polled, filtered out, handed over and deleted, if it is asked to.";
    Esm15 "ESM-15" Documented(dg!("invocation-eventfiltering")) "A mapping has up to five filters of at most 4,096 characters; a record passes if one of them matches.";
    Esm16 "ESM-16" Documented(dg!("invocation-eventfiltering")) "A pattern tests values, text, numbers and presence; of the patterns under $or one must match.";
    Esm17 "ESM-17" Documented(dg!("with-sqs-filtering")) "Messages of a queue are filtered by their body alone, records of Kinesis by what their data says, and those of a table by all there is.";
    Esm18 "ESM-18" Observed(LOCALSTACK) "A mapping with a pattern that cannot be read is refused.";
    Esm19 "ESM-19" Documented(dg!("invocation-eventfiltering")) "A message that no filter lets through is deleted from its queue at once; a record of a stream is passed over.";
    Esm20 "ESM-20" Documented(dg!("invocation-eventfiltering")) "What is no JSON where a pattern asks for JSON, or the other way round, is not let through.";
    Esm21 "ESM-21" Observed(LOCALSTACK) "An event has records, each as its source writes it.";
    // Queues that are read
    Sqs01 "SQS-01" Documented(dg!("with-sqs")) "A mapping waits at its queue and receives up to ten messages at once.";
    Sqs02 "SQS-02" Documented(dg!("services-sqs-scaling")) "A mapping runs 5 batches of a queue at once, and up to 300 more each minute while messages remain.";
    Sqs03 "SQS-03" Documented(dg!("services-sqs-scaling")) "With a maximum concurrency a mapping receives no more than it may run; provisioned pollers are another mode.";
    Sqs04 "SQS-04" Documented(dg!("services-sqs-scaling")) "Provisioned event pollers run up to ten batches each, and up to 1,000 more are added each minute.";
    Sqs05 "SQS-05" Documented(dg!("with-sqs")) "After a success the messages of the batch are deleted.";
    Sqs06 "SQS-06" Documented(dg!("services-sqs-errorhandling")) "After a function error nothing is deleted: each message comes back when its own visibility timeout is over.";
    Sqs07 "SQS-07" Assumed("sqs.error_backoff") "After function errors a mapping runs fewer batches of a queue for a while; AWS does not say how many.";
    Sqs08 "SQS-08" Documented(dg!("services-sqs-errorhandling")) "A batch that finds no room is tried again until the visibility timeout is over; that costs one receive.";
    Sqs09 "SQS-09" Documented(dg!("with-sqs")) "Pollers know nothing of reserved concurrency: what a low one throttles can end in the dead-letter queue.";
    Sqs10 "SQS-10" Documented(dg!("services-sqs-configure")) "The visibility timeout of a queue, 0 s to 12 h, may not be below the timeout of the function that a mapping calls.";
    Sqs11 "SQS-11" Assumed("sqs.effective_visibility") "Where batching window and function timeout are longer than the visibility timeout, messages are hidden for both and 30 s.";
    Sqs12 "SQS-12" Documented("https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html") "A message whose visibility timeout ends while its function runs is received again, and the first run deletes nothing.";
    Sqs13 "SQS-13" Documented("https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html") "Each receive is counted; a message that would be received once too often moves to the dead-letter queue and stays the same message.";
    Sqs14 "SQS-14" Documented("https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html") "A queue keeps a message 60 s to 14 days, 4 days if nothing is set; then it is gone.";
    Sqs15 "SQS-15" Documented("https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html") "About 120,000 messages of a queue may be in flight; then no more are handed out.";
    Sqs16 "SQS-16" Documented("https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html") "A message of at most 1 MiB waits in its queue, at first for up to 15 minutes without being handed out.";
    Sqs17 "SQS-17" Assumed("sqs.low_traffic_wait") "With a batching window and few messages, up to 20 s may pass before the function is called.";
    Sqs18 "SQS-18" Documented(dg!("services-sqs-configure")) "A mapping that is not enabled receives nothing; the messages stay in the queue.";
    // Streams that are read
    Kin01 "KIN-01" Documented(dg!("with-kinesis")) "A shard is polled once a second, and without a pause while it holds more; its readers share five calls and 2 MiB a second.";
    Kin02 "KIN-02" Documented(dg!("with-kinesis")) "With enhanced fan-out records are pushed to the mapping, which shares nothing with other readers.";
    Kin03 "KIN-03" Documented(dg!("with-kinesis")) "A record goes into the shard of its partition key; a batch has records of one shard, which has one batch at a time, times the parallelization factor.";
    Kin04 "KIN-04" Documented(dg!("with-kinesis")) "With a parallelization factor records of one partition key stay in order, one batch after the other; others of the shard run at the same time.";
    Kin05 "KIN-05" Assumed("reading of KIN-23") "A mapping that is enabled again goes on at the first record of a shard that is not settled; others may come twice.";
    Kin06 "KIN-06" Documented(api!("CreateEventSourceMapping")) "Reading begins with the oldest record that is kept, or with the first that is not older than a time.";
    Kin07 "KIN-07" Observed("Amazon Kinesis Client Library, and DynamoDB's guide") "The shards that came of another one are read when that one has been read to its end.";
    Kin08 "KIN-08" Documented(dg!("with-kinesis")) "Records that were aggregated must share their partition key if there is a parallelization factor.";
    Kin09 "KIN-09" Documented(dg!("kinesis-on-failure-destination")) "After a function error the same batch is tried again, and its lane stops until the batch is settled; other lanes and shards go on.";
    Kin10 "KIN-10" Documented(dg!("monitoring-metrics-types")) "Records that the stream keeps no longer are gone, without a record of that.";
    Kin11 "KIN-11" Observed(LOCALSTACK) "With N retries a batch is run N + 1 times and is then given up.";
    Kin12 "KIN-12" Documented(dg!("kinesis-on-failure-destination")) "Throttles and errors of the service are tried again without using up a retry.";
    Kin13 "KIN-13" Documented(dg!("kinesis-on-failure-destination")) "With bisect a batch of several records that failed is split in two, which are tried in order; that uses up no retry.";
    Kin14 "KIN-14" Observed(LOCALSTACK) "Records before the first that failed are done; the others are a batch of their own, with all retries.";
    Kin15 "KIN-15" Assumed("reading of KIN-14") "A partial response that names the first record is a failed try of the whole batch.";
    Kin16 "KIN-16" Documented(dg!("services-kinesis-batchfailurereporting")) "With bisect a partial response splits the batch at the record it names; only an error, or no progress, halves it.";
    Kin17 "KIN-17" Assumed("stream.backoff_initial, stream.backoff_factor, stream.backoff_cap") "Between tries of a batch the waits grow: 500 ms, twice as long each time, up to a minute.";
    Kin18 "KIN-18" Observed(LOCALSTACK) "Records older than the maximum age are given up together before a try; the others of the batch are delivered.";
    Kin19 "KIN-19" Observed(LOCALSTACK) "The destination is told which records were given up, and why; only a bucket gets what they say.";
    Kin20 "KIN-20" Assumed("stream.bisect_consolidate_failures") "Halves that are given up one after the other may be told of together.";
    Kin21 "KIN-21" Documented(dg!("monitoring-metrics-types")) "A failed delivery to the destination stops nothing: the records count as dropped.";
    Kin22 "KIN-22" Documented(dg!("monitoring-metrics-types")) "IteratorAge is the age of the last record of a batch when it is sent to the function.";
    Kin23 "KIN-23" Documented(dg!("services-kinesis-create")) "A mapping that is disabled keeps its place in the stream.";
    // Tumbling windows
    Tw01 "TW-01" Documented(dg!("services-kinesis-windows")) "A tumbling window groups the records of a shard by the time they arrived; each call carries the state so far.";
    Tw02 "TW-02" Documented(dg!("services-kinesis-windows")) "The state that the function returns comes with its next call; the last call of a window has no records and has to succeed.";
    Tw03 "TW-03" Documented(dg!("services-kinesis-windows")) "A state over 1 MB ends its window early.";
    Tw04 "TW-04" Documented(dg!("services-kinesis-windows")) "The end of a shard closes its window.";
    // Streams of tables
    Dds01 "DDS-01" Documented(dg!("with-ddb")) "A shard of a table's stream is polled four times a second, for at most 1,000 records or 1 MB a call.";
    Dds02 "DDS-02" Documented("https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html") "More than two readers of one shard of a table's stream are throttled.";
    Dds03 "DDS-03" Documented("https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html") "Each change of an item is one record, in order; a write that changes nothing is none.";
    Dds04 "DDS-04" Documented("https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html") "Shards of a table are replaced now and then, and read in order of descent; items that expire are removed by DynamoDB.";
    Dds05 "DDS-05" Documented(api!("CreateEventSourceMapping")) "A batch of a table may take several calls to read it.";
    // Partial batch responses
    Pbr01 "PBR-01" Documented(dg!("services-sqs-errorhandling")) "What a function says of single records counts only with ReportBatchItemFailures.";
    Pbr02 "PBR-02" Documented(dg!("services-kinesis-batchfailurereporting")) "A partial response names messages by their IDs, and records of a stream by their sequence numbers.";
    Pbr03 "PBR-03" Documented(dg!("services-sqs-errorhandling")) "An answer without failures is a success of the whole batch; one that cannot be read is a failure of the whole.";
    Pbr04 "PBR-04" Observed(LOCALSTACK) "Messages that a function does not report are deleted, and those it reports come back after their visibility timeout.";
    // FIFO queues
    Fifo01 "FIFO-01" Documented("https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html") "Messages of a group come in order, and none while another of the group is in flight.";
    Fifo02 "FIFO-02" Documented(dg!("services-sqs-scaling")) "There are never more batches at once than groups; one group is strictly serial.";
    Fifo03 "FIFO-03" Documented(dg!("services-sqs-scaling")) "A batch may hold several groups: as many messages of one as there are, then of the next.";
    Fifo04 "FIFO-04" Documented(dg!("services-sqs-errorhandling")) "After a function error all groups of the batch wait until the visibility timeout is over.";
    Fifo05 "FIFO-05" Documented("https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html") "Once a message has moved to the dead-letter queue or is kept no longer, its group goes on without it.";
    Fifo06 "FIFO-06" Documented(dg!("services-sqs-errorhandling")) "Every message that is not reported is deleted, even one behind a failed message of its group.";
    Fifo07 "FIFO-07" Documented("https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagededuplicationid-property.html") "What was sent within the last five minutes is not sent again.";
    Fifo08 "FIFO-08" Documented(dg!("services-sqs-parameters")) "A mapping of a FIFO queue has no batching window, and at most 10 messages in a batch.";
    Fifo09 "FIFO-09" Assumed("reading of FIFO-01") "When the visibility timeout ends during a run, the group is free again, and the late delete fails.";
    // Errors of what a mapping calls
    Err01 "ERR-01" Documented(dg!("monitoring-metrics-types")) "A function error is an answer of 200; time-outs, exits and failed Inits are function errors.";
    Err02 "ERR-02" Documented(dg!("services-sqs-configure")) "A visibility timeout that is set below the timeout of a function later is not refused, and lets runs overlap.";
    Err03 "ERR-03" Documented(dg!("services-kinesis-create")) "Only function errors split a batch or make part of it count, never throttles.";
    Err04 "ERR-04" Assumed("stream.backoff_initial, stream.backoff_cap") "Waits of a lane grow with each attempt that fails, and begin anew with another batch.";
    Err05 "ERR-05" Documented(api!("DeleteFunction")) "Deleting a function leaves its mappings in place; their calls fail from then on.";
    Err06 "ERR-06" Documented(dg!("invocation-recursion")) "A message that comes of a loop of 16 runs goes to the dead-letter queue.";
    Err07 "ERR-07" Documented(dg!("invocation-eventsourcemapping")) "Records come twice after retries, splits, late runs, and at random.";
    // The simulator's own
    Sim01 "SIM-01" Assumed("this simulator") "A run ends at the time it was given, or when nothing but idle timers is left, or at a bound.";
    Sim02 "SIM-02" Assumed("this simulator") "A scenario is checked before it runs: what it says must be known, within range, and name things that exist.";
    Sim03 "SIM-03" Assumed("this simulator") "What comes from outside is limited in size, depth and count.";
    Sim04 "SIM-04" Assumed("this simulator") "What is made to go wrong during a run goes wrong with what begins from then on; a run under way ends as it would have.";
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
    (Rule::Cost07, "what other services cost is not counted yet"),
    (Rule::Asy04, "no function sees the ClientContext"),
    (Rule::Asy21, "AWS gives no number"),
    (
        Rule::Dst01,
        "it says what does not happen: no step shows a record that is not sent",
    ),
    (Rule::Dst04, "a scenario has room for no more than one of each"),
    (
        Rule::Esm04,
        "it says how a call answers, and an answer is no step; cases compare it",
    ),
    (Rule::Esm06, "ALI-20 says the same of each try of a batch, and is cited there"),
    (Rule::Esm07, "it says what does not happen: no step shows it"),
    (Rule::Esm14, "it is about what is counted, and a count is no step"),
    (Rule::Esm16, "it says how patterns are read; what comes of that is ESM-19"),
    (Rule::Esm20, "what it keeps out is filtered, and ESM-19 is cited there"),
    (Rule::Esm21, "it says how events are written; cases compare them"),
    (Rule::Sqs09, "it follows from SQS-08 and SQS-13, which its steps cite"),
    (Rule::Fifo02, "it is a bound, and holding it is no step"),
    (Rule::Err01, "INV-02 says the same of all calls, and is cited there"),
    (Rule::Err03, "it says what does not happen: a throttle cites KIN-12"),
    (Rule::Err04, "each wait cites what it comes after: KIN-09, KIN-11 or KIN-12"),
    (Rule::Err06, "REC-04 says the same of all loops, and is cited there"),
    (Rule::Err07, "it sums up others, which are cited: SQS-06, KIN-13, ESM-12"),
    (Rule::Doc01, "DocumentDB is no source yet"),
    (Rule::Ver20, "the size of code is not simulated"),
    (Rule::Ver21, "SnapStart is not simulated yet"),
    (Rule::Ver22, "tags are not simulated"),
    (
        Rule::Ali17,
        "a refusal cites the check it failed; a test holds the order of all of them",
    ),
    (Rule::Ali22, "ASY-07 says the same of events, and is cited there"),
    (Rule::Ali23, "DLQ-08 says the same of dead letters, and is cited there"),
    (Rule::Ali33, "who may call is said by the scenario, not by permissions"),
    (Rule::Ali34, "it is about what is counted, and a count is no step"),
    (Rule::Cd08, "nothing here delays what a deployment does next"),
    (Rule::Cd09, "roles and what they may call are not simulated"),
    (Rule::Cd16, "it follows from CD-06 and CD-15, which bound all its parts"),
    (
        Rule::Cd18,
        "it says what does not happen; what waiting would wait for is not documented",
    ),
    (Rule::Cd33, "no topic is told of deployments yet"),
    (Rule::Pbr02, "it is about how an answer is written"),
    (Rule::Kaf06, "share groups are not simulated: topics are read as streams"),
    (Rule::Kin08, "records of one producer are not aggregated here"),
    (Rule::Kin22, "it is about what is counted, and a count is no step"),
];

impl Rule {
    /// Whether it is about asynchronous events and where they end.
    #[must_use]
    pub fn is_about_events(self) -> bool {
        ["ASY", "DLQ", "DST", "REC"].iter().any(|family| self.id().starts_with(family))
    }

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
