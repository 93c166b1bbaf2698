//! Every second factor is lost: what can be done about it, or what was asked for.
//!
//! Nothing happens at once, so that the owner can stop it when somebody else asks (SECURITY S-088, S-098).

use askama::Template;

use crate::{Form, Frame, RenderError};

/// Where a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LostFactorsState {
    /// It can be made, and waits for so many hours.
    MayAsk {
        /// 1 to 168.
        hours: u64,
    },
    /// It was made, and waits for about so many hours still; 0 when the link is on its way.
    Asked {
        /// Hours, rounded up.
        hours_left: u64,
    },
}

/// Offers to have lost second factors removed.
///
/// Posts no field of its own. Element ids: `submit`, `asked`, `back`.
#[derive(Debug, Clone)]
pub struct LostFactors {
    /// Where the form posts to.
    pub form: Form,
    /// Where the request stands.
    pub state: LostFactorsState,
    /// Where the second factor is asked for.
    pub back_href: String,
}

#[derive(Template)]
#[template(path = "journey/lost_factors.html")]
struct View<'a> {
    frame: &'a Frame,
    page: &'a LostFactors,
}

impl LostFactors {
    /// Returns the page as HTML.
    ///
    /// # Errors
    /// [`RenderError`] when the template fails.
    pub fn render(&self, frame: &Frame) -> Result<String, RenderError> {
        Ok(View { frame, page: self }.render()?)
    }
}
