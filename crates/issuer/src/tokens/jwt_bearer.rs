//! JWT bearer grants: an access token on the word of a trusted issuer.
//!
//! Owns the grant: the issuer is one the tenant trusts for this client, the person is linked to the subject by an operator,
//! and the assertion counts once. Nobody signed in here, so the token says nothing about a sign-in, and there is no ID token
//! and no refresh token. Leaves the claims to `oidc::jwt_bearer`. RFC 7521 §4.1, RFC 7523 §2.1, §3; S-068, SECURITY rule 29.

use std::sync::Arc;

use portreeve_crypto::sha256;
use portreeve_domain::{
    Acr, Actor, Client, Event, EventType, Failure, FamilyId, Fault, GrantType, Timestamp, TokenFamily, TrustedIssuer,
    UserId,
};
use portreeve_oidc::id_token::Occasion;
use portreeve_oidc::jwt_assertion::Recipient;
use portreeve_oidc::jwt_bearer::{self, AcceptedGrant, JwtBearerRequest};
use portreeve_oidc::token_target::{self, TokenTarget, Wanted};
use portreeve_oidc::{Cause, ClaimedIssuer, Refusal, paths, signatures};
use portreeve_storage::{Tx, account_deletions, subject_links, token_families, trusted_assertions, users};

use super::access_token;
use super::id_token::profile;
use super::mint::{self, IssuedTokens, UserGrant, UserTokens};
use crate::client_keys::KeySource;
use crate::directory::TenantDirectory;
use crate::sender::{BoundSender, ProvenSender};
use crate::settlement::{refuse, settle};
use crate::{Issuer, gate, subject_link};

impl Issuer {
    /// Grants `client`, which has authenticated, a token on the word of a trusted issuer.
    ///
    /// # Errors
    /// `AssertionUnusable` for an assertion that is not good, of an issuer that is not trusted for this client, used
    /// before, or about nobody here: which of these is for the log; those of `oidc::token_target::for_client`;
    /// `ScopeNotAllowed` beyond what the issuer may grant; `GrantEnded`.
    pub(super) async fn grant_by_assertion(
        &self,
        at: &Arc<TenantDirectory>,
        client: &Client,
        sender: &ProvenSender,
        request: &JwtBearerRequest,
    ) -> Result<IssuedTokens, Failure<Refusal>> {
        at.signing.active(access_token::SIGNED_WITH)?;
        let text = request.assertion.expose();
        let claimed = ClaimedIssuer::read(text, Cause::AssertionUnusable).map_err(Failure::Refused)?;
        let trusted = at.trusted_signer(&claimed.issuer);
        let Some((trusted, known)) = trusted.filter(|(trusted, _)| trusted.clients.contains(&client.id)) else {
            return refuse(unusable(format!("{} is not trusted for this client", claimed.issuer)));
        };
        let Some(source) = KeySource::of(trusted) else { return refuse(unusable("the issuer has no keys")) };
        let keys = self.signer_keys(at, known, source, claimed.key_id.as_deref()).await;
        let keys = keys.map_err(|why| Failure::Refused(unusable(why.to_string())))?;
        let endpoints = at.addresses_of(paths::TOKEN);
        let rules = profile(at, client).rules();
        let algorithms = signatures::of_assertions(None, rules.signatures);
        let recipient =
            Recipient { issuer: &at.issuer, endpoints: &endpoints, audience: rules.assertion_audience, algorithms };
        let now = self.ambient.now();
        let accepted = jwt_bearer::check(text, &claimed.issuer, &recipient, &keys, now).map_err(Failure::Refused)?;
        let target = target(at, client, trusted, request).map_err(Failure::Refused)?;
        let mut tx = self.store.begin(at.id()).await?;
        let attempt = Attempt { issuer: self, at, client, sender, trusted, now };
        let granted = attempt.grant(&mut tx, &accepted, target).await;
        let tokens = settle(tx, granted).await?;
        Ok(tokens.sign(at, client)?)
    }
}

/// What the token is for: a resource server and scopes that the client and the issuer may both have.
fn target(
    at: &TenantDirectory,
    client: &Client,
    trusted: &TrustedIssuer,
    request: &JwtBearerRequest,
) -> Result<TokenTarget, Refusal> {
    let wanted = Wanted { scope: request.scope.as_ref(), resources: &request.resources, details: None };
    let target = token_target::for_client(client, wanted, &at.server_list())?;
    let beyond = target.scope.iter().find(|token| !trusted.scopes.contains(token));
    match (beyond, &target.resource) {
        (Some(token), _) => Err(Refusal::new(Cause::ScopeNotAllowed).with_detail(token)),
        (None, None) => Err(Refusal::new(Cause::ResourceNotSingle).with_detail("an assertion needs a resource server")),
        (None, Some(_)) => Ok(target),
    }
}

/// One assertion of a client.
struct Attempt<'a> {
    issuer: &'a Issuer,
    at: &'a TenantDirectory,
    client: &'a Client,
    sender: &'a ProvenSender,
    trusted: &'a TrustedIssuer,
    now: Timestamp,
}

impl Attempt<'_> {
    async fn grant(
        &self,
        tx: &mut Tx,
        accepted: &AcceptedGrant,
        target: TokenTarget,
    ) -> Result<UserTokens, Failure<Refusal>> {
        let sender = self.sender.spend(tx, self.at).await?;
        let (name, token_id) = (&self.trusted.issuer, sha256(accepted.token_id.as_bytes()));
        let until = accepted.remember_until;
        if !trusted_assertions::take(tx, self.at.id(), name, token_id.as_bytes(), until).await? {
            return refuse(unusable("used before"));
        }
        let index = subject_link::index(self.at, name, &accepted.subject);
        let Some(user) = subject_links::find(tx, self.at.id(), &index).await? else {
            return refuse(unusable("nobody is linked to its subject"));
        };
        // Whoever ends everything of the person is done before, or finds this grant, which hangs on no session (S-088).
        if !users::hold(tx, self.at.id(), user).await? {
            return refuse(unusable("the account is gone"));
        }
        // Nobody acts for an account whose owner wants it to be deleted; only their own sign-in takes that back.
        if account_deletions::find(tx, self.at.id(), user).await?.is_some() {
            return refuse(unusable("the account is to be deleted"));
        }
        let family = self.family(user, &target);
        let admitted = gate::admit_user(tx, self.at, self.client, &family, GrantType::JwtBearer, self.now).await?;
        let pass = admitted.map_err(|refusal| Failure::Refused(refusal.at_token_endpoint()))?;
        self.issue(tx, (&pass, sender), family, target).await.map_err(Failure::Fault)
    }

    async fn issue(
        &self,
        tx: &mut Tx,
        (pass, sender): (&gate::Pass, BoundSender),
        family: TokenFamily,
        target: TokenTarget,
    ) -> Result<UserTokens, Fault> {
        let (at, ambient) = (self.at, &self.issuer.ambient);
        token_families::insert(tx, &family).await?;
        let event = Event::new(EventType::AssertionRedeemed, self.now, Actor::Client(self.client.id.clone()))
            .about(family.user)
            .with_client(&self.client.id)
            .with("family", family.id)
            .with("issuer", &self.trusted.issuer);
        let occasion = Occasion::CodeRedeemed;
        let grant = UserGrant { at, ambient, pass, target, sender, occasion, event };
        mint::for_user(tx, grant, family, None).await
    }

    /// A family that nobody signed in for: it has no session and no proofs.
    fn family(&self, user: UserId, target: &TokenTarget) -> TokenFamily {
        TokenFamily {
            tenant: self.at.id(),
            id: FamilyId::new(self.issuer.ambient.row_id()),
            client: self.client.id.clone(),
            origin: GrantType::JwtBearer,
            user,
            session: None,
            sid: String::new(),
            scope: target.scope.clone(),
            resources: target.resource.iter().cloned().collect(),
            claims: None,
            proofs: Vec::new(),
            acr: Acr::Aal1,
            offline: false,
            nonce: None,
            wants_auth_time: false,
            authenticated_at: self.now,
            ancestors: Vec::new(),
            actors: Vec::new(),
            trusted_issuer: Some(self.trusted.issuer.clone()),
            details_sealed: None,
            ends_at: None,
            created_at: self.now,
            revoked_at: None,
        }
    }
}

fn unusable(detail: impl Into<String>) -> Refusal {
    Refusal::new(Cause::AssertionUnusable).with_detail(detail)
}
