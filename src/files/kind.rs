//! Kinds of files that a certificate can be had as.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A kind of file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FileKind {
    /// PDF/A-3b with the credential attached.
    #[default]
    Pdf,
    /// A picture at 150 dpi.
    Png,
    /// A picture at 300 dpi, for printers.
    #[serde(rename = "png_300")]
    Png300,
    /// The credential, a compact JWS (W3C VC-JOSE-COSE).
    Jwt,
    /// The credential with an embedded proof (eddsa-rdfc-2022, Open Badges 3.0).
    Json,
    /// The achievement's badge as a PNG with the credential baked in (Open Badges 3.0 section 5.3.1).
    BakedPng,
    /// The achievement's badge as an SVG with the credential baked in (Open Badges 3.0 section 5.3.2).
    BakedSvg,
}

impl FileKind {
    /// Every kind.
    pub const ALL: [Self; 7] =
        [Self::Pdf, Self::Png, Self::Png300, Self::Jwt, Self::Json, Self::BakedPng, Self::BakedSvg];

    /// Returns its name, as the service and manifests write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Png => "png",
            Self::Png300 => "png_300",
            Self::Jwt => "jwt",
            Self::Json => "json",
            Self::BakedPng => "baked_png",
            Self::BakedSvg => "baked_svg",
        }
    }

    /// Returns what stands behind the last part of a file's name; another one for each kind, so that all lie in one folder.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Png => "png",
            Self::Png300 => "300dpi.png",
            Self::Jwt => "jwt",
            Self::Json => "json",
            Self::BakedPng => "badge.png",
            Self::BakedSvg => "badge.svg",
        }
    }

    /// Returns its media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Png | Self::Png300 | Self::BakedPng => "image/png",
            Self::Jwt => "text/plain; charset=utf-8",
            Self::Json => "application/vc+ld+json",
            Self::BakedSvg => "image/svg+xml",
        }
    }

    /// Says whether it holds an embedded proof, for which a key is needed until it is kept.
    pub const fn holds_proof(self) -> bool {
        matches!(self, Self::Json | Self::BakedPng | Self::BakedSvg)
    }

    /// Says whether making one takes as long as drawing a page in pixels.
    pub const fn is_picture(self) -> bool {
        matches!(self, Self::Png | Self::Png300)
    }

    /// Reads kinds that are parted by commas; nothing if one of them is none, or there is none.
    pub fn list(text: &str) -> Option<Vec<Self>> {
        let mut kinds = Vec::new();
        for name in text.split(',').map(str::trim) {
            let kind = Self::ALL.into_iter().find(|kind| kind.name() == name)?;
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        Some(kinds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_a_name_and_an_extension_of_its_own() {
        for kind in FileKind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
            assert_eq!(FileKind::list(kind.name()), Some(vec![kind]));
            assert_eq!(FileKind::ALL.iter().filter(|other| other.extension() == kind.extension()).count(), 1);
        }
        assert_eq!(FileKind::list("pdf, json,pdf"), Some(vec![FileKind::Pdf, FileKind::Json]));
        assert_eq!((FileKind::list("pdf,gif"), FileKind::list("")), (None, None));
    }
}
