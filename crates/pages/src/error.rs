//! The page for what cannot go on: what happened, what to do, and the reference under which support finds it.
//!
//! Texts are chosen by cause; internal words never reach the page. RFC 6749 §4.1.2.1: a request with an unknown
//! client or an unregistered redirect URI ends here and is not sent back.

use askama::Template;

use crate::links;
use crate::{Frame, RenderError};

/// What happened, in the categories a person can act on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorCause {
    /// The application's request is wrong; only its developers can mend it.
    BadRequest,
    /// The application is unknown here, or switched off.
    UnknownApplication,
    /// The application wants the answer sent to an address that is not registered.
    UnknownReturnAddress,
    /// The page or its journey is too old.
    Expired,
    /// A mailed link is too old, used or replaced by a newer one.
    LinkExpired,
    /// The form did not come from this page (CSRF), or cookies are off.
    FormRejected,
    /// The person may not do this.
    Forbidden,
    /// There is no such page.
    NotFound,
    /// Something here is broken.
    Internal,
    /// Something here is overloaded or restarting; trying again helps.
    Unavailable,
}

/// Where to begin again.
#[derive(Debug, Clone)]
pub struct StartAgain {
    /// The application's home or `initiate_login_uri`; shown only when it is a path of this server, https, or http
    /// on this computer.
    pub href: Option<String>,
    /// Name of the application.
    pub client_name: String,
}

/// Explains an error.
///
/// Element ids: `reference`, `start-again`, `technical`.
#[derive(Debug, Clone)]
pub struct ErrorPage {
    /// What happened.
    pub cause: ErrorCause,
    /// What support finds this event by in the logs; letters, digits and hyphens.
    pub reference: String,
    /// Status code of the reply, shown in small print; 400-599.
    pub status: u16,
    /// One line for the application's developers (OAuth `error` and what was wrong with it); `None` shows none.
    pub technical: Option<String>,
    /// The application to begin again at; `None` when it is not known.
    pub start_again: Option<StartAgain>,
}

#[derive(Template)]
#[template(path = "error.html")]
struct View<'a> {
    frame: &'a Frame,
    page: &'a ErrorPage,
}

impl ErrorPage {
    /// Returns the page as HTML.
    ///
    /// # Errors
    /// [`RenderError`] when the template fails.
    pub fn render(&self, frame: &Frame) -> Result<String, RenderError> {
        Ok(View { frame, page: self }.render()?)
    }
}

impl ErrorCause {
    /// Every cause.
    pub const ALL: [Self; 10] = [
        Self::BadRequest,
        Self::UnknownApplication,
        Self::UnknownReturnAddress,
        Self::Expired,
        Self::LinkExpired,
        Self::FormRejected,
        Self::Forbidden,
        Self::NotFound,
        Self::Internal,
        Self::Unavailable,
    ];

    /// Returns the keys of title, explanation and advice.
    fn keys(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::BadRequest => ("error-request-title", "error-request-text", "error-request-advice"),
            Self::UnknownApplication => ("error-client-title", "error-client-text", "error-client-advice"),
            Self::UnknownReturnAddress => ("error-return-title", "error-return-text", "error-return-advice"),
            Self::Expired => ("error-expired-title", "error-expired-text", "error-expired-advice"),
            Self::LinkExpired => ("error-link-title", "error-link-text", "error-link-advice"),
            Self::FormRejected => ("error-form-title", "error-form-text", "error-form-advice"),
            Self::Forbidden => ("error-forbidden-title", "error-forbidden-text", "error-forbidden-advice"),
            Self::NotFound => ("error-not-found-title", "error-not-found-text", "error-not-found-advice"),
            Self::Internal => ("error-internal-title", "error-internal-text", "error-internal-advice"),
            Self::Unavailable => ("error-unavailable-title", "error-unavailable-text", "error-unavailable-advice"),
        }
    }

    /// Returns the icon: a clock for what time has ended, a warning for the rest.
    fn icon(self) -> &'static str {
        match self {
            Self::Expired | Self::LinkExpired => "clock",
            _ => "warning",
        }
    }
}

impl StartAgain {
    fn onward(&self) -> Option<&str> {
        links::onward(&self.href)
    }
}
