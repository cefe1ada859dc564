/// One line of a dump.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub enum Record {}

/// Why a dump is not read or written.
#[derive(Debug, thiserror::Error)]
pub enum DumpError {}

pub fn export() {}
pub fn import() {}
