//! A client that asks by the back channel, and the person who decides in a browser.

use axum::body::Body;
use http::Request;
use serde_json::Value;

use crate::{
    browser::{Browser, Page},
    cast,
    deployment::Deployment,
    device::sign_in_to_the_question,
    relying_party::RelyingParty,
    reply::Reply,
};

/// The grant's name.
pub const GRANT: &str = "urn:openid:params:grant-type:ciba";
/// What the clients that are called know us by.
pub const NOTIFICATION_TOKEN: &str = "8d67dc78-7faa-4d41-aabd-67707b374255";

/// A client of the grant.
pub struct Asker<'d> {
    at: &'d Deployment,
    client: RelyingParty<'d>,
}

/// What it was told.
#[derive(Clone, Debug)]
pub struct AskedPerson {
    /// What it polls with.
    pub auth_req_id: String,
    /// The whole answer.
    pub answer: Value,
}

/// A call to a client.
#[derive(Clone, Debug)]
pub struct Called {
    /// Where it goes.
    pub uri: String,
    /// The bearer token.
    pub token: String,
    /// What is told.
    pub body: Value,
}

impl<'d> Asker<'d> {
    /// Takes a client of the default tenant.
    ///
    /// # Panics
    ///
    /// When there is none of that name.
    pub fn new(at: &'d Deployment, client: &str) -> Self {
        Self { at, client: RelyingParty::new(at, client) }
    }

    /// Asks for Ada with further parameters.
    ///
    /// # Panics
    ///
    /// When the server refuses.
    pub async fn ask(&self, more: &[(&str, &str)]) -> AskedPerson {
        let usual = [("scope", "openid"), ("login_hint", cast::ADA), ("client_notification_token", NOTIFICATION_TOKEN)];
        let unsaid = usual.iter().filter(|(name, _)| more.iter().all(|(said, _)| said != name)).copied();
        let pairs: Vec<_> = unsaid.chain(more.iter().copied()).collect();
        let answer = self.try_ask(&pairs).await.success();
        AskedPerson { auth_req_id: answer["auth_req_id"].as_str().expect("a text").to_owned(), answer }
    }

    /// Asks with these parameters and no others, and returns whatever comes back.
    pub async fn try_ask(&self, pairs: &[(&str, &str)]) -> Reply {
        self.client.post("/oauth2/bc-authorize", pairs).await
    }

    /// Polls once.
    pub async fn poll(&self, asked: &AskedPerson) -> Reply {
        self.client.token(&[("grant_type", GRANT), ("auth_req_id", &asked.auth_req_id)]).await
    }

    /// Makes a poll, to be sent at once with others.
    pub fn prepared_poll(&self, asked: &AskedPerson) -> Request<Body> {
        self.client.prepared("/oauth2/token", &[("grant_type", GRANT), ("auth_req_id", &asked.auth_req_id)])
    }

    /// Opens the newest mailed link and signs in as this person, as far as the question.
    ///
    /// # Panics
    ///
    /// When the browser does not arrive there.
    pub async fn question(&self, browser: &Browser<'_>, email: &str) -> Page {
        let links = self.at.deliver_approval_links().await;
        let page = browser.visit(links.last().expect("a mail")).await;
        sign_in_to_the_question(browser, page, email).await
    }

    /// Lets Ada press a button, `allow` or `deny`, in a browser of her own that came by the newest mail.
    ///
    /// # Panics
    ///
    /// When the browser does not arrive at the end.
    pub async fn decide(&self, button: &str) -> Page {
        let browser = Browser::new(self.at);
        let page = self.question(&browser, cast::ADA).await;
        let end = browser.press(&page, button, &[]).await;
        assert_eq!(end.reply.status, 200, "{}", end.html());
        end
    }
}
