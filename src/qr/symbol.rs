/// A drawn QR symbol, without its quiet zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symbol {
    /// 1 to 40.
    pub version: u8,
    /// Modules per side.
    pub size: usize,
    /// Row by row; true is dark.
    pub modules: Vec<bool>,
}

/// Why a text does not fit a symbol that may be printed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SymbolError {
    /// Past version 18 with error correction M.
    #[error("needs {bits} bits; version 18 holds {limit}")]
    OverBudget {
        /// Bits that the segments need.
        bits: usize,
        /// Bits that fit.
        limit: usize,
    },
}

impl Symbol {
    /// Lays out a QR text as one byte segment (up to and with `#`) and one numeric segment, error correction M, at most
    /// [`super::MAX_VERSION`].
    ///
    /// # Errors
    /// When it needs a larger version.
    pub fn of(_qr_text: &str) -> Result<Self, SymbolError> {
        unimplemented!("room qr")
    }
}
