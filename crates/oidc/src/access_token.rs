//! JWT access tokens: what a resource server is told.
//!
//! Owns the claims. Leaves `typ` to the resource server's token profile, signing and opaque tokens to `issuer`.
//! RFC 9068 §2.2, §5. Nothing about the person beyond `sub` and the sign-in is in them (AT-08).

use portreeve_domain::{Acr, ClientId, Confirmation, Fault, Scope, Timestamp, TokenFamily};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::confirmation::Cnf;
use crate::token_exchange::act_claim;

/// On whose behalf a token acts.
#[derive(Clone, Copy)]
pub enum Principal<'a> {
    /// A person, who granted it.
    User {
        /// `sub` as the client sees it.
        subject: &'a str,
        /// The grant; the sign-in claims are those of its beginning, unchanged by refresh (RFC 9068 §2.2.1).
        family: &'a TokenFamily,
        /// The only client that may act for the person (RFC 8693 §4.4); `None`: whichever has a policy.
        may_act: Option<&'a ClientId>,
    },
    /// The client itself, by client credentials: `sub` is the client identifier. No client identifier begins like a
    /// user's `sub`, so the two cannot collide (RFC 9068 §5, RFC 9700 §4.15).
    Client(&'a ClientId),
}

/// Everything a JWT access token says.
pub struct AccessToken<'a> {
    /// `iss`: the issuer, byte for byte as in discovery.
    pub issuer: &'a str,
    /// `aud`: the one resource server it is for.
    pub audience: &'a str,
    /// On whose behalf.
    pub principal: Principal<'a>,
    /// `jti`: unique for this issuer.
    pub token_id: &'a str,
    /// `scope`; left out when empty.
    pub scope: &'a Scope,
    /// `authorization_details`; left out when empty (RFC 9396 §9.1).
    pub details: &'a [Map<String, Value>],
    /// `cnf`: what it is bound to.
    pub confirmation: Confirmation,
    /// `iat`.
    pub issued_at: Timestamp,
    /// `exp`.
    pub expires_at: Timestamp,
}

impl AccessToken<'_> {
    /// The claims as JSON, to be signed.
    ///
    /// # Errors
    /// A fault if JSON cannot be written, which no value of these types causes.
    pub fn to_json(&self) -> Result<Vec<u8>, Fault> {
        let (sub, client, family, may_act) = match self.principal {
            Principal::User { subject, family, may_act } => (subject, &family.client, Some(family), may_act),
            Principal::Client(client) => (client.as_str(), client, None, None),
        };
        let amr = family.map(TokenFamily::amr).unwrap_or_default();
        let claims = Claims {
            iss: self.issuer,
            exp: self.expires_at.as_seconds(),
            aud: self.audience,
            sub,
            client_id: client,
            iat: self.issued_at.as_seconds(),
            jti: self.token_id,
            scope: self.scope.to_string(),
            authorization_details: self.details,
            auth_time: family.and_then(TokenFamily::auth_time).map(Timestamp::as_seconds),
            acr: family.and_then(TokenFamily::stated_acr),
            amr: amr.as_slice(),
            cnf: Cnf::of(&self.confirmation),
            act: family.and_then(|family| act_claim(&family.actors)),
            may_act: may_act.map(|sub| MayAct { sub }),
        };
        serde_json::to_vec(&claims).map_err(Fault::new)
    }
}

/// The party that may act for the subject (RFC 8693 §4.4).
#[derive(Serialize)]
pub(crate) struct MayAct<'a> {
    pub(crate) sub: &'a ClientId,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    exp: i64,
    aud: &'a str,
    sub: &'a str,
    client_id: &'a ClientId,
    iat: i64,
    jti: &'a str,
    #[serde(skip_serializing_if = "String::is_empty")]
    scope: String,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    authorization_details: &'a [Map<String, Value>],
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_time: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    acr: Option<Acr>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    amr: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    cnf: Option<Cnf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    act: Option<serde_json::Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    may_act: Option<MayAct<'a>>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{scope, token_family};
    use portreeve_domain::TokenProfile;
    use serde_json::{Value, json};

    fn issued(principal: Principal<'_>, scope: &Scope, issued_at: i64) -> Value {
        let token = AccessToken {
            issuer: "https://id.example",
            audience: "https://api.example.com",
            principal,
            token_id: "jti-1",
            scope,
            details: &[],
            confirmation: Confirmation::BEARER,
            issued_at: Timestamp::from_millis(issued_at),
            expires_at: Timestamp::from_millis(issued_at + 600_000),
        };
        serde_json::from_slice(&token.to_json().unwrap()).unwrap()
    }

    /// AT-02, AT-04, AT-08: exactly the claims of RFC 9068 §2.2, and nothing personal.
    #[test]
    fn a_users_token_has_these_claims_and_no_other() {
        let family = token_family();
        let principal = Principal::User { subject: "usr_ada", family: &family, may_act: None };

        assert_eq!(
            issued(principal, &scope("openid orders.read"), 2_000_000_999),
            json!({
                "iss": "https://id.example", "aud": "https://api.example.com", "sub": "usr_ada", "client_id": "web",
                "iat": 2_000_000, "exp": 2_000_600, "jti": "jti-1", "scope": "openid orders.read",
                "auth_time": 1_000_000, "acr": "aal1", "amr": ["pwd"]
            })
        );
    }

    /// AT-03: a later token of the family says the same about the sign-in.
    #[test]
    fn a_refresh_changes_nothing_about_the_sign_in() {
        let family = token_family();
        let principal = Principal::User { subject: "usr_ada", family: &family, may_act: None };
        let first = issued(principal, &Scope::default(), 2_000_000_000);
        let later = issued(principal, &Scope::default(), 9_000_000_000);

        for claim in ["auth_time", "acr", "amr"] {
            assert_eq!(first[claim], later[claim], "{claim}");
        }
        assert_ne!(first["iat"], later["iat"]);
    }

    /// AT-06: by client credentials `sub` is the client, which cannot be a user's; there was no sign-in.
    #[test]
    fn a_clients_own_token_is_about_the_client() {
        let client = ClientId::parse("service").unwrap();
        let claims = issued(Principal::Client(&client), &scope("orders.read"), 0);

        assert_eq!(claims["sub"], "service");
        assert_eq!(claims["client_id"], "service");
        for claim in ["auth_time", "acr", "amr"] {
            assert!(claims.get(claim).is_none(), "{claim}");
        }
        assert!(ClientId::parse("usr_ada").is_none());
    }

    /// AT-04: without scope there is no `scope` claim.
    #[test]
    fn an_empty_scope_is_left_out() {
        let client = ClientId::parse("service").unwrap();

        assert!(issued(Principal::Client(&client), &Scope::default(), 0).get("scope").is_none());
    }

    /// AT-05: `aud` is one string: a token is for one resource server.
    #[test]
    fn the_audience_is_one_string() {
        let client = ClientId::parse("service").unwrap();

        assert!(issued(Principal::Client(&client), &Scope::default(), 0)["aud"].is_string());
    }

    /// AT-01: the default profile is `at+jwt`, so that no other JWT passes for one.
    #[test]
    fn the_default_token_type_is_at_jwt() {
        assert_eq!(TokenProfile::default().typ(), Some("at+jwt"));
    }
}
