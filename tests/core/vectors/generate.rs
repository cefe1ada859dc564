//! Makes the vectors, always the same ones: `TESTAMUR_WRITE_VECTORS=1 cargo test --test core vectors`.

use std::collections::BTreeMap;

use super::{
    Case, folder, foreign_cases, json_cases, qr_cases, strict_cases, text_cases, trust_cases, verdict_cases, world,
};

/// All cases and the trust files that they name.
pub(crate) struct Made {
    pub cases: Vec<Case>,
    pub trust: BTreeMap<String, String>,
}

/// Makes everything.
pub(crate) fn all() -> Made {
    let mut made = Made { cases: Vec::new(), trust: BTreeMap::new() };
    made.add_trust("academy", world::World::academy().sign());
    made.add_trust("other", world::World::other().sign());
    verdict_cases::add(&mut made);
    text_cases::add(&mut made);
    qr_cases::add(&mut made);
    json_cases::add(&mut made);
    trust_cases::add(&mut made);
    strict_cases::add(&mut made);
    foreign_cases::add(&mut made);
    let mut names: Vec<_> = made.cases.iter().map(|case| &case.name).collect();
    names.sort();
    assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "two cases have one name");
    made
}

/// Writes everything once per run, before anybody reads, if the environment asks for it.
pub(crate) fn write_if_asked() {
    static WRITTEN: std::sync::Once = std::sync::Once::new();
    WRITTEN.call_once(|| {
        if std::env::var_os("TESTAMUR_WRITE_VECTORS").is_some() {
            write(&all());
        }
    });
}

/// Writes everything, and takes away what is not made any more.
fn write(made: &Made) {
    for part in ["verdicts", "trust"] {
        std::fs::create_dir_all(folder().join(part)).unwrap();
        for entry in std::fs::read_dir(folder().join(part)).unwrap() {
            std::fs::remove_file(entry.unwrap().path()).unwrap();
        }
    }
    for (name, text) in &made.trust {
        std::fs::write(folder().join(name), text).unwrap();
    }
    for case in &made.cases {
        let text = serde_json::to_string_pretty(case).unwrap() + "\n";
        std::fs::write(folder().join(format!("verdicts/{}.json", case.name)), text).unwrap();
    }
}

impl Made {
    /// Adds a trust file and returns its path as cases name it.
    pub(crate) fn add_trust(&mut self, name: &str, text: String) -> String {
        let path = format!("trust/{name}.jws");
        assert!(self.trust.insert(path.clone(), text).is_none(), "two trust files are called {name}");
        path
    }

    /// Adds a file of an issuer without a trust file, and returns its path as cases name it.
    pub(crate) fn add_foreign(&mut self, name: &str, text: String) -> String {
        let path = format!("trust/{name}");
        assert!(self.trust.insert(path.clone(), text).is_none(), "two trust files are called {name}");
        path
    }

    /// Adds a case about a text, judged at [`world::NOW`] by somebody who trusts the academy.
    pub(crate) fn verdict(&mut self, name: &str, why: &str, expect: &str, input: String) -> &mut Case {
        let case = Case {
            expect: Some(expect.into()),
            now: Some(world::time(world::NOW)),
            input: Some(input),
            ..blank(name, why, &["trust/academy.jws"])
        };
        self.cases.push(case);
        self.cases.last_mut().expect("just pushed")
    }

    /// Adds a case about loading trust files.
    pub(crate) fn trust(&mut self, name: &str, why: &str, expect: &str, trust: &[&str]) -> &mut Case {
        self.cases.push(Case { expect_trust: Some(expect.into()), ..blank(name, why, trust) });
        self.cases.last_mut().expect("just pushed")
    }
}

fn blank(name: &str, why: &str, trust: &[&str]) -> Case {
    Case {
        name: name.into(),
        why: why.into(),
        expect: None,
        detail: None,
        field: None,
        now: None,
        trust: trust.iter().map(|&name| name.to_owned()).collect(),
        seen: None,
        pin: None,
        expect_trust: None,
        input: None,
    }
}

impl Case {
    pub(crate) fn detail(&mut self, detail: &str) -> &mut Self {
        self.detail = Some(detail.into());
        self
    }

    pub(crate) fn field(&mut self, field: &str) -> &mut Self {
        self.field = Some(field.into());
        self
    }

    pub(crate) fn at(&mut self, now: &str) -> &mut Self {
        self.now = Some(world::time(now));
        self
    }

    pub(crate) fn trusting(&mut self, trust: &[&str]) -> &mut Self {
        self.trust = trust.iter().map(|&name| name.to_owned()).collect();
        self
    }

    pub(crate) fn pinned(&mut self, seed: u8) -> &mut Self {
        self.pin = Some(world::key(seed).public().to_base64url());
        self
    }
}
