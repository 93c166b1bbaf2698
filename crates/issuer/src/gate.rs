//! The one gate: nothing mints a code or a token without its pass.
//!
//! Owns the question whether a grant still stands: tenant, client, person, family, session, consent, in this order.
//! Introspection, userinfo and gateways ask it again for every token, so that what ends a grant ends its tokens. Leaves
//! what a token is for to `oidc::token_target` and its making to `tokens`. SECURITY rule 5, S-040; RFC 6749 §10.4.

use portreeve_domain::{
    ActsFor, Client, ClientId, Failure, FamilyId, Fault, GrantType, Scope, Session, Strength, Subject, Timestamp,
    TokenFamily, UserId,
};
use portreeve_oidc::{Cause, Refusal, subject};
use portreeve_storage::standing::{self, GrantOf, Standing};
use portreeve_storage::{Conn, subject_links, token_families};

use crate::directory::TenantDirectory;
use crate::settlement::split;

/// Why the gate stays shut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GateRefusal {
    /// The tenant is suspended.
    TenantSuspended,
    /// The client is switched off.
    ClientDisabled,
    /// The client may not, or not any more, use the grant; or the grant is not one for this kind of holder.
    GrantNotAllowed,
    /// The client may not have tokens for the resource server any more.
    ResourceNotAllowed,
    /// The grant was made to another client.
    ClientDiffers,
    /// The person is erased.
    UserGone,
    /// The person's account is switched off.
    UserDisabled,
    /// The person's address is not proven where that is demanded.
    EmailUnverified,
    /// More is demanded of a sign-in by now than the one it was granted at has shown.
    SignInTooWeak,
    /// The issuer on whose word it was granted is not trusted for this client any more, or does not know the person.
    IssuerNotTrusted,
    /// The family is revoked or has reached its absolute end.
    FamilyEnded,
    /// The session has ended and the grant was not made to outlive it.
    SessionEnded,
    /// The person withdrew the consent, or it does not cover the grant any more.
    ConsentWithdrawn,
}

impl GateRefusal {
    /// The name in logs and in `explain`.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::TenantSuspended => "TenantSuspended",
            Self::ClientDisabled => "ClientDisabled",
            Self::GrantNotAllowed => "GrantNotAllowed",
            Self::ResourceNotAllowed => "ResourceNotAllowed",
            Self::ClientDiffers => "ClientDiffers",
            Self::UserGone => "UserGone",
            Self::UserDisabled => "UserDisabled",
            Self::EmailUnverified => "EmailUnverified",
            Self::SignInTooWeak => "SignInTooWeak",
            Self::IssuerNotTrusted => "IssuerNotTrusted",
            Self::FamilyEnded => "FamilyEnded",
            Self::SessionEnded => "SessionEnded",
            Self::ConsentWithdrawn => "ConsentWithdrawn",
        }
    }

    /// What the token endpoint answers: the client learns that the grant has ended, the log why.
    pub(crate) fn at_token_endpoint(self) -> Refusal {
        let cause = match self {
            Self::TenantSuspended | Self::ClientDisabled => Cause::ClientDisabled,
            Self::GrantNotAllowed => Cause::GrantTypeNotAllowed,
            Self::ClientDiffers
            | Self::ResourceNotAllowed
            | Self::UserGone
            | Self::UserDisabled
            | Self::EmailUnverified
            | Self::SignInTooWeak
            | Self::IssuerNotTrusted
            | Self::FamilyEnded
            | Self::SessionEnded
            | Self::ConsentWithdrawn => Cause::GrantEnded,
        };
        Refusal::new(cause).with_detail(self.name())
    }
}

/// Proof that the gate was asked and opened. Only this module can make one.
#[derive(Clone, Debug)]
pub(crate) struct Pass {
    client: ClientId,
    holder: Holder,
    /// What was registered by now of all that the grant came through: where it was made first, where it is used last.
    limits: Vec<Limits>,
}

/// What a client's registration lets come of a grant that it holds.
#[derive(Clone, Debug)]
struct Limits {
    /// The scopes that the client may have; `None`: every one.
    scope: Option<Scope>,
    /// Those that may come of the word it was granted on.
    vouched: Option<Scope>,
    /// The only client that may act for the person; `None`: whichever has a policy.
    may_act: Option<ClientId>,
}

impl Limits {
    fn of_client(client: &Client) -> Self {
        Self { scope: client.metadata.scope.clone(), vouched: None, may_act: client.metadata.may_act.clone() }
    }

    fn of_family(at: &TenantDirectory, client: &Client, family: &TokenFamily) -> Self {
        let issuer = family.trusted_issuer.as_ref().and_then(|issuer| at.trusted_issuer(issuer));
        Self { vouched: issuer.map(|issuer| issuer.scopes.clone()), ..Self::of_client(client) }
    }

    fn allow(&self, token: &str) -> bool {
        [&self.scope, &self.vouched].into_iter().flatten().all(|scope| scope.contains(token))
    }
}

/// On whose behalf the pass is.
#[derive(Clone, Debug)]
enum Holder {
    User { family: FamilyId, user: UserId, subject: Subject },
    Client,
}

impl Pass {
    /// The client it was given to.
    pub(crate) fn client(&self) -> &ClientId {
        &self.client
    }

    /// The `sub` of the person as this client sees it; `None` for a client on its own behalf.
    pub(crate) fn subject(&self) -> Option<&Subject> {
        match &self.holder {
            Holder::User { subject, .. } => Some(subject),
            Holder::Client => None,
        }
    }

    /// The person; `None` for a client on its own behalf.
    pub(crate) fn user(&self) -> Option<UserId> {
        match self.holder {
            Holder::User { user, .. } => Some(user),
            Holder::Client => None,
        }
    }

    /// The family; `None` for a client on its own behalf.
    pub(crate) fn family(&self) -> Option<FamilyId> {
        match self.holder {
            Holder::User { family, .. } => Some(family),
            Holder::Client => None,
        }
    }

    /// Whether a scope that was granted still counts: nobody on the way has to do without it by now (S-060).
    pub(crate) fn may_have_scope(&self, token: &str) -> bool {
        self.limits.iter().all(|limits| limits.allow(token))
    }

    /// The only client that may act for the person, by the registration of the client that they granted it to (RFC 8693 §4.4); `None`:
    /// whichever has a policy.
    pub(crate) fn may_act(&self) -> Option<&ClientId> {
        self.limits.first().and_then(|limits| limits.may_act.as_ref())
    }

    /// Holds against minting for one family with the pass of another.
    ///
    /// # Errors
    /// A fault when the pass was not given for `family`.
    pub(crate) fn check_is_for(&self, family: &TokenFamily) -> Result<(), Fault> {
        if self.family() == Some(family.id) {
            return Ok(());
        }
        Err(Fault::impossible("a pass was used for another family than it was given for"))
    }
}

/// Asks whether `client` may have something on behalf of the person who granted `family`.
///
/// `family` need not be stored yet: a code is minted with it. `grant` is what the client uses now; introspection and
/// userinfo ask with the family's own. Reads only; also inside a transaction.
///
/// # Errors
/// A fault when the database is away.
pub(crate) async fn admit_user(
    conn: &mut Conn,
    at: &TenantDirectory,
    client: &Client,
    family: &TokenFamily,
    grant: GrantType,
    now: Timestamp,
) -> Result<Result<Pass, GateRefusal>, Fault> {
    let admitted = split(check_user(conn, at, client, family, grant, now).await)?;
    // What is remembered opens the gate and never shuts it: a session that was used since may be live, a consent wider.
    if admitted.is_err() && conn.stop_recalling() {
        return split(check_user(conn, at, client, family, grant, now).await);
    }
    Ok(admitted)
}

/// Asks whether `client` may have something on its own behalf.
///
/// # Errors
/// The cause of the refusal.
pub(crate) fn admit_client(at: &TenantDirectory, client: &Client, grant: GrantType) -> Result<Pass, GateRefusal> {
    check_registration(at, client, grant)?;
    match grant.acts_for() {
        ActsFor::Client if !client.is_public() => {
            let limits = vec![Limits::of_client(client)];
            Ok(Pass { client: client.id.clone(), holder: Holder::Client, limits })
        }
        ActsFor::Client | ActsFor::Person => Err(GateRefusal::GrantNotAllowed),
    }
}

async fn check_user(
    conn: &mut Conn,
    at: &TenantDirectory,
    client: &Client,
    family: &TokenFamily,
    grant: GrantType,
    now: Timestamp,
) -> Result<Pass, Failure<GateRefusal>> {
    check_registration(at, client, grant)?;
    // A grant is of use no longer than the one it came from: a refresh token is no way around that.
    if grant.acts_for() == ActsFor::Client || !client.may_use(family.origin) {
        return Err(GateRefusal::GrantNotAllowed.into());
    }
    if family.client != client.id || family.tenant != at.id() {
        return Err(GateRefusal::ClientDiffers.into());
    }
    if !family.is_live(now) {
        return Err(GateRefusal::FamilyEnded.into());
    }
    let subject = check_standing(conn, at, client, family, now).await?;
    let mut limits = check_ancestors(conn, at, family, now).await?;
    limits.push(Limits::of_family(at, client, family));
    let holder = Holder::User { family: family.id, user: family.user, subject };
    Ok(Pass { client: client.id.clone(), holder, limits })
}

fn check_registration(at: &TenantDirectory, client: &Client, grant: GrantType) -> Result<(), GateRefusal> {
    if at.tenant.suspended_at.is_some() {
        return Err(GateRefusal::TenantSuspended);
    }
    if client.disabled_at.is_some() {
        return Err(GateRefusal::ClientDisabled);
    }
    if !client.may_use(grant) {
        return Err(GateRefusal::GrantNotAllowed);
    }
    Ok(())
}

/// Asks about the person, the session, the trust and the consent a grant stands on, and gives the `sub` that `client` knows
/// the person by.
async fn check_standing(
    conn: &mut Conn,
    at: &TenantDirectory,
    client: &Client,
    family: &TokenFamily,
    now: Timestamp,
) -> Result<Subject, Failure<GateRefusal>> {
    // Without a session there is no sign-in that could end: the word of a trusted issuer stands in for it.
    let session = family.session.filter(|_| !family.outlives_session(client));
    let grant = GrantOf { user: family.user, client: &client.id, session };
    let Some(standing) = standing::find(conn, at.id(), grant).await? else { return Err(GateRefusal::UserGone.into()) };
    check_person(at, client, &standing)?;
    check_level(at, client, family)?;
    let is_live = |found: &Session| found.user == family.user && found.is_live(now);
    if session.is_some() && !standing.session.as_ref().is_some_and(is_live) {
        return Err(GateRefusal::SessionEnded.into());
    }
    check_trust(conn, at, client, family).await?;
    let needs_consent = !client.metadata.first_party && family.origin.rests_on_consent();
    if needs_consent && !standing.consent.is_some_and(|scope| scope.covers(&family.scope)) {
        return Err(GateRefusal::ConsentWithdrawn.into());
    }
    let known_as = subject::subject_for(client, family.user, &standing.subject, &at.keys.pairwise);
    Ok(known_as.ok_or_else(|| Fault::impossible("a client with pairwise subjects and no sector"))?)
}

fn check_person(at: &TenantDirectory, client: &Client, standing: &Standing) -> Result<(), GateRefusal> {
    if standing.disabled_at.is_some() {
        return Err(GateRefusal::UserDisabled);
    }
    if standing.email_verified_at.is_none() && at.demands_verified_email_at(client) {
        return Err(GateRefusal::EmailUnverified);
    }
    Ok(())
}

/// What operators demand of everybody, or at this client, holds for what was granted before as well (S-078). On the word of
/// another issuer nothing was shown here.
fn check_level(at: &TenantDirectory, client: &Client, family: &TokenFamily) -> Result<(), GateRefusal> {
    let demanded = at.level_demanded_at(client);
    let ever = Timestamp::from_millis(i64::MIN);
    if demanded > Strength::OneFactor
        && !family.proofs.is_empty()
        && Strength::of(&family.proofs, family.user, ever) < demanded
    {
        return Err(GateRefusal::SignInTooWeak);
    }
    Ok(())
}

/// A grant on the word of another issuer lasts as long as that issuer is trusted for the client and knows the person.
async fn check_trust(
    conn: &mut Conn,
    at: &TenantDirectory,
    client: &Client,
    family: &TokenFamily,
) -> Result<(), Failure<GateRefusal>> {
    let Some(issuer) = &family.trusted_issuer else { return Ok(()) };
    let is_trusted = at.trusted_issuer(issuer).is_some_and(|trusted| trusted.clients.contains(&client.id));
    if is_trusted && subject_links::is_linked(conn, at.id(), family.user, issuer).await? {
        return Ok(());
    }
    Err(GateRefusal::IssuerNotTrusted.into())
}

/// Asks about every grant that `family` was derived from (RFC 8693), oldest first: its client, its life, and what it stands on. Gives what
/// their registrations let come of them.
async fn check_ancestors(
    conn: &mut Conn,
    at: &TenantDirectory,
    family: &TokenFamily,
    now: Timestamp,
) -> Result<Vec<Limits>, Failure<GateRefusal>> {
    let mut limits = Vec::new();
    for id in &family.ancestors {
        let ancestor = token_families::find(conn, at.id(), *id).await?;
        let ancestor = ancestor.ok_or_else(|| Fault::impossible("a derived grant without the one it came from"))?;
        // A client that is not registered any more is as good as switched off.
        let Some(client) = at.client(&ancestor.client) else { return Err(GateRefusal::ClientDisabled.into()) };
        check_registration(at, client, ancestor.origin)?;
        if !ancestor.is_live(now) {
            return Err(GateRefusal::FamilyEnded.into());
        }
        check_standing(conn, at, client, &ancestor, now).await?;
        limits.push(Limits::of_family(at, client, &ancestor));
    }
    Ok(limits)
}

impl From<GateRefusal> for Failure<GateRefusal> {
    fn from(refusal: GateRefusal) -> Self {
        Self::Refused(refusal)
    }
}

#[cfg(test)]
mod tests;
