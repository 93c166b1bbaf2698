//! Where a mailed link leads: a page that changes nothing until its button is pressed.
//!
//! Mail scanners follow links, so only the POST uses the link up (SECURITY rule 27).

use askama::Template;

use crate::{Form, Frame, RenderError};

/// What a mailed link confirms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfirmPurpose {
    /// That the address belongs to the person.
    Email {
        /// The address.
        email: String,
    },
    /// That this address is to be the account's.
    NewEmail {
        /// The address.
        email: String,
    },
    /// That the account is to have this address again.
    FormerEmail {
        /// The address.
        email: String,
    },
    /// That a change of the account at this address was somebody else's.
    NotMe {
        /// The address.
        email: String,
    },
    /// That the person wants the account that they are invited to.
    Invitation {
        /// The address that is invited.
        email: String,
        /// The name of the application that it leads to.
        client: Option<String>,
        /// Another account that is signed in at this browser.
        signed_in_as: Option<String>,
        /// Where to go on with that one.
        account_href: String,
    },
    /// That the second factors of the account at this address are lost.
    LostFactors {
        /// The address.
        email: String,
    },
}

/// Asks to confirm what a mailed link is for.
///
/// Posts no field of its own. Element ids: `submit`, `stay`.
#[derive(Debug, Clone)]
pub struct Confirm {
    /// Where the form posts to.
    pub form: Form,
    /// What is confirmed.
    pub purpose: ConfirmPurpose,
}

#[derive(Template)]
#[template(path = "journey/confirm.html")]
struct View<'a> {
    frame: &'a Frame,
    page: &'a Confirm,
}

impl Confirm {
    /// Returns the page as HTML.
    ///
    /// # Errors
    /// [`RenderError`] when the template fails.
    pub fn render(&self, frame: &Frame) -> Result<String, RenderError> {
        Ok(View { frame, page: self }.render()?)
    }
}

impl ConfirmPurpose {
    fn title(&self) -> &'static str {
        match self {
            Self::Email { .. } => "confirm-email-title",
            Self::NewEmail { .. } => "new-email-title",
            Self::FormerEmail { .. } => "former-email-title",
            Self::NotMe { .. } => "not-me-title",
            Self::LostFactors { .. } => "remove-lost-title",
            Self::Invitation { .. } => "invitation-title",
        }
    }

    fn submit(&self) -> &'static str {
        match self {
            Self::Email { .. } => "confirm-email-submit",
            Self::NewEmail { .. } => "new-email-submit",
            Self::FormerEmail { .. } => "former-email-submit",
            Self::NotMe { .. } => "not-me-submit",
            Self::LostFactors { .. } => "remove-lost-submit",
            Self::Invitation { .. } => "invitation-submit",
        }
    }

    /// What to do when the person did not mean to come here.
    fn otherwise(&self) -> &'static str {
        match self {
            Self::Email { .. } => "confirm-email-not-you",
            Self::NewEmail { .. } => "new-email-otherwise",
            Self::LostFactors { .. } => "remove-lost-otherwise",
            Self::Invitation { .. } => "invitation-otherwise",
            Self::FormerEmail { .. } | Self::NotMe { .. } => "not-me-otherwise",
        }
    }
}
