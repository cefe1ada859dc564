//! What is part of the program: fonts and templates.

use super::purpose::Purpose;

/// File names and bytes of the fonts that are part of the program; their order is that of the fallback.
pub(super) const FONTS: &[(&str, &[u8])] = &[
    ("NotoSans-Bold.ttf", include_bytes!("../../fonts/NotoSans-Bold.ttf")),
    ("NotoSans-Italic.ttf", include_bytes!("../../fonts/NotoSans-Italic.ttf")),
    ("NotoSans-Regular.ttf", include_bytes!("../../fonts/NotoSans-Regular.ttf")),
    ("NotoSerif-Bold.ttf", include_bytes!("../../fonts/NotoSerif-Bold.ttf")),
    ("NotoSerif-Regular.ttf", include_bytes!("../../fonts/NotoSerif-Regular.ttf")),
    ("CormorantGaramond-Bold.ttf", include_bytes!("../../fonts/CormorantGaramond-Bold.ttf")),
    ("CormorantGaramond-Medium.ttf", include_bytes!("../../fonts/CormorantGaramond-Medium.ttf")),
    ("CormorantGaramond-MediumItalic.ttf", include_bytes!("../../fonts/CormorantGaramond-MediumItalic.ttf")),
    ("GreatVibes-Regular.ttf", include_bytes!("../../fonts/GreatVibes-Regular.ttf")),
    ("Montserrat-ExtraBold.ttf", include_bytes!("../../fonts/Montserrat-ExtraBold.ttf")),
    ("Montserrat-Regular.ttf", include_bytes!("../../fonts/Montserrat-Regular.ttf")),
    ("Montserrat-SemiBold.ttf", include_bytes!("../../fonts/Montserrat-SemiBold.ttf")),
    ("NotoNaskhArabic-Bold.ttf", include_bytes!("../../fonts/NotoNaskhArabic-Bold.ttf")),
    ("NotoNaskhArabic-Regular.ttf", include_bytes!("../../fonts/NotoNaskhArabic-Regular.ttf")),
    ("NotoSansArmenian-Bold.ttf", include_bytes!("../../fonts/NotoSansArmenian-Bold.ttf")),
    ("NotoSansArmenian-Regular.ttf", include_bytes!("../../fonts/NotoSansArmenian-Regular.ttf")),
    ("NotoSansBengali-Bold.ttf", include_bytes!("../../fonts/NotoSansBengali-Bold.ttf")),
    ("NotoSansBengali-Regular.ttf", include_bytes!("../../fonts/NotoSansBengali-Regular.ttf")),
    ("NotoSansDevanagari-Bold.ttf", include_bytes!("../../fonts/NotoSansDevanagari-Bold.ttf")),
    ("NotoSansDevanagari-Regular.ttf", include_bytes!("../../fonts/NotoSansDevanagari-Regular.ttf")),
    ("NotoSansEthiopic-Bold.ttf", include_bytes!("../../fonts/NotoSansEthiopic-Bold.ttf")),
    ("NotoSansEthiopic-Regular.ttf", include_bytes!("../../fonts/NotoSansEthiopic-Regular.ttf")),
    ("NotoSansGeorgian-Bold.ttf", include_bytes!("../../fonts/NotoSansGeorgian-Bold.ttf")),
    ("NotoSansGeorgian-Regular.ttf", include_bytes!("../../fonts/NotoSansGeorgian-Regular.ttf")),
    ("NotoSansGujarati-Bold.ttf", include_bytes!("../../fonts/NotoSansGujarati-Bold.ttf")),
    ("NotoSansGujarati-Regular.ttf", include_bytes!("../../fonts/NotoSansGujarati-Regular.ttf")),
    ("NotoSansGurmukhi-Bold.ttf", include_bytes!("../../fonts/NotoSansGurmukhi-Bold.ttf")),
    ("NotoSansGurmukhi-Regular.ttf", include_bytes!("../../fonts/NotoSansGurmukhi-Regular.ttf")),
    ("NotoSansHebrew-Bold.ttf", include_bytes!("../../fonts/NotoSansHebrew-Bold.ttf")),
    ("NotoSansHebrew-Regular.ttf", include_bytes!("../../fonts/NotoSansHebrew-Regular.ttf")),
    ("NotoSansKannada-Bold.ttf", include_bytes!("../../fonts/NotoSansKannada-Bold.ttf")),
    ("NotoSansKannada-Regular.ttf", include_bytes!("../../fonts/NotoSansKannada-Regular.ttf")),
    ("NotoSansKhmer-Bold.ttf", include_bytes!("../../fonts/NotoSansKhmer-Bold.ttf")),
    ("NotoSansKhmer-Regular.ttf", include_bytes!("../../fonts/NotoSansKhmer-Regular.ttf")),
    ("NotoSansLao-Bold.ttf", include_bytes!("../../fonts/NotoSansLao-Bold.ttf")),
    ("NotoSansLao-Regular.ttf", include_bytes!("../../fonts/NotoSansLao-Regular.ttf")),
    ("NotoSansMalayalam-Bold.ttf", include_bytes!("../../fonts/NotoSansMalayalam-Bold.ttf")),
    ("NotoSansMalayalam-Regular.ttf", include_bytes!("../../fonts/NotoSansMalayalam-Regular.ttf")),
    ("NotoSansMyanmar-Bold.ttf", include_bytes!("../../fonts/NotoSansMyanmar-Bold.ttf")),
    ("NotoSansMyanmar-Regular.ttf", include_bytes!("../../fonts/NotoSansMyanmar-Regular.ttf")),
    ("NotoSansOriya-Bold.ttf", include_bytes!("../../fonts/NotoSansOriya-Bold.ttf")),
    ("NotoSansOriya-Regular.ttf", include_bytes!("../../fonts/NotoSansOriya-Regular.ttf")),
    ("NotoSansSinhala-Bold.ttf", include_bytes!("../../fonts/NotoSansSinhala-Bold.ttf")),
    ("NotoSansSinhala-Regular.ttf", include_bytes!("../../fonts/NotoSansSinhala-Regular.ttf")),
    ("NotoSansTamil-Bold.ttf", include_bytes!("../../fonts/NotoSansTamil-Bold.ttf")),
    ("NotoSansTamil-Regular.ttf", include_bytes!("../../fonts/NotoSansTamil-Regular.ttf")),
    ("NotoSansTelugu-Bold.ttf", include_bytes!("../../fonts/NotoSansTelugu-Bold.ttf")),
    ("NotoSansTelugu-Regular.ttf", include_bytes!("../../fonts/NotoSansTelugu-Regular.ttf")),
    ("NotoSansThai-Bold.ttf", include_bytes!("../../fonts/NotoSansThai-Bold.ttf")),
    ("NotoSansThai-Regular.ttf", include_bytes!("../../fonts/NotoSansThai-Regular.ttf")),
    ("NotoSerifArmenian-Regular.ttf", include_bytes!("../../fonts/NotoSerifArmenian-Regular.ttf")),
    ("NotoSerifDevanagari-Regular.ttf", include_bytes!("../../fonts/NotoSerifDevanagari-Regular.ttf")),
    ("NotoSerifGeorgian-Regular.ttf", include_bytes!("../../fonts/NotoSerifGeorgian-Regular.ttf")),
    ("NotoSerifHebrew-Regular.ttf", include_bytes!("../../fonts/NotoSerifHebrew-Regular.ttf")),
    ("NotoSerifThai-Regular.ttf", include_bytes!("../../fonts/NotoSerifThai-Regular.ttf")),
];

/// The Chinese characters of the built-in templates' own words, and of dates: what stands on every Chinese certificate can be
/// drawn on every machine. It goes with the templates that need it, and is none of the fonts that others fall back on.
pub(super) const HAN: &[u8] = include_bytes!("../../fonts/NotoSansCJKsc-Words.otf");

/// A built-in template: its name, and the JSON documents of all its versions, the first one first.
///
/// Certificates are drawn from the bytes that their event kept, so that no change reaches what was issued. A version that was
/// released stays as it is and stays here, for whoever names it; what is to look otherwise becomes the next one. A test
/// compares the digests.
pub(super) type BuiltIn = (&'static str, &'static [&'static [u8]]);

/// The built-in templates.
pub(super) const TEMPLATES: &[BuiltIn] = &[
    (
        "classic",
        &[
            include_bytes!("../../templates/classic@1.json"),
            include_bytes!("../../templates/classic@2.json"),
            include_bytes!("../../templates/classic@3.json"),
        ],
    ),
    (
        "modern",
        &[
            include_bytes!("../../templates/modern@1.json"),
            include_bytes!("../../templates/modern@2.json"),
            include_bytes!("../../templates/modern@3.json"),
        ],
    ),
    (
        "minimal",
        &[
            include_bytes!("../../templates/minimal@1.json"),
            include_bytes!("../../templates/minimal@2.json"),
            include_bytes!("../../templates/minimal@3.json"),
        ],
    ),
    ("laurel", &[include_bytes!("../../templates/laurel@1.json")]),
    ("ribbon", &[include_bytes!("../../templates/ribbon@1.json")]),
    ("quiet", &[include_bytes!("../../templates/quiet@1.json")]),
];

/// The built-in templates of share cards and badges, each kept as those of certificates are. `card` and `badge` draw what the program draws
/// by itself for an event that names none, the badge in one of its colours.
pub(super) const SMALL: &[(Purpose, BuiltIn)] = &[
    (Purpose::Card, ("card", &[include_bytes!("../../templates/card@1.json")])),
    (Purpose::Card, ("card-name", &[include_bytes!("../../templates/card-name@1.json")])),
    (Purpose::Badge, ("badge", &[include_bytes!("../../templates/badge@1.json")])),
];

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;
    use crate::template::Template;

    /// All versions that were released. A line here is never changed: events name the digest.
    const RELEASED: [(&str, u32, &str); 15] = [
        ("classic", 1, "249d3626a66e206c0dc2b38757fdd974612d62639fdb35fc51b36f29b84eed90"),
        ("classic", 2, "bca647f30df44b74fe8b7fe3bb13d5ec31a462355ca754ad798db1ea93bd2622"),
        ("classic", 3, "4a2cf84b1b29ceaa7b86fa5ee3d802a58b61fde472b58ffc6fec379b9819c8a9"),
        ("modern", 1, "1bc9f3438822cc73a4987b29abeace777adaa79db09e00bf615f3a566d8a8a2b"),
        ("modern", 2, "ac83e44a84748a31012d78a264f7b0624437e3ed84ba40d6a5d4f6ae1af993f0"),
        ("modern", 3, "ff59839ffd75be3b1e69db5177a9c790117495d8c3b62a702e074693f9cf51aa"),
        ("minimal", 1, "99d9b29453d5b772dfc8625fb70f0aea7e3cebe4abdcfcc98869ee727fdf71d9"),
        ("minimal", 2, "fac4762f1bd205d020c41a1571969e26cf49901a8268bf99b677d0113b7a2578"),
        ("minimal", 3, "9ef93d29f04c1fee781a2b86520d6742626ec7884f3053bde852c075cdd9eb9c"),
        ("laurel", 1, "488f327e557827466778a2166b3609e972ce6c53513f4d187ca480520c2f4bf1"),
        ("ribbon", 1, "0f5d176b5d7d30ca720f9b80cc3c2c7fbf46056e8b6935844b7fa2fed996f419"),
        ("quiet", 1, "483a87272d927af41df0aebb1908525b6afdf83a4b589bc0ab3538ed3a608152"),
        ("card", 1, "f045fc3207239425e162abeee2f513d77d602a66168fa157ad4a6b9f03635acd"),
        ("card-name", 1, "12a6865b8058b327eba6c08b82b27f19dd2a4b487e0d681c22b714ebc00bc659"),
        ("badge", 1, "98ad29ce331efbd984fa25be821112fe2a42f267e0c5c63756a671b54f29ed8d"),
    ];

    /// Certificates are drawn with these, too: what another version of a font draws is not what was issued.
    const FONTS_RELEASED: &str = "775334a0a62b52630993f0b2702a76fa904b1e88937091a7acd47a877e593a13";

    #[test]
    fn a_released_version_stays_as_it_is() {
        let small = SMALL.iter().map(|(_, template)| template);
        let all = TEMPLATES
            .iter()
            .chain(small)
            .flat_map(|(name, versions)| (1..=versions.len() as u32).map(move |n| (*name, n)));
        let digest = |(name, version)| (name, version, Template::built_in(name, Some(version)).unwrap().digest());
        let found: Vec<_> = all.map(digest).collect();
        let released: Vec<_> = RELEASED.iter().map(|(name, n, digest)| (*name, *n, (*digest).to_owned())).collect();
        assert_eq!(found, released, "a change needs a new version: a file, a line in TEMPLATES, and a line here");
    }

    #[test]
    fn the_fonts_stay_as_they_are() {
        let hex = |bytes: &[u8]| data_encoding::HEXLOWER.encode(&Sha256::digest(bytes));
        let lines: String = FONTS.iter().map(|(name, bytes)| format!("{}  {name}\n", hex(bytes))).collect();
        assert_eq!(hex(lines.as_bytes()), FONTS_RELEASED, "a font that is drawn otherwise gets a name of its own");
    }
}
