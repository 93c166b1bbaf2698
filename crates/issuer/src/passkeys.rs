//! The passkeys of people: found, opened, sealed.
//!
//! Owns what stands between a row of ciphertext and a credential, by what an authenticator knows an account, and what goes with
//! adding one. Leaves the ceremonies to `authenticators` and the pages around them to `journeys` and `account`. SECURITY rules 13 and 14.

use portreeve_authenticators::{NewPasskey, StoredPasskey, credential_id, passkey_model};
use portreeve_crypto::{AssociatedData, hex, hmac_sha256};
use portreeve_domain::{Actor, Event, EventType, Fault, MailPurpose, ProofKind, UserId};
use portreeve_storage::passkeys::{self, PasskeyRow};
use portreeve_storage::{Conn, Tx};

use crate::directory::TenantDirectory;
use crate::people::Person;
use crate::{Ambient, Issuer, audit};

/// The column name of the blind index of credential ids.
const CREDENTIAL_INDEX: &str = "passkeys.credential";
/// How many passkeys an account can have.
const MAX_PASSKEYS: i64 = 20;

/// A passkey, opened.
pub(crate) struct OpenedPasskey {
    /// The credential as `authenticators` wants it.
    pub credential: String,
    /// The row.
    pub row: PasskeyRow,
}

impl OpenedPasskey {
    /// What an answer is checked against.
    ///
    /// # Errors
    /// A fault when the stored counter is none.
    pub(crate) fn stored(&self, at: &TenantDirectory) -> Result<StoredPasskey<'_>, Fault> {
        Ok(StoredPasskey {
            credential: &self.credential,
            handle: handle(at, self.row.user),
            counter: u32::try_from(self.row.counter).map_err(Fault::new)?,
            backed_up: self.row.backed_up,
        })
    }

    /// What it proves.
    pub(crate) fn proof_kind(&self) -> ProofKind {
        proof_kind(self.row.attested)
    }
}

/// What a passkey proves, by whether its model is vouched for.
pub(crate) fn proof_kind(attested: bool) -> ProofKind {
    if attested { ProofKind::AttestedPasskey } else { ProofKind::Passkey }
}

/// The blind index of a credential's id.
pub(crate) fn index(at: &TenantDirectory, credential_id: &[u8]) -> [u8; 32] {
    let text = hex(credential_id);
    at.keys.index.index(CREDENTIAL_INDEX, &text)
}

/// What authenticators keep an account by: stable, and of no use to anybody else.
pub(crate) fn handle(at: &TenantDirectory, user: UserId) -> [u8; 16] {
    let mac = hmac_sha256(at.keys.passkey_handles.expose(), &[user.as_bytes()]);
    let mut handle = [0; 16];
    handle.iter_mut().zip(mac).for_each(|(to, from)| *to = from);
    handle
}

/// Opens a passkey of `person`.
///
/// # Errors
/// A fault when something does not open.
pub(crate) fn open(at: &TenantDirectory, person: &Person, row: PasskeyRow) -> Result<OpenedPasskey, Fault> {
    let credential = person.key.open(&place(at, "credential_sealed", &row.index), &row.credential_sealed);
    let credential = String::from_utf8(credential.map_err(Fault::new)?.to_vec()).map_err(Fault::new)?;
    Ok(OpenedPasskey { credential, row })
}

/// The ids of the credentials of `person`, for a browser to choose among.
///
/// # Errors
/// A fault when the database is away or something does not open.
pub(crate) async fn credential_ids(
    conn: &mut Conn,
    at: &TenantDirectory,
    person: &Person,
) -> Result<Vec<Vec<u8>>, Fault> {
    let mut ids = Vec::new();
    for row in passkeys::of_user(conn, at.id(), person.id).await? {
        ids.push(credential_id(&open(at, person, row)?.credential).map_err(Fault::new)?);
    }
    Ok(ids)
}

/// What a person calls a passkey; empty when its model has no name and the person gave it none.
///
/// # Errors
/// A fault when it does not open.
pub(crate) fn name(at: &TenantDirectory, person: &Person, row: &PasskeyRow) -> Result<String, Fault> {
    let name = person.key.open(&place(at, "name_sealed", &row.index), &row.name_sealed).map_err(Fault::new)?;
    String::from_utf8(name.to_vec()).map_err(Fault::new)
}

/// Seals what a person calls a passkey.
///
/// # Errors
/// A fault when it cannot be sealed.
pub(crate) fn seal_name(
    ambient: &Ambient,
    at: &TenantDirectory,
    person: &Person,
    index: &[u8; 32],
    name: &str,
) -> Result<Vec<u8>, Fault> {
    person.key.seal(ambient.random(), &place(at, "name_sealed", index), name.as_bytes()).map_err(Fault::new)
}

/// Stores a new passkey of `person` under the name of its model and returns its index; `None` when its credential is known
/// already.
///
/// # Errors
/// A fault when the database is away.
async fn insert(
    tx: &mut Tx,
    ambient: &Ambient,
    at: &TenantDirectory,
    person: &Person,
    new: &NewPasskey,
) -> Result<Option<[u8; 32]>, Fault> {
    let index = index(at, &new.credential_id);
    let seal = |column, text: &str| {
        person.key.seal(ambient.random(), &place(at, column, &index), text.as_bytes()).map_err(Fault::new)
    };
    let row = PasskeyRow {
        index,
        user: person.id,
        credential_sealed: seal("credential_sealed", &new.credential)?,
        name_sealed: seal("name_sealed", passkey_model(new.aaguid).unwrap_or_default())?,
        aaguid: new.aaguid,
        counter: i64::from(new.counter),
        backup_eligible: new.backup_eligible,
        backed_up: new.backed_up,
        user_verified: new.user_verified,
        attested: new.attested,
        created_at: ambient.now(),
        last_used_at: None,
    };
    Ok(passkeys::insert(tx, at.id(), &row).await?.then_some(index))
}

impl Issuer {
    /// Adds a passkey of `person` with its event and its notice, and returns its index; `None` when the account has it, or as
    /// many as it can.
    ///
    /// # Errors
    /// A fault when the database is away.
    pub(crate) async fn add_passkey(
        &self,
        tx: &mut Tx,
        at: &TenantDirectory,
        person: &Person,
        new: &NewPasskey,
        locale: &str,
    ) -> Result<Option<[u8; 32]>, Fault> {
        if passkeys::count(tx, at.id(), person.id).await? >= MAX_PASSKEYS {
            return Ok(None);
        }
        let Some(index) = insert(tx, &self.ambient, at, person, new).await? else { return Ok(None) };
        let event = Event::new(EventType::PasskeyAdded, self.ambient.now(), Actor::User(person.id))
            .about(person.id)
            .with("attested", new.attested)
            .with("backup_eligible", new.backup_eligible);
        audit::record(tx, &self.ambient, at, event).await?;
        self.mail(tx, at, MailPurpose::PasskeyAdded, person.id, locale).await?;
        Ok(Some(index))
    }
}

fn place<'a>(at: &TenantDirectory, column: &'static str, index: &'a [u8; 32]) -> AssociatedData<'a> {
    AssociatedData { table: "passkeys", column, row: index, tenant: at.id().as_i64() }
}
