//! Mails: asked for in the transaction of what they tell of, written when they are sent.
//!
//! Owns who gets a mail and what stands in it. An outbox row names purpose and account; address and secret link are found
//! and made when it is sent, so that neither rests in a queue and a link's age counts from sending. Leaves the
//! words to `pages` and delivery to `jobs`. DESIGN §6; SECURITY rules 15, 27 and 28.

use std::sync::Arc;

use portreeve_crypto::public_id;
use portreeve_domain::{
    Actor, Email, Event, EventType, Fault, JourneyId, LinkPurpose, MailPurpose, OutboxId, OutboxMessage, Timestamp,
    UserId,
};
use portreeve_storage::outbox::{self, OutboxLease, OutboxRow};
use portreeve_storage::{Tx, account_deletions, users};

use crate::authorize::journey_text;
use crate::directory::TenantDirectory;
use crate::journeys::{Journey, account_key};
use crate::outgoing_mail::{MailContent, NoticeOf, OutgoingMail};
use crate::people::{self, Person};
use crate::row_ids::made_at;
use crate::{Issuer, audit, registration};

/// What mail identifiers begin with.
const MAIL_PREFIX: &str = "mail_";
/// The language of mails when nothing else is known.
pub(crate) const DEFAULT_LOCALE: &str = "en";

/// To whom a mail goes.
pub(crate) struct Recipient {
    pub user: UserId,
    pub email: Email,
    pub email_index: [u8; 32],
}

impl Issuer {
    /// Puts a mail to an account into the outbox, in the transaction of what it tells of.
    pub(crate) async fn mail(
        &self,
        tx: &mut Tx,
        at: &TenantDirectory,
        purpose: MailPurpose,
        user: UserId,
        locale: &str,
    ) -> Result<(), Fault> {
        let message = OutboxMessage::Mail { purpose, user, locale: locale.to_owned(), journey: None };
        self.enqueue(tx, at, &message).await
    }

    /// Puts a message into the outbox.
    pub(crate) async fn enqueue(
        &self,
        tx: &mut Tx,
        at: &TenantDirectory,
        message: &OutboxMessage,
    ) -> Result<(), Fault> {
        outbox::insert(tx, at.id(), OutboxId::new(self.ambient.row_id()), message, self.ambient.now()).await
    }

    /// Asks for a link to prove the address of the account a journey goes for, unless it has had its mails of this hour.
    pub(crate) async fn mail_address_link(
        &self,
        tx: &mut Tx,
        at: &TenantDirectory,
        journey: &mut Journey,
    ) -> Result<(), Fault> {
        let Some(user) = journey.user() else { return Ok(()) };
        let index = users::find(tx, at.id(), user).await?.and_then(|row| row.email_index).unwrap_or_default();
        journey.stored.address_mail_sent = true;
        if !self.charge_mail(tx, at, &account_key(&index)).await? {
            return Ok(());
        }
        let wished = journey.stored.locale.as_deref().or(journey.request.ui_locales.first().map(String::as_str));
        let locale = wished.unwrap_or(DEFAULT_LOCALE).to_owned();
        let journey = Some(journey.id);
        self.enqueue(tx, at, &OutboxMessage::Mail { purpose: MailPurpose::VerifyEmail, user, locale, journey }).await
    }

    /// Writes the mail of an outbox row; its link is made now, and every older one of the account and purpose dies.
    ///
    /// `None` when there is nobody to send it to any more: the account was erased or switched off, its address is not
    /// proven (SECURITY rule 15), or what it was to prove is proven. Commits.
    ///
    /// # Errors
    /// A fault when the database is away (transient), the tenant is so new that this node has not heard of it
    /// (transient), or what is stored cannot be read.
    pub async fn outgoing_mail(&self, row: &OutboxRow, message: &OutboxMessage) -> Result<Option<OutgoingMail>, Fault> {
        let at = self.tenant_of(row)?;
        let (purpose, user, locale, journey) = match message {
            OutboxMessage::Mail { purpose, user, locale, journey } => (purpose, user, locale, journey),
            OutboxMessage::ApprovalMail { authentication, user } => {
                return self.approval_mail(&at, row, *authentication, *user).await;
            }
            OutboxMessage::EmailCodeMail { journey, user, locale } => {
                return self.email_code_mail(&at, row, (*journey, *user), locale).await;
            }
            OutboxMessage::InvitationMail { invitation, locale } => {
                return self.invitation_mail(&at, row, *invitation, locale).await;
            }
            OutboxMessage::NewDeviceMail { session, user, locale } => {
                return self.new_device_mail(&at, row, (*session, *user), locale).await;
            }
            OutboxMessage::EmailChangeMail { purpose, change, locale, .. } => {
                return self.email_change_mail(&at, row, (*purpose, *change), locale).await;
            }
            _ => return Err(Fault::impossible("a message of another topic was taken for a mail")),
        };
        let Some(recipient) = self.recipient(&at, *purpose, *user, *journey).await? else { return Ok(None) };
        let back = journey.map(|id| journey_text(&at, id)).transpose()?;
        let content = match purpose {
            MailPurpose::PasswordChanged => self.notice(&at, &recipient, NoticeOf::PasswordChanged).await?,
            MailPurpose::FactorAdded => self.notice(&at, &recipient, NoticeOf::TotpSetUp).await?,
            MailPurpose::FactorRemoved => self.notice(&at, &recipient, NoticeOf::FactorRemoved).await?,
            MailPurpose::RecoveryCodesRenewed => self.notice(&at, &recipient, NoticeOf::RecoveryCodesRenewed).await?,
            MailPurpose::RecoveryCodeUsed => self.notice(&at, &recipient, NoticeOf::RecoveryCodeUsed).await?,
            // Asked for before there were no passwords any more.
            MailPurpose::PasswordReset if at.tenant.settings.is_passwordless() => return Ok(None),
            MailPurpose::PasswordReset => MailContent::PasswordReset {
                link: self.new_link(&at, LinkPurpose::PasswordReset, &recipient, back).await?,
            },
            MailPurpose::VerifyEmail => {
                MailContent::VerifyEmail { link: self.new_link(&at, LinkPurpose::VerifyEmail, &recipient, back).await? }
            }
            MailPurpose::AccountExists => {
                let path = back.map(|journey| format!("/j/{journey}")).unwrap_or_default();
                MailContent::AccountExists { sign_in_link: format!("{}{path}", at.issuer) }
            }
            MailPurpose::DeletionRequested => {
                let due_at = account_deletions::find(&mut self.store.read(at.id()).await?, at.id(), *user).await?;
                let Some(due_at) = due_at else { return Ok(None) };
                let sign_in_link = format!("{}{}", at.issuer, portreeve_oidc::paths::ACCOUNT);
                let not_me_link = self.new_link(&at, LinkPurpose::NotMe, &recipient, None).await?;
                MailContent::DeletionRequested { due_at, sign_in_link, not_me_link }
            }
            MailPurpose::DeletionCancelled => MailContent::DeletionCancelled {
                not_me_link: self.new_link(&at, LinkPurpose::NotMe, &recipient, None).await?,
            },
            MailPurpose::AddressTaken => MailContent::AddressTaken { sign_in_link: at.issuer.clone() },
            MailPurpose::FactorRecoveryRequested
            | MailPurpose::FactorRecoveryDue
            | MailPurpose::FactorRecoveryStopped => {
                let Some(content) = self.recovery_content(&at, *purpose, &recipient).await? else { return Ok(None) };
                content
            }
            MailPurpose::ConfirmEmailChange | MailPurpose::EmailChanged => {
                return Err(Fault::impossible("a mail about a change without the change"));
            }
            MailPurpose::PasskeyAdded => self.notice(&at, &recipient, NoticeOf::PasskeyAdded).await?,
            MailPurpose::PasskeyRemoved => self.notice(&at, &recipient, NoticeOf::PasskeyRemoved).await?,
            MailPurpose::PasskeyCopied => self.notice(&at, &recipient, NoticeOf::PasskeyCopied).await?,
        };
        outgoing(&at, row, recipient.email.as_str(), (locale, content)).map(Some)
    }

    /// Gives a message up for good, with its event; false when another sender has taken it over. Commits.
    ///
    /// `reason` holds no personal data.
    ///
    /// # Errors
    /// A fault when the database is away or the tenant is so new that this node has not heard of it (both transient).
    pub async fn bury_message(&self, row: &OutboxRow, lease: OutboxLease, reason: &str) -> Result<bool, Fault> {
        let (at, now) = (self.tenant_of(row)?, self.ambient.now());
        let mut tx = self.store.begin(row.tenant).await?;
        if !outbox::bury(&mut tx, row.tenant, lease, now, reason).await? {
            return Ok(false);
        }
        let event = Event::new(EventType::MessageBuried, now, Actor::System);
        let event = event.with("message", row.id.as_i64()).with("tries", lease.tries).with("reason", reason);
        audit::record(&mut tx, &self.ambient, &at, event).await?;
        tx.commit().await?;
        Ok(true)
    }

    pub(crate) fn tenant_of(&self, row: &OutboxRow) -> Result<Arc<TenantDirectory>, Fault> {
        self.directory.by_id(row.tenant).ok_or_else(|| Fault::transient("the tenant is not in the directory yet"))
    }

    pub(crate) async fn notice(
        &self,
        at: &TenantDirectory,
        to: &Recipient,
        of: NoticeOf,
    ) -> Result<MailContent, Fault> {
        let not_me_link = self.new_link(at, LinkPurpose::NotMe, to, None).await?;
        Ok(MailContent::Notice { of, not_me_link })
    }

    pub(crate) async fn new_link(
        &self,
        at: &TenantDirectory,
        purpose: LinkPurpose,
        to: &Recipient,
        journey: Option<String>,
    ) -> Result<String, Fault> {
        let text = self.mint_link(at, purpose, to.user, to.email_index).await?;
        let query = journey.map(|journey| format!("?journey={journey}")).unwrap_or_default();
        Ok(format!("{}/link/{}{query}", at.issuer, text.expose()))
    }

    /// As `new_link`, for one that ends at `expires_at` and leads back to no journey.
    pub(crate) async fn new_link_until(
        &self,
        at: &TenantDirectory,
        purpose: LinkPurpose,
        to: &Recipient,
        expires_at: Timestamp,
    ) -> Result<String, Fault> {
        let text = self.mint_link_until(at, purpose, (to.user, to.email_index), expires_at).await?;
        Ok(format!("{}/link/{}", at.issuer, text.expose()))
    }

    async fn recipient(
        &self,
        at: &TenantDirectory,
        purpose: MailPurpose,
        user: UserId,
        journey: Option<JourneyId>,
    ) -> Result<Option<Recipient>, Fault> {
        let mut conn = self.store.read(at.id()).await?;
        if let (MailPurpose::VerifyEmail, Some(journey)) = (purpose, journey)
            && let Some(pending) = registration::pending_of(&mut conn, at, journey, user).await?
        {
            // The form was checked when it was taken.
            return Ok(Email::parse(&pending.email).ok().map(|email| {
                let email_index = people::email_index(at, &email);
                Recipient { user, email, email_index }
            }));
        }
        let person = people::find(&mut conn, at, user).await?.filter(|person| person.disabled_at.is_none());
        let wants_proof = purpose == MailPurpose::VerifyEmail;
        let person = person.filter(|person| person.email_verified_at.is_none() == wants_proof);
        Ok(person.and_then(|person| recipient_of(&person)))
    }
}

/// A mail with the address and the name of its row.
pub(crate) fn outgoing(
    at: &TenantDirectory,
    row: &OutboxRow,
    to: &str,
    (locale, content): (&str, MailContent),
) -> Result<OutgoingMail, Fault> {
    Ok(OutgoingMail {
        to: to.to_owned(),
        id: public_id(MAIL_PREFIX, row.id.as_i64(), &at.keys.permutation).map_err(Fault::new)?,
        tenant_name: at.tenant.display_name().to_owned(),
        passwordless: at.tenant.settings.is_passwordless(),
        branding: at.tenant.settings.branding.clone(),
        locale: locale.to_owned(),
        content,
        about: made_at(row.id.as_i64()),
    })
}

/// A person with an address as the recipient of a mail; `None` without one.
pub(crate) fn recipient_of(person: &Person) -> Option<Recipient> {
    let email = Email::parse(person.email.as_deref()?).ok()?;
    Some(Recipient { user: person.id, email, email_index: person.email_index? })
}
