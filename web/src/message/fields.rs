//! What of each message goes over the line.

use lambdarium_sim::id::{
    AlarmId, CallerId, EnvironmentId, FunctionId, GroupId, Job, MappingId, Origin, Part,
    ServiceId, VersionIx,
};
use lambdarium_sim::lambda::counts::VersionCounts;
use lambdarium_sim::mapping::Metrics as MappingMetrics;
use lambdarium_sim::odds::{Ended, Released};
use lambdarium_sim::release::alarm::StateValue;
use lambdarium_sim::release::deployment::{ErrorCode, EventStatus, Status};
use lambdarium_sim::time::{Instant, Moment, Span};
use lambdarium_sim::trace::{Ending, Room, Stop};
use lambdarium_sim::view::{
    AccountView, AlarmView, AliasView, Back, BatchView, By, CallerView, DeploymentView,
    Doing, EnvironmentView, Fate, Fates, Frame, FunctionView, Gauge, Gauges, GroupView,
    Lane, LaneKind, LaneSpan, Lanes, Look, MappingView, MessageView, Metrics, Paint,
    PaintedColumn, Pane, Place, Point, QueueView, ReadView, RecordIs, RecordView, Scale,
    Sent, ServiceView, ShardView, Share, SourceGauge, SourceSeries, Step, StepIs,
    StepLane, StreamView, Tally, Token, Tray, VersionSeries, VersionView,
};

use super::{
    ActText, Answer, Ask, CallerText, Cause, Compared, Comparing, Content, Edit,
    FateList, FateText, Field, Form, FunctionText, Group, Handed, Input, IssueText,
    Judged, Life, Marker, Mistake, Opened, Painted, Progress, Question, Refusal,
    Relative, Screen, ServiceText, Slot, Source, Spot, Station, StoryLine, Tallies,
};
use crate::pack::pack;

pack! {
    choices Ending
    choices ErrorCode
    choices EventStatus
    choices StateValue
    choices Status
    choices Fate
    choices Room
    choices Stop
}

pack! {
    struct CallerId { 0 }
    struct EnvironmentId { 0 }
    struct FunctionId { 0 }
    struct Instant { 0 }
    struct Job { origin, call }
    struct Moment { at, step }
    struct ServiceId { 0, 1 }
    struct MappingId { 0, 1 }
    struct AlarmId { 0, 1 }
    struct GroupId { 0, 1 }
    struct Slot { 0 }
    struct Span { 0 }
    struct VersionIx { 0 }
}

// Frames.
pack! {
    struct AccountView {
        quota, reserved, provisioned, pool, pool_used, in_flight, claimed,
    }
    struct CallerView {
        name, kind, kind_name, function, target, made, waiting, backing_off, ended, bucket,
    }
    struct EnvironmentView {
        id, doing, provisioned, job, since, init_until, until, ending,
    }
    struct Fates {
        entered, succeeded, failed, throttled, refused, timed_out, dead_lettered,
        at_destination, lost, running, waiting, twice,
    }
    struct Frame {
        moment, entries, callers, functions, services, mappings, alarms, groups, account, tokens, sent, counted, fates,
    }
    struct FunctionView {
        name, versions, aliases, reserved, on_demand, on_provisioned, provisioned, queued,
        metrics, micro_usd,
    }
    struct AlarmView { id, name, value, points, measured, ends_at }
    struct AliasView { name, version, additional }
    struct Share { version, weight_ppm, runs, drawn, given }
    struct GroupView { id, name, function, deployment }
    struct DeploymentView {
        deployment_id, status, current, target, percentage, interval, created, lifecycle, error, ended,
        taken_back, percent, next_shift, shifts, plan, ends,
    }
    struct Gauges { function, series, of_source, of_version }
    struct VersionSeries { function, version, name, gauge, values, given }
    struct VersionCounts { invocations, errors, duration_count, duration_us }
    struct StepLane { name, part, steps }
    struct Step { from, to, is, entry }
    struct SourceSeries { part, gauge, values }
    struct Lane { name, part, kind, rows, used, spans, merged }
    struct LaneSpan { row, from, init, to, paint, job, entry, version }
    struct Lanes { from, to, scale, columns, lanes, steps }
    struct Look { moment, glide, tokens_max }
    struct Metrics {
        invocations, errors, throttles, duration_count, duration_us, duration_max_us,
        concurrent_max, provisioned_invocations, spillovers, provisioned_max, cold_starts,
        async_received, async_dropped, async_age_count, async_age_us, async_age_max_us,
        destination_failures, dead_letter_errors, recursive_dropped,
    }
    struct PaintedColumn { paint }
    struct Pane { from, to, by, columns }
    struct Scale { knots }
    struct Sent { job, from, to, way, refused }
    struct ServiceView { id, name, received, waiting, queue, stream }
    struct StreamView { unit, kept, keys, shards, shards_all, lanes }
    struct ShardView { number, is_open, first, tip, records, unsettled, oldest, reads }
    struct RecordView { number, key, is, runs }
    struct ReadView { mapping, iterator, batches }
    struct BatchView { places, is_running, is_next, attempts, wait }
    struct QueueView { visible, in_flight, delayed, oldest, delays, visibility, groups, messages }
    struct MessageView { number, tray, receives, group, blocked, left, wait }
    struct MappingView {
        id, name, source, function, target, pollers, of_stream, collected, closes, under_way, metrics,
    }
    struct MappingMetrics {
        polled, filtered_out, invoked, failed_invoke, deleted, dropped, delivered,
        destination_failures, iterator_age,
    }
    struct Token { job, function, attempt, copy, place, room }
    struct VersionView {
        name, index, memory_mb, timeout, environments, busy, idle, provisioned,
        provisioned_ready_at, provisioned_failed, counts,
    }
}

pack! {
    enum Back { Ok, Failed, Throttled, Refused }
    enum By { Time, Events }
    enum Doing { Init, Busy, Idle, Reset }
    enum Gauge { Concurrent, Errors, Throttles, Invocations, Duration, Cost }
    enum Point { Missing, Holds, Breaches }
    enum StepIs { Leads { version, additional, weight_ppm }, Alarm { value }, Nothing }
    enum LaneKind { Function, Caller, Queue, Messages, Mapping }
    enum Origin {
        Caller(id), Act(number), Function(id), Service(id), Mapping(id), Deployment(id),
    }
    enum Part {
        Caller(id), Function(id), Desk, Service(id), Mapping(id), Alarm(id), Deployment(id),
    }
    enum SourceGauge {
        Visible, NotVisible, OldestMessage, IteratorAge, Polled, Invoked, FilteredOut,
        FailedInvoke, Deleted, Dropped, Delivered,
    }
    enum Tray { Visible, InFlight, Delayed }
    enum RecordIs { Waiting, Running, Held, Processed, Filtered, AtDestination, Lost }
    enum Paint { Quiet, Running, Ok, Throttled, Failed }
    enum Place {
        Going(way), Running(environment), Returning(way, back), BackingOff(left, wait), Queued(left, wait),
    }
}

// What is asked and answered.
pack! {
    enum Ask {
        Open { source, lesson, keep }, Edit(edit), Form { part }, More, Look { look, lines },
        Paint { pane, part }, Text, Write { text, draft }, Step { from, forward }, Why { entry },
        Contents { service, moment }, Judge, Odds { from, count }, Fate { which, moment }, Link { moment, selection }, Life { job },
        Compare { given, what },
    }
    enum Answer {
        Opened(opened), Refused(refusal), Rejected(issues), Form(form),
        Progress(progress), Screen(screen), Painted(painted), Moment(moment),
        Why { entry, chain }, Link(link), Text(text), Contents { service, items },
        Mistakes { draft, mistakes }, Beyond(ask), Life(life), Judged(verdicts), Odds { from, ends }, Fate { which, list },
        Compared { given, what },
    }
    enum Comparing { Pin, Open { source, lesson }, Unpin, Look(look), Tally { parts } }
    enum Compared { Opened(opened), Refused(refusal), Gone, Frame(frame), Tallies(tallies) }
    enum Edit {
        Set { path, text, from }, Add { kind }, Rename { part, to }, Remove { part }, Nudge { part, by },
        Act { at, deed, function }, MoveAct { number, at }, RemoveAct { number },
        Vary { number },
    }
    enum Input { Text, Choice(words) }
    enum Source { Link(fragment), Text(text) }
}

pack! {
    struct Ended { seed, fates, releases, steps }
    struct Tally { fates, functions, source }
    struct Tallies { tallies, seeds }
    struct Released { status, error, runs }
    struct ServiceText { name, kind, gets }
    struct ActText { at, label, with }
    struct CallerText { name, kind, about, load, retries, later, nudge }
    struct Cause { moment, text, rule }
    struct Content { at, title, text }
    struct FateList { jobs, more }
    struct FateText { name, told, moment }
    struct Judged { holds, found, broken }
    struct Field { path, label, aws, help, allowed, rule, input, value, usual, act }
    struct Form { part, about, groups, deeds }
    struct FunctionText { name, does, queue, splits, nudge }
    struct Group { title, fields }
    struct Handed { past, present, future, left, ask, text, caret }
    struct IssueText { place, found, allowed, rule }
    struct Life { job, title, request_id, from, stations, left_out, jobs, parts, sends }
    struct Marker { at, title, text }
    struct Mistake { issue, spot }
    struct Opened {
        address, title, about, markers, acts, advice, kept, draft, question, expect, kinds, callers, functions, services,
        mappings, alarms, groups, sends, moment, selection, problems, progress,
    }
    struct Painted { lanes, gauges }
    struct Progress { reached, stop, pace, peaks }
    struct Question { ask, choices, answer, because }
    struct Refusal { text, issues, opened }
    struct Relative { job, name }
    struct Screen { frame, next_at, last_at, story }
    struct Spot { line, column, from, to }
    struct Station { moment, text, rule, what, json, goes_on }
    struct StoryLine { entry, moment, text, count, job }
}
