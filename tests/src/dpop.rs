//! Senders that prove a key, and proofs that are wrong in one thing.
//!
//! Owns a key that is not made by our own crates, and the text of proofs (RFC 9449 §4.2). What a proof is sent with is the
//! test's own.

use axum::body::Body;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{HeaderValue, Request};
use portreeve_crypto::sha256;
use rcgen::{KeyPair, PublicKeyData, SigningKey};
use serde_json::{Value, json};

use crate::{
    authorization::AuthorizationRequest,
    cast,
    deployment::Deployment,
    jwt,
    relying_party::{Grant, RelyingParty, Tokens},
    reply::Reply,
};

/// A P-256 key of a client.
pub struct ProofKey(KeyPair);

impl ProofKey {
    /// Makes a key.
    ///
    /// # Panics
    ///
    /// When there is no randomness.
    #[expect(clippy::new_without_default, reason = "each is another key")]
    pub fn new() -> Self {
        Self(KeyPair::generate().expect("a P-256 key"))
    }

    /// Returns the public key as a JWK.
    ///
    /// # Panics
    ///
    /// When the key is no uncompressed point.
    pub fn jwk(&self) -> Value {
        let [4, coordinates @ ..] = self.0.der_bytes() else { panic!("not an uncompressed point") };
        let (x, y) = coordinates.split_at(32);
        json!({ "kty": "EC", "crv": "P-256", "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y) })
    }

    /// Returns the thumbprint of the key (RFC 7638 §3): `jkt`.
    pub fn thumbprint(&self) -> String {
        let jwk = self.jwk();
        let text = |name: &str| jwk[name].as_str().unwrap_or_default().to_owned();
        let canonical = format!(r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#, text("x"), text("y"));
        URL_SAFE_NO_PAD.encode(sha256(canonical.as_bytes()).as_bytes())
    }

    /// Signs a JWT with exactly this header and these claims.
    ///
    /// # Panics
    ///
    /// When it cannot be signed.
    pub fn sign(&self, header: &Value, claims: &Value) -> String {
        let input = format!("{}.{}", jwt::encoded(header), jwt::encoded(claims));
        let signature = self.0.sign(input.as_bytes()).expect("a signature");
        format!("{input}.{}", URL_SAFE_NO_PAD.encode(fixed_length(&signature)))
    }

    /// Signs a proof with these claims.
    pub fn proof(&self, claims: &Value) -> String {
        self.sign(&json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": self.jwk() }), claims)
    }

    /// Makes a good proof for the token endpoint.
    pub fn token_proof(&self, at: &Deployment) -> String {
        self.proof(&proof_claims(at, "POST", "/oauth2/token"))
    }

    /// Makes a good proof for a resource below the issuer.
    pub fn resource_proof(&self, at: &Deployment, path: &str, access_token: &str) -> String {
        let mut claims = proof_claims(at, "GET", path);
        claims["ath"] = json!(token_hash(access_token));
        self.proof(&claims)
    }
}

/// Returns the claims of a good proof; its `jti` is new at each call.
pub fn proof_claims(at: &Deployment, method: &str, path: &str) -> Value {
    json!({
        "jti": at.fresh_address().to_string(),
        "htm": method,
        "htu": format!("{}{path}", cast::ISSUER),
        "iat": at.seconds(),
    })
}

/// Returns the `ath` of an access token.
pub fn token_hash(access_token: &str) -> String {
    URL_SAFE_NO_PAD.encode(sha256(access_token.as_bytes()).as_bytes())
}

/// Adds a proof to a request.
///
/// # Panics
///
/// When the proof cannot stand in a header.
pub fn with_proof(mut request: Request<Body>, proof: &str) -> Request<Body> {
    request.headers_mut().append("dpop", HeaderValue::from_str(proof).expect("a header"));
    request
}

/// Redeems a code with a proof.
pub async fn redeem(client: &RelyingParty<'_>, at: &Deployment, grant: &Grant, proof: &str) -> Reply {
    at.send(with_proof(client.prepared_redemption(grant), proof)).await
}

/// Returns Ada's tokens for a scope, bound to `key`.
pub async fn tokens(client: &RelyingParty<'_>, at: &Deployment, scope: &str, key: &ProofKey) -> Tokens {
    tokens_for(client, at, &client.request(scope), key).await
}

/// Returns Ada's tokens for a request, bound to `key`.
pub async fn tokens_for(
    client: &RelyingParty<'_>,
    at: &Deployment,
    request: &AuthorizationRequest,
    key: &ProofKey,
) -> Tokens {
    let grant = client.grant_for(request, cast::ADA).await;
    Tokens(redeem(client, at, &grant, &key.token_proof(at)).await.success())
}

/// Asks for a token of `service`, on its own behalf, with a proof.
pub async fn service_token(at: &Deployment, proof: &str) -> Reply {
    let pairs = [("grant_type", "client_credentials"), ("scope", "orders.read")];
    at.send(with_proof(RelyingParty::new(at, "service").prepared("/oauth2/token", &pairs), proof)).await
}

/// Turns the DER of an ECDSA signature, SEQUENCE { r, s }, into the 64 bytes of JWS (RFC 7518 §3.4).
fn fixed_length(der: &[u8]) -> Vec<u8> {
    let (first, rest) = integer(&der[2..]);
    let (second, _) = integer(rest);
    [first, second].concat()
}

/// Reads one INTEGER as 32 bytes, and gives what follows it.
fn integer(der: &[u8]) -> (Vec<u8>, &[u8]) {
    let (bytes, rest) = der[2..].split_at(usize::from(der[1]));
    let significant = &bytes[bytes.len().saturating_sub(32)..];
    ([vec![0; 32 - significant.len()], significant.to_vec()].concat(), rest)
}
