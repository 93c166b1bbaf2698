//! The back-channel authentication endpoint: what a client may ask of a person who is not at its browser, and what it is
//! told.
//!
//! Owns the request's rules, the members of the answer and those of notifications. Leaves finding the person to `issuer`,
//! and the request that the person's browser then answers to [`crate::authorization::Accepted::of_backchannel`].
//! CIBA Core §7.1 to §7.3, §10.2, §10.3, §12, §13; RFC 8707 §2.

use portreeve_crypto::SecretText;
use portreeve_domain::journey::ConsentRule;
use portreeve_domain::{
    Acr, Client, Demand, Fault, GrantType, Lifetime, ProfileRules, Scope, TokenDelivery, lifetimes,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::authorization_details::{self, Detail};
use crate::scope_policy::{self, Known};
use crate::{Cause, Parameters, Refusal, resource};

/// How many characters a binding message may have: it is compared by eye.
const MAX_MESSAGE_CHARS: usize = 64;
/// What a binding message may hold beside letters and digits: nothing that looks like markup or an address.
const MESSAGE_PUNCTUATION: &str = " -_.,:;!?#+*()'";
/// How long a notification token may be (CIBA Core §7.1).
const MAX_NOTIFICATION_TOKEN_BYTES: usize = 1024;
/// How soon a request may be over: sooner nobody can read it.
const SHORTEST: Lifetime = Lifetime::from_seconds(30);
/// How many entries of `acr_values` are read.
const MAX_WISHES: usize = 10;

/// What a client asks for, as accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackchannelRequest {
    /// The scope, less what is silently ignored; it holds `openid`.
    pub scope: Scope,
    /// The resource servers the tokens are for, as registered (RFC 8707 §2).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<String>,
    /// What exactly is asked for (RFC 9396).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<Detail>,
    /// Authentication contexts wished for, best first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub acr_values: Vec<Acr>,
    /// What both devices show, 1 to 64 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub binding_message: Option<String>,
}

/// Who is meant; nothing is looked up yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hint {
    /// Any text; an address, if it names anybody.
    Login(String),
    /// An ID token, not verified.
    IdToken(String),
    /// A token of a trusted issuer, not verified.
    LoginToken(String),
}

/// A request as read. Holds a secret, so it is not `Debug`.
pub struct Received {
    /// What is asked for.
    pub request: BackchannelRequest,
    /// Of whom.
    pub hint: Hint,
    /// How long it lives.
    pub lifetime: Lifetime,
    /// What the client is called with, when it is.
    pub notification_token: Option<SecretText>,
}

impl Received {
    /// Reads a request of `client`, which has authenticated; `known` has scopes in the tenant.
    ///
    /// The person is always asked, so `offline_access` is granted to a client that may refresh. `user_code` is ignored: no
    /// client can register that it is used.
    ///
    /// # Errors
    /// `GrantTypeNotAllowed` for a client that is not registered for the grant, or whose mode its profile does not have; `HintsNotOne`;
    /// `ScopeMalformed`, `ScopeOpenidMissing`, `ScopeNotAllowed`; those of [`resource::targets`] and
    /// [`authorization_details::requested`]; `BindingMessageUnusable`; `ParameterMalformed` for `requested_expiry`; `ParameterMissing` and `ParameterMalformed`
    /// for the `client_notification_token` of a client that is called; `ParameterMissing` for the `binding_message` where the profile
    /// demands it.
    pub fn from_parameters(
        parameters: &Parameters,
        client: &Client,
        known: Known<'_>,
        rules: &ProfileRules,
    ) -> Result<Self, Refusal> {
        // The mode may have been registered before the tenant became so strict.
        if !client.may_use(GrantType::Ciba) || !rules.token_delivery.contains(&delivery(client)) {
            return Err(Refusal::new(Cause::GrantTypeNotAllowed).with_detail(GrantType::Ciba.name()));
        }
        let hint = hint(parameters)?;
        let scope = Scope::parse(parameters.get("scope").unwrap_or_default())
            .map_err(|error| Refusal::new(Cause::ScopeMalformed).with_detail(error.to_string()))?;
        if !scope.contains("openid") {
            return Err(Cause::ScopeOpenidMissing.into());
        }
        let scope = scope_policy::allowed(&scope, client, known)?;
        let resources = resource::targets(&parameters.all("resource"), client, known.servers)?;
        let details = authorization_details::requested(parameters, client, known.servers)?;
        let resources = authorization_details::targets(resources, &details)?;
        let scope = scope_policy::settle_offline_access(&scope, client, ConsentRule::Always);
        let (acr_values, binding_message) = (acr_values(parameters, client), binding_message(parameters)?);
        if rules.binding_message == Demand::Required && binding_message.is_none() && details.is_empty() {
            return Err(Refusal::new(Cause::ParameterMissing).with_detail("binding_message"));
        }
        Ok(Self {
            request: BackchannelRequest { scope, resources, details, acr_values, binding_message },
            hint,
            lifetime: lifetime(parameters)?,
            notification_token: notification_token(parameters, client)?,
        })
    }
}

/// How a client is told what became of its requests; one that says nothing polls.
pub fn delivery(client: &Client) -> TokenDelivery {
    client.metadata.backchannel_token_delivery_mode.unwrap_or(TokenDelivery::Poll)
}

/// CIBA Core §7.1: exactly one of the three.
fn hint(parameters: &Parameters) -> Result<Hint, Refusal> {
    let text = |name| parameters.get(name).map(str::to_owned);
    match (text("login_hint"), text("id_token_hint"), text("login_hint_token")) {
        (Some(hint), None, None) => Ok(Hint::Login(hint)),
        (None, Some(hint), None) => Ok(Hint::IdToken(hint)),
        (None, None, Some(hint)) => Ok(Hint::LoginToken(hint)),
        _ => Err(Cause::HintsNotOne.into()),
    }
}

fn acr_values(parameters: &Parameters, client: &Client) -> Vec<Acr> {
    match parameters.get("acr_values") {
        Some(values) => values.split(' ').take(MAX_WISHES).filter_map(Acr::parse).collect(),
        None => client.metadata.default_acr_values.iter().filter_map(|value| Acr::parse(value)).collect(),
    }
}

/// CB-04, S-066: short plain text, which no page and no mail can take for something else.
fn binding_message(parameters: &Parameters) -> Result<Option<String>, Refusal> {
    let Some(message) = parameters.get("binding_message") else { return Ok(None) };
    let is_plain = |c: char| c.is_alphanumeric() || MESSAGE_PUNCTUATION.contains(c);
    if message.trim().is_empty() || message.chars().count() > MAX_MESSAGE_CHARS || !message.chars().all(is_plain) {
        return Err(Cause::BindingMessageUnusable.into());
    }
    Ok(Some(message.to_owned()))
}

/// CB-03: what is asked for, within bounds.
fn lifetime(parameters: &Parameters) -> Result<Lifetime, Refusal> {
    let longest = lifetimes::BACKCHANNEL_AUTHENTICATION;
    let Some(text) = parameters.get("requested_expiry") else { return Ok(longest) };
    let malformed = || Refusal::new(Cause::ParameterMalformed).with_detail("requested_expiry");
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number || text.bytes().all(|byte| byte == b'0') {
        return Err(malformed());
    }
    // More digits than fit are more than is given anyway.
    let seconds = text.parse::<i64>().unwrap_or(i64::MAX).min(longest.as_seconds());
    Ok(Lifetime::from_seconds(seconds).max(SHORTEST))
}

/// CIBA Core §7.1: what a client that is called tells us by; of the form of a bearer token (RFC 6750 §2.1).
fn notification_token(parameters: &Parameters, client: &Client) -> Result<Option<SecretText>, Refusal> {
    if !delivery(client).calls_client() {
        return Ok(None);
    }
    let token = parameters.require("client_notification_token")?;
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
    if token.len() > MAX_NOTIFICATION_TOKEN_BYTES || !token.bytes().all(is_token) {
        return Err(Refusal::new(Cause::ParameterMalformed).with_detail("client_notification_token"));
    }
    Ok(Some(SecretText::new(token.to_owned())))
}

/// The body of the answer to a request (CIBA Core §7.3); who is sent the tokens has nothing to poll for.
///
/// # Errors
/// A fault if JSON cannot be written, which no value of these types causes.
pub fn to_json(
    auth_req_id: &SecretText,
    delivery: TokenDelivery,
    expires_in: Lifetime,
    interval: Lifetime,
) -> Result<Vec<u8>, Fault> {
    let mut members = json!({ "auth_req_id": auth_req_id.expose(), "expires_in": expires_in.as_seconds() });
    if delivery != TokenDelivery::Push
        && let Some(members) = members.as_object_mut()
    {
        members.insert("interval".to_owned(), json!(interval.as_seconds()));
    }
    serde_json::to_vec(&members).map_err(Fault::new)
}

/// What a client that fetches its tokens is told (CIBA Core §10.2).
pub fn ping(auth_req_id: &SecretText) -> Value {
    json!({ "auth_req_id": auth_req_id.expose() })
}

/// What a client that is sent its tokens is told when there are none (CIBA Core §12).
pub fn pushed_error(auth_req_id: &SecretText, cause: Cause) -> Value {
    json!({
        "auth_req_id": auth_req_id.expose(), "error": cause.code().as_str(), "error_description": cause.description()
    })
}

/// What a client is sent: the members of a token response and for which request they are (CIBA Core §10.3.1).
///
/// # Errors
/// A fault when `tokens` is no JSON object, which no token response is.
pub fn pushed_tokens(auth_req_id: &SecretText, tokens: &[u8]) -> Result<Value, Fault> {
    let mut members: Map<String, Value> = serde_json::from_slice(tokens).map_err(Fault::new)?;
    members.insert("auth_req_id".to_owned(), json!(auth_req_id.expose()));
    Ok(Value::Object(members))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{orders_api, parameters, scope, web_client};
    use portreeve_domain::Profile;

    fn client(delivery: Option<TokenDelivery>) -> Client {
        let mut client = web_client();
        client.metadata.grant_types = vec![GrantType::Ciba];
        client.metadata.backchannel_token_delivery_mode = delivery;
        client
    }

    fn read(pairs: &[(&str, &str)]) -> Result<Received, Cause> {
        let all = [&[("scope", "openid"), ("login_hint", "ada@example.com")], pairs].concat();
        let known = Known { servers: &[&orders_api()], ..Known::default() };
        Received::from_parameters(&parameters(&all), &client(None), known, Profile::OAuth21.rules())
            .map_err(|refusal| refusal.cause)
    }

    /// CB-01: exactly one hint, and `openid`.
    #[test]
    fn exactly_one_hint_and_openid_are_needed() {
        let read = |pairs: &[(&str, &str)]| {
            Received::from_parameters(&parameters(pairs), &client(None), Known::default(), Profile::OAuth21.rules())
                .map_err(|refusal| refusal.cause)
        };
        let openid = ("scope", "openid");

        assert_eq!(read(&[openid, ("login_hint", "ada")]).ok().map(|read| read.hint), Some(Hint::Login("ada".into())));
        assert_eq!(
            read(&[openid, ("id_token_hint", "a.b.c")]).ok().map(|r| r.hint),
            Some(Hint::IdToken("a.b.c".into()))
        );
        assert_eq!(read(&[openid]).err(), Some(Cause::HintsNotOne));
        for second in ["id_token_hint", "login_hint_token"] {
            assert_eq!(read(&[openid, ("login_hint", "a"), (second, "b")]).err(), Some(Cause::HintsNotOne), "{second}");
        }
        assert_eq!(
            read(&[openid, ("login_hint_token", "a.b.c")]).ok().map(|r| r.hint),
            Some(Hint::LoginToken("a.b.c".into()))
        );
        assert_eq!(read(&[("login_hint", "a")]).err(), Some(Cause::ScopeOpenidMissing));
        assert_eq!(read(&[("scope", "profile"), ("login_hint", "a")]).err(), Some(Cause::ScopeOpenidMissing));
    }

    /// S-066: a client uses the grant only when it is registered for it.
    #[test]
    fn the_grant_is_opted_in_to() {
        let refused =
            Received::from_parameters(&parameters(&[]), &web_client(), Known::default(), Profile::OAuth21.rules())
                .err();

        assert_eq!(refused.map(|refusal| refusal.cause), Some(Cause::GrantTypeNotAllowed));
    }

    /// RFC 8707 §2: scope and resources have the rules of an authorization request.
    #[test]
    fn scope_and_resources_are_checked() {
        let asked = read(&[("resource", "https://api.example.com"), ("acr_values", "nonsense aal2")]).ok().unwrap();

        assert_eq!(asked.request.scope, scope("openid"));
        assert_eq!(asked.request.resources, ["https://api.example.com"]);
        assert_eq!(asked.request.acr_values, [Acr::parse("aal2").unwrap()]);
        assert_eq!(read(&[("resource", "https://other.example.com")]).err(), Some(Cause::ResourceUnknown));
    }

    /// CB-04, S-066: short, and no markup, control characters or addresses.
    #[test]
    fn binding_messages_are_short_and_plain() {
        for good in ["W4SCT", "Überweisung #12, 30.5 EUR", &"x".repeat(64)] {
            let read = read(&[("binding_message", good)]).ok().unwrap();
            assert_eq!(read.request.binding_message.as_deref(), Some(good));
        }
        for bad in ["<b>x</b>", "https://x.example", "a\nb", "a\u{202e}b", "   ", "a@b", &"x".repeat(65)] {
            assert_eq!(read(&[("binding_message", bad)]).err(), Some(Cause::BindingMessageUnusable), "{bad}");
        }
    }

    /// CB-03: a positive number of seconds, honoured within bounds.
    #[test]
    fn the_requested_expiry_is_honoured_within_bounds() {
        let seconds = |text: &str| read(&[("requested_expiry", text)]).map(|read| read.lifetime.as_seconds());

        assert_eq!(read(&[]).map(|read| read.lifetime), Ok(Lifetime::from_minutes(10)));
        assert_eq!((seconds("120"), seconds("1"), seconds("86400")), (Ok(120), Ok(30), Ok(600)));
        assert_eq!(seconds("99999999999999999999"), Ok(600));
        for bad in ["0", "-5", "1.5", "soon", "+5"] {
            assert_eq!(seconds(bad), Err(Cause::ParameterMalformed), "{bad}");
        }
    }

    /// CB-08: a client that is called says what it will know us by.
    #[test]
    fn a_client_that_is_called_names_a_token() {
        let read = |mode, token: &str| {
            let pairs = [("scope", "openid"), ("login_hint", "ada"), ("client_notification_token", token)];
            let received = Received::from_parameters(
                &parameters(&pairs),
                &client(Some(mode)),
                Known::default(),
                Profile::OAuth21.rules(),
            );
            received.map(|received| received.notification_token.map(|t| t.expose().to_owned())).map_err(|r| r.cause)
        };

        for mode in [TokenDelivery::Ping, TokenDelivery::Push] {
            assert_eq!(read(mode, "8d67dc78-7faa-4d41"), Ok(Some("8d67dc78-7faa-4d41".to_owned())));
            assert_eq!(read(mode, ""), Err(Cause::ParameterMissing));
            assert_eq!(read(mode, "a b"), Err(Cause::ParameterMalformed));
            assert_eq!(read(mode, &"x".repeat(1025)), Err(Cause::ParameterMalformed));
        }
        assert_eq!(read(TokenDelivery::Poll, "whatever it says"), Ok(None));
    }

    /// CB-05: the members of CIBA Core §7.3; who is sent the tokens is told no interval.
    #[test]
    fn the_answer_has_every_member() {
        let answer = |delivery| -> Value {
            let id = SecretText::new("secret".to_owned());
            let body = to_json(&id, delivery, Lifetime::from_minutes(2), Lifetime::from_seconds(5)).unwrap();
            serde_json::from_slice(&body).unwrap()
        };

        assert_eq!(answer(TokenDelivery::Poll), json!({ "auth_req_id": "secret", "expires_in": 120, "interval": 5 }));
        assert_eq!(answer(TokenDelivery::Push), json!({ "auth_req_id": "secret", "expires_in": 120 }));
    }
}
