//! A browser without script: the driver of the third-party clients, one visit a process.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use portreeve_tests::temp::TempFolder;
use serde_json::{Value, json};

use crate::{
    authority::Authority,
    issuer::{EMAIL, EMAIL_OF_TWO_FACTORS, Resources},
};

/// A browser of one person.
pub(crate) struct Browser {
    ca_file: PathBuf,
    /// How pages are answered: `control` or `portreeve`.
    target: &'static str,
    user: Value,
    folder: TempFolder,
}

/// Where a visit ended.
pub(crate) struct Page {
    /// The address shown to the person.
    pub(crate) url: String,
    /// The status when the page is loaded again.
    pub(crate) status: u16,
    /// What stands there.
    pub(crate) body: String,
}

impl Browser {
    /// Returns a browser without cookies that trusts `authority`.
    pub(crate) fn new(authority: &Authority, target: &'static str, resources: &Resources) -> Self {
        let user = json!({ "email": EMAIL, "password": resources.secret("ADA_PASSWORD") });
        Self::of(authority, target, user)
    }

    /// Returns the browser, at our pages, of the person who has an authenticator app.
    pub(crate) fn of_two_factors(authority: &Authority, resources: &Resources) -> Self {
        let (password, totp_secret) = (resources.secret("BEA_PASSWORD"), resources.secret("BEA_TOTP"));
        let user = json!({ "email": EMAIL_OF_TWO_FACTORS, "password": password, "totp_secret": totp_secret });
        Self::of(authority, "portreeve", user)
    }

    fn of(authority: &Authority, target: &'static str, user: Value) -> Self {
        let folder = TempFolder::new("browser");
        Self { ca_file: authority.install(folder.path()).ca, target, user, folder }
    }

    /// Opens an address and answers every page: signs in, consents, confirms.
    pub(crate) fn visit(&self, address: &str) -> Page {
        Page::of(&self.run(&json!({ "address": address, "jar": self.jar(), "target": self.target, "user": self.user })))
    }

    /// Opens an address, follows redirects, and stops at the first page.
    pub(crate) fn look(&self, address: &str) -> Page {
        self.look_with(address, &json!({}))
    }

    /// As [`Browser::look`], and loads that page again with an object of further headers.
    pub(crate) fn look_with(&self, address: &str, headers: &Value) -> Page {
        Page::of(&self.run(&json!({ "address": address, "jar": self.jar(), "headers": headers })))
    }

    /// As [`Browser::visit`], up to a redirect URI that nobody serves; returns the address the browser would leave for.
    pub(crate) fn leave(&self, address: &str, until: &str) -> String {
        let visit =
            json!({ "address": address, "jar": self.jar(), "target": self.target, "user": self.user, "until": until });
        self.run(&visit)["url"].as_str().expect("an address").to_owned()
    }

    fn jar(&self) -> PathBuf {
        self.folder.path().join("jar.json")
    }

    fn run(&self, visit: &Value) -> Value {
        let output = Command::new("node")
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("gateways/visit.mjs"))
            .arg(visit.to_string())
            .env("NODE_EXTRA_CA_CERTS", &self.ca_file)
            .output()
            .expect("run node");
        assert!(output.status.success(), "{}: {}", visit["address"], String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("a visit prints JSON")
    }
}

impl Page {
    fn of(printed: &Value) -> Self {
        let text = |member: &str| printed[member].as_str().unwrap_or_default().to_owned();
        let status = printed["status"].as_u64().and_then(|status| status.try_into().ok()).expect("a status");
        Self { url: text("url"), status, body: text("body") }
    }

    /// Returns what the application behind the gateway was told, by header in lower case.
    ///
    /// Panics when the page is not the application's.
    pub(crate) fn told(&self) -> Value {
        let page: Value = serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("{}: {}", self.url, self.body));
        page["headers"].clone()
    }
}
