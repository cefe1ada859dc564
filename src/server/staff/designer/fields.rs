//! The fields of each kind of element, and what a form of the designer asks for.

use serde_json::{Map, Value, json};

use super::super::form::Fields;
use super::super::ui::{Choice, Field, Kind};
use super::super::words::Words;
use crate::acts::templates::{LOGO, SIGNATURES};
use crate::server::Problem;
use crate::server::problem::FieldProblem;

/// What a field of an element takes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    /// A number; none: what the document says where it says nothing.
    Number,
    /// A colour.
    Color,
    /// A colour, or none.
    MaybeColor,
    /// A text in one line.
    Text,
    /// A text that is printed.
    Printed,
    /// Yes or no.
    Tick,
    /// A family of fonts.
    Font,
    /// One of these.
    One(&'static [&'static str]),
    /// One of these, or none.
    Maybe(&'static [&'static str]),
}
use Takes::{Color, Font, Maybe, MaybeColor, Number, One, Printed, Text, Tick};

const ALIGN: Takes = One(&["left", "center", "right"]);
const WEIGHTS: Takes = One(&["400", "500", "600", "700", "800"]);
/// What is said to those who hear the page; these fields stand last, below a heading.
const HEARD: [&str; 3] = ["alt", "role", "order"];
/// Most people who sign beside each other.
const PEOPLE: usize = 6;

/// A field of an element: the member of the document, and what it takes. Its label is `design-` and the member.
pub(super) type Spec = (&'static str, Takes);

const TEXT: &[Spec] = &[
    ("text", Printed),
    ("x", Number),
    ("y", Number),
    ("width", Number),
    ("height", Number),
    ("font", Font),
    ("weight", WEIGHTS),
    ("size", Number),
    ("minSize", Number),
    ("color", Color),
    ("align", ALIGN),
    ("vertical", One(&["top", "middle", "bottom"])),
    ("lineHeight", Number),
    ("letterSpacing", Number),
    ("italic", Tick),
    ("wrap", Tick),
    ("upperCase", Tick),
    ("optional", Tick),
    ("when", Text),
    ("role", Maybe(&["heading", "text", "decoration"])),
    ("order", Number),
];
const IMAGE: &[Spec] = &[
    ("x", Number),
    ("y", Number),
    ("width", Number),
    ("height", Number),
    ("fit", One(&["contain", "fill"])),
    ("align", ALIGN),
    ("optional", Tick),
    ("alt", Text),
    ("role", Maybe(&["decoration"])),
    ("order", Number),
];
const SIGNATORIES: &[Spec] = &[
    ("x", Number),
    ("y", Number),
    ("width", Number),
    ("height", Number),
    ("cellWidth", Number),
    ("gap", Number),
    ("perRow", Number),
    ("align", ALIGN),
    ("font", Font),
    ("weight", WEIGHTS),
    ("size", Number),
    ("color", Color),
    ("titleColor", MaybeColor),
    ("ruleColor", MaybeColor),
    ("ruleWidth", Number),
    ("order", Number),
];
const LINE: &[Spec] =
    &[("x1", Number), ("y1", Number), ("x2", Number), ("y2", Number), ("width", Number), ("color", Color)];
const RECT: &[Spec] = &[
    ("x", Number),
    ("y", Number),
    ("width", Number),
    ("height", Number),
    ("radius", Number),
    ("fill", MaybeColor),
    ("stroke", MaybeColor),
    ("strokeWidth", Number),
];
const PATH: &[Spec] = &[
    ("x", Number),
    ("y", Number),
    ("scaleX", Number),
    ("scaleY", Number),
    ("fill", MaybeColor),
    ("stroke", MaybeColor),
    ("strokeWidth", Number),
];
const QR: &[Spec] = &[("x", Number), ("y", Number), ("size", Number), ("alt", Text), ("order", Number)];
const CERTIFICATE: &[Spec] =
    &[("x", Number), ("y", Number), ("width", Number), ("height", Number), ("edge", MaybeColor)];

/// Returns the fields of a kind of element.
pub(super) fn of_kind(kind: &str) -> &'static [Spec] {
    match kind {
        "text" => TEXT,
        "image" => IMAGE,
        "signatories" => SIGNATORIES,
        "line" => LINE,
        "rect" => RECT,
        "path" => PATH,
        "qr" => QR,
        "certificate" => CERTIFICATE,
        _ => &[],
    }
}

/// Returns what a member of the document is called; its own name where it has no field.
pub(in super::super) fn member_said(w: &Words, kind: &str, member: &str) -> String {
    let known = match member {
        "people" => Some(w.s("design-people-heading")),
        "file" => Some(w.s("design-other-file")),
        "title" => Some(w.s("template-title")),
        "language" => Some(w.s("field-language")),
        "page" => Some(w.s("template-page")),
        "asset" => Some(w.s("design-file")),
        "locked" => None,
        other => of_kind(kind).iter().any(|(name, _)| *name == other).then(|| label(w, kind, other)),
    };
    known.unwrap_or_else(|| w.if_any(&format!("design-{member}")).unwrap_or_else(|| member.to_owned()))
}

/// Returns the label of a member.
fn label(w: &Words, kind: &str, member: &str) -> String {
    let named = match (kind, member) {
        ("line", "width") => "strokeWidth",
        ("qr", "size") => "side",
        _ => member,
    };
    let key: String =
        named.chars().flat_map(|c| [c.is_uppercase().then_some('-'), Some(c.to_ascii_lowercase())]).flatten().collect();
    w.s(&format!("design-{key}"))
}

/// Returns the fields of an element of a design, filled in. `fonts` are the families that it can name.
pub(super) fn filled(w: &Words, element: &Value, fonts: &[String], design: &Value) -> Vec<Field> {
    let kind = element["type"].as_str().unwrap_or_default();
    let (heard, seen): (Vec<Spec>, Vec<Spec>) = of_kind(kind).iter().partition(|(member, _)| HEARD.contains(member));
    let made = |spec: Spec| {
        let field = field(w, kind, element, spec, fonts);
        match (kind, spec.0) {
            ("qr", "size") => field.hint(super::sheet::side_hint(w, &design["code"])),
            (_, member @ "alt") => field.hint(w.s(&format!("design-{member}-hint-{kind}"))),
            (_, "order") => field.hint(w.s("design-order-hint")),
            _ => field,
        }
    };
    let mut fields: Vec<Field> = seen.into_iter().map(made).collect();
    match kind {
        "text" => fields.insert(1, Field::new("insert", w.s("design-insert"), Kind::Select(Vec::new()))),
        "signatories" => fields.extend(people(w, element)),
        _ => {}
    }
    if !heard.is_empty() {
        fields.push(Field::heading(w.s("design-heard")));
        fields.extend(heard.into_iter().map(made));
    }
    fields
}

fn field(w: &Words, kind: &str, element: &Value, (member, takes): Spec, fonts: &[String]) -> Field {
    let (value, name) = (&element[member], label(w, kind, member));
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        Value::Bool(yes) => {
            if *yes {
                "yes".to_owned()
            } else {
                String::new()
            }
        }
        other => other.to_string(),
    };
    let choices = |all: &[&str]| {
        all.iter()
            .map(|one| Choice::new(*one, w.if_any(&format!("design-one-{one}")).unwrap_or_else(|| (*one).to_owned())))
            .collect::<Vec<_>>()
    };
    match takes {
        Number => Field::new(member, name, Kind::Number).value(text),
        Color => Field::new(member, name, Kind::Color).value(text),
        MaybeColor => Field::text(member, name).value(text).hint(w.s("design-maybe-color")),
        Text => {
            let field = Field::text(member, name).value(text);
            if member == "when" { field.hint(w.s("design-when-hint")) } else { field }
        }
        Printed => Field::new(member, name, Kind::Area(2)).value(text).hint(w.s("design-text-hint")),
        Tick => Field::new(member, name, Kind::Check).value(text),
        Font => {
            let mut all: Vec<Choice> = fonts.iter().map(|font| Choice::new(font.clone(), font.clone())).collect();
            if !fonts.iter().any(|font| font.eq_ignore_ascii_case(&text)) {
                all.insert(0, Choice::new(text.clone(), text.clone()));
            }
            Field::new(member, name, Kind::Select(all)).value(text)
        }
        One(all) => {
            let mut all = choices(all);
            if !text.is_empty() && !all.iter().any(|one| one.value == text) {
                all.push(Choice::new(text.clone(), text.clone()));
            }
            Field::new(member, name, Kind::Select(all)).value(text)
        }
        Maybe(all) => {
            let mut all = choices(all);
            all.insert(0, Choice::new("", w.s(&format!("design-{member}-none-{kind}"))));
            Field::new(member, name, Kind::Select(all)).value(text)
        }
    }
}

fn people(w: &Words, element: &Value) -> Vec<Field> {
    let mut fields = vec![Field::heading(w.s("design-people-heading"))];
    let known = element["people"].as_array().map_or(0, Vec::len);
    for at in 0..(known + 1).min(PEOPLE) {
        let number = [("number", (at as u64 + 1).into())];
        let of = |member: &str| element["people"][at][member].as_str().unwrap_or_default().to_owned();
        fields.push(Field::text(&format!("name{at}"), w.with("design-signs", number.clone())).value(of("name")));
        fields
            .push(Field::text(&format!("title{at}"), w.with("design-signs-title", number.clone())).value(of("title")));
        fields.push(signature(w, at, &of("image")));
    }
    fields
}

/// Asks which picture stands above the line of somebody who signs: none, that of the event's signatory, or the file that is there.
fn signature(w: &Words, at: usize, now: &str) -> Field {
    let number = [("number", (at as u64 + 1).into())];
    let own = SIGNATURES[at];
    let mut all = vec![
        Choice::new("", w.s("design-signature-none")),
        Choice::new(own, w.with("design-signature-event", number.clone())),
    ];
    if !now.is_empty() && now != own {
        all.push(Choice::new(now, now));
    }
    Field::new(&format!("image{at}"), w.with("design-signature", number), Kind::Select(all)).value(now)
}

/// Reads a number as people write it.
fn number(text: &str) -> Option<f64> {
    text.replace(',', ".").parse().ok().filter(|number: &f64| number.is_finite())
}

/// Reads when something is read aloud.
fn place(read: f64) -> Option<u16> {
    (read.fract() == 0.0 && (0.0..=f64::from(u16::MAX)).contains(&read)).then_some(read as u16)
}

/// Says which field is not as it should be.
fn wrong(field: &str, detail: String) -> Problem {
    let errors = vec![FieldProblem { field: field.to_owned(), detail: detail.clone() }];
    Problem::unprocessable("invalid", detail).with_errors(errors)
}

/// Returns the operations that a form asks for.
///
/// # Errors
/// Which field is not as it should be.
pub(super) fn operations(w: &Words, design: &Value, fields: &Fields) -> Result<Value, Problem> {
    let picks: Vec<usize> = fields.all("pick").filter_map(|pick| pick.parse().ok()).collect();
    match fields.get("act") {
        "layers" => layers(w, design, &picks, fields),
        "element" => element(w, design, fields),
        "add" => Ok(json!([{ "do": "add", "element": fresh(design, fields.get("kind"), fields.get("text")) }])),
        "page" => page(w, design, fields),
        "font-out" => {
            let fonts = design["document"]["fonts"].as_array().into_iter().flatten();
            let stay: Vec<&Value> = fonts.filter(|font| *font != fields.get("font")).collect();
            Ok(json!([{ "do": "page", "values": { "fonts": stay } }]))
        }
        "speak" => Ok(json!([{ "do": "speak", "language": fields.get("language") }])),
        _ => Err(Problem::bad_request("bad-form", w.s("no-such-page"))),
    }
}

/// What is done with elements that were picked.
fn layers(w: &Words, design: &Value, picks: &[usize], fields: &Fields) -> Result<Value, Problem> {
    if picks.is_empty() {
        return Err(Problem::unprocessable("invalid", w.s("design-pick")));
    }
    let many = design["elements"].as_array().map_or(0, Vec::len);
    Ok(match fields.get("do") {
        act @ ("remove" | "duplicate") => json!([{ "do": act, "elements": picks }]),
        act @ ("lock" | "unlock") => json!([{ "do": "lock", "elements": picks, "locked": act == "lock" }]),
        act @ ("across" | "down-along") => {
            json!([{ "do": "distribute", "elements": picks, "along": if act == "across" { "across" } else { "down" } }])
        }
        // The topmost first, or they would change places among themselves.
        "up" => picks
            .iter()
            .rev()
            .filter(|at| **at + 1 < many)
            .map(|at| json!({ "do": "order", "element": at, "to": at + 1 }))
            .collect(),
        "down" => {
            picks.iter().filter(|at| **at > 0).map(|at| json!({ "do": "order", "element": at, "to": at - 1 })).collect()
        }
        side => {
            json!([{ "do": "align", "elements": picks, "side": side, "among": fields.some("among").unwrap_or("page") }])
        }
    })
}

fn element(w: &Words, design: &Value, fields: &Fields) -> Result<Value, Problem> {
    let at: usize = fields.get("element").parse().map_err(|_| Problem::bad_request("bad-form", w.s("design-pick")))?;
    let element = &design["document"]["elements"][at];
    let (was_locked, locked) = (design["elements"][at]["locked"] == true, fields.on("locked"));
    let lock = |locked: bool| json!({ "do": "lock", "elements": [at], "locked": locked });
    if was_locked && locked {
        return Err(Problem::unprocessable("invalid", w.s("design-is-locked")));
    }
    let mut all = Vec::new();
    if was_locked {
        all.push(lock(false));
    }
    all.push(json!({ "do": "set", "element": at, "values": values(w, element, fields)? }));
    // Past the last there is none to be locked.
    let last = design["document"]["elements"].as_array().map_or(0, Vec::len).saturating_sub(1);
    let to = number(fields.get("layer")).map_or(at, |layer| ((layer.max(1.0) - 1.0) as usize).min(last));
    if to != at {
        all.push(json!({ "do": "order", "element": at, "to": to }));
    }
    if locked {
        all.push(json!({ "do": "lock", "elements": [to], "locked": true }));
    }
    Ok(all.into())
}

/// Reads the members of an element.
fn values(w: &Words, element: &Value, fields: &Fields) -> Result<Map<String, Value>, Problem> {
    let mut values = Map::new();
    let kind = element["type"].as_str().unwrap_or_default();
    for (member, takes) in of_kind(kind) {
        let text = fields.get(member);
        let value = match takes {
            Number if text.is_empty() => Value::Null,
            One(_) if *member == "weight" => json!(text.parse::<u16>().unwrap_or(400)),
            Number => {
                let not = || wrong(member, w.s("design-not-a-number"));
                let read = number(text).ok_or_else(not)?;
                match *member {
                    // What counts is whole.
                    "perRow" => json!(read.round() as i64),
                    "order" => json!(place(read).ok_or_else(|| wrong(member, w.s("design-not-an-order")))?),
                    _ => json!(read),
                }
            }
            Tick => json!(!text.is_empty()),
            // A sentence may begin on the next line.
            Printed => json!(printed(fields)),
            Text => json!(text),
            Color | MaybeColor | Font | One(_) | Maybe(_) if text.is_empty() => Value::Null,
            Color | MaybeColor | Font | One(_) | Maybe(_) => json!(text),
        };
        values.insert((*member).to_owned(), value);
    }
    if kind == "signatories" {
        let rows = (0..PEOPLE).filter(|at| fields.some(&format!("name{at}")).is_some());
        let person = |at: usize| {
            let mut one =
                json!({ "name": fields.get(&format!("name{at}")), "title": fields.get(&format!("title{at}")) });
            if let Some(image) = fields.some(&format!("image{at}")) {
                one["image"] = json!(image);
            }
            one
        };
        values.insert("people".to_owned(), rows.map(person).collect());
    }
    Ok(values)
}

/// Returns the text with the placeholder that was chosen for it.
fn printed(fields: &Fields) -> String {
    let text = fields.raw("text").replace("\r\n", "\n");
    match fields.some("insert") {
        Some(name) => format!("{text}{{{name}}}"),
        None => text,
    }
}

fn page(w: &Words, design: &Value, fields: &Fields) -> Result<Value, Problem> {
    let mut values = json!({ "title": fields.get("title"), "language": fields.get("language") });
    values["page"] = match fields.get("page").split_once(' ') {
        Some((size, way)) => json!({ "size": size, "orientation": way }),
        None => {
            let side = |name: &str| number(fields.get(name)).ok_or_else(|| wrong(name, w.s("design-not-a-number")));
            json!({ "width": side("width")?, "height": side("height")? })
        }
    };
    let mut ground = json!({});
    for (member, field) in [("color", "ground"), ("asset", "background"), ("alt", "alt")] {
        if let Some(value) = fields.some(field) {
            ground[member] = json!(value);
        }
    }
    // What a form without such a field does not say stays; what is said of a picture goes with it.
    let said = &design["document"]["background"]["alt"];
    if said.is_string() && !fields.texts().any(|(name, _)| name == "alt") {
        ground["alt"] = said.clone();
    }
    if ground["asset"].is_null() {
        ground.as_object_mut().map(|ground| (ground.remove("alt"), ground.remove("asset")));
    }
    values["background"] = ground;
    Ok(json!([{ "do": "page", "values": values }]))
}

/// What can be added, each as its button says.
const KINDS: [&str; 11] =
    ["name", "text", "event", "date", "number", "logo", "signatories", "qr", "line", "rect", "circle"];
const ON_A_CARD: [&str; 8] = ["certificate", "name", "text", "event", "date", "line", "rect", "circle"];
const ON_A_BADGE: [&str; 5] = ["text", "event", "line", "rect", "circle"];

/// Returns what can be added to what a template is for.
pub(super) fn kinds(purpose: &str) -> &'static [&'static str] {
    match purpose {
        "card" => &ON_A_CARD,
        "badge" => &ON_A_BADGE,
        _ => &KINDS,
    }
}

/// Returns an element of a kind in the middle of the page, below what is there already.
fn fresh(design: &Value, kind: &str, words: &str) -> Value {
    let side = |at: usize| design["page"][at].as_f64().unwrap_or(200.0);
    let (width, height) = (side(0), side(1));
    let many = design["elements"].as_array().map_or(0, Vec::len) as f64;
    // Each a little lower than the one before, so that none hides another.
    let y = (height * 0.2 + many * 18.0 % (height * 0.5)).round();
    let wide = (width * 0.8).round();
    let x = ((width - wide) / 2.0 * 10.0).round() / 10.0;
    // What stands on a card is read small among other posts.
    let (larger, least) = if design["for"] == "card" { (1.5, 13.0) } else { (1.0, 6.0) };
    let text = |text: &str, size: f64| {
        let size = size * larger;
        json!({ "type": "text", "text": text, "x": x, "y": y, "width": wide, "height": (size / 2.0).round(), "size": size,
            "minSize": (size / 2.0).clamp(least, least.max(9.0)), "align": "center" })
    };
    match kind {
        "name" => text("{participant_name}", 32.0),
        "event" => text("{event_title}", 18.0),
        "date" => text("{issue_date:long}", 12.0),
        "number" => text("{certificate_number}", 10.0),
        "line" => json!({ "type": "line", "x1": x, "y1": y, "x2": x + wide, "y2": y }),
        "rect" => json!({ "type": "rect", "x": x, "y": y, "width": wide, "height": 20, "stroke": "#1a2b3c" }),
        // A circle around where it lies, of four curves.
        "circle" => {
            json!({ "type": "path", "x": (width / 2.0).round(), "y": y + 15.0, "stroke": "#1a2b3c", "strokeWidth": 0.5,
            "d": "M15 0c0 8.28-6.72 15-15 15s-15-6.72-15-15s6.72-15 15-15s15 6.72 15 15z" })
        }
        "signatories" => {
            json!({ "type": "signatories", "x": x, "y": (height - 55.0).round(), "width": (width - 70.0 - x).round(), "height": 25,
            "people": [{ "name": "{signatory_1_name}", "title": "{signatory_1_title}", "image": SIGNATURES[0] },
                { "name": "{signatory_2_name}", "title": "{signatory_2_title}", "image": SIGNATURES[1] }] })
        }
        "logo" => {
            json!({ "type": "image", "asset": LOGO, "x": (width / 2.0 - 40.0).round().max(0.0), "y": y, "width": 80.0_f64.min(width), "height": 16,
            "align": "center", "alt": "Logo", "optional": true })
        }
        "certificate" => {
            json!({ "type": "certificate", "x": (width / 2.0).round(), "y": (height * 0.15).round(),
            "width": (width * 0.45).round(), "height": (height * 0.7).round(), "edge": "#bec5ce" })
        }
        "qr" => json!({ "type": "qr", "x": (width - 58.0).round(), "y": (height - 58.0).round(), "size": 42 }),
        _ => text(if words.is_empty() { "Text" } else { words }, 14.0),
    }
}
