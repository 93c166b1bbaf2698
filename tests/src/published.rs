//! What a deployment publishes, and the keys behind it: its discovery document, what verifies what it signed, and what only
//! it can make.

use portreeve_crypto::{AssociatedData, AuditKey, SecretBytes, derive_key};
use portreeve_domain::TenantId;
use portreeve_jose::{Algorithm, AudienceRule, Expected, Expiry, KeySet, TypRule};
use portreeve_storage::tenant_keys;
use serde_json::Value;

use crate::{cast, deployment::Deployment, jwt, template::Template};

impl Deployment {
    /// Returns the discovery document.
    pub async fn discovery(&self) -> Value {
        self.get("/.well-known/openid-configuration", &[]).await.success()
    }

    /// Returns the private key of the audit log of the tenant `default`.
    ///
    /// # Panics
    ///
    /// When there is no root key.
    pub async fn audit_key(&self) -> AuditKey {
        AuditKey::from_seed(&self.derived_key("audit checkpoint").await).expect("a key")
    }

    /// Returns the key that the tenant `default` has for a purpose, as whoever holds the database and the key-encryption key
    /// can make it.
    ///
    /// # Panics
    ///
    /// When there is no root key.
    pub async fn derived_key(&self, purpose: &str) -> SecretBytes<32> {
        let tenant = TenantId::DEFAULT;
        let mut conn = self.issuer.store().read(tenant).await.expect("a connection");
        let wrapped = tenant_keys::newest(&mut conn, tenant).await.expect("a row").expect("a root key");
        let place = AssociatedData { table: "tenant_keys", column: "wrapped", row: b"1", tenant: tenant.as_i64() };
        let root = Template::of(self.database).kek().unwrap(&place, &wrapped).expect("the root key");
        derive_key(&root, purpose)
    }

    /// Verifies the signature of a JWT with the published keys and returns its claims.
    ///
    /// `typ` is what its header must say. Time and audience are left to the test.
    ///
    /// # Panics
    ///
    /// When no published key fits.
    pub async fn verified(&self, token: &str, typ: &str) -> Value {
        self.verified_at("", token, typ).await
    }

    /// As `verified`, by the keys of the tenant whose addresses begin with `base`: nothing, or `/t/{slug}`.
    ///
    /// # Panics
    ///
    /// When no published key fits.
    pub async fn verified_at(&self, base: &str, token: &str, typ: &str) -> Value {
        let claims = self.verified_response(base, token, typ).await;
        assert!(claims["iat"].is_i64(), "no iat in {claims}");
        claims
    }

    /// As `verified_at`, for a JWT that does not say when it was made, as a signed authorization response.
    ///
    /// # Panics
    ///
    /// When no published key fits.
    pub async fn verified_response(&self, base: &str, token: &str, typ: &str) -> Value {
        let jwks = self.get(&format!("{base}/oauth2/jwks"), &[]).await.success();
        let keys = KeySet::from_jwks(&jwks).expect("a key set");
        let issuer = format!("{}{base}", cast::ISSUER);
        let expected = Expected {
            typ: TypRule::AbsentOr(&[typ]),
            algorithms: &[Algorithm::Es256, Algorithm::Rs256, Algorithm::Ps256, Algorithm::EdDsa],
            issuer: Some(&issuer),
            audience: AudienceRule::Unchecked,
            required: &[],
            now_seconds: self.seconds(),
            skew_seconds: 0,
            expiry: Expiry::Required,
            max_bytes: 16 * 1024,
        };
        portreeve_jose::verify(token, &expected, &keys).unwrap_or_else(|error| panic!("{error:?}: {token}"));
        jwt::claims(token)
    }
}
