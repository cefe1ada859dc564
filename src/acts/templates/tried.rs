//! Names to try a template with: the longest of an event's list, and one of each script on it. What prints these prints the others.

use std::collections::BTreeMap;

use serde::Serialize;
use unicode_script::{Script, UnicodeScript};
use utoipa::ToSchema;

use super::ActError;
use crate::credential::EventCode;
use crate::store::{Participant, Store};

/// People read at a time.
const PAGE: usize = 1_000;

/// Somebody whose name is worth a try.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TryName {
    /// Their id in the event.
    #[schema(example = "p-7f3a")]
    pub person: String,
    /// Their name.
    #[schema(example = "Zoë Ångström")]
    pub name: String,
}

/// One name of a script.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ScriptName {
    /// The script, by ISO 15924.
    #[schema(example = "Cyrl")]
    pub script: String,
    /// The longest name in it.
    #[serde(flatten)]
    pub who: TryName,
}

/// The names of an event's list that a template is tried with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct TryNames {
    /// How many people there are.
    pub people: u64,
    /// The longest name, by its characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub longest: Option<TryName>,
    /// The longest name of each script, by script.
    pub scripts: Vec<ScriptName>,
}

/// Finds the names of an event's list that a template is tried with.
///
/// # Errors
/// When the store fails.
pub fn names(store: &dyn Store, code: &EventCode) -> Result<TryNames, ActError> {
    let mut found = TryNames::default();
    let mut longest: Option<(usize, TryName)> = None;
    let mut scripts: BTreeMap<&'static str, (usize, TryName)> = BTreeMap::new();
    let mut cursor = None;
    loop {
        let page = store.participants(code, cursor.as_deref(), PAGE)?;
        for person in &page.items {
            found.people += 1;
            let length = person.name.chars().count();
            if longest.as_ref().is_none_or(|(most, _)| length > *most) {
                longest = Some((length, tried(person)));
            }
            for script in scripts_of(&person.name) {
                if scripts.get(script).is_none_or(|(most, _)| length > *most) {
                    scripts.insert(script, (length, tried(person)));
                }
            }
        }
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    found.longest = longest.map(|(_, who)| who);
    let named = |(script, (_, who)): (&str, _)| ScriptName { script: script.to_owned(), who };
    found.scripts = scripts.into_iter().map(named).collect();
    Ok(found)
}

pub(super) fn tried(person: &Participant) -> TryName {
    let person_id = person.id.clone().unwrap_or_else(|| person.key.0.clone());
    TryName { person: person_id, name: person.name.clone() }
}

/// Returns the scripts of a name's letters.
pub(super) fn scripts_of(name: &str) -> Vec<&'static str> {
    let mut found: Vec<&'static str> = Vec::new();
    for script in name.chars().filter(|c| c.is_alphabetic()).map(|c| c.script()) {
        if !matches!(script, Script::Common | Script::Inherited | Script::Unknown)
            && !found.contains(&script.short_name())
        {
            found.push(script.short_name());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_of_every_script_that_it_has_letters_of() {
        assert_eq!(scripts_of("Zoë Ångström"), ["Latn"]);
        assert_eq!(scripts_of("김민준 (Kim)"), ["Hang", "Latn"]);
        assert_eq!(scripts_of("高橋 みなみ"), ["Hani", "Hira"]);
        assert_eq!(scripts_of("123 – 4"), Vec::<&str>::new());
    }
}
