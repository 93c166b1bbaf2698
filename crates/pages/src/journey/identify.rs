//! Sign in with e-mail and password on one form, so that password managers fill both; without passwords, with a mailed code.
//!
//! OpenID Connect Core §3.1.2.3. One text for every wrong pair: the page never tells whether an account exists
//! (SECURITY rule 28). What a wrong pair costs and when to make people wait is decided elsewhere.

use askama::Template;

use crate::passkey::PasskeyPrompt;
use crate::problem::Problems;
use crate::{Client, EmailProblem, Form, Frame, PasswordProblem, RenderError, SignInProblem};

/// The first step of a journey.
///
/// Posts `email` and `password`, `email` and `action=mail_code`, or `action=passkey` with `credential`. Element ids: `email`,
/// `password`, `submit`, `mail-code`, `forgot-password`, `register`, `error-summary`, `passkey-form`, `passkey`, `passkey-problem`,
/// `client-logo`, `client-home`, `policy`, `terms`.
#[derive(Debug, Clone)]
pub struct Identify {
    /// Where the form posts to.
    pub form: Form,
    /// The application that asks; `None` when nobody does.
    pub client: Option<Client>,
    /// Address to fill in (`login_hint` or what was typed before); may be empty.
    pub email: String,
    /// Why the last attempt failed as a whole.
    pub problem: Option<SignInProblem>,
    /// What is wrong with the address.
    pub email_problem: Option<EmailProblem>,
    /// What is wrong with the password.
    pub password_problem: Option<PasswordProblem>,
    /// Whether people have passwords; otherwise a mailed code is what the button asks for.
    pub asks_password: bool,
    /// The question for a passkey, also offered where the address is typed; `None` where there are none.
    pub passkey: Option<PasskeyPrompt>,
    /// Whether a passkey comes before a password.
    pub passkey_first: bool,
    /// Whether a code can be had by mail.
    pub mails_codes: bool,
    /// Where to get a new password; `None` shows no link.
    pub forgot_password_href: Option<String>,
    /// Where to create an account; `None` shows no link.
    pub register_href: Option<String>,
}

#[derive(Template)]
#[template(path = "journey/identify.html")]
struct View<'a> {
    frame: &'a Frame,
    page: &'a Identify,
    problems: Problems,
}

impl Identify {
    /// Returns the page as HTML.
    ///
    /// # Errors
    /// [`RenderError`] when the template fails.
    pub fn render(&self, frame: &Frame) -> Result<String, RenderError> {
        let problems = Problems::default()
            .in_general(frame, &self.problem)
            .in_general(frame, &self.passkey.as_ref().and_then(|prompt| prompt.problem))
            .at_field(frame, "email", &self.email_problem)
            .at_field(frame, "password", &self.password_problem);
        Ok(View { frame, page: self, problems }.render()?)
    }

    fn client_name(&self) -> Option<&str> {
        self.client.as_ref().map(|client| client.name.as_str())
    }

    fn client_with_logo(&self) -> Option<&Client> {
        self.client.as_ref().filter(|client| client.logo().is_some())
    }

    fn first_prompt(&self) -> Option<&PasskeyPrompt> {
        self.passkey.as_ref().filter(|_| self.passkey_first)
    }

    fn second_prompt(&self) -> Option<&PasskeyPrompt> {
        self.passkey.as_ref().filter(|_| !self.passkey_first)
    }

    /// For what browsers fill the address in: with passkeys they offer these there as well (HTML §4.10.18.7.1).
    fn username_purpose(&self) -> &'static str {
        if self.passkey.is_some() { "username webauthn" } else { "username" }
    }

    fn submit_look(&self) -> &'static str {
        if self.first_prompt().is_some() { "secondary" } else { "primary" }
    }
}
