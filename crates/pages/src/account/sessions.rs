//! Where a person is signed in.

use askama::Template;

use super::Nav;
use crate::catalogue::Catalogue;
use crate::{Form, Frame, Locale, RenderError, Whereabouts};

/// A browser in which the person is signed in.
#[derive(Debug, Clone)]
pub struct SignIn {
    /// Value of the field `session`.
    pub value: String,
    /// The browser, by a name of ours.
    pub program: Option<String>,
    /// The system, by a name of ours.
    pub system: Option<String>,
    /// The network it came from.
    pub network: Option<String>,
    /// About where that is.
    pub whereabouts: Whereabouts,
    /// How long ago it began, in seconds.
    pub began_seconds_ago: u64,
    /// How long ago it was last used, in seconds.
    pub seen_seconds_ago: u64,
    /// Whether it is this one.
    pub is_here: bool,
}

/// Lists them; each but this one can be signed out.
///
/// Posts `session`, or `action=all`. Element ids: `here`, `session-{n}`, `device-{n}` and `end-{n}` counted from 1,
/// `end-all`, `change-password`.
#[derive(Debug, Clone)]
pub struct Sessions {
    /// Where in the account.
    pub nav: Nav,
    /// Where the forms post to.
    pub form: Form,
    /// This one first.
    pub sign_ins: Vec<SignIn>,
    /// Where to change the password; `None` where there are none.
    pub password_href: Option<String>,
}

#[derive(Template)]
#[template(path = "account/sessions.html")]
struct View<'a> {
    frame: &'a Frame,
    page: &'a Sessions,
}

impl Sessions {
    /// Returns the page as HTML.
    ///
    /// # Errors
    /// [`RenderError`] when the template fails.
    pub fn render(&self, frame: &Frame) -> Result<String, RenderError> {
        Ok(View { frame, page: self }.render()?)
    }

    fn has_others(&self) -> bool {
        self.sign_ins.iter().any(|sign_in| !sign_in.is_here)
    }
}

impl SignIn {
    /// Browser and system in words.
    fn device(&self, frame: &Frame) -> String {
        device_in_words(frame.locale, self.program.as_deref(), self.system.as_deref())
    }

    /// Where it came from, in words.
    fn place(&self, frame: &Frame) -> Option<String> {
        self.whereabouts.in_words(frame.locale)
    }

    fn icon(&self) -> &'static str {
        match self.system.as_deref() {
            Some("Android" | "iOS" | "iPadOS") => "phone",
            Some(_) => "devices",
            None => "globe",
        }
    }
}

/// Browser and system in words.
pub(crate) fn device_in_words(locale: Locale, program: Option<&str>, system: Option<&str>) -> String {
    match (program, system) {
        (Some(program), Some(system)) => {
            Catalogue::text_with(locale, "session-on", &[("browser", program), ("system", system)])
        }
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => Catalogue::text(locale, "session-unknown"),
    }
}
