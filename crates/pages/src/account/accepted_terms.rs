//! Terms that a person agreed to.

use askama::Template;

use super::Nav;
use crate::{Frame, RenderError, links};

/// One version of terms that was agreed to.
#[derive(Debug, Clone)]
pub struct AcceptedVersion {
    /// What it was called; the operator's text.
    pub name: String,
    /// Which version.
    pub version: String,
    /// Where it was read.
    pub uri: String,
    /// On the way to which application; `None` for one that is not known any more.
    pub client_name: Option<String>,
    /// How long ago, in seconds.
    pub seconds_ago: u64,
}

/// Lists them.
///
/// Element ids: `accepted-{n}` and `read-{n}` counted from 1.
#[derive(Debug, Clone)]
pub struct AcceptedTerms {
    /// Where in the account.
    pub nav: Nav,
    /// Newest first.
    pub versions: Vec<AcceptedVersion>,
}

#[derive(Template)]
#[template(path = "account/accepted_terms.html")]
struct View<'a> {
    frame: &'a Frame,
    page: &'a AcceptedTerms,
}

impl AcceptedTerms {
    /// Returns the page as HTML.
    ///
    /// # Errors
    /// [`RenderError`] when the template fails.
    pub fn render(&self, frame: &Frame) -> Result<String, RenderError> {
        Ok(View { frame, page: self }.render()?)
    }
}

impl AcceptedVersion {
    fn href(&self) -> Option<String> {
        links::onward(&Some(self.uri.clone())).map(str::to_owned)
    }
}
