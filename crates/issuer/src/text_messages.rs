//! Text messages: asked for in the transaction of what they tell of, written when they are sent.
//!
//! Owns who gets one and what stands in it, as `mails` does of mails: number and code are found and made when it is sent. Leaves the words to
//! `pages`, delivery to `jobs`, and codes to `phone_codes`.

use portreeve_crypto::public_id;
use portreeve_domain::{Fault, OutboxMessage, PhoneNumber, UserId, lifetimes};
use portreeve_oidc::paths;
use portreeve_storage::outbox::OutboxRow;
use portreeve_storage::{Tx, factor_recoveries};

use crate::Issuer;
use crate::directory::TenantDirectory;
use crate::people::{self, Person};

/// What identifiers of text messages begin with.
const PREFIX: &str = "text_";

/// A text message as it goes out. Has no `Debug`: it holds a number and a secret.
pub struct OutgoingText {
    /// To whom.
    pub to: PhoneNumber,
    /// The same for every try of the same message: 27 characters.
    pub id: String,
    /// The display name of the tenant.
    pub tenant_name: String,
    /// The language, as a tag.
    pub locale: String,
    /// What it tells.
    pub content: TextContent,
}

/// What a text message tells.
pub enum TextContent {
    /// A code that proves the number.
    PhoneCode {
        /// Six digits.
        code: String,
        /// The host whose pages take it.
        host: String,
    },
    /// Second factors of the account are said to be lost, and will be removed.
    FactorRecoveryRequested {
        /// Where to sign in and stop that.
        account_link: String,
    },
}

impl TextContent {
    /// How long a code works, in minutes.
    pub const CODE_MINUTES: i64 = lifetimes::PHONE_CODE.as_seconds() / 60;
}

impl Issuer {
    /// Writes the text message of an outbox row; `None` when nobody is to get it any more. Commits.
    ///
    /// # Errors
    /// As `outgoing_mail`.
    pub async fn outgoing_text(&self, row: &OutboxRow, message: &OutboxMessage) -> Result<Option<OutgoingText>, Fault> {
        let at = self.tenant_of(row)?;
        let (user, locale, request) = match message {
            OutboxMessage::PhoneCodeText { request, user, locale } => (*user, locale, Some(*request)),
            OutboxMessage::FactorRecoveryText { user, locale } => (*user, locale, None),
            _ => return Err(Fault::impossible("a message of another topic was taken for a text message")),
        };
        let person = people::find(&mut self.store.read(at.id()).await?, &at, user).await?;
        let Some(person) = person.filter(|person| person.disabled_at.is_none()) else { return Ok(None) };
        let told = match request {
            Some(request) => {
                let host = host(&at.issuer).to_owned();
                let made = self.phone_code(&at, &person, request).await?;
                made.map(|(to, code)| (to, TextContent::PhoneCode { code, host }))
            }
            None => self.announced(&at, &person).await?,
        };
        let Some((to, content)) = told else { return Ok(None) };
        Ok(Some(OutgoingText {
            to,
            id: public_id(PREFIX, row.id.as_i64(), &at.keys.permutation).map_err(Fault::new)?,
            tenant_name: at.tenant.display_name().to_owned(),
            locale: locale.clone(),
            content,
        }))
    }

    /// What is announced to the owner of an account whose second factors will be removed; `None` when they will not, or no number is proven.
    async fn announced(
        &self,
        at: &TenantDirectory,
        person: &Person,
    ) -> Result<Option<(PhoneNumber, TextContent)>, Fault> {
        let mut conn = self.store.read(at.id()).await?;
        let standing = factor_recoveries::find(&mut conn, at.id(), person.id, self.ambient.now()).await?;
        let is_open = standing.is_some_and(|request| request.removed_at.is_none());
        let to = proven_number(person).filter(|to| is_open && self.country_served(to).is_some());
        let account_link = format!("{}{}", at.issuer, paths::ACCOUNT);
        Ok(to.map(|to| (to, TextContent::FactorRecoveryRequested { account_link })))
    }

    /// The country code of a number that text messages are sent to; `None` where none are.
    pub(crate) fn country_served(&self, number: &PhoneNumber) -> Option<&str> {
        self.settings.text_messages.as_ref()?.country_of(number)
    }

    /// Tells the owner of an account by text message, too, that its second factors will be removed, if the account has a proven number.
    pub(crate) async fn text_of_recovery(
        &self,
        tx: &mut Tx,
        at: &TenantDirectory,
        user: UserId,
        locale: &str,
    ) -> Result<(), Fault> {
        let Some(person) = people::find(tx, at, user).await? else { return Ok(()) };
        let country = proven_number(&person).and_then(|number| self.country_served(&number).map(str::to_owned));
        let Some(country) = country else { return Ok(()) };
        // The mail goes in any case.
        if !self.charge_notice(tx, at, (user, &country)).await? {
            return Ok(());
        }
        self.enqueue(tx, at, &OutboxMessage::FactorRecoveryText { user, locale: locale.to_owned() }).await
    }
}

/// The number of a person, when it is proven.
fn proven_number(person: &Person) -> Option<PhoneNumber> {
    let number = person.claims.phone_number.as_deref().filter(|_| person.claims.phone_number_verified_at.is_some());
    number.and_then(PhoneNumber::parse)
}

/// The host of an issuer.
fn host(issuer: &str) -> &str {
    let authority = issuer.split_once("://").map_or(issuer, |(_, rest)| rest);
    let authority = authority.split('/').next().unwrap_or_default();
    // Colons stand within the brackets of an IPv6 address, too.
    match authority.rfind(']') {
        Some(end) => authority.get(..=end).unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    }
}
