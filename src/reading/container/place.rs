//! Where a file lies, and what it is there for.

use super::super::parts::Role;
use super::super::text;

/// Where a file lies.
#[derive(Clone)]
pub(super) struct Place {
    /// Its way through the containers; none for the file itself.
    pub(super) name: Option<String>,
    /// How many containers it lies in.
    pub(super) depth: usize,
    /// What it is there for.
    pub(super) manner: Manner,
}

/// What a file is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::reading) enum Manner {
    /// It was handed over as a certificate.
    Meant,
    /// It lies in a folder, an archive, a mail or another file, with others that are none.
    Inside,
    /// A mail shows it between its lines, as a logo.
    Shown,
    /// Programs write it without being asked. Nothing is said of it where it holds nothing.
    Extra,
}

impl Place {
    pub(super) fn top(is_meant: bool) -> Self {
        Self { name: None, depth: 0, manner: if is_meant { Manner::Meant } else { Manner::Inside } }
    }

    pub(super) fn is_inside(&self) -> bool {
        self.manner != Manner::Meant
    }

    /// Returns the place of a member.
    pub(super) fn within(&self, name: &str) -> Self {
        Self { depth: self.depth + 1, ..self.beside(name, Role::File) }
    }

    /// Returns the place of a part, which is no deeper.
    pub(super) fn beside(&self, name: &str, role: Role) -> Self {
        let name = match &self.name {
            Some(outer) => format!("{outer}/{name}"),
            None => name.to_owned(),
        };
        let manner = if role == Role::Extra { Manner::Extra } else { Manner::Inside };
        Self { name: Some(name), depth: self.depth, manner }
    }
}

/// What the desktops of macOS and Windows leave in folders, and signatures of mails, told by name and form: a name alone
/// hides nothing.
pub(super) fn is_litter(path: &str, bytes: &[u8]) -> bool {
    /// Longest signature of a mail that cannot hold the mail too.
    const SIGNATURE_BYTES: usize = 64 << 10;
    match path.rsplit('/').next().unwrap_or_default() {
        ".DS_Store" => bytes.starts_with(b"\0\0\0\x01Bud1"),
        "Thumbs.db" => bytes.starts_with(b"\xD0\xCF\x11\xE0"),
        "desktop.ini" => text::read(bytes, false).is_ok_and(|held| !held.is_worth_a_word()),
        // DER, or BER without a length (X.690).
        "smime.p7s" => bytes.len() < SIGNATURE_BYTES && matches!(bytes, [0x30, 0x80..=0x84, ..]),
        // AppleDouble: a file's icon and its like.
        name => name.starts_with("._") && bytes.starts_with(b"\0\x05\x16\x07"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_desktop_leaves_is_litter() {
        assert!(is_litter("a/.DS_Store", b"\0\0\0\x01Bud1"));
        assert!(is_litter("__MACOSX/._CERT.pdf", b"\0\x05\x16\x07\0"));
        assert!(is_litter("desktop.ini", b"[.ShellClassInfo]\r\n"));
        assert!(is_litter("smime.p7s", b"\x30\x82\x01\x02"));
        for (name, bytes) in [
            ("._CERT.pdf", &b"%PDF-1.7"[..]),
            (".DS_Store", b"%PDF-1.7"),
            (".DS_Store", b"\x1F\x8B\x08\0"),
            ("smime.p7s", b"PK\x03\x04"),
            ("CERT.pdf", b"\0\x05\x16\x07\0"),
        ] {
            assert!(!is_litter(name, bytes), "{name}");
        }
    }
}
