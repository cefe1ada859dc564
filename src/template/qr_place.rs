//! Where the QR symbol stands: module size, quiet zone, distance from the paper's edge (DESIGN: print rules).

use super::error::FillError;
use super::model::QrBox;
use super::vector::{Frame, POINTS};
use crate::qr::{MAX_VERSION, Symbol};
use crate::scene::QrItem;

/// Side of the symbol unless the template says otherwise, in millimetres.
pub const DEFAULT_MM: f32 = 40.0;
/// Smallest module that phones read reliably from paper, in millimetres.
pub const MIN_MODULE_MM: f32 = 0.40;
/// Module size that should be reached, in millimetres.
pub const GOOD_MODULE_MM: f32 = 0.45;
/// Smallest distance from the paper's edge, in millimetres.
pub const EDGE_MM: f32 = 10.0;
/// Modules of white around the symbol (ISO/IEC 18004 section 6.3.8).
pub(super) const QUIET_MODULES: f32 = 4.0;
/// Smaller symbols are drawn with the modules of this one, so that the white around them is as wide as promised.
const SMALLEST_VERSION: u8 = 8;

/// Returns the modules of a side.
pub fn modules(version: u8) -> f32 {
    17.0 + 4.0 * f32::from(version)
}

/// Returns the smallest side that holds every symbol Testamur prints, in millimetres.
pub fn floor_mm() -> f32 {
    modules(MAX_VERSION) * MIN_MODULE_MM
}

/// Returns the width of the white zone for a symbol of `side` millimetres, in millimetres.
pub fn quiet_mm(side: f32) -> f32 {
    QUIET_MODULES * side / modules(SMALLEST_VERSION)
}

/// Places a symbol.
pub(super) fn place(place: &QrBox, frame: Frame, symbol: &Symbol) -> Result<QrItem, FillError> {
    let modules = symbol.size as f32;
    if place.size / modules < MIN_MODULE_MM - 1e-4 {
        return Err(FillError::QrTooSmall {
            version: symbol.version,
            needed_mm: (modules * MIN_MODULE_MM).ceil() as u32,
            size_mm: place.size as u32,
        });
    }
    let side = place.size * (modules / self::modules(SMALLEST_VERSION)).min(1.0);
    let inset = (place.size - side) / 2.0;
    let origin = (frame.x(place.x + inset), frame.y(place.y + inset + side));
    Ok(QrItem { origin, side: side * POINTS, symbol: symbol.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn symbol(version: u8) -> Symbol {
        let size = 17 + 4 * usize::from(version);
        Symbol { version, size, modules: vec![true; size * size] }
    }

    #[test]
    fn the_default_place_holds_the_largest_symbol() {
        let place_ = QrBox { x: 20.0, y: 20.0, size: DEFAULT_MM, alt: String::new(), order: None };
        assert!(place(&place_, Frame { height: 842.0 }, &symbol(MAX_VERSION)).is_ok());
        let small = QrBox { size: 30.0, ..place_ };
        assert_eq!(
            place(&small, Frame { height: 842.0 }, &symbol(18)).unwrap_err(),
            FillError::QrTooSmall { version: 18, needed_mm: 36, size_mm: 30 }
        );
    }

    #[test]
    fn four_modules_of_white_surround_every_symbol() {
        let place_ = QrBox { x: 20.0, y: 20.0, size: DEFAULT_MM, alt: String::new(), order: None };
        for version in 1..=MAX_VERSION {
            let item = place(&place_, Frame { height: 842.0 }, &symbol(version)).unwrap();
            let white = quiet_mm(DEFAULT_MM) * POINTS + (DEFAULT_MM * POINTS - item.side) / 2.0;
            assert!(white >= QUIET_MODULES * item.side / modules(version) - 0.01, "version {version}");
        }
    }
}
