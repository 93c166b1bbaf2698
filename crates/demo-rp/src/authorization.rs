//! The authorization request and its response.
//!
//! Owns `state`, `nonce` and the PKCE verifier of a sign-in in progress, and the checks of the callback before its
//! code is used. Leaves the code's exchange to `token_endpoint`.
//! OpenID Connect Core §3.1.2, RFC 6749 §4.1.1 and §4.1.2, RFC 7636 §4.3, RFC 8707 §2.1, RFC 9207 §2.4.

use crate::discovery::Metadata;
use crate::exchange::{Channel, Exchange, Purpose, Step, shown};
use crate::failure::{Failure, OAuthError};
use crate::parameters::{self, Parameters};
use crate::pkce::CodeVerifier;
use crate::random;

const REQUEST: Purpose = Purpose {
    title: "Authorization request",
    reason: "Your browser is sent to the issuer. The application never sees your password, only what comes back.",
};
const RESPONSE: Purpose = Purpose {
    title: "Authorization response",
    reason: "Your browser comes back with a code, or an error. The application checks state and iss before it believes either.",
};

/// What the person wants from a sign-in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Intent {
    /// Sign in; an existing session at the issuer will do.
    SignIn,
    /// Open the registration page. Initiating User Registration 1.0 §3 (`prompt=create`).
    CreateAccount,
    /// Prove who you are again, session or not (`prompt=login`).
    SignInAgain,
    /// Sign in with two factors (`acr_values=aal2`).
    StepUp,
}

impl Intent {
    /// The authentication context that a step-up asks for.
    pub(crate) const TWO_FACTORS: &'static str = "aal2";

    /// Reads the `intent` parameter of `/login`; absent and unknown values mean a plain sign-in.
    pub(crate) fn parse(value: Option<&str>) -> Self {
        match value {
            Some("create-account") => Self::CreateAccount,
            Some("sign-in-again") => Self::SignInAgain,
            Some("step-up") => Self::StepUp,
            _ => Self::SignIn,
        }
    }

    /// What the log calls the step.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::SignIn => "Sign in",
            Self::CreateAccount => "Create account",
            Self::SignInAgain => "Sign in again",
            Self::StepUp => "Step up",
        }
    }

    fn parameter(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::SignIn => None,
            Self::CreateAccount => Some(("prompt", "create")),
            Self::SignInAgain => Some(("prompt", "login")),
            Self::StepUp => Some(("acr_values", Self::TWO_FACTORS)),
        }
    }
}

/// What every authorization request of one client says.
pub(crate) struct ClientRequest<'a> {
    pub(crate) client_id: &'a str,
    pub(crate) redirect_uri: &'a str,
    pub(crate) scopes: &'a str,
    pub(crate) resource: Option<&'a str>,
}

/// A sign-in that waits for its callback, kept in the session of the browser that started it.
pub(crate) struct PendingSignIn {
    pub(crate) state: String,
    pub(crate) nonce: String,
    pub(crate) verifier: CodeVerifier,
    pub(crate) intent: Intent,
    pub(crate) started_at: i64,
    /// The log of the step so far.
    pub(crate) step: Step,
}

impl PendingSignIn {
    /// Draws fresh `state`, `nonce` and verifier.
    ///
    /// Errors: `Failure::NoRandomness`.
    pub(crate) fn start(intent: Intent, step: Step, now: i64) -> Result<Self, Failure> {
        Ok(Self {
            state: random::token()?,
            nonce: random::token()?,
            verifier: CodeVerifier::generate()?,
            intent,
            started_at: now,
            step,
        })
    }

    /// Returns the URL that the browser is sent to, and records the redirect.
    pub(crate) fn authorization_url(&mut self, metadata: &Metadata, client: &ClientRequest<'_>) -> String {
        let challenge = self.verifier.challenge();
        let mut query = vec![
            ("response_type", "code"),
            ("client_id", client.client_id),
            ("redirect_uri", client.redirect_uri),
            ("scope", client.scopes),
            ("state", &self.state),
            ("nonce", &self.nonce),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        query.extend(client.resource.map(|resource| ("resource", resource)));
        query.extend(self.intent.parameter());
        let url = parameters::with_query(&metadata.authorization_endpoint, query.iter().copied());
        self.step.record(Exchange::redirect(REQUEST, &metadata.authorization_endpoint, query));
        url
    }
}

/// Returns the record of a callback.
pub(crate) fn response_exchange(redirect_uri: &str, callback: &Parameters) -> Exchange {
    Exchange {
        purpose: RESPONSE,
        channel: Channel::Browser,
        method: "GET",
        address: redirect_uri.to_owned(),
        authorization: None,
        parameters: shown(callback.iter()),
        answer: None,
        from_cache: false,
    }
}

/// Checks a callback whose `state` was found, and returns its code.
///
/// `iss` is compared before anything else is believed, also in an error: a response that some other server sent
/// must neither be shown as the issuer's word nor carry its code there. RFC 9207 §2.4.
/// Errors: `MixedUp`, `AuthorizationRefused`, `BadRequest` when there is neither code nor error.
pub(crate) fn code_of<'a>(callback: &'a Parameters, metadata: &Metadata) -> Result<&'a str, Failure> {
    match callback.get("iss") {
        Some(iss) if iss == metadata.issuer => {}
        None if !metadata.authorization_response_iss_parameter_supported => {}
        _ => return Err(Failure::MixedUp),
    }
    if let Some(error) = OAuthError::from_parameters(callback) {
        return Err(Failure::AuthorizationRefused(error));
    }
    callback.get("code").filter(|code| !code.is_empty()).ok_or(Failure::BadRequest)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn metadata(iss_promised: bool) -> Metadata {
        serde_json::from_value(json!({
            "issuer": "https://op.example",
            "authorization_endpoint": "https://op.example/authorize",
            "token_endpoint": "https://op.example/token",
            "jwks_uri": "https://op.example/jwks",
            "authorization_response_iss_parameter_supported": iss_promised,
        }))
        .unwrap()
    }

    fn callback(query: &str) -> Parameters {
        Parameters::parse(query.as_bytes()).unwrap()
    }

    fn request_url(intent: Intent) -> (String, PendingSignIn) {
        let mut pending = PendingSignIn::start(intent, Step::new("Sign in"), 0).unwrap();
        let client = ClientRequest {
            client_id: "web",
            redirect_uri: "http://127.0.0.1:8081/callback",
            scopes: "openid orders.read",
            resource: Some("https://api.example.com"),
        };
        let url = pending.authorization_url(&metadata(true), &client);
        (url, pending)
    }

    /// RFC 7636 §4.3, OpenID Connect Core §3.1.2.1, RFC 8707 §2.1.
    #[test]
    fn the_request_carries_what_the_specifications_ask_for() {
        let (url, pending) = request_url(Intent::SignIn);

        let (endpoint, query) = url.split_once('?').unwrap();
        let query = callback(query);

        assert_eq!(endpoint, "https://op.example/authorize");
        assert_eq!(query.get("response_type"), Some("code"));
        assert_eq!(query.get("scope"), Some("openid orders.read"));
        assert_eq!(query.get("state"), Some(pending.state.as_str()));
        assert_eq!(query.get("nonce"), Some(pending.nonce.as_str()));
        assert_eq!(query.get("code_challenge"), Some(pending.verifier.challenge().as_str()));
        assert_eq!(query.get("code_challenge_method"), Some("S256"));
        assert_eq!(query.get("resource"), Some("https://api.example.com"));
        assert_eq!(query.get("prompt"), None);
        assert!(!url.contains(pending.verifier.expose()));
    }

    #[test]
    fn each_intent_adds_its_own_parameter() {
        assert!(request_url(Intent::CreateAccount).0.ends_with("&prompt=create"));
        assert!(request_url(Intent::SignInAgain).0.ends_with("&prompt=login"));
        assert!(request_url(Intent::StepUp).0.ends_with("&acr_values=aal2"));
    }

    #[test]
    fn two_sign_ins_share_no_value() {
        let (_, first) = request_url(Intent::SignIn);
        let (_, second) = request_url(Intent::SignIn);

        assert_ne!(first.state, second.state);
        assert_ne!(first.nonce, second.nonce);
    }

    /// S-010: RFC 9207 §2.4.
    #[test]
    fn an_answer_of_another_issuer_is_refused_even_when_it_is_an_error() {
        for query in ["code=c&iss=https%3A%2F%2Fevil.example", "error=access_denied&iss=https%3A%2F%2Fop.example%2F"] {
            assert!(matches!(code_of(&callback(query), &metadata(false)), Err(Failure::MixedUp)), "{query}");
        }
    }

    /// S-010: RFC 9207 §2.4.
    #[test]
    fn a_missing_iss_is_refused_when_the_issuer_promises_it() {
        assert!(matches!(code_of(&callback("code=c"), &metadata(true)), Err(Failure::MixedUp)));
        assert!(matches!(code_of(&callback("code=c"), &metadata(false)), Ok("c")));
        assert!(matches!(code_of(&callback("code=c&iss=https://op.example"), &metadata(true)), Ok("c")));
    }

    #[test]
    fn an_error_is_reported_and_its_code_is_not_used() {
        let query = callback("error=access_denied&error_description=No&code=c");

        let refused = code_of(&query, &metadata(false)).err();

        assert!(matches!(refused, Some(Failure::AuthorizationRefused(error)) if error.code == "access_denied"));
    }
}
