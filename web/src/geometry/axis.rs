//! The axis of time that scrubber, lanes and playhead share.

use lambdarium_sim::time::Instant;

const SECOND: u64 = 1_000_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;

/// Simulated time on pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Axis {
    /// Pixel of the start of the run.
    pub left: f64,
    /// Pixels of the whole run.
    pub width: f64,
    /// Simulated µs of the whole run.
    pub end_us: u64,
}

/// A labelled line on the axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// Pixel.
    pub x: f64,
    /// Label.
    pub label: String,
}

impl Axis {
    /// Where an instant stands.
    #[must_use]
    pub fn x(&self, at: Instant) -> f64 {
        let whole = self.end_us.max(1) as f64;
        self.left + self.width * (at.0 as f64 / whole).min(1.0)
    }

    /// The instant at a pixel.
    #[must_use]
    pub fn at(&self, x: f64) -> Instant {
        let share = ((x - self.left) / self.width.max(1.0)).clamp(0.0, 1.0);
        Instant((self.end_us as f64 * share).round() as u64)
    }

    /// Lines at round times, at least `gap` pixels apart.
    #[must_use]
    pub fn ticks(&self, gap: f64) -> Vec<Tick> {
        let least = self.end_us as f64 * gap / self.width.max(1.0);
        let step = round_step(least);
        let count = (self.end_us / step).min(400);
        let ticks = (0..=count).map(|number| {
            let at = number * step;
            Tick { x: self.x(Instant(at)), label: tick_label(at, step, self.end_us) }
        });
        ticks.collect()
    }
}

/// The first round step of time that is at least so long.
fn round_step(least_us: f64) -> u64 {
    let small = [1, 10, 100, 1_000, 10_000, 100_000].into_iter();
    let decimals = small.flat_map(|unit| [unit, 2 * unit, 5 * unit]);
    let seconds = [1, 2, 5, 10, 15, 30].map(|count| count * SECOND);
    let minutes = [1, 2, 5, 10, 15, 30].map(|count| count * MINUTE);
    let hours = [1, 2, 3, 6, 12, 24].map(|count| count * HOUR);
    let mut steps = decimals.chain(seconds).chain(minutes).chain(hours);
    steps.find(|step| *step as f64 >= least_us).unwrap_or(24 * HOUR)
}

fn tick_label(at: u64, step: u64, end: u64) -> String {
    if end >= 2 * MINUTE {
        return clock_short(at);
    }
    let digits: usize = match step {
        0..1_000 => 6,
        1_000..10_000 => 3,
        10_000..100_000 => 2,
        100_000..SECOND => 1,
        _ => 0,
    };
    let text = format!("{}.{:06}", at / SECOND, at % SECOND);
    let cut = text.len() - 6 + digits - usize::from(digits == 0);
    let unit = if at == 0 { " s" } else { "" };
    format!("{}{unit}", &text[..cut])
}

/// A time as the clock shows it: `0.430`, `2:48.050`, `1:02:48.050`.
#[must_use]
pub fn clock(us: u64) -> String {
    let millis = us / 1_000 % 1_000;
    format!("{}.{millis:03}", clock_short(us))
}

/// The same in whole seconds: `0`, `2:48`, `1:02:48`.
#[must_use]
pub fn clock_short(us: u64) -> String {
    let (hours, minutes, seconds) = (us / HOUR, us / MINUTE % 60, us / SECOND % 60);
    match (hours, minutes) {
        (0, 0) => format!("{seconds}"),
        (0, _) => format!("{minutes}:{seconds:02}"),
        (_, _) => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_and_instants_agree() {
        let axis = Axis { left: 204.0, width: 1_216.0, end_us: 2_400_000 };
        for us in [0, 1, 430_000, 1_200_000, 2_400_000] {
            assert!(axis.at(axis.x(Instant(us))).0.abs_diff(us) <= 1);
        }
        assert_eq!(axis.at(-50.0), Instant(0));
        assert_eq!(axis.at(5_000.0), Instant(2_400_000));
    }

    #[test]
    fn ticks_are_round_and_not_too_close() {
        for end_us in [1, 7, 1_500, 2_400_000, 60_000_000, 660_000_000, 86_400_000_000] {
            let axis = Axis { left: 0.0, width: 1_000.0, end_us };
            let ticks = axis.ticks(80.0);
            assert!(!ticks.is_empty() && ticks.len() <= 13, "{end_us}: {}", ticks.len());
            assert!(ticks.windows(2).all(|two| two[1].x - two[0].x >= 79.9), "{end_us}");
        }
        let axis = Axis { left: 0.0, width: 1_216.0, end_us: 2_400_000 };
        let labels: Vec<String> =
            axis.ticks(90.0).into_iter().map(|tick| tick.label).collect();
        assert_eq!(labels[..3], ["0.0 s", "0.2", "0.4"]);
    }

    #[test]
    fn clocks_grow_with_the_time() {
        assert_eq!(clock(430_000), "0.430");
        assert_eq!(clock(168_050_000), "2:48.050");
        assert_eq!(clock(3_768_050_000), "1:02:48.050");
        assert_eq!(clock_short(59_999_999), "59");
    }
}
