//! The sRGB profile of the output intent, built from the published numbers of IEC 61966-2-1 (ICC.1:2010, profile 4.2).

/// Sixteen-bit fraction of an `s15Fixed16Number`.
fn fixed(value: f64) -> [u8; 4] {
    ((value * 65536.0).round() as i32).to_be_bytes()
}

/// Colorants of sRGB, adapted to D50 by Bradford's method, as in the ICC's own profile.
const RED: [f64; 3] = [0.436_065_674, 0.222_488_403, 0.013_916_016];
const GREEN: [f64; 3] = [0.385_147_095, 0.716_873_169, 0.097_076_416];
const BLUE: [f64; 3] = [0.143_066_406, 0.060_607_910, 0.714_096_069];
/// White point of the connection space.
const D50: [f64; 3] = [0.964_202_881, 1.0, 0.824_905_396];
/// Bradford's matrix from D65 to D50.
const ADAPTATION: [f64; 9] = [
    1.047_882_1,
    0.022_918_7,
    -0.050_201_4,
    0.029_586_8,
    0.990_478_5,
    -0.017_059_3,
    -0.009_231_6,
    0.015_075_7,
    0.751_678_5,
];
/// The transfer curve: (ax+b)^g where x >= d, cx below it.
const CURVE: [f64; 5] = [2.4, 1.0 / 1.055, 0.055 / 1.055, 1.0 / 12.92, 0.040_45];

/// Returns the profile.
pub(super) fn srgb() -> Vec<u8> {
    let tags: [(&[u8; 4], Vec<u8>); 10] = [
        (b"desc", localized("sRGB")),
        (b"cprt", localized("No copyright, use freely")),
        (b"wtpt", numbers(b"XYZ ", &D50)),
        (b"chad", numbers(b"sf32", &ADAPTATION)),
        (b"rXYZ", numbers(b"XYZ ", &RED)),
        (b"gXYZ", numbers(b"XYZ ", &GREEN)),
        (b"bXYZ", numbers(b"XYZ ", &BLUE)),
        (b"rTRC", curve()),
        (b"gTRC", Vec::new()),
        (b"bTRC", Vec::new()),
    ];
    let mut table = (tags.len() as u32).to_be_bytes().to_vec();
    let (mut data, start) = (Vec::new(), 128 + 4 + 12 * tags.len());
    let mut last = (0u32, 0u32);
    for (name, value) in &tags {
        // The three channels share one curve.
        if !value.is_empty() {
            last = ((start + data.len()) as u32, value.len() as u32);
            data.extend_from_slice(value);
            data.resize(data.len().next_multiple_of(4), 0);
        }
        table.extend_from_slice(*name);
        table.extend_from_slice(&last.0.to_be_bytes());
        table.extend_from_slice(&last.1.to_be_bytes());
    }
    let mut profile = header((start + data.len()) as u32);
    profile.extend_from_slice(&table);
    profile.extend_from_slice(&data);
    profile
}

fn header(size: u32) -> Vec<u8> {
    let mut out = vec![0; 128];
    let mut put = |at: usize, bytes: &[u8]| out[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, &size.to_be_bytes());
    put(8, &[4, 0x20, 0, 0]);
    put(12, b"mntrRGB XYZ ");
    // 2026-01-01: the profile's date is part of the format, not a clock.
    put(24, &[0x07, 0xEA, 0, 1, 0, 1]);
    put(36, b"acsp");
    put(68, &fixed(D50[0]));
    put(72, &fixed(D50[1]));
    put(76, &fixed(D50[2]));
    out
}

fn localized(text: &str) -> Vec<u8> {
    let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let mut out = b"mluc\0\0\0\0".to_vec();
    for value in [1u32, 12] {
        out.extend_from_slice(&value.to_be_bytes());
    }
    out.extend_from_slice(b"enUS");
    out.extend_from_slice(&(units.len() as u32).to_be_bytes());
    out.extend_from_slice(&28u32.to_be_bytes());
    out.extend_from_slice(&units);
    out
}

fn numbers(kind: &[u8; 4], values: &[f64]) -> Vec<u8> {
    let mut out = kind.to_vec();
    out.extend_from_slice(&[0; 4]);
    out.extend(values.iter().flat_map(|value| fixed(*value)));
    out
}

fn curve() -> Vec<u8> {
    let mut out = b"para\0\0\0\0\0\x03\0\0".to_vec();
    out.extend(CURVE.iter().flat_map(|value| fixed(*value)));
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_profile_names_its_own_size_and_stays_small() {
        let profile = super::srgb();
        assert_eq!(profile[..4], (profile.len() as u32).to_be_bytes());
        assert!(profile.len() < 600, "{} bytes", profile.len());
    }
}
