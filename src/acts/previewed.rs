//! That somebody looked at how an event's certificates will look: who, when, and over which template and list. It is advice: nothing
//! waits for it, and what was looked at may change. Then it is to be looked at anew, and it is said what has changed.

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::standing::Blocks;
use super::{ActError, Planned, who};
use crate::credential::{EventCode, Timestamp};
use crate::desk::Desk;
use crate::store::{Collection, DocumentWrite, Expect, Participant, Store, StoreError};

/// What is drawn of an event's certificates, as digests: another one says that something else is drawn.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drawn {
    /// Of the event: title, days, signatories, tiers and whatever else is printed of it.
    pub event: String,
    /// Of its templates, in their versions.
    pub template: String,
    /// Of the people on its list, as they are printed and measured. Where mail goes to them is not among that.
    pub list: String,
}

/// What can have changed since.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PreviewChange)]
pub enum Since {
    /// What the event itself says.
    Event,
    /// The template, or its version.
    Template,
    /// Who is on the list, or what is printed of them.
    List,
}

/// That somebody looked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Previewed {
    /// Who.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// The name of the event's template.
    pub template: String,
    /// Its exact version.
    pub digest: String,
    /// How many were on the list.
    pub people: u64,
    /// What was drawn.
    pub drawn: Drawn,
}

impl Previewed {
    /// Returns what has changed since somebody looked.
    pub fn since(&self, now: &Drawn) -> Vec<Since> {
        let changed = [
            (Since::Event, self.drawn.event != now.event),
            (Since::Template, self.drawn.template != now.template),
            (Since::List, self.drawn.list != now.list),
        ];
        changed.into_iter().filter(|(_, is_so)| *is_so).map(|(what, _)| what).collect()
    }
}

/// What is kept of a block of the list: how many are in it, and their digest.
pub type ListBlock = (u64, [u8; 32]);

/// Returns what would be drawn now, and for how many. What is kept of the list is read again only where something was written since.
///
/// # Errors
/// When the store fails.
pub fn drawn(store: &dyn Store, planned: &Planned, kept: &mut Blocks<ListBlock>) -> Result<(Drawn, u64), StoreError> {
    kept.follow::<StoreError>((store, &planned.event.code), "", |people| {
        let mut digest = Sha256::new();
        for (place, person) in people {
            digest.update(place.to_be_bytes());
            digest.update(text(&printed(person)));
        }
        Ok((people.len() as u64, digest.finalize().into()))
    })?;
    let (mut list, mut people) = (Sha256::new(), 0);
    for (count, digest) in kept.all() {
        list.update(digest);
        people += count;
    }
    let (event, plan) = (&planned.event, &planned.plan);
    let said = json!([
        event.achievement,
        event.starts,
        event.ends,
        event.expires_after,
        event.extras,
        event.constants,
        event.publish_results,
        event.zone,
        plan.organiser,
        plan.tiers,
        plan.language,
    ]);
    let drawn = Drawn {
        event: digest_of(&said),
        template: digest_of(&json!([event.template, plan.templates])),
        list: HEXLOWER.encode(&list.finalize()[..16]),
    };
    Ok((drawn, people))
}

/// What of somebody decides how their certificate looks, and whether they get one.
fn printed(person: &Participant) -> serde_json::Value {
    json!([person.key, person.name, person.external_id, person.locale, person.fields, person.progress])
}

fn text(value: &serde_json::Value) -> String {
    // Each ends where the next one begins, and holds no line end.
    format!("{value}\n")
}

fn digest_of(value: &serde_json::Value) -> String {
    HEXLOWER.encode(&Sha256::digest(text(value))[..16])
}

/// Returns whether somebody looked, and the revision of that.
///
/// # Errors
/// When the store fails.
pub fn known(store: &dyn Store, code: &EventCode) -> Result<Option<(Previewed, u64)>, StoreError> {
    let found = store.document(Collection::PREVIEWED, code.as_str())?;
    found.map(|document| Ok((document.read()?, document.revision))).transpose()
}

/// Notes that somebody looked at what is drawn now, in place of what was noted before.
///
/// # Errors
/// [`ActError::Archived`], [`ActError::NothingDrawn`], or when the store fails.
pub fn look(desk: &Desk, planned: &Planned, (drawn, people): (Drawn, u64)) -> Result<Previewed, ActError> {
    planned.in_use()?;
    let template = &planned.event.template;
    if template.bundle.0.is_empty() || people == 0 {
        return Err(ActError::NothingDrawn(planned.event.code.clone()));
    }
    let looked = Previewed {
        by: who(desk),
        at: desk.now,
        template: template.name.clone(),
        digest: template.bundle.0.clone(),
        people,
        drawn,
    };
    let code = &planned.event.code;
    let write = DocumentWrite::put(Collection::PREVIEWED, code.as_str(), Expect::Any, &looked);
    let detail = json!({ "template": looked.template, "digest": looked.digest, "people": people });
    desk.store.write_documents(&[write], Some(&desk.act("event.preview", code, detail)))?;
    Ok(looked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_said_what_has_changed_since_somebody_looked() {
        let drawn = |event: &str, template: &str, list: &str| Drawn {
            event: event.to_owned(),
            template: template.to_owned(),
            list: list.to_owned(),
        };
        let looked = Previewed {
            by: "staff:a".to_owned(),
            at: Timestamp::from_unix(0),
            template: "classic".to_owned(),
            digest: String::new(),
            people: 1,
            drawn: drawn("e", "t", "l"),
        };
        assert_eq!(looked.since(&drawn("e", "t", "l")), []);
        assert_eq!(looked.since(&drawn("e", "u", "m")), [Since::Template, Since::List]);
        assert_eq!(looked.since(&drawn("f", "t", "l")), [Since::Event]);
    }
}
