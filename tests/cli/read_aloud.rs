//! Certificates for those who hear them: PDF/UA-1, clause by clause, in scripts of both directions, and what is heard.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::issuer::Issuer;
use crate::tools::run;

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Python with pikepdf, and a tool.
fn judge(tool: &str) -> Command {
    let python = root("target/venv/bin/python");
    assert!(python.exists(), "run scripts/setup first: it installs pikepdf");
    let mut judge = Command::new(python);
    judge.arg(root("tests/tools").join(tool));
    judge
}

/// Issues to people over a template, with a logo and somebody who signs, and returns the files.
fn issued(issuer: &Issuer, template: &str, people: &Path) -> Vec<PathBuf> {
    let [logo, signature] = ["r08-exif-orientation/a1-exif6.jpg", "m01-signature-photo-lies-on-its-side/sig6.jpg"]
        .map(|name| root("tests/fixtures/cases").join(name).to_str().unwrap().to_owned());
    let signs = format!("Dr. Helena Okafor; Programme Director; {signature}");
    let event = template.to_uppercase().replace(['@', '.'], "");
    let create = ["event", "create", &event, "--title", "Data Analysis", "--template", template, "--logo", &logo];
    issuer.run(&[&create[..], &["--signatory", &signs]].concat()).expect(0);
    issuer.run(&["import", &event, people.to_str().unwrap()]).expect(0);
    issuer.run(&["issue", &event, "--out", "OUT", "--format", "pdf"]).expect(0);
    let numbers = issuer.numbers().into_iter().filter(|number| number.contains(&format!("-{event}-")));
    numbers.map(|number| issuer.file(&number, "pdf")).collect()
}

/// What is heard of a file: type, language, words.
fn heard(file: &Path) -> Vec<[String; 3]> {
    let told: Value = serde_json::from_str(&run(judge("pdfua_clauses.py").arg("--read").arg(file))).unwrap();
    serde_json::from_value(told).unwrap()
}

#[test]
fn issued_pdfs_of_every_built_in_template_break_no_clause_of_pdf_ua_that_pikepdf_looks_at() {
    let issuer = Issuer::new();
    let people = root("tests/data/scripts.csv");
    let mut files = Vec::new();
    let first = ["classic", "modern", "minimal", "classic@1", "modern@1", "minimal@1"];
    let later = ["classic.ar", "modern.zh", "minimal.hi", "laurel", "ribbon", "quiet"];
    for template in first.into_iter().chain(later) {
        files.extend(issued(&issuer, template, &people));
    }
    let mut judges = [judge("pdfua_clauses.py"), judge("pdf_clauses.py")];
    for judge in &mut judges {
        let told = run(judge.args(&files));
        let broken: Vec<&str> = told.lines().filter(|line| !line.ends_with(".pdf: ")).collect();
        assert_eq!((told.lines().count(), broken), (12 * 23, Vec::new()));
    }
    // Each clause can be broken, and is found then.
    for file in [&files[0], &files[6 * 23 + 1]] {
        println!("{}", run(judge("pdfua_breaks.py").arg(file)));
    }
}

#[test]
fn a_certificate_is_heard_in_order_and_each_name_in_its_language() {
    let issuer = Issuer::new();
    let people = issuer.path("heard.csv");
    let list = "name,email,language\nAda Lovelace,a@example.org,\nמשה כהן,b@example.org,\nمحمد الأمير,c@example.org,\n\
        सुनीता शर्मा,d@example.org,mr\nFikri Yılmaz,e@example.org,tr\n李小明,f@example.org,\nОлена Шевченко,g@example.org,\n";
    std::fs::write(&people, list).unwrap();
    let files = issued(&issuer, "classic", &people);
    let languages = ["en", "he", "ar", "mr", "tr", "zh", "und-Cyrl"];
    for ((file, language), row) in files.iter().zip(languages).zip(list.lines().skip(1)) {
        let name = row.split(',').next().unwrap();
        let heard = heard(file);
        let words: Vec<&str> = heard.iter().map(|[_, _, words]| words.as_str()).collect();
        let at = |wanted: &str| {
            let found = words.iter().position(|words| words.to_lowercase().contains(&wanted.to_lowercase()));
            found.unwrap_or_else(|| panic!("{wanted} is not heard: {heard:?}"))
        };
        let order = [
            "Logo",
            "Example Academy",
            "Certificate of Completion",
            name,
            "Data Analysis",
            "Signature of Dr. Helena Okafor",
        ];
        let more = [
            "Dr. Helena Okafor",
            "Programme Director",
            "Issued",
            "CERT-CLASSIC-2026-",
            "QR code that carries this certificate",
        ];
        let places: Vec<usize> = order[..5].iter().chain(&more[2..]).map(|wanted| at(wanted)).collect();
        assert!(places.is_sorted(), "{places:?} {heard:?}");
        assert!(words.contains(&order[5]) && words.contains(&more[0]) && words.contains(&more[1]), "{heard:?}");
        assert_eq!(heard[at(name)], ["P", language, name]);
        assert_eq!(heard[at("Certificate of Completion")][0], "H1");
        let [kind, spoken, said] = heard.last().unwrap();
        assert_eq!((kind.as_str(), spoken.as_str()), ("Figure", "en"));
        assert!(said.contains("; scan it at certs.example.org"), "{said}");
    }
    // A page from right to left, with a name from left to right.
    let arabic = issued(&issuer, "classic.ar", &people);
    let heard = heard(&arabic[0]);
    assert!(heard.contains(&["H1", "ar", "شهادة إتمام"].map(str::to_owned)), "{heard:?}");
    assert!(heard.contains(&["P", "und-Latn", "Ada Lovelace"].map(str::to_owned)), "{heard:?}");
    assert!(heard.iter().any(|[kind, _, said]| kind == "Figure" && said == "توقيع Dr. Helena Okafor"), "{heard:?}");
}
