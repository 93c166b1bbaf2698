//! People with a second factor who are in the middle of signing in while nodes come and go.
//!
//! Each proves the password, looks for the code for a while, during which the node that showed the page may end, and types it.

use std::{fs, net::Ipv4Addr, time::Duration};

use portreeve_issuer::Clock;
use portreeve_tests::{
    authorization::AuthorizationRequest,
    browser::Page,
    server::Deployment,
    totp,
    visitor::{Nodes, Visitor},
};

use crate::{
    fleet::{MEMBERS, runtime},
    member::{PASSWORD, REDIRECT_URI},
};

const TOTP_SECRET: &str = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
/// How long somebody looks for the code: longer than a node takes to be replaced.
const LOOKS: Duration = Duration::from_millis(1500);
/// How often somebody presses a button again whose page never came.
const TRIES: usize = 20;
/// How long somebody waits before that.
const PAUSE: Duration = Duration::from_millis(100);

/// The people of a deployment, and what became of their sign-ins.
pub(crate) struct HalfDone {
    visitor: Visitor,
    /// How many they are.
    pub(crate) people: usize,
    /// How many pages were asked for again, as their connection broke.
    pub(crate) again: usize,
}

impl HalfDone {
    /// Puts so many people into a deployment. A code counts once, so each signs in once.
    pub(crate) fn new(deployment: &Deployment, nodes: &Nodes, people: usize) -> Self {
        fs::write(deployment.folder.path().join("totp"), TOTP_SECRET).expect("write a secret");
        let of = |person| {
            format!(
                "[[users]]\nemail = \"{}\"\nemail_verified = true\npassword = {{ file = \"password\" }}\n\
                 totp_secret = {{ file = \"totp\" }}\n",
                email(person)
            )
        };
        deployment.apply(&(0..people).map(of).collect::<String>());
        let visitor = Visitor::new(deployment.public);
        let visitor = visitor.through_proxy(deployment.public, Ipv4Addr::LOCALHOST.into()).balanced(nodes);
        Self { visitor, people, again: 0 }
    }

    /// Everybody signs in, one after the other; each lands at the client, without having been asked for anything twice.
    pub(crate) fn sign_in(&mut self) {
        runtime().block_on(async {
            for person in 0..self.people {
                self.sign_in_as(person).await;
            }
        });
    }

    async fn sign_in_as(&mut self, person: usize) {
        let address = Ipv4Addr::new(100, 120, 0, u8::try_from(person).expect("few people"));
        let browser = self.visitor.stranger().from_address(address.into());
        let request = AuthorizationRequest::new(&format!("app-{MEMBERS}"), REDIRECT_URI, "openid");
        let page = self.visit(&browser, &request.path()).await;
        assert_eq!(page.step(), "identify", "{}", page.html());
        let page = self.press(&browser, page, &[("email", &email(person)), ("password", PASSWORD)]).await;
        assert_eq!(page.step(), "second-factor", "{}", page.html());
        tokio::time::sleep(LOOKS).await;
        let code = totp::code(TOTP_SECRET, Clock::System.now().as_seconds());
        let mut page = self.press(&browser, page, &[("code", &code)]).await;
        if !page.leaves() {
            // The way back to the client was in the answer that was lost; the session is there.
            assert!(self.again > 0, "{person}: {} {}", page.path, page.html());
            page = self.visit(&browser, &request.with("prompt", "none").path()).await;
        }
        assert!(page.callback().get("code").is_some(), "{person}: {:?}", page.reply.onward());
    }

    /// Presses the button of a page. When the answer is lost, looks where the journey is, and presses again if it is here.
    async fn press(&mut self, browser: &Visitor, mut page: Page, filled: &[(&str, &str)]) -> Page {
        for _ in 0..TRIES {
            if let Ok(next) = browser.try_press(&page, "submit", filled).await {
                return next;
            }
            self.again += 1;
            tokio::time::sleep(PAUSE).await;
            let now = self.visit(browser, &page.path.clone()).await;
            if now.path != page.path || !now.has_button("submit") {
                return now;
            }
            page = now;
        }
        panic!("no answer to {}", page.path);
    }

    async fn visit(&mut self, browser: &Visitor, path: &str) -> Page {
        for _ in 0..TRIES {
            if let Ok(page) = browser.try_visit(path).await {
                return page;
            }
            self.again += 1;
            tokio::time::sleep(PAUSE).await;
        }
        panic!("no answer to {path}");
    }
}

fn email(person: usize) -> String {
    format!("careful-{person}@example.com")
}
