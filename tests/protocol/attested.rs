//! Instances of clients that somebody vouches for, for the suites about them.

use axum::body::Body;
use http::{HeaderValue, Request};
use portreeve_tests::{cast, deployment::Deployment, dpop::ProofKey, relying_party::RelyingParty, reply::Reply};
use serde_json::{Value, json};

/// What the attester calls itself.
pub(crate) const ATTESTER: &str = "https://attester.example";
/// Where the attestation stands.
pub(crate) const ATTESTATION: &str = "oauth-client-attestation";
/// Where the proof of the instance stands.
pub(crate) const PROOF: &str = "oauth-client-attestation-pop";
/// Where the challenge for the next proof stands.
pub(crate) const CHALLENGE: &str = "oauth-client-attestation-challenge";
/// The token endpoint.
pub(crate) const TOKEN: &str = "/oauth2/token";
/// A request for a token on the client's own account.
pub(crate) const PAIRS: [(&str, &str); 2] = [("grant_type", "client_credentials"), ("scope", "orders.read")];

/// An attester that the tenant trusts for `wallet` and `pocket`, and the key of one instance.
pub(crate) struct Wallet<'d> {
    pub(crate) at: &'d Deployment,
    pub(crate) attester: ProofKey,
    pub(crate) instance: ProofKey,
}

impl<'d> Wallet<'d> {
    pub(crate) async fn new(at: &'d Deployment, setting: &str) -> Self {
        let (attester, instance) = (ProofKey::new(), ProofKey::new());
        let jwk = attester.jwk();
        let members: Vec<_> =
            jwk.as_object().unwrap().iter().map(|(name, value)| format!("{name} = {value}")).collect();
        let clients = [("wallet", "attest_jwt_client_auth"), ("pocket", "attest_jwt_client_auth_dpop")];
        let clients = clients.map(|(id, method)| {
            format!(
                "[[clients]]\nclient_id = \"{id}\"\ntoken_endpoint_auth_method = \"{method}\"\n\
                 redirect_uris = [\"https://{id}.example/cb\"]\nintrospects = [\"{}\"]\n\
                 backchannel_token_delivery_mode = \"poll\"\ngrant_types = [\"authorization_code\", \"refresh_token\", \
                 \"client_credentials\", \"urn:ietf:params:oauth:grant-type:device_code\", \
                 \"urn:openid:params:grant-type:ciba\"]\n",
                cast::ORDERS
            )
        });
        at.apply(&format!(
            "[[tenants]]\nslug = \"default\"\nclient_attestation = \"{setting}\"\n[[trusted_issuers]]\n\
             issuer = \"{ATTESTER}\"\nattests = [\"wallet\", \"pocket\"]\njwks = {{ keys = [{{ {} }}] }}\n{}",
            members.join(", "),
            clients.concat()
        ))
        .await;
        Self { at, attester, instance }
    }

    pub(crate) fn party(&self, id: &str) -> RelyingParty<'d> {
        RelyingParty::new(self.at, id)
    }

    /// Good claims of an attestation of `client`, with some replaced; null removes one.
    pub(crate) fn attested(&self, client: &str, changes: Value) -> Value {
        let now = self.at.seconds();
        let claims = json!({ "sub": client, "iat": now, "exp": now + 3600, "cnf": { "jwk": self.instance.jwk() } });
        changed(claims, changes)
    }

    pub(crate) fn attestation(&self, client: &str) -> String {
        self.attester.sign(&attestation_header(), &self.attested(client, json!({})))
    }

    /// Good claims of a proof, with some replaced; null removes one. The `jti` is new at each call.
    pub(crate) fn proven(&self, changes: Value) -> Value {
        let jti = self.at.fresh_address().to_string();
        changed(json!({ "aud": cast::ISSUER, "jti": jti, "iat": self.at.seconds() }), changes)
    }

    pub(crate) fn proof(&self, changes: Value) -> String {
        self.instance.sign(&proof_header(), &self.proven(changes))
    }

    /// Sends what `wallet` has prepared, with a good attestation and a good proof.
    pub(crate) async fn send(&self, request: Request<Body>) -> Reply {
        self.send_with(request, &[(ATTESTATION, &self.attestation("wallet")), (PROOF, &self.proof(json!({})))]).await
    }

    pub(crate) async fn send_with(&self, request: Request<Body>, headers: &[(&'static str, &str)]) -> Reply {
        self.at.send(with_headers(request, headers)).await
    }

    /// Asks for a token on the account of `wallet`.
    pub(crate) async fn ask(&self, attestation: &str, proof: &str) -> Reply {
        self.send_with(self.party("wallet").prepared(TOKEN, &PAIRS), &[(ATTESTATION, attestation), (PROOF, proof)])
            .await
    }

    /// Asks for something of `pocket` with a DPoP proof, with these claims and the key of the instance.
    pub(crate) async fn ask_by_dpop(&self, path: &str, pairs: &[(&str, &str)], claims: &Value) -> Reply {
        let proof = self.instance.proof(claims);
        let headers = [(ATTESTATION, self.attestation("pocket")), ("dpop", proof)];
        let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.send_with(self.party("pocket").prepared(path, pairs), &headers).await
    }
}

pub(crate) fn attestation_header() -> Value {
    json!({ "typ": "oauth-client-attestation+jwt", "alg": "ES256" })
}

pub(crate) fn proof_header() -> Value {
    json!({ "typ": "oauth-client-attestation-pop+jwt", "alg": "ES256" })
}

pub(crate) fn changed(mut claims: Value, changes: Value) -> Value {
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
            value => claims[name] = value.clone(),
        }
    }
    claims
}

pub(crate) fn with_headers(mut request: Request<Body>, headers: &[(&'static str, &str)]) -> Request<Body> {
    for (name, value) in headers {
        request.headers_mut().append(*name, HeaderValue::from_str(value).unwrap());
    }
    request
}

pub(crate) fn invalid_client() -> (u16, String) {
    (401, "invalid_client".to_owned())
}
