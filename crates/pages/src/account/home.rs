//! The overview of an account: whose it is, and where everything is.

use askama::Template;

use super::{Holder, Nav, Place};
use crate::{Frame, RenderError};

/// Shows whose account it is and what can be done here.
///
/// Element ids: `account-name`, `account-email`, `switch`, `sign-out`.
#[derive(Debug, Clone)]
pub struct Home {
    /// Where in the account.
    pub nav: Nav,
    /// Whose account.
    pub holder: Holder,
    /// Where another account is chosen.
    pub switch_href: String,
    /// Where to sign out.
    pub sign_out_href: String,
}

#[derive(Template)]
#[template(path = "account/home.html")]
struct View<'a> {
    frame: &'a Frame,
    page: &'a Home,
}

impl Home {
    /// Returns the page as HTML.
    ///
    /// # Errors
    /// [`RenderError`] when the template fails.
    pub fn render(&self, frame: &Frame) -> Result<String, RenderError> {
        Ok(View { frame, page: self }.render()?)
    }

    /// The places that the overview tells about.
    fn elsewhere(&self) -> impl Iterator<Item = Place> {
        Place::ALL.into_iter().filter(|place| *place != Place::Home)
    }
}
