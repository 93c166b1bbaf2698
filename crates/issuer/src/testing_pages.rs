//! A person at the pages: a browser with its cookie, a journey, a mailbox; for tests of what happens between pages.

use std::net::{IpAddr, Ipv4Addr};

use portreeve_domain::journey::Step;
use portreeve_domain::{Email, MailPurpose, OutboxMessage, TenantId, UserId};
use portreeve_oidc::authorization::{Accepted, Channel, Parsed};
use portreeve_storage::outbox::{self, OutboxRow};
use portreeve_storage::{Wall, tenants};

use crate::configure::NewAccount;
use crate::people::{self, Person};
use crate::testing::{REDIRECT_URI, World, parameters};
use crate::{Acted, Arrival, MailContent, OutgoingMail, PostedFrom, Progress, SecretText, SignInForm, Stop};

pub(crate) const PASSWORD: &str = "four chairs under a lemon tree";
pub(crate) const NEW_PASSWORD: &str = "seven boats behind the lighthouse";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A browser on a journey.
pub(crate) struct AtPages {
    pub(crate) journey: String,
    pub(crate) cookie: Option<String>,
}

/// A mailed link, taken apart.
pub(crate) struct Link {
    pub(crate) token: String,
    pub(crate) journey: Option<String>,
}

pub(crate) fn posted_from(network: u8) -> PostedFrom {
    PostedFrom { network: IpAddr::V4(Ipv4Addr::new(192, 0, 2, network)), device: None, locale: "en".to_owned() }
}

impl World {
    /// Opens registration in the tenant.
    pub(crate) async fn open_registration(&self) {
        self.set_registration(true).await;
    }

    /// Closes it.
    pub(crate) async fn close_registration(&self) {
        self.set_registration(false).await;
    }

    async fn set_registration(&self, registration: bool) {
        let mut settings = self.at().tenant.settings.clone();
        settings.registration = registration;
        let mut tx = self.issuer.store().begin(Wall::All).await.unwrap();
        tenants::update_settings(&mut tx, TenantId::DEFAULT, &settings).await.unwrap();
        tx.commit().await.unwrap();
        self.issuer.directory.reload().await.unwrap();
    }

    pub(crate) async fn add_person(&self, email: &str, email_verified: bool) -> UserId {
        let password = Some(SecretText::new(PASSWORD.to_owned()));
        let account = NewAccount { email: email.to_owned(), password, email_verified, is_admin: false };
        self.issuer.add_account(&self.at(), &account).await.unwrap();
        self.person(email).await.unwrap().id
    }

    pub(crate) async fn person(&self, email: &str) -> Option<Person> {
        let mut conn = self.issuer.store().read(TenantId::DEFAULT).await.unwrap();
        people::find_by_email(&mut conn, &self.at(), &Email::parse(email).unwrap()).await.unwrap()
    }

    /// A new browser sent here by the client `web`.
    pub(crate) async fn arrive(&self, more: &[(&str, &str)]) -> AtPages {
        match self.issuer.authorize(&self.at(), self.accepted(more), None).await.unwrap() {
            Progress::Page { journey, cookie, .. } => {
                AtPages { journey, cookie: cookie.map(|cookie| cookie.expose().to_owned()) }
            }
            _ => panic!("an answer, and no page"),
        }
    }

    fn accepted(&self, more: &[(&str, &str)]) -> Accepted {
        let mut pairs = vec![
            ("client_id", "web"),
            ("response_type", "code"),
            ("redirect_uri", REDIRECT_URI),
            ("scope", "openid"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        pairs.extend_from_slice(more);
        let (at, client) = (self.at(), self.client("web"));
        let parsed = Parsed::from_parameters(parameters(&pairs)).unwrap();
        let redirectable = parsed.identify(&client).unwrap().redirectable().unwrap();
        match at.accept(redirectable, Channel::Browser) {
            Ok(accepted) => accepted,
            Err(rejected) => panic!("{:?}", rejected.refusal),
        }
    }

    pub(crate) async fn stop(&self, at_pages: &AtPages) -> Stop {
        let arrival = self.issuer.open_journey(&self.at(), &at_pages.journey, at_pages.cookie.as_deref()).await;
        match arrival.unwrap() {
            Arrival::Here(stop) => *stop,
            _ => panic!("the journey is not here"),
        }
    }

    pub(crate) async fn step(&self, at_pages: &AtPages) -> Step {
        self.stop(at_pages).await.step
    }

    pub(crate) async fn sign_in_with(&self, at_pages: &mut AtPages, email: &str, password: &str) -> Acted {
        let journey = self.stop(at_pages).await.journey;
        let form = SignInForm { email: email.to_owned(), password: password.to_owned() };
        let acted = self.issuer.sign_in(&self.at(), journey, form, &posted_from(1)).await.unwrap();
        if let Acted::Moved(Progress::Page { cookie: Some(cookie), .. }) = &acted {
            at_pages.cookie = Some(cookie.expose().to_owned());
        }
        acted
    }

    /// The messages that wait, with their purpose.
    pub(crate) async fn waiting_mails(&self) -> Vec<MailPurpose> {
        self.rows()
            .await
            .iter()
            .filter_map(|row| match row.message().unwrap() {
                OutboxMessage::Mail { purpose, .. } => Some(purpose),
                _ => None,
            })
            .collect()
    }

    /// Sends everything that waits and returns what really left.
    pub(crate) async fn send_mails(&self) -> Vec<OutgoingMail> {
        let mut mails = Vec::new();
        for row in self.rows().await {
            mails.extend(self.issuer.outgoing_mail(&row, &row.message().unwrap()).await.unwrap());
            let mut tx = self.issuer.store().begin(row.tenant).await.unwrap();
            let now = self.issuer.ambient().now();
            let lease = outbox::lease(&mut tx, row.tenant, row.id, now, now).await.unwrap().unwrap();
            assert!(outbox::done(&mut tx, row.tenant, lease, now).await.unwrap());
            tx.commit().await.unwrap();
        }
        mails
    }

    async fn rows(&self) -> Vec<OutboxRow> {
        let mut conn = self.issuer.store().read(Wall::All).await.unwrap();
        outbox::ready(&mut conn, OutboxMessage::MAIL, self.issuer.ambient().now()).await.unwrap()
    }

    /// The one link among the mails that wait.
    pub(crate) async fn mailed_link(&self) -> Link {
        let mails = self.send_mails().await;
        let mut links = mails.iter().filter_map(|mail| match &mail.content {
            MailContent::PasswordReset { link } | MailContent::VerifyEmail { link } => Some(link),
            _ => None,
        });
        let link = links.next().expect("a mail with a link");
        assert!(links.next().is_none(), "two mails with a link");
        let (_, rest) = link.split_once("/link/").unwrap();
        let (token, journey) = match rest.split_once("?journey=") {
            Some((token, journey)) => (token, Some(journey.to_owned())),
            None => (rest, None),
        };
        Link { token: token.to_owned(), journey }
    }

    pub(crate) async fn asks_for_reset(&self, email: &str, network: u8) -> crate::ResetRequest {
        self.issuer.request_reset(&self.at(), email, None, &posted_from(network)).await.unwrap()
    }

    /// Opens a link in a browser; `None` when it is dead.
    pub(crate) async fn open_link(&self, link: &Link, browser: Option<&AtPages>) -> Option<crate::OpenLink> {
        let cookie = browser.and_then(|browser| browser.cookie.as_deref());
        self.issuer.open_link(&self.at(), &link.token, link.journey.as_deref(), cookie).await.unwrap()
    }

    /// Presses the button of a link's page.
    pub(crate) async fn use_link(&self, link: &Link, browser: Option<&AtPages>, typed: &str) -> crate::LinkOutcome {
        match self.open_link(link, browser).await {
            Some(open) => self.issuer.use_link(&self.at(), open, typed, &posted_from(1)).await.unwrap(),
            None => crate::LinkOutcome::Dead,
        }
    }
}
