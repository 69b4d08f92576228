//! What a command says while it works: numbered steps, with times.

use std::time::{Duration, Instant};

/// The steps of one command.
#[derive(Debug)]
pub struct Steps {
    total: usize,
    done: usize,
    started: Instant,
    step_started: Instant,
}

impl Steps {
    /// A command of so many steps.
    pub fn of(total: usize) -> Self {
        let now = Instant::now();
        Self { total, done: 0, started: now, step_started: now }
    }

    /// Starts the next step.
    pub fn next(&mut self, title: &str) {
        self.done += 1;
        let so_far = match self.done {
            1 => String::new(),
            _ => format!("  (so far {})", spelled(self.started.elapsed())),
        };
        eprintln!("\n[{}/{}] {title}{so_far}", self.done, self.total);
        self.step_started = Instant::now();
    }

    /// Says how the step ended.
    pub fn done(&self, outcome: &str) {
        eprintln!("      {outcome} ({})", spelled(self.step_started.elapsed()));
    }

    /// How long the command has taken.
    pub fn elapsed(&self) -> String {
        spelled(self.started.elapsed())
    }
}

/// Says something within a step.
pub fn say(text: &str) {
    eprintln!("      {text}");
}

fn spelled(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..10 => format!("{}.{} s", seconds, time.subsec_millis() / 100),
        10..60 => format!("{seconds} s"),
        60.. => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::spelled;

    #[test]
    fn times_are_spelled_as_exactly_as_anybody_cares() {
        assert_eq!(spelled(Duration::from_millis(1_290)), "1.2 s");
        assert_eq!(spelled(Duration::from_secs(59)), "59 s");
        assert_eq!(spelled(Duration::from_secs(61)), "1 min 1 s");
    }
}
