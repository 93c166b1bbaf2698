//! Where the answer to an authorization request goes, and how it is written there.
//!
//! Owns the address of every redirect to a client. `iss` is in each of them and `state` comes back as it was sent
//! (RFC 6749 §4.1.2, RFC 9207 §2). Leaves how a browser is brought there to the door (SECURITY S-009, S-011).

use serde::{Deserialize, Serialize};

use super::ResponseMode;
use super::response_mode::Carrier;
use crate::Cause;
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
    /// The browser is sent to this address of the client's.
    Redirect(String),
    /// Nobody waits for an answer in this browser: it is sent to this address of ours.
    OwnPage(String),
    /// The browser posts a form (OAuth 2.0 Form Post Response Mode §2).
    Form {
        /// The redirect URI, where the form goes.
        action: String,
        /// The response parameters. `state` is any text: escape it.
        fields: Vec<(&'static str, String)>,
    },
}

/// What an answer says, besides `state` and `iss`: parameters in order. Holds what only the client may see.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Said(Vec<(&'static str, String)>);

impl ResponseTarget {
    pub(super) fn new(redirect_uri: String, state: Option<String>, mode: ResponseMode) -> Self {
        Self { redirect_uri, state, mode }
    }

    /// How the answer travels.
    pub fn mode(&self) -> ResponseMode {
        self.mode
    }

    /// The client's `state`, which a hash in an ID token may bind.
    pub fn state(&self) -> Option<&str> {
        self.state.as_deref()
    }

    /// The redirect URI: of the request, or the only registered one. The token endpoint compares it again
    /// (RFC 6749 §4.1.3).
    pub fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    /// Every parameter of the answer: what is said, the client's `state`, and the issuer identifier, byte for byte.
    pub fn parameters(&self, said: Said, issuer: &str) -> Vec<(&'static str, String)> {
        let Said(mut parameters) = said;
        parameters.extend(self.state.clone().map(|state| ("state", state)));
        parameters.push(("iss", issuer.to_owned()));
        parameters
    }

    /// Writes parameters where the client looks for them: all of them, or the one JWT of a signed answer (RM-09).
    pub fn write(&self, parameters: Vec<(&'static str, String)>) -> Answer {
        match self.mode.carrier {
            Carrier::Query => Answer::Redirect(with_parameters(&self.redirect_uri, &parameters)),
            Carrier::Fragment => Answer::Redirect(with_fragment(&self.redirect_uri, &parameters)),
            Carrier::FormPost => Answer::Form { action: self.redirect_uri.clone(), fields: parameters },
        }
    }
}

impl Said {
    /// An error (RFC 6749 §4.1.2.1), in the fixed words of the table of causes.
    pub fn error(cause: Cause) -> Self {
        let (code, description) = (cause.code().as_str(), cause.description());
        Self::default().and("error", code).and("error_description", description)
    }

    /// Adds a parameter.
    #[must_use]
    pub fn and(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.0.push((name, value.into()));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISSUER: &str = "https://id.example/t/acme";

    fn target(redirect_uri: &str, state: Option<&str>, carrier: Carrier) -> ResponseTarget {
        let mode = ResponseMode { carrier, ..ResponseMode::default() };
        ResponseTarget::new(redirect_uri.into(), state.map(str::to_owned), mode)
    }

    fn success(target: &ResponseTarget, code: &str, issuer: &str) -> Answer {
        target.write(target.parameters(Said::default().and("code", code), issuer))
    }

    fn address(answer: Answer) -> String {
        match answer {
            Answer::Redirect(url) => url,
            Answer::OwnPage(url) | Answer::Form { action: url, .. } => panic!("at {url}"),
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
        let target = target("https://rp.example/cb", Some("a b+c%20&iss=x#\u{e9}\u{0}"), Carrier::Query);
        let state = ("state", "a b+c%20&iss=x#\u{e9}\u{0}");

        let success = success(&target, "portreeve_code", ISSUER);
        let error = target.write(target.parameters(Said::error(Cause::UserRefused), ISSUER));

        assert_eq!(answered(success), pairs(&[("code", "portreeve_code"), state, ("iss", ISSUER)]));
        let description = ("error_description", Cause::UserRefused.description());
        let expected = [("error", "access_denied"), description, state, ("iss", ISSUER)];
        assert_eq!(answered(error), pairs(&expected));
    }

    /// OA-05: without a state there is none in the answer.
    #[test]
    fn a_state_that_was_not_sent_is_not_returned() {
        let target = target("https://rp.example/cb", None, Carrier::Query);

        assert_eq!(
            address(success(&target, "c", "https://id.example")),
            "https://rp.example/cb?code=c&iss=https%3A%2F%2Fid.example"
        );
    }

    /// S-006, RFC 6749 §3.1.2: a query of the redirect URI stays, and no parameter is there twice.
    #[test]
    fn a_query_of_the_redirect_uri_is_kept() {
        let answer = |mode| address(success(&target("com.example.app:/cb?x=%2F", Some("s"), mode), "c", "i"));

        assert_eq!(answer(Carrier::Query), "com.example.app:/cb?x=%2F&code=c&state=s&iss=i");
        assert_eq!(answer(Carrier::Fragment), "com.example.app:/cb?x=%2F#code=c&state=s&iss=i");
    }

    /// S-010, S-011: an issuer in `state` cannot come before or replace ours, in whichever mode.
    #[test]
    fn a_hostile_state_adds_no_parameter() {
        let hostile = "&iss=https://evil.example&code=1#\"><script>";
        let by = |mode| success(&target("https://rp.example/cb", Some(hostile), mode), "c", ISSUER);

        let names: Vec<String> = answered(by(Carrier::Query)).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["code", "state", "iss"]);
        let url = address(by(Carrier::Fragment));
        let fragment = url.split_once('#').unwrap().1;
        let parsed: Vec<_> = form_urlencoded::parse(fragment.as_bytes()).into_owned().collect();
        assert_eq!(parsed, pairs(&[("code", "c"), ("state", hostile), ("iss", ISSUER)]));
        let Answer::Form { action, fields } = by(Carrier::FormPost) else { panic!("no form") };
        assert_eq!(action, "https://rp.example/cb");
        assert_eq!(fields, [("code", "c".into()), ("state", hostile.to_owned()), ("iss", ISSUER.to_owned())]);
    }
}
