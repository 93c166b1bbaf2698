//! Token exchange on the wire: what is brought, what is wanted, and what may come of it.
//!
//! Owns the parameters, the token types and the rules that only shrink: scope, resource, who acts. Leaves proving the
//! tokens to `issuer` and asking whether their grants stand to its gate. RFC 8693 §2.1, §2.2, §4.1, §4.4; S-067.

use portreeve_crypto::SecretText;
use portreeve_domain::{Client, ClientId, ResourceServer, Scope};

use crate::authorization_details::Selection;
use crate::token_target::{self, TokenTarget};
use crate::{Cause, Parameters, Refusal, resource};

/// A token's type, as far as it can be exchanged (RFC 8693 §3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenType {
    /// An access token of ours, in either form.
    AccessToken,
    /// An access token of ours that is a JWT.
    Jwt,
}

impl TokenType {
    const ALL: [Self; 2] = [Self::AccessToken, Self::Jwt];

    /// The registered identifier.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AccessToken => "urn:ietf:params:oauth:token-type:access_token",
            Self::Jwt => "urn:ietf:params:oauth:token-type:jwt",
        }
    }

    /// Whether a token of ours that is a JWT, or is not, is of this type.
    pub fn fits(self, form: TokenForm) -> bool {
        self == Self::AccessToken || form == TokenForm::Jwt
    }

    fn parse(name: &str) -> Result<Self, Refusal> {
        let known = Self::ALL.into_iter().find(|known| known.name() == name);
        known.ok_or_else(|| Refusal::new(Cause::TokenTypeUnsupported).with_detail(name))
    }
}

/// How an access token of ours is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenForm {
    /// A random text.
    Opaque,
    /// A JWT.
    Jwt,
}

/// A token that is brought, and the type it is said to have.
pub struct Brought {
    /// The token as presented.
    pub token: SecretText,
    /// Its claimed type.
    pub token_type: TokenType,
}

/// A token exchange request. Holds secrets, so it is not `Debug`.
pub struct ExchangeRequest {
    /// On whose behalf the new token acts.
    pub subject: Brought,
    /// Who acts; `None`: the client.
    pub actor: Option<Brought>,
    /// The type wanted.
    pub requested_type: TokenType,
    /// The scope wanted; `None`: as much as the subject token has at the target.
    pub scope: Option<Scope>,
    /// Every `resource` and `audience`, unchecked: both name resource servers here.
    pub targets: Vec<String>,
}

impl ExchangeRequest {
    /// Reads a request.
    ///
    /// # Errors
    /// `ParameterMissing`; `ActorTokenTypeUnexpected` for the type of an actor token that is not there;
    /// `TokenTypeUnsupported`; `ScopeMalformed`.
    pub fn from_parameters(parameters: &Parameters) -> Result<Self, Refusal> {
        let subject = brought(parameters, "subject_token", "subject_token_type")?;
        let actor = match (parameters.get("actor_token"), parameters.get("actor_token_type")) {
            (None, None) => None,
            (None, Some(_)) => return Err(Cause::ActorTokenTypeUnexpected.into()),
            (Some(_), _) => Some(brought(parameters, "actor_token", "actor_token_type")?),
        };
        let requested_type = parameters.get("requested_token_type").map(TokenType::parse).transpose()?;
        let scope = parameters.get("scope").map(Scope::parse).transpose();
        Ok(Self {
            subject,
            actor,
            requested_type: requested_type.unwrap_or(TokenType::AccessToken),
            scope: scope.map_err(|error| Refusal::new(Cause::ScopeMalformed).with_detail(error.to_string()))?,
            targets: [parameters.all("resource"), parameters.all("audience")].concat(),
        })
    }
}

fn brought(parameters: &Parameters, token: &'static str, token_type: &'static str) -> Result<Brought, Refusal> {
    let text = parameters.require(token)?;
    let token_type = TokenType::parse(parameters.require(token_type)?)?;
    Ok(Brought { token: SecretText::new(text.to_owned()), token_type })
}

/// What a proven subject token is, as far as an exchange depends on it.
#[derive(Clone, Copy, Debug)]
pub struct SubjectFacts<'a> {
    /// Its audience.
    pub audience: &'a str,
    /// Its scope.
    pub scope: &'a Scope,
    /// The client that may act for the person, when the client says so that they granted it to (`may_act`).
    pub may_act: Option<&'a ClientId>,
    /// Who acts already, newest first.
    pub actors: &'a [String],
}

/// What an exchange may give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// What the new token is for.
    pub target: TokenTarget,
    /// Who acts, newest first; never fewer than with the subject token.
    pub actors: Vec<String>,
}

/// The longest chain of actors: each is a service that calls the next.
const MAX_ACTORS: usize = 5;

/// Decides what `client` gets for a subject token. `actor` is the `sub` of the actor token, if one was brought.
///
/// The client must be allowed to bring tokens of this audience for that target; the scope is the subject token's, as far
/// as the client's registration has it and it means something at the target; the actors grow by the acting party, unless the policy
/// lets the client be silent.
///
/// # Errors
/// `ResourceMalformed`, `ResourceUnknown`, `ResourceNotSingle` for the target; `ExchangeNotAllowed` where no policy covers
/// it; `ActorNotAllowed` against `may_act` or beyond five actors; `ScopeBeyondGrant`; `ScopeNotAllowed` beyond what the client
/// is registered for.
pub fn decide(
    request: &ExchangeRequest,
    subject: &SubjectFacts<'_>,
    actor: Option<&str>,
    client: &Client,
    servers: &[&ResourceServer],
) -> Result<Exchange, Refusal> {
    let server = target(request, client, subject.audience, servers)?;
    let policies = client.metadata.exchanges.iter();
    let mut covering = policies.filter(|policy| policy.covers(subject.audience, &server.resource)).peekable();
    if covering.peek().is_none() {
        let detail = format!("no policy from {} to {}", subject.audience, server.resource);
        return Err(Refusal::new(Cause::ExchangeNotAllowed).with_detail(detail));
    }
    let may_be_silent = covering.any(|policy| policy.impersonation);
    let acting = actor.unwrap_or(client.id.as_str());
    if subject.may_act.is_some_and(|allowed| allowed.as_str() != acting) {
        return Err(Refusal::new(Cause::ActorNotAllowed).with_detail("may_act names another"));
    }
    let is_silent = actor.is_none() && may_be_silent;
    let newest = (!is_silent).then(|| acting.to_owned());
    let actors: Vec<String> = newest.into_iter().chain(subject.actors.iter().cloned()).collect();
    if actors.len() > MAX_ACTORS {
        return Err(Refusal::new(Cause::ActorNotAllowed).with_detail("too many actors"));
    }
    let scope = shrunk(request.scope.as_ref(), subject.scope, client)?.filter(|token| server.scopes.contains(token));
    // What the person agreed to exactly stays with the client they told (RFC 9396 §3).
    let target = TokenTarget { resource: Some(server.resource.clone()), scope, details: Selection::default() };
    Ok(Exchange { target, actors })
}

/// What is wanted of `held`. What the person may do beyond the client's own registration is no gain of the client's (S-070).
fn shrunk(wanted: Option<&Scope>, held: &Scope, client: &Client) -> Result<Scope, Refusal> {
    let scope = token_target::narrow_scope(held, wanted)?;
    if let Some(token) = wanted.and_then(|wanted| wanted.iter().find(|token| !client.may_have_scope(token))) {
        return Err(Refusal::new(Cause::ScopeNotAllowed).with_detail(token));
    }
    Ok(scope.filter(|token| client.may_have_scope(token)))
}

/// The resource server the new token is for: the one named, else the only one that a policy leads to and the client may have.
fn target<'s>(
    request: &ExchangeRequest,
    client: &Client,
    from: &str,
    servers: &[&'s ResourceServer],
) -> Result<&'s ResourceServer, Refusal> {
    let named = resource::targets(&request.targets, client, servers)?;
    let by_policy = || {
        let policies = client.metadata.exchanges.iter().filter(|policy| policy.from.iter().any(|known| known == from));
        let to = policies.flat_map(|policy| &policy.to).filter(|resource| client.may_target(resource));
        let mut all: Vec<String> = to.cloned().collect();
        all.sort_unstable();
        all.dedup();
        all
    };
    let candidates = if named.is_empty() { by_policy() } else { named };
    let [only] = candidates.as_slice() else {
        return Err(Refusal::new(Cause::ResourceNotSingle).with_detail(candidates.join(" ")));
    };
    let known = servers.iter().copied().find(|server| server.resource == *only);
    known.ok_or_else(|| Refusal::new(Cause::ResourceUnknown).with_detail(only))
}

/// The `act` claim of a chain of actors, newest outside (RFC 8693 §4.1); `None` for an empty one.
pub fn act_claim(actors: &[String]) -> Option<serde_json::Value> {
    actors.iter().rev().fold(None, |inner, actor| {
        let mut claim = serde_json::Map::new();
        claim.insert("sub".to_owned(), actor.as_str().into());
        claim.extend(inner.map(|inner| ("act".to_owned(), inner)));
        Some(serde_json::Value::Object(claim))
    })
}

#[cfg(test)]
#[path = "token_exchange_tests.rs"]
mod tests;
