//! A browser for tests of pages, and what stands in a page's forms.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::{StatusCode, header};

use crate::harness::{Answer, World};
use crate::real_door::PASSWORD;

/// A browser: keeps cookies, follows nothing by itself.
#[derive(Clone)]
pub struct Browser<'w> {
    pub world: &'w World,
    cookies: BTreeMap<String, String>,
    /// From where its forms are sent, as browsers tell it.
    pub site: &'static str,
    /// What it calls itself.
    pub agent: &'static str,
}

/// What a person's browser calls itself.
const PERSON: &str =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36";

impl<'w> Browser<'w> {
    pub fn new(world: &'w World) -> Self {
        Self { world, cookies: BTreeMap::new(), site: "same-origin", agent: PERSON }
    }

    /// One that calls itself so.
    pub fn called(world: &'w World, agent: &'static str) -> Self {
        Self { agent, ..Self::new(world) }
    }

    /// One in which somebody has logged in by the page for it.
    pub fn of(world: &'w World, email: &str) -> Self {
        let mut browser = Self::new(world);
        let form = form(&browser.get("/staff/login").text(), "/staff/login");
        let answer = browser.send(&form, &[("email", email), ("password", PASSWORD)]);
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        browser
    }

    /// Returns a cookie.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.get(name).map(String::as_str)
    }

    /// Has a cookie, as who else can write one into somebody's browser would.
    pub fn plant(&mut self, name: &str, value: &str) {
        self.cookies.insert(name.to_owned(), value.to_owned());
    }

    /// Lets a cookie go.
    pub fn forget(&mut self, cookie: &str) {
        self.cookies.remove(cookie);
    }

    fn request(&self, method: &str, path: &str) -> axum::http::request::Builder {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = axum::http::Request::builder().method(method).uri(path);
        request.header(header::COOKIE, cookies.join("; ")).header(header::USER_AGENT, self.agent)
    }

    fn keep(&mut self, answer: &Answer) {
        for set in answer.headers.get_all(header::SET_COOKIE) {
            let (name, rest) = set.to_str().unwrap().split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            match value.is_empty() {
                true => self.cookies.remove(name),
                false => self.cookies.insert(name.to_owned(), value.to_owned()),
            };
        }
    }

    pub fn get(&mut self, path: &str) -> Answer {
        let answer = self.world.send("", self.request("GET", path), axum::body::Body::empty());
        self.keep(&answer);
        answer
    }

    /// Returns the text of a page that is there.
    #[track_caller]
    pub fn page(&mut self, path: &str) -> String {
        let answer = self.get(path);
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text());
        answer.text()
    }

    pub fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let fields: Vec<_> = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        self.post_all(path, &fields)
    }

    pub fn post_all(&mut self, path: &str, fields: &[(String, String)]) -> Answer {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self.request("POST", path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let request = request.header("sec-fetch-site", self.site);
        let answer = self.world.send("", request, body);
        self.keep(&answer);
        answer
    }

    /// Sends a form as its page made it, with some fields filled in.
    pub fn send(&mut self, form: &Form, filled: &[(&str, &str)]) -> Answer {
        let mut fields: Vec<(String, String)> =
            form.fields.iter().filter(|(name, _)| !filled.iter().any(|(n, _)| n == name)).cloned().collect();
        fields.extend(filled.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        match form.method.as_str() {
            "get" => {
                let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&fields).finish();
                self.get(&format!("{}?{query}", form.action))
            }
            _ if form.is_multipart => self.upload(form, &fields, None),
            _ => self.post_all(&form.action, &fields),
        }
    }

    /// Sends a form with a file.
    pub fn upload(&mut self, form: &Form, fields: &[(String, String)], file: Option<(&str, &str, &[u8])>) -> Answer {
        let mut body = Vec::new();
        for (name, value) in fields {
            let part = format!("--EDGE\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend(part.bytes());
        }
        if let Some((field, name, bytes)) = file {
            let head =
                format!("--EDGE\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\r\n");
            body.extend(head.bytes());
            body.extend(bytes);
            body.extend(b"\r\n");
        }
        body.extend(b"--EDGE--\r\n");
        let request = self.request("POST", &form.action);
        let request = request.header(header::CONTENT_TYPE, "multipart/form-data; boundary=EDGE");
        let request = request.header("sec-fetch-site", self.site);
        let answer = self.world.send("", request, body);
        self.keep(&answer);
        answer
    }

    /// Goes into the portal by a link, as a person does.
    pub fn enter(&mut self, link: &str) -> Answer {
        let page = self.get(link).text();
        let field = |name: &str| hidden(&page, name);
        self.post("/portal/enter", &[("token", &field("token")), ("nonce", &field("nonce"))])
    }

    /// Follows an answer to where it leads.
    #[track_caller]
    pub fn follow(&mut self, answer: &Answer) -> String {
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        let to = to(answer);
        self.page(&to)
    }
}

/// Returns where an answer leads.
pub fn to(answer: &Answer) -> String {
    answer.headers[header::LOCATION].to_str().unwrap().to_owned()
}

/// A form of a page.
pub struct Form {
    pub method: String,
    pub action: String,
    pub is_multipart: bool,
    /// The names of all its fields, also of what is not chosen.
    pub names: BTreeSet<String>,
    /// The names of those into which one types.
    pub texts: Vec<String>,
    /// As the browser would send them: what is chosen and what is hidden.
    pub fields: Vec<(String, String)>,
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    let raw = rest.split('"').next()?;
    // The ampersand last: what it makes is none of the others.
    let marks = [("&#34;", "\""), ("&#39;", "'"), ("&#60;", "<"), ("&#62;", ">"), ("&#38;", "&")];
    Some(marks.iter().fold(raw.to_owned(), |text, (mark, sign)| text.replace(mark, sign)))
}

/// Returns the first form of a page that goes to an address.
#[track_caller]
pub fn form(page: &str, action: &str) -> Form {
    let found = forms(page).into_iter().find(|form| form.action == action);
    found.unwrap_or_else(|| panic!("no form goes to {action}: {page}"))
}

/// Returns the first form to an address, whatever its query, that has a field.
#[track_caller]
pub fn form_with(page: &str, action: &str, field: &str) -> Form {
    let path = action.split('?').next().unwrap();
    let fits = |form: &Form| form.action.split('?').next() == Some(path) && form.names.contains(field);
    let found = forms(page).into_iter().find(fits);
    found.unwrap_or_else(|| panic!("no form to {path} has a field {field}: {page}"))
}

/// Returns the value of a hidden field.
#[track_caller]
pub fn hidden(page: &str, name: &str) -> String {
    let (_, rest) =
        page.split_once(&format!("name=\"{name}\" value=\"")).unwrap_or_else(|| panic!("no {name}: {page}"));
    rest.split('"').next().unwrap().to_owned()
}

/// Returns all forms of a page.
pub fn forms(page: &str) -> Vec<Form> {
    let parts = page.split("<form ").skip(1).filter_map(|part| part.split_once("</form>"));
    parts.map(|(part, _)| read_form(part)).collect()
}

fn read_form(part: &str) -> Form {
    let (head, inner) = part.split_once('>').unwrap();
    let head = format!(" {head}");
    let (mut fields, mut names, mut texts) = (Vec::new(), BTreeSet::new(), Vec::new());
    for tag in inner.split('<').skip(1) {
        let (tag, after) = tag.split_once('>').unwrap();
        let tag = format!(" {tag}");
        let Some(name) = attribute(&tag, "name") else { continue };
        names.insert(name.clone());
        let value = attribute(&tag, "value").unwrap_or_default();
        let kind = attribute(&tag, "type").unwrap_or_default();
        let element = tag.split_whitespace().next().unwrap();
        let is_typed =
            element == "input" && ["", "text", "email", "password", "number", "date"].contains(&kind.as_str());
        if (is_typed || element == "textarea") && !texts.contains(&name) {
            texts.push(name.clone());
        }
        match element {
            "input" if kind == "file" => {}
            "input" if ["checkbox", "radio"].contains(&kind.as_str()) && !format!("{tag} ").contains(" checked ") => {}
            "input" => fields.push((name, value)),
            "textarea" => fields.push((name, after.to_owned())),
            "select" => {
                let options =
                    inner.split(&format!("name=\"{name}\"")).nth(1).unwrap().split("</select>").next().unwrap();
                let tags: Vec<&str> = options.split("<option").skip(1).collect();
                let chosen = tags.iter().find(|option| option.contains(" selected>")).or(tags.first());
                fields.extend(chosen.map(|option| (name, attribute(option, "value").unwrap_or_default())));
            }
            _ => {}
        }
    }
    Form {
        method: attribute(&head, "method").unwrap(),
        action: attribute(&head, "action").unwrap(),
        is_multipart: head.contains("multipart/form-data"),
        names,
        texts,
        fields,
    }
}

impl Form {
    /// A form with a file that no page has shown.
    pub fn with_file(action: &str) -> Self {
        let (method, action) = ("post".to_owned(), action.to_owned());
        let (names, texts, fields) = (BTreeSet::new(), Vec::new(), Vec::new());
        Self { method, action, is_multipart: true, names, texts, fields }
    }
}

/// Words that stand in English sentences and in no German one.
const ENGLISH: [&str; 34] = [
    "the",
    "is",
    "are",
    "and",
    "of",
    "with",
    "without",
    "not",
    "must",
    "cannot",
    "has",
    "have",
    "needs",
    "need",
    "this",
    "that",
    "its",
    "it",
    "such",
    "as",
    "at",
    "least",
    "most",
    "characters",
    "than",
    "shorter",
    "says",
    "only",
    "nobody",
    "where",
    "which",
    "too",
    "goes",
    "to",
];

/// Where a page says what is wrong: beside its fields, above a form, in notices.
const WRONG: [(&str, &str); 2] = [("class=\"problem\"", "</p>"), ("class=\"notice", "</div>")];

/// Fails on English in what a page says is wrong.
#[track_caller]
pub fn is_german(page: &str, but: &[&str]) {
    is_german_in(page, &WRONG, but);
}

/// Fails on English in what a page says is wrong, and in the rows of its tables, its facts and its findings.
#[track_caller]
pub fn is_german_throughout(page: &str, but: &[&str]) {
    let places = [("<tr", "</tr>"), ("<dd", "</dd>"), ("class=\"missing\"", "</ul>")];
    is_german_in(page, &[&WRONG[..], &places].concat(), but);
}

#[track_caller]
fn is_german_in(page: &str, places: &[(&str, &str)], but: &[&str]) {
    assert!(page.contains("<html lang=\"de\">"), "{page}");
    let mut seen = 0;
    for (start, end) in places {
        for part in page.split(*start).skip(1) {
            let part = part.split_once('>').map_or("", |(_, rest)| rest);
            let part = part.split(*end).next().unwrap_or_default();
            let plain: Vec<_> = part.split('<').map(|one| one.split_once('>').map_or(one, |(_, text)| text)).collect();
            // What was typed, and what is technical, is quoted.
            let said: String = plain.join(" ").split('`').step_by(2).collect::<Vec<_>>().join(" ");
            let said = but.iter().fold(said, |text, not| text.replace(not, " "));
            let words = said.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase);
            let english: Vec<_> = words.filter(|word| ENGLISH.contains(&word.as_str())).collect();
            assert!(english.len() < 2, "{english:?} in: {said}");
            seen += usize::from(!said.trim().is_empty());
        }
    }
    assert!(seen > 0, "nothing is said to be wrong: {page}");
}
