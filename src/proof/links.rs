//! Links: the members that JSON-LD reads as addresses. Each must be a URI before a library sees it.
//!
//! The library below compares addresses by what their percent-encodings stand for, and does not expect any that stand for
//! nothing; others take for an address whatever holds a colon. So both verifiers look first, by one grammar: RFC 3986
//! section 3, "URI", without `IPvFuture` (nobody has one), its percent-encoded octets UTF-8 (section 2.5). ASCII alone: an
//! address in other letters has its form in percent-encodings (RFC 3987 section 3.1). `links.ts` is its twin.

use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

use serde_json::{Map, Value};

use super::data_integrity::PINNED_CONTEXTS;
use crate::credential::Malformed;

/// How JSON-LD reads a member that it reads as an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Link {
    /// `@id`: one text.
    Id,
    /// `@type`: texts, each a term or an address.
    Type,
    /// Terms with the type `@id`: a text is an address, an object is what it leads to.
    Address,
    /// Terms with the type `@vocab`: a text is a term or an address.
    Vocabulary,
}

/// The links of the contexts that we know, by name. No name is a link in one place and something else in another.
static LINKS: LazyLock<HashMap<String, Link>> = LazyLock::new(|| {
    let mut links = HashMap::new();
    for (_, text) in PINNED_CONTEXTS {
        let context: Value = serde_json::from_str(text).expect("the pinned contexts are JSON");
        collect(&context["@context"], &mut links);
    }
    links
});

fn collect(context: &Value, links: &mut HashMap<String, Link>) {
    if let Value::Array(contexts) = context {
        contexts.iter().for_each(|one| collect(one, links));
    }
    for (name, definition) in context.as_object().into_iter().flatten().filter(|(name, _)| !name.starts_with('@')) {
        let link = match (definition.as_str().or(definition["@id"].as_str()), definition["@type"].as_str()) {
            (Some("@id"), _) => Some(Link::Id),
            (Some("@type"), _) => Some(Link::Type),
            (_, Some("@id")) => Some(Link::Address),
            (_, Some("@vocab")) => Some(Link::Vocabulary),
            _ => None,
        };
        links.extend(link.map(|link| (name.clone(), link)));
        collect(&definition["@context"], links);
    }
}

/// Refuses a document with a link that is no URI.
///
/// # Errors
/// The first one's path, members taken in the order of their names.
pub fn check(document: &Value) -> Result<(), Malformed> {
    document.as_object().map_or(Ok(()), |members| check_members(None, members))
}

/// Where a member stands: spelled out only when something is wrong with it.
struct Path<'a> {
    above: Option<&'a Path<'a>>,
    name: &'a str,
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.above {
            Some(above) => write!(f, "{above}.{}", self.name),
            None => f.write_str(self.name),
        }
    }
}

fn check_members(above: Option<&Path<'_>>, members: &Map<String, Value>) -> Result<(), Malformed> {
    let mut members: Vec<(&String, &Value)> = members.iter().filter(|(name, _)| *name != "@context").collect();
    members.sort_unstable_by_key(|(name, _)| *name);
    members.into_iter().try_for_each(|(name, value)| {
        let link = LINKS.get(name).copied();
        check_value(&Path { above, name }, link, value)
    })
}

fn check_value(path: &Path<'_>, link: Option<Link>, value: &Value) -> Result<(), Malformed> {
    let refuse = |problem: &str| Err(Malformed::new(path.to_string(), problem));
    let uri = |text: &str| if is_uri(text) { Ok(()) } else { check_uri(&path.to_string(), text) };
    match (value, link) {
        (Value::String(text), Some(Link::Id | Link::Address)) => uri(text),
        (Value::String(text), Some(Link::Type | Link::Vocabulary)) if !is_term(text) => uri(text),
        (Value::String(_), _) => Ok(()),
        (_, Some(Link::Id)) => refuse("not one URI"),
        (Value::Array(items), _) => items.iter().try_for_each(|item| check_value(path, link, item)),
        (_, Some(Link::Type)) => refuse("not a name or names"),
        (Value::Object(members), _) => check_members(Some(path), members),
        _ => Ok(()),
    }
}

/// Refuses a text that is no URI.
///
/// # Errors
/// Always about `field`.
pub fn check_uri(field: &str, text: &str) -> Result<(), Malformed> {
    if is_uri(text) { Ok(()) } else { Err(Malformed::new(field, "not a URI (RFC 3986)")) }
}

/// Returns whether the texts of a member are terms or addresses, by what the contexts make of them.
pub(super) fn is_term_of(member: &str) -> bool {
    matches!(LINKS.get(member), Some(Link::Type | Link::Vocabulary))
}

/// Returns whether the texts of a member are addresses.
pub(super) fn is_address(member: &str) -> bool {
    matches!(LINKS.get(member), Some(Link::Id | Link::Address))
}

/// Returns whether a text could be a term: letters, digits, `_`, `-` and `.`, as all that the contexts define.
pub fn is_term(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
}

/// Returns whether a text is a URI: a scheme, and all that follows in its place.
fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let (rest, fragment) = cut(rest, '#');
    let (hierarchy, query) = cut(rest, '?');
    let (authority, path) = match hierarchy.strip_prefix("//") {
        Some(after) => after.split_at(after.find('/').unwrap_or(after.len())),
        None => ("", hierarchy),
    };
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
        && is_authority(authority)
        && is_made_of(path, ":@/")
        && is_made_of(query, ":@/?")
        && is_made_of(fragment, ":@/?")
}

/// Splits off what follows a mark; nothing, if it is not there.
fn cut(text: &str, mark: char) -> (&str, &str) {
    text.split_once(mark).unwrap_or((text, ""))
}

/// Section 3.2: `[ userinfo "@" ] host [ ":" port ]`.
fn is_authority(text: &str) -> bool {
    let (user, host) = text.split_once('@').unwrap_or(("", text));
    let (host, port) = match host.strip_prefix('[').map(|literal| literal.split_once(']')) {
        Some(Some((literal, port))) if is_ipv6(literal) => ("", port),
        Some(_) => return false,
        None => host.split_at(host.find(':').unwrap_or(host.len())),
    };
    let port = if port.is_empty() { Some("") } else { port.strip_prefix(':') };
    is_made_of(user, ":") && is_made_of(host, "") && port.is_some_and(|p| p.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Section 3.2.2, `IPv6address`.
fn is_ipv6(text: &str) -> bool {
    match text.split_once("::") {
        None => groups(text, true) == Some(8),
        Some((head, tail)) => groups(head, false).zip(groups(tail, true)).is_some_and(|(a, b)| a + b <= 7),
    }
}

/// Counts the groups of 16 bits; an IPv4 address at the end is two.
fn groups(text: &str, last: bool) -> Option<usize> {
    if text.is_empty() {
        return Some(0);
    }
    let parts: Vec<&str> = text.split(':').collect();
    let ends_in_ipv4 = last && parts.last().is_some_and(|part| is_ipv4(part));
    let plain = if ends_in_ipv4 { &parts[..parts.len() - 1] } else { &parts[..] };
    let is_group = |part: &&str| (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    plain.iter().all(is_group).then_some(parts.len() + usize::from(ends_in_ipv4))
}

fn is_ipv4(text: &str) -> bool {
    let octet = |part: &str| {
        part.bytes().all(|byte| byte.is_ascii_digit())
            && (part == "0" || !part.starts_with('0'))
            && part.parse::<u8>().is_ok()
    };
    let parts: Vec<&str> = text.split('.').collect();
    parts.len() == 4 && parts.into_iter().all(octet)
}

/// Returns whether a part holds only unreserved characters, `sub-delims`, percent-encoded UTF-8, and those named.
fn is_made_of(text: &str, also: &str) -> bool {
    let is_plain =
        |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=".contains(byte) || also.as_bytes().contains(byte);
    let mut rest = text;
    loop {
        let plain = rest.bytes().position(|byte| !is_plain(&byte)).unwrap_or(rest.len());
        if plain == rest.len() {
            return true;
        }
        // Whole characters are before it: they are all ASCII.
        let Some((octets, after)) = rest.get(plain..).filter(|rest| rest.starts_with('%')).and_then(percent_encoded)
        else {
            return false;
        };
        if std::str::from_utf8(&octets).is_err() {
            return false;
        }
        rest = after;
    }
}

/// Decodes the percent-encodings that a text starts with; returns them, and what follows.
fn percent_encoded(text: &str) -> Option<(Vec<u8>, &str)> {
    let (mut octets, mut rest) = (Vec::new(), text);
    while let Some(after) = rest.strip_prefix('%') {
        let digits = after.get(..2).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        octets.push(u8::from_str_radix(digits, 16).ok()?);
        rest = &after[2..];
    }
    Some((octets, rest))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn uris_are_told_from_what_only_looks_like_them() {
        let cases: Value = serde_json::from_str(include_str!("../../tests/vectors/uris.json")).unwrap();
        for (list, wanted) in [("good", true), ("bad", false)] {
            for text in cases[list].as_array().unwrap() {
                assert_eq!(is_uri(text.as_str().unwrap()), wanted, "{text}");
            }
        }
    }

    #[test]
    fn percent_encodings_are_utf_8() {
        let mut state = 1_u64;
        for length in (1..=5).cycle().take(5_000) {
            let octets: Vec<u8> = (0..length)
                .map(|_| {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    // Half of them follow-on octets, so that many are UTF-8.
                    let octet = (state >> 40) as u8;
                    if state >> 63 == 0 { octet } else { octet % 64 + 128 }
                })
                .collect();
            let text: String = octets.iter().map(|octet| format!("%{octet:02x}")).collect();
            assert_eq!(is_made_of(&text, ""), std::str::from_utf8(&octets).is_ok(), "{text}");
        }
        assert!(is_made_of("a%41%C3%A9%F0%9F%98%80b", ""));
    }

    /// What the library takes for an address is the wider set: otherwise it would drop what we let through.
    #[test]
    fn every_uri_is_an_address_to_the_library() {
        use ssi_json_ld::Iri;
        let pieces = [
            "a", "Z9", ":", "/", "//", "?", "#", "@", "[", "]", "[::1]", "[1:2::]", ".", "-", "~", "!", "%41",
            "%c3%a9", "é", " ", "8", "+",
        ];
        let (mut state, mut uris) = (1_u64, 0);
        for _ in 0..20_000 {
            let mut text = String::from("https:");
            for _ in 0..(state >> 20) % 7 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                text.push_str(pieces[(state >> 33) as usize % pieces.len()]);
            }
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            if is_uri(&text) {
                uris += 1;
                assert!(Iri::new(&text).is_ok(), "{text}");
            }
        }
        assert!(uris > 2_000, "{uris}");
    }

    #[test]
    fn links_are_those_of_the_contexts() {
        for (name, link) in [
            ("id", Link::Id),
            ("type", Link::Type),
            ("issuer", Link::Address),
            ("evidence", Link::Address),
            ("statusListCredential", Link::Address),
            ("proofPurpose", Link::Vocabulary),
        ] {
            assert_eq!(LINKS.get(name), Some(&link), "{name}");
        }
        assert!(["name", "targetUrl", "licenseNumber", "@vocab"].iter().all(|name| !LINKS.contains_key(*name)));
    }

    #[test]
    fn the_first_bad_link_is_named_by_its_path() {
        let good = json!({ "id": "urn:a", "type": ["Thing", "urn:b"], "name": "no address", "evidence": ["urn:c", { "id": "urn:d" }] });
        assert_eq!(check(&good), Ok(()));
        for (pointer, value, field) in [
            ("/id", json!("no address"), "id"),
            ("/id", json!(["urn:a"]), "id"),
            ("/type", json!({ "id": "urn:a" }), "type"),
            ("/type/1", json!("no term"), "type"),
            ("/type/1", json!(""), "type"),
            ("/evidence/0", json!("foo"), "evidence"),
            ("/evidence/1/id", json!("foo"), "evidence.id"),
        ] {
            let mut changed = good.clone();
            *changed.pointer_mut(pointer).unwrap() = value;
            assert_eq!(check(&changed).unwrap_err().field, field, "{changed}");
        }
        let two = json!({ "z": { "id": "foo" }, "a": { "id": "foo" } });
        assert_eq!(check(&two).unwrap_err().field, "a.id");
    }
}
