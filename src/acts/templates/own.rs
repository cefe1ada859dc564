//! Templates of an event's own: those with its logo and signatures, and designs that are made for it alone.
//!
//! The name says whose one is: `event-CODE`, or `event-CODE-MORE`, of an event that there is. Whoever may change the event may add
//! and change it, nobody else's event can choose it, and who is limited to other events does not see it. A copy of the event keeps
//! what it was copied with. When the event is removed, what is left is one of the library's as any.

use super::ActError;
use crate::credential::EventCode;
use crate::store::{OWN_TEMPLATE, Store, StoreError, template_named_for};

/// Returns the name of an event's own template.
pub fn own_name(event: &EventCode) -> String {
    format!("{OWN_TEMPLATE}{}", event.as_str().to_ascii_lowercase())
}

/// Returns the event whose own a template is.
///
/// # Errors
/// When the store fails.
pub fn owner(store: &dyn Store, name: &str) -> Result<Option<EventCode>, StoreError> {
    let Some(code) = template_named_for(name) else { return Ok(None) };
    Ok(store.event(&code)?.map(|event| event.code))
}

/// Refuses another event's own template.
pub(super) fn only_for(store: &dyn Store, name: &str, event: &EventCode) -> Result<(), ActError> {
    match owner(store, name)? {
        Some(own) if own != *event => {
            Err(ActError::invalid("template", format!("`{name}` belongs to the event {own}, and to no other")))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_says_whose_it_is() {
        for (name, code) in [
            ("event-maps", Some("MAPS")),
            ("event-maps-gold", Some("MAPS")),
            ("event-m2026", Some("M2026")),
            ("event-", None),
            ("event-2026", None),
            ("events-maps", None),
            ("maps", None),
        ] {
            assert_eq!(template_named_for(name).as_ref().map(EventCode::as_str), code, "{name}");
        }
        let code: EventCode = "MAPS".parse().unwrap();
        assert_eq!(template_named_for(&own_name(&code)), Some(code));
    }
}
