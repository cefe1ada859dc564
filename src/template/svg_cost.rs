//! What a parsed SVG costs to draw: its segments and dashes, each as often as it is drawn.

use svg2pdf::usvg::tiny_skia_path::{Path, PathSegment, Point};
use svg2pdf::usvg::{Group, Node, Tree};

/// Most segments of all paths.
const MAX_SEGMENTS: usize = 50_000;
/// Most dashes of all strokes.
const MAX_DASHES: f64 = 50_000.0;

/// Refuses a picture of more segments or dashes than can be drawn in a moment.
pub(super) fn check(tree: &Tree) -> Result<(), String> {
    Cost::default().group(tree.root())
}

#[derive(Default)]
struct Cost {
    segments: usize,
    dashes: f64,
}

impl Cost {
    fn group(&mut self, group: &Group) -> Result<(), String> {
        for node in group.children() {
            match node {
                Node::Group(inner) => self.group(inner)?,
                Node::Path(path) => {
                    let periods = path.stroke().and_then(|stroke| stroke.dasharray());
                    self.path(path.data(), periods)?;
                }
                Node::Image(_) | Node::Text(_) => {}
            }
            let mut result = Ok(());
            node.subroots(|root| {
                if result.is_ok() {
                    result = self.group(root);
                }
            });
            result?;
        }
        Ok(())
    }

    fn path(&mut self, path: &Path, dashes: Option<&[f32]>) -> Result<(), String> {
        self.segments += path.len();
        if self.segments > MAX_SEGMENTS {
            return Err(format!("draws more than {MAX_SEGMENTS} path segments; simplify it"));
        }
        if let Some(dashes) = dashes {
            let period: f64 = dashes.iter().map(|dash| f64::from(*dash)).sum();
            self.dashes += length(path) / period * dashes.len() as f64;
            if self.dashes.is_nan() || self.dashes > MAX_DASHES {
                return Err(format!("draws more than {MAX_DASHES} dashes; make its dashes longer"));
            }
        }
        Ok(())
    }
}

/// The length of a path, curves by their control points: never too short.
fn length(path: &Path) -> f64 {
    let distance = |a: Point, b: Point| f64::from(a.x - b.x).hypot(f64::from(a.y - b.y));
    let (mut start, mut at, mut sum) = (Point::zero(), Point::zero(), 0.0);
    for segment in path.segments() {
        let through = match segment {
            PathSegment::MoveTo(to) => {
                (start, at) = (to, to);
                continue;
            }
            PathSegment::LineTo(to) => [to; 3],
            PathSegment::QuadTo(by, to) => [by, to, to],
            PathSegment::CubicTo(first, second, to) => [first, second, to],
            PathSegment::Close => [start; 3],
        };
        for point in through {
            sum += distance(at, point);
            at = point;
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(inside: &str) -> Result<(), String> {
        let svg = format!(r#"<svg xmlns="http://www.w3.org/2000/svg" width="297" height="210">{inside}</svg>"#);
        check(&Tree::from_str(&svg, &Default::default()).unwrap())
    }

    #[test]
    fn dashes_are_counted_wherever_they_are_declared_and_drawn() {
        checked("<rect width='297' height='210' stroke='#000' stroke-dasharray='1 .5'/>").unwrap();
        for many in [
            "<path stroke='#000' stroke-dasharray='0.00001' d='M0 0L297 210'/>",
            "<g style='stroke:#000;stroke-dasharray:0.0001mm'><circle r='9'/></g>",
            "<style>*{stroke:#000;stroke-dasharray:.001}</style><path d='M0 0C0 900 900 0 9 9z'/>",
            "<g transform='scale(.00001)'><path stroke='#000' stroke-dasharray='1' d='M0 0h9000000'/></g>",
            "<pattern id='p' width='9' height='9' patternUnits='userSpaceOnUse'>\
             <path stroke='#000' stroke-dasharray='.0001' d='M0 0h99'/></pattern><rect width='9' height='9' fill='url(#p)'/>",
        ] {
            assert!(checked(many).unwrap_err().contains("dashes"), "{many}");
        }
    }

    #[test]
    fn segments_are_counted_as_often_as_they_are_drawn() {
        let path = format!("<path id='a' stroke='#000' d='M0 0{}'/>", "L9 9L0 0".repeat(10_000));
        checked(&path).unwrap();
        assert!(checked(&format!("{path}{}", "<use href='#a'/>".repeat(3))).unwrap_err().contains("segments"));
    }
}
