//! A tenant's encryption keys: what others encrypt to it with, what is published of them, what is read.
//!
//! Owns keeping them on schedule, each change with its event, and decrypting. A new key is used as soon as it is seen, so it
//! is not staged; a replaced one leaves the JWKS and is read for two days more. Leaves the schedule to `domain`.
//! RFC 7517 §4.2; OIDC Core §10.2.1; decision 0012.

use std::sync::Arc;

use portreeve_crypto::AssociatedData;
use portreeve_domain::{
    Actor, EncryptionKeyPhase, EncryptionKeyTimes, Event, EventType, Fault, TenantId, Timestamp, encryption_key_due,
};
use portreeve_jose::{DecryptionKey, DecryptionKeyType, DecryptionKeys, Rejection};
use portreeve_storage::directory_versions;
use portreeve_storage::encryption_keys::{self as rows, EncryptionKeyRow};
use serde_json::Value;

use crate::directory::TenantDirectory;
use crate::tenant_keys::TenantKeys;
use crate::{Issuer, audit};

/// The encryption keys of one tenant.
pub struct EncryptionKeys {
    keys: DecryptionKeys,
    times: Vec<EncryptionKeyTimes>,
}

impl EncryptionKeys {
    /// Opens the stored keys that are still read.
    ///
    /// # Errors
    /// A fault when a key does not open or does not parse.
    pub(crate) fn open(rows: &[&EncryptionKeyRow], keys: &TenantKeys, now: Timestamp) -> Result<Self, Fault> {
        let (mut read, mut times) = (Vec::new(), Vec::new());
        for row in rows.iter().filter(|row| row.times.phase(now) != EncryptionKeyPhase::Gone) {
            let key_type = DecryptionKeyType::parse(&row.key_type)
                .ok_or_else(|| Fault::impossible("a stored encryption key of unknown type"))?;
            let private = keys.seal.open(&place(row.tenant, &row.kid), &row.private_sealed).map_err(Fault::new)?;
            read.push(DecryptionKey::from_pkcs8(key_type, &private).map_err(Fault::new)?);
            times.push(row.times);
        }
        Ok(Self { keys: DecryptionKeys::new(read), times })
    }

    /// Every key that is read, with its life.
    pub fn all(&self) -> impl Iterator<Item = (&DecryptionKey, EncryptionKeyTimes)> {
        self.keys.iter().zip(self.times.iter().copied())
    }

    /// What the JWKS says of them.
    pub(crate) fn published(&self, now: Timestamp) -> Vec<Value> {
        let published = self.all().filter(|(_, times)| times.phase(now) == EncryptionKeyPhase::Published);
        published.map(|(key, _)| Value::Object(key.public_jwk().clone())).collect()
    }

    /// Decrypts a token of at most `max_bytes` that somebody encrypted to this tenant.
    ///
    /// # Errors
    /// As `portreeve_jose::DecryptionKeys::decrypt`.
    pub(crate) fn decrypt(&self, token: &str, max_bytes: usize) -> Result<Vec<u8>, Rejection> {
        self.keys.decrypt(token, max_bytes).map(|content| content.to_vec())
    }
}

impl Issuer {
    /// Makes whatever encryption key of `tenant` is due; true when one was.
    pub(crate) async fn keep_encryption_keys(&self, tenant: &Arc<TenantDirectory>) -> Result<bool, Fault> {
        let mut changed = false;
        for key_type in DecryptionKeyType::ALL {
            let of_type = tenant.encryption.all().filter(|(key, _)| key.key_type() == key_type);
            let times: Vec<_> = of_type.map(|(_, times)| times).collect();
            if encryption_key_due(&times, self.ambient.now()) {
                self.publish_encryption_key(tenant, key_type).await?;
                changed = true;
            }
        }
        Ok(changed)
    }

    /// Makes a key that takes the place of the others of its type.
    pub(crate) async fn publish_encryption_key(
        &self,
        tenant: &Arc<TenantDirectory>,
        key_type: DecryptionKeyType,
    ) -> Result<(), Fault> {
        // An RSA key takes a good part of a second: not on a thread that serves requests.
        let made = tokio::task::spawn_blocking(move || DecryptionKey::generate(key_type)).await.map_err(Fault::new)?;
        let private = made.map_err(Fault::new)?;
        let key = DecryptionKey::from_pkcs8(key_type, &private).map_err(Fault::new)?;
        let sealed = tenant.keys.seal.seal(self.ambient.random(), &place(tenant.id(), key.kid()), &private);
        let published_at = self.ambient.now();
        let row = EncryptionKeyRow {
            tenant: tenant.id(),
            kid: key.kid().to_owned(),
            key_type: key_type.name().to_owned(),
            private_sealed: sealed.map_err(Fault::new)?,
            times: EncryptionKeyTimes { published_at, replaced_at: None, revoked_at: None },
        };
        let mut tx = self.store.begin(tenant.id()).await?;
        rows::publish(&mut tx, &row).await?;
        let event = Event::new(EventType::KeyCreated, published_at, Actor::System)
            .with("kid", &row.kid)
            .with("kty", key_type.name())
            .with("use", "enc");
        audit::record(&mut tx, &self.ambient, tenant, event).await?;
        directory_versions::bump(&mut tx, tenant.id()).await?;
        tx.commit().await
    }
}

fn place(tenant: TenantId, kid: &str) -> AssociatedData<'_> {
    AssociatedData { table: "encryption_keys", column: "private_sealed", row: kid.as_bytes(), tenant: tenant.as_i64() }
}
