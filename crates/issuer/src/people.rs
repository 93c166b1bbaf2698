//! People: opening and sealing what is stored about them, under a key of their own.
//!
//! Owns the way from a row of ciphertext to a person and back. Destroying the subject key is the whole of erasure.
//! DESIGN §6, SECURITY rules 13 to 15.

use portreeve_crypto::{AssociatedData, SealingKey, SecretBytes};
use portreeve_domain::{Email, Fault, PersonClaims, Subject, TenantId, Timestamp, UserId};
use portreeve_storage::users::{self, UserRow};
use portreeve_storage::{Conn, Tx, subject_keys};

use crate::directory::TenantDirectory;
use crate::{Ambient, Issuer};

/// The column name of the blind index of addresses.
const EMAIL_INDEX: &str = "users.email";

/// A person, opened.
pub struct Person {
    /// Who.
    pub id: UserId,
    /// The public subject identifier.
    pub subject: Subject,
    /// The address as the person typed it.
    pub email: Option<String>,
    /// When the address was proven.
    pub email_verified_at: Option<Timestamp>,
    /// The blind index of the address.
    pub(crate) email_index: Option<[u8; 32]>,
    /// What the person told us.
    pub claims: PersonClaims,
    /// Whether the person administers this tenant.
    pub is_admin: bool,
    /// When the account was made.
    pub created_at: Timestamp,
    /// When claims or address last changed.
    pub updated_at: Timestamp,
    /// When the account was switched off.
    pub disabled_at: Option<Timestamp>,
    /// The person's own key.
    pub(crate) key: SealingKey,
}

/// A person about to be stored.
pub struct NewPerson<'a> {
    /// The address as typed.
    pub email: &'a str,
    /// Whether and when the address was proven.
    pub email_verified_at: Option<Timestamp>,
    /// What is known.
    pub claims: PersonClaims,
    /// Whether the person administers this tenant.
    pub is_admin: bool,
}

impl Issuer {
    /// Begins what changes several rows of an account, with the account held before any of them: two that took them in another order
    /// would wait for one another. `None` when there is no such account.
    pub(crate) async fn begin_holding(&self, at: &TenantDirectory, user: UserId) -> Result<Option<Tx>, Fault> {
        let mut tx = self.store.begin(at.id()).await?;
        Ok(users::hold(&mut tx, at.id(), user).await?.then_some(tx))
    }
}

/// Where a value of a person is sealed.
pub(crate) fn place<'a>(
    table: &'static str,
    column: &'static str,
    tenant: TenantId,
    user: &'a UserId,
) -> AssociatedData<'a> {
    AssociatedData { table, column, row: user.as_bytes(), tenant: tenant.as_i64() }
}

/// The blind index of a canonical address.
pub(crate) fn email_index(at: &TenantDirectory, email: &Email) -> [u8; 32] {
    at.keys.index.index(EMAIL_INDEX, email.as_str())
}

/// Finds and opens a person; `None` when there is none or the key is destroyed.
///
/// # Errors
/// A fault when the database is away or something does not open.
pub async fn find(conn: &mut Conn, at: &TenantDirectory, user: UserId) -> Result<Option<Person>, Fault> {
    match users::find(conn, at.id(), user).await? {
        Some(row) => open(conn, at, row).await,
        None => Ok(None),
    }
}

/// As `find`, with the claims as they are sealed, which guards replacing them.
///
/// # Errors
/// As `find`.
pub(crate) async fn find_with_sealed_claims(
    conn: &mut Conn,
    at: &TenantDirectory,
    user: UserId,
) -> Result<Option<(Person, Vec<u8>)>, Fault> {
    let Some(row) = users::find(conn, at.id(), user).await? else { return Ok(None) };
    let sealed = row.claims_sealed.clone();
    Ok(open(conn, at, row).await?.zip(sealed))
}

/// Finds and opens a person by address, in any spelling of it.
///
/// # Errors
/// As `find`.
pub async fn find_by_email(conn: &mut Conn, at: &TenantDirectory, email: &Email) -> Result<Option<Person>, Fault> {
    match users::find_by_email(conn, at.id(), &email_index(at, email)).await? {
        Some(row) => open(conn, at, row).await,
        None => {
            // The look-up of the key is made for nobody as well: known and unknown addresses cost the same (S-071).
            subject_keys::find(conn, at.id(), UserId::from_bytes([0; 16])).await?;
            Ok(None)
        }
    }
}

/// Opens a row.
pub(crate) async fn open(conn: &mut Conn, at: &TenantDirectory, row: UserRow) -> Result<Option<Person>, Fault> {
    let Some(wrapped) = subject_keys::find(conn, at.id(), row.id).await? else { return Ok(None) };
    let key = unwrap_key(at, row.id, &wrapped)?;
    let opened = |column, sealed: Option<Vec<u8>>| {
        sealed
            .map(|sealed| key.open(&place("users", column, at.id(), &row.id), &sealed).map_err(Fault::new))
            .transpose()
    };
    let email = opened("email_sealed", row.email_sealed)?
        .map(|text| String::from_utf8(text.to_vec()).map_err(Fault::new))
        .transpose()?;
    let claims = opened("claims_sealed", row.claims_sealed)?
        .map(|json| serde_json::from_slice(&json).map_err(|e| Fault::new(e).while_doing("read a person's claims")))
        .transpose()?
        .unwrap_or_default();
    Ok(Some(Person {
        id: row.id,
        subject: row.subject,
        email,
        email_verified_at: row.email_verified_at,
        email_index: row.email_index,
        claims,
        is_admin: row.is_admin,
        created_at: row.created_at,
        updated_at: row.updated_at,
        disabled_at: row.disabled_at,
        key,
    }))
}

/// Adds a person with a key of their own; `None` when the address has an account already.
///
/// # Errors
/// A fault when the database is away, or the address is not one (the caller has checked it).
pub(crate) async fn insert(
    tx: &mut Tx,
    ambient: &Ambient,
    at: &TenantDirectory,
    new: &NewPerson<'_>,
) -> Result<Option<UserId>, Fault> {
    let id = UserId::from_bytes(ambient.bytes()?);
    let secret = ambient.secret()?;
    let wrap_place = place("subject_keys", "wrapped", at.id(), &id);
    let wrapped = at.keys.seal.seal(ambient.random(), &wrap_place, secret.expose()).map_err(Fault::new)?;
    let key = SealingKey::new(1, &secret).map_err(Fault::new)?;
    let now = ambient.now();
    let row = row(ambient, at, &key, id, Subject::new(random_subject(ambient)?), new, now)?;
    if !users::insert(tx, at.id(), &row).await? {
        return Ok(None);
    }
    subject_keys::insert(tx, at.id(), id, &wrapped, now).await?;
    Ok(Some(id))
}

/// Replaces a person's address, claims and role; false when the person is gone.
///
/// # Errors
/// A fault when the database is away or the address belongs to somebody else.
pub(crate) async fn update(
    tx: &mut Tx,
    ambient: &Ambient,
    at: &TenantDirectory,
    person: &Person,
    new: &NewPerson<'_>,
) -> Result<bool, Fault> {
    let mut row = row(ambient, at, &person.key, person.id, person.subject.clone(), new, ambient.now())?;
    row.created_at = person.created_at;
    users::update(tx, at.id(), &row).await
}

/// Seals what a person told us.
pub(crate) fn seal_claims(
    ambient: &Ambient,
    at: &TenantDirectory,
    person: &Person,
    claims: &PersonClaims,
) -> Result<Vec<u8>, Fault> {
    let json = serde_json::to_vec(claims).map_err(Fault::new)?;
    person.key.seal(ambient.random(), &place("users", "claims_sealed", at.id(), &person.id), &json).map_err(Fault::new)
}

fn row(
    ambient: &Ambient,
    at: &TenantDirectory,
    key: &SealingKey,
    id: UserId,
    subject: Subject,
    new: &NewPerson<'_>,
    now: Timestamp,
) -> Result<UserRow, Fault> {
    let canonical = Email::parse(new.email).map_err(|_| Fault::impossible("an unchecked address reached the store"))?;
    let seal = |column, text: &[u8]| {
        key.seal(ambient.random(), &place("users", column, at.id(), &id), text).map_err(Fault::new)
    };
    let claims = serde_json::to_vec(&new.claims).map_err(Fault::new)?;
    Ok(UserRow {
        id,
        subject,
        email_sealed: Some(seal("email_sealed", new.email.trim().as_bytes())?),
        email_index: Some(email_index(at, &canonical)),
        email_verified_at: new.email_verified_at,
        claims_sealed: Some(seal("claims_sealed", &claims)?),
        is_admin: new.is_admin,
        created_at: now,
        updated_at: now,
        disabled_at: None,
    })
}

/// The key of a person, unwrapped.
pub(crate) fn unwrap_key(at: &TenantDirectory, user: UserId, wrapped: &[u8]) -> Result<SealingKey, Fault> {
    let secret = at.keys.seal.open(&place("subject_keys", "wrapped", at.id(), &user), wrapped).map_err(Fault::new)?;
    let secret =
        SecretBytes::from_slice(&secret).ok_or_else(|| Fault::impossible("a subject key of another length"))?;
    SealingKey::new(1, &secret).map_err(Fault::new)
}

/// `usr_` and 26 characters of base32: 130 random bits, never reassigned.
fn random_subject(ambient: &Ambient) -> Result<String, Fault> {
    const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let bytes: [u8; 26] = ambient.bytes()?;
    let letters =
        bytes.iter().filter_map(|byte| ALPHABET.get(usize::from(byte % 32))).map(|&letter| char::from(letter));
    Ok(Subject::PREFIX.chars().chain(letters).collect())
}
