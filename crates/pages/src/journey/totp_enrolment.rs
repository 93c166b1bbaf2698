//! Setting up an authenticator app: scan, or type the key, then prove it with a code.
//!
//! RFC 6238 for the code, the Key URI format for the QR code. The URI comes ready-made and percent-encoded
//! (SECURITY S-144); the secret is confirmed and stored elsewhere.

use askama::Template;

use crate::links::is_otpauth;
use crate::problem::Problems;
use crate::{CodeProblem, Form, Frame, RenderError, qr_svg};

/// Shows a new TOTP secret and asks for its first code.
///
/// Posts `code`, `action=skip`, or `action=another_account`. Element ids: `qr`, `secret`, `open-app`, `code`, `submit`, `skip`, `another-account`, `use-passkey`.
#[derive(Debug, Clone)]
pub struct TotpEnrolment {
    /// Where the form posts to.
    pub form: Form,
    /// `otpauth://totp/…`, percent-encoded; drawn as QR code and linked for phones.
    pub otpauth_uri: String,
    /// The secret in Base32 (RFC 4648 §6) without padding or spaces; shown in groups of four.
    pub secret: String,
    /// What was wrong with the last code.
    pub code_problem: Option<CodeProblem>,
    /// Where a passkey can be added instead; `None` shows no link.
    pub passkey_href: Option<String>,
    /// Whether the person may go on without it.
    pub may_skip: bool,
    /// Whether somebody is on the way into an account, and may choose another one instead.
    pub is_of_account: bool,
}

#[derive(Template)]
#[template(path = "journey/totp_enrolment.html")]
struct View<'a> {
    frame: &'a Frame,
    page: &'a TotpEnrolment,
    problems: Problems,
    /// Markup made by [`qr_svg`] from numbers alone, hence safe to put in unescaped.
    qr: String,
    opens_app: bool,
    groups: Vec<String>,
}

impl TotpEnrolment {
    /// Returns the page as HTML.
    ///
    /// # Errors
    /// [`RenderError::QrTooLong`] when the URI does not fit a QR code.
    pub fn render(&self, frame: &Frame) -> Result<String, RenderError> {
        let qr = qr_svg(&self.otpauth_uri)?;
        let opens_app = is_otpauth(&self.otpauth_uri);
        let groups = groups_of_four(&self.secret);
        let problems = Problems::default().at_field(frame, "code", &self.code_problem);
        Ok(View { frame, page: self, problems, qr, opens_app, groups }.render()?)
    }
}

/// Cuts a secret into groups that people can copy without losing their place.
fn groups_of_four(secret: &str) -> Vec<String> {
    let characters: Vec<char> = secret.chars().filter(|c| !c.is_whitespace()).collect();
    characters.chunks(4).map(|group| group.iter().collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_shown_in_groups_of_four_without_losing_a_character() {
        assert_eq!(groups_of_four("JBSWY3DPEH"), ["JBSW", "Y3DP", "EH"]);
        assert!(groups_of_four("").is_empty());
    }
}
