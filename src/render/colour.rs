//! What the numbers of a picture mean: its colour profile (ICC.1), or the gamma that a PNG names.
//!
//! Colours are not converted here. A profile that is not sRGB goes into the file with the picture (ISO 32000-1, 8.6.5.5), so
//! that readers show what the picture's maker saw. A gamma alone is worked into the samples: few readers know of it.

/// What a profile says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Profile<'a> {
    /// The numbers mean what those of a page mean; also where a profile does not fit the picture, as viewers take it.
    Srgb,
    /// Something else, by this profile.
    Other(&'a [u8]),
}

/// Gammas that differ so little from that of sRGB that nobody sees it.
const USUAL: std::ops::RangeInclusive<f64> = 0.42..=0.49;

impl<'a> Profile<'a> {
    /// Reads the header of a profile (ICC.1, 7.2) for a picture of so many channels. Only what PDF/A allows is taken (ISO 19005-3,
    /// 6.2.4.2): a device or space class, up to version 4, with the picture's colour space.
    pub(super) fn of(profile: &'a [u8], channels: usize) -> Self {
        let field = |at: usize| profile.get(at..at + 4).unwrap_or_default();
        let space: &[u8] = if channels == 1 { b"GRAY" } else { b"RGB " };
        let size = u32::from_be_bytes(field(0).try_into().unwrap_or_default()) as usize;
        let fits = field(36) == b"acsp"
            && field(16) == space
            && profile.get(8).is_some_and(|major| (2..=4).contains(major))
            && [b"mntr", b"scnr", b"prtr", b"spac"].iter().any(|class| field(12) == *class)
            && (128..=profile.len()).contains(&size);
        if fits && !is_srgb(profile) { Self::Other(&profile[..size]) } else { Self::Srgb }
    }
}

/// The name of the colour space in the profile's description, in ASCII (version 2) or UTF-16 (version 4).
fn is_srgb(profile: &[u8]) -> bool {
    [b"sRGB".as_slice(), b"s\0R\0G\0B"].iter().any(|name| memchr::memmem::find(profile, name).is_some())
}

/// Changes samples that were stored with a gamma (ISO/IEC 15948, 11.3.3.2) into those of sRGB (IEC 61966-2-1).
pub(super) fn to_srgb(samples: &mut [u8], gamma: f64) {
    if !gamma.is_finite() || gamma <= 0.0 || USUAL.contains(&gamma) {
        return;
    }
    let table: Vec<u8> = (0..=255u8)
        .map(|sample| {
            let light = (f64::from(sample) / 255.0).powf(1.0 / gamma);
            let shown = if light <= 0.003_130_8 { light * 12.92 } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 };
            (shown * 255.0).round() as u8
        })
        .collect();
    samples.iter_mut().for_each(|sample| *sample = table[usize::from(*sample)]);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(class: &[u8; 4], space: &[u8; 4], name: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0; 128];
        bytes[8] = 2;
        bytes[12..16].copy_from_slice(class);
        bytes[16..20].copy_from_slice(space);
        bytes[36..40].copy_from_slice(b"acsp");
        bytes.extend_from_slice(name);
        let size = bytes.len() as u32;
        bytes[..4].copy_from_slice(&size.to_be_bytes());
        bytes
    }

    #[test]
    fn a_profile_goes_along_where_it_fits_and_says_something_else() {
        let adobe = profile(b"mntr", b"RGB ", b"Adobe RGB (1998)");
        assert_eq!(Profile::of(&adobe, 3), Profile::Other(&adobe));
        assert_eq!(Profile::of(&adobe, 1), Profile::Srgb, "of a grey picture");
        assert_eq!(Profile::of(&profile(b"mntr", b"RGB ", b"sRGB IEC61966-2.1"), 3), Profile::Srgb);
        assert_eq!(Profile::of(&profile(b"link", b"RGB ", b"a link"), 3), Profile::Srgb);
        assert_eq!(Profile::of(&adobe[..100], 3), Profile::Srgb);
        assert_eq!(Profile::of(&[], 3), Profile::Srgb);
    }

    #[test]
    fn linear_samples_become_brighter() {
        let mut samples = [0, 55, 128, 255];
        to_srgb(&mut samples, 1.0);
        assert_eq!(samples, [0, 128, 188, 255]);
        to_srgb(&mut samples, 0.45455);
        assert_eq!(samples, [0, 128, 188, 255], "the usual one");
    }
}
