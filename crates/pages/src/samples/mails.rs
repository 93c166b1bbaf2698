//! Samples: every mail.

use crate::mail::{
    AccountExists, AddedFactor, AddressTaken, ApprovalWanted, ConfirmEmailChange, ConfirmSignIn, DeletionCancelled,
    DeletionRequested, EmailChanged, EmailCode, FactorAdded, FactorRemoved, FormerDeletionRequested, Invitation,
    MailFrame, MailText, MailedCode, NewSignIn, PasskeyCopied, PasswordChanged, PasswordReset, RecoveryCodeUsed,
    RecoveryDue, RecoveryRequested, RecoveryStopped, RemovedFactor, SignInOrigin, VerifyEmail,
};
use crate::{Locale, RenderError, Whereabouts};

use super::{Words, brands};

/// Renders every mail, with a name for each.
pub fn mails(locale: Locale, words: &Words) -> Vec<(&'static str, Result<MailText, RenderError>)> {
    let frame = MailFrame { locale, tenant_name: words.tenant.clone(), ..MailFrame::default() };
    let link = "https://id.example.com/l/9gq5T0mZr8Vb2xWc".to_owned();
    let when = "2026-11-22 10:30 UTC".to_owned();
    let factor = |factor| FactorAdded { factor, when: when.clone(), not_me_link: link.clone() }.render(&frame);
    let removed = |factor| FactorRemoved { factor, when: when.clone(), not_me_link: link.clone() }.render(&frame);
    let from = |program: Option<&str>, system: Option<&str>| SignInOrigin {
        program: program.map(str::to_owned),
        system: system.map(str::to_owned),
        network: "203.0.113.*".to_owned(),
        whereabouts: Whereabouts {
            country: program.map(|_| "DE".to_owned()),
            city: system.map(|_| words.title.clone()),
        },
    };
    let sign_in = |from| NewSignIn { from, when: when.clone(), not_me_link: link.clone() }.render(&frame);
    let code = MailedCode { text: "042917".to_owned(), is_long: false, link: link.clone(), valid_minutes: 10 };
    let long_code = MailedCode { text: "0429 1755 9380 6132 7748 2609".to_owned(), is_long: true, ..code.clone() };
    let confirm_sign_in = ConfirmSignIn { code: code.clone(), from: from(Some("Firefox"), Some("Linux")) };
    let without_passwords = MailFrame { passwordless: true, ..frame.clone() };
    let passkey_copied = PasskeyCopied { when: when.clone(), not_me_link: link.clone() };
    let recovery_code_used = RecoveryCodeUsed { when: when.clone(), not_me_link: link.clone() };
    let recovery_requested = RecoveryRequested { due: when.clone(), not_me_link: link.clone() };
    let email_changed = EmailChanged { when: when.clone(), undo_link: link.clone() };
    let deletion_requested =
        DeletionRequested { due: when.clone(), sign_in_link: link.clone(), not_me_link: link.clone() };
    let former_deletion_requested =
        FormerDeletionRequested { due: when.clone(), undo_link: link.clone(), until: when.clone() };
    let branded = MailFrame { brand: brands::of_mails(locale, words), ..frame.clone() };
    vec![
        ("mail/recovery_due-branded", RecoveryDue { link: link.clone() }.render(&branded)),
        ("mail/passkey_copied-passwordless", passkey_copied.render(&without_passwords)),
        ("mail/recovery_code_used-passwordless", recovery_code_used.render(&without_passwords)),
        ("mail/recovery_requested-passwordless", recovery_requested.render(&without_passwords)),
        ("mail/email_changed-passwordless", email_changed.render(&without_passwords)),
        ("mail/invitation", Invitation { link: link.clone(), until: when.clone() }.render(&frame)),
        ("mail/password_reset", PasswordReset { link: link.clone(), valid_minutes: 30 }.render(&frame)),
        ("mail/email_code", EmailCode { code }.render(&frame)),
        ("mail/email_code-long", EmailCode { code: long_code }.render(&frame)),
        ("mail/recovery_requested", RecoveryRequested { due: when.clone(), not_me_link: link.clone() }.render(&frame)),
        ("mail/recovery_due", RecoveryDue { link: link.clone() }.render(&frame)),
        ("mail/recovery_stopped", RecoveryStopped { when: when.clone(), not_me_link: link.clone() }.render(&frame)),
        ("mail/verify_email", VerifyEmail { link: link.clone(), valid_minutes: 30 }.render(&frame)),
        ("mail/approval_wanted", ApprovalWanted { link: link.clone(), valid_minutes: 10 }.render(&frame)),
        ("mail/account_exists", AccountExists { sign_in_link: link.clone() }.render(&frame)),
        ("mail/address_taken", AddressTaken { sign_in_link: link.clone() }.render(&frame)),
        ("mail/confirm_email_change", ConfirmEmailChange { link: link.clone(), valid_minutes: 30 }.render(&frame)),
        ("mail/deletion_requested", deletion_requested.render(&frame)),
        ("mail/former_deletion_requested", former_deletion_requested.render(&frame)),
        ("mail/deletion_cancelled", DeletionCancelled { when: when.clone(), not_me_link: link.clone() }.render(&frame)),
        ("mail/new_sign_in", sign_in(from(Some("Firefox"), Some("Linux")))),
        ("mail/new_sign_in-country", sign_in(from(Some("Firefox"), None))),
        ("mail/new_sign_in-unknown", sign_in(from(None, None))),
        ("mail/confirm_sign_in", confirm_sign_in.render(&frame)),
        ("mail/email_changed", EmailChanged { when: when.clone(), undo_link: link.clone() }.render(&frame)),
        ("mail/password_changed", PasswordChanged { when: when.clone(), not_me_link: link.clone() }.render(&frame)),
        ("mail/factor_added", factor(AddedFactor::Totp)),
        ("mail/recovery_code_used", RecoveryCodeUsed { when: when.clone(), not_me_link: link.clone() }.render(&frame)),
        ("mail/factor_removed", removed(RemovedFactor::Totp)),
        ("mail/factor_removed-passkey", removed(RemovedFactor::Passkey)),
        ("mail/factor_added-codes", factor(AddedFactor::RecoveryCodes)),
        ("mail/factor_added-passkey", factor(AddedFactor::Passkey)),
        ("mail/passkey_copied", PasskeyCopied { when: when.clone(), not_me_link: link.clone() }.render(&frame)),
    ]
}
