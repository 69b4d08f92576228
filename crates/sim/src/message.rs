//! What passes between parts: events, records of invocations, dead letters, and what topics
//! and buckets tell of them.
//!
//! What is passed on is never copied, and its JSON is made when somebody looks at it: ten
//! thousand dead letters of one event cost what one costs.
//! Rules: DLQ-03, DLQ-04, DST-05 to DST-15, REC-03 (the chain a message belongs to).

mod notice;
mod words;

pub use notice::Notice;
pub use words::Attribute;

use alloc::borrow::Cow;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

use crate::Given;
use crate::id::{CallerId, FunctionId, Job, ServiceId};
use crate::lambda::answer::Ran;
use crate::lambda::supplied::{self, Call};
use crate::mapping::batch::Batch;
use crate::mapping::stream::letter::{GivenUp, Records};
use crate::plan::Plan;
use crate::rule::Rule;
use crate::time::Instant;
use crate::trace::Condition;
use crate::value::{Payload, Value};

/// Something that is passed from part to part.
#[derive(Clone, Debug)]
pub enum Content {
    /// What a caller sends, which stands in the plan.
    Caller(CallerId, Given),
    /// Anything else.
    Message(Rc<Message>, Given),
}

impl Content {
    /// What this caller sends.
    pub(crate) const fn of_caller(id: CallerId) -> Self {
        Self::Caller(id, Given::here())
    }

    /// A message that comes of this chain of runs.
    pub(crate) fn message(body: Body, chain: Vec<Link>) -> Self {
        Self::Message(Rc::new(Message { body, chain }), Given::here())
    }

    /// A message that says this, from outside.
    pub(crate) fn given(payload: &Payload) -> Self {
        Self::message(Body::Given(payload.clone()), Vec::new())
    }

    /// Whether it is the same as another, not just equal to it.
    pub(crate) fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Caller(one, _), Self::Caller(two, _)) => one == two,
            (Self::Message(one, _), Self::Message(two, _)) => Rc::ptr_eq(one, two),
            (Self::Caller(..), Self::Message(..))
            | (Self::Message(..), Self::Caller(..)) => false,
        }
    }

    /// How often each function has run in the chain of requests behind it (REC-02).
    pub(crate) fn chain(&self) -> &[Link] {
        match self {
            Self::Caller(..) => &[],
            Self::Message(message, _) => &message.chain,
        }
    }

    /// Whether it tells what came of an asynchronous invocation.
    pub(crate) fn is_record(&self) -> bool {
        match self {
            Self::Caller(..) => false,
            Self::Message(message, _) => matches!(message.body, Body::Record(_)),
        }
    }

    /// It as code reads it: the message in a notice and the data of records are taken apart,
    /// as code does before it looks into them.
    #[must_use]
    pub fn as_read<'a>(&'a self, plan: &'a Plan) -> Cow<'a, Payload> {
        if let Self::Message(message, _) = self
            && let Body::Records(records) = &message.body
        {
            return Cow::Owned(Payload::Json(records.value(plan, true)));
        }
        match self.notice() {
            Some(notice) => Cow::Owned(Payload::Json(notice.as_read(plan))),
            None => self.payload(plan),
        }
    }

    /// What it is about, without what a topic puts around a message, or the object that a
    /// bucket tells of: what code sends on.
    pub(crate) fn inner(&self) -> &Self {
        self.notice().map_or(self, |notice| &notice.of.content)
    }

    /// What somebody has said with it from outside, if that is all it is.
    fn as_given(&self) -> Option<&Payload> {
        let Self::Message(message, _) = self else { return None };
        match &message.body {
            Body::Given(payload) if message.chain.is_empty() => Some(payload),
            Body::Given(_)
            | Body::Published(_)
            | Body::Record(_)
            | Body::DeadLetter(_)
            | Body::Undelivered(_)
            | Body::OnBus(_)
            | Body::Batch(_)
            | Body::Records(_)
            | Body::Notice(_)
            | Body::GivenUp(_) => None,
        }
    }

    /// A message that says this, from outside, like the one before it if that said the same.
    pub(crate) fn given_again(payload: Payload, before: Option<&Self>) -> Self {
        match before.filter(|before| before.as_given() == Some(&payload)) {
            Some(before) => before.clone(),
            None => Self::message(Body::Given(payload), Vec::new()),
        }
    }

    /// The messages of a queue that it is, if it is a batch of some.
    pub(crate) fn batch(&self) -> Option<&Batch> {
        match self {
            Self::Message(message, _) => match &message.body {
                Body::Batch(batch) => Some(batch),
                Body::Given(_)
                | Body::Published(_)
                | Body::Record(_)
                | Body::DeadLetter(_)
                | Body::Undelivered(_)
                | Body::OnBus(_)
                | Body::Records(_)
                | Body::Notice(_)
                | Body::GivenUp(_) => None,
            },
            Self::Caller(..) => None,
        }
    }

    /// It as code gets it, if it is a batch.
    pub(crate) fn call(&self, now: Instant) -> Option<Call<'_>> {
        let Self::Message(message, _) = self else { return None };
        let records = match &message.body {
            Body::Batch(batch) => supplied::Records::Messages(&batch.messages),
            Body::Records(records) => {
                supplied::Records::Records(&records.invocation.records)
            }
            Body::Given(_)
            | Body::Published(_)
            | Body::Record(_)
            | Body::DeadLetter(_)
            | Body::Undelivered(_)
            | Body::OnBus(_)
            | Body::Notice(_)
            | Body::GivenUp(_) => return None,
        };
        Some(Call { now, records })
    }

    fn notice(&self) -> Option<&Notice> {
        let Self::Message(message, _) = self else { return None };
        match &message.body {
            Body::Notice(notice) => Some(notice),
            Body::Given(_)
            | Body::Published(_)
            | Body::Record(_)
            | Body::DeadLetter(_)
            | Body::Undelivered(_)
            | Body::OnBus(_)
            | Body::Batch(_)
            | Body::Records(_)
            | Body::GivenUp(_) => None,
        }
    }

    /// It as a function gets it.
    #[must_use]
    pub fn payload<'a>(&'a self, plan: &'a Plan) -> Cow<'a, Payload> {
        match self {
            Self::Caller(caller, _) => Cow::Borrowed(plan.caller(*caller).payload()),
            Self::Message(message, _) => message.body.payload(plan),
        }
    }

    /// Its size in bytes.
    pub(crate) fn bytes(&self, plan: &Plan) -> u64 {
        match self {
            Self::Caller(caller, _) => plan.caller(*caller).payload_bytes,
            Self::Message(message, _) => message.body.bytes(plan),
        }
    }
}

/// How often a function has run in a chain of requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// Which function.
    pub function: FunctionId,
    /// So often.
    pub runs: u16,
}

/// The chain behind a request after one more run of a function.
pub(crate) fn longer(chain: &[Link], function: FunctionId) -> Vec<Link> {
    let mut chain = chain.to_vec();
    match chain.iter_mut().find(|link| link.function == function) {
        Some(link) => link.runs = link.runs.saturating_add(1),
        None => chain.push(Link { function, runs: 1 }),
    }
    chain
}

/// Something that is passed on, and the chain of requests it belongs to.
#[derive(Clone, Debug)]
pub struct Message {
    /// What it says.
    pub body: Body,
    /// The chain of requests behind it.
    pub chain: Vec<Link>,
}

/// What a message says.
#[derive(Clone, Debug)]
pub enum Body {
    /// What it was given.
    Given(Payload),
    /// What came to a service from outside.
    Published(Published),
    /// The record of an asynchronous invocation (section 4).
    Record(Rc<Record>),
    /// An event that was given up (section 3).
    DeadLetter(DeadLetter),
    /// What a sender could not deliver to a function (section 2.2).
    Undelivered(Undelivered),
    /// A record as a bus passes it on.
    OnBus(OnBus),
    /// Messages of a queue, as a mapping hands them over.
    Batch(Batch),
    /// Records of a stream, as a mapping hands them over.
    Records(Rc<Records>),
    /// Records of a stream that a mapping has given up.
    GivenUp(Rc<GivenUp>),
    /// What a topic or bucket tells of something it has received.
    Notice(Notice),
}

/// What came to a service from outside.
#[derive(Clone, Debug)]
pub struct Published {
    /// The message, the event, or the object.
    pub payload: Payload,
    /// What stands beside a message: an object.
    pub attributes: Value,
    /// The key of an object; empty where it is given one.
    pub key: String,
}

/// What a sender could not deliver to a function.
#[derive(Clone, Debug)]
pub struct Undelivered {
    /// What it is.
    pub event: Content,
    /// Why it was given up.
    pub rule: Rule,
    /// What EventBridge calls the error, where that is known.
    pub error_code: Option<&'static str>,
}

/// A record as a bus passes it on.
#[derive(Clone, Debug)]
pub struct OnBus {
    /// The record.
    pub record: Rc<Record>,
    /// The bus.
    pub bus: ServiceId,
    /// As the function counts it that sent the record.
    pub job: Job,
}

/// What came of an asynchronous invocation.
#[derive(Clone, Debug)]
pub struct Record {
    /// The event.
    pub event: Content,
    /// Whose request it was.
    pub job: Job,
    /// The function it was for.
    pub function: FunctionId,
    /// The version or alias that was asked for; none is `$LATEST`.
    pub qualifier: Option<Rc<str>>,
    /// How it ended.
    pub condition: Condition,
    /// Runs of function code that the record counts.
    pub runs: u16,
    /// Runs that there were.
    pub tries: u16,
    /// What the last try came to; none if there was none.
    pub last: Option<Last>,
    /// When the record was made.
    pub at: Instant,
    /// Whether it was too large, and says neither what was asked nor answered (DST-16).
    pub dropped: bool,
}

/// An event that was given up.
#[derive(Clone, Debug)]
pub struct DeadLetter {
    /// What came of it.
    pub record: Rc<Record>,
}

/// What a try to run an event came to.
#[derive(Clone, Debug)]
pub enum Last {
    /// The code ran.
    Ran(Ran),
    /// There was no room: 429.
    Throttled,
    /// Another error of the service.
    Refused {
        /// Its HTTP status.
        http: u16,
    },
}

/// What is on its way to a part.
#[derive(Clone, Debug)]
pub(crate) struct Letter {
    pub(crate) content: Content,
    /// The version or alias of the function it is for, where it names one.
    pub(crate) qualifier: Option<Rc<str>>,
    /// Whether the function it is for lets its sender call it.
    pub(crate) permitted: bool,
}

/// Everything that is on its way; events say where it lies.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mail {
    letters: Vec<Option<Letter>>,
    free: Vec<u32>,
}

impl Mail {
    pub(crate) fn put(&mut self, letter: Letter) -> u32 {
        if let Some(place) = self.free.pop() {
            self.letters[place as usize] = Some(letter);
            return place;
        }
        self.letters.push(Some(letter));
        u32::try_from(self.letters.len() - 1).expect("letters are limited")
    }

    pub(crate) fn take(&mut self, place: u32) -> Letter {
        self.free.push(place);
        self.letters[place as usize].take().expect("a letter is taken once")
    }

    pub(crate) fn bytes(&self) -> usize {
        self.letters.len() * size_of::<Option<Letter>>()
    }
}
