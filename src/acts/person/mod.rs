//! People of an event: who is who, enrolled by lists and one by one, changed, merged, found twice.

mod change;
mod duplicates;
mod enroll;
mod who;

pub use change::{PersonChange, change_progress, check_progress, find, merge, name_of, patch, patch_given, upsert};
pub(in crate::acts) use change::{email, is_address_of_another};
pub use duplicates::{Duplicate, Same, SameMailbox, duplicates, same_mailbox};
pub use enroll::{Enrolled, Join, enroll, fresh_id};
pub use who::{Answer, Answers, free_key, ids_differ, is_another, recognise};
