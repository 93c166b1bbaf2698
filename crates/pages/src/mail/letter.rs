//! The form that all mails share: what happened, one button, seldom a link beside it, what else to know.
//!
//! Each mail fills a [`Letter`]; this module turns it into text and HTML with the same words.

use askama::Template;
use portreeve_domain::Color;

use crate::brand::Brand;
use crate::escape::{without_bidi_controls, without_isolates};
use crate::frame::monogram;
use crate::palette::{self, Palette};
use crate::passwordless::instead_of;
use crate::{Catalogue, Locale, RenderError};

/// Data common to all mails.
#[derive(Debug, Clone, Default)]
pub struct MailFrame {
    /// Language of the mail.
    pub locale: Locale,
    /// Display name of the tenant that sends it.
    pub tenant_name: String,
    /// Whether the tenant has no passwords, which texts then do not speak of.
    pub passwordless: bool,
    /// How the tenant presents itself, as [`Brand::of_mail`] makes it.
    pub brand: Brand,
}

/// A finished mail, without addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailText {
    /// Subject: one line, no control characters.
    pub subject: String,
    /// Body as `text/plain`, lines end with LF.
    pub text: String,
    /// Body as `text/html`.
    pub html: String,
}

/// The one thing to press.
pub(super) struct Action<'a> {
    pub(super) label: String,
    pub(super) href: &'a str,
}

/// What else can be done, below the button: a sentence and a link.
pub(super) struct Other<'a> {
    pub(super) text: String,
    pub(super) action: Action<'a>,
}

/// A mail in parts.
pub(super) struct Letter<'a> {
    pub(super) subject: String,
    pub(super) paragraphs: Vec<String>,
    pub(super) action: Action<'a>,
    pub(super) notes: Vec<String>,
}

#[derive(Template)]
#[template(path = "mail/message.html")]
struct Html<'a> {
    frame: &'a MailFrame,
    letter: &'a Letter<'a>,
    code: Option<&'a str>,
    other: Option<&'a Other<'a>>,
}

#[derive(Template)]
#[template(path = "mail/message.txt", whitespace = "preserve")]
struct Plain<'a> {
    frame: &'a MailFrame,
    letter: &'a Letter<'a>,
    code: Option<&'a str>,
    other: Option<&'a Other<'a>>,
}

impl MailFrame {
    pub(crate) fn text(&self, key: &str) -> String {
        Catalogue::text(self.locale, instead_of(key, self.passwordless))
    }

    pub(crate) fn text_count(&self, key: &str, count: u32) -> String {
        Catalogue::text_count(self.locale, instead_of(key, self.passwordless), u64::from(count))
    }

    pub(crate) fn text_with(&self, key: &str, name: &'static str, value: &str) -> String {
        Catalogue::text_with(self.locale, instead_of(key, self.passwordless), &[(name, value)])
    }

    /// Returns a text with the tenant's name put in.
    pub(crate) fn of_tenant(&self, key: &str) -> String {
        self.text_with(key, "tenant", &self.tenant_name)
    }

    fn monogram(&self) -> String {
        monogram(&self.tenant_name)
    }

    fn palette(&self) -> Palette {
        self.brand.color.map(Palette::light).unwrap_or_default()
    }

    fn edge_in_dark(&self) -> Color {
        palette::edge_in_dark(self.brand.color)
    }
}

impl Letter<'_> {
    pub(super) fn render(&self, frame: &MailFrame) -> Result<MailText, RenderError> {
        self.render_parts(frame, None, None)
    }

    /// As `render`, with a code to be read and typed before the button.
    pub(super) fn render_with_code(&self, frame: &MailFrame, code: &str) -> Result<MailText, RenderError> {
        self.render_parts(frame, Some(code), None)
    }

    /// As `render`, with something else that can be done after the button.
    pub(super) fn render_with_other(&self, frame: &MailFrame, other: &Other<'_>) -> Result<MailText, RenderError> {
        self.render_parts(frame, None, Some(other))
    }

    fn render_parts(
        &self,
        frame: &MailFrame,
        code: Option<&str>,
        other: Option<&Other<'_>>,
    ) -> Result<MailText, RenderError> {
        Ok(MailText {
            subject: one_line(&self.subject),
            text: Plain { frame, letter: self, code, other }.render()?,
            html: Html { frame, letter: self, code, other }.render()?,
        })
    }
}

/// Makes a header value, or a line of a text message: line ends become spaces, invisible direction controls go.
pub(crate) fn one_line(subject: &str) -> String {
    without_bidi_controls(&without_isolates(subject)).chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tenant name with a line break must not become a second header (RFC 5322 §2.2).
    #[test]
    fn a_subject_is_one_line() {
        assert_eq!(one_line("a\r\nBcc: b\u{202e}\u{2068}c\u{2069}"), "a  Bcc: bc");
    }
}
