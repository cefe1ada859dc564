//! The built-in templates, from layout to file, with names in many scripts.

use std::collections::BTreeMap;

use testamur::qr::Symbol;
use testamur::render::{Base, BaseMeta, raster};
use testamur::template::{Filling, FontLibrary, Layout, Template, builtin_names};

use crate::scenes::{meta, text_of, tool};

const NAMES: [&str; 10] = [
    "Alexandra Featherstonehaugh",
    "Nguyễn Thị Ánh Tuyết",
    "Όλγα Παπαδοπούλου",
    "Екатерина Ёлкина",
    "محمد عبد الله الأمير",
    "مُحَمَّدٌ",
    "יעל בן־דוד",
    "कृष्णमूर्ति श्रीवास्तव",
    "கோபாலகிருஷ்ணன்",
    "น้ำฝน ศิริวัฒน์กุล",
];
const NUMBER: &str = "CERT-WORKSHOP-2026-00001";

/// What a certificate of somebody is filled with.
pub(crate) fn record(name: &str) -> Filling {
    let fields = [
        ("participant_name", name),
        ("event_title", "Intarsia for beginners"),
        ("certificate_number", NUMBER),
        ("organization_name", "Example Academy"),
        ("description", "Forty hours of work at the bench, with a final piece."),
        ("verify_url", "https://certs.example.org/verify"),
    ];
    let date = "2026-05-01T00:00:00Z".parse().unwrap();
    let digits = "0123456789".repeat(85);
    Filling {
        fields: fields.map(|(key, value)| (key.to_owned(), value.to_owned())).into(),
        dates: ["issue_date", "event_starts", "event_ends"].map(|key| (key.to_owned(), date)).into(),
        qr: Symbol::of(&format!("HTTPS://CERTS.EXAMPLE.ORG/VERIFY/#1{digits}")).unwrap(),
        language: None,
    }
}

/// For the eye: `TESTAMUR_LOOK=folder` keeps the files.
fn drawn(template: &str, name: &str) -> Vec<u8> {
    let fonts = FontLibrary::builtin();
    let layout = Layout::with_constants(&Template::open(template).unwrap(), &fonts, &BTreeMap::new()).unwrap();
    let base = Base::new(layout.base(), layout.fonts(), &BaseMeta { producer: "Testamur".into() }).unwrap();
    let file = base.certificate(&layout.fill(&record(name)).unwrap(), layout.fonts(), &meta()).unwrap();
    if let Ok(folder) = std::env::var("TESTAMUR_LOOK") {
        std::fs::write(format!("{folder}/{template}-{}.pdf", name.len()), &file).unwrap();
    }
    file
}

#[test]
fn every_template_keeps_every_name_and_stays_small() {
    for template in builtin_names() {
        for name in NAMES {
            let file = drawn(template, name);
            let text = text_of(&file);
            // A long name may take two lines.
            let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(flat.contains(name), "{template}: {name} is not in\n{text}");
            assert!(text.contains(NUMBER), "{template}: {text}");
            assert!(file.len() <= 60 * 1024, "{template}: {} bytes", file.len());
        }
    }
}

#[test]
fn every_template_passes_qpdf_and_its_symbol_can_be_read() {
    for template in builtin_names() {
        let file = drawn(template, NAMES[0]);
        let said = tool("qpdf", &["--check"], &file, &[]);
        assert!(said.contains("No syntax or stream encoding errors found") && !said.contains("WARNING"), "{said}");
        let raster = raster(&file, 1, 150.0).unwrap();
        let gray = raster.rgba.chunks_exact(4).map(|pixel| pixel[1]).collect();
        let found = rxing::helpers::detect_in_luma(gray, raster.width, raster.height, None).unwrap();
        assert!(found.getText().starts_with("HTTPS://CERTS.EXAMPLE.ORG/VERIFY/#10123456789"), "{}", found.getText());
    }
}
