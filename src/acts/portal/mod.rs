//! What holders do themselves, without an account: prove a mailbox by a link, see what is theirs, decide who else may see it.
//!
//! A mailbox proves that somebody reads it, not who they are: behind one there may be several people, and each act is about one
//! of them. Knows no mail, no page and no cookie: whoever asks here has a token, and gets texts and records.

mod enter;
mod mine;
mod profile;
mod show;

pub(in crate::acts) use enter::forgetting;
pub use enter::{Entered, Invitation, LINK_SECONDS, Let, SESSION_SECONDS, ask, ask_more, enter, entered, leave, sweep};
pub use mine::{Holder, Holding, Owned, holder_of, holders, language_at, owned};
pub(in crate::acts) use profile::forgetting_profile;
pub use profile::{Profile, profile, profile_of, set_profile};
pub use show::{Public, Shown, address, each_public, public, set_shown, shown, shown_of};
