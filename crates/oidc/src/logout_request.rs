//! Logout requests of relying parties, and where they lead back to.
//!
//! Owns the parameters, which client they speak of, and the return address: registered for that client, byte for byte.
//! Leaves verifying the `id_token_hint` (expired ones count) and asking the person to `issuer` and `web`; on any refusal
//! here there is a page and no redirect. RP-Initiated Logout §2, §3, §4.

use portreeve_domain::{Client, ClientId};

use crate::uri::{host, with_parameters};
use crate::{Cause, Parameters, Refusal, ui_locales};

/// A logout request as sent; `logout_hint` and `ui_locales` are wishes and never an error (RL-09).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogoutRequest {
    /// An ID token of the session to end, not verified.
    pub id_token_hint: Option<String>,
    /// Who asks.
    pub client_id: Option<ClientId>,
    /// Where to go afterwards, not checked: [`return_target`] does.
    pub post_logout_redirect_uri: Option<String>,
    /// To be returned to the client.
    pub state: Option<String>,
    /// Who is to be signed out, in the client's words. Any text: escape it.
    pub logout_hint: Option<String>,
    /// Language tags, best first.
    pub ui_locales: Vec<String>,
}

/// Where a logout leads back to. Made by [`return_target`] alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnTarget {
    uri: String,
    state: Option<String>,
}

impl LogoutRequest {
    /// Reads the parameters, by query or by form alike (RL-01).
    ///
    /// # Errors
    /// `ClientUnknown` for a `client_id` that no client can have.
    pub fn from_parameters(parameters: &Parameters) -> Result<Self, Refusal> {
        let text = |name| parameters.get(name).map(str::to_owned);
        let client_id = parameters
            .get("client_id")
            .map(|id| ClientId::parse(id).ok_or_else(|| Refusal::new(Cause::ClientUnknown).with_detail(id)));
        Ok(Self {
            id_token_hint: text("id_token_hint"),
            client_id: client_id.transpose()?,
            post_logout_redirect_uri: text("post_logout_redirect_uri"),
            state: text("state"),
            logout_hint: text("logout_hint"),
            ui_locales: ui_locales::wished(parameters),
        })
    }

    /// The client the request speaks of, given the `audience` of its verified hint, if it has one. `None` when neither
    /// names one: there is nowhere to return to.
    ///
    /// # Errors
    /// `HintOfOtherClient` when `client_id` is not the hint's audience (RL-05).
    pub fn client<'a>(&'a self, audience: Option<&'a ClientId>) -> Result<Option<&'a ClientId>, Refusal> {
        match (self.client_id.as_ref(), audience) {
            (Some(client), Some(audience)) if client != audience => {
                Err(Refusal::new(Cause::HintOfOtherClient).with_detail(client.as_str()))
            }
            (client, audience) => Ok(client.or(audience)),
        }
    }
}

/// Finds the return address of a logout that `client` asked for: `requested`, with the request's `state`.
///
/// # Errors
/// `PostLogoutRedirectUriNotRegistered` unless it is registered for that very client, byte for byte (RL-04).
pub fn return_target(client: &Client, requested: &str, state: Option<&str>) -> Result<ReturnTarget, Refusal> {
    if client.metadata.post_logout_redirect_uris.iter().any(|known| known == requested) {
        Ok(ReturnTarget { uri: requested.to_owned(), state: state.map(str::to_owned) })
    } else {
        Err(Refusal::new(Cause::PostLogoutRedirectUriNotRegistered).with_detail(requested))
    }
}

impl ReturnTarget {
    /// The address to send the browser to; `state` is in it when the request had one, and only then (RL-06).
    pub fn url(&self) -> String {
        match &self.state {
            Some(state) => with_parameters(&self.uri, &[("state", state)]),
            None => self.uri.clone(),
        }
    }

    /// Whose it is, for people to read; `None` for the address of an app.
    pub fn host(&self) -> Option<String> {
        host(&self.uri)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{parameters, web_client};

    fn client() -> Client {
        let mut client = web_client();
        client.metadata.post_logout_redirect_uris =
            vec!["https://rp.example/bye".into(), "https://rp.example/bye?x=1".into()];
        client
    }

    fn id(text: &str) -> ClientId {
        ClientId::parse(text).unwrap()
    }

    /// RL-09: hints and locales are tolerated, whatever they say.
    #[test]
    fn a_logout_request_is_read() {
        let request = LogoutRequest::from_parameters(&parameters(&[
            ("id_token_hint", "a.b.c"),
            ("client_id", "web"),
            ("post_logout_redirect_uri", "https://rp.example/bye"),
            ("state", "s"),
            ("logout_hint", "\"><script>"),
            ("ui_locales", "?? !!"),
            ("foo", "bar"),
        ]))
        .unwrap();

        assert_eq!(request.client_id, Some(id("web")));
        assert_eq!(request.id_token_hint.as_deref(), Some("a.b.c"));
        assert_eq!(request.logout_hint.as_deref(), Some("\"><script>"));
        assert!(request.ui_locales.is_empty());
        assert_eq!(LogoutRequest::from_parameters(&parameters(&[])), Ok(LogoutRequest::default()));
    }

    /// RL-07: a client that cannot exist is an error.
    #[test]
    fn a_malformed_client_is_refused() {
        let refusal = LogoutRequest::from_parameters(&parameters(&[("client_id", "a b")])).unwrap_err();

        assert_eq!(refusal.cause, Cause::ClientUnknown);
    }

    /// RL-05: `client_id` must be the audience of the hint.
    #[test]
    fn a_client_other_than_the_hints_audience_is_refused() {
        let request = LogoutRequest { client_id: Some(id("web")), ..LogoutRequest::default() };

        assert_eq!(request.client(Some(&id("web"))), Ok(Some(&id("web"))));
        assert_eq!(request.client(None), Ok(Some(&id("web"))));
        assert_eq!(request.client(Some(&id("other"))).unwrap_err().cause, Cause::HintOfOtherClient);
        assert_eq!(LogoutRequest::default().client(Some(&id("other"))), Ok(Some(&id("other"))));
        assert_eq!(LogoutRequest::default().client(None), Ok(None));
    }

    /// RL-04, RL-07: only an address that is registered for the client, byte for byte; its redirect URIs do not count.
    #[test]
    fn only_a_registered_return_address_is_used() {
        for uri in [
            "https://rp.example/bye/",
            "https://rp.example/bye?x=2",
            "https://rp.example/BYE",
            "https://rp.example/bye#f",
            "https://rp.example/cb",
            "https://evil.example/bye",
            "",
        ] {
            let refusal = return_target(&client(), uri, Some("s")).unwrap_err();

            assert_eq!(refusal.cause, Cause::PostLogoutRedirectUriNotRegistered, "{uri}");
        }
    }

    /// RL-06: state comes back as it was sent, and only then.
    #[test]
    fn state_is_returned_if_it_was_sent() {
        let url = |uri, state| return_target(&client(), uri, state).unwrap().url();

        assert_eq!(url("https://rp.example/bye", Some("a b&c")), "https://rp.example/bye?state=a%20b%26c");
        assert_eq!(url("https://rp.example/bye?x=1", Some("s")), "https://rp.example/bye?x=1&state=s");
        assert_eq!(url("https://rp.example/bye", None), "https://rp.example/bye");
    }
}
