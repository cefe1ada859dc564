use super::issue::random;
use super::record::{self, Constants};
use super::{Desk, Draft, Face, FaceError, IssueError, Signer, Subject};
use crate::credential::{Achievement, CertificateNumber, CredentialSuffix, EventCode, Extras, StatusEntry};
use crate::proof::eddsa::SecretKey;
use crate::store::{BlobId, Certificate, CertificateState, Event, Fields, Participant, PersonKey, TemplateRef};
use crate::template::{FontLibrary, Template};

/// A certificate to look at: complete, but signed by a key that is thrown away, so that no verifier trusts it.
#[derive(Debug, Clone)]
pub struct Specimen {
    /// Name to print.
    pub recipient: String,
    /// Title of the event.
    pub title: String,
    /// Further columns.
    pub fields: Fields,
}

/// Why a specimen cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum SpecimenError {
    /// It cannot be built.
    #[error(transparent)]
    Draft(#[from] super::DraftError),
    /// It cannot be drawn.
    #[error(transparent)]
    Face(#[from] FaceError),
    /// No random bytes.
    #[error(transparent)]
    Issue(#[from] IssueError),
}

impl Specimen {
    /// Draws the specimen's PDF. Nothing is reserved or kept.
    ///
    /// # Errors
    /// See [`SpecimenError`].
    pub fn pdf(&self, desk: &Desk, template: &Template, fonts: &FontLibrary) -> Result<Vec<u8>, SpecimenError> {
        let (event, person) = (self.event(desk), self.person(desk));
        let number = CertificateNumber::new(event.code.clone(), desk.now.year(), 1);
        let status = StatusEntry { list: 1, index: 131_071 };
        let did = desk.issuer.did();
        let signer = Signer { id: "k0".to_owned(), kid: format!("{did}#k0"), key: SecretKey::from_seed(&random()?) };
        let subject = Subject::new(&event, &person)?;
        let suffix = CredentialSuffix::from_random(random()?);
        let draft = Draft::new(desk.issuer, &signer.kid, &subject, number.clone(), suffix, status, desk.now)?;
        let verifier = &desk.issuer.verifier;
        let face = Face::compile(template, fonts, &Constants::of(&draft.document, &person.fields, verifier))?;
        let scene = face.texts(&record::of(&draft.document, &person.fields, verifier))?;
        let signed = draft.sign(&signer)?;
        let certificate = Certificate {
            number,
            version: 1,
            person: person.key,
            recipient: person.name,
            email: None,
            fields: person.fields,
            jws: signed.jws,
            key: signer.id,
            template: event.template,
            status,
            issued: desk.now,
            signed: desk.now,
            valid_until: signed.valid_until,
            state: CertificateState::Active,
            erased: None,
        };
        Ok(face.pdf(scene, &certificate, verifier)?)
    }

    fn event(&self, desk: &Desk) -> Event {
        let code: EventCode = "SPECIMEN".parse().expect("a code of capitals");
        Event {
            achievement: Achievement {
                path: format!("a/{code}"),
                name: self.title.clone(),
                description: "A specimen to look at; it certifies nothing.".to_owned(),
                criteria: "None: this is a specimen.".to_owned(),
                achievement_type: "Certificate".to_owned(),
            },
            code,
            starts: Some(desk.now.plus_days(-2)),
            ends: Some(desk.now),
            expires_after: None,
            template: TemplateRef { name: "preview".to_owned(), bundle: BlobId(String::new()) },
            extras: Extras::default(),
            constants: Fields::new(),
            created: desk.now,
        }
    }

    fn person(&self, desk: &Desk) -> Participant {
        let key = PersonKey("specimen".to_owned());
        Participant::new(key, self.recipient.clone(), None, self.fields.clone(), desk.now)
    }
}
