//! What the style sheets and `style` attributes of an SVG say (CSS 2.1, as usvg reads it), in bounds.

use simplecss::{AttributeOperator, DeclarationTokenizer, Element, PseudoClass, StyleSheet};
use svg2pdf::usvg::roxmltree::{Document, Node};

/// Most bytes of all style sheets.
const MAX_SHEET_BYTES: usize = 256 * 1024;
/// Most declarations, each counted for every selector before it.
const MAX_DECLARATIONS: usize = 200_000;
/// Most combinators of a selector: ` `, `>` and `+`.
const MAX_COMBINATORS: u32 = 2;
/// Most comparisons of an element with a selector.
const MAX_COMPARISONS: usize = 50_000_000;

/// The document's style sheets.
pub(super) struct Styles<'a>(StyleSheet<'a>);

impl<'a> Styles<'a> {
    /// Reads the style sheets of a document nested `depth` deep.
    pub(super) fn read(document: &'a Document<'_>, depth: usize) -> Result<Self, String> {
        let is_style = |node: &Node<'_, '_>| node.is_element() && node.tag_name().name() == "style";
        let texts: Vec<&str> = document.descendants().filter(is_style).filter_map(|node| node.text()).collect();
        let too_much = || "has style sheets that are too large; use presentation attributes".to_owned();
        if texts.iter().map(|text| text.len()).sum::<usize>() > MAX_SHEET_BYTES
            || texts.iter().map(|text| declarations(text)).fold(0, usize::saturating_add) > MAX_DECLARATIONS
        {
            return Err(too_much());
        }
        let mut sheet = StyleSheet::new();
        texts.iter().for_each(|text| sheet.parse_more(text));
        let mut comparisons = 0_usize;
        for rule in &sheet.rules {
            let combinators = rule.selector.to_string().matches([' ', '>', '+']).count();
            let combinators = u32::try_from(combinators).unwrap_or(u32::MAX);
            if combinators > MAX_COMBINATORS {
                return Err(format!("has a style sheet with a selector of more than {} parts", MAX_COMBINATORS + 1));
            }
            comparisons = comparisons.saturating_add(depth.saturating_pow(combinators));
        }
        let elements = document.descendants().filter(Node::is_element).count();
        if comparisons.saturating_mul(elements) > MAX_COMPARISONS { Err(too_much()) } else { Ok(Self(sheet)) }
    }

    /// Gives `each` the name and value of every property that the element declares, by attribute, sheet or `style`.
    pub(super) fn declared<'v>(&'v self, node: Node<'v, 'v>, mut each: impl FnMut(&'v str, &'v str)) {
        for attribute in node.attributes().filter(|attribute| super::svg_guard::is_svg(attribute.namespace())) {
            if attribute.name() != "style" {
                each(attribute.name(), attribute.value());
            }
        }
        for rule in self.0.rules.iter().filter(|rule| rule.selector.matches(&Styled(node))) {
            rule.declarations.iter().for_each(|declaration| each(declaration.name, declaration.value));
        }
        for style in node.attributes().filter(|attribute| attribute.name() == "style") {
            DeclarationTokenizer::from(style.value()).for_each(|declaration| each(declaration.name, declaration.value));
        }
    }
}

/// Counts declarations, never too few: a rule ends at its brace, unless quotes or comments may hide one.
fn declarations(sheet: &str) -> usize {
    let one = |rule: &str| (rule.matches(',').count() + 1).saturating_mul(rule.matches(':').count() + 1);
    if sheet.contains(['"', '\'', '\\']) || sheet.contains("/*") { one(sheet) } else { sheet.split('}').map(one).sum() }
}

struct Styled<'a, 'input>(Node<'a, 'input>);

impl Element for Styled<'_, '_> {
    fn parent_element(&self) -> Option<Self> {
        self.0.parent_element().map(Self)
    }

    fn prev_sibling_element(&self) -> Option<Self> {
        self.0.prev_sibling_element().map(Self)
    }

    fn has_local_name(&self, name: &str) -> bool {
        self.0.tag_name().name() == name
    }

    fn attribute_matches(&self, name: &str, operator: AttributeOperator<'_>) -> bool {
        self.0.attribute(name).is_some_and(|value| operator.matches(value))
    }

    fn pseudo_class_matches(&self, class: PseudoClass<'_>) -> bool {
        matches!(class, PseudoClass::FirstChild) && self.prev_sibling_element().is_none()
    }
}
