//! Where the answer to an authorization request goes, and how it is written there.
//!
//! Owns the address of every redirect to a client. `iss` is in each of them and `state` comes back as it was sent
//! (RFC 6749 §4.1.2, RFC 9207 §2). Leaves the status, 303, to the door (SECURITY S-009).

use serde::{Deserialize, Serialize};

use crate::ErrorCode;
use crate::uri::with_parameters;

/// How the answer travels (OAuth 2.0 Multiple Response Types §2.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResponseMode {
    /// In the query of the redirect URI.
    #[default]
    Query,
}

impl ResponseMode {
    /// The registered name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Query => "query",
        }
    }
}

/// The target of an authorization response: a redirect URI that is registered for the client, and the client's `state`.
///
/// Made by [`Identified::redirectable`](super::Identified::redirectable) alone, and stored with the journey.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResponseTarget {
    redirect_uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<String>,
    mode: ResponseMode,
}

impl ResponseTarget {
    pub(super) fn new(redirect_uri: String, state: Option<String>) -> Self {
        Self { redirect_uri, state, mode: ResponseMode::Query }
    }

    /// The redirect URI: of the request, or the only registered one. The token endpoint compares it again
    /// (RFC 6749 §4.1.3), and the pages' `form-action` allows its origin.
    pub fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    /// The address to send the browser to with a `code` (RFC 6749 §4.1.2). `issuer` is the issuer identifier, byte for byte.
    pub fn success(&self, code: &str, issuer: &str) -> String {
        self.answer(&[("code", code)], issuer)
    }

    /// The address to send the browser to with an error (RFC 6749 §4.1.2.1). `description` is fixed text of the table of
    /// causes; `issuer` is the issuer identifier, byte for byte.
    pub fn error(&self, code: ErrorCode, description: &str, issuer: &str) -> String {
        self.answer(&[("error", code.as_str()), ("error_description", description)], issuer)
    }

    fn answer(&self, parameters: &[(&str, &str)], issuer: &str) -> String {
        let state = self.state.as_deref().map(|state| ("state", state));
        let all: Vec<(&str, &str)> = parameters.iter().copied().chain(state).chain([("iss", issuer)]).collect();
        match self.mode {
            ResponseMode::Query => with_parameters(&self.redirect_uri, &all),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISSUER: &str = "https://id.example/t/acme";

    fn answered(url: &str) -> Vec<(String, String)> {
        url::Url::parse(url).unwrap().query_pairs().into_owned().collect()
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
    }

    /// IS-01, S-010, OA-AZ-29: success and error carry `iss` and the state that was sent.
    #[test]
    fn every_answer_has_the_issuer_and_the_state() {
        let target = ResponseTarget::new("https://rp.example/cb".into(), Some("a b+c%20&iss=x#\u{e9}\u{0}".into()));
        let state = ("state", "a b+c%20&iss=x#\u{e9}\u{0}");

        let success = target.success("portreeve_code", ISSUER);
        let error = target.error(ErrorCode::AccessDenied, "the user refused", ISSUER);

        assert_eq!(answered(&success), pairs(&[("code", "portreeve_code"), state, ("iss", ISSUER)]));
        let expected = [("error", "access_denied"), ("error_description", "the user refused"), state, ("iss", ISSUER)];
        assert_eq!(answered(&error), pairs(&expected));
    }

    /// OA-05: without a state there is none in the answer.
    #[test]
    fn a_state_that_was_not_sent_is_not_returned() {
        let target = ResponseTarget::new("https://rp.example/cb".into(), None);

        assert_eq!(
            target.success("c", "https://id.example"),
            "https://rp.example/cb?code=c&iss=https%3A%2F%2Fid.example"
        );
    }

    /// S-006, RFC 6749 §3.1.2: a query of the redirect URI stays, and no parameter is there twice.
    #[test]
    fn a_query_of_the_redirect_uri_is_kept() {
        let target = ResponseTarget::new("com.example.app:/cb?x=%2F".into(), Some("s".into()));

        assert_eq!(target.success("c", "i"), "com.example.app:/cb?x=%2F&code=c&state=s&iss=i");
    }

    /// S-010: an issuer in `state` cannot come before or replace ours.
    #[test]
    fn a_hostile_state_adds_no_parameter() {
        let target =
            ResponseTarget::new("https://rp.example/cb".into(), Some("&iss=https://evil.example&code=1".into()));

        let names: Vec<String> = answered(&target.success("c", ISSUER)).into_iter().map(|(name, _)| name).collect();

        assert_eq!(names, ["code", "state", "iss"]);
    }
}
