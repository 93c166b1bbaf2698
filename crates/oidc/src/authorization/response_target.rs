//! Where the answer to an authorization request goes, and how it is written there.
//!
//! Owns the address of every redirect to a client. `iss` is in each of them and `state` comes back as it was sent
//! (RFC 6749 §4.1.2, RFC 9207 §2). Leaves the status, 303, and the page of a form to the door (SECURITY S-009, S-011).

use serde::{Deserialize, Serialize};

use super::ResponseMode;
use crate::ErrorCode;
use crate::uri::{with_fragment, with_parameters};

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

/// An answer, as the browser takes it to the client. Holds what only the client may see.
#[derive(Clone, PartialEq, Eq)]
pub enum Answer {
    /// The browser is sent to this address.
    Redirect(String),
    /// The browser posts a form (OAuth 2.0 Form Post Response Mode §2).
    Form {
        /// The redirect URI, where the form goes.
        action: String,
        /// The response parameters. `state` is any text: escape it.
        fields: Vec<(&'static str, String)>,
    },
}

impl ResponseTarget {
    pub(super) fn new(redirect_uri: String, state: Option<String>, mode: ResponseMode) -> Self {
        Self { redirect_uri, state, mode }
    }

    /// The redirect URI: of the request, or the only registered one. The token endpoint compares it again
    /// (RFC 6749 §4.1.3), and the pages' `form-action` allows its origin.
    pub fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    /// The answer with a `code` (RFC 6749 §4.1.2). `issuer` is the issuer identifier, byte for byte.
    pub fn success(&self, code: &str, issuer: &str) -> Answer {
        self.answer(vec![("code", code.to_owned())], issuer)
    }

    /// The answer with an error (RFC 6749 §4.1.2.1). `description` is fixed text of the table of causes; `issuer` is the
    /// issuer identifier, byte for byte.
    pub fn error(&self, code: ErrorCode, description: &str, issuer: &str) -> Answer {
        self.answer(vec![("error", code.as_str().to_owned()), ("error_description", description.to_owned())], issuer)
    }

    fn answer(&self, mut parameters: Vec<(&'static str, String)>, issuer: &str) -> Answer {
        parameters.extend(self.state.clone().map(|state| ("state", state)));
        parameters.push(("iss", issuer.to_owned()));
        match self.mode {
            ResponseMode::Query => Answer::Redirect(with_parameters(&self.redirect_uri, &parameters)),
            ResponseMode::Fragment => Answer::Redirect(with_fragment(&self.redirect_uri, &parameters)),
            ResponseMode::FormPost => Answer::Form { action: self.redirect_uri.clone(), fields: parameters },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISSUER: &str = "https://id.example/t/acme";

    fn target(redirect_uri: &str, state: Option<&str>, mode: ResponseMode) -> ResponseTarget {
        ResponseTarget::new(redirect_uri.into(), state.map(str::to_owned), mode)
    }

    fn address(answer: Answer) -> String {
        match answer {
            Answer::Redirect(url) => url,
            Answer::Form { action, .. } => panic!("a form to {action}"),
        }
    }

    fn answered(answer: Answer) -> Vec<(String, String)> {
        url::Url::parse(&address(answer)).unwrap().query_pairs().into_owned().collect()
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
    }

    /// IS-01, S-010, OA-AZ-29: success and error carry `iss` and the state that was sent.
    #[test]
    fn every_answer_has_the_issuer_and_the_state() {
        let target = target("https://rp.example/cb", Some("a b+c%20&iss=x#\u{e9}\u{0}"), ResponseMode::Query);
        let state = ("state", "a b+c%20&iss=x#\u{e9}\u{0}");

        let success = target.success("portreeve_code", ISSUER);
        let error = target.error(ErrorCode::AccessDenied, "the user refused", ISSUER);

        assert_eq!(answered(success), pairs(&[("code", "portreeve_code"), state, ("iss", ISSUER)]));
        let expected = [("error", "access_denied"), ("error_description", "the user refused"), state, ("iss", ISSUER)];
        assert_eq!(answered(error), pairs(&expected));
    }

    /// OA-05: without a state there is none in the answer.
    #[test]
    fn a_state_that_was_not_sent_is_not_returned() {
        let target = target("https://rp.example/cb", None, ResponseMode::Query);

        assert_eq!(
            address(target.success("c", "https://id.example")),
            "https://rp.example/cb?code=c&iss=https%3A%2F%2Fid.example"
        );
    }

    /// S-006, RFC 6749 §3.1.2: a query of the redirect URI stays, and no parameter is there twice.
    #[test]
    fn a_query_of_the_redirect_uri_is_kept() {
        let answer = |mode| address(target("com.example.app:/cb?x=%2F", Some("s"), mode).success("c", "i"));

        assert_eq!(answer(ResponseMode::Query), "com.example.app:/cb?x=%2F&code=c&state=s&iss=i");
        assert_eq!(answer(ResponseMode::Fragment), "com.example.app:/cb?x=%2F#code=c&state=s&iss=i");
    }

    /// S-010, S-011: an issuer in `state` cannot come before or replace ours, in whichever mode.
    #[test]
    fn a_hostile_state_adds_no_parameter() {
        let hostile = "&iss=https://evil.example&code=1#\"><script>";
        let by = |mode| target("https://rp.example/cb", Some(hostile), mode).success("c", ISSUER);

        let names: Vec<String> = answered(by(ResponseMode::Query)).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["code", "state", "iss"]);
        let url = address(by(ResponseMode::Fragment));
        let fragment = url.split_once('#').unwrap().1;
        let parsed: Vec<_> = form_urlencoded::parse(fragment.as_bytes()).into_owned().collect();
        assert_eq!(parsed, pairs(&[("code", "c"), ("state", hostile), ("iss", ISSUER)]));
        let Answer::Form { action, fields } = by(ResponseMode::FormPost) else { panic!("no form") };
        assert_eq!(action, "https://rp.example/cb");
        assert_eq!(fields, [("code", "c".into()), ("state", hostile.to_owned()), ("iss", ISSUER.to_owned())]);
    }
}
