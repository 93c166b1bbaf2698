//! A sign-in that starts elsewhere: a portal or a link leads to the client, which then asks as always.
//!
//! Owns the request for it and the address it leads to: what the client registered, with who its issuer is, so that a
//! client of several knows whom to ask. Where it is to lead after the sign-in is passed on only within the client's own
//! origin: whoever made the link must not send people elsewhere. OIDC Core §4.

use portreeve_domain::{Client, ClientId};

use crate::uri::{AbsoluteUri, with_parameters};
use crate::{Cause, Parameters, Refusal};

/// How long a hint may be, in bytes.
const MAX_HINT_BYTES: usize = 255;

/// A wish to sign in at a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoginInitiation {
    /// At which.
    pub client_id: ClientId,
    login_hint: Option<String>,
    target_link_uri: Option<String>,
}

impl LoginInitiation {
    /// A sign-in at a client, and nothing more.
    pub fn at(client_id: ClientId) -> Self {
        Self { client_id, login_hint: None, target_link_uri: None }
    }

    /// Reads the parameters `client_id`, `login_hint` and `target_link_uri`.
    ///
    /// # Errors
    /// `ParameterMissing`; `ClientUnknown` for an identifier no client can have; `ParameterTooLong` for a hint of more than
    /// 255 bytes.
    pub fn from_parameters(parameters: &Parameters) -> Result<Self, Refusal> {
        let id = parameters.require("client_id")?;
        let client_id = ClientId::parse(id).ok_or_else(|| Refusal::new(Cause::ClientUnknown).with_detail(id))?;
        let text = |name| parameters.get(name).filter(|value| !value.is_empty()).map(str::to_owned);
        let login_hint = text("login_hint");
        if login_hint.as_ref().is_some_and(|hint| hint.len() > MAX_HINT_BYTES) {
            return Err(Refusal::new(Cause::ParameterTooLong).with_detail("login_hint"));
        }
        Ok(Self { client_id, login_hint, target_link_uri: text("target_link_uri") })
    }

    /// Where the browser goes: the client's `initiate_login_uri` with `iss`, and with the hint and the target if there are.
    ///
    /// # Errors
    /// `SignInNotStartedHere` when the client registered no such address; `TargetLinkUriForeign` for a target of another
    /// origin than that address.
    pub fn address(&self, client: &Client, issuer: &str) -> Result<String, Refusal> {
        let Some(uri) = client.metadata.initiate_login_uri.as_deref() else {
            return Err(Cause::SignInNotStartedHere.into());
        };
        if let Some(target) = self.target_link_uri.as_deref().filter(|target| !is_same_origin(uri, target)) {
            return Err(Refusal::new(Cause::TargetLinkUriForeign).with_detail(target));
        }
        let mut parameters = vec![("iss", issuer)];
        parameters.extend(self.login_hint.as_deref().map(|hint| ("login_hint", hint)));
        parameters.extend(self.target_link_uri.as_deref().map(|target| ("target_link_uri", target)));
        Ok(with_parameters(uri, &parameters))
    }
}

fn is_same_origin(one: &str, other: &str) -> bool {
    let origin = |uri: &str| {
        let uri = AbsoluteUri::read(uri).ok()?;
        Some((uri.scheme.to_owned(), uri.host?.to_owned(), uri.port))
    };
    origin(one).is_some_and(|one| origin(other) == Some(one))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::web_client;

    fn address(pairs: &[(&str, &str)], uri: Option<&str>) -> Result<String, Cause> {
        let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let mut client = web_client();
        client.metadata.initiate_login_uri = uri.map(str::to_owned);
        let initiation = Parameters::from_pairs(pairs).and_then(|read| LoginInitiation::from_parameters(&read));
        initiation.and_then(|read| read.address(&client, "https://id.example")).map_err(|refusal| refusal.cause)
    }

    const URI: Option<&str> = Some("https://rp.example/login?from=portal");

    /// OC-54: the address carries the issuer, and the hint and the target if there are.
    #[test]
    fn the_address_carries_issuer_hint_and_target() {
        let client = ("client_id", "web");
        let all = [client, ("login_hint", "ada@example.com"), ("target_link_uri", "https://rp.example/cart?x=1&y=2")];

        assert_eq!(
            address(&[client], URI).as_deref(),
            Ok("https://rp.example/login?from=portal&iss=https%3A%2F%2Fid.example")
        );
        assert_eq!(
            address(&all, URI).as_deref(),
            Ok(
                "https://rp.example/login?from=portal&iss=https%3A%2F%2Fid.example&login_hint=ada%40example.com&target_link_uri=https%3A%2F%2Frp.example%2Fcart%3Fx%3D1%26y%3D2"
            )
        );
    }

    /// OC-54: nobody is led elsewhere by a link of ours.
    #[test]
    fn a_target_of_another_origin_is_refused() {
        for target in [
            "https://evil.example/",
            "https://rp.example.evil.example/",
            "https://rp.example:8443/",
            "http://rp.example/",
            "//rp.example/",
            "https://rp.example@evil.example/",
            "javascript:alert(1)",
        ] {
            let pairs = [("client_id", "web"), ("target_link_uri", target)];
            assert_eq!(address(&pairs, URI), Err(Cause::TargetLinkUriForeign), "{target}");
        }
    }

    #[test]
    fn what_cannot_be_started_is_refused() {
        assert_eq!(address(&[], URI), Err(Cause::ParameterMissing));
        assert_eq!(address(&[("client_id", "a b")], URI), Err(Cause::ClientUnknown));
        assert_eq!(address(&[("client_id", "web")], None), Err(Cause::SignInNotStartedHere));
        let long = "x".repeat(256);
        assert_eq!(address(&[("client_id", "web"), ("login_hint", &long)], URI), Err(Cause::ParameterTooLong));
    }
}
