//! Templates and their layout, from outside: what a designer writes, and what ends up on paper.

use std::collections::BTreeMap;
use std::sync::Arc;

use testamur::credential::Timestamp;
use testamur::qr::Symbol;
use testamur::render::{Base, BaseMeta};
use testamur::scene::{GlyphRun, Item, Scene};
use testamur::template::{
    FillError, Filling, FontLibrary, Laid, Layout, MAX_VALUE, Severity, Template, TemplateError, builtin_names,
    floor_mm,
};

use crate::scenes;

/// A page with one text box and whatever else.
fn template(elements: &str) -> Result<Template, TemplateError> {
    let json = format!(r#"{{"testamur":1,"title":"Test","elements":[{elements}]}}"#);
    Template::new(json.as_bytes(), BTreeMap::new())
}

fn name_box(more: &str) -> String {
    format!(r#"{{"type":"text","text":"{{participant_name}}","x":20,"y":20,"width":200,"height":20,"size":24{more}}}"#)
}

fn symbol(version: u8) -> Symbol {
    let size = 17 + 4 * usize::from(version);
    Symbol { version, size, modules: (0..size * size).map(|i| i % 3 == 0).collect() }
}

fn day(text: &str) -> Timestamp {
    format!("{text}T00:00:00Z").parse().unwrap()
}

fn record(name: &str) -> Filling {
    let fields = [("participant_name", name), ("certificate_number", "CERT-WORKSHOP-2026-00001")];
    Filling {
        fields: fields.map(|(k, v)| (k.to_owned(), v.to_owned())).into(),
        dates: BTreeMap::from([("issue_date".to_owned(), day("2026-05-08"))]),
        qr: symbol(15),
        language: None,
    }
}

fn constants() -> BTreeMap<String, String> {
    [
        ("event_title", "Efficient Official Affairs"),
        ("organization_name", "Example Academy"),
        ("description", "Two days on offices, affidavits and filing."),
        ("signatory_1_name", "Dr. Helena Okafor"),
        ("signatory_1_title", "Programme Director"),
    ]
    .map(|(k, v)| (k.to_owned(), v.to_owned()))
    .into()
}

fn layout(elements: &str) -> Layout {
    Layout::new(&template(elements).unwrap(), &FontLibrary::builtin()).unwrap()
}

fn fill(elements: &str, name: &str) -> Result<Scene, FillError> {
    layout(elements).fill(&record(name))
}

fn runs(scene: &Scene) -> Vec<&GlyphRun> {
    scene.items.iter().filter_map(run_of).collect()
}

fn run_of(item: &Item) -> Option<&GlyphRun> {
    match item {
        Item::Glyphs(run) => Some(run),
        _ => None,
    }
}

fn width(run: &GlyphRun) -> f32 {
    run.glyphs.iter().map(|glyph| glyph.advance).sum()
}

/// Names in every script that the built-in fonts promise.
const NAMES: &[&str] = &[
    "Amélie Søndergaard-Đặng Ýrr",
    "Ἀλέξανδρος Παπαδόπουλος",
    "Юлія Щербаківська",
    "محمد عبد الله الأنصاري",
    "שרה בן־דוד",
    "क्षितिज श्रीवास्तव",
    "প্রিয়াঙ্কা চট্টোপাধ্যায়",
    "ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ",
    "પ્રિયંકા પટેલ",
    "கிருஷ்ணமூர்த்தி",
    "శ్రీనివాస్ రావు",
    "ಕೃಷ್ಣಮೂರ್ತಿ",
    "ശ്രീലക്ഷ്മി",
    "ශ්‍රීමතී කුමාරි",
    "สมชาย ศรีสุวรรณ",
    "ສົມສັກ ວົງສາ",
    "សុខ សុភា",
    "အောင်ဆန်း",
    "አበበ ቢቂላ",
    "თამარ ბერიძე",
    "Արամ Խաչատրյան",
];

#[test]
fn built_in_templates_have_no_findings() {
    for name in builtin_names() {
        let findings = Template::open(name).unwrap().check(&FontLibrary::builtin(), &[]);
        assert!(findings.is_empty(), "{name}: {findings:#?}");
    }
}

#[test]
fn every_script_is_printed_by_every_built_in_template_and_read_back_by_poppler() {
    let fonts = FontLibrary::builtin();
    for template in builtin_names() {
        let layout = Layout::with_constants(&Template::open(template).unwrap(), &fonts, &constants()).unwrap();
        let base = Base::new(layout.base(), layout.fonts(), &BaseMeta::default()).unwrap();
        for name in NAMES {
            let scene = layout.fill(&record(name)).unwrap_or_else(|e| panic!("{template}, {name}: {e}"));
            let pdf = base.certificate(&scene, layout.fonts(), &scenes::meta()).unwrap();
            let text = scenes::text_of(&pdf);
            // A long name may stand on two lines.
            let words: Vec<&str> = text.split_whitespace().collect();
            assert!(words.join(" ").contains(name), "{template}, {name}: {text}");
        }
    }
}

#[test]
fn the_same_record_is_laid_out_the_same_each_time() {
    let fonts = FontLibrary::builtin();
    let scenes: Vec<String> = (0..2)
        .map(|_| {
            let layout = Layout::new(&Template::open("classic").unwrap(), &fonts).unwrap();
            let first = layout.fill(&record("Ada Lovelace")).unwrap();
            layout.fill(&record("Somebody Else")).unwrap();
            let again = layout.fill(&record("Ada Lovelace")).unwrap();
            assert_eq!(format!("{first:?}"), format!("{again:?}"));
            format!("{:?}{first:?}", layout.base())
        })
        .collect();
    assert_eq!(scenes[0], scenes[1]);
}

/// What is tried out first and what is printed then are of one person; another one, or another language, takes nothing over.
#[test]
fn what_is_taken_over_looks_as_if_it_were_laid_out_anew() {
    for template in builtin_names() {
        let template = Template::open(template).unwrap();
        let new = || Layout::new(&template, &FontLibrary::builtin()).unwrap();
        let numbered = |number: &str, name: &str, language: Option<&str>| {
            let mut record = Filling { language: language.map(str::to_owned), ..record(name) };
            record.fields.insert("certificate_number".to_owned(), number.to_owned());
            record
        };
        let tried = numbered("CERT-WORKSHOP-2026-99999", "Ada Lovelace", None);
        for (number, name, language) in [
            ("CERT-WORKSHOP-2026-00007", "Ada Lovelace", None),
            ("CERT-WORKSHOP-2026-1234567890", "Ada Lovelace", None),
            ("CERT-WORKSHOP-2026-99999", "محمد بن أحمد", None),
            ("CERT-WORKSHOP-2026-00007", "Ada Lovelace", Some("ar")),
        ] {
            let (record, layout) = (numbered(number, name, language), new());
            let before = layout.lay_out(&tried, Laid::default()).unwrap();
            let scene = layout.scene(layout.lay_out(&record, before).unwrap());
            assert_eq!(format!("{scene:?}"), format!("{:?}", new().texts(&record).unwrap()), "{number} {name}");
        }
    }
}

#[test]
fn a_ligature_stands_for_its_letters() {
    let scene = fill(&name_box(r#","font":"Cormorant Garamond""#), "fi").unwrap();
    let run = runs(&scene)[0];
    assert_eq!(run.glyphs.len(), 1, "one glyph");
    assert_eq!(run.glyphs[0].cluster, (0, 2));
    assert_eq!(run.text, "fi");
}

#[test]
fn letter_spacing_takes_ligatures_apart() {
    let scene = fill(&name_box(r#","font":"Cormorant Garamond","letterSpacing":0.1"#), "fi").unwrap();
    assert_eq!(runs(&scene)[0].glyphs.len(), 2);
}

#[test]
fn arabic_is_joined_and_runs_from_right_to_left() {
    let scene = fill(&name_box(""), "ببب").unwrap();
    let run = runs(&scene)[0];
    assert!(run.rtl);
    let ids: Vec<u16> = run.glyphs.iter().map(|glyph| glyph.id).collect();
    assert!(ids[0] != ids[1] && ids[1] != ids[2], "initial, medial and final forms differ: {ids:?}");
    assert!(run.glyphs[0].cluster.0 > run.glyphs.last().unwrap().cluster.0, "the last letter is leftmost");
}

#[test]
fn mixed_directions_stand_in_visual_order() {
    // UAX 9: in a right-to-left line the number keeps its digits' order and stands to the left of what precedes it.
    let scene = fill(&name_box(""), "אבג 123 דהו").unwrap();
    let lefts = |part: &str| runs(&scene).iter().find(|run| run.text.contains(part)).map(|run| run.x).unwrap();
    assert!(lefts("דהו") < lefts("123") && lefts("123") < lefts("אבג"));
}

#[test]
fn a_value_does_not_turn_its_sentence_round() {
    let text =
        r#"{"type":"text","text":"{participant_name} has passed.","x":20,"y":20,"width":200,"height":9,"size":12}"#;
    let scene = fill(text, "שרה").unwrap();
    let x = |part: &str| runs(&scene).iter().find(|run| run.text.contains(part)).map(|run| run.x).unwrap();
    assert!(x("שרה") < x("passed"), "the sentence is English");
    assert!(runs(&scene).iter().all(|run| !run.text.contains(['\u{2068}', '\u{2069}'])));
}

#[test]
fn direction_controls_do_not_break_the_layout() {
    for name in ["\u{202E}evil\u{202C}", "\u{2067}\u{2067}a", "a\u{200F}b", "\u{2069}\u{2069}", "\u{200D}"] {
        let scene = fill(&name_box(""), name).unwrap();
        for glyph in runs(&scene).iter().flat_map(|run| &run.glyphs) {
            assert_ne!(glyph.id, 0, "{name:?}");
        }
    }
}

#[test]
fn clusters_cover_every_character_in_bounds() {
    let layout = layout(&name_box(r#","minSize":6"#));
    for name in NAMES {
        let scene = layout.fill(&record(name)).unwrap();
        for run in runs(&scene) {
            let mut covered = vec![false; run.text.len()];
            for glyph in &run.glyphs {
                let (from, to) = (glyph.cluster.0 as usize, glyph.cluster.1 as usize);
                assert!(run.text.is_char_boundary(from) && run.text.is_char_boundary(to), "{name}");
                covered[from..to].iter_mut().for_each(|byte| *byte = true);
            }
            assert!(covered.iter().all(|byte| *byte), "{name}: {:?}", run.text);
        }
    }
}

#[test]
fn long_names_shrink_to_their_box_and_no_further() {
    let elements = name_box(r#","minSize":12"#);
    let short = fill(&elements, "Ada").unwrap();
    assert_eq!(runs(&short)[0].size, 24.0);
    let long = fill(&elements, &"Wilhelmina ".repeat(6)).unwrap();
    assert!(runs(&long)[0].size < 24.0 && runs(&long)[0].size >= 12.0);
    assert!(width(runs(&long)[0]) <= 200.0 * 72.0 / 25.4 + 0.5);
    assert_eq!(
        fill(&elements, &"Wilhelmina ".repeat(30)).unwrap_err(),
        FillError::DoesNotFit { field: "participant_name".into(), min_size: 12 }
    );
}

#[test]
fn text_wraps_where_the_script_allows_it() {
    let place =
        r#"{"type":"text","text":"{participant_name}","x":20,"y":20,"width":30,"height":60,"size":14,"wrap":true}"#;
    let lines = |text: &str| {
        let scene = fill(place, text).unwrap();
        let mut lines: Vec<(i32, String)> = Vec::new();
        for run in runs(&scene) {
            match lines.iter_mut().find(|(y, _)| *y == run.y as i32) {
                Some((_, line)) => line.push_str(&run.text),
                None => lines.push((run.y as i32, run.text.clone())),
            }
        }
        lines.into_iter().map(|(_, line)| line).collect::<Vec<_>>()
    };
    assert_eq!(lines("The quick brown fox jumps"), ["The quick", "brown fox", "jumps"]);
    // Thai has no spaces between words: a dictionary finds them.
    let thai = lines("การศึกษาภาษาไทยเบื้องต้น");
    assert!(thai.len() > 1 && thai.concat() == "การศึกษาภาษาไทยเบื้องต้น", "{thai:?}");
    let place_ = fill(place, "Donaudampfschifffahrtsgesellschaftskapitän");
    assert!(matches!(place_, Err(FillError::DoesNotFit { .. })), "no letter is cut off: {place_:?}");
}

#[test]
fn a_character_without_a_glyph_is_named_and_never_a_box() {
    let error = fill(&name_box(""), "Ada \u{13000}").unwrap_err();
    assert_eq!(error, FillError::MissingGlyph { field: "participant_name".into(), character: '\u{13000}' });
    assert!(error.to_string().contains("U+13000"), "{error}");
    let text = r#"{"type":"text","text":"𓀀","x":20,"y":20,"width":200,"height":20,"size":24}"#;
    let error = Layout::new(&template(text).unwrap(), &FontLibrary::builtin()).err().unwrap().to_string();
    assert!(error.contains("elements[0]") && error.contains("U+13000"), "{error}");
}

#[test]
fn capitals_follow_the_language() {
    let json = |language: &str| {
        let elements = name_box(r#","upperCase":true"#);
        format!(r#"{{"testamur":1,"title":"T","language":"{language}","elements":[{elements}]}}"#)
    };
    for (language, name, expected) in
        [("tr", "ışıl inci", "IŞIL İNCİ"), ("en", "inci", "INCI"), ("de", "Weiß", "WEISS"), ("el", "Άννα", "ΑΝΝΑ")]
    {
        let template = Template::new(json(language).as_bytes(), BTreeMap::new()).unwrap();
        let scene = Layout::new(&template, &FontLibrary::builtin()).unwrap().fill(&record(name)).unwrap();
        let text: String = runs(&scene).iter().map(|run| run.text.as_str()).collect();
        assert_eq!(text, expected, "{language}");
    }
}

#[test]
fn dates_are_words_of_the_templates_language_as_its_texts_are() {
    let text =
        r#"{"type":"text","text":"Issued on {issue_date:long}","x":20,"y":20,"width":300,"height":20,"size":20}"#;
    for (language, expected) in
        [("en", "Issued on May 8, 2026"), ("de", "Issued on 8. Mai 2026"), ("fr", "Issued on 8 mai 2026")]
    {
        let json = format!(r#"{{"testamur":1,"title":"T","language":"{language}","elements":[{text}]}}"#);
        let template = Template::new(json.as_bytes(), BTreeMap::new()).unwrap();
        let layout = Layout::new(&template, &FontLibrary::builtin()).unwrap();
        for own in [None, Some("de"), Some("es"), Some("ar"), Some("tlh")] {
            let scene = layout.fill(&Filling { language: own.map(str::to_owned), ..record("Ada") }).unwrap();
            let printed = runs(&scene).iter().map(|run| run.text.clone()).collect::<String>();
            assert_eq!((&printed[..], &scene.language[..]), (expected, language), "{own:?}");
        }
    }
}

#[test]
fn optional_boxes_and_absent_signatories_fall_away() {
    let valid = r#"{"type":"text","text":"Valid until {valid_until}","x":20,"y":50,"width":99,"height":9,"size":9,"optional":true}"#;
    let layout = layout(valid);
    assert!(runs(&layout.fill(&record("Ada")).unwrap()).is_empty());
    let mut with = record("Ada");
    with.dates.insert("valid_until".into(), day("2030-01-01"));
    assert_eq!(runs(&layout.fill(&with).unwrap()).len(), 1);

    let classic = Template::open("classic").unwrap();
    let count = |constants: &BTreeMap<String, String>| {
        Layout::with_constants(&classic, &FontLibrary::builtin(), constants).unwrap().base().items.len()
    };
    let nobody: BTreeMap<_, _> = constants().into_iter().filter(|(key, _)| !key.starts_with("signatory")).collect();
    assert_eq!(count(&constants()), count(&nobody) + 3, "a rule, a name and a title");
}

#[test]
fn columns_of_the_list_are_placeholders_too() {
    let text = r#"{"type":"text","text":"{Course hours} h","x":20,"y":20,"width":99,"height":20,"size":24}"#;
    let template = template(&format!("{text},{}", name_box(""))).unwrap();
    let layout = Layout::new(&template, &FontLibrary::builtin()).unwrap();
    let missing = FillError::UnknownPlaceholder("Course hours".into());
    assert_eq!(layout.fill(&record("Ada")).unwrap_err(), missing);
    let unknown = |columns: &[&str]| {
        let findings = template.check(&FontLibrary::builtin(), columns);
        findings.iter().any(|finding| finding.message.contains("Course hours"))
    };
    assert!(unknown(&[]) && !unknown(&["Course hours"]));
}

#[test]
fn what_lies_off_the_page_is_an_error_and_what_reaches_over_its_edge_a_warning() {
    let found = |element: &str| {
        let qr = r#"{"type":"qr","x":20,"y":120}"#;
        let findings = template(&format!("{element},{qr},{}", name_box(""))).unwrap();
        let findings = findings.check(&FontLibrary::builtin(), &[]);
        findings.into_iter().find(|f| f.at == "elements[0]").map(|f| f.severity)
    };
    let text = |x: i32| format!(r#"{{"type":"text","text":"x","x":{x},"y":60,"width":50,"height":9,"size":9}}"#);
    assert_eq!(found(&text(20)), None);
    assert_eq!(found(&text(270)), Some(Severity::Warning));
    assert_eq!(found(&text(298)), Some(Severity::Error));
    assert_eq!(found(&text(-60)), Some(Severity::Error));
    let rect = |y: i32| format!(r##"{{"type":"rect","x":5,"y":{y},"width":9,"height":9,"fill":"#000000"}}"##);
    assert_eq!(found(&rect(211)), Some(Severity::Error));
    assert_eq!(found(r#"{"type":"line","x1":5,"y1":-5,"x2":50,"y2":-5}"#), Some(Severity::Error));
    assert_eq!(found(r#"{"type":"line","x1":5,"y1":5,"x2":50,"y2":5}"#), None);
}

#[test]
fn a_misspelt_placeholder_is_told_with_the_one_that_was_meant() {
    let hints = |text: &str| {
        let text = format!(r#"{{"type":"text","text":"{text}","x":20,"y":20,"width":99,"height":20,"size":9}}"#);
        let findings = template(&format!(r#"{text},{{"type":"qr","x":20,"y":120}}"#)).unwrap();
        let findings = findings.check(&FontLibrary::builtin(), &[]);
        findings.into_iter().map(|f| format!("{}; {}", f.message, f.hint)).collect::<Vec<_>>().join("\n")
    };
    assert!(hints("{participant_nam}").contains("did you mean {participant_name}?"));
    assert!(hints("{participant_nam}").contains("the participant's name is not on the page"));
    let own = hints("{participant_name} {shoe_size}");
    assert!(!own.contains("did you mean") && own.contains("`{shoe_size}` is not built in"), "{own}");
    assert!(hints("{participant_name}").is_empty());
}

#[test]
fn a_label_falls_away_with_what_it_labels() {
    let label = |when: &str| {
        let when = format!(r#","when":"{when}""#);
        format!(r#"{{"type":"text","text":"DATE","x":20,"y":20,"width":99,"height":20,"size":9{when}}}"#)
    };
    let texts = |elements: &str, dates: &[&str]| {
        let mut record = record("Ada");
        record.dates.extend(dates.iter().map(|name| ((*name).to_owned(), day("2026-05-02"))));
        let scene = layout(elements).texts(&record).unwrap();
        runs(&scene).iter().map(|run| run.text.clone()).collect::<String>()
    };
    assert_eq!(texts(&label("{event_dates}"), &[]), "");
    assert_eq!(texts(&label("{event_dates}"), &["event_ends"]), "DATE");
    assert_eq!(texts(&label("{participant_name} {event_dates}"), &[]), "");
    assert_eq!(texts(&label("{participant_name}"), &[]), "DATE");
    assert!(template(&label("{event_dates")).is_err());
}

#[test]
fn no_built_in_template_labels_a_date_that_there_is_not() {
    for name in builtin_names() {
        let template = Template::open(name).unwrap();
        let layout = Layout::with_constants(&template, &FontLibrary::builtin(), &constants()).unwrap();
        let scene = layout.texts(&record("Ada")).unwrap();
        let all =
            [layout.base(), &scene].map(|scene| runs(scene).iter().map(|run| run.text.clone()).collect::<String>());
        assert!(!all.concat().contains("DATE"), "{name}: {all:?}");
    }
}

#[test]
fn the_qr_code_must_be_readable_on_paper() {
    let with_qr = |x: f32, size: f32| {
        let qr = format!(r#"{{"type":"qr","x":{x},"y":120,"size":{size}}},{}"#, name_box(""));
        let findings = template(&qr).unwrap().check(&FontLibrary::builtin(), &[]);
        findings.into_iter().filter(|f| f.severity == Severity::Error).map(|f| f.message).collect::<Vec<_>>()
    };
    assert!(with_qr(20.0, 40.0).is_empty());
    assert!((35.0..36.0).contains(&floor_mm()));
    assert!(with_qr(20.0, 30.0)[0].contains("needs 35.6 mm"));
    assert!(with_qr(5.0, 40.0)[0].contains("5.0 mm from the paper's edge"));
    let covered = format!(
        r#"{{"type":"qr","x":20,"y":120}},{},{{"type":"text","text":"x","x":61,"y":130,"width":30,"height":9,"size":9}}"#,
        name_box("")
    );
    let findings = template(&covered).unwrap().check(&FontLibrary::builtin(), &[]);
    assert!(findings.iter().any(|f| f.at == "elements[2]" && f.message.contains("overlaps the QR code")));

    let small = fill(r#"{"type":"qr","x":20,"y":120,"size":36}"#, "Ada").map(|_| ());
    assert_eq!(small, Ok(()));
    let layout = layout(r#"{"type":"qr","x":20,"y":120,"size":30}"#);
    let error = layout.fill(&Filling { qr: symbol(18), ..record("Ada") }).unwrap_err();
    assert_eq!(error, FillError::QrTooSmall { version: 18, needed_mm: 36, size_mm: 30 });
}

#[test]
fn mistakes_are_named_with_their_place() {
    let error = |elements: &str| template(elements).unwrap_err().to_string();
    assert_eq!(
        error(r##"{"type":"line","x1":0,"y1":0,"x2":1,"y2":1,"colour":"#000000"}"##),
        "template, at `elements[0]`: unknown field `colour`, expected one of `x1`, `y1`, `x2`, `y2`, `color`, `width`"
    );
    assert!(error(r##"{"type":"qr","x":20,"y":20},{"type":"blob"}"##).contains("elements[1]`: unknown type `blob`"));
    assert!(error(r#"{"type":"qr","x":20}"#).contains("missing field `y`"));
    assert!(error(&name_box(r#","color":"red""#)).contains("`red` is not a colour"));
    assert!(
        error(r#"{"type":"image","asset":"logo.png","x":1,"y":1,"width":1,"height":1}"#)
            .contains("asset `logo.png` of `elements[0]` is missing")
    );
    let syntax = Template::new(b"{\n  \"testamur\": 1,\n  oops", BTreeMap::new()).unwrap_err().to_string();
    assert!(syntax.contains("line 3"), "{syntax}");
    let unknown = Template::open("no-such-template").unwrap_err().to_string();
    assert!(unknown.contains("classic, modern, minimal, laurel, ribbon, quiet"), "{unknown}");
}

#[test]
fn hostile_documents_are_refused() {
    let huge = "x".repeat(5_000);
    let path = |d: &str| format!(r#"{{"type":"path","d":"{d}"}}"#);
    let cases = [
        name_box(r#","weight":0"#),
        name_box(r#","lineHeight":1e30"#),
        name_box(r#","minSize":25"#),
        r#"{"type":"text","text":"a","x":1,"y":1,"width":-5,"height":1,"size":9}"#.into(),
        r#"{"type":"text","text":"a","x":1e9,"y":1,"width":5,"height":1,"size":9}"#.into(),
        r#"{"type":"text","text":"a","x":1,"y":1,"width":5,"height":1,"size":1e308}"#.into(),
        format!(r#"{{"type":"text","text":"{huge}","x":1,"y":1,"width":5,"height":1,"size":9}}"#),
        path("M0 0 L 1e9 0"),
        path("hello"),
        path(&"M0 0".repeat(20_001)),
        r#"{"type":"qr","x":20,"y":20},{"type":"qr","x":90,"y":20}"#.into(),
        r#"{"type":"image","asset":"../../etc/passwd","x":1,"y":1,"width":1,"height":1}"#.into(),
        vec![path("M0 0"); 501].join(","),
    ];
    for case in cases {
        assert!(template(&case).is_err(), "{}", case.chars().take(120).collect::<String>());
    }
    for page in [r#"{"width":1e6,"height":100}"#, r#"{"width":100}"#, r#"{"width":0,"height":0}"#, r#"{"size":"A0"}"#] {
        let json = format!(r#"{{"testamur":1,"title":"T","page":{page},"elements":[]}}"#);
        assert!(Template::new(json.as_bytes(), BTreeMap::new()).is_err(), "{page}");
    }
}

#[test]
fn a_name_of_ten_thousand_characters_is_refused() {
    let error = fill(&name_box(r#","wrap":true,"minSize":3"#), &"a".repeat(10_000)).unwrap_err();
    assert_eq!(error, FillError::TooLong { field: "participant_name".into(), limit: MAX_VALUE });
}

#[test]
fn bundles_are_the_same_bytes_and_come_back_whole() {
    let png = scenes_png();
    let image = r#"{"type":"image","asset":"logo.png","x":20,"y":20,"width":30,"height":30}"#;
    let json = format!(r#"{{ "elements": [{image}], "title":"T", "testamur":1 }}"#);
    let other_order = format!(r#"{{"testamur":1,"title":"T","elements":[{image}]}}"#);
    let make =
        |json: &str| Template::new(json.as_bytes(), BTreeMap::from([("logo.png".into(), Arc::new(png.clone()))]));
    let template = make(&json).unwrap();
    let bundle = template.to_bundle();
    assert_eq!(bundle, make(&other_order).unwrap().to_bundle());
    assert_eq!(Template::from_bundle(&bundle).unwrap(), template);
    assert_eq!(Template::from_bundle(&bundle).unwrap().digest(), template.digest());
    for name in builtin_names() {
        let template = Template::open(name).unwrap();
        assert_eq!(Template::from_bundle(&template.to_bundle()).unwrap(), template, "{name}");
    }
    for end in 0..bundle.len() {
        assert!(Template::from_bundle(&bundle[..end]).is_err(), "cut at {end}");
    }
}

#[test]
fn pictures_are_judged_before_they_are_drawn() {
    let image = r#"{"type":"image","asset":"a","x":20,"y":20,"width":30,"height":30}"#;
    let json = format!(r#"{{"testamur":1,"title":"T","elements":[{image}]}}"#);
    let with = |bytes: &[u8]| {
        let made = Template::new(json.as_bytes(), BTreeMap::from([("a".into(), Arc::new(bytes.to_vec()))]));
        made.map(drop).map_err(|e| e.to_string())
    };
    assert_eq!(with(&scenes_png()), Ok(()));
    assert_eq!(with(br#"<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>"#), Ok(()));
    assert!(with(b"GIF89a").unwrap_err().contains("not a PNG, JPEG, SVG or PDF"));
    assert!(with(&scenes_png()[..20]).unwrap_err().contains("damaged"));
    assert!(with(&vec![0; (5 << 20) + 1]).unwrap_err().contains("larger"));
    let outside = br#"<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="/etc/passwd" width="9" height="9"/></svg>"#;
    assert!(with(outside).unwrap_err().contains("outside"));
    let mut wide = scenes_png();
    wide[16..24].copy_from_slice(&[0, 1, 0, 0, 0, 1, 0, 0]);
    assert!(with(&wide).is_err(), "65536 by 65536 pixels");
}

#[test]
fn templates_open_from_folders_but_not_from_outside_them() {
    let folder = tempfile::tempdir().unwrap();
    let inside = folder.path().join("design");
    std::fs::create_dir(&inside).unwrap();
    let image = r#"{"type":"image","asset":"logo.png","x":20,"y":20,"width":30,"height":30}"#;
    std::fs::write(inside.join("template.json"), format!(r#"{{"testamur":1,"title":"T","elements":[{image}]}}"#))
        .unwrap();
    let open = || Template::open(inside.to_str().unwrap());
    assert!(matches!(open(), Err(TemplateError::MissingAsset { .. })));
    std::fs::write(folder.path().join("secret.png"), scenes_png()).unwrap();
    std::os::unix::fs::symlink(folder.path().join("secret.png"), inside.join("logo.png")).unwrap();
    assert!(open().unwrap_err().to_string().contains("leads out"));
    std::fs::remove_file(inside.join("logo.png")).unwrap();
    std::fs::write(inside.join("logo.png"), scenes_png()).unwrap();
    assert!(open().is_ok());
}

#[test]
fn built_in_templates_and_documents_match_the_schema() {
    let schema: serde_json::Value = serde_json::from_str(include_str!("../../schemas/template.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    // The pages of the service lie beside them.
    let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/templates")).unwrap().map(Result::unwrap);
    let released: Vec<_> = files.filter(|file| file.path().is_file()).collect();
    assert!(released.len() >= builtin_names().len());
    for file in released {
        let name = file.file_name().into_string().unwrap();
        let document: serde_json::Value = serde_json::from_slice(&std::fs::read(file.path()).unwrap()).unwrap();
        let errors: Vec<String> = validator.iter_errors(&document).map(|e| e.to_string()).collect();
        assert!(errors.is_empty(), "{name}: {errors:?}");
        let mut wrong = document.clone();
        wrong["elements"][0]["colour"] = "red".into();
        assert!(!validator.is_valid(&wrong), "{name}: an unknown member passes");
    }
}

/// A PNG of two by two pixels.
fn scenes_png() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 2, 2);
    encoder.set_color(png::ColorType::Rgb);
    encoder.write_header().unwrap().write_image_data(&[200; 12]).unwrap();
    bytes
}
