//! Taking the form of a page: which use case, with which fields, and what to show when it was not accepted.

use http::StatusCode;
use portreeve_domain::Fault;
use portreeve_domain::journey::Step;
use portreeve_issuer::{Acted, Arrival, Problem, RegistrationForm, SignInForm, StartedByMyself, Stop};
use portreeve_pages::too_many_attempts::TooManyAttempts;
use portreeve_pages::{EmailProblem, PasskeyExit, PasswordProblem};

use super::page::Page;
use super::show::{self, Shown};
use super::{due, outdated_href};
use crate::attributes;
use crate::door::Door;
use crate::error_page;
use crate::form::Fields;
use crate::reply::Reply;

/// What the button of a page without fields says: send the mail again.
const RESEND: &str = "resend";
/// What the button says that asks for a code by mail.
const MAIL_CODE: &str = "mail_code";
/// What a form says that carries the answer of a passkey.
const PASSKEY: &str = "passkey";

/// Takes the form that was posted to the page at `segment`.
pub(super) async fn take(door: &Door, journey: &str, segment: &str, stop: Stop, fields: &Fields) -> Reply {
    let is_current = fields.get("version") == stop.journey.version().to_string();
    let Some(page) = due(door, &stop, segment).filter(|_| is_current) else {
        return Reply::see_other(door, &outdated_href(door, journey, &stop));
    };
    let token = door.issuer().form_token(&door.at, &stop.journey, page.segment());
    if !portreeve_issuer::is_same_token(fields.get("csrf"), &token) {
        // Not our form, or the cookie has changed since: nothing is done, and the page offers a form that works.
        tracing::warn!(reference = door.reference, "a form without the right token");
        let shown = Shown { notice: Some(portreeve_pages::Notice::PageOutdated), ..typed(page, &stop, fields) };
        return show::render(door, journey, page, &stop, &shown).with_status(StatusCode::FORBIDDEN);
    }
    if let Some(missing) = missing(door, page, fields) {
        return show::render(door, journey, page, &stop, &missing);
    }
    match act(door, page, stop, fields).await {
        // The page says what was asked for.
        Ok(Acted::Moved(_)) if page == Page::LostFactors => {
            Reply::see_other(door, &door.href(&format!("/j/{journey}/{}", page.segment())))
        }
        Ok(Acted::Moved(progress)) => Reply::progress(door, progress),
        Ok(Acted::Stale) => show_again(door, journey, page, None, fields).await,
        Ok(Acted::Problem(problem)) => show_again(door, journey, page, Some(problem), fields).await,
        Err(fault) => error_page::broken(door, &fault),
    }
}

/// What the form lacks before anybody is asked; `None` when it is complete. Of a registration nothing can be told apart
/// from what is wrong otherwise: that is the use case's.
fn missing(door: &Door, page: Page, fields: &Fields) -> Option<Shown> {
    let is_empty = |name| fields.get(name).trim().is_empty();
    let asks_email = page == Page::Identify;
    let has_passwords = !door.at.tenant.settings.is_passwordless();
    let asks_password = has_passwords && matches!(page, Page::Identify | Page::Password);
    let asks_code = matches!(
        page,
        Page::EmailCode | Page::PhoneCode | Page::Totp | Page::RecoveryCode | Page::TotpEnrolment { .. }
    );
    let shown = Shown {
        email: asks_email.then(|| fields.get("email").to_owned()),
        email_problem: (asks_email && is_empty("email")).then_some(EmailProblem::Missing),
        password_problem: (asks_password && fields.get("password").is_empty()).then_some(PasswordProblem::Missing),
        code_missing: asks_code && is_empty("code"),
        own_device_missing: page == Page::DeviceApproval && fields.get("decision") == "allow" && !is_own_device(fields),
        ..Shown::default()
    };
    let incomplete = shown.email_problem.is_some()
        || shown.password_problem.is_some()
        || shown.code_missing
        || shown.own_device_missing;
    (incomplete && fields.get("action").is_empty()).then_some(shown)
}

/// Whether the person says that they started it on their own device.
fn is_own_device(fields: &Fields) -> bool {
    fields.get("own_device") == "yes"
}

async fn act(door: &Door, page: Page, stop: Stop, fields: &Fields) -> Result<Acted, Fault> {
    let (issuer, at, step, mut journey) = (door.issuer(), &door.at, stop.step, stop.journey);
    door.note_whence(&mut journey);
    let from = door.posted_from(door.locale(&journey.request().ui_locales));
    let text = |name| fields.get(name).to_owned();
    match (page, fields.get("action")) {
        (
            Page::Password
            | Page::EmailCode
            | Page::Totp
            | Page::RecoveryCode
            | Page::Passkey { .. }
            | Page::TotpEnrolment { .. }
            | Page::PasskeyEnrolment { .. }
            | Page::VerifyEmail
            | Page::SelectAccount
            | Page::Profile
            | Page::PhoneCode
            | Page::Terms
            | Page::Consent
            | Page::DeviceApproval,
            "another_account",
        ) => issuer.use_another_account(at, journey).await,
        (Page::Identify | Page::Password | Page::Passkey { .. }, PASSKEY) => {
            issuer.prove_passkey(at, journey, fields.get("credential"), &from).await
        }
        (Page::Passkey { exit: PasskeyExit::NotNow | PasskeyExit::Cannot }, "skip") => {
            issuer.decline_passkey(at, journey).await
        }
        (Page::PasskeyEnrolment { .. }, PASSKEY) => {
            issuer.enrol_passkey(at, journey, fields.get("credential"), &from).await
        }
        (Page::PasskeyEnrolment { .. }, "skip") => match step {
            Step::EnrolPasskey { .. } => issuer.decline_passkey(at, journey).await,
            _ => issuer.skip_enrolment(at, journey).await,
        },
        (Page::Passkey { .. } | Page::PasskeyEnrolment { .. }, _) => Ok(Acted::Stale),
        (Page::Identify, MAIL_CODE) => issuer.request_email_code(at, journey, fields.get("email"), &from).await,
        (Page::Password, MAIL_CODE) => issuer.request_own_email_code(at, journey, &from).await,
        (Page::EmailCode, RESEND) => issuer.resend_email_code(at, journey, &from).await,
        (Page::EmailCode, _) => issuer.prove_email_code(at, journey, fields.get("code"), &from).await,
        (Page::Identify, _) => {
            let form = SignInForm { email: text("email"), password: text("password") };
            issuer.sign_in(at, journey, form, &from).await
        }
        (Page::Register, RESEND) => issuer.resend_registration(at, journey, &from).await,
        (Page::Register, _) => {
            let form = RegistrationForm { name: text("name"), email: text("email"), password: text("password") };
            issuer.register(at, journey, form, &from).await
        }
        (Page::VerifyEmail, _) => issuer.resend_address_link(at, journey, &from).await,
        (Page::Password, _) => issuer.sign_in_again(at, journey, fields.get("password"), &from).await,
        (Page::RecoveryCode, _) => issuer.prove_recovery_code(at, journey, fields.get("code"), &from).await,
        (Page::LostFactors, _) => issuer.request_factor_recovery(at, journey, &from).await,
        (Page::Totp, _) => issuer.prove_totp(at, journey, fields.get("code")).await,
        (Page::TotpEnrolment { .. }, "skip") => issuer.skip_enrolment(at, journey).await,
        (Page::TotpEnrolment { .. }, _) => issuer.enrol_totp(at, journey, fields.get("code"), &from).await,
        (Page::RecoveryCodes, _) => issuer.recovery_codes_saved(at, journey).await,
        (Page::SelectAccount, _) => issuer.choose_account(at, journey, fields.get("account")).await,
        (Page::DeviceApproval, _) => match fields.get("decision") {
            "allow" if is_own_device(fields) => issuer.allow_device(at, journey, StartedByMyself).await,
            "deny" => issuer.deny(at, journey).await,
            _ => Ok(Acted::Stale),
        },
        (Page::Profile, _) => match fields.get("decision") {
            "deny" => issuer.decline_attributes(at, journey).await,
            _ => {
                issuer
                    .tell_attributes(
                        at,
                        journey,
                        &attributes::answers(fields, stop.attributes.iter().map(|one| &**one)),
                    )
                    .await
            }
        },
        (Page::PhoneCode, RESEND) => issuer.request_number_code(at, journey, &from).await,
        (Page::PhoneCode, "other_number") => issuer.tell_another_number(at, journey).await,
        (Page::PhoneCode, "deny") => issuer.decline_attributes(at, journey).await,
        (Page::PhoneCode, _) => issuer.prove_number(at, journey, fields.get("code")).await,
        (Page::Terms, _) => match fields.get("decision") {
            "allow" => issuer.accept_terms(at, journey, fields.get("terms"), &from.locale).await,
            "deny" => issuer.decline_terms(at, journey).await,
            _ => Ok(Acted::Stale),
        },
        (Page::Consent | Page::BackchannelApproval, _) => match fields.get("decision") {
            "allow" => issuer.allow(at, journey).await,
            "deny" => issuer.deny(at, journey).await,
            _ => Ok(Acted::Stale),
        },
    }
}

/// Shows the page again with what was wrong, or, when the form was stale, where the journey stands by now.
async fn show_again(door: &Door, journey: &str, page: Page, problem: Option<Problem>, fields: &Fields) -> Reply {
    if problem == Some(Problem::InvitationOver) {
        return error_page::link_expired(door);
    }
    let stop = match door.issuer().open_journey(&door.at, journey, door.browser_cookie()).await {
        Ok(Arrival::Here(stop)) => *stop,
        Ok(_) => return Reply::see_other(door, &door.href(&format!("/j/{journey}"))),
        Err(fault) => return error_page::broken(door, &fault),
    };
    let Some(problem) = problem.filter(|_| due(door, &stop, page.segment()) == Some(page)) else {
        return Reply::see_other(door, &outdated_href(door, journey, &stop));
    };
    let reply = if fields.get("action") == RESEND {
        wait(door, journey, page, &stop, problem)
    } else {
        let shown = Shown { problem: Some(problem), ..typed(page, &stop, fields) };
        show::render(door, journey, page, &stop, &shown)
    };
    match problem {
        Problem::TooMany { wait } => reply.with_retry_after(StatusCode::TOO_MANY_REQUESTS, wait),
        _ => reply,
    }
}

/// What was typed into a form that is shown again; never a password or a code.
fn typed(page: Page, stop: &Stop, fields: &Fields) -> Shown {
    let keeps = matches!(page, Page::Identify | Page::Register) && fields.get("action") != PASSKEY;
    Shown {
        name: Some(fields.get("name").to_owned()),
        answers: (page == Page::Profile).then(|| attributes::answers(fields, stop.attributes.iter().map(|one| &**one))),
        email: keeps.then(|| fields.get("email").to_owned()),
        // The button that asks for the mail once more stands on a page without fields.
        registers_again: fields.get("action") != RESEND,
        ..Shown::default()
    }
}

/// The page of a mail that was asked for too often: it has no place for a problem of its own.
fn wait(door: &Door, journey: &str, page: Page, stop: &Stop, problem: Problem) -> Reply {
    let wait_seconds = match problem {
        Problem::TooMany { wait } => wait.as_seconds_ceiling().unsigned_abs(),
        _ => 1,
    };
    let page = TooManyAttempts {
        wait_seconds,
        back_href: Some(door.href(&format!("/j/{journey}/{}", page.segment()))),
        reference: door.reference.clone(),
    };
    let frame = door.frame_to(Some(stop.journey.client()), &stop.journey.request().ui_locales);
    Reply::page(door, page.render(&frame), None)
}
