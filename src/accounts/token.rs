//! API tokens: `tst_`, 256 random bits and a checksum by which a leaked one can be told from other text. Found by their
//! SHA-256; good for what their scopes say as far as their maker may still do it.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::manage::{prove, still_proved};
use super::permission::{Permission, Permissions};
use super::scope::{SCOPE_EVENTS, Scope};
use super::secret::{Secret, digest, random_text};
use super::session::{Grant, Principal, touch};
use super::staff::{checked_label, find, save};
use super::throttle::Throttle;
use super::{AccountsError, Result, retried};
use crate::credential::Timestamp;
use crate::desk::Desk;
use crate::store::{Act, Collection, Document, DocumentWrite, Expect, PAGE_LIMIT, Store};

/// How far ahead a token may expire, in days.
pub const TOKEN_LONGEST_DAYS: i64 = 366;
/// Most tokens of a member.
pub const TOKENS_EACH: usize = 100;
/// How exactly the last use is known: a request should not cost a write.
const TOUCH_SECONDS: i64 = 3_600;
/// Length of a token's id: the start of its hash.
const ID_CHARS: usize = 16;

const PREFIX: &str = "tst_";
/// Base32 of 256 bits.
const RANDOM_CHARS: usize = 52;
/// Hex digits of the checksum.
const CHECK_CHARS: usize = 8;

/// A token, without its secret.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApiToken {
    /// Id.
    pub id: String,
    /// Whose it is.
    pub staff: String,
    /// What it is for.
    pub name: String,
    /// What it may do, as far as its maker may.
    #[schema(value_type = Vec<Permission>)]
    pub scopes: Permissions,
    /// The events that it is limited to, as far as its maker is not limited to fewer; nothing: as its maker.
    #[schema(value_type = Option<Vec<String>>, example = json!(["WORKSHOP"]))]
    pub events: Scope,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub created: Timestamp,
    /// When it ends.
    #[schema(value_type = String, format = DateTime)]
    pub expires: Timestamp,
    /// When it was last used, to an hour.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub used: Option<Timestamp>,
}

/// What a token shall be.
#[derive(Debug, Clone)]
pub struct TokenRequest<'a> {
    /// What it is for.
    pub name: &'a str,
    /// What it may do.
    pub scopes: Permissions,
    /// The events that it is limited to; those of its maker if not limited.
    pub events: Scope,
    /// When it ends.
    pub expires: Timestamp,
}

/// A new token, which is shown this once.
#[derive(Debug)]
pub struct NewToken {
    /// What is known of it from now on.
    pub token: ApiToken,
    /// What to send as `Authorization: Bearer`.
    pub secret: Secret,
}

#[derive(Serialize, Deserialize)]
struct TokenRecord {
    staff: String,
    name: String,
    scopes: Permissions,
    /// Tokens of earlier versions are limited as their makers are.
    #[serde(default)]
    events: Scope,
    created: Timestamp,
    expires: Timestamp,
    used: Option<Timestamp>,
}

impl TokenRecord {
    fn view(self, hash: &str) -> ApiToken {
        let Self { staff, name, scopes, events, created, expires, used } = self;
        ApiToken { id: id_of(hash), staff, name, scopes, events, created, expires, used }
    }
}

/// Makes a token for a member, who types the password again: who finds a session open must not leave with a key.
///
/// # Errors
/// [`AccountsError::SignIn`] if the password is wrong, [`AccountsError::Throttled`], [`AccountsError::Scopes`],
/// [`AccountsError::Expiry`], [`AccountsError::TokenName`], [`AccountsError::TooManyTokens`].
pub fn create_token(
    desk: &Desk<'_>,
    throttle: &Throttle,
    staff: &str,
    password: &Secret,
    request: &TokenRequest<'_>,
) -> Result<NewToken> {
    let name = checked_label(request.name).ok_or(AccountsError::TokenName)?;
    if request.expires <= desk.now || request.expires > desk.now.plus_days(TOKEN_LONGEST_DAYS) {
        return Err(AccountsError::Expiry);
    }
    let proved = prove(desk, throttle, staff, password)?;
    let secret = make()?;
    let hash = digest(secret.expose());
    retried(|| {
        let held = still_proved(desk, &proved)?;
        if request.scopes.is_empty() || !request.scopes.is_subset(&held.record.permissions()) {
            return Err(AccountsError::Scopes);
        }
        // Not said: whatever its maker is limited to, now and later.
        if request.events.is_limited() && !held.record.events.holds(&request.events) {
            return Err(AccountsError::TokenEvents);
        }
        if request.events.events().is_some_and(|events| events.len() > SCOPE_EVENTS) {
            return Err(AccountsError::TooManyEvents);
        }
        if tokens(desk.store, Some(staff))?.len() >= TOKENS_EACH {
            return Err(AccountsError::TooManyTokens);
        }
        let (staff, scopes) = (staff.to_owned(), request.scopes.clone());
        let record = TokenRecord {
            staff,
            name: name.clone(),
            scopes,
            events: request.events.clone(),
            created: desk.now,
            expires: request.expires,
            used: None,
        };
        let mut detail = json!({ "staff": record.staff, "scopes": record.scopes, "expires": record.expires });
        if record.events.is_limited() {
            detail["events"] = json!(record.events);
        }
        let act = act(desk, "token.create", &id_of(&hash), detail);
        let write = DocumentWrite::put(Collection::API_TOKENS, &hash, Expect::Absent, &record);
        // With the member's own record: what ends all tokens of a member must see this one, or this one not be made.
        save(desk.store, Some(&held), Some(&held.record), vec![write], Some(&act))?;
        Ok(NewToken { token: record.view(&hash), secret: secret.clone() })
    })
}

/// Returns who a token acts for, and what it may do.
///
/// # Errors
/// [`AccountsError::Token`].
pub fn authenticate_token(store: &dyn Store, now: Timestamp, token: &str) -> Result<Principal> {
    if !is_whole(token) {
        return Err(AccountsError::Token);
    }
    let hash = digest(token);
    let document = store.document(Collection::API_TOKENS, &hash)?.ok_or(AccountsError::Token)?;
    let mut record: TokenRecord = document.read()?;
    let member = find(store, &record.staff)?.ok_or(AccountsError::Token)?.record;
    if record.expires <= now || member.disabled {
        return Err(AccountsError::Token);
    }
    if record.used.is_none_or(|used| now >= used.plus_seconds(TOUCH_SECONDS)) {
        record.used = Some(now);
        touch(store, Collection::API_TOKENS, &document, &record)?;
    }
    let scope = member.events.and(&record.events);
    let permissions = scope.bound(record.scopes.intersection(&member.permissions()).copied().collect());
    Ok(Principal { staff: record.staff, permissions, scope, grant: Grant::Token(id_of(&hash)) })
}

/// Lists the tokens of a member, or all, newest first.
///
/// # Errors
/// Those of the store.
pub fn tokens(store: &dyn Store, staff: Option<&str>) -> Result<Vec<ApiToken>> {
    let mut tokens: Vec<_> = all(store)?
        .into_iter()
        .filter(|(_, record)| staff.is_none_or(|staff| record.staff == staff))
        .map(|(document, record)| record.view(&document.key))
        .collect();
    tokens.sort_by(|left, right| right.created.cmp(&left.created).then_with(|| left.id.cmp(&right.id)));
    Ok(tokens)
}

/// Revokes a token by its id; of a certain member, or anybody's.
///
/// # Errors
/// [`AccountsError::NotFound`].
pub fn revoke_token(desk: &Desk<'_>, staff: Option<&str>, id: &str) -> Result<()> {
    let missing = || AccountsError::NotFound(id.chars().take(ID_CHARS).collect());
    let found = all(desk.store)?
        .into_iter()
        .find(|(document, record)| id_of(&document.key) == id && staff.is_none_or(|staff| record.staff == staff));
    let (document, record) = found.ok_or_else(missing)?;
    let act = act(desk, "token.revoke", id, json!({ "staff": record.staff }));
    let write = DocumentWrite::delete(Collection::API_TOKENS, document.key, Expect::Any);
    desk.store.write_documents(&[write], Some(&act))?;
    Ok(())
}

/// Returns the writes that delete all tokens of a member.
pub(super) fn deletions(store: &dyn Store, staff: &str) -> Result<Vec<DocumentWrite>> {
    let of_staff = all(store)?.into_iter().filter(|(_, record)| record.staff == staff);
    Ok(of_staff.map(|(document, _)| DocumentWrite::delete(Collection::API_TOKENS, document.key, Expect::Any)).collect())
}

fn all(store: &dyn Store) -> Result<Vec<(Document, TokenRecord)>> {
    let (mut found, mut cursor) = (Vec::new(), None);
    loop {
        let page = store.documents(Collection::API_TOKENS, "", cursor.as_deref(), PAGE_LIMIT)?;
        for document in page.items {
            found.push((document.read::<TokenRecord>()?, document));
        }
        cursor = page.next;
        if cursor.is_none() {
            return Ok(found.into_iter().map(|(record, document)| (document, record)).collect());
        }
    }
}

fn act(desk: &Desk<'_>, action: &str, id: &str, detail: serde_json::Value) -> Act {
    desk.act(action, format!("token:{id}"), detail)
}

fn make() -> Result<Secret> {
    let random = random_text::<32>()?;
    Ok(format!("{PREFIX}{}{}", random.as_str(), checksum(&random)).into())
}

/// Says whether a text is a token that was copied whole: what is not is not looked up.
fn is_whole(token: &str) -> bool {
    let Some(rest) = token.strip_prefix(PREFIX).filter(|rest| rest.is_ascii()) else { return false };
    rest.len() == RANDOM_CHARS + CHECK_CHARS && checksum(&rest[..RANDOM_CHARS]) == rest[RANDOM_CHARS..]
}

fn checksum(random: &str) -> String {
    digest(&format!("{PREFIX}{random}"))[..CHECK_CHARS].to_owned()
}

fn id_of(hash: &str) -> String {
    hash.chars().take(ID_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::StoreError;

    #[test]
    fn a_token_that_was_not_copied_whole_is_not_looked_up() {
        let token = make().unwrap();
        let text = token.expose();
        assert!(is_whole(text) && text.len() == 64);
        let mut changed = text.to_owned();
        changed.replace_range(10..11, if &text[10..11] == "a" { "b" } else { "a" });
        for wrong in
            ["", "tst_", &text[..63], &text[1..], &changed, &text.to_uppercase(), &format!("tst_{}", "é".repeat(30))]
        {
            assert!(!is_whole(wrong), "{wrong}");
        }
    }

    #[test]
    fn an_unreadable_document_is_reported_and_not_taken_for_a_token() {
        let store = crate::store::MemoryStore::new();
        let token = make().unwrap();
        let write =
            DocumentWrite::put(Collection::API_TOKENS, digest(token.expose()), Expect::Any, &json!({"staff": 1}));
        store.write_documents(&[write], None).unwrap();
        let refused = authenticate_token(&store, Timestamp::from_unix(0), token.expose());
        assert!(matches!(refused, Err(AccountsError::Store(StoreError::Damaged { .. }))));
    }
}
