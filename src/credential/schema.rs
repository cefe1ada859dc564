//! Conformance to `schemas/credential.json`: the exact shape that we sign, nothing more.

use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::Value;

use super::Malformed;

/// `schemas/credential.json`: JSON Schema 2020-12 of exactly what [`super::Claims`] builds.
pub const CREDENTIAL_SCHEMA: &str = include_str!("../../schemas/credential.json");

static SCHEMA: LazyLock<Validator> = LazyLock::new(|| {
    let schema = serde_json::from_str(CREDENTIAL_SCHEMA).expect("the schema is JSON, as a test shows");
    jsonschema::draft202012::new(&schema).expect("the schema is a schema, as a test shows")
});

/// Checks a credential against the schema, before it is signed.
///
/// # Errors
/// The first deviation. Names the field and the rule, never what was found there: that may be personal.
pub fn check(credential: &Value) -> Result<(), Malformed> {
    if SCHEMA.is_valid(credential) {
        return Ok(());
    }
    // Finding out where it deviates is slower, and rare.
    let error = SCHEMA.validate(credential).err();
    Err(error.map_or_else(
        || Malformed::new("credential", "not as in schemas/credential.json"),
        |error| {
            let field = error.instance_path().to_string().trim_start_matches('/').replace('/', ".");
            let rule = error.schema_path().to_string();
            let field = if field.is_empty() { "credential".to_owned() } else { field };
            Malformed::new(field, format!("not as in schemas/credential.json: {}", rule.trim_start_matches('/')))
        },
    ))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::credential::{Achievement, Claims, CredentialSuffix, Extras, StatusEntry};

    fn claims() -> Claims {
        Claims {
            host: "certs.example.org".into(),
            issuer_name: "Example Academy".into(),
            number: "CERT-WORKSHOP-2026-00001".parse().unwrap(),
            suffix: CredentialSuffix::from_random([1, 2, 3, 4, 5]),
            valid_from: "2026-05-01T00:00:00Z".parse().unwrap(),
            valid_until: None,
            recipient: "महेन्द्र सिंह".into(),
            achievement: Achievement {
                path: "a/WORKSHOP".into(),
                name: "Workshop".into(),
                description: "Two days.".into(),
                criteria: "Attended.".into(),
                achievement_type: "Certificate".into(),
            },
            extras: Extras::default(),
            status: StatusEntry { list: 1, index: 131_071 },
        }
    }

    fn full() -> Claims {
        let extras = Extras {
            credits: Some(4.5),
            starts: Some("2026-04-01T00:00:00Z".parse().unwrap()),
            ends: Some("2026-04-02T00:00:00Z".parse().unwrap()),
            result: Some("A1".into()),
            term: Some("2026".into()),
            role: Some("Speaker".into()),
        };
        Claims { valid_until: Some("2028-05-01T00:00:00Z".parse().unwrap()), extras, ..claims() }
    }

    #[test]
    fn what_claims_build_conforms() {
        for host in ["certs.example.org", "localhost:8443", "example.org"] {
            for claims in [claims(), full()] {
                let built = Claims { host: host.into(), ..claims }.to_json().unwrap();
                assert_eq!(check(&built), Ok(()), "{built:#}");
            }
        }
    }

    #[test]
    fn additional_members_are_refused_at_every_level() {
        let built = full().to_json().unwrap();
        let levels = [
            "",
            "/issuer",
            "/credentialStatus",
            "/credentialSubject",
            "/credentialSubject/identifier/0",
            "/credentialSubject/achievement",
            "/credentialSubject/achievement/criteria",
            "/credentialSubject/result/0",
        ];
        for level in levels {
            let mut changed = built.clone();
            changed.pointer_mut(level).unwrap()["extra"] = json!("x");
            let error = check(&changed).unwrap_err();
            assert!(error.problem.contains("additionalProperties"), "{level}: {error}");
        }
    }

    #[test]
    fn a_missing_member_is_refused_at_every_level() {
        let built = claims().to_json().unwrap();
        for path in [
            "/@context",
            "/id",
            "/type",
            "/issuer",
            "/validFrom",
            "/credentialSubject",
            "/credentialStatus",
            "/issuer/id",
            "/issuer/name",
            "/credentialSubject/licenseNumber",
            "/credentialSubject/identifier",
            "/credentialSubject/achievement/criteria/narrative",
            "/credentialStatus/statusListIndex",
        ] {
            let mut changed = built.clone();
            let (parent, member) = path.rsplit_once('/').unwrap();
            changed.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(member).unwrap();
            assert!(check(&changed).is_err(), "{path}");
        }
    }

    #[test]
    fn a_wrong_value_is_named_by_its_field_and_not_shown() {
        let built = full().to_json().unwrap();
        for (path, value) in [
            ("/validFrom", json!("2026-05-01T00:00:00.000Z")),
            ("/validUntil", json!("2026-05-01")),
            ("/id", json!("http://certs.example.org/c/CERT-A-2026-00001-abcdefgh")),
            ("/issuer/id", json!("did:key:z6Mk")),
            ("/credentialSubject/licenseNumber", json!("CERT-A-2026-1")),
            ("/credentialSubject/identifier/0/identityHash", json!("")),
            ("/credentialSubject/identifier/0/hashed", json!(true)),
            ("/credentialSubject/achievement/achievementType", json!("Wizardry")),
            ("/credentialSubject/creditsEarned", json!(-1)),
            ("/credentialStatus/statusListIndex", json!(5)),
            ("/credentialStatus/statusListIndex", json!("01")),
            ("/credentialStatus/statusPurpose", json!("suspension")),
            ("/@context/1", json!("https://purl.imsglobal.org/spec/ob/v3p0/context.json")),
        ] {
            let mut changed = built.clone();
            *changed.pointer_mut(path).unwrap() = value.clone();
            let error = check(&changed).unwrap_err();
            assert_eq!(error.field, path[1..].replace('/', "."), "{error}");
            let shown = value.as_str().is_some_and(|text| !text.is_empty() && error.problem.contains(text));
            assert!(!shown, "{error}");
        }
    }
}
