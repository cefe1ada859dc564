//! JSON-LD of others as RDF statements, nothing lost on the way (JSON-LD 1.1 API section 8; VC-DI section 2.4.1).
//!
//! For documents that we did not make: any term of a context that is compiled in, and contexts written out in the
//! document. Nothing is fetched. Our own credentials take the narrower way of [`super::data_integrity`], and then this one.
//! The one module that calls `ssi`, under a guard, and only for what it does best: JSON-LD expansion.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::LazyLock;
use std::task::{Context, Poll, Waker};

use serde_json::Value;
use ssi_json_ld::expansion::Error as ExpansionError;
use ssi_json_ld::object::Literal;
use ssi_json_ld::{
    CompactJsonLd, ContextLoader, Direction, Expandable, ExpandedDocument, Id, Iri, JsonLdError as SsiError,
    Node as LdNode, Object as LdObject, ValidId, Value as LdValue,
};

use super::data_integrity::{PINNED_CONTEXTS, canonical_double};
use super::rdf::{Node, Object, Quad, XSD_STRING};
use crate::credential::limits;
use crate::guard::guarded;

/// The contexts that may be named besides [`PINNED_CONTEXTS`], by address.
pub const CONTEXTS: [(&str, &str); 3] = [
    (
        "https://www.w3.org/ns/credentials/examples/v2",
        include_str!("../../schemas/contexts/credentials-examples-v2.jsonld"),
    ),
    ("https://w3id.org/security/data-integrity/v2", include_str!("../../schemas/contexts/data-integrity-v2.jsonld")),
    ("https://w3id.org/security/multikey/v1", include_str!("../../schemas/contexts/multikey-v1.jsonld")),
];

/// Largest document in bytes: a presentation of a few credentials, a status list of incompressible bits.
pub const DOCUMENT_BYTES: usize = 128 << 10;
/// Most objects in a document: each may bring contexts of its own to process.
pub const OBJECTS: usize = 512;
/// Most contexts that a document names or writes out.
pub const CONTEXTS_NAMED: usize = 32;

/// Keywords whose values have no statements, or may lose some of them without a word.
const DROPPING: [&str; 4] = ["@graph", "@included", "@index", "@nest"];

const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
const XSD: &str = "http://www.w3.org/2001/XMLSchema#";
const I18N: &str = "https://www.w3.org/ns/i18n#";

/// Why a document has no statements that say all of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonLdError {
    /// Too large, too deep, or too many contexts.
    #[error("too much of it: {0}")]
    TooMuch(String),
    /// A context is unknown, wrong, or redefines what is protected.
    #[error("not JSON-LD of known contexts: {0}")]
    Expansion(String),
    /// Something in it would not be in the statements, so a signature would not cover it.
    #[error("data would be lost: {0}")]
    DataLoss(String),
}

/// Returns what looks contexts up among those given, and nowhere else.
pub(super) fn loader(contexts: &[(&str, &str)]) -> ContextLoader {
    let map: HashMap<String, String> = contexts.iter().map(|(id, text)| ((*id).into(), (*text).into())).collect();
    ContextLoader::empty().with_context_map_from(map).expect("the pinned contexts are JSON")
}

/// Runs a future that never waits: `ssi` is asynchronous only for the sake of loaders that fetch, and ours is a map.
/// Needs no runtime, so it also works inside of one.
fn now_or_never<F: Future>(future: F) -> Option<F::Output> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

static LOADER: LazyLock<ContextLoader> = LazyLock::new(|| loader(&[&PINNED_CONTEXTS[..], &CONTEXTS[..]].concat()));

/// Returns the text of a context that is compiled in.
pub fn context(address: &str) -> Option<&'static str> {
    let known = PINNED_CONTEXTS.iter().chain(&CONTEXTS);
    known.into_iter().find(|(known, _)| *known == address).map(|(_, text)| *text)
}

/// Returns all statements of a document.
///
/// # Errors
/// See [`JsonLdError`].
pub fn statements(document: &Value) -> Result<Vec<Quad>, JsonLdError> {
    Bounds::default().check(document, 0)?;
    statements_with(&LOADER, document)
}

/// Returns all statements of a document whose form was looked at before, with the contexts of a loader.
///
/// The library panics on some texts where an address is expected: then the document has no statements.
pub(super) fn statements_with(loader: &ContextLoader, document: &Value) -> Result<Vec<Quad>, JsonLdError> {
    let odd = |_| Err(JsonLdError::Expansion("something in it is not as JSON-LD expects it".into()));
    guarded(|| expanded(loader, document)).unwrap_or_else(odd)
}

fn expanded(loader: &ContextLoader, document: &Value) -> Result<Vec<Quad>, JsonLdError> {
    let compact: CompactJsonLd =
        serde_json::from_str(&document.to_string()).map_err(|error| JsonLdError::Expansion(error.to_string()))?;
    let expanded: ExpandedDocument = now_or_never(compact.expand(loader))
        .ok_or_else(|| JsonLdError::Expansion("something in it would have to be waited for".into()))?
        .map_err(|error| match error {
            SsiError::Expansion(ExpansionError::KeyExpansionFailed(key)) => {
                lost(format!("`{}` is no term", short(&key)))
            }
            SsiError::Expansion(ExpansionError::InvalidTypeValue) => lost("a type is no term"),
            error => JsonLdError::Expansion(error.to_string()),
        })?;
    if expanded.is_empty() {
        return Err(lost("all of it"));
    }
    let mut walk = Walk::default();
    for object in &expanded {
        match object.inner() {
            LdObject::Node(node) => drop(walk.node(node, None)?),
            _ => return Err(lost("a value that belongs to nothing")),
        }
    }
    Ok(walk.quads)
}

fn lost(what: impl Into<String>) -> JsonLdError {
    JsonLdError::DataLoss(what.into())
}

/// What a document may cost, looked at before any work is done.
#[derive(Default)]
struct Bounds {
    objects: usize,
    contexts: usize,
}

impl Bounds {
    fn check(mut self, document: &Value, depth: usize) -> Result<(), JsonLdError> {
        if document.to_string().len() > DOCUMENT_BYTES {
            return Err(JsonLdError::TooMuch(format!("more than {DOCUMENT_BYTES} bytes")));
        }
        self.value(document, depth)
    }

    fn value(&mut self, value: &Value, depth: usize) -> Result<(), JsonLdError> {
        if depth > limits::JSON_DEPTH {
            return Err(JsonLdError::TooMuch(format!("deeper than {}", limits::JSON_DEPTH)));
        }
        match value {
            // JSON-LD drops it without a word, alone and among others.
            Value::Null => Err(lost("a null")),
            Value::Array(items) => items.iter().try_for_each(|item| self.value(item, depth + 1)),
            Value::Object(members) => {
                self.objects += 1;
                if self.objects > OBJECTS {
                    return Err(JsonLdError::TooMuch(format!("more than {OBJECTS} objects")));
                }
                members.iter().try_for_each(|(key, value)| self.member(key, value, depth + 1))
            }
            _ => Ok(()),
        }
    }

    fn member(&mut self, key: &str, value: &Value, depth: usize) -> Result<(), JsonLdError> {
        if DROPPING.contains(&key) {
            return Err(lost(format!("`{key}`")));
        }
        if key == "@context" {
            self.contexts += value.as_array().map_or(1, Vec::len);
            if self.contexts > CONTEXTS_NAMED {
                return Err(JsonLdError::TooMuch(format!("more than {CONTEXTS_NAMED} contexts")));
            }
            addresses(value)?;
        }
        self.value(value, depth)
    }
}

/// Refuses a context with something in it that is no address where one would be: the library writes such text to the
/// standard error output, where logs go.
fn addresses(context: &Value) -> Result<(), JsonLdError> {
    let check = |text: &str| {
        let never = |c: char| c.is_whitespace() || c.is_control() || "<>\"{}|\\^`".contains(c);
        if text.contains(never) || (text.contains(':') && Iri::new(text).is_err()) {
            return Err(JsonLdError::Expansion("a context holds a text that is no address".into()));
        }
        Ok(())
    };
    match context {
        Value::String(text) => check(text),
        Value::Array(items) => items.iter().try_for_each(addresses),
        Value::Object(members) => members.iter().try_for_each(|(key, value)| {
            check(key)?;
            loses_nothing(key, value)?;
            addresses(value)
        }),
        _ => Ok(()),
    }
}

/// Refuses another name for a keyword that drops something, and maps whose keys are dropped.
fn loses_nothing(key: &str, value: &Value) -> Result<(), JsonLdError> {
    let is = |value: &Value, keywords: &[&str]| value.as_str().is_some_and(|text| keywords.contains(&text));
    let lossy = match (key, value) {
        ("@container", Value::Array(items)) => items.iter().any(|item| is(item, &["@index"])),
        ("@container", container) => is(container, &["@index"]),
        (_, value) => is(value, &DROPPING),
    };
    if lossy { Err(lost(format!("`{}` in a context", short(key)))) } else { Ok(()) }
}

fn short(text: &str) -> String {
    text.chars().take(80).collect()
}

/// Section 8.1, over the expanded document.
#[derive(Default)]
struct Walk {
    quads: Vec<Quad>,
    named: HashMap<String, usize>,
    blanks: usize,
}

impl Walk {
    fn fresh(&mut self) -> Node {
        self.blanks += 1;
        Node::Blank(self.blanks)
    }

    fn id(&mut self, id: &Id) -> Result<Node, JsonLdError> {
        match id {
            Id::Valid(ValidId::Iri(iri)) => Ok(Node::Iri(iri.as_str().to_owned())),
            Id::Valid(ValidId::Blank(name)) => {
                if let Some(known) = self.named.get(name.as_str()) {
                    return Ok(Node::Blank(*known));
                }
                self.blanks += 1;
                self.named.insert(name.as_str().to_owned(), self.blanks);
                Ok(Node::Blank(self.blanks))
            }
            Id::Invalid(text) => Err(lost(format!("`{}` is no absolute address", short(text)))),
        }
    }

    fn say(&mut self, subject: &Node, predicate: impl Into<String>, object: Object, graph: Option<&Node>) {
        self.quads.push(Quad { subject: subject.clone(), predicate: predicate.into(), object, graph: graph.cloned() });
    }

    fn node(&mut self, node: &LdNode, graph: Option<&Node>) -> Result<Node, JsonLdError> {
        let subject = match &node.id {
            Some(id) => self.id(id)?,
            None => self.fresh(),
        };
        for kind in node.types.iter().flatten() {
            let kind = self.id(kind)?;
            self.say(&subject, format!("{RDF}type"), Object::Node(kind), graph);
        }
        for (property, objects) in &node.properties {
            let predicate = predicate(property)?;
            for object in objects {
                let object = self.object(object.inner(), graph)?;
                self.say(&subject, predicate, object, graph);
            }
        }
        for (property, nodes) in node.reverse_properties.iter().flatten() {
            let predicate = predicate(property)?;
            for other in nodes {
                let other = self.node(other.inner(), graph)?;
                self.say(&other, predicate, Object::Node(subject.clone()), graph);
            }
        }
        for included in node.included.iter().flatten() {
            self.node(included.inner(), graph)?;
        }
        for object in node.graph.iter().flatten() {
            match object.inner() {
                LdObject::Node(inner) => drop(self.node(inner, Some(&subject))?),
                _ => return Err(lost("a value that belongs to nothing")),
            }
        }
        Ok(subject)
    }

    fn object(&mut self, object: &LdObject, graph: Option<&Node>) -> Result<Object, JsonLdError> {
        match object {
            LdObject::Node(node) => self.node(node, graph).map(Object::Node),
            LdObject::Value(value) => literal(value),
            LdObject::List(list) => {
                // From its end, so that each link is known when it is named.
                let mut rest = Node::Iri(format!("{RDF}nil"));
                let mut links = Vec::new();
                for item in list {
                    links.push((self.fresh(), self.object(item.inner(), graph)?));
                }
                for (link, first) in links.into_iter().rev() {
                    self.say(&link, format!("{RDF}first"), first, graph);
                    self.say(&link, format!("{RDF}rest"), Object::Node(rest), graph);
                    rest = link;
                }
                Ok(Object::Node(rest))
            }
        }
    }
}

fn predicate(property: &Id) -> Result<&str, JsonLdError> {
    match property {
        Id::Valid(ValidId::Iri(iri)) => Ok(iri.as_str()),
        Id::Valid(ValidId::Blank(_)) => Err(lost("a property without an address")),
        Id::Invalid(text) => Err(lost(format!("`{}` is no term", short(text)))),
    }
}

/// Section 8.2.2.
fn literal(value: &LdValue) -> Result<Object, JsonLdError> {
    let plain = |text: String, datatype: String| Object::Literal { text, datatype, language: None };
    let typed = |text: String, told: Option<&str>, usual: &str| {
        plain(text, told.map_or_else(|| usual.to_owned(), ToOwned::to_owned))
    };
    Ok(match value {
        LdValue::Literal(Literal::Null, _) => return Err(lost("a null value")),
        LdValue::Literal(Literal::String(text), told) => {
            typed(text.to_string(), told.as_ref().map(|iri| iri.as_str()), XSD_STRING)
        }
        LdValue::Literal(Literal::Boolean(flag), told) => {
            typed(flag.to_string(), told.as_ref().map(|iri| iri.as_str()), &format!("{XSD}boolean"))
        }
        LdValue::Literal(Literal::Number(number), told) => {
            let told = told.as_ref().map(|iri| iri.as_str());
            let (text, usual) = number_text(number.as_str(), told)?;
            typed(text, told, &format!("{XSD}{usual}"))
        }
        LdValue::LangString(text) => {
            // In lower case, as most implementations write it (JSON-LD 1.1 API section 5.2.2 leaves it open).
            let language = text.language().map(|language| language.as_str().to_lowercase());
            match text.direction() {
                None => {
                    Object::Literal { text: text.as_str().to_owned(), datatype: format!("{RDF}langString"), language }
                }
                // `i18n-datatype`, as the implementations of eddsa-rdfc-2022 do it; without it the direction is lost.
                Some(direction) => {
                    let direction = match direction {
                        Direction::Ltr => "ltr",
                        Direction::Rtl => "rtl",
                    };
                    let language = language.unwrap_or_default();
                    plain(text.as_str().to_owned(), format!("{I18N}{language}_{direction}"))
                }
            }
        }
        LdValue::Json(json) => {
            let value: Value =
                serde_json::from_str(&json.to_string()).map_err(|error| lost(format!("a JSON literal: {error}")))?;
            let text = serde_json_canonicalizer::to_string(&value)
                .map_err(|error| lost(format!("a JSON literal: {error}")))?;
            plain(text, format!("{RDF}JSON"))
        }
    })
}

/// Section 8.6.2: whole numbers are integers, others doubles in their canonical form.
fn number_text(number: &str, datatype: Option<&str>) -> Result<(String, &'static str), JsonLdError> {
    let float: f64 = number.parse().map_err(|_| lost(format!("number {}", short(number))))?;
    let double = datatype.is_some_and(|datatype| datatype == format!("{XSD}double"));
    if float.fract() == 0.0 && float.abs() <= limits::JSON_INTEGER as f64 && !double {
        // Not the text: it may be 4.0 or 4e0.
        return Ok((format!("{}", float as i64), "integer"));
    }
    if !float.is_finite() || (float.fract() == 0.0 && float.abs() > limits::JSON_INTEGER as f64) {
        return Err(lost(format!("number {} is not exact", short(number))));
    }
    Ok((canonical_double(float), "double"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::proof::rdf;

    fn canonical(document: &Value) -> String {
        rdf::canonical(&statements(document).unwrap()).unwrap()
    }

    fn with(context: Value, members: Value) -> Value {
        let mut document = json!({ "@context": context });
        document.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        document
    }

    #[test]
    fn the_published_document_has_the_published_form() {
        let unsigned = include_str!("../../tests/vectors/standards/vc-di-eddsa/unsigned.json");
        let published = include_str!("../../tests/vectors/standards/vc-di-eddsa/canonDocDataInt.txt");
        assert_eq!(canonical(&serde_json::from_str(unsigned).unwrap()), published);
    }

    #[test]
    fn values_become_what_section_8_says() {
        let context = json!([{ "@vocab": "urn:v#", "j": { "@id": "urn:v#j", "@type": "@json" },
            "l": { "@id": "urn:v#l", "@container": "@list" }, "d": { "@id": "urn:v#d", "@type": "urn:t" } }]);
        let document = with(
            context,
            json!({ "@id": "urn:a", "n": [4, 4.5, -0.1, true], "d": 2.5, "j": { "b": 1.0, "a": [] }, "l": ["x", "y"],
                "t": { "@value": "hi", "@language": "en", "@direction": "ltr" },
                "u": { "@value": "ho", "@language": "en-GB" } }),
        );
        let text = canonical(&serde_json::from_str(&document.to_string()).unwrap());
        for line in [
            "<urn:a> <urn:v#n> \"4\"^^<http://www.w3.org/2001/XMLSchema#integer> .",
            "<urn:a> <urn:v#n> \"4.5E0\"^^<http://www.w3.org/2001/XMLSchema#double> .",
            "<urn:a> <urn:v#n> \"-1.0E-1\"^^<http://www.w3.org/2001/XMLSchema#double> .",
            "<urn:a> <urn:v#n> \"true\"^^<http://www.w3.org/2001/XMLSchema#boolean> .",
            "<urn:a> <urn:v#d> \"2.5E0\"^^<urn:t> .",
            "<urn:a> <urn:v#j> \"{\\\"a\\\":[],\\\"b\\\":1}\"^^<http://www.w3.org/1999/02/22-rdf-syntax-ns#JSON> .",
            "<urn:a> <urn:v#t> \"hi\"^^<https://www.w3.org/ns/i18n#en_ltr> .",
            "<urn:a> <urn:v#u> \"ho\"@en-gb .",
            "_:c14n0 <http://www.w3.org/1999/02/22-rdf-syntax-ns#first> \"x\" .",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
        }
        assert_eq!(text.lines().count(), 13, "{text}");
    }

    #[test]
    fn what_would_be_lost_is_refused() {
        let v2 = "https://www.w3.org/ns/credentials/v2";
        for (what, members) in [
            ("an undefined term", json!({ "colour": "green" })),
            ("an undefined type", json!({ "type": ["VerifiableCredential", "Unmapped"] })),
            ("null", json!({ "name": null })),
            ("null in a list of values", json!({ "name": [null] })),
            ("an id that is no address", json!({ "id": "somewhere" })),
            ("a nested id that is no address", json!({ "credentialSubject": { "id": "somewhere" } })),
            ("a number that is not exact", json!({ "name": 1e300 })),
            ("a free value", json!({ "@graph": ["x"] })),
            ("a free value beside others", json!({ "id": "urn:a", "name": "A", "@graph": ["x"] })),
            ("an index", json!({ "id": "urn:a", "name": { "@value": "A", "@index": "x" } })),
            ("nothing", json!({})),
        ] {
            let document = with(json!([v2]), members);
            assert!(statements(&document).is_err(), "{what}: {:?}", statements(&document));
        }
    }

    #[test]
    fn a_context_cannot_bring_back_what_drops_data() {
        for context in [
            json!({ "g": "@graph" }),
            json!({ "g": { "@id": "@graph" } }),
            json!({ "i": { "@id": "urn:i", "@container": "@index" } }),
            json!({ "i": { "@id": "urn:i", "@container": ["@index", "@set"] } }),
        ] {
            let members = json!({ "id": "urn:a", "name": "A", "g": ["x"], "i": { "lost": "A" } });
            let document = with(json!(["https://www.w3.org/ns/credentials/v2", context]), members);
            assert!(matches!(statements(&document), Err(JsonLdError::DataLoss(_))), "{:?}", statements(&document));
        }
    }

    #[test]
    fn contexts_are_never_fetched_and_protected_terms_not_redefined() {
        let v2 = "https://www.w3.org/ns/credentials/v2";
        for context in [
            json!([v2, "https://example.org/unknown"]),
            json!([v2, "http://127.0.0.1:1/context"]),
            json!([v2, { "@import": "http://127.0.0.1:1/context" }]),
            json!([v2, { "x": { "@id": "urn:x", "@context": "http://127.0.0.1:1/context" } }]),
            json!([v2, { "VerifiableCredential": "https://example.org/other" }]),
            json!([v2, { "name": "https://example.org/other" }]),
            json!([v2, null]),
        ] {
            let document = with(context.clone(), json!({ "id": "urn:a", "name": "A", "x": { "y": 1 } }));
            assert!(statements(&document).is_err(), "{context}");
        }
    }

    #[test]
    fn a_context_with_text_for_the_log_is_refused_before_it_is_processed() {
        for context in [
            json!({ "a": "https ://not-a-url" }),
            json!({ "a": "urn:x\n{\"level\":\"ERROR\"}" }),
            json!({ "a b": "urn:a" }),
            json!({ "a": { "@id": "https://[x" } }),
            json!({ "x": { "@id": "urn:x", "@context": { "a": "https://x y" } } }),
        ] {
            let refused = addresses(&json!(["https://www.w3.org/ns/credentials/v2", context]));
            assert!(matches!(refused, Err(JsonLdError::Expansion(_))), "{context}");
        }
        let good = json!({ "@vocab": "https://example.org/#", "a": "ex:a", "b": { "@id": "https://example.org/b", "@type": "@id" } });
        assert_eq!(addresses(&good), Ok(()));
    }

    #[test]
    fn what_costs_much_is_refused_before_work_is_done() {
        let v2 = json!(["https://www.w3.org/ns/credentials/v2"]);
        let many: Vec<Value> = (0..OBJECTS).map(|_| json!({ "type": "VerifiableCredential" })).collect();
        let mut deep = json!({});
        (0..40).for_each(|_| deep = json!({ "credentialSubject": deep }));
        for members in [
            json!({ "credentialSubject": many }),
            deep,
            json!({ "name": "x".repeat(DOCUMENT_BYTES) }),
            json!({ "credentialSubject": { "@context": vec!["https://www.w3.org/ns/credentials/v2"; 40] } }),
        ] {
            let begun = std::time::Instant::now();
            let refused = statements(&with(v2.clone(), members));
            assert!(matches!(refused, Err(JsonLdError::TooMuch(_))), "{refused:?}");
            assert!(begun.elapsed().as_secs() < 1);
        }
    }

    #[test]
    fn equal_nameless_nodes_stay_two() {
        let context = json!([{ "@vocab": "urn:v#" }]);
        let document = with(context, json!({ "@id": "urn:a", "p": [{ "q": "x" }, { "q": "x" }] }));
        assert_eq!(canonical(&document).lines().count(), 4);
    }
}
