//! Every fixed text of the page in one table, so that a second language is a second file.

macro_rules! texts {
    ($($name:ident $text:literal;)*) => {
        $(#[doc = $text] pub const $name: &str = $text;)*
    };
}

texts! {
    BRAND "Lambdarium";
    SCENARIO "Scenario";
    YOURS "Your scenario";
    TAGLINE "AWS Lambda, simulated";
    UNTITLED "Untitled scenario";
    GALLERY "Gallery";
    SHARE "Share";
    DARK_THEME "Dark theme";
    LIGHT_THEME "Light theme";
    HELP "Help and keys";
    CLOSE "Close";
    DISMISS "Dismiss";

    BEFORE_PLAY "Before you press Play";
    ANSWER "What the run says";
    YOU_SAID "You said";
    THE_RUN_SAYS "The run says";
    RIGHT "which is right";
    WRONG "which is not what happened";
    CHANGED "Written before the run was changed: it may no longer be true.";
    MORE_LESSONS "More lessons";
    STEP "Step";
    OF "of";
    PLAY_GOES_ON "Press Play to go on";
    NEXT_STEP "Next step";
    TO_THE_END "To the end";

    PARTS "Parts";
    LEGEND "What the marks mean";
    BOARD "Board";
    PANEL "Inspector";
    STORY "Story";
    NOW "Now";
    SETTINGS "Settings";
    NAME "Name";
    REMOVE "Remove";
    REMOVE_ABOUT "A function goes together with its callers and its acts. Undo brings them back.";
    PLACE "Move on the board";
    TO_LEFT "To the left";
    TO_RIGHT "To the right";
    UPWARDS "Up";
    DOWNWARDS "Down";
    PUT_BACK "Put back";
    ADD_PART "Add a part …";
    CHANGES_APPLY "Changes apply";
    FROM_START "From the start";
    FROM_HERE "From the playhead";
    FROM_HERE_HELP "A change becomes a call to AWS at the playhead, listed below. The fields keep what holds from the start.";
    USUAL "Default:";
    RANGE "Allowed:";
    EVENT_QUEUE "Event queue";
    NOTHING_QUEUED "nothing waits";
    NEXT_IN "next in";
    TO_RETRY "to retry";
    VISIBLE "visible";
    IN_FLIGHT "in flight";
    DELAYED "delayed";
    HIDES "hides for";
    BACK_IN "back in";
    POLLER "poller";
    POLLERS "pollers";
    COLLECTED "collected";
    BATCH "batch";
    BATCHES "batches";
    NO_BATCH "no batch under way";
    UNDER_WAY "under way";
    POLLS "polls";
    KEEPS "keeps";
    ALIAS "alias";
    BOARD_A "Board A";
    NO_OTHER "The run to compare with cannot be opened.";
    COST_USD "Cost, USD";
    COMPARE "Compare";
    A "A";
    B "B";
    AS_PINNED "as it was";
    AS_CHANGED "as it is now";
    CHANGED_HERE "what you change is changed here";
    GOES_ON_TO "goes on to";
    STOP_COMPARING "Stop comparing";
    NOTHING_ENTERED "nothing has happened yet";
    DIFFERENCES "What has come of A and B";
    WHOLE_RUNS "Whole runs";
    CHANGE "B \u{2212} A";
    SEEDS_DIFFER "The two runs have different seeds: what differs may be luck.";
    ODDS "Odds";
    ODDS_INTRO "The same scenario, played with many seeds: how much of what comes out is luck? Each seed is a run of its own, and the same seeds give the same odds everywhere.";
    ODDS_PLAYED "runs played";
    SEEDS "seeds";
    CANCEL "Cancel";
    UNLUCKY "Show the unlucky one: seed";
    DEPLOYMENTS_OF "Deployments of";
    STOPPED_BY_ALARM "stopped by an alarm";
    HAS_SUCCEEDED "succeeded";
    ENDED_OTHERWISE "ended otherwise";
    NOT_ENDED "not ended, or none";
    RUNS_OF_NEW "Runs of the new version";
    IN_HALF "at most in half of the runs";
    TO "to";
    IN_MOST "in nine of ten";
    NO_DEPLOYMENT "No deployment so far.";
    WEIGHT_OF "Weight of version";
    TAKEN_BACK "rolled back at";
    ENDED "ended at";
    NEXT_SHIFT "next step";
    STATE "state";
    LEADS_TO "leads to";
    BEFORE "before";
    AFTER "after";
    NO_HOOK "no hook, skipped";
    STOPS "stops";
    SHARD "shard";
    SHARDS "shards";
    SHARD_DONE "closed and done";
    ALL_SETTLED "nothing left";
    LEFT_SINCE "left, oldest";
    AGAIN_IN "again in";
    THEN "then";
    TRY "try";
    ACTS "Acts: what is done during the run";
    NO_ACTS "None yet.";
    ADVICE "Advice";
    SHOW_ME "Show me";
    CHANGES "in a changed scenario:";
    AT_PLAYHEAD "At the playhead";
    TIME_OF "Time of";
    PARAMETERS_OF "Parameters of";
    STORY_TITLE "The run so far";
    NOTHING_YET "Nothing has happened yet. Press play.";
    WHY "Why?";
    WHERE_THE_REST_IS "What a function gets of it: press a request on the board or its bar in a lane.";
    LIFE "Its life, with its JSON";
    LIFE_TITLE "The life of a request";
    LOOKING_UP_LIFE "Looking up its life …";
    CLOSE_LIFE "Close, and back to the story (Esc)";
    REQUEST "Request";
    REQUEST_ID "RequestId";
    COMES_FROM "Comes from";
    GOES_ON_AS "goes on as";
    AHEAD "Still ahead";
    LEFT_OUT "older stations are left out.";
    NO_LIFE "There is no such request in this run.";
    LOST_HERE "Nobody is told: it is lost silently.";
    PAYLOAD "What is sent";
    EVENT_IT_GETS "The event the function gets";
    ITS_ANSWER "What the function answers";
    ITS_ERROR "The error object";
    REPLY "The answer of Lambda";
    DEAD_LETTER "The dead letter";
    RECORD "The record of the invocation";
    MESSAGE "The message";
    CUT_HERE "\n… cut here: it goes on.";
    AWS_PAGE "AWS page";
    LOOKING_UP "Looking up the causes …";
    NO_RULES "The rule book could not be loaded: check the connection and ask again.";

    PLAYBACK "Playback";
    PLAY "Play";
    PAUSE "Pause";
    EVENT_BACK "One event back";
    EVENT_ON "One event forward";
    MARKER_BACK "Previous marker";
    MARKER_ON "Next marker";
    SPEED "Speed";
    SKIP_QUIET "Skip quiet time";
    SKIP_QUIET_ABOUT "Time in which nothing happens passes in half a second";
    PLAYHEAD "Playhead";
    WHOLE_RUN "Whole run";
    SCRUBBER "Markers and acts of the run";
    TIMELINE "Timeline";
    AXIS "Axis";
    BY_TIME "Time";
    BY_EVENTS "Events";
    BY_TIME_ABOUT "Time: equal steps of time (e)";
    BY_EVENTS_ABOUT "Events: a step for each instant at which something happens (e)";
    ZOOM_IN "Zoom in (Shift ↑)";
    ZOOM_OUT "Zoom out (Shift ↓)";
    FIT "Fit";
    FIT_ABOUT "Fit: show the whole run (w)";
    LANES "Lanes";
    LANES_ABOUT "Lanes and gauges; arrows up and down go from span to span";
    LANES_TELL "Lanes and gauges; arrows up and down go from span to span, Enter tells the life of its request";
    MARKER "Marker";
    ACT "Act";
    ACT_ABOUT "Drag it to move it, or press Shift with ← or →: by 1 % of what the timeline shows.";
    AT "at";
    VERSION "version";
    MANY "more than can be drawn one by one";
    GAUGES "Gauges at the playhead";
    ALL_FUNCTIONS "All functions";
    GAUGES_ABOUT "CloudWatch metrics, per column of the axis. USD: us-east-1, November 2026.";
    GAUGES_SHORT "USD: us-east-1, November 2026";
    COST "Cost";
    MAXIMUM "Maximum";
    AVERAGE "Average";
    SUM "Sum";
    NOW_IS "now";
    SO_FAR "so far";
    UP_TO "up to";
    FATES "Fates at the playhead";
    LATER "later";

    ENTERED "entered";
    SUCCEEDED "succeeded";
    RUNNING "under way";
    WAITING "waiting";
    FAILED "failed";
    THROTTLED "gave up";
    REFUSED "refused";
    DEAD_LETTERED "in a DLQ";
    AT_DESTINATION "at a destination";
    LOST "lost silently";
    TWICE "twice";
    TIMED_OUT "timed out";

    FATES_ABOUT "What entered is the sum of all that follow. Press a number to see what is behind it.";
    FATES_SUM "Entered";
    FATE_ONCE "Succeeded once";
    FATE_TWICE "Processed twice";
    FATE_FAILED "Failed, and the caller was told";
    FATE_THROTTLED "Throttled to the end";
    FATE_REFUSED "Refused";
    FATE_TIMED_OUT "No answer in time";
    FATE_DEAD_LETTERED "In a dead-letter queue";
    FATE_AT_DESTINATION "At a failure destination";
    FATE_LOST "Lost silently";
    FATE_RUNNING "Under way";
    FATE_WAITING "Waiting";
    FATE_NONE "There are none at the playhead.";
    FATE_MORE "There are more: these are the first hundred.";
    FATE_PLAYING "Pause to see the list.";
    COUNTING "Counting …";

    EXPECTATIONS "Expectations";
    EXPECT_FOUND "found";
    HOLDS "holds";
    BROKEN "does not hold";
    UNDECIDED "not decided yet";
    BROKE_AT "Broke at";
    EXPECT_ABOUT "Decided when the whole run is recorded.";

    CALLERS "Callers";
    SOURCES "Sources";
    FUNCTIONS "Functions";
    ACCOUNT "Account";
    CONCURRENCY "Concurrency";
    RESERVED "Reserved";
    RESERVED_CONCURRENCY "Reserved concurrency";
    UNRESERVED "Unreserved";
    COUNTED "More than 200 requests at once: they are counted, not drawn one by one.";

    TEXT "Text";
    TEXT_PANE "The scenario as text";
    TEXT_LEAVE "Esc, then Tab leaves the editor.";
    TEXT_SAME "The board shows this text.";
    TEXT_TYPING "Waiting for a pause …";
    TEXT_DISCARD "Discard changes";
    TEXT_PLAIN "The editor could not be loaded: this is a plain field. Everything else is the same.";
    LINE "Line";
    SAVE_FILE "Save as file";
    UNDO "Undo";
    REDO "Redo";
    MORE "More";
    GO_ON "Go on with";
    GO_ON_ABOUT "Your own scenario, as you left it in this browser.";
    NOT_SAVED "The browser did not let the page save a file.";
    NOT_KEPT "This browser keeps nothing for the next visit: its storage is full or turned off. The link in the address bar still holds your scenario.";

    DIED "The simulator stopped";
    DIED_AGAIN "The simulator stopped again on this scenario";
    NO_WORKER "this browser does not let the page start a worker";
    NO_REASON "it did not say why";
    SILENT "it no longer answers";
    RESTARTED "It was started again; your scenario is as it was.";
    RESTARTED_EMPTY "It was started again, with the first lesson.";
    GIVEN_UP "It is not started a third time by itself. Change the scenario in its text, undo the last change, or open another one.";

    OPENING "Opening …";
    NOT_WHOLE "The part of Lambdarium that this needs could not be loaded. Check the connection, then try again.";
    OPEN_FILE "Open a file …";
    LOADING_LESSONS "Loading the lessons …";
    NO_LESSONS "The list of lessons could not be loaded: check the connection and try again.";
    NO_LESSON "The lesson could not be loaded: check the connection, then open it again or reload the page.";
    TRY_AGAIN "Try again";
    OPEN_NOW "open now";
    GALLERY_INTRO "Each lesson is a scenario that you play: it asks a question first, and pauses where something is worth a look.";
    SHARE_INTRO "Whoever opens this link sees the very same run. Nothing is stored anywhere: the link is the scenario.";
    LINK "Link";
    MARKDOWN "Markdown";
    IFRAME "HTML, to show it inside another page";
    COPY "Copy";
    COPY_LINK "Copy link";
    COPY_MARKDOWN "Copy Markdown";
    COPY_IFRAME "Copy HTML";
    COPIED "Copied";
    COPY_BY_HAND "Press Ctrl+C to copy";
    START_AT "Start at";
    SELECTED "Selected:";

    FIND "Find";
    FIND_ABOUT "A command, a part, a marker, an act …";
    NOTHING_FOUND "Nothing here is called that.";
    OTHER_AXIS "Axis by time or by events";
    FORK "Copy of this run in a new tab";
    FULLSCREEN "Full screen";
    PART "Part";
    LESSON "Lesson";
    SINGLE_KEYS "Letters, digits and signs are shortcuts";
    NO_COPY "This run is too large for a link, so there is no copy of it in another tab. Save it as a file and open that instead.";

    OPEN_PLAYGROUND "Open in the playground";
    KEPT "The last run that worked stays open.";
    TRY_GALLERY "Open the gallery";
    FOUND "found";
    ALLOWED "allowed";
}

/// The columns of the table of odds.
pub const ODDS_HEAD: [&str; 7] =
    ["ended", "least", "5 %", "median", "95 %", "most", "spread"];

/// The keys, each with what it does.
pub const KEYS: &[(&str, &str)] = &[
    ("Space", "play or pause"),
    ("←  →", "5 % of the run back or forward, however long it lasts"),
    ("Shift ←  →", "10 %; on an act: move it; on the lanes: move what they show"),
    (",  .", "one event back or forward"),
    ("[  ]", "previous or next marker"),
    ("0 – 9", "to that tenth of the run"),
    ("Home  End", "to the start or the end"),
    ("-  =", "slower or faster"),
    ("Shift ↑  ↓", "zoom the timeline in or out"),
    ("<  >", "move what it shows"),
    ("W", "the whole run"),
    ("E", "axis by time or by events"),
    ("F", "full screen, or no longer"),
    ("Shift F", "a copy of this run at this moment, in a new tab"),
    ("Ctrl / ⌘ Z", "undo; with Shift, redo"),
    ("Ctrl / ⌘ K", "find a command, a part, a marker or an act"),
    ("?", "these keys"),
    (
        "Esc",
        "close, put back what is dragged, leave the life of a request, or clear the selection",
    ),
];

/// How many mistakes there are.
#[must_use]
pub fn mistakes(count: usize) -> String {
    let words = if count == 1 { " mistake. " } else { " mistakes. " };
    count.to_string() + words + KEPT
}

/// How many expectations hold; none if it is not known yet.
#[must_use]
pub fn held(held: Option<usize>, count: usize) -> String {
    let noun = if count == 1 { "expectation" } else { "expectations" };
    match held {
        Some(held) if count == 1 && held == 1 => format!("1 of 1 {noun} holds"),
        Some(held) => format!("{held} of {count} {noun} hold"),
        None => format!("{count} {noun}, {UNDECIDED}"),
    }
}

/// A speed as the page writes it, from thousandths.
#[must_use]
pub fn speed(thousandths: u64) -> String {
    if thousandths >= 1_000 {
        return format!("{}×", grouped(thousandths / 1_000));
    }
    let decimals = format!("0.{thousandths:03}");
    format!("{}×", decimals.trim_end_matches('0'))
}

/// An amount of money, from millionths of a US dollar.
#[must_use]
pub fn usd(micro: u64) -> String {
    format!("{}.{:06} USD", micro / 1_000_000, micro % 1_000_000)
}

/// A count with its thousands set apart: `12 480`.
#[must_use]
pub fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(held(Some(2), 3), "2 of 3 expectations hold");
        assert_eq!(held(None, 1), "1 expectation, not decided yet");
        assert_eq!(speed(1), "0.001×");
        assert_eq!(speed(50), "0.05×");
        assert_eq!(speed(1_000), "1×");
        assert_eq!(speed(10_000_000), "10\u{202f}000×");
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_234_567), "1\u{202f}234\u{202f}567");
    }
}
