//! RDF datasets and their canonical form: RDF Dataset Canonicalization 1.0 (RDFC-1.0, W3C Recommendation).
//!
//! Knows nothing of JSON-LD or proofs. The algorithm is exponential for datasets made to be so ("poison", section 7.1):
//! the work is counted, and what needs more than [`WORK`] steps is refused.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

/// How many paths through nameless nodes are looked at before a dataset is refused. A credential needs a handful.
pub const WORK: usize = 4_096;

/// `http://www.w3.org/2001/XMLSchema#string`, which N-Quads leaves out.
pub const XSD_STRING: &str = "http://www.w3.org/2001/XMLSchema#string";

/// A node: it has an address, or no name (and a number of its own in its dataset).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Node {
    /// An absolute address.
    Iri(String),
    /// A blank node.
    Blank(usize),
}

/// What a statement says of its subject.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Object {
    /// Another node.
    Node(Node),
    /// A text with its datatype or its language.
    Literal {
        /// The lexical form.
        text: String,
        /// The datatype's address.
        datatype: String,
        /// The language, where the datatype is `rdf:langString`.
        language: Option<String>,
    },
}

/// One statement.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quad {
    /// Of whom.
    pub subject: Node,
    /// The property's address.
    pub predicate: String,
    /// What.
    pub object: Object,
    /// In which graph; none: the default graph.
    pub graph: Option<Node>,
}

/// The dataset is made so that its canonical form costs more than [`WORK`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("nameless nodes that cannot be told apart within {WORK} steps")]
pub struct TooComplex;

/// Returns the canonical N-Quads document (RDFC-1.0 section 4).
///
/// # Errors
/// When nameless nodes are too much alike.
pub fn canonical(quads: &[Quad]) -> Result<String, TooComplex> {
    let mut state = State::new(quads);
    state.name_all()?;
    let name = |blank: usize| state.canonical.name(blank).unwrap_or_default();
    let mut lines: Vec<String> = quads.iter().map(|quad| line(quad, &name)).collect();
    lines.sort_unstable();
    lines.dedup();
    Ok(lines.concat())
}

/// Gives out names in order (section 4.5).
#[derive(Clone)]
struct IdentifierIssuer {
    prefix: &'static str,
    issued: HashMap<usize, usize>,
    order: Vec<usize>,
}

impl IdentifierIssuer {
    fn new(prefix: &'static str) -> Self {
        Self { prefix, issued: HashMap::new(), order: Vec::new() }
    }

    fn issue(&mut self, blank: usize) -> String {
        if !self.issued.contains_key(&blank) {
            self.issued.insert(blank, self.order.len());
            self.order.push(blank);
        }
        format!("{}{}", self.prefix, self.issued[&blank])
    }

    fn name(&self, blank: usize) -> Option<String> {
        self.issued.get(&blank).map(|number| format!("{}{number}", self.prefix))
    }
}

/// The canonicalization state (section 4.2).
struct State<'a> {
    mentions: BTreeMap<usize, Vec<&'a Quad>>,
    first: HashMap<usize, String>,
    canonical: IdentifierIssuer,
    work: usize,
}

impl<'a> State<'a> {
    fn new(quads: &'a [Quad]) -> Self {
        let mut mentions: BTreeMap<usize, Vec<&Quad>> = BTreeMap::new();
        for quad in quads {
            let mut blanks: Vec<usize> = blanks(quad).map(|(blank, _)| blank).collect();
            blanks.sort_unstable();
            blanks.dedup();
            for blank in blanks {
                mentions.entry(blank).or_default().push(quad);
            }
        }
        let first = mentions.iter().map(|(blank, quads)| (*blank, first_degree(*blank, quads))).collect();
        Self { mentions, first, canonical: IdentifierIssuer::new("c14n"), work: 0 }
    }

    /// Section 4.4.3: those that differ by themselves first, the others by what surrounds them.
    fn name_all(&mut self) -> Result<(), TooComplex> {
        let mut alike: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (blank, hash) in &self.first {
            alike.entry(hash.clone()).or_default().push(*blank);
        }
        for blanks in alike.values().filter(|blanks| blanks.len() == 1) {
            self.canonical.issue(blanks[0]);
        }
        for blanks in alike.into_values().filter(|blanks| blanks.len() > 1) {
            let mut paths = Vec::new();
            for blank in blanks {
                if self.canonical.name(blank).is_none() {
                    let mut issuer = IdentifierIssuer::new("b");
                    issuer.issue(blank);
                    paths.push(self.n_degree(blank, issuer)?);
                }
            }
            paths.sort_by(|a, b| a.0.cmp(&b.0));
            for (_, issuer) in paths {
                for blank in issuer.order {
                    self.canonical.issue(blank);
                }
            }
        }
        Ok(())
    }

    /// Section 4.7.3.
    fn related(&self, related: usize, quad: &Quad, issuer: &IdentifierIssuer, position: char) -> String {
        let mut input = String::from(position);
        if position != 'g' {
            let _ = write!(input, "<{}>", quad.predicate);
        }
        match self.canonical.name(related).or_else(|| issuer.name(related)) {
            Some(name) => {
                let _ = write!(input, "_:{name}");
            }
            None => input.push_str(&self.first[&related]),
        }
        sha256(&input)
    }

    /// Section 4.8.3: the hash of a node by its neighbours and theirs, and the names given on the way.
    fn n_degree(&mut self, blank: usize, issuer: IdentifierIssuer) -> Result<(String, IdentifierIssuer), TooComplex> {
        let mut neighbours: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for quad in &self.mentions[&blank] {
            for (related, position) in blanks(quad).filter(|(related, _)| *related != blank) {
                neighbours.entry(self.related(related, quad, &issuer, position)).or_default().push(related);
            }
        }
        let mut data = String::new();
        let mut issuer = issuer;
        for (hash, group) in neighbours {
            data.push_str(&hash);
            let mut chosen: Option<(String, IdentifierIssuer)> = None;
            let mut order = group;
            order.sort_unstable();
            loop {
                self.work += order.len();
                if self.work > WORK {
                    return Err(TooComplex);
                }
                let best = chosen.as_ref().map(|(path, _)| path.as_str());
                if let Some(better) = self.path(&order, &issuer, best)? {
                    chosen = Some(better);
                }
                if !next_permutation(&mut order) {
                    break;
                }
            }
            if let Some((path, named)) = chosen {
                data.push_str(&path);
                issuer = named;
            }
        }
        Ok((sha256(&data), issuer))
    }

    /// Walks one order of neighbours; nothing if the path is not before the best one.
    fn path(
        &mut self,
        order: &[usize],
        issuer: &IdentifierIssuer,
        best: Option<&str>,
    ) -> Result<Option<(String, IdentifierIssuer)>, TooComplex> {
        let worse = |path: &str| best.is_some_and(|best| path.len() >= best.len() && path > best);
        let mut issuer = issuer.clone();
        let (mut path, mut deeper) = (String::new(), Vec::new());
        for related in order {
            let name = match self.canonical.name(*related) {
                Some(name) => name,
                None => {
                    if issuer.name(*related).is_none() {
                        deeper.push(*related);
                    }
                    issuer.issue(*related)
                }
            };
            let _ = write!(path, "_:{name}");
            if worse(&path) {
                return Ok(None);
            }
        }
        for related in deeper {
            let (hash, named) = self.n_degree(related, issuer.clone())?;
            let _ = write!(path, "_:{}<{hash}>", issuer.issue(related));
            issuer = named;
            if worse(&path) {
                return Ok(None);
            }
        }
        Ok(if best.is_none_or(|best| path.as_str() < best) { Some((path, issuer)) } else { None })
    }
}

/// Puts the next larger order in place; `false` at the last one.
fn next_permutation(order: &mut [usize]) -> bool {
    let Some(pivot) = (1..order.len()).rev().find(|at| order[at - 1] < order[*at]) else { return false };
    let swap = (pivot..order.len()).rev().find(|at| order[*at] > order[pivot - 1]).unwrap_or(pivot);
    order.swap(pivot - 1, swap);
    order[pivot..].reverse();
    true
}

/// A quad's nameless nodes with the place that each has.
fn blanks(quad: &Quad) -> impl Iterator<Item = (usize, char)> {
    let of = |node: Option<&Node>| match node {
        Some(Node::Blank(blank)) => Some(*blank),
        _ => None,
    };
    let object = match &quad.object {
        Object::Node(node) => Some(node),
        Object::Literal { .. } => None,
    };
    [(of(Some(&quad.subject)), 's'), (of(object), 'o'), (of(quad.graph.as_ref()), 'g')]
        .into_iter()
        .filter_map(|(blank, position)| blank.map(|blank| (blank, position)))
}

/// Section 4.6.3: the hash of all that is said with a node, others' names left out.
fn first_degree(blank: usize, quads: &[&Quad]) -> String {
    let name = |other: usize| if other == blank { "a".to_owned() } else { "z".to_owned() };
    let mut lines: Vec<String> = quads.iter().map(|quad| line(quad, &name)).collect();
    lines.sort_unstable();
    sha256(&lines.concat())
}

fn sha256(text: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(text))
}

/// One line of N-Quads in its canonical form (section 5).
fn line(quad: &Quad, name: &dyn Fn(usize) -> String) -> String {
    let node = |node: &Node| match node {
        Node::Iri(iri) => format!("<{iri}>"),
        Node::Blank(blank) => format!("_:{}", name(*blank)),
    };
    let object = match &quad.object {
        Object::Node(object) => node(object),
        Object::Literal { text, language: Some(language), .. } => format!("\"{}\"@{language}", escaped(text)),
        Object::Literal { text, datatype, .. } if datatype == XSD_STRING => format!("\"{}\"", escaped(text)),
        Object::Literal { text, datatype, .. } => format!("\"{}\"^^<{datatype}>", escaped(text)),
    };
    let graph = quad.graph.as_ref().map(|graph| format!(" {}", node(graph))).unwrap_or_default();
    format!("{} <{}> {object}{graph} .\n", node(&quad.subject), quad.predicate)
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\0'..='\u{1f}' | '\u{7f}' => {
                let _ = write!(out, "\\u{:04X}", u32::from(character));
            }
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(from: usize, to: usize) -> Quad {
        let (subject, object) = (Node::Blank(from), Object::Node(Node::Blank(to)));
        Quad { subject, predicate: "https://example.org/p".into(), object, graph: None }
    }

    /// A cycle of nodes that nothing tells apart, with the numbers of its nodes shuffled.
    fn ring(numbers: &[usize]) -> Vec<Quad> {
        let next = numbers.iter().cycle().skip(1);
        numbers.iter().zip(next).map(|(from, to)| link(*from, *to)).collect()
    }

    #[test]
    fn the_numbers_of_nameless_nodes_do_not_matter() {
        let one = canonical(&ring(&[0, 1, 2, 3])).unwrap();
        assert_eq!(one, canonical(&ring(&[9, 4, 7, 5])).unwrap());
        assert_eq!(one.lines().count(), 4);
        let two_rings = [ring(&[0, 1]), ring(&[2, 3])].concat();
        assert_ne!(one, canonical(&two_rings).unwrap());
        assert_eq!(canonical(&two_rings).unwrap(), canonical(&[ring(&[3, 1]), ring(&[0, 2])].concat()).unwrap());
    }

    #[test]
    fn a_poisonous_dataset_is_refused_soon() {
        let everyone = 0..12_usize;
        let clique: Vec<Quad> = everyone
            .clone()
            .flat_map(|from| everyone.clone().filter(move |to| *to != from).map(move |to| link(from, to)))
            .collect();
        assert_eq!(canonical(&clique), Err(TooComplex));
    }

    #[test]
    fn literals_are_escaped_as_section_5_says() {
        let object = |text: &str, datatype: &str, language: Option<&str>| Object::Literal {
            text: text.into(),
            datatype: datatype.into(),
            language: language.map(Into::into),
        };
        let of = |object| {
            let quad = Quad { subject: Node::Iri("urn:a".into()), predicate: "urn:p".into(), object, graph: None };
            canonical(&[quad]).unwrap()
        };
        assert_eq!(
            of(object("a\"b\\c\n\r\t\u{8}\u{c}\u{b}\u{7f}é", XSD_STRING, None)),
            "<urn:a> <urn:p> \"a\\\"b\\\\c\\n\\r\\t\\b\\f\\u000B\\u007Fé\" .\n"
        );
        assert_eq!(of(object("1", "urn:t", None)), "<urn:a> <urn:p> \"1\"^^<urn:t> .\n");
        assert_eq!(of(object("x", "urn:t", Some("en"))), "<urn:a> <urn:p> \"x\"@en .\n");
    }
}
