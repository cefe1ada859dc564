//! What holders show to others: the entry of their profile on LinkedIn, and the card that stands beside a shared link.
//!
//! Pure: knows addresses and pictures. Does not know who may see what ([`crate::acts::portal`]), and calls nobody.

pub mod card;
pub mod linkedin;
