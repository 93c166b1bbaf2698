//! What can go wrong for a relying party, by cause.
//!
//! Owns the list of causes, their HTTP status and the words a person reads. Leaves their look to `pages`.

use http::StatusCode;
use serde_json::Value;

use crate::id_token::IdTokenFault;
use crate::parameters::Parameters;

/// Longer texts of a server are cut before they are shown.
const MAX_SERVER_TEXT: usize = 400;

/// An OAuth error as a server worded it. RFC 6749 §4.1.2.1, §5.2.
#[derive(Debug)]
pub(crate) struct OAuthError {
    /// The error code, such as `access_denied`.
    pub(crate) code: String,
    /// The server's text for developers, when it sent one.
    pub(crate) description: Option<String>,
}

impl OAuthError {
    /// Reads an error from a JSON answer; `None` when the answer holds none.
    pub(crate) fn from_json(body: &Value) -> Option<Self> {
        let member = |name| body.get(name).and_then(Value::as_str);
        Some(Self { code: cut(member("error")?), description: member("error_description").map(cut) })
    }

    /// Reads an error from the parameters of a redirect; `None` when there is none.
    pub(crate) fn from_parameters(parameters: &Parameters) -> Option<Self> {
        Some(Self { code: cut(parameters.get("error")?), description: parameters.get("error_description").map(cut) })
    }
}

fn cut(text: &str) -> String {
    text.chars().take(MAX_SERVER_TEXT).collect()
}

/// Why a step ended early.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The operating system gave no random bytes.
    NoRandomness,
    /// The browser sent repeated, too many or too long parameters.
    BadRequest,
    /// A form without the session's token, or from another site.
    Forged,
    /// The action needs somebody signed in.
    SignedOut,
    /// A server did not answer completely.
    Unreachable {
        /// What the request is called.
        request: &'static str,
        /// Where it went.
        url: String,
    },
    /// A server answered with something that the specification does not allow.
    Unintelligible {
        /// What the request is called.
        request: &'static str,
        /// The status of the answer.
        status: StatusCode,
    },
    /// Discovery names another issuer than the configured one.
    OtherIssuer {
        /// The configured issuer.
        expected: String,
        /// The issuer in the document.
        found: String,
    },
    /// The issuer's metadata lacks an endpoint that this action needs.
    NotOffered(&'static str),
    /// The callback carries a `state` that this browser never got.
    UnknownState,
    /// The callback's `iss` is absent or another than the issuer's. RFC 9207 §2.4.
    MixedUp,
    /// The issuer sent the browser back with an error.
    AuthorizationRefused(OAuthError),
    /// A server answered a request with an OAuth error.
    RequestRefused {
        /// What the request is called.
        request: &'static str,
        /// What the server said.
        error: OAuthError,
    },
    /// The ID token failed a check.
    IdToken(IdTokenFault),
    /// Userinfo or a refreshed ID token speaks of another person. OpenID Connect Core §5.3.2, §12.2.
    OtherSubject(&'static str),
}

/// A failure in words.
pub(crate) struct Explanation {
    pub(crate) title: &'static str,
    pub(crate) text: String,
}

impl Failure {
    /// The status of the page that shows the failure.
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::BadRequest | Self::UnknownState | Self::MixedUp | Self::AuthorizationRefused(_) => {
                StatusCode::BAD_REQUEST
            }
            Self::Forged => StatusCode::FORBIDDEN,
            Self::SignedOut => StatusCode::UNAUTHORIZED,
            Self::NoRandomness => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unreachable { .. }
            | Self::Unintelligible { .. }
            | Self::OtherIssuer { .. }
            | Self::NotOffered(_)
            | Self::RequestRefused { .. }
            | Self::IdToken(_)
            | Self::OtherSubject(_) => StatusCode::BAD_GATEWAY,
        }
    }

    /// What a server said, when the failure is a server's refusal.
    pub(crate) fn server_said(&self) -> Option<&OAuthError> {
        match self {
            Self::AuthorizationRefused(error) | Self::RequestRefused { error, .. } => Some(error),
            _ => None,
        }
    }

    /// Says what happened and what to do, in the second person.
    pub(crate) fn explanation(&self) -> Explanation {
        let (title, text) = match self {
            Self::NoRandomness => {
                ("The application stopped half-way", "Nothing is lost: go back and try again.".to_owned())
            }
            Self::BadRequest => {
                ("The request could not be read", "It has repeated parameters, or is too long.".to_owned())
            }
            Self::Forged => (
                "The form is out of date",
                "It was not sent from the page of your present session. Open the page again and repeat it.".to_owned(),
            ),
            Self::SignedOut => ("You are not signed in", "Your session here has ended. Sign in again.".to_owned()),
            Self::UnknownState => (
                "This sign-in was not started here",
                "The state in the address belongs to no sign-in of this browser: it was used already, is too old, \
                 or was started under another address of this application."
                    .to_owned(),
            ),
            Self::MixedUp => (
                "The answer names another issuer",
                "The iss parameter is not the issuer that was asked, so the code in it was not used (RFC 9207)."
                    .to_owned(),
            ),
            Self::AuthorizationRefused(_) => {
                ("You were not signed in", "The issuer sent you back with an error instead of a code.".to_owned())
            }
            other => other.server_explanation(),
        };
        Explanation { title, text }
    }

    /// The part of `explanation` that blames an answer of a server.
    fn server_explanation(&self) -> (&'static str, String) {
        match self {
            Self::Unreachable { request, url } => {
                ("A server did not answer", format!("{request}: no complete answer came from {url}."))
            }
            Self::Unintelligible { request, status } => (
                "An answer could not be understood",
                format!(
                    "{request}: the answer with status {} is not what the specification asks for.",
                    status.as_u16()
                ),
            ),
            Self::OtherIssuer { expected, found } => (
                "The metadata names another issuer",
                format!(
                    "This application trusts {expected}; the discovery document says {found}. Not a byte may differ."
                ),
            ),
            Self::NotOffered(endpoint) => {
                ("The issuer does not offer this", format!("Its metadata has no {endpoint}."))
            }
            Self::RequestRefused { request, .. } => {
                ("The issuer refused a request", format!("{request}: the answer is an error."))
            }
            Self::IdToken(fault) => ("The ID token was not accepted", fault.to_string()),
            Self::OtherSubject(source) => (
                "An answer speaks of somebody else",
                format!("The sub of the {source} is not the sub of the ID token, so it was thrown away."),
            ),
            _ => ("The step could not be finished", String::new()),
        }
    }
}

impl From<IdTokenFault> for Failure {
    fn from(fault: IdTokenFault) -> Self {
        Self::IdToken(fault)
    }
}
