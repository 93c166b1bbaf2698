//! Virtual hosts of the page about Apache, each with what a reader changes, and the client that each of them is.

use std::net::SocketAddr;

use portreeve_tests::address::free_address;

use crate::{
    authority::{CertificateFiles, origin},
    issuer::Issuer,
    recipe::Recipe,
    upstream::Upstream,
};

const PAGE: &str = "apache.md";
const SIGNING_IN: &str = "Signing people in";

/// A chapter of the page.
#[derive(Clone, Copy)]
pub(crate) enum Chapter {
    /// Apache is a relying party.
    SigningIn,
    /// Apache introspects access tokens.
    Protecting,
    /// Apache takes tokens from those alone they were given to.
    Binding,
}

impl Chapter {
    fn heading(self) -> &'static str {
        match self {
            Self::SigningIn => SIGNING_IN,
            Self::Protecting => "Protecting an API",
            Self::Binding => "Protecting an API from stolen tokens",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::SigningIn => "intranet.example.com",
            Self::Protecting => "reports.example.com",
            Self::Binding => "payments.example.com",
        }
    }

    /// Returns a block of the chapter.
    pub(crate) fn block(self, heading: &str, language: &str) -> Recipe {
        Recipe::read(PAGE, &[self.heading(), heading], language)
    }
}

/// A virtual host at an address of its own.
pub(crate) struct Site {
    /// Where clients reach it, without a slash at the end.
    pub(crate) url: String,
    /// Where Apache listens for it.
    pub(crate) address: SocketAddr,
    chapter: Chapter,
    changes: Vec<(String, String)>,
}

impl Site {
    /// A site of the issuer's own host.
    pub(crate) fn new(chapter: Chapter) -> Self {
        let address = free_address();
        Self { url: origin(address), address, chapter, changes: Vec::new() }
    }

    /// A site of another `host`: browsers keep its cookies from frames and forms of the issuer's.
    pub(crate) fn elsewhere(chapter: Chapter, host: &str) -> Self {
        let site = Self::new(chapter);
        Self { url: format!("https://{host}:{}", site.address.port()), ..site }
    }

    /// Puts `ours` where the page says `theirs`, which may have the page's own addresses in it.
    pub(crate) fn with(mut self, theirs: &str, ours: &str) -> Self {
        self.changes.push((theirs.to_owned(), ours.to_owned()));
        self
    }

    /// Returns the resources of the chapter, or another of its blocks, with the address of this site.
    pub(crate) fn resources(&self, heading: &str) -> String {
        self.at_home(self.chapter.block(heading, "toml").into_text())
    }

    /// Returns the virtual host, for an Apache with these files.
    pub(crate) fn virtual_host(&self, files: &CertificateFiles, issuer: &Issuer, upstream: &Upstream) -> String {
        let name = self.chapter.name();
        let mut recipe = self.chapter.block("In Apache", "apache");
        for (theirs, ours) in &self.changes {
            recipe = recipe.with(theirs, ours);
        }
        let text = recipe
            .with("*:443", self.address)
            .with_file(&format!("/etc/apache2/{name}.crt"), &files.certificate)
            .with_file(&format!("/etc/apache2/{name}.key"), &files.key)
            .with("http://127.0.0.1:8000/", upstream.url())
            .into_text();
        let text = match self.chapter {
            Chapter::SigningIn | Chapter::Protecting => text,
            Chapter::Binding => asked_by_apache(&text),
        };
        // Not on every site: an endpoint by its name, everything else by the issuer's metadata, files.
        let text = text
            .replace("https://id.example.com/oauth2/introspect", issuer.endpoint("introspection_endpoint"))
            .replace("https://id.example.com", &issuer.url)
            .replace("/oauth2/introspect", &issuer.path("introspection_endpoint"))
            .replace("/oauth2/jwks", &issuer.path("jwks_uri"))
            .replace("/etc/ssl/certs/ca-certificates.crt", &files.ca.display().to_string())
            .replace("/etc/apache2/authority.pem", &files.ca.display().to_string())
            .replace("/etc/apache2/intranet.signing.crt", &files.signing_certificate.display().to_string())
            .replace("/etc/apache2/intranet.signing.key", &files.signing_key.display().to_string());
        self.at_home(text)
    }

    /// Puts the address of this site in the place of the page's.
    pub(crate) fn at_home(&self, text: String) -> String {
        text.replace("https://intranet.example.com", &self.url)
    }
}

/// Puts a virtual host that asks the issuer where the page says how, for a module that would not believe its certificate.
fn asked_by_apache(text: &str) -> String {
    let inner = free_address().to_string();
    let asking = Chapter::Binding.block("With an authority of your own", "apache").with("127.0.0.1:8001", &inner);
    format!("{}\n{}", text.replace("https://id.example.com", &format!("http://{inner}")), asking.into_text())
}
