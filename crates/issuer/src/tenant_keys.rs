//! The keys of one tenant, derived from its root key: one for each purpose, never shared between two.
//!
//! Owns derivation and the key hierarchy (key-encryption key → tenant root key → subject key). Leaves ciphertext formats
//! to `crypto` and rows to `storage`. DESIGN §6, SECURITY rules 13 and 14.

use portreeve_authenticators::{HashParameters, PasswordHashing, Pepper};
use portreeve_crypto::{
    AssociatedData, AuditKey, BlindIndexKey, IdPermutation, KeyEncryptionKey, SealingKey, SecretBytes, derive_key,
};
use portreeve_domain::{Fault, TenantId, UserId};
use portreeve_storage::{Store, tenant_keys};

use crate::Ambient;

/// The keys of one tenant.
pub(crate) struct TenantKeys {
    /// Seals what belongs to no person: journeys, signing keys, refusals; and wraps subject keys.
    pub(crate) seal: SealingKey,
    /// Blind indexes.
    pub(crate) index: BlindIndexKey,
    /// Hides row ids in texts.
    pub(crate) permutation: IdPermutation,
    /// Derives the successor of a refresh token.
    pub(crate) refresh: SecretBytes<32>,
    /// Fingerprints recovery codes.
    pub(crate) recovery: SecretBytes<32>,
    /// Fingerprints codes mailed to sign in.
    pub(crate) email_codes: SecretBytes<32>,
    /// Fingerprints codes that prove telephone numbers.
    pub(crate) phone_codes: SecretBytes<32>,
    /// Form tokens.
    pub(crate) forms: SecretBytes<32>,
    /// Pairwise subjects (OIDC Core §8.1).
    pub(crate) pairwise: SecretBytes<32>,
    /// Pseudonyms in the audit log.
    pub(crate) pseudonym: SecretBytes<32>,
    /// Signs checkpoints of the audit log.
    pub(crate) audit: AuditKey,
    /// Known-device cookies.
    pub(crate) devices: SecretBytes<32>,
    /// Nonces of DPoP proofs.
    pub(crate) dpop_nonces: SecretBytes<32>,
    /// What authenticators know accounts by.
    pub(crate) passkey_handles: SecretBytes<32>,
    /// Password hashing with this tenant's pepper.
    pub(crate) passwords: PasswordHashing,
}

impl TenantKeys {
    /// Derives the keys of a root key.
    ///
    /// # Errors
    /// A fault when the hash parameters are too weak or the library refuses a key.
    pub(crate) fn derive(root: &SecretBytes<32>, parameters: HashParameters) -> Result<Self, Fault> {
        let pepper = Pepper { id: 1, key: derive_key(root, "pepper") };
        Ok(Self {
            seal: SealingKey::new(1, &derive_key(root, "seal")).map_err(Fault::new)?,
            index: BlindIndexKey::new(&derive_key(root, "blind index")),
            permutation: IdPermutation::new(&derive_key(root, "id permutation")).map_err(Fault::new)?,
            refresh: derive_key(root, "refresh successor"),
            recovery: derive_key(root, "recovery code"),
            email_codes: derive_key(root, "email code"),
            phone_codes: derive_key(root, "phone code"),
            forms: derive_key(root, "form token"),
            pairwise: derive_key(root, "pairwise subject"),
            pseudonym: derive_key(root, "audit pseudonym"),
            audit: AuditKey::from_seed(&derive_key(root, "audit checkpoint")).map_err(Fault::new)?,
            devices: derive_key(root, "known device"),
            dpop_nonces: derive_key(root, "dpop nonce"),
            passkey_handles: derive_key(root, "passkey handle"),
            passwords: PasswordHashing::new(parameters, pepper, Vec::new()).map_err(Fault::new)?,
        })
    }

    /// A person's pseudonym in the audit log: stable in the tenant, meaningless outside.
    pub(crate) fn pseudonym_of(&self, user: UserId) -> [u8; 32] {
        portreeve_crypto::hmac_sha256(self.pseudonym.expose(), &[user.as_bytes()])
    }
}

/// Loads a tenant's root key, or makes the first one.
///
/// # Errors
/// A fault when the database is away, or the key was wrapped by another key-encryption key.
pub(crate) async fn load_or_create(
    store: &Store,
    ambient: &Ambient,
    kek: &KeyEncryptionKey,
    tenant: TenantId,
) -> Result<SecretBytes<32>, Fault> {
    let place = AssociatedData { table: "tenant_keys", column: "wrapped", row: b"1", tenant: tenant.as_i64() };
    let mut wrapped = tenant_keys::newest(&mut store.read(tenant).await?, tenant).await?;
    if wrapped.is_none() {
        let fresh = kek.wrap(ambient.random(), &place, &ambient.secret()?).map_err(Fault::new)?;
        let mut tx = store.begin(tenant).await?;
        tenant_keys::insert_first(&mut tx, tenant, &fresh, ambient.now()).await?;
        tx.commit().await?;
        // Another node may have been faster; what is stored counts.
        wrapped = tenant_keys::newest(&mut store.read(tenant).await?, tenant).await?;
    }
    let wrapped = wrapped.ok_or_else(|| Fault::impossible("a tenant key was stored and is not there"))?;
    kek.unwrap(&place, &wrapped).map_err(|error| {
        Fault::new(error)
            .while_doing("open the tenant's root key; was the database made with another key-encryption key?")
    })
}
