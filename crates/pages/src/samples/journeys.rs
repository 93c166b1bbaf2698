//! Samples: signing in, registering, choosing an account, consenting.

use super::{Sample, Words, attributes, form, href, prompt};
use crate::journey::{
    AccessDuration, Account, AccountState, AskedAccess, AskedProfile, Consent, Details, DueTerms, ForgotPassword,
    Identify, Password, PhoneCode, Publisher, Register, ResetPassword, Resource, Scope, SelectAccount, Terms,
};
use crate::{
    CodeProblem, EmailProblem, Frame, NameProblem, Notice, NumberState, PasskeyProblem, PasswordProblem, SignInProblem,
};

/// The first page, as most people see it.
pub(super) fn identify(words: &Words) -> Identify {
    Identify {
        form: form(),
        client: Some(words.client()),
        email: String::new(),
        problem: None,
        email_problem: None,
        password_problem: None,
        asks_password: true,
        passkey: None,
        passkey_first: false,
        mails_codes: false,
        forgot_password_href: href("forgot_password"),
        register_href: href("register"),
    }
}

pub(super) fn sign_in(frame: &Frame, words: &Words) -> Vec<Sample> {
    let identify = identify(words);
    let wrong =
        Identify { email: words.email.clone(), problem: Some(SignInProblem::WrongCredentials), ..identify.clone() };
    let empty = Identify {
        email_problem: Some(EmailProblem::Malformed),
        password_problem: Some(PasswordProblem::Missing),
        ..wrong.clone()
    };
    let empty = Identify { problem: None, ..empty };
    let limited = Identify { problem: Some(SignInProblem::TooManyAttempts { wait_seconds: 240 }), ..wrong.clone() };
    let passkey = Identify { passkey: Some(prompt(None)), ..identify.clone() };
    let passkey_first = Identify { passkey_first: true, ..passkey.clone() };
    let passkey_wrong = Identify { passkey: Some(prompt(Some(PasskeyProblem::Removed))), ..identify.clone() };
    let identify_code = Identify { mails_codes: true, ..passkey.clone() };
    let without_passwords = Frame { passwordless: true, ..frame.clone() };
    let by_code = Identify { asks_password: false, forgot_password_href: None, ..identify_code.clone() };
    let by_code_after_passkey = Identify { passkey_first: true, ..by_code.clone() };
    let by_code_malformed = Identify { email_problem: Some(EmailProblem::Malformed), passkey: None, ..by_code.clone() };
    let outdated = Frame { notice: Some(Notice::PageOutdated), ..frame.clone() };
    let password = Password {
        form: form(),
        client: Some(words.client()),
        email: words.email.clone(),
        problem: None,
        password_problem: None,
        asks_password: true,
        passkey: None,
        mails_codes: false,
        forgot_password_href: href("forgot_password"),
    };
    let password_code = Password { mails_codes: true, ..password.clone() };
    let known_by_code = Password {
        asks_password: false,
        passkey: Some(prompt(None)),
        forgot_password_href: None,
        ..password_code.clone()
    };
    let password_passkey = Password { passkey: Some(prompt(None)), ..password.clone() };
    let password_wrong = Password { password_problem: Some(PasswordProblem::Wrong), ..password.clone() };
    vec![
        ("journey/identify", identify.render(frame)),
        ("journey/identify-outdated", identify.render(&outdated)),
        ("journey/identify-wrong", wrong.render(frame)),
        ("journey/identify-fields", empty.render(frame)),
        ("journey/identify-limited", limited.render(frame)),
        ("journey/identify-passkey", passkey.render(frame)),
        ("journey/identify-passkey-first", passkey_first.render(frame)),
        ("journey/identify-passkey-wrong", passkey_wrong.render(frame)),
        ("journey/identify-passkey-code", identify_code.render(frame)),
        ("journey/identify-passkey-passwordless", by_code.render(&without_passwords)),
        ("journey/identify-passkey-first-passwordless", by_code_after_passkey.render(&without_passwords)),
        ("journey/identify-passwordless-wrong", by_code_malformed.render(&without_passwords)),
        ("journey/password-passwordless", known_by_code.render(&without_passwords)),
        ("journey/password-code", password_code.render(frame)),
        ("journey/password", password.render(frame)),
        ("journey/password-passkey", password_passkey.render(frame)),
        ("journey/password-wrong", password_wrong.render(frame)),
    ]
}

pub(super) fn accounts(frame: &Frame, words: &Words) -> Vec<Sample> {
    let register = Register {
        form: form(),
        client_name: words.client_name(),
        name: String::new(),
        email: String::new(),
        is_invited: false,
        name_problem: None,
        email_problem: None,
        password_problem: None,
        problem: None,
        password_minimum: Some(12),
        sign_in_href: href("identify"),
    };
    let register_fields = Register {
        name: words.person.clone(),
        email: words.email.clone(),
        name_problem: Some(NameProblem::TooLong { maximum: 100 }),
        email_problem: Some(EmailProblem::Missing),
        password_problem: Some(PasswordProblem::TooShort { minimum: 12 }),
        ..register.clone()
    };
    let register_invited = Register { email: words.email.clone(), is_invited: true, ..register.clone() };
    let register_by_code = Register { password_minimum: None, ..register.clone() };
    let forgot = ForgotPassword {
        form: form(),
        email: words.email.clone(),
        email_problem: None,
        problem: None,
        sign_in_href: href("identify"),
    };
    let reset = ResetPassword {
        form: form(),
        email: words.email.clone(),
        password_problem: None,
        password_minimum: 12,
        cancel_href: Some("/account/security".to_owned()),
    };
    let reset_common = ResetPassword { password_problem: Some(PasswordProblem::TooCommon), ..reset.clone() };
    let account = |value: &str, name: &str, state| Account {
        value: value.to_owned(),
        name: name.to_owned(),
        email: words.email.clone(),
        state,
    };
    let select = SelectAccount {
        form: form(),
        client_name: words.client_name(),
        accounts: vec![
            account("ses_1", &words.person, AccountState::SignedIn),
            account("ses_2", "", AccountState::SignedOut),
        ],
    };
    vec![
        ("journey/register", register.render(frame)),
        ("journey/register-invited", register_invited.render(frame)),
        ("journey/register-passwordless", register_by_code.render(frame)),
        ("journey/register-fields", register_fields.render(frame)),
        ("journey/forgot_password", forgot.render(frame)),
        ("journey/reset_password", reset.render(frame)),
        ("journey/reset_password-common", reset_common.render(frame)),
        ("journey/select_account", select.render(frame)),
    ]
}

pub(super) fn consent(frame: &Frame, words: &Words) -> Vec<Sample> {
    let access = AskedAccess {
        client: words.client(),
        publisher: Publisher::Verified,
        described_at: None,
        email: words.email.clone(),
        scopes: vec![
            Scope::OpenId,
            Scope::Profile,
            Scope::Email,
            Scope::Other { title: words.title.clone(), description: Some(words.description.clone()) },
            Scope::OfflineAccess,
        ],
        details: vec![Details {
            title: words.title.clone(),
            description: Some(words.description.clone()),
            facts: vec![(words.title.clone(), words.description.clone())],
        }],
        resources: vec![Resource { name: words.client.clone(), location: words.host.clone() }],
        duration: AccessDuration::Days(90),
    };
    let verified = Consent {
        form: form(),
        access: access.clone(),
        is_on_device: false,
        redirect_host: Some(words.host.clone()),
        account_href: Some("/account".to_owned()),
    };
    let due = |version: &str, is_changed| DueTerms {
        name: words.terms.clone(),
        version: version.to_owned(),
        uri: words.uri.clone(),
        is_changed,
    };
    let asked = Frame { reasons: vec!["terms:tos:7".to_owned(), words.title.clone()], ..frame.clone() };
    let terms = Terms {
        form: form(),
        client_name: words.client_name(),
        email: words.email.clone(),
        terms: vec![due("7", true), due("2026-11", false)],
        shown: "tos:7 privacy:2026-11".to_owned(),
    };
    let profile = AskedProfile {
        form: form(),
        client_name: words.client_name(),
        email: words.email.clone(),
        fields: attributes(words, false),
    };
    let profile_fields = AskedProfile { fields: attributes(words, true), ..profile.clone() };
    let phone = PhoneCode {
        form: form(),
        client_name: words.client_name(),
        email: words.email.clone(),
        number: words.number.clone(),
        state: NumberState::Sent,
        valid_minutes: 10,
        code_problem: None,
    };
    let phone_wrong = PhoneCode { code_problem: Some(CodeProblem::Wrong), ..phone.clone() };
    let phone_to_send = PhoneCode { state: NumberState::ToSend, ..phone.clone() };
    let phone_not_served = PhoneCode { state: NumberState::NotServed, ..phone.clone() };
    let unverified = AskedAccess {
        publisher: Publisher::Unverified,
        described_at: Some(words.host.clone()),
        scopes: vec![Scope::Phone, Scope::Address, Scope::from_name("calendar.read")],
        details: Vec::new(),
        resources: Vec::new(),
        duration: AccessDuration::WhileSignedIn,
        ..access.clone()
    };
    let unverified = Consent { access: unverified, is_on_device: true, ..verified.clone() };
    let small = AskedAccess {
        scopes: vec![Scope::OpenId],
        details: Vec::new(),
        resources: Vec::new(),
        duration: AccessDuration::UntilWithdrawn,
        ..access
    };
    let small = Consent { access: small, redirect_host: None, account_href: None, ..verified.clone() };
    vec![
        ("journey/profile", profile.render(&asked)),
        ("journey/profile-fields", profile_fields.render(&asked)),
        ("journey/phone_code", phone.render(&asked)),
        ("journey/phone_code-wrong", phone_wrong.render(frame)),
        ("journey/phone_code-to_send", phone_to_send.render(frame)),
        ("journey/phone_code-not_served", phone_not_served.render(frame)),
        ("journey/terms", terms.render(&asked)),
        ("journey/consent", verified.render(frame)),
        ("journey/consent-unverified", unverified.render(frame)),
        ("journey/consent-small", small.render(frame)),
    ]
}
