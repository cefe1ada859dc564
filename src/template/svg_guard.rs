//! SVG files that would cost more than a picture may: looked over before anything is made of them.

use std::collections::HashMap;

use svg2pdf::usvg::roxmltree::{Document, Node, NodeId, ParsingOptions};

use super::svg_scan::nesting;
use super::svg_style::Styles;

/// Most nodes of the document.
const MAX_NODES: u32 = 200_000;
/// Deepest nesting of elements, also through references.
const MAX_DEPTH: usize = 100;
/// Longest chain of references: a pattern filled with a pattern, a mask with a mask.
const MAX_LINKS: usize = 16;
/// Most elements after all references were followed.
const MAX_DRAWN: usize = 200_000;
/// Most elements that one element refers to.
const MAX_REFERENCES: usize = 32;
/// Most elements with the same `id`; there should be one.
const MAX_NAMESAKES: usize = 16;

/// Properties that refer to other elements and are inherited; the rest of them are not.
const INHERITED: [&str; 5] = ["fill", "stroke", "marker-start", "marker-mid", "marker-end"];
/// The first of the markers among [`INHERITED`]: drawn at every corner of a path.
const MARKERS: usize = 2;
/// Elements that are painted themselves.
const SHAPES: [&str; 7] = ["path", "rect", "circle", "ellipse", "line", "polyline", "polygon"];
/// Elements whose `href` draws nothing here.
const NOT_DRAWN: [&str; 8] =
    ["a", "animate", "animateMotion", "animateTransform", "animateColor", "set", "mpath", "script"];

/// Whether elements and attributes of a namespace mean something in an SVG; those of editors do not.
pub(super) fn is_svg(namespace: Option<&str>) -> bool {
    namespace.is_none_or(|name| {
        let known =
            ["http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink", "http://www.w3.org/XML/1998/namespace"];
        known.contains(&name)
    })
}

/// Refuses a document that is nested too deep, declares entities, or draws itself again and again.
pub(super) fn check(text: &str) -> Result<(), String> {
    // Entities of entities grow without end (CWE-776); a picture needs none.
    if text.contains("<!ENTITY") {
        return Err("declares entities; save it without".to_owned());
    }
    let depth = nesting(text)?;
    if depth > MAX_DEPTH {
        return Err(format!("is nested deeper than {MAX_DEPTH} elements; flatten it"));
    }
    let options = ParsingOptions { allow_dtd: true, nodes_limit: MAX_NODES };
    let document = Document::parse_with_options(text, options).map_err(|e| format!("is not a readable SVG: {e}"))?;
    let styles = Styles::read(&document, depth)?;
    let mut graph = Graph::new(&document, &styles)?;
    let cost = graph.visit(document.root_element(), 0)?;
    // Short ways down, each looked at before, may add up to a long one.
    if cost.depth > MAX_DEPTH {
        return Err(too_deep());
    }
    Ok(())
}

fn too_deep() -> String {
    format!("is nested deeper than {MAX_DEPTH} elements through its references; flatten it")
}

/// What an element is made of, with all that it refers to.
#[derive(Clone, Copy, Default)]
struct Cost {
    elements: usize,
    /// Corners of paths, never too few.
    corners: usize,
    depth: usize,
    links: usize,
}

impl Cost {
    fn add(&mut self, part: Self, times: usize) -> Result<(), String> {
        self.elements = self.elements.saturating_add(part.elements.saturating_mul(times));
        self.corners = self.corners.saturating_add(part.corners.saturating_mul(times));
        self.depth = self.depth.max(part.depth + 1);
        self.links = self.links.max(part.links);
        if self.elements > MAX_DRAWN { Err(format!("draws more than {MAX_DRAWN} elements")) } else { Ok(()) }
    }
}

/// The elements of a document and what they refer to: by `href`, and by `url(#…)` in any property.
struct Graph<'a> {
    by_id: HashMap<&'a str, Vec<Node<'a, 'a>>>,
    styles: &'a Styles<'a>,
    /// For each inherited property, the values that an element has, as places in `values`.
    inherited: HashMap<NodeId, [usize; 5]>,
    values: Vec<Vec<&'a str>>,
    /// `None` while an element is being visited.
    costs: HashMap<NodeId, Option<Cost>>,
}

impl<'a> Graph<'a> {
    fn new(document: &'a Document<'a>, styles: &'a Styles<'a>) -> Result<Self, String> {
        let mut graph = Self {
            by_id: HashMap::new(),
            styles,
            inherited: HashMap::new(),
            values: vec![Vec::new()],
            costs: HashMap::new(),
        };
        for node in document.descendants().filter(Node::is_element) {
            for id in node.attributes().filter(|one| one.name() == "id" && is_svg(one.namespace())) {
                let namesakes = graph.by_id.entry(id.value()).or_default();
                namesakes.push(node);
                if namesakes.len() > MAX_NAMESAKES {
                    return Err(format!("has more than {MAX_NAMESAKES} elements of the same id"));
                }
            }
            graph.inherit(node);
        }
        Ok(graph)
    }

    fn inherit(&mut self, node: Node<'a, 'a>) {
        let above = node.parent_element().and_then(|parent| self.inherited.get(&parent.id())).copied();
        let mut places = above.unwrap_or_default();
        let mut own: [Vec<&str>; 5] = Default::default();
        self.styles.declared(node, |name, value| {
            for (at, property) in INHERITED.iter().enumerate() {
                if (*property == name || name == "marker" && at >= MARKERS) && value.trim() != "inherit" {
                    own[at].push(value);
                }
            }
        });
        for (place, values) in places.iter_mut().zip(own).filter(|(_, values)| !values.is_empty()) {
            *place = self.values.len();
            self.values.push(values);
        }
        self.inherited.insert(node.id(), places);
    }

    /// Adds up an element. `depth` elements are above it, on the way that led here.
    fn visit(&mut self, node: Node<'a, 'a>, depth: usize) -> Result<Cost, String> {
        match self.costs.get(&node.id()) {
            Some(Some(cost)) => return Ok(*cost),
            Some(None) => return Err(format!("has a `{}` that refers to itself", node.tag_name().name())),
            None => {}
        }
        // What usvg passes over costs nothing.
        if !is_svg(node.tag_name().namespace()) {
            return Ok(Cost::default());
        }
        if depth > MAX_DEPTH {
            return Err(too_deep());
        }
        if node.tag_name().name() == "text" {
            return Err("has text; convert it to outlines, or use text elements".to_owned());
        }
        self.costs.insert(node.id(), None);
        let drawn = ["d", "points"].iter().filter_map(|name| node.attribute(*name)).map(str::len).sum::<usize>();
        let mut cost = Cost { elements: 1, corners: 1 + drawn / 2, depth: 1, links: 0 };
        for child in node.children().filter(Node::is_element) {
            cost.add(self.visit(child, depth + 1)?, 1)?;
        }
        self.follow(node, depth, &mut cost)?;
        if cost.links > MAX_LINKS {
            return Err(format!("has a chain of more than {MAX_LINKS} references; flatten it"));
        }
        self.costs.insert(node.id(), Some(cost));
        Ok(cost)
    }

    /// Adds what an element refers to.
    fn follow(&mut self, node: Node<'a, 'a>, depth: usize, cost: &mut Cost) -> Result<(), String> {
        // A `use` hands its paint on to all that it draws.
        let (mut painted, mut corners) = (1, cost.corners);
        let is_use = node.tag_name().name() == "use";
        for target in self.linked(node) {
            if is_use && target.descendants().any(|inside| inside.tag_name().name() == "use") {
                return Err("has a `use` of a `use`; flatten it".to_owned());
            }
            let mut part = self.visit(target, depth + 1)?;
            (painted, corners) = (painted.max(part.elements), corners.max(part.corners));
            part.links += 1;
            cost.add(part, 1)?;
        }
        let mut references: Vec<(&str, usize)> = Vec::new();
        self.styles.declared(node, |name, value| {
            if name != "marker" && !INHERITED.contains(&name) {
                references.extend(urls(value).map(|id| (id, 1)));
            }
        });
        let drawn = is_use || SHAPES.contains(&node.tag_name().name());
        let places = self.inherited.get(&node.id()).copied().filter(|_| drawn).unwrap_or_default();
        for (at, place) in places.into_iter().enumerate() {
            let times = if at >= MARKERS { corners } else { painted };
            references.extend(self.values[place].iter().flat_map(|value| urls(value)).map(|id| (id, times)));
        }
        if references.len() > MAX_REFERENCES {
            return Err(format!("has an element that refers to more than {MAX_REFERENCES} others"));
        }
        for (id, times) in references {
            for target in self.by_id.get(id).cloned().unwrap_or_default() {
                let mut part = self.visit(target, depth + 1)?;
                part.links += 1;
                cost.add(part, times)?;
            }
        }
        Ok(())
    }

    /// The elements that an element's `href` names.
    fn linked(&self, node: Node<'a, 'a>) -> Vec<Node<'a, 'a>> {
        if NOT_DRAWN.contains(&node.tag_name().name()) {
            return Vec::new();
        }
        let links = node.attributes().filter(|one| one.name() == "href" && is_svg(one.namespace()));
        let ids = links.filter_map(|link| link.value().trim_start().strip_prefix('#')?.split(' ').next());
        ids.filter_map(|id| self.by_id.get(id)).flatten().copied().collect()
    }
}

/// The ids in the `url(#…)` of a value (CSS Values 4.5).
fn urls(value: &str) -> impl Iterator<Item = &str> {
    value.match_indices("url(").filter_map(|(at, start)| {
        let inside = value[at + start.len()..].trim_start();
        match inside.chars().next()? {
            quote @ ('"' | '\'') => inside[1..].trim_start().strip_prefix('#')?.split(quote).next().map(str::trim_end),
            _ => inside.strip_prefix('#')?.split([' ', ')']).next(),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn svg(inside: &str) -> String {
        format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9" height="9">{inside}</svg>"#
        )
    }

    #[test]
    fn what_designers_save_passes() {
        check(&svg(r##"<defs><path id="a" d="M0 0h9"/></defs><use href="#a"/><g><g><use href="#a" x="3"/></g></g>"##))
            .unwrap();
        let doctype =
            "<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \"http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd\">";
        check(&format!("{doctype}{}", svg("<rect width='3' height='3'/>"))).unwrap();
    }

    #[test]
    fn what_grows_without_end_is_refused() {
        let deep = svg(&format!("{}{}", "<g>".repeat(200_000), "</g>".repeat(200_000)));
        assert!(check(&deep).unwrap_err().contains("nested"));
        let unclosed = svg(&"<g>".repeat(200_000));
        assert!(check(&unclosed).unwrap_err().contains("nested"));
        let mut laughs = String::from(r#"<path id="u0" d="M0 0h9"/>"#);
        for n in 1..40 {
            laughs += &format!(r##"<g id="u{n}"><use href="#u{0}"/><use href="#u{0}"/></g>"##, n - 1);
        }
        assert!(check(&svg(&format!("<defs>{laughs}</defs><use href='#u39'/>"))).unwrap_err().contains("use"));
        let entities = format!("<!DOCTYPE svg [<!ENTITY a \"aaaa\">]>{}", svg("&a;"));
        assert!(check(&entities).unwrap_err().contains("entities"));
        let many = format!(
            "<defs><g id='a'>{}</g></defs>{}",
            "<path d='M0 0h9'/>".repeat(1_000),
            "<use href='#a'/>".repeat(1_000)
        );
        assert!(check(&svg(&many)).unwrap_err().contains("more than"));
    }

    fn refused(inside: &str) -> String {
        crate::guard::with_large_stack(|| check(&svg(inside))).unwrap().unwrap_err()
    }

    #[test]
    fn a_bracket_in_an_attribute_hides_no_nesting() {
        assert!(refused(&format!("{}{}", r#"<g a="/>">"#.repeat(3_000), "</g>".repeat(3_000))).contains("nested"));
        assert!(refused(&format!("{}{}", "<g><!-- </g> -->".repeat(300), "</g>".repeat(300))).contains("nested"));
    }

    /// A chain of `count` elements, of which each is `made` of its number and the one before.
    fn chain(count: usize, made: impl Fn(usize, usize) -> String) -> String {
        (1..count).map(|n| made(n, n - 1)).collect()
    }

    #[test]
    fn long_chains_and_circles_of_references_are_refused_of_whatever_kind() {
        let pattern = |n, before| format!("<pattern id='m{n}'><rect fill='url(#m{before})'/></pattern>");
        let clip = |n, before| format!("<clipPath id='m{n}' clip-path='url( \"#m{before}\" )'><rect/></clipPath>");
        let mask = |n, before| format!("<mask id='m{n}' style='mask:url(#m{before})'><rect/></mask>");
        let inside = |n, before| format!("<mask id='m{n}'><g mask='url(#m{before})'><rect/></g></mask>");
        let gradient = |n, before| format!("<linearGradient id='m{n}' xlink:href='#m{before}'/>");
        let marker =
            |n, before| format!("<g style='marker:url(#m{before})'><marker id='m{n}'><path d=''/></marker></g>");
        let sheet = |n, before| {
            format!("<style>.c{n}{{fill:url(#m{before})}}</style><pattern id='m{n}'><rect class='c{n}'/></pattern>")
        };
        let filter = |n, before| format!("<filter id='m{n}'><feImage href='#m{before}'/></filter>");
        let kinds: [&dyn Fn(usize, usize) -> String; 8] =
            [&pattern, &clip, &mask, &inside, &gradient, &marker, &sheet, &filter];
        for kind in kinds {
            check(&svg(&chain(8, kind))).unwrap_or_else(|problem| panic!("{}: {problem}", kind(1, 0)));
            for count in [40, 3_000] {
                let problem = refused(&chain(count, kind));
                assert!(problem.contains("more than") || problem.contains("nested"), "{}: {problem}", kind(1, 0));
            }
            let problem = refused(&format!("{}{}", kind(1, 2), kind(2, 1)));
            assert!(problem.contains("refers to itself"), "{}: {problem}", kind(1, 2));
        }
    }

    #[test]
    fn references_that_multiply_are_refused() {
        let rects = |before| format!("<rect fill='url(#m{before})'/>").repeat(10);
        let grown = chain(10, |n, before| format!("<pattern id='m{n}'>{}</pattern>", rects(before)));
        assert!(refused(&grown).contains("more than"));
        let corners = "l1 1".repeat(50_000);
        let marked = format!(
            "<marker id='m'>{}</marker><path marker-mid='url(#m)' d='M0 0{corners}'/>",
            "<path d='M0 0h9'/>".repeat(10)
        );
        assert!(refused(&marked).contains("more than"));
        let sheet = format!("<style>{}b{{fill:red}}</style><g/>", "g ".repeat(9));
        assert!(refused(&sheet).contains("selector"));
    }

    #[test]
    fn what_illustrator_and_inkscape_save_passes() {
        check(&svg("<defs><style>.cls-1{fill:none;}.cls-2{clip-path:url(#clip-path);}.cls-3{fill:url(#lg);}</style>\
            <clipPath id='clip-path'><rect class='cls-1' width='9' height='9'/></clipPath>\
            <linearGradient id='lg0'><stop offset='0'/></linearGradient><linearGradient id='lg' xlink:href='#lg0'/></defs>\
            <a xlink:href='#top' id='top'><g class='cls-2'><path class='cls-3' d='M0 0h9v9z'/></g></a>"))
        .unwrap();
    }
}
