//! Whom a back-channel authentication request is about: an address, an ID token of ours, or a trusted issuer's word.
//!
//! Owns finding the person, and that an address without an account is taken like one with (decision 0017). Leaves what a
//! login hint token must say to `oidc::login_hint_token`. CIBA Core §7.1; SECURITY S-066, rule 29.

use portreeve_crypto::hex;
use portreeve_domain::{Client, Email, Failure, SubjectType, UserId};
use portreeve_oidc::backchannel_authentication::Hint;
use portreeve_oidc::{Cause, ClaimedIssuer, Refusal, login_hint_token, signatures};
use portreeve_storage::{subject_links, users};

use crate::client_keys::KeySource;
use crate::directory::TenantDirectory;
use crate::settlement::refuse;
use crate::tokens::id_token::profile;
use crate::{Issuer, id_token_hint, people, subject_link};

/// What blind indexes of people are bound to.
const PERSON_INDEX: &str = "backchannel_authentications.person";

/// Whom a hint names.
pub(crate) struct Named {
    /// Blind index of the person, or of an address that nobody has.
    pub(crate) index: [u8; 32],
    /// Blind index of the address, for the limit of mails.
    pub(crate) address: [u8; 32],
    /// The person; `None` for an address that nobody has.
    pub(crate) user: Option<UserId>,
}

impl Issuer {
    /// Finds whom a hint of `client` names.
    ///
    /// # Errors
    /// `UserUnknown` for a hint that can name nobody; `HintUnusable`, `HintOfOtherClient`; `LoginHintTokenExpired`,
    /// `LoginHintTokenUnusable`; a fault when the database is away.
    pub(crate) async fn named(
        &self,
        at: &TenantDirectory,
        client: &Client,
        hint: &Hint,
    ) -> Result<Named, Failure<Refusal>> {
        let row = match hint {
            Hint::Login(text) => {
                let Ok(email) = Email::parse(text) else {
                    return refuse(Refusal::new(Cause::UserUnknown).with_detail("login_hint is no address"));
                };
                let address = people::email_index(at, &email);
                let row = users::find_by_email(&mut self.store.read(at.id()).await?, at.id(), &address).await?;
                let Some(row) = row else {
                    return Ok(Named { index: unknown_index(at, &address), address, user: None });
                };
                Some(row)
            }
            Hint::IdToken(text) => {
                let subject = self.hinted(at, client, text).map_err(Failure::Refused)?;
                users::find_by_subject(&mut self.store.read(at.id()).await?, at.id(), &subject).await?
            }
            Hint::LoginToken(text) => {
                let link = self.hinted_link(at, client, text).await.map_err(Failure::Refused)?;
                let mut conn = self.store.read(at.id()).await?;
                match subject_links::find(&mut conn, at.id(), &link).await? {
                    Some(user) => users::find(&mut conn, at.id(), user).await?,
                    None => None,
                }
            }
        };
        let Some(row) = row else { return refuse(Cause::UserUnknown) };
        let address = row.email_index.unwrap_or_default();
        Ok(Named { index: person_index(at, row.id), address, user: Some(row.id) })
    }

    /// The `sub` of an ID token that `client` was given; a pairwise one cannot be looked up.
    fn hinted(&self, at: &TenantDirectory, client: &Client, hint: &str) -> Result<String, Refusal> {
        let claims = id_token_hint::claims(at, hint, self.ambient.now())?;
        if !claims.audiences().contains(&client.id.as_str()) {
            return Err(Cause::HintOfOtherClient.into());
        }
        match (client.metadata.subject_type, claims.str("sub")) {
            (SubjectType::Public, Some(subject)) => Ok(subject.to_owned()),
            _ => Err(Refusal::new(Cause::UserUnknown).with_detail("a pairwise subject cannot be looked up")),
        }
    }

    /// The link of the subject that an issuer, trusted for `client`, names in a login hint token.
    async fn hinted_link(&self, at: &TenantDirectory, client: &Client, token: &str) -> Result<[u8; 32], Refusal> {
        let unusable = |what: String| Refusal::new(Cause::LoginHintTokenUnusable).with_detail(what);
        let claimed = ClaimedIssuer::read(token, Cause::LoginHintTokenUnusable)?;
        let trusted = at.trusted_signer(&claimed.issuer);
        let Some((trusted, known)) = trusted.filter(|(trusted, _)| trusted.clients.contains(&client.id)) else {
            return Err(unusable(format!("{} is not trusted for this client", claimed.issuer)));
        };
        let source = KeySource::of(trusted).ok_or_else(|| unusable("the issuer has no keys".to_owned()))?;
        let keys = self.signer_keys(at, known, source, claimed.key_id.as_deref()).await;
        let keys = keys.map_err(|why| unusable(why.to_string()))?;
        let algorithms = signatures::of_assertions(None, profile(at, client).rules().signatures);
        let (issuer, now) = (&at.issuer, self.ambient.now());
        let by = login_hint_token::Expectation { trusted: &trusted.issuer, issuer, algorithms, now };
        let subject = login_hint_token::check(token, &by, &keys)?;
        Ok(subject_link::index(at, &trusted.issuer, &subject))
    }
}

/// The blind index of a person, under which requests wait.
pub(crate) fn person_index(at: &TenantDirectory, user: UserId) -> [u8; 32] {
    at.keys.index.index(PERSON_INDEX, &format!("person {}", hex(user.as_bytes())))
}

fn unknown_index(at: &TenantDirectory, address: &[u8; 32]) -> [u8; 32] {
    at.keys.index.index(PERSON_INDEX, &format!("address {}", hex(address)))
}
