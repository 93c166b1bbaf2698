//! Client secrets: compared by their hash, or sealed where the client computes a MAC with them.
//!
//! Owns what is stored of a secret, and opening what was sealed. What a secret must be like is left to `configure`, the MAC
//! to `jose`. DESIGN §6; decision 0014.

use portreeve_crypto::{AssociatedData, SecretText, sha256};
use portreeve_domain::{Client, ClientId, ClientSecret, Fault, SecretKeeping, TenantId, Timestamp};
use portreeve_storage::{Tx, clients};

use crate::Ambient;
use crate::directory::TenantDirectory;

/// What is stored of a secret: the SHA-256 of its text. Fast on purpose: the secret is random, not remembered.
pub(crate) fn hash(secret: &SecretText) -> [u8; 32] {
    *sha256(secret.expose().as_bytes()).as_bytes()
}

/// Prepares a secret to be stored for a client whose secrets are kept so.
///
/// # Errors
/// A fault when the operating system gives no randomness.
pub(crate) fn prepare(
    ambient: &Ambient,
    at: &TenantDirectory,
    secret: &SecretText,
    keeping: SecretKeeping,
) -> Result<ClientSecret, Fault> {
    let hash = hash(secret);
    let seal = || at.keys.seal.seal(ambient.random(), &place(at.id(), &hash), secret.expose().as_bytes());
    let sealed = (keeping == SecretKeeping::Sealed).then(seal).transpose().map_err(Fault::new)?;
    Ok(ClientSecret { hash, sealed, created_at: ambient.now() })
}

/// Replaces a client's secrets by these.
///
/// # Errors
/// A fault when the database is away.
pub(crate) async fn replace(
    tx: &mut Tx,
    tenant: TenantId,
    id: &ClientId,
    secrets: &[ClientSecret],
    now: Timestamp,
) -> Result<(), Fault> {
    let hashes: Vec<_> = secrets.iter().map(|secret| secret.hash).collect();
    clients::replace_secrets(tx, tenant, id, &hashes, now).await?;
    for secret in secrets {
        if let Some(sealed) = &secret.sealed
            && !clients::keep_secret_text(tx, tenant, id, &secret.hash, sealed).await?
        {
            return Err(Fault::impossible("a secret was stored and is not there"));
        }
    }
    Ok(())
}

/// The texts of the live secrets of a client, as far as they were kept.
///
/// # Errors
/// A fault when one does not open.
pub(crate) fn texts(at: &TenantDirectory, client: &Client) -> Result<Vec<SecretText>, Fault> {
    let kept = client.secrets.iter().filter_map(|secret| Some((&secret.hash, secret.sealed.as_ref()?)));
    kept.map(|(hash, sealed)| {
        let text = at.keys.seal.open(&place(at.id(), hash), sealed).map_err(Fault::new)?;
        let text = std::str::from_utf8(&text).map_err(Fault::new)?;
        Ok(SecretText::new(text.to_owned()))
    })
    .collect()
}

fn place(tenant: TenantId, hash: &[u8; 32]) -> AssociatedData<'_> {
    AssociatedData { table: "client_secrets", column: "text_sealed", row: hash, tenant: tenant.as_i64() }
}
