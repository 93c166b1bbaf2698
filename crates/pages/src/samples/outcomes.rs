//! Samples: ends of journeys, signing out, errors and the other pages.

use super::{Sample, Words, form, href};
use crate::error::{ErrorCause, ErrorPage, StartAgain};
use crate::form_post::FormPost;
use crate::home::Home;
use crate::journey::{CannotContinue, CheckMail, Confirm, ConfirmPurpose, Done, MailPurpose, Outcome, Standstill};
use crate::redirecting::Redirecting;
use crate::too_many_attempts::TooManyAttempts;
use crate::{Frame, Notice, logout};

const REFERENCE: &str = "7f3a-91c4-e0b2";

pub(super) fn journey(frame: &Frame, words: &Words) -> Vec<Sample> {
    let reset_mail = CheckMail {
        purpose: MailPurpose::PasswordReset,
        email: words.email.clone(),
        valid_minutes: 30,
        resend: None,
        is_of_account: false,
        back_href: href("identify"),
    };
    let verify_mail = CheckMail {
        purpose: MailPurpose::EmailVerification,
        resend: Some(form()),
        is_of_account: true,
        back_href: None,
        ..reset_mail.clone()
    };
    let confirm = Confirm { form: form(), purpose: ConfirmPurpose::Email { email: words.email.clone() } };
    let not_me = Confirm { form: form(), purpose: ConfirmPurpose::NotMe { email: words.email.clone() } };
    let lost = Confirm { form: form(), purpose: ConfirmPurpose::LostFactors { email: words.email.clone() } };
    let new_email = Confirm { form: form(), purpose: ConfirmPurpose::NewEmail { email: words.email.clone() } };
    let former_email = Confirm { form: form(), purpose: ConfirmPurpose::FormerEmail { email: words.email.clone() } };
    let done = |outcome, continue_href: Option<&str>, client_name| {
        Done { outcome, continue_href: continue_href.map(str::to_owned), client_name }.render(frame)
    };
    let without_passwords = Frame { passwordless: true, ..frame.clone() };
    let invited = ConfirmPurpose::Invitation {
        email: words.email.clone(),
        client: None,
        signed_in_as: None,
        account_href: "/account".to_owned(),
    };
    let invitation = Confirm { form: form(), purpose: invited };
    let invited_elsewhere = ConfirmPurpose::Invitation {
        email: words.email.clone(),
        client: words.client_name(),
        signed_in_as: Some(words.email.clone()),
        account_href: "/account".to_owned(),
    };
    let invitation_elsewhere = Confirm { form: form(), purpose: invited_elsewhere };
    let shut_out = Done { outcome: Outcome::ShutOut, continue_href: Some("/".to_owned()), client_name: None };
    let elsewhere = CannotContinue {
        form: form(),
        standstill: Standstill::Elsewhere,
        client_name: words.client_name(),
        reference: REFERENCE.to_owned(),
    };
    let elsewhere_over = CannotContinue { standstill: Standstill::Over, ..elsewhere.clone() };
    let elsewhere_nameless = CannotContinue { client_name: None, ..elsewhere.clone() };
    vec![
        ("journey/check_mail", reset_mail.render(frame)),
        ("journey/check_mail-verify", verify_mail.render(frame)),
        ("journey/confirm", confirm.render(frame)),
        ("journey/confirm-not-me", not_me.render(frame)),
        ("journey/confirm-lost-factors", lost.render(frame)),
        ("journey/done-lost-factors", done(Outcome::FactorsRemoved, Some("/"), None)),
        ("journey/confirm-new-email", new_email.render(frame)),
        ("journey/confirm-former-email", former_email.render(frame)),
        ("journey/done-new-email", done(Outcome::EmailChanged, Some("/account/profile"), None)),
        ("journey/done-deletion", done(Outcome::DeletionRequested, Some("/"), None)),
        ("journey/done-former-email", done(Outcome::EmailRestored, Some("/"), None)),
        ("journey/done-shut-out", done(Outcome::ShutOut, Some("/"), None)),
        ("journey/done", done(Outcome::EmailConfirmed, Some(&words.uri), words.client_name())),
        ("journey/done-password", done(Outcome::PasswordChanged, Some("/account"), None)),
        ("journey/done-signed-in", done(Outcome::SignedIn, None, None)),
        ("journey/done-factor", done(Outcome::FactorAdded, None, None)),
        ("journey/done-device-allowed", done(Outcome::DeviceAllowed, None, None)),
        ("journey/done-device-refused", done(Outcome::DeviceRefused, None, None)),
        ("journey/done-device-late", done(Outcome::DeviceTooLate, None, None)),
        ("journey/done-request-allowed", done(Outcome::RequestAllowed, None, None)),
        ("journey/done-request-refused", done(Outcome::RequestRefused, None, None)),
        ("journey/done-request-late", done(Outcome::RequestTooLate, None, None)),
        ("journey/done-request-other", done(Outcome::RequestOfOther, None, None)),
        ("journey/confirm-invitation", invitation.render(frame)),
        ("journey/confirm-invitation-elsewhere", invitation_elsewhere.render(frame)),
        ("journey/confirm-passwordless", confirm.render(&without_passwords)),
        ("journey/confirm-not-me-passwordless", not_me.render(&without_passwords)),
        ("journey/confirm-former-email-passwordless", former_email.render(&without_passwords)),
        ("journey/done-shut-out-passwordless", shut_out.render(&without_passwords)),
        ("journey/cannot_continue", elsewhere.render(frame)),
        ("journey/cannot_continue-over", elsewhere_over.render(frame)),
        ("journey/cannot_continue-nameless", elsewhere_nameless.render(frame)),
    ]
}

pub(super) fn others(frame: &Frame, words: &Words) -> Vec<Sample> {
    let confirm = logout::Confirm { form: form(), client_name: words.client_name(), email: Some(words.email.clone()) };
    let done = logout::Done { client_name: words.client_name(), continue_href: Some(words.uri.clone()) };
    let signing_out = logout::SigningOut {
        frames: vec!["https://books.example.com/signed-out?iss=https%3A%2F%2Fid.example&sid=5f".to_owned()],
        client_name: words.client_name(),
        continue_href: Some("https://books.example.com/callback?state=a%20b".to_owned()),
    };
    let signing_out_here = logout::SigningOut { client_name: None, continue_href: None, ..signing_out.clone() };
    let limited = TooManyAttempts { wait_seconds: 900, back_href: href("identify"), reference: REFERENCE.to_owned() };
    let long = TooManyAttempts { wait_seconds: 7200, back_href: None, ..limited.clone() };
    let short = TooManyAttempts { wait_seconds: 45, ..limited.clone() };
    let home = Home { account_href: Some("/account".to_owned()) };
    let redirecting = Redirecting {
        target: "https://books.example.com/callback?code=prc_5f&state=a%20b&iss=https%3A%2F%2Fid.example".to_owned(),
        client_name: words.client_name(),
    };
    let redirecting_nameless = Redirecting { client_name: None, ..redirecting.clone() };
    let form_post = FormPost {
        action: "https://books.example.com/callback".to_owned(),
        fields: vec![("code", "prc_5f".to_owned()), ("state", words.description.clone())],
    };
    let home_with = |notice| home.render(&Frame { notice: Some(notice), ..frame.clone() });
    vec![
        ("logout/confirm", confirm.render(frame)),
        ("logout/done", done.render(frame)),
        ("logout/signing_out", signing_out.render(frame)),
        ("logout/signing_out-here", signing_out_here.render(frame)),
        ("too_many_attempts", limited.render(frame)),
        ("too_many_attempts-long", long.render(frame)),
        ("too_many_attempts-short", short.render(frame)),
        ("home", home.render(frame)),
        ("home-password-changed", home_with(Notice::PasswordChanged)),
        ("home-email-confirmed", home_with(Notice::EmailConfirmed)),
        ("home-signed-out", home_with(Notice::SignedOut)),
        ("redirecting", redirecting.render(frame)),
        ("redirecting-nameless", redirecting_nameless.render(frame)),
        ("form_post", form_post.render(frame)),
    ]
}

pub(super) fn errors(frame: &Frame, words: &Words) -> Vec<Sample> {
    ErrorCause::ALL
        .into_iter()
        .map(|cause| {
            let (name, status, technical) = match cause {
                ErrorCause::BadRequest => ("error-request", 400, Some(words.description.clone())),
                ErrorCause::UnknownApplication => ("error-client", 400, Some(words.description.clone())),
                ErrorCause::UnknownReturnAddress => ("error-return", 400, Some(words.description.clone())),
                ErrorCause::Expired => ("error-expired", 410, None),
                ErrorCause::LinkExpired => ("error-link", 410, None),
                ErrorCause::FormRejected => ("error-form", 403, None),
                ErrorCause::Forbidden => ("error-forbidden", 403, None),
                ErrorCause::NotFound => ("error-not-found", 404, None),
                ErrorCause::Internal => ("error-internal", 500, None),
                ErrorCause::Unavailable => ("error-unavailable", 503, None),
            };
            let start_again = matches!(cause, ErrorCause::Expired | ErrorCause::BadRequest)
                .then(|| StartAgain { href: Some(words.uri.clone()), client_name: words.client.clone() });
            let page = ErrorPage { cause, reference: REFERENCE.to_owned(), status, technical, start_again };
            (name, page.render(frame))
        })
        .collect()
}
