//! Gateways: a proxy asks about each request before it passes it on.
//!
//! Owns the decision and the identity it forwards. For now an *app* is a resource server, found by its name or by the
//! host of its identifier; nothing of the request but the token is believed. What a proxy says the
//! request is for is compared with the proof beside a bound token, and can only make it fail.
//! Leaves statuses and header names to the door. ECOSYSTEM §2.2, §4.3; DESIGN §1.4, §1.6; RFC 6750 §3.1; RFC 9470 §3.

use std::sync::Arc;

use portreeve_domain::{Acr, Email, Failure, Fault, Lifetime, ResourceServer, TokenFamily};
use portreeve_oidc::resource_demand::ResourceDemand;
use portreeve_oidc::{Cause, Refusal};
use portreeve_storage::Conn;
use serde::Serialize;

use crate::Issuer;
use crate::directory::TenantDirectory;
use crate::people;
use crate::recent_signatures::Name;
use crate::sender::ResourceRequest;
use crate::settlement::refuse;
use crate::tokens::SIGNED_WITH;
use crate::tokens::presented_token::{self, ActiveAccessToken};

/// The `typ` of the signed identity: no other token of ours has it, so none passes for it (SECURITY rule 12).
const TYP: &str = "identity+jwt";
/// How long a signed identity counts: one hop behind the gateway.
const LIFETIME: Lifetime = Lifetime::from_seconds(60);
/// How long it is given again: half of its life, so that none arrives expired.
const GIVEN_AGAIN: Lifetime = Lifetime::from_seconds(30);

/// Who sent a request, as the service behind the gateway is told. Empty text stands for what is not known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GatewayIdentity {
    /// `sub`: the person as this client sees them, or the client on its own behalf.
    pub subject: String,
    /// The client the token was issued to.
    pub client: String,
    /// The scope of the token, separated by spaces.
    pub scope: String,
    /// The person's proven address, if they granted the client the scope `email`: a token for an API has the API's scopes alone.
    pub email: String,
    /// The `acr` of the sign-in.
    pub acr: String,
    /// All of this as a JWT for the resource server alone, good for a minute.
    pub signed: String,
}

impl TenantDirectory {
    /// The app `name` stands for: the only resource server that is so called, or whose identifier has this host (and port).
    /// `None` for an unknown name, and for one that could mean two: a gateway would admit tokens for the other.
    pub fn gateway_app(&self, name: &str) -> Option<&Arc<ResourceServer>> {
        let is_meant =
            |server: &ResourceServer| server.name.as_deref() == Some(name) || host(&server.resource) == Some(name);
        let mut meant = self.servers.iter().filter(|server| is_meant(server));
        meant.next().filter(|_| meant.next().is_none())
    }
}

impl Issuer {
    /// Decides whether a request may pass to `app`, with what the gateway demands, and as whom.
    ///
    /// # Errors
    /// `TokenUnusable` for a token that is not active or for somebody else; those of `sender` for one that is not its
    /// user's; those of `ResourceDemand::check`; a fault when the database is away: the gateway must not let the request pass then.
    pub async fn gateway_identity(
        &self,
        at: &TenantDirectory,
        app: &ResourceServer,
        demand: &ResourceDemand,
        request: &ResourceRequest<'_>,
    ) -> Result<GatewayIdentity, Failure<Refusal>> {
        let now = self.ambient.now();
        let mut conn = self.store.read_together(at.id()).await?;
        let Some(token) = presented_token::find_access_token(&mut conn, at, request.token.text, now).await? else {
            return refuse(unusable("unknown, expired or revoked"));
        };
        if token.audience != app.resource {
            return refuse(unusable("for another audience"));
        }
        let sender = self.check_holder(at, request, &[origin(&app.resource)], &token).map_err(Failure::Refused)?;
        let admitted = presented_token::admit(&mut conn, at, token, now).await?;
        let active = admitted.map_err(|refusal| Failure::Refused(unusable(refusal.name())))?;
        demand.check(&active.token.scope, active.token.family.as_ref(), now).map_err(Failure::Refused)?;
        let email = proven_email(&mut conn, at, &active).await?;
        drop(conn);
        self.spend_proof(at, &sender).await?;
        let identity = GatewayIdentity {
            subject: active.pass.subject().map_or(active.client.id.as_str(), |subject| subject.as_str()).to_owned(),
            client: active.client.id.as_str().to_owned(),
            scope: active.token.scope.to_string(),
            email: email.unwrap_or_default(),
            acr: active.token.family.as_ref().and_then(TokenFamily::stated_acr).map_or("", Acr::name).to_owned(),
            signed: String::new(),
        };
        let signed = self.sign_identity(at, app, &identity)?;
        Ok(GatewayIdentity { signed, ..identity })
    }

    /// The identity as a JWT: the one signed a moment ago, when nothing about it is different.
    fn sign_identity(
        &self,
        at: &TenantDirectory,
        app: &ResourceServer,
        identity: &GatewayIdentity,
    ) -> Result<String, Fault> {
        let now = self.ambient.now();
        let key = at.signing.active(SIGNED_WITH)?;
        let mut claims = IdentityClaims {
            iss: &at.issuer,
            aud: &app.resource,
            sub: &identity.subject,
            client_id: &identity.client,
            scope: &identity.scope,
            email: &identity.email,
            acr: &identity.acr,
            times: None,
        };
        let name = Name::of(at.id(), &serde_json::to_vec(&claims).map_err(Fault::new)?);
        if let Some(signed) = at.recent.identity(name, key.kid(), now) {
            return Ok(signed);
        }
        claims.times = Some(Times { iat: now.as_seconds(), exp: now.plus(LIFETIME).as_seconds() });
        let signed = key.sign(TYP, &serde_json::to_vec(&claims).map_err(Fault::new)?).map_err(Fault::new)?;
        at.recent.keep_identity(name, key.kid(), now.plus(GIVEN_AGAIN), &signed);
        Ok(signed)
    }
}

#[derive(Serialize)]
struct IdentityClaims<'a> {
    iss: &'a str,
    aud: &'a str,
    sub: &'a str,
    client_id: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    scope: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    email: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    acr: &'a str,
    /// Absent where two identities are compared.
    #[serde(flatten)]
    times: Option<Times>,
}

#[derive(Serialize)]
struct Times {
    iat: i64,
    exp: i64,
}

/// The address services behind a gateway may take for the person's: granted to the client, and proven.
async fn proven_email(
    conn: &mut Conn,
    at: &TenantDirectory,
    active: &ActiveAccessToken,
) -> Result<Option<String>, Fault> {
    let is_granted = |family: &&TokenFamily| family.scope.contains("email") && active.pass.may_have_scope("email");
    let granted = active.token.family.as_ref().filter(is_granted);
    let Some(family) = granted else { return Ok(None) };
    let person = people::find(conn, at, family.user).await?;
    let proven = person.filter(|person| person.email_verified_at.is_some()).and_then(|person| person.email);
    // In its canonical form, which is printable: the typed one may be anything a person can type.
    Ok(proven.and_then(|typed| Email::parse(&typed).ok()).map(|email| email.as_str().to_owned()))
}

/// Scheme, host and port of a resource identifier: what an API's addresses begin with. Empty for an identifier that is
/// no address, which no proof fits.
fn origin(resource: &str) -> &str {
    let Some((scheme, rest)) = resource.split_once("://") else { return "" };
    let host = rest.split(['/', '?']).next().unwrap_or_default();
    resource.get(..scheme.len() + "://".len() + host.len()).unwrap_or_default()
}

/// The host of a resource identifier, with its port.
fn host(resource: &str) -> Option<&str> {
    let (_, rest) = resource.split_once("://")?;
    rest.split(['/', '?']).next()
}

fn unusable(detail: &'static str) -> Refusal {
    Refusal::new(Cause::TokenUnusable).with_detail(detail)
}

#[cfg(test)]
mod tests;
