//! Other people's vectors for our signatures: Wycheproof's Ed25519 and RFC 8037.

use std::path::Path;

use serde_json::Value;
use testamur::proof::eddsa::{PublicKey, SecretKey};

fn file(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/standards").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn hex(value: &Value) -> Vec<u8> {
    data_encoding::HEXLOWER.decode(value.as_str().unwrap().as_bytes()).unwrap()
}

#[test]
fn wycheproof_ed25519_is_judged_as_it_says() {
    let file: Value = serde_json::from_str(&file("wycheproof/ed25519_test.json")).unwrap();
    let (mut valid, mut invalid) = (0, 0);
    for group in file["testGroups"].as_array().unwrap() {
        let key = PublicKey::from_bytes(&hex(&group["publicKey"]["pk"]));
        for test in group["tests"].as_array().unwrap() {
            let signature: Result<[u8; 64], _> = hex(&test["sig"]).try_into();
            let good = match (&key, signature) {
                (Ok(key), Ok(signature)) => key.verifies(&hex(&test["msg"]), &signature),
                _ => false,
            };
            let expected = test["result"] == "valid";
            assert_eq!(good, expected, "test {}: {}", test["tcId"], test["comment"]);
            if expected { valid += 1 } else { invalid += 1 }
        }
    }
    assert_eq!(Some(valid + invalid), file["numberOfTests"].as_u64());
    assert!(valid > 50 && invalid > 50, "{valid} valid, {invalid} invalid");
}

/// RFC 8037 appendix A.4 signs a plain text under a header of `alg` alone, which our credentials do not have; so the
/// signature is judged over the JWS's own signing input.
#[test]
fn rfc_8037_a4_verifies_under_the_key_of_a2() {
    let jwk: Value = serde_json::from_str(&file("rfc8037/a2-public.jwk")).unwrap();
    let key = PublicKey::from_base64url(jwk["x"].as_str().unwrap()).unwrap();
    assert_eq!(key.to_base64url(), jwk["x"]);
    let jws = file("rfc8037/a4.jws");
    let (input, signature) = jws.trim().rsplit_once('.').unwrap();
    let signature = data_encoding::BASE64URL_NOPAD.decode(signature.as_bytes()).unwrap().try_into().unwrap();
    assert!(key.verifies(input.as_bytes(), &signature));
    assert!(!key.verifies(format!("{input}A").as_bytes(), &signature));
    // A.1 gives the private key, and Ed25519 is deterministic.
    let seed = data_encoding::BASE64URL_NOPAD.decode(b"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A").unwrap();
    let secret = SecretKey::from_seed(&seed.try_into().unwrap());
    assert_eq!((secret.public(), secret.sign(input.as_bytes())), (key, signature));
}

#[test]
fn a_jws_without_typ_and_kid_is_refused_as_a_credential() {
    let error = testamur::proof::jws::Jws::parse(file("rfc8037/a4.jws").trim(), 1_000).unwrap_err();
    assert_eq!(error.field, "header.kid");
}
