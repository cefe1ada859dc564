//! The statements of documents whose like was seen before, without any library.
//!
//! What JSON-LD makes of a document that [`super::data_integrity`] has looked at depends on its contexts, the names and the
//! nesting of its members, its types and what else is a term: its *shape*. Its other texts and numbers stand in the statements
//! as they are, so what the library made of one document is what it makes of the next with other texts in the same places. A
//! shape is learned when it comes the second time, from a document of that shape in which each text is another; one of which
//! the library loses a text, writes it in another way or puts it elsewhere is never learned, and goes the library's way each time.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Number, Value};
use ssi_json_ld::ContextLoader;

use super::json_ld::{self, JsonLdError};
use super::links;
use super::rdf::{self, Node, Object, Quad};

/// Most shapes that are remembered: an issuer has a handful, by what is known of the people.
const SHAPES: usize = 64;
/// Longest shape that is remembered, in bytes.
const SHAPE_BYTES: usize = 16 << 10;
/// How addresses begin that no context shortens; a test looks at the contexts.
const SCHEMES: [&str; 6] = ["https:", "http:", "did:", "urn:", "mailto:", "data:"];
/// What stands for texts and addresses while a shape is learned, and where numbers begin then: in the document that it is
/// learned from, and in the one that it is held against. What a document itself says can look like one of them, not like both.
const EXAMPLES: [(&str, i64); 2] = [("https://shape.invalid/", 7_000_001), ("https://form.invalid/", 8_000_001)];

/// Shapes that were seen with one set of contexts.
#[derive(Default)]
pub(super) struct Shapes(Mutex<HashMap<String, Known>>);

/// What is known of a shape.
#[derive(Clone)]
enum Known {
    /// It was seen once.
    Once,
    /// What documents of this shape say.
    Learned(Arc<Said>),
    /// Only the library knows.
    Never,
}

/// Statements, and where in them which text of the document stands.
struct Said {
    quads: Vec<Quad>,
    places: Vec<(usize, Place, usize)>,
}

/// Where in a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Subject,
    Object,
}

/// What differs between documents of one shape.
#[derive(Debug, Clone, Copy)]
enum Leaf<'d> {
    Text(&'d str),
    Address(&'d str),
    Number(i64),
}

impl Shapes {
    /// Returns all statements of a document whose form and links were looked at and whose scalars are written.
    pub(super) fn statements(&self, loader: &ContextLoader, document: &Value) -> Result<Vec<Quad>, JsonLdError> {
        let Some((shape, leaves)) = read(document) else { return json_ld::statements_with(loader, document) };
        let known = self.known().get(&shape).cloned();
        if let Some(Known::Learned(said)) = &known
            && leaves.iter().all(Leaf::is_whole)
        {
            return Ok(said.with(&leaves));
        }
        let quads = json_ld::statements_with(loader, document)?;
        match known {
            None => self.remember(shape, Known::Once),
            Some(Known::Once) => {
                let learned = learn(loader, document, leaves.len());
                self.remember(shape, learned.map_or(Known::Never, |said| Known::Learned(Arc::new(said))));
            }
            Some(Known::Learned(_) | Known::Never) => {}
        }
        Ok(quads)
    }

    fn known(&self) -> std::sync::MutexGuard<'_, HashMap<String, Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn remember(&self, shape: String, known: Known) {
        let mut all = self.known();
        if all.len() >= SHAPES && !all.contains_key(&shape) {
            all.clear();
        }
        all.insert(shape, known);
    }
}

impl Leaf<'_> {
    /// Says whether an address is one that no context shortens and no library reads in another way.
    fn is_whole(&self) -> bool {
        match self {
            Leaf::Text(_) | Leaf::Number(_) => true,
            Leaf::Address(text) => {
                SCHEMES.iter().any(|scheme| text.starts_with(scheme)) && links::check_uri("", text).is_ok()
            }
        }
    }

    fn text(&self) -> String {
        match self {
            Leaf::Text(text) | Leaf::Address(text) => (*text).to_owned(),
            Leaf::Number(number) => number.to_string(),
        }
    }
}

impl Said {
    fn with(&self, leaves: &[Leaf<'_>]) -> Vec<Quad> {
        let mut quads = self.quads.clone();
        for (quad, place, leaf) in &self.places {
            let text = leaves[*leaf].text();
            match place {
                Place::Subject => quads[*quad].subject = Node::Iri(text),
                Place::Object => match &mut quads[*quad].object {
                    Object::Node(node) => *node = Node::Iri(text),
                    Object::Literal { text: literal, .. } => *literal = text,
                },
            }
        }
        quads
    }
}

/// Returns a document's shape and what is not part of it, in order; nothing for one that is not looked at here.
fn read(document: &Value) -> Option<(String, Vec<Leaf<'_>>)> {
    let (mut shape, mut leaves) = (String::with_capacity(2_048), Vec::with_capacity(64));
    read_value("", document, &mut shape, &mut leaves)?;
    (shape.len() <= SHAPE_BYTES).then_some((shape, leaves))
}

fn read_value<'d>(key: &str, value: &'d Value, shape: &mut String, leaves: &mut Vec<Leaf<'d>>) -> Option<()> {
    match value {
        Value::String(text) if key == "@context" || links::is_term_of(key) => write!(shape, "{text:?}").ok()?,
        Value::String(text) if links::is_address(key) => {
            shape.push('a');
            leaves.push(Leaf::Address(text));
        }
        Value::String(text) => {
            shape.push('t');
            leaves.push(Leaf::Text(text));
        }
        Value::Number(number) => {
            shape.push('n');
            leaves.push(Leaf::Number(number.as_i64()?));
        }
        Value::Array(items) => {
            shape.push('[');
            items.iter().try_for_each(|item| read_value(key, item, shape, leaves))?;
            shape.push(']');
        }
        Value::Object(members) => {
            shape.push('{');
            for (name, value) in members {
                write!(shape, "{name:?}:").ok()?;
                read_value(name, value, shape, leaves)?;
            }
            shape.push('}');
        }
        Value::Null | Value::Bool(_) => return None,
    }
    Some(())
}

/// Asks the library what documents of this shape say: learns it from one, and holds it against another.
fn learn(loader: &ContextLoader, document: &Value, leaves: usize) -> Option<Said> {
    let [example, other] = EXAMPLES.map(|kind| {
        let mut example = document.clone();
        put_examples("", &mut example, kind, &mut 0);
        example
    });
    let said = learn_from(loader, &example, leaves)?;
    let theirs = rdf::canonical(&json_ld::statements_with(loader, &other).ok()?).ok()?;
    let (_, others) = read(&other)?;
    (others.len() == leaves && rdf::canonical(&said.with(&others)).ok()? == theirs).then_some(said)
}

fn learn_from(loader: &ContextLoader, example: &Value, leaves: usize) -> Option<Said> {
    let quads = json_ld::statements_with(loader, example).ok()?;
    let (_, examples) = read(example)?;
    let (name, _) = EXAMPLES[0];
    let names: HashMap<String, usize> = examples.iter().map(Leaf::text).zip(0..).collect();
    let (mut places, mut found) = (Vec::new(), vec![false; leaves]);
    for (at, quad) in quads.iter().enumerate() {
        if let Node::Iri(address) = &quad.subject
            && let Some(leaf) = names.get(address)
        {
            places.push((at, Place::Subject, *leaf));
        }
        let (text, is_node) = match &quad.object {
            Object::Node(Node::Iri(address)) => (address, true),
            Object::Node(Node::Blank(_)) => continue,
            Object::Literal { text, .. } => (text, false),
        };
        if let Some(leaf) = names.get(text) {
            // A text stays a text, and an address an address.
            if matches!(examples[*leaf], Leaf::Address(_)) != is_node {
                return None;
            }
            places.push((at, Place::Object, *leaf));
        }
    }
    places.iter().for_each(|(_, _, leaf)| found[*leaf] = true);
    let elsewhere = |quad: &Quad| {
        let literal = |text: &str| text.contains(name) && !names.contains_key(text);
        let lost = match &quad.object {
            Object::Literal { text, datatype, language } => {
                literal(text) || datatype.contains(name) || language.as_ref().is_some_and(|text| text.contains(name))
            }
            Object::Node(Node::Iri(text)) => literal(text),
            Object::Node(Node::Blank(_)) => false,
        };
        lost || quad.predicate.contains(name) || quad.graph.is_some()
    };
    let whole = examples.len() == leaves && found.iter().all(|found| *found) && !quads.iter().any(elsewhere);
    whole.then_some(Said { quads, places })
}

/// Puts another text, address or number in each place.
fn put_examples(key: &str, value: &mut Value, kind: (&str, i64), next: &mut i64) {
    match value {
        Value::String(_) if key == "@context" || links::is_term_of(key) => {}
        Value::String(text) => {
            *text = format!("{}{next}", kind.0);
            *next += 1;
        }
        Value::Number(number) => {
            *number = Number::from(kind.1 + *next);
            *next += 1;
        }
        Value::Array(items) => items.iter_mut().for_each(|item| put_examples(key, item, kind, next)),
        Value::Object(members) => members.iter_mut().for_each(|(name, value)| put_examples(name, value, kind, next)),
        Value::Null | Value::Bool(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;
    use proptest::test_runner::{Config, TestRunner};
    use serde_json::json;

    use super::*;
    use crate::proof::data_integrity::PINNED_CONTEXTS;
    use crate::proof::rdf;

    fn loader() -> ContextLoader {
        json_ld::loader(&PINNED_CONTEXTS)
    }

    /// A credential with everything that we put into one.
    fn whole() -> Value {
        json!({
            "@context": crate::credential::CONTEXTS,
            "id": "https://certs.example.org/c/CERT-A-2026-00001-abcdefgh",
            "type": ["VerifiableCredential", "OpenBadgeCredential"],
            "name": "A", "description": "B",
            "issuer": { "id": "did:web:certs.example.org", "type": ["Profile"], "name": "Academy", "url": "https://a.example" },
            "validFrom": "2026-05-01T00:00:00Z", "validUntil": "2027-05-01T00:00:00Z",
            "image": { "id": "https://certs.example.org/i.png", "type": "Image", "caption": "C" },
            "credentialSubject": {
                "id": "urn:uuid:6b0d9b5e-8f0c-4a61-8d5c-1f2f6a4a9a10", "type": ["AchievementSubject"],
                "identifier": [{ "type": "IdentityObject", "identityHash": "x", "identityType": "name", "hashed": "false" }],
                "activityStartDate": "2026-04-01T00:00:00Z", "activityEndDate": "2026-04-05T00:00:00Z",
                "creditsEarned": "4.5E0", "role": "Speaker", "term": "Spring", "licenseNumber": "L-1",
                "achievement": {
                    "id": "https://certs.example.org/a/A", "type": ["Achievement"], "achievementType": "Certificate",
                    "name": "A", "description": "B", "criteria": { "narrative": "C", "id": "https://a.example/criteria" },
                    "creditsAvailable": 5, "tag": ["one", "two"], "inLanguage": "en", "version": "1",
                    "humanCode": "H", "fieldOfStudy": "F", "specialization": "S",
                },
                "result": [{ "type": ["Result"], "value": "87", "status": "Completed" }],
            },
            "credentialStatus": {
                "id": "https://certs.example.org/status/1#94567", "type": "BitstringStatusListEntry",
                "statusPurpose": "revocation", "statusListIndex": "94567",
                "statusListCredential": "https://certs.example.org/status/1",
            },
            "evidence": { "id": "https://certs.example.org/e", "type": ["Evidence"], "name": "E", "narrative": "N" },
        })
    }

    fn canonical(quads: Result<Vec<Quad>, JsonLdError>) -> Option<String> {
        quads.ok().and_then(|quads| rdf::canonical(&quads).ok())
    }

    fn texts() -> impl Strategy<Value = String> {
        prop_oneof![
            5 => "\\PC{0,12}",
            1 => select(vec!["", "@id", "@type", "type", "id:", "https://shape.invalid/1", "false", "7000001", "_", "a\nb\r", "\"\\"])
                .prop_map(str::to_owned),
        ]
    }

    fn addresses() -> impl Strategy<Value = String> {
        prop_oneof![
            20 => "(https|http)://[a-zA-Z0-9.-]{1,8}(:[0-9]{1,4})?(/([a-zA-Z0-9._~!$&'()*+,;=:@-]|%C3%A9|%41){0,6}){0,3}([?#][a-z0-9/?]{0,5})?",
            2 => "(urn:|did:|mailto:|data:|Https:|x:|cred:|schema:|tel:)[a-zA-Z0-9:@%./-]{0,9}",
            1 => texts(),
        ]
    }

    /// Changes leaves at random, and where the shape may change too drops members, doubles what is in a list, and takes
    /// another term.
    fn changed(
        value: &mut Value,
        key: &str,
        shape: bool,
        dice: &mut impl FnMut(u32) -> u32,
        fresh: &mut impl FnMut(bool) -> String,
    ) {
        match value {
            _ if key == "@context" => {}
            Value::String(text) if dice(10) < 4 && (!links::is_term_of(key) || shape && dice(8) == 0) => {
                *text = fresh(links::is_address(key));
            }
            Value::Number(number) if dice(2) == 0 => *number = Number::from(i64::from(dice(2_000)) - 1_000),
            Value::Array(items) => {
                items.iter_mut().for_each(|item| changed(item, key, shape, dice, fresh));
                if shape && dice(12) == 0 {
                    items.push(items[0].clone());
                }
            }
            Value::Object(members) => {
                let names: Vec<String> = members.keys().cloned().collect();
                for name in names {
                    if shape && dice(40) == 0 && !["@context", "type"].contains(&&*name) {
                        members.shift_remove(&name);
                    }
                }
                members.iter_mut().for_each(|(name, value)| changed(value, name, shape, dice, fresh));
            }
            _ => {}
        }
    }

    #[test]
    fn what_is_remembered_is_what_the_library_says() {
        let cases = std::env::var("TESTAMUR_SHAPES").ok().and_then(|text| text.parse().ok()).unwrap_or(400);
        let (loader, shapes) = (loader(), Shapes::default());
        (0..2).for_each(|_| drop(shapes.statements(&loader, &whole()).unwrap()));
        let learned = std::cell::Cell::new(0_u32);
        let strategy =
            (any::<u64>(), proptest::collection::vec(texts(), 24), proptest::collection::vec(addresses(), 24));
        let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
        let run = runner.run(&strategy, |(seed, texts, addresses)| {
            let mut state = seed | 1;
            let mut dice = |most: u32| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (state >> 33) as u32 % most
            };
            let (mut texts, mut addresses) = (texts.into_iter().cycle(), addresses.into_iter().cycle());
            let mut fresh = |address: bool| if address { addresses.next() } else { texts.next() }.unwrap_or_default();
            let mut document = whole();
            let shape = dice(3) == 0;
            changed(&mut document, "", shape, &mut dice, &mut fresh);
            // Only what was looked at comes here.
            if crate::proof::data_integrity::check_form(&document).is_err() {
                return Ok(());
            }
            let known = read(&document).and_then(|(shape, _)| shapes.known().get(&shape).cloned());
            learned.set(learned.get() + u32::from(matches!(known, Some(Known::Learned(_)))));
            let theirs = canonical(json_ld::statements_with(&loader, &document));
            prop_assert_eq!(canonical(shapes.statements(&loader, &document)), theirs);
            Ok(())
        });
        run.unwrap();
        assert!(learned.get() > cases / 4, "only {} of {cases} were of a shape that is known", learned.get());
    }

    #[test]
    fn our_own_shape_is_learned_the_second_time_and_all_of_it() {
        let (loader, shapes) = (loader(), Shapes::default());
        let document = whole();
        let (shape, leaves) = read(&document).unwrap();
        shapes.statements(&loader, &whole()).unwrap();
        assert!(matches!(shapes.known().get(&shape), Some(Known::Once)));
        shapes.statements(&loader, &whole()).unwrap();
        let known = shapes.known().get(&shape).cloned();
        let Some(Known::Learned(said)) = known else { panic!("it is not learned") };
        let mut places: Vec<_> = said.places.iter().map(|(_, _, leaf)| *leaf).collect();
        places.sort_unstable();
        places.dedup();
        assert_eq!(places.len(), leaves.len(), "every text has its place");
    }

    #[test]
    fn what_the_library_refuses_is_refused_from_memory_too() {
        let (loader, shapes) = (loader(), Shapes::default());
        (0..3).for_each(|_| drop(shapes.statements(&loader, &whole()).unwrap()));
        for address in ["x:y", "nowhere", "https://[", "https://a b", "@type", "schema:name"] {
            let mut document = whole();
            document["credentialSubject"]["achievement"]["id"] = json!(address);
            let theirs = canonical(json_ld::statements_with(&loader, &document));
            assert_eq!(canonical(shapes.statements(&loader, &document)), theirs, "{address}");
        }
    }

    /// A shape's own words may look like what stands for its texts while it is learned.
    #[test]
    fn no_document_teaches_what_is_not_so() {
        let loader = loader();
        let leaves = read(&whole()).map_or(0, |(_, leaves)| leaves.len());
        for (name, _) in EXAMPLES {
            for n in 0..leaves {
                let shapes = Shapes::default();
                let mut document = whole();
                document["type"].as_array_mut().unwrap().push(json!(format!("{name}{n}")));
                (0..3).for_each(|_| drop(shapes.statements(&loader, &document)));
                for (pointer, text) in [("/id", "urn:other"), ("/credentialSubject/achievement/id", "urn:another")] {
                    *document.pointer_mut(pointer).unwrap() = json!(text);
                }
                let theirs = canonical(json_ld::statements_with(&loader, &document));
                assert!(theirs.is_some());
                assert_eq!(canonical(shapes.statements(&loader, &document)), theirs, "{name}{n}");
            }
        }
    }

    #[test]
    fn memory_is_bounded() {
        let (loader, shapes) = (loader(), Shapes::default());
        for n in 0..SHAPES * 2 + 3 {
            let mut document = whole();
            document["credentialSubject"]["achievement"]["tag"] = json!(vec!["x"; n + 1]);
            shapes.statements(&loader, &document).unwrap();
            assert!(shapes.known().len() <= SHAPES);
        }
        let mut large = whole();
        large["credentialSubject"]["achievement"]["tag"] = json!(vec!["x"; SHAPE_BYTES]);
        assert!(read(&large).is_none());
    }

    /// How an address begins that goes past the library must be no prefix of the contexts.
    #[test]
    fn no_context_has_a_prefix_of_the_name_of_a_scheme() {
        fn names(value: &Value, all: &mut Vec<String>) {
            for (name, value) in value.as_object().into_iter().flatten() {
                all.push(name.clone());
                names(value, all);
            }
            value.as_array().into_iter().flatten().for_each(|value| names(value, all));
        }
        let mut all = Vec::new();
        for (_, text) in PINNED_CONTEXTS {
            names(&serde_json::from_str(text).unwrap(), &mut all);
        }
        assert!(all.len() > 100);
        assert!(SCHEMES.iter().all(|scheme| !all.iter().any(|name| *name == scheme[..scheme.len() - 1])));
    }
}
