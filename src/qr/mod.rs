//! The QR code: a whole signed credential in one symbol (wire format 1).
//!
//! Packs a compact JWS into digits and back, bit for bit, and lays the symbol out (ISO/IEC 18004). Verifies nothing.

mod symbol;
mod wire;

pub use symbol::{Symbol, SymbolError};
pub use wire::{pack, unpack};

/// The largest QR version that is printed; past it a credential is refused at preview time.
pub const MAX_VERSION: u8 = 18;
