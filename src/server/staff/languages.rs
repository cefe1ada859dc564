//! Languages: their names, where a certificate is in another one than its person's, and an event's templates for single languages.

use axum::extract::Path;
use axum::http::{Method, Uri};
use axum::response::Response;
use serde_json::{Value, json};

use super::events::{text, trail};
use super::form::{Fields, part, query};
use super::home::items;
use super::inside::{Answer, Sent, Staff};
use super::ui::{
    Action, Actions, Cell, Choice, Facts, Field, Form, Html, Kind, Notice, Page, Section, Table, Tone, Tried,
};
use super::words::Words;
use crate::accounts::Permission;
use crate::acts::languages::is_other;
use crate::template::LANGUAGES;

/// Languages that a form offers. Any other tag may come from a list or the API, and is kept.
const OFFERED: [&str; 58] = [
    "ar", "am", "bg", "bn", "ca", "cs", "da", "de", "el", "en", "es", "et", "fa", "fi", "fr", "ga", "gu", "he", "hi",
    "hr", "hu", "id", "is", "it", "ja", "ka", "km", "kn", "ko", "lt", "lv", "ml", "mr", "ms", "my", "nb", "nl", "pa",
    "pl", "pt", "pt-BR", "ro", "ru", "sk", "sl", "sq", "sr", "sv", "sw", "ta", "te", "th", "tr", "uk", "ur", "vi",
    "zh", "zh-Hant",
];

/// Returns what a language is called; its tag, where it has no name here.
pub(super) fn name(w: &Words, tag: &str) -> String {
    let tag = tag.replace('_', "-").to_lowercase();
    let of = |tag: &str| w.if_any(&format!("language-{tag}"));
    let known = |tag: &str| tag.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') && !tag.starts_with("none");
    if !known(&tag) {
        return tag;
    }
    let first = tag.split('-').next().unwrap_or_default();
    // Norwegian has two codes.
    let known = if first == "no" { "nb" } else { first };
    match (of(&tag), of(known)) {
        (Some(name), _) => name,
        (None, Some(name)) if tag == first => name,
        (None, Some(name)) => format!("{name} ({tag})"),
        (None, None) => tag,
    }
}

/// Returns the field of a language, by names, with the one that is there.
pub(super) fn field(w: &Words, name_of_field: &str, label: String, none: String, now: &str) -> Field {
    // Those that certificates, pages and mails speak stand first: the others change nothing but what a list may say.
    let mut all: Vec<Choice> = OFFERED.iter().map(|tag| Choice::new(*tag, name(w, tag))).collect();
    all.sort_by_key(|choice| (!LANGUAGES.contains(&&*choice.value), choice.text.to_lowercase()));
    let here = OFFERED.iter().find(|tag| tag.eq_ignore_ascii_case(now)).copied().unwrap_or(now);
    if !here.is_empty() && !OFFERED.contains(&here) {
        all.insert(0, Choice::new(here, name(w, here)));
    }
    all.insert(0, Choice::new("", none));
    Field::new(name_of_field, label, Kind::Select(all)).value(here)
}

/// Says whose certificates are in another language than theirs, if there are any. `event` is the path of the event's page.
pub(super) fn others(staff: &Staff, event: &str, found: &Value) -> Option<Html> {
    let w = staff.w;
    let found = found.as_array().filter(|all| !all.is_empty())?;
    let told = |one: &Value| {
        let values = [
            ("count", one["people"].as_u64().unwrap_or_default().into()),
            ("language", name(w, &text(one, "language")).into()),
            ("template", text(one, "template").into()),
            ("texts", name(w, &text(one, "texts_in")).into()),
        ];
        w.with("languages-other-row", values)
    };
    let notice = Notice { tone: Tone::Amber, text: w.s("languages-other"), items: found.iter().map(told).collect() };
    let way = Action::link(w.s("languages-choose"), staff.at(&format!("{event}/languages")));
    let section = Section::new("languages", w.s("event-language")).part(notice);
    Some(if staff.may(Permission::Import) { section.part(Actions(vec![way])) } else { section }.into())
}

/// Shows which template is for which language.
pub(super) async fn show(staff: Staff, Path(code): Path<String>, uri: Uri) -> Answer {
    page(&staff, &code, &query(uri.query()), &Tried::NEW).await
}

async fn page(staff: &Staff, code: &str, asked: &Fields, tried: &Tried<'_>) -> Answer {
    let (w, path) = (staff.w, format!("/events/{}", part(code)));
    let told = staff.told(&path).await?;
    let event = &told.value;
    let may = staff.may(Permission::Import);
    let own = text(&event["template"], "name");
    let mut rows = Vec::new();
    for choice in event["templates"].as_array().into_iter().flatten().filter(|one| one["language"].is_string()) {
        let (language, template, tier) = (text(choice, "language"), text(choice, "name"), text(choice, "tier"));
        let texts = texts_in(staff, &text(choice, "digest")).await;
        let tone = if is_other(&language, &texts) { Tone::Amber } else { Tone::Green };
        let fields = [("remove", language.as_str()), ("tier", tier.as_str()), ("seen", told.tag.as_str())];
        let remove = Action::post(staff, w.s("languages-remove"), &format!("{path}/languages"), &fields);
        let tier = if tier.is_empty() { tier } else { w.with("languages-tier", [("tier", tier.into())]) };
        rows.push(vec![
            Cell::text(name(w, &language)).sub(tier),
            Cell::text(template),
            if texts.is_empty() { Cell::text("") } else { Cell::state(tone, name(w, &texts)) },
            Cell::act(may.then_some(remove)),
        ]);
    }
    let table = Table {
        caption: w.s("languages-title"),
        heads: [w.s("field-language"), w.s("template"), w.s("languages-texts"), String::new()].into(),
        rows,
        empty: w.s("languages-none"),
        next: None,
    };
    let texts = texts_in(staff, &text(&event["template"], "digest")).await;
    let facts = Facts::known([
        (w.s("event-language"), event["language"].as_str().map(|tag| name(w, tag))),
        (w.s("template"), Some(own.clone())),
        (w.s("languages-texts"), Some(texts).filter(|tag| !tag.is_empty()).map(|tag| name(w, &tag))),
    ]);
    let mut page = Page::new(w.s("languages-title"))
        .trail(trail(staff, code, event))
        .said(w, asked)
        .lead(w.with("languages-lead", [("template", own.into())]))
        .part(facts)
        .part(table);
    if may {
        let templates = staff.get("/templates?limit=200").await?;
        let names = items(&templates).iter().map(|one| Choice::new(text(one, "name"), text(one, "name"))).collect();
        let form = Form::new(staff, &format!("{path}/languages"), w.s("languages-add"))
            .field(Field::hidden("seen", &told.tag))
            .field(field(w, "language", w.s("field-language"), String::new(), ""))
            .field(Field::new("template", w.s("template"), Kind::Select(names)))
            .tried(tried);
        page = page.part(Section::new("add", w.s("languages-choose")).part(form));
    }
    Ok(staff.page_with(tried.status(), &page))
}

/// Returns the language of the texts of a kept template; an empty text where that is not known.
pub(super) async fn texts_in(staff: &Staff, digest: &str) -> String {
    if digest.is_empty() {
        return String::new();
    }
    let document = staff.document_if(&format!("/templates/{}/files/template.json", part(digest))).await;
    document.map_or_else(String::new, |document| text(&document, "language"))
}

/// Asks in which of their languages built-in templates are to speak.
pub(super) fn words_field(w: &Words, now: &str) -> Field {
    let mut all: Vec<Choice> = LANGUAGES.iter().map(|tag| Choice::new(*tag, name(w, tag))).collect();
    all.sort_by_key(|choice| choice.text.to_lowercase());
    Field::new("words", w.s("template-words"), Kind::Select(all)).value(now).hint(w.s("template-words-hint"))
}

/// Takes a template for a language, or takes it away.
pub(super) async fn save(Path(code): Path<String>, Sent { staff, fields }: Sent) -> Response {
    let path = format!("/events/{}", part(&code));
    let told = match staff.told(&path).await {
        Ok(told) => told,
        Err(response) => return response,
    };
    let removed = fields.some("remove");
    let (language, tier) = match removed {
        Some(language) => (language, fields.get("tier")),
        None => (fields.get("language"), ""),
    };
    let stays = |one: &&Value| !(text(one, "language").eq_ignore_ascii_case(language) && text(one, "tier") == tier);
    let wanted = |one: &Value| {
        let member = |member: &str| one[member].as_str();
        json!({ "tier": member("tier"), "language": member("language"), "template": text(one, "digest") })
    };
    let kept = told.value["templates"].as_array().into_iter().flatten();
    // Without a language nothing is taken away, and the operation says what is missing.
    let mut all: Vec<Value> = kept.filter(|one| language.is_empty() || stays(one)).map(wanted).collect();
    if removed.is_none() {
        let language = Some(language).filter(|tag| !tag.is_empty());
        all.push(json!({ "language": language, "template": fields.get("template") }));
    }
    match staff.send(Method::PATCH, &path, &fields, json!({ "templates": all })).await {
        Ok(_) => staff.done(&format!("{path}/languages"), "saved"),
        Err(problem) => {
            let tried = Tried(Some((&fields, &problem)));
            page(&staff, &code, &fields, &tried).await.unwrap_or_else(|response| response)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_that_is_offered_has_a_name_in_both() {
        for w in Words::all() {
            for tag in OFFERED {
                assert!(w.if_any(&format!("language-{}", tag.to_lowercase())).is_some(), "{tag} {}", w.language);
            }
        }
    }

    #[test]
    fn languages_are_called_by_their_names_and_unknown_ones_by_their_tags() {
        let w = &Words::all()[1];
        for (tag, called) in [
            ("de", "Deutsch"),
            ("de-AT", "Deutsch (de-at)"),
            ("PT_br", "Portugiesisch (Brasilien)"),
            ("no", "Norwegisch"),
            ("xx", "xx"),
            ("<b>", "<b>"),
            ("none", "none"),
        ] {
            assert_eq!(name(w, tag), called, "{tag}");
        }
    }
}
