//! What holds for every queue that is read: no message is lost, none is received too often
//! or together with too many others, and groups keep their order.

mod small;

use std::collections::BTreeMap;
use std::rc::Rc;

use lambdarium_sim::id::{Job, Origin, Part, ServiceId};
use lambdarium_sim::plan::Plan;
use lambdarium_sim::record::Recording;
use lambdarium_sim::scenario::Run;
use lambdarium_sim::sim::Sim;
use lambdarium_sim::time::{Instant, Moment, Span};
use lambdarium_sim::trace::{EventFact, Fact, Keep, Log, MessageFact};
use lambdarium_sim::view::{Look, frame};
use proptest::prelude::*;
use small::Numbers;

fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

/// Plays a run step by step, and looks at the machine after each.
fn play(run: &Run, mut look: impl FnMut(&Sim)) -> Log {
    let plan = Rc::new(Plan::check(run).unwrap_or_else(|issues| panic!("{issues:#?}")));
    let mut log = Log::new(Keep::Everything);
    let mut sim = Sim::new(plan, Rc::new(run.acts.clone()), &mut log);
    while sim.step(&mut log) {
        sim.assert_consistent();
        look(&sim);
    }
    log
}

/// What has been said of a message.
#[derive(Default)]
struct Told {
    waits: u32,
    receives: u32,
    ends: u32,
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn no_message_is_lost_or_ends_twice(seed: u64) {
        let run = small::queues(&mut Numbers(seed));
        let mut left = [0; 2];
        let log = play(&run, |sim| {
            let services = sim.world().services();
            left = [0, 1].map(|at: usize| services[at].messages().len());
        });
        let mut told: BTreeMap<Job, Told> = BTreeMap::new();
        for entry in log.iter() {
            let (Part::Service(ServiceId(0 | 1, _)), Some(job)) = (entry.part, entry.job) else {
                continue;
            };
            let story = told.entry(job).or_default();
            match entry.fact {
                Fact::Message(MessageFact::Waits { .. }) => story.waits += 1,
                Fact::Message(MessageFact::HandedOut { receives, .. }) => {
                    story.receives += 1;
                    // A trace counts no further.
                    let counted = story.receives.min(u16::MAX.into());
                    prop_assert_eq!(counted, u32::from(receives));
                }
                Fact::Message(
                    MessageFact::Deleted | MessageFact::FilteredOut | MessageFact::Expired,
                )
                | Fact::Event(EventFact::Sent { .. }) => story.ends += 1,
                _ => {}
            }
        }
        told.retain(|job, _| matches!(job.origin, Origin::Service(_)));
        let under_way = told.values().filter(|told| told.waits > told.ends).count() as u64;
        prop_assert_eq!(under_way, left.iter().sum::<u64>());
        prop_assert!(told.values().all(|told| told.ends <= told.waits));
    }

    #[test]
    fn limits_of_receives_and_of_messages_in_flight_hold(seed: u64) {
        let run = small::queues(&mut Numbers(seed));
        let most = run.scenario.settings.sqs_in_flight_max;
        let specs: Vec<_> = run.scenario.services.iter().map(|s| s.spec.clone()).collect();
        let batches: Vec<u64> = run
            .scenario
            .mappings
            .iter()
            .map(|mapping| mapping.spec.concurrency_max.unwrap_or(1_250))
            .collect();
        play(&run, |sim| {
            for (service, spec) in sim.world().services().iter().zip(&specs) {
                let messages = service.messages();
                assert!(messages.in_flight() <= most, "too many in flight");
                let receives = u64::from(messages.receives_max());
                assert!(spec.dead_letter.is_empty() || receives <= spec.receives_max);
            }
            for (mapping, most) in sim.world().mappings().iter().zip(&batches) {
                assert!(mapping.queue().under_way() <= *most, "too many batches");
            }
        });
    }

    #[test]
    fn messages_of_a_group_are_first_received_in_order(seed: u64) {
        // What calls send is not on the list, by which groups are known here.
        let run = Run { acts: Vec::new(), ..small::queues(&mut Numbers(seed)) };
        let log = play(&run, |_| {});
        let mut last: BTreeMap<(ServiceId, String), u32> = BTreeMap::new();
        for entry in log.iter() {
            let (Part::Service(id), Some(job)) = (entry.part, entry.job) else { continue };
            let service = &run.scenario.services[usize::from(id.0)];
            let is_first = matches!(
                entry.fact,
                Fact::Message(MessageFact::HandedOut { receives: 1, .. })
            );
            if !service.spec.fifo || !is_first {
                continue;
            }
            // Messages of the list are numbered as they are listed, if none is a duplicate.
            let Some(post) = service.posts.get(job.call as usize - 1) else { continue };
            let before = last.insert((id, post.group.clone()), job.call);
            prop_assert!(before.is_none_or(|before| before < job.call));
        }
    }

    #[test]
    fn every_moment_is_reached_and_accounts_for_every_message(seed: u64) {
        let mut n = Numbers(seed);
        let run = small::queues(&mut n);
        let mut recording = Recording::of(run).expect("small runs are plans");
        for _ in 0..6 {
            let at = Instant(n.below(recording.end().0 + 1));
            let moment = Moment::end_of(at);
            let look = Look { moment, glide: Span::ZERO, tokens_max: 200 };
            let fates = frame(&mut recording, &look).fates;
            let sum = fates.succeeded
                + fates.failed
                + fates.throttled
                + fates.refused
                + fates.timed_out
                + fates.dead_lettered
                + fates.at_destination
                + fates.lost
                + fates.running
                + fates.waiting;
            prop_assert_eq!(fates.entered, sum);
            let again = frame(&mut recording, &look).fates;
            prop_assert_eq!(fates, again);
        }
    }
}
