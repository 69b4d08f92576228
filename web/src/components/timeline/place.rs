//! Where everything on the timeline stands, from the width of the page.

use lambdarium_sim::EVENTS;
use lambdarium_sim::time::Instant;
use lambdarium_sim::view::{Gauge, Lane, Lanes, StepLane};

use crate::geometry::Axis;
use crate::message::Painted;

/// The gutter with the names of the lanes.
const GUTTER: f64 = 204.0;
/// On a narrow page there is none, and names stand above their lanes.
const NARROW: f64 = 700.0;
const MARGIN: f64 = 20.0;

pub const SCRUB_Y: f64 = 30.0;
pub const SCRUB_H: f64 = 14.0;
/// Height of the scrubber with its markers and acts, and with the labels of the axis.
pub const HEAD_H: f64 = 78.0;
pub const HEAD_FOLDED_H: f64 = 60.0;

/// Height of a row of a lane, and of the space around all of them.
pub const ROW: f64 = 19.0;
pub const PAD: f64 = 10.0;
/// Height of a name above its lane.
const NAME_H: f64 = 15.0;
/// Height of the heading of the gauges, of a gauge, and of the curve in it.
pub const TITLE_H: f64 = 26.0;
pub const GAUGE_H: f64 = 40.0;
pub const CURVE_H: f64 = 26.0;

/// The columns of the timeline.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// Width of the page.
    pub page: f64,
    /// Left end of the axis.
    pub left: f64,
    /// Width of the axis.
    pub width: f64,
    /// Whether names stand above what they name.
    pub narrow: bool,
}

impl Place {
    pub fn new(page: f64) -> Self {
        let narrow = page < NARROW;
        let (left, right) = if narrow { (16.0, 16.0) } else { (GUTTER, MARGIN) };
        Self { page, left, width: (page - left - right).max(1.0), narrow }
    }

    /// The axis of the whole run.
    pub fn whole<'a>(&self, painted: &'a Painted) -> Axis<'a> {
        let scale = &painted.lanes.scale;
        let end = scale.at(scale.end());
        Axis::new(scale, (Instant::START, end), (self.left, self.width))
    }

    /// The axis of the window.
    pub fn window<'a>(&self, painted: &'a Painted) -> Axis<'a> {
        let lanes = &painted.lanes;
        Axis::new(&lanes.scale, (lanes.from, lanes.to), (self.left, self.width))
    }

    pub fn right(&self) -> f64 {
        self.left + self.width
    }

    /// The room for a name above what it names.
    pub fn above(&self) -> f64 {
        if self.narrow { NAME_H } else { 0.0 }
    }

    /// The lanes that are shown, with their places and upper edges: those of parts that
    /// have something on them somewhere in the run.
    pub fn lanes<'a>(
        &self,
        lanes: &'a Lanes,
    ) -> impl Iterator<Item = (usize, &'a Lane, f64)> + use<'a> {
        let above = self.above();
        let mut y = self.steps_end(lanes);
        let used = lanes.lanes.iter().enumerate().filter(|(_, lane)| lane.used);
        used.map(move |(place, lane)| {
            let top = y;
            y += f64::from(lane.rows.max(1)) * ROW + PAD + above;
            (place, lane, top)
        })
    }

    /// The lanes of what stands until it changes, above the others, with their upper edges.
    pub fn steps<'a>(
        &self,
        lanes: &'a Lanes,
    ) -> impl Iterator<Item = (&'a StepLane, f64)> + use<'a> {
        let each = ROW + PAD + self.above();
        let steps = lanes.steps.iter().filter(|_| EVENTS).enumerate();
        steps.map(move |(place, lane)| (lane, each * place as f64))
    }

    /// Where the last of them ends.
    fn steps_end(&self, lanes: &Lanes) -> f64 {
        self.steps(lanes).count() as f64 * (ROW + PAD + self.above())
    }

    /// Where the gauges begin.
    pub fn gauges(&self, lanes: &Lanes) -> f64 {
        let last = self.lanes(lanes).last();
        last.map_or(self.steps_end(lanes), |(_, lane, top)| {
            top + f64::from(lane.rows.max(1)) * ROW + PAD + self.above()
        })
    }

    /// The height of a gauge.
    pub fn gauge(&self) -> f64 {
        if self.narrow { CURVE_H + NAME_H + 8.0 } else { GAUGE_H }
    }

    /// The height of lanes and gauges.
    pub fn height(&self, Painted { lanes, gauges }: &Painted) -> f64 {
        let (of_source, of_version) = (gauges.of_source.len(), &gauges.of_version);
        let versions = of_version.chunk_by(|a, b| a.version == b.version).count();
        let titles = 1 + usize::from(of_source > 0) + versions;
        let all = (Gauge::ALL.len() + of_source + of_version.len()) as f64;
        self.gauges(lanes) + TITLE_H * titles as f64 + self.gauge() * all + 4.0
    }
}
