//! The axis that scrubber, lanes, gauges and playhead share, on pixels.

use lambdarium_sim::time::Instant;
use lambdarium_sim::view::Scale;

const SECOND: u64 = 1_000_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;

/// A window of a run on pixels.
#[derive(Clone, Copy, Debug)]
pub struct Axis<'a> {
    scale: &'a Scale,
    window: (Instant, Instant),
    /// The places between which the window lies.
    places: (f64, f64),
    /// Pixel of the start of the window.
    pub left: f64,
    /// Pixels of the window.
    pub width: f64,
}

/// A labelled line on the axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// Pixel.
    pub x: f64,
    /// Label.
    pub label: String,
}

impl<'a> Axis<'a> {
    /// A window from one instant to another, as wide as given.
    #[must_use]
    pub fn new(
        scale: &'a Scale,
        window: (Instant, Instant),
        (left, width): (f64, f64),
    ) -> Self {
        let place = |at| scale.place(at) as f64;
        let places = (place(window.0), place(window.1));
        Self { scale, window, places, left, width }
    }

    /// Where an instant stands; outside of the window too.
    #[must_use]
    pub fn x(&self, at: Instant) -> f64 {
        let (first, last) = self.places;
        let place = self.scale.place(at) as f64;
        self.left + self.width * (place - first) / (last - first).max(1.0)
    }

    /// The instant of the window that is nearest to a pixel.
    #[must_use]
    pub fn at(&self, x: f64) -> Instant {
        self.scale.at(self.place(x))
    }

    /// The instant that stands so many pixels from another, with no more digits than a
    /// pixel tells; in the window or not.
    #[must_use]
    pub fn beside(&self, at: Instant, pixels: f64) -> Instant {
        let each = (self.places.1 - self.places.0) / self.width.max(1.0);
        let (here, end) = (self.scale.place(at) as f64, self.scale.end() as f64);
        let there = |pixels: f64| {
            let place = (here + pixels * each).min(end).max(0.0);
            self.scale.at(place.round() as u64)
        };
        let pixel = there(pixels + 1.0).since(there(pixels - 1.0)).0 / 2;
        let mut step = 1;
        while step * 10 <= pixel {
            step *= 10;
        }
        let near = (there(pixels).0 + step / 2) / step * step;
        Instant(near).min(self.scale.at(self.scale.end()))
    }

    /// The share of the window at a pixel.
    #[must_use]
    pub fn share(&self, x: f64) -> f64 {
        ((x - self.left) / self.width.max(1.0)).clamp(0.0, 1.0)
    }

    fn place(&self, x: f64) -> u64 {
        let (first, last) = self.places;
        (first + (last - first) * self.share(x)).round() as u64
    }

    /// Whether an instant lies in the window.
    #[must_use]
    pub fn shows(&self, at: Instant) -> bool {
        at >= self.window.0 && at <= self.window.1
    }

    /// The window that puts two instants on two pixels, as long as it lies in the run.
    #[must_use]
    pub fn pinched(&self, fingers: [(Instant, f64); 2]) -> Option<(Instant, Instant)> {
        let [(one, left), (two, right)] = fingers;
        let place = |at| self.scale.place(at) as f64;
        let each = (place(two) - place(one)) / (right - left);
        let whole = self.scale.end() as f64;
        let first = place(one) - (left - self.left) * each;
        let last = first + self.width * each;
        let at = |place: f64| self.scale.at(place.min(whole).max(0.0).round() as u64);
        (each > 0.0 && each.is_finite()).then(|| (at(first), at(last)))
    }

    /// Lines at least `gap` pixels apart: at round times, or by events where something
    /// happens.
    #[must_use]
    pub fn ticks(&self, gap: f64) -> Vec<Tick> {
        if self.scale.is_even() { self.round_ticks(gap) } else { self.event_ticks(gap) }
    }

    fn round_ticks(&self, gap: f64) -> Vec<Tick> {
        let (from, to) = (self.window.0.0, self.window.1.0);
        let least = (to - from) as f64 * gap / self.width.max(1.0);
        let step = round_step(least);
        let (first, last) = (from.div_ceil(step), to / step);
        let ticks = (first..=last.min(first + 400)).map(|number| {
            let at = number * step;
            let unit = if number == first && to < 2 * MINUTE { " s" } else { "" };
            let label = tick_label(at, step, to) + unit;
            Tick { x: self.x(Instant(at)), label }
        });
        ticks.collect()
    }

    fn event_ticks(&self, gap: f64) -> Vec<Tick> {
        let mut ticks: Vec<Tick> = Vec::new();
        let quarter = gap / 4.0;
        let mut free = self.left;
        let mut look = self.left;
        while look <= self.left + self.width {
            let at = self.scale.knot(self.place(look));
            let x = self.x(at);
            if x >= free {
                ticks.push(Tick { x, label: clock(at.0) });
                free = x + gap;
            }
            look += quarter;
        }
        ticks
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

fn tick_label(at: u64, step: u64, to: u64) -> String {
    let whole =
        if to >= 2 * MINUTE { clock_short(at) } else { (at / SECOND).to_string() };
    let digits = match step {
        0..1_000 => 6,
        1_000..10_000 => 3,
        10_000..100_000 => 2,
        100_000..SECOND => 1,
        _ => return whole,
    };
    let decimals = format!("{:06}", at % SECOND);
    format!("{whole}.{}", &decimals[..digits])
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

    fn axis(scale: &Scale, from: u64, to: u64) -> Axis<'_> {
        Axis::new(scale, (Instant(from), Instant(to)), (204.0, 1_216.0))
    }

    #[test]
    fn pixels_and_instants_agree() {
        let scale = Scale::time(Instant(2_400_000));
        let whole = axis(&scale, 0, 2_400_000);
        for us in [0, 1, 430_000, 1_200_000, 2_400_000] {
            assert!(whole.at(whole.x(Instant(us))).0.abs_diff(us) <= 1);
        }
        assert_eq!(whole.at(-50.0), Instant(0));
        assert_eq!(whole.at(5_000.0), Instant(2_400_000));
        let window = axis(&scale, 400_000, 800_000);
        assert_eq!(window.at(0.0), Instant(400_000));
        assert_eq!(window.at(204.0 + 608.0), Instant(600_000));
        assert!(window.x(Instant(0)) < 0.0, "what lies before is to the left");
        assert!(window.shows(Instant(400_000)) && !window.shows(Instant(800_001)));
    }

    #[test]
    fn what_is_moved_by_pixels_has_few_digits_and_stays_in_the_run() {
        let scale = Scale::time(Instant(49_162_000));
        let whole = axis(&scale, 0, 49_162_000);
        // A pixel is 40 ms.
        let seen = [1.0, -1.0, 100.0, 9_999.0, -9_999.0]
            .map(|pixels| whole.beside(Instant(30_000_000), pixels).0 / 1_000);
        assert_eq!(seen, [30_040, 29_960, 34_040, 49_162, 0]);
        let window = axis(&scale, 10_000_000, 10_001_216);
        let outside = window.beside(Instant(30_000_000), -12.0);
        assert_eq!(outside, Instant(29_999_988), "a pixel is a microsecond");
        let events = Scale {
            knots: vec![(Instant(0), 0), (Instant(5), 1 << 20), (Instant(90), 2 << 20)],
        };
        let by_events = axis(&events, 0, 90);
        assert_eq!(by_events.beside(Instant(5), 608.0), Instant(90));
        assert_eq!(by_events.beside(Instant(5), -608.0), Instant(0));
    }

    #[test]
    fn every_axis_grows_and_leads_back() {
        let spans = [1, 7, 1_500, 2_400_000, 660_000_000, 86_400_000_000];
        for end in spans {
            let scale = Scale::time(Instant(end));
            for (from, to) in [(0, end), (end / 3, end / 2 + 1), (end - 1, end)] {
                let axis = axis(&scale, from, to);
                let pixel = (to - from) as f64 / axis.width;
                let mut before = axis.left - 1.0;
                for part in 0..=64 {
                    let at = from + (to - from) * part / 64;
                    let x = axis.x(Instant(at));
                    assert!(x >= before, "{end}: {at} stands left of what is earlier");
                    before = x;
                    let back = axis.at(x).0.abs_diff(at);
                    assert!(
                        back as f64 <= pixel.max(1.0),
                        "{end}: {at} is off by {back}"
                    );
                }
            }
        }
    }

    #[test]
    fn ticks_are_round_and_not_too_close() {
        for end in [1, 7, 1_500, 2_400_000, 60_000_000, 660_000_000, 86_400_000_000] {
            let scale = Scale::time(Instant(end));
            for from in [0, end / 3] {
                let ticks = axis(&scale, from, end).ticks(80.0);
                assert!(ticks.len() <= 16, "{end}: {}", ticks.len());
                assert!(!ticks.is_empty() || from > 0, "{end}");
                let close = |two: &[Tick]| two[1].x - two[0].x < 79.9;
                assert!(!ticks.windows(2).any(close), "{end}");
            }
        }
        let labels = |end: u64, from: u64, to: u64| {
            let scale = Scale::time(Instant(end));
            let ticks = axis(&scale, from, to).ticks(90.0);
            ticks.into_iter().take(3).map(|tick| tick.label).collect::<Vec<_>>()
        };
        assert_eq!(labels(2_400_000, 0, 2_400_000), ["0.0 s", "0.2", "0.4"]);
        assert_eq!(labels(90_000_000, 61_000_000, 90_000_000), ["65 s", "70", "75"]);
        let late = labels(660_000_000, 168_000_000, 168_200_000);
        assert_eq!(late, ["2:48.00", "2:48.02", "2:48.04"]);
    }

    #[test]
    fn two_fingers_keep_what_is_under_them() {
        let scale = Scale::time(Instant(100_000_000));
        let whole = axis(&scale, 0, 100_000_000);
        let fingers = [500.0, 700.0].map(|x| (whole.at(x), x));
        let spread = [(fingers[0].0, 400.0), (fingers[1].0, 800.0)];
        let (from, to) = whole.pinched(spread).expect("a window");
        let zoomed = axis(&scale, from.0, to.0);
        for (at, x) in spread {
            assert!((zoomed.x(at) - x).abs() < 0.1, "{at}");
        }
        assert_eq!((to.0 - from.0 + 500_000) / 1_000_000, 50);
        let crossed = [(fingers[0].0, 800.0), (fingers[1].0, 400.0)];
        assert_eq!(whole.pinched(crossed), None);
        let closed = [(fingers[0].0, 599.0), (fingers[1].0, 601.0)];
        assert_eq!(whole.pinched(closed), Some((Instant(0), Instant(100_000_000))));
    }

    #[test]
    fn clocks_grow_with_the_time() {
        assert_eq!(clock(430_000), "0.430");
        assert_eq!(clock(168_050_000), "2:48.050");
        assert_eq!(clock(3_768_050_000), "1:02:48.050");
        assert_eq!(clock_short(59_999_999), "59");
    }
}
