//! The QR code: a whole signed credential in one symbol (wire format 1, `schemas/wire/README.md`).
//!
//! Packs a compact JWS into digits and back, bit for bit, and lays the symbol out (ISO/IEC 18004). Verifies nothing:
//! what [`unpack`] returns is still a claim of whoever printed the code. A [`specimen()`]'s code carries none.

mod codewords;
mod digits;
mod mask;
mod pasted;
mod specimen;
mod symbol;
mod wire;

pub use pasted::{Meant, bare, meant};
pub use specimen::{is_specimen, specimen};
use symbol::version_for;
pub use symbol::{Symbol, SymbolError, bits_needed, budget_bits};
pub use wire::{MAX_TEXT, check_budget, dictionary, pack, unpack};

/// The largest QR version that is printed; past it a credential is refused at preview time.
pub const MAX_VERSION: u8 = 18;
