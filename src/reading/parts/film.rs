//! Films (ISO/IEC 14496-12), which phones add to a picture that moves for a second.

/// Boxes that a film is made of.
const BOXES: [&[u8; 4]; 14] = [
    b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"udta", b"meta", b"uuid", b"moof", b"mfra", b"sidx",
    b"pdin", b"mpvd",
];

/// Brands of pictures in the same frame: these may show a certificate, and are not looked at.
const PICTURES: [&[u8; 4]; 9] = [b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"avif", b"avis"];

/// Returns where a film ends that begins here.
pub(super) fn end(bytes: &[u8]) -> Option<usize> {
    let brand = bytes.get(8..12).filter(|_| bytes.get(4..8) == Some(b"ftyp"))?;
    if PICTURES.iter().any(|picture| *picture == brand) {
        return None;
    }
    let mut at = 0;
    while let Some(length) = box_length(&bytes[at..]) {
        at = at.checked_add(length).filter(|&at| at <= bytes.len())?;
    }
    Some(at)
}

/// Returns the length of a box of a film: 32 or 64 bits, or to the end.
fn box_length(bytes: &[u8]) -> Option<usize> {
    let kind = bytes.get(4..8)?;
    if !BOXES.iter().any(|known| *known == kind) {
        return None;
    }
    let length = match u32::from_be_bytes(bytes[..4].try_into().ok()?) {
        0 => bytes.len(),
        1 => usize::try_from(u64::from_be_bytes(bytes.get(8..16)?.try_into().ok()?)).ok()?,
        length => length as usize,
    };
    (length >= 8).then_some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_film_ends_with_its_last_box_and_a_picture_is_none() {
        let film = b"\0\0\0\x10ftypmp42\0\0\0\0\0\0\0\x0Cmdatwxyz";
        assert_eq!(end(film), Some(film.len()));
        assert_eq!(end(&[&film[..], b"SEFH"].concat()), Some(film.len()));
        assert_eq!(end(&film[..26]), None, "cut");
        assert_eq!(end(b"\0\0\0\x10ftypheic\0\0\0\0"), None);
    }
}
