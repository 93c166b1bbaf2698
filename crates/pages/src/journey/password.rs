//! Re-authentication: the account is known, its password, a mailed code or a passkey is asked for again.
//!
//! OpenID Connect Core §3.1.2.1 (`prompt=login`, `max_age`). The address stands in a read-only field, so that
//! password managers offer the right password (WCAG 2.2 §3.3.7, §3.3.8).

use askama::Template;

use crate::passkey::PasskeyPrompt;
use crate::problem::Problems;
use crate::{Client, Form, Frame, PasswordProblem, RenderError, SignInProblem};

/// Asks a known person for the password.
///
/// Posts `email` and `password`, `action=mail_code`, `action=passkey` with `credential`, or `action=another_account`. Element
/// ids: `email`, `password`, `submit`, `mail-code`, `another-account`, `forgot-password`, `passkey-form`, `passkey`, `passkey-problem`,
/// `client-logo`, `client-home`, `policy`, `terms`.
#[derive(Debug, Clone)]
pub struct Password {
    /// Where the form posts to.
    pub form: Form,
    /// The application that asks; `None` when nobody does.
    pub client: Option<Client>,
    /// The account's address.
    pub email: String,
    /// Why the last attempt failed as a whole.
    pub problem: Option<SignInProblem>,
    /// What is wrong with the password.
    pub password_problem: Option<PasswordProblem>,
    /// Whether people have passwords; otherwise a mailed code is what the button asks for.
    pub asks_password: bool,
    /// The question for a passkey; `None` where there are none.
    pub passkey: Option<PasskeyPrompt>,
    /// Whether a code can be had by mail.
    pub mails_codes: bool,
    /// Where to get a new password; `None` shows no link.
    pub forgot_password_href: Option<String>,
}

#[derive(Template)]
#[template(path = "journey/password.html")]
struct View<'a> {
    frame: &'a Frame,
    page: &'a Password,
    problems: Problems,
}

impl Password {
    /// Returns the page as HTML.
    ///
    /// # Errors
    /// [`RenderError`] when the template fails.
    pub fn render(&self, frame: &Frame) -> Result<String, RenderError> {
        let problems = Problems::default()
            .in_general(frame, &self.problem)
            .in_general(frame, &self.passkey.as_ref().and_then(|prompt| prompt.problem))
            .at_field(frame, "password", &self.password_problem);
        Ok(View { frame, page: self, problems }.render()?)
    }

    fn client_with_logo(&self) -> Option<&Client> {
        self.client.as_ref().filter(|client| client.logo().is_some())
    }
}
