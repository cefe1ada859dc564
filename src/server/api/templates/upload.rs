//! Uploads of templates: a document with its pictures and fonts, an archive of them, or pictures for another template.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::Multipart;
use axum::extract::multipart::MultipartRejection;
use utoipa::ToSchema;

use super::archive;
use crate::acts::templates::{self, MAX_UPLOAD_BYTES};
use crate::desk::Desk;
use crate::server::Problem;
use crate::server::arriving::Held;
use crate::server::upload::read_field;
use crate::template::{Draft, MAX_ASSETS, Template, TemplateError, no_place};

/// Parts of one upload.
const MAX_PARTS: usize = MAX_ASSETS + 8;
/// What is said where several of them are there, or none.
const ONE_OF: &str = "exactly one of `template`, `archive` and `base` is needed";

/// A template to upload.
#[derive(ToSchema)]
#[allow(dead_code, reason = "describes the form")]
pub(in crate::server::api) struct TemplateForm {
    /// Its name, for a new one.
    name: Option<String>,
    /// `template.json`; see `schemas/template.json`. Left out where `base` is given.
    #[schema(value_type = Option<String>, format = Binary)]
    template: Option<Vec<u8>>,
    /// Instead of `template`: a built-in template or one of the library, to put pictures into.
    base: Option<String>,
    /// With `base`: the name of a picture that is left out, as `logo`; once for each.
    without: Option<Vec<String>>,
    /// Instead of `template`: a ZIP archive with `template.json`, and its pictures and fonts beside it.
    #[schema(value_type = Option<String>, format = Binary)]
    archive: Option<Vec<u8>>,
    /// Pictures and fonts that the document names, each under its file name.
    #[schema(value_type = Option<Vec<String>>, format = Binary)]
    asset: Option<Vec<Vec<u8>>>,
    /// The picture `logo`, where the template has a place for it; so `signature_1` to `signature_6`, and any other by name.
    #[schema(value_type = Option<String>, format = Binary)]
    logo: Option<Vec<u8>>,
}

/// The parts of an upload.
#[derive(Default)]
pub(in crate::server::api) struct Upload {
    /// Its name, for a new one.
    pub name: Option<String>,
    document: Option<Vec<u8>>,
    archive: Option<Vec<u8>>,
    base: Option<String>,
    /// Pictures of the base that are left out.
    without: Vec<String>,
    assets: Vec<(String, Vec<u8>)>,
    /// Its room in memory.
    _held: Option<Held>,
}

pub(super) fn bad(detail: impl Into<String>) -> Problem {
    Problem::bad_request("bad-upload", detail)
}

impl Upload {
    /// Reads the form, never more than a template may have.
    pub(in crate::server::api) async fn read(
        form: Result<Multipart, MultipartRejection>,
        limit: usize,
        mut held: Held,
    ) -> Result<Self, Problem> {
        let mut form = form.map_err(|rejection| bad(rejection.body_text()))?;
        let (mut read, mut left, mut parts) = (Self::default(), limit.min(MAX_UPLOAD_BYTES), 0);
        while let Some(field) = held.next(form.next_field()).await?.map_err(|error| bad(error.body_text()))? {
            parts += 1;
            if parts > MAX_PARTS {
                return Err(bad(format!("there are more than {MAX_PARTS} parts")));
            }
            let name = field.name().unwrap_or_default().to_owned();
            let file = field.file_name().map(str::to_owned);
            let bytes = read_field(field, &mut left, &mut held).await?;
            read.take(name, file, bytes)?;
        }
        held.whole();
        read._held = Some(held);
        Ok(read)
    }

    fn take(&mut self, name: String, file: Option<String>, bytes: Vec<u8>) -> Result<(), Problem> {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).map_err(|_| bad("a field is not UTF-8"));
        match (name.as_str(), file) {
            ("name", _) => self.name = Some(text(bytes)?.trim().to_owned()),
            ("base", _) => self.base = Some(text(bytes)?.trim().to_owned()),
            ("without", None) => self.without.push(text(bytes)?.trim().to_owned()),
            ("template", _) => self.document = Some(bytes),
            ("archive", _) => self.archive = Some(bytes),
            ("asset", Some(file)) => self.assets.push((file, bytes)),
            ("asset", None) => return Err(bad("an `asset` needs a file name")),
            (_, Some(_)) => self.assets.push((name, bytes)),
            (_, None) => return Err(bad("a part is neither `name`, `template`, `base`, `without` nor a file")),
        }
        Ok(())
    }

    /// Unpacks an archive, and refuses what is there twice.
    fn unpacked(mut self) -> Result<Self, Problem> {
        if let Some(archive) = self.archive.take() {
            if self.document.is_some() || self.base.is_some() {
                return Err(bad(ONE_OF));
            }
            let parts = archive::unpacked(&archive).map_err(|problem| bad(problem.to_string()))?;
            self.document = Some(parts.document);
            self.assets.extend(parts.assets);
        }
        let mut names: Vec<_> = self.assets.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        match names.windows(2).find(|two| two[0] == two[1]) {
            Some(twice) => {
                Err(bad(format!("asset `{}` is there twice", twice[0].chars().take(60).collect::<String>())))
            }
            None => Ok(self),
        }
    }

    /// Returns the base, without the pictures that are left out.
    fn of_base(&self, desk: &Desk, base: &str) -> Result<Template, Problem> {
        let template = templates::opened(desk.store, base, None)?;
        let places = template.asset_places();
        for name in &self.without {
            let said: String = name.chars().take(60).collect();
            let problem = match places.get(name) {
                // Also what another template of the event's had a place for.
                Some(true) | None if template.asset(name).is_some() => continue,
                Some(true) => format!("the picture `{said}` is not there"),
                Some(false) => format!("the template needs `{said}`, which cannot be left out"),
                None => format!("the template has no picture `{said}`"),
            };
            return Err(Problem::unprocessable("bad-template", problem));
        }
        Ok(self.without.iter().fold(template, |template, name| template.without_asset(name)))
    }

    /// Makes a template of the parts.
    pub(in crate::server::api) fn template(self, desk: &Desk) -> Result<Template, Problem> {
        let upload = self.unpacked()?;
        if !upload.without.is_empty() && upload.base.is_none() {
            return Err(bad("`without` goes with `base`"));
        }
        let template = match (&upload.document, &upload.base) {
            (Some(document), None) => Template::new(document, upload.by_name()).map_err(refused)?,
            (None, Some(base)) => {
                let template = upload.of_base(desk, base)?;
                let put = |template: Template, (name, bytes): (String, Vec<u8>)| template.with_asset(&name, bytes);
                upload.assets.clone().into_iter().try_fold(template, put).map_err(refused)?
            }
            _ => return Err(bad(ONE_OF)),
        };
        let places = template.asset_places();
        match upload.assets.iter().find(|(name, _)| !places.contains_key(name)) {
            None => Ok(template),
            Some((name, _)) => {
                let name: String = name.chars().take(60).collect();
                Err(Problem::unprocessable("bad-template", no_place(&name, places.keys().map(String::as_str))))
            }
        }
    }

    /// Reads what can be read of the parts, however much is wrong with them.
    pub(super) fn draft(self, desk: &Desk) -> Result<Draft, Problem> {
        let upload = self.unpacked()?;
        let (document, mut assets) = match (&upload.document, &upload.base) {
            (Some(document), None) => (document.clone(), BTreeMap::new()),
            (None, Some(base)) => {
                let base = upload.of_base(desk, base)?;
                let of = |name: &str| Some((name.to_owned(), Arc::new(base.asset(name)?.to_vec())));
                (base.document_bytes(), base.asset_names().filter_map(of).collect())
            }
            _ => return Err(bad(ONE_OF)),
        };
        assets.extend(upload.by_name());
        Ok(Draft::read(&document, assets))
    }

    fn by_name(&self) -> BTreeMap<String, Arc<Vec<u8>>> {
        self.assets.iter().map(|(name, bytes)| (name.clone(), Arc::new(bytes.clone()))).collect()
    }
}

fn refused(error: TemplateError) -> Problem {
    Problem::unprocessable("bad-template", error.to_string())
}
