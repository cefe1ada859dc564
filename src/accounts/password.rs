//! Passwords: which are good enough, and argon2id (RFC 9106) over them.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use super::secret::{Secret, random};
use super::{AccountsError, Result};

/// Shortest password, in characters.
pub const PASSWORD_MIN_CHARS: usize = 12;
/// Longest password, in characters.
pub const PASSWORD_MAX_CHARS: usize = 200;
/// Longest password that is looked at, in bytes before normalisation.
const PASSWORD_BYTES: usize = 4 * PASSWORD_MAX_CHARS;

/// Memory in KiB, passes and lanes: OWASP's first choice for argon2id, 19 MiB.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Why a password is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordProblem {
    /// Too short.
    #[error("the password needs at least {PASSWORD_MIN_CHARS} characters")]
    Short,
    /// Too long.
    #[error("the password may have at most {PASSWORD_MAX_CHARS} characters")]
    Long,
    /// The e-mail again.
    #[error("the password must not be the e-mail")]
    Email,
    /// Among the first that anybody tries.
    #[error("the password is one of those that are tried first")]
    Common,
}

/// What everybody tries first, of those that are long enough, in lower case.
const COMMON: &[&str] = &[
    "123456789012",
    "1234567890123",
    "12345678901234",
    "123456789012345",
    "1234567890123456",
    "012345678910",
    "0123456789012",
    "098765432109",
    "1q2w3e4r5t6y",
    "1q2w3e4r5t6y7u8i",
    "1qaz2wsx3edc",
    "1qaz2wsx3edc4rfv",
    "abc123abc123",
    "abcdefghijkl",
    "abcdefghijklm",
    "abcdefghijklmnop",
    "adminadminadmin",
    "administrator",
    "administrator1",
    "asdfghjkl123",
    "asdfghjkl;'#",
    "basketball123",
    "changemechangeme",
    "changeme1234",
    "certificate123",
    "correct horse battery staple",
    "correcthorsebatterystaple",
    "football1234",
    "iloveyou1234",
    "iloveyouiloveyou",
    "letmeinletmein",
    "p@ssw0rd1234",
    "passw0rd1234",
    "password1234",
    "password12345",
    "password123456",
    "password123!",
    "password1234!",
    "passwordpassword",
    "passwort1234",
    "princess1234",
    "qazwsxedcrfv",
    "qwerty123456",
    "qwertyqwerty",
    "qwertyuiop12",
    "qwertyuiop123",
    "qwertyuiop[]",
    "qwertyuiopas",
    "qwertyuiopasdfgh",
    "qwertzuiop123",
    "spring2026!!",
    "sunshine1234",
    "testamur1234",
    "testamurtestamur",
    "trustno1trustno1",
    "welcome12345",
    "welcome123456",
    "zaq12wsxcde3",
];

/// Checks a new password of the account with this e-mail.
pub(super) fn check(password: &Secret, email: &str) -> Result<(), PasswordProblem> {
    if password.expose().len() > PASSWORD_BYTES {
        return Err(PasswordProblem::Long);
    }
    let text = normalised(password);
    let chars = text.chars().count();
    if chars < PASSWORD_MIN_CHARS {
        return Err(PasswordProblem::Short);
    }
    if chars > PASSWORD_MAX_CHARS {
        return Err(PasswordProblem::Long);
    }
    let lower = Zeroizing::new(text.to_lowercase());
    if *lower == email {
        return Err(PasswordProblem::Email);
    }
    if COMMON.contains(&lower.as_str()) || repeats(&lower) {
        return Err(PasswordProblem::Common);
    }
    Ok(())
}

/// True if it is one to three characters over and over.
fn repeats(text: &str) -> bool {
    let chars = Zeroizing::new(text.chars().collect::<Vec<_>>());
    (1..=3).any(|period| chars.iter().zip(chars.iter().skip(period)).all(|(left, right)| left == right))
}

/// The same password typed on another keyboard is the same text (NIST SP 800-63B, 3.1.1.2: NFKC).
fn normalised(password: &Secret) -> Zeroizing<String> {
    Zeroizing::new(password.expose().nfkc().collect())
}

/// Returns the PHC string of a password that was checked.
pub(super) fn hash(password: &Secret) -> Result<String> {
    hash_with(password, params())
}

fn hash_with(password: &Secret, params: Params) -> Result<String> {
    let salt = random::<16>()?;
    let hash = Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_with_salt(normalised(password).as_bytes(), salt.as_slice())
        .map_err(|_| AccountsError::Hashing)?;
    Ok(hash.to_string())
}

fn params() -> Params {
    Params::new(MEMORY_KIB, PASSES, LANES, None).expect("the parameters are within argon2's ranges")
}

/// Says whether the password is the one of a PHC string. Without one, works as long and says no.
pub(super) fn verify(password: &Secret, phc: Option<&str>) -> bool {
    if password.expose().len() > PASSWORD_BYTES {
        return false;
    }
    let text = normalised(password);
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params());
    let Some(phc) = phc.and_then(|phc| PasswordHash::new(phc).ok()) else {
        let unused = argon2.hash_password_with_salt(text.as_bytes(), b"nobody has this");
        std::hint::black_box(unused.is_ok());
        return false;
    };
    argon2.verify_password(text.as_bytes(), &phc).is_ok()
}

/// Says whether a PHC string was made with less work than is asked for today.
pub(super) fn is_weak(phc: &str) -> bool {
    let Ok(hash) = PasswordHash::new(phc) else { return true };
    let Ok(params) = Params::try_from(&hash) else { return true };
    hash.algorithm.as_str() != "argon2id" || params.m_cost() < MEMORY_KIB || params.t_cost() < PASSES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_recognised_however_it_was_composed() {
        let hash = hash(&"Zoë's łong päss".into()).unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(verify(&"Zoe\u{308}'s łong pa\u{308}ss".into(), Some(&hash)));
        assert!(!verify(&"Zoe's łong päss".into(), Some(&hash)));
        assert!(!verify(&"Zoë's łong päss".into(), None));
        assert!(!verify(&"Zoë's łong päss".into(), Some("not a hash")));
        assert!(!is_weak(&hash));
    }

    #[test]
    fn what_was_hashed_with_less_work_is_weak() {
        let password = "Zoë's łong päss".into();
        let hash = hash_with(&password, Params::new(8 * 1024, 2, 1, None).unwrap()).unwrap();
        assert!(is_weak(&hash) && verify(&password, Some(&hash)));
    }

    #[test]
    fn poor_passwords_are_named_for_what_they_are() {
        let check = |text: &str| check(&text.into(), "ada@example.org");
        assert_eq!(check("elevenchars"), Err(PasswordProblem::Short));
        assert_eq!(check(&"é".repeat(201)), Err(PasswordProblem::Long));
        assert_eq!(check(&"x".repeat(100_000)), Err(PasswordProblem::Long));
        assert_eq!(check("ADA@example.ORG"), Err(PasswordProblem::Email));
        assert_eq!(check("Password1234"), Err(PasswordProblem::Common));
        assert_eq!(check("Ｐassword1234"), Err(PasswordProblem::Common));
        assert_eq!(check("abababababab"), Err(PasswordProblem::Common));
        assert_eq!(check("twelve chars"), Ok(()));
        assert_eq!(check("горизонт событий"), Ok(()));
    }
}
