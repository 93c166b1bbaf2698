//! Pages, components and language catalogues: data in, text out.
//!
//! Owns every page and mail that a person sees: askama templates (`templates/`, one per module here), the style
//! sheet (`static/`), the texts in each [`Locale`], and the rule which addresses become links. Leaves to the web
//! crate: deciding what to show, headers (CSP, `Referrer-Policy`, caching), CSRF tokens, and serving [`assets`].
//! Nothing here does I/O, reads a clock or knows a request.
//!
//! Pages work without JavaScript; where a script spares a press of a button it is a file of ours, and nothing is inline, so
//! `style-src 'self'` and `script-src 'self'` hold (SECURITY rule 22). They meet WCAG 2.2 AA. Each page struct names its element ids and form fields; both are stable.

#![forbid(unsafe_code)]

mod assets;
mod attribute;
mod brand;
mod catalogue;
mod check_session;
mod client;
mod escape;
mod frame;
mod links;
mod locale;
mod palette;
mod passkey;
mod passwordless;
mod phone_code;
mod problem;
mod qr;
mod whereabouts;

pub mod account;
pub mod approvals;
pub mod device;
pub mod error;
pub mod form_post;
pub mod home;
pub mod journey;
pub mod logout;
pub mod mail;
pub mod redirecting;
pub mod samples;
pub mod text_message;
pub mod too_many_attempts;

#[cfg(test)]
mod tests;

pub use assets::{Asset, assets};
pub use attribute::{AttributeField, AttributeInput};
pub use brand::{Brand, BrandPicture, Link, Logo, PlacedPicture, Said};
pub use catalogue::Catalogue;
pub use check_session::check_session;
pub use client::Client;
pub use frame::{Form, Frame, LanguageLink, Notice};
pub use locale::{Direction, Locale};
pub use palette::color_stylesheet;
pub use passkey::{PasskeyExit, PasskeyPrompt};
pub use phone_code::NumberState;
pub use problem::{
    AttributeProblem, CodeProblem, EmailProblem, NameProblem, OwnDeviceProblem, PasskeyProblem, PasswordProblem,
    RecoveryCodeProblem, SignInProblem,
};
pub use qr::qr_svg;
pub use whereabouts::Whereabouts;

/// Why a page could not be made.
#[derive(Debug)]
#[non_exhaustive]
pub enum RenderError {
    /// A template failed; a bug in this crate.
    Template(askama::Error),
    /// The text for a QR code has more bytes than the largest code holds.
    QrTooLong {
        /// Length of the text.
        bytes: usize,
    },
    /// The address to redirect to has a scheme that a browser would run, or none (SECURITY V-14).
    UnsafeRedirect,
}

impl std::fmt::Display for RenderError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Template(_) => f.write_str("template failed"),
            Self::QrTooLong { bytes } => write!(f, "text of {bytes} bytes does not fit a QR code"),
            Self::UnsafeRedirect => f.write_str("redirect target has a scheme that must not be followed"),
        }
    }
}

impl std::error::Error for RenderError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Template(error) => Some(error),
            Self::QrTooLong { .. } | Self::UnsafeRedirect => None,
        }
    }
}

impl From<askama::Error> for RenderError {
    fn from(error: askama::Error) -> Self {
        Self::Template(error)
    }
}

impl From<std::fmt::Error> for RenderError {
    fn from(error: std::fmt::Error) -> Self {
        Self::Template(error.into())
    }
}
