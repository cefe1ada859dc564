use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::credential::UnverifiedCredential;
use crate::proof::jws::Jws;
use crate::qr::{self, Symbol};
use crate::render::{Base, BaseMeta, CertificateMeta, RenderError};
use crate::store::{Certificate, Store, StoreError, TemplateRef};
use crate::template::{FillError, FontLibrary, Item, Layout, Record, Scene, Template, TemplateError};

/// Why a certificate cannot be drawn.
#[derive(Debug, thiserror::Error)]
pub enum FaceError {
    /// Its template version is not in the store.
    #[error("template version {0} is not in the store")]
    TemplateMissing(String),
    /// Its template does not load.
    #[error(transparent)]
    Template(#[from] TemplateError),
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
        problem: crate::credential::Malformed,
    },
}

/// Compiled templates by version, with the fonts that they share.
pub struct Faces {
    fonts: FontLibrary,
    compiled: Mutex<HashMap<String, Arc<Face>>>,
}

/// One compiled template version: its layout, and all bytes that its certificates share.
pub struct Face {
    layout: Layout,
    base: Base,
}

impl Faces {
    /// Returns an empty collection over these fonts.
    pub fn new(fonts: FontLibrary) -> Self {
        Self { fonts, compiled: Mutex::default() }
    }

    /// Returns the fonts.
    pub fn fonts(&self) -> &FontLibrary {
        &self.fonts
    }

    /// Returns a compiled template version, compiling it at first use.
    ///
    /// # Errors
    /// When the version is not in the store, or does not compile.
    pub fn of(&self, store: &dyn Store, template: &TemplateRef) -> Result<Arc<Face>, FaceError> {
        let mut compiled = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(face) = compiled.get(&template.bundle.0) {
            return Ok(face.clone());
        }
        let bundle = store.blob(&template.bundle)?.ok_or_else(|| FaceError::TemplateMissing(template.bundle.to_string()))?;
        let face = Arc::new(Face::compile(&Template::from_bundle(&bundle)?, &self.fonts)?);
        compiled.insert(template.bundle.0.clone(), face.clone());
        Ok(face)
    }

    /// Returns a certificate's PDF: the same bytes each time.
    ///
    /// # Errors
    /// See [`FaceError`].
    pub fn pdf(&self, store: &dyn Store, certificate: &Certificate, verifier: &str) -> Result<Vec<u8>, FaceError> {
        let face = self.of(store, &certificate.template)?;
        let scene = face.scene(&self.fonts, certificate)?;
        face.pdf(&self.fonts, scene, certificate, verifier)
    }
}

impl Face {
    /// Compiles a template.
    ///
    /// # Errors
    /// When its static parts do not lay out or draw.
    pub fn compile(template: &Template, fonts: &FontLibrary) -> Result<Self, FaceError> {
        let layout = Layout::new(template, fonts)?;
        let base = Base::new(layout.base(), fonts, &BaseMeta::default())?;
        Ok(Self { layout, base })
    }

    /// Lays out what differs from certificate to certificate, with a blank QR symbol.
    ///
    /// # Errors
    /// When a text does not fit or has no glyphs: found here, before anything is signed.
    pub fn fill(&self, fonts: &FontLibrary, record: &Record) -> Result<Scene, FaceError> {
        Ok(self.layout.fill(fonts, record)?)
    }

    /// Lays out a certificate from its stored record alone.
    ///
    /// # Errors
    /// As [`Face::fill`], or when the record is damaged.
    pub fn scene(&self, fonts: &FontLibrary, certificate: &Certificate) -> Result<Scene, FaceError> {
        self.fill(fonts, &super::record::of_certificate(certificate)?)
    }

    /// Puts the QR code of a certificate into its scene and draws the PDF.
    ///
    /// # Errors
    /// See [`FaceError`].
    pub fn pdf(
        &self,
        fonts: &FontLibrary,
        mut scene: Scene,
        certificate: &Certificate,
        verifier: &str,
    ) -> Result<Vec<u8>, FaceError> {
        let qr_text = qr_text(certificate, verifier)?;
        put_symbol(&mut scene, Symbol::of(&qr_text)?);
        Ok(self.base.certificate(&scene, fonts, &meta(certificate, qr_text)?)?)
    }
}
