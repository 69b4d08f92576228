//! What can be set of an event source mapping.

use lambdarium_format::unit::span_text;
use lambdarium_sim::mapping::{Mapping, Source, Spec};
use lambdarium_sim::scenario::Run;

use super::{Writer, joined, json, knobs, texts};
use crate::message::{Field, Form, Group};

/// The settings whose defaults depend on the source.
const SIZE: &str = "batch-size";
const WINDOW: &str = "batching-window";

impl Writer<'_> {
    pub(super) fn mapping(&self, mapping: &Mapping, run: &Run) -> Form {
        let at = ["mappings".to_string(), mapping.name.clone()];
        let services = run.scenario.services.iter();
        let read = services.filter(|service| Source::of(service).is_some());
        let mut sources: Vec<&str> = read.map(|source| source.name.as_str()).collect();
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
        let mut services = run.scenario.services.iter();
        let read = services.find(|service| service.name == mapping.source);
        // What nobody can read is refused, whatever is set.
        let kind = read.and_then(Source::of).unwrap_or(Source::Queue);
        fields.retain(|field| field.path.last().is_some_and(|key| kind.takes(key)));
        let usual =
            [(SIZE, kind.batch_size().to_string()), (WINDOW, span_text(kind.window()))];
        for (key, usual) in usual {
            let ends = |field: &&mut Field| field.path.ends_with(&[key.into()]);
            fields.iter_mut().filter(ends).for_each(|field| field.usual = usual.clone());
        }
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
            about: "Polls a queue or stream and calls a function with batches of what it finds."
                .into(),
            groups: vec![
                Group { title: "From and to".into(), fields: vec![source, calls] },
                Group { title: "Event source mapping".into(), fields },
            ],
            ..Form::default()
        }
    }
}
