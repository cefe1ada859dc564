//! Accounts: who may do what, and how they prove who they are. Speaks no HTTP.

mod permission;

pub use permission::{Permission, Role};
