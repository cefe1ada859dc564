//! People of an event: who is who, enrolled by lists and one by one, changed, merged, found twice; and who is one person in
//! several events.

mod change;
mod duplicates;
mod enroll;
pub(in crate::acts) mod ties;
mod who;

pub use change::{PersonChange, change_progress, check_progress, find, merge, name_of, patch, patch_given, upsert};
pub(in crate::acts) use change::{email, is_address_of_another, patch_with, tried_with};
pub use duplicates::{Duplicate, Same, SameMailbox, duplicates, same_mailbox};
pub use enroll::{Enrolled, Join, enroll, foresee, fresh_id};
pub use ties::{Enrolment, Tie, tie, ties};
pub use who::{Answer, Answers, free_key, ids_differ, is_another, recognise};
