//! What people have that counts once, of every kind, made as they come by it.
//!
//! Each kind gives two showings of one thing: in two browsers where the thing may be brought to any, else the same twice. Each is of a
//! person of its own, at an address of their own, so that no limit stands before what is tested.

use std::{cell::Cell, fs, net::Ipv4Addr};

use portreeve_issuer::Clock;
use portreeve_tests::{
    authenticator::Authenticator,
    authorization::AuthorizationRequest,
    browser::Page,
    relying_party::basic,
    server::{Deployment, Node, path_in},
    totp,
    visitor::Visitor,
};
use serde_json::Value;

use crate::{
    member::{PASSWORD, REDIRECT_URI, SECRET},
    showing::{Showing, brings_a_code, is_allowed},
};

const CAST: &str = r#"
[[tenants]]
slug = "default"
email_sign_in = "allowed"
registration = true
lost_factor_wait_hours = 1
client_registration = "initial_access_token"

[[clients]]
client_id = "app"
client_secret = { file = "secret" }
first_party = true
redirect_uris = ["https://rp.example/cb"]
grant_types = ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code", "urn:openid:params:grant-type:ciba"]
backchannel_token_delivery_mode = "poll"
"#;

const NEW_PASSKEY: &str = "/account/security/passkeys/new";

/// The kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    PushedRequest,
    LastPageOfASignIn,
    AppCode,
    RecoveryCode,
    MailedCode,
    PasskeyAnswer,
    NewPasskey,
    LinkForANewPassword,
    LinkOfAnOperator,
    LinkOfARegistration,
    LinkOfANotice,
    LinkToANewAddress,
    LinkBackToAnAddress,
    LinkForLostFactors,
    Invitation,
    UserCode,
    Approval,
}

impl Kind {
    pub(crate) const ALL: [Self; 17] = [
        Self::PushedRequest,
        Self::LastPageOfASignIn,
        Self::AppCode,
        Self::RecoveryCode,
        Self::MailedCode,
        Self::PasskeyAnswer,
        Self::NewPasskey,
        Self::LinkForANewPassword,
        Self::LinkOfAnOperator,
        Self::LinkOfARegistration,
        Self::LinkOfANotice,
        Self::LinkToANewAddress,
        Self::LinkBackToAnAddress,
        Self::LinkForLostFactors,
        Self::Invitation,
        Self::UserCode,
        Self::Approval,
    ];
}

/// Whoever makes them.
pub(crate) struct People<'d> {
    pub(crate) deployment: &'d Deployment,
    /// A node, where they come by what they show.
    node: Visitor,
    pub(crate) origin: String,
    /// How many things were made.
    made: Cell<u8>,
}

/// An account with an app.
pub(crate) struct WithApp {
    secret: String,
    recovery_codes: Vec<String>,
}

impl<'d> People<'d> {
    /// Puts people into a deployment, of whom each thing takes one.
    pub(crate) fn enrol(deployment: &Deployment, people: u8) {
        for (file, text) in [("secret", SECRET), ("password", PASSWORD)] {
            fs::write(deployment.folder.path().join(file), text).expect("write a secret");
        }
        let person = |number| {
            format!(
                "[[users]]\nemail = \"{}\"\nemail_verified = true\npassword = {{ file = \"password\" }}\n",
                email_of(number)
            )
        };
        deployment.apply(&(CAST.to_owned() + &(0..people).map(person).collect::<String>()));
    }

    /// At a node of a deployment that is known as `origin`.
    pub(crate) fn new(deployment: &'d Deployment, node: Visitor, origin: String) -> Self {
        Self { deployment, node, origin, made: Cell::new(0) }
    }

    /// Makes one thing of a kind, ready to be shown.
    pub(crate) async fn make(&self, kind: Kind) -> [Showing; 2] {
        let email = self.next();
        match kind {
            Kind::PushedRequest => self.pushed_request(&email).await,
            Kind::LastPageOfASignIn => self.last_page(&email).await,
            Kind::AppCode => self.app_code(&email).await,
            Kind::RecoveryCode => self.recovery_code(&email).await,
            Kind::MailedCode => self.mailed_code(&email).await,
            Kind::PasskeyAnswer => self.passkey_answer(&email).await,
            Kind::NewPasskey => self.new_passkey(&email).await,
            Kind::LinkForANewPassword => self.link_for_a_new_password(&email).await,
            Kind::LinkOfAnOperator => self.link_of_an_operator(&email).await,
            Kind::LinkOfARegistration => self.link_of_a_registration(&email).await,
            Kind::LinkOfANotice => self.link_of_a_notice(&email).await,
            Kind::LinkToANewAddress => self.link_to_a_new_address(&email).await,
            Kind::LinkBackToAnAddress => self.link_back(&email).await,
            Kind::LinkForLostFactors => self.link_for_lost_factors(&email).await,
            Kind::Invitation => self.invitation(&email).await,
            Kind::UserCode => self.user_code(&email).await,
            Kind::Approval => self.approval(&email).await,
        }
    }

    /// Turns to the next person, whose browsers have another address.
    pub(crate) fn next(&self) -> String {
        self.made.set(self.made.get() + 1);
        email_of(self.made.get() - 1)
    }

    /// A browser of the person of now.
    pub(crate) fn browser(&self) -> Visitor {
        let person = self.made.get();
        self.node.stranger().from_address(Ipv4Addr::new(100, 64 + person % 64, person / 64, 1).into())
    }

    /// A new browser that has given the password on a visit for the client.
    pub(crate) async fn after_password(&self, email: &str) -> (Visitor, Page) {
        let browser = self.browser();
        let page = browser.visit(&request().path()).await;
        let page = browser.press(&page, "submit", &[("email", email), ("password", PASSWORD)]).await;
        (browser, page)
    }

    /// A new browser in which the person is signed in, and the page of the account that was asked for.
    pub(crate) async fn signed_in(&self, email: &str, path: &str) -> (Visitor, Page) {
        let browser = self.browser();
        let page = browser.visit(path).await;
        let page = browser.press(&page, "submit", &[("email", email), ("password", PASSWORD)]).await;
        assert_eq!(page.path, path, "{}", page.html());
        (browser, page)
    }

    /// Gives an account an app.
    pub(crate) async fn with_app(&self, email: &str) -> WithApp {
        let (browser, page) = self.signed_in(email, "/account/security/totp").await;
        let secret = page.text_of("secret").expect("a key").replace(char::is_whitespace, "");
        let code = totp::code(&secret, Clock::System.now().as_seconds());
        let page = browser.press(&page, "submit", &[("code", &code)]).await;
        let codes = page.text_of("recovery-codes").expect("codes");
        browser.press(&page, "submit", &[]).await;
        WithApp { secret, recovery_codes: codes.split_whitespace().map(str::to_owned).collect() }
    }

    async fn pushed_request(&self, email: &str) -> [Showing; 2] {
        let (browser, _) = self.signed_in(email, "/account").await;
        let answer = self.post("/oauth2/par", &request().pairs()).await;
        let reference = answer["request_uri"].as_str().expect("a reference");
        let path = AuthorizationRequest::bare("app").with("request_uri", reference).path();
        [(); 2].map(|()| Showing::visit(&browser, path.clone(), brings_a_code))
    }

    async fn last_page(&self, email: &str) -> [Showing; 2] {
        let browser = self.browser();
        let page = browser.visit(&request().path()).await;
        let typed = [("email", email), ("password", PASSWORD)];
        [(); 2].map(|()| Showing::press(&browser, (page.clone(), "submit"), &typed, brings_a_code))
    }

    /// Of the step after the one that set the app up.
    async fn app_code(&self, email: &str) -> [Showing; 2] {
        let app = self.with_app(email).await;
        let code = totp::code(&app.secret, Clock::System.now().as_seconds() + totp::STEP_SECONDS);
        let (first, second) = (self.after_password(email).await, self.after_password(email).await);
        [first, second].map(|(browser, page)| {
            assert_eq!(page.step(), "second-factor", "{}", page.html());
            Showing::press(&browser, (page, "submit"), &[("code", &code)], brings_a_code)
        })
    }

    async fn recovery_code(&self, email: &str) -> [Showing; 2] {
        let app = self.with_app(email).await;
        let (first, second) = (self.for_recovery_code(email).await, self.for_recovery_code(email).await);
        [first, second].map(|(browser, page)| {
            Showing::press(&browser, (page, "submit"), &[("code", &app.recovery_codes[0])], brings_a_code)
        })
    }

    async fn for_recovery_code(&self, email: &str) -> (Visitor, Page) {
        let (browser, page) = self.after_password(email).await;
        let page = browser.visit(&page.href_of("use-recovery-code").expect("another way")).await;
        (browser, page)
    }

    async fn mailed_code(&self, email: &str) -> [Showing; 2] {
        let browser = self.browser();
        let page = browser.visit(&request().path()).await;
        let page = browser.press(&page, "mail-code", &[("email", email)]).await;
        assert_eq!(page.step(), "email-code", "{}", page.html());
        let code = six_digits_in(&self.deployment.mailed(email, "Your code for").await);
        [(); 2].map(|()| Showing::press(&browser, (page.clone(), "submit"), &[("code", &code)], brings_a_code))
    }

    async fn new_passkey(&self, email: &str) -> [Showing; 2] {
        let (browser, page) = self.signed_in(email, NEW_PASSKEY).await;
        let answer = Authenticator::at(&self.origin).create(&page.passkey_options().expect("a question"));
        [(); 2].map(|()| {
            let shown = [("credential", answer.as_str())];
            Showing::press(&browser, (page.clone(), "passkey"), &shown, |page| page.step() == "recovery-codes")
        })
    }

    async fn passkey_answer(&self, email: &str) -> [Showing; 2] {
        let mut authenticator = Authenticator::at(&self.origin);
        let (browser, page) = self.signed_in(email, NEW_PASSKEY).await;
        let answer = authenticator.create(&page.passkey_options().expect("a question"));
        let page = browser.press(&page, "passkey", &[("credential", &answer)]).await;
        browser.press(&page, "submit", &[]).await;

        let browser = self.browser();
        let page = browser.visit(&request().path()).await;
        let answer = authenticator.get(&page.passkey_options().expect("a question"));
        [(); 2].map(|()| {
            let shown = [("credential", answer.as_str())];
            Showing::press(&browser, (page.clone(), "passkey"), &shown, brings_a_code)
        })
    }

    async fn user_code(&self, email: &str) -> [Showing; 2] {
        let answer = self.post("/oauth2/device_authorization", &[("scope", "openid")]).await;
        let code = answer["user_code"].as_str().expect("a code");
        let (first, second) = (self.at_question(email, code).await, self.at_question(email, code).await);
        [first, second]
            .map(|(browser, page)| Showing::press(&browser, (page, "allow"), &[("own_device", "yes")], is_allowed))
    }

    /// A browser that has typed the code of a device, at the question.
    pub(crate) async fn at_question(&self, email: &str, user_code: &str) -> (Visitor, Page) {
        let browser = self.browser();
        let page = browser.visit("/device").await;
        let page = browser.press(&page, "submit", &[("user_code", user_code)]).await;
        let page = browser.press(&page, "submit", &[("email", email), ("password", PASSWORD)]).await;
        assert_eq!(page.step(), "consent", "{}", page.html());
        (browser, page)
    }

    async fn approval(&self, email: &str) -> [Showing; 2] {
        self.post("/oauth2/bc-authorize", &[("scope", "openid"), ("login_hint", email)]).await;
        let (first, second) = (self.at_approval(email).await, self.at_approval(email).await);
        [first, second].map(|(browser, page)| Showing::press(&browser, (page, "allow"), &[], is_allowed))
    }

    /// A browser that came by the mail about a request, at the question.
    pub(crate) async fn at_approval(&self, email: &str) -> (Visitor, Page) {
        let path = path_in(&self.deployment.mailed(email, "Confirm that it is you").await, "/approve/");
        let browser = self.browser();
        let page = browser.visit(&path).await;
        let page = browser.press(&page, "submit", &[("email", email), ("password", PASSWORD)]).await;
        assert_eq!(page.step(), "consent", "{}", page.html());
        (browser, page)
    }

    /// Posts as the client does, and returns the answer.
    pub(crate) async fn post(&self, path: &str, pairs: &[(&str, &str)]) -> Value {
        let reply = self.node.post(path, &[("authorization", &basic("app", SECRET))], pairs).await;
        assert!(reply.status.is_success(), "{path}: {}", reply.text());
        reply.json()
    }
}

/// Starts a node of a deployment that is known as `origin`.
pub(crate) fn serve(deployment: &Deployment, origin: &str) -> Node {
    deployment.serve_with(&["--set", &format!("server.public_url={origin}")])
}

/// The address of somebody.
fn email_of(number: u8) -> String {
    format!("somebody-{number}@example.com")
}

pub(crate) fn request() -> AuthorizationRequest {
    AuthorizationRequest::new("app", REDIRECT_URI, "openid")
}

/// The code in a mail, which stands on a line of its own.
fn six_digits_in(mail: &str) -> String {
    let digits = |line: &str| line.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    let is_code = |line: &String| line.len() == 6 && line.bytes().all(|byte| byte.is_ascii_digit());
    mail.lines().map(digits).find(is_code).unwrap_or_else(|| panic!("no code in {mail}"))
}
