//! What a person shows once: a page in a browser, or an address, ready to be sent whenever and to whatever node.
//!
//! Owns sending it and whether it counted. What there is to show is `people_once`.

use std::{collections::BTreeMap, net::IpAddr};

use http::StatusCode;
use portreeve_tests::{browser::Page, visitor::Visitor};

/// Something that is ready in a browser. It can be sent more than once, each time with the cookies of now.
pub(crate) struct Showing {
    cookies: BTreeMap<String, String>,
    address: IpAddr,
    sending: Sending,
    /// Whether what came back says that it counted.
    counted: fn(&Page) -> bool,
}

enum Sending {
    Visit(String),
    Press { page: Page, button: &'static str, filled: Vec<(&'static str, String)> },
}

impl Showing {
    /// A button that a browser is about to press on a page, with what is typed there.
    pub(crate) fn press(
        browser: &Visitor,
        (page, button): (Page, &'static str),
        filled: &[(&'static str, &str)],
        counted: fn(&Page) -> bool,
    ) -> Self {
        let filled = filled.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        Self::new(browser, Sending::Press { page, button, filled }, counted)
    }

    /// An address that a browser is about to go to.
    pub(crate) fn visit(browser: &Visitor, path: String, counted: fn(&Page) -> bool) -> Self {
        Self::new(browser, Sending::Visit(path), counted)
    }

    fn new(browser: &Visitor, sending: Sending, counted: fn(&Page) -> bool) -> Self {
        let address = browser.address().expect("a browser has an address of its own");
        Self { cookies: browser.cookies.borrow().clone(), address, sending, counted }
    }

    /// Sends it by another browser with the same cookies, to a node; true when it counts.
    pub(crate) async fn counts_at(&self, node: &Visitor) -> bool {
        let browser = node.stranger().from_address(self.address);
        browser.cookies.replace(self.cookies.clone());
        let page = match &self.sending {
            Sending::Visit(path) => browser.visit(path).await,
            Sending::Press { page, button, filled } => {
                let filled: Vec<_> = filled.iter().map(|(name, value)| (*name, value.as_str())).collect();
                browser.press(page, button, &filled).await
            }
        };
        let status = page.reply.status;
        assert!(!status.is_server_error(), "{status} at {}: {}", page.path, page.html());
        (self.counted)(&page)
    }
}

/// The browser leaves for the client with a code.
pub(crate) fn brings_a_code(page: &Page) -> bool {
    page.is_redirect() && page.callback().get("code").is_some()
}

/// The page says that a link was used, and asks for nothing more.
pub(crate) fn says_done(page: &Page) -> bool {
    page.reply.status == StatusCode::OK && !page.has_button("submit")
}

/// The browser has arrived at the account.
pub(crate) fn is_at_account(page: &Page) -> bool {
    page.path.split('?').next().is_some_and(|path| path.starts_with("/account"))
}

/// A request that waited for the person was allowed now.
pub(crate) fn is_allowed(page: &Page) -> bool {
    page.reply.status == StatusCode::OK && page.step() == "allowed"
}
