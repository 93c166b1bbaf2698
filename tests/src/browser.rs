//! A browser without script: cookies, redirects and forms.
//!
//! Owns what a person's browser does on its own. It follows redirects below the issuer's host and stops at one that
//! leads to a client. `Browser::complete` is a person who answers every page with what is right.

use std::{cell::RefCell, collections::BTreeMap, net::IpAddr};

use axum::body::Body;
use http::{Method, Request, StatusCode, header::SET_COOKIE};

use crate::{
    authenticator::Authenticator,
    authorization::AuthorizationRequest,
    cast,
    deployment::{Deployment, FORM, form, request},
    markup::{self, Form},
    reply::{Callback, Reply},
    totp,
};

/// How many redirects in a row are followed.
const MAX_REDIRECTS: usize = 10;

/// A browser with its cookies, at an address of its own.
pub struct Browser<'d> {
    at: &'d Deployment,
    address: IpAddr,
    cookies: RefCell<BTreeMap<String, String>>,
}

/// Where a browser has arrived: a page of ours, or what leaves for a client.
#[derive(Clone, Debug)]
pub struct Page {
    /// The path and query of the last request.
    pub path: String,
    /// The last reply.
    pub reply: Reply,
}

impl Page {
    /// Returns the last part of the path: which page of a journey this is.
    pub fn step(&self) -> &str {
        self.path.split('?').next().and_then(|path| path.rsplit('/').next()).unwrap_or_default()
    }

    /// Returns the markup.
    pub fn html(&self) -> String {
        self.reply.text()
    }

    /// Returns the text of the element with an id.
    pub fn text_of(&self, id: &str) -> Option<String> {
        markup::text_of(&self.html(), id)
    }

    /// Returns what the page says about what was done before.
    pub fn notice(&self) -> Option<String> {
        self.text_of("notice")
    }

    /// Returns where the link with an id leads.
    pub fn href_of(&self, id: &str) -> Option<String> {
        markup::href_of(&self.html(), id)
    }

    /// Returns what the page's script would ask the browser for; `None` on a page without passkeys.
    pub fn passkey_options(&self) -> Option<String> {
        markup::attribute_of(&self.html(), "passkey-form", "data-options")
    }

    /// Returns what the page's script tells the browser about the passkeys of the account; `None` on other pages.
    pub fn accepted_passkeys(&self) -> Option<String> {
        markup::attribute_of(&self.html(), "accepted-passkeys", "data-accepted")
    }

    /// Whether the page's script tells the browser to forget the passkey that was used last.
    pub fn tells_of_a_dead_passkey(&self) -> bool {
        markup::attribute_of(&self.html(), "passkey-form", "data-dead").is_some()
    }

    /// Returns the value of a form field.
    pub fn value_of(&self, field: &str) -> Option<String> {
        let fields = markup::forms(&self.html()).into_iter().flat_map(|form| form.fields);
        fields.into_iter().find(|(name, _)| name == field).map(|(_, value)| value)
    }

    /// Whether the page has a button with an id.
    pub fn has_button(&self, id: &str) -> bool {
        markup::forms(&self.html()).iter().any(|form| form.buttons.iter().any(|button| button.id == id))
    }

    /// Returns where the form with a button is sent and its fields, the button's among them.
    ///
    /// # Panics
    ///
    /// When there is no such button.
    pub fn form_of(&self, button: &str) -> (String, Vec<(String, String)>) {
        let forms = markup::forms(&self.html());
        let found = forms.into_iter().find_map(|form| {
            let pressed = form.buttons.iter().find(|known| known.id == button)?.clone();
            Some((form, pressed))
        });
        let (Form { action, mut fields, .. }, pressed) =
            found.unwrap_or_else(|| panic!("no button {button} on {} {}", self.path, self.reply.status));
        fields.extend(pressed.sends);
        (action, fields)
    }

    /// As `form_of`, with fields filled in or added.
    pub fn filled_form(&self, button: &str, filled: &[(&str, &str)]) -> (String, Vec<(String, String)>) {
        let (action, mut fields) = self.form_of(button);
        for (name, value) in filled {
            match fields.iter_mut().find(|(known, _)| known == name) {
                Some(field) => field.1 = (*value).to_owned(),
                None => fields.push(((*name).to_owned(), (*value).to_owned())),
            }
        }
        (action, fields)
    }

    /// Returns the response that the browser takes to the client, by a redirect or by a form.
    ///
    /// # Panics
    ///
    /// When the browser is still at a page of ours.
    pub fn callback(&self) -> Callback {
        if let Some((action, fields)) = self.form_for_client() {
            return Callback::posted(&action, fields);
        }
        let onward = self.reply.onward();
        Callback::parse(&onward.unwrap_or_else(|| panic!("still at {}: {}", self.path, self.html())))
    }

    /// The form that a script, or a person without one, sends to a client (Form Post Response Mode §2).
    fn form_for_client(&self) -> Option<(String, Vec<(String, String)>)> {
        let is_here = self.reply.status == StatusCode::OK && self.has_button("continue");
        is_here.then(|| self.form_of("continue")).filter(|(action, _)| !action.starts_with('/'))
    }

    /// Whether the browser is about to leave for a client, by a redirect or by a form.
    pub fn leaves(&self) -> bool {
        self.is_redirect() || self.form_for_client().is_some()
    }

    /// Whether the browser is about to leave for a client by a redirect, or by a page that sends it on.
    pub fn is_redirect(&self) -> bool {
        self.reply.onward().is_some()
    }
}

impl<'d> Browser<'d> {
    /// Opens a browser without cookies.
    pub fn new(at: &'d Deployment) -> Self {
        Self { at, address: at.fresh_address(), cookies: RefCell::default() }
    }

    /// Opens a browser at an address.
    pub fn at_address(at: &'d Deployment, address: &str) -> Self {
        Self { at, address: address.parse().expect("an address"), cookies: RefCell::default() }
    }

    /// Opens a browser at the address of another one.
    pub fn beside(other: &Self) -> Self {
        Self { at: other.at, address: other.address, cookies: RefCell::default() }
    }

    /// Opens a browser on another node at the address of another one.
    pub fn on_node(at: &'d Deployment, beside: &Browser<'_>) -> Self {
        Self { at, address: beside.address, cookies: RefCell::default() }
    }

    /// Returns the names and values of its cookies.
    pub fn cookies(&self) -> BTreeMap<String, String> {
        self.cookies.borrow().clone()
    }

    /// Replaces its cookies.
    pub fn set_cookies(&self, cookies: BTreeMap<String, String>) {
        *self.cookies.borrow_mut() = cookies;
    }

    /// Sends one request with the cookies, keeps those of the reply, and follows nothing.
    pub async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: String) -> Reply {
        let reply = self.at.send_from(self.address, self.prepared(method, path, headers, body)).await;
        for cookie in reply.headers.get_all(SET_COOKIE) {
            self.keep(cookie.to_str().expect("a cookie is text"));
        }
        reply
    }

    /// Returns a request with the cookies, to be sent later.
    pub fn prepared(&self, method: Method, path: &str, headers: &[(&str, &str)], body: String) -> Request<Body> {
        let cookies: Vec<_> = self.cookies.borrow().iter().map(|(name, value)| format!("{name}={value}")).collect();
        let cookies = cookies.join("; ");
        let mut headers = headers.to_vec();
        if !cookies.is_empty() {
            headers.push(("cookie", &cookies));
        }
        request(method, path, &headers, Body::from(body))
    }

    fn keep(&self, cookie: &str) {
        let (pair, attributes) = cookie.split_once(';').unwrap_or((cookie, ""));
        let (name, value) = pair.split_once('=').expect("a cookie has a name");
        if attributes.to_ascii_lowercase().contains("max-age=0") {
            self.cookies.borrow_mut().remove(name);
        } else {
            self.cookies.borrow_mut().insert(name.to_owned(), value.to_owned());
        }
    }

    /// Goes to a path below the issuer's host, or to an address of it, and follows redirects.
    pub async fn visit(&self, path: &str) -> Page {
        let path = path.strip_prefix(cast::ISSUER).unwrap_or(path);
        let reply = self.send(Method::GET, path, &[("sec-fetch-site", "cross-site")], String::new()).await;
        self.follow(path.to_owned(), reply).await
    }

    /// Goes to the authorization endpoint.
    pub async fn authorize(&self, request: &AuthorizationRequest) -> Page {
        self.visit(&request.path()).await
    }

    /// Presses a button after filling in fields of its form.
    pub async fn press(&self, page: &Page, button: &str, filled: &[(&str, &str)]) -> Page {
        let (action, fields) = page.filled_form(button, filled);
        let pairs: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.post_own(&action, &pairs).await
    }

    /// Returns the request that `press` sends, for those who press at once.
    ///
    /// # Panics
    ///
    /// When the page has no such button.
    pub fn prepared_press(&self, page: &Page, button: &str, filled: &[(&str, &str)]) -> Request<Body> {
        let (action, fields) = page.filled_form(button, filled);
        let pairs: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.prepared(Method::POST, &action, &own_headers(), form(&pairs))
    }

    /// Answers the page's question for a passkey as its script does.
    ///
    /// # Panics
    ///
    /// When the page asks for none.
    pub async fn show_passkey(&self, page: &Page, authenticator: &Authenticator) -> Page {
        let options = page.passkey_options().expect("a question for a passkey");
        self.press(page, "passkey", &[("credential", &authenticator.get(&options))]).await
    }

    /// Answers the page's question for a new passkey as its script does.
    ///
    /// # Panics
    ///
    /// When the page asks for none.
    pub async fn add_passkey(&self, page: &Page, authenticator: &mut Authenticator) -> Page {
        let options = page.passkey_options().expect("a question for a passkey");
        self.press(page, "passkey", &[("credential", &authenticator.create(&options))]).await
    }

    /// Posts a form as a page of ours does, and follows redirects.
    ///
    /// # Panics
    ///
    /// When a redirect leads away from us where a browser may hold it to the form's page (S-009).
    pub async fn post_own(&self, path: &str, pairs: &[(&str, &str)]) -> Page {
        let reply = self.send(Method::POST, path, &own_headers(), form(pairs)).await;
        let page = self.follow(path.to_owned(), reply).await;
        let opens_app = |location: &str| !location.starts_with("http") || location.starts_with(cast::CLAIMED_URI);
        assert!(page.reply.location().is_none_or(opens_app), "a form led by a redirect to {:?}", page.reply.location());
        page
    }

    async fn follow(&self, mut path: String, mut reply: Reply) -> Page {
        for _ in 0..MAX_REDIRECTS {
            let Some(location) = reply.location() else { return Page { path, reply } };
            assert_eq!(reply.status, StatusCode::SEE_OTHER, "every redirect is a 303");
            let inside = location.strip_prefix(cast::ISSUER).unwrap_or(location);
            if !inside.starts_with('/') {
                return Page { path, reply };
            }
            path = inside.to_owned();
            reply = self.send(Method::GET, &path, &[("sec-fetch-site", "same-origin")], String::new()).await;
        }
        panic!("more than {MAX_REDIRECTS} redirects, the last to {path}");
    }

    /// Answers every page with what is right for a person until the browser leaves for the client.
    ///
    /// # Panics
    ///
    /// When a page comes that has no such answer, or comes again.
    pub async fn complete(&self, page: Page, email: &str) -> Callback {
        self.complete_with(page, email, cast::PASSWORD).await
    }

    /// As `complete`, with a password of the test's own.
    ///
    /// # Panics
    ///
    /// When a page comes that has no such answer, or comes again.
    pub async fn complete_with(&self, mut page: Page, email: &str, password: &str) -> Callback {
        let mut seen = vec![];
        while !page.leaves() {
            let step = page.step().to_owned();
            assert!(!seen.contains(&step), "{step} again: {}", page.html());
            page = self.answer(&page, email, password).await;
            seen.push(step);
        }
        page.callback()
    }

    /// Answers a page of a journey with what is right.
    async fn answer(&self, page: &Page, email: &str, password: &str) -> Page {
        match page.step() {
            "identify" => self.press(page, "submit", &[("email", email), ("password", password)]).await,
            "password" => self.press(page, "submit", &[("password", password)]).await,
            "second-factor" => self.press(page, "submit", &[("code", &self.totp_code())]).await,
            "terms" | "consent" => self.press(page, "allow", &[]).await,
            other => panic!("no answer to {other}: {} {}", page.reply.status, page.html()),
        }
    }

    /// Goes to a page of ours and answers the pages of a journey on the way; returns it with the steps that were asked for.
    ///
    /// # Panics
    ///
    /// When a page comes that has no right answer, or comes again.
    pub async fn visit_as(&self, path: &str, email: &str) -> (Page, Vec<String>) {
        let (mut page, mut steps) = (self.visit(path).await, vec![]);
        while page.path.contains("/j/") {
            let step = page.step().to_owned();
            assert!(!steps.contains(&step), "{step} again: {}", page.html());
            page = self.answer(&page, email, cast::PASSWORD).await;
            steps.push(step);
        }
        (page, steps)
    }

    /// Sends an authorization request and completes it.
    ///
    /// # Panics
    ///
    /// When the browser does not arrive at the client.
    pub async fn sign_in(&self, request: &AuthorizationRequest, email: &str) -> Callback {
        let page = self.authorize(request).await;
        self.complete(page, email).await
    }

    /// Returns what Grace's authenticator app shows now.
    pub fn totp_code(&self) -> String {
        totp::code(cast::TOTP_SECRET, self.at.seconds())
    }
}

/// Returns what a browser says about a form of our own page.
pub fn own_headers() -> [(&'static str, &'static str); 3] {
    [("content-type", FORM), ("origin", cast::ISSUER), ("sec-fetch-site", "same-origin")]
}
