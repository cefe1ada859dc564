//! The published site, served by the service itself: a QR code works with one process behind one proxy.
//!
//! Serves what a publication put there and nothing else: no file whose name begins with a dot, but for `.well-known`, and
//! nothing outside the folder, also not through links. Knows no certificates; a web server of its own does as well, but for
//! status lists, which are told here in the form that is asked for.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use data_encoding::HEXLOWER;
use percent_encoding::percent_decode_str;
use sha2::{Digest, Sha256};

use super::{App, Problem};
use crate::publish::{MISSING, is_published_name};

/// Largest file of a site that is served.
const FILE_BYTES: u64 = 64 << 20;

/// The pages say themselves what they may load; they are shown in no frame.
const POLICY: &str = "base-uri 'none'; frame-ancestors 'none'";

/// Answers with a file of the site, or says that there is nothing at this address.
pub(super) async fn file(State(app): State<App>, request: Request) -> Response {
    let nothing = || Problem::new(StatusCode::NOT_FOUND, "no-such-route", "there is nothing at this address");
    let reads = [Method::GET, Method::HEAD].contains(request.method());
    let is_broken_link = reads && has_lost_mark(request.uri().path());
    let Some(name) = name(request.uri().path()).filter(|_| reads) else {
        return if is_broken_link { missing(&app).await } else { nothing().into_response() };
    };
    if let Some(list) = name.strip_prefix("status/").filter(|list| !list.contains('.')) {
        return status_list(&app, list, request.headers()).await;
    }
    let found = app.aside(move |app| Ok(app.vault.site().and_then(|site| read(site, &name)))).await;
    match found {
        Ok(Some(Found::File(name, bytes))) => answer(&name, bytes),
        Ok(Some(Found::Folder(name))) => {
            // From where it was asked for (RFC 9110 section 10.2.2): a proxy may have it below a path of its own.
            let last = name.rsplit('/').next().unwrap_or_default();
            ([(header::LOCATION, format!("{last}/"))], StatusCode::PERMANENT_REDIRECT).into_response()
        }
        Ok(None) if is_broken_link => missing(&app).await,
        Ok(None) => nothing().into_response(),
        Err(problem) => problem.into_response(),
    }
}

/// A form that a status list is published in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// With an embedded proof, under this media type.
    Json(&'static str),
    /// As compact JWS.
    Jwt,
}

/// The form for whoever takes anything (VC Data Model 2.0 section 6.3).
const ANY: Form = Form::Json("application/vc");
/// Media types of a status list: of VC Data Model 2.0, its drafts, JSON-LD and VC-JOSE-COSE.
const FORMS: [(&str, Form); 7] = [
    ("application/vc", ANY),
    ("application/vc+jwt", Form::Jwt),
    ("application/vc+ld+json", Form::Json("application/vc+ld+json")),
    ("application/ld+json", Form::Json("application/ld+json")),
    ("application/json", Form::Json("application/json")),
    ("application/jwt", Form::Jwt),
    ("application/jose", Form::Jwt),
];

impl Form {
    /// Returns the form that a reader wants most (RFC 9110 section 12.5.1). Programs that say nothing of what they take read
    /// credentials as JWT, as openbadgeslib does; who takes anything, or nothing of these, gets JSON.
    fn wanted(headers: &HeaderMap) -> Self {
        let mut ranges = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok()).peekable();
        if ranges.peek().is_none() {
            return Self::Jwt;
        }
        let best = ranges.flat_map(|value| value.split(',')).filter_map(weighed).fold(None, |best, one| match best {
            Some((_, quality)) if quality >= one.1 => best,
            _ => Some(one),
        });
        best.map_or(ANY, |(form, _)| form)
    }
}

/// Returns the form of a media range, and how much it is wanted.
fn weighed(range: &str) -> Option<(Form, f32)> {
    let mut parts = range.split(';').map(str::trim);
    let kind = parts.next()?.to_ascii_lowercase();
    let quality = parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")));
    let quality = quality.map_or(Some(1.0), |text| text.parse::<f32>().ok()).filter(|quality| *quality > 0.0)?;
    let known = FORMS.iter().find(|(name, _)| *name == kind).map(|(_, form)| *form);
    let form = known.or((kind == "*/*" || kind == "application/*").then_some(ANY))?;
    Some((form, quality))
}

/// Answers with a status list in the form that is asked for.
async fn status_list(app: &App, list: &str, headers: &HeaderMap) -> Response {
    let form = Form::wanted(headers);
    let (kind, file) = match form {
        Form::Json(kind) => (kind, format!("status/{list}")),
        Form::Jwt => ("application/vc+jwt", format!("status/{list}.jwt")),
    };
    match app.aside(move |app| Ok(app.vault.site().and_then(|site| read(site, &file)))).await {
        Ok(Some(Found::File(name, bytes))) => {
            let mut response = answer(&name, bytes);
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
            headers.insert(header::VARY, HeaderValue::from_static("accept"));
            response
        }
        Ok(_) => {
            Problem::new(StatusCode::NOT_FOUND, "no-such-route", "there is nothing at this address").into_response()
        }
        Err(problem) => problem.into_response(),
    }
}

/// True for a certificate's link in which something on the way has written `%23`, or `%2523`, for the `#`.
fn has_lost_mark(path: &str) -> bool {
    path.contains("%23") || path.contains("%2523")
}

/// Answers with the page that puts such a link right.
async fn missing(app: &App) -> Response {
    let found = app.aside(|app| Ok(app.vault.site().and_then(|site| read(site, MISSING)))).await;
    match found {
        Ok(Some(Found::File(name, bytes))) => (StatusCode::NOT_FOUND, answer(&name, bytes)).into_response(),
        _ => Problem::new(StatusCode::NOT_FOUND, "no-such-route", "there is nothing at this address").into_response(),
    }
}

/// Returns the name of a file or folder below the site by the path that was asked for; nothing if it can be none of the site's.
fn name(path: &str) -> Option<String> {
    let decoded = percent_decode_str(path.strip_prefix('/')?).decode_utf8().ok()?;
    let page = match decoded.strip_suffix('/') {
        Some(folder) => format!("{folder}/index.html"),
        None if decoded.is_empty() => "index.html".to_owned(),
        None => decoded.clone().into_owned(),
    };
    let plain = !decoded.contains(['\\', '\0', ':']) && decoded.split('/').all(|part| part != "..");
    // A folder may be named without its slash.
    let is_folder = !decoded.rsplit('/').next().is_some_and(|last| last.contains('.'));
    let good = is_published_name(&page) || is_folder && is_published_name(&format!("{decoded}/index.html"));
    // The service has pages of its own for certificates, and knows what was hidden since.
    let is_page = decoded.starts_with("c/");
    (plain && good && !is_page).then(|| decoded.into_owned())
}

enum Found {
    File(String, Vec<u8>),
    /// A folder that was named without a slash: links on its page would lead beside it.
    Folder(String),
}

fn read(site: &Path, name: &str) -> Option<Found> {
    let site = site.canonicalize().ok()?;
    // Nothing was published there yet.
    if !site.join("trust.jws").is_file() {
        return None;
    }
    let mut path = site.join(name);
    let mut name = name.to_owned();
    if path.is_dir() {
        if !name.is_empty() && !name.ends_with('/') {
            return Some(Found::Folder(name));
        }
        name.push_str("index.html");
        path = site.join(&name);
    }
    let path: PathBuf = path.canonicalize().ok()?;
    if !is_published_name(&name) || !path.starts_with(&site) {
        return None;
    }
    let mut bytes = Vec::new();
    let file = File::open(&path).ok()?;
    let meta = file.metadata().ok()?;
    if !meta.is_file() || meta.len() > FILE_BYTES {
        return None;
    }
    file.take(FILE_BYTES).read_to_end(&mut bytes).ok()?;
    Some(Found::File(name, bytes))
}

fn answer(name: &str, bytes: Vec<u8>) -> Response {
    let tag = format!("\"{}\"", HEXLOWER.encode(&Sha256::digest(&bytes)[..12]));
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type(name)));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    // Verifiers ask again each time, and get 304 while nothing has changed.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    // Anybody's verifier may read what is public.
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.extend(HeaderValue::from_str(&tag).ok().map(|tag| (header::ETAG, tag)));
    response
}

/// The media type of a file: those of the site are known by name.
fn media_type(name: &str) -> &'static str {
    let file = name.rsplit('/').next().unwrap_or(name);
    match file.rsplit_once('.').map(|(_, extension)| extension) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("wasm") => "application/wasm",
        Some("txt" | "md") => "text/plain; charset=utf-8",
        Some("jws" | "jwt") => "application/jose",
        // `status/1`: a credential (VC Data Model 2.0 section 6.3).
        None if name.starts_with("status/") => "application/vc",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_published_has_a_name() {
        for good in [
            "/",
            "/verify/",
            "/verify",
            "/verify/app.js",
            "/trust.jws",
            "/status/1",
            "/.well-known/did.json",
            "/keys/roots.json",
        ] {
            assert!(name(good).is_some(), "{good}");
        }
        let bad = [
            "",
            "/.publish.lock",
            "/.trust.jws.tmp",
            "/verify/.app.js.tmp",
            "/../testamur.toml",
            "/verify/../../x",
            "/verify//x",
            "/%2e%2e/x",
            "/verify/%2e%2e/%2e%2e/x",
            "/verify\\..\\x",
            "/other",
            "/keys/k1.jwe",
            "/keys/",
            "/status/x.sql",
            "/verify/notes.txt",
            "/.well-known/.x",
            "//etc/passwd",
            "/verify/%00",
            "/c/CERT-MAPS-2026-00001-abcd2345/",
            "/c/CERT-MAPS-2026-00001-abcd2345/index.html",
            "/c/CERT-MAPS-2026-00001-abcd2345",
            "/c/.pages",
        ];
        for bad in bad {
            assert_eq!(name(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_status_list_comes_in_the_form_that_is_wanted_most() {
        let wanted = |text: &str| {
            let accept = (header::ACCEPT, text.parse().unwrap());
            Form::wanted(&HeaderMap::from_iter([accept]))
        };
        assert_eq!(Form::wanted(&HeaderMap::new()), Form::Jwt);
        for (accept, form) in [
            ("*/*", ANY),
            ("text/html,application/xhtml+xml,*/*;q=0.8", ANY),
            ("application/vc+jwt", Form::Jwt),
            ("application/vc+jwt;q=0.4, application/json;q=0.5", Form::Json("application/json")),
            ("application/json;q=0.4, Application/VC+JWT;Q=0.5", Form::Jwt),
            ("application/vc+ld+json, application/vc+jwt", Form::Json("application/vc+ld+json")),
            ("application/ld+json; profile=\"x\", application/json, */*", Form::Json("application/ld+json")),
            ("application/vc+jwt;q=0", ANY),
            ("application/vc+jwt;q=nonsense, ;;,", ANY),
            ("image/png", ANY),
        ] {
            assert_eq!(wanted(accept), form, "{accept}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_out_of_the_site_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let site = folder.path().join("site");
        std::fs::create_dir_all(site.join("verify")).unwrap();
        std::fs::write(folder.path().join("secret"), "x").unwrap();
        std::os::unix::fs::symlink(folder.path().join("secret"), site.join("verify/secret.js")).unwrap();
        std::fs::write(site.join("verify/app.js"), "y").unwrap();
        assert!(read(&site, "verify/app.js").is_none(), "nothing was published there");
        std::fs::write(site.join("trust.jws"), "x").unwrap();
        assert!(read(&site, "verify/secret.js").is_none());
        assert!(matches!(read(&site, "verify/app.js"), Some(Found::File(..))));
        assert!(matches!(read(&site, "verify"), Some(Found::Folder(_))));
        assert!(read(&site, "verify/").is_none(), "it has no index.html");
    }
}
