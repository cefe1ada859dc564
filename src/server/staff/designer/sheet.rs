//! A design on its page: the picture, the layers, and a form for each element.

use askama::Template;
use serde_json::Value;

use super::super::events::text;
use super::super::form::{Fields, part, written};
use super::super::home::items;
use super::super::inside::Staff;
use super::super::library::Try;
use super::super::parts::Marked;
use super::super::phrases;
use super::super::ui::{Action, Actions, Choice, Field, Form, Html, Kind, Notice, Section, Text, Tone, Tried};
use super::super::within::Told;
use super::super::words::Words;
use super::fields;
use crate::acts::templates::LOGO;
use crate::server::Problem;

/// Letters of a text by which its element is called.
const SHORT: usize = 32;

/// Sides and corners, clockwise from the lower right one; then the ends of a line.
const GRIPS: [&str; 10] = ["se", "s", "sw", "w", "nw", "n", "ne", "e", "first", "other"];

/// What of the address stays from one change to the next.
pub(super) struct Context {
    path: String,
    /// For whom it is drawn, as a query.
    pub(super) whom: String,
    event: String,
    person: String,
    name: String,
    tier: String,
    language: String,
    picked: Vec<usize>,
    /// Whom may be meant who was looked for, by id and name; and whether there are more.
    pub(super) found: (Vec<(String, String)>, bool),
}

impl Context {
    pub(super) fn of(id: &str, asked: &Fields) -> Self {
        let [event, person, name, tier, language] =
            ["event", "person", "name", "tier", "language"].map(|one| asked.get(one).to_owned());
        // Who is meant is somebody of the event, and a tier one of its.
        let [person, tier] = [person, tier].map(|one| if event.is_empty() { String::new() } else { one });
        let picked = asked.all("pick").filter_map(|pick| pick.parse().ok()).collect();
        let path = super::at(id);
        let found = (Vec::new(), false);
        Self { whom: String::new(), path, event, person, name, tier, language, picked, found }.with_whom()
    }

    /// Returns the event and what was typed to find somebody of it.
    pub(super) fn seeks(&self) -> Option<(&str, &str)> {
        Some((&*self.event, &*self.person)).filter(|(event, person)| !event.is_empty() && !person.is_empty())
    }

    /// Returns it for somebody of the event.
    pub(super) fn of_person(mut self, person: &str) -> Self {
        person.clone_into(&mut self.person);
        self.with_whom()
    }

    /// Returns an address of the design, drawn for somebody of the event.
    pub(super) fn shown(&self, person: &str) -> String {
        let all = [("event", &*self.event), ("person", person), ("tier", &*self.tier), ("language", &*self.language)];
        format!("{}?{}", self.path, written(all))
    }

    fn with_whom(mut self) -> Self {
        let all = [("event", &self.event), ("person", &self.person), ("name", &self.name)];
        let all = all.into_iter().chain([("tier", &self.tier), ("language", &self.language)]);
        self.whom = written(all.map(|(name, value)| (name, value.as_str())));
        self
    }

    /// Returns an address of the same design, drawn for another tier or language.
    pub(super) fn drawn_for(&self, (member, value): (&str, &str), more: &str) -> String {
        let [mut tier, mut language] = [self.tier.clone(), self.language.clone()];
        match member {
            "tier" => value.clone_into(&mut tier),
            _ => value.clone_into(&mut language),
        }
        let query = written([
            ("event", &*self.event),
            ("person", &*self.person),
            ("name", &*self.name),
            ("tier", &*tier),
            ("language", &*language),
        ]);
        let mark = if query.is_empty() { "" } else { "?" };
        format!("{}{more}{mark}{query}", self.path)
    }

    /// Returns an address of the design, for whom it is drawn now.
    fn to(&self, more: &str) -> String {
        let mark = if self.whom.is_empty() { "" } else { "?" };
        format!("{}{more}{mark}{}", self.path, self.whom)
    }

    /// Returns where a change leads.
    pub(super) fn after(&self, told: &Told) -> String {
        let touched: Vec<u64> =
            told.value["touched"].as_array().into_iter().flatten().filter_map(Value::as_u64).collect();
        let numbers: Vec<String> = touched.iter().map(u64::to_string).collect();
        let picks = written(numbers.iter().map(|one| ("pick", one.as_str())));
        let query: Vec<&str> = [&*self.whom, &*picks].into_iter().filter(|part| !part.is_empty()).collect();
        let mark = if query.is_empty() { "" } else { "?" };
        let place = match touched[..] {
            [one] => format!("element-{one}"),
            _ => "design".to_owned(),
        };
        format!("{}{mark}{}#{place}", self.path, query.join("&"))
    }
}

/// An element among the others, the topmost first.
struct Layer {
    at: usize,
    label: String,
    picked: bool,
    locked: bool,
    /// Left, top, width and height, where it has a place.
    area: Option<[String; 4]>,
    kind: String,
    /// What a designer should know of it.
    found: Vec<Html>,
    form: Html,
}

/// Something that is read aloud, or is not.
struct Aloud {
    element: Option<u64>,
    said_as: String,
    text: String,
}

/// A design on its page.
#[derive(Template)]
#[template(path = "pages/staff/design.html")]
struct Sheet<'a> {
    w: &'static Words,
    action: String,
    upload: String,
    csrf: String,
    seen: String,
    base: &'a str,
    src: String,
    alt: String,
    page: [String; 2],
    floor: String,
    good: String,
    ground: bool,
    beside: Option<String>,
    too_small: String,
    names: Option<String>,
    notices: Vec<Html>,
    steps: Html,
    layers: Vec<Layer>,
    /// The sides and corners by which something is made larger, as a script names them.
    grips: String,
    aloud: Vec<Aloud>,
    silent: Vec<Aloud>,
    kinds: Vec<(&'static str, String)>,
    found: Html,
    whom: Html,
    paper: Html,
    uses: Vec<Choice>,
    accept: &'static str,
    /// Pixels to the millimetre, of what is a picture and no paper.
    pixels: Option<String>,
    /// How many pixels it has.
    size: Option<String>,
}

/// Says how many pixels a card or badge has.
fn pixel_size(w: &Words, design: &Value) -> Option<String> {
    let side = |at: usize| design["pixels"][at].as_u64();
    let size = [("width", side(0)?.to_string().into()), ("height", side(1)?.to_string().into())];
    Some(w.with(&format!("design-size-{}", text(design, "for")), size))
}

/// Draws a design's page; `refused`: what was sent and what was wrong, the events that there are, and for whom of the list it is worth a try.
pub(super) fn sheet(
    staff: &Staff,
    context: &Context,
    told: &Told,
    (refused, events, tries): (Option<(&Fields, &Problem)>, &Value, &[Try]),
) -> Html {
    let (w, design) = (staff.w, &told.value);
    let side = |at: usize| design["page"][at].as_f64().unwrap_or(100.0).to_string();
    let code = |of: &str| design["code"][of].as_f64().unwrap_or_default().to_string();
    let alt = match design["document"]["title"].as_str() {
        Some(title) => w.with("design-drawing", [("title", title.to_owned().into())]),
        None => String::new(),
    };
    // What it looks like changes with each step: no drawing is taken for another.
    let seen = part(told.tag.trim_matches('"'));
    let mark = if context.whom.is_empty() { "?" } else { "&" };
    let (aloud, silent) = aloud(w, design);
    let sheet = Sheet {
        w,
        action: staff.at(&context.to("")),
        upload: staff.at(&context.to("/files")),
        csrf: staff.csrf(),
        seen: told.tag.clone(),
        base: &staff.base,
        src: staff.at(&format!("{}{mark}step={seen}", context.to("/page.svg"))),
        alt,
        page: [side(0), side(1)],
        floor: code("floor"),
        good: code("good"),
        ground: design["document"]["background"]["asset"].is_string(),
        beside: ["tiers", "languages"]
            .iter()
            .any(|kind| design["variants"][kind].as_array().is_some_and(|all| !all.is_empty()))
            .then(|| staff.at(&context.to("/side-by-side"))),
        too_small: side_hint(w, &design["code"]),
        names: (!context.event.is_empty()).then(|| staff.at(&context.to("/names"))),
        notices: notices(staff, design, refused),
        steps: steps(staff, context, told),
        layers: layers(staff, context, told, refused),
        kinds: fields::kinds(&text(design, "for"))
            .iter()
            .map(|kind| (*kind, w.s(&format!("design-add-{kind}"))))
            .collect(),
        pixels: design["pixels"][0].as_f64().zip(design["page"][0].as_f64()).map(|(many, mm)| (many / mm).to_string()),
        size: pixel_size(w, design),
        grips: GRIPS.map(|grip| w.s(&format!("design-grip-{grip}"))).join("|"),
        aloud,
        silent,
        found: found(staff, design),
        whom: whom(staff, context, design, (events, tries)),
        paper: page_form(staff, context, told),
        uses: uses(w, design),
        accept: super::KINDS,
    };
    Html::of(&sheet)
}

/// Says how large the code must be.
pub(super) fn side_hint(w: &Words, code: &Value) -> String {
    let side = |of: &str| format!("{:.1}", code[of].as_f64().unwrap_or_default());
    let least = w.with("design-side-hint", [("floor", side("floor").into()), ("good", side("good").into())]);
    let (Some(version), true, true) =
        (code["version"].as_u64(), code["side"].is_number(), code["prints_well"].is_number())
    else {
        return least;
    };
    let now = [("version", version.into()), ("side", side("side").into()), ("from", side("prints_well").into())];
    format!("{} {least}", w.with("design-side-now", now))
}

/// What stands in the way, and what is left out of the drawing.
fn notices(staff: &Staff, design: &Value, refused: Option<(&Fields, &Problem)>) -> Vec<Html> {
    let w = staff.w;
    let mut all = Vec::new();
    if let Some((_, problem)) = refused {
        let told = phrases::problem(w, problem);
        let mut errors: Vec<String> = problem
            .errors
            .iter()
            .map(|error| phrases::beside(w, &error.detail))
            .filter(|one| *one != told.text)
            .collect();
        // What is wrong with a place in the document says enough without the place.
        let (text, items) = match problem.code == "invalid" && !errors.is_empty() {
            true => (errors.remove(0), errors),
            false => (told.text, told.detail.into_iter().chain(errors).collect()),
        };
        all.push(Notice { tone: Tone::Red, text, items }.into());
    }
    let left_out: Vec<String> = design["left_out"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|one| phrases::said(w, &text(one, "message")))
        .collect();
    if !left_out.is_empty() {
        all.push(Notice { tone: Tone::Red, text: w.s("design-left-out"), items: left_out }.into());
    }
    all
}

/// Steps back and forward, and the ways out.
fn steps(staff: &Staff, context: &Context, told: &Told) -> Html {
    let (w, design) = (staff.w, &told.value);
    let count = |of: &str| design[of].as_u64().unwrap_or_default();
    let mut actions = Vec::new();
    for act in ["undo", "redo"] {
        if count(act) > 0 {
            let said = w.with(&format!("design-{act}"), [("count", count(act).into())]);
            actions.push(Action::post(staff, said, &context.to(""), &[("act", act), ("seen", &told.tag)]));
        }
    }
    actions.push(Action::link(w.s("design-keep-this"), staff.at(&format!("{}/keep", context.path))).primary());
    actions.push(Action::file(w.s("design-file-of"), staff.api(&format!("{}/archive", context.path))));
    actions.push(Action::link(w.s("design-discard"), staff.at(&format!("{}/discard", context.path))));
    Actions(actions).into()
}

/// Returns what an element is called.
pub(in super::super) fn label(w: &Words, element: &Value) -> String {
    let kind = text(element, "type");
    let named = w.s(&format!("design-kind-{kind}"));
    if kind == "image" && element["asset"] == LOGO {
        return w.s("design-add-logo");
    }
    let words = ["text", "asset"].into_iter().find_map(|member| element[member].as_str());
    match words {
        Some(words) => {
            let short: String = words.chars().take(SHORT).collect();
            let more = if words.chars().nth(SHORT).is_some() { "…" } else { "" };
            format!("{named}: {}{more}", short.replace('\n', " "))
        }
        None => named,
    }
}

fn layers(staff: &Staff, context: &Context, told: &Told, refused: Option<(&Fields, &Problem)>) -> Vec<Layer> {
    let (w, design) = (staff.w, &told.value);
    let fonts: Vec<String> =
        design["fonts"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
    let elements = design["document"]["elements"].as_array().map_or(&[][..], Vec::as_slice);
    let layer = |(at, element): (usize, &Value)| {
        let about = &design["elements"][at];
        let locked = about["locked"] == true;
        let side = |of: usize| Some(format!("{:.2}", about["area"][of].as_f64()?));
        let area = (|| Some([side(0)?, side(1)?, side(2)?, side(3)?]))();
        let mut form = Form::new(staff, &context.to(""), w.s("design-set"))
            .field(Field::hidden("act", "element"))
            .field(Field::hidden("element", at.to_string()))
            .field(Field::hidden("seen", told.tag.clone()));
        for field in fields::filled(w, element, &fonts, design) {
            form = form.field(field);
        }
        form = form.field(Field::new("layer", w.s("design-layer"), Kind::Number).value((at + 1).to_string()));
        form =
            form.field(Field::new("locked", w.s("design-locked"), Kind::Check).value(if locked { "yes" } else { "" }));
        let sent =
            refused.filter(|(fields, _)| fields.get("act") == "element" && fields.get("element") == at.to_string());
        let form = form.offering("insert", printable(w, design)).tried(&Tried(sent)).apart(&format!("e{at}"));
        let kind = text(element, "type");
        Layer {
            at,
            label: label(w, element),
            picked: context.picked.contains(&at),
            locked,
            area,
            kind,
            found: found_of(w, design, at),
            form: form.into(),
        }
    };
    elements.iter().enumerate().map(layer).rev().collect()
}

/// Returns what was found of an element, to stand beside it.
fn found_of(w: &Words, design: &Value, at: usize) -> Vec<Html> {
    let place = format!("elements[{at}]");
    let notice = |one: &Value| {
        let tone = if one["severity"] == "error" { Tone::Red } else { Tone::Amber };
        let said = |member: &str| phrases::said(w, &text(one, member));
        Notice { tone, text: said("message"), items: vec![said("hint")] }.into()
    };
    design["findings"].as_array().into_iter().flatten().filter(|one| one["at"] == *place).map(notice).collect()
}

/// Returns what is read aloud, in this order, and what is not.
fn aloud(w: &Words, design: &Value) -> (Vec<Aloud>, Vec<Aloud>) {
    let one = |one: &Value| {
        let element = one["element"].as_u64();
        let said_as = match (element, &*text(one, "heard_as")) {
            (None, _) => w.s("design-background"),
            (Some(at), "decoration") => {
                w.s(&format!("design-kind-{}", text(&design["document"]["elements"][at as usize], "type")))
            }
            (Some(_), heard_as) => w.s(&format!("design-heard-{heard_as}")),
        };
        Aloud { element, said_as, text: text(one, "text").replace('\n', " ") }
    };
    let all = design["aloud"].as_array().into_iter().flatten();
    let (silent, read): (Vec<&Value>, Vec<&Value>) = all.partition(|one| one["heard_as"] == "decoration");
    (read.into_iter().map(one).collect(), silent.into_iter().map(one).collect())
}

/// Returns what texts can print, for who chooses one: dates in each way in which they can be written.
fn printable(w: &Words, design: &Value) -> Vec<Choice> {
    let mut all = vec![Choice::new("", w.s("design-insert-nothing"))];
    let of = |kind: &str| design["printable"][kind].as_array().into_iter().flatten().filter_map(Value::as_str);
    for kind in ["columns", "texts", "dates"] {
        for name in of(kind) {
            if kind != "dates" {
                all.push(Choice::new(name, format!("{{{name}}}")));
            }
            if kind == "dates" || (kind == "columns" && of("days").any(|day| day == name)) {
                all.extend(of("formats").map(|format| {
                    let said = w.s(&format!("design-date-{format}"));
                    Choice::new(format!("{name}:{format}"), format!("{{{name}:{format}}} {said}"))
                }));
            }
        }
    }
    all
}

/// What a designer should know.
fn found(staff: &Staff, design: &Value) -> Html {
    let (w, marks) = (staff.w, super::super::library::marks(staff, &design["findings"]));
    match marks.is_empty() {
        true => Notice { tone: Tone::Green, text: w.s("design-found-nothing"), items: Vec::new() }.into(),
        false => Section::new("found", w.s("design-found")).part(Marked::new(None, String::new(), None, marks)).into(),
    }
}

/// For whom the page is drawn.
fn whom(staff: &Staff, context: &Context, design: &Value, (events, tries): (&Value, &[Try])) -> Html {
    let w = staff.w;
    let choice =
        |one: &Value| Choice::new(text(one, "code"), format!("{} ({})", text(one, "title"), text(one, "code")));
    let mut choices = vec![Choice::new("", w.s("template-try-nobody"))];
    choices.extend(items(events).iter().map(choice));
    let mut whom = Form::filter(staff, &context.path, w.s("design-draw"))
        .field(Field::new("event", w.s("event"), Kind::Select(choices)).value(&*context.event))
        .field(Field::text("person", w.s("design-person")).hint(w.s("design-person-hint")).value(&*context.person))
        .field(Field::text("name", w.s("template-try-name")).value(&*context.name));
    for (member, kind, now) in [("tier", "tiers", &context.tier), ("language", "languages", &context.language)] {
        let all = design["variants"][kind].as_array().into_iter().flatten().filter_map(Value::as_str);
        let mut choices = vec![Choice::new("", w.s(&format!("design-any-{member}")))];
        let named = |one: &str| if member == "tier" { one.to_owned() } else { super::super::languages::name(w, one) };
        choices.extend(all.map(|one| Choice::new(one, named(one))));
        if choices.len() > 1 {
            let label = w.s(if member == "tier" { "template-tier" } else { "field-language" });
            whom = whom.field(Field::new(member, label, Kind::Select(choices)).value(&**now));
        }
    }
    let whom = whom.apart("whom");
    let link = |one: &Try| {
        let query = written([("event", &*context.event), ("person", &*one.person), ("name", &*one.name)]);
        Action::link(one.said(), staff.at(&format!("{}?{query}", context.path)))
    };
    let mut whom = Section::new("whom", w.s("design-whom")).part(whom);
    let (found, more) = &context.found;
    if !found.is_empty() {
        let way = |(id, name): &(String, String)| Action::link(name.clone(), staff.at(&context.shown(id)));
        let said = w.s(if *more { "design-person-several-more" } else { "design-person-several" });
        whom = whom.part(Text(said)).part(Actions(found.iter().map(way).collect()));
    }
    if let Some(beside) = super::list::beside(staff, context, design) {
        whom = whom.part(beside);
    }
    if !tries.is_empty() {
        whom = whom.part(Actions(tries.iter().map(link).collect()));
    }
    whom.into()
}

fn page_form(staff: &Staff, context: &Context, told: &Told) -> Html {
    let (w, document) = (staff.w, &told.value["document"]);
    let page = &document["page"];
    let own = w.s("design-own-size");
    let now = match page["width"].is_number() {
        true => String::new(),
        false => format!("{} {}", text(page, "size"), text(page, "orientation")),
    };
    let pages = [("A4", "landscape"), ("A4", "portrait"), ("Letter", "landscape"), ("Letter", "portrait")];
    let mut choices: Vec<Choice> = pages
        .map(|(size, way)| Choice::new(format!("{size} {way}"), format!("{size}, {}", w.s(&format!("design-{way}")))))
        .into();
    choices.push(Choice::new("", own));
    let side = |name: &str, at: usize| {
        Field::new(name, w.s(&format!("design-{name}")), Kind::Number).value(told.value["page"][at].to_string())
    };
    let mut form = Form::new(staff, &context.to(""), w.s("design-set"))
        .field(Field::hidden("act", "page"))
        .field(Field::hidden("seen", told.tag.clone()))
        .field(Field::text("title", w.s("template-title")).value(text(document, "title")))
        .field(
            Field::text("language", w.s("field-language"))
                .value(text(document, "language"))
                .hint(w.s("design-language-hint")),
        )
        .fields(match &*text(&told.value, "for") {
            // A card has one size alone.
            "card" => ["width", "height"]
                .into_iter()
                .zip(0..)
                .map(|(name, at)| Field::hidden(name, told.value["page"][at].to_string()))
                .collect(),
            "badge" => vec![side("width", 0), side("height", 1)],
            _ => vec![
                Field::new("page", w.s("template-page"), Kind::Select(choices)).value(now),
                side("width", 0),
                side("height", 1),
            ],
        })
        .field(
            Field::text("ground", w.s("design-ground"))
                .value(text(&document["background"], "color"))
                .hint(w.s("design-maybe-color")),
        );
    if let Some(asset) = document["background"]["asset"].as_str() {
        let kept = vec![Choice::new(asset, asset), Choice::new("", w.s("design-no-background"))];
        form = form.field(Field::new("background", w.s("design-background"), Kind::Select(kept)).value(asset)).field(
            Field::text("alt", w.s("design-alt"))
                .value(text(&document["background"], "alt"))
                .hint(w.s("design-alt-hint-background")),
        );
    }
    let mut paper = Section::new("paper", w.s("design-paper")).part(form.apart("paper"));
    let fonts: Vec<&str> = document["fonts"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    if !fonts.is_empty() {
        let out = |name: &&str| {
            let fields = [("act", "font-out"), ("font", *name), ("seen", &*told.tag)];
            Action::post(
                staff,
                w.with("design-font-out", [("name", (*name).to_owned().into())]),
                &context.to(""),
                &fields,
            )
        };
        paper = paper.part(Text(w.s("design-fonts"))).part(Actions(fonts.iter().map(out).collect()));
    }
    paper.folded().into()
}

/// What a file can be put in as.
fn uses(w: &Words, design: &Value) -> Vec<Choice> {
    let mut all = vec![
        Choice::new("background", w.s("design-as-background")),
        Choice::new("picture", w.s("design-as-picture")),
        Choice::new("font", w.s("design-as-font")),
    ];
    let elements = design["document"]["elements"].as_array().map_or(&[][..], Vec::as_slice);
    for (at, element) in elements.iter().enumerate() {
        match element["type"].as_str() {
            Some("image") => {
                let name = text(element, "asset");
                let name = if name == LOGO { w.s("design-add-logo") } else { name };
                all.push(Choice::new(format!("picture {at}"), w.with("design-as-other", [("name", name.into())])));
            }
            Some("signatories") => {
                let people = element["people"].as_array().map_or(0, Vec::len);
                for person in 0..people {
                    let number = (person as u64 + 1).into();
                    all.push(Choice::new(
                        format!("signature {at} {person}"),
                        w.with("design-as-signature", [("number", number)]),
                    ));
                }
            }
            _ => {}
        }
    }
    all
}
