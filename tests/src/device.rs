//! A device without a keyboard, and the person who approves it in a browser.

use serde_json::Value;

use crate::{
    browser::{Browser, Page},
    cast,
    deployment::Deployment,
    relying_party::RelyingParty,
    reply::Reply,
};

/// The grant's name.
pub const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// A device of a registered client.
pub struct Device<'d> {
    at: &'d Deployment,
    client: RelyingParty<'d>,
}

/// What a device was told.
#[derive(Clone, Debug)]
pub struct Asked {
    /// What it polls with.
    pub device_code: String,
    /// What the person types.
    pub user_code: String,
    /// The whole answer.
    pub answer: Value,
}

impl<'d> Device<'d> {
    /// Takes a device of a client of the default tenant.
    ///
    /// # Panics
    ///
    /// When there is none of that name.
    pub fn new(at: &'d Deployment, client: &str) -> Self {
        Self { at, client: RelyingParty::new(at, client) }
    }

    /// Asks for approval.
    ///
    /// # Panics
    ///
    /// When the server refuses.
    pub async fn ask(&self, pairs: &[(&str, &str)]) -> Asked {
        let answer = self.try_ask(pairs).await.success();
        let text = |member: &str| answer[member].as_str().expect("a text").to_owned();
        Asked { device_code: text("device_code"), user_code: text("user_code"), answer }
    }

    /// Asks for approval and returns whatever comes back.
    pub async fn try_ask(&self, pairs: &[(&str, &str)]) -> Reply {
        self.client.post("/oauth2/device_authorization", pairs).await
    }

    /// Polls once.
    pub async fn poll(&self, asked: &Asked) -> Reply {
        self.poll_with(asked, &[]).await
    }

    /// Polls once with further parameters.
    pub async fn poll_with(&self, asked: &Asked, more: &[(&str, &str)]) -> Reply {
        self.client.token(&[&[("grant_type", GRANT), ("device_code", &asked.device_code)], more].concat()).await
    }

    /// Types the code in a browser and signs in, as far as the question.
    ///
    /// # Panics
    ///
    /// When the browser does not arrive there.
    pub async fn question(&self, browser: &Browser<'_>, asked: &Asked, email: &str) -> Page {
        let page = browser.visit("/device").await;
        let page = browser.press(&page, "submit", &[("user_code", &asked.user_code)]).await;
        sign_in_to_the_question(browser, page, email).await
    }

    /// Lets a person approve it in a browser of their own.
    ///
    /// # Panics
    ///
    /// When the browser does not arrive at the end.
    pub async fn approve(&self, asked: &Asked, email: &str) {
        let browser = Browser::new(self.at);
        let page = self.question(&browser, asked, email).await;
        let end = browser.press(&page, "allow", &[("own_device", "yes")]).await;
        assert_eq!((end.path.as_str(), end.reply.status.as_u16()), ("/device/allowed", 200), "{}", end.html());
    }
}

/// Signs in on the pages of a journey, as far as the question.
pub(crate) async fn sign_in_to_the_question(browser: &Browser<'_>, mut page: Page, email: &str) -> Page {
    while page.step() != "consent" {
        let step = page.step().to_owned();
        page = match step.as_str() {
            "identify" => browser.press(&page, "submit", &[("email", email), ("password", cast::PASSWORD)]).await,
            "password" => browser.press(&page, "submit", &[("password", cast::PASSWORD)]).await,
            "second-factor" => browser.press(&page, "submit", &[("code", &browser.totp_code())]).await,
            "terms" => browser.press(&page, "allow", &[]).await,
            other => panic!("no answer to {other}: {}", page.html()),
        };
        assert_ne!(page.step(), step, "{}", page.html());
    }
    page
}
