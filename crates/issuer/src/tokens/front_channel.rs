//! What the authorization endpoint itself gives: a code, and, by way of the browser, tokens.
//!
//! Decided and written inside the transaction, signed after it, like every grant. Never a refresh token (OA-AZ-26). Leaves
//! who may ask for what to `oidc::authorization`, and how the answer travels to `authorization_response`.
//! OIDC Core §3.2.2.5, §3.3.2.5, §3.3.2.11.

use portreeve_crypto::SecretText;
use portreeve_domain::{Actor, Client, ClientId, Event, EventType, Failure, Fault, Subject, Timestamp, TokenFamily};
use portreeve_oidc::Refusal;
use portreeve_oidc::access_token::Principal;
use portreeve_oidc::authorization::{Accepted, Said};
use portreeve_oidc::id_token::Occasion;
use portreeve_oidc::token_response::token_type;
use portreeve_oidc::token_target::{TokenTarget, Wanted};
use portreeve_storage::{Tx, token_families};

use super::access_token::AccessDraft;
use super::code::{self, CodeRequest};
use super::id_token::{self, Beside, IdDraft};
use super::mint::{self, Holder};
use super::target;
use crate::directory::TenantDirectory;
use crate::gate::Pass;
use crate::sender::BoundSender;
use crate::settlement::split;
use crate::{Ambient, audit};

/// Who is to be given what.
pub(crate) struct FrontChannelGrant<'a> {
    pub(crate) ambient: &'a Ambient,
    pub(crate) at: &'a TenantDirectory,
    pub(crate) client: &'a Client,
    pub(crate) pass: &'a Pass,
    pub(crate) request: &'a Accepted,
}

/// A grant that is stored, to be signed once the transaction has committed. Holds secrets, so it is not `Debug`.
pub(crate) struct FrontChannelTokens {
    family: TokenFamily,
    subject: Subject,
    may_act: Option<ClientId>,
    state: Option<String>,
    issued_at: Timestamp,
    code: Option<SecretText>,
    access: Option<AccessDraft>,
    id_token: Option<IdDraft>,
}

/// Stores `family` and what the request asked for, with the events.
///
/// # Errors
/// The refusal of an access token that no resource server can be chosen for, or that would have to be bound to a sender whom
/// nobody sees here: nothing is written then. A fault when the
/// database is away or the pass was given for another family.
pub(crate) async fn issue(
    tx: &mut Tx,
    grant: &FrontChannelGrant<'_>,
    family: TokenFamily,
) -> Result<Result<FrontChannelTokens, Refusal>, Fault> {
    let FrontChannelGrant { ambient, pass, request, .. } = grant;
    let response_type = request.response_type;
    pass.check_is_for(&family)?;
    let subject = mint::subject_of(pass)?;
    let target = match split(response_type.has_token().then(|| grant.wish(&family)).transpose())? {
        Ok(target) => target,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let code = match response_type.has_code() {
        true => Some(grant.store_with_code(tx, &family).await?),
        false => {
            grant.store(tx, &family).await?;
            None
        }
    };
    let access = match target {
        Some(wish) => {
            let event = mint::access_token_issued(pass, ambient.now());
            Some(mint::store_access_token(tx, grant.holder(&family), wish, event).await?)
        }
        None => None,
    };
    let id_token = match response_type.has_id_token() {
        true => Some(grant.id_token(tx, &family, subject.clone()).await?),
        false => None,
    };
    let state = request.target.state().map(str::to_owned);
    let may_act = pass.may_act().cloned();
    Ok(Ok(FrontChannelTokens { family, subject, may_act, state, issued_at: ambient.now(), code, access, id_token }))
}

impl FrontChannelGrant<'_> {
    fn holder<'a>(&'a self, family: &'a TokenFamily) -> Holder<'a> {
        Holder { at: self.at, ambient: self.ambient, pass: self.pass, family }
    }

    fn wish(&self, family: &TokenFamily) -> Result<(TokenTarget, BoundSender), Failure<Refusal>> {
        let sender = BoundSender::by_browser(self.client).map_err(Failure::Refused)?;
        Ok((target::choose(self.at, self.client, family, Wanted::default())?, sender))
    }

    async fn store_with_code(&self, tx: &mut Tx, family: &TokenFamily) -> Result<SecretText, Fault> {
        let challenge = self.request.code_challenge.as_ref().map(|challenge| String::from(*challenge));
        let request = CodeRequest {
            redirect_uri: self.request.target.redirect_uri(),
            redirect_uri_was_sent: self.request.redirect_uri_was_sent,
            code_challenge: challenge.as_deref(),
            key: self.request.key,
        };
        code::issue(tx, self.ambient, self.at, self.pass, family, &request).await
    }

    async fn store(&self, tx: &mut Tx, family: &TokenFamily) -> Result<(), Fault> {
        token_families::insert(tx, family).await?;
        let event = Event::new(EventType::GrantMade, self.ambient.now(), Actor::User(family.user))
            .about(family.user)
            .with_client(&family.client)
            .with("family", family.id)
            .with("scope", &family.scope);
        audit::record(tx, self.ambient, self.at, event).await
    }

    /// Where no access token can fetch them from userinfo, the claims of the scopes are in the ID token (OIDC Core §5.4).
    async fn id_token(&self, tx: &mut Tx, family: &TokenFamily, subject: Subject) -> Result<IdDraft, Fault> {
        let response_type = self.request.response_type;
        let is_alone = !response_type.has_code() && !response_type.has_token();
        let scopes: Vec<&str> = if is_alone { family.scope.iter().collect() } else { Vec::new() };
        let claims = id_token::claims(tx, self.at, self.pass, family, &scopes).await?;
        Ok(IdDraft { subject, claims, occasion: Occasion::Authorized })
    }
}

impl FrontChannelTokens {
    /// Writes and signs the texts.
    ///
    /// # Errors
    /// A fault when a key is missing or a signature fails.
    pub(crate) fn sign(self, at: &TenantDirectory, client: &Client) -> Result<Said, Fault> {
        let mut said = Said::default();
        let code = self.code.as_ref().map(SecretText::expose);
        if let Some(code) = code {
            said = said.and("code", code);
        }
        let mut access_token = None;
        if let Some(access) = &self.access {
            let (subject, may_act) = (self.subject.as_str(), self.may_act.as_ref());
            let text = access.text(at, Principal::User { subject, family: &self.family, may_act })?;
            said = said
                .and("access_token", text.expose())
                .and("token_type", token_type(&access.confirmation))
                .and("expires_in", access.expires_at.since(access.issued_at).as_seconds().to_string());
            if !access.scope.is_empty() {
                said = said.and("scope", access.scope.to_string());
            }
            access_token = Some(text);
        }
        let Some(draft) = &self.id_token else { return Ok(said) };
        let beside = Beside {
            access_token: access_token.as_ref().map(SecretText::expose),
            code,
            state: self.state.as_deref(),
            ..Beside::default()
        };
        let id_token = draft.sign(at, client, &self.family, beside, self.issued_at)?;
        Ok(said.and("id_token", id_token))
    }
}
