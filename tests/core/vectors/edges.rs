//! Signatures at the edges of RFC 8032, on which implementations are known to differ: torsion points, second spellings
//! of points and scalars. Made here with the curve's own arithmetic; `tests/vectors/ed25519-edge.json` holds the result.

use curve25519_dalek::constants::{ED25519_BASEPOINT_POINT as BASE, EIGHT_TORSION};
use curve25519_dalek::edwards::EdwardsPoint;
use curve25519_dalek::scalar::Scalar;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha512};

use super::{folder, world::key};
use testamur::proof::eddsa::PublicKey;

/// One triple and whether the strict rule accepts it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Edge {
    name: String,
    why: String,
    /// Hex, as are the two below.
    public_key: String,
    message: String,
    signature: String,
    valid: bool,
}

/// The group order, little-endian (RFC 8032 section 5.1).
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// A key's secret scalar (RFC 8032 section 5.1.5).
fn secret_scalar(seed: u8) -> Scalar {
    let digest = Sha512::digest(key(seed).to_seed().as_slice());
    let mut bytes: [u8; 32] = digest[..32].try_into().expect("SHA-512 has 64 bytes");
    bytes[0] &= 248;
    bytes[31] = bytes[31] & 127 | 64;
    Scalar::from_bytes_mod_order(bytes)
}

fn challenge(r: &[u8; 32], a: &[u8; 32], message: &[u8]) -> Scalar {
    let digest = Sha512::new().chain_update(r).chain_update(a).chain_update(message).finalize();
    Scalar::from_bytes_mod_order_wide(&digest.into())
}

fn join(r: &[u8; 32], s: &[u8; 32]) -> [u8; 64] {
    [r.as_slice(), s].concat().try_into().expect("64 bytes")
}

/// Signs with a chosen R, of which the part in the prime-order group is `nonce` times the base point.
fn sign_with(r: [u8; 32], nonce: Scalar, secret: Scalar, a: &[u8; 32], message: &[u8]) -> [u8; 64] {
    join(&r, (nonce + challenge(&r, a, message) * secret).as_bytes())
}

fn identity() -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes[0] = 1;
    bytes
}

/// The identity's second spelling, y = p + 1.
fn identity_again() -> [u8; 32] {
    let mut bytes = [0xff; 32];
    (bytes[0], bytes[31]) = (0xee, 0x7f);
    bytes
}

fn plus_order(s: &[u8]) -> [u8; 32] {
    let mut sum = [0; 32];
    let mut carry = 0;
    for at in 0..32 {
        let digit = u16::from(s[at]) + u16::from(ORDER[at]) + carry;
        (sum[at], carry) = (digit as u8, digit >> 8);
    }
    sum
}

/// Bad signatures over a compact JWS's signing input that a lenient verifier takes for good ones.
pub(super) fn signatures(compact: &str, seed: u8) -> Vec<(&'static str, [u8; 64])> {
    let (input, _) = compact.rsplit_once('.').expect("three parts");
    bad(input.as_bytes(), seed)
}

fn bad(message: &[u8], seed: u8) -> Vec<(&'static str, [u8; 64])> {
    let (secret, a) = (secret_scalar(seed), key(seed).public().to_bytes());
    let good = key(seed).sign(message);
    let (r, s) = good.split_at(32);
    let r: [u8; 32] = r.try_into().expect("32 bytes");
    let nonce = Scalar::from(1_234_567_u64);
    let mixed = (nonce * BASE + EIGHT_TORSION[1]).compress().to_bytes();
    let mut high_bit = good;
    high_bit[63] |= 0x80;
    vec![
        ("s-plus-order", join(&r, &plus_order(s))),
        ("s-high-bit", high_bit),
        ("r-identity", sign_with(identity(), Scalar::ZERO, secret, &a, message)),
        ("r-identity-non-canonical", sign_with(identity_again(), Scalar::ZERO, secret, &a, message)),
        ("r-of-order-8", sign_with(EIGHT_TORSION[1].compress().to_bytes(), Scalar::ZERO, secret, &a, message)),
        ("r-mixed-order", sign_with(mixed, nonce, secret, &a, message)),
    ]
}

fn edge(name: &str, why: &str, a: &[u8; 32], message: &[u8], signature: &[u8; 64], valid: bool) -> Edge {
    let hex = |bytes: &[u8]| data_encoding::HEXLOWER.encode(bytes);
    Edge {
        name: name.into(),
        why: why.into(),
        public_key: hex(a),
        message: hex(message),
        signature: hex(signature),
        valid,
    }
}

fn make() -> Vec<Edge> {
    let message = b"Testamur edge";
    let a = key(13).public().to_bytes();
    let mut edges = vec![edge("good", "a plain signature", &a, message, &key(13).sign(message), true)];
    for (name, signature) in bad(message, 13) {
        edges.push(edge(name, "only lenient or cofactored verifiers accept it", &a, message, &signature, false));
    }
    edges.extend(weak_keys(message));
    edges.extend(mixed_keys());
    edges
}

/// Under a key of small order one signature fits (nearly) every message.
fn weak_keys(message: &[u8]) -> Vec<Edge> {
    let nonce = Scalar::from(7_654_321_u64);
    let r = (nonce * BASE).compress().to_bytes();
    let mut negative_zero = identity();
    negative_zero[31] |= 0x80;
    let mut keys = vec![
        ("a-identity".to_owned(), identity()),
        ("a-identity-non-canonical".to_owned(), identity_again()),
        ("a-identity-negative-zero".to_owned(), negative_zero),
    ];
    keys.extend((1..8).map(|n| (format!("a-torsion-{n}"), EIGHT_TORSION[n].compress().to_bytes())));
    let weak = |(name, a): &(String, [u8; 32])| {
        edge(name, "the key is of small order", a, message, &join(&r, nonce.as_bytes()), false)
    };
    keys.iter().map(weak).collect()
}

/// A key with a torsion part is no weak key: whether it verifies hangs on the challenge, without cofactor.
fn mixed_keys() -> Vec<Edge> {
    let secret = secret_scalar(13);
    let a = (secret * BASE + EIGHT_TORSION[1]).compress().to_bytes();
    let nonce = Scalar::from(99_u64);
    let r = (nonce * BASE).compress().to_bytes();
    let fits = |message: &[u8]| challenge(&r, &a, message).as_bytes()[0].is_multiple_of(8);
    let find = |wanted| (0_u32..).map(u32::to_be_bytes).find(|m| fits(m) == wanted).expect("one in eight fits");
    let case = |name, why, wanted| {
        let message = find(wanted);
        edge(name, why, &a, &message, &sign_with(r, nonce, secret, &a, &message), wanted)
    };
    vec![
        case("a-mixed-order-fits", "the torsion part cancels: the equation holds without cofactor", true),
        case("a-mixed-order", "the torsion part stays: only cofactored verifiers accept it", false),
    ]
}

fn path() -> std::path::PathBuf {
    folder().join("ed25519-edge.json")
}

#[test]
fn the_strict_rule_decides_every_edge() {
    if std::env::var_os("TESTAMUR_WRITE_VECTORS").is_some() {
        std::fs::write(path(), serde_json::to_string_pretty(&make()).unwrap() + "\n").unwrap();
    }
    let edges: Vec<Edge> = serde_json::from_slice(&std::fs::read(path()).unwrap()).unwrap();
    assert_eq!(edges, make(), "run with TESTAMUR_WRITE_VECTORS=1");
    let bytes = |hex: &str| data_encoding::HEXLOWER.decode(hex.as_bytes()).unwrap();
    for edge in edges {
        let signature = bytes(&edge.signature).try_into().unwrap();
        let key = PublicKey::from_bytes(&bytes(&edge.public_key));
        let valid = key.is_ok_and(|key| key.verifies(&bytes(&edge.message), &signature));
        assert_eq!(valid, edge.valid, "{}", edge.name);
    }
}

#[test]
fn the_bad_ones_would_pass_a_cofactored_check() {
    // Else they would be refused for a dull reason and prove nothing.
    let message = b"Testamur edge";
    let a = key(13).public().to_bytes();
    let point = curve25519_dalek::edwards::CompressedEdwardsY(a).decompress().unwrap();
    for (name, signature) in bad(message, 13).into_iter().filter(|(name, _)| name.starts_with("r-")) {
        let r: [u8; 32] = signature[..32].try_into().unwrap();
        let s = Scalar::from_bytes_mod_order(signature[32..].try_into().unwrap());
        let r_point: EdwardsPoint = curve25519_dalek::edwards::CompressedEdwardsY(r).decompress().unwrap();
        let difference = s * BASE - challenge(&r, &a, message) * point - r_point;
        assert_eq!(difference.mul_by_cofactor(), EdwardsPoint::default(), "{name}");
    }
}
