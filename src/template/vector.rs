//! Lines, rectangles and ornaments as outlines; millimetres from the top left in, points from the bottom left out.

use svgtypes::{SimplePathSegment, SimplifyingPathParser};

use super::model::{Line, PathShape, Rect};
use crate::scene::{Path, PathSegment};

/// Points per millimetre.
pub(super) const POINTS: f32 = 72.0 / 25.4;
/// Most segments of one ornament.
const MAX_SEGMENTS: usize = 20_000;
/// Where the control points of a quarter circle lie, in radii.
const KAPPA: f32 = 0.552_284_8;

/// Turns the document's coordinates into the scene's.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    /// Page height in points.
    pub height: f32,
}

impl Frame {
    pub(super) fn x(self, mm: f32) -> f32 {
        mm * POINTS
    }

    pub(super) fn y(self, mm: f32) -> f32 {
        self.height - mm * POINTS
    }

    /// Returns left, bottom, right, top.
    pub(super) fn rect(self, x: f32, y: f32, width: f32, height: f32) -> [f32; 4] {
        [self.x(x), self.y(y + height), self.x(x + width), self.y(y)]
    }

    pub(super) fn line(self, line: &Line) -> Path {
        let segments = vec![
            PathSegment::Move(self.x(line.x1), self.y(line.y1)),
            PathSegment::Line(self.x(line.x2), self.y(line.y2)),
        ];
        Path { segments, fill: None, stroke: Some((line.color.into(), line.width * POINTS)) }
    }

    pub(super) fn rectangle(self, rect: &Rect) -> Path {
        let [left, bottom, right, top] = self.rect(rect.x, rect.y, rect.width, rect.height);
        let radius = (rect.radius * POINTS).min((right - left) / 2.0).min((top - bottom) / 2.0);
        let segments =
            if radius > 0.0 { rounded([left, bottom, right, top], radius) } else { square([left, bottom, right, top]) };
        let stroke = rect.stroke.map(|color| (color.into(), rect.stroke_width * POINTS));
        Path { segments, fill: rect.fill.map(Into::into), stroke }
    }

    pub(super) fn ornament(self, shape: &PathShape) -> Result<Path, String> {
        let x = |x: f64| self.x(shape.x + x as f32 * shape.scale_x);
        let y = |y: f64| self.y(shape.y + y as f32 * shape.scale_y);
        let mut at = (0.0, 0.0);
        let mut segments = Vec::new();
        for segment in svg_path(shape)? {
            segments.push(match segment {
                SimplePathSegment::MoveTo { x: ex, y: ey } => PathSegment::Move(x(ex), y(ey)),
                SimplePathSegment::LineTo { x: ex, y: ey } => PathSegment::Line(x(ex), y(ey)),
                SimplePathSegment::CurveTo { x1, y1, x2, y2, x: ex, y: ey } => {
                    PathSegment::Curve(x(x1), y(y1), x(x2), y(y2), x(ex), y(ey))
                }
                SimplePathSegment::Quadratic { x1, y1, x: ex, y: ey } => {
                    let third = |from: f64, control: f64| from + (control - from) * 2.0 / 3.0;
                    let (fx, fy) = at;
                    PathSegment::Curve(
                        x(third(fx, x1)),
                        y(third(fy, y1)),
                        x(third(ex, x1)),
                        y(third(ey, y1)),
                        x(ex),
                        y(ey),
                    )
                }
                SimplePathSegment::ClosePath => PathSegment::Close,
            });
            if let SimplePathSegment::MoveTo { x, y }
            | SimplePathSegment::LineTo { x, y }
            | SimplePathSegment::CurveTo { x, y, .. }
            | SimplePathSegment::Quadratic { x, y, .. } = segment
            {
                at = (x, y);
            }
        }
        let stroke = shape.stroke.map(|color| (color.into(), shape.stroke_width * POINTS));
        Ok(Path { segments, fill: shape.fill.map(Into::into), stroke })
    }
}

/// Returns left, top, width and height of an ornament, by its points and those that bend it. Of path data that breaks off it is what can
/// be read; of what cannot be read at all, the place where it would begin.
pub(super) fn extent(shape: &PathShape) -> [f32; 4] {
    let mut points = Vec::new();
    for segment in SimplifyingPathParser::from(shape.d.as_str()).take(MAX_SEGMENTS).map_while(Result::ok) {
        match segment {
            SimplePathSegment::MoveTo { x, y } | SimplePathSegment::LineTo { x, y } => points.push((x, y)),
            SimplePathSegment::CurveTo { x1, y1, x2, y2, x, y } => points.extend([(x1, y1), (x2, y2), (x, y)]),
            SimplePathSegment::Quadratic { x1, y1, x, y } => points.extend([(x1, y1), (x, y)]),
            SimplePathSegment::ClosePath => {}
        }
    }
    let placed = |(x, y): (f64, f64)| (shape.x + x as f32 * shape.scale_x, shape.y + y as f32 * shape.scale_y);
    let mut placed = points.into_iter().map(placed).filter(|(x, y)| x.is_finite() && y.is_finite());
    let Some(first) = placed.next() else { return [shape.x, shape.y, 0.0, 0.0] };
    let around = |(left, top, right, bottom): (f32, f32, f32, f32), (x, y): (f32, f32)| {
        (left.min(x), top.min(y), right.max(x), bottom.max(y))
    };
    let (left, top, right, bottom) = placed.fold((first.0, first.1, first.0, first.1), around);
    [left, top, right - left, bottom - top]
}

pub(super) fn square([left, bottom, right, top]: [f32; 4]) -> Vec<PathSegment> {
    vec![
        PathSegment::Move(left, bottom),
        PathSegment::Line(right, bottom),
        PathSegment::Line(right, top),
        PathSegment::Line(left, top),
        PathSegment::Close,
    ]
}

fn rounded([left, bottom, right, top]: [f32; 4], r: f32) -> Vec<PathSegment> {
    let k = r * (1.0 - KAPPA);
    vec![
        PathSegment::Move(left + r, bottom),
        PathSegment::Line(right - r, bottom),
        PathSegment::Curve(right - k, bottom, right, bottom + k, right, bottom + r),
        PathSegment::Line(right, top - r),
        PathSegment::Curve(right, top - k, right - k, top, right - r, top),
        PathSegment::Line(left + r, top),
        PathSegment::Curve(left + k, top, left, top - k, left, top - r),
        PathSegment::Line(left, bottom + r),
        PathSegment::Curve(left, bottom + k, left + k, bottom, left + r, bottom),
        PathSegment::Close,
    ]
}

/// Reads SVG path data (SVG 2 section 9.3) as lines and curves.
pub(super) fn svg_path(shape: &PathShape) -> Result<Vec<SimplePathSegment>, String> {
    let mut segments = Vec::new();
    for segment in SimplifyingPathParser::from(shape.d.as_str()) {
        let segment = segment.map_err(|e| format!("`d` is not SVG path data: {e}"))?;
        let points = match segment {
            SimplePathSegment::MoveTo { x, y } | SimplePathSegment::LineTo { x, y } => [x, y, x, y, x, y],
            SimplePathSegment::CurveTo { x1, y1, x2, y2, x, y } => [x1, y1, x2, y2, x, y],
            SimplePathSegment::Quadratic { x1, y1, x, y } => [x1, y1, x, y, x, y],
            SimplePathSegment::ClosePath => [0.0; 6],
        };
        if points.iter().any(|value| !(-100_000.0..=100_000.0).contains(value)) {
            return Err("`d` has a coordinate past 100000".into());
        }
        if segments.len() == MAX_SEGMENTS {
            return Err(format!("`d` has more than {MAX_SEGMENTS} segments"));
        }
        segments.push(segment);
    }
    Ok(segments)
}
