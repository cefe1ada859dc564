//! What certificates look like: templates compiled once for an event, and each certificate drawn from its record.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

use super::record::{self, Constants};
use super::{Printable, Proven};
use crate::credential::limits;
use crate::proof::jws::Jws;
use crate::qr::{self, Symbol};
use crate::render::{self, Backdrop, Base, BaseMeta, Brought, CertificateMeta, RenderError, Unchecked};
use crate::scene::{Drawing, Scene};
use crate::store::{Certificate, Store, StoreError, TemplateRef};
use crate::template::{FillError, Filling, FontLibrary, Laid, Layout, Purpose, Template, TemplateError};

/// Why a certificate cannot be drawn.
#[derive(Debug, thiserror::Error)]
pub enum FaceError {
    /// Its template version is not in the store.
    #[error("template version {0} is not in the store")]
    TemplateMissing(String),
    /// Its template does not load.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// It was issued by a later version of the program.
    #[error("{0} is drawn by rules of number {1}, which this version of the program does not know; use a later one")]
    Drawing(String, u32),
    /// Its texts do not fit or have no glyphs.
    #[error(transparent)]
    Fill(#[from] FillError),
    /// Its QR code is too large.
    #[error(transparent)]
    Symbol(#[from] qr::SymbolError),
    /// Drawing failed.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The stored credential does not parse: the record is damaged.
    #[error("the stored credential of {number} is damaged: {problem}")]
    Credential {
        /// The certificate.
        number: String,
        /// What is wrong.
        problem: String,
    },
}

/// Most compiled templates that are kept; a run needs one.
const KEPT: usize = 32;

/// Resolution of pictures, in dots per inch.
pub const PICTURE_DPI: f32 = 150.0;

/// Resolution of pictures for printers.
pub const PRINT_DPI: f32 = 300.0;

/// Most memory that the backdrops of pictures take while they wait for the next one: four of A4. A run needs one; what is larger
/// than all of it is drawn as a whole each time.
const BACKDROP_BYTES: usize = 40 << 20;

/// The program as files name it; without a version, or an upgrade would change every file.
const PRODUCER: &str = "Testamur";

/// Compiled templates, with the fonts that they share.
pub struct Faces {
    fonts: FontLibrary,
    compiled: Mutex<HashMap<String, Arc<Face>>>,
    /// Those used last come last.
    backdrops: Mutex<Vec<Kept>>,
    /// Pictures as pages show them, by what they are drawn from.
    shown: Mutex<Vec<(String, Arc<String>)>>,
}

/// A face's backdrop at a resolution.
struct Kept {
    face: Arc<Face>,
    dpi: f32,
    afar: bool,
    backdrop: Arc<Backdrop>,
}

/// One template version compiled for one event: its layout, and all bytes that its certificates share.
pub struct Face {
    layout: Layout,
    base: Base,
}

impl Faces {
    /// Returns an empty collection over these fonts.
    pub fn new(fonts: FontLibrary) -> Self {
        Self { fonts, compiled: Mutex::default(), backdrops: Mutex::default(), shown: Mutex::default() }
    }

    /// Returns the pictures that were drawn for pages, the oldest first.
    pub(super) fn shown(&self) -> std::sync::MutexGuard<'_, Vec<(String, Arc<String>)>> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the fonts.
    pub fn fonts(&self) -> &FontLibrary {
        &self.fonts
    }

    /// Returns a template version compiled for what a credential's event and issuer say, compiling it at first use.
    ///
    /// # Errors
    /// When the version is not in the store, or does not compile.
    pub fn of(&self, store: &dyn Store, template: &TemplateRef, constants: &Constants) -> Result<Arc<Face>, FaceError> {
        self.drawn_by(Drawing::default(), store, template, constants)
    }

    /// As [`Faces::of`], by the rules of a certificate that was issued before.
    fn drawn_by(
        &self,
        drawing: Drawing,
        store: &dyn Store,
        template: &TemplateRef,
        constants: &Constants,
    ) -> Result<Arc<Face>, FaceError> {
        let key = format!("{} {} {}", drawing.number(), template.bundle, constants.digest());
        let mut compiled = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(face) = compiled.get(&key) {
            return Ok(face.clone());
        }
        let bundle =
            store.blob(&template.bundle)?.ok_or_else(|| FaceError::TemplateMissing(template.bundle.to_string()))?;
        let face = Arc::new(Face::drawn_by(drawing, &Template::from_bundle(&bundle)?, &self.fonts, constants)?);
        if compiled.len() >= KEPT {
            compiled.clear();
        }
        compiled.insert(key, face.clone());
        Ok(face)
    }

    /// Returns a certificate's PDF, from its stored record alone: the same bytes each time.
    ///
    /// # Errors
    /// See [`FaceError`].
    pub fn pdf(&self, store: &dyn Store, proven: &Proven, verifier: &str) -> Result<Vec<u8>, FaceError> {
        let (face, scene) = self.laid_out(store, proven, verifier)?;
        face.draw(scene, proven.certificate(), proven.jws(), proven.document(), verifier)
    }

    /// Returns the picture of a certificate's PDF with `dpi` pixels per inch, from its stored record alone: the same bytes each
    /// time.
    ///
    /// # Errors
    /// See [`FaceError`].
    pub fn png(&self, store: &dyn Store, proven: &Proven, verifier: &str, dpi: f32) -> Result<Vec<u8>, FaceError> {
        let (face, scene) = self.laid_out(store, proven, verifier)?;
        let meta = meta(proven.certificate(), Says::of(proven.document()), qr::pack(proven.jws(), verifier));
        self.draw(&face, scene, &meta, (dpi, false))
    }

    /// The same, as large as goes into a box of pixels.
    ///
    /// # Errors
    /// See [`FaceError`].
    pub fn png_within(
        &self,
        store: &dyn Store,
        proven: &Proven,
        verifier: &str,
        (wide, high): (u32, u32),
    ) -> Result<Vec<u8>, FaceError> {
        let (face, scene) = self.laid_out(store, proven, verifier)?;
        let dpi = (wide as f32 * 72.0 / scene.width).min(high as f32 * 72.0 / scene.height);
        let meta = meta(proven.certificate(), Says::of(proven.document()), qr::pack(proven.jws(), verifier));
        self.draw(&face, scene, &meta, (dpi, true))
    }

    /// Returns the picture of the PDF that [`Printable::pdf`] draws.
    ///
    /// # Errors
    /// See [`FaceError`].
    pub fn png_of(&self, printable: &Printable, verifier: &str, dpi: f32) -> Result<Vec<u8>, FaceError> {
        let Printable { certificate, scene, face, jws, says } = printable;
        let meta = meta(certificate, says.clone(), qr::pack(jws, verifier));
        self.draw(face, scene.clone(), &meta, (dpi, false))
    }

    fn laid_out(&self, store: &dyn Store, proven: &Proven, verifier: &str) -> Result<(Arc<Face>, Scene), FaceError> {
        let (certificate, document) = (proven.certificate(), proven.document());
        let drawing = Drawing::of(certificate.drawing)
            .ok_or_else(|| FaceError::Drawing(certificate.number.to_string(), certificate.drawing))?;
        let constants = Constants::of(document, &certificate.fields, verifier);
        let face = self.drawn_by(drawing, store, &certificate.template, &constants)?;
        let scene = face.texts(&record::of(document, &certificate.fields, certificate.days, verifier))?;
        Ok((face, scene))
    }

    fn draw(
        &self,
        face: &Arc<Face>,
        mut scene: Scene,
        meta: &CertificateMeta,
        (dpi, afar): (f32, bool),
    ) -> Result<Vec<u8>, FaceError> {
        let (width, height) = (scene.width * dpi / 72.0, scene.height * dpi / 72.0);
        if width * height * 4.0 > BACKDROP_BYTES as f32 {
            return Ok(render::png(&face.drawn(scene, meta)?, dpi)?);
        }
        face.layout.place_qr(&mut scene, &Symbol::of(&meta.verify_url)?)?;
        Ok(face.base.png(&*self.backdrop(face, dpi, afar)?, &scene, face.layout.fonts())?)
    }

    /// Returns a face's backdrop, drawing it if it is not kept.
    fn backdrop(&self, face: &Arc<Face>, dpi: f32, afar: bool) -> Result<Arc<Backdrop>, FaceError> {
        let mut kept = self.backdrops.lock().unwrap_or_else(PoisonError::into_inner);
        let is_it = |one: &Kept| Arc::ptr_eq(&one.face, face) && (one.dpi, one.afar) == (dpi, afar);
        let backdrop = match kept.iter().position(is_it) {
            Some(at) => kept.remove(at).backdrop,
            None if afar => Arc::new(face.base.backdrop_from_afar(dpi)?),
            None => Arc::new(face.base.backdrop(dpi)?),
        };
        kept.push(Kept { face: face.clone(), dpi, afar, backdrop: backdrop.clone() });
        let bytes = |kept: &[Kept]| kept.iter().map(|one| one.backdrop.bytes()).sum::<usize>();
        while kept.len() > 1 && bytes(&kept) > BACKDROP_BYTES {
            kept.remove(0);
        }
        Ok(backdrop)
    }
}

impl Face {
    /// Compiles a template.
    ///
    /// # Errors
    /// When its static parts do not lay out or draw.
    pub fn compile(template: &Template, fonts: &FontLibrary, constants: &Constants) -> Result<Self, FaceError> {
        Self::drawn_by(Drawing::default(), template, fonts, constants)
    }

    /// Draws what all certificates of a template share for nobody: what cannot be drawn is found, and no certificate made. Returns the
    /// pictures for which certificates do not say that they are PDF/A, each with what it brings.
    ///
    /// # Errors
    /// As [`Face::compile`].
    pub fn tried(
        template: &Template,
        fonts: &FontLibrary,
        constants: &Constants,
    ) -> Result<Vec<(String, String)>, FaceError> {
        let layout = Layout::drawn_by(Drawing::default(), template, fonts, constants.values())?;
        let base = Base::at_a_glance(layout.base(), layout.fonts(), &layout.name_faces())?;
        Ok(unchecked(&base).map(|(name, brings)| (name.to_owned(), brings)).collect())
    }

    fn drawn_by(
        drawing: Drawing,
        template: &Template,
        fonts: &FontLibrary,
        constants: &Constants,
    ) -> Result<Self, FaceError> {
        let layout = Layout::drawn_by(drawing, template, fonts, constants.values())?;
        let meta = BaseMeta { producer: PRODUCER.to_owned() };
        let base = Base::with_letters(layout.base(), layout.fonts(), &meta, &layout.name_faces())?;
        Ok(Self { layout, base })
    }

    /// Returns what its template is for.
    pub fn purpose(&self) -> Purpose {
        self.layout.purpose()
    }

    /// Lays out what differs from certificate to certificate, without the QR symbol.
    ///
    /// # Errors
    /// When a text does not fit or has no glyphs: found here, before anything is signed.
    pub fn texts(&self, record: &Filling) -> Result<Scene, FaceError> {
        Ok(self.layout.texts(record)?)
    }

    /// As [`Face::texts`], for one record after another of one person: what was laid out `before` is taken over where it says
    /// the same.
    ///
    /// # Errors
    /// As [`Face::texts`].
    pub(super) fn lay_out(&self, record: &Filling, before: Laid) -> Result<Laid, FaceError> {
        Ok(self.layout.lay_out(record, before)?)
    }

    /// Returns the page of what was laid out.
    pub(super) fn scene(&self, laid: Laid) -> Scene {
        self.layout.scene(laid)
    }

    /// Puts the QR code of a certificate that was signed just now into its scene and draws the PDF.
    ///
    /// # Errors
    /// See [`FaceError`].
    pub(super) fn fresh(&self, printable: &Printable, verifier: &str) -> Result<Vec<u8>, FaceError> {
        let Printable { certificate, scene, jws, says, .. } = printable;
        self.drawn(scene.clone(), &meta(certificate, says.clone(), qr::pack(jws, verifier)))
    }

    /// Draws a specimen in the place of a certificate: its code is as large, and neither in it nor attached is a credential.
    ///
    /// # Errors
    /// See [`FaceError`].
    pub(super) fn specimen(&self, scene: Scene, model: &Certificate, verifier: &str) -> Result<Vec<u8>, FaceError> {
        let jws = parsed(model)?;
        let text = qr::specimen(&jws, verifier);
        let meta = meta(model, Says::of(&document(model, &jws)?), text);
        self.drawn(scene, &CertificateMeta { jws: String::new(), id: String::new(), ..meta })
    }

    fn draw(
        &self,
        scene: Scene,
        certificate: &Certificate,
        jws: &Jws,
        document: &Value,
        verifier: &str,
    ) -> Result<Vec<u8>, FaceError> {
        self.drawn(scene, &meta(certificate, Says::of(document), qr::pack(jws, verifier)))
    }

    fn drawn(&self, mut scene: Scene, meta: &CertificateMeta) -> Result<Vec<u8>, FaceError> {
        self.layout.place_qr(&mut scene, &Symbol::of(&meta.verify_url)?)?;
        Ok(self.base.certificate(&scene, self.layout.fonts(), meta)?)
    }
}

fn unchecked(base: &Base) -> impl Iterator<Item = (&str, String)> {
    let word = |brought: &Brought| match brought {
        Brought::Fonts => "fonts",
        Brought::Profiles => "colour profiles",
        Brought::Jpeg2000 => "JPEG 2000 pictures",
    };
    let told = move |one: &Unchecked| one.brings.iter().map(word).collect::<Vec<_>>().join(" and ");
    base.unchecked().iter().map(move |one| (one.name.as_str(), told(one)))
}

pub(super) fn parsed(certificate: &Certificate) -> Result<Jws, FaceError> {
    Jws::parse(&certificate.jws, limits::CREDENTIAL_BYTES).map_err(|problem| damaged(certificate, &problem))
}

fn document(certificate: &Certificate, jws: &Jws) -> Result<Value, FaceError> {
    serde_json::from_slice(&jws.payload).map_err(|problem| damaged(certificate, &problem))
}

fn damaged(certificate: &Certificate, problem: &dyn std::fmt::Display) -> FaceError {
    FaceError::Credential { number: certificate.number.to_string(), problem: problem.to_string() }
}

/// What a credential says that stands in its file's properties.
#[derive(Debug, Clone)]
pub(super) struct Says {
    achievement: String,
    issuer: String,
    id: String,
}

impl Says {
    pub(super) fn of(document: &Value) -> Self {
        let text = |place: &str| record::text(document, place);
        Self { achievement: text("/credentialSubject/achievement/name"), issuer: text("/issuer/name"), id: text("/id") }
    }
}

fn meta(certificate: &Certificate, says: Says, verify_url: String) -> CertificateMeta {
    CertificateMeta {
        title: format!("{} – {}", says.achievement, certificate.recipient),
        author: says.issuer,
        subject: format!("Certificate {}", certificate.number),
        language: String::new(),
        created: certificate.signed,
        id: says.id,
        verify_url,
        jws: certificate.jws.clone(),
    }
}
