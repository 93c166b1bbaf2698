//! Introspection answers: what a caller may know about a token.
//!
//! Owns who may ask and which members they see. The request's parameters are [`crate::revocation::NamedToken`]. Leaves
//! whether a token is good to `issuer`: what comes here was found active. RFC 7662 §2.2, §4; RFC 9470 §6.2; RFC 9701 §4, §5.
//!
//! A caller that may not know gets the very bytes it would get for garbage, so that nothing can be probed.

use portreeve_domain::{Acr, Client, ClientId, Confirmation, Fault, ResourceServer, Scope, Timestamp, TokenFamily};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::access_token::{MayAct, Principal};
use crate::confirmation::Cnf;
use crate::token_exchange::act_claim;
use crate::token_response::token_type;

/// The answer about every token that is unknown, expired, revoked or not for the caller (RFC 7662 §2.2).
pub const INACTIVE: &[u8] = br#"{"active":false}"#;

/// The media type of an answer as a JWT (RFC 9701 §4).
pub const JWT_MEDIA_TYPE: &str = "application/token-introspection+jwt";
/// Its `typ` (RFC 9701 §5).
pub const JWT_TYP: &str = "token-introspection+jwt";

/// Whether a caller wants its answer as a JWT: an `Accept` header names its media type, and not with weight 0.
///
/// `accept` holds the value of every `Accept` header. A caller that would take anything gets JSON.
pub fn wants_jwt<'a>(accept: impl IntoIterator<Item = &'a str>) -> bool {
    let ranges = accept.into_iter().flat_map(|value| value.split(','));
    ranges.into_iter().any(|range| {
        let mut parts = range.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(JWT_MEDIA_TYPE));
        named && !parts.any(|parameter| matches!(parameter.split_once('='), Some(("q" | "Q", q)) if is_zero(q.trim())))
    })
}

fn is_zero(weight: &str) -> bool {
    weight.parse::<f32>().is_ok_and(|weight| weight == 0.0)
}

/// The claims of an answer as a JWT: who says it to whom, and the answer inside, so that it passes for no other token
/// (RFC 9701 §5, §8.1).
///
/// # Errors
/// A fault if `answer` is no JSON object or JSON cannot be written, which no answer of [`answer`] causes.
pub fn signed_answer(answer: &[u8], issuer: &str, caller: &ClientId, now: Timestamp) -> Result<Vec<u8>, Fault> {
    let token_introspection: serde_json::Map<String, serde_json::Value> =
        serde_json::from_slice(answer).map_err(Fault::new)?;
    let claims = SignedAnswer { iss: issuer, aud: caller, iat: now.as_seconds(), token_introspection };
    serde_json::to_vec(&claims).map_err(Fault::new)
}

#[derive(Serialize)]
struct SignedAnswer<'a> {
    iss: &'a str,
    aud: &'a ClientId,
    iat: i64,
    token_introspection: Map<String, Value>,
}

/// An active token, as far as introspection can tell about it.
pub struct ActiveToken<'a> {
    /// `iss`.
    pub issuer: &'a str,
    /// What kind it is and, for an access token, whom it is for.
    pub kind: ActiveKind<'a>,
    /// On whose behalf it acts.
    pub principal: Principal<'a>,
    /// Its scope.
    pub scope: &'a Scope,
    /// `iat`.
    pub issued_at: Timestamp,
    /// `exp`.
    pub expires_at: Timestamp,
    /// `jti`; `None` for tokens that have none to show.
    pub token_id: Option<&'a str>,
    /// `authorization_details`; left out when empty (RFC 9396 §9.2).
    pub details: &'a [Map<String, Value>],
    /// `cnf`: what it is bound to.
    pub confirmation: Confirmation,
}

/// A kind of active token.
#[derive(Clone, Copy)]
pub enum ActiveKind<'a> {
    /// An access token for a resource server, as registered now.
    ForResource(&'a ResourceServer),
    /// An access token for the issuer itself, used at userinfo.
    ForUserinfo,
    /// A refresh token.
    Refresh,
}

/// Answers `caller`, who has authenticated, about an active token.
///
/// The client a token was issued to sees all of it. A client that introspects for the token's resource server sees an
/// access token with that server's scopes only (RFC 7662 §4). Everybody else gets [`INACTIVE`].
///
/// # Errors
/// A fault if JSON cannot be written, which no value of these types causes.
pub fn answer(token: &ActiveToken<'_>, caller: &Client) -> Result<Vec<u8>, Fault> {
    let Some(scope) = visible_scope(token, caller) else { return Ok(INACTIVE.to_vec()) };
    let family = token.family();
    let access = token_type(&token.confirmation);
    let (audience, token_type) = match token.kind {
        ActiveKind::ForResource(server) => (Some(server.resource.as_str()), Some(access)),
        ActiveKind::ForUserinfo => (Some(token.issuer), Some(access)),
        ActiveKind::Refresh => (None, None),
    };
    let members = Members {
        active: true,
        scope: scope.to_string(),
        authorization_details: token.details,
        client_id: token.client(),
        token_type,
        exp: token.expires_at.as_seconds(),
        iat: token.issued_at.as_seconds(),
        sub: token.subject(),
        aud: audience,
        iss: token.issuer,
        jti: token.token_id,
        auth_time: family.and_then(TokenFamily::auth_time).map(Timestamp::as_seconds),
        acr: family.and_then(TokenFamily::stated_acr),
        cnf: Cnf::of(&token.confirmation),
        act: family.and_then(|family| act_claim(&family.actors)),
        may_act: token.may_act().map(|sub| MayAct { sub }),
    };
    serde_json::to_vec(&members).map_err(Fault::new)
}

/// The scope `caller` sees. `None` when the token is none of its business.
fn visible_scope(token: &ActiveToken<'_>, caller: &Client) -> Option<Scope> {
    if *token.client() == caller.id {
        return Some(token.scope.clone());
    }
    match token.kind {
        ActiveKind::ForResource(server) if caller.metadata.introspects.contains(&server.resource) => {
            Some(token.scope.filter(|token| server.scopes.contains(token)))
        }
        _ => None,
    }
}

impl<'a> ActiveToken<'a> {
    fn client(&self) -> &'a ClientId {
        match self.principal {
            Principal::User { family, .. } => &family.client,
            Principal::Client(client) => client,
        }
    }

    fn subject(&self) -> &'a str {
        match self.principal {
            Principal::User { subject, .. } => subject,
            Principal::Client(client) => client.as_str(),
        }
    }

    fn may_act(&self) -> Option<&'a ClientId> {
        match self.principal {
            Principal::User { may_act, .. } => may_act,
            Principal::Client(_) => None,
        }
    }

    fn family(&self) -> Option<&'a TokenFamily> {
        match self.principal {
            Principal::User { family, .. } => Some(family),
            Principal::Client(_) => None,
        }
    }
}

#[derive(Serialize)]
struct Members<'a> {
    active: bool,
    #[serde(skip_serializing_if = "String::is_empty")]
    scope: String,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    authorization_details: &'a [Map<String, Value>],
    client_id: &'a ClientId,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_type: Option<&'a str>,
    exp: i64,
    iat: i64,
    sub: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    aud: Option<&'a str>,
    iss: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    jti: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_time: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    acr: Option<Acr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cnf: Option<Cnf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    act: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    may_act: Option<MayAct<'a>>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{orders_api, scope, token_family, web_client};
    use serde_json::json;

    const ISSUER: &str = "https://id.example";

    /// A client that introspects for `resources`.
    fn gateway(resources: &[&str]) -> Client {
        let mut client = web_client();
        client.id = ClientId::parse("gateway").unwrap();
        client.metadata.introspects = resources.iter().map(|resource| (*resource).to_owned()).collect();
        client
    }

    fn ask(kind: ActiveKind<'_>, principal: Principal<'_>, caller: &Client) -> Vec<u8> {
        let granted = scope("openid email orders.read");
        let token = ActiveToken {
            issuer: ISSUER,
            kind,
            principal,
            scope: &granted,
            issued_at: Timestamp::from_millis(2_000_000_000),
            expires_at: Timestamp::from_millis(2_000_600_000),
            token_id: Some("jti-1"),
            details: &[],
            confirmation: Confirmation::BEARER,
        };
        answer(&token, caller).unwrap()
    }

    fn ask_as_user(kind: ActiveKind<'_>, caller: &Client) -> Vec<u8> {
        let family = token_family();
        ask(kind, Principal::User { subject: "usr_ada", family: &family, may_act: None }, caller)
    }

    fn read(body: &[u8]) -> Value {
        serde_json::from_slice(body).unwrap()
    }

    /// IN-03, OC-49: the members as facts, with the `sub` of the token.
    #[test]
    fn the_owner_sees_all_of_its_access_token() {
        let api = orders_api();
        let body = ask_as_user(ActiveKind::ForResource(&api), &web_client());

        assert_eq!(
            read(&body),
            json!({
                "active": true, "scope": "openid email orders.read", "client_id": "web", "token_type": "Bearer",
                "exp": 2_000_600, "iat": 2_000_000, "sub": "usr_ada", "aud": "https://api.example.com", "iss": ISSUER,
                "jti": "jti-1", "auth_time": 1_000_000, "acr": "aal1"
            })
        );
    }

    /// IN-04: a resource server sees tokens meant for it, with its own scopes only.
    #[test]
    fn a_resource_server_sees_its_own_scopes_only() {
        let api = orders_api();
        let body = read(&ask_as_user(ActiveKind::ForResource(&api), &gateway(&["https://api.example.com"])));

        assert_eq!(body["active"], true);
        assert_eq!(body["scope"], "orders.read");
        assert_eq!(body["client_id"], "web");
    }

    /// IN-06: only a caller that names the media type gets a JWT.
    #[test]
    fn a_jwt_is_for_whoever_names_its_media_type() {
        for accept in [
            "application/token-introspection+jwt",
            "application/json, application/token-introspection+jwt;q=0.5",
            "Application/Token-Introspection+JWT",
        ] {
            assert!(wants_jwt([accept]), "{accept}");
        }
        for accept in ["", "*/*", "application/*", "application/jwt", "application/token-introspection+jwt;q=0.0"] {
            assert!(!wants_jwt([accept]), "{accept}");
        }
        assert!(wants_jwt(["application/json", JWT_MEDIA_TYPE]));
    }

    /// IN-07, IN-09: the answer is inside, whatever it says.
    #[test]
    fn a_signed_answer_holds_the_answer_inside() {
        let gateway = gateway(&[]);

        let claims = read(&signed_answer(INACTIVE, ISSUER, &gateway.id, Timestamp::from_millis(7_999)).unwrap());

        let expected = json!({"iss": ISSUER, "aud": "gateway", "iat": 7, "token_introspection": {"active": false}});
        assert_eq!(claims, expected);
    }

    /// IN-02, IN-04, S-042: the same bytes for everything a caller may not know.
    #[test]
    fn whatever_is_not_for_the_caller_is_inactive() {
        let api = orders_api();
        let kinds = [ActiveKind::ForResource(&api), ActiveKind::ForUserinfo, ActiveKind::Refresh];
        for kind in kinds {
            assert_eq!(ask_as_user(kind, &gateway(&["https://bills.example.com"])), br#"{"active":false}"#);
        }
        for kind in [ActiveKind::ForUserinfo, ActiveKind::Refresh] {
            assert_eq!(ask_as_user(kind, &gateway(&["https://api.example.com", ISSUER])), br#"{"active":false}"#);
        }
    }

    /// DESIGN §11: a token without resource is for the issuer; its own client may look at it.
    #[test]
    fn a_userinfo_token_has_the_issuer_as_audience() {
        assert_eq!(read(&ask_as_user(ActiveKind::ForUserinfo, &web_client()))["aud"], ISSUER);
    }

    /// DP-05, IN-03: a bound token says so, and how it is used.
    #[test]
    fn a_bound_token_says_what_it_is_bound_to() {
        let api = orders_api();
        let key = portreeve_domain::Thumbprint::from_bytes([7; 32]);
        let service = ClientId::parse("service").unwrap();
        let granted = scope("orders.read");
        let token = ActiveToken {
            issuer: ISSUER,
            kind: ActiveKind::ForResource(&api),
            principal: Principal::Client(&service),
            scope: &granted,
            issued_at: Timestamp::from_millis(0),
            expires_at: Timestamp::from_millis(1000),
            token_id: None,
            details: &[],
            confirmation: Confirmation { key: Some(key), certificate: None },
        };

        let body = read(&answer(&token, &gateway(&["https://api.example.com"])).unwrap());

        assert_eq!((&body["token_type"], &body["cnf"]), (&json!("DPoP"), &json!({"jkt": key.to_string()})));
    }

    /// RFC 7662 §2.2: `token_type` is that of an access token; a refresh token has none, and no audience.
    #[test]
    fn a_refresh_token_has_no_type_and_no_audience() {
        let body = read(&ask_as_user(ActiveKind::Refresh, &web_client()));

        assert_eq!(body["active"], true);
        assert!(body.get("token_type").is_none());
        assert!(body.get("aud").is_none());
    }

    /// IN-03: a client's own token says nothing about a sign-in, for there was none.
    #[test]
    fn a_client_credentials_token_is_about_the_client() {
        let api = orders_api();
        let service = ClientId::parse("service").unwrap();
        let caller = gateway(&["https://api.example.com"]);
        let body = read(&ask(ActiveKind::ForResource(&api), Principal::Client(&service), &caller));

        assert_eq!(body["sub"], "service");
        assert_eq!(body["client_id"], "service");
        assert!(body.get("acr").is_none());
        assert!(body.get("auth_time").is_none());
    }
}
