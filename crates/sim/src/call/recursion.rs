//! What becomes of a function that is in a loop, as calls say.
//!
//! Rules: REC-01 to REC-05.

use alloc::format;
use alloc::rc::Rc;

use super::Reply;
use super::operations::{Answer, Desk, out_of_range};
use crate::id::FunctionId;
use crate::knob::Choices;
use crate::lambda;
use crate::rule::Rule;
use crate::value::Value;

impl Desk<'_, '_> {
    /// `PutFunctionRecursionConfig`.
    pub(super) fn put_recursion(&mut self, id: FunctionId, with: &Value) -> Answer {
        let given = with.get("RecursiveLoop").and_then(Value::as_text);
        let allows = match given {
            Some("Allow") => true,
            Some("Terminate") => false,
            Some(_) | None => {
                let allowed = lambda::RecursiveLoop::WORDS.join(", ");
                let allowed = format!("one of [{allowed}]");
                return Err(out_of_range("recursiveLoop", &allowed, Rule::Rec01));
            }
        };
        Rc::make_mut(self.plan).function_mut(id).allows_loops = allows;
        Ok(Some((self.recursion_reply(id), Rule::Rec01)))
    }

    pub(super) fn get_recursion(&self, id: FunctionId) -> Answer {
        Ok(Some((self.recursion_reply(id), Rule::Rec01)))
    }

    fn recursion_reply(&self, id: FunctionId) -> Reply {
        let allows = self.plan.function(id).allows_loops;
        let word = if allows { "Allow" } else { "Terminate" };
        Reply::ok(200, [("RecursiveLoop", Value::text(word))])
    }
}
