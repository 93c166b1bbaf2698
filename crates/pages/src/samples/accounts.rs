//! Samples: the pages of one's own account.

use super::{Sample, Words, attributes, form};
use crate::account::{
    AcceptedTerms, AcceptedVersion, Application, Applications, ChangeEmail, ConfirmPhone, Holder, Home, KnownAttribute,
    Nav, OwnPasskey, PasskeyCount, PasskeyName, Passkeys, PersonalData, PersonalSection, PersonalValue, Place, Profile,
    Question, QuestionKind, Recovery, Security, Sessions, SignIn, Totp,
};
use crate::journey::{Resource, Scope};
use crate::{CodeProblem, EmailProblem, Frame, NameProblem, Notice, NumberState, SignInProblem, Whereabouts};

const DAY: u64 = 86_400;

pub(super) fn pages(frame: &Frame, words: &Words) -> Vec<Sample> {
    let nav = |place| Nav { account_href: "/account".to_owned(), place };
    let home = Home {
        nav: nav(Place::Home),
        holder: Holder { name: words.person.clone(), email: words.email.clone() },
        switch_href: "/account/switch".to_owned(),
        sign_out_href: "/oauth2/logout".to_owned(),
    };
    let nameless = Home { holder: Holder { name: String::new(), ..home.holder.clone() }, ..home.clone() };
    let profile = Profile {
        nav: nav(Place::Profile),
        form: form(),
        name: words.person.clone(),
        email: words.email.clone(),
        email_href: "/account/profile/email".to_owned(),
        data_href: "/account/data".to_owned(),
        terms_href: Some("/account/terms".to_owned()),
        deletion_href: "/account/delete".to_owned(),
        name_problem: None,
        fields: attributes(words, false).split_off(4),
        confirm_phone_href: Some("/account/profile/phone".to_owned()),
        known: vec![KnownAttribute {
            label: Some(words.title.clone()),
            name: "rating".to_owned(),
            purpose: Some(words.description.clone()),
            value: PersonalValue::Text(words.title.clone()),
        }],
    };
    let profile_wrong = Profile {
        name_problem: Some(NameProblem::Missing),
        fields: attributes(words, true).split_off(4),
        ..profile.clone()
    };
    let change_email = ChangeEmail {
        nav: nav(Place::Profile),
        form: form(),
        current: words.email.clone(),
        wished: None,
        email: String::new(),
        email_problem: None,
        problem: None,
        cancel_href: "/account/profile".to_owned(),
    };
    let phone = ConfirmPhone {
        nav: nav(Place::Profile),
        form: form(),
        number: words.number.clone(),
        state: NumberState::ToSend,
        valid_minutes: 10,
        code_problem: None,
        problem: None,
        back_href: "/account/profile".to_owned(),
    };
    let phone_sent = ConfirmPhone { state: NumberState::Sent, code_problem: Some(CodeProblem::Wrong), ..phone.clone() };
    let phone_too_many =
        ConfirmPhone { problem: Some(SignInProblem::TooManyAttempts { wait_seconds: 900 }), ..phone.clone() };
    let phone_not_served = ConfirmPhone { state: NumberState::NotServed, ..phone.clone() };
    let email_wished = ChangeEmail { wished: Some("ada.king@example.com".to_owned()), ..change_email.clone() };
    let email_wrong = ChangeEmail {
        email: words.email.clone(),
        email_problem: Some(EmailProblem::Same),
        problem: Some(SignInProblem::TooManyAttempts { wait_seconds: 900 }),
        ..change_email.clone()
    };
    let security = Security {
        nav: nav(Place::Security),
        recovery: None,
        password_seconds_ago: Some(40 * DAY),
        password_href: Some("/account/security/password".to_owned()),
        passkeys: Some(PasskeyCount { count: 2, href: "/account/security/passkeys".to_owned() }),
        totp: Some(Totp { seconds_ago: 3 * DAY, remove_href: Some("/account/security/totp/remove".to_owned()) }),
        totp_href: "/account/security/totp".to_owned(),
        codes_left: Some(8),
        codes_href: "/account/security/recovery-codes".to_owned(),
    };
    let recovered = Security { recovery: Some(Recovery { form: form(), hours_left: 7 }), ..security.clone() };
    let demanded = Security {
        totp: security.totp.clone().map(|totp| Totp { remove_href: None, ..totp }),
        passkeys: None,
        codes_left: Some(1),
        ..security.clone()
    };
    let none = PasskeyCount { count: 0, href: "/account/security/passkeys".to_owned() };
    let without =
        Security { password_seconds_ago: None, passkeys: Some(none), totp: None, codes_left: None, ..security.clone() };
    let by_code = Security { password_href: None, recovery: recovered.recovery.clone(), ..without.clone() };
    let without_passwords = Frame { passwordless: true, ..frame.clone() };
    let passkey = |name: &str, used_seconds_ago| OwnPasskey {
        value: "5d0c".to_owned(),
        name: name.to_owned(),
        added_seconds_ago: 20 * DAY,
        used_seconds_ago,
        backed_up: used_seconds_ago.is_some(),
    };
    let passkeys = Passkeys {
        nav: nav(Place::Security),
        form: form(),
        passkeys: vec![passkey(&words.title, Some(DAY)), passkey("", None)],
        may_remove: true,
        add_href: "/account/security/passkeys/new".to_owned(),
        back_href: "/account/security".to_owned(),
        accepted: r#"{"rpId":"id.example.com","userId":"AA","allAcceptedCredentialIds":["AQ"]}"#.to_owned(),
    };
    let last = Passkeys { passkeys: vec![passkey("", Some(60))], may_remove: false, ..passkeys.clone() };
    let no_passkeys = Passkeys { passkeys: Vec::new(), may_remove: false, ..passkeys.clone() };
    let naming = PasskeyName {
        nav: nav(Place::Security),
        form: form(),
        value: "5d0c".to_owned(),
        name: words.title.clone(),
        problem: None,
        cancel_href: "/account/security/passkeys".to_owned(),
    };
    let too_long = PasskeyName { problem: Some(NameProblem::TooLong { maximum: 64 }), ..naming.clone() };
    let removal = QuestionKind::RemovePasskey { value: "5d0c".to_owned(), name: words.title.clone() };
    let question =
        |kind| Question { nav: nav(Place::Security), form: form(), kind, cancel_href: "/account/security".to_owned() };
    let sign_in = |is_here, program: Option<&str>, system: Option<&str>| SignIn {
        value: "ses_4f1c".to_owned(),
        program: program.map(str::to_owned),
        system: system.map(str::to_owned),
        network: program.map(|_| "203.0.113.*".to_owned()),
        whereabouts: Whereabouts {
            country: program.map(|_| "DE".to_owned()),
            city: system.map(|_| words.title.clone()),
        },
        began_seconds_ago: 2 * DAY,
        seen_seconds_ago: 600,
        is_here,
    };
    let here = sign_in(true, Some("Firefox"), Some("Linux"));
    let sessions = Sessions {
        nav: nav(Place::Sessions),
        form: form(),
        sign_ins: vec![
            here.clone(),
            sign_in(false, Some("Safari"), Some("iOS")),
            sign_in(false, Some("Chrome"), None),
            sign_in(false, None, None),
        ],
        password_href: Some("/account/security/password".to_owned()),
    };
    let sessions_by_code = Sessions { password_href: None, ..sessions.clone() };
    let only_here = Sessions { sign_ins: vec![here], ..sessions.clone() };
    let application = |scopes: Vec<Scope>, resources| Application {
        value: "books".to_owned(),
        name: words.client.clone(),
        location: Some("https://books.example.com".to_owned()),
        scopes,
        resources,
        seconds_ago: 9 * DAY,
    };
    let own = Scope::Other { title: words.title.clone(), description: None };
    let server = Resource { name: words.client.clone(), location: "https://api.example.com".to_owned() };
    let applications = Applications {
        nav: nav(Place::Applications),
        form: form(),
        applications: vec![
            application(vec![Scope::OpenId, Scope::Profile, own], vec![server]),
            Application { location: None, ..application(vec![Scope::OpenId, Scope::OfflineAccess], Vec::new()) },
        ],
    };
    let no_applications = Applications { applications: vec![], ..applications.clone() };
    let accepted = |version: &str, client_name| AcceptedVersion {
        name: words.terms.clone(),
        version: version.to_owned(),
        uri: words.uri.clone(),
        client_name,
        seconds_ago: 9 * DAY,
    };
    let terms = AcceptedTerms {
        nav: nav(Place::Profile),
        versions: vec![accepted("7", Some(words.client.clone())), accepted("6", None)],
    };
    let no_terms = AcceptedTerms { versions: Vec::new(), ..terms.clone() };
    let done = Frame { notice: Some(Notice::PasswordReplaced), ..frame.clone() };
    let known = known(nav(Place::Profile), words);
    vec![
        ("account/home", home.render(frame)),
        ("account/home-nameless", nameless.render(frame)),
        ("account/profile", profile.render(frame)),
        ("account/profile-fields", profile_wrong.render(frame)),
        ("account/phone", phone.render(frame)),
        ("account/phone-wrong", phone_sent.render(frame)),
        ("account/phone-limited", phone_too_many.render(frame)),
        ("account/phone-not_served", phone_not_served.render(frame)),
        ("account/email", change_email.render(frame)),
        ("account/email-wished", email_wished.render(frame)),
        ("account/email-fields", email_wrong.render(frame)),
        ("account/personal_data", known.render(frame)),
        ("account/security-recovery", recovered.render(frame)),
        ("account/security-passwordless", by_code.render(&without_passwords)),
        ("account/sessions-passwordless", sessions_by_code.render(&without_passwords)),
        ("account/home-passwordless", home.render(&without_passwords)),
        ("account/security", security.render(&done)),
        ("account/security-demanded", demanded.render(frame)),
        ("account/security-without", without.render(frame)),
        ("account/sessions", sessions.render(frame)),
        ("account/sessions-here", only_here.render(frame)),
        ("account/applications", applications.render(frame)),
        ("account/applications-none", no_applications.render(frame)),
        ("account/accepted_terms", terms.render(frame)),
        ("account/accepted_terms-none", no_terms.render(frame)),
        ("account/question", question(QuestionKind::RemoveTotp).render(frame)),
        ("account/passkeys", passkeys.render(frame)),
        ("account/passkeys-last", last.render(frame)),
        ("account/passkeys-none", no_passkeys.render(frame)),
        ("account/passkey_name", naming.render(frame)),
        ("account/passkey_name-fields", too_long.render(frame)),
        ("account/question-passkey", question(removal).render(frame)),
        ("account/question-totp", question(QuestionKind::RemoveTotpBesidePasskey).render(frame)),
        ("account/question-deletion", question(QuestionKind::DeleteAccount { days: 14 }).render(frame)),
        ("account/question-codes", question(QuestionKind::RenewCodes).render(frame)),
    ]
}

/// What is known about somebody, with more of one kind than fits.
fn known(nav: Nav, words: &Words) -> PersonalData {
    let fact = |name: &str, value: &str| (name.to_owned(), PersonalValue::Text(value.to_owned()));
    let when = "2026-11-22 10:30 UTC";
    let sign_in = vec![
        fact("browser", "Firefox"),
        fact("network", "203.0.113.*"),
        fact("since", when),
        ("copied".to_owned(), PersonalValue::Yes),
    ];
    let word = |name: &str, word: &str| (name.to_owned(), PersonalValue::Words(vec![word.to_owned()]));
    let passkey = vec![fact("name", ""), fact("since", when)];
    let scopes = ["openid", "email", "orders.read"].map(str::to_owned).to_vec();
    let grant = vec![
        fact("client", &words.client),
        ("scope".to_owned(), PersonalValue::Scopes(scopes)),
        word("reason", "refresh token replayed"),
    ];
    let link = vec![word("purpose", "not_me"), fact("since", when)];
    let account = vec![fact("name", &words.person), fact("email", &words.email), fact("made_up", &words.person)];
    let sections = vec![
        PersonalSection { name: "account", entries: vec![account] },
        PersonalSection { name: "factors", entries: vec![vec![word("factor", "totp"), fact("since", when)]] },
        PersonalSection { name: "passkeys", entries: vec![passkey] },
        PersonalSection { name: "failures", entries: vec![] },
        PersonalSection { name: "sign_ins", entries: vec![sign_in; 12] },
        PersonalSection { name: "grants", entries: vec![grant] },
        PersonalSection { name: "mailed_links", entries: vec![link] },
    ];
    PersonalData { nav, form: form(), sections }
}
