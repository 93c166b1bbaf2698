//! Logout tokens: what a relying party is told about a session that has ended.
//!
//! Owns the claims. Never a `nonce`, so that none passes for an ID token. Leaves signing and the subject to `issuer`.
//! Back-Channel Logout 1.0 §2.4; RFC 8725 §3.11 (explicit typing).

use portreeve_domain::{ClientId, Fault, Lifetime, Timestamp};
use serde::Serialize;
use serde_json::{Map, Value};

/// The `typ` of the header.
pub const TYP: &str = "logout+jwt";
/// The member of `events` that makes it a logout token.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// How long it may be used (Back-Channel Logout §4: two minutes at most are advised).
const LIFETIME: Lifetime = Lifetime::from_minutes(2);

/// Everything a logout token says.
pub struct LogoutToken<'a> {
    /// `iss`.
    pub issuer: &'a str,
    /// `aud`.
    pub client: &'a ClientId,
    /// `sub` as this client sees it; `None` when the person is gone.
    pub subject: Option<&'a str>,
    /// `sid`, as in the client's ID tokens of the session.
    pub sid: &'a str,
    /// `jti`: new for each try.
    pub token_id: &'a str,
    /// `iat`.
    pub issued_at: Timestamp,
}

impl LogoutToken<'_> {
    /// The claims as JSON, to be signed.
    ///
    /// # Errors
    /// A fault if JSON cannot be written, which no value of these types causes.
    pub fn to_json(&self) -> Result<Vec<u8>, Fault> {
        let claims = Claims {
            iss: self.issuer,
            aud: self.client,
            iat: self.issued_at.as_seconds(),
            exp: self.issued_at.plus(LIFETIME).as_seconds(),
            jti: self.token_id,
            sub: self.subject,
            sid: self.sid,
            events: Map::from_iter([(EVENT.to_owned(), Value::Object(Map::new()))]),
        };
        serde_json::to_vec(&claims).map_err(Fault::new)
    }
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    aud: &'a ClientId,
    iat: i64,
    exp: i64,
    jti: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<&'a str>,
    sid: &'a str,
    events: Map<String, Value>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// BL-01, S-018: the required claims, a near end, and no `nonce`.
    #[test]
    fn a_logout_token_has_exactly_its_claims() {
        let client = ClientId::parse("web").unwrap();
        let token = LogoutToken {
            issuer: "https://id.example",
            client: &client,
            subject: Some("usr_ada"),
            sid: "sid-1",
            token_id: "bWJq",
            issued_at: Timestamp::from_millis(1_471_566_154_500),
        };
        let expected = json!({
            "iss": "https://id.example", "aud": "web", "iat": 1_471_566_154, "exp": 1_471_566_274, "jti": "bWJq",
            "sub": "usr_ada", "sid": "sid-1",
            "events": {"http://schemas.openid.net/event/backchannel-logout": {}}
        });

        assert_eq!(serde_json::from_slice::<Value>(&token.to_json().unwrap()).unwrap(), expected);
    }
}
