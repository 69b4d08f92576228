//! The state of a part at the playhead, with CloudWatch's names where it has them.

use lambdarium_sim::EVENTS;
use lambdarium_sim::time::Span;
use lambdarium_sim::view::{CallerView, Frame, FunctionView, MappingView};
use yew::prelude::*;

use super::{compare, fates, release};
use crate::desk::{Action, Desk};
use crate::geometry::clock;
use crate::message::{Content, Opened, ServiceText};
use crate::texts::{grouped, usd};

/// A list of names and values.
pub(super) type Pairs = Vec<(String, String)>;

/// The panel's content.
pub fn now(desk: &Desk, on_action: &Callback<Action>) -> Html {
    let (Some(frame), Some(run)) = (&desk.frame, &desk.run) else {
        return html! { <div class="insp-body"></div> };
    };
    let selected = desk.selection.as_deref();
    let caller =
        frame.callers.iter().find(|caller| Some(caller.name.as_str()) == selected);
    let function =
        frame.functions.iter().find(|function| Some(function.name.as_str()) == selected);
    let shelf = desk.shelf().filter(|_| EVENTS);
    let mut mappings = frame.mappings.iter().filter(|_| EVENTS);
    let mapping = mappings.find(|mapping| Some(mapping.name.as_str()) == selected);
    let sections = match (caller, function, shelf) {
        (Some(caller), ..) => caller_sections(caller, run),
        (None, Some(function), _) => function_sections(function, run),
        (None, None, Some((service, received))) => {
            service_sections(service, received, frame, run)
        }
        (None, None, None) => match mapping {
            Some(mapping) => mapping_sections(mapping, run),
            None => release_sections(selected, frame, run)
                .unwrap_or_else(|| account_sections(frame, run)),
        },
    };
    // Of calls the equation beside the clock says the same.
    let is_release = |name: &str| {
        frame.alarms.iter().any(|alarm| alarm.name == name)
            || frame.groups.iter().any(|group| group.name == name)
    };
    let of_all = EVENTS
        && caller.is_none()
        && function.is_none()
        && shelf.is_none()
        && !selected.is_some_and(is_release);
    let contents = desk.contents.as_ref().zip(shelf);
    let contents = contents.filter(|((of, _), (shown, _))| of == shown);
    html! {
        <div class="insp-body" tabindex="0" id="now" role="region" aria-label={crate::texts::NOW}>
            if let Some(compare) = desk.compare() {
                { compare::differences(desk, compare, on_action) }
            }
            if of_all {
                { fates::expectations(desk, run, on_action) }
                { fates::fates(desk, &frame.fates, on_action) }
            }
            { for sections.into_iter().map(|(title, about, pairs)| html! {
                <>
                    <h3 class="cap sec">{ title }</h3>
                    if !about.is_empty() { <p class="small">{ about }</p> }
                    <dl class="pairs">
                        { for pairs.into_iter().map(|(name, value)| html! {
                            <><dt>{ name }</dt><dd>{ value }</dd></>
                        }) }
                    </dl>
                </>
            }) }
            if let Some(((_, items), _)) = contents {
                { for items.iter().map(content) }
                if EVENTS {
                    <p class="small">{ crate::texts::WHERE_THE_REST_IS }</p>
                }
            }
        </div>
    }
}

/// Something a service has received.
fn content(item: &Content) -> Html {
    html! {
        <details class="content">
            <summary><b>{ clock(item.at.0) }</b>{ " " }{ &item.title }</summary>
            <pre>{ &item.text }</pre>
        </details>
    }
}

pub(super) type Section = (String, String, Pairs);

pub(super) fn pair(name: &str, value: impl Into<String>) -> (String, String) {
    (name.to_string(), value.into())
}

pub(super) fn counted(name: &str, count: impl Into<u64>) -> (String, String) {
    pair(name, grouped(count.into()))
}

/// What a service has received, and what it holds.
fn service_sections(
    service: u16,
    received: u64,
    frame: &Frame,
    run: &Opened,
) -> Vec<Section> {
    let kind = run.services.get(usize::from(service)).map(|text| &text.kind);
    let mut received = vec![counted("Received so far", received)];
    let text = run.services.get(usize::from(service));
    let gets = text.map(|text| text.gets.clone()).filter(|gets| !gets.is_empty());
    received.extend(gets.map(|gets| pair("From outside", gets)));
    let view = frame.services.get(usize::from(service));
    let waiting = view.map_or(0, |view| view.waiting);
    if waiting > 0 {
        received.push(counted("Waiting to be tried again", waiting));
    }
    if let Some(queue) = view.and_then(|view| view.queue.as_ref()) {
        received.extend([
            counted("ApproximateNumberOfMessagesVisible", queue.visible),
            counted("ApproximateNumberOfMessagesNotVisible", queue.in_flight),
            counted("ApproximateNumberOfMessagesDelayed", queue.delayed),
            pair("ApproximateAgeOfOldestMessage", queue.oldest.to_string()),
        ]);
    }
    let mut sections = vec![(kind.cloned().unwrap_or_default(), String::new(), received)];
    if let Some(stream) = view.and_then(|view| view.stream.as_ref()) {
        let shards = stream.shards.iter().map(|shard| {
            let left = [&grouped(shard.unsettled), " not settled"].concat();
            let oldest = match shard.unsettled {
                0 => String::new(),
                _ => [", the oldest for ", &shard.oldest.to_string()].concat(),
            };
            pair(&[&stream.unit, " ", &shard.number.to_string()].concat(), left + &oldest)
        });
        sections.push(([&stream.unit, "s"].concat(), String::new(), shards.collect()));
    }
    sections
}

/// What a mapping does, and what CloudWatch counts of it (ESM-14).
fn mapping_sections(mapping: &MappingView, run: &Opened) -> Vec<Section> {
    let text = run.mappings.iter().find(|text| text.name == mapping.name);
    let mut about = vec![pair("Calls", mapping.target.clone())];
    about.extend(text.map(|text| pair("Batches", text.gets.clone())));
    about.extend([
        counted(
            if mapping.of_stream { "Shards it reads" } else { "Pollers" },
            mapping.pollers,
        ),
        counted("Batches under way", mapping.under_way),
        counted("Records collected for a batch", mapping.collected),
    ]);
    about.extend(mapping.closes.map(|at| pair("Window closes at", clock(at.0))));
    let metrics = &mapping.metrics;
    let mut counts = vec![
        counted("PolledEventCount", metrics.polled),
        counted("FilteredOutEventCount", metrics.filtered_out),
        counted("InvokedEventCount", metrics.invoked),
        counted("FailedInvokeEventCount", metrics.failed_invoke),
        counted("DeletedEventCount", metrics.deleted),
        counted("DroppedEventCount", metrics.dropped),
        counted("OnFailureDestinationDeliveredEventCount", metrics.delivered),
        counted("DestinationDeliveryFailures", metrics.destination_failures),
    ];
    let age = metrics.iterator_age.map(|age| pair("IteratorAge", age.to_string()));
    counts.extend(age);
    let sentence = text.map(|text| text.kind.clone()).unwrap_or_default();
    vec![
        ("Event source mapping".into(), sentence, about),
        ("Records so far".into(), String::new(), counts),
    ]
}

fn caller_sections(caller: &CallerView, run: &Opened) -> Vec<Section> {
    let text = run.callers.iter().find(|text| text.name == caller.name);
    let [ok, failed, throttled, refused, timed_out, accepted] = caller.ended;
    let mut calls = vec![
        counted("Calls made", caller.made),
        counted("Waiting for an answer", caller.waiting),
        counted("Waiting to retry", caller.backing_off),
        counted("Answered", ok),
        counted("Accepted as events", accepted),
        counted("Function error", failed),
        counted("Throttled to the end", throttled),
        counted("Refused", refused),
        counted("No answer in time", timed_out),
    ];
    if let Some(bucket) = caller.bucket {
        calls.push(pair("Retry quota", format!("{bucket} of 500")));
    }
    let mut about = vec![pair("Calls", caller.target.clone())];
    about.extend(text.map(|text| pair("When", text.load.clone())));
    let sentence = text.map(|text| text.about.clone()).unwrap_or_default();
    vec![
        (caller.kind_name.clone(), sentence, about),
        ("Calls so far".into(), String::new(), calls),
    ]
}

/// CloudWatch's metrics of a function.
fn numbers(function: &FunctionView) -> Pairs {
    let metrics = &function.metrics;
    let average = metrics.duration_us.checked_div(metrics.duration_count).unwrap_or(0);
    let mut numbers = vec![
        counted("Invocations", metrics.invocations),
        counted("Errors", metrics.errors),
        counted("Throttles", metrics.throttles),
        pair("Duration, average", Span(average / 1_000 * 1_000).to_string()),
        pair("Duration, longest", Span(metrics.duration_max_us).to_string()),
        counted("ConcurrentExecutions", function.on_demand + function.on_provisioned),
        counted("ConcurrentExecutions, max", metrics.concurrent_max),
        counted("Cold starts", metrics.cold_starts),
    ];
    if EVENTS && metrics.async_received > 0 {
        let age = metrics.async_age_us.checked_div(metrics.async_age_count).unwrap_or(0);
        numbers.extend([
            counted("AsyncEventsReceived", metrics.async_received),
            counted("AsyncEventsDropped", metrics.async_dropped),
            pair("AsyncEventAge, average", Span(age / 1_000 * 1_000).to_string()),
            pair("AsyncEventAge, highest", Span(metrics.async_age_max_us).to_string()),
            counted("DeadLetterErrors", metrics.dead_letter_errors),
            counted("DestinationDeliveryFailures", metrics.destination_failures),
            counted("RecursiveInvocationsDropped", metrics.recursive_dropped),
        ]);
    }
    if function.provisioned > 0 {
        numbers.push(counted(
            "ProvisionedConcurrencyInvocations",
            metrics.provisioned_invocations,
        ));
        numbers.push(counted(
            "ProvisionedConcurrencySpilloverInvocations",
            metrics.spillovers,
        ));
    }
    numbers
}

fn function_sections(function: &FunctionView, run: &Opened) -> Vec<Section> {
    let reserved = match function.reserved {
        Some(units) => grouped(units),
        None => "none, shares the pool".to_string(),
    };
    let mut settings = vec![pair("Reserved concurrency", reserved)];
    for version in &function.versions {
        let name = if version.index == 0 {
            version.name.clone()
        } else {
            format!("Version {}", version.name)
        };
        let size =
            format!("{} MB, timeout {}", grouped(version.memory_mb), version.timeout);
        settings.push(pair(&name, size));
        if let Some(ready) = version.provisioned_ready_at {
            settings.push(pair("  provisioned, ready at", clock(ready.0)));
        }
    }
    let text = run.functions.iter().find(|text| text.name == function.name);
    let does = text.map(|text| format!("It {}.", text.does)).unwrap_or_default();
    let cost = vec![pair("So far", usd(function.micro_usd))];
    let mut sections = vec![("Function".into(), does, settings)];
    if EVENTS {
        sections.extend(release::aliases(function));
        sections.extend(release::versions(function));
    }
    sections.extend([
        ("CloudWatch metrics since the start".into(), String::new(), numbers(function)),
        (
            "Cost in us-east-1".into(),
            "Prices as of November 2026, without free tier unless set.".into(),
            cost,
        ),
    ]);
    sections
}

/// Of an alarm or a deployment group, if one is selected.
fn release_sections(
    selected: Option<&str>,
    frame: &Frame,
    run: &Opened,
) -> Option<Vec<Section>> {
    let name = selected.filter(|_| EVENTS)?;
    let text =
        |texts: &[ServiceText]| texts.iter().find(|text| text.name == name).cloned();
    if let Some(alarm) = frame.alarms.iter().find(|alarm| alarm.name == name) {
        return Some(release::alarm(alarm, text(&run.alarms).as_ref()));
    }
    let group = frame.groups.iter().find(|group| group.name == name)?;
    Some(release::group(group, text(&run.groups).as_ref()))
}

fn account_sections(frame: &Frame, run: &Opened) -> Vec<Section> {
    let (account, functions) = (&frame.account, &frame.functions);
    let ledger = vec![
        counted("Quota", account.quota),
        counted("Reserved", account.reserved),
        counted("Provisioned, not reserved", account.provisioned),
        counted("Unreserved pool", account.pool),
        counted("UnreservedConcurrentExecutions", account.pool_used),
        counted("ConcurrentExecutions", account.in_flight),
        counted("ClaimedAccountConcurrency", account.claimed),
    ];
    let sum = |of: fn(&FunctionView) -> u64| functions.iter().map(of).sum::<u64>();
    let totals = vec![
        counted("Invocations", sum(|function| function.metrics.invocations)),
        counted("Errors", sum(|function| function.metrics.errors)),
        counted("Throttles", sum(|function| function.metrics.throttles)),
        pair("Cost so far", usd(sum(|function| function.micro_usd))),
    ];
    vec![
        ("Scenario".into(), run.about.clone(), Vec::new()),
        ("Account concurrency".into(), String::new(), ledger),
        ("All functions".into(), String::new(), totals),
    ]
}
