//! ID tokens: what a client is told about a sign-in.
//!
//! Owns the claims. Leaves signing to `issuer`, and the claims about the person to [`crate::userinfo`].
//! OIDC Core §2, §3.1.3.6, §3.2.2.10, §3.3.2.11, §12.2; Front-Channel Logout §3 (`sid`); CIBA Core §10.3.1.
//!
//! `auth_time` is always there: leaving it out when nobody asked saves ten bytes and costs a way to be wrong. `azp` never
//! is: the only audience is the client itself, and OIDC Core §2 (errata 2) keeps it for extensions.

use portreeve_domain::{Acr, ClientId, Fault, Timestamp, TokenFamily, lifetimes};
use serde::Serialize;
use serde_json::{Map, Value};

/// On which occasion an ID token is issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// The authorization request is answered, by way of the browser: the `nonce` of the request is echoed.
    Authorized,
    /// The authorization code is redeemed: the `nonce` of the request is echoed.
    CodeRedeemed,
    /// A refresh token is used: there is no `nonce`, for nothing was asked of a browser (OIDC Core §12.2).
    Refreshed,
}

/// What binds an ID token to what is issued with it, by hash; each is left out where there is nothing to bind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Hashes {
    /// `at_hash`: the access token (OIDC Core §3.1.3.6, §3.2.2.9).
    #[serde(rename = "at_hash", skip_serializing_if = "Option::is_none")]
    pub access_token: Option<String>,
    /// `c_hash`: the code (OIDC Core §3.3.2.11).
    #[serde(rename = "c_hash", skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// `rt_hash`: the refresh token that is pushed with it (CIBA Core §10.3.1).
    #[serde(rename = "urn:openid:params:jwt:claim:rt_hash", skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    /// The request whose tokens are pushed, as it is (CIBA Core §10.3.1).
    #[serde(rename = "urn:openid:params:jwt:claim:auth_req_id", skip_serializing_if = "Option::is_none")]
    pub auth_req_id: Option<String>,
    /// `s_hash`: the client's `state` (FAPI 1.0 Advanced §5.1.1).
    #[serde(rename = "s_hash", skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
}

/// Everything an ID token says.
pub struct IdToken<'a> {
    /// `iss`: the issuer, byte for byte as in discovery.
    pub issuer: &'a str,
    /// `sub` as this client sees it.
    pub subject: &'a str,
    /// The grant; client, authentication and `sid` are those of its first token, however often it is refreshed.
    pub family: &'a TokenFamily,
    /// Why it is issued.
    pub occasion: Occasion,
    /// `iat`; `exp` follows from it.
    pub issued_at: Timestamp,
    /// What it is issued with.
    pub hashes: Hashes,
    /// Claims about the person that the client asked for in the ID token; none displaces a claim above.
    pub claims: &'a Map<String, Value>,
}

impl IdToken<'_> {
    /// When it expires.
    pub fn expires_at(&self) -> Timestamp {
        self.issued_at.plus(lifetimes::ID_TOKEN)
    }

    /// The claims as JSON, to be signed.
    ///
    /// # Errors
    /// A fault if JSON cannot be written, which no value of these types causes.
    pub fn to_json(&self) -> Result<Vec<u8>, Fault> {
        let family = self.family;
        let amr = family.amr();
        let own = OwnClaims {
            iss: self.issuer,
            sub: self.subject,
            aud: &family.client,
            exp: self.expires_at().as_seconds(),
            iat: self.issued_at.as_seconds(),
            auth_time: family.authenticated_at.as_seconds(),
            nonce: family.nonce.as_deref().filter(|_| self.occasion != Occasion::Refreshed),
            acr: family.acr,
            amr: amr.as_slice(),
            sid: &family.sid,
            hashes: &self.hashes,
            person: self.claims.iter().filter(|(name, _)| !OWN_NAMES.contains(&name.as_str())).collect(),
        };
        serde_json::to_vec(&own).map_err(Fault::new)
    }
}

/// The claims that describe the token and the sign-in; nothing asked for by name takes their place.
const OWN_NAMES: [&str; 17] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "iat",
    "nbf",
    "auth_time",
    "nonce",
    "acr",
    "amr",
    "azp",
    "sid",
    "at_hash",
    "c_hash",
    "s_hash",
    "urn:openid:params:jwt:claim:rt_hash",
    "urn:openid:params:jwt:claim:auth_req_id",
];

#[derive(Serialize)]
struct OwnClaims<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a ClientId,
    exp: i64,
    iat: i64,
    auth_time: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'a str>,
    acr: Acr,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    amr: &'a [String],
    sid: &'a str,
    #[serde(flatten)]
    hashes: &'a Hashes,
    #[serde(flatten)]
    person: std::collections::BTreeMap<&'a String, &'a Value>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::token_family;
    use serde_json::json;

    fn issued(family: &TokenFamily, occasion: Occasion, claims: Value) -> Value {
        let Value::Object(claims) = claims else { panic!("not an object") };
        let token = IdToken {
            issuer: "https://id.example",
            subject: "usr_ada",
            family,
            occasion,
            issued_at: Timestamp::from_millis(2_000_000_500),
            hashes: Hashes::default(),
            claims: &claims,
        };
        serde_json::from_slice(&token.to_json().unwrap()).unwrap()
    }

    /// OC-12, OC-25, OC-26: the claims of the code flow; times are whole seconds.
    #[test]
    fn a_first_id_token_has_the_required_claims() {
        let expected = json!({
            "iss": "https://id.example", "sub": "usr_ada", "aud": "web", "iat": 2_000_000, "exp": 2_000_600,
            "auth_time": 1_000_000, "nonce": "n-0S6_WzA2Mj", "acr": "aal1", "amr": ["pwd"], "sid": "sid-1"
        });

        assert_eq!(issued(&token_family(), Occasion::CodeRedeemed, json!({})), expected);
    }

    /// OC-35, OC-12: a refresh keeps subject, audience and `auth_time`, and has no `nonce`.
    #[test]
    fn a_refreshed_id_token_keeps_the_sign_in_and_drops_the_nonce() {
        let first = issued(&token_family(), Occasion::CodeRedeemed, json!({}));
        let later = issued(&token_family(), Occasion::Refreshed, json!({}));

        for claim in ["iss", "sub", "aud", "auth_time", "acr", "amr", "sid"] {
            assert_eq!(first[claim], later[claim], "{claim}");
        }
        assert!(later.get("nonce").is_none());
    }

    /// OC-25: without a `nonce` in the request there is none in the token.
    #[test]
    fn no_nonce_is_made_up() {
        let family = TokenFamily { nonce: None, ..token_family() };

        assert!(issued(&family, Occasion::CodeRedeemed, json!({})).get("nonce").is_none());
    }

    /// OC-27: with one audience there is no `azp`.
    #[test]
    fn there_is_no_azp() {
        assert!(issued(&token_family(), Occasion::CodeRedeemed, json!({"azp": "other"})).get("azp").is_none());
    }

    /// OC-18, OC-21: claims about the person are those handed in, and none displaces a claim of the token.
    #[test]
    fn claims_asked_for_are_added_and_displace_nothing() {
        let asked = json!({"name": "Ada", "sub": "usr_eve", "acr": "aal2", "exp": 9, "aud": "other"});

        let mut expected = issued(&token_family(), Occasion::CodeRedeemed, json!({}));
        expected["name"] = json!("Ada");
        assert_eq!(issued(&token_family(), Occasion::CodeRedeemed, asked), expected);
    }

    /// OC-31: hashes as they are handed in.
    #[test]
    fn what_it_is_issued_with_is_included() {
        let family = token_family();
        let token = IdToken {
            issuer: "https://id.example",
            subject: "usr_ada",
            family: &family,
            occasion: Occasion::CodeRedeemed,
            issued_at: Timestamp::from_millis(0),
            hashes: Hashes {
                access_token: Some("77QmUPtjPfzWtF2AnpK9RQ".into()),
                code: Some("LDktKdoQak3Pk0cnXxCltA".into()),
                ..Hashes::default()
            },
            claims: &Map::new(),
        };

        let claims: Value = serde_json::from_slice(&token.to_json().unwrap()).unwrap();
        assert_eq!(claims["at_hash"], "77QmUPtjPfzWtF2AnpK9RQ");
        assert_eq!(claims["c_hash"], "LDktKdoQak3Pk0cnXxCltA");
        assert!(claims.get("s_hash").is_none());
    }
}
