//! Advice in words: what may go wrong, and what its variation shows.

use lambdarium_sim::advice::{Advice, Kind};

/// What may go wrong, in one sentence.
#[must_use]
pub fn advice(advice: &Advice) -> String {
    let Advice { kind, part, other, .. } = advice;
    let called = called(part, other);
    match kind {
        Kind::LostSilently => format!(
            "Events that {called} gives up are lost silently: it has neither a dead-letter \
             queue nor an on-failure destination."
        ),
        Kind::HandlerLoses => format!(
            "{part} gets the failures of {other}, but its own are lost silently: it has \
             neither a dead-letter queue nor an on-failure destination."
        ),
        Kind::ToldTwice => format!(
            "What {called} gives up is told twice: to its dead-letter queue and to its \
             on-failure destination."
        ),
        Kind::RetryTooLate => format!(
            "The last retry of {called} can never happen: by then the event is older than \
             its maximum age."
        ),
        Kind::SettingsElsewhere => format!(
            "{called} is called, but the settings for events are those of {part} without a \
             qualifier: retries, age and destinations stand at their defaults."
        ),
        Kind::OtherLetters => format!(
            "{called} is called, and its version keeps the dead-letter queue it was \
             published with, not the one that {part} has now."
        ),
        Kind::EventTooLarge => {
            format!("The events of {part} are larger than 1 MB: Lambda refuses them.")
        }
        Kind::Loop => format!(
            "What {part} sends comes back to it ({other} → {part}): it runs again and again."
        ),
        Kind::ReservedZero => {
            format!("{part} has a reserved concurrency of 0: every request is throttled.")
        }
        Kind::ReadTimeoutShort => format!(
            "The read timeout of {part} is shorter than the timeout of what it calls: a slow \
             run is called again while it still runs."
        ),
        Kind::WaitShort => format!(
            "{part} waits less long than what it calls may run: a slow run goes on, and is \
             paid for, after its client got an error."
        ),
        Kind::ProvisionedUncalled => format!(
            "The provisioned concurrency of {called} is paid for, and nobody calls that \
             version."
        ),
        Kind::NothingLeft => format!(
            "{part} is always throttled: provisioned concurrency takes all that is reserved, \
             and it calls a version that has none."
        ),
        Kind::ReservationSmall => format!(
            "{part} may run fewer batches than its mappings receive at once: what finds no \
             room was received in vain, and that counts."
        ),
        Kind::VisibilityShort => format!(
            "{part} hides messages for less than six times the timeout of {other}: after a \
             few throttles too little is left for a run."
        ),
        Kind::ReceivesFew => format!(
            "{part} gives a message up after fewer than five receives, and each counts, \
             even if {other} did not run."
        ),
        Kind::BlocksShard | Kind::GivenUpUntold => of_stream(advice),
    }
}

/// A function as it is called, with a qualifier or without one.
fn called(function: &str, qualifier: &str) -> String {
    match qualifier {
        "" => String::from(function),
        qualifier => format!("{function}:{qualifier}"),
    }
}

/// What may go wrong with records of a stream that always fail: whether they stop their
/// shard, or are given up.
fn of_stream(advice: &Advice) -> String {
    let Advice { kind, part, other: stream, .. } = advice;
    if *kind == Kind::BlocksShard {
        format!(
            "{part} tries a batch that fails for a day or longer: one bad record of {stream} \
             stops what comes after it for so long, until {stream} no longer keeps it."
        )
    } else {
        format!(
            "Records of {stream} that {part} gives up are lost silently: it has no on-failure \
             destination."
        )
    }
}

/// What its variation changes, in a few words.
#[must_use]
pub fn variation(advice: &Advice) -> String {
    let Advice { kind, part, other, .. } = advice;
    match kind {
        Kind::LostSilently
        | Kind::ToldTwice
        | Kind::RetryTooLate
        | Kind::SettingsElsewhere
        | Kind::OtherLetters => format!("Every run of {part} fails."),
        Kind::HandlerLoses => format!("Every run of {other} and of {part} fails."),
        Kind::EventTooLarge | Kind::NothingLeft => {
            format!("{part} sends ten requests at once.")
        }
        Kind::Loop => String::from("Every step of the way is made."),
        Kind::ReservedZero => String::from("Ten requests come at once."),
        Kind::ReservationSmall => format!(
            "A thousand messages come at once, and every run of {part} lasts until its timeout."
        ),
        Kind::VisibilityShort => format!(
            "Ten messages come while {other} is throttled for six times its timeout."
        ),
        Kind::ReceivesFew => format!(
            "Ten messages come while {other} is throttled for as long as {part} hands them out."
        ),
        Kind::BlocksShard => {
            format!("Every run for {part} fails, for an hour.")
        }
        Kind::GivenUpUntold => format!("Every run for {part} fails."),
        Kind::ReadTimeoutShort | Kind::WaitShort => {
            format!("Every run takes longer than {part} waits.")
        }
        Kind::ProvisionedUncalled => {
            String::from("Ten requests come at once when all is ready.")
        }
    }
}
