//! An authorization request that has passed every check: what is stored with the journey and, later, the code.

use std::sync::Arc;

use portreeve_domain::polling::Waiting;
use portreeve_domain::{Acr, Attribute, ClientId, PushedRequestId, Scope, Thumbprint, UserId};
use serde::{Deserialize, Serialize};

use super::{Prompts, ResponseTarget, ResponseType};
use crate::authorization_details::Detail;
use crate::claims_request::{ClaimsRequest, ClaimsSection};
use crate::pkce::CodeChallenge;
use crate::userinfo;

/// A validated authorization request. Made by [`Redirectable::accept`](super::Redirectable::accept), [`Self::of_device`],
/// [`Self::of_backchannel`] and [`Self::of_page`] alone; its JSON form is read back from the journey's row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Accepted {
    /// Whose request it is.
    #[serde(deserialize_with = "stored_client")]
    pub client_id: ClientId,
    /// The pushed request it is, which the end of the authorization uses up (RFC 9126 §4).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pushed: Option<PushedRequestId>,
    /// Where the answer goes.
    pub target: ResponseTarget,
    /// Whether `redirect_uri` was in the request, so that the token request must repeat it (RFC 6749 §4.1.3).
    pub redirect_uri_was_sent: bool,
    /// What the answer is to hold.
    pub response_type: ResponseType,
    /// What is asked for, less what is silently ignored (`offline_access` without consent).
    pub scope: Scope,
    /// The resource servers the tokens are for, as registered; empty: the default audience (RFC 8707 §2).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<String>,
    /// What exactly is asked for (RFC 9396).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<Detail>,
    /// To be echoed in every ID token of the flow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// What the code verifier must hash to; `None` only for a confidential client in profile `oidc`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_challenge: Option<CodeChallenge>,
    /// The key the code is bound to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<Thumbprint>,
    /// Which pages must or must not be shown.
    #[serde(default, skip_serializing_if = "Prompts::is_empty")]
    pub prompts: Prompts,
    /// How many seconds ago the sign-in may have been; of the request, else of the client. 0 is a value: now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age: Option<i64>,
    /// What to prefill the sign-in with; at most 256 bytes, else it was dropped. Any text: escape it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login_hint: Option<String>,
    /// The `id_token_hint` as it was sent, not verified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_token_hint: Option<String>,
    /// Language tags, best first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ui_locales: Vec<String>,
    /// Authentication contexts wished for, best first; those this server does not know were dropped.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub acr_values: Vec<Acr>,
    /// Single claims asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claims: Option<ClaimsRequest>,
    /// Who waits for the answer elsewhere, when it does not go by the browser.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting: Option<Waiting>,
    /// The person who must sign in, where a page of ours knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<UserId>,
}

impl Accepted {
    /// Whether a page of ours asks, and no client: nothing is issued, the browser goes to that page.
    pub fn is_of_own_page(&self) -> bool {
        self.client_id == ClientId::own_pages()
    }

    /// Whether it is an OpenID Connect request: an ID token is due (OIDC Core §3.1.2.1).
    pub fn is_oidc(&self) -> bool {
        self.scope.contains("openid")
    }

    /// What a person is asked to agree to: the scope, and the scopes of the claims about them that are asked for by name (OIDC Core §5.5).
    pub fn scope_to_agree(&self, attributes: &[Arc<Attribute>]) -> Scope {
        let sections = [ClaimsSection::IdToken, ClaimsSection::Userinfo];
        let names =
            self.claims.iter().flat_map(|claims| sections.into_iter().flat_map(|section| claims.names(section)));
        let mut scope = self.scope.clone();
        names.filter_map(|name| userinfo::scope_of(name, attributes)).for_each(|of_claim| scope.insert(of_claim));
        scope
    }

    /// The public `sub` the answer must be about (OIDC Core §5.5.1). `None` when anybody will do.
    pub fn subject_value(&self) -> Option<&str> {
        self.claims.as_ref().and_then(ClaimsRequest::subject_value)
    }

    /// The `acr` claim for a person who reached `reached`.
    ///
    /// The highest of the values asked for that was reached, so that whoever compares texts finds its own: with an essential
    /// `acr` it must be one of them (OIDC Core §5.5.1.1), and who showed two factors has shown one as well. What was reached
    /// when nothing was asked for, or only more. Never more than `reached`.
    pub fn stated_acr(&self, reached: Acr) -> Acr {
        let claims = self.claims.as_ref();
        let essential = claims.and_then(ClaimsRequest::essential_acr).unwrap_or_default();
        let asked: Vec<Acr> = if essential.is_empty() {
            let voluntary = claims.map(ClaimsRequest::voluntary_acr).unwrap_or_default();
            voluntary.into_iter().filter_map(Acr::parse).chain(self.acr_values.iter().copied()).collect()
        } else {
            essential.into_iter().filter_map(Acr::parse).collect()
        };
        asked.into_iter().filter(|acr| *acr <= reached).max().unwrap_or(reached)
    }
}

fn stored_client<'de, D: serde::Deserializer<'de>>(text: D) -> Result<ClientId, D::Error> {
    let text = String::deserialize(text)?;
    ClientId::from_stored(&text).ok_or_else(|| serde::de::Error::custom("not a client identifier"))
}
