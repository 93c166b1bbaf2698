//! Replies of the browser doors: a page, or a redirect after a form.
//!
//! Owns status, headers and cookies, and how a browser leaves for a client: by a redirect, by a form, or by a page that sends
//! it on. A redirect is always 303, so that no browser repeats a posted password elsewhere (RFC 9700 §4.12; S-009).

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use portreeve_domain::{Client, Lifetime, UserId, lifetimes};
use portreeve_http_kit::content_security::ContentSecurity;
use portreeve_http_kit::cookie::CookieKind;
use portreeve_http_kit::security_headers::{Referrer, framed_page_headers, page_headers};
use portreeve_issuer::{Progress, SecretText, known_device};
use portreeve_oidc::authorization::Answer;
use portreeve_oidc::redirect_uri;
use portreeve_pages::form_post::FormPost;
use portreeve_pages::logout::SigningOut;
use portreeve_pages::redirecting::Redirecting;
use portreeve_pages::{Frame, RenderError};

use crate::door::Door;
use crate::{error_page, words};

/// How long a device is known.
const DEVICE: Lifetime = Lifetime::from_days(365);
/// How long the browser keeps what the next page says.
const NOTICE: Lifetime = Lifetime::from_minutes(1);

/// How long the query of a request that came by POST may become, in bytes; every browser and proxy takes that.
const MAX_QUERY_BYTES: usize = 7 * 1024;

/// A reply under construction.
pub(crate) struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Reply {
    /// A bare 404, for addresses that belong to no tenant.
    pub(crate) fn not_found() -> Self {
        Self { status: StatusCode::NOT_FOUND, headers: HeaderMap::new(), body: String::new() }
    }

    /// A page whose address is a secret: nothing it leads to learns the address (SECURITY rule 27).
    pub(crate) fn secret_page(door: &Door, html: Result<String, RenderError>) -> Self {
        let mut reply = Self::page(door, html, None);
        reply.headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        reply
    }

    /// A page. `form_target` is where the answer to a form on it may redirect, as `form_target` says (CSP `form-action`).
    pub(crate) fn page(door: &Door, html: Result<String, RenderError>, form_target: Option<&str>) -> Self {
        let html = match html {
            Ok(html) => html,
            Err(error) => return error_page::unrendered(door, &error),
        };
        let own = ContentSecurity::default();
        let security = match form_target {
            // A target that cannot be written into the policy is left out: the browser then stops the redirect, loudly.
            Some(target) => own.clone().with_form_target(target).unwrap_or(own),
            None => own,
        };
        Self::html(door, html, &security, Referrer::SameOrigin)
    }

    /// A page with a script file of ours, whose forms may lead to `form_target` as those of other pages.
    pub(crate) fn scripted_page(door: &Door, html: Result<String, RenderError>, form_target: Option<&str>) -> Self {
        let html = match html {
            Ok(html) => html,
            Err(error) => return error_page::unrendered(door, &error),
        };
        let own = ContentSecurity::default().with_own_scripts();
        let security = match form_target {
            Some(target) => own.clone().with_form_target(target).unwrap_or(own),
            None => own,
        };
        Self::html(door, html, &security, Referrer::SameOrigin)
    }

    /// A 303 to an address of ours or of a proven redirect URI.
    pub(crate) fn see_other(door: &Door, location: &str) -> Self {
        let mut headers = page_headers(&ContentSecurity::default(), Referrer::Never, door.web.transport);
        match HeaderValue::try_from(location) {
            Ok(location) => headers.insert(header::LOCATION, location),
            Err(_) => return error_page::internal(door, "a redirect address that is no header value"),
        };
        Self { status: StatusCode::SEE_OTHER, headers, body: String::new() }
    }

    /// Sends a browser that posted a request, possibly from another site, to the same request as GET: our cookies do not come with such a
    /// form (`SameSite=Lax`, decision 0003). `None` when the address would be too long.
    pub(crate) fn as_get(door: &Door, path: &str, pairs: &[(String, String)]) -> Option<Self> {
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        (query.len() <= MAX_QUERY_BYTES).then(|| Self::see_other(door, &door.href(&format!("{path}?{query}"))))
    }

    /// The answer to a form of ours that leads to `client`: a page that sends the browser on. Chromium would hold a redirect, and all
    /// that follow it, to the form's `form-action` (decision 0039). An app is redirected to: it redirects nobody on, and systems may open
    /// one after a redirect only.
    pub(crate) fn after_form(door: &Door, client: &Client, ui_locales: &[String], target: String) -> Self {
        if form_target(client, &target).is_some() {
            return Self::see_other(door, &target);
        }
        let frame = door.frame_to(Some(client), ui_locales);
        let client_name = words::asking_client(client, frame.locale);
        match (Redirecting { target, client_name }).render(&frame) {
            Ok(html) => Self::html(door, html, &ContentSecurity::default(), Referrer::Never),
            Err(error) => error_page::unrendered(door, &error),
        }
    }

    /// An answer on its way to the client, where no form of ours came before: a redirect, or a page with a form that goes there
    /// and nowhere else (S-011).
    pub(crate) fn answer(door: &Door, ui_locales: &[String], answer: Answer) -> Self {
        match answer {
            Answer::Redirect(url) | Answer::OwnPage(url) => Self::see_other(door, &url),
            Answer::Form { action, fields } => {
                Self::form(door, ui_locales, FormPost { action, fields }, Referrer::Never)
            }
        }
    }

    /// A page that posts a form to an address of ours, absolute: what came by a form of another site is posted again from here, with our
    /// cookies. It tells us from where, by which we know it.
    pub(crate) fn form_to_us(
        door: &Door,
        ui_locales: &[String],
        action: String,
        fields: Vec<(&'static str, String)>,
    ) -> Self {
        Self::form(door, ui_locales, FormPost { action, fields }, Referrer::SameOrigin)
    }

    fn form(door: &Door, ui_locales: &[String], page: FormPost, referrer: Referrer) -> Self {
        let Ok(security) = ContentSecurity::posting_to(&page.action) else {
            return error_page::internal(door, "a redirect URI that no form can be posted to");
        };
        match page.render(&door.frame(ui_locales)) {
            Ok(html) => Self::html(door, html, &security, referrer),
            Err(error) => error_page::unrendered(door, &error),
        }
    }

    /// The page on which relying parties sign a person out, framed; no other page frames anything (FL-03).
    pub(crate) fn framing(door: &Door, page: SigningOut, frame: &Frame) -> Self {
        let own = ContentSecurity::default().with_own_scripts();
        let Ok(security) = page.frames.iter().try_fold(own, |policy, frame| policy.with_frame(frame)) else {
            return error_page::internal(door, "a logout address that cannot be framed");
        };
        match page.render(frame) {
            Ok(html) => Self::html(door, html, &security, Referrer::Never),
            Err(error) => error_page::unrendered(door, &error),
        }
    }

    /// The page that others frame to see whether the sign-in has changed (SM-03).
    pub(crate) fn framed(door: &Door, html: Result<String, RenderError>) -> Self {
        let mut headers = framed_page_headers(door.web.transport);
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        match html {
            Ok(body) => Self { status: StatusCode::OK, headers, body },
            Err(error) => error_page::unrendered(door, &error),
        }
    }

    /// A file that the browser keeps under this name, plain letters and a dot; nothing on the way keeps it.
    pub(crate) fn file(door: &Door, name: &'static str, json: String) -> Self {
        let mut headers = page_headers(&ContentSecurity::default(), Referrer::Never, door.web.transport);
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        match HeaderValue::try_from(format!("attachment; filename=\"{name}\"")) {
            Ok(disposition) => headers.insert(header::CONTENT_DISPOSITION, disposition),
            Err(_) => return error_page::internal(door, "a file name that is no header value"),
        };
        Self { status: StatusCode::OK, headers, body: json }
    }

    fn html(door: &Door, html: String, security: &ContentSecurity, referrer: Referrer) -> Self {
        let mut headers = page_headers(security, referrer, door.web.transport);
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        Self { status: StatusCode::OK, headers, body: html }
    }

    /// Where an authorization request led: to a page of a journey, or back to the client.
    pub(crate) fn to_request(door: &Door, progress: Progress) -> Self {
        Self::progress_by(door, progress, |_, ui_locales, answer| Self::answer(door, ui_locales, answer))
    }

    /// Where a form of ours led, or a page that it led to: to a page of the journey, or back to the client.
    pub(crate) fn progress(door: &Door, progress: Progress) -> Self {
        Self::progress_by(door, progress, |client, ui_locales, answer| match answer {
            Answer::Redirect(target) => Self::after_form(door, client, ui_locales, target),
            answer => Self::answer(door, ui_locales, answer),
        })
    }

    fn progress_by(door: &Door, progress: Progress, leave: impl FnOnce(&Client, &[String], Answer) -> Self) -> Self {
        match progress {
            Progress::Page { journey, step, cookie } => {
                let segment = step.segment().unwrap_or_default();
                Self::see_other(door, &door.href(&format!("/j/{journey}/{segment}"))).with_browser_cookie(door, cookie)
            }
            Progress::Answer { client, answer, ui_locales, cookie, browser_state, user } => {
                leave(&client, &ui_locales, answer)
                    .with_browser_cookie(door, cookie)
                    .with_state_cookie(door, browser_state)
                    .with_device_cookie(door, user)
            }
            Progress::Refused { client, refusal } => error_page::refused(door, &refusal, Some(&client)),
        }
    }

    pub(crate) fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// 429 or 503 with how long to wait.
    pub(crate) fn with_retry_after(mut self, status: StatusCode, wait: Lifetime) -> Self {
        self.status = status;
        self.headers.insert(header::RETRY_AFTER, HeaderValue::from(wait.as_seconds_ceiling()));
        self
    }

    /// Gives the browser a new binding cookie, if there is one.
    pub(crate) fn with_browser_cookie(self, door: &Door, cookie: Option<SecretText>) -> Self {
        match cookie {
            Some(cookie) => self.with_cookie(door, CookieKind::Browser, cookie.expose(), lifetimes::BROWSER),
            None => self,
        }
    }

    /// Tells scripts that the sign-in has changed, if there is something to tell.
    pub(crate) fn with_state_cookie(self, door: &Door, state: Option<String>) -> Self {
        match state {
            Some(state) => self.with_cookie(door, CookieKind::State, &state, lifetimes::BROWSER),
            None => self,
        }
    }

    /// Lets the next page say something, once.
    pub(crate) fn with_notice(self, door: &Door, word: &str) -> Self {
        self.with_cookie(door, CookieKind::Notice, word, NOTICE)
    }

    /// Has the browser forget what the page says.
    pub(crate) fn without_notice(mut self, door: &Door) -> Self {
        if door.notice().is_none() {
            return self;
        }
        match door.cookies.clear(CookieKind::Notice) {
            Ok(cookie) => {
                self.headers.append(header::SET_COOKIE, cookie);
                self
            }
            Err(_) => error_page::internal(door, "a cookie that cannot be cleared"),
        }
    }

    fn with_device_cookie(self, door: &Door, user: Option<UserId>) -> Self {
        match user {
            Some(user) => {
                let value = known_device::remember(&door.at, door.device_cookie(), user);
                self.with_cookie(door, CookieKind::Device, &value, DEVICE)
            }
            None => self,
        }
    }

    fn with_cookie(mut self, door: &Door, kind: CookieKind, value: &str, lifetime: Lifetime) -> Self {
        let max_age = std::time::Duration::from_millis(lifetime.as_millis().unsigned_abs());
        match door.cookies.set(kind, value, Some(max_age)) {
            Ok(cookie) => {
                self.headers.append(header::SET_COOKIE, cookie);
                self
            }
            Err(_) => error_page::internal(door, "a cookie value that cannot be set"),
        }
    }
}

/// What the `form-action` of a page must allow beside our own site, where a form on it may lead to `target` of `client`: an app. All
/// else is reached by a page.
pub(crate) fn form_target<'a>(client: &Client, target: &'a str) -> Option<&'a str> {
    redirect_uri::is_opened_by_an_app(target, client.metadata.application_type).then_some(target)
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        (self.status, self.headers, self.body).into_response()
    }
}
