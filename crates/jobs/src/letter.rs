//! A mail as it is written: the words of `pages` in the form of RFC 5322.
//!
//! Owns headers and body parts. Every value that could carry a line end is checked or encoded by the library (S-143).

use std::time::{Duration, SystemTime};

use lettre::Message;
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart, header};
use portreeve_domain::{Picture, Timestamp};
use portreeve_issuer::{MailContent, MailedCode, NoticeOf, Origin, OutgoingMail};
use portreeve_pages::mail::{
    AccountExists, AddedFactor, AddressTaken, ApprovalWanted, ConfirmEmailChange, ConfirmSignIn, DeletionCancelled,
    DeletionRequested, EmailChanged, EmailCode, FactorAdded, FactorRemoved, FormerDeletionRequested, Invitation,
    MailFrame, MailText, MailedCode as ShownCode, NewSignIn, PasskeyCopied, PasswordChanged, PasswordReset,
    RecoveryCodeUsed, RecoveryDue, RecoveryRequested, RecoveryStopped, RemovedFactor, SignInOrigin, VerifyEmail,
};
use portreeve_pages::{Brand, Locale, RenderError, Whereabouts};

/// Why a mail cannot be written; trying again does not help.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unwritable {
    /// The address is none a mail server would take.
    #[error("the recipient's address is not one for mail")]
    Recipient,
    /// A template failed.
    #[error("the mail could not be rendered")]
    Template(#[source] RenderError),
    /// The parts did not make a message.
    #[error("the message could not be built")]
    Message(#[source] lettre::error::Error),
}

/// Writes a mail from `sender`, dated `now`.
pub(crate) fn write(mail: &OutgoingMail, sender: &Mailbox, now: Timestamp) -> Result<Message, Unwritable> {
    let domain = sender.email.domain();
    let logo_id = format!("{}.logo@{domain}", mail.id);
    let text = render(mail, &logo_id).map_err(Unwritable::Template)?;
    let to = mail.to.parse().map_err(|_| Unwritable::Recipient)?;
    Message::builder()
        .message_id(Some(format!("<{}@{domain}>", mail.id)))
        .date(SystemTime::UNIX_EPOCH + Duration::from_millis(now.as_millis().unsigned_abs()))
        .from(sender.clone())
        .to(Mailbox::new(None, to))
        .subject(text.subject.clone())
        .header(header::MIME_VERSION_1_0)
        .raw_header(auto_generated())
        .multipart(body(text, mail.branding.logo.as_ref(), logo_id))
        .map_err(Unwritable::Message)
}

/// Plain text, and HTML with the picture that it shows (RFC 2387): what a mail loads tells its sender who reads it.
fn body(MailText { text, html, .. }: MailText, logo: Option<&Picture>, logo_id: String) -> MultiPart {
    let (Some(logo), Ok(png)) = (logo, header::ContentType::parse("image/png")) else {
        return MultiPart::alternative_plain_html(text, html);
    };
    let picture = Attachment::new_inline(logo_id).body(logo.png().to_vec(), png);
    let shown = MultiPart::related().singlepart(SinglePart::html(html)).singlepart(picture);
    MultiPart::alternative().singlepart(SinglePart::plain(text)).multipart(shown)
}

/// Tells out-of-office programs not to answer (RFC 3834 §5).
fn auto_generated() -> header::HeaderValue {
    let name = header::HeaderName::new_from_ascii_str("Auto-Submitted");
    header::HeaderValue::new(name, "auto-generated".to_owned())
}

fn shown(code: &MailedCode) -> ShownCode {
    let valid_minutes = u32::try_from(MailContent::CODE_MINUTES).unwrap_or(u32::MAX);
    ShownCode { text: code.text.clone(), is_long: code.is_long, link: code.link.clone(), valid_minutes }
}

fn from(origin: &Origin) -> SignInOrigin {
    let place = origin.place.clone().unwrap_or_default();
    SignInOrigin {
        program: origin.agent.program.clone(),
        system: origin.agent.system.clone(),
        network: origin.network.clone(),
        whereabouts: Whereabouts { country: place.country, city: place.city },
    }
}

fn render(mail: &OutgoingMail, logo_id: &str) -> Result<MailText, RenderError> {
    let locale = Locale::parse(&mail.locale).unwrap_or_default();
    let frame = MailFrame {
        locale,
        tenant_name: mail.tenant_name.clone(),
        passwordless: mail.passwordless,
        brand: Brand::of_mail(&mail.branding, locale, logo_id),
    };
    let when = minute(mail.about);
    let valid_minutes = u32::try_from(MailContent::LINK_MINUTES).unwrap_or(u32::MAX);
    match &mail.content {
        MailContent::PasswordReset { link } => PasswordReset { link: link.clone(), valid_minutes }.render(&frame),
        MailContent::VerifyEmail { link } => VerifyEmail { link: link.clone(), valid_minutes }.render(&frame),
        MailContent::AccountExists { sign_in_link } => {
            AccountExists { sign_in_link: sign_in_link.clone() }.render(&frame)
        }
        MailContent::EmailCode(code) => EmailCode { code: shown(code) }.render(&frame),
        MailContent::ConfirmSignIn { code, origin } => {
            ConfirmSignIn { code: shown(code), from: from(origin) }.render(&frame)
        }
        MailContent::NewDevice { origin, not_me_link } => {
            NewSignIn { from: from(origin), when, not_me_link: not_me_link.clone() }.render(&frame)
        }
        MailContent::DeletionRequested { due_at, sign_in_link, not_me_link } => {
            let (sign_in_link, not_me_link) = (sign_in_link.clone(), not_me_link.clone());
            DeletionRequested { due: minute(*due_at), sign_in_link, not_me_link }.render(&frame)
        }
        MailContent::FormerDeletionRequested { due_at, undo_link, undo_until } => {
            let (due, until) = (minute(*due_at), minute(*undo_until));
            FormerDeletionRequested { due, until, undo_link: undo_link.clone() }.render(&frame)
        }
        MailContent::DeletionCancelled { not_me_link } => {
            DeletionCancelled { when, not_me_link: not_me_link.clone() }.render(&frame)
        }
        MailContent::AddressTaken { sign_in_link } => {
            AddressTaken { sign_in_link: sign_in_link.clone() }.render(&frame)
        }
        MailContent::ConfirmEmailChange { link } => {
            ConfirmEmailChange { link: link.clone(), valid_minutes }.render(&frame)
        }
        MailContent::EmailChanged { undo_link } => EmailChanged { when, undo_link: undo_link.clone() }.render(&frame),
        MailContent::Invitation { link, expires_at } => {
            Invitation { link: link.clone(), until: minute(*expires_at) }.render(&frame)
        }
        MailContent::ApprovalWanted { link, minutes } => {
            let valid_minutes = u32::try_from(*minutes).unwrap_or(u32::MAX);
            ApprovalWanted { link: link.clone(), valid_minutes }.render(&frame)
        }
        MailContent::FactorRecoveryRequested { due_at, not_me_link } => {
            RecoveryRequested { due: minute(*due_at), not_me_link: not_me_link.clone() }.render(&frame)
        }
        MailContent::FactorRecoveryDue { link } => RecoveryDue { link: link.clone() }.render(&frame),
        MailContent::Notice { of, not_me_link } => notice(*of, when, not_me_link.clone(), &frame),
    }
}

/// Tells how the person signs in from now on.
fn notice(of: NoticeOf, when: String, not_me_link: String, frame: &MailFrame) -> Result<MailText, RenderError> {
    let added = |factor| FactorAdded { factor, when: when.clone(), not_me_link: not_me_link.clone() }.render(frame);
    let removed = |factor| FactorRemoved { factor, when: when.clone(), not_me_link: not_me_link.clone() }.render(frame);
    match of {
        NoticeOf::PasswordChanged => PasswordChanged { when, not_me_link }.render(frame),
        NoticeOf::TotpSetUp => added(AddedFactor::Totp),
        NoticeOf::RecoveryCodesRenewed => added(AddedFactor::RecoveryCodes),
        NoticeOf::FactorRecoveryStopped => RecoveryStopped { when, not_me_link }.render(frame),
        NoticeOf::PasskeyAdded => added(AddedFactor::Passkey),
        NoticeOf::PasskeyCopied => PasskeyCopied { when, not_me_link }.render(frame),
        NoticeOf::FactorRemoved => removed(RemovedFactor::Totp),
        NoticeOf::PasskeyRemoved => removed(RemovedFactor::Passkey),
        NoticeOf::RecoveryCodeUsed => RecoveryCodeUsed { when, not_me_link }.render(frame),
    }
}

/// Date and time to the minute, the same in every language: `2026-11-22 10:30 UTC`.
fn minute(at: Timestamp) -> String {
    let at = time::OffsetDateTime::from_unix_timestamp(at.as_seconds()).unwrap_or(time::OffsetDateTime::UNIX_EPOCH);
    let (year, month, day) = (at.year(), u8::from(at.month()), at.day());
    format!("{year:04}-{month:02}-{day:02} {:02}:{:02} UTC", at.hour(), at.minute())
}

#[cfg(test)]
mod tests {
    use portreeve_domain::Branding;

    use super::*;

    fn mail(to: &str, tenant_name: &str) -> OutgoingMail {
        OutgoingMail {
            to: to.to_owned(),
            id: "mail_0123456789abcdefABCDEF".to_owned(),
            tenant_name: tenant_name.to_owned(),
            passwordless: false,
            branding: Branding::default(),
            locale: "en".to_owned(),
            content: MailContent::PasswordReset { link: "https://id.example/link/ptml_x".to_owned() },
            about: Timestamp::from_millis(0),
        }
    }

    fn headers(message: &Message) -> String {
        let text = String::from_utf8(message.formatted()).unwrap();
        text.split("\r\n\r\n").next().unwrap().to_owned()
    }

    fn sender() -> Mailbox {
        "Northwind <no-reply@id.example>".parse().unwrap()
    }

    /// S-143: a name with a line end adds no header.
    #[test]
    fn a_name_with_a_line_end_adds_no_header() {
        let message =
            write(&mail("ada@example.com", "North\r\nBcc: eve@example.com"), &sender(), Timestamp::from_millis(0));

        let headers = headers(&message.unwrap());

        assert!(headers.lines().all(|line| !line.to_lowercase().starts_with("bcc")), "{headers}");
        assert_eq!(headers.lines().filter(|line| line.starts_with("To: ")).count(), 1);
    }

    /// S-143: an address with a line end is no address.
    #[test]
    fn an_address_with_a_line_end_is_refused() {
        for to in ["ada@example.com\r\nBcc: eve@example.com", "ada@example.com, eve@example.com", "ada"] {
            assert!(matches!(write(&mail(to, "N"), &sender(), Timestamp::from_millis(0)), Err(Unwritable::Recipient)));
        }
    }

    /// S-020: the logo goes with the mail; nothing is loaded, and a mail without one has no such part.
    #[test]
    fn a_logo_is_a_part_of_the_mail() {
        let png: &[u8] = b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR\x00\x00\x00\x02\x00\x00\x00\x01";
        let plain = mail("ada@example.com", "N");
        let branding = Branding { logo: Picture::of_png(png), ..Branding::default() };
        let branded = OutgoingMail { branding, ..mail("ada@example.com", "N") };
        let written = |mail: &OutgoingMail| {
            let message = write(mail, &sender(), Timestamp::from_millis(0)).unwrap();
            String::from_utf8(message.formatted()).unwrap()
        };

        let (plain, branded) = (written(&plain), written(&branded));

        for part in [
            "multipart/related",
            "Content-ID: <mail_0123456789abcdefABCDEF.logo@id.example>",
            "Content-Disposition: inline",
            "image/png",
            "cid:mail_",
        ] {
            assert!(branded.contains(part), "{part}: {branded}");
            assert!(!plain.contains(part), "{part}: {plain}");
        }
    }

    /// the same mail has the same identifier whenever it is written.
    #[test]
    fn a_mail_is_recognised_by_its_message_id() {
        let at = Timestamp::from_millis(1_700_000_000_000);
        let first = headers(&write(&mail("ada@example.com", "N"), &sender(), Timestamp::from_millis(0)).unwrap());
        let second = headers(&write(&mail("ada@example.com", "N"), &sender(), at).unwrap());

        let id = "Message-ID: <mail_0123456789abcdefABCDEF@id.example>";

        assert!(first.contains(id) && second.contains(id), "{first}");
    }

    /// The example of RFC 3339 §5.8, to the minute and in UTC.
    #[test]
    fn times_are_told_to_the_minute_in_utc() {
        assert_eq!(minute(Timestamp::from_millis(482_196_050_520)), "1985-04-12 23:20 UTC");
    }
}
