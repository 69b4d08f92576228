//! Which rule stands behind what a service tells.

use super::Kind;
use crate::message::{Body, Content};
use crate::plan::Plan;
use crate::rule::Rule;

/// What is to be said of something that was received.
pub(super) fn received_rule(content: &Content, kind: Kind, plan: &Plan) -> Rule {
    let body = match content {
        Content::Message(message, _) => &message.body,
        Content::Caller(..) => return Rule::Rec03,
    };
    match (body, kind) {
        (Body::DeadLetter(_), Kind::Topic) => Rule::Dlq04,
        (Body::DeadLetter(_), _) => Rule::Dlq03,
        (Body::Record(_), Kind::Bus) => Rule::Dst14,
        (Body::Record(_), Kind::Bucket) => Rule::Dst15,
        (Body::Record(_), _) => Rule::Dst13,
        (Body::Undelivered(undelivered), _) => undelivered.rule,
        (Body::GivenUp(given_up), _) => given_up.rule(plan),
        (Body::Given(_), Kind::Mq) => Rule::Mq01,
        (
            Body::Given(_)
            | Body::Published(_)
            | Body::OnBus(_)
            | Body::Notice(_)
            | Body::Batch(_)
            | Body::Records(_),
            _,
        ) => Rule::Rec03,
    }
}
