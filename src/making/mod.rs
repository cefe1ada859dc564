//! Certificates in the making: lists read and recognised, drafts, faces, first and next versions. [`crate::acts::run`] decides who
//! gets one and commits it.
//!
//! The order of making never changes: try out with the widest number and index (schema, glyphs, QR budget), reserve number
//! and index (durable), build and check again, sign, verify the signature; then the caller commits the record (durable) and
//! acknowledges. What cannot be made uses up no number; a crash in between leaves a gap and nothing else.

mod card;
mod draft;
mod face;
mod make;
mod order;
mod page;
mod people;
mod proven;
mod record;
mod replace;
mod results;
mod signing;
mod specimen;
mod times;
mod validity;
mod wallet;

pub use card::CardLayers;
pub use draft::{Draft, DraftError, Signed, Subject, check_event};
pub use face::{Face, FaceError, Faces, PICTURE_DPI, PRINT_DPI};
pub(crate) use make::status_secret;
pub use make::{IssueError, MakeError, Printable, Trial, Workshop, constants, make, try_out};
pub use order::Order;
pub use page::{Whose, code_version, page};
pub use people::{PeopleTrial, TrialOf, try_people};
pub use proven::{NotProven, OwnKeys, Proven};
pub use record::{Constants, SIGNED};
pub use replace::{NewValues, ReplaceError, corrected, says_other, successors, try_successors};
pub use results::{Results, Unasked};
pub use signing::{signs_now, still_signs};
pub use specimen::{Specimen, SpecimenError, preview};
pub use times::{Stage, StageTimes};
pub use validity::{ExpiresAfter, ValidityError};
pub use wallet::{wallet_page, wallet_page_key};

/// Name of the store's setting with the 32 secret bytes of the status list permutation.
pub const STATUS_SECRET: &str = "status-secret";
