//! Minting: what one grant gives a client, in the two steps every grant shares.
//!
//! First, inside the transaction, everything is decided and written: rows and events. Then, after the commit, texts are
//! made and signed, so that no transaction waits for a signature. DESIGN §3 "writes", §11; SECURITY rule 4.

use portreeve_crypto::SecretText;
use portreeve_domain::{
    Actor, Client, ClientId, Confirmation, Event, EventType, Fault, GrantType, Lifetime, Scope, Subject, Timestamp,
    TokenFamily,
};
use portreeve_oidc::access_token::Principal;
use portreeve_oidc::authorization_details::Selection;
use portreeve_oidc::id_token::Occasion;
use portreeve_oidc::token_exchange::TokenType;
use portreeve_oidc::token_response::TokenResponse;
use portreeve_oidc::token_target::TokenTarget;
use portreeve_storage::{Tx, access_tokens};

use super::access_token::{self, AccessDraft, AccessWish};
use super::id_token::{self, Beside, IdDraft};
use super::refresh::{self, FirstToken};
use crate::directory::TenantDirectory;
use crate::gate::Pass;
use crate::sender::BoundSender;
use crate::{Ambient, audit};

pub(super) use super::id_token::profile;

/// What a client gets from the token endpoint. Holds secrets, so it is not `Debug`.
pub struct IssuedTokens {
    pub(super) access_token: SecretText,
    pub(super) confirmation: Confirmation,
    pub(super) expires_in: Lifetime,
    pub(super) scope: Scope,
    pub(super) details: Selection,
    pub(super) refresh_token: Option<SecretText>,
    pub(super) id_token: Option<String>,
    pub(super) issued_token_type: Option<TokenType>,
}

/// What a person's grant is about to give.
pub(super) struct UserGrant<'a> {
    pub(super) at: &'a TenantDirectory,
    pub(super) ambient: &'a Ambient,
    pub(super) pass: &'a Pass,
    pub(super) target: TokenTarget,
    pub(super) sender: BoundSender,
    pub(super) occasion: Occasion,
    /// What tells of it; what the access token is for is added.
    pub(super) event: Event,
}

/// Whose access token is to be stored.
pub(super) struct Holder<'a> {
    pub(super) at: &'a TenantDirectory,
    pub(super) ambient: &'a Ambient,
    pub(super) pass: &'a Pass,
    pub(super) family: &'a TokenFamily,
}

/// Tokens for a person's grant: stored, to be signed once the transaction has committed.
pub(super) struct UserTokens {
    family: TokenFamily,
    access: AccessDraft,
    refresh_token: Option<SecretText>,
    id_token: Option<IdDraft>,
    subject: Subject,
    may_act: Option<ClientId>,
}

impl IssuedTokens {
    /// The body of the answer (RFC 6749 §5.1).
    ///
    /// # Errors
    /// A fault if JSON cannot be written, which no token causes.
    pub fn to_json(&self) -> Result<Vec<u8>, Fault> {
        TokenResponse {
            access_token: self.access_token.expose(),
            confirmation: self.confirmation,
            expires_in: self.expires_in,
            scope: &self.scope,
            details: self.details.details(),
            refresh_token: self.refresh_token.as_ref().map(SecretText::expose),
            id_token: self.id_token.as_deref(),
            issued_token_type: self.issued_token_type,
        }
        .to_json()
    }
}

impl UserTokens {
    /// Writes and signs the texts.
    pub(super) fn sign(self, at: &TenantDirectory, client: &Client) -> Result<IssuedTokens, Fault> {
        self.sign_for(at, client, None)
    }

    /// As `sign`, for tokens that are sent to the client: the ID token says for which request, and names the refresh token
    /// (CIBA Core §10.3.1).
    pub(super) fn sign_pushed(
        self,
        at: &TenantDirectory,
        client: &Client,
        auth_req_id: &SecretText,
    ) -> Result<IssuedTokens, Fault> {
        self.sign_for(at, client, Some(auth_req_id))
    }

    fn sign_for(
        self,
        at: &TenantDirectory,
        client: &Client,
        pushed_for: Option<&SecretText>,
    ) -> Result<IssuedTokens, Fault> {
        let (subject, may_act) = (self.subject.as_str(), self.may_act.as_ref());
        let principal = Principal::User { subject, family: &self.family, may_act };
        let access_token = self.access.text(at, principal)?;
        let issued_at = self.access.issued_at;
        let sign_id_token = |draft: &IdDraft| {
            let beside = Beside {
                access_token: Some(access_token.expose()),
                refresh_token: pushed_for.and(self.refresh_token.as_ref()).map(SecretText::expose),
                auth_req_id: pushed_for.map(SecretText::expose),
                ..Beside::default()
            };
            draft.sign(at, client, &self.family, beside, issued_at)
        };
        let id_token = self.id_token.as_ref().map(sign_id_token).transpose()?;
        Ok(IssuedTokens {
            access_token,
            confirmation: self.access.confirmation,
            expires_in: self.access.expires_at.since(issued_at),
            scope: self.access.scope,
            details: self.access.details,
            refresh_token: self.refresh_token,
            id_token,
            issued_token_type: None,
        })
    }
}

/// Makes sure that what may have to be signed for `client` can be, before anything is used up.
///
/// # Errors
/// A transient fault while the first key of an algorithm is being made.
pub(super) fn check_keys(at: &TenantDirectory, client: &Client) -> Result<(), Fault> {
    at.signing.active(access_token::SIGNED_WITH)?;
    at.signing.active(id_token::algorithm(at, client)?).map(drop)
}

/// As `for_user`, for what begins a family: with the first refresh token where `client` may use one.
///
/// # Errors
/// As `for_user`.
pub(super) async fn first_for_user(
    tx: &mut Tx,
    grant: UserGrant<'_>,
    client: &Client,
    family: TokenFamily,
    first: &FirstToken,
) -> Result<UserTokens, Fault> {
    let refresh_token = match client.may_use(GrantType::RefreshToken) {
        true => {
            let confirmation = grant.sender.refresh_confirmation(client);
            Some(refresh::issue_first(tx, &grant, &family, confirmation, first).await?)
        }
        false => None,
    };
    for_user(tx, grant, family, refresh_token).await
}

/// Stores an access token for a person's grant, with the event of the grant, and reads what the ID token will say.
///
/// # Errors
/// A fault when the database is away or the pass was given for another family.
pub(super) async fn for_user(
    tx: &mut Tx,
    grant: UserGrant<'_>,
    family: TokenFamily,
    refresh_token: Option<SecretText>,
) -> Result<UserTokens, Fault> {
    let UserGrant { at, ambient, pass, target, sender, occasion, event } = grant;
    pass.check_is_for(&family)?;
    let subject = subject_of(pass)?;
    let holder = Holder { at, ambient, pass, family: &family };
    let access = store_access_token(tx, holder, (target, sender), event).await?;
    let id_token = if family.scope.contains("openid") && pass.may_have_scope("openid") {
        let claims = id_token::claims(tx, at, pass, &family, &[]).await?;
        Some(IdDraft { subject: subject.clone(), claims, occasion })
    } else {
        None
    };
    Ok(UserTokens { family, access, refresh_token, id_token, subject, may_act: pass.may_act().cloned() })
}

/// The `sub` of the person whose pass it is.
///
/// # Errors
/// A fault for a client's own pass.
pub(super) fn subject_of(pass: &Pass) -> Result<Subject, Fault> {
    pass.subject().cloned().ok_or_else(|| Fault::impossible("a person's pass without a subject"))
}

/// Stores an access token for a person's grant, with `event`, which also says what the token is for.
///
/// # Errors
/// A fault when the database is away.
pub(super) async fn store_access_token(
    tx: &mut Tx,
    holder: Holder<'_>,
    (target, sender): (TokenTarget, BoundSender),
    event: Event,
) -> Result<AccessDraft, Fault> {
    let Holder { at, ambient, pass, family } = holder;
    let wish = AccessWish { target, sender, until: Some(family.absolute_end()) };
    let access = AccessDraft::new(pass, ambient, at, wish)?;
    access_tokens::insert(tx, at.id(), &access.row(pass)).await?;
    audit::record(tx, ambient, at, access.told_by(event)).await?;
    Ok(access)
}

/// The event of an access token whose grant has none for it.
pub(super) fn access_token_issued(pass: &Pass, now: Timestamp) -> Event {
    let event = Event::new(EventType::AccessTokenIssued, now, Actor::Client(pass.client().clone()));
    let event = Event { subject: pass.user(), ..event.with_client(pass.client()) };
    match pass.family() {
        Some(family) => event.with("family", family),
        None => event,
    }
}
