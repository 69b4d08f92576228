//! What can be set of an event source mapping.

use lambdarium_sim::mapping::{Mapping, Source, Spec};
use lambdarium_sim::scenario::Run;
use lambdarium_sim::service::Kind;

use super::{Writer, joined, json, knobs, texts};
use crate::message::{Field, Form, Group};

/// The setting whose default depends on the source.
const SIZE: &str = "batch-size";

impl Writer<'_> {
    pub(super) fn mapping(&self, mapping: &Mapping, run: &Run) -> Form {
        let at = ["mappings".to_string(), mapping.name.clone()];
        let services = run.scenario.services.iter();
        let queues = services.filter(|service| service.kind == Kind::Queue);
        let mut sources: Vec<&str> = queues.map(|queue| queue.name.as_str()).collect();
        let functions = run.scenario.functions.iter().map(|f| f.name.as_str());
        let mut targets: Vec<&str> = functions.collect();
        for (words, stands) in
            [(&mut sources, &mapping.source), (&mut targets, &mapping.target)]
        {
            if !words.contains(&stands.as_str()) {
                words.push(stands);
            }
        }
        let source = joined(&at, &["source"]);
        let source = self.chosen(source, "Reads", "mapping.source", &sources);
        let calls = joined(&at, &["calls"]);
        let calls = self.chosen(calls, "Calls", "mapping.calls", &targets);
        let mut fields = knobs(&mapping.spec, &texts(&Spec::default()), &at);
        let fifo = run
            .scenario
            .services
            .iter()
            .any(|queue| queue.name == mapping.source && queue.spec.fifo);
        let kind = if fifo { Source::Fifo } else { Source::Queue };
        fields.retain(|field| field.path.last().is_some_and(|key| kind.takes(key)));
        let sizes =
            fields.iter_mut().filter(|field| field.path.ends_with(&[SIZE.into()]));
        sizes.for_each(|size| size.usual = kind.batch_size().to_string());
        let filters = joined(&at, &["filters"]);
        let filters = Field {
            value: self
                .stands(&filters)
                .map(json::write_value_compact)
                .unwrap_or_default(),
            ..self.typed(
                filters,
                "Filters",
                "mapping.filters",
                "a list of patterns, of which a record must match one; unset is everything",
            )
        };
        fields.push(filters);
        Form {
            about: "Polls a queue and calls a function with batches of its messages."
                .into(),
            groups: vec![
                Group { title: "From and to".into(), fields: vec![source, calls] },
                Group { title: "Event source mapping".into(), fields },
            ],
            ..Form::default()
        }
    }
}
