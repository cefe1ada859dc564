//! Whom the relay's certificate is believed, and what is said when it is not (RFC 3207, 6125, 8314). Nothing leaves in the clear where
//! TLS was asked for, and no certificate is taken that nobody here trusts.

use std::error::Error;
use std::io;

use lettre::transport::smtp::client::{Certificate, TlsParameters};
use rustls::pki_types::UnixTime;
use rustls::{CertificateError, Error as TlsError};

use super::config::bare;
use crate::credential::Timestamp;

/// Most names of a foreign certificate that are shown.
const NAMES: usize = 3;

/// Why a text is no authority.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoAuthority {
    /// It holds no certificate in PEM.
    #[error("there is no certificate in it: `-----BEGIN CERTIFICATE-----` is expected")]
    NoCertificate,
    /// It holds something that is none.
    #[error("its certificates cannot be read")]
    Unreadable,
}

/// Returns how TLS is spoken with a host: trusted are the authorities that this machine trusts, and those of `ca`, a text in PEM.
///
/// # Errors
/// Why not, in words.
pub(super) fn parameters(host: &str, ca: Option<&str>) -> Result<TlsParameters, String> {
    let mut made = TlsParameters::builder(bare(host).to_owned());
    if let Some(ca) = ca {
        made = made.add_root_certificate(authorities(ca).map_err(|error| error.to_string())?);
    }
    made.build_rustls().map_err(|error| error.to_string())
}

/// Reads authorities in PEM.
///
/// # Errors
/// When there are none.
pub(super) fn authorities(ca: &str) -> Result<Certificate, NoAuthority> {
    // The library takes a text without any for none at all.
    if !ca.contains("-----BEGIN CERTIFICATE-----") {
        return Err(NoAuthority::NoCertificate);
    }
    Certificate::from_pem(ca.as_bytes()).map_err(|_| NoAuthority::Unreadable)
}

/// Says why TLS failed, if it was TLS.
pub(super) fn why(error: &(dyn Error + 'static), host: &str) -> Option<String> {
    Some(match tls_of(error)? {
        TlsError::InvalidCertificate(problem) => certificate(problem, host),
        TlsError::InvalidMessage(_) => {
            "it does not speak TLS from the first byte: that is security = \"starttls\", or another port".to_owned()
        }
        other => format!("TLS failed: {other}"),
    })
}

/// Looks for an error of TLS among what an error rests on.
fn tls_of<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e TlsError> {
    let mut next = Some(error);
    while let Some(one) = next {
        if let Some(found) = one.downcast_ref::<TlsError>() {
            return Some(found);
        }
        // What such an error holds is not what it calls its source.
        let held = one.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = match held {
            Some(held) => Some(held),
            None => one.source(),
        };
    }
    None
}

fn certificate(problem: &CertificateError, host: &str) -> String {
    use CertificateError as C;
    match problem {
        // Somebody of that name is trusted, and has another key.
        C::BadSignature | C::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
            "its certificate names a trusted authority that has not signed it: `ca_file` in `[mail]` names who else may".to_owned()
        }
        C::UnknownIssuer => {
            "its certificate is signed by nobody that this machine trusts: `ca_file` in `[mail]` names who else may".to_owned()
        }
        C::NotValidForNameContext { presented, .. } => {
            let names: Vec<_> = presented.iter().map(|name| named(name)).collect();
            let more = if names.len() > NAMES { ", …" } else { "" };
            match names.is_empty() {
                true => format!("its certificate names no host, so not `{host}`"),
                false => format!("its certificate is for {}{more}, not for `{host}`", names[..names.len().min(NAMES)].join(", ")),
            }
        }
        C::NotValidForName => format!("its certificate is not for `{host}`"),
        C::ExpiredContext { not_after, .. } => format!("its certificate has ended, on {}", instant(*not_after)),
        C::Expired => "its certificate has ended".to_owned(),
        C::NotValidYetContext { not_before, .. } => {
            format!("its certificate begins only on {}; or the clock of this machine is wrong", instant(*not_before))
        }
        C::NotValidYet => "its certificate has not begun; or the clock of this machine is wrong".to_owned(),
        C::Revoked => "its certificate is revoked".to_owned(),
        // As one has it that was made by a line of openssl without more.
        other if format!("{other:?}").contains("CaUsedAsEndEntity") => {
            "its certificate is that of an authority (CA:TRUE): it needs one of its own, signed by that authority or made with CA:FALSE"
                .to_owned()
        }
        other => format!("its certificate cannot be taken: {other}"),
    }
}

/// Takes the library's way of writing names away: `DnsName("mail.example.org")`, `IpAddress(127.0.0.1)`.
fn named(name: &str) -> String {
    let inner = name.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')')).unwrap_or(name);
    let shown: String = inner.trim_matches('"').chars().filter(|c| !c.is_control()).take(100).collect();
    format!("`{shown}`")
}

fn instant(time: UnixTime) -> Timestamp {
    Timestamp::from_unix(i64::try_from(time.as_secs()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_a_certificate_is_no_authority() {
        for text in ["", "hello", "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n"] {
            assert!(parameters("mail.example.org", Some(text)).is_err(), "{text}");
        }
        assert!(parameters("mail.example.org", None).is_ok() && parameters("[::1]", None).is_ok());
    }

    #[test]
    fn an_error_of_tls_is_found_within_others() {
        let inner = io::Error::new(io::ErrorKind::InvalidData, TlsError::InvalidCertificate(CertificateError::Expired));
        let outer = io::Error::other(inner);
        assert_eq!(why(&outer, "h").as_deref(), Some("its certificate has ended"));
        assert_eq!(why(&io::Error::other("down"), "h"), None);
    }

    #[test]
    fn names_are_shown_without_the_librarys_words() {
        assert_eq!(named("DnsName(\"mail.example.org\")"), "`mail.example.org`");
        assert_eq!(named("IpAddress(127.0.0.1)"), "`127.0.0.1`");
    }
}
