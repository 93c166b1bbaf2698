//! The accounts of this browser, to go on with one of them.
//!
//! OpenID Connect Core §3.1.2.1 (`prompt=select_account`). The list comes from this browser's sessions only.

use askama::Template;

use crate::frame::monogram;
use crate::{Form, Frame, RenderError};

/// An account known to this browser.
#[derive(Debug, Clone)]
pub struct Account {
    /// What the form posts when this account is chosen.
    pub value: String,
    /// Name of the person; may be empty.
    pub name: String,
    /// Its address.
    pub email: String,
    /// Whether it is signed in here.
    pub state: AccountState,
}

/// Whether choosing an account is enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountState {
    /// Signed in: choosing it goes on.
    SignedIn,
    /// Signed out: choosing it asks for the password.
    SignedOut,
}

/// Lets a person choose an account.
///
/// Posts `account` with the chosen value, or `action=another_account`. Element ids: `account-{n}` counted from 1,
/// `another-account`.
#[derive(Debug, Clone)]
pub struct SelectAccount {
    /// Where the form posts to.
    pub form: Form,
    /// Name of the application that asks; `None` when nobody does.
    pub client_name: Option<String>,
    /// The accounts, the last used first.
    pub accounts: Vec<Account>,
}

#[derive(Template)]
#[template(path = "journey/select_account.html")]
struct View<'a> {
    frame: &'a Frame,
    page: &'a SelectAccount,
}

impl SelectAccount {
    /// Returns the page as HTML.
    ///
    /// # Errors
    /// [`RenderError`] when the template fails.
    pub fn render(&self, frame: &Frame) -> Result<String, RenderError> {
        Ok(View { frame, page: self }.render()?)
    }
}

impl Account {
    fn monogram(&self) -> String {
        monogram(if self.name.is_empty() { &self.email } else { &self.name })
    }
}
