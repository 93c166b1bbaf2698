//! How a client presents itself on a page (RFC 7591 §2).
//!
//! Everything here comes from the client's registration and is untrusted: text is escaped, addresses are linked
//! only over https. The logo is a file of this server: an image from another origin would tell that origin who signs in,
//! and when.

use crate::frame::monogram;
use crate::links;

/// The application that asks.
#[derive(Debug, Clone, Default)]
pub struct Client {
    /// Name for people (`client_name`).
    pub name: String,
    /// Home page (`client_uri`).
    pub client_uri: Option<String>,
    /// Privacy policy (`policy_uri`).
    pub policy_uri: Option<String>,
    /// Terms of service (`tos_uri`).
    pub tos_uri: Option<String>,
    /// Address of its logo on this server; `None` shows none.
    pub logo_href: Option<String>,
}

impl Client {
    pub(crate) fn monogram(&self) -> String {
        monogram(&self.name)
    }

    pub(crate) fn home(&self) -> Option<&str> {
        links::https(&self.client_uri)
    }

    pub(crate) fn policy(&self) -> Option<&str> {
        links::https(&self.policy_uri)
    }

    pub(crate) fn terms(&self) -> Option<&str> {
        links::https(&self.tos_uri)
    }

    pub(crate) fn logo(&self) -> Option<&str> {
        self.logo_href.as_deref().filter(|href| links::is_own_path(href))
    }
}
