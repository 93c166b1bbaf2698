//! Links, as people get them: by mail or from an operator, used up by the button of a page, in any browser.

use portreeve_storage::{Store, Wall};
use portreeve_tests::{server::path_in, visitor::Visitor};

use crate::{
    people_once::{People, serve},
    showing::{Showing, is_at_account, says_done},
};

const NEW_PASSWORD: &str = "another horse battery staple";

const AN_HOUR_OLDER: &str = "UPDATE factor_recoveries SET requested_at = requested_at - 3600000, due_at = due_at - 3600000 WHERE told_at IS NULL";

impl People<'_> {
    pub(crate) async fn link_for_a_new_password(&self, email: &str) -> [Showing; 2] {
        let browser = self.browser();
        let page = browser.visit("/recover").await;
        browser.press(&page, "submit", &[("email", email)]).await;
        self.mailed_twice(email, "Choose a new password").await
    }

    pub(crate) async fn link_of_an_operator(&self, email: &str) -> [Showing; 2] {
        let printed = self.deployment.succeed(&["users", "link", email], "");
        self.in_two_browsers(&path_in(&printed, "/link/")).await
    }

    pub(crate) async fn link_of_a_registration(&self, email: &str) -> [Showing; 2] {
        let (browser, email) = (self.browser(), format!("new-{email}"));
        let page = browser.visit("/account").await;
        let page = browser.visit(&page.href_of("register").expect("a way to register")).await;
        let typed = [("name", "Somebody"), ("email", email.as_str()), ("password", NEW_PASSWORD)];
        browser.press(&page, "submit", &typed).await;
        self.mailed_twice(&email, "Confirm your e-mail address").await
    }

    pub(crate) async fn link_of_a_notice(&self, email: &str) -> [Showing; 2] {
        let (browser, page) = self.signed_in(email, "/account/security/password").await;
        browser.press(&page, "submit", &[("password", NEW_PASSWORD)]).await;
        self.mailed_twice(email, "Your password at").await
    }

    pub(crate) async fn link_to_a_new_address(&self, email: &str) -> [Showing; 2] {
        let (browser, path) = self.wishes_another_address(email).await;
        [button_of(&browser, &path).await, button_of(&browser, &path).await]
    }

    pub(crate) async fn link_back(&self, email: &str) -> [Showing; 2] {
        let (browser, path) = self.wishes_another_address(email).await;
        let page = browser.visit(&path).await;
        browser.press(&page, "submit", &[]).await;
        self.mailed_twice(email, "Your e-mail address at").await
    }

    /// A browser that is signed in, and the link that was mailed to the new address.
    async fn wishes_another_address(&self, email: &str) -> (Visitor, String) {
        let (browser, page) = self.signed_in(email, "/account/profile/email").await;
        let wished = format!("other-{email}");
        browser.press(&page, "submit", &[("email", &wished)]).await;
        let mail = self.deployment.mailed(&wished, "Confirm your new e-mail address").await;
        (browser, path_in(&mail, "/link/"))
    }

    pub(crate) async fn link_for_lost_factors(&self, email: &str) -> [Showing; 2] {
        self.with_app(email).await;
        let (browser, page) = self.after_password(email).await;
        let page = browser.visit(&page.href_of("lost-all").expect("a way on")).await;
        browser.press(&page, "submit", &[]).await;
        self.wait_is_over().await;
        // Due requests are looked for by a node that starts, and then each minute.
        let _another = serve(self.deployment, &self.origin);
        self.mailed_twice(email, "Remove your second step").await
    }

    /// As if every request to remove lost factors were an hour older.
    async fn wait_is_over(&self) {
        let store = Store::open(&self.deployment.database_url()).expect("the database");
        let mut tx = store.begin(Wall::All).await.expect("the database");
        tx.execute(AN_HOUR_OLDER, &[]).await.expect("the database");
        tx.commit().await.expect("the database");
    }

    pub(crate) async fn invitation(&self, email: &str) -> [Showing; 2] {
        let email = format!("guest-{email}");
        self.deployment.succeed(&["users", "invite", &email], "");
        let path = path_in(&self.deployment.mailed(&email, "You are invited").await, "/link/");
        [self.accepts(&path).await, self.accepts(&path).await]
    }

    /// Somebody who accepts an invitation, at the last page of it.
    async fn accepts(&self, path: &str) -> Showing {
        let browser = self.browser();
        let page = browser.visit(path).await;
        let page = browser.press(&page, "submit", &[]).await;
        assert_eq!(page.step(), "register", "{}", page.html());
        let typed = [("name", "Somebody"), ("password", NEW_PASSWORD)];
        Showing::press(&browser, (page, "submit"), &typed, is_at_account)
    }

    /// The link of the newest mail of that subject, opened in two browsers.
    async fn mailed_twice(&self, email: &str, subject: &str) -> [Showing; 2] {
        self.in_two_browsers(&path_in(&self.deployment.mailed(email, subject).await, "/link/")).await
    }

    async fn in_two_browsers(&self, path: &str) -> [Showing; 2] {
        [button_of(&self.browser(), path).await, button_of(&self.browser(), path).await]
    }
}

/// The button of a link's page, with a new password where the page asks for one.
async fn button_of(browser: &Visitor, path: &str) -> Showing {
    let page = browser.visit(path).await;
    let asks = page.value_of("password").is_some();
    let typed: &[_] = if asks { &[("password", NEW_PASSWORD)] } else { &[] };
    Showing::press(browser, (page, "submit"), typed, says_done)
}
